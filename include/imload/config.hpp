#pragma once

#include <version>

#if defined(min) || defined(max)
#error "imload: min and max are macros here: define NOMINMAX before windows.h is included"
#endif

// 1 where exceptions are on. Without them a failing load is told by a result shaped like
// std::expected, and a misuse of the library ends the program with its message.
#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
#define IMLOAD_HAS_EXCEPTIONS 1
#else
#define IMLOAD_HAS_EXCEPTIONS 0
#endif

// g++ says at each use of a template that its locals hide the program's own globals, so the headers
// that a program includes turn -Wshadow off for what they bring; clang says no such thing.

// Define IMLOAD_NO_THREADS where the platform has no threads; it is set by itself in an
// Emscripten build without pthreads. One load then runs in each begin_frame. std::mutex and
// std::condition_variable must exist there too.
#if defined(__EMSCRIPTEN__) && !defined(__EMSCRIPTEN_PTHREADS__) && !defined(IMLOAD_NO_THREADS)
#define IMLOAD_NO_THREADS
#endif
#if defined(IMLOAD_NO_THREADS)
#define IMLOAD_HAS_THREADS 0
#else
#define IMLOAD_HAS_THREADS 1
#endif

// 1 where the standard library has std::stop_token (libc++ has it only from 20 on, without a flag).
#if defined(__cpp_lib_jthread) && IMLOAD_HAS_THREADS
#define IMLOAD_HAS_STOP_TOKEN 1
#else
#define IMLOAD_HAS_STOP_TOKEN 0
#endif

// 1 where the address sanitizer looks on.
#if defined(__SANITIZE_ADDRESS__)
#define IMLOAD_HAS_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#define IMLOAD_HAS_ADDRESS_SANITIZER __has_feature(address_sanitizer)
#else
#define IMLOAD_HAS_ADDRESS_SANITIZER 0
#endif

// What polls a loaded key is inlined, which compilers do not do by themselves everywhere: clang 14
// then needs a quarter fewer instructions, g++ 12 half as many for a call. The slow paths are kept
// out of line, so that it stays small. The standard has no words for it.
#if defined(_MSC_VER) && !defined(__clang__)
#define IMLOAD_NOINLINE __declspec(noinline)
#define IMLOAD_ALWAYS_INLINE __forceinline
#else
#define IMLOAD_NOINLINE [[gnu::noinline]]
#define IMLOAD_ALWAYS_INLINE [[gnu::always_inline]]
#endif

// 1 where sixteen bytes are compared at once, which halves a search; written with what the
// compilers offer without a header, and in plain C++ elsewhere.
#if defined(__SSE2__) && defined(__GNUC__)
#define IMLOAD_HAS_SSE2 1
#else
#define IMLOAD_HAS_SSE2 0
#endif
