#pragma once

#include <imload/detail/current.hpp>
#include <imload/detail/engine.hpp>
#include <imload/detail/fail.hpp>
#include <imload/detail/thread_state.hpp>
#include <imload/detail/type_tag.hpp>
#include <imload/options.hpp>
#include <imload/result.hpp>
#include <imload/statistics.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace imload {

/// The map of all keys, with their values, errors and timers. It belongs to the thread that makes
/// it, the UI thread; only post() may be called from another. What else is called there, or from
/// inside a load, throws std::logic_error.
class session {
public:
    /// The first session that a thread makes becomes its current one.
    explicit session(session_options o = {}) : engine_(std::move(o)) {
        if (!detail::this_thread.current) detail::this_thread.current = this;
    }
    session(const session&) = delete;
    session& operator=(const session&) = delete;
    /// shutdown(), then waits for loads that do not hear, up to session_options::abandon_after.
    ~session() {
        if (detail::this_thread.current == this) detail::this_thread.current = nullptr;
    }

    /// Begins a frame: what workers finished becomes visible here, and only here. Call it once in
    /// each frame of the app, before the first ask. Rethrows what a posted function threw.
    void begin_frame() { here("session::begin_frame").begin_frame(); }

    /// How long the loop may sleep, in [0, cap]: 0 while there is something to draw, else until the
    /// next refresh, retry, timeout or settled key among those asked for last frame.
    [[nodiscard]] std::chrono::nanoseconds wait_time(time_span cap = never) {
        return here("session::wait_time").wait_time(cap);
    }

    /// Sets what wakes a sleeping loop: called from workers, at most once a frame, under no lock.
    /// Returns when no call of the earlier one is running, so set_wake({}) makes it safe to destroy
    /// what that used. Threads: the session's.
    void set_wake(std::function<void()> fn) {
        here("session::set_wake").line().set_wake(std::move(fn));
    }

    /// Tells every load to stop, drops the queue, waits for workers and destroys the values. False:
    /// some still ran at the deadline; call it again to wait on. Asking then returns nothing.
    bool shutdown(time_span deadline = never) {
        return here("session::shutdown").shutdown(deadline);
    }

    /// Shows what lands until nothing is queued, running or about to retry, cancelled loads
    /// included; nothing ages meanwhile. False: time is up. For tests and tools.
    bool wait_idle(time_span timeout = never) {
        return here("session::wait_idle").wait_idle(timeout);
    }

    /// Runs `fn` on the UI thread, in the next begin_frame. After shutdown it is dropped.
    /// Threads: any.
    template <class F>
    void post(F fn) {
        struct holder final : detail::posted {
            explicit holder(F f) : function(std::move(f)) {}
            void call() override { function(); }
            F function;
        };
        engine_.line().post(std::make_unique<holder>(std::move(fn)));
    }

    /// The value most recently completed under that key, or null; valid until the next frame.
    template <class T>
    [[nodiscard]] const T* find(std::string_view key) {
        const detail::slot_base* const s =
            here("session::find").newest_named(key, detail::tag_of<T>());
        return s ? static_cast<const T*>(s->type->value(*s)) : nullptr;
    }

    /// Forgets every key; the next frame knows none.
    void clear() { act("session::clear", &detail::engine::forget); }
    void refresh_all() { act("session::refresh_all", &detail::engine::refresh); }
    void cancel_all() { act("session::cancel_all", &detail::engine::cancel); }

    /// Tells whether the app is in use. While it is not (minimised, in the background), nothing is
    /// refreshed by its timer, and wait_time does not wait for that.
    void set_active(bool active) { here("session::set_active").set_active(active); }

    /// How many keys there are.
    [[nodiscard]] std::size_t size() const noexcept { return engine_.size(); }

    [[nodiscard]] imload::statistics statistics() const { return engine_.count(); }

    /// Calls `visitor` with the entry_info of every key. Cost: the label's allocation for each.
    template <class Visitor>
    void for_each(Visitor visitor);

    /// Makes it the one that loaders without a session use on this thread.
    void make_current() {
        static_cast<void>(here("session::make_current"));
        detail::this_thread.current = this;
    }

private:
    friend detail::engine& detail::engine_of(session& s) noexcept;

    [[nodiscard]] detail::engine& here(const char* call) {
        if (!engine_.owned_here()) detail::wrong_thread(call);
        return engine_;
    }
    void act(const char* call, void (detail::engine::*action)(detail::slot_base&)) {
        detail::engine& e = here(call);
        e.for_each_slot([&](detail::slot_base& s) { (e.*action)(s); });
    }

    detail::engine engine_;
};

/// The session that loaders without one use on this thread. Throws std::logic_error if none is.
[[nodiscard]] session& current_session();

namespace detail {

inline engine& engine_of(session& s) noexcept { return s.engine_; }

} // namespace detail

inline session& current_session() { return detail::current_for("current_session"); }

template <class Visitor>
void session::for_each(Visitor visitor) {
    detail::engine& e = here("session::for_each");
    e.for_each_slot([&](detail::slot_base& s) {
        using seconds = std::chrono::duration<float>;
        using std::chrono::nanoseconds;
        const result<char> r(nullptr, &s, &e); // all but the value, which has no type here
        entry_info info;
        s.type->describe(s, info.label);
        info.status = r.status();
        info.error = r.error();
        info.has_value = s.cold->has_value;
        info.age = r.age();
        info.last_duration = std::chrono::duration_cast<nanoseconds>(seconds(s.cold->last_seconds));
        info.mean_duration = std::chrono::duration_cast<nanoseconds>(seconds(s.cold->mean_seconds));
        info.refresh_in = r.refresh_in();
        info.attempt = r.attempt();
        info.last_asked_frame = s.asked;
        visitor(std::as_const(info));
    });
}

} // namespace imload
