#pragma once

// The hub as the UI thread sees it. Part of hub.hpp.

#include <imload/detail/workers/hub.hpp>

namespace imload::detail {

/// Under the lock: what the UI thread wished for meanwhile gets its place in the queue.
template <class Late>
inline void hub<Late>::take_in() {
    wishes_.take([this](const typename intake<Late>::item& i) {
        job& j = *i.load;
        if (i.what == intake<Late>::wish::ask_again) {
            if (j.stage.load(std::memory_order_relaxed) != job_stage::queued) return;
            queue_.remove(j);
        }
        queue_.push(j, i.priority, i.what == intake<Late>::wish::prefetch);
    });
}

template <class Late>
inline void hub<Late>::enqueue(job& j, int priority, bool prefetch) {
    wishes_.make_room(); // which may fail; nothing after it can
    j.retain_new();      // the queue's share; nobody else has seen the job
    j.stage.store(job_stage::queued, std::memory_order_relaxed);
    wishes_.add({&j, priority, prefetch ? intake<Late>::wish::prefetch : intake<Late>::wish::ask});
}

/// A job that is back may be gone before the wish is read; none that is not can, because frames
/// that bring one back take in all wishes first.
template <class Late>
inline void hub<Late>::ask_again(job& j, int priority) {
    if (j.stage.load(std::memory_order_relaxed) != job_stage::landed)
        wishes_.add({&j, priority, intake<Late>::wish::ask_again});
}

template <class Late>
inline void hub<Late>::tell_when_begun(job& j) {
    const lock_type lock(mutex_);
    if (j.stage.load(std::memory_order_relaxed) == job_stage::queued) {
        j.timed = true;
    } else {
        note_news(); // it was under way before this
    }
}

template <class Late>
inline ref<ticket> hub<Late>::ticket_for(job& j) {
    ref<ticket> t = make_counted<ticket_of_hub<Late>>(*this, j);
    j.carrier = t.get();
    return t;
}

/// Takes a job out of the queue; the caller now owns the queue's share of it.
template <class Late>
inline void hub<Late>::unpair(job& j) noexcept {
    queue_.remove(j);
    j.stage.store(job_stage::landed, std::memory_order_relaxed);
    if (j.carrier) j.carrier->load = nullptr;
    j.carrier = nullptr;
}

template <class Late>
inline bool hub<Late>::withdraw(job& j) {
    {
        const lock_type lock(mutex_);
        take_in();
        wishes_.rewind();
        if (j.stage.load(std::memory_order_relaxed) != job_stage::queued) return false;
        unpair(j);
    }
    j.release();
    return true;
}

template <class Late>
inline bool hub<Late>::replace(job& old, job& fresh, int priority) {
    {
        const lock_type lock(mutex_);
        take_in();
        if (old.stage.load(std::memory_order_relaxed) != job_stage::queued) return false;
        ticket* const t = old.carrier;
        unpair(old);
        queue_.push(fresh, priority, false);
        fresh.retain();
        fresh.stage.store(job_stage::queued, std::memory_order_relaxed);
        fresh.carrier = t;
        if (t) t->load = &fresh;
    }
    old.release();
    return true;
}

template <class Late>
inline void hub<Late>::begin_frame(jobs& unasked) {
    const lock_type lock(mutex_);
    take_in();
    wishes_.rewind();
    while (job* j = queue_.unasked()) {
        unasked.emplace_back(j); // which may fail; nothing after it can
        unpair(*j);
        j->release();
    }
    queue_.begin_frame();
}

template <class Late>
inline void hub<Late>::collect(mail& into, bool new_frame) {
    if (!may_have_mail()) return;
    const lock_type lock(mutex_);
    take_in(); // it may name jobs that are in the mail
    wishes_.rewind();
    // Without memory for more, what is there stays, and the rest is for the next frame.
    while (job* const j = begun_.first()) {
        into.begun.emplace_back(j);
        j->unlink();
    }
    into.partial.reserve(into.partial.size() + mail_.partial.size());
    if (new_frame) woken_ = false;
    any_mail_.store(woken_, std::memory_order_relaxed); // that is for a new frame to take back
    signalled_.store(false, std::memory_order_relaxed);
    for (ref<job>& j : mail_.partial) {
        j->has_mailed = false;
        into.partial.push_back(std::move(j));
    }
    mail_.partial.clear();
    into.landed.take_all(mail_.landed);
    into.landings += renew(mail_.landings, 0u);
    into.posts.swap(mail_.posts);
    into.progress = renew(mail_.progress, false) || into.progress;
}

template <class Late>
inline bool hub<Late>::has_mail() const noexcept {
    return signalled_.load(std::memory_order_acquire);
}

template <class Late>
inline std::size_t hub<Late>::queued() {
    const lock_type lock(mutex_);
    take_in();
    return queue_.size();
}

template <class Late>
inline std::size_t hub<Late>::running() const {
    const lock_type lock(mutex_);
    return running_;
}

template <class Late>
inline std::uint64_t hub<Late>::wakes() const {
    const lock_type lock(mutex_);
    return wakes_;
}

template <class Late>
inline void hub<Late>::set_wake(std::function<void()> wake) {
    has_wake_ = static_cast<bool>(wake);
    ref<wake_hook> fresh;
    if (wake) {
        fresh = make_counted<wake_hook>();
        fresh->call = std::move(wake);
    }
    {
        const lock_type lock(mutex_);
        std::swap(wake_, fresh);
        ++hook_number_;
        in_earlier_hook_ += renew(in_hook_, 0u);
        woken_ = false;
    }
    if (wake_scope::is_inside(this)) return; // a hook cannot wait for itself
    wait(never, [this] { return in_earlier_hook_ == 0; });
}

template <class Late>
template <class Done>
bool hub<Late>::wait(time_span limit, Done done) {
    std::unique_lock lock(mutex_);
    ++waiters_;
    bool held = true;
    if (limit == never) {
        changed_.wait(lock, done);
    } else {
        constexpr std::chrono::nanoseconds longest = std::chrono::hours(24 * 365);
        const std::chrono::nanoseconds bounded = std::min<std::chrono::nanoseconds>(limit, longest);
        held = changed_.wait_until(lock, steady::now() + bounded, done);
    }
    --waiters_;
    return held;
}

template <class Late>
inline bool hub<Late>::wait_landed(const job& j, time_span limit) {
    return wait(limit,
                [&j] { return j.stage.load(std::memory_order_relaxed) == job_stage::landed; });
}

template <class Late>
inline void hub<Late>::take_landed(job& j) {
    {
        const lock_type lock(mutex_);
        take_in(); // it may name this job
        j.unlink();
        --mail_.landings;
    }
    j.release(); // the mail's share; the caller has another
}

template <class Late>
inline bool hub<Late>::wait_quiet(time_span limit) {
    return wait(limit, [this] { return running_ == 0 && !is_outside(); });
}

template <class Late>
inline void hub<Late>::wait_outside() {
    wait(never, [this] { return !is_outside(); });
}

template <class Late>
inline bool hub<Late>::wait_mail(time_span limit) {
    return wait(limit, [this] { return signalled_.load(std::memory_order_relaxed); });
}

template <class Late>
inline void hub<Late>::close(jobs& unstarted) {
    ref<wake_hook> hook; // both of them go after the lock, for they are the user's
    posts unsent;
    const lock_type lock(mutex_);
    take_in();
    closed_ = true;
    std::swap(wake_, hook);
    unsent.swap(mail_.posts);
    while (job* j = queue_.best()) {
        unstarted.emplace_back(j);
        unpair(*j);
        j->release();
    }
}

} // namespace imload::detail
