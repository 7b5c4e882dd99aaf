#pragma once

// Waiting for everything, and ending it. Part of engine_impl.hpp.

#include <imload/detail/engine/engine_impl.hpp>

#include <algorithm>
#include <chrono>
#include <exception>

namespace imload::detail {

template <class Late>
inline bool engine_impl<Late>::idle() const noexcept {
    return counts_.in_flight == 0 && waiting_ == 0 && touched_.empty();
}

/// One frame in which nothing ages: what landed is shown, runs end and are retried.
template <class Late>
inline void engine_impl<Late>::pump() {
    const flag_scope inside(in_frame_);
    const flag_scope ageless(pumping_);
    stir();
    now_.reset();
    receive();
    note_progress();
    const auto thrown = caught([&] { run_posts(); });
    apply_touched();
    show_mail();
    run_timers();
    run_finishes();
    end_begin(thrown);
}

template <class Late>
inline bool engine_impl<Late>::wait_idle(time_span limit) {
    using std::chrono::nanoseconds;
    require_outside("wait_idle");
    if (closed_) {
        const flag_scope inside(in_frame_);
        const bool quiet = hub_->wait_quiet(limit);
        discard_landed();
        return quiet;
    }
    const auto began = std::chrono::steady_clock::now();
    for (;;) {
        pump();
        if (idle()) return true;
        const nanoseconds spent = std::chrono::steady_clock::now() - began;
        if (limit != never && spent >= limit.count()) return false;
        nanoseconds left = limit == never ? nanoseconds(never) : limit.count() - spent;
        const time_point due = deadlines_.nearest_due();
        if (due != time_point::max())
            left = std::min(left, std::max<nanoseconds>(due - now(), std::chrono::milliseconds(1)));
#if IMLOAD_HAS_THREADS
        static_cast<void>(hub_->wait_mail(left));
#endif
    }
}

template <class Late>
inline bool engine_impl<Late>::stop(time_span deadline) {
    if (!renew(closed_, true)) {
        stir();
        for (slot_base* s : active_.all())
            if (const ref<job>& j = s->cold().going->run) stopping_.push_back(j);
        hub_->close(unasked_);
        for (const ref<job>& j : unasked_) {
            drop(*j);
            flight* const f = j->slot->in_use() ? j->slot->cold().going : nullptr;
            if (f && f->run.get() == j.get()) f->run = {};
        }
        unasked_.clear();
        flush_stops();
    }
    return hub_->wait_quiet(deadline);
}

/// Everything ends: loads are told, the queue is dropped, workers are waited for, values go.
template <class Late>
inline bool engine_impl<Late>::shutdown(time_span deadline, bool let_go) {
    require_outside("shutdown");
    const flag_scope inside(in_frame_);
    using std::chrono::nanoseconds;
    [[maybe_unused]] const auto began = std::chrono::steady_clock::now();
    bool quiet = stop(deadline);
    if (let_go) hub_->wait_outside(); // loads may be let go, but not what the session only borrows
#if IMLOAD_HAS_THREADS
    if (crew_ && (quiet || let_go)) { // a thread may still be in a destructor of the user's
        const nanoseconds spent = std::chrono::steady_clock::now() - began;
        const nanoseconds whole = std::max<nanoseconds>(deadline, nanoseconds::zero());
        const nanoseconds left =
            deadline == never ? whole : std::max<nanoseconds>(whole - spent, nanoseconds::zero());
        quiet = crew_->end(left, let_go) && quiet;
        if (quiet || let_go) crew_ = {};
    }
#else
    static_cast<void>(let_go);
#endif
    discard_landed();
    clear_all();
    static_cast<void>(graves_.take());
    return quiet;
}

/// After the end: what has come back is seen by nobody.
template <class Late>
inline void engine_impl<Late>::discard_landed() {
    receive();
    for (slot_base* s : active_.all()) s->cold().going->held = false; // counted below
    while (const ref<job> j = mail_.next_landed()) discard(*j);
    for (const ref<job>& j : finishing_)
        if (j->loaded) discard(*j); // else it only has a partial value
    mail_.clear();
    finishing_.clear();
    // What came back after the end told nobody; what still runs is in flight.
    const std::uint64_t still = hub_->running();
    counts_.discarded += counts_.in_flight - std::min(counts_.in_flight, still);
    counts_.in_flight = std::min(counts_.in_flight, still);
}

template <class Late>
inline void engine_impl<Late>::clear_all() {
    std::uint32_t from = 0;
    memory_.visit(from, [&](slot_base& s) {
        if (s.in_use()) {
            end_run(s);
            erase(s);
        }
        return true;
    });
    touched_.clear();
    vacant_.clear();
    oldest_.clear();
    while (!stopping_.empty()) { // a destructor may cancel others
        const ref<job> j = std::move(stopping_.back());
        stopping_.pop_back();
    }
    named_.clear();
    trail_.clear();
}

} // namespace imload::detail
