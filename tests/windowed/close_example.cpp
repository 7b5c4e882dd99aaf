// An example ends although a load hears nothing, as a read that never returns.
#include "app.hpp"

#include <imload/imgui.hpp>

#include <atomic>
#include <semaphore>
#include <thread>

int main() {
    static std::atomic<bool> has_begun{false};
    char name[] = "close_example";
    char headless[] = "--headless";
    char* arguments[] = {name, headless, nullptr};
    return app::run({}, 2, arguments, [] {
        static_cast<void>(imload::async_load("deaf", [] {
                              has_begun = true;
                              static std::binary_semaphore never{0};
                              never.acquire();
                              return 0;
                          }).poll());
        while (!has_begun) std::this_thread::yield();
    });
}
