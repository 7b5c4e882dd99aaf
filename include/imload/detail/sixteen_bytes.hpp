#pragma once

#include <imload/config.hpp>
#include <imload/detail/bit_cast.hpp>

#if IMLOAD_HAS_SSE2

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace imload::detail {

using sixteen_bytes [[gnu::vector_size(16)]] = char;

template <std::size_t Alignment = 1>
[[nodiscard]] sixteen_bytes sixteen_at(const void* p) noexcept {
    sixteen_bytes read;
    std::memcpy(&read, __builtin_assume_aligned(p, Alignment), sizeof read);
    return read;
}

/// Four bytes, four times.
[[nodiscard]] inline sixteen_bytes sixteen_of(std::uint32_t four) noexcept {
    using words [[gnu::vector_size(16)]] = std::uint32_t;
    return bit_cast<sixteen_bytes>(words{four, four, four, four});
}

/// A bit for each byte of what a comparison gave.
[[nodiscard]] inline std::uint32_t bits_of(sixteen_bytes compared) noexcept {
    return static_cast<std::uint32_t>(__builtin_ia32_pmovmskb128(compared));
}

} // namespace imload::detail

#endif
