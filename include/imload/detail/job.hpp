#pragma once

#include <imload/clock.hpp>
#include <imload/detail/counted.hpp>
#include <imload/detail/run_control.hpp>
#include <imload/error.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <utility>

namespace imload::detail {

class hub;
struct slot_base;
struct ticket;

/// Where a job stands between the two sides; guarded by the hub's mutex.
enum class job_stage : std::uint8_t { created, queued, taken, landed };

/// One run of one key: all that a worker touches. It owns its callable and arguments and has room
/// for the outcome; of the key it knows only the slot, which it never looks into, and the
/// generation that tells the UI thread whether anyone still waits for it.
class job : public counted {
public:
    job(slot_base& of, std::uint32_t started_under) noexcept
        : slot(&of), generation(started_under) {}

    /// Calls the callable and keeps what comes of it; on a worker, never under a lock.
    virtual void run() = 0;

    /// The newest partial value, as a job that has it, or null if nothing is new; a failure is
    /// that of its finish function. On the UI thread.
    [[nodiscard]] virtual ref<job> take_partial() { return {}; }

    /// Turns what was loaded into the value; on the UI thread. Sets `failure` when that throws.
    virtual void finish() {}

    /// The line to a load that listens, else null.
    [[nodiscard]] virtual run_control* control() noexcept { return nullptr; }

    slot_base* const slot;
    const std::uint32_t generation;
    bool finishes = false;     ///< finish() is to be called before it is applied
    bool lands_itself = false; ///< it goes on after run() has returned, until a promise is kept
    bool ends_with_partial = false; ///< its value is the last partial one
    bool timed = false;             ///< has a timeout, so the UI must hear when it begins
    int worker = -1;                ///< its place among those that work; written with `begun`
    std::uint64_t number = 0;       ///< in the run log; 0: not in it
    std::unique_ptr<error> failure; ///< null once landed: there is a value

    time_point begun{}; ///< written before the job is told to have begun
    time_point ended{}; ///< written before it lands

    bool listed = false; ///< the UI thread's: waits for its finish function
    bool loaded = false; ///< the UI thread's: has come back, and only that is left to do

    // Guarded by the hub's mutex.
    job_stage stage = job_stage::created;
    bool has_mailed = false;   ///< a partial value is in the mail
    ticket* carrier = nullptr; ///< the task whose loss would strand this job
    job* previous = nullptr;
    job* next = nullptr;
    struct job_list* list = nullptr;
};

/// A run that could not be made: its callable or an argument threw when it was copied.
class stillborn final : public job {
public:
    stillborn(slot_base& of, std::uint32_t started_under, error why) : job(of, started_under) {
        failure = std::make_unique<error>(std::move(why));
    }
    void run() override {}
};

/// A list of queued jobs, linked through the jobs.
struct job_list {
    job* first = nullptr;
    job* last = nullptr;

    void append(job& j) noexcept {
        j.previous = last;
        j.next = nullptr;
        (last ? last->next : first) = &j;
        last = &j;
        j.list = this;
    }

    void remove(job& j) noexcept {
        (j.previous ? j.previous->next : first) = j.next;
        (j.next ? j.next->previous : last) = j.previous;
        j.previous = j.next = nullptr;
        j.list = nullptr;
    }
};

} // namespace imload::detail
