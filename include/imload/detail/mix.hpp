#pragma once

#include <cstdint>

namespace imload::detail {

/// Spreads the bits of x: the finaliser of MurmurHash3 by Austin Appleby (public domain).
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t x) noexcept {
    x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdu;
    x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53u;
    return x ^ (x >> 33);
}
/// The product of a and b, folded into its own middle: the mixing step of wyhash by Wang Yi (public
/// domain).
[[nodiscard]] constexpr std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
#if defined(__SIZEOF_INT128__)
    __extension__ using wide = unsigned __int128;
    const wide product = static_cast<wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
#else
    constexpr std::uint64_t half = 0xffffffffu;
    const std::uint64_t low = (a & half) * (b & half);
    const std::uint64_t across = (a >> 32) * (b & half) + (low >> 32);
    const std::uint64_t other = (a & half) * (b >> 32) + (across & half);
    return (other << 32 | (low & half)) ^ ((a >> 32) * (b >> 32) + (across >> 32) + (other >> 32));
#endif
}
[[nodiscard]] constexpr std::uint64_t combine(std::uint64_t seed, std::uint64_t x) noexcept {
    return fold(seed ^ 0x9e3779b97f4a7c15u, x ^ 0xd6e8feb86659fd93u);
}
/// Where what `counter` counts begins, if no number of it is to come twice in a process. Modules of
/// one may each have a counter of their own, as on Windows: they count from elsewhere.
[[nodiscard]] inline std::uint64_t start_of_count(const void* counter) noexcept {
    return static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(counter)) *
           0x9e3779b97f4a7c15u;
}

} // namespace imload::detail
