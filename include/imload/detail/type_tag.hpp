#pragma once

namespace imload::detail {

/// One address per type, without RTTI. Not const: linkers that fold identical constants would give
/// two types one address.
template <class T>
struct type_tag {
    static inline char here = 0;
};

template <class T>
[[nodiscard]] const void* tag_of() noexcept {
    return &type_tag<T>::here;
}

} // namespace imload::detail
