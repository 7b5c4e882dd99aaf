#pragma once

#include <imload/detail/arguments/argument_kinds.hpp>
#include <imload/detail/arguments/call_key.hpp>
#include <imload/detail/calls/call.hpp>
#include <imload/detail/calls/call_of.hpp>
#include <imload/detail/engine/current.hpp>
#include <imload/detail/engine/engine.hpp>
#include <imload/detail/engine/loader_badge.hpp>
#include <imload/detail/slots/slot.hpp>
#include <imload/options.hpp>
#include <imload/result.hpp>
#include <imload/session.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace imload {

namespace detail {

/// Where a loader's keys are: in the session that it was given, or in the one that is current when
/// it is called. Two types, so that a poll need not ask which.
struct in_session {
    session* given; // not its engine: a loader may be made before that, and kept for another
    [[nodiscard]] engine& here(const char* call) const { return engine_of(*given).here(call); }
};
struct in_current_session {
    [[nodiscard]] engine& here(const char* call) const { return engine_of(current_for(call)); }
};

/// What has state is copied for each run, which may change it.
template <class F>
consteval void require_copies() {
    static_assert(std::is_copy_constructible_v<F> || rebuilt_from_type<F>,
                  "imload: this callable cannot be copied, and each run gets its own: hold what it "
                  "cannot copy in a std::shared_ptr");
}

/// How an argument goes on to a function that is not inlined.
template <class A>
using passed = std::conditional_t<std::is_trivially_copy_constructible_v<A> &&
                                      !std::is_array_v<A> && sizeof(A) <= 2 * sizeof(void*),
                                  A, const A&>;

} // namespace detail

/// A callable that loads in the background. Made by async_load(); a value, cheap to make anew in
/// each frame: it allocates nothing and starts nothing. Kept, it needs the characters of its key to
/// outlive it, as a literal does.
/// Threads: its session's.  Cost of a hit: a comparison of the arguments; no allocation, no lock.
template <class F, bool Named, class Finish, class Home>
class loader {
public:
    loader(Home home, std::string_view key, F fn, const options& o, Finish g = {})
        : home_(home), key_(key), fn_(std::move(fn)), finish_(std::move(g)), options_(o),
          badge_(detail::checked_fingerprint(o)) {}

    /// The same loads, each then turned into a value by `g(T&&)` on the UI thread, inside
    /// begin_frame and within session_options::finish_budget: to upload a texture. Values are made
    /// and destroyed on that thread only, and one that goes lives on until the frame after. `g` is
    /// part of what makes two loaders the same.
    template <class G>
    [[nodiscard]] loader<F, Named, G, Home> finish(G g) const {
        static_assert(std::is_same_v<Finish, detail::no_finish>,
                      "imload: this loader has a finish function: let that one do both steps");
        static_assert(Named || std::is_pointer_v<G> || std::is_member_pointer_v<G> ||
                          std::is_empty_v<G>,
                      "imload: this finish function has state (captures or members): give "
                      "async_load a key, or make it a function without captures");
        detail::require_copies<G>();
        return {home_, name(), fn_, options_, std::move(g)};
    }

    /// Asks for the value: starts the call if nothing is known; returns a copy, or nullopt. When
    /// the last run failed and there is no earlier value, rethrows its exception, unless
    /// options::throw_errors is false.
    template <class... Args>
    IMLOAD_ALWAYS_INLINE auto operator()(const Args&... args) const {
        using traits = detail::call_traits<callable, Named, Args...>;
        constexpr bool fine = explain<traits, Args...>();
        if constexpr (fine) {
            using value = typename detail::shape_of<callable, Named, Finish, Args...>::value;
            constexpr bool copies = detail::can_be_copied<value>();
            static_assert(copies,
                          "imload: this value cannot be copied: use poll(args...), which returns a "
                          "result<T> without a copy");
            if constexpr (copies) {
                const result<value> r = ask(args...);
                if (r.has_value()) [[likely]]
                    return std::optional<value>(std::in_place, *r);
#if IMLOAD_HAS_EXCEPTIONS
                if (options_.throw_errors)
                    if (const error* e = r.error()) detail::rethrow(*e);
#endif
                return std::optional<value>();
            }
        }
    }

    /// The same without a copy and never throwing: the form for large values, status, errors.
    template <class... Args>
    IMLOAD_ALWAYS_INLINE auto poll(const Args&... args) const {
        if constexpr (explain<detail::call_traits<callable, Named, Args...>, Args...>())
            return ask(args...);
    }

