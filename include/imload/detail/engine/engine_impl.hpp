#pragma once

#include <imload/clock.hpp>
#include <imload/config.hpp>
#include <imload/detail/box.hpp>
#include <imload/detail/calls/load_job.hpp>
#include <imload/detail/engine/active_list.hpp>
#include <imload/detail/engine/deadline_queue.hpp>
#include <imload/detail/engine/engine.hpp>
#include <imload/detail/engine/flag_scope.hpp>
#include <imload/detail/engine/flight_pool.hpp>
#include <imload/detail/engine/frame_times.hpp>
#include <imload/detail/engine/key_watch.hpp>
#include <imload/detail/engine/named_values.hpp>
#include <imload/detail/engine/run_recorder.hpp>
#include <imload/detail/engine/settings.hpp>
#include <imload/detail/jobs/job_memory.hpp>
#include <imload/detail/jobs/posted.hpp>
#include <imload/detail/late.hpp>
#include <imload/detail/renew.hpp>
#include <imload/detail/slots/graveyard.hpp>
#include <imload/detail/slots/keys.hpp>
#include <imload/detail/slots/slab.hpp>
#include <imload/detail/slots/slot.hpp>
#include <imload/detail/slots/slot_value.hpp>
#include <imload/detail/slots/starter.hpp>
#include <imload/detail/slots/trail.hpp>
#include <imload/detail/thread_state.hpp>
#include <imload/detail/workers/crew.hpp>
#include <imload/detail/workers/hub.hpp>
#include <imload/executor.hpp>
#include <imload/frame_report.hpp>
#include <imload/options.hpp>
#include <imload/run_log.hpp>
#include <imload/session_options.hpp>
#include <imload/simulation.hpp>
#include <imload/statistics.hpp>
#include <imload/status.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace imload::detail {

/// What is behind an engine. A key's life, by phase. Only move() assigns it, and what a frame shows
/// of it (entry::shown) is brought up to date in begin_frame alone, but for a key's first start.
///
///     idle ──ask, refresh, due──▶ queued ──worker──▶ running ──lands──▶ idle, with value or error
///      │                          ▲   │ unasked       │ │                     ▲
///      └─ask with settle─▶ settling   └─────▶ idle    │ └─lands─▶ finishing ──┘ in begin_frame
///                                                     └─fails, attempts left─▶ retrying ─▶ queued
///     cancel, forget, set, timeout: any ──▶ idle, and the generation moves on
///
/// Every run carries the generation it was started under; one that comes back with another is
/// dropped, whatever happened in between.
template <class Late>
class engine_impl final : public engine {
public:
    explicit engine_impl(session_options o);
    ~engine_impl() override;

    answer ask(sought key, const asked& a) override;
    IMLOAD_NOINLINE answer meet_off_trail(slot_base* s, const void* value) override {
        trail_.meet(*s);
        return answer_with(*s, value);
    }

    void refresh(slot_base& s) override;
    void cancel(slot_base& s) override;
    void forget(slot_base& s) override;
    void put(slot_base& s, ref<job> value) override;
    void simulate(slot_base& s, const simulation& how) override;
    void on_all(void (engine::*action)(slot_base&)) override {
        for_each_slot([&](slot_base& s) { (this->*action)(s); });
    }

    void begin_frame() override;
    std::chrono::nanoseconds wait_time(time_span cap) override;
    next_wake next() override;
    void request_frame(time_span within) override;
    void set_active(bool active) override { active_app_ = active; }
    void set_wake(std::function<void()> wake) override { hub_->set_wake(std::move(wake)); }
    void post(box<posted> p) override { hub_->post(std::move(p)); }

    bool wait_idle(time_span limit) override;
    bool stop(time_span deadline) override;
    bool shutdown(time_span deadline, bool let_go) override;

    time_point now() override { return now_ ? *now_ : look_at_clock(); }
    statistics count() const override;
    void record_runs(std::size_t most) override { log_.keep(most); }
    const run_log& log() const noexcept override { return log_; }
    slot_base* find_id(std::uint64_t id) noexcept override;
    const slot_base* newest_named(std::string_view name, const void* value_tag) override;
    bool is_stale(const slot_base& s) override;
    std::chrono::nanoseconds refresh_in(const slot_base& s) override;
    const run_control::progress_state& progress(slot_base& s) override;

private:
    // keys: `e` is what is cold of `s`, looked up once
    [[nodiscard]] slot_base& find_or_make(const sought& key);
    void begin_life(slot_base& s, entry& e, bool is_key);
    void poll(slot_base& s, entry& e, const asked& a);
    void prefetch(slot_base& s, entry& e, const asked& a);
    static void show_start(entry& e) noexcept;
    void look(slot_base& s, entry& e, const asked& a);
    void ask_again(slot_base& s, entry& e, const asked& a, std::uint32_t asked_before,
                   bool changes_place);
    void erase(slot_base& s);
    void adopt(slot_base& s, entry& e, const asked& a);
    void use(entry& e, std::uint32_t set) noexcept;
    flight& flight_of(entry& e);
    void touch(slot_base& s, entry& e);
    void occupy(slot_base& s, entry& e) noexcept;
    void keep_vacant(slot_base& s, entry& e);
    void sweep_vacant();
    [[nodiscard]] time_point asked_at(const slot_base& s, const entry& e) const noexcept;
    [[nodiscard]] static bool is_invalid(const entry& e) noexcept;

