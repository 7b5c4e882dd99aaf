#pragma once

#include <imload/detail/box.hpp>
#include <imload/detail/counted.hpp>
#include <imload/detail/engine/current.hpp>
#include <imload/detail/engine/engine.hpp>
#include <imload/detail/engine/engine_impl.hpp>
#include <imload/detail/fail.hpp>
#include <imload/detail/jobs/posted.hpp>
#include <imload/detail/late.hpp>
#include <imload/detail/slots/slot_value.hpp>
#include <imload/detail/thread_state.hpp>
#include <imload/detail/type_tag.hpp>
#include <imload/entry_info.hpp>
#include <imload/frame_report.hpp>
#include <imload/options.hpp>
#include <imload/result.hpp>
#include <imload/run_log.hpp>
#include <imload/session_options.hpp>
#include <imload/statistics.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace imload {

/// The map of all keys, with their values, errors and timers. It belongs to the thread that makes
/// it, the UI thread, where it is destroyed too; only post() may be called from another. What else
/// is called there, or from inside a load, throws std::logic_error, but for size(), statistics()
/// and last_frame(), which a load that runs on the UI thread may look at too.
class session {
public:
    /// The first session that a thread makes becomes its current one.
    template <class Late = detail::late>
    explicit session(session_options o = {})
        : engine_(detail::make_counted<detail::engine_impl<Late>>(std::move(o))) {
        detail::thread_state& thread = detail::outside_loads();
        if (!thread.current) thread.current = this;
    }
    session(const session&) = delete;
    session& operator=(const session&) = delete;
    /// shutdown(), then waits for loads that do not hear, up to session_options::abandon_after.
    ~session() {
        detail::thread_state& thread = detail::outside_loads();
        if (thread.current == this) thread.current = nullptr;
    }

    /// Begins a frame: what workers finished becomes visible here, and only here. Call it once in
    /// each frame of the app, before the first ask. Rethrows what a posted function threw.
    void begin_frame() { here("session::begin_frame", detail::frame_step::own).begin_frame(); }

    /// How long the loop may sleep, in [0, cap]: 0 while there is something to draw, else until the
    /// next refresh, retry, timeout or settled key among those asked for last frame.
    [[nodiscard]] std::chrono::nanoseconds wait_time(time_span cap = never) {
        return here("session::wait_time").wait_time(cap);
    }

    /// Sets what wakes a sleeping loop: called from workers, and from any thread that posts or
    /// keeps a promise, at most once a frame, under no lock. Returns when no call of the earlier
    /// one is running, so set_wake({}) makes it safe to destroy what that used. Threads: the
    /// session's.
    void set_wake(std::function<void()> fn) { here("session::set_wake").set_wake(std::move(fn)); }

    /// Tells every load to stop, drops the queue and what was posted, waits for workers and
    /// destroys the values. False: some still ran at the deadline, and so did perhaps the wake
    /// hook; call it again to wait on. Asking then returns nothing.
    bool shutdown(time_span deadline = never) {
        return here("session::shutdown", detail::frame_step::none).shutdown(deadline);
    }

