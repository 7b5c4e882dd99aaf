#pragma once

#include <imload/clock.hpp>
#include <imload/config.hpp>
#include <imload/detail/box.hpp>
#include <imload/detail/counted.hpp>
#include <imload/detail/engine/current.hpp>
#include <imload/detail/engine/loader_badge.hpp>
#include <imload/detail/jobs/job.hpp>
#include <imload/detail/jobs/posted.hpp>
#include <imload/detail/jobs/run_control.hpp>
#include <imload/detail/late.hpp>
#include <imload/detail/mix.hpp>
#include <imload/detail/slots/slab.hpp>
#include <imload/detail/slots/slot.hpp>
#include <imload/detail/slots/slot_index.hpp>
#include <imload/detail/slots/starter.hpp>
#include <imload/detail/slots/trail.hpp>
#include <imload/detail/thread_state.hpp>
#include <imload/frame_report.hpp>
#include <imload/options.hpp>
#include <imload/run_log.hpp>
#include <imload/simulation.hpp>
#include <imload/statistics.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace imload::detail {

/// The map of all keys and everything that moves them, as a session, its loaders and its results
/// see it; owned by the UI thread and used by it alone. A poll of a loaded key does not leave it;
/// what more there is to do is behind it, in engine_impl.hpp.
class engine : public counted {
public:
    /// Nothing but nulls where nothing more is asked for: the session is closed.
    struct answer {
        const void* value = nullptr; ///< of the slot's type; null: there is none
        slot_base* slot = nullptr;
    };

    // Polling: the loaded path reads nothing but this, the slot and its key

    /// The slot that is next on the trail, if it is the one sought and an ask has nothing to do.
    template <class Call, class Searched>
    [[nodiscard]] slot_base* next_if(const Searched& key, std::uint64_t badge,
                                     const loader_badge& b) {
        slot_base* const s = trail_.guess();
        if (!Call::has_one_pool || s->badge != badge) [[unlikely]] {
            if (!fits_new<Call>(*s, key.loader, badge)) return nullptr;
            if constexpr (Call::has_one_pool) b.keep(s->badge);
        }
        if (!Call::equals(*s, key)) [[unlikely]]
            return nullptr;
        if constexpr (!Call::compares_alone)
            if (trail_.guess() != s) [[unlikely]]
                return nullptr;
        trail_.step();
        s->asked = frame_;
        return s;
    }

    /// One that is not next on the trail.
    void count_search() noexcept { trail_.count_search(); }
    /// As next_if() for one that is not next, with a search; met() is to follow for what it finds.
    template <class Call, class Searched>
    [[nodiscard]] IMLOAD_ALWAYS_INLINE slot_base* search_if(const Searched& key,
                                                            std::uint64_t badge) {
        count_search();
        if (!trail_.wanders() && !trail_.guess()->in_use())
            return nullptr; // at the end, it is likely new
        const std::uint32_t* const number =
            memory_.likely(slot_index<late>::mark_of(Call::hash(key)));
        if (!number) return nullptr;
        slot_base& s = memory_.at(*number);
        if (!Call::has_one_pool || s.badge != badge) [[unlikely]]
            if (!fits_new<Call>(s, key.loader, badge)) {
                likely_ = &s;
                return nullptr;
            }
        return Call::equals(s, key) ? &s : nullptr;
    }
    [[nodiscard]] bool wanders() const noexcept { return trail_.wanders(); }
    /// An ask for a key with a value that has nothing to do.
    [[nodiscard]] answer answer_with(slot_base& s, const void* value) noexcept {
        s.asked = frame_;
        ++polls_;
        return {value, &s};
    }
    /// The same, and the trail hears of it: first, for the stamp tells it whether this frame had
    /// the key.
    [[nodiscard]] virtual answer meet_off_trail(slot_base* s, const void* value) = 0;

    /// For a call that names it: ends with wrong_thread() where that may not be made, and begins
    /// the frame of an ambient one, if that is due.
    engine& here(const char* call, frame_step step = frame_step::due) {
        if (this_thread.owner != owner_) [[unlikely]]
            reach(*this, call, step);
        return *this;
    }
    /// An ambient one is owned nowhere: its calls go through reach().
    void set_ambient(bool ambient) noexcept {
        owner_ = &this_thread;
        if (ambient) owner_ = &nowhere;
    }
    [[nodiscard]] bool is_ambient() const noexcept { return owner_ == &nowhere; }

    // Asking off that path

    /// Makes what the key does not hold, where there is such; called within the call it is given
    /// to.
    struct starter_maker {
        starter (*make)(const void* context) = nullptr;
        const void* context = nullptr;

        [[nodiscard]] starter operator()() const { return make(context); }
    };
    /// Whether a key is asked for, or only looked at, or to be loaded for later.
    enum class manner : std::uint8_t { ask, look, prefetch };
    struct asked {
        manner how;
        std::uint32_t fingerprint;
        const options& wanted;
        starter_maker starter;
    };
    [[nodiscard]] virtual answer ask(sought key, const asked& a) = 0;

