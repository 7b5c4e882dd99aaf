#pragma once

#include <imload/clock.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace imload {

/// Why a run was started.
enum class run_cause : std::uint8_t {
    first_ask, ///< nothing was known of the key
    timer,     ///< options::refresh_every
    retry,     ///< the attempt before failed
    stale,     ///< the value was older than options::stale_after when it was asked for
    refresh,   ///< refresh() or refresh_all() was called
    prefetch,  ///< prefetch() was called
};

/// What became of a run.
enum class run_outcome : std::uint8_t {
    under_way, ///< queued or running
    success,   ///< its value was applied
    failure,   ///< it came back with an error
    timeout,   ///< it took longer than options::timeout
    cancelled, ///< cancel, forget, set or not asking ended it while it ran
    dropped,   ///< it never began: not asking, cancel, forget or set ended it before
};

/// One run of one key, as session::runs() tells of it.
struct run_record {
    std::uint64_t number = 0; ///< counts the runs of the session, from 1
    std::uint64_t key = 0;    ///< entry_info::id
    std::string label;        ///< callable and arguments as text
    run_cause cause = run_cause::first_ask;
    run_outcome outcome = run_outcome::under_way;
    int attempt = 1;
    int worker = -1;     ///< its place among the runs that worked at once, from 0; -1: none yet
    time_point queued{}; ///< when it was handed to the executor
    time_point begun{};  ///< when a worker took it; the epoch: not yet
    time_point ended{};  ///< when the callable returned; the epoch: not yet, or never
};

/// The most recent runs of a session, oldest first. Not to be copied: its records are.
/// Threads: the session's.  Cost: a label and a record for each run, once it is kept at all.
class run_log {
public:
    run_log(const run_log&) = delete;
    run_log& operator=(const run_log&) = delete;

    /// How many are kept.
    [[nodiscard]] std::size_t capacity() const noexcept { return most_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] const run_record& operator[](std::size_t i) const { return ring_[place(i)]; }

protected:
    run_log() = default;
    ~run_log() = default;

    [[nodiscard]] std::size_t place(std::size_t i) const noexcept { return (first_ + i) % size_; }

    run_record* ring_ = nullptr;
    std::size_t size_ = 0;
    std::size_t first_ = 0; ///< the oldest, once the ring is full
    std::size_t most_ = 0;
};

/// The enumerator's name.
[[nodiscard]] constexpr const char* to_string(run_cause c) noexcept {
    switch (c) {
    case run_cause::first_ask:
        return "first_ask";
    case run_cause::timer:
        return "timer";
    case run_cause::retry:
        return "retry";
    case run_cause::stale:
        return "stale";
    case run_cause::refresh:
        return "refresh";
    case run_cause::prefetch:
        return "prefetch";
    }
    return "unknown";
}
[[nodiscard]] constexpr const char* to_string(run_outcome o) noexcept {
    switch (o) {
    case run_outcome::under_way:
        return "under_way";
    case run_outcome::success:
        return "success";
    case run_outcome::failure:
        return "failure";
    case run_outcome::timeout:
        return "timeout";
    case run_outcome::cancelled:
        return "cancelled";
    case run_outcome::dropped:
        return "dropped";
    }
    return "unknown";
}

} // namespace imload
