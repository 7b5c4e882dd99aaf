#pragma once

#include <imload/clock.hpp>
#include <imload/config.hpp>
#include <imload/detail/counted.hpp>
#include <imload/detail/fail.hpp>
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
    void run() noexcept override;
    void end() noexcept override; ///< back to the hub, which may give it out again

    ref<hub> home;          ///< null while the hub has it
    job* load = nullptr;    ///< guarded by the hub's mutex; the queue keeps it alive
    bool used = false;      ///< guarded by the hub's mutex
    ticket* next = nullptr; ///< of those the hub has
};

/// Where the UI thread and the workers meet: the queue one way, the inbox the other. It belongs to
/// both, so it outlives a session whose workers were let go. No user code runs under its lock.
class hub final : public counted {
public:
    using steady = std::chrono::steady_clock;

    explicit hub(const clock* c) noexcept : clock_(c) {}
    ~hub() override;

    /// All that workers left since the last frame.
    struct mail {
        std::vector<ref<job>> begun;
        std::vector<ref<job>> partial;
        std::vector<ref<job>> landed;
        std::vector<std::unique_ptr<posted>> posts;
        bool progress = false; ///< a load told how far it is

        void clear() noexcept {
            progress = false;
            begun.clear();
            partial.clear();
            landed.clear();
            posts.clear();
        }
    };

    // The UI thread's side.
    [[nodiscard]] ref<ticket> enqueue(job& j, int priority, bool prefetch);
    bool withdraw(job& j); ///< true: it had not begun and now never will
    void ask_again(job& j, int priority);
    bool replace(job& old, job& fresh, int priority);
    void reject(ticket& t, std::exception_ptr thrown);
    void begin_frame(std::vector<ref<job>>& unasked);
    void collect(mail& into, bool new_frame);
    [[nodiscard]] bool has_mail() const;
    /// False: collect() would find nothing.
    [[nodiscard]] bool may_have_mail() const noexcept {
        return any_mail_.load(std::memory_order_acquire);
    }
    [[nodiscard]] std::size_t queued() const;
    [[nodiscard]] std::size_t running() const;
    [[nodiscard]] std::uint64_t wakes() const;
    void set_wake(std::function<void()> wake);
    [[nodiscard]] bool has_wake() const;
    /// Real time: until `done` holds, checked whenever something lands. False: time is up.
    template <class Done>
    bool wait(time_span limit, Done done);
    [[nodiscard]] bool wait_landed(const job& j, time_span limit);
    [[nodiscard]] bool take_landed(const job& j); ///< out of the mail, before its frame
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
    void run_one(ticket& t) noexcept;
    void take_back(ticket& t) noexcept;

private:
    void unpair(job& j) noexcept;
    void fail_load(std::unique_lock<std::mutex> lock, ticket& t,
                   std::unique_ptr<error> why) noexcept;
    void land(std::unique_lock<std::mutex>& lock, ref<job> j) noexcept;
    void signal(std::unique_lock<std::mutex>& lock) noexcept;
    void leave_outside() noexcept;
    [[nodiscard]] int take_place() noexcept;
    void leave_place(int place) noexcept;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    ready_queue queue_;
    mail mail_;
    std::atomic<bool> any_mail_{false}; ///< or woken_: spares a quiet frame the lock
    std::shared_ptr<const std::function<void()>> wake_;
    const clock* const clock_;
    ticket* tickets_ = nullptr; ///< to be given out again
    std::size_t spare_ = 0;     ///< how many those are
    std::size_t running_ = 0;   ///< workers inside a callable
    std::uint64_t places_ = 0;  ///< a bit for each place that one of them has
    std::size_t outside_ = 0;   ///< workers inside the wake hook or the user's clock
    std::size_t waiters_ = 0;
    std::uint64_t wakes_ = 0;
    bool signalled_ = false; ///< there is something to see, not yet collected
    bool woken_ = false;     ///< the wake hook was called in this frame
    bool closed_ = false;
};

inline void ticket::run() noexcept { home->run_one(*this); }
inline void ticket::end() noexcept {
    const ref<hub> h = std::move(home);
    h->take_back(*this);
}

inline hub::~hub() {
    while (ticket* const t = tickets_) {
        tickets_ = t->next;
        delete t;
    }
}

inline ref<ticket> hub::enqueue(job& j, int priority, bool prefetch) {
    std::unique_lock lock(mutex_);
    ref<ticket> t;
    if (tickets_) {
        t = ref<ticket>(tickets_);
        tickets_ = t->next;
        --spare_;
    } else {
        lock.unlock();
        t = make_counted<ticket>();
        lock.lock();
    }
    t->home = ref<hub>(this);
    t->used = false;
    if (closed_) return t;
    queue_.push(j, priority, prefetch);
    j.retain(); // the queue's share
    j.stage = job_stage::queued;
    j.carrier = t.get();
    t->load = &j;
    return t;
}

