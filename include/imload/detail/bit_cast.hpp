#pragma once

#include <type_traits>

namespace imload::detail {

/// std::bit_cast, which libc++ has from 14 on only: an Emscripten may come with an older one. The
/// built-in is that of all compilers.
template <class To, class From>
[[nodiscard]] constexpr To bit_cast(const From& from) noexcept {
    static_assert(sizeof(To) == sizeof(From) && std::is_trivially_copyable_v<To> &&
                  std::is_trivially_copyable_v<From>);
    return __builtin_bit_cast(To, from);
}

} // namespace imload::detail
