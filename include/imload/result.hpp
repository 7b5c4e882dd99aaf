#pragma once

#include <imload/detail/counted.hpp>
#include <imload/detail/engine/current.hpp>
#include <imload/detail/engine/engine.hpp>
#include <imload/detail/jobs/job.hpp>
#include <imload/detail/late.hpp>
#include <imload/detail/slots/keys.hpp>
#include <imload/detail/slots/slot.hpp>
#include <imload/detail/value_type.hpp>
#include <imload/error.hpp>
#include <imload/options.hpp>
#include <imload/simulation.hpp>
#include <imload/status.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace imload {

/// How far a run is.
struct progress_info {
    float fraction = -1; ///< in [0, 1]; below 0: unknown
    std::string_view text;
};

/// What is known of a key, but for its value; see result.
class result_base {
public:
    /// Of no key: idle, and nothing can be done to it.
    result_base() = default;

    /// Whether there is a value.
    [[nodiscard]] bool has_value() const noexcept { return slot_ && cold().has_value; }
    /// Where the key stands in this frame.
    [[nodiscard]] imload::status status() const noexcept;

    /// Why the last run failed, or null when it did not; an earlier value stays beside it.
    [[nodiscard]] const imload::error* error() const noexcept;

    /// True for every caller during the one frame that shows a new value first.
    [[nodiscard]] bool just_finished() const noexcept;
    /// True for every caller during the one frame that shows a failure first.
    [[nodiscard]] bool just_failed() const noexcept;

    /// No value yet, and one is on its way.
    [[nodiscard]] bool is_loading() const noexcept { return !has_value() && is_under_way(); }
    /// A value, and a newer one on its way.
    [[nodiscard]] bool is_refreshing() const noexcept { return has_value() && is_under_way(); }
    /// A value older than options::stale_after.
    [[nodiscard]] bool is_stale() const { return slot_ && here("is_stale").is_stale(*slot_); }

    /// How far the run is, as it said itself. The text is valid until the next begin_frame.
    [[nodiscard]] progress_info progress() const;

    /// How many values have been applied.
    [[nodiscard]] std::uint32_t version() const noexcept { return slot_ ? cold().version : 0; }
    /// Since the value was made; a partial one's run ended. 0 without one.
    [[nodiscard]] std::chrono::nanoseconds age() const;
    /// Since the current run was started; 0 without one.
    [[nodiscard]] std::chrono::nanoseconds elapsed() const;
    /// Until the next refresh; `never` if there is none.
    [[nodiscard]] std::chrono::nanoseconds refresh_in() const {
        return slot_ ? here("refresh_in").refresh_in(*slot_) : std::chrono::nanoseconds(never);
    }
    /// Which attempt is under way, or failed last; the first is 1. 0 when nothing is, nor did.
    [[nodiscard]] int attempt() const noexcept;

    /// How long the last successful run took; 0 before there was one.
    [[nodiscard]] std::chrono::nanoseconds last_duration() const noexcept {
        return slot_ ? to_time(cold().last_seconds) : std::chrono::nanoseconds{};
    }
    /// How long the successful runs took, recent ones weighing more.
    [[nodiscard]] std::chrono::nanoseconds mean_duration() const noexcept {
        return slot_ ? to_time(cold().mean_seconds.count()) : std::chrono::nanoseconds{};
    }
    /// The frame in which it was asked for last, as frame_report counts them; 0: never.
    [[nodiscard]] std::uint32_t last_asked_frame() const noexcept {
        return slot_ && !cold().unasked ? slot_->asked : 0;
    }

    /// A number that no other key of the session ever has; 0 of no key. What widgets make ids of.
    [[nodiscard]] std::uint64_t id() const noexcept {
        return slot_ ? detail::engine::id_of(*slot_) : 0;
    }
    /// session::serial() of its session; 0 of no key.
    [[nodiscard]] std::uint64_t session_serial() const noexcept {
        return engine_ ? engine_->serial() : 0;
    }
    /// Callable and arguments as text. A function given by its pointer is known by type and address
    /// only: async_load<&fn>() or a key gives it a name.  Cost: an allocation.
    [[nodiscard]] std::string label() const {
        std::string text;
        if (slot_ && slot_->in_use()) detail::keys_of<detail::late>::describe(*slot_, text);
        return text;
    }

    /// The session's time in this frame.
    [[nodiscard]] time_point now() const {
        return engine_ ? here("now").now() : time_point(std::chrono::steady_clock::now());
    }
    /// session::request_frame() of the key's session.
    void request_frame(time_span within) const {
        if (engine_) here("request_frame").request_frame(within);
    }

    /// Starts a run at once, unless one is on its way.
    void refresh() const { act("refresh", &detail::engine::refresh); }
    /// Stops the run at once. The value stays, and asking starts none until refresh(), set() or the
    /// key's refresh_every.
    void cancel() const { act("cancel", &detail::engine::cancel); }
    /// Stops the run; the next frame knows nothing of the key.
    void forget() const { act("forget", &detail::engine::forget); }

