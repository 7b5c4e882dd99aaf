#pragma once

#include <imload/config.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>

namespace imload::detail {

/// Ends a call that must not go on: throws, or without exceptions prints the message and aborts.
template <class Exception>
[[noreturn]] inline void fail(const std::string& message) {
#if IMLOAD_HAS_EXCEPTIONS
    throw Exception(message);
#else
    std::fprintf(stderr, "%s\n", message.c_str());
    std::abort();
#endif
}

/// Runs `body` and returns what it threw, or null: the one place that catches.
/// The pointer is handed on after the catch block has ended, which ThreadSanitizer needs to see.
template <class Body>
[[nodiscard]] std::exception_ptr caught(Body&& body) noexcept {
#if IMLOAD_HAS_EXCEPTIONS
    std::exception_ptr thrown;
    try {
        body();
    } catch (...) {
        thrown = std::current_exception();
    }
    return thrown;
#else
    body();
    return nullptr;
#endif
}

/// Throws it again, where there is one.
inline void rethrow_if([[maybe_unused]] const std::exception_ptr& thrown) {
#if IMLOAD_HAS_EXCEPTIONS
    if (thrown) std::rethrow_exception(thrown);
#endif
}

/// The text of a stored exception: what(), or the thrown text itself.
[[nodiscard]] inline std::string message_of([[maybe_unused]] const std::exception_ptr& thrown) {
    if (!thrown) return "no exception was given";
#if IMLOAD_HAS_EXCEPTIONS
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
        const char* const text = e.what();
        return text ? text : "";
    } catch (const std::string& text) {
        return text;
    } catch (const char* text) {
        return text ? text : "a null const char* was thrown";
    } catch (int number) {
        return "the int " + std::to_string(number) + " was thrown";
    } catch (...) {}
#endif
    return "something that is not a std::exception was thrown";
}

} // namespace imload::detail
