#pragma once

// What the UI thread makes of a load before it is a value: partial values, finish functions. Part
// of engine_impl.hpp.

#include <imload/detail/engine/engine_impl.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace imload::detail {

/// A running load shows what it has so far.
template <class Late>
inline void engine_impl<Late>::deliver_partial(job& j) {
    if (!is_wanted(j) || j.slot->cold().going->now != phase::running) return;
    if (j.finishes)
        list_to_finish(j);
    else
        show_partial(*j.slot, j);
}

/// A partial value whose finish function or move throws is not shown. If it was the last one, its
/// error becomes the run's when the run lands.
template <class Late>
inline void engine_impl<Late>::show_partial(slot_base& s, job& j) {
    const ref<job> shown = j.take_partial();
    if (!shown || !is_wanted(j)) return;
    j.partial_failure = std::move(shown->failure);
    if (j.partial_failure) return;
    j.shows_partial = true;
    set_value(s, *shown, now(), true);
}

template <class Late>
inline void engine_impl<Late>::list_to_finish(job& j) {
    if (!renew(j.listed, true)) finishing_.emplace_back(&j);
}

/// Turns what was loaded into values, partial ones too: those asked for last frame first, at least
/// one, and no more when the frame's budget is spent.
template <class Late>
inline void engine_impl<Late>::run_finishes() {
    if (finishing_.empty()) return;
    struct rest {
        ~rest() {
            std::erase_if(list, [](const ref<job>& j) { return !j; });
        }
        jobs& list;
    } const left{finishing_};
    const time_point until = after(this_instant(), setup_.finish_budget);
    for (const bool only_asked : {true, false}) {
        for (std::size_t i = 0; i < finishing_.size(); ++i) { // which may grow meanwhile
            if (!finishing_[i]) continue;
            const job& next = *finishing_[i];
            if (only_asked && !(is_wanted(next) && asked_last_frame(*next.slot))) continue;
            const ref<job> j = std::move(finishing_[i]);
            if (finish(*j) && !pumping_ && this_instant() >= until) return;
        }
    }
}

/// False if there was nothing to do.
template <class Late>
inline bool engine_impl<Late>::finish(job& j) {
    j.listed = false;
    if (is_wanted(j)) {
        if (!j.loaded || j.ends_with_partial)
            show_partial(*j.slot, j);
        else
            j.finish();
    } else if (!j.loaded) {
        return false; // it is counted when it comes back
    }
    if (j.loaded) land_or_discard(j);
    return true;
}

} // namespace imload::detail