    /// Makes the key pretend to load for ever, to fail, or to be slow, from the next frame on;
    /// simulate({}) loads it afresh. For tests and tools. What it pretends ends with forget() and,
    /// when that is to load for ever, with cancel() and set() too.
    void simulate(const simulation& how) const {
        if (!slot_) return;
        detail::engine& e = here("simulate");
        if (slot_->in_use()) e.simulate(*slot_, how);
    }
    [[nodiscard]] simulation simulates() const noexcept {
        return going() ? going()->pretends : simulation{};
    }

protected:
    friend class session;
    result_base(detail::slot_base* s, detail::engine* e) noexcept : slot_(s), engine_(e) {}

    [[nodiscard]] bool is_under_way() const noexcept {
        return slot_ && cold().shown != detail::phase::idle;
    }
    [[nodiscard]] static std::chrono::nanoseconds to_time(float seconds) noexcept {
        return std::chrono::duration_cast<std::chrono::nanoseconds>(
            std::chrono::duration<float>(seconds));
    }
    [[nodiscard]] const detail::entry& cold() const noexcept { return slot_->cold(); }
    [[nodiscard]] const detail::flight* going() const noexcept {
        return slot_ ? cold().going : nullptr;
    }
    /// Begins no frame of an ambient session, which would end this result.
    [[nodiscard]] detail::engine& here(const char* call) const {
        return engine_->here(call, detail::frame_step::none);
    }
    void act(const char* call, void (detail::engine::*action)(detail::slot_base&)) const {
        if (!slot_) return;
        detail::engine& e = here(call);
        if (slot_->in_use()) (e.*action)(*slot_);
    }
    [[noreturn]] void no_value() const;

    detail::slot_base* slot_ = nullptr;
    detail::engine* engine_ = nullptr;
};

/// What poll() and peek() return: the value, if there is one, and all that is known beside it.
/// Valid until the session's next begin_frame; what one frame sees of a key does not change.
/// Threads: the session's.  Cost: three pointers; nothing is copied.
template <class T>
class [[nodiscard]] result : public result_base {
public:
    using value_type = T;

    /// Of no key: idle, and nothing can be done to it.
    result() = default;
    result(const T* value, detail::slot_base* s, detail::engine* e) noexcept
        : result_base(s, e), value_(value) {}

    [[nodiscard]] bool has_value() const noexcept { return value_ != nullptr; }
    explicit operator bool() const noexcept { return value_ != nullptr; }

    /// Only where there is a value.
    [[nodiscard]] const T& operator*() const noexcept { return *value_; }
    [[nodiscard]] const T* operator->() const noexcept { return value_; }

    /// The value; without one rethrows the run's error, or throws bad_result_access.
    [[nodiscard]] const T& value() const {
        if (!value_) no_value();
        return *value_;
    }

    /// A copy of the value, or `other` made into one.
    template <class U>
    [[nodiscard]] T value_or(U&& other) const {
        return value_ ? *value_ : static_cast<T>(std::forward<U>(other));
    }

    /// Puts a value in the place of the loaded one, from the next frame on. A run in flight is
    /// stopped, and its late result dropped.
    void set(T value) const {
        if (!slot_) return;
        detail::engine& e = here("set");
        if (!slot_->in_use()) return;
        auto put = detail::make_counted<detail::value_job>(*slot_, 0u, detail::value_type_of<T>);
        detail::make_value<T>(put->value, std::move(value));
        e.put(*slot_, std::move(put));
    }

private:
    const T* value_ = nullptr;
};

inline imload::status result_base::status() const noexcept {
    if (!slot_) return status::idle;
    switch (cold().shown) {
    case detail::phase::settling:
    case detail::phase::queued:
        return status::queued;
    case detail::phase::running:
        return status::running;
    case detail::phase::retrying:
        return status::retrying;
    case detail::phase::finishing:
        return status::finishing;
    case detail::phase::idle:
        break;
    }
    if (cold().shown_cancelled) return status::idle;
    if (just_finished()) return status::just_finished;
    return cold().has_value || error() ? status::complete : status::idle;
}

inline const imload::error* result_base::error() const noexcept {
    const detail::flight* const f = going();
    return f && cold().shown != detail::phase::retrying ? f->failure.get() : nullptr;
}

inline bool result_base::just_finished() const noexcept {
    return has_value() && cold().landed_frame == engine_->frame();
}

inline bool result_base::just_failed() const noexcept {
    return error() && going()->failed_frame == engine_->frame();
}

inline progress_info result_base::progress() const {
    if (!going()) return {};
    const auto& told = here("progress").progress(*slot_);
    return {told.fraction, told.text};
}

inline std::chrono::nanoseconds result_base::age() const {
    if (!has_value()) return {};
    return std::max<std::chrono::nanoseconds>(here("age").now() - cold().landed, {});
}

inline std::chrono::nanoseconds result_base::elapsed() const {
    if (!is_under_way() || !going()) return {};
    return std::max<std::chrono::nanoseconds>(here("elapsed").now() - going()->started, {});
}

inline int result_base::attempt() const noexcept {
    const detail::flight* const f = going();
    if (!f) return 0;
    if (is_under_way()) return f->attempt;
    return f->failure ? f->failure->attempt : 0;
}

inline void result_base::no_value() const {
    if (const imload::error* e = error()) detail::rethrow(*e);
    detail::fail<bad_result_access>(
        "imload: result::value() was called without a value: is it still loading? Ask has_value() "
        "first, or use value_or()");
}

} // namespace imload
