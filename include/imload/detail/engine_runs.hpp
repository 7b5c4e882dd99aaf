#pragma once

// What happens to runs: started, landed, failed, ended, timed. Part of engine.hpp.

#include <imload/detail/engine.hpp>
#include <imload/hash.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace imload::detail {

/// The one place that assigns a phase. What it shows follows in the next frame.
inline void engine::move(slot_base& s, phase to) {
    flight& f = flight_of(s);
    const auto waits = [](phase p) { return p == phase::settling || p == phase::retrying; };
    const auto works = [](phase p) { return p == phase::queued || p == phase::running; };
    if (waits(to) && !waits(f.now)) ++waiting_;
    if (!waits(to) && waits(f.now)) --waiting_;
    if (works(to) && !works(f.now)) {
        f.active_at = active_.size();
        active_.push_back(&s);
    } else if (!works(to) && works(f.now)) {
        active_[f.active_at] = active_.back();
        active_[f.active_at]->cold->going->active_at = f.active_at;
        active_.pop_back();
        f.active_at = not_listed;
    }
    f.now = to;
    touch(s);
}

inline ref<job> engine::make_job(slot_base& s) {
    const entry& e = *s.cold;
    ref<job> j = s.type->make_job(s, e.generation, e.going->how.get(), *hub_);
    j->timed = e.set->values.timeout != never;
    return j;
}

/// Queues a run and hands a task to the executor, which may run it at once.
inline void engine::launch(slot_base& s, bool prefetch) {
    entry& e = *s.cold;
    flight& f = flight_of(s);
    ++e.generation;
    f.started = now();
    f.retry_at = time_point::max();
    f.stale = f.parked = f.held = false;
    ++f.attempt;
    const time_span every = e.set->values.refresh_every;
    if (every != never) {
        if (!std::exchange(f.anchored, true)) f.first_start = f.started;
        next_refresh(s, f.started);
    }
    // Copying the callable and the arguments is the user's code: what it throws is the key's error.
    const auto thrown = caught([&] { f.run = make_job(s); });
    if (thrown) {
        fail_run(s, error_from(thrown), f.started);
        return;
    }
    move(s, phase::queued);
    schedule(s);
    ++counts_.starts;
    ++counts_.in_flight;
    const ref<job> j = f.run; // the executor may run it, and more, before it returns
    const ref<ticket> t = hub_->enqueue(*j, e.set->values.priority, prefetch);
    auto refused = caught([&] {
#if IMLOAD_HAS_THREADS
        if (!executor_) {
            pool_ = std::make_unique<thread_pool>(setup_.threads);
            executor_ = pool_.get();
        }
#endif
        executor_->execute(task(t));
    });
    if (refused) hub_->reject(*t, std::move(refused));
}

/// Waits for a first run that may be fast: one budget a frame for all keys.
inline void engine::hold_up(slot_base& s, time_span grace) {
#if IMLOAD_HAS_THREADS
    if (grace.count() <= grace_used_) return;
    const ref<job> j = s.cold->going->run;
    if (!j) return;
    const auto began = std::chrono::steady_clock::now();
    const bool landed = hub_->wait_landed(*j, grace.count() - grace_used_);
    grace_used_ += std::chrono::steady_clock::now() - began;
    if (!landed || !hub_->take_landed(*j)) return;
    deliver(*j);
    s.cold->shown = s.cold->going ? s.cold->going->now : phase::idle;
#else
    static_cast<void>(s);
    static_cast<void>(grace);
#endif
}

/// Lets go of what a key is doing: its run is told to stop, and is never applied.
inline void engine::end_run(slot_base& s) {
    flight* const f = s.cold->going.get();
    if (!f || f->now == phase::idle) return;
    ++s.cold->generation;
    if (ref<job> j = std::exchange(f->run, {})) {
        ++counts_.cancelled;
        if (f->held) { // it is back already, only not shown
            ++counts_.discarded;
            --counts_.in_flight;
        } else if (hub_->withdraw(*j))
            drop(*j);
        else
            stopping_.push_back(std::move(j));
    }
    f->retry_at = time_point::max();
    f->held = false;
    move(s, phase::idle);
    schedule(s);
}

/// Tells the stopped loads. Their stop callbacks are user code, so nothing may be half done here.
inline void engine::flush_stops() {
    while (!stopping_.empty()) {
        const ref<job> j = std::move(stopping_.back());
        stopping_.pop_back();
        if (run_control* c = j->control()) c->request_stop();
    }
}

