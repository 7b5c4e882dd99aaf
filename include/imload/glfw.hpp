#pragma once

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow" // see config.hpp
#endif

#include <imload/session.hpp>

#include <GLFW/glfw3.h>

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <thread>

// GLFW: a window that sleeps until there is something to draw.
//
//     imload::connect(session, window);
//     while (!glfwWindowShouldClose(window)) {
//         draw(window);
//         imload::wait_events(session);
//     }

namespace imload {

/// Lets the session's workers wake a loop that sleeps in GLFW. The window is the one that is drawn;
/// GLFW wakes all, so that each window may have a session of its own.
/// Before glfwTerminate(), call session.set_wake({}), or end the session, which a shutdown() that
/// returned false has not done: nothing tells imload that GLFW goes, and a worker that wakes it just
/// then is a race. The window alone may go at any time.
/// Threads: the session's.
void connect(session& s, GLFWwindow* window);

/// Handles events, and sleeps before that for as long as the session allows, at most `cap`; with a
/// cap of zero or less it does not sleep. What landed since the last frame is never slept over,
/// even if its wake-up was taken by another call. It may return early: draw a frame and call again.
/// On the web GLFW cannot sleep, and this returns at once: skip frames there while wait_time() > 0.
/// Threads: GLFW's main thread.
void wait_events(session& s, time_span cap = never);

/// The same for a loop that draws several sessions: sleeps for as long as all of them allow.
void wait_events(std::initializer_list<session*> sessions, time_span cap = never);

inline void connect(session& s, GLFWwindow*) {
    s.set_wake([] { glfwPostEmptyEvent(); });
}

inline void wait_events(session& s, time_span cap) { wait_events({&s}, cap); }

inline void wait_events(std::initializer_list<session*> sessions, time_span cap) {
    using namespace std::chrono_literals;
    using std::chrono::nanoseconds;
    const auto allowed = [sessions](nanoseconds time) {
        for (session* const s : sessions) time = std::min(time, s->wait_time(time));
        return time;
    };
    // GLFW refuses times that are not finite, and counts milliseconds in 32 bits on Windows.
    const auto sleep = [](nanoseconds time) {
        glfwWaitEventsTimeout(
            std::chrono::duration<double>(std::min<nanoseconds>(time, 24h)).count());
    };
    const nanoseconds time = allowed(cap);
    if (time <= 0ns) return glfwPollEvents();
    if (time == never) return glfwWaitEvents();
    if (time == cap) return sleep(time);
    // Until a deadline. Linux wakes a thousandth of the time late, so the rest of a long sleep is
    // slept on its own, if it is short enough for input that came just now to wait.
    sleep(time - time / 256);
    const nanoseconds rest = allowed(never);
    if (rest > 0ns && rest <= std::clamp<nanoseconds>(time / 128, 1ms, 20ms)) sleep(rest);
    // Where GLFW cuts the time to whole milliseconds, what is left would be frames for nothing.
    if (const nanoseconds left = allowed(never); left < 1ms) std::this_thread::sleep_for(left);
}

} // namespace imload

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
