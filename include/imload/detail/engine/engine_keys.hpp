#pragma once

// What happens to keys: found, made, asked for, started. Part of engine_impl.hpp.

#include <imload/detail/engine/engine_impl.hpp>

#include <cassert>

namespace imload::detail {

/// The key's slot, which is made if there is none.
template <class Late>
inline slot_base& engine_impl<Late>::find_or_make(const sought& key) {
    if (slot_base* const s = trail_.recall(key)) return *s;
    if (slot_base* const s = renew(likely_, nullptr); s && keys_of<Late>::is(key, *s)) {
        trail_.jump(*s);
        return *s;
    }
    const std::uint32_t mark = slot_index<Late>::mark_of(keys_of<Late>::hash(key));
    if (slot_base* const s = memory_.find(key, mark)) {
        trail_.jump(*s);
        return *s;
    }
    const auto made = memory_.make(key, mark);
    begin_life(made.slot, made.cold, made.is_key);
    trail_.append(made.slot, made.cold);
    return made.slot;
}

template <class Late>
inline void engine_impl<Late>::begin_life(slot_base& s, entry& e, bool is_key) {
    ++e.generation;
    ++e.life;
    ++came_;
    s.asked = long_ago();
    if (!is_key) {
        flight_of(e).failure =
            failure(error_of(error_kind::invalid_key,
                             "these arguments cannot be a key: they do not equal themselves, or "
                             "the function is null"));
        flight_of(e).failed_frame = frame_;
    }
}

/// What was not the next on the trail with nothing to do.
template <class Late>
inline auto engine_impl<Late>::ask(sought key, const asked& a) -> answer {
    if (closed_) return {};
    key.pool = &memory_.pool_of(key);
    slot_base& s = find_or_make(key);
    if (a.how == manner::ask) {
        ++polls_;
        if (s.fast() == a.fingerprint) {
            s.asked = frame_;
            return {value_in(s), &s};
        }
    }
    entry& e = s.cold();
    if (e.vacant && (a.how == manner::look || is_invalid(e))) keep_vacant(s, e);
    if (!closed_ && !is_invalid(e)) { // a key's == may have closed it
        switch (a.how) {
        case manner::ask:
            poll(s, e, a);
            break;
        case manner::look:
            look(s, e, a);
            break;
        case manner::prefetch:
            prefetch(s, e, a);
            break;
        }
    } else if (a.how == manner::ask) {
        s.asked = frame_;
        e.unasked = false;
    }
    if (a.how == manner::ask && !e.has_value) ++misses_;
    return {e.has_value ? value_in(s) : nullptr, &s};
}

/// A key that cannot be found again: it stays vacant, with its error, and goes with the frame.
template <class Late>
inline bool engine_impl<Late>::is_invalid(const entry& e) noexcept {
    const flight* const f = e.going;
    return f && f->failure && f->failure->kind == error_kind::invalid_key;
}

template <class Late>
inline void engine_impl<Late>::occupy(slot_base& s, entry& e) noexcept {
    if (!e.vacant) return;
    e.vacant = e.touched = false;
    s.asked = long_ago();
    ++size_;
}

/// Another peek in the next frame finds the same key.
template <class Late>
inline void engine_impl<Late>::keep_vacant(slot_base& s, entry& e) {
    stir();
    e.peeked = true;
    if (e.touched) return;
    vacant_.push_back(&s);
    e.touched = true;
}

/// Nothing has become of these, and nobody looks any more: no frame is drawn for that.
template <class Late>
inline void engine_impl<Late>::sweep_vacant() {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < vacant_.size(); ++i) { // a key's destructor may peek, and ask
        slot_base& s = *vacant_[i];
        entry& e = s.cold();
        if (!s.in_use() || !e.vacant || !e.touched) continue; // its place was used again
        e.touched = false;
        if (e.peeked && !is_invalid(e)) {
            e.peeked = false;
            vacant_[kept++] = &s;
        } else {
            erase(s);
        }
    }
    vacant_.resize(kept);
    for (slot_base* s : vacant_)
        if (entry& e = s->cold(); e.vacant) e.touched = true;
}

