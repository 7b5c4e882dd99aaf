#pragma once

#include <imload/config.hpp>

#if IMLOAD_HAS_SSE2

#include <cstdint>
#include <cstring>

namespace imload::detail {

using sixteen_bytes [[gnu::vector_size(16)]] = char;

[[nodiscard]] inline sixteen_bytes sixteen_at(const void* p) noexcept {
    sixteen_bytes read;
    std::memcpy(&read, p, sizeof read);
    return read;
}

/// A bit for each byte of what a comparison gave.
[[nodiscard]] inline std::uint32_t bits_of(sixteen_bytes compared) noexcept {
    return static_cast<std::uint32_t>(__builtin_ia32_pmovmskb128(compared));
}

} // namespace imload::detail

#endif
