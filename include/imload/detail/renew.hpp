#pragma once

#include <utility>

namespace imload::detail {

/// Gives `object` another value and returns the one that it had: std::exchange without the two
/// dozen questions that that asks a compiler about each pair of types.
template <class T, class U = T>
T renew(T& object, U&& value) {
    T before = std::move(object);
    object = std::forward<U>(value);
    return before;
}

} // namespace imload::detail