template <class Late>
inline void engine_impl<Late>::erase(slot_base& s) {
    entry& e = s.cold();
    assert(!e.going || e.going->now == phase::idle);
    if (!e.vacant) --size_;
    memory_.hide(s); // from here on, not even its value's destructor finds it
    trail_.erase();
    drop_value(s);
    if (e.going) {
        deadlines_.remove(s);
        ages_.remove(s);
        flights_.give(renew(e.going, nullptr));
    }
    use(e, 0);
    memory_.free(s);
}

template <class Late>
inline flight& engine_impl<Late>::flight_of(entry& e) {
    if (!e.going) e.going = flights_.take();
    return *e.going;
}

/// Lists a key for the next frame, where what it is doing becomes what it shows.
template <class Late>
inline void engine_impl<Late>::touch(slot_base& s, entry& e) {
    if (e.touched) return;
    stir();
    touched_.push_back(&s);
    e.touched = true;
}

template <class Late>
inline void engine_impl<Late>::use(entry& e, std::uint32_t set) noexcept {
    if (e.set) settings_.remove_user(e.set);
    e.set = set;
}

/// Takes over the options of the latest ask.
template <class Late>
inline void engine_impl<Late>::adopt(slot_base& s, entry& e, const asked& a) {
    if (e.set && settings_[e.set].fingerprint == a.fingerprint) return;
    const time_span before = e.set ? settings_[e.set].values.refresh_every : time_span(never);
    use(e, settings_.add_user(a.wanted, a.fingerprint));
    if (a.wanted.timeout != never && e.going && e.going->now == phase::queued)
        hub_->tell_when_begun(*e.going->run);
    const time_span every = a.wanted.refresh_every;
    if (a.wanted.forget_after != never) {
        stir();
        next_sweep_ = std::min(next_sweep_, after(now(), a.wanted.forget_after));
        longest_forget_ =
            std::max<std::chrono::nanoseconds>(longest_forget_, a.wanted.forget_after);
    }
    if (every != before && every != never) {
        // A new interval counts from the last start.
        anchor(e, flight_of(e));
        next_refresh(s, now());
    } else if (every == never && e.going) {
        e.going->next_refresh = time_point::max();
    }
    if (e.going || a.wanted.stale_after != never || a.wanted.expire_after != never) schedule(s, e);
}

template <class Late>
inline void engine_impl<Late>::poll(slot_base& s, entry& e, const asked& a) {
    occupy(s, e);
    const std::uint32_t asked_before = renew(s.asked, frame_);
    const int priority_before = e.set ? settings_[e.set].values.priority : 0;
    e.unasked = false;
    adopt(s, e, a);
    if (e.going)
        ask_again(s, e, a, asked_before,
                  asked_before != frame_ || priority_before != a.wanted.priority);
    e.prefetched = false;
    if ((!e.going || e.going->now == phase::idle) && wants_run(s, e)) start(s, e, a);
    set_fast(s, e);
    flush_stops();
}

/// What an ask has to do with what the key is doing. `changes_place`: in the queue, if it is there.
template <class Late>
inline void engine_impl<Late>::ask_again(slot_base& s, entry& e, const asked& a,
                                         std::uint32_t asked_before, bool changes_place) {
    flight& f = *e.going;
    if (renew(f.parked, false)) {
        next_refresh(s, now());
        schedule(s, e);
    }
    if (f.now == phase::queued) {
        if (a.starter.make && renew(f.unasked_start, false)) {
            // No ask started it, but the callable of an earlier one; this is the one to use.
            const flag_scope inside(in_frame_); // while jobs go, too
            const ref<job> queued = f.run;      // unless that code, a user's, ends it
            ref<job> fresh;
            const auto thrown = caught([&] {
                f.how = a.starter();
                fresh = make_job(s, e);
            });
            if (!thrown && is_wanted(*queued) &&
                hub_->replace(*queued, *fresh, a.wanted.priority)) {
                fresh->number = queued->number;
                f.run = std::move(fresh);
            }
        } else if (changes_place || e.prefetched) {
            hub_->ask_again(*f.run, a.wanted.priority);
        }
        return;
    }
    const bool starts_later =
        f.now == phase::settling || (f.now == phase::idle && f.failure && !e.has_value);
    if (starts_later && asked_before != frame_) static_cast<void>(keep_starter(e, a));
    if (f.now == phase::settling && frame_ - asked_before > 1) {
        f.started = now(); // not asked for in each frame: the wait begins anew
        schedule(s, e);
    }
}

