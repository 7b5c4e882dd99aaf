#pragma once

// How a trail learns an order. Part of trail.hpp.

#include <imload/detail/slots/trail.hpp>

#include <cstddef>
#include <cstdint>

namespace imload::detail {

/// Between frames, after one that was not all steps: is it time to record one?
template <class Late>
inline void trail<Late>::learn() {
    end_ = here() - direction();
    begins_ = true;
    among_new_ = false;
    if (is_lost()) be_found();
    lost_ = 0;
    if (recording_) {
        const auto verdict = policy_.judge(spare_.size() - margin, steps());
        if (verdict == recording_policy::verdict::learn) {
            rebuild();
        } else {
            recording_ = backward_ = false;
            give_room_back();
        }
        if (verdict == recording_policy::verdict::record_another) record();
    } else if (policy_.wants_recording(frame_, steps(), path_.size())) {
        record();
    } else if (gone_ > path_.size() / 2 + 64) {
        rebuild();
    }
    calm_ = !recording_ && !policy_.is_judging();
}

/// The frame that begins.
template <class Late>
inline void trail<Late>::record() {
    forget_mirror();
    spare_.reserve(2 * path_.size());
    spare_.assign(margin, &nobody_);
    known_ = 0;
    here_ = first_;
    recording_ = true;
}

/// Puts what was recorded in front, and behind it the keys of the path that were not.
template <class Late>
inline void trail<Late>::rebuild() {
    const bool recorded = renew(recording_, false);
    forget_mirror();
    if (!recorded) spare_.assign(margin, &nobody_);
    const index own = spare_.size();
    for (index i = margin; i < own; ++i) spare_[i]->cold().place = static_cast<std::uint32_t>(i);
    for (index i = margin; i < path_.size() - margin; ++i) {
        slot_base& s = *path_[i];
        if (!s.in_use()) continue;
        std::uint32_t& place = s.cold().place;
        if (place < own && spare_[place] == &s) continue;
        if (place != i) continue; // it is here twice
        place = static_cast<std::uint32_t>(spare_.size());
        spare_.push_back(&s);
    }
    spare_.insert(spare_.end(), margin, &nobody_);
    steps_ = steps();
    path_.swap(spare_);
    give_room_back();
    at_ = run_ = path_.data();
    first_ = margin;
    side_ = end_ = nowhere;
    stray_ = nullptr;
    gone_ = 0;
}

/// Learning an order of not too many keys is to allocate nothing: room for it is made with the
/// keys.
template <class Late>
inline void trail<Late>::make_room() {
    if (path_.capacity() >= 2 * (path_.size() + 1)) return;
    if (path_.size() > most_room) {
        if (!recording_) path().swap(spare_);
        return;
    }
    spare_.reserve(4 * path_.size()); // first, for if it throws the path must not have moved
    path_.reserve(4 * path_.size());
}

} // namespace imload::detail
