#pragma once

// What happens to keys: found, made, asked for, acted on, forgotten. Part of engine.hpp.

#include <imload/detail/engine.hpp>

namespace imload::detail {

template <class Slot, class Searched>
Slot* engine::find(const Searched& key, std::uint64_t hash) const {
    const std::uint32_t id = index_.find(slot_index::mark_of(hash), [&](std::uint32_t candidate) {
        const slot_base& s = memory_.at(candidate);
        return s.type == &Slot::kind && equal_keys(static_cast<const Slot&>(s).key, key);
    });
    return id == slot_index::none ? nullptr : static_cast<Slot*>(&memory_.at(id));
}

/// Also links the slot behind the last one, so that the next frame finds it without a hash.
template <class Slot, class Searched>
Slot& engine::find_or_make(const Searched& key, bool& made) {
    made = false;
    Slot* found = nullptr;
    const auto is = [&](slot_base* s) {
        return s->type == &Slot::kind && equal_keys(static_cast<Slot*>(s)->key, key);
    };
    if (is(last_->next)) {
        found = static_cast<Slot*>(last_->next);
    } else if (is(last_)) {
        return *static_cast<Slot*>(last_); // the same again: the chain stays
    } else {
        const std::uint64_t hash = Slot::hash(key);
        found = find<Slot>(key, hash);
        if (!found) {
            index_.reserve_one();
            const slot_memory::room r = memory_.allocate(Slot::kind);
            // A key whose copy throws must leave no trace.
            const auto thrown = caught([&] { found = ::new (r.memory) Slot(key); });
            if (thrown) {
                ::new (r.memory) slot_base{};
                memory_.free(r.id, Slot::kind);
#if IMLOAD_HAS_EXCEPTIONS
                std::rethrow_exception(thrown);
#endif
            }
            found->type = &Slot::kind;
            found->cold = r.cold;
            found->next = &start_;
            insert(*found, r, hash);
            made = true;
        }
    }
    last_->next = found;
    last_ = found;
    return *found;
}

inline void engine::insert(slot_base& s, slot_memory::room r, std::uint64_t hash) {
    entry& e = *s.cold;
    const std::uint32_t generation = e.generation + 1; // goes on through every use of the slot
    e = entry{};
    e.generation = generation;
    e.id = r.id;
    e.mark = slot_index::mark_of(hash);
    e.born = generation;
    s.asked = frame_ >= 2 ? frame_ - 2 : 0; // not asked for yet
    index_.insert(e.mark, e.id);
    touch(s); // still vacant by the next frame: it goes
    if (!s.type->matches_itself(s)) {
        error why;
        why.kind = error_kind::invalid_key;
        why.message = "these arguments cannot be a key: they do not equal themselves, or the "
                      "function is null";
        flight_of(s).failure = std::make_unique<error>(std::move(why));
        flight_of(s).failed_frame = frame_;
    }
}

/// A key that cannot be found again: it stays vacant, with its error, and goes with the frame.
inline bool engine::is_invalid(const slot_base& s) noexcept {
    const flight* const f = s.cold->going;
    return f && f->failure && f->failure->kind == error_kind::invalid_key;
}

inline void engine::occupy(entry& e) noexcept {
    if (!e.vacant) return;
    e.vacant = false;
    ++size_;
}

inline void engine::erase(slot_base& s) {
    entry& e = *s.cold;
    index_.erase(e.mark, e.id);
    if (!e.vacant) --size_;
    const slot_type& type = *s.type;
    s.type = nullptr; // nobody finds it from here on, not even its value's destructor
    drop_value(s, type);
    if (e.going) {
        deadlines_.remove(s);
        if (e.going->now == phase::settling || e.going->now == phase::retrying) --waiting_;
        flights_.give(std::exchange(e.going, nullptr));
    }
    use(e, nullptr);
    const std::uint32_t id = e.id;
    type.destroy(s);
    slot_base* const free = ::new (static_cast<void*>(&s)) slot_base{};
    free->next = &start_;
    free->cold = &e;
    if (last_ == &s) last_ = &start_;
    memory_.free(id, type);
}

inline flight& engine::flight_of(slot_base& s) {
    if (!s.cold->going) s.cold->going = flights_.take();
    return *s.cold->going;
}

/// Lists a key for the next frame, where what it is doing becomes what it shows.
inline void engine::touch(slot_base& s) {
    if (std::exchange(s.cold->touched, true)) return;
    touched_.push_back(&s);
}

inline void engine::use(entry& e, settings* set) noexcept {
    if (set) ++set->users;
    if (e.set && --e.set->users == 0) settings_.erase(e.set->fingerprint);
    e.set = set;
}

/// Takes over the options of the latest ask.
inline void engine::adopt(slot_base& s, const asked& a) {
    entry& e = *s.cold;
    if (e.set && e.set->fingerprint == a.fingerprint) return;
    const time_span before = e.set ? e.set->values.refresh_every : time_span(never);
    auto& shared = settings_[a.fingerprint];
    if (!shared) {
        shared = std::make_unique<settings>();
        shared->values = a.wanted;
        shared->fingerprint = a.fingerprint;
        const options& o = a.wanted;
        shared->timed = std::min({o.refresh_every, o.stale_after, o.expire_after, o.timeout}) <
                            time_span(never) ||
                        o.settle > time_span{};
    }
    use(e, shared.get());
    const time_span every = a.wanted.refresh_every;
    if (a.wanted.forget_after != never) {
        next_sweep_ = std::min(next_sweep_, after(now(), a.wanted.forget_after));
        longest_forget_ =
            std::max<std::chrono::nanoseconds>(longest_forget_, a.wanted.forget_after);
    }
    if (every != before && every != never) {
        // A new interval counts from the last start.
        flight& f = flight_of(s);
        if (f.started == time_point::min() && e.has_value) f.started = e.landed;
        if (f.started != time_point::min()) {
            f.first_start = f.started;
            f.anchored = true;
            next_refresh(s, now());
        }
    } else if (every == never && e.going) {
        e.going->next_refresh = time_point::max();
    }
    if (e.going || a.wanted.stale_after != never || a.wanted.expire_after != never) schedule(s);
}

template <class How>
void engine::ask(slot_base& s, const asked& a, How how) {
    const std::uint32_t asked_before = std::exchange(s.asked, frame_);
    if (closed_ || is_invalid(s)) return;
    entry& e = *s.cold;
    occupy(e);
    adopt(s, a);
    flight* const f = e.going;
    const phase doing = f ? f->now : phase::idle;
    const bool prefetched = std::exchange(e.prefetched, false);
    if (f && std::exchange(f->parked, false)) {
        next_refresh(s, now());
        schedule(s);
    }
    if (doing == phase::queued) {
        if (a.has_state && std::exchange(f->unasked_start, false)) {
            // A timer started it in this frame with the callable it had; this is the one to use.
            ref<job> fresh;
            const auto thrown = caught([&] {
                f->how = how();
                fresh = make_job(s);
            });
            if (!thrown && hub_->replace(*f->run, *fresh, a.wanted.priority)) {
                fresh->number = f->run->number;
                f->run = std::move(fresh);
            }
        } else if (asked_before != frame_ || prefetched) {
            hub_->ask_again(*f->run, a.wanted.priority);
        }
    } else if (doing == phase::settling) {
        if (frame_ - asked_before > 1) { // not asked for in each frame: the wait begins anew
            f->started = now();
            schedule(s);
        }
    } else if (doing == phase::idle && wants_run(s)) {
        start(s, a, how);
    }
    set_fast(s);
    flush_stops();
}

/// Whether asking for an idle key is to start a run.
inline bool engine::wants_run(const slot_base& s) {
    const entry& e = *s.cold;
    const flight* const f = e.going;
    if (e.cancelled || (f && (f->forgotten || f->put || f->pretends_next))) return false;
    if (!e.has_value) return !f || !f->failure;
    return now() >= stale_from(s);
}

template <class How>
void engine::start(slot_base& s, const asked& a, How& how) {
    entry& e = *s.cold;
    const bool first = !e.has_value;
    flight& f = flight_of(s);
    const std::exception_ptr thrown = keep_starter(s, a, how);
    f.attempt = 0;
#if !defined(NDEBUG)
    if (e.version == 0) watch_new_keys(s);
#endif
    if (!thrown && first && a.wanted.settle > time_span{}) {
        f.started = now();
        move(s, phase::settling);
        schedule(s);
    } else {
        launch(s, first ? run_cause::first_ask : run_cause::stale, thrown);
        if (first && a.wanted.grace > time_span{}) hold_up(s, a.wanted.grace);
    }
    // A first start shows at once: before it there was nothing to contradict.
    if (first && e.shown == phase::idle) e.shown = f.now;
}

template <class How>
void engine::prefetch(slot_base& s, const asked& a, How how) {
    entry& e = *s.cold;
    if (closed_ || is_invalid(s)) return;
    occupy(e);
    if (!e.set) adopt(s, a); // where there are options, they are an ask's
    const bool under_way = e.going && (e.going->now != phase::idle || e.going->failure ||
                                       e.going->put || e.going->forgotten);
    if (under_way || e.cancelled || (e.has_value && !is_stale(s))) return;
    flight& f = flight_of(s);
    const std::exception_ptr thrown = keep_starter(s, a, how);
    f.attempt = 0;
    e.prefetched = true;
    launch(s, run_cause::prefetch, thrown);
    if (!e.has_value) e.shown = f.now;
    set_fast(s);
}

template <class How>
void engine::look(slot_base& s, const asked& a, How how) {
    if (closed_ || s.cold->set || is_invalid(s)) return;
    // What is done to the result may start it: it must know how.
    adopt(s, a);
    static_cast<void>(keep_starter(s, a, how));
}

/// Keeps what the key does not hold and a run needs. Returns what copying that threw.
template <class How>
std::exception_ptr engine::keep_starter(slot_base& s, const asked& a, How& how) {
    if (!a.has_state) return nullptr;
    flight& f = flight_of(s);
    f.how.reset();
    return caught([&] { f.how = how(); });
}

/// A poll may take the short way exactly while a value is there and asking has nothing to do.
inline void engine::set_fast(slot_base& s) noexcept {
    const entry& e = *s.cold;
    const flight* const f = e.going;
    const bool asking_matters =
        e.prefetched || e.vacant ||
        (f && (f->now == phase::queued || f->now == phase::settling || f->parked || f->stale));
    s.fast = e.has_value && e.set && !asking_matters ? e.set->fingerprint : 0;
}

template <class Act>
void engine::for_each_slot(Act act) {
    std::uint32_t from = 0;
    memory_.visit(from, [&](slot_base& s, std::uint32_t) {
        if (s.type && !s.cold->vacant) act(s);
        return true;
    });
}

template <class Act>
bool engine::for_some_slots(std::uint32_t& from, std::size_t most, Act act) {
    return memory_.visit(from, [&](slot_base& s, std::uint32_t) {
        if (s.type && !s.cold->vacant) act(s);
        return --most > 0;
    });
}

} // namespace imload::detail
