#pragma once

#include <imload/config.hpp>
#include <imload/detail/crew.hpp>
#include <imload/executor.hpp>
#include <imload/options.hpp>

#if IMLOAD_HAS_THREADS

#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>

namespace imload {

/// A fixed number of threads, made as they are needed, for sessions to share.
/// Threads: every member may be called from any thread but the pool's own.
class thread_pool final : public executor {
public:
    /// `threads` 0: one fewer than there are cores, at least 2 and at most 8.
    explicit thread_pool(std::size_t threads = 0)
        : shared_(std::make_shared<shared>()), crew_(threads) {}

    /// Drops what waits and joins the threads, for as long as that takes.
    ~thread_pool() override { shutdown(); }

    /// Throws std::system_error only when there is no thread and none can be made; with fewer than
    /// asked for it carries on.
    void execute(task work) override;

    /// Drops the tasks that wait and joins the threads. After `deadline` it lets the remaining ones
    /// go instead and returns false: they end with the task that they are in.
    bool shutdown(time_span deadline = never);

    /// How many threads there are at most.
    [[nodiscard]] std::size_t size() const noexcept { return crew_.limit(); }

    [[nodiscard]] static std::size_t default_size() noexcept { return detail::crew::usual(); }

private:
    /// Outlives the pool where a thread was let go.
    struct shared {
        std::mutex mutex;
        std::deque<task> waiting;
        bool stopping = false;

        void serve(detail::crew::bell& b);
    };

    std::shared_ptr<shared> shared_;
    detail::crew crew_;
};

inline void thread_pool::execute(task work) {
    {
        const std::lock_guard lock(shared_->mutex);
        if (shared_->stopping) return;
        shared_->waiting.push_back(std::move(work));
    }
    [[maybe_unused]] const auto thrown =
        crew_.call([s = shared_](detail::crew::bell& b) { s->serve(b); });
#if IMLOAD_HAS_EXCEPTIONS
    if (!thrown) return;
    std::deque<task> refused; // nobody is there to take one
    const std::lock_guard lock(shared_->mutex);
    refused.swap(shared_->waiting);
    std::rethrow_exception(thrown);
#endif
}

inline void thread_pool::shared::serve(detail::crew::bell& b) {
    const auto has_work = [this] {
        const std::lock_guard lock(mutex);
        return !waiting.empty();
    };
    bool looking = true;
    for (;;) {
        task next;
        bool leaves_some = false;
        bool found = false;
        {
            const std::lock_guard lock(mutex);
            if (!waiting.empty()) {
                found = true;
                next = std::move(waiting.front());
                waiting.pop_front();
                if (std::exchange(looking, false)) {
                    b.found();
                    leaves_some = !waiting.empty();
                }
            }
        }
        if (leaves_some) b.ring();
        if (found) {
            next();
        } else {
            if (!b.rest(looking, has_work, has_work)) return;
            looking = true;
        }
    }
}

inline bool thread_pool::shutdown(time_span deadline) {
    std::deque<task> dropped;
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->stopping = true;
        dropped.swap(shared_->waiting);
    }
    return crew_.end(deadline);
}

} // namespace imload

#endif