    /// Looks without starting anything and without counting as asked.
    template <class... Args>
    auto peek(const Args&... args) const {
        if constexpr (explain<detail::call_traits<callable, Named, Args...>, Args...>()) {
            using call = detail::call_of<detail::shape_of<callable, Named, Finish, Args...>>;
            detail::engine& e = home_.here("peek");
            return result_of<call>(e, ask_slowly<call, detail::passed<Args>...>(
                                          e, detail::engine::manner::look, args...));
        }
    }

    /// Starts at low priority what will be asked for later; it is not dropped for not being asked
    /// for, and promoted when it is.
    template <class... Args>
    void prefetch(const Args&... args) const {
        if constexpr (explain<detail::call_traits<callable, Named, Args...>, Args...>()) {
            using call = detail::call_of<detail::shape_of<callable, Named, Finish, Args...>>;
            static_cast<void>(ask_slowly<call, detail::passed<Args>...>(
                home_.here("prefetch"), detail::engine::manner::prefetch, args...));
        }
    }

    /// What result::refresh(), cancel() and forget() do, for every key of this loader.
    void refresh_all() const { act("refresh_all", &detail::engine::refresh); }
    void cancel_all() const { act("cancel_all", &detail::engine::cancel); }
    void forget_all() const { act("forget_all", &detail::engine::forget); }

private:
    using in_key = detail::callable_in_key<F>;
    using callable = typename in_key::type;
    using name_type = std::conditional_t<Named, std::string_view, detail::no_name>;

    template <class Traits, class... Args>
    static consteval bool explain() {
        using blamed = typename detail::nth_type<Traits::verdict.argument, Args...>::type;
        static_cast<void>(
            detail::refuse<Traits::verdict.fault, Traits::verdict.argument, blamed>());
        if constexpr (Traits::admissible && !std::is_same_v<Finish, detail::no_finish>)
            return finish_takes<
                typename detail::shape_of<callable, Named, detail::no_finish, Args...>::loaded>();
        else
            return Traits::admissible;
    }
    /// `Loaded` is there to be read in the compiler's trace.
    template <class Loaded>
    static consteval bool finish_takes() {
        constexpr bool fits = std::is_invocable_v<Finish&, Loaded>;
        static_assert(fits, "imload: the finish function cannot be called with what is loaded: as "
                            "g(T&&) it takes T, T&& or const T&, where T is what the callable "
                            "returns, or the value in its std::expected");
        return fits;
    }

    template <class... Args>
    IMLOAD_ALWAYS_INLINE auto ask(const Args&... args) const {
        using call = detail::call_of<detail::shape_of<callable, Named, Finish, Args...>>;
        using found = result<typename call::value>;
        detail::engine& e = home_.here("poll");
        const std::uint64_t badge = badge_.read();
        if (detail::slot_base* const s = e.template next_if<call>(
                call::search(function(), finish_, key_, args...), badge, badge_)) [[likely]]
            return found(call::value_in(*s), s, &e);
        return result_of<call>(e, ask_off_trail<call, detail::passed<Args>...>(e, args...));
    }

    template <class Call>
    [[nodiscard]] static result<typename Call::value> result_of(detail::engine& e,
                                                                detail::engine::answer a) {
        return {static_cast<const typename Call::value*>(a.value), a.slot, a.slot ? &e : nullptr};
    }

    /// Small arguments come by value: taking the address of one would keep it in memory for the
    /// fast path too. The key is made anew for the same reason, there and in ask_slowly().
    template <class Call, class... Passed>
    [[nodiscard]] IMLOAD_NOINLINE detail::engine::answer ask_off_trail(detail::engine& e,
                                                                       Passed... args) const {
        if constexpr (Call::hashes_at_once) { // else a search takes longer than a call
            if (detail::slot_base* const s = e.template search_if<Call>(
                    Call::search(function(), finish_, key_, args...), badge_.read())) {
                if (!e.wanders()) return e.meet_off_trail(s, Call::value_in(*s));
                return e.answer_with(*s, Call::value_in(*s));
            }
        } else {
            e.count_search();
        }
        return ask_slowly<Call, Passed...>(e, detail::engine::manner::ask, args...);
    }

