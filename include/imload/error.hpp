#pragma once

#include <imload/detail/fail.hpp>
#include <imload/detail/type_tag.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace imload {

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

[[nodiscard]] inline error error_of(error_kind kind, const char* message) {
    error e;
    e.kind = kind;
    e.message = message;
    return e;
}

/// Never throws: where there is no memory for the message, a short one says so.
[[nodiscard]] inline error error_from(std::exception_ptr thrown) noexcept {
    error e;
    const auto unsaid = caught([&] {
        e.message = message_of(thrown);
        if (e.message.empty()) e.message = "an exception without a message was thrown";
    });
    if (unsaid) e.message = "out of memory"; // short: it lies in the string itself
    e.exception = std::move(thrown);
    return e;
}

} // namespace detail
} // namespace imload
