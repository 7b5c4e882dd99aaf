#pragma once

#include <imload/detail/box.hpp>
#include <imload/detail/call.hpp>
#include <imload/detail/text.hpp>
#include <imload/detail/value_type.hpp>
#include <imload/error.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace imload::detail {

/// The message of an error value: its text, its number, what it says of itself.
template <class E>
[[nodiscard]] std::string message_of_value(const E& e) {
    if constexpr (std::is_convertible_v<const E&, std::string_view>) {
        return std::string(static_cast<std::string_view>(e));
    } else if constexpr (requires { std::string(e.message()); }) {
        return std::string(e.message());
    } else if constexpr (requires { std::string(e.what()); }) {
        return std::string(e.what());
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

/// Calls `invoke` and keeps what it returns in `into`, or the error that it returns in `failure`.
template <class T, class Invoke>
void keep_returned(held_value& into, box<error>& failure, Invoke&& invoke) {
    using returned = std::remove_cvref_t<decltype(invoke())>;
    if constexpr (std::is_void_v<returned>) {
        invoke();
        detail::make_value<T>(into);
    } else if constexpr (expected_like<returned>) {
        returned r = invoke();
        if (r.has_value()) {
            if constexpr (std::is_void_v<typename returned::value_type>)
                detail::make_value<T>(into);
            else
                detail::make_value<T>(into, *std::move(r));
        } else {
            auto why = make_box<error>();
            why->kind = error_kind::reported;
            why->message = detail::message_of_value(r.error());
            if (why->message.empty()) why->message = "an error without a message";
            why->attach(std::move(r.error()));
            failure = std::move(why);
        }
    } else {
        detail::make_value_from<T>(into, invoke);
    }
}

} // namespace imload::detail
