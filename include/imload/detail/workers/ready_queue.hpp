#pragma once

#include <imload/detail/fail.hpp>
#include <imload/detail/jobs/job.hpp>
#include <imload/detail/late.hpp>
#include <imload/detail/renew.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <unordered_map>
#include <vector>

namespace imload::detail {

/// The jobs that wait for a worker, best first: those of keys asked for in the newest frame, the
/// higher priority first among them, in asking order among equals; then those of the two frames
/// before; prefetches last. Asking again moves a job to the newest frame.
/// Threads: guarded by the hub's mutex. Cost: constant for each call, but for the first and the
/// last job with a priority, whose cost grows with the logarithm of how many priorities there are.
template <class Late>
class ready_queue {
public:
    /// How many frames a job outlives the last ask for its key.
    static constexpr std::size_t frames_kept = 3;

    void push(job& j, int priority, bool prefetch) noexcept {
        (prefetch ? prefetches_ : frames_[newest_]).list_for(priority).append(j);
        ++size_;
    }

    void remove(job& j) noexcept {
        j.unlink();
        --size_;
    }

    [[nodiscard]] job* best() noexcept {
        for (std::size_t age = 0; age < frames_kept; ++age)
            if (job* const j = frames_[slot_of_age(age)].best()) return j;
        return prefetches_.best();
    }

    /// The best is of the newest frame and has at least this priority.
    [[nodiscard]] bool has_newest(int priority) noexcept { return frames_[newest_].has(priority); }

    /// A job that was asked for too long ago, or null; to be removed before a frame begins.
    [[nodiscard]] job* unasked() noexcept { return frames_[slot_of_age(frames_kept - 1)].best(); }
    void begin_frame() noexcept { newest_ = slot_of_age(frames_kept - 1); }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
    /// Jobs among which only priority decides: a list for each, and a heap of the lists in use. One
    /// that has become empty stays in the heap until it comes to its top.
    class lane {
    public:
        lane() { heap_.reserve(few); }

        /// The list of a priority; without memory for a new one, that of priority 0.
        [[nodiscard]] job_list& list_for(int priority) noexcept {
            list* l = &ordinary_;
            if (priority != 0)
                static_cast<void>(caught([&] {
                    if (heap_.capacity() < others_.size() + 2) heap_.reserve(2 * heap_.capacity());
                    l = &others_.try_emplace(priority, priority).first->second;
                }));
            if (!renew(l->in_heap, true)) {
                heap_.push_back(l); // there is room for all lists
                std::push_heap(heap_.begin(), heap_.end(), goes_later);
            }
            return l->jobs;
        }
        [[nodiscard]] job* best() noexcept {
            while (!heap_.empty()) {
                list& l = *heap_.front();
                if (job* const j = l.jobs.first()) return j;
                std::pop_heap(heap_.begin(), heap_.end(), goes_later);
                heap_.pop_back();
                l.in_heap = false;
                if (others_.size() > few && &l != &ordinary_) others_.erase(l.priority);
            }
            return nullptr;
        }
        /// There is a best one, and it has at least this priority.
        [[nodiscard]] bool has(int priority) noexcept {
            return best() && heap_.front()->priority >= priority;
        }

    private:
        struct list {
            explicit list(int p) noexcept : priority(p) {}
            const int priority;
            bool in_heap = false;
            job_list jobs;
        };
        [[nodiscard]] static bool goes_later(const list* a, const list* b) noexcept {
            return a->priority < b->priority;
        }

        static constexpr std::size_t few = 8; ///< lists that are kept when they are empty
        list ordinary_{0};
        std::unordered_map<int, list> others_;
        std::vector<list*> heap_; ///< the highest priority first
    };

    [[nodiscard]] std::size_t slot_of_age(std::size_t age) const noexcept {
        return (newest_ + frames_kept - age) % frames_kept;
    }

    std::array<lane, frames_kept> frames_;
    lane prefetches_;
    std::size_t newest_ = 0;
    std::size_t size_ = 0;
};

} // namespace imload::detail
