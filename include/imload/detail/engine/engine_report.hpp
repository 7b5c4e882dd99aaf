#pragma once

// What can be read off an engine: of its keys, its frames, and of when the next one is due. Part of
// engine_impl.hpp.

#include <imload/detail/engine/engine_impl.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace imload::detail {

template <class Late>
inline bool engine_impl<Late>::is_stale(const slot_base& s) {
    const entry& e = s.cold();
    if (!e.has_value || !e.set) return false;
    const time_span limit = settings_[e.set].values.stale_after;
    return limit != never && now() >= after(e.landed, limit);
}

template <class Late>
inline std::chrono::nanoseconds engine_impl<Late>::refresh_in(const slot_base& s) {
    const flight* const f = s.cold().going;
    if (!f || f->next_refresh == time_point::max()) return never;
    return std::max(f->next_refresh - now(), std::chrono::nanoseconds::zero());
}

template <class Late>
inline slot_base* engine_impl<Late>::find_id(std::uint64_t id) noexcept {
    const auto number = static_cast<std::uint32_t>(id);
    if (!memory_.has(number)) return nullptr;
    slot_base& s = memory_.at(number);
    return s.in_use() && !s.cold().vacant && id_of(s) == id ? &s : nullptr;
}

template <class Late>
inline const slot_base* engine_impl<Late>::newest_named(std::string_view name,
                                                        const void* value_tag) {
    return named_.find(name, value_tag, *this);
}

/// What a key's deadline is for, as far as a sleeping loop must wake for it.
template <class Late>
inline auto engine_impl<Late>::wakes_for(const slot_base& s) const -> wake_at {
    constexpr wake_at none{};
    if (!asked_last_frame(s)) return none;
    const flight& f = *s.cold().going;
    const options& o = settings_[s.cold().set].values;
    if (f.held) return {look_due(s), wake_cause::look};
    switch (f.now) {
    case phase::idle:
        return f.parked || !active_app_ ? none : wake_at{f.next_refresh, wake_cause::refresh};
    case phase::settling:
        return {after(f.started, o.settle), wake_cause::settle};
    case phase::retrying:
        return {f.retry_at, wake_cause::retry};
    case phase::running:
        return f.run ? wake_at{after(f.run->begun, o.timeout), wake_cause::timeout} : none;
    case phase::finishing:
    case phase::queued:
        break;
    }
    return none;
}

/// A key that was long not asked for waits for no refresh until it is again. Else who looks for the
/// nearest wake would go through all keys that were ever shown, each time. False: there are more.
template <class Late>
inline bool engine_impl<Late>::park_unasked() {
    constexpr std::uint32_t long_unasked = 64; // frames: one that comes and goes stays
    for (int budget = 4096; budget > 0; --budget) {
        if (deadlines_.empty()) return true;
        slot_base& s = deadlines_.nearest();
        flight& f = *s.cold().going;
        if (f.now != phase::idle || frame_ - s.asked < long_unasked) return true;
        f.parked = true;
        schedule(s);
        set_fast(s);
    }
    return false;
}

/// When the next frame is due, and why.
template <class Late>
inline next_wake engine_impl<Late>::next() {
    constexpr std::chrono::nanoseconds at_once{0};
    if (closed_) return {};
    stir(); // the loop may sleep, so much time may pass until the next frame
    if (!touched_.empty() || hub_->has_mail()) return {at_once, wake_cause::news};
#if !IMLOAD_HAS_THREADS
    if (!setup_.executor && hub_->queued() > 0) return {at_once, wake_cause::news};
#endif
    if (!finishing_.empty()) return {at_once, wake_cause::finish};
    if (frame_ <= 2 || follows_landing()) return {at_once, wake_cause::first};

    next_wake found;
    if (!active_.empty() && !hub_->has_wake())
        for (const slot_base* s : active_.all()) {
            const std::chrono::nanoseconds interval = settings_[s->cold().set].values.poll_interval;
            if (asked_last_frame(*s) && interval < found.in)
                found = {interval, wake_cause::look, id_of(*s)};
            if (found.in == at_once) break;
        }
    if (deadlines_.empty() && frame_wanted_ == time_point::max() &&
        late_progress_ == time_point::max())
        return found;
    const time_point t = this_instant();
    const auto until = [t](time_point due) {
        return due <= t ? std::chrono::nanoseconds{} : std::chrono::nanoseconds(due - t);
    };
    if (!park_unasked()) {
        // The rest is for the next time: waking too early is better than a long look.
        const time_point due = deadlines_.nearest_due();
        if (until(due) < found.in) found = {until(due), wake_cause::refresh};
    } else {
        const auto [due, s] =
            deadlines_.nearest([this](const slot_base& of) { return wakes_for(of).due; });
        if (s && until(due) < found.in) found = {until(due), wakes_for(*s).why, id_of(*s)};
    }
    if (late_progress_ != time_point::max() && until(late_progress_) < found.in)
        found = {until(late_progress_), wake_cause::look};
    if (frame_wanted_ != time_point::max() && until(frame_wanted_) < found.in)
        found = {until(frame_wanted_), wake_cause::requested};
    return found;
}

template <class Late>
inline std::chrono::nanoseconds engine_impl<Late>::wait_time(time_span cap) {
    using std::chrono::nanoseconds;
    return std::min(std::max<nanoseconds>(cap, nanoseconds::zero()), next().in);
}

/// Asks for a frame within that time, unless one comes earlier.
template <class Late>
inline void engine_impl<Late>::request_frame(time_span within) {
    if (!active_app_ || within == never) return;
    stir();
    frame_wanted_ = std::min(frame_wanted_, after(now(), within));
}

template <class Late>
inline bool engine_impl<Late>::follows_landing() const noexcept {
    return landed_frame_ > 0 && frame_ - landed_frame_ < 2;
}

template <class Late>
inline statistics engine_impl<Late>::count() const {
    statistics c = counts_;
    c.polls = polls_ + trail_.steps();
    c.hits = c.polls - misses_;
    c.queued = hub_->queued();
    c.running = hub_->running();
    c.wakes = hub_->wakes();
#if IMLOAD_HAS_THREADS
    if (!setup_.executor) c.threads = thread_count(setup_.threads);
#endif
    return c;
}

template <class Late>
inline const run_control::progress_state& engine_impl<Late>::progress(slot_base& s) {
    flight& f = *s.cold().going;
    run_control* const c = f.run ? f.run->control() : nullptr;
    // Read once a frame: every caller in it sees the same.
    if (c && f.progress_frame != frame_) {
        if (!f.progress) f.progress = make_box<run_control::progress_state>();
        c->read_progress(*f.progress);
        f.progress_frame = frame_;
    }
    static const run_control::progress_state unknown;
    return f.progress ? *f.progress : unknown;
}

/// Notes a run in the log.
template <class Late>
inline void engine_impl<Late>::record(const slot_base& s) {
    const flight& f = *s.cold().going;
    run_record r;
    r.key = id_of(s);
    keys_of<Late>::describe(s, r.label);
    r.cause = f.cause;
    r.attempt = f.attempt;
    r.queued = f.started;
    f.run->number = log_.add(std::move(r));
}

template <class Late>
inline void engine_impl<Late>::record_begun(const job& j) noexcept {
    run_record* const r = j.number ? log_.find(j.number) : nullptr;
    if (!r) return;
    r->begun = j.begun;
    r->worker = j.worker;
}

template <class Late>
inline void engine_impl<Late>::record_outcome(const job& j, run_outcome o) noexcept {
    if (run_record* const r = j.number ? log_.find(j.number) : nullptr) r->outcome = o;
}

} // namespace imload::detail