    /// Shows what lands until nothing is queued, running or about to retry, cancelled loads
    /// included; nothing ages meanwhile. False: time is up. For tests and tools. What results and
    /// find() gave before may be gone after it. It waits in real time, whatever the clock, so what
    /// a manual_executor or a manual_clock has to bring first never comes while it does.
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
        engine_->post(detail::make_box<holder>(std::move(fn)));
    }

    /// The value most recently completed under that key, or null; valid until the next frame.
    template <class T>
    [[nodiscard]] const T* find(std::string_view key) {
        const detail::slot_base* const s =
            here("session::find").newest_named(key, detail::tag_of<T>());
        return s ? static_cast<const T*>(detail::value_in(*s)) : nullptr;
    }

    /// Forgets every key; the next frame knows none.
    void clear() { act("session::clear", &detail::engine::forget); }
    void refresh_all() { act("session::refresh_all", &detail::engine::refresh); }
    void cancel_all() { act("session::cancel_all", &detail::engine::cancel); }

    /// Tells whether the app is in use. While it is not (minimised, in the background), nothing is
    /// refreshed by its timer, and wait_time does not wait for that.
    void set_active(bool active) { here("session::set_active").set_active(active); }

    /// A number that no other session of the process ever has.
    [[nodiscard]] std::uint64_t serial() const noexcept { return engine_->serial(); }

    /// How many keys there are.
    [[nodiscard]] std::size_t size() const noexcept { return engine_->size(); }

    [[nodiscard]] imload::statistics statistics() const { return engine_->count(); }

    /// Calls `visitor` with the entry_info of every key; of those that it makes itself, of some or
    /// none. Cost: the label's allocation for each.
    template <class Visitor>
    void for_each(Visitor visitor);

    /// The same in portions, for maps that are too large for one frame: looks at the next `most`
    /// places and leaves the labels empty. True: it has been through all, and begins anew.
    template <class Visitor>
    bool for_some(std::uint32_t& from, std::size_t most, Visitor visitor);

    /// The key of that entry_info::id; of no key when it is gone.
    [[nodiscard]] result_base key(std::uint64_t id) {
        detail::engine& e = here("session::key");
        return {e.find_id(id), &e};
    }

    /// The session's time in this frame.
    [[nodiscard]] time_point now() { return here("session::now").now(); }

    /// Asks for a frame within that time: wait_time() allows no longer sleep. Ask again in each
    /// frame that is to be followed by another; what animates calls it while it is visible.
    void request_frame(time_span within = {}) {
        here("session::request_frame").request_frame(within);
    }

    /// Why the frame that began last was drawn.
    [[nodiscard]] const frame_report& last_frame() const noexcept { return engine_->report(); }

    /// When the next frame is due by a timer, and why.
    [[nodiscard]] next_wake next_frame() { return here("session::next_frame").next(); }

    /// Keeps a log of the newest runs from now on, as many as that; 0 keeps none, as at first.
    void record_runs(std::size_t most) { here("session::record_runs").record_runs(most); }

    /// The runs that were kept; changes with each start and each frame.
    [[nodiscard]] const run_log& runs() { return here("session::runs").log(); }

    /// Makes it the one that loaders without a session use on this thread. One that imgui.hpp gave
    /// an ImGui context ends what was current, and is used for that context, as before.
    void make_current() {
        const bool ambient = here("session::make_current").is_ambient();
        detail::this_thread.current = ambient ? nullptr : this;
    }

private:
    friend detail::engine& detail::engine_of(session& s) noexcept;

    [[nodiscard]] detail::engine& here(const char* call,
                                       detail::frame_step step = detail::frame_step::due) {
        return engine_->here(call, step);
    }
    void act(const char* call, void (detail::engine::*action)(detail::slot_base&)) {
        here(call).on_all(action);
    }

    detail::ref<detail::engine> engine_;
};

/// The session that loaders without one use on this thread. Throws std::logic_error if none is.
[[nodiscard]] session& current_session();

namespace detail {

inline engine& engine_of(session& s) noexcept { return *s.engine_; }

} // namespace detail

inline session& current_session() { return detail::current_for("current_session"); }

template <class Visitor>
void session::for_each(Visitor visitor) {
    detail::engine& e = here("session::for_each");
    e.for_each_slot([&](detail::slot_base& s) {
        entry_info info = describe(result_base(&s, &e));
        info.label = info.key.label();
        visitor(std::as_const(info));
    });
}

template <class Visitor>
bool session::for_some(std::uint32_t& from, std::size_t most, Visitor visitor) {
    detail::engine& e = here("session::for_some");
    if (most == 0) return false;
    return e.for_some_slots(from, most, [&](detail::slot_base& s) {
        const entry_info info = describe(result_base(&s, &e));
        visitor(info);
    });
}

} // namespace imload
