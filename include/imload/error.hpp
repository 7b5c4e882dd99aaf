#pragma once

#include <imload/detail/fail.hpp>
#include <imload/detail/renew.hpp>
#include <imload/detail/type_tag.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

namespace imload {

namespace detail {
class failure;
}

/// Why a run failed.
enum class error_kind : std::uint8_t {
    exception,   ///< the callable threw
    reported,    ///< the callable returned an error (a type shaped like std::expected, a promise)
    timeout,     ///< the run took longer than options::timeout
    abandoned,   ///< the executor dropped the task, or a promise was dropped unset
    rejected,    ///< the executor threw when it was given the task
    invalid_key, ///< the arguments cannot be a key: not equal to themselves, or a null function
};

/// The enumerator's name.
[[nodiscard]] constexpr const char* to_string(error_kind kind) noexcept {
    switch (kind) {
    case error_kind::exception:
        return "exception";
    case error_kind::reported:
        return "reported";
    case error_kind::timeout:
        return "timeout";
    case error_kind::abandoned:
        return "abandoned";
    case error_kind::rejected:
        return "rejected";
    case error_kind::invalid_key:
        return "invalid_key";
    }
    return "unknown";
}

/// How a run failed, as a result shows it.
struct error {
    error_kind kind = error_kind::exception;
    std::string message;          ///< for a person; never empty
    std::exception_ptr exception; ///< what was thrown, or null
    int attempt = 1;              ///< which attempt failed; the first is 1

    /// The error value of a `reported` run, or null when it is of another type.
    template <class E>
    [[nodiscard]] const E* as() const noexcept {
        return payload_type_ == detail::tag_of<E>() ? static_cast<const E*>(payload_.get())
                                                    : nullptr;
    }

    /// Keeps `value` so that as<E>() gives it back.
    template <class E>
    void attach(E value) {
        payload_ = std::make_shared<const E>(std::move(value));
        payload_type_ = detail::tag_of<E>();
    }

private:
    friend class detail::failure;
    bool is_shared_ = false; ///< by all runs for whose error there was no memory
    std::shared_ptr<const void> payload_;
    const void* payload_type_ = nullptr;
};

/// Thrown by loader(args...) and result::value() for a failed run that stored no exception.
class load_error : public std::runtime_error {
public:
    load_error(error_kind kind, const std::string& message)
        : std::runtime_error(message), kind_(kind) {}

    [[nodiscard]] error_kind kind() const noexcept { return kind_; }

private:
    error_kind kind_;
};

/// Thrown by result::value() when there is neither a value nor an error.
class bad_result_access : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

namespace detail {

[[noreturn]] inline void rethrow(const error& e) {
#if IMLOAD_HAS_EXCEPTIONS
    if (e.exception) std::rethrow_exception(e.exception);
    throw load_error(e.kind, e.message);
#else
    fail<std::runtime_error>("imload: result::value() of a failed run: " + e.message);
#endif
}

/// Gives it the message that `say` returns; where there is no memory for that, a short one.
template <class Say>
void set_message(error& e, Say say) noexcept {
    const auto unsaid = caught([&] { e.message = say(); });
    if (unsaid) e.message = "out of memory"; // it lies in the string itself
}

[[nodiscard]] inline error error_of(error_kind kind, const char* message) noexcept {
    error e;
    e.kind = kind;
    set_message(e, [message] { return message; });
    return e;
}

[[nodiscard]] inline error error_from(std::exception_ptr thrown) noexcept {
    error e;
    set_message(e, [&] {
        std::string message = message_of(thrown);
        return message.empty() ? "an exception without a message was thrown" : message;
    });
    e.exception = std::move(thrown);
    return e;
}

/// That a run failed, and why; null while it did not. Keeping an error never throws, for runs fail
/// where nobody could catch that, and most of all when memory is short: where there is none for an
/// error, one that says so stands for it.
class failure {
public:
    failure() = default;
    explicit failure(error why) noexcept : why_(new (std::nothrow) error(std::move(why))) {
        if (why_)
            why_->is_shared_ = false;
        else
            why_ = &no_memory();
    }
    failure(failure&& other) noexcept : why_(renew(other.why_, nullptr)) {}
    failure& operator=(failure&& other) noexcept {
        const failure before(renew(why_, renew(other.why_, nullptr)));
        return *this;
    }
    ~failure() {
        if (why_ && !why_->is_shared_) delete why_;
    }

    void reset() noexcept { *this = failure(); }
    /// The error itself; only where there is one, which may be gone then.
    [[nodiscard]] error take() noexcept { return why_->is_shared_ ? *why_ : std::move(*why_); }

    [[nodiscard]] const error* get() const noexcept { return why_; }
    const error* operator->() const noexcept { return why_; }
    explicit operator bool() const noexcept { return why_ != nullptr; }

private:
    explicit failure(error* why) noexcept : why_(why) {}
    /// Never destroyed: what ends with the program may still have it.
    [[nodiscard]] static error& no_memory() noexcept {
        alignas(error) static char room[sizeof(error)];
        static error* const only = [] {
            error* const e = ::new (static_cast<void*>(room)) error;
            e->message = "out of memory";
#if IMLOAD_HAS_EXCEPTIONS
            e->exception = std::make_exception_ptr(std::bad_alloc());
#endif
            e->is_shared_ = true;
            return e;
        }();
        return *only;
    }

    error* why_ = nullptr;
};

} // namespace detail
} // namespace imload
