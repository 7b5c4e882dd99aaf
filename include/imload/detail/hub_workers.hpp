#pragma once

// The hub as workers, and any other thread, see it. Part of hub.hpp.

#include <imload/detail/hub.hpp>

#include <bit>

namespace imload::detail {

/// A task is gone for good: if it had not been called, its load fails.
inline void hub::take_back(ticket& t) noexcept {
    std::unique_lock lock(mutex_);
    if (!t.used && !closed_ && t.load) {
        lock.unlock();
        auto why = std::make_unique<error>();
        why->kind = error_kind::abandoned;
        why->message = "the executor dropped the load without running it";
        fail_load(std::unique_lock(mutex_), t, std::move(why));
        lock.lock();
    }
    constexpr std::size_t most = 4096;
    if (spare_ == most) {
        lock.unlock();
        delete &t;
        return;
    }
    ++spare_;
    t.load = nullptr;
    t.next = std::exchange(tickets_, &t);
}

/// The load that a ticket stands for fails, unless it has begun all the same or another task is to
/// run it.
inline void hub::fail_load(std::unique_lock<std::mutex> lock, ticket& t,
                           std::unique_ptr<error> why) noexcept {
    job* const j = t.load;
    if (!j) return;
    unpair(*j);
    ref<job> kept(j);
    j->release();
    j->failure = std::move(why);
    land(lock, std::move(kept));
}

inline void hub::post(std::unique_ptr<posted> p) {
    std::unique_lock lock(mutex_);
    if (closed_) {
        lock.unlock(); // dropped, and its destructor is the user's
        return;
    }
    mail_.posts.push_back(std::move(p));
    signal(lock);
}

inline void hub::post_again(std::vector<std::unique_ptr<posted>> left) {
    std::unique_lock lock(mutex_);
    if (closed_ || left.empty()) return; // what is left goes with the argument, after the lock
    mail_.posts.insert(mail_.posts.begin(), std::make_move_iterator(left.begin()),
                       std::make_move_iterator(left.end()));
    signal(lock);
}

inline void hub::nudge() {
    std::unique_lock lock(mutex_);
    if (closed_) return;
    mail_.progress = true;
    signal(lock);
}

/// The lowest free place among those that work, so that a timeline has as many lines as loads ran
/// at once; the last one is shared.
inline int hub::take_place() noexcept {
    const int place = std::min(std::countr_one(places_), 63);
    places_ |= std::uint64_t{1} << place;
    return place;
}

inline void hub::leave_place(int place) noexcept { places_ &= ~(std::uint64_t{1} << place); }

inline time_point hub::now() {
    if (!clock_) return steady::now();
    {
        const std::lock_guard lock(mutex_);
        if (closed_) return {};
        ++outside_;
    }
    const time_point t = clock_->now();
    leave_outside();
    return t;
}

inline void hub::leave_outside() noexcept {
    const std::lock_guard lock(mutex_);
    --outside_;
    if (waiters_ > 0) changed_.notify_all();
}

/// Says that there is something to see, and calls the wake hook the first time in a frame.
/// Gives the lock up.
inline void hub::signal(std::unique_lock<std::mutex>& lock) noexcept {
    signalled_ = true;
    any_mail_.store(true, std::memory_order_release);
    if (waiters_ > 0) changed_.notify_all();
    if (woken_ || !wake_) {
        lock.unlock();
        return;
    }
    woken_ = true;
    ++wakes_;
    ++outside_;
    auto hook = wake_;
    lock.unlock();
    const bool nested = std::exchange(this_thread.in_wake, true);
    static_cast<void>(caught([&] { (*hook)(); })); // a hook that throws has nobody to tell
    this_thread.in_wake = nested;
    hook.reset();
    leave_outside();
}

inline void hub::land(std::unique_lock<std::mutex>& lock, ref<job> j) noexcept {
    j->stage = job_stage::landed;
    if (closed_) {
        if (waiters_ > 0) changed_.notify_all();
        lock.unlock(); // the outcome is destroyed here, outside the lock
        return;
    }
    mail_.landed.push_back(std::move(j));
    signal(lock);
}

inline void hub::run_one(ticket& t) noexcept {
    const time_point before = now();
    ref<job> j;
    {
        std::unique_lock lock(mutex_);
        if (t.used || closed_) return;
        job* const best = queue_.best();
        if (!best) return;
        t.used = true;
        // Whoever was to run `best` now stands for the job that this ticket stood for.
        job* const own = std::exchange(t.load, nullptr);
        ticket* const other = best->carrier;
        if (own != best) {
            if (other) other->load = own;
            if (own) own->carrier = other;
        }
        best->carrier = nullptr;
        queue_.remove(*best);
        j = ref<job>(best);
        best->release();
        best->stage = job_stage::taken;
        best->begun = before;
        best->worker = take_place();
        ++running_;
        mail_.begun.push_back(j);
        any_mail_.store(true, std::memory_order_release);
        if (best->timed) signal(lock);
    }
    const int place = j->worker;
    {
        const load_scope inside;
        j->run();
    }
    if (j->lands_itself) {
        const std::lock_guard lock(mutex_);
        --running_;
        leave_place(place);
        if (waiters_ > 0) changed_.notify_all();
        return;
    }
    j->ended = now();
    std::unique_lock lock(mutex_);
    --running_;
    leave_place(place);
    land(lock, std::move(j));
}

/// A job that goes on without a worker has its outcome.
inline void hub::complete(job& j) noexcept {
    j.ended = now();
    ref<job> kept(&j);
    std::unique_lock lock(mutex_);
    land(lock, std::move(kept));
}

inline void hub::publish(job& j) {
    std::unique_lock lock(mutex_);
    if (closed_ || j.stage != job_stage::taken) return;
    if (!std::exchange(j.has_mailed, true)) mail_.partial.emplace_back(&j);
    signal(lock);
}

} // namespace imload::detail
