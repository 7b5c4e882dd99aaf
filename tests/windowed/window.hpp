// What the tests in a window share. Nothing is drawn in it: what is tested is when the loop wakes.
#pragma once

#include "../support.hpp"

#include <imload/glfw.hpp>

#include <GLFW/glfw3.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

namespace test {

// GLFW and one window that nobody sees, so that the screen sends no events of its own.
class window {
public:
    window() {
        if (glfwInit() != GLFW_TRUE) throw std::runtime_error("GLFW finds no display");
        handle_ = make();
    }
    ~window() { close(); }
    window(const window&) = delete;
    window& operator=(const window&) = delete;

    // One more; it goes with GLFW.
    static GLFWwindow* make() {
        glfwWindowHint(GLFW_CLIENT_API, GLFW_NO_API);
        glfwWindowHint(GLFW_VISIBLE, GLFW_FALSE);
        GLFWwindow* const made = glfwCreateWindow(64, 64, "imload", nullptr, nullptr);
        if (made == nullptr) throw std::runtime_error("GLFW opens no window");
        glfwPollEvents();
        return made;
    }

    void close() {
        if (handle_ == nullptr) return;
        glfwDestroyWindow(handle_);
        handle_ = nullptr;
        glfwTerminate();
    }

    GLFWwindow* handle() const { return handle_; }

private:
    GLFWwindow* handle_ = nullptr;
};

// Wakes a loop that has stood still for long, and remembers it: the loop then ends, and the test
// fails with a message instead of being killed.
class watchdog {
public:
    watchdog() : thread_([this] { watch(); }) {}
    ~watchdog() {
        {
            const std::lock_guard lock(mutex_);
            over_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }
    watchdog(const watchdog&) = delete;
    watchdog& operator=(const watchdog&) = delete;

    void feed() { ++fed_; }
    bool barked() const { return barked_; }

private:
    void watch() {
        std::unique_lock lock(mutex_);
        for (long before = -1; !over_;) {
            if (const long now = fed_; std::exchange(before, now) == now) {
                barked_ = true;
                glfwPostEmptyEvent();
            }
            changed_.wait_for(lock, 20s, [this] { return over_; });
        }
    }

    std::atomic<long> fed_{0};
    std::atomic<bool> barked_{false};
    std::mutex mutex_;
    std::condition_variable changed_;
    bool over_ = false;
    std::thread thread_;
};

// The loop of an application that does nothing but ask: how many frames until `done`.
template <class Ask, class Done>
int frames_until(std::initializer_list<imload::session*> sessions, Ask ask, Done done) {
    watchdog dog;
    int frames = 0;
    while (!done() && !dog.barked() && frames < 100'000) {
        for (imload::session* const s : sessions) s->begin_frame();
        ask();
        ++frames;
        dog.feed();
        if (!done()) imload::wait_events(sessions, 1h);
    }
    CHECK_FALSE(dog.barked());
    return frames;
}

// A start is one frame, a landing three.
constexpr int frames_of_an_event = 5;

} // namespace test
