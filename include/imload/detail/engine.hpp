#pragma once

#include <imload/clock.hpp>
#include <imload/config.hpp>
#include <imload/detail/crew.hpp>
#include <imload/detail/deadline_queue.hpp>
#include <imload/detail/flag_scope.hpp>
#include <imload/detail/flight_pool.hpp>
#include <imload/detail/frame_times.hpp>
#include <imload/detail/graveyard.hpp>
#include <imload/detail/hub.hpp>
#include <imload/detail/key_watch.hpp>
#include <imload/detail/settings.hpp>
#include <imload/detail/slab.hpp>
#include <imload/detail/slot.hpp>
#include <imload/detail/thread_state.hpp>
#include <imload/detail/trail.hpp>
#include <imload/executor.hpp>
#include <imload/frame_report.hpp>
#include <imload/options.hpp>
#include <imload/run_log.hpp>
#include <imload/session_options.hpp>
#include <imload/simulation.hpp>
#include <imload/statistics.hpp>
#include <imload/status.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace imload::detail {

/// The map of all keys and everything that moves them; owned by the UI thread and used by it alone.
///
/// A key's life, by phase. Only move() assigns it, and what a frame shows of it (entry::shown) is
/// brought up to date in begin_frame alone, but for a key's first start.
///
///     idle ──ask, refresh, due──▶ queued ──worker──▶ running ──lands──▶ idle, with value or error
///      │                          ▲   │ unasked       │ │                     ▲
///      └─ask with settle─▶ settling   └─────▶ idle    │ └─lands─▶ finishing ──┘ in begin_frame
///                                                     └─fails, attempts left─▶ retrying ─▶ queued
///     cancel, forget, set, timeout: any ──▶ idle, and the generation moves on
///
/// Every run carries the generation it was started under; one that comes back with another is
/// dropped, whatever happened in between.
class engine {
public:
    explicit engine(session_options o);
    ~engine();
    engine(const engine&) = delete;
    engine& operator=(const engine&) = delete;

    // Polling: the loaded path reads nothing but this, the slot and its key

    /// The slot that is next on the trail, if it is the one sought and an ask has nothing to do.
    template <class Slot, class Searched>
    [[nodiscard]] Slot* next_if(const Searched& key, std::uint32_t fingerprint) {
        slot_base* const s = trail_.guess();
        if (s->type == &Slot::kind && s->fast == fingerprint) [[likely]] {
            Slot* const typed = static_cast<Slot*>(s);
            if (typed->equals(key)) [[likely]] {
                trail_.step();
                s->asked = frame_;
                return typed;
            }
        }
        return nullptr;
    }

    [[nodiscard]] bool is_lost() const noexcept { return trail_.is_lost(); }
    /// The same where keys are asked for in no order, so that guessing is of no use.
    template <class Slot, class Searched>
    [[nodiscard]] Slot* search_if(const Searched& key, std::uint32_t fingerprint) {
        Slot* const s =
            memory_.template find_likely<Slot>(key, slot_index::mark_of(Slot::hash(key)));
        if (!s || s->fast != fingerprint) return nullptr;
        s->asked = frame_;
        ++polls_;
        trail_.wander();
        return s;
    }

    [[nodiscard]] bool owned_here() const noexcept { return this_thread.owner == owner_; }

    [[nodiscard]] slot_base& find_or_make(const sought& key);

    /// Makes what the key does not hold, where there is such; called within the call it is given
    /// to.
    struct starter_maker {
        std::unique_ptr<starter> (*make)(const void* context) = nullptr;
        const void* context = nullptr;

        [[nodiscard]] std::unique_ptr<starter> operator()() const { return make(context); }
    };
    struct asked {
        std::uint32_t fingerprint;
        const options& wanted;
        starter_maker starter;
    };
    struct answer {
        slot_base& slot;
        bool has_value;
    };
    /// Asks for a key off the fast path.
    [[nodiscard]] answer poll(const sought& key, const asked& a);
    void prefetch(slot_base& s, const asked& a);
    /// Looks at a key without asking for it.
    void look(slot_base& s, const asked& a);

    // Acting on a key: worker side at once, what shows in the next frame

