#pragma once

#include <imload/detail/aggregate.hpp>
#include <imload/fwd.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>

namespace imload::detail {

// What kind of value an argument is, which decides how it is hashed and compared.

template <class T>
inline constexpr bool is_reference_wrapper = false;
template <class T>
inline constexpr bool is_reference_wrapper<std::reference_wrapper<T>> = true;

template <class T, template <class...> class Of>
inline constexpr bool is_a = false;
template <class... Ts, template <class...> class Of>
inline constexpr bool is_a<Of<Ts...>, Of> = true;

template <class T>
inline constexpr bool is_std_array = false;
template <class T, std::size_t N>
inline constexpr bool is_std_array<std::array<T, N>> = true;

template <class T>
concept has_own_hash = requires(const T& v) {
    static_cast<std::size_t>(hash<T>{}(v));
};
template <class T>
concept has_std_hash = requires(const T& v) {
    static_cast<std::size_t>(std::hash<T>{}(v));
};
template <class T>
concept has_equality = requires(const T& a, const T& b) {
    static_cast<bool>(a == b);
};

/// Converts to unions without a hash. It is asked for before the members of an aggregate are named:
/// an anonymous union has no name to give.
struct union_value {
    template <class U>
        requires(std::is_union_v<U> && !has_own_hash<U> && !has_std_hash<U>)
    operator U() const&&; // NOLINT: never defined
};
template <class T>
concept has_named_members = plain_aggregate<T> && !has_member_for<T, union_value> &&
                            (field_count<T> > 0 || std::is_empty_v<T>);

/// Numbers and enums, which are compared and hashed by their values, whatever == a user's enum has.
template <class T>
concept plain_scalar = !has_own_hash<T> && (std::is_arithmetic_v<T> || std::is_enum_v<T>);

template <class T>
concept chrono_duration = is_a<T, std::chrono::duration>;
template <class T>
concept chrono_instant = is_a<T, std::chrono::time_point>;
template <class... Ts>
struct last_of {
    using type = void;
};
template <class T>
struct last_of<T> {
    using type = T;
};
template <class T, class... Ts>
struct last_of<T, Ts...> : last_of<Ts...> {};
template <class T>
inline constexpr bool ends_with_allocator = false;
template <template <class...> class C, class... Ts>
    requires requires { typename C<Ts...>::allocator_type; }
inline constexpr bool ends_with_allocator<C<Ts...>> =
    std::is_same_v<typename last_of<Ts...>::type, typename C<Ts...>::allocator_type>;
/// Where == is that of the elements, all of which are the value. The standard's containers are
/// known, without including them all, by what a class of a user's rarely has: their last argument
/// is the allocator.
template <class T>
concept standard_container = ends_with_allocator<T> && requires(const T& c) {
    typename T::value_type;
    c.begin() != c.end();
};

/// Whether a T can be copied. A container says so of itself whatever its elements are.
template <class T>
consteval bool can_be_copied() {
    if constexpr (std::is_copy_constructible_v<T> && standard_container<T>)
        return can_be_copied<typename T::value_type>();
    else
        return std::is_copy_constructible_v<T>;
}

template <class T>
concept has_hasher = requires {
    typename T::hasher;
};

/// A type of a user's that is not compared member by member: it may have more to it than its
/// elements, and its == knows.
template <class T>
concept own_equality =
    !is_std_array<T> && !standard_container<T> && (has_equality<T> || !plain_aggregate<T>);
template <class T>
concept own_sequence = own_equality<T> && !has_hasher<T> && requires(const T& c) {
    typename T::value_type;
    typename T::allocator_type;
    c.begin() != c.end();
};
template <class T>
concept own_unordered = own_equality<T> && has_hasher<T> && requires(const T& c) {
    typename T::value_type;
    typename T::key_equal;
    c.begin() != c.end();
    c.size();
};
template <class T>
concept own_container = own_sequence<T> || own_unordered<T>;

template <class T>
concept sequence = is_std_array<T> ||(standard_container<T> && !has_hasher<T>) || own_sequence<T>;
template <class T>
concept unordered = (standard_container<T> && has_hasher<T>) || own_unordered<T>;
/// A string that has a std::hash; one of other characters or traits is but a sequence.
template <class T>
concept text = is_a<T, std::basic_string> &&
    has_std_hash<std::basic_string_view<typename T::value_type, typename T::traits_type>>;

} // namespace imload::detail
