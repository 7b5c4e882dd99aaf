#pragma once

#include <imload/config.hpp>
#include <imload/detail/arguments/argument_kinds.hpp>
#include <imload/detail/layout.hpp>
#include <imload/detail/path.hpp>
#include <imload/detail/sixteen_bytes.hpp>
#include <imload/hash.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace imload {

/// An argument that is handed to the callable and left out of the key; see unkeyed().
template <class T>
struct unkeyed_argument {
    T value;
};

/// Hands `x` to the callable without making it part of the key: a connection, a logger. The
/// argument of the ask that starts a run is the one that the run gets: a copy, of text and of what
/// a span looks at too, as in a key. Pass std::ref(x) where the callable takes a reference, and a
/// span where it writes through one; then x must outlive the run and be safe to use from a worker.
template <class T>
[[nodiscard]] unkeyed_argument<std::decay_t<T>> unkeyed(T&& x) {
    return {std::forward<T>(x)};
}

/// An argument whose address is the key; see by_address().
template <class T>
struct address_argument {
    T* pointer;
    friend bool operator==(address_argument, address_argument) = default;
};

/// Admits a raw pointer as an argument: the address is the key, whatever is there. What it points
/// to must outlive every run and be safe to read from a worker.
template <class T>
[[nodiscard]] constexpr address_argument<T> by_address(T* pointer) noexcept {
    return {pointer};
}

template <class T>
struct hash<address_argument<T>> {
    std::size_t operator()(address_argument<T> a) const noexcept {
        return std::hash<T*>{}(a.pointer);
    }
};

