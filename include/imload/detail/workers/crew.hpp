#pragma once

#include <imload/clock.hpp>
#include <imload/config.hpp>
#include <imload/detail/counted.hpp>
#include <imload/detail/fail.hpp>
#include <imload/detail/late.hpp>
#include <imload/detail/workers/pause.hpp>
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

/// `wished`, or where that is 0 one fewer than there are cores, at least 2 and at most 8.
[[nodiscard]] inline std::size_t thread_count(std::size_t wished = 0) noexcept {
    if (wished > 0) return wished;
    const std::size_t cores = std::thread::hardware_concurrency();
    return std::clamp<std::size_t>(cores > 0 ? cores - 1 : 0, 2, 8);
}

/// Threads that serve a queue of somebody else's: made one by one as work comes, up to a limit, and
/// asleep while there is none. At most one at a time is called to look for work, and one that finds
/// some and leaves more calls the next, so that a burst of work costs who brings it a single call.
/// It belongs to its owner, who ends it, and to its threads, for one of them may be let go.
template <class Late>
class crew final : public counted {
public:
    /// `limit` 0: as many as thread_count() says.
    explicit crew(std::size_t limit) : limit_(thread_count(limit)) {}

    /// Work was put where the threads find it. Sees to it that one looks for it, a new one if none
    /// is there to be woken: it calls what `serving()` returns, which looks until rest() is false.
    /// Returns what was thrown if there is no thread and none can be made; with fewer than it wants
    /// the crew carries on. Threads: any, its own too.
    template <class Serving>
    std::exception_ptr call(const Serving& serving) {
        const std::uint32_t idle = idle_.load();
        if (idle == 0 && made_.load(std::memory_order_relaxed) < limit_) return make(serving());
        if (is_sleeping(idle)) wake_one();
        return nullptr;
    }

    // For its threads. One looks when it begins to serve, and when rest() has returned true.

    /// It has found something. Called under the lock of the queue; if there still is more after
    /// that, it calls another when it has given the lock up.
    void found() noexcept { idle_.fetch_sub(one_looks); }
    /// It has found nothing: sleeps, unless `has_work()` after all. True when it is to look again,
    /// false when it is to end. `hint()` takes no lock and may be wrong.
    template <class Hint, class HasWork>
    [[nodiscard]] bool rest(bool was_looking, Hint hint, HasWork has_work);

    /// Ends and joins the threads. False: some were still busy at the deadline; those it has let
    /// go, if it may, so that they end with what they are doing. Threads: the owner's.
    bool end(time_span deadline, bool let_go);

    [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

private:
    static constexpr std::uint32_t one_sleeps = 1;
    static constexpr std::uint32_t one_looks = 1u << 16;

    template <class Serve>
    [[nodiscard]] std::exception_ptr make(Serve serve);
    /// Some sleep, and none looks already.
    [[nodiscard]] static bool is_sleeping(std::uint32_t idle) noexcept {
        return idle != 0 && idle < one_looks;
    }
    void wake_one();

    const std::size_t limit_;
    std::atomic<std::size_t> made_{0};
    /// How many sleep and how many look. Work is put in place before this is read, and who goes to
    /// sleep, or has found something, says so here before looking once more; all in one order
    /// (seq_cst): so either that look finds the work, or who brings it finds nobody looking.
    std::atomic<std::uint32_t> idle_{0};

    std::mutex mutex_;
    std::condition_variable called_;
    std::condition_variable left_;
    later<std::vector<std::thread>, Late> threads_;
    std::size_t calls_ = 0; ///< each to be answered by one that sleeps
    std::size_t alive_ = 0;
    bool stopping_ = false;
};

template <class Late>
inline void crew<Late>::wake_one() {
    std::uint32_t seen = idle_.load();
    do {
        if (!is_sleeping(seen)) return;
    } while (!idle_.compare_exchange_weak(seen, seen - one_sleeps + one_looks));
    {
        const std::lock_guard lock(mutex_);
        ++calls_;
    }
    called_.notify_one();
}

template <class Late>
template <class Hint, class HasWork>
bool crew<Late>::rest(bool was_looking, Hint hint, HasWork has_work) {
    const std::uint32_t others =
        was_looking ? idle_.load() - one_looks : idle_.fetch_add(one_looks);
    if (others < one_looks) {
        // One of them looks out for a while, longer than it takes to bring more, or else who brings
        // much would have to wake one again and again. Now and then, for each look takes the cache
        // line away from who brings work. No yielding: on a busy machine that comes back far later
        // than a thread that is woken.
        using steady = std::chrono::steady_clock;
        constexpr int pauses_between = 48; // a microsecond or two
        const steady::time_point end = steady::now() + std::chrono::microseconds(20);
        do {
            if (hint()) return true;
            for (int i = 0; i < pauses_between; ++i) pause();
        } while (steady::now() < end);
    }
    idle_.fetch_add(one_sleeps - one_looks);
    if (has_work()) wake_one();
    std::unique_lock lock(mutex_);
    called_.wait(lock, [this] { return calls_ > 0 || stopping_; });
    if (stopping_) return false;
    --calls_;
    return true;
}

template <class Late>
template <class Serve>
std::exception_ptr crew<Late>::make(Serve serve) {
    std::unique_lock lock(mutex_);
    if (threads_.size() == limit_ || stopping_) return nullptr;
    idle_.fetch_add(one_looks); // the new one, which has been called, as it were
    auto thrown = caught([&] {
        threads_.emplace_back([work = std::move(serve), self = ref<crew>(this)] {
            work();
            const std::lock_guard leaving(self->mutex_);
            --self->alive_;
            self->left_.notify_all();
        });
    });
    if (thrown) {
        const bool none = threads_.empty();
        idle_.fetch_sub(one_looks);
        lock.unlock();
        if (none) return thrown;
        wake_one(); // who went to sleep meanwhile relied on the one that could not be made
        return nullptr;
    }
    ++alive_;
    made_.store(threads_.size(), std::memory_order_relaxed);
    return nullptr;
}

template <class Late>
inline bool crew<Late>::end(time_span deadline, bool let_go) {
    bool all_left = true;
    later<std::vector<std::thread>, Late> threads;
    {
        std::unique_lock lock(mutex_);
        stopping_ = true;
        called_.notify_all();
        const auto none_left = [this] { return alive_ == 0; };
        if (threads_.empty()) // none was made, or they were let go before
            all_left = none_left();
        else if (deadline == never)
            left_.wait(lock, none_left);
        else
            all_left = left_.wait_for(
                lock, std::min<std::chrono::nanoseconds>(deadline, std::chrono::hours(24 * 365)),
                none_left);
        if (all_left || let_go) threads.swap(threads_);
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
