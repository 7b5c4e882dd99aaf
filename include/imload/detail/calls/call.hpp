#pragma once

#include <imload/config.hpp>
#include <imload/detail/calls/call_fault.hpp>
#include <imload/detail/calls/leading.hpp>
#include <imload/detail/calls/signature.hpp>
#include <imload/detail/jobs/expected.hpp>
#include <imload/key.hpp>

#include <cstddef>
#include <initializer_list>
#include <type_traits>
#include <utility>

namespace imload::detail {

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
    } else if constexpr (is_span<std::remove_cvref_t<P>> &&
                         std::is_convertible_v<Owned&, std::remove_cvref_t<P>>) {
        // Not what a span has an explicit constructor for: its extent may be another.
        return std::remove_cvref_t<P>(owned);
    } else if constexpr (is_reference_wrapper<Owned>) {
        return owned.get();
    } else {
        return std::move(owned);
    }
}

template <class Element>
using passed_type =
    decltype(detail::pass<typename Element::parameter>(std::declval<typename Element::owned&>()));

/// How F is called with arguments of types A: what comes first, and the parameter of each.
template <leading Lead, class Channel, class Parameters, bool Fits>
struct call_plan {
    static constexpr leading first = Lead;
    using channel = Channel;
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
        return std::pair(std::type_identity<P>{}, types<Rest...>{});
    };
    if constexpr (sizeof...(Ps) > 0) {
        using first_and_rest = decltype(split(types<Ps...>{}));
        using first = typename first_and_rest::first_type::type;
        using channel = typename channel_of<std::remove_cvref_t<first>>::type;
        constexpr leading lead = leading_of_parameter<first>();
        if constexpr (lead != leading::nothing)
            return call_plan<lead, channel,
                             decltype(with_object(typename first_and_rest::second_type{})),
                             given + 1 == sizeof...(Ps)>{};
        else
            return call_plan<lead, void, decltype(with_object(types<Ps...>{})),
                             given == sizeof...(Ps)>{};
    } else {
        return call_plan<leading::nothing, void, decltype(with_object(types<Ps...>{})),
                         given == sizeof...(Ps)>{};
    }
}

template <class F, class... Args>
consteval auto plan_unknown(types<Args...>) {
    using parameters = types<follows_argument<Args>...>;
    // What cannot be an argument is told before the callable is tried with it.
    if constexpr (((fault_of_argument<unknown_parameter, Args>() != call_fault::none) || ...))
        return call_plan<leading::nothing, void, parameters, true>{};
    else
#if IMLOAD_HAS_STOP_TOKEN
        if constexpr (invocable_with<leading::stop_token, void, F,
                                     passed_type<element_for<unknown_parameter, Args>>...>())
        return call_plan<leading::stop_token, void, parameters, true>{};
    else
#endif
        if constexpr (invocable_with<leading::context, void, F,
                                     passed_type<element_for<unknown_parameter, Args>>...>())
        return call_plan<leading::context, void, parameters, true>{};
    else
        return call_plan<leading::nothing, void, parameters, true>{};
}

template <class F, class... Args>
consteval auto plan_for() {
    if constexpr (signature<F>::known)
        return detail::plan_known<signature<F>::has_object>(types<Args...>{},
                                                            typename signature<F>::parameters{});
    else
        return detail::plan_unknown<F>(types<Args...>{});
}

template <leading Lead, class Channel, class F, class... Passed>
struct result_type
    : result_with<Lead, F, typename leading_argument<Lead, Channel>::type, Passed...> {};
template <class Channel, class F, class... Passed>
struct result_type<leading::nothing, Channel, F, Passed...>
    : result_with<leading::nothing, F, Passed...> {};

/// What a call loads: what it returns, or for a promise, and a stream that returns nothing, the T
/// of that.
template <leading Lead, class Channel, class Returned>
struct loaded_type {
    using type = typename value_of<std::remove_cvref_t<std::conditional_t<
        Lead == leading::promise || (Lead == leading::stream && std::is_void_v<Returned>), Channel,
        Returned>>>::type;
};

/// No finish function: what is loaded is the value.
struct no_finish {};

template <class Finish, class Loaded>
struct finished_type {
    using type =
        typename value_of<std::remove_cvref_t<std::invoke_result_t<Finish&, Loaded>>>::type;
};
template <class Loaded>
struct finished_type<no_finish, Loaded> {
    using type = Loaded;
};

/// All that the arguments' types decide about a call of F: the kind of its slot, what its job does,
/// its value.
template <class F, bool Named, class Finish, leading Lead, class Channel, class... Elements>
struct call_shape {
    using places = std::index_sequence_for<Elements...>;
    using callable = F;
    using finisher = Finish;
    using channel = Channel;
    using elements = types<Elements...>;
    static constexpr bool named = Named;
    static constexpr leading first = Lead;
    static constexpr bool listens = Lead != leading::nothing;

