#pragma once

#include <imload/config.hpp>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <string_view>

#if IMLOAD_HAS_STOP_TOKEN
#include <stop_token>
#endif

namespace imload::detail {

/// The two-way line between the UI thread and one load that listens: stop one way, progress the
/// other. It lives in the load's job, which the worker shares.
class run_control {
public:
    run_control() = default;
    run_control(const run_control&) = delete;
    run_control& operator=(const run_control&) = delete;
    virtual ~run_control() = default;

    struct progress_state {
        float fraction = -1; ///< below 0: unknown
        std::string text;
    };

    [[nodiscard]] bool stop_requested() const noexcept {
        return stop_.load(std::memory_order_relaxed);
    }

    /// Runs the stop callbacks of the load on this thread, so never under a lock.
    void request_stop() noexcept {
        stop_.store(true, std::memory_order_relaxed);
#if IMLOAD_HAS_STOP_TOKEN
        source_.request_stop();
#endif
    }

#if IMLOAD_HAS_STOP_TOKEN
    [[nodiscard]] std::stop_token stop_token() const noexcept { return source_.get_token(); }
#endif

    /// The UI is told at most this often, and then looks once more after as long: what came in
    /// between is seen too.
    static constexpr std::chrono::milliseconds told_every{66};

    void set_progress(double fraction, std::string_view text) {
        bool tell = false;
        {
            std::string kept(text);
            const std::lock_guard lock(mutex_);
            const auto shown = fraction <= 1 ? fraction : 1.0;
            progress_.fraction = fraction >= 0 ? static_cast<float>(shown) : -1.0f;
            progress_.text.swap(kept);
            const auto now = std::chrono::steady_clock::now();
            if (now - told_ >= told_every) {
                told_ = now;
                tell = true;
            }
        }
        if (tell) nudge();
    }

    void read_progress(progress_state& into) const {
        const std::lock_guard lock(mutex_);
        into = progress_;
    }

    /// A partial value waits to be shown.
    virtual void tell_partial() = 0;

protected:
    /// Asks for a frame, so that a sleeping UI shows the progress.
    virtual void nudge() = 0;

private:
    std::atomic<bool> stop_{false};
#if IMLOAD_HAS_STOP_TOKEN
    std::stop_source source_;
#endif
    mutable std::mutex mutex_;
    progress_state progress_;                      // guarded by mutex_
    std::chrono::steady_clock::time_point told_{}; // guarded by mutex_
};

} // namespace imload::detail