    template <class Call, class... Passed>
    [[nodiscard]] IMLOAD_NOINLINE detail::engine::answer
    ask_slowly(detail::engine& e, detail::engine::manner how, Passed... args) const {
        const auto key = Call::search(function(), finish_, key_, args...);
        typename Call::views list;
        detail::engine::asked a = {how, static_cast<std::uint32_t>(badge_.read()), options_, {}};
        if constexpr (Call::has_state) {
            const auto keep = [&] { return Call::keep(function(), finish_, args...); };
            using keeper = decltype(keep);
            a.starter = {[](const void* by) { return (*static_cast<const keeper*>(by))(); }, &keep};
            return e.ask(Call::seek(key, list, in_key::spelled), a);
        } else {
            return e.ask(Call::seek(key, list, in_key::spelled), a);
        }
    }

    [[nodiscard]] detail::loader_identity<callable, Finish, name_type> identity() const {
        return {detail::callable_identity<callable>(function()),
                detail::callable_identity<Finish>(finish_), key_};
    }
    [[nodiscard]] const callable& function() const noexcept { return in_key::of(fn_); }
    [[nodiscard]] std::string_view name() const noexcept {
        if constexpr (Named)
            return key_;
        else
            return {};
    }

    void act(const char* call, void (detail::engine::*action)(detail::slot_base&)) const {
        using mine = detail::loader_parts<callable, Finish, Named>;
        detail::engine& e = home_.here(call);
        e.for_each_slot([&](detail::slot_base& s) {
            if (s.type().loader != detail::tag_of<mine>() || !mine::are_of(s.pool(), identity()))
                return;
            if constexpr (Named)
                if (!mine::is_named(s, key_)) return;
            (e.*action)(s);
        });
    }

    [[no_unique_address]] Home home_;
    [[no_unique_address]] name_type key_;
    [[no_unique_address]] F fn_;
    [[no_unique_address]] Finish finish_;
    options options_;
    detail::loader_badge badge_;
};

namespace detail {

template <class F>
inline constexpr bool is_function_pointer = false;
template <class F>
inline constexpr bool is_function_pointer<F*> = std::is_function_v<F>;
template <class F>
concept function_pointer = is_function_pointer<F>; // asked first: it spares the other questions

/// What async_load takes as a callable: not a key, not a session, not options.
template <class F>
concept loadable = function_pointer<F> ||(!std::is_convertible_v<F, std::string_view> &&
                                          !std::is_same_v<std::remove_cvref_t<F>, session> &&
                                          !std::is_same_v<std::remove_cvref_t<F>, options>);

template <class F, bool Named>
consteval void require_no_state() {
    static_assert(Named || std::is_pointer_v<F> || std::is_member_pointer_v<F> ||
                      std::is_empty_v<F>,
                  "imload: this callable has state (captures or members): pass the captured values "
                  "as arguments, or give async_load a key");
}

} // namespace detail

/// Wraps a callable, so that calling it each frame starts it in the background and returns its
/// value once it is there. A callable with state needs a `key`, by which the session knows it and
/// by which session::find finds its value. Without a session, the current one is used.
/// Errors: std::invalid_argument for options that make no sense.  Cost: none worth counting.
template <detail::loadable F>
[[nodiscard]] loader<F, false, detail::no_finish, detail::in_current_session>
async_load(F fn, const options& o = detail::default_options) {
    detail::require_no_state<F, false>();
    return {{}, {}, std::move(fn), o};
}
template <detail::loadable F>
[[nodiscard]] loader<F, true, detail::no_finish, detail::in_current_session>
async_load(std::string_view key, F fn, const options& o = detail::default_options) {
    detail::require_copies<F>();
    return {{}, key, std::move(fn), o};
}
template <auto Fn>
[[nodiscard]] loader<decltype(detail::constant_callable<Fn>()), false, detail::no_finish,
                     detail::in_current_session>
async_load(const options& o = detail::default_options) {
    return {{}, {}, detail::constant_callable<Fn>(), o};
}
template <detail::loadable F>
[[nodiscard]] loader<F, false, detail::no_finish, detail::in_session>
async_load(session& s, F fn, const options& o = detail::default_options) {
    detail::require_no_state<F, false>();
    return {{&s}, {}, std::move(fn), o};
}
template <detail::loadable F>
[[nodiscard]] loader<F, true, detail::no_finish, detail::in_session>
async_load(session& s, std::string_view key, F fn, const options& o = detail::default_options) {
    detail::require_copies<F>();
    return {{&s}, key, std::move(fn), o};
}
template <auto Fn>
[[nodiscard]] loader<decltype(detail::constant_callable<Fn>()), false, detail::no_finish,
                     detail::in_session>
async_load(session& s, const options& o = detail::default_options) {
    return {{&s}, {}, detail::constant_callable<Fn>(), o};
}

} // namespace imload