    static constexpr bool finishes = !std::is_same_v<Finish, no_finish>;

    /// A loader of this callable makes no slots of another shape from arguments that are keyed:
    /// what the key owns follows from the parameters.
    static constexpr bool is_only_shape =
        signature<F>::known && !signature<F>::has_object &&
        (... &&
         (Elements::keyed &&
          std::is_same_v<typename Elements::owned,
                         typename owned_form<std::decay_t<typename Elements::parameter>>::type>));

    using returned = typename result_type<Lead, Channel, F, passed_type<Elements>...>::type;
    using loaded = typename loaded_type<Lead, Channel, returned>::type;
    using value = typename finished_type<Finish, loaded>::type;
};

/// Whether an argument can become what the key owns.
template <class P, class A>
consteval bool convertible_argument() {
    using owned = typename element_for<P, A>::owned;
    using argument = std::remove_cvref_t<A>;
    if constexpr (is_unkeyed<argument>) {
        return becomes<owned, decltype(argument::value)>();
    } else if constexpr (is_address<argument>) {
        return std::is_convertible_v<decltype(argument::pointer), decltype(owned::pointer)>;
    } else {
        return becomes<owned, argument>();
    }
}

consteval call_verdict first_of(std::initializer_list<call_fault> faults) {
    std::size_t place = 0;
    for (const call_fault fault : faults) {
        ++place;
        if (fault != call_fault::none) return {fault, place};
    }
    return {};
}

/// The place of the first argument that a template takes by non-const reference.
template <leading Lead, class F, class... Before, class Passed, class... After>
consteval std::size_t place_of_reference(types<Before...>, types<Passed, After...>) {
    if constexpr (sizeof...(After) > 0 && callable_with<Lead, F, Before&..., Passed, After&...>())
        return 1 + place_of_reference<Lead, F>(types<Before..., Passed>{}, types<After...>{});
    else
        return 1;
}

/// Why F cannot be called with what a job owns: it could with lvalues, or something else is wrong.
template <class F, class... Passed>
consteval call_verdict refusal() {
    if constexpr (callable_with<leading::nothing, F, Passed&...>())
        return {call_fault::mutable_reference,
                place_of_reference<leading::nothing, F>(types<>{}, types<Passed...>{})};
    else if constexpr (callable_with<leading::context, F, context&, Passed&...>())
        return {call_fault::mutable_reference,
                place_of_reference<leading::context, F>(types<context>{}, types<Passed...>{})};
    else
        return {call_fault::not_callable, 0};
}

template <class F, bool Named, class Plan, class... Args, class... Ps>
consteval call_verdict judge(types<Args...>, types<Ps...>) {
    constexpr call_verdict verdict = first_of({fault_of_argument<Ps, Args>()...});
    if constexpr (verdict.fault != call_fault::none) {
        return verdict;
    } else if constexpr (!(convertible_argument<Ps, Args>() && ...)) {
        return {call_fault::not_callable, 0};
    } else if constexpr (!invocable_with<Plan::first, typename Plan::channel, F,
                                         passed_type<element_for<Ps, Args>>...>()) {
        return refusal<F, passed_type<element_for<Ps, Args>>...>();
    } else {
        return verdict;
    }
}

template <class F, bool Named, class Finish, class Plan, class... Args, class... Ps>
consteval auto shape_from(types<Args...>, types<Ps...>) {
    return std::type_identity<call_shape<F, Named, Finish, Plan::first, typename Plan::channel,
                                         element_for<Ps, Args>...>>{};
}

template <class Plan>
consteval bool publishes_expected() {
    if constexpr (Plan::first == leading::stream)
        return expected_like<typename Plan::channel>;
    else
        return false;
}

template <class F, bool Named, class Plan, class... Args>
consteval call_verdict verdict_on() {
    if constexpr (!Plan::fits) {
        return {call_fault::not_callable, 0};
    } else if constexpr (publishes_expected<Plan>()) {
        return {call_fault::streams_expected, 0};
    } else {
        using arguments = types<Args...>;
        using parameters = typename Plan::parameters;
        constexpr auto first = judge<F, Named, Plan>(arguments{}, parameters{});
        if constexpr (first.fault == call_fault::none) {
            using shape = typename decltype(detail::shape_from<F, Named, no_finish, Plan>(
                arguments{}, parameters{}))::type;
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

template <class F, bool Named, class Finish, class... Args>
consteval auto find_shape() {
    using plan = typename call_traits<F, Named, Args...>::plan;
    return detail::shape_from<F, Named, Finish, plan>(types<Args...>{},
                                                      typename plan::parameters{});
}
template <class F, bool Named, class Finish, class... Args>
using shape_of = typename decltype(find_shape<F, Named, Finish, Args...>())::type;

} // namespace imload::detail
