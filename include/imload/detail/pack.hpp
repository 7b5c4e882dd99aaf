#pragma once

#include <cstddef>
#include <utility>

namespace imload::detail {

/// One of several values, known by its place.
template <std::size_t I, class T>
struct leaf {
    [[no_unique_address]] T value;
};
template <class Places, class... Ts>
struct leaves;
template <std::size_t... Is, class... Ts>
struct leaves<std::index_sequence<Is...>, Ts...> : leaf<Is, Ts>... {};
/// Values side by side. What each loader needs of std::tuple, for a tenth of what a compiler takes
/// for that; made as pack<A, B>{{a}, {b}}.
template <class... Ts>
using pack = leaves<std::index_sequence_for<Ts...>, Ts...>;

template <std::size_t I, class T>
[[nodiscard]] constexpr T& at(leaf<I, T>& of) noexcept {
    return of.value;
}
template <std::size_t I, class T>
[[nodiscard]] constexpr const T& at(const leaf<I, T>& of) noexcept {
    return of.value;
}

} // namespace imload::detail
