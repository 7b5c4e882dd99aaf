#pragma once

#include <imload/detail/arguments/text.hpp>
#include <imload/detail/fail.hpp>
#include <imload/error.hpp>

#include <exception>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace imload::detail {

/// A type shaped like std::expected: its error becomes the run's error.
template <class R>
concept expected_like = requires(R& r) {
    typename R::value_type;
    typename R::error_type;
    static_cast<bool>(r.has_value());
    r.error();
};

/// What comes of an R: what it is, or the value in it.
template <class R>
struct value_of {
    using type = std::decay_t<R>;
};
template <class R>
    requires std::is_void_v<R>
struct value_of<R> {
    using type = std::monostate;
};
template <expected_like R>
struct value_of<R> {
    using type = std::conditional_t<std::is_void_v<typename R::value_type>, std::monostate,
                                    typename R::value_type>;
};

template <class R>
[[nodiscard]] decltype(auto) read_outcome(R&& outcome) {
    if constexpr (requires { *std::forward<R>(outcome); })
        return *std::forward<R>(outcome);
    else
        return std::forward<R>(outcome).value();
}

/// Whether an outcome that is const gives a T, too: then a reference is not to what it owns.
template <class R, class T>
consteval bool reads_const_as() {
    if constexpr (requires(const R& outcome) { *outcome; })
        return std::is_same_v<decltype(*std::declval<const R&>()), T>;
    else if constexpr (requires(const R& outcome) { outcome.value(); })
        return std::is_same_v<decltype(std::declval<const R&>().value()), T>;
    else
        return false;
}

/// The value in an outcome that has one, moved where it is the outcome's own.
template <class R>
[[nodiscard]] decltype(auto) value_in_outcome(R&& outcome) {
    using found = decltype(detail::read_outcome(std::move(outcome)));
    if constexpr (std::is_lvalue_reference_v<found> && !reads_const_as<R, found>())
        return std::move(detail::read_outcome(std::move(outcome)));
    else
        return detail::read_outcome(std::move(outcome));
}

/// A null character pointer is no text.
template <class Text>
[[nodiscard]] std::string text_of(const Text& text) {
    if constexpr (std::is_pointer_v<Text>)
        return text ? std::string(text) : std::string();
    else if constexpr (std::is_convertible_v<const Text&, std::string_view>)
        return std::string(static_cast<std::string_view>(text));
    else
        return std::string(text);
}

/// The message of an error value: its text, its number, what it says of itself, or what the
/// exception in it says. May be empty.
template <class E>
[[nodiscard]] std::string message_of_value(const E& e) {
    if constexpr (std::is_convertible_v<const E&, std::string_view>) {
        return detail::text_of(e);
    } else if constexpr (std::is_same_v<E, std::exception_ptr>) {
        return message_of(e);
    } else if constexpr (requires { std::string(e.message()); }) {
        return detail::text_of(e.message());
    } else if constexpr (requires { std::string(e.what()); }) {
        return detail::text_of(e.what());
    } else if constexpr (std::is_arithmetic_v<E> || std::is_enum_v<E>) {
        std::string text = "error ";
        detail::append_text(text, e);
        return text;
    } else {
        std::string text = "an error of type ";
        append::type(text, spelled_with<E>());
        return text;
    }
}

/// The error of a run that reported `e`, which error::as gives back. A reported exception is the
/// run's too, to be rethrown.
template <class E>
[[nodiscard]] failure reported(E&& e) {
    error why;
    if constexpr (std::is_same_v<std::remove_cvref_t<E>, std::exception_ptr>) why.exception = e;
    why.kind = error_kind::reported;
    why.message = detail::message_of_value(e);
    if (why.message.empty()) why.message = "an error without a message";
    why.attach(std::forward<E>(e));
    return failure(std::move(why));
}

} // namespace imload::detail
