#pragma once

#include <imload/clock.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <iterator>

namespace imload::detail {

/// When recent frames began, so that a key need only keep the frame it was asked for in. Notes no
/// more than some hundred of them over the time that anyone asks back for.
class frame_times {
public:
    /// `reach`: how far back of() will be asked. Cost: constant, amortised.
    void note(std::uint32_t frame, time_point t, std::chrono::nanoseconds reach) {
        if (!marks_.empty() && t - marks_.back().time <= reach / parts) return;
        marks_.push_back({frame, t});
        // The first one stays until the second is out of reach too.
        while (marks_.size() > 2 && t - marks_[1].time > reach) marks_.pop_front();
    }

    /// When `frame` began, or earlier by a small part of `reach`.
    [[nodiscard]] time_point of(std::uint32_t frame) const noexcept {
        const auto after =
            std::upper_bound(marks_.begin(), marks_.end(), frame,
                             [](std::uint32_t f, const mark& m) { return f < m.frame; });
        if (after == marks_.begin()) return time_point::min();
        return std::prev(after)->time;
    }

private:
    static constexpr int parts = 512;
    struct mark {
        std::uint32_t frame;
        time_point time;
    };
    std::deque<mark> marks_;
};

} // namespace imload::detail
