#pragma once

// imload: slow calls from code that runs sixty times a second, one line each.
//
//     auto rates = imload::async_load(fetch_rates, {.refresh_every = 4s});
//     if (std::optional<table> t = rates("EUR", 2))  // the first frame starts the call
//         draw_table(*t);                            // later ones have its value, kept fresh
//
// Where to look:
//     loader.hpp       async_load, and what can be asked of a loader
//     result.hpp       what poll returns: value, status, error, progress
//     options.hpp      refresh, retry, timeout, grace, and when a key is forgotten
//     key.hpp hash.hpp what makes two calls the same; unkeyed, by_address, imload::hash
//     context.hpp      what a running load may take: stop requests, progress
//     session.hpp session_options.hpp   the map of all keys, and the frame
//     entry_info.hpp run_log.hpp frame_report.hpp statistics.hpp   what a session tells of itself
//     simulation.hpp   to see one's own loading and error states
//     executor.hpp thread_pool.hpp clock.hpp   the parts that can be replaced
//
// Behind them, in detail/, each folder resting on those before it:
//     arguments   what can be one; how they are viewed, compared and written as text
//     jobs        a run: what it is told and tells, and what comes of it
//     slots       the map in memory: keys, values, their index, the trail of asks
//     calls       from a callable and its arguments to a key and a job
//     workers     the queue, the threads, and the mail back
//     engine      what moves keys, frame by frame
//
// Beside it: imload/imgui.hpp (a session per ImGui context, widgets), imload/glfw.hpp (a window
// that sleeps), imload/testing.hpp (a clock and an executor for tests).

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow" // see config.hpp
#endif

#include <imload/clock.hpp>
#include <imload/config.hpp>
#include <imload/context.hpp>
#include <imload/entry_info.hpp>
#include <imload/error.hpp>
#include <imload/executor.hpp>
#include <imload/frame_report.hpp>
#include <imload/fwd.hpp>
#include <imload/hash.hpp>
#include <imload/key.hpp>
#include <imload/loader.hpp>
#include <imload/options.hpp>
#include <imload/result.hpp>
#include <imload/run_log.hpp>
#include <imload/session.hpp>
#include <imload/session_options.hpp>
#include <imload/simulation.hpp>
#include <imload/statistics.hpp>
#include <imload/status.hpp>
#include <imload/thread_pool.hpp>
#include <imload/version.hpp>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
