#pragma once

#include <imload/clock.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace imload::detail {

/// When recent frames began, so that a key need only keep the frame it was asked for in. Thins
/// itself out: it never holds more than a thousand.
class frame_times {
public:
    void note(std::uint32_t frame, time_point t) {
        if (!marks_.empty() && marks_.back().time == t) return;
        if (marks_.size() == most) {
            // Every other one goes, the oldest and the newest stay.
            std::size_t kept = 0;
            for (std::size_t i = 0; i < marks_.size(); i += 2) marks_[kept++] = marks_[i];
            marks_.resize(kept);
        }
        marks_.push_back({frame, t});
    }

    /// When `frame` began, or a little earlier.
    [[nodiscard]] time_point of(std::uint32_t frame) const noexcept {
        const auto after = std::upper_bound(
            marks_.begin(), marks_.end(), frame,
            [](std::uint32_t f, const mark& m) { return f < m.frame; });
        if (after == marks_.begin()) return time_point::min();
        return std::prev(after)->time;
    }

private:
    static constexpr std::size_t most = 1024;
    struct mark {
        std::uint32_t frame;
        time_point time;
    };
    std::vector<mark> marks_;
};

} // namespace imload::detail