namespace detail {

struct unknown_parameter;

/// What a key owns in place of a T: text for a character pointer, a vector for a span, an array
/// for one of a fixed extent.
template <class T>
struct owned_form {
    using type = T;
};
template <class C, class Traits>
struct owned_form<std::basic_string_view<C, Traits>> {
    using type = std::basic_string<C, Traits>;
};
template <class T>
struct owned_form<std::span<T>> {
    using type = std::vector<std::remove_cv_t<T>>;
};
template <class T, std::size_t Extent>
struct owned_form<std::span<T, Extent>> {
    using type = std::array<std::remove_cv_t<T>, Extent>;
};
template <class T>
inline constexpr bool is_character =
    std::is_same_v<T, char> || std::is_same_v<T, wchar_t> || std::is_same_v<T, char8_t> ||
    std::is_same_v<T, char16_t> || std::is_same_v<T, char32_t>;
template <class C>
    requires is_character<std::remove_cv_t<C>>
struct owned_form<C*> {
    using type = std::basic_string<std::remove_cv_t<C>>;
};

template <class T>
inline constexpr bool is_span = false;
template <class T, std::size_t Extent>
inline constexpr bool is_span<std::span<T, Extent>> = true;
template <class T>
inline constexpr bool is_writable_span = false;
template <class T, std::size_t Extent>
inline constexpr bool is_writable_span<std::span<T, Extent>> = !std::is_const_v<T>;
template <class T>
inline constexpr bool is_unkeyed = false;
template <class T>
inline constexpr bool is_unkeyed<unkeyed_argument<T>> = true;
template <class T>
inline constexpr bool is_address = false;
template <class T>
inline constexpr bool is_address<address_argument<T>> = true;

template <class T>
struct address_of_parameter;
template <class T>
struct address_of_parameter<T*> {
    using type = address_argument<T>;
};

/// The decayed, owned type of an argument of type A given to a parameter of type P.
template <class P, class A>
consteval auto owned_type() {
    using argument = std::remove_cvref_t<A>;
    using parameter = std::decay_t<std::conditional_t<std::is_same_v<P, unknown_parameter>, A, P>>;
    if constexpr (is_address<argument>) {
        if constexpr (std::is_pointer_v<parameter>)
            return std::type_identity<typename address_of_parameter<parameter>::type>{};
        else
            return std::type_identity<argument>{};
    } else {
        return std::type_identity<typename owned_form<parameter>::type>{};
    }
}

/// How an owned type is looked at where that saves making one; void: as itself.
template <class T>
struct view_over {
    using type = void;
};
template <class C, class Traits, class Alloc>
struct view_over<std::basic_string<C, Traits, Alloc>> {
    using type = std::basic_string_view<C, Traits>;
};
template <filesystem_path P>
struct view_over<P> {
    using type = std::conditional_t<is_text_path<P>, std::string_view, void>;
};
template <class T, class Alloc>
    requires(!std::is_same_v<T, bool>)
struct view_over<std::vector<T, Alloc>> {
    using type = std::span<const T>;
};
template <class T, std::size_t Extent>
struct view_over<std::array<T, Extent>> {
    using type = std::span<const T, Extent>;
};

/// Whether an argument of type A can become an Owned: as it would a parameter, or through the view.
template <class Owned, class A>
consteval bool becomes() {
    using view = typename view_over<Owned>::type;
    if constexpr (std::is_convertible_v<const A&, Owned>)
        return true;
    else if constexpr (!std::is_void_v<view>)
        return std::is_convertible_v<const A&, view>;
    else
        return false;
}

/// One argument as the key sees it: its parameter, its owned type, and whether it counts.
template <class P, class Owned, bool Keyed>
struct element {
    using parameter = P;
    using owned = Owned;
    static constexpr bool keyed = Keyed;
};

template <class P, class A>
consteval auto element_type() {
    using argument = std::remove_cvref_t<A>;
    if constexpr (is_unkeyed<argument>) {
        using inner = decltype(argument::value);
        using converted = typename decltype(owned_type<P, inner>())::type;
        // What a callable writes through a span is for who gave it: a copy would swallow that.
        constexpr bool handed_on = is_span<inner> && (std::is_same_v<P, unknown_parameter> ||
                                                      is_writable_span<std::remove_cvref_t<P>>);
        if constexpr (becomes<converted, inner>() && !handed_on && !is_reference_wrapper<inner>)
            return std::type_identity<element<P, converted, false>>{};
        else
            return std::type_identity<element<P, inner, false>>{};
    } else {
        return std::type_identity<element<P, typename decltype(owned_type<P, A>())::type, true>>{};
    }
}
template <class P, class A>
using element_for = typename decltype(element_type<P, A>())::type;

/// How an argument is looked at while a key is searched: as the owned type itself where it is one,
/// through a view where that saves making one, converted else.
template <class Owned, class A>
[[nodiscard]] constexpr decltype(auto) view_of(const A& argument) {
    using view = typename view_over<Owned>::type;
    if constexpr (std::is_same_v<A, Owned> && text<Owned>) {
        return view(argument);
    } else if constexpr (std::is_same_v<A, Owned>) {
        return static_cast<const Owned&>(argument);
    } else if constexpr (is_address<Owned>) {
        return Owned{argument.pointer};
    } else if constexpr (!std::is_void_v<view> && std::is_convertible_v<const A&, view> &&
                         !filesystem_path<A>) {
        if constexpr (std::is_pointer_v<A>) {
            if (argument == nullptr) return view{};
        }
        if constexpr (std::is_array_v<A> && !is_span<view>)
            return view(static_cast<const std::remove_extent_t<A>*>(argument));
        else
            return view(argument);
    } else if constexpr (std::is_arithmetic_v<Owned> || std::is_enum_v<Owned>) {
        return static_cast<Owned>(argument);
    } else {
        const auto convert = [](const A& from) -> Owned { return from; };
        return convert(argument);
    }
}

/// Makes the owned argument from what view_of gave.
template <class Owned, class View>
[[nodiscard]] Owned own(const View& view) {
    if constexpr (is_span<View> && is_std_array<Owned>) {
        return [&]<std::size_t... Is>(std::index_sequence<Is...>) { return Owned{{view[Is]...}}; }
        (std::make_index_sequence<std::tuple_size_v<Owned>>{});
    } else if constexpr (is_span<View>) {
        return Owned(view.begin(), view.end());
    } else {
        return Owned(view);
    }
}

/// A view whose elements are hashed and compared one by one, as those of its owned form are.
template <class View>
inline constexpr bool is_sequence_view = is_span<View> || (is_a<View, std::basic_string_view> &&
                                                           !has_std_hash<View>);

template <class View>
[[nodiscard]] std::uint64_t hash_view(const View& view) {
    if constexpr (is_sequence_view<View>) {
        std::uint64_t h = 4;
        for (const auto& x : view) h = combine(h, detail::hash_of(x));
        return combine(h, view.size());
    } else if constexpr (is_a<View, std::basic_string_view>) {
        return std::hash<View>{}(view);
    } else {
        return detail::hash_of(view);
    }
}

/// Eight characters of two texts, as far as they differ.
[[nodiscard]] inline std::uint64_t differ_in_eight(const char* a, const char* b) noexcept {
    std::uint64_t x = 0;
    std::uint64_t y = 0;
    std::memcpy(&x, a, sizeof x);
    std::memcpy(&y, b, sizeof y);
    return x ^ y;
}

/// Whether two texts of one length agree. Eight characters at a time, and no call, where that is
/// faster.
[[nodiscard]] IMLOAD_NOINLINE inline bool equal_text_of_any_length(const char* a, const char* b,
                                                                   std::size_t length) noexcept {
    constexpr std::size_t step = 8;
    if (length < step || length > 16 * step) // an empty text may be a null pointer
        return length == 0 || std::memcmp(a, b, length) == 0;
    std::uint64_t any = differ_in_eight(a + length - step, b + length - step); // it may overlap
    for (std::size_t at = 0; at + step < length; at += step) any |= differ_in_eight(a + at, b + at);
    return any == 0;
}

/// The same, inlined for lengths that keys mostly have: two halves, which may overlap.
[[nodiscard]] IMLOAD_ALWAYS_INLINE inline bool equal_text(const char* a, const char* b,
                                                          std::size_t length) noexcept {
#if IMLOAD_HAS_SSE2
    if (length - 16 <= 16) [[likely]] {
        const sixteen_bytes first = sixteen_at(a) == sixteen_at(b);
        const sixteen_bytes last = sixteen_at(a + length - 16) == sixteen_at(b + length - 16);
        // A branch tells the compiler that they mostly agree: else g++ 12 keeps in memory what a
        // loop of polls could keep in registers.
        if (bits_of(first & last) != 0xffff) [[unlikely]]
            return false;
        return true;
    }
#endif
    if (length - 8 <= 8)
        return (differ_in_eight(a, b) | differ_in_eight(a + length - 8, b + length - 8)) == 0;
    return equal_text_of_any_length(a, b, length);
}

template <class Owned, class View>
[[nodiscard]] IMLOAD_ALWAYS_INLINE inline bool equals_view(const Owned& owned, const View& view) {
    if constexpr (std::is_same_v<Owned, left_out>) {
        return true;
    } else if constexpr (std::is_same_v<Owned, View> && !std::is_same_v<Owned, std::string>) {
        return detail::equal_values(owned, view);
    } else if constexpr (std::is_same_v<Owned, std::string>) {
        const std::string_view sought = view;
        if (owned.size() != sought.size()) [[unlikely]]
            return false;
        return equal_text(owned.data(), sought.data(), sought.size());
    } else if constexpr (is_sequence_view<View>) {
        if (owned.size() != view.size()) return false;
        if constexpr (std::is_integral_v<typename View::value_type>) // many at a time
            return view.empty() || std::equal(view.begin(), view.end(), owned.begin());
        for (std::size_t i = 0; i < view.size(); ++i)
            if (!detail::equal_values(owned[i], view[i])) return false;
        return true;
    } else if constexpr (filesystem_path<Owned>) {
        return equal_paths(owned.native(), view);
    } else {
        return owned == view;
    }
}

template <class Owned, class View>
[[nodiscard]] std::uint64_t hash_view_as(const View& view) {
    if constexpr (std::is_same_v<Owned, left_out>)
        return 0;
    else if constexpr (filesystem_path<Owned> && std::is_same_v<View, std::string_view>)
        return hash_path(view);
    else
        return detail::hash_view(view);
}

} // namespace detail
} // namespace imload