    void refresh(slot_base& s);
    void cancel(slot_base& s);
    void forget(slot_base& s);
    void put(slot_base& s, ref<job> value);
    void simulate(slot_base& s, const simulation& how);
    void set_active(bool active);
    template <class Act>
    void for_each_slot(Act act);
    /// Visits as for_each_slot, at most `most` places from `from`; true: that was all.
    template <class Act>
    bool for_some_slots(std::uint32_t& from, std::size_t most, Act act);

    // The frame

    void begin_frame();
    [[nodiscard]] std::chrono::nanoseconds wait_time(time_span cap);
    [[nodiscard]] next_wake next();
    void request_frame(time_span within);
    bool wait_idle(time_span limit);
    /// Tells every load to stop and waits a while; nothing is destroyed.
    bool stop(time_span deadline);
    /// `let_go`: threads still running after the deadline are left to themselves.
    bool shutdown(time_span deadline, bool let_go = false);

    // Looking

    [[nodiscard]] time_point now();
    [[nodiscard]] time_point this_instant() const;
    [[nodiscard]] std::uint32_t frame() const noexcept { return frame_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] statistics count() const;
    [[nodiscard]] const frame_report& report() const noexcept { return report_; }
    [[nodiscard]] run_log& log() noexcept { return log_; }
    [[nodiscard]] static std::uint64_t id_of(const slot_base& s) noexcept;
    [[nodiscard]] slot_base* find_id(std::uint64_t id) noexcept;
    [[nodiscard]] const slot_base* newest_named(std::string_view name, const void* value_tag);
    [[nodiscard]] bool is_stale(const slot_base& s);
    [[nodiscard]] std::chrono::nanoseconds refresh_in(const slot_base& s);
    const run_control::progress_state& progress(slot_base& s);
    [[nodiscard]] hub& line() noexcept { return *hub_; }
    [[nodiscard]] bool closed() const noexcept { return closed_; }
    [[nodiscard]] std::uint64_t serial() const noexcept { return serial_; }

private:
    // keys
    void begin_life(slot_base& s);
    void ask(slot_base& s, const asked& a);
    void erase(slot_base& s);
    void adopt(slot_base& s, const asked& a);
    void use(entry& e, std::uint32_t set) noexcept;
    flight& flight_of(slot_base& s);
    void touch(slot_base& s);
    void occupy(entry& e) noexcept;
    [[nodiscard]] static bool is_invalid(const slot_base& s) noexcept;

    // runs
    void move(slot_base& s, phase to);
    [[nodiscard]] bool wants_run(const slot_base& s);
    void start(slot_base& s, const asked& a);
    void launch(slot_base& s, run_cause why, std::exception_ptr thrown = nullptr);
    [[nodiscard]] std::exception_ptr keep_starter(slot_base& s, const asked& a);
    [[nodiscard]] ref<job> make_job(slot_base& s);
    void hold_up(slot_base& s, time_span grace);
    void end_run(slot_base& s);
    void fail_run(slot_base& s, error why, time_point when);
    void succeed(slot_base& s, job& j);
    void land(slot_base& s, job& j);
    void deliver(job& j);
    void deliver_partial(job& j);
    void show_partial(slot_base& s, job& j);
    void list_to_finish(job& j);
    void run_finishes();
    [[nodiscard]] bool is_wanted(const job& j) const;
    void discard(job& j);
    void count_time(const job& j);
    void time_out(slot_base& s, time_point when);
    [[nodiscard]] time_point stale_from(const slot_base& s) const;
    void drop(job& j);
    void set_value(slot_base& s, job& j, time_point when, bool partial = false);
    void drop_value(slot_base& s, const slot_type& type);
    void pretend(slot_base& s);
    static void stop_pretending_to_load(flight& f) noexcept;
    [[nodiscard]] static bool is_busy(const slot_base& s) noexcept;
    void record(const slot_base& s);
    void record_begun(const job& j) noexcept;
    void record_outcome(const job& j, run_outcome o) noexcept;

    // time
    void set_fast(slot_base& s) noexcept;
    void schedule(slot_base& s);
    void next_refresh(slot_base& s, time_point not_before);
    void on_due(slot_base& s);
    void run_timers();
    struct wake_at {
        time_point due = time_point::max();
        wake_cause why = wake_cause::nothing;
    };
    [[nodiscard]] wake_at wakes_for(const slot_base& s) const;
    [[nodiscard]] time_point look_due(const slot_base& s) const;
    [[nodiscard]] bool follows_landing() const noexcept;
    [[nodiscard]] bool asked_last_frame(const slot_base& s) const noexcept {
        return frame_ - s.asked <= 1;
    }

