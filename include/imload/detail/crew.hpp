#pragma once

#include <imload/clock.hpp>
#include <imload/config.hpp>
#include <imload/detail/counted.hpp>
#include <imload/detail/fail.hpp>
#include <imload/options.hpp>

#if IMLOAD_HAS_THREADS

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace imload::detail {

/// Threads that serve a queue of somebody else's: made one by one as work comes, up to a limit, and
/// asleep while there is none. At most one at a time is woken to look for work, and whoever finds
/// some and leaves more wakes the next, so that a burst of work costs who brings it one wake.
/// Threads: those of call() may be any; the rest is the owner's.
class crew {
public:
    /// Where its threads sleep; outlives the crew if one of them was let go.
    class bell final : public counted {
    public:
        /// Work was put where the threads find it. Cheap unless somebody must be woken.
        void ring();
        /// A thread that was looking has found something. Called under the lock of the queue; if
        /// there still is more after that, it rings when it has given the lock up.
        void found() noexcept { idle_.fetch_sub(one_looks); }
        /// A thread has found nothing: returns true when it should look again, false when it should
        /// end. `hint()` is cheap and may be wrong, `has_work()` may not.
        template <class Hint, class HasWork>
        [[nodiscard]] bool rest(bool was_looking, Hint hint, HasWork has_work);

    private:
        friend class crew;
        static constexpr std::uint32_t one_sleeps = 1;
        static constexpr std::uint32_t one_looks = 1u << 16;
        [[nodiscard]] static constexpr std::uint32_t sleeping(std::uint32_t idle) noexcept {
            return idle & (one_looks - 1);
        }

        /// How many sleep and how many look. Work is published before this is read, and who goes to
        /// sleep says so here before looking once more, in one order for all (seq_cst): so either
        /// the sleeper sees the work, or who brings it sees the sleeper.
        std::atomic<std::uint32_t> idle_{0};
        std::mutex mutex_;
        std::condition_variable rung_;
        std::condition_variable left_;
        std::size_t wakes_ = 0; ///< to be answered by one thread each
        std::size_t alive_ = 0;
        bool stopping_ = false;
    };

    /// `limit` 0: one fewer than there are cores, at least 2 and at most 8.
    explicit crew(std::size_t limit)
        : bell_(make_counted<bell>()), limit_(limit ? limit : usual()) {}
    crew(const crew&) = delete;
    crew& operator=(const crew&) = delete;
    ~crew() { end(); }

    /// Sees to it that a thread looks for the work that was just brought; a new one calls
    /// `serve(bell)`, which looks until rest() is false. Returns what was thrown if there is no
    /// thread and none can be made; with fewer than it wants the crew carries on.
    template <class Serve>
    [[nodiscard]] std::exception_ptr call(Serve serve) {
        if (made_.load(std::memory_order_relaxed) < limit_ && bell::sleeping(bell_->idle_) == 0)
            return make(std::move(serve));
        bell_->ring();
        return nullptr;
    }

    /// Ends and joins the threads. After `deadline` it lets the remaining ones go instead and
    /// returns false: they end with what they are doing.
    bool end(time_span deadline = never);

    [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

    [[nodiscard]] static std::size_t usual() noexcept {
        const std::size_t cores = std::thread::hardware_concurrency();
        return std::clamp<std::size_t>(cores > 0 ? cores - 1 : 0, 2, 8);
    }

private:
    template <class Serve>
    [[nodiscard]] std::exception_ptr make(Serve serve);

    const ref<bell> bell_;
    const std::size_t limit_;
    std::atomic<std::size_t> made_{0};
    std::vector<std::thread> threads_; // guarded by the bell's mutex
};

inline void crew::bell::ring() {
    std::uint32_t seen = idle_.load();
    do {
        if (sleeping(seen) == 0 || seen >= one_looks) return; // nobody to wake, or no need
    } while (!idle_.compare_exchange_weak(seen, seen - one_sleeps + one_looks));
    {
        const std::lock_guard lock(mutex_);
        ++wakes_;
    }
    rung_.notify_one();
}

template <class Hint, class HasWork>
bool crew::bell::rest(bool was_looking, Hint hint, HasWork has_work) {
    const std::uint32_t others =
        was_looking ? idle_.load() - one_looks : idle_.fetch_add(one_looks);
    if (others < one_looks) {
        // One of them looks out for a moment: where loads are short, sleeping costs more than they.
        constexpr int moments = 30;
        for (int i = 0; i < moments; ++i) {
            if (hint()) return true;
            std::this_thread::yield();
        }
    }
    idle_.fetch_add(one_sleeps - one_looks);
    if (has_work()) ring();
    std::unique_lock lock(mutex_);
    rung_.wait(lock, [this] { return wakes_ > 0 || stopping_; });
    if (stopping_) return false;
    --wakes_;
    return true;
}

template <class Serve>
std::exception_ptr crew::make(Serve serve) {
    const std::lock_guard lock(bell_->mutex_);
    if (threads_.size() == limit_ || bell_->stopping_) return nullptr;
    bell_->idle_.fetch_add(bell::one_looks); // the new one, which has been called, as it were
    auto thrown = caught([&] {
        threads_.emplace_back([serve = std::move(serve), b = bell_] {
            serve(*b);
            const std::lock_guard leaving(b->mutex_);
            --b->alive_;
            b->left_.notify_all();
        });
    });
    if (thrown) {
        bell_->idle_.fetch_sub(bell::one_looks);
        return threads_.empty() ? thrown : nullptr;
    }
    ++bell_->alive_;
    made_.store(threads_.size(), std::memory_order_relaxed);
    return nullptr;
}

inline bool crew::end(time_span deadline) {
    bool all_left = true;
    std::vector<std::thread> threads;
    {
        std::unique_lock lock(bell_->mutex_);
        bell_->stopping_ = true;
        bell_->rung_.notify_all();
        threads.swap(threads_);
        const auto none_left = [this] { return bell_->alive_ == 0; };
        if (threads.empty()) // none was made, or they were let go before
            all_left = none_left();
        else if (deadline == never)
            bell_->left_.wait(lock, none_left);
        else
            all_left = bell_->left_.wait_for(
                lock, std::min<std::chrono::nanoseconds>(deadline, std::chrono::hours(24 * 365)),
                none_left);
    }
    for (std::thread& t : threads) {
        if (all_left)
            t.join();
        else
            t.detach();
    }
    return all_left;
}

} // namespace imload::detail

#endif
