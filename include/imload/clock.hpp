#pragma once

#include <imload/config.hpp>

#include <chrono>

namespace imload {

/// An instant on a session's clock.
using time_point = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

/// The time a session goes by; replace it to test or to replay.
/// Threads: now() is called from the UI thread and from workers, so it must be thread-safe.
/// Lifetime: a session does not own its clock, which must outlive it.
class clock {
public:
    clock() = default;
    clock(const clock&) = delete;
    clock& operator=(const clock&) = delete;
    virtual ~clock() = default;

    /// The present instant; never less than an earlier answer.
    [[nodiscard]] virtual time_point now() const = 0;
};

namespace detail {

/// `t + d`, which never overflows.
[[nodiscard]] constexpr time_point after(time_point t, std::chrono::nanoseconds d) noexcept {
    const auto now = t.time_since_epoch().count(); // numbers, for comparing times compiles slowly
    const auto left = time_point::max().time_since_epoch().count() - (now > 0 ? now : 0);
    return d.count() >= left ? time_point::max() : t + d;
}

} // namespace detail
} // namespace imload
