#pragma once

#include <imload/config.hpp>
#include <imload/context.hpp>
#include <imload/detail/signature.hpp>
#include <imload/key.hpp>

#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>
#include <variant>

#if IMLOAD_HAS_STOP_TOKEN
#include <stop_token>
#endif

namespace imload::detail {

/// What a callable takes before its arguments.
enum class leading { nothing, stop_token, context };

template <class P>
consteval leading leading_of_parameter() {
    using parameter = std::remove_cvref_t<P>;
#if IMLOAD_HAS_STOP_TOKEN
    if (std::is_same_v<parameter, std::stop_token>) return leading::stop_token;
#endif
    if (std::is_same_v<parameter, context> && std::is_lvalue_reference_v<P>)
        return leading::context;
    return leading::nothing;
}

/// How the callable is given an argument that the job owns: as the characters or the elements
/// where it takes a pointer or a span, as an lvalue where it keeps looking at it, moved else.
template <class P, class Owned>
[[nodiscard]] decltype(auto) pass(Owned& owned) {
    if constexpr (is_address<Owned>) {
        return owned.pointer;
    } else if constexpr (text<Owned> && std::is_pointer_v<std::decay_t<P>>) {
        if constexpr (std::is_convertible_v<const typename Owned::value_type*, P>)
            return static_cast<const typename Owned::value_type*>(owned.c_str());
        else
            return owned.data();
    } else if constexpr (is_span<std::remove_cvref_t<P>>) {
        return std::remove_cvref_t<P>(owned);
    } else if constexpr (is_reference_wrapper<Owned>) {
        return owned.get();
    } else {
        return std::move(owned);
    }
}

template <class Element>
using passed_type = decltype(pass<typename Element::parameter>(
    std::declval<typename Element::owned&>()));

template <leading Lead, class F, class... Passed>
consteval bool invocable_with() {
#if IMLOAD_HAS_STOP_TOKEN
    if constexpr (Lead == leading::stop_token)
        return std::is_invocable_v<F&, std::stop_token, Passed...>;
#endif
    if constexpr (Lead == leading::context)
        return std::is_invocable_v<F&, context&, Passed...>;
    else
        return Lead == leading::nothing && std::is_invocable_v<F&, Passed...>;
}

// -- what can be wrong with a call -------------------------------------------------------------

enum class call_fault {
    none,
    no_hash,
    no_equality,
    raw_pointer,
    reference_wrapper,
    mutable_reference,
    not_copyable,
    not_callable,
    returns_reference,
};

struct call_verdict {
    call_fault fault = call_fault::none;
    std::size_t argument = 0; ///< from 1, where one is to blame
};

template <class P, class A>
consteval call_fault fault_of_argument() {
    using argument = std::remove_cvref_t<A>;
    if constexpr (is_unkeyed<argument>) {
        using inner = decltype(argument::value);
        if constexpr (!std::is_copy_constructible_v<inner>) return call_fault::not_copyable;
        return std::is_lvalue_reference_v<P> &&
                       !std::is_const_v<std::remove_reference_t<P>> && !is_reference_wrapper<inner>
                   ? call_fault::mutable_reference
                   : call_fault::none;
    } else {
        if constexpr (std::is_lvalue_reference_v<P> && !std::is_const_v<std::remove_reference_t<P>>)
            return call_fault::mutable_reference;
        using owned = typename element_for<P, A>::owned;
        using given = std::decay_t<A>;
        constexpr bool is_text = is_character<std::remove_cv_t<std::remove_pointer_t<given>>>;
        if constexpr (is_reference_wrapper<given>)
            return call_fault::reference_wrapper;
        else if constexpr (std::is_pointer_v<given> && !is_text)
            return call_fault::raw_pointer;
        else
            switch (fault_of<owned>()) {
            case key_fault::none: break;
            case key_fault::no_hash: return call_fault::no_hash;
            case key_fault::no_equality: return call_fault::no_equality;
            case key_fault::raw_pointer: return call_fault::raw_pointer;
            case key_fault::reference_wrapper: return call_fault::reference_wrapper;
            }
        return std::is_copy_constructible_v<owned> ? call_fault::none : call_fault::not_copyable;
    }
}

/// How F is called with arguments of types A: what comes first, and the parameter of each.
template <leading Lead, class Parameters, bool Fits>
struct call_plan {
    static constexpr leading first = Lead;
    static constexpr bool fits = Fits; ///< as many parameters as arguments
    using parameters = Parameters;
};

template <class A>
using follows_argument = unknown_parameter;

template <bool HasObject, class... Args, class... Ps>
consteval auto plan_known(types<Args...>, types<Ps...>) {
    // A member function called without its object fits no count.
    constexpr std::size_t given = sizeof...(Args) - (HasObject ? 1 : 0);
    constexpr auto with_object = []<class... Rest>(types<Rest...>) {
        if constexpr (HasObject)
            return types<unknown_parameter, Rest...>{};
        else
            return types<Rest...>{};
    };
    constexpr auto split = []<class P, class... Rest>(types<P, Rest...>) {
        return std::pair(std::integral_constant<leading, leading_of_parameter<P>()>{},
                         types<Rest...>{});
    };
    if constexpr (sizeof...(Ps) > 0 && !HasObject) {
        using first_and_rest = decltype(split(types<Ps...>{}));
        constexpr leading lead = first_and_rest::first_type::value;
        if constexpr (lead != leading::nothing)
            return call_plan<lead, decltype(with_object(typename first_and_rest::second_type{})),
                             given + 1 == sizeof...(Ps)>{};
        else
            return call_plan<lead, decltype(with_object(types<Ps...>{})),
                             given == sizeof...(Ps)>{};
    } else {
        return call_plan<leading::nothing, decltype(with_object(types<Ps...>{})), given == sizeof...(Ps)>{};
    }
}

template <class F, class... Args>
consteval auto plan_unknown(types<Args...>) {
    using parameters = types<follows_argument<Args>...>;
    // What cannot be an argument is told before the callable is tried with it.
    if constexpr (((fault_of_argument<unknown_parameter, Args>() != call_fault::none) || ...))
        return call_plan<leading::nothing, parameters, true>{};
    else
#if IMLOAD_HAS_STOP_TOKEN
        if constexpr (invocable_with<leading::stop_token, F,
                                     passed_type<element_for<unknown_parameter, Args>>...>())
        return call_plan<leading::stop_token, parameters, true>{};
    else
#endif
        if constexpr (invocable_with<leading::context, F,
                                     passed_type<element_for<unknown_parameter, Args>>...>())
        return call_plan<leading::context, parameters, true>{};
    else
        return call_plan<leading::nothing, parameters, true>{};
}

template <class F, class... Args>
consteval auto plan_for() {
    if constexpr (signature<F>::known)
        return plan_known<signature<F>::has_object>(types<Args...>{},
                                                    typename signature<F>::parameters{});
    else
        return plan_unknown<F>(types<Args...>{});
}

/// A type shaped like std::expected: its error becomes the run's error.
template <class R>
concept expected_like = requires(R& r) {
    typename R::value_type;
    typename R::error_type;
    static_cast<bool>(r.has_value());
    r.error();
};

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

template <leading Lead, class F, class... Passed>
consteval auto result_type() {
#if IMLOAD_HAS_STOP_TOKEN
    if constexpr (Lead == leading::stop_token)
        return std::type_identity<std::invoke_result_t<F&, std::stop_token, Passed...>>{};
    else
#endif
        if constexpr (Lead == leading::context)
        return std::type_identity<std::invoke_result_t<F&, context&, Passed...>>{};
    else
        return std::type_identity<std::invoke_result_t<F&, Passed...>>{};
}

/// All that the arguments' types decide about a call of F: the type of its slot, its job, its value.
template <class F, bool Named, leading Lead, class... Elements>
struct call_shape {
    using callable = F;
    using elements = types<Elements...>;
    static constexpr bool named = Named;
    static constexpr leading first = Lead;
    static constexpr bool listens = Lead != leading::nothing;

