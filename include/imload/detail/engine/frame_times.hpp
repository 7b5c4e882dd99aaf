#pragma once

#include <imload/clock.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

namespace imload::detail {

/// When recent frames began, so that a key need only keep the frame it was asked for in. Notes no
/// more than some hundred of them over the time that anyone asks back for.
template <class Late>
class frame_times {
public:
    /// `reach`: how far back of() will be asked. Frames may be left out. Cost: constant, amortised.
    void note(std::uint32_t frame, time_point t, std::chrono::nanoseconds reach) {
        if (marks_.empty()) {
            marks_.push_back({frame, t});
        } else if (t - marks_.back().time > reach / parts) {
            if (latest_.frame != marks_.back().frame) marks_.push_back(latest_);
            marks_.push_back({frame, t});
            // The first one stays until the second is out of reach too.
            const auto first = std::find_if(marks_.begin() + 1, marks_.end(),
                                            [&](const mark& m) { return t - m.time <= reach; });
            marks_.erase(marks_.begin(), first - 1);
        }
        latest_ = {frame, t};
    }

    /// When `frame` began, or later by a small part of `reach` and by frames that were left out.
    [[nodiscard]] time_point of(std::uint32_t frame) const noexcept {
        const auto at =
            std::lower_bound(marks_.begin(), marks_.end(), frame,
                             [](const mark& m, std::uint32_t f) { return m.frame < f; });
        return at == marks_.end() ? latest_.time : at->time;
    }

private:
    static constexpr int parts = 512;
    struct mark {
        std::uint32_t frame;
        time_point time;
    };
    std::vector<mark> marks_;
    mark latest_{};
};

} // namespace imload::detail
