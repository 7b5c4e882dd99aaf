#pragma once

#include <imload/detail/aggregate.hpp>
#include <imload/detail/arguments/argument_kinds.hpp>
#include <imload/detail/arguments/calendar.hpp>
#include <imload/detail/bit_cast.hpp>
#include <imload/detail/mix.hpp>
#include <imload/detail/path.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace imload {

/// Specialise it to make a type of yours an argument: `std::size_t operator()(const T&) const`.
/// The type's own == then decides which values are one key. All keys of a session share one index,
/// so a hash of few values slows all of them down. Not needed for numbers, enums, strings,
/// paths, chrono, optional, pair, tuple, variant, containers (one that is not the standard's is
/// compared by its own ==), what std::hash knows, and plain aggregates of these.
template <class T>
struct hash;

namespace detail {

/// The hash of one argument.
template <class T>
[[nodiscard]] std::uint64_t hash_of(const T& v) {
    if constexpr (has_own_hash<T>) {
        return static_cast<std::size_t>(hash<T>{}(v));
    } else if constexpr (std::is_same_v<T, long double>) {
        return v == v ? std::hash<T>{}(v + T{0}) : 1u;
    } else if constexpr (std::is_floating_point_v<T>) {
        using bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
        return v == v ? detail::bit_cast<bits>(v + T{0}) : 1u; // -0.0 + 0.0 is 0.0
    } else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
        return static_cast<std::uint64_t>(v);
    } else if constexpr (text<T>) {
        return std::hash<std::basic_string_view<typename T::value_type, typename T::traits_type>>{}(
            v);
    } else if constexpr (filesystem_path<T>) {
        if constexpr (is_text_path<T>)
            return hash_path(v.native());
        else
            return hash_value(v); // of its namespace
    } else if constexpr (chrono_duration<T>) {
        return detail::hash_of(v.count());
    } else if constexpr (chrono_instant<T>) {
        return detail::hash_of(v.time_since_epoch());
    } else if constexpr (is_a<T, std::optional>) {
        return v ? combine(1, detail::hash_of(*v)) : 0;
    } else if constexpr (is_a<T, std::pair>) {
        return combine(combine(2, detail::hash_of(v.first)), detail::hash_of(v.second));
    } else if constexpr (is_a<T, std::tuple>) {
        std::uint64_t h = 3;
        std::apply([&h](const auto&... xs) { ((h = combine(h, detail::hash_of(xs))), ...); }, v);
        return h;
    } else if constexpr (is_a<T, std::variant>) {
        if (v.valueless_by_exception()) return 0;
        return std::visit([&](const auto& x) { return combine(v.index(), detail::hash_of(x)); }, v);
    } else if constexpr (has_std_hash<T>) {
        return std::hash<T>{}(v);
    } else if constexpr (chrono_calendar<T>) {
        std::uint64_t h = 6;
        detail::each_number(v, [&h](auto n) { h = combine(h, detail::hash_of(n)); });
        return h;
    } else if constexpr (unordered<T>) {
        std::uint64_t h = v.size();
        for (const auto& x : v) h += mix(detail::hash_of(x)); // a sum: the order does not matter
        return h;
    } else if constexpr (sequence<T> || std::is_array_v<T>) {
        std::uint64_t h = 4;
        std::uint64_t length = 0;
        for (const auto& x : v) {
            h = combine(h,
                        detail::hash_of(static_cast<const std::remove_cvref_t<decltype(x)>&>(x)));
            ++length;
        }
        return combine(h, length);
    } else if constexpr (std::is_same_v<T, std::monostate> || std::is_same_v<T, std::nullopt_t>) {
        return 5;
    } else {
        return detail::hash_of(detail::fields_of(v));
    }
}

template <class T>
[[nodiscard]] bool equal_values(const T& a, const T& b);

