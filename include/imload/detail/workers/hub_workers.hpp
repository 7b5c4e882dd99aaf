#pragma once

// The hub as workers, and any other thread, see it. Part of hub.hpp.

#include <imload/detail/workers/hub.hpp>

#include <bit>

namespace imload::detail {

// ---- Loads that never begin --------------------------------------------------------------------

/// A task is gone for good: if it had not been called, its load fails.
template <class Late>
inline void hub<Late>::lose(ticket& t) noexcept {
    lock_type lock(mutex_);
    take_in();
    if (!t.load) return;
    lock.unlock();
    failure why(
        error_of(error_kind::abandoned, "the executor dropped the load without running it"));
    lock.lock();
    take_in();
    fail_load(lock, t.load, std::move(why));
}

[[nodiscard]] inline failure rejection(std::exception_ptr thrown) noexcept {
    error why = error_from(std::move(thrown));
    why.kind = error_kind::rejected;
    set_message(why, [&] { return "the executor refused the load: " + why.message; });
    return failure(std::move(why));
}

template <class Late>
inline void hub<Late>::reject(ticket& t, std::exception_ptr thrown) {
    auto why = rejection(std::move(thrown));
    lock_type lock(mutex_);
    take_in();
    fail_load(lock, t.load, std::move(why));
}

template <class Late>
inline void hub<Late>::reject(job& j, std::exception_ptr thrown) {
    auto why = rejection(std::move(thrown));
    lock_type lock(mutex_);
    take_in();
    if (j.stage.load(std::memory_order_relaxed) == job_stage::queued)
        fail_load(lock, &j, std::move(why));
}

/// A load that waits fails. Null: it has begun all the same, or another task is to run it.
template <class Late>
inline void hub<Late>::fail_load(lock_type& lock, job* j, failure why) noexcept {
    if (!j) {
        lock.unlock(); // `why` may hold an exception of the user's
        return;
    }
    unpair(*j);
    j->failure = std::move(why);
    ref<job> failed = ref<job>::adopt(j);
    land(lock, failed);
    lock.unlock(); // if the hub is closed, it is destroyed here
}

// ---- Posts, the clock, the wake hook -----------------------------------------------------------

template <class Late>
inline void hub<Late>::post(box<posted> p) {
    lock_type lock(mutex_);
    if (closed_) {
        lock.unlock(); // dropped, and its destructor is the user's
        return;
    }
    mail_.posts.push_back(std::move(p));
    signal(lock);
}

template <class Late>
inline void hub<Late>::post_again(posts left) {
    lock_type lock(mutex_);
    if (closed_ || left.empty()) return; // what is left goes with the argument, after the lock
    mail_.posts.insert(mail_.posts.begin(), std::make_move_iterator(left.begin()),
                       std::make_move_iterator(left.end()));
    signal(lock);
}

template <class Late>
inline void hub<Late>::nudge() {
    lock_type lock(mutex_);
    if (closed_) return;
    mail_.progress = true;
    signal(lock);
}

template <class Late>
inline time_point hub<Late>::now() {
    if (!clock_) return steady::now();
    {
        const lock_type lock(mutex_);
        if (closed_) return {};
        ++in_clock_;
    }
    const time_point t = clock_->now();
    const lock_type lock(mutex_);
    --in_clock_;
    tell_waiters();
    return t;
}

/// Says that there is something to see, and calls the wake hook the first time in a frame, without
/// the lock.
template <class Late>
inline void hub<Late>::signal(lock_type& lock) noexcept {
    note_news();
    tell_waiters();
    if (woken_ || !wake_) return;
    woken_ = true;
    ++wakes_;
    ++in_hook_;
    const std::uint32_t number = hook_number_;
    ref<wake_hook> hook = wake_;
    lock.unlock();
    {
        const wake_scope inside(this);
        static_cast<void>(caught([&] { hook->call(); })); // a hook that throws has nobody to tell
    }
    hook = {};
    lock.lock();
    --(number == hook_number_ ? in_hook_ : in_earlier_hook_);
    tell_waiters();
}

// ---- A load's way ------------------------------------------------------------------------------

/// The lowest free place among those that work, so that a timeline has as many lines as loads ran
/// at once; the last one is shared.
template <class Late>
inline std::int16_t hub<Late>::take_place() noexcept {
    const int place = std::min(std::countr_one(places_), 63);
    places_ |= std::uint64_t{1} << place;
    return static_cast<std::int16_t>(place);
}

template <class Late>
inline void hub<Late>::leave_place(int place) noexcept {
    places_ &= ~(std::uint64_t{1} << place);
}

/// What is wanted most begins; null: nothing waits.
template <class Late>
inline ref<job> hub<Late>::take_best(ticket* t, time_point at) noexcept {
    job* const best = queue_.best();
    if (!best) return {};
    // Whoever was to run `best` now stands for the job that this ticket stood for.
    job* const own = t ? renew(t->load, nullptr) : nullptr;
    ticket* const other = renew(best->carrier, nullptr);
    if (own != best) {
        if (other) other->load = own;
        if (own) own->carrier = other;
    }
    if (t) t->used = true;
    queue_.remove(*best);
    ref<job> j = ref<job>::adopt(best); // the queue's share
    best->stage.store(job_stage::taken, std::memory_order_relaxed);
    best->begun = at;
    best->worker = take_place();
    ++running_;
    begun_.append(*best);
    any_mail_.store(true, std::memory_order_release);
    return j;
}

/// A worker has run its load. What is left in `j` is to be destroyed without the lock.
template <class Late>
inline void hub<Late>::bring_back(lock_type& lock, ref<job>& j, time_point at) noexcept {
    --running_;
    leave_place(j->worker);
    if (j->lands_itself) {
        tell_waiters();
        return;
    }
    j->ended = at;
    land(lock, j);
}

template <class Late>
inline void hub<Late>::land(lock_type& lock, ref<job>& j) noexcept {
    j->stage.store(job_stage::landed, std::memory_order_relaxed);
    if (j->next) j->unlink(); // nobody was told that it had begun
    if (closed_) {
        tell_waiters();
        return;
    }
    mail_.landed.append(*j.detach());
    ++mail_.landings;
    signal(lock);
}

template <class Late>
inline void hub<Late>::run_one(ticket* t) noexcept {
    const time_point before = now();
    ref<job> j;
    {
        lock_type lock(mutex_);
        if (closed_ || (t && t->used)) return;
        take_in();
        j = take_best(t, before);
        if (!j) return;
    }
    if (j->timed) tell_begun();
    {
        const load_scope inside;
        j->run();
    }
    const time_point after = now();
    lock_type lock(mutex_);
    bring_back(lock, j, after);
    lock.unlock();
}

/// A load with a timeout has begun: a frame must hear of it.
template <class Late>
inline void hub<Late>::tell_begun() noexcept {
    lock_type lock(mutex_);
    if (!closed_) signal(lock);
}

#if IMLOAD_HAS_THREADS

template <class Late>
inline void hub<Late>::serve(crew<Late>& c) noexcept {
    bool looking = true;
    ref<job> j;
    for (;;) {
        const time_point at = now();
        ref<job> done = std::move(j);
        bool leaves_some = false;
        std::size_t seen = 0;
        {
            lock_type lock(mutex_);
            if (done) bring_back(lock, done, at);
            if (!queue_.has_newest(wishes_.highest())) { // else none of them comes first
                seen = wishes_.added();
                take_in();
            }
            j = closed_ ? ref<job>() : take_best(nullptr, at);
            if (j && renew(looking, false)) {
                c.found();
                leaves_some = queue_.best() || wishes_.has_more();
            }
        }
        done = {};
        if (j) {
            if (leaves_some) call(c);
            if (j->timed) tell_begun();
            const load_scope inside;
            j->run();
            continue;
        }
        const auto has_work = [this] {
            const lock_type lock(mutex_);
            return queue_.best() || wishes_.has_more();
        };
        if (!c.rest(
                looking, [&] { return wishes_.added() != seen; }, has_work))
            return;
        looking = true;
    }
}

#endif

/// A job that goes on without a worker has its outcome.
template <class Late>
inline void hub<Late>::complete(job& j) noexcept {
    j.ended = now();
    ref<job> kept(&j);
    lock_type lock(mutex_);
    land(lock, kept);
    lock.unlock();
}

template <class Late>
inline void hub<Late>::publish(job& j) {
    lock_type lock(mutex_);
    if (closed_ || j.stage.load(std::memory_order_relaxed) != job_stage::taken) return;
    if (!j.has_mailed) mail_.partial.emplace_back(&j);
    j.has_mailed = true;
    signal(lock);
}

} // namespace imload::detail