    // frames
    [[nodiscard]] bool is_quiet() const noexcept;
    void begin_busy_frame();
    void give_room_back();
    [[nodiscard]] std::uint32_t frames_until_look();
    [[nodiscard]] bool is_over_limit() const noexcept {
        return setup_.max_entries > 0 && size_ > setup_.max_entries;
    }
    void end_begin(const std::exception_ptr& thrown);
    void apply_touched();
    void receive();
    void begin_report();
    void show_mail();
    void begin(job& j);
    void run_without_threads();
    void stop_unasked();
    void forget_unasked();
    void evict_excess();
    void evict(slot_base& s);
    void watch_new_keys(const slot_base& s);
    void run_posts();
    void pump();
    void release_if_quiet(slot_base& s);
    [[nodiscard]] bool idle() const noexcept;
    void flush_stops();
    void clear_all();

    struct named_value {
        const void* tag;
        const slot_base* slot;
    };
    struct text_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view t) const noexcept {
            return std::hash<std::string_view>{}(t);
        }
    };

    // Read by every poll, so first and together.
    trail trail_;
    std::uint32_t frame_ = 0;
    /// Until then a frame in which nothing is going on reads no clock, unless the loop sleeps.
    std::uint32_t next_look_ = 0;
    const void* owner_ = nullptr;

    std::uint64_t polls_ = 0; ///< but for the steps on the trail
    std::uint64_t misses_ = 0;
    slot_memory memory_;
    settings_table settings_;
    flight_pool flights_;
    std::size_t size_ = 0;
    std::unordered_map<std::string, std::vector<named_value>, text_hash, std::equal_to<>> named_;

    std::vector<slot_base*> active_;  ///< queued or running
    std::vector<slot_base*> touched_; ///< to be brought up to date in the next frame
    std::vector<ref<job>> finishing_; ///< loaded, and not yet turned into values
    std::vector<ref<job>> stopping_;  ///< to be told once the state is whole: user code runs there
    deadline_queue deadlines_;
    std::size_t waiting_ = 0; ///< settling or retrying

    session_options setup_;
    ref<hub> hub_;
    executor* executor_ = nullptr; ///< null: the session's own threads, or one load a frame
#if IMLOAD_HAS_THREADS
    ref<crew> crew_; ///< the default executor: threads that serve the hub
#endif

    hub::mail mail_;
    std::vector<ref<job>> unasked_;
    std::vector<slot_base*> put_off_;
    std::optional<time_point> now_; ///< of this frame, once it was needed
    frame_times frame_times_;
    std::chrono::nanoseconds longest_forget_{0};
    time_point next_sweep_ = time_point::max();
    time_point sweep_bound_ = time_point::max();
    std::uint32_t sweep_at_ = 0;
    bool sweeping_ = false;
    std::uint32_t landed_frame_ = 0;
    std::chrono::nanoseconds grace_used_{0}; ///< in this frame
    std::uint64_t random_ = 0;               ///< for the jitter of retries
    statistics counts_;
    run_log log_;
    frame_report report_;
    std::size_t posts_run_ = 0;                   ///< in the frame that begins
    time_point frame_wanted_ = time_point::max(); ///< by request_frame
    std::vector<key_watch> watched_;              ///< in debug builds, one a type
    graveyard graves_;
    std::uint32_t evict_from_ = 0; ///< the frame in which to look again for keys to evict
    static inline std::atomic<std::uint64_t> made_{0};
    const std::uint64_t serial_ = ++made_; ///< no other engine of the process has it
    bool active_app_ = true;
    bool in_frame_ = false;
    bool pumping_ = false;
    bool closed_ = false;
};

} // namespace imload::detail

#include <imload/detail/engine_act.hpp>
#include <imload/detail/engine_end.hpp>
#include <imload/detail/engine_finish.hpp>
#include <imload/detail/engine_forget.hpp>
#include <imload/detail/engine_frame.hpp>
#include <imload/detail/engine_keys.hpp>
#include <imload/detail/engine_report.hpp>
#include <imload/detail/engine_runs.hpp>
#include <imload/detail/engine_time.hpp>
