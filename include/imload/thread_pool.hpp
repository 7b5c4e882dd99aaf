#pragma once

#include <imload/config.hpp>
#include <imload/detail/crew.hpp>
#include <imload/executor.hpp>
#include <imload/options.hpp>

#if IMLOAD_HAS_THREADS

#include <atomic>
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
        : shared_(std::make_shared<shared>()), crew_(detail::make_counted<detail::crew>(threads)) {}

    /// Drops what waits and joins the threads, for as long as that takes.
    ~thread_pool() override { shutdown(); }

    /// Throws std::system_error only when there is no thread and none can be made; with fewer than
    /// asked for it carries on.
    void execute(task work) override;

    /// Drops the tasks that wait and joins the threads. After `deadline` it lets the remaining ones
    /// go instead and returns false: they end with the task that they are in.
    bool shutdown(time_span deadline = never);

    /// How many threads there are at most.
    [[nodiscard]] std::size_t size() const noexcept { return crew_->limit(); }

    [[nodiscard]] static std::size_t default_size() noexcept { return detail::crew::usual(); }

private:
    /// Outlives the pool where a thread was let go.
    struct shared {
        std::mutex mutex;
        std::deque<task> waiting;
        std::atomic<std::size_t> brought{0}; ///< so far; written under the mutex
        bool stopping = false;

        static void serve(const std::shared_ptr<shared>& s, detail::crew& c);
    };

    std::shared_ptr<shared> shared_;
    detail::ref<detail::crew> crew_;
};

inline void thread_pool::execute(task work) {
    {
        const std::lock_guard lock(shared_->mutex);
        if (shared_->stopping) return;
        shared_->waiting.push_back(std::move(work));
        shared_->brought.fetch_add(1, std::memory_order_relaxed);
    }
    [[maybe_unused]] const auto thrown =
        crew_->call([s = shared_, c = crew_.get()] { shared::serve(s, *c); });
#if IMLOAD_HAS_EXCEPTIONS
    if (!thrown) return;
    std::deque<task> refused; // nobody is there to take one
    const std::lock_guard lock(shared_->mutex);
    refused.swap(shared_->waiting);
    std::rethrow_exception(thrown);
#endif
}

inline void thread_pool::shared::serve(const std::shared_ptr<shared>& s, detail::crew& c) {
    const auto has_work = [&s] {
        const std::lock_guard lock(s->mutex);
        return !s->waiting.empty();
    };
    bool looking = true;
    for (;;) {
        std::unique_lock lock(s->mutex);
        if (s->waiting.empty()) {
            const std::size_t seen = s->brought.load(std::memory_order_relaxed);
            lock.unlock();
            if (!c.rest(
                    looking, [&] { return s->brought.load(std::memory_order_relaxed) != seen; },
                    has_work))
                return;
            looking = true;
            continue;
        }
        const task next = std::move(s->waiting.front());
        s->waiting.pop_front();
        bool leaves_some = false;
        if (std::exchange(looking, false)) {
            c.found();
            leaves_some = !s->waiting.empty();
        }
        lock.unlock();
        if (leaves_some) c.call([s, &c] { serve(s, c); });
        next();
    }
}

inline bool thread_pool::shutdown(time_span deadline) {
    std::deque<task> dropped;
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->stopping = true;
        dropped.swap(shared_->waiting);
    }
    return crew_->end(deadline);
}

} // namespace imload

#endif
