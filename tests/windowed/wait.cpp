// A window sleeps until there is something to draw, and no longer.
#include "window.hpp"

#include <imload/imgui.hpp>

#include <imgui.h>

#include <limits>
#include <memory>

using namespace test;

namespace {

using seconds = std::chrono::duration<double>;
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr auto nothing = [] {};

} // namespace

TEST_CASE("window: a refresh wakes the loop at its time, and no frame is drawn for nothing") {
    window w;
    imload::session session;
    imload::connect(session, w.handle());
    auto load = imload::async_load(session, [] { return 1; }, {.refresh_every = 150ms});
    std::uint32_t version = 0;
    const int frames = frames_until(
        {&session}, [&] { version = load.poll().version(); }, [&] { return version == 5; });
    // Five starts and five landings: a loop that wakes too early draws until it is time.
    CHECK(frames <= 10 * frames_of_an_event);
}

TEST_CASE("window: keys that nobody shows wake nobody") {
    window w;
    imload::session session;
    imload::connect(session, w.handle());
    auto hidden = imload::async_load(session, [](int n) { return n; }, {.refresh_every = 1ms});
    int shown = 0;
    frames_until(
        {&session}, [&] { shown = hidden.poll(1).has_value(); }, [&] { return shown; });
    auto load = imload::async_load(session, [] { return 1; }, {.refresh_every = 300ms});
    const auto starts = session.statistics().starts;
    std::uint32_t version = 0;
    const int frames = frames_until(
        {&session}, [&] { version = load.poll().version(); }, [&] { return version == 3; });
    CHECK(frames <= 6 * frames_of_an_event);
    CHECK(session.statistics().starts <= starts + 3 + 1); // it may be due just when it is hidden
    session.begin_frame();
    session.begin_frame();
    session.begin_frame();
    CHECK(session.wait_time(1h) == 1h);
}

TEST_CASE("window: an inactive application is not woken by a timer") {
    window w;
    imload::session session;
    imload::connect(session, w.handle());
    auto load = imload::async_load(session, [] { return 1; }, {.refresh_every = 1ms});
    std::uint32_t version = 0;
    const auto ask_it = [&] { version = load.poll().version(); };
    frames_until({&session}, ask_it, [&] { return version > 0; });
    session.set_active(false);
    // A run that has begun may still land.
    const bool quiet = session.wait_idle(patience);
    frames_until({&session}, ask_it, [&] { return session.wait_time(1h) == 1h; });
    CHECK(quiet);
    CHECK(session.next_frame().cause == imload::wake_cause::nothing);
}

TEST_CASE("window: any cap will do") {
    window w;
    imload::session session;
    imload::connect(session, w.handle());
    for (int i = 0; i < 5; ++i) session.begin_frame();
    REQUIRE(session.wait_time(1h) == 1h);
    const auto error_before = glfwGetError(nullptr);
    SECTION("one that is over returns at once") {
        imload::wait_events(session, 0s);
        imload::wait_events(session, -1s);
        imload::wait_events(session, -imload::never);
        imload::wait_events(session, seconds(-infinity));
        imload::wait_events(session, seconds(infinity - infinity));
    }
    SECTION("one that is short returns soon") {
        imload::wait_events(session, 1ns);
        imload::wait_events(session, 1us);
        imload::wait_events(session, seconds(0.001));
    }
    SECTION("a long one ends when there is something to show") {
        int arrived = 0;
        const auto waits = [&](imload::time_span cap) {
            std::thread poster([&] { session.post([&] { ++arrived; }); });
            const int before = arrived;
            frames_until({&session}, nothing, [&] {
                imload::wait_events(session, cap);
                session.begin_frame();
                return arrived > before;
            });
            poster.join();
        };
        waits(24h);
        waits(25h);
        waits(std::chrono::hours(24 * 365 * 200));
        waits(seconds(infinity));
        waits(imload::never);
        CHECK(arrived == 5);
    }
    CHECK(error_before == GLFW_NO_ERROR);
    CHECK(glfwGetError(nullptr) == GLFW_NO_ERROR);
}

