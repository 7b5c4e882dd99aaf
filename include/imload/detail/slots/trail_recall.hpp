#pragma once

// How a trail finds a key that is not next, turns, and gets lost. Part of trail.hpp.

#include <imload/detail/fail.hpp>
#include <imload/detail/slots/trail.hpp>

#include <algorithm>
#include <cstddef>

namespace imload::detail {

template <class Late>
template <class Is>
inline slot_base* trail<Late>::recall_if(Is is) {
    if (is_lost()) {
        if (rest_ <= 0) look_around();
        return nullptr;
    }
    rest_ = not_lost; // count_search() may have counted
    if (is_blind()) return nullptr;
    slot_base& before = at_ != run_ ? stepped_on() : *last_;
    if (at_ != run_) {
        begins_ = false;
        lost_ = 0;
        next_rest_ = least_rest;
        stray_ = nullptr; // it was a guest
    }
    calm_ = false;
    const index expected = here();
    // A key's == may ask for other keys, so what it was called with counts, not what is there then.
    const auto at = [&](index i) -> slot_base* {
        slot_base* const s = i < path_.size() ? path_[i] : nullptr;
        return s && is(*s) ? s : nullptr;
    };
    const auto on_path = [&](index i) { return i < path_.size() ? i : nowhere; };
    const auto found = [&](slot_base* s, index i, index next) {
        lost_ = 0;
        next_rest_ = least_rest;
        asked(*s, on_path(i), on_path(next));
        return s;
    };
    if (slot_base* const s = at(expected)) return found(s, expected, behind(expected));
    if (is(before)) {
        policy_.surprise(before);
        asked(before, nowhere, on_path(expected));
        return &before;
    }
    if (among_new_) return nullptr;
    const auto surprising = [&](slot_base* s, index i, index next) {
        policy_.surprise(*s);
        return found(s, i, next);
    };
    if (stray_) {
        const index own = place_of(*renew(stray_, nullptr));
        const index next = own != nowhere ? behind(own) : nowhere;
        const index before_own = own != nowhere ? own - direction() : nowhere;
        if (slot_base* const s = at(next)) {
            side_ = expected;
            return surprising(s, next, behind(next));
        }
        if (slot_base* const s = at(before_own)) {
            side_ = expected;
            turn();
            return surprising(s, before_own, behind(before_own));
        }
    }
    const index side = side_;
    if (slot_base* const s = at(side)) {
        side_ = expected;
        return surprising(s, side, behind(side));
    }
    const index turned = expected - 2 * direction();
    if (slot_base* const s = at(turned)) {
        turn();
        return surprising(s, turned, behind(turned));
    }
    const index end = begins_ ? end_ : nowhere;
    if (slot_base* const s = at(end)) return surprising(s, end, behind(end));
    return nullptr;
}

/// Most keys that are searched for are guests: so the guess stays, and only when it is wrong again
/// is it of interest where the key has its own place.
template <class Late>
inline void trail<Late>::jump(slot_base& found) {
    if (is_lost()) return;
    policy_.surprise(found);
    const index expected = here();
    const bool resolve = begins_; // its place is of interest now
    const index own = resolve ? place_of(found) : nowhere;
    if (own != nowhere) {
        side_ = expected;
        asked(found, own, behind(own));
    } else {
        asked(found, nowhere, expected);
        stray_ = resolve ? nullptr : &found;
    }
    if (++lost_ >= most_lost && !recording_) get_lost();
}

/// The keys are asked for the other way round. A step is the same both ways, which makes it one
/// instruction less: so for the way back there is a mirror of the path. It is made once a frame at
/// most, and only after some asks for all that it has to copy, for few of very many keys may be
/// asked for; else nothing turns, and the next key is found where the last one was.
template <class Late>
inline void trail<Late>::turn() {
    if (!backward_ && !recording_ && !has_mirror_) {
        if (mirror_frame_ == frame_ || steps() + ++unturned_ < mirror_from_) return;
        mirror_frame_ = frame_;
        mirror_from_ = steps() + path_.size() / copied_an_ask;
        unturned_ = 0;
        has_mirror_ = !caught([this] { spare_.assign(path_.rbegin(), path_.rend()); });
        if (!has_mirror_) return; // no memory: a poll does not fail for that
    }
    backward_ = !backward_;
}

/// The path changes, or its mirror's room is of use for something else.
template <class Late>
inline void trail<Late>::forget_mirror() noexcept {
    const index i = place_at();
    has_mirror_ = false;
    if (!recording_) backward_ = false;
    move_to(i);
}

/// From here on keys are searched for at once, for a while.
template <class Late>
inline void trail<Late>::get_lost() noexcept {
    here_ = place_at();
    move_to(nowhere);
    rest_ = next_rest_;
}

/// A rest is over.
template <class Late>
inline void trail<Late>::look_around() noexcept {
    be_found();
    lost_ = lost_again;
    next_rest_ = std::min(next_rest_ * 2, most_rest);
}

/// Guesses are tried again.
template <class Late>
inline void trail<Late>::be_found() noexcept {
    policy_.surprises(static_cast<std::size_t>(next_rest_ - std::max(rest_, 0)));
    rest_ = not_lost;
    stray_ = nullptr;
    move_to(here_);
}

} // namespace imload::detail