    using returned = typename decltype(result_type<Lead, F, passed_type<Elements>...>())::type;
    using value = typename value_of<std::remove_cvref_t<returned>>::type;
};

/// Whether an argument can become what the key owns.
template <class P, class A>
consteval bool convertible_argument() {
    using owned = typename element_for<P, A>::owned;
    using argument = std::remove_cvref_t<A>;
    if constexpr (is_unkeyed<argument>) {
        return std::is_constructible_v<owned, decltype(argument::value)>;
    } else if constexpr (is_address<argument>) {
        return is_address<owned>;
    } else {
        using view = typename view_over<owned>::type;
        if constexpr (std::is_convertible_v<const argument&, owned>)
            return true;
        else if constexpr (!std::is_void_v<view>)
            return std::is_convertible_v<const argument&, view>;
        else
            return false;
    }
}

template <class F, bool Named, class Plan, class... Args, class... Ps>
consteval call_verdict judge(types<Args...>, types<Ps...>) {
    call_verdict verdict;
    std::size_t index = 0;
    [[maybe_unused]] const auto note = [&](call_fault fault) {
        ++index;
        if (verdict.fault == call_fault::none && fault != call_fault::none)
            verdict = {fault, index};
    };
    (note(fault_of_argument<Ps, Args>()), ...);
    if (verdict.fault != call_fault::none) return verdict;
    if constexpr (!(convertible_argument<Ps, Args>() && ...)) {
        return {call_fault::not_callable, 0};
    } else if constexpr (!invocable_with<Plan::first, F, passed_type<element_for<Ps, Args>>...>()) {
        return {call_fault::not_callable, 0};
    } else {
        return verdict;
    }
}

template <class F, bool Named, class Plan, class... Args, class... Ps>
consteval auto shape_from(types<Args...>, types<Ps...>) {
    return std::type_identity<call_shape<F, Named, Plan::first, element_for<Ps, Args>...>>{};
}

template <class F, bool Named, class Plan, class... Args>
consteval call_verdict verdict_on() {
    if constexpr (!Plan::fits) {
        return {call_fault::not_callable, 0};
    } else {
        using arguments = types<Args...>;
        using parameters = typename Plan::parameters;
        constexpr auto first = judge<F, Named, Plan>(arguments{}, parameters{});
        if constexpr (first.fault == call_fault::none) {
            using shape =
                typename decltype(shape_from<F, Named, Plan>(arguments{}, parameters{}))::type;
            if (std::is_reference_v<typename shape::returned>)
                return {call_fault::returns_reference, 0};
        }
        return first;
    }
}

/// The shape of calling F with Args, or why there is none.
template <class F, bool Named, class... Args>
struct call_traits {
    using plan = decltype(plan_for<F, Args...>());
    static constexpr call_verdict verdict = verdict_on<F, Named, plan, Args...>();
    static constexpr bool admissible = verdict.fault == call_fault::none;
};

template <class F, bool Named, class... Args>
consteval auto find_shape() {
    using plan = typename call_traits<F, Named, Args...>::plan;
    return shape_from<F, Named, plan>(types<Args...>{}, typename plan::parameters{});
}
template <class F, bool Named, class... Args>
using shape_of = typename decltype(find_shape<F, Named, Args...>())::type;

// The messages name the argument by its place, and a static_assert takes a literal: each sentence is
// spelled out once for each place up to the ninth.
#define IMLOAD_REFUSE(place)                                                                       \
    static_assert(!(Argument == place && Fault == call_fault::no_hash),                            \
                  "imload: argument " #place                                                       \
                  " has no hash: specialise imload::hash for its type, or pass "                   \
                  "imload::unkeyed(x)");                                                           \
    static_assert(!(Argument == place && Fault == call_fault::no_equality),                        \
                  "imload: argument " #place                                                       \
                  " has no equality: give its type operator==, or pass imload::unkeyed(x)");       \
    static_assert(!(Argument == place && Fault == call_fault::raw_pointer),                        \
                  "imload: argument " #place                                                       \
                  " is a raw pointer: pass the value it points to, imload::by_address(p) to use "  \
                  "its address as the key, or imload::unkeyed(p)");                                \
    static_assert(!(Argument == place && Fault == call_fault::reference_wrapper),                  \
                  "imload: argument " #place                                                       \
                  " is a std::reference_wrapper: pass the value itself, or imload::unkeyed(x)");   \
    static_assert(!(Argument == place && Fault == call_fault::mutable_reference),                  \
                  "imload: this callable takes argument " #place                                   \
                  " by non-const reference: take it by value or const reference");                 \
    static_assert(!(Argument == place && Fault == call_fault::not_copyable),                       \
                  "imload: argument " #place                                                       \
                  " cannot be copied, and each run needs its own: pass a std::shared_ptr to it")

/// Stops the compilation with what is wrong and what to write instead. `Type` is the argument's
/// own type, there to be read in the compiler's trace.
template <call_fault Fault, std::size_t Argument, class Type>
consteval bool refuse() {
    static_assert(Fault != call_fault::returns_reference,
                  "imload: this callable returns a reference: return a value, for it is made on "
                  "another thread and kept");
    static_assert(Fault != call_fault::not_callable,
                  "imload: this callable cannot be called with these arguments");
    IMLOAD_REFUSE(1);
    IMLOAD_REFUSE(2);
    IMLOAD_REFUSE(3);
    IMLOAD_REFUSE(4);
    IMLOAD_REFUSE(5);
    IMLOAD_REFUSE(6);
    IMLOAD_REFUSE(7);
    IMLOAD_REFUSE(8);
    IMLOAD_REFUSE(9);
    static_assert(Argument < 10, "imload: an argument after the ninth cannot be part of a key: it "
                                 "needs a hash, == and a copy, and must not be a raw pointer or a "
                                 "reference");
    return true;
}
#undef IMLOAD_REFUSE

template <std::size_t I, class... Ts>
struct nth_type {
    using type = void;
};
template <class T, class... Ts>
struct nth_type<1, T, Ts...> {
    using type = T;
};
template <std::size_t I, class T, class... Ts>
    requires(I > 1)
struct nth_type<I, T, Ts...> : nth_type<I - 1, Ts...> {};

} // namespace imload::detail
