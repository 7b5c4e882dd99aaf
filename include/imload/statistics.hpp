#pragma once

#include <chrono>
#include <cstdint>

namespace imload {

/// What a session has done so far. At every instant
/// starts == successes + failures + dropped + discarded + in_flight.
struct statistics {
    std::uint64_t polls = 0;     ///< asks, by poll and by call
    std::uint64_t hits = 0;      ///< asks that were answered with a value
    std::uint64_t starts = 0;    ///< loads queued for an executor, each attempt counted
    std::uint64_t successes = 0; ///< runs whose value was applied
    std::uint64_t failures = 0;  ///< runs that came back with an error
    std::uint64_t retries = 0;   ///< starts that were further attempts
    std::uint64_t timeouts = 0;  ///< runs given up; what comes back late is `discarded`
    std::uint64_t cancelled = 0; ///< runs that cancel, forget, set or not asking ended
    std::uint64_t dropped = 0;   ///< queued and never started
    std::uint64_t discarded = 0; ///< came back after nobody waited any more
    std::uint64_t evictions = 0; ///< keys that went to keep max_entries or forget_after
    std::uint64_t wakes = 0;     ///< calls of the wake hook
    std::uint64_t in_flight = 0; ///< queued, running, or back and not yet seen by a frame
    std::uint64_t queued = 0;    ///< those of them that wait for a worker
    std::uint64_t running = 0;   ///< workers inside a callable, of given-up runs too
    std::uint64_t threads = 0;   ///< that the session makes at most; 0 with another executor
    std::chrono::nanoseconds total_load_time{}; ///< spent inside callables
};

} // namespace imload