inline void engine::drop(job&) {
    ++counts_.dropped;
    --counts_.in_flight;
}

/// A job came back: applied if it is the one that its key waits for.
inline void engine::deliver(job& j) {
    slot_base& s = *j.slot;
    counts_.total_load_time += j.ended - j.begun;
    if (!s.type || s.cold->generation != j.generation || !s.cold->going) {
        --counts_.in_flight;
        ++counts_.discarded;
        return;
    }
    const std::chrono::nanoseconds interval = s.cold->set->values.poll_interval;
    flight& f = *s.cold->going;
    if (interval > interval.zero() && now() < after(std::max(f.looked, f.started), interval)) {
        f.held = true; // it is not yet time to look
        schedule(s);
        return;
    }
    land(s, j);
}

inline void engine::land(slot_base& s, job& j) {
    flight& f = *s.cold->going;
    const ref<job> kept = std::exchange(f.run, {});
    f.held = false;
    --counts_.in_flight;
    if (j.failure) {
        ++counts_.failures;
        fail_run(s, std::move(*j.failure), j.ended == time_point{} ? now() : j.ended);
    } else {
        succeed(s, j);
    }
}

inline void engine::succeed(slot_base& s, job& j) {
    entry& e = *s.cold;
    ++counts_.successes;
    const float seconds = std::chrono::duration<float>(j.ended - j.begun).count();
    e.last_seconds = seconds;
    e.mean_seconds = e.mean_seconds > 0 ? 0.8f * e.mean_seconds + 0.2f * seconds : seconds;
    move(s, phase::idle);
    set_value(s, j, j.ended);
}

/// The one place where a value becomes visible.
inline void engine::set_value(slot_base& s, job& j, time_point when) {
    entry& e = *s.cold;
    s.type->apply(s, j);
    e.has_value = true;
    e.cancelled = false;
    e.landed = when;
    e.landed_frame = frame_;
    ++e.version;
    landed_frame_ = frame_;
    flight& f = *e.going;
    f.failure.reset();
    f.stale = false;
    f.attempt = 0;
    if (const std::string_view name = s.type->name(s); !name.empty()) {
        auto at = named_.find(name);
        if (at == named_.end()) at = named_.emplace(std::string(name), std::vector<named_value>{}).first;
        const void* const tag = s.type->value_tag();
        const auto same = std::find_if(at->second.begin(), at->second.end(),
                                       [tag](const named_value& v) { return v.tag == tag; });
        if (same != at->second.end())
            same->slot = &s;
        else
            at->second.push_back({tag, &s});
    }
    if (e.set) next_refresh(s, when);
    schedule(s);
    set_fast(s);
}

inline void engine::drop_value(slot_base& s) {
    entry& e = *s.cold;
    if (!std::exchange(e.has_value, false)) return;
    s.fast = 0;
    s.type->clear_value(s);
    if (const std::string_view name = s.type->name(s); !name.empty())
        if (const auto at = named_.find(name); at != named_.end())
            for (named_value& v : at->second)
                if (v.slot == &s) v.slot = nullptr;
}

/// A run failed: tried again while attempts are left, else an error beside the old value.
inline void engine::fail_run(slot_base& s, error why, time_point when) {
    entry& e = *s.cold;
    flight& f = *e.going;
    landed_frame_ = frame_;
    const retry_options& retry = e.set->values.retry;
    why.attempt = std::max(f.attempt, 1);
    if (f.attempt <= retry.attempts && f.attempt > 0) {
        ++counts_.retries;
        const double longest = static_cast<double>(retry.max_delay.count().count());
        double delay = static_cast<double>(retry.delay.count().count()) *
                       std::pow(retry.factor, f.attempt - 1);
        delay = std::min(delay, longest);
        random_ = mix(random_ + 0x9e3779b97f4a7c15u);
        const double share = static_cast<double>(random_ >> 11) * 0x1p-53;
        delay *= 1 - retry.jitter * share;
        f.retry_at = after(when, time_span(std::chrono::duration<double, std::nano>(delay)));
        move(s, phase::retrying);
    } else {
        f.failure = std::make_unique<error>(std::move(why));
        f.failed_frame = frame_;
        move(s, phase::idle);
        next_refresh(s, when);
    }
    schedule(s);
    set_fast(s);
}

