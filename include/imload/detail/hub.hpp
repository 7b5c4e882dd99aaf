#pragma once

#include <imload/clock.hpp>
#include <imload/config.hpp>
#include <imload/detail/counted.hpp>
#include <imload/detail/crew.hpp>
#include <imload/detail/fail.hpp>
#include <imload/detail/intake.hpp>
#include <imload/detail/job.hpp>
#include <imload/detail/ready_queue.hpp>
#include <imload/detail/thread_state.hpp>
#include <imload/executor.hpp>
#include <imload/options.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace imload::detail {

/// A function given to session::post.
class posted {
public:
    posted() = default;
    posted(const posted&) = delete;
    posted& operator=(const posted&) = delete;
    virtual ~posted() = default;
    virtual void call() = 0;
};

/// What a task carries: the right to run one job of the hub. Tickets and queued jobs are paired,
/// so that a lost ticket strands exactly one job, and a job run by another's ticket strands none.
struct ticket final : runnable {
    ticket(hub& of, job& stands_for) noexcept : home(&of), load(&stands_for) {}
    ~ticket() override;
    void run() noexcept override;

    const ref<hub> home;
    job* load;         ///< null: none, any more; guarded by the hub's mutex, and in its queue
    bool used = false; ///< guarded by the hub's mutex
};

/// Where the UI thread and the workers meet: the queue one way, the mail the other. It belongs to
/// both, so it outlives a session whose workers were let go. No user code runs under its lock.
/// The UI thread queues loads without the lock; whoever takes the lock to look at the queue, or at
/// a job's stage, first takes in what came that way.
class hub final : public counted {
public:
    using steady = std::chrono::steady_clock;

    explicit hub(const clock* c) noexcept : clock_(c) {}

    /// All that workers left since the last frame.
    struct mail {
        std::vector<ref<job>> begun; ///< and not landed
        std::vector<ref<job>> partial;
        job_list landed; ///< with a share of each
        std::size_t landings = 0;
        std::vector<std::unique_ptr<posted>> posts;
        bool progress = false; ///< a load told how far it is

        mail() = default;
        mail(const mail&) = delete;
        mail& operator=(const mail&) = delete;
        ~mail() { clear(); }

        [[nodiscard]] ref<job> next_landed() noexcept {
            job* const j = landed.first();
            if (j) j->unlink();
            return ref<job>::adopt(j);
        }
        void clear() noexcept {
            progress = false;
            begun.clear();
            partial.clear();
            while (next_landed()) {}
            landings = 0;
            posts.clear();
        }
    };

    // The UI thread's side.
    void enqueue(job& j, int priority, bool prefetch); ///< takes no lock
    void ask_again(job& j, int priority);              ///< takes no lock
    [[nodiscard]] ref<ticket> ticket_for(job& j);      ///< before it is queued
    bool withdraw(job& j); ///< true: it had not begun and now never will
    bool replace(job& old, job& fresh, int priority);
    void reject(ticket& t, std::exception_ptr thrown);
    void reject(job& j, std::exception_ptr thrown);
    void begin_frame(std::vector<ref<job>>& unasked);
    void collect(mail& into, bool new_frame);
    [[nodiscard]] bool has_mail() const noexcept;
    /// False: collect() would find nothing.
    [[nodiscard]] bool may_have_mail() const noexcept {
        return any_mail_.load(std::memory_order_acquire);
    }
    [[nodiscard]] std::size_t queued();
    [[nodiscard]] std::size_t running() const;
    [[nodiscard]] std::uint64_t wakes() const;
    void set_wake(std::function<void()> wake);
    [[nodiscard]] bool has_wake() const noexcept { return has_wake_; }
    /// Real time: until `done` holds, checked whenever something lands. False: time is up.
    template <class Done>
    bool wait(time_span limit, Done done);
    [[nodiscard]] bool wait_landed(const job& j, time_span limit);
    void take_landed(job& j); ///< out of the mail, before its frame
    [[nodiscard]] bool wait_quiet(time_span limit);
    [[nodiscard]] bool wait_mail(time_span limit);
    /// Nothing enters or leaves any more: the queue is emptied, the wake hook let go.
    void close(std::vector<ref<job>>& unstarted);

