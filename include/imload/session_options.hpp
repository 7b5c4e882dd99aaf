#pragma once

#include <imload/clock.hpp>
#include <imload/executor.hpp>
#include <imload/options.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string_view>

namespace imload {

/// How a session is set up. An aggregate: session{{.threads = 4}}.
struct session_options {
    /// How many threads the default executor has; 0: clamp(cores - 1, 2, 8).
    std::size_t threads = 0;
    /// Where loads run, not owned; null: on threads of the session's own.
    imload::executor* executor = nullptr;
    /// The time, not owned; null: std::chrono::steady_clock.
    const imload::clock* clock = nullptr;
    /// The wake hook, as set_wake() sets it.
    std::function<void()> wake = {};
    /// How many keys are kept: beyond it those go that were not asked for the longest; never one
    /// that was asked for in the last frame, or is in flight. 0: no limit.
    std::size_t max_entries = 0;
    /// How long finish functions may take in one frame; at least one runs.
    time_span finish_budget = std::chrono::milliseconds(2);
    /// How long the destructor waits for loads that do not hear; then their threads are let go.
    time_span abandon_after = never;
    /// Where a debug build says what is likely a mistake; null: stderr. Called on the UI thread.
    std::function<void(std::string_view)> warn = {};
};

} // namespace imload
