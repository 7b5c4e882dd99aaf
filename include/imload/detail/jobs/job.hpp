#pragma once

#include <imload/clock.hpp>
#include <imload/detail/counted.hpp>
#include <imload/detail/jobs/run_control.hpp>
#include <imload/detail/value_type.hpp>
#include <imload/error.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <utility>

namespace imload::detail {

struct slot_base;
struct ticket;
class load_job;

/// What a load's job does: all of them load; what else one has no use for, it need not know.
enum class job_step : std::uint8_t { set_up, load, finish, drop_loaded, show_partial, tear_down };

/// Where a job stands between the two sides; changed under the hub's lock, but for its way in.
enum class job_stage : std::uint8_t { created, queued, taken, landed };

/// A place in a list; part of what is listed. One list at a time.
struct job_link {
    job_link* previous = nullptr;
    job_link* next = nullptr; ///< null: in no list

    void unlink() noexcept {
        previous->next = next;
        next->previous = previous;
        previous = next = nullptr;
    }
};

/// One run of one key: all that a worker touches. It owns its callable and arguments and has room
/// for the outcome; of the key it knows only the slot, which it never looks into, and the
/// generation that tells the UI thread whether anyone still waits for it.
class job : public counted, public job_link {
public:
    job(slot_base& of, std::uint32_t started_under) noexcept
        : slot(&of), generation(started_under) {}

    /// Calls the callable and keeps what comes of it; on a worker, never under a lock.
    virtual void run() = 0;

    /// The newest partial value, as a job that has it, or null if nothing is new; a failure is
    /// that of its finish function or its move. On the UI thread.
    [[nodiscard]] virtual ref<job> take_partial() { return {}; }

    /// Turns what was loaded into the value; on the UI thread. Sets `failure` when that throws.
    virtual void finish() {}

    /// The line to a load that listens, else null.
    [[nodiscard]] virtual run_control* control() noexcept { return nullptr; }

    slot_base* const slot;
    held_value value;          ///< what has come of it
    ticket* carrier = nullptr; ///< the task whose loss would strand it; under the hub's lock
    detail::failure failure;   ///< null once landed: there is a value
    std::uint64_t number = 0;  ///< in the run log; 0: not in it

    time_point begun{}; ///< written before the job is told to have begun
    time_point ended{}; ///< written before it lands

    const std::uint32_t generation;
    std::int16_t worker = -1;       ///< its place among those that work; written with `begun`
    bool finishes = false;          ///< finish() is to be called before it is applied
    bool lands_itself = false;      ///< goes on after run() has returned, until a promise is kept
    bool ends_with_partial = false; ///< its value is the last partial one
    bool timed = false;             ///< has a timeout, so the UI must hear when it begins

    bool listed = false; ///< the UI thread's: waits for its finish function
    bool loaded = false; ///< the UI thread's: has come back, and only that is left to do

    bool shows_partial = false; ///< the UI thread's: the key's value is a partial one of this run
    detail::failure partial_failure; ///< the UI thread's: why the newest partial value is not shown

    bool has_mailed = false; ///< a partial value is in the mail; guarded by the hub's lock
    /// Read without the lock only by the UI thread, to see what it has been told of already.
    std::atomic<job_stage> stage{job_stage::created};
};

/// What loads ask of the hub that they belong to. Threads: any.
class job_home : public counted {
public:
    virtual void nudge() = 0;         ///< one of them told how far it is
    virtual void publish(job& j) = 0; ///< it has a partial value
    virtual void
    complete(job& j) noexcept = 0; ///< it goes on without a worker, and has its outcome
};

/// A run that could not be made: its callable or an argument threw when it was copied.
class stillborn final : public job {
public:
    stillborn(slot_base& of, std::uint32_t started_under, error why) : job(of, started_under) {
        failure = detail::failure(std::move(why));
    }
    void run() override {}
};

/// A value that did not come from a whole run: put by set(), or a partial one.
class value_job final : public job {
public:
    value_job(slot_base& of, std::uint32_t started_under, const value_type& type) noexcept
        : job(of, started_under) {
        value.keep_in(nullptr, type);
    }
    void run() override {}
};

/// A list of jobs, linked through them.
class job_list {
public:
    job_list() noexcept { clear(); }
    job_list(const job_list&) = delete;
    job_list& operator=(const job_list&) = delete;

    [[nodiscard]] job* first() const noexcept {
        return ends_.next == &ends_ ? nullptr : static_cast<job*>(ends_.next);
    }
    void append(job& j) noexcept {
        j.previous = ends_.previous;
        j.next = &ends_;
        ends_.previous->next = &j;
        ends_.previous = &j;
    }
    /// What `from` has follows what is here.
    void take_all(job_list& from) noexcept {
        if (!from.first()) return;
        ends_.previous->next = from.ends_.next;
        from.ends_.next->previous = ends_.previous;
        ends_.previous = from.ends_.previous;
        ends_.previous->next = &ends_;
        from.clear();
    }

private:
    void clear() noexcept { ends_.previous = ends_.next = &ends_; }
    job_link ends_;
};

} // namespace imload::detail
