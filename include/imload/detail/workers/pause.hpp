#pragma once

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
#endif

namespace imload::detail {

/// Some 10 to 150 cycles of nothing, in a loop that looks at what another thread writes: the other
/// half of a core that runs two threads gets on meanwhile. The standard has no word for it.
inline void pause() noexcept {
#if defined(_MSC_VER) && !defined(__clang__)
#if defined(_M_IX86) || defined(_M_X64)
    _mm_pause();
#elif defined(_M_ARM64)
    __isb(_ARM64_BARRIER_SY);
#endif
#elif defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb" ::: "memory"); // "yield" does next to nothing
#endif
}

} // namespace imload::detail
