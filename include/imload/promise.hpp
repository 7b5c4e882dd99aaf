#pragma once

#include <imload/config.hpp>
#include <imload/detail/counted.hpp>
#include <imload/detail/fail.hpp>
#include <imload/detail/jobs/expected.hpp>
#include <imload/detail/jobs/run_control.hpp>
#include <imload/error.hpp>

#include <atomic>
#include <exception>
#include <mutex>
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
    virtual void refuse(failure why) noexcept = 0;
    virtual void completed() = 0;
    [[nodiscard]] virtual run_control& line() noexcept = 0;
};

/// Shared by the copies of a promise; the last one to go tells that nothing came.
template <class T>
class promise_state final : public counted {
public:
    /// `sink` is a part of `job`, which lives until the promise is kept; where the callable `goes
    /// on` by itself after it has returned, as a coroutine does, until the last copy goes.
    promise_state(ref<counted> job, bool goes_on, outcome_sink<T>& sink) noexcept
        : job_(std::move(job)), goes_on_(goes_on), sink_(&sink) {}
    ~promise_state() override {
        if (done_.load(std::memory_order_relaxed)) return;
        failure why(
            error_of(error_kind::abandoned, "the promise was dropped without a value or an error"));
        settle([&] { sink_->refuse(std::move(why)); });
    }

    /// The first outcome counts; false for a later one.
    template <class Put>
    bool settle(Put put) {
        if (done_.exchange(true, std::memory_order_acq_rel)) return false;
        if (auto thrown = caught(put)) sink_->refuse(failure(error_from(std::move(thrown))));
        sink_->completed();
        if (goes_on_) return true;
        ref<counted> let_go; // after the lock, for its arguments are the user's
        const std::lock_guard lock(mutex_);
        was_stopped_ = sink_->line().stop_requested();
        let_go = std::move(job_);
        return true;
    }

    [[nodiscard]] bool done() const noexcept { return done_.load(std::memory_order_acquire); }

    /// Also of a job that was let go.
    [[nodiscard]] bool stop_requested() const noexcept {
        const std::lock_guard lock(mutex_);
        return job_ ? sink_->line().stop_requested() : was_stopped_;
    }
#if IMLOAD_HAS_STOP_TOKEN
    [[nodiscard]] std::stop_token stop_token() const noexcept {
        const std::lock_guard lock(mutex_);
        return job_ ? sink_->line().stop_token() : std::stop_token();
    }
#endif
    void set_progress(double fraction, std::string_view text) const {
        ref<counted> job; // lives meanwhile
        {
            const std::lock_guard lock(mutex_);
            job = job_;
        }
        if (job) sink_->line().set_progress(fraction, text);
    }

    /// Only for who settles it.
    [[nodiscard]] outcome_sink<T>& sink() const noexcept { return *sink_; }

private:
    std::atomic<bool> done_{false};
    mutable std::mutex mutex_;
    ref<counted> job_;         // guarded by mutex_
    bool was_stopped_ = false; // the same, of the job that was let go
    const bool goes_on_;
    outcome_sink<T>* const sink_;
};

} // namespace detail

/// The end of a load that does not block: take `imload::promise<T>` by value as the first
/// parameter, return at once, and let anyone complete it later: a callback, a coroutine, another
/// thread. The first outcome counts. When the last copy goes without one, the key fails as
/// `abandoned`. The callable and its arguments live until the promise is kept; where it returns
/// something, as a coroutine does, until the last copy goes. So a copy that they hold themselves,
/// in a connection's callback for one, has to be kept some time, or dropped, or all of them stay.
/// Threads: any, at any time, the session gone included.  Cost: one allocation.
template <class T>
class promise {
public:
    using value_type = typename detail::value_of<T>::type;

    explicit promise(detail::ref<detail::promise_state<value_type>> state) noexcept
        : state_(std::move(state)) {}

    /// Completes the load with a value. False if it was complete already, or moved from.
    bool set_value(value_type value) const {
        return settle([&](auto& sink) { sink.accept(std::move(value)); });
    }
    bool set_value() const requires std::is_same_v<value_type, std::monostate> {
        return set_value(value_type{});
    }
    /// Completes it with a T that is shaped like std::expected, or what becomes one: with the value
    /// in it, or its error, which error::as gives back.
    template <class Outcome>
        requires(detail::expected_like<T> && (std::is_same_v<std::remove_cvref_t<Outcome>, T> ||
                                              (std::is_convertible_v<Outcome, T> &&
                                               !std::is_convertible_v<Outcome, value_type>)))
    bool set_value(Outcome&& given) const {
        T outcome = std::forward<Outcome>(given);
        return settle([&](auto& sink) {
            if (!outcome.has_value())
                sink.refuse(detail::reported(std::move(outcome.error())));
            else if constexpr (std::is_void_v<typename T::value_type>)
                sink.accept(value_type{});
            else
                sink.accept(value_type(detail::value_in_outcome(std::move(outcome))));
        });
    }

    /// Completes it with an error of kind `reported`.
    bool set_error(std::string message) const {
        error why;
        why.kind = error_kind::reported;
        detail::set_message(why, [&] {
            return message.empty() ? "an error without a message" : std::move(message);
        });
        return fail(std::move(why));
    }

    /// Completes it with an exception, which a call of the loader rethrows.
    bool set_exception(std::exception_ptr thrown) const {
        return fail(detail::error_from(std::move(thrown)));
    }

    /// True once nobody wants the result any more.
    [[nodiscard]] bool stop_requested() const noexcept {
        return state_ && state_->stop_requested();
    }
#if IMLOAD_HAS_STOP_TOKEN
    /// The same as a std::stop_token; of a promise that was kept, one that is never stopped.
    [[nodiscard]] std::stop_token stop_token() const noexcept {
        return state_ ? state_->stop_token() : std::stop_token();
    }
#endif
    /// As context::progress.
    void progress(double fraction, std::string_view text = {}) const {
        if (state_ && !state_->done()) state_->set_progress(fraction, text);
    }

private:
    template <class Put>
    bool settle(Put put) const {
        const auto state = state_; // what it lets go may hold this promise
        return state && state->settle([&] { put(state->sink()); });
    }
    bool fail(error why) const {
        return settle([&](auto& sink) { sink.refuse(detail::failure(std::move(why))); });
    }

    detail::ref<detail::promise_state<value_type>> state_;
};

} // namespace imload