    // runs
    void make_room();
    void move(slot_base& s, entry& e, phase to);
    void move(slot_base& s, phase to) { move(s, s.cold(), to); }
    [[nodiscard]] bool wants_run(const slot_base& s, const entry& e);
    void start(slot_base& s, entry& e, const asked& a);
    void launch(slot_base& s, entry& e, run_cause why, std::exception_ptr thrown = nullptr);
    [[nodiscard]] std::exception_ptr keep_starter(entry& e, const asked& a);
    [[nodiscard]] ref<job> make_job(slot_base& s, const entry& e);
    [[nodiscard]] static ref<job> make_stillborn(slot_base& s, std::uint32_t started_under,
                                                 std::exception_ptr thrown);
    void hand_over(job& j, const entry& e);
    void hand_to_executor(job& j, const entry& e);
    void hold_up(slot_base& s, time_span grace);
    [[nodiscard]] ref<job> take_run(slot_base& s, time_point when);
    void end_run(slot_base& s);
    void fail_run(slot_base& s, error why, time_point when);
    void succeed(slot_base& s, job& j);
    void land(slot_base& s, job& j);
    void land_or_discard(job& j);
    [[nodiscard]] bool accept(job& j);
    void deliver(job& j);
    void deliver_partial(job& j);
    void show_partial(slot_base& s, job& j);
    void list_to_finish(job& j);
    void run_finishes();
    bool finish(job& j);
    [[nodiscard]] bool is_wanted(const job& j) const;
    void discard(job& j);
    void count_time(const job& j);
    void time_out(slot_base& s, time_point when);
    [[nodiscard]] time_point expires_at(const entry& e) const;
    [[nodiscard]] time_point stale_from(const slot_base& s) const;
    void drop(job& j);
    void set_value(slot_base& s, job& j, time_point when, bool partial = false);
    void drop_value(slot_base& s);
    void pretend(slot_base& s);
    static void stop_pretending_to_load(flight& f) noexcept;
    [[nodiscard]] static bool is_busy(const slot_base& s) noexcept;
    void record(const slot_base& s);
    void record_begun(const job& j) noexcept;
    void record_outcome(const job& j, run_outcome o) noexcept;

    // time
    [[nodiscard]] time_point this_instant() const;
    [[nodiscard]] time_point look_at_clock();
    void set_fast(slot_base& s, const entry& e) noexcept {
        s.set_fast(e.has_value && e.set ? fast_of(e) : 0);
    }
    [[nodiscard]] std::uint32_t fast_of(const entry& e) const noexcept;
    void set_fast(slot_base& s) noexcept { set_fast(s, s.cold()); }
    void schedule(slot_base& s, entry& e) {
        if (!is_untimed(e) || is_listed(*e.going)) set_due(s, e);
    }
    void schedule(slot_base& s) { schedule(s, s.cold()); }
    [[nodiscard]] bool is_untimed(const entry& e) const noexcept;
    [[nodiscard]] static bool is_listed(const flight& f) noexcept {
        return (f.due_at & f.ages_at) != not_listed; // which has all bits set
    }
    void set_due(slot_base& s, entry& e);
    void next_refresh(slot_base& s, time_point not_before);
    static void anchor(const entry& e, flight& f);
    void on_due(slot_base& s);
    template <class Queue>
    void run_due(Queue& queue, time_point t);
    void run_timers();
    struct wake_at {
        time_point due = time_point::max();
        wake_cause why = wake_cause::nothing;
    };
    [[nodiscard]] wake_at wakes_for(const slot_base& s) const;
    [[nodiscard]] bool park_unasked();
    [[nodiscard]] time_point look_due(const slot_base& s) const;
    [[nodiscard]] bool follows_landing() const noexcept;
    /// Before the frames in which an ask counts as one of last frame, or of this one.
    static constexpr std::uint32_t before_asked = 2;
    [[nodiscard]] std::uint32_t long_ago() const noexcept {
        return frame_ >= before_asked ? frame_ - before_asked : 0;
    }
    [[nodiscard]] bool asked_last_frame(const slot_base& s) const noexcept {
        return frame_ - s.asked <= 1;
    }

