// What the tests share: an application on a manual clock and a manual executor.
#pragma once

#include <imload/imload.hpp>
#include <imload/testing.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace test {

using namespace std::chrono_literals;

using status = decltype(std::declval<const imload::result<int>&>().status());

// How long a test waits for real threads before it is called a failure; never slept through.
inline constexpr auto patience = 60s;

// Asks for a key and looks at nothing.
template <class Loader, class... Args>
void ask(Loader&& loader, const Args&... args) {
    (void)loader.poll(args...);
}

// An application whose time stands still and whose loads run when the test says so.
// Its first frame has begun.
struct ui {
    imload::manual_clock clock;
    imload::manual_executor executor;
    imload::session session{{.executor = &executor, .clock = &clock}};

    ui() { session.begin_frame(); }

    void frame() { session.begin_frame(); }

    void frames(int count) {
        for (int i = 0; i < count; ++i) frame();
    }

    template <class Duration>
    void frame_after(Duration step) {
        clock.advance(step);
        frame();
    }

    // Lets every load run and shows its result.
    void land() {
        executor.run_all();
        frame();
    }

    auto statistics() const { return session.statistics(); }
    std::size_t keys() const { return static_cast<std::size_t>(session.size()); }
    int starts() const { return static_cast<int>(session.statistics().starts); }
};

// An application whose loads run on real threads.
template <class Executor>
struct threaded_ui {
    Executor executor{};
    imload::session session{{.executor = &executor}};

    threaded_ui() { session.begin_frame(); }
    void frame() { session.begin_frame(); }
    bool idle() { return session.wait_idle(patience); }
};

// Where a load on a real thread stops until the test lets it go on.
class gate {
public:
    // The load's: returns when the gate was opened for it.
    void pass() {
        reach();
        opened_.acquire();
    }
    void reach() { reached_.release(); }
    // The test's: until a load has reached it.
    void wait() { reached_.acquire(); }
    void open(int loads = 1) { opened_.release(loads); }

private:
    std::counting_semaphore<> reached_{0};
    std::counting_semaphore<> opened_{0};
};

// What a call throws, as text; empty when it throws nothing of this type.
template <class Exception, class F>
std::string thrown(F&& f) {
    try {
        std::forward<F>(f)();
    } catch (const Exception& e) {
        return e.what();
    }
    return {};
}

inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

// Runs f on another thread and waits for its end.
template <class F>
void on_another_thread(F&& f) {
    std::thread thread(std::forward<F>(f));
    thread.join();
}

} // namespace test
