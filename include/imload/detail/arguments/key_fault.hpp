#pragma once

#include <imload/detail/aggregate.hpp>
#include <imload/detail/arguments/argument_kinds.hpp>
#include <imload/detail/arguments/calendar.hpp>
#include <imload/detail/path.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace imload::detail {

/// Why a type cannot be part of a key.
enum class key_fault { none, no_hash, no_equality, raw_pointer, reference_wrapper, borrowed };

/// A view of elements that someone else owns.
template <class T>
inline constexpr bool is_view = is_a<T, std::basic_string_view>;
template <class T, std::size_t Extent>
inline constexpr bool is_view<std::span<T, Extent>> = true;
template <>
inline constexpr bool is_view<borrowed_member> = true;

/// The aggregates that a type is somewhere in. One that is within itself, as a tree's node is, is
/// being judged already.
template <class... Ts>
struct within {
    template <class T>
    using and_within = within<Ts..., T>;
    template <class T>
    static constexpr bool has = (std::is_same_v<T, Ts> || ...);
};

template <class T, class Around = within<>>
consteval key_fault fault_of();

template <class Around, class... Ts>
consteval key_fault first_fault() {
    key_fault found = key_fault::none;
    [[maybe_unused]] const auto note = [&found](key_fault fault) {
        if (found == key_fault::none) found = fault;
    };
    (note(fault_of<std::remove_cv_t<Ts>, Around>()), ...);
    return found;
}

template <class T>
struct owned_fields;
template <class... Ts>
struct owned_fields<std::tuple<Ts...>> {
    using type = std::tuple<std::remove_cvref_t<Ts>...>;
};

template <class T, class Around>
struct parts_fault;
template <template <class...> class Of, class... Ts, class Around>
struct parts_fault<Of<Ts...>, Around> {
    static constexpr key_fault value = first_fault<Around, Ts...>();
};

template <class T, class Around>
consteval key_fault fault_of_container() {
    using element = std::remove_cvref_t<typename T::value_type>;
    constexpr key_fault inside = fault_of<element, Around>();
    // An == that is a template is there even if the elements have none.
    if constexpr (inside == key_fault::none && own_container<T>)
        return has_equality<T> && has_equality<element> ? inside : key_fault::no_equality;
    else
        return inside;
}

/// Whether T can be part of a key, and if not, why.
template <class T, class Around>
consteval key_fault fault_of() {
    if constexpr (std::is_reference_v<T> || is_view<T>)
        return key_fault::borrowed;
    else if constexpr (Around::template has<T>)
        return key_fault::none;
    else if constexpr (has_own_hash<T>)
        return has_equality<T> ? key_fault::none : key_fault::no_equality;
    else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T> || text<T> ||
                       filesystem_path<T> || std::is_same_v<T, std::monostate> ||
                       std::is_same_v<T, std::nullopt_t>)
        return key_fault::none;
    else if constexpr (std::is_pointer_v<T> || std::is_null_pointer_v<T>)
        return key_fault::raw_pointer;
    else if constexpr (is_reference_wrapper<T>)
        return key_fault::reference_wrapper;
    else if constexpr (std::is_array_v<T>)
        return fault_of<std::remove_cv_t<std::remove_extent_t<T>>, Around>();
    else if constexpr (chrono_duration<T>)
        return fault_of<typename T::rep>();
    else if constexpr (chrono_instant<T>)
        return fault_of<typename T::duration>();
    else if constexpr (is_a<T, std::optional> || is_a<T, std::pair> || is_a<T, std::tuple> ||
                       is_a<T, std::variant>)
        return parts_fault<T, Around>::value;
    else if constexpr (has_std_hash<T>)
        return has_equality<T> ? key_fault::none : key_fault::no_equality;
    else if constexpr (chrono_calendar<T>)
        return key_fault::none;
    else if constexpr (sequence<T> || unordered<T>)
        return fault_of_container<T, Around>();
    else if constexpr (has_named_members<T>)
        return parts_fault<
            typename owned_fields<decltype(detail::fields_of(std::declval<const T&>()))>::type,
            typename Around::template and_within<T>>::value;
    else
        return key_fault::no_hash;
}

} // namespace imload::detail
