// A window is closed while a load runs that hears nothing: the process ends all the same.
#include <imload/glfw.hpp>
#include <imload/imload.hpp>

#include <GLFW/glfw3.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

int main() {
    using namespace std::chrono_literals;
    if (glfwInit() != GLFW_TRUE) {
        std::fputs("GLFW finds no display\n", stderr);
        return 1;
    }
    glfwWindowHint(GLFW_CLIENT_API, GLFW_NO_API);
    GLFWwindow* const window = glfwCreateWindow(64, 64, "imload", nullptr, nullptr);
    if (window == nullptr) return 1;
    {
        static std::atomic<bool> has_begun{false};
        imload::session session{{.abandon_after = 500ms}};
        imload::connect(session, window);
        auto deaf = imload::async_load(session, [] {
            has_begun = true;
            for (;;) std::this_thread::sleep_for(1h);
            return 0;
        });
        while (glfwWindowShouldClose(window) == GLFW_FALSE) {
            session.begin_frame();
            static_cast<void>(deaf.poll());
            if (has_begun) glfwSetWindowShouldClose(window, GLFW_TRUE);
            imload::wait_events(session, 5ms);
        }
    }
    glfwDestroyWindow(window);
    glfwTerminate();
}
