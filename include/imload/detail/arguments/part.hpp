#pragma once

#include <imload/detail/arguments/argument_kinds.hpp>
#include <imload/detail/arguments/text.hpp>
#include <imload/detail/layout.hpp>
#include <imload/detail/value_type.hpp>
#include <imload/key.hpp>

#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>

namespace imload::detail {

/// How code that does not know the type of a part handles it. Most arguments are numbers or text,
/// and of those no loader needs a function of its own.
enum class part_kind : std::uint8_t {
    boolean,
    signed_number,
    unsigned_number,
    character,
    floating,
    text,     ///< a std::string, looked at as a std::string_view
    function, ///< a pointer to one; null equals nothing
    other     ///< by the functions of its part_type
};

/// What can be done with a part of a key, or of a run, whatever its type.
struct part_type {
    part_kind kind;
    std::size_t size;
    // Of an `other`. Where there is none: by its bytes, and nothing.
    void (*copy)(void* to, const void* from) = nullptr;
    void (*destroy)(void* part) = nullptr;
    // The same where it is part of a key.
    bool (*equal)(const void* a, const void* b) = nullptr;
    void (*describe)(std::string& out, const void* part) = nullptr;
};

/// The same for what is looked at while a key is searched. None for what is as its kind says.
struct view_type {
    void (*own)(void* to, const void* view);
    bool (*equals)(const void* part, const void* view);
    std::uint64_t (*hash)(const void* view);
};

template <class T>
consteval part_kind kind_of() {
    if constexpr (std::is_same_v<T, std::string>) {
        return has_own_hash<T> ? part_kind::other : part_kind::text;
    } else if constexpr (!plain_scalar<T> || sizeof(T) > 8) {
        return part_kind::other;
    } else if constexpr (std::is_enum_v<T>) {
        return kind_of<std::underlying_type_t<T>>();
    } else if constexpr (std::is_floating_point_v<T>) {
        return std::is_same_v<T, float> || std::is_same_v<T, double> ? part_kind::floating
                                                                     : part_kind::other;
    } else if constexpr (std::is_same_v<T, bool>) {
        return part_kind::boolean;
    } else if constexpr (std::is_same_v<T, char>) {
        return part_kind::character;
    } else {
        return std::is_signed_v<T> ? part_kind::signed_number : part_kind::unsigned_number;
    }
}

template <class T>
void copy_part(void* to, const void* from) {
    ::new (to) T(*static_cast<const T*>(from));
}
template <class T>
[[nodiscard]] bool equal_parts(const void* a, const void* b) {
    return detail::equals_view(*static_cast<const T*>(a), *static_cast<const T*>(b));
}
template <class T>
void describe_part(std::string& out, const void* part) {
    detail::append_text(out, *static_cast<const T*>(part));
}

/// A part that is only copied and destroyed; and one of a key.
template <class T, bool InKey>
consteval part_type make_part_type() {
    part_type t{.kind = part_kind::other, .size = sizeof(T)};
    if constexpr (!std::is_trivially_copyable_v<T> || !std::is_copy_constructible_v<T>)
        t.copy = copy_part<T>;
    if constexpr (!std::is_trivially_destructible_v<T>) t.destroy = destroy_value<T>;
    if constexpr (InKey && kind_of<T>() != part_kind::other) {
        return {.kind = kind_of<T>(), .size = sizeof(T)};
    } else if constexpr (InKey) {
        t.equal = equal_parts<T>;
        t.describe = describe_part<T>;
    }
    return t;
}
/// Of a loader's name, whatever a std::string is as an argument.
inline constexpr part_type name_part_type = {.kind = part_kind::text, .size = sizeof(std::string)};
template <class T, bool InKey>
inline constexpr part_type part_type_of = make_part_type<T, InKey>();

template <class Owned, class View>
void own_part(void* to, const void* view) {
    ::new (to) Owned(detail::own<Owned>(*static_cast<const View*>(view)));
}
template <class Owned, class View>
[[nodiscard]] bool part_equals(const void* part, const void* view) {
    return detail::equals_view(*static_cast<const Owned*>(part), *static_cast<const View*>(view));
}
template <class Owned, class View>
[[nodiscard]] std::uint64_t hash_part(const void* view) {
    return detail::hash_view_as<Owned>(*static_cast<const View*>(view));
}

template <class Owned, class View>
inline constexpr bool viewed_as_its_kind =
    std::is_same_v<Owned, left_out> ||
    (kind_of<Owned>() != part_kind::other &&
     std::is_same_v<
         View, std::conditional_t<std::is_same_v<Owned, std::string>, std::string_view, Owned>>);
template <class Owned, class View>
inline constexpr view_type view_type_of = {own_part<Owned, View>, part_equals<Owned, View>,
                                           hash_part<Owned, View>};
template <class Owned, class View>
consteval const view_type* find_view_type() {
    if constexpr (viewed_as_its_kind<Owned, View>)
        return nullptr;
    else
        return &view_type_of<Owned, View>;
}

} // namespace imload::detail
