# What the other compilers of this machine say to some of the tests' files, which are as what a user
# writes: a warning is an error, and nothing is linked. With clang also beside its own library, and
# with two more warnings that programs turn on.

if(MSVC)
    return()
endif()

file(REAL_PATH ${CMAKE_CXX_COMPILER} own)
set(known ${own})
foreach(name IN ITEMS g++-12 g++-13 g++-14 g++-15 g++ clang++-14 clang++-15 clang++-16 clang++-17
        clang++-18 clang++-19 clang++-20 clang++-21 clang++)
    unset(compiler)
    find_program(compiler ${name} NO_CACHE)
    if(NOT compiler)
        continue()
    endif()
    file(REAL_PATH ${compiler} real)
    if(real IN_LIST known)
        continue()
    endif()
    list(APPEND known ${real})

    set(libraries default)
    if(name MATCHES "clang")
        set(probe ${CMAKE_CURRENT_BINARY_DIR}/probe.cpp) # which a library that is too old fails
        file(WRITE ${probe} "#include <compare>\n#include <string>\n")
        execute_process(COMMAND ${compiler} -std=c++20 -stdlib=libc++ -fsyntax-only ${probe}
            RESULT_VARIABLE missing OUTPUT_QUIET ERROR_QUIET
        )
        if(NOT missing)
            list(APPEND libraries libc++)
        endif()
    endif()

    foreach(library IN LISTS libraries)
        foreach(source IN ITEMS finish promise stream no_exceptions/main)
            set(test "other compilers: ${name}, ${library}, ${source}")
            set(flags "")
            if(name MATCHES "clang")
                list(APPEND flags -Wshadow-all -Wdouble-promotion)
            endif()
            if(NOT library STREQUAL "default")
                list(APPEND flags -stdlib=${library})
            endif()
            if(source MATCHES "no_exceptions")
                list(APPEND flags -fno-exceptions -fno-rtti)
            endif()
            add_test(NAME ${test} COMMAND ${compiler} -std=c++20 -fsyntax-only -Werror ${flags}
                "$<TARGET_PROPERTY:imload_warnings,INTERFACE_COMPILE_OPTIONS>"
                -I${PROJECT_SOURCE_DIR}/include -I${CMAKE_CURRENT_SOURCE_DIR}
                "-idirafter$<JOIN:$<TARGET_PROPERTY:Catch2::Catch2,INTERFACE_INCLUDE_DIRECTORIES>,;-idirafter>"
                ${CMAKE_CURRENT_SOURCE_DIR}/${source}.cpp
                COMMAND_EXPAND_LISTS
            )
            set_tests_properties(${test} PROPERTIES TIMEOUT 120 LABELS other_compilers)
        endforeach()
    endforeach()
endforeach()

# ---- A browser's machine ----------------------------------------------------------------------

find_program(IMLOAD_EMSCRIPTEN em++ DOC "Emscripten's compiler, to test what runs in a browser")
find_program(IMLOAD_NODE NAMES node nodejs DOC "What runs that here")
if(IMLOAD_EMSCRIPTEN AND IMLOAD_NODE)
    set(program ${CMAKE_CURRENT_BINARY_DIR}/no_exceptions.js)
    add_test(NAME "browser: build" COMMAND ${IMLOAD_EMSCRIPTEN} -std=c++20 -O1 -Werror
        -fno-exceptions -fno-rtti -sSINGLE_FILE=1 -I${PROJECT_SOURCE_DIR}/include
        ${CMAKE_CURRENT_SOURCE_DIR}/no_exceptions/main.cpp -o ${program}
    )
    add_test(NAME "browser: run" COMMAND ${IMLOAD_NODE} ${program})
    set_tests_properties("browser: build" PROPERTIES FIXTURES_SETUP browser)
    set_tests_properties("browser: run" PROPERTIES FIXTURES_REQUIRED browser)
    set_tests_properties("browser: build" "browser: run" PROPERTIES TIMEOUT 300
        LABELS other_compilers
    )
endif()