/// Takes a job out of the queue; the caller now owns the queue's share of it.
inline void hub::unpair(job& j) noexcept {
    queue_.remove(j);
    if (j.carrier) j.carrier->load = nullptr;
    j.carrier = nullptr;
}

inline bool hub::withdraw(job& j) {
    {
        const std::lock_guard lock(mutex_);
        if (j.stage != job_stage::queued) return false;
        unpair(j);
        j.stage = job_stage::landed;
    }
    j.release();
    return true;
}

inline void hub::ask_again(job& j, int priority) {
    const std::lock_guard lock(mutex_);
    if (j.stage != job_stage::queued) return;
    queue_.remove(j);
    queue_.push(j, priority, false);
}

inline bool hub::replace(job& old, job& fresh, int priority) {
    {
        const std::lock_guard lock(mutex_);
        if (old.stage != job_stage::queued) return false;
        ticket* const t = std::exchange(old.carrier, nullptr);
        queue_.remove(old);
        old.stage = job_stage::landed;
        queue_.push(fresh, priority, false);
        fresh.retain();
        fresh.stage = job_stage::queued;
        fresh.carrier = t;
        if (t) t->load = &fresh;
    }
    old.release();
    return true;
}

inline void hub::reject(ticket& t, std::exception_ptr thrown) {
    auto why = std::make_unique<error>(error_from(std::move(thrown)));
    why->kind = error_kind::rejected;
    why->message = "the executor refused the load: " + why->message;
    fail_load(std::unique_lock(mutex_), t, std::move(why));
}

inline void hub::begin_frame(std::vector<ref<job>>& unasked) {
    const std::lock_guard lock(mutex_);
    while (job* j = queue_.take_unasked()) {
        if (j->carrier) j->carrier->load = nullptr;
        j->carrier = nullptr;
        j->stage = job_stage::landed;
        unasked.emplace_back(j);
        j->release();
    }
    queue_.begin_frame();
}

inline void hub::collect(mail& into, bool new_frame) {
    if (!may_have_mail()) return;
    const std::lock_guard lock(mutex_);
    if (new_frame) woken_ = false;
    any_mail_.store(woken_, std::memory_order_relaxed); // that is for a new frame to take back
    std::swap(mail_, into);
    for (const ref<job>& j : into.partial) j->has_mailed = false;
    signalled_ = false;
}

inline bool hub::has_mail() const {
    const std::lock_guard lock(mutex_);
    return signalled_;
}

inline std::size_t hub::queued() const {
    const std::lock_guard lock(mutex_);
    return queue_.size();
}

inline std::size_t hub::running() const {
    const std::lock_guard lock(mutex_);
    return running_;
}

inline std::uint64_t hub::wakes() const {
    const std::lock_guard lock(mutex_);
    return wakes_;
}

inline void hub::set_wake(std::function<void()> wake) {
    auto fresh = wake ? std::make_shared<const std::function<void()>>(std::move(wake)) : nullptr;
    std::unique_lock lock(mutex_);
    std::swap(wake_, fresh);
    woken_ = false;
    if (this_thread.in_wake) return; // a hook that takes itself off cannot wait for itself
    ++waiters_;
    changed_.wait(lock, [this] { return outside_ == 0; });
    --waiters_;
}

inline bool hub::has_wake() const {
    const std::lock_guard lock(mutex_);
    return wake_ != nullptr;
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
    return wait(limit, [&j] { return j.stage == job_stage::landed; });
}

inline bool hub::take_landed(const job& j) {
    const std::lock_guard lock(mutex_);
    const auto at = std::find_if(mail_.landed.begin(), mail_.landed.end(),
                                 [&j](const ref<job>& landed) { return landed.get() == &j; });
    if (at == mail_.landed.end()) return false;
    mail_.landed.erase(at); // the caller shares it, so nothing is destroyed here
    return true;
}

inline bool hub::wait_quiet(time_span limit) {
    return wait(limit, [this] { return running_ == 0 && outside_ == 0; });
}

inline bool hub::wait_mail(time_span limit) {
    return wait(limit, [this] { return !mail_.landed.empty() || !mail_.posts.empty(); });
}

inline void hub::close(std::vector<ref<job>>& unstarted) {
    set_wake({});
    const std::lock_guard lock(mutex_);
    closed_ = true;
    while (job* j = queue_.best()) {
        unpair(*j);
        j->stage = job_stage::landed;
        unstarted.emplace_back(j);
        j->release();
    }
}

} // namespace imload::detail

#include <imload/detail/hub_workers.hpp>
