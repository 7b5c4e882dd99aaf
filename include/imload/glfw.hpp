#pragma once

#include <imload/session.hpp>

#include <GLFW/glfw3.h>

#include <chrono>

// GLFW: a window that sleeps until there is something to draw.

namespace imload {

/// Lets the session's workers wake a loop that sleeps in GLFW. The window is the one that is drawn;
/// GLFW wakes all. Undo it with session.set_wake({}), or end the session, before glfwTerminate().
void connect(session& s, GLFWwindow* window);

/// Handles events, and sleeps before that for as long as the session allows, at most `cap`. What
/// landed since the last frame is never slept over, even if its wake-up was taken by another call.
/// Threads: GLFW's main thread.
void wait_events(session& s, time_span cap = never);

inline void connect(session& s, GLFWwindow*) {
    s.set_wake([] { glfwPostEmptyEvent(); });
}

inline void wait_events(session& s, time_span cap) {
    const std::chrono::nanoseconds sleep = s.wait_time(cap);
    if (sleep <= sleep.zero()) {
        glfwPollEvents();
    } else if (sleep >= std::chrono::hours(24)) {
        glfwWaitEvents(); // GLFW refuses times that are not finite
    } else {
        glfwWaitEventsTimeout(std::chrono::duration<double>(sleep).count());
    }
}

} // namespace imload