    // Any thread's side.
    void post(std::unique_ptr<posted> p);
    void post_again(std::vector<std::unique_ptr<posted>> left); ///< before what came since
    void nudge();                                               ///< a load told how far it is
    [[nodiscard]] time_point now();
    void complete(job& j) noexcept;
    void publish(job& j);
    void run_one(ticket* t) noexcept; ///< null: without one, if one waits
    void lose(ticket& t) noexcept;
#if IMLOAD_HAS_THREADS
    void serve(crew::bell& b) noexcept; ///< the life of a thread of the session's own
#endif

private:
    using lock_type = std::unique_lock<std::mutex>;
    struct wake_hook final : counted {
        std::function<void()> call;
    };

    void take_in();
    void unpair(job& j) noexcept;
    void fail_load(lock_type& lock, job* j, std::unique_ptr<error> why) noexcept;
    [[nodiscard]] ref<job> take_best(lock_type& lock, ticket* t, time_point at) noexcept;
    void bring_back(lock_type& lock, ref<job>& j, time_point at) noexcept;
    void land(lock_type& lock, ref<job>& j) noexcept;
    void signal(lock_type& lock) noexcept;
    void tell_waiters() noexcept {
        if (waiters_ > 0) changed_.notify_all();
    }
    [[nodiscard]] std::int16_t take_place() noexcept;
    void leave_place(int place) noexcept;

    intake wishes_; ///< of the UI thread, not yet in the queue

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    ready_queue queue_;
    mail mail_;
    job_list begun_;                     ///< and not landed, nor in the mail
    std::atomic<bool> any_mail_{false};  ///< or woken_: spares a quiet frame the lock
    std::atomic<bool> signalled_{false}; ///< there is something to see, not yet collected
    ref<wake_hook> wake_;
    const clock* const clock_;
    std::size_t running_ = 0;  ///< workers inside a callable
    std::uint64_t places_ = 0; ///< a bit for each place that one of them has
    std::size_t outside_ = 0;  ///< workers inside the wake hook or the user's clock
    std::size_t waiters_ = 0;
    std::uint64_t wakes_ = 0;
    bool woken_ = false; ///< the wake hook was called in this frame
    bool closed_ = false;
    bool has_wake_ = false; ///< the UI thread's
};

inline ticket::~ticket() { home->lose(*this); }
inline void ticket::run() noexcept { home->run_one(this); }

/// Under the lock: what the UI thread wished for meanwhile gets its place in the queue.
inline void hub::take_in() {
    wishes_.take([this](const intake::item& i) {
        job& j = *i.load;
        if (i.what == intake::wish::ask_again) {
            if (j.stage.load(std::memory_order_relaxed) != job_stage::queued) return;
            queue_.remove(j);
        }
        queue_.push(j, i.priority, i.what == intake::wish::prefetch);
    });
}

inline void hub::enqueue(job& j, int priority, bool prefetch) {
    j.retain(); // the queue's share
    j.stage.store(job_stage::queued, std::memory_order_relaxed);
    wishes_.add({&j, priority, prefetch ? intake::wish::prefetch : intake::wish::ask});
}

/// A job that is back may be gone before the wish is read; none that is not can, because frames
/// that bring one back take in all wishes first.
inline void hub::ask_again(job& j, int priority) {
    if (j.stage.load(std::memory_order_relaxed) != job_stage::landed)
        wishes_.add({&j, priority, intake::wish::ask_again});
}

inline ref<ticket> hub::ticket_for(job& j) {
    ref<ticket> t = make_counted<ticket>(*this, j);
    j.carrier = t.get();
    return t;
}

