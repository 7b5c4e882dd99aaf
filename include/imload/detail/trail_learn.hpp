#pragma once

// How a trail learns an order. Part of trail.hpp.

#include <imload/detail/trail.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace imload::detail {

/// Between frames: is it time to record one, and did the last recording help? It did once a frame
/// of about as many asks has half the wrong guesses, and those since are few beside the steps: not
/// the next frame alone, which may be in another of several orders that take turns.
template <class Late>
inline void trail<Late>::learn() {
    constexpr std::size_t worth = 4;          ///< wrong guesses for each key, until one is
    constexpr std::size_t most_patience = 16; ///< an order after none is learnt in a second or so
    if (is_lost()) be_found();
    lost_ = 0;
    toll_ += surprises_;
    const std::size_t asks = surprises_ + static_cast<std::size_t>(steps() - began_);
    if (recording_) {
        rebuild();
        judged_ = false;
        learnt_ = steps();
    } else if (!judged_ && surprises_ * 2 <= before_ && asks * 2 >= asks_before_ &&
               steps() - learnt_ >= 2 * toll_) {
        judged_ = true;
        patience_ = 1;
    } else if (toll_ >= std::uint64_t{path_.size()} * worth * patience_) {
        if (!renew(judged_, true)) {
            patience_ = std::min(patience_ * 2, most_patience);
        } else {
            before_ = surprises_;
            asks_before_ = asks;
            recording_ = true;
            recorded_.reserve(2 * path_.size());
            recorded_.assign(margin, &nobody_);
            known_ = 0;
            here_ = first_;
        }
    } else if (gone_ > path_.size() / 2 + 64) {
        rebuild();
    }
    surprises_ = 0;
    calm_ = !recording_ && judged_;
}

/// Puts what was recorded in front, and behind it the keys of the path that were not.
template <class Late>
inline void trail<Late>::rebuild() {
    if (!renew(recording_, false)) recorded_.assign(margin, &nobody_);
    const index own = recorded_.size();
    for (index i = margin; i < path_.size() - margin; ++i) {
        slot_base& s = *path_[i];
        if (!s.type) continue;
        std::uint32_t& place = s.cold().place;
        if (place < own && recorded_[place] == &s) continue;
        if (place != i) continue; // it is here twice
        place = static_cast<std::uint32_t>(recorded_.size());
        recorded_.push_back(&s);
    }
    recorded_.insert(recorded_.end(), margin, &nobody_);
    steps_ = steps();
    path_.swap(recorded_);
    if (path_.size() > most_room) path().swap(recorded_);
    at_ = run_ = path_.data();
    first_ = margin;
    side_ = end_ = nowhere;
    stray_ = nullptr;
    toll_ = gone_ = 0;
    stride_ = sizeof(slot_base*);
}

/// Learning an order of not too many keys is to allocate nothing: room for it is made with the
/// keys.
template <class Late>
inline void trail<Late>::make_room() {
    if (path_.capacity() >= 2 * (path_.size() + 1)) return;
    if (path_.size() > most_room) {
        if (!recording_) path().swap(recorded_);
        return;
    }
    recorded_.reserve(4 * path_.size()); // first, for if it throws the path must not have moved
    path_.reserve(4 * path_.size());
}

} // namespace imload::detail
