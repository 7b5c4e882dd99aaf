#pragma once

// The frame, where everything becomes visible. Part of engine_impl.hpp.

#include <imload/detail/engine/engine_impl.hpp>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace imload::detail {

template <class Late>
inline engine_impl<Late>::engine_impl(session_options o) : setup_(std::move(o)) {
    outside_loads().owner = owner_ = &this_thread;
    hub_ = make_counted<hub<Late>>(setup_.clock);
    random_ = std::hash<const void*>{}(this);
    // The hub alone keeps it, and lets go of it when told. Moving is not enough: libc++ copies a
    // function that fits into std::function itself, and leaves it there.
    if (setup_.wake) hub_->set_wake(renew(setup_.wake, {}));
}

template <class Late>
inline engine_impl<Late>::~engine_impl() {
    shutdown(setup_.abandon_after, true);
}

/// For a call that begins frames or ends the session: none of them may be made within another.
template <class Late>
inline void engine_impl<Late>::require_outside(const char* call) const {
    if (!in_frame_ && !this_thread.in_wake) [[likely]]
        return;
    const std::string name = std::string("imload: session::") + call + "() was called ";
    if (this_thread.in_wake)
        fail<std::logic_error>(name +
                               "from the wake hook: let it wake the loop, which then does that");
    fail<std::logic_error>(name +
                           "within begin_frame(), wait_idle() or shutdown(), or while an argument "
                           "was copied: does a finish function, a posted function or a destructor "
                           "draw, wait for loads or end the session?");
}

/// The one place where results become visible, but for a run that ended within its grace.
template <class Late>
inline void engine_impl<Late>::begin_frame() {
    require_outside("begin_frame");
    if (frame_ < quiet_until_ && !hub_->may_have_mail()) [[likely]] {
        assert(is_quiet());
        trail_.begin_frame(frame_ + 1);
        report_ = {};
        report_.frame = ++frame_;
        now_.reset();
        return;
    }
    if (closed_) return;
    stir();
    begin_busy_frame();
    if (is_quiet()) quiet_until_ = frame_ + quiet_frames();
}

/// Nothing is to be shown, nothing is under way or due, and nothing was in the last two frames.
template <class Late>
inline bool engine_impl<Late>::is_quiet() const noexcept {
    return active_.empty() && touched_.empty() && vacant_.empty() && deadlines_.empty() &&
           ages_.empty() && finishing_.empty() && graves_.empty() && frame_ - landed_frame_ > 2 &&
           frame_wanted_ == time_point::max();
}

template <class Late>
inline void engine_impl<Late>::begin_busy_frame() {
    const flag_scope inside(in_frame_);
    trail_.begin_frame(frame_ + 1);
    const graveyard buried = graves_.take(); // in the frame before: nobody draws them now
    const auto thrown = caught([&] {
        receive();
        run_posts();
    });
    ++frame_;
    now_.reset();
    begin_report();
    grace_used_ = {};
    apply_touched();
    sweep_vacant();
    show_mail();
    run_timers();
    run_finishes();
    stop_unasked();
    forget_unasked();
    evict_excess();
    if (active_.empty()) late_progress_ = time_point::max();
    if (active_.empty() && touched_.empty()) give_room_back();
    end_begin(thrown);
}

/// What a frame with very many keys under way needed is not kept for ever.
template <class Late>
inline void engine_impl<Late>::give_room_back() {
    constexpr std::size_t many = 16384;
    const auto give_back = [](auto& list) {
        if (list.empty() && list.capacity() > many) std::decay_t<decltype(list)>().swap(list);
    };
    active_.give_room_back(many);
    give_back(touched_);
    give_back(vacant_);
    give_back(put_off_);
    give_back(unasked_);
    give_back(stopping_);
    give_back(finishing_);
    give_back(mail_.begun);
    give_back(mail_.partial);
    deadlines_.give_room_back(many);
    ages_.give_room_back(many);
}

/// How many frames may pass without a look at the clock, if the loop does not sleep in between:
/// about a second's, less when keys are to be forgotten soon.
template <class Late>
inline std::uint32_t engine_impl<Late>::quiet_frames() {
    if (setup_.clock || sweeping_ || is_over_limit()) return 0;
    if (next_sweep_ == time_point::max()) return 64;
    const auto left = next_sweep_ - now();
    if (left < std::chrono::milliseconds(200)) return 0;
    return left < std::chrono::seconds(4) ? 8 : 64;
}

/// What a frame, and a pump of wait_idle, ends with.
template <class Late>
inline void engine_impl<Late>::end_begin(const std::exception_ptr& thrown) {
    apply_touched();
    flush_stops();
    run_without_threads();
    rethrow_if(thrown);
}

/// Notes why the frame that begins was drawn; what falls due in it is added as it is found.
template <class Late>
inline void engine_impl<Late>::begin_report() {
    report_ = {};
    report_.frame = frame_;
    report_.landed = static_cast<std::uint32_t>(mail_.landings);
    report_.partial = static_cast<std::uint32_t>(mail_.partial.size());
    report_.posted = static_cast<std::uint32_t>(posts_run_);
    report_.progress = mail_.progress;
    report_.after_landing = landed_frame_ > 0 && frame_ - landed_frame_ <= 2;
    const time_point wanted = renew(frame_wanted_, time_point::max());
    report_.requested = wanted != time_point::max() && now() >= wanted;
    if (late_progress_ != time_point::max() && now() >= late_progress_)
        late_progress_ = time_point::max();
    note_progress();
}