/// Whether asking for an idle key is to start a run.
template <class Late>
inline bool engine_impl<Late>::wants_run(const slot_base& s, const entry& e) {
    const flight* const f = e.going;
    if (e.cancelled || (f && (f->forgotten || f->put || f->pretends_next))) return false;
    if (f && f->owed) return true;
    if (!e.has_value) return !f || !f->failure;
    return now() >= stale_from(s);
}

template <class Late>
inline void engine_impl<Late>::start(slot_base& s, entry& e, const asked& a) {
    const bool first = !e.has_value;
    flight& f = flight_of(e);
    std::exception_ptr thrown = keep_starter(e, a);
    f.attempt = 0;
#if !defined(NDEBUG)
    if (e.version == 0) watch_new_keys(s);
#endif
    if (!thrown && first && a.wanted.settle > time_span{}) {
        f.started = now();
        move(s, e, phase::settling);
        schedule(s, e);
    } else {
        const run_cause again = renew(f.owed, false) ? f.cause : run_cause::stale;
        launch(s, e, first ? run_cause::first_ask : again, std::move(thrown));
        if (first && a.wanted.grace > time_span{}) hold_up(s, a.wanted.grace);
    }
    show_start(e);
}

/// A first start shows at once: before it there was nothing to contradict.
template <class Late>
inline void engine_impl<Late>::show_start(entry& e) noexcept {
    if (!e.has_value && e.going && !e.going->failure && e.shown == phase::idle)
        e.shown = e.going->now;
}

template <class Late>
inline void engine_impl<Late>::prefetch(slot_base& s, entry& e, const asked& a) {
    occupy(s, e);
    if (!e.set) adopt(s, e, a); // where there are options, they are an ask's
    const bool forgotten = e.going && e.going->forgotten;
    const bool under_way =
        e.going && (e.going->now != phase::idle || (e.going->failure && !forgotten) ||
                    e.going->put || e.going->pretends_next);
    if (under_way || e.cancelled || (e.has_value && !forgotten && !is_stale(s))) return;
    flight& f = flight_of(e);
    std::exception_ptr thrown = keep_starter(e, a);
    f.attempt = 0;
    e.prefetched = true;
    launch(s, e, run_cause::prefetch, std::move(thrown));
    show_start(e);
    set_fast(s, e);
}

template <class Late>
inline void engine_impl<Late>::look(slot_base& s, entry& e, const asked& a) {
    if (e.set) return;
    // What is done to the result may start it: it must know how.
    adopt(s, e, a);
    static_cast<void>(keep_starter(e, a));
}

/// Keeps what the key does not hold and a run needs. Returns what copying that threw.
template <class Late>
inline std::exception_ptr engine_impl<Late>::keep_starter(entry& e, const asked& a) {
    if (!a.starter.make) return nullptr;
    flight& f = flight_of(e);
    const flag_scope inside(in_frame_); // as in launch()
    f.how.reset();
    return caught([&] { f.how = a.starter(); });
}

/// A poll may take the short way exactly while a value is there and asking has nothing to do.
template <class Late>
inline std::uint32_t engine_impl<Late>::fast_of(const entry& e) const noexcept {
    const flight* const f = e.going;
    const bool asking_matters = e.prefetched || e.unasked ||
                                (f && (f->now == phase::queued || f->now == phase::settling ||
                                       f->parked || f->stale || f->owed));
    return asking_matters ? 0 : settings_[e.set].fingerprint;
}

} // namespace imload::detail