/// Takes a job out of the queue; the caller now owns the queue's share of it.
inline void hub::unpair(job& j) noexcept {
    queue_.remove(j);
    j.stage.store(job_stage::landed, std::memory_order_relaxed);
    if (j.carrier) j.carrier->load = nullptr;
    j.carrier = nullptr;
}

inline bool hub::withdraw(job& j) {
    {
        const lock_type lock(mutex_);
        take_in();
        if (j.stage.load(std::memory_order_relaxed) != job_stage::queued) return false;
        unpair(j);
    }
    j.release();
    return true;
}

inline bool hub::replace(job& old, job& fresh, int priority) {
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

inline void hub::begin_frame(std::vector<ref<job>>& unasked) {
    const lock_type lock(mutex_);
    take_in();
    wishes_.rewind();
    while (job* j = queue_.unasked()) {
        unpair(*j);
        unasked.push_back(ref<job>::adopt(j));
    }
    queue_.begin_frame();
}

inline void hub::collect(mail& into, bool new_frame) {
    if (!may_have_mail()) return;
    const lock_type lock(mutex_);
    take_in(); // it may name jobs that are in the mail
    wishes_.rewind();
    if (new_frame) woken_ = false;
    any_mail_.store(woken_, std::memory_order_relaxed); // that is for a new frame to take back
    signalled_.store(false, std::memory_order_relaxed);
    while (job* const j = begun_.first()) {
        j->unlink();
        into.begun.emplace_back(j);
    }
    into.partial.swap(mail_.partial);
    for (const ref<job>& j : into.partial) j->has_mailed = false;
    into.landed.take_all(mail_.landed);
    std::swap(into.landings, mail_.landings);
    into.posts.swap(mail_.posts);
    std::swap(into.progress, mail_.progress);
}

inline bool hub::has_mail() const noexcept { return signalled_.load(std::memory_order_acquire); }

inline std::size_t hub::queued() {
    const lock_type lock(mutex_);
    take_in();
    return queue_.size();
}

inline std::size_t hub::running() const {
    const lock_type lock(mutex_);
    return running_;
}

inline std::uint64_t hub::wakes() const {
    const lock_type lock(mutex_);
    return wakes_;
}

inline void hub::set_wake(std::function<void()> wake) {
    has_wake_ = static_cast<bool>(wake);
    ref<wake_hook> fresh;
    if (wake) {
        fresh = make_counted<wake_hook>();
        fresh->call = std::move(wake);
    }
    lock_type lock(mutex_);
    std::swap(wake_, fresh);
    woken_ = false;
    if (this_thread.in_wake) return; // a hook that takes itself off cannot wait for itself
    ++waiters_;
    changed_.wait(lock, [this] { return outside_ == 0; });
    --waiters_;
}

template <class Done>
bool hub::wait(time_span limit, Done done) {
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

inline bool hub::wait_landed(const job& j, time_span limit) {
    return wait(limit,
                [&j] { return j.stage.load(std::memory_order_relaxed) == job_stage::landed; });
}

inline void hub::take_landed(job& j) {
    {
        const lock_type lock(mutex_);
        take_in(); // it may name this job
        j.unlink();
        --mail_.landings;
    }
    j.release(); // the mail's share; the caller has another
}

inline bool hub::wait_quiet(time_span limit) {
    return wait(limit, [this] { return running_ == 0 && outside_ == 0; });
}

inline bool hub::wait_mail(time_span limit) {
    return wait(limit, [this] { return mail_.landings > 0 || !mail_.posts.empty(); });
}

inline void hub::close(std::vector<ref<job>>& unstarted) {
    set_wake({});
    const lock_type lock(mutex_);
    take_in();
    closed_ = true;
    while (job* j = queue_.best()) {
        unpair(*j);
        unstarted.push_back(ref<job>::adopt(j));
    }
}

} // namespace imload::detail

#include <imload/detail/hub_workers.hpp>
