#pragma once

// What is done to a key: its runs start and stop at once, what it shows follows in the next frame.
// Part of engine_impl.hpp.

#include <imload/detail/engine/engine_impl.hpp>

#include <utility>

namespace imload::detail {

template <class Late>
inline void engine_impl<Late>::stop_pretending_to_load(flight& f) noexcept {
    if (f.pretends.state != simulated::loading) return;
    f.pretends.state = simulated::nothing;
    f.pretends_next = false;
}

template <class Late>
inline void engine_impl<Late>::refresh(slot_base& s) {
    entry& e = s.cold();
    if (closed_ || !e.set || is_invalid(e)) return;
    flight& f = flight_of(e);
    occupy(s, e);
    e.cancelled = false;
    if (f.now == phase::queued || f.now == phase::running || f.now == phase::finishing)
        return; // it is on its way
    f.attempt = 0;
    e.prefetched = false;
    launch(s, e, run_cause::refresh);
    if (e.going) e.going->unasked_start = true;
    set_fast(s, e);
}

template <class Late>
inline void engine_impl<Late>::cancel(slot_base& s) {
    entry& e = s.cold();
    if (!e.going) return;
    stop_pretending_to_load(*e.going);
    e.going->owed = false;
    if (e.going->now == phase::idle) return;
    e.cancelled = true;
    end_run(s);
    set_fast(s);
    flush_stops();
}

template <class Late>
inline void engine_impl<Late>::forget(slot_base& s) {
    entry& e = s.cold();
    if (e.vacant) return;
    flight& f = flight_of(e);
    end_run(s);
    f.pretends = {};
    f.pretends_next = false;
    f.forgotten = true;
    const ref<job> replaced = renew(f.put, {}); // it goes last, as in put()
    touch(s, e);
    set_fast(s, e);
    flush_stops();
}

template <class Late>
inline void engine_impl<Late>::put(slot_base& s, ref<job> value) {
    entry& e = s.cold();
    if (closed_ || is_invalid(e)) return;
    flight& f = flight_of(e);
    occupy(s, e);
    end_run(s);
    e.cancelled = false;
    f.pretends_next = false;
    stop_pretending_to_load(f);
    value->ended = now();
    // It goes last, for what another value's destructor does is the user's.
    const ref<job> replaced = renew(f.put, std::move(value));
    f.forgotten = false;
    touch(s, e);
    set_fast(s, e);
    flush_stops();
}

/// What the key pretends shows in the next frame; the run that it has ends at once.
template <class Late>
inline void engine_impl<Late>::simulate(slot_base& s, const simulation& how) {
    entry& e = s.cold();
    if (closed_ || is_invalid(e)) return;
    flight& f = flight_of(e);
    const simulated before = f.pretends.state;
    if (!e.set || f.pretends == how) return;
    occupy(s, e);
    if (how.state != before) end_run(s);
    f.owed = false;
    f.pretends = how;
    touch(s, e);
    if (f.held) schedule(s, e);
    if (how.state == before) return;
    e.cancelled = false;
    f.pretends_next = how.state != simulated::nothing;
    if (how.state == simulated::nothing) {
        f.attempt = 0;
        launch(s, e, run_cause::refresh);
    }
    set_fast(s, e);
    flush_stops();
}

/// A key begins to pretend: the value goes, and it runs for ever or has failed.
template <class Late>
inline void engine_impl<Late>::pretend(slot_base& s) {
    flight& f = *s.cold().going;
    const simulation how = f.pretends;
    end_run(s);
    f.pretends = how;
    const failure earlier = std::move(f.failure); // goes last, as the value: they are the user's
    f.progress.reset();
    f.attempt = 0;
    if (f.pretends.state == simulated::loading) {
        f.started = now();
        move(s, phase::running);
    } else {
        fail_run(s, simulated_error(), now());
    }
    drop_value(s);
    schedule(s);
}

} // namespace imload::detail
