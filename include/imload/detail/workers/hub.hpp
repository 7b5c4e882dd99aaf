#pragma once

#include <imload/clock.hpp>
#include <imload/config.hpp>
#include <imload/detail/box.hpp>
#include <imload/detail/counted.hpp>
#include <imload/detail/fail.hpp>
#include <imload/detail/jobs/job.hpp>
#include <imload/detail/jobs/posted.hpp>
#include <imload/detail/late.hpp>
#include <imload/detail/renew.hpp>
#include <imload/detail/thread_state.hpp>
#include <imload/detail/workers/crew.hpp>
#include <imload/detail/workers/intake.hpp>
#include <imload/detail/workers/ready_queue.hpp>
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
#include <mutex>
#include <utility>
#include <vector>

namespace imload::detail {

/// What a task carries: the right to run one job of the hub. Tickets and queued jobs are paired,
/// so that a lost ticket strands exactly one job, and a job run by another's ticket strands none.
struct ticket : runnable {
    explicit ticket(job& stands_for) noexcept : load(&stands_for) {}

    job* load;         ///< null: none, any more; guarded by the hub's mutex, and in its queue
    bool used = false; ///< guarded by the hub's mutex
};

template <class Late>
class hub;

template <class Late>
struct ticket_of_hub final : ticket {
    ticket_of_hub(hub<Late>& of, job& stands_for) noexcept : ticket(stands_for), home(&of) {}
    ~ticket_of_hub() override { home->lose(*this); }
    void run() noexcept override { home->run_one(this); }

    const ref<hub<Late>> home;
};

/// Where the UI thread and the workers meet: the queue one way, the mail the other. It belongs to
/// both, so it outlives a session whose workers were let go. No user code runs under its lock.
/// The UI thread queues loads without the lock; whoever takes the lock to look at the queue, or at
/// a job's stage, first takes in what came that way, but for a worker whose next load is queued
/// already and none of it comes before.
template <class Late>
class hub final : public job_home {
public:
    using steady = std::chrono::steady_clock;

    explicit hub(const clock* c) : clock_(c) {}

    using jobs = later<std::vector<ref<job>>, Late>;
    using posts = later<std::vector<box<posted>>, Late>;

    /// All that workers left since the last frame.
    struct mail {
        jobs begun; ///< and not landed
        jobs partial;
        job_list landed; ///< with a share of each
        std::size_t landings = 0;
        hub::posts posts;
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
    void make_room() { wishes_.make_room(); }          ///< enqueue() cannot fail then
    void enqueue(job& j, int priority, bool prefetch); ///< takes no lock
    void ask_again(job& j, int priority);              ///< takes no lock
    void tell_when_begun(job& j);                      ///< a queued one: a frame must hear of it
    [[nodiscard]] ref<ticket> ticket_for(job& j);      ///< before it is queued
    bool withdraw(job& j); ///< true: it had not begun and now never will
    bool replace(job& old, job& fresh, int priority);
    void reject(ticket& t, std::exception_ptr thrown);
    void reject(job& j, std::exception_ptr thrown);
    void begin_frame(jobs& unasked);
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
    void take_landed(job& j);                       ///< out of the mail, before its frame
    [[nodiscard]] bool wait_quiet(time_span limit); ///< until no load, clock or hook runs
    void wait_outside(); ///< the same of the latter two, which outlive no session
    [[nodiscard]] bool wait_mail(time_span limit);
    /// Nothing enters or leaves any more: the queue is emptied, the wake hook let go, and so is
    /// what was posted, for a running load may wait for it.
    void close(jobs& unstarted);

    // Any thread's side.
    void post(box<posted> p);
    void post_again(posts left); ///< before what came since
    void nudge() override;       ///< a load told how far it is
    [[nodiscard]] time_point now();
    void complete(job& j) noexcept override;
    void publish(job& j) override;
    void run_one(ticket* t) noexcept; ///< null: without one, if one waits
    void lose(ticket& t) noexcept;
#if IMLOAD_HAS_THREADS
    /// Sees to it that a thread of the session's own looks for work, which is crew::call().
    std::exception_ptr call(crew<Late>& c) {
        return c.call([&] { return [h = ref<hub>(this), &c] { h->serve(c); }; });
    }
    void serve(crew<Late>& c) noexcept; ///< the life of such a thread
#endif

private:
    using lock_type = std::unique_lock<std::mutex>;
    struct wake_hook final : counted {
        later<std::function<void()>, Late> call;
    };

    void take_in();
    void unpair(job& j) noexcept;
    void fail_load(lock_type& lock, job* j, failure why) noexcept;
    [[nodiscard]] ref<job> take_best(ticket* t, time_point at) noexcept;
    void tell_begun() noexcept;
    void bring_back(lock_type& lock, ref<job>& j, time_point at) noexcept;
    void land(lock_type& lock, ref<job>& j) noexcept;
    void signal(lock_type& lock) noexcept;
    void note_news() noexcept {
        signalled_.store(true, std::memory_order_release);
        any_mail_.store(true, std::memory_order_release);
    }
    void tell_waiters() noexcept {
        if (waiters_ > 0) changed_.notify_all();
    }
    /// Whether a thread is inside what the session only borrows.
    [[nodiscard]] bool is_outside() const noexcept {
        return in_clock_ > 0 || in_hook_ > 0 || in_earlier_hook_ > 0;
    }
    [[nodiscard]] std::int16_t take_place() noexcept;
    void leave_place(int place) noexcept;

    intake<Late> wishes_; ///< of the UI thread, not yet in the queue

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    ready_queue<Late> queue_;
    mail mail_;
    job_list begun_;                     ///< and not landed, nor in the mail
    std::atomic<bool> any_mail_{false};  ///< or woken_: spares a quiet frame the lock
    std::atomic<bool> signalled_{false}; ///< there is something to see, not yet collected
    ref<wake_hook> wake_;
    const clock* const clock_;
    std::size_t running_ = 0;         ///< workers inside a callable
    std::uint64_t places_ = 0;        ///< a bit for each place that one of them has
    std::size_t in_clock_ = 0;        ///< threads inside the user's clock
    std::size_t in_hook_ = 0;         ///< threads inside the wake hook
    std::size_t in_earlier_hook_ = 0; ///< inside one that set_wake() replaced
    std::uint32_t hook_number_ = 0;   ///< how often that was
    std::size_t waiters_ = 0;
    std::uint64_t wakes_ = 0;
    bool woken_ = false; ///< the wake hook was called in this frame
    bool closed_ = false;
    bool has_wake_ = false; ///< the UI thread's
};

} // namespace imload::detail

#include <imload/detail/workers/hub_ui.hpp>
#include <imload/detail/workers/hub_workers.hpp>