TEST_CASE("window: two windows with a session each wait for the sooner of both") {
    window w;
    GLFWwindow* const other = window::make();
    struct side {
        explicit side(GLFWwindow* on) : context(ImGui::CreateContext()) {
            ImGui::SetCurrentContext(context);
            ImGui::GetIO().IniFilename = nullptr;
            ImGui::GetIO().DisplaySize = {64, 64};
            ImGui::GetIO().Fonts->Build();
            ImGui::NewFrame();
            session = &imload::current_session();
            imload::connect(*session, on);
            ImGui::EndFrame();
        }
        std::uint32_t draw(imload::time_span every) {
            ImGui::SetCurrentContext(context);
            ImGui::NewFrame();
            auto load = imload::async_load([] { return 1; }, {.refresh_every = every});
            const std::uint32_t version = load.poll().version();
            ImGui::EndFrame();
            return version;
        }
        ImGuiContext* context;
        imload::session* session = nullptr;
    };
    side a{w.handle()};
    side b{other};
    REQUIRE(a.session != b.session);
    watchdog dog;
    int frames = 0;
    // One of them shows nothing new; whichever it is, the other wakes in time.
    const auto draw_until = [&](imload::time_span every_a, imload::time_span every_b, auto done) {
        while (!dog.barked() && frames < 100'000) {
            const std::uint32_t of_a = a.draw(every_a);
            const std::uint32_t of_b = b.draw(every_b);
            ++frames;
            dog.feed();
            if (done(of_a, of_b)) return;
            imload::wait_events({a.session, b.session}, 1h);
        }
    };
    draw_until(60ms, imload::never, [](auto of_a, auto) { return of_a >= 5; });
    draw_until(imload::never, 60ms, [](auto, auto of_b) { return of_b >= 5; });
    CHECK_FALSE(dog.barked());
    CHECK(frames <= 2 * (5 + 5) * frames_of_an_event);
    imload::shutdown();
    ImGui::DestroyContext(a.context);
    ImGui::DestroyContext(b.context);
}

TEST_CASE("window: a window closes although loads are deaf") {
    static std::atomic<int> glfw_errors{0};
    glfw_errors = 0;
    glfwSetErrorCallback([](int, const char*) { ++glfw_errors; });
    window w;
    const auto held = std::make_shared<std::atomic<bool>>(true);
    auto begun = std::make_shared<std::atomic<int>>(0);
    {
        imload::session session{{.threads = 2, .abandon_after = 100ms}};
        imload::connect(session, w.handle());
        auto load =
            imload::async_load(session, [](int n, const std::shared_ptr<std::atomic<bool>>& gate,
                                           const std::shared_ptr<std::atomic<int>>& count) {
                ++*count;
                while (*gate) std::this_thread::yield();
                return n;
            });
        frames_until(
            {&session},
            [&] {
                ask(load, 1, imload::unkeyed(held), imload::unkeyed(begun));
                ask(load, 2, imload::unkeyed(held), imload::unkeyed(begun));
                session.request_frame(5ms);
            },
            [&] { return *begun == 2; });
        glfwSetWindowShouldClose(w.handle(), GLFW_TRUE);
    }
    w.close();
    // They come back to a library that is gone, and wake nobody.
    *held = false;
    const auto until = std::chrono::steady_clock::now() + patience;
    while (held.use_count() > 1 && std::chrono::steady_clock::now() < until)
        std::this_thread::yield();
    CHECK(held.use_count() == 1);
    CHECK(glfw_errors == 0);
    glfwSetErrorCallback(nullptr);
}

TEST_CASE("window: a session without its hook outlives GLFW") {
    static std::atomic<int> glfw_errors{0};
    glfw_errors = 0;
    glfwSetErrorCallback([](int, const char*) { ++glfw_errors; });
    imload::session session;
    {
        window w;
        imload::connect(session, w.handle());
        session.begin_frame();
        session.set_wake({});
    }
    session.begin_frame();
    auto load = imload::async_load(session, [] { return 1; });
    ask(load);
    CHECK(session.wait_idle(patience));
    CHECK(session.statistics().wakes == 0);
    CHECK(glfw_errors == 0);
    glfwSetErrorCallback(nullptr);
}
