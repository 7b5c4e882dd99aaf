#pragma once

// Which keys go, and what is known of those that are there. Part of engine_impl.hpp.

#include <imload/detail/engine/engine_impl.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace imload::detail {

/// Something is under way, and no pretence.
template <class Late>
inline bool engine_impl<Late>::is_busy(const slot_base& s) noexcept {
    const flight* const f = s.cold().going;
    if (!f) return false;
    return f->put || (f->now != phase::idle && f->pretends.state != simulated::loading);
}

template <class Late>
inline void engine_impl<Late>::evict(slot_base& s) {
    ++counts_.evictions;
    end_run(s); // it may pretend one
    erase(s);
}

/// When it was asked for last, or first heard of.
template <class Late>
inline time_point engine_impl<Late>::asked_at(const slot_base& s, const entry& e) const noexcept {
    return frame_times_.of(e.unasked ? s.asked + before_asked : s.asked);
}

/// Erases keys that were not asked for in their forget_after: looks at some thousands a frame, and
/// at more than come, or else they would become ever more.
template <class Late>
inline void engine_impl<Late>::forget_unasked() {
    const std::size_t came = renew(came_, std::size_t{0});
    if (memory_.empty()) return;
    const time_point t = now();
    frame_times_.note(frame_, t, longest_forget_);
    if (!sweeping_) {
        if (t < next_sweep_) return;
        sweeping_ = true;
        sweep_bound_ = time_point::max();
        next_sweep_ = time_point::max();
    }
    std::size_t budget = 4096 + 2 * came;
    const bool all = memory_.visit(sweep_at_, [&](slot_base& s) {
        if (s.in_use() && !s.cold().vacant && s.cold().set &&
            settings_[s.cold().set].values.forget_after != never) {
            const entry& e = s.cold();
            const time_point limit = after(asked_at(s, e), settings_[e.set].values.forget_after);
            if (t >= limit && frame_ - s.asked >= 2 && !is_busy(s)) {
                evict(s);
            } else {
                sweep_bound_ = std::min(sweep_bound_, limit);
            }
        }
        return --budget > 0;
    });
    if (!all) return;
    sweeping_ = false;
    next_sweep_ = std::min(next_sweep_, sweep_bound_);
}

/// Erases the keys least recently asked for, down to max_entries.
template <class Late>
inline void engine_impl<Late>::evict_excess() {
    if (!is_over_limit() || frame_ < evict_from_) return;
    evict_oldest();
    if (!is_over_limit()) return;
    list_oldest();
    evict_oldest();
    // Where too much is in use, a large map is searched again after some frames only.
    if (is_over_limit()) evict_from_ = frame_ + 1 + static_cast<std::uint32_t>(size_ / 4096);
}

/// Lists the keys that are to go, and those that would be next: the whole map is searched for them,
/// and that not again for each new key.
template <class Late>
inline void engine_impl<Late>::list_oldest() {
    oldest_.clear();
    for_each_slot([&](slot_base& s) {
        if (!asked_last_frame(s) && !is_busy(s)) oldest_.push_back({&s, s.asked, s.cold().life});
    });
    const auto older = [](const old_key& a, const old_key& b) { return a.asked < b.asked; };
    const std::size_t most = size_ - setup_.max_entries + setup_.max_entries / 16;
    if (most < oldest_.size()) {
        const auto end = oldest_.begin() + static_cast<std::ptrdiff_t>(most);
        std::nth_element(oldest_.begin(), end, oldest_.end(), older);
        oldest_.erase(end, oldest_.end());
        oldest_.shrink_to_fit();
    }
    std::sort(oldest_.rbegin(), oldest_.rend(), older);
}

/// Evicts what is listed, as far as needed and as it was not asked for since.
template <class Late>
inline void engine_impl<Late>::evict_oldest() {
    while (is_over_limit() && !oldest_.empty()) {
        const old_key next = oldest_.back();
        oldest_.pop_back();
        slot_base& s = *next.slot;
        if (!s.in_use() || s.asked != next.asked || asked_last_frame(s)) continue;
        if (s.cold().life == next.life && !s.cold().vacant && !is_busy(s)) evict(s);
    }
}

template <class Late>
inline void engine_impl<Late>::watch_new_keys(const slot_base& s) {
    auto known = std::find_if(watched_.begin(), watched_.end(),
                              [&](const box<key_watch<Late>>& w) { return w->is_of(s.pool()); });
    if (known == watched_.end())
        known = watched_.insert(known, make_box<key_watch<Late>>(s.pool()));
    key_watch<Late>& watch = **known; // a key's == may add others meanwhile
    if (!watch.note(s, frame_)) return;
    bool any_ready = false;
    for_each_slot([&](const slot_base& other) {
        const entry& e = other.cold();
        any_ready |= &other.pool() == &s.pool() && e.has_value &&
                     frame_ - e.landed_frame >= frame_ - other.asked;
    });
    if (any_ready) {
        watch.calm_down();
        return;
    }
    const std::string text = watch.tell(s);
    if (setup_.warn)
        setup_.warn(text);
    else
        std::fprintf(stderr, "%s\n", text.c_str());
}

} // namespace imload::detail
