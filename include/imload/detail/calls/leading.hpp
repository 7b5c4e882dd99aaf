#pragma once

#include <imload/config.hpp>
#include <imload/context.hpp>
#include <imload/detail/arguments/argument_kinds.hpp>
#include <imload/promise.hpp>
#include <imload/stream.hpp>

#include <functional>
#include <type_traits>
#include <utility>

#if IMLOAD_HAS_STOP_TOKEN
#include <stop_token>
#endif

namespace imload::detail {

/// What a callable takes before its arguments; a member function, between its object and those.
enum class leading { nothing, stop_token, context, stream, promise };

template <class P>
consteval leading leading_of_parameter() {
    using parameter = std::remove_cvref_t<P>;
#if IMLOAD_HAS_STOP_TOKEN
    if (std::is_same_v<parameter, std::stop_token>) return leading::stop_token;
#endif
    if (std::is_same_v<parameter, context> && std::is_lvalue_reference_v<P>)
        return leading::context;
    if (is_a<parameter, stream> && std::is_lvalue_reference_v<P>) return leading::stream;
    if (is_a<parameter, promise> && !std::is_lvalue_reference_v<P>) return leading::promise;
    return leading::nothing;
}

/// The T of a leading stream<T>& or promise<T>; void for the others.
template <class P>
struct channel_of {
    using type = void;
};
template <class T>
struct channel_of<stream<T>> {
    using type = T;
};
template <class T>
struct channel_of<promise<T>> {
    using type = T;
};

/// What a callable is given first, as a type that is_invocable understands.
template <leading Lead, class Channel>
struct leading_argument;
#if IMLOAD_HAS_STOP_TOKEN
template <>
struct leading_argument<leading::stop_token, void> {
    using type = std::stop_token;
};
#endif
template <>
struct leading_argument<leading::context, void> {
    using type = context&;
};
template <class T>
struct leading_argument<leading::stream, T> {
    using type = stream<T>&;
};
template <class T>
struct leading_argument<leading::promise, T> {
    using type = promise<T>;
};

/// As std::invoke, but that a member function gets what comes first behind its object.
template <leading Lead, class M, class... Given>
    requires(Lead == leading::nothing && std::is_invocable_v<M, Given...>)
decltype(auto) call_member(M member, Given&&... given) {
    return std::invoke(member, std::forward<Given>(given)...);
}
template <leading Lead, class M, class First, class Object, class... Rest>
    requires(Lead != leading::nothing && std::is_invocable_v<M, Object, First, Rest...>)
decltype(auto) call_member(M member, First&& first, Object&& object, Rest&&... rest) {
    return std::invoke(member, std::forward<Object>(object), std::forward<First>(first),
                       std::forward<Rest>(rest)...);
}

/// Whether F can be called so, and what it returns then. Not std::is_invocable where a plain call
/// says the same: every loader asks.
template <leading Lead, class F, class... Given>
consteval bool callable_with() {
    if constexpr (std::is_member_pointer_v<F>) {
        return requires(F f) { detail::call_member<Lead>(f, std::declval<Given>()...); };
    } else {
        return requires(F & f) { f(std::declval<Given>()...); };
    }
}
template <leading Lead, class F, class... Given>
struct result_with {
    using type = decltype(std::declval<F&>()(std::declval<Given>()...));
};
template <leading Lead, class F, class... Given>
    requires std::is_member_pointer_v<F>
struct result_with<Lead, F, Given...> {
    using type = decltype(detail::call_member<Lead>(std::declval<F>(), std::declval<Given>()...));
};

template <leading Lead, class Channel, class F, class... Passed>
consteval bool invocable_with() {
    if constexpr (Lead == leading::nothing)
        return callable_with<Lead, F, Passed...>();
    else
        return callable_with<Lead, F, typename leading_argument<Lead, Channel>::type, Passed...>();
}

} // namespace imload::detail
