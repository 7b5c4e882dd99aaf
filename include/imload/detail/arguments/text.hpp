#pragma once

#include <imload/config.hpp>
#include <imload/detail/arguments/argument_kinds.hpp>
#include <imload/detail/arguments/calendar.hpp>
#include <imload/detail/path.hpp>
#include <imload/key.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace imload::detail {

/// The name of this function as the compiler spells it, with that of T in it.
template <class T>
[[nodiscard]] constexpr const char* spelled_with() noexcept {
#if defined(_MSC_VER) && !defined(__clang__)
    return __FUNCSIG__;
#else
    return __PRETTY_FUNCTION__;
#endif
}

/// Cuts the name of T out of that. At run time, for it is only for labels and messages.
[[nodiscard]] constexpr std::string_view type_name_in(std::string_view spelled) noexcept {
#if defined(_MSC_VER) && !defined(__clang__)
    constexpr std::string_view before = "spelled_with<";
    const std::size_t from = spelled.find(before) + before.size();
    const std::size_t to = spelled.rfind(">(void)");
#else
    const std::size_t from = spelled.find("T = ") + 4;
    const std::size_t to = spelled.rfind(']');
#endif
    return spelled.substr(from, to - from);
}

/// A function's name, where it was given as a constant: app::fetch of named_function<(&
/// app::fetch)>.
[[nodiscard]] constexpr std::string_view plain_name(std::string_view name) noexcept {
    constexpr std::string_view wrapper = "named_function<";
    if (const std::size_t at = name.find(wrapper); at != name.npos) {
        name = name.substr(at + wrapper.size());
        name = name.substr(0, name.rfind('>'));
        while (!name.empty() && (name.front() == '(' || name.front() == '&' || name.front() == ' '))
            name.remove_prefix(1);
        while (!name.empty() && (name.back() == ')' || name.back() == ' ')) name.remove_suffix(1);
    }
    return name;
}

inline constexpr std::size_t longest_label = 200;

/// Pieces of labels. Not inlined, for labels are made seldom.
struct append {
    IMLOAD_NOINLINE static void type(std::string& out, const char* spelled) {
        out += plain_name(type_name_in(spelled));
    }

    IMLOAD_NOINLINE static void function(std::string& out, const char* spelled,
                                         std::uintptr_t address) {
        std::array<char, 16> digits;
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), address, 16);
        out += type_name_in(spelled);
        out += "@0x";
        out.append(digits.data(), end.ptr);
    }

    template <class Integer>
    IMLOAD_NOINLINE static void integer(std::string& out, Integer n) {
        std::array<char, 24> digits;
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), n);
        out.append(digits.data(), end.ptr);
    }
};

template <class T>
void append_text(std::string& out, const T& v);

inline void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    std::size_t end = std::min<std::size_t>(text.size(), 80);
    const auto continues = [&](std::size_t i) { // within a character of UTF-8
        return i < text.size() && (static_cast<unsigned char>(text[i]) & 0xc0) == 0x80;
    };
    while (end > 0 && continues(end)) --end;
    out += text.substr(0, end);
    out += end < text.size() ? "...\"" : "\"";
}

template <class Range>
void append_list(std::string& out, const Range& range) {
    out += '[';
    std::size_t n = 0;
    for (const auto& x : range) {
        if (n++ > 0) out += ", ";
        if (n > 8 || out.size() > longest_label) {
            out += "...";
            break;
        }
        detail::append_text(out, static_cast<const std::remove_cvref_t<decltype(x)>&>(x));
    }
    out += ']';
}

template <class... Ts>
void append_tuple(std::string& out, const std::tuple<Ts...>& parts) {
    std::apply(
        [&out](const auto&... xs) {
            std::size_t n = 0;
            static_cast<void>(n);
            ((out += n++ > 0 ? ", " : "", detail::append_text(out, xs)), ...);
        },
        parts);
}

/// Appends an argument as a person would write it.
template <class T>
IMLOAD_NOINLINE void append_text(std::string& out, const T& v) {
    if constexpr (std::is_same_v<T, bool>) {
        out += v ? "true" : "false";
    } else if constexpr (std::is_enum_v<T>) {
        detail::append_text(out, static_cast<std::underlying_type_t<T>>(v));
    } else if constexpr (std::is_same_v<T, char>) {
        out += '\'';
        out += v;
        out += '\'';
    } else if constexpr (std::is_arithmetic_v<T>) {
        if constexpr (std::is_integral_v<T>) {
            using wide = std::conditional_t<std::is_signed_v<T>, long long, unsigned long long>;
            append::integer(out, static_cast<wide>(v));
        } else {
            out += std::to_string(v);
        }
    } else if constexpr (std::is_same_v<T, std::string>) {
        append_quoted(out, v);
    } else if constexpr (filesystem_path<T>) {
        const auto bytes = v.u8string();
        append_quoted(out,
                      std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    } else if constexpr (chrono_duration<T>) {
        detail::append_text(out,
                            std::chrono::duration_cast<std::chrono::duration<double>>(v).count());
        out += 's';
    } else if constexpr (chrono_calendar<T>) {
        const char* between = "";
        detail::each_number(v, [&](auto n) {
            out += between;
            detail::append_text(out, n);
            between = "-";
        });
    } else if constexpr (is_a<T, std::optional>) {
        if (v)
            detail::append_text(out, *v);
        else
            out += "nullopt";
    } else if constexpr (is_a<T, std::pair>) {
        out += '{';
        detail::append_tuple(out, std::tie(v.first, v.second));
        out += '}';
    } else if constexpr (is_a<T, std::tuple>) {
        out += '{';
        detail::append_tuple(out, v);
        out += '}';
    } else if constexpr (is_a<T, std::variant>) {
        if (v.valueless_by_exception())
            out += "valueless";
        else
            std::visit([&out](const auto& x) { detail::append_text(out, x); }, v);
    } else if constexpr ((sequence<T> && !text<T>) || (unordered<T> && !has_own_hash<T>)) {
        detail::append_list(out, v);
    } else if constexpr (!has_own_hash<T> && !has_std_hash<T> && plain_aggregate<T>) {
        out += '{';
        detail::append_tuple(out, detail::fields_of(v));
        out += '}';
    } else {
        append::type(out, spelled_with<T>());
    }
}

} // namespace imload::detail
