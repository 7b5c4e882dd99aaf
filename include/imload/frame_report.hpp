#pragma once

#include <imload/options.hpp>

#include <chrono>
#include <cstdint>

namespace imload {

/// What the last begin_frame found to do, and so why imload had the frame drawn. All zero: it was
/// not for imload.
struct frame_report {
    std::uint32_t frame = 0;    ///< its number; the first is 1
    std::uint32_t landed = 0;   ///< runs came back
    std::uint32_t partial = 0;  ///< running loads published something
    std::uint32_t due = 0;      ///< a refresh, retry, timeout or settled key was due
    std::uint32_t posted = 0;   ///< functions of session::post ran
    bool progress = false;      ///< a running load told how far it is
    bool requested = false;     ///< request_frame() asked for it
    bool after_landing = false; ///< one of the two frames that follow a landed run
};

/// What a sleeping loop waits for.
enum class wake_cause : std::uint8_t {
    nothing,   ///< only for what workers, or the user, may do
    news,      ///< there is something to show already
    first,     ///< the first two frames, and two after something landed
    finish,    ///< finish functions are left over
    refresh,   ///< options::refresh_every
    retry,     ///< the next attempt
    timeout,   ///< options::timeout
    settle,    ///< options::settle
    look,      ///< options::poll_interval, or progress that came soon after an earlier one
    requested, ///< request_frame()
};

/// When the next frame is due, and why.
struct next_wake {
    std::chrono::nanoseconds in = never; ///< `never`: not by any timer
    wake_cause cause = wake_cause::nothing;
    std::uint64_t key = 0; ///< entry_info::id, or 0 when it is for no single key
};

/// The enumerator's name.
[[nodiscard]] constexpr const char* to_string(wake_cause c) noexcept {
    switch (c) {
    case wake_cause::nothing:
        return "nothing";
    case wake_cause::news:
        return "news";
    case wake_cause::first:
        return "first";
    case wake_cause::finish:
        return "finish";
    case wake_cause::refresh:
        return "refresh";
    case wake_cause::retry:
        return "retry";
    case wake_cause::timeout:
        return "timeout";
    case wake_cause::settle:
        return "settle";
    case wake_cause::look:
        return "look";
    case wake_cause::requested:
        return "requested";
    }
    return "unknown";
}

} // namespace imload
