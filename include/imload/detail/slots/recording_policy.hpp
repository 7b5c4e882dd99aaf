#pragma once

#include <imload/detail/renew.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace imload::detail {

struct slot_base;

/// When a trail is worth being learnt anew, which takes a frame that costs as much as ten or twenty
/// others: at once if the surprises, which are the asks that were not guessed, are those of the
/// frame before; else when there were some for each key, and ever later while it is in vain.
class recording_policy {
public:
    static constexpr std::size_t sample = 8; ///< surprises of a frame that are compared

    void surprise(const slot_base& s) noexcept {
        if (surprises_ < sample) repeated_ += renew(sample_[surprises_], &s) == &s;
        ++surprises_;
    }
    /// So many, of keys unknown.
    void surprises(std::size_t count) noexcept { surprises_ += count; }

    /// A frame ends before this one; `steps`: right guesses until now, `keys`: on the trail.
    /// Whether this frame is to be recorded.
    [[nodiscard]] bool wants_recording(std::uint32_t frame, std::uint64_t steps,
                                       std::size_t keys) noexcept;
    /// What is to be done with a recorded frame of so many asks, at its end.
    enum class verdict { learn, drop, record_another };
    [[nodiscard]] verdict judge(std::size_t asks, std::uint64_t steps) noexcept;
    /// Each frame is of interest, even one without surprises.
    [[nodiscard]] bool is_judging() const noexcept { return !judged_; }
    void begin_frame(std::uint64_t steps) noexcept { began_ = steps; }

private:
    static constexpr std::size_t worth = 4;          ///< surprises for each key
    static constexpr std::size_t most_patience = 64; ///< times that, after many in vain

    /// A frame of about as many asks has half the surprises, and those since the recording are few
    /// beside the steps. Not just the next frame is asked, which may be in another of several
    /// orders that take turns.
    [[nodiscard]] bool has_helped(std::uint64_t steps, std::size_t asks) const noexcept {
        return surprises_ * 2 <= surprises_before_ && asks * 2 >= asks_before_ &&
               steps - learnt_ >= 2 * toll_;
    }

    void was_in_vain() noexcept {
        judged_ = true;
        patience_ = std::min(patience_ * 2, most_patience);
        trusting_ = trusting_ && !hurried_;
    }

    const slot_base* sample_[sample] = {}; ///< the first surprises, of this frame or the last
    std::size_t surprises_ = 0;            ///< in this frame
    std::size_t repeated_ = 0;             ///< of its sample, those that were in the last one
    std::uint32_t surprised_at_ = 0;       ///< the frame behind the last that was not all steps
    std::uint64_t began_ = 0;              ///< steps until this frame
    std::uint64_t learnt_ = 0;             ///< and until the last recording
    std::uint64_t toll_ = 0;               ///< surprises since that
    std::uint64_t again_ = 0;              ///< and in frames in a row that seem to be the same

    std::size_t surprises_before_ = 0; ///< in the frame that led to the last recording
    std::size_t asks_before_ = 0;      ///< in the same
    int left_to_record_ = 0;           ///< frames that may be recorded instead of the one that was
    std::size_t patience_ = 1;         ///< doubles with each recording in vain
    bool judged_ = true;               ///< whether the last one helped is known
    bool hurried_ = false;             ///< it was of frames that seemed to be the same
    bool trusting_ = true;             ///< no such one was in vain
};

inline bool recording_policy::wants_recording(std::uint32_t frame, std::uint64_t steps,
                                              std::size_t keys) noexcept {
    const std::size_t asks = surprises_ + static_cast<std::size_t>(steps - began_);
    toll_ += surprises_;
    const bool in_a_row = frame == renew(surprised_at_, frame) + 1;
    again_ = in_a_row && repeated_ * 2 >= sample ? again_ + surprises_ : 0;
    bool wanted = false;
    if (!judged_ && has_helped(steps, asks)) {
        judged_ = trusting_ = true;
        patience_ = 1;
    } else if (trusting_ && again_ >= keys && (judged_ || !hurried_)) {
        hurried_ = wanted = true;
    } else if (toll_ >= std::uint64_t{keys} * worth * patience_) {
        if (judged_) {
            hurried_ = false;
            wanted = true;
        } else {
            was_in_vain();
        }
    }
    if (wanted) {
        again_ = 0;
        surprises_before_ = surprises_;
        asks_before_ = asks;
        left_to_record_ = 4;
    }
    surprises_ = repeated_ = 0;
    return wanted;
}

/// It may not be the frame that was meant: a small one between, or one whose order is known.
inline auto recording_policy::judge(std::size_t asks, std::uint64_t steps) noexcept -> verdict {
    const bool known = renew(surprises_, std::size_t{0}) * 2 < surprises_before_;
    repeated_ = 0;
    if (known && asks * 4 < asks_before_ && left_to_record_-- > 0) return verdict::record_another;
    toll_ = 0;
    if (known) {
        was_in_vain();
        return verdict::drop;
    }
    learnt_ = steps;
    judged_ = false;
    return verdict::learn;
}

} // namespace imload::detail