// -- time ----------------------------------------------------------------------------------------

inline time_point engine::now() {
    if (setup_.clock) return setup_.clock->now();
    if (!now_) now_ = hub::steady::now();
    return *now_;
}

/// Sets the next slot of refresh_every: the first at or after `not_before` that is later than the
/// last start, so that a missed one is skipped and runs never overlap.
inline void engine::next_refresh(slot_base& s, time_point not_before) {
    flight* const f = s.cold->going.get();
    if (!f || !s.cold->set) return;
    const std::chrono::nanoseconds every = s.cold->set->values.refresh_every;
    f->next_refresh = time_point::max();
    if (every == never || !f->anchored) return;
    const auto elapsed = std::max(not_before, f->started) - f->first_start;
    auto slot = elapsed / every;
    if (elapsed % every != elapsed.zero() || f->started >= f->first_start + slot * every) ++slot;
    f->next_refresh =
        slot > never / every ? time_point::max() : after(f->first_start, slot * every);
}

/// Sets when a key is looked at next, from all that it waits for.
inline void engine::schedule(slot_base& s) {
    entry& e = *s.cold;
    const options& o = e.set ? e.set->values : default_options;
    const bool ages = e.has_value && (o.stale_after != never || o.expire_after != never);
    if (!e.going && !ages) return;
    flight& f = flight_of(s);
    time_point due = time_point::max();
    const auto at = [&due](time_point t) { due = std::min(due, t); };
    if (f.held) at(after(std::max(f.looked, f.started), o.poll_interval));
    if (f.now == phase::running && !f.held) at(after(f.begun, o.timeout));
    if (f.now == phase::retrying) at(f.retry_at);
    if (f.now == phase::settling) at(after(f.started, o.settle));
    if (f.now == phase::idle && !f.parked) at(f.next_refresh);
    if (e.has_value) {
        at(after(e.landed, o.expire_after));
        if (f.now == phase::idle && !f.stale) at(after(e.landed, o.stale_after));
    }
    deadlines_.set(s, due);
}

/// Something is due for a key.
inline void engine::on_due(slot_base& s) {
    entry& e = *s.cold;
    flight& f = *e.going;
    const options& o = e.set->values;
    const time_point t = now();
    if (f.held && t >= after(std::max(f.looked, f.started), o.poll_interval)) {
        f.looked = t;
        land(s, *ref<job>(f.run));
    } else if (f.now == phase::running && t >= after(f.begun, o.timeout)) {
        ++counts_.timeouts;
        ++e.generation;
        stopping_.push_back(std::exchange(f.run, {}));
        error why;
        why.kind = error_kind::timeout;
        why.message = "the load took longer than its timeout";
        fail_run(s, std::move(why), t);
    } else if (f.now == phase::retrying && t >= f.retry_at) {
        launch(s, false);
    } else if (f.now == phase::settling && t >= after(f.started, o.settle)) {
        if (asked_last_frame(s)) {
            launch(s, false);
        } else {
            move(s, phase::idle);
        }
    }
    if (pumping_) { // wait_idle: runs end, and nothing ages
        schedule(s);
        return;
    }
    if (e.has_value && t >= after(e.landed, o.expire_after)) {
        drop_value(s);
        f.stale = false;
        touch(s);
    }
    if (f.now == phase::idle) {
        if (t >= f.next_refresh && !f.parked) {
            if (asked_last_frame(s)) {
                e.cancelled = false;
                f.attempt = 0;
                launch(s, false);
                f.unasked_start = true;
            } else {
                f.parked = true; // until it is asked for again
            }
        }
        if (e.has_value && t >= after(e.landed, o.stale_after)) f.stale = true;
    }
    schedule(s);
    set_fast(s);
}

inline bool engine::is_stale(const slot_base& s) {
    const entry& e = *s.cold;
    if (!e.has_value || !e.set) return false;
    const time_span limit = e.set->values.stale_after;
    return limit != never && now() >= after(e.landed, limit);
}

inline std::chrono::nanoseconds engine::refresh_in(const slot_base& s) {
    const flight* const f = s.cold->going.get();
    if (!f || f->next_refresh == time_point::max()) return never;
    return std::max(f->next_refresh - now(), std::chrono::nanoseconds::zero());
}

} // namespace imload::detail