template <class T>
[[nodiscard]] bool equal_unordered(const T& a, const T& b) {
    if (a.size() != b.size()) return false;
    const auto times = [](const auto& range, const auto& x) {
        std::size_t n = 0;
        for (auto i = range.first; i != range.second; ++i)
            n += detail::equal_values(*i, x) ? 1u : 0u;
        return n;
    };
    for (auto at = a.begin(); at != a.end();) {
        const typename T::key_type* key = nullptr;
        if constexpr (requires { at->first; } &&
                      !std::is_same_v<typename T::key_type, typename T::value_type>)
            key = std::addressof(at->first);
        else
            key = std::addressof(*at);
        // Every element equal to this one under the container's own ==, at once.
        const auto mine = a.equal_range(*key);
        const auto theirs = b.equal_range(*key);
        if (mine.first == mine.second) { // a NaN: the container itself finds it nowhere
            const auto all = [](const T& c) { return std::pair(c.begin(), c.end()); };
            if (times(all(a), *at) != times(all(b), *at)) return false;
            ++at;
            continue;
        }
        for (auto i = mine.first; i != mine.second; ++i)
            if (times(mine, *i) != times(theirs, *i)) return false;
        at = mine.second;
    }
    return true;
}

/// Whether two arguments are one key: ==, but NaN equals NaN, in the standard's containers and in
/// aggregates too.
template <class T>
[[nodiscard]] bool equal_values(const T& a, const T& b) {
    if constexpr (has_own_hash<T>) {
        return static_cast<bool>(a == b);
    } else if constexpr (std::is_floating_point_v<T>) {
        return a == b || (a != a && b != b);
    } else if constexpr (std::is_enum_v<T>) {
        return static_cast<std::underlying_type_t<T>>(a) ==
               static_cast<std::underlying_type_t<T>>(b);
    } else if constexpr (std::is_arithmetic_v<T> || text<T>) {
        return a == b;
    } else if constexpr (filesystem_path<T>) {
        if constexpr (is_text_path<T>)
            return equal_paths(a.native(), b.native());
        else
            return a == b;
    } else if constexpr (chrono_duration<T>) {
        return detail::equal_values(a.count(), b.count());
    } else if constexpr (chrono_instant<T>) {
        return detail::equal_values(a.time_since_epoch(), b.time_since_epoch());
    } else if constexpr (is_a<T, std::optional>) {
        return a.has_value() == b.has_value() && (!a || detail::equal_values(*a, *b));
    } else if constexpr (is_a<T, std::pair>) {
        return detail::equal_values(a.first, b.first) && detail::equal_values(a.second, b.second);
    } else if constexpr (is_a<T, std::tuple>) {
        return [&]<std::size_t... Is>(std::index_sequence<Is...>) {
            return (detail::equal_values(std::get<Is>(a), std::get<Is>(b)) && ...);
        }
        (std::make_index_sequence<std::tuple_size_v<T>>{});
    } else if constexpr (is_a<T, std::variant>) {
        if (a.index() != b.index()) return false;
        if (a.valueless_by_exception()) return true;
        return [&]<std::size_t... Is>(std::index_sequence<Is...>) {
            return ((a.index() == Is &&
                     detail::equal_values(*std::get_if<Is>(&a), *std::get_if<Is>(&b))) ||
                    ...);
        }
        (std::make_index_sequence<std::variant_size_v<T>>{});
    } else if constexpr (has_std_hash<T> || chrono_calendar<T> || own_container<T>) {
        return static_cast<bool>(a == b);
    } else if constexpr (unordered<T>) {
        return detail::equal_unordered(a, b);
    } else if constexpr (std::is_array_v<T>) {
        for (std::size_t i = 0; i < std::extent_v<T>; ++i)
            if (!detail::equal_values(a[i], b[i])) return false;
        return true;
    } else if constexpr (sequence<T>) {
        using element = std::remove_cvref_t<typename T::value_type>;
        if constexpr (std::is_integral_v<element>) { // many at a time, where there is memory
            if (a.begin() == a.end() || b.begin() == b.end())
                return a.begin() == a.end() && b.begin() == b.end();
            return std::equal(a.begin(), a.end(), b.begin(), b.end());
        }
        auto x = a.begin();
        auto y = b.begin();
        for (; x != a.end() && y != b.end(); ++x, ++y) {
            if (!detail::equal_values<element>(*x, *y)) return false;
        }
        return x == a.end() && y == b.end();
    } else if constexpr (std::is_same_v<T, std::monostate> || std::is_same_v<T, std::nullopt_t>) {
        return true;
    } else {
        return detail::equal_values(detail::fields_of(a), detail::fields_of(b));
    }
}

} // namespace detail
} // namespace imload
