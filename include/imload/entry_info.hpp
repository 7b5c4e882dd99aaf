#pragma once

#include <imload/error.hpp>
#include <imload/result.hpp>
#include <imload/status.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace imload {

/// What session::for_each tells of a key. Valid during the visit.
struct entry_info {
    std::string label; ///< callable and arguments as text
    imload::status status = imload::status::idle;
    const imload::error* error = nullptr;
    bool has_value = false;
    std::chrono::nanoseconds age{};           ///< since the value was made
    std::chrono::nanoseconds last_duration{}; ///< of the last successful run
    std::chrono::nanoseconds mean_duration{}; ///< of the successful runs, recent ones weigh more
    std::chrono::nanoseconds refresh_in{};    ///< until the next refresh, `never` if there is none
    int attempt = 0;
    std::uint32_t last_asked_frame = 0;
    std::uint64_t id = 0; ///< no other key of the session ever has it; session::key(id) finds it
    result_base key;      ///< to act on it: refresh, cancel, forget, simulate
};

/// All that is known of a key but for its label, which is left empty: result_base::label().
[[nodiscard]] inline entry_info describe(const result_base& key) {
    entry_info info;
    info.status = key.status();
    info.error = key.error();
    info.has_value = key.has_value();
    info.age = key.age();
    info.last_duration = key.last_duration();
    info.mean_duration = key.mean_duration();
    info.refresh_in = key.refresh_in();
    info.attempt = key.attempt();
    info.last_asked_frame = key.last_asked_frame();
    info.id = key.id();
    info.key = key;
    return info;
}

} // namespace imload
