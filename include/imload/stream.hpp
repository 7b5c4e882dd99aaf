#pragma once

#include <imload/context.hpp>
#include <imload/detail/jobs/run_control.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

namespace imload {

namespace detail {

/// The newest partial value of a running load, until the UI thread fetches it.
template <class T>
class partial_box {
public:
    void put(std::unique_ptr<T> fresh) {
        {
            const std::lock_guard lock(mutex_);
            std::swap(held_, fresh);
        }
        // An older one that nobody fetched goes here, outside the lock.
    }

    [[nodiscard]] std::unique_ptr<T> take() {
        const std::lock_guard lock(mutex_);
        return std::move(held_);
    }

private:
    std::mutex mutex_;
    std::unique_ptr<T> held_; // guarded by mutex_
};

} // namespace detail

/// A context that can also show what it has so far: take `imload::stream<T>&` as the first
/// parameter. A load that returns void ends with the last value it published.
/// Threads: the load's.
template <class T>
class stream : public context {
public:
    stream(detail::run_control& control, detail::partial_box<T>& box) noexcept
        : context(control), teller_(&control), box_(&box) {}

    /// Shows `value` in place of what was there, from the next frame on. Of several in one frame
    /// the latest is seen. Cost: one allocation; the UI is woken at most once a frame.
    void publish(T value) {
        box_->put(std::make_unique<T>(std::move(value)));
        published_.store(true, std::memory_order_relaxed);
        teller_->tell_partial();
    }

    /// Whether anything was published yet.
    [[nodiscard]] bool has_published() const noexcept {
        return published_.load(std::memory_order_relaxed);
    }

private:
    detail::run_control* teller_;
    detail::partial_box<T>* box_;
    std::atomic<bool> published_{false};
};

} // namespace imload
