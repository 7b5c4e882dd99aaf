#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

// The members of a plain aggregate, without macros and without a word from its author. Counted by
// trying brace initialisation with ever more values, as Antony Polukhin describes for "magic get";
// an array member, which takes as many values as it has elements, is found by bracing it alone.

namespace imload::detail {

struct any_value {
    // So qualified that it is never as good as a member's constructor from anything.
    template <class U>
    operator U() const&&; // NOLINT: never defined; it is to convert to whatever a member is
};

template <std::size_t>
using any_value_at = any_value;

template <class T, std::size_t... Is>
consteval bool takes_values(std::index_sequence<Is...>) {
    return requires { T{any_value_at<Is>{}...}; };
}

template <class T, std::size_t... Before, std::size_t... Inside, std::size_t... After>
consteval bool takes_braced(std::index_sequence<Before...>, std::index_sequence<Inside...>,
                            std::index_sequence<After...>) {
    return requires {
        T{any_value_at<Before>{}..., {any_value_at<Inside>{}...}, any_value_at<After>{}...};
    };
}

inline constexpr std::size_t most_fields = 16;

/// The most values that T can be initialised from, array elements counted each.
template <class T, std::size_t N = most_fields * 4>
consteval std::size_t count_values() {
    if constexpr (N == 0 || takes_values<T>(std::make_index_sequence<N>{}))
        return N;
    else
        return count_values<T, N - 1>();
}

/// How many of those the member that takes value `Index` takes.
template <class T, std::size_t Total, std::size_t Index, std::size_t Size>
consteval std::size_t values_of_member() {
    if constexpr (Size <= 1) {
        return 1;
    } else {
        using before = std::make_index_sequence<Index>;
        using inside = std::make_index_sequence<Size>;
        if constexpr (takes_braced<T>(before{}, inside{},
                                      std::make_index_sequence<Total - Index - Size>{}) &&
                      !takes_braced<T>(before{}, inside{},
                                       std::make_index_sequence<Total - Index - Size + 1>{}))
            return Size;
        else
            return values_of_member<T, Total, Index, Size - 1>();
    }
}

template <class T, std::size_t Total, std::size_t Index = 0>
consteval std::size_t count_members() {
    if constexpr (Index >= Total)
        return 0;
    else
        return 1 + count_members<T, Total,
                                 Index + values_of_member<T, Total, Index, Total - Index>()>();
}

template <class T>
inline constexpr std::size_t field_count = count_members<T, count_values<T>()>();

/// Converts to the bases of T alone.
template <class T>
struct base_value {
    template <class U>
        requires(std::is_base_of_v<U, T> && !std::is_same_v<U, T>)
    operator U() const; // NOLINT: never defined
};

/// Converts to nothing: only a constructor from anything takes it.
struct no_value {};

template <class T, class First>
concept starts_with = requires {
    T{First{}};
};

/// An aggregate whose members can be told apart: a class without a base.
template <class T>
concept plain_aggregate = std::is_class_v<T> && std::is_aggregate_v<T> &&
    (!starts_with<T, base_value<T>> || starts_with<T, no_value>);

/// In the place of a member that is a reference: what it refers to is not the aggregate's own.
struct borrowed_member {
    template <class T>
    constexpr borrowed_member(const T&) noexcept {} // NOLINT: as a reference binds
};

/// References to members, but copies of numbers: a bit-field has no address. A binding is declared
/// as a reference where the member is one.
template <class T>
using field = std::conditional_t<std::is_reference_v<T>, borrowed_member,
                                 std::conditional_t<std::is_arithmetic_v<std::remove_cv_t<T>> ||
                                                        std::is_enum_v<std::remove_cv_t<T>>,
                                                    std::remove_cv_t<T>, const T&>>;
template <class... Ts>
using field_tuple = std::tuple<field<Ts>...>;

/// Whether the member that takes the value after these is one that `Value` itself converts to: in
/// braces it would be the value of that member's first one.
template <class T, class Value, std::size_t... Before>
consteval bool takes_after(std::index_sequence<Before...>) {
    if constexpr (requires { T{any_value_at<Before>{}..., {Value{}}}; })
        return false;
    else
        return requires { T{any_value_at<Before>{}..., Value{}}; };
}

/// Whether T has a member that `Value` converts to, not inside another one.
template <class T, class Value>
inline constexpr bool has_member_for = []<std::size_t... Is>(std::index_sequence<Is...>) {
    return (takes_after<T, Value>(std::make_index_sequence<Is>{}) || ...);
}
(std::make_index_sequence<count_values<T>()>{});

// clang-format off

/// The members of `whole`, in order.
template <class T>
[[nodiscard]] constexpr auto fields_of(const T& whole) noexcept {
    constexpr std::size_t count = field_count<T>;
    static_assert(count <= most_fields,
                  "imload: a plain aggregate with more than 16 members cannot be a key by itself: "
                  "specialise imload::hash for it and give it operator==");
    if constexpr (count == 0 || count > most_fields) {
        return std::tuple<>{};
    } else if constexpr (count == 16) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = whole;
        return field_tuple<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h), decltype(i), decltype(j), decltype(k), decltype(l), decltype(m), decltype(n), decltype(o), decltype(p)>(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
    } else if constexpr (count == 15) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o] = whole;
        return field_tuple<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h), decltype(i), decltype(j), decltype(k), decltype(l), decltype(m), decltype(n), decltype(o)>(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o);
    } else if constexpr (count == 14) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = whole;
        return field_tuple<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h), decltype(i), decltype(j), decltype(k), decltype(l), decltype(m), decltype(n)>(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
    } else if constexpr (count == 13) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m] = whole;
        return field_tuple<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h), decltype(i), decltype(j), decltype(k), decltype(l), decltype(m)>(a, b, c, d, e, f, g, h, i, j, k, l, m);
    } else if constexpr (count == 12) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l] = whole;
        return field_tuple<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h), decltype(i), decltype(j), decltype(k), decltype(l)>(a, b, c, d, e, f, g, h, i, j, k, l);
    } else if constexpr (count == 11) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k] = whole;
        return field_tuple<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h), decltype(i), decltype(j), decltype(k)>(a, b, c, d, e, f, g, h, i, j, k);
    } else if constexpr (count == 10) {
        const auto& [a, b, c, d, e, f, g, h, i, j] = whole;
        return field_tuple<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h), decltype(i), decltype(j)>(a, b, c, d, e, f, g, h, i, j);
    } else if constexpr (count == 9) {
        const auto& [a, b, c, d, e, f, g, h, i] = whole;
        return field_tuple<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h), decltype(i)>(a, b, c, d, e, f, g, h, i);
    } else if constexpr (count == 8) {
        const auto& [a, b, c, d, e, f, g, h] = whole;
        return field_tuple<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g), decltype(h)>(a, b, c, d, e, f, g, h);
    } else if constexpr (count == 7) {
        const auto& [a, b, c, d, e, f, g] = whole;
        return field_tuple<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f), decltype(g)>(a, b, c, d, e, f, g);
    } else if constexpr (count == 6) {
        const auto& [a, b, c, d, e, f] = whole;
        return field_tuple<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e), decltype(f)>(a, b, c, d, e, f);
    } else if constexpr (count == 5) {
        const auto& [a, b, c, d, e] = whole;
        return field_tuple<decltype(a), decltype(b), decltype(c), decltype(d), decltype(e)>(a, b, c, d, e);
    } else if constexpr (count == 4) {
        const auto& [a, b, c, d] = whole;
        return field_tuple<decltype(a), decltype(b), decltype(c), decltype(d)>(a, b, c, d);
    } else if constexpr (count == 3) {
        const auto& [a, b, c] = whole;
        return field_tuple<decltype(a), decltype(b), decltype(c)>(a, b, c);
    } else if constexpr (count == 2) {
        const auto& [a, b] = whole;
        return field_tuple<decltype(a), decltype(b)>(a, b);
    } else if constexpr (count == 1) {
        const auto& [a] = whole;
        return field_tuple<decltype(a)>(a);
    }
}

// clang-format on

} // namespace imload::detail
