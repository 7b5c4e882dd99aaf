#pragma once

// What the UI thread makes of a load before it is a value: partial values, finish functions. Part
// of engine_impl.hpp.

#include <imload/detail/engine_impl.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

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

/// A partial value whose finish function fails is not shown; the last one's failure is the run's.
template <class Late>
inline void engine_impl<Late>::show_partial(slot_base& s, job& j) {
    const ref<job> shown = j.take_partial();
    if (!shown || !is_wanted(j)) return;
    if (shown->failure) {
        if (j.loaded && j.ends_with_partial) j.failure = std::move(shown->failure);
        return;
    }
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
    std::stable_partition(finishing_.begin(), finishing_.end(), [this](const ref<job>& j) {
        return is_wanted(*j) && asked_last_frame(*j->slot);
    });
    const time_point until = after(this_instant(), setup_.finish_budget);
    std::size_t done = 0;
    while (done < finishing_.size()) {
        const ref<job> j = finishing_[done++];
        j->listed = false;
        if (is_wanted(*j)) {
            if (!j->loaded || j->ends_with_partial)
                show_partial(*j->slot, *j);
            else
                j->finish();
        } else if (!j->loaded) {
            continue; // it is counted when it comes back
        }
        // The finish function may have acted on its own key.
        if (j->loaded && is_wanted(*j))
            land(*j->slot, *j);
        else if (j->loaded)
            discard(*j);
        if (!pumping_ && this_instant() >= until) break;
    }
    finishing_.erase(finishing_.begin(), finishing_.begin() + static_cast<std::ptrdiff_t>(done));
}

} // namespace imload::detail
