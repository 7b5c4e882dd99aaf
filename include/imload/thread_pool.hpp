#pragma once

#include <imload/config.hpp>
#include <imload/detail/counted.hpp>
#include <imload/detail/late.hpp>
#include <imload/detail/renew.hpp>
#include <imload/detail/workers/crew.hpp>
#include <imload/executor.hpp>
#include <imload/options.hpp>

#if IMLOAD_HAS_THREADS

#include <atomic>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <utility>

namespace imload {

/// A fixed number of threads, made as they are needed, for sessions to share.
/// Threads: every member may be called from any thread but the pool's own.
class thread_pool final : public executor {
public:
    /// `threads` 0: one fewer than there are cores, at least 2 and at most 8.
    template <class Late = detail::late>
    explicit thread_pool(std::size_t threads = 0)
        : inside_(detail::make_counted<working<Late>>(threads)) {}

    /// Drops what waits and joins the threads, for as long as that takes.
    ~thread_pool() override { shutdown(); }

    /// Throws std::system_error only when there is no thread and none can be made; with fewer than
    /// asked for it carries on.
    void execute(task work) override { inside_->execute(std::move(work)); }

    /// Drops the tasks that wait and joins the threads. After `deadline` it lets the remaining ones
    /// go instead and returns false: they end with the task that they are in.
    bool shutdown(time_span deadline = never) { return inside_->shutdown(deadline); }

    /// How many threads there are at most.
    [[nodiscard]] std::size_t size() const noexcept { return inside_->size(); }

    [[nodiscard]] static std::size_t default_size() noexcept { return detail::thread_count(); }

private:
    /// Outlives the pool where a thread was let go.
    class inside : public detail::counted {
    public:
        virtual void execute(task work) = 0;
        virtual bool shutdown(time_span deadline) = 0;
        [[nodiscard]] virtual std::size_t size() const noexcept = 0;
    };
    template <class Late>
    class working;

    detail::ref<inside> inside_;
};

template <class Late>
class thread_pool::working final : public inside {
public:
    explicit working(std::size_t threads)
        : crew_(detail::make_counted<detail::crew<Late>>(threads)) {}

    void execute(task work) override {
        {
            const std::lock_guard lock(mutex_);
            if (stopping_) return;
            waiting_.push_back(std::move(work));
            brought_.fetch_add(1, std::memory_order_relaxed);
        }
        [[maybe_unused]] const auto thrown = call();
#if IMLOAD_HAS_EXCEPTIONS
        if (!thrown) return;
        tasks refused; // nobody is there to take one
        const std::lock_guard lock(mutex_);
        refused.swap(waiting_);
        std::rethrow_exception(thrown);
#endif
    }

    bool shutdown(time_span deadline) override {
        tasks dropped;
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
            dropped.swap(waiting_);
        }
        return crew_->end(deadline, true);
    }

    [[nodiscard]] std::size_t size() const noexcept override { return crew_->limit(); }

private:
    using tasks = detail::later<std::deque<task>, Late>;

    std::exception_ptr call() {
        return crew_->call(
            [this] { return [self = detail::ref<working>(this)] { self->serve(); }; });
    }
    void serve();

    std::mutex mutex_;
    tasks waiting_;
    std::atomic<std::size_t> brought_{0}; ///< so far; written under the mutex
    bool stopping_ = false;
    const detail::ref<detail::crew<Late>> crew_;
};

template <class Late>
void thread_pool::working<Late>::serve() {
    const auto has_work = [this] {
        const std::lock_guard lock(mutex_);
        return !waiting_.empty();
    };
    bool looking = true;
    for (;;) {
        std::unique_lock lock(mutex_);
        if (waiting_.empty()) {
            const std::size_t seen = brought_.load(std::memory_order_relaxed);
            lock.unlock();
            if (!crew_->rest(
                    looking, [&] { return brought_.load(std::memory_order_relaxed) != seen; },
                    has_work))
                return;
            looking = true;
            continue;
        }
        const task next = std::move(waiting_.front());
        waiting_.pop_front();
        bool leaves_some = false;
        if (detail::renew(looking, false)) {
            crew_->found();
            leaves_some = !waiting_.empty();
        }
        lock.unlock();
        if (leaves_some) static_cast<void>(call());
        next();
    }
}

} // namespace imload

#endif