    // frames
    void require_outside(const char* call) const;
    [[nodiscard]] bool is_quiet() const noexcept;
    void begin_busy_frame();
    void give_room_back();
    [[nodiscard]] std::uint32_t quiet_frames();
    /// Something begins, so the next frame is not quiet.
    void stir() noexcept { quiet_until_ = 0; }
    [[nodiscard]] bool is_over_limit() const noexcept {
        return setup_.max_entries > 0 && size_ > setup_.max_entries;
    }
    void end_begin(const std::exception_ptr& thrown);
    void apply_touched();
    void receive();
    void begin_report();
    void note_progress();
    void show_mail();
    void begin(job& j);
    void run_without_threads();
    void stop_unasked();
    void forget_unasked();
    void evict_excess();
    void list_oldest();
    void evict_oldest();
    void evict(slot_base& s);
    void watch_new_keys(const slot_base& s);
    void run_posts();
    void pump();
    void release_if_quiet(slot_base& s);
    [[nodiscard]] bool idle() const noexcept;
    void flush_stops() {
        if (!stopping_.empty()) tell_to_stop();
    }
    void tell_to_stop();
    void discard_landed();
    void clear_all();

    using slot_list = later<std::vector<slot_base*>, Late>;
    using jobs = later<std::vector<ref<job>>, Late>;

    std::uint64_t misses_ = 0;
    settings_table<Late> settings_;
    flight_pool<Late> flights_;
    job_memory job_memory_;
    named_values<Late> named_;

    active_list<Late> active_;
    slot_list touched_; ///< to be brought up to date in the next frame
    slot_list vacant_;  ///< keys that go if they are not peeked at in each frame
    jobs finishing_;    ///< loaded, and not yet turned into values
    jobs stopping_;     ///< to be told once the state is whole: user code runs there
    deadline_queue<Late, &flight::due_at> deadlines_; ///< a loop may have to wake for these
    deadline_queue<Late, &flight::ages_at> ages_;     ///< when values are stale, or expire
    std::size_t waiting_ = 0;                         ///< settling or retrying

    session_options setup_;
    ref<hub<Late>> hub_;
#if IMLOAD_HAS_THREADS
    ref<crew<Late>> crew_; ///< the default executor: threads that serve the hub
#endif

    typename hub<Late>::mail mail_;
    jobs unasked_;
    slot_list put_off_;
    later<std::optional<time_point>, Late> now_; ///< of this frame, once it was needed
    frame_times<Late> frame_times_;
    std::chrono::nanoseconds longest_forget_{0};
    time_point next_sweep_ = time_point::max();
    time_point sweep_bound_ = time_point::max();
    std::uint32_t sweep_at_ = 0;
    std::size_t came_ = 0; ///< keys, since the last frame
    bool sweeping_ = false;
    std::uint32_t landed_frame_ = 0;
    std::chrono::nanoseconds grace_used_{0}; ///< in this frame
    std::uint64_t random_ = 0;               ///< for the jitter of retries
    statistics counts_;
    run_recorder<Late> log_;
    std::size_t posts_run_ = 0;                    ///< in the frame that begins
    time_point frame_wanted_ = time_point::max();  ///< by request_frame
    time_point late_progress_ = time_point::max(); ///< when it is looked for
    std::vector<box<key_watch<Late>>> watched_;    ///< in debug builds, one a pool
    graveyard graves_;
    struct old_key {
        slot_base* slot;
        std::uint32_t asked;
        std::uint16_t life; ///< another one: another key has that slot
    };
    std::vector<old_key> oldest_;  ///< the next to evict, last first
    std::uint32_t evict_from_ = 0; ///< the frame in which to look again for keys to evict
    bool active_app_ = true;
    bool in_frame_ = false; ///< no frame may begin, nor the session end
    bool pumping_ = false;
};

} // namespace imload::detail

#include <imload/detail/engine/engine_act.hpp>
#include <imload/detail/engine/engine_end.hpp>
#include <imload/detail/engine/engine_finish.hpp>
#include <imload/detail/engine/engine_forget.hpp>
#include <imload/detail/engine/engine_frame.hpp>
#include <imload/detail/engine/engine_keys.hpp>
#include <imload/detail/engine/engine_report.hpp>
#include <imload/detail/engine/engine_runs.hpp>
#include <imload/detail/engine/engine_start.hpp>
#include <imload/detail/engine/engine_time.hpp>