    // Acting on a key: worker side at once, what shows in the next frame

    virtual void refresh(slot_base& s) = 0;
    virtual void cancel(slot_base& s) = 0;
    virtual void forget(slot_base& s) = 0;
    virtual void put(slot_base& s, ref<job> value) = 0;
    virtual void simulate(slot_base& s, const simulation& how) = 0;
    /// One of these, on every key.
    virtual void on_all(void (engine::*action)(slot_base&)) = 0;
    template <class Act>
    void for_each_slot(Act act);
    /// Visits as for_each_slot, at most `most` places from `from`; true: that was all.
    template <class Act>
    bool for_some_slots(std::uint32_t& from, std::size_t most, Act act);

    // The frame

    virtual void begin_frame() = 0;
    [[nodiscard]] virtual std::chrono::nanoseconds wait_time(time_span cap) = 0;
    [[nodiscard]] virtual next_wake next() = 0;
    virtual void request_frame(time_span within) = 0;
    /// Whether the app is in use: while it is not, nothing is refreshed by its timer.
    virtual void set_active(bool active) = 0;
    virtual void set_wake(std::function<void()> wake) = 0;
    virtual void post(box<posted> p) = 0; ///< from any thread

    // The end

    virtual bool wait_idle(time_span limit) = 0;
    /// Tells every load to stop and waits a while; nothing is destroyed.
    virtual bool stop(time_span deadline) = 0;
    /// `let_go`: threads still running after the deadline are left to themselves.
    virtual bool shutdown(time_span deadline, bool let_go = false) = 0;

    // Looking

    [[nodiscard]] virtual time_point now() = 0;
    [[nodiscard]] std::uint32_t frame() const noexcept { return frame_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::uint64_t serial() const noexcept { return serial_; }
    [[nodiscard]] const frame_report& report() const noexcept { return report_; }
    [[nodiscard]] virtual statistics count() const = 0;
    virtual void record_runs(std::size_t most) = 0;
    [[nodiscard]] virtual const run_log& log() const noexcept = 0;
    /// A number for the key that no other one of the session ever has; never 0.
    [[nodiscard]] static std::uint64_t id_of(const slot_base& s) noexcept {
        return std::uint64_t{slab::of(s).epoch} << 48 | std::uint64_t{s.cold().life} << 32 |
               s.number();
    }
    [[nodiscard]] virtual slot_base* find_id(std::uint64_t id) noexcept = 0;
    [[nodiscard]] virtual const slot_base* newest_named(std::string_view name,
                                                        const void* value_tag) = 0;
    [[nodiscard]] virtual bool is_stale(const slot_base& s) = 0;
    [[nodiscard]] virtual std::chrono::nanoseconds refresh_in(const slot_base& s) = 0;
    [[nodiscard]] virtual const run_control::progress_state& progress(slot_base& s) = 0;

protected:
    engine() = default;

    /// For a loader whose badge does not tell: it has met none of its slots yet, as one that is
    /// made anew in each frame, or they are of several pools.
    template <class Call>
    [[nodiscard]] static bool fits_new(const slot_base& s, const typename Call::loader::identity& l,
                                       std::uint64_t badge) {
        return s.fast() == static_cast<std::uint32_t>(badge) && Call::is_of(s.pool(), l);
    }

    // Read by every poll, so first and together.
    trail<late> trail_;
    std::uint32_t frame_ = 0;
    std::uint32_t quiet_until_ = 0; ///< a frame before that one has nothing to do without mail
    const void* owner_ = nullptr;

    std::uint64_t polls_ = 0;     ///< but for the steps on the trail
    slot_base* likely_ = nullptr; ///< of a search in vain: asking for it is to do something
    slot_memory<late> memory_;
    std::size_t size_ = 0;
    frame_report report_;
    static constexpr char nowhere = 0;                 ///< never this_thread.owner
    static inline std::atomic<std::uint64_t> made_{0}; ///< in the module
    /// No other engine of the process has it.
    const std::uint64_t serial_ = start_of_count(&made_) + ++made_;
    bool closed_ = false;
};

template <class Act>
void engine::for_each_slot(Act act) {
    std::uint32_t from = 0;
    const std::size_t end = memory_.end(); // else one that makes a key for each would never return
    memory_.visit(from, [&](slot_base& s) {
        if (s.number() >= end) return false;
        if (s.in_use() && !s.cold().vacant) act(s);
        return true;
    });
}

template <class Act>
bool engine::for_some_slots(std::uint32_t& from, std::size_t most, Act act) {
    return memory_.visit(from, [&](slot_base& s) {
        if (s.in_use() && !s.cold().vacant) act(s);
        return --most > 0;
    });
}

} // namespace imload::detail
