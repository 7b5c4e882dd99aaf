# Compiles SOURCE, whose first line is "// expect: text". Fails unless the compiler rejects it with a
# message that contains the text. "// expect: compiles" is the opposite, a control for the others.

file(READ ${SOURCE} content)
if(NOT content MATCHES "^// expect: ([^\r\n]+)")
    message(FATAL_ERROR "${SOURCE}: the first line must be \"// expect: text\"")
endif()
set(expected "${CMAKE_MATCH_1}")

if(COMPILER MATCHES "cl(\\.exe)?$" AND NOT COMPILER MATCHES "clang")
    set(syntax_only /Zs /EHsc)
else()
    set(syntax_only -fsyntax-only)
endif()
separate_arguments(FLAGS)

set(ENV{LC_ALL} C)
execute_process(
    COMMAND ${COMPILER} ${FLAGS} ${STANDARD} ${syntax_only} -I${INCLUDE} ${SOURCE}
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output
)

if(expected STREQUAL "compiles")
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "should compile, but:\n${output}")
    endif()
    return()
endif()
if(result EQUAL 0)
    message(FATAL_ERROR "compiles, but should be rejected with: ${expected}")
endif()
string(FIND "${output}" "${expected}" position)
if(position EQUAL -1)
    message(FATAL_ERROR "is rejected without saying: ${expected}\n${output}")
endif()
