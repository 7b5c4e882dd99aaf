#pragma once

#include <imload/config.hpp>
#include <imload/executor.hpp>
#include <imload/options.hpp>

#if IMLOAD_HAS_THREADS

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace imload {

/// A fixed number of threads, made as they are needed: the default executor.
/// Threads: every member may be called from any thread but the pool's own.
class thread_pool final : public executor {
public:
    /// `threads` 0: one fewer than there are cores, at least 2 and at most 8.
    explicit thread_pool(std::size_t threads = 0)
        : shared_(std::make_shared<shared>()), limit_(threads ? threads : default_size()) {}

    /// Drops what waits and joins the threads, for as long as that takes.
    ~thread_pool() override { shutdown(); }

    /// Throws std::system_error only when there is no thread and none can be made; with fewer than
    /// asked for it carries on.
    void execute(task work) override;

    /// Drops the tasks that wait and joins the threads. After `deadline` it lets the remaining ones
    /// go instead and returns false: they end with the task that they are in.
    bool shutdown(time_span deadline = never);

    /// How many threads there are at most.
    [[nodiscard]] std::size_t size() const noexcept { return limit_; }

    [[nodiscard]] static std::size_t default_size() noexcept {
        const std::size_t cores = std::thread::hardware_concurrency();
        return std::clamp<std::size_t>(cores > 0 ? cores - 1 : 0, 2, 8);
    }

private:
    /// Outlives the pool where a thread was let go.
    struct shared {
        std::mutex mutex;
        std::condition_variable work_or_stop;
        std::condition_variable thread_left;
        std::deque<task> waiting;
        std::size_t idle = 0;
        std::size_t alive = 0;
        bool stopping = false;

        void serve();
    };

    std::shared_ptr<shared> shared_;
    std::vector<std::thread> threads_;
    const std::size_t limit_;
};

inline void thread_pool::execute(task work) {
    std::unique_lock lock(shared_->mutex);
    if (shared_->stopping) return;
    shared_->waiting.push_back(std::move(work));
    if (shared_->idle < shared_->waiting.size() && threads_.size() < limit_) {
        const auto thrown = detail::caught([&] {
            threads_.emplace_back([s = shared_] { s->serve(); });
            ++shared_->alive;
        });
        if (thrown && threads_.empty()) {
            const task refused = std::move(shared_->waiting.back());
            shared_->waiting.pop_back();
            lock.unlock();
#if IMLOAD_HAS_EXCEPTIONS
            std::rethrow_exception(thrown);
#endif
        }
    }
    const bool someone_sleeps = shared_->idle > 0;
    lock.unlock();
    if (someone_sleeps) shared_->work_or_stop.notify_one();
}

inline void thread_pool::shared::serve() {
    std::unique_lock lock(mutex);
    while (!stopping) {
        if (waiting.empty()) {
            ++idle;
            work_or_stop.wait(lock);
            --idle;
            continue;
        }
        {
            const task next = std::move(waiting.front());
            waiting.pop_front();
            lock.unlock();
            next();
        }
        lock.lock();
    }
    --alive;
    thread_left.notify_all();
}

inline bool thread_pool::shutdown(time_span deadline) {
    std::deque<task> dropped;
    bool all_left = true;
    {
        std::unique_lock lock(shared_->mutex);
        shared_->stopping = true;
        dropped.swap(shared_->waiting);
        shared_->work_or_stop.notify_all();
        const auto none_left = [this] { return shared_->alive == 0; };
        if (threads_.empty()) // none was made, or they were let go before
            all_left = none_left();
        else if (deadline == never)
            shared_->thread_left.wait(lock, none_left);
        else
            all_left = shared_->thread_left.wait_for(
                lock, std::min<std::chrono::nanoseconds>(deadline, std::chrono::hours(24 * 365)),
                none_left);
    }
    for (std::thread& t : threads_) {
        if (all_left)
            t.join();
        else
            t.detach();
    }
    threads_.clear();
    return all_left;
}

} // namespace imload

#endif
