#pragma once

// How runs are started. Part of engine_impl.hpp.

#include <imload/detail/engine/engine_impl.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <utility>

namespace imload::detail {

template <class Late>
inline ref<job> engine_impl<Late>::make_job(slot_base& s, const entry& e) {
    ref<job> j = load_job::make(s, e.generation, e.going->how, *hub_, job_memory_);
    j->timed = settings_[e.set].values.timeout != never;
    return j;
}

/// Queues a run and hands a task to the executor, which may run it at once.
template <class Late>
inline void engine_impl<Late>::launch(slot_base& s, entry& e, run_cause why,
                                      std::exception_ptr thrown) {
    flight& f = flight_of(e);
    ++e.generation;
    f.cause = why;
    f.started = now();
    f.stale = f.parked = f.held = f.owed = f.unasked_start = false;
    if (++f.attempt > 1) ++counts_.retries;
    if (settings_[e.set].values.refresh_every != never) next_refresh(s, f.started);
    // Copying the callable and the arguments is the user's code, and so is what it throws, which is
    // the run's error and comes back as any other.
    const std::uint32_t mine = e.generation;
    ref<job> made;
    {
        const flag_scope inside(in_frame_); // no other one may begin in it
        if (!thrown && (f.how || !s.type().needs_starter()))
            thrown = caught([&] { made = make_job(s, e); });
        if (!made) made = make_stillborn(s, mine, std::move(thrown));
    }
    if (!s.in_use() || e.generation != mine) return; // that code has started or ended it itself
    make_room();
    hub_->make_room();
#if IMLOAD_HAS_THREADS
    if (!setup_.executor && !crew_) crew_ = make_counted<crew<Late>>(setup_.threads);
#endif
    f.run = std::move(made);
    if (log_.capacity() > 0) static_cast<void>(caught([&] { record(s); })); // a load needs no log
    move(s, e, phase::queued);
    schedule(s, e);
    ++counts_.starts;
    ++counts_.in_flight;
    hand_over(*f.run, e);
}

/// In the place of a job that could not be made.
template <class Late>
inline ref<job> engine_impl<Late>::make_stillborn(slot_base& s, std::uint32_t started_under,
                                                  std::exception_ptr thrown) {
    error why = thrown ? error_from(std::move(thrown))
                       : error_of(error_kind::exception,
                                  "the callable could not be copied when it was asked for last");
    return make_counted<stillborn>(s, started_under, std::move(why));
}

template <class Late>
inline void engine_impl<Late>::hand_over(job& j, const entry& e) {
    if (j.failure) {
        hub_->complete(j);
        return;
    }
    if (setup_.executor) {
        hand_to_executor(j, e);
        return;
    }
    hub_->enqueue(j, settings_[e.set].values.priority, e.prefetched);
#if IMLOAD_HAS_THREADS
    auto refused = hub_->call(*crew_);
    if (refused) hub_->reject(j, std::move(refused));
#endif
}

template <class Late>
inline void engine_impl<Late>::hand_to_executor(job& j, const entry& e) {
    ref<ticket> t;
    if (auto lost = caught([&] { t = hub_->ticket_for(j); })) {
        j.failure = failure(error_from(std::move(lost)));
        hub_->complete(j);
        return;
    }
    hub_->enqueue(j, settings_[e.set].values.priority, e.prefetched);
    auto refused = caught([&] { setup_.executor->execute(task(t)); });
    if (refused) hub_->reject(*t, std::move(refused));
}

/// Waits for a first run that may be fast: one budget a frame for all keys.
template <class Late>
inline void engine_impl<Late>::hold_up(slot_base& s, time_span grace) {
#if IMLOAD_HAS_THREADS
    if (grace.count() <= grace_used_) return;
    const flight* const f = s.cold().going;
    const ref<job> j = f ? f->run : ref<job>{};
    if (!j || f->pretends.latency > time_span{}) return;
    const auto began = std::chrono::steady_clock::now();
    const bool landed = hub_->wait_landed(*j, grace.count() - grace_used_);
    grace_used_ += std::chrono::steady_clock::now() - began;
    if (!landed) return;
    hub_->take_landed(*j);
    if (accept(*j)) {
        if (!j->finishes && (j->ends_with_partial || j->failure)) show_partial(s, *j);
        land_or_discard(*j);
    }
    s.cold().shown = s.cold().going ? s.cold().going->now : phase::idle;
#else
    static_cast<void>(s);
    static_cast<void>(grace);
#endif
}

} // namespace imload::detail
