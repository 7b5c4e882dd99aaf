# What the tests and the examples need: Dear ImGui, GLFW, OpenGL, stb, Catch2, and our warnings.
# Installed libraries are taken first; what is missing is fetched, unless
# FETCHCONTENT_FULLY_DISCONNECTED is on: then the targets that need it are left out.

include(FetchContent)
include(${CMAKE_CURRENT_LIST_DIR}/find_libraries.cmake)

set(IMLOAD_IMGUI_DIR "" CACHE PATH "A Dear ImGui source tree to use instead of an installed one")
set(CMAKE_POLICY_DEFAULT_CMP0077 NEW) # what is set here decides over a fetched project's options

add_library(imload_warnings INTERFACE)
if(MSVC)
    target_compile_options(imload_warnings INTERFACE /W4 /permissive-)
else()
    target_compile_options(imload_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
        -Wsign-conversion -Wold-style-cast
    )
endif()

function(imload_fetch name)
    if(NOT FETCHCONTENT_FULLY_DISCONNECTED)
        message(STATUS "imload: ${name} is not installed, fetching it")
        FetchContent_Declare(${name} SYSTEM ${ARGN})
        FetchContent_MakeAvailable(${name})
        set(${name}_SOURCE_DIR ${${name}_SOURCE_DIR} PARENT_SCOPE)
    endif()
endfunction()

# Dear ImGui from source, with its GLFW and OpenGL back ends where GLFW is there.
function(imload_compile_imgui folder)
    file(GLOB sources ${folder}/*.cpp)
    if(TARGET glfw AND TARGET OpenGL::GL)
        list(APPEND sources
            ${folder}/backends/imgui_impl_glfw.cpp
            ${folder}/backends/imgui_impl_opengl3.cpp
        )
        set(libraries glfw OpenGL::GL ${CMAKE_DL_LIBS})
    endif()
    add_library(imload_dear_imgui STATIC EXCLUDE_FROM_ALL ${sources})
    add_library(imgui::imgui ALIAS imload_dear_imgui)
    target_compile_features(imload_dear_imgui PUBLIC cxx_std_11)
    target_include_directories(imload_dear_imgui SYSTEM PUBLIC ${folder} ${folder}/backends)
    target_link_libraries(imload_dear_imgui PUBLIC ${libraries})
endfunction()

find_package(OpenGL QUIET)

imload_find(glfw glfw_found)
if(NOT glfw_found AND TARGET OpenGL::GL)
    set(GLFW_BUILD_DOCS OFF)
    set(GLFW_BUILD_TESTS OFF)
    set(GLFW_BUILD_EXAMPLES OFF)
    set(GLFW_BUILD_WAYLAND OFF)
    set(GLFW_INSTALL OFF)
    imload_fetch(glfw GIT_REPOSITORY https://github.com/glfw/glfw.git GIT_TAG 3.4 GIT_SHALLOW ON)
endif()

if(IMLOAD_IMGUI_DIR)
    imload_compile_imgui(${IMLOAD_IMGUI_DIR})
else()
    imload_find(imgui imgui_found)
    if(NOT imgui_found)
        imload_fetch(imgui
            GIT_REPOSITORY https://github.com/ocornut/imgui.git GIT_TAG v1.92.2b GIT_SHALLOW ON
        )
        if(imgui_SOURCE_DIR)
            imload_compile_imgui(${imgui_SOURCE_DIR})
        endif()
    endif()
endif()

find_path(IMLOAD_STB_DIR stb_image.h PATH_SUFFIXES stb DOC "The folder of stb_image.h")
if(NOT IMLOAD_STB_DIR)
    imload_fetch(stb
        GIT_REPOSITORY https://github.com/nothings/stb.git
        GIT_TAG f1c79c02822848a9bed4315b12c8c8f3761e1296
    )
    set(IMLOAD_STB_DIR ${stb_SOURCE_DIR})
endif()