/// What a load tells too soon after it has told something is looked for when that time is over.
template <class Late>
inline void engine_impl<Late>::note_progress() {
    if (mail_.progress) late_progress_ = after(now(), run_control::told_every);
}

template <class Late>
inline void engine_impl<Late>::receive() {
    hub_->collect(mail_, !pumping_);
}

/// What workers left is shown: in the order in which it happened to each key. What there is no
/// memory for stays for the next frame.
template <class Late>
inline void engine_impl<Late>::show_mail() {
    for (const ref<job>& j : mail_.begun) {
        make_room();
        record_begun(*j);
        begin(*j);
    }
    for (const ref<job>& j : mail_.partial) {
        make_room();
        record_begun(*j);
        begin(*j);
        deliver_partial(*j);
    }
    while (mail_.landed.first()) {
        make_room();
        const ref<job> j = mail_.next_landed();
        deliver(*j);
    }
    mail_.clear();
}

/// Where there are none, each frame runs one load.
template <class Late>
inline void engine_impl<Late>::run_without_threads() {
#if !IMLOAD_HAS_THREADS
    if (!setup_.executor) hub_->run_one(nullptr);
#endif
}

/// Runs what was posted, in the frame that ends; what is posted meanwhile waits for the next. The
/// functions after one that throws wait too.
template <class Late>
inline void engine_impl<Late>::run_posts() {
    posts_run_ = 0;
    if (mail_.posts.empty()) return;
    auto posts = std::move(mail_.posts);
    mail_.posts.clear();
    std::size_t done = 0;
    const auto thrown = caught([&] {
        while (done < posts.size()) posts[done++]->call();
    });
    posts_run_ = done;
    posts.erase(posts.begin(), posts.begin() + static_cast<std::ptrdiff_t>(done));
    hub_->post_again(std::move(posts));
    rethrow_if(thrown);
}

/// A worker took the job, which no frame has shown yet.
template <class Late>
inline void engine_impl<Late>::begin(job& j) {
    slot_base& s = *j.slot;
    if (!is_wanted(j)) return;
    flight& f = *s.cold().going;
    if (f.now != phase::queued) return;
    move(s, phase::running);
    schedule(s);
    set_fast(s);
}

/// What keys do becomes what they show: values that were put, keys that were forgotten.
template <class Late>
inline void engine_impl<Late>::apply_touched() {
    for (std::size_t i = 0; i < touched_.size(); ++i) {
        slot_base& s = *touched_[i];
        entry& e = s.cold();
        e.touched = false;
        if (!s.in_use()) continue;
        if (e.going && renew(e.going->forgotten, false)) {
            drop_value(s);
            e.cancelled = false;
            e.going->failure.reset();
            if (e.going->now == phase::idle && !e.going->put) {
                erase(s);
                continue;
            }
        }
        if (e.going && e.going->put) {
            const ref<job> value = renew(e.going->put, {});
            set_value(s, *value, value->ended);
        }
        if (e.going && renew(e.going->pretends_next, false)) pretend(s);
        e.shown = e.going ? e.going->now : phase::idle;
        e.shown_cancelled = e.cancelled;
        release_if_quiet(s);
        set_fast(s);
    }
    touched_.clear();
}

/// A key that waits for nothing needs no flight.
template <class Late>
inline void engine_impl<Late>::release_if_quiet(slot_base& s) {
    entry& e = s.cold();
    const flight* const f = e.going;
    if (!f || f->now != phase::idle || f->failure || f->how || f->put || f->parked || f->stale ||
        f->owed || f->anchored || is_listed(*f) || f->pretends != simulation{})
        return;
    flights_.give(renew(e.going, nullptr));
}

template <class Late>
inline void engine_impl<Late>::run_timers() {
    if (!deadlines_.empty()) run_due(deadlines_, now());
    if (!ages_.empty() && !pumping_) run_due(ages_, now());
}

template <class Late>
template <class Queue>
inline void engine_impl<Late>::run_due(Queue& queue, time_point t) {
    while (queue.nearest_due() <= t) {
        slot_base& s = queue.nearest();
        on_due(s);
        // A refresh stays due in a pump, and is seen to in the next frame.
        if (s.cold().going && queue.due_of(s) <= t) {
            put_off_.push_back(&s);
            queue.remove(s);
        }
    }
    for (slot_base* s : put_off_)
        if (s->in_use()) schedule(*s);
    put_off_.clear();
}

/// Drops queued runs that nobody asked for in two frames, and stops running ones that can hear.
template <class Late>
inline void engine_impl<Late>::stop_unasked() {
    if (active_.empty()) return;
    hub_->begin_frame(unasked_);
    for (const ref<job>& j : unasked_) {
        drop(*j);
        slot_base& s = *j->slot;
        if (!s.in_use() || s.cold().generation != j->generation || !s.cold().going) continue;
        ++s.cold().generation;
        s.cold().going->run = {};
        s.cold().going->owed = true;
        move(s, phase::idle);
        next_refresh(s, now());
        schedule(s);
        set_fast(s);
    }
    unasked_.clear();
    for (std::size_t i = active_.running(); i-- > 0;) {
        slot_base& s = active_[i];
        const flight& f = *s.cold().going;
        const bool unasked = frame_ - s.asked >= ready_queue<Late>::frames_kept;
        if (unasked && !s.cold().prefetched && f.run && f.run->control()) {
            end_run(s);
            s.cold().going->owed = true;
            set_fast(s);
        }
    }
}

} // namespace imload::detail
