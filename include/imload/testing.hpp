#pragma once

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow" // see config.hpp
#endif

#include <imload/clock.hpp>
#include <imload/executor.hpp>
#include <imload/options.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <random>
#include <utility>

namespace imload {

/// A clock that stands still until it is told to go on.
/// Threads: any.
class manual_clock final : public clock {
public:
    explicit manual_clock(time_point start = time_point(std::chrono::hours(1))) noexcept
        : ticks_(start.time_since_epoch().count()) {}

    [[nodiscard]] time_point now() const noexcept override {
        return time_point(std::chrono::nanoseconds(ticks_.load(std::memory_order_acquire)));
    }

    /// Goes on by `d`, at most to the end of time. A negative `d` does nothing: no clock goes back.
    void advance(time_span d) noexcept {
        if (d <= time_span{}) return;
        // What is never due counts as due at time_point::max(), which is not reached.
        constexpr auto last = time_point::max().time_since_epoch().count() - 1;
        auto from = ticks_.load(std::memory_order_relaxed);
        auto to = from;
        do {
            const time_point t{std::chrono::nanoseconds(from)};
            to = detail::after(t, d).time_since_epoch().count();
            if (to > last) to = last;
        } while (!ticks_.compare_exchange_weak(from, to, std::memory_order_acq_rel));
    }

private:
    std::atomic<std::chrono::nanoseconds::rep> ticks_;
};

/// An executor that runs nothing until it is told to, on the thread that tells it.
/// Threads: one.
class manual_executor final : public executor {
public:
    void execute(task work) override { waiting_.push_back(std::move(work)); }

    /// Runs one task, the oldest unless shuffled. False if there was none.
    bool run_one() {
        if (waiting_.empty()) return false;
        if (shuffled_) {
            const auto at = static_cast<std::size_t>(random_() % waiting_.size());
            std::swap(waiting_.front(), waiting_[at]); // erasing it there would move all behind it
        }
        const task next = std::move(waiting_.front());
        waiting_.pop_front();
        next();
        return true;
    }

    /// Runs tasks until none is left, those that come meanwhile too; returns how many.
    std::size_t run_all() {
        std::size_t ran = 0;
        while (run_one()) ++ran;
        return ran;
    }

    /// How many tasks wait. A session hands one over for each queued load.
    [[nodiscard]] std::size_t pending() const noexcept { return waiting_.size(); }

    /// From now on runs the tasks in an order drawn from `seed`.
    void shuffle(std::size_t seed) {
        shuffled_ = true;
        random_.seed(static_cast<std::mt19937_64::result_type>(seed));
    }

private:
    std::deque<task> waiting_;
    std::mt19937_64 random_;
    bool shuffled_ = false;
};

} // namespace imload

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
