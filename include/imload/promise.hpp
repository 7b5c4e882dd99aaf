#pragma once

#include <imload/config.hpp>
#include <imload/detail/box.hpp>
#include <imload/detail/counted.hpp>
#include <imload/detail/fail.hpp>
#include <imload/detail/run_control.hpp>
#include <imload/error.hpp>

#include <atomic>
#include <exception>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#if IMLOAD_HAS_STOP_TOKEN
#include <stop_token>
#endif

namespace imload {

namespace detail {

/// Where a promise puts what it is given: the job, which knows nothing of promises.
template <class T>
class outcome_sink {
public:
    outcome_sink() = default;
    outcome_sink(const outcome_sink&) = delete;
    outcome_sink& operator=(const outcome_sink&) = delete;
    virtual ~outcome_sink() = default;

    virtual void accept(T&& value) = 0;
    virtual void refuse(box<error> why) = 0;
    virtual void completed() = 0;
    [[nodiscard]] virtual run_control& line() noexcept = 0;
};

/// Shared by the copies of a promise; the last one to go tells that nothing came.
template <class T>
class promise_state final : public counted {
public:
    promise_state(ref<counted> keeps, outcome_sink<T>& sink) noexcept
        : keeps_(std::move(keeps)), sink_(&sink) {}
    ~promise_state() override {
        if (done_.load(std::memory_order_relaxed)) return;
        auto why = make_box<error>(
            error_of(error_kind::abandoned, "the promise was dropped without a value or an error"));
        settle([&] { sink_->refuse(std::move(why)); });
    }

    /// The first outcome counts; false for a later one.
    template <class Put>
    bool settle(Put put) {
        if (done_.exchange(true, std::memory_order_acq_rel)) return false;
        if (auto thrown = caught(put))
            sink_->refuse(make_box<error>(error_from(std::move(thrown))));
        sink_->completed();
        return true;
    }

    [[nodiscard]] bool done() const noexcept { return done_.load(std::memory_order_acquire); }
    [[nodiscard]] outcome_sink<T>& sink() const noexcept { return *sink_; }

private:
    std::atomic<bool> done_{false};
    ref<counted> keeps_;
    outcome_sink<T>* sink_;
};

} // namespace detail

/// The end of a load that does not block: take `imload::promise<T>` by value as the first
/// parameter, return at once, and let anyone complete it later: a callback, a coroutine, another
/// thread. The first outcome counts. When the last copy goes without one, the key fails as
/// `abandoned`. Threads: any, at any time, the session gone included.  Cost: one allocation.
template <class T>
class promise {
public:
    using value_type = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

    explicit promise(detail::ref<detail::promise_state<value_type>> state) noexcept
        : state_(std::move(state)) {}

    /// Completes the load with a value. False if it was complete already, or moved from.
    bool set_value(value_type value) const {
        return state_ && state_->settle([&] { state_->sink().accept(std::move(value)); });
    }
    bool set_value() const requires std::is_void_v<T> { return set_value(value_type{}); }

    /// Completes it with an error of kind `reported`.
    bool set_error(std::string message) const {
        auto why = detail::make_box<error>();
        why->kind = error_kind::reported;
        why->message = message.empty() ? "an error without a message" : std::move(message);
        return fail(std::move(why));
    }

    /// Completes it with an exception, which a call of the loader rethrows.
    bool set_exception(std::exception_ptr thrown) const {
        return fail(detail::make_box<error>(detail::error_from(std::move(thrown))));
    }

    /// True once nobody wants the result any more.
    [[nodiscard]] bool stop_requested() const noexcept {
        return state_ && state_->sink().line().stop_requested();
    }
#if IMLOAD_HAS_STOP_TOKEN
    [[nodiscard]] std::stop_token stop_token() const noexcept {
        return state_ ? state_->sink().line().stop_token() : std::stop_token();
    }
#endif
    /// As context::progress.
    void progress(double fraction, std::string_view text = {}) const {
        if (state_ && !state_->done()) state_->sink().line().set_progress(fraction, text);
    }

private:
    bool fail(detail::box<error> why) const {
        return state_ && state_->settle([&] { state_->sink().refuse(std::move(why)); });
    }

    detail::ref<detail::promise_state<value_type>> state_;
};

} // namespace imload
