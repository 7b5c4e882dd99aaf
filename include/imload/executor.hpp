#pragma once

#include <imload/config.hpp>
#include <imload/detail/counted.hpp>
#include <imload/detail/late.hpp>
#include <imload/detail/renew.hpp>

#include <utility>

#if IMLOAD_HAS_THREADS
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>
#endif

namespace imload {

namespace detail {

/// What a task runs.
class runnable : public counted {
public:
    virtual void run() noexcept = 0;
};

} // namespace detail

/// Leave to run one load. Which one is decided when the task is called: whichever key is then
/// wanted most, or none. May be copied, called twice, called late or never; none of it does harm:
/// when the last copy goes without having been called, the load it stood for fails as `abandoned`.
/// Threads: any. Never throws.
class task {
public:
    task() = default;
    explicit task(detail::ref<detail::runnable> work) noexcept : work_(std::move(work)) {}

    void operator()() const noexcept {
        if (work_) work_->run();
    }

private:
    detail::ref<detail::runnable> work_;
};

/// Where loads run. Derive from it to use a thread pool of your own: call the task once, on any
/// thread. What execute() throws becomes the error `rejected` of the key.
/// Lifetime: a session does not own its executor, which must outlive it.
class executor {
public:
    executor() = default;
    executor(const executor&) = delete;
    executor& operator=(const executor&) = delete;
    virtual ~executor() = default;

    /// Called on the UI thread for each load that is queued.
    virtual void execute(task work) = 0;
};

/// Runs each load at once, on the UI thread, inside the call that asked for it. For debugging.
class inline_executor final : public executor {
public:
    void execute(task work) override { work(); }
};

#if IMLOAD_HAS_THREADS

/// Starts a thread for each load, so that none waits; its destructor waits for them all.
class thread_per_load final : public executor {
public:
    template <class Late = detail::late>
    thread_per_load() : inside_(detail::make_counted<working<Late>>()) {}
    ~thread_per_load() override { inside_->wait(); }

    /// Throws std::system_error when the system gives no thread.
    void execute(task work) override { inside_->execute(std::move(work)); }

private:
    class inside : public detail::counted {
    public:
        virtual void execute(task work) = 0;
        virtual void wait() = 0;
    };
    template <class Late>
    class working;

    detail::ref<inside> inside_;
};

template <class Late>
class thread_per_load::working final : public inside {
public:
    void execute(task work) override {
        {
            const std::lock_guard lock(mutex_);
            ++running_;
        }
        presence here(detail::ref<working>(this));
        // The task goes before the thread is counted out.
        std::thread([one = std::move(work), stays = std::move(here)]() mutable {
            detail::renew(one, {})();
        }).detach();
    }

    void wait() override {
        std::unique_lock lock(mutex_);
        all_done_.wait(lock, [this] { return running_ == 0; });
    }

private:
    /// Counts a thread out when it is done, or when it could not be made.
    class presence {
    public:
        explicit presence(detail::ref<working> w) noexcept : in_(std::move(w)) {}
        presence(presence&&) noexcept = default;
        presence(const presence&) = delete;
        presence& operator=(const presence&) = delete;
        presence& operator=(presence&&) = delete;
        ~presence() {
            if (!in_) return;
            const std::lock_guard lock(in_->mutex_);
            if (--in_->running_ == 0) in_->all_done_.notify_all();
        }

    private:
        detail::ref<working> in_;
    };

    std::mutex mutex_;
    std::condition_variable all_done_;
    std::size_t running_ = 0;
};

#endif

} // namespace imload
