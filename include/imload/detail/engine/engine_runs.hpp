#pragma once

// What happens to runs: landed, failed, ended. Part of engine_impl.hpp.

#include <imload/detail/engine/engine_impl.hpp>
#include <imload/detail/mix.hpp>
#include <imload/detail/room.hpp>

#include <algorithm>
#include <cstdint>

namespace imload::detail {

/// What happens to one key next cannot fail half-way for want of memory.
template <class Late>
inline void engine_impl<Late>::make_room() {
    active_.make_room();
    room_for_one(touched_);
    room_for_one(finishing_);
    room_for_one(stopping_);
    deadlines_.make_room();
    ages_.make_room();
}

/// The one place that assigns a phase. What it shows follows in the next frame.
template <class Late>
inline void engine_impl<Late>::move(slot_base& s, entry& e, phase to) {
    flight& f = flight_of(e);
    const auto waits = [](phase p) { return p == phase::settling || p == phase::retrying; };
    waiting_ += waits(to);
    waiting_ -= waits(f.now);
    active_.move(s, f, to);
    if (f.now == phase::settling && to == phase::idle) f.started = time_point::min(); // no run was
    f.now = to;
    touch(s, e);
}

/// The key's run is over or given up: a partial value of it ages from then on.
template <class Late>
inline ref<job> engine_impl<Late>::take_run(slot_base& s, time_point when) {
    ref<job> j = renew(s.cold().going->run, {});
    if (j && j->shows_partial) s.cold().landed = when;
    return j;
}

/// Lets go of what a key is doing: its run is told to stop, and is never applied.
template <class Late>
inline void engine_impl<Late>::end_run(slot_base& s) {
    flight* const f = s.cold().going;
    if (f) f->owed = false;
    if (!f || f->now == phase::idle) return;
    make_room();
    ++s.cold().generation;
    stop_pretending_to_load(*f);
    if (ref<job> j = take_run(s, now())) {
        ++counts_.cancelled;
        record_outcome(*j, run_outcome::cancelled);
        if (f->held) { // it is back already, only not shown
            ++counts_.discarded;
            --counts_.in_flight;
        } else if (hub_->withdraw(*j)) {
            drop(*j);
        }
        stopping_.push_back(std::move(j)); // it goes there, for its destructor is the user's
    }
    f->held = false;
    move(s, phase::idle);
    next_refresh(s, now()); // the slots that the run took are not made up for
    schedule(s);
}

/// Tells the stopped loads and lets go of them. Their stop callbacks and destructors are user code,
/// so nothing may be half done here.
template <class Late>
inline void engine_impl<Late>::tell_to_stop() {
    while (!stopping_.empty()) {
        const ref<job> j = std::move(stopping_.back());
        stopping_.pop_back();
        if (run_control* c = j->control()) c->request_stop();
    }
}

template <class Late>
inline void engine_impl<Late>::drop(job& j) {
    record_outcome(j, run_outcome::dropped);
    ++counts_.dropped;
    --counts_.in_flight;
}

/// A job came back: false if it is not the one that its key waits for, or too late.
template <class Late>
inline bool engine_impl<Late>::accept(job& j) {
    count_time(j);
    bool is_accepted = is_wanted(j);
    if (is_accepted && j.worker >= 0) {
        const time_point latest = after(j.begun, settings_[j.slot->cold().set].values.timeout);
        is_accepted = j.ended <= latest;
        if (!is_accepted) time_out(*j.slot, latest); // no frame has told it so
    }
    if (!is_accepted) discard(j);
    return is_accepted;
}

/// A job came back: it is applied, at once or when it is time to look.
template <class Late>
inline void engine_impl<Late>::deliver(job& j) {
    if (!accept(j)) return;
    slot_base& s = *j.slot;
    if (look_due(s) > time_point::min() && now() < look_due(s)) {
        if (j.worker >= 0) begin(j);
        s.cold().going->held = true; // it is not yet time to look
        schedule(s);
        return;
    }
    land(s, j);
}

/// When a run that is back may be looked at; the least time: at once.
template <class Late>
inline time_point engine_impl<Late>::look_due(const slot_base& s) const {
    const flight& f = *s.cold().going;
    const std::chrono::nanoseconds interval = settings_[s.cold().set].values.poll_interval;
    time_point due = time_point::min();
    if (interval > interval.zero()) due = after(f.started, interval);
    if (f.pretends.latency > time_span{} && f.run && f.run->ended != time_point{})
        due = std::max(due, after(f.run->ended, f.pretends.latency));
    return due;
}

template <class Late>
inline void engine_impl<Late>::count_time(const job& j) {
    if (run_record* const r = j.number ? log_.find(j.number) : nullptr) {
        if (j.worker >= 0) record_begun(j);
        r->ended = j.ended;
    }
    if (j.begun != time_point{}) counts_.total_load_time += j.ended - j.begun;
}

/// Gives a run up; what comes of it is dropped.
template <class Late>
inline void engine_impl<Late>::time_out(slot_base& s, time_point when) {
    ++counts_.timeouts;
    ++s.cold().generation;
    record_outcome(*s.cold().going->run, run_outcome::timeout);
    stopping_.push_back(take_run(s, when));
    fail_run(s, error_of(error_kind::timeout, "the load took longer than its timeout"), when);
}

/// Whether a key still waits for this job.
template <class Late>
inline bool engine_impl<Late>::is_wanted(const job& j) const {
    const slot_base& s = *j.slot;
    return s.in_use() && s.cold().generation == j.generation && s.cold().going &&
           s.cold().going->run.get() == &j;
}

template <class Late>
inline void engine_impl<Late>::discard(job& j) {
    --counts_.in_flight;
    ++counts_.discarded;
    if (j.loaded) j.value.reset(); // what was finished goes on this thread, whoever has the job
}

/// After code of the user's, which may have acted on the key: a finish function, a value's move.
template <class Late>
inline void engine_impl<Late>::land_or_discard(job& j) {
    if (is_wanted(j))
        land(*j.slot, j);
    else
        discard(j);
}

template <class Late>
inline void engine_impl<Late>::land(slot_base& s, job& j) {
    flight& f = *s.cold().going;
    f.held = false;
    const bool fails = j.failure || f.pretends.state == simulated::failure;
    if (j.finishes && !fails && !renew(j.loaded, true)) {
        move(s, phase::finishing);
        schedule(s);
        list_to_finish(j);
        return;
    }
    if (j.ends_with_partial && j.partial_failure) j.failure = std::move(j.partial_failure);
    if (j.ends_with_partial && !j.shows_partial && !j.failure)
        j.failure = failure(error_of(error_kind::reported,
                                     "there was no memory to show the last value it published"));
    const ref<job> kept = take_run(s, j.ended);
    --counts_.in_flight;
    failure own; // goes last, for its destructor is the user's
    if (f.pretends.state == simulated::failure) own = renew(j.failure, failure(simulated_error()));
    record_outcome(j, j.failure ? run_outcome::failure : run_outcome::success);
    if (j.failure) {
        ++counts_.failures;
        fail_run(s, j.failure.take(), j.ended == time_point{} ? now() : j.ended);
    } else {
        succeed(s, j);
    }
}

template <class Late>
inline void engine_impl<Late>::succeed(slot_base& s, job& j) {
    entry& e = s.cold();
    ++counts_.successes;
    const float seconds = std::chrono::duration<float>(j.ended - j.begun).count();
    e.last_seconds = seconds;
    const float mean = e.mean_seconds.count();
    e.mean_seconds = rough_seconds(mean > 0 ? 0.8f * mean + 0.2f * seconds : seconds);
    move(s, e, phase::idle);
    set_value(s, j, j.ended);
}

/// The one place where a value becomes visible.
template <class Late>
inline void engine_impl<Late>::set_value(slot_base& s, job& j, time_point when, bool partial) {
    entry& e = s.cold();
    if (!j.ends_with_partial) { // else the last partial value is there already
        put_value(s, s.type(), &j.value, e.has_value, graves_);
        e.has_value = true;
        ++e.version;
    }
    e.landed = when;
    landed_frame_ = frame_;
    flight& f = *e.going;
    f.failure.reset();
    f.stale = false;
    if (partial) {
        schedule(s, e);
        set_fast(s, e);
        return;
    }
    e.landed_frame = frame_;
    e.cancelled = false;
    if (f.now == phase::idle) f.attempt = 0;
    if (s.type().named) named_.note(s, when, *this);
    if (e.set) next_refresh(s, when);
    schedule(s, e);
    set_fast(s, e);
}

template <class Late>
inline void engine_impl<Late>::drop_value(slot_base& s) {
    const slot_type& type = s.type();
    entry& e = s.cold();
    if (!e.has_value) return;
    e.has_value = false;
    e.landed_frame = not_listed;
    s.set_fast(0);
    if (type.named) named_.drop(s, type);
    put_value(s, type, nullptr, true, graves_); // last: the value's destructor is the user's
}

/// std::pow without <cmath>, which costs a compiler a tenth of all that the core includes.
[[nodiscard]] constexpr double power(double base, unsigned exponent) noexcept {
    double product = 1;
    for (; exponent != 0; exponent >>= 1, base *= base)
        if (exponent % 2 != 0) product *= base;
    return product;
}

/// A run failed: tried again while attempts are left, and no error is shown until then, else an
/// error beside the old value.
template <class Late>
inline void engine_impl<Late>::fail_run(slot_base& s, error why, time_point when) {
    entry& e = s.cold();
    flight& f = *e.going;
    const failure earlier = std::move(f.failure); // goes last, for its destructor is the user's
    landed_frame_ = frame_;
    const retry_options& retry = settings_[e.set].values.retry;
    why.attempt = std::max(f.attempt, 1);
    if (f.attempt <= retry.attempts && f.attempt > 0) {
        const double longest = static_cast<double>(retry.max_delay.count().count());
        double delay = static_cast<double>(retry.delay.count().count());
        if (delay > 0) delay *= power(retry.factor, static_cast<unsigned>(f.attempt - 1));
        delay = std::min(delay, longest);
        random_ = mix(random_ + 0x9e3779b97f4a7c15u);
        const double share = static_cast<double>(random_ >> 11) * 0x1p-53;
        delay *= 1 - retry.jitter * share;
        f.retry_at = after(when, time_span(std::chrono::duration<double, std::nano>(delay)));
        move(s, e, phase::retrying);
    } else {
        f.failure = failure(std::move(why));
        f.failed_frame = frame_;
        f.failed = when;
        move(s, e, phase::idle);
        next_refresh(s, when);
    }
    schedule(s, e);
    set_fast(s, e);
}

} // namespace imload::detail
