#pragma once

#include <cstdint>

namespace imload {

/// Where a key stands, the same for every caller during one frame.
enum class status : std::uint8_t {
    idle,          ///< nothing known and nothing under way: never asked for, dropped or cancelled
    queued,        ///< waits for a worker
    running,       ///< a worker has it
    retrying,      ///< an attempt failed, the next one is due later
    finishing,     ///< loaded, waits for its finish function on the UI thread
    just_finished, ///< a value became visible in this frame
    complete,      ///< nothing is under way; there is a value or an error
};

/// The enumerator's name.
[[nodiscard]] constexpr const char* to_string(status s) noexcept {
    switch (s) {
    case status::idle:
        return "idle";
    case status::queued:
        return "queued";
    case status::running:
        return "running";
    case status::retrying:
        return "retrying";
    case status::finishing:
        return "finishing";
    case status::just_finished:
        return "just_finished";
    case status::complete:
        return "complete";
    }
    return "unknown";
}

} // namespace imload
