#pragma once

#include <imload/detail/box.hpp>
#include <imload/detail/job.hpp>
#include <imload/detail/late.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace imload::detail {

/// The jobs that wait for a worker, best first: those of keys asked for in the newest frame, the
/// higher priority first among them, in asking order among equals; then those of the two frames
/// before; prefetches last. Asking again moves a job to the newest frame.
/// Threads: guarded by the hub's mutex. Cost: constant for each call.
template <class Late>
class ready_queue {
public:
    /// How many frames a job outlives the last ask for its key.
    static constexpr std::size_t frames_kept = 3;

    void push(job& j, int priority, bool prefetch) {
        list_for(prefetch ? prefetches_ : frames_[newest_], priority).append(j);
        ++size_;
    }

    void remove(job& j) noexcept {
        j.unlink();
        --size_;
    }

    [[nodiscard]] job* best() const noexcept {
        for (std::size_t age = 0; age < frames_kept; ++age)
            if (job* j = best_of(frames_[slot_of_age(age)])) return j;
        return best_of(prefetches_);
    }

    /// The best is of the newest frame and has at least this priority.
    [[nodiscard]] bool has_newest(int priority) const noexcept {
        for (const bucket& b : frames_[newest_])
            if (b.jobs->first()) return b.priority >= priority;
        return false;
    }

    /// A job that was asked for too long ago, or null; to be removed before a frame begins.
    [[nodiscard]] job* unasked() const noexcept {
        return best_of(frames_[slot_of_age(frames_kept - 1)]);
    }
    void begin_frame() noexcept { newest_ = slot_of_age(frames_kept - 1); }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
    struct bucket {
        int priority = 0;
        box<job_list> jobs;
    };
    using lane = std::vector<bucket>; ///< by falling priority; nearly always of one bucket

    [[nodiscard]] std::size_t slot_of_age(std::size_t age) const noexcept {
        return (newest_ + frames_kept - age) % frames_kept;
    }

    static job_list& list_for(lane& l, int priority) {
        const auto at = std::find_if(l.begin(), l.end(),
                                     [&](const bucket& b) { return b.priority <= priority; });
        if (at != l.end() && at->priority == priority) return *at->jobs;
        return *l.insert(at, bucket{priority, make_box<job_list>()})->jobs;
    }

    static job* best_of(const lane& l) noexcept {
        for (const bucket& b : l)
            if (job* const j = b.jobs->first()) return j;
        return nullptr;
    }

    std::array<lane, frames_kept> frames_;
    lane prefetches_;
    std::size_t newest_ = 0;
    std::size_t size_ = 0;
};

} // namespace imload::detail
