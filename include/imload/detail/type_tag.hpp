#pragma once

#include <type_traits>

namespace imload::detail {

/// One address per type, const or not, without RTTI. The tag itself is not const: linkers that fold
/// identical constants would give two types one address.
template <class T>
struct type_tag {
    static inline char here = 0;
};

template <class T>
[[nodiscard]] const void* tag_of() noexcept {
    return &type_tag<std::remove_cv_t<T>>::here;
}

} // namespace imload::detail
