#pragma once

// What is due when. Part of engine_impl.hpp.

#include <imload/detail/engine/engine_impl.hpp>

#include <algorithm>
#include <chrono>

namespace imload::detail {

template <class Late>
inline time_point engine_impl<Late>::this_instant() const {
    return setup_.clock ? setup_.clock->now() : time_point(std::chrono::steady_clock::now());
}

/// The time of this frame; on a clock of the user's, of this instant.
template <class Late>
inline time_point engine_impl<Late>::look_at_clock() {
    if (setup_.clock) return setup_.clock->now();
    now_ = std::chrono::steady_clock::now();
    return *now_;
}

/// Sets the next slot of refresh_every: the first at or after `not_before` that is later than the
/// last start, so that a missed one is skipped and runs never overlap.
template <class Late>
inline void engine_impl<Late>::next_refresh(slot_base& s, time_point not_before) {
    flight* const f = s.cold().going;
    if (!f || !s.cold().set) return;
    const std::chrono::nanoseconds every = settings_[s.cold().set].values.refresh_every;
    f->next_refresh = time_point::max();
    if (every == never) return;
    if (!f->anchored) anchor(s.cold(), *f);
    if (!f->anchored) return;
    const auto elapsed = std::max(not_before, f->started) - f->first_start;
    auto slot = elapsed / every;
    if (elapsed % every != elapsed.zero() || f->started >= f->first_start + slot * every) ++slot;
    f->next_refresh =
        slot > never / every ? time_point::max() : after(f->first_start, slot * every);
}

/// refresh_every counts from the last start; where none is known, from when the value landed.
template <class Late>
inline void engine_impl<Late>::anchor(const entry& e, flight& f) {
    if (f.started == time_point::min() && e.has_value) f.started = e.landed;
    f.anchored = f.started != time_point::min();
    if (f.anchored) f.first_start = f.started;
}

/// Nothing of the key is timed, as nearly always while something is going on.
template <class Late>
inline bool engine_impl<Late>::is_untimed(const entry& e) const noexcept {
    const flight* const f = e.going;
    return f && e.set && !settings_[e.set].timed && !f->held && f->now != phase::retrying &&
           f->now != phase::settling;
}

/// Sets when a key is looked at next, from all that it waits for.
template <class Late>
inline void engine_impl<Late>::set_due(slot_base& s, entry& e) {
    const options& o = e.set ? settings_[e.set].values : default_options;
    const bool ages = e.has_value && (o.stale_after != never || o.expire_after != never);
    if (!e.going && !ages) return;
    flight& f = flight_of(e);
    if (is_untimed(e)) {
        deadlines_.remove(s);
        ages_.remove(s);
        return;
    }
    stir();
    time_point due = time_point::max();
    const auto at = [&due](time_point t) { due = std::min(due, t); };
    if (f.held) at(look_due(s));
    if (f.now == phase::running && f.run && !f.held) at(after(f.run->begun, o.timeout));
    if (f.now == phase::retrying) at(f.retry_at);
    if (f.now == phase::settling) at(after(f.started, o.settle));
    if (f.now == phase::idle && !f.parked) at(f.next_refresh);
    deadlines_.set(s, due);
    // Apart, for no loop wakes for these: then what it wakes for is not searched among them.
    due = time_point::max();
    if (e.has_value) {
        at(expires_at(e));
        if (f.now == phase::idle && !f.stale) at(stale_from(s));
    }
    ages_.set(s, due);
}

/// Something is due for a key.
template <class Late>
inline void engine_impl<Late>::on_due(slot_base& s) {
    entry& e = s.cold();
    flight& f = *e.going;
    const options& o = settings_[e.set].values;
    const time_point t = now();
    ++report_.due;
    make_room();
    if (f.held && t >= look_due(s)) {
        land(s, *ref<job>(f.run));
    } else if (f.now == phase::running && f.run && !f.held && t >= after(f.run->begun, o.timeout)) {
        time_out(s, t);
    } else if (f.now == phase::retrying && t >= f.retry_at) {
        launch(s, e, run_cause::retry);
    } else if (f.now == phase::settling && t >= after(f.started, o.settle)) {
        if (asked_last_frame(s)) {
            launch(s, e, run_cause::first_ask);
            f.unasked_start = true;
        } else {
            move(s, e, phase::idle);
        }
    }
    if (pumping_) { // wait_idle: runs end, and nothing ages
        schedule(s, e);
        return;
    }
    if (e.has_value && t >= expires_at(e)) {
        drop_value(s);
        f.stale = false;
        touch(s, e);
    }
    if (f.now == phase::idle) {
        if (t >= f.next_refresh && !f.parked) {
            if (active_app_ && asked_last_frame(s)) {
                e.cancelled = false;
                f.attempt = 0;
                launch(s, e, run_cause::timer);
                f.unasked_start = true;
            } else {
                f.parked = true; // until it is asked for again
            }
        }
        if (e.has_value && t >= stale_from(s)) f.stale = true;
    }
    schedule(s, e);
    set_fast(s, e);
}

/// When a value is no longer returned; a partial one does not age while its run goes on.
template <class Late>
inline time_point engine_impl<Late>::expires_at(const entry& e) const {
    const bool is_partial = e.going && e.going->run && e.going->run->shows_partial;
    if (!e.set || is_partial) return time_point::max();
    return after(e.landed, settings_[e.set].values.expire_after);
}

/// When a value is to be refreshed by being asked for: stale_after from when it was made, or from
/// when a refresh of it failed.
template <class Late>
inline time_point engine_impl<Late>::stale_from(const slot_base& s) const {
    const entry& e = s.cold();
    if (!e.set) return time_point::max();
    const time_point since = e.going ? std::max(e.landed, e.going->failed) : e.landed;
    return after(since, settings_[e.set].values.stale_after);
}

} // namespace imload::detail
