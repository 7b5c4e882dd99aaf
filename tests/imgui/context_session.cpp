#include "headless.hpp"

#include <imload/imgui.hpp>
#include <imload/testing.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#if __has_include(<sys/wait.h>)
#include <sys/wait.h>
#include <unistd.h>
#endif

using namespace std::chrono_literals;

namespace {

using table = std::string;

table fetch_rates(const std::string& base, int decimals) {
    return base + std::to_string(decimals);
}

/// Ends the implicit sessions before the contexts go, as an app does.
struct shuts_down {
    shuts_down() = default;
    shuts_down(const shuts_down&) = delete;
    shuts_down& operator=(const shuts_down&) = delete;
    ~shuts_down() { imload::shutdown(); }
};

void five_lines(std::string& drawn) {
    auto rates = imload::async_load(fetch_rates, {.refresh_every = 4s});
    if (std::optional<table> t = rates("EUR", 2))
        drawn = *t;
    else
        imload::ui::skeleton({-1, 80});
}

int twice(int number) { return 2 * number; }

/// A session's frames that each of some ImGui frames begins; -1 where they differ.
template <class Draw>
int begun_in_each(headless& gui, const imload::session& s, Draw draw) {
    int each = -1;
    for (int i = 0; i < 5; ++i) {
        const auto before = s.last_frame().frame;
        gui.frame(draw);
        const int begun = static_cast<int>(s.last_frame().frame - before);
        if (i == 0) each = begun;
        if (begun != each) return -1;
    }
    return each;
}

/// Begins, and goes on until it is told to stop.
struct until_told {
    static inline std::atomic<bool> began = false;
    static inline std::atomic<bool> told = false;
    static void reset() { began = told = false; }

    int operator()(imload::context& c) const {
        began = true;
        while (!c.stop_requested()) std::this_thread::yield();
        told = true;
        return 1;
    }
};

void draw_until_begun(headless& gui) {
    while (!until_told::began) gui.frame([] { (void)imload::async_load(until_told{}).poll(); });
}

/// What the call says when it throws a std::logic_error; empty when it does not.
template <class Call>
std::string logic_error_of(Call call) {
    try {
        call();
    } catch (const std::logic_error& e) {
        return e.what();
    }
    return {};
}

/// Runs one thing after another on a thread of its own.
class other_thread {
public:
    ~other_thread() {
        run([this] { ends_ = true; });
        thread_.join();
    }
    void run(std::function<void()> fn) {
        next_ = std::move(fn);
        has_next_ = true;
        has_next_.notify_one();
        has_next_.wait(true);
    }

private:
    std::function<void()> next_;
    std::atomic<bool> has_next_ = false;
    bool ends_ = false;
    std::thread thread_{[this] {
        while (!ends_) {
            has_next_.wait(false);
            next_();
            has_next_ = false;
            has_next_.notify_one();
        }
    }};
};

/// A place at which one ImGui context after another is made.
struct same_place {
    alignas(std::max_align_t) static inline std::byte memory[std::size_t{1} << 20];
    static inline bool is_next = false;

    same_place() {
        ImGui::SetAllocatorFunctions(
            [](std::size_t size, void*) -> void* {
                if (is_next && size <= sizeof memory) {
                    is_next = false;
                    return memory;
                }
                return std::malloc(size);
            },
            [](void* p, void*) {
                if (p != memory) std::free(p);
            });
    }
    same_place(const same_place&) = delete;
    same_place& operator=(const same_place&) = delete;
    ~same_place() {
        ImGui::SetAllocatorFunctions([](std::size_t size, void*) { return std::malloc(size); },
                                     [](void* p, void*) { std::free(p); });
    }
};

} // namespace

TEST_CASE("the five lines work in any ImGui frame, with nothing else set up") {
    headless gui;
    const shuts_down at_end;
    std::string drawn;
    gui.frame([&] { five_lines(drawn); });
    CHECK(drawn.empty());
    CHECK(imload::current_session().wait_idle(10s));
    gui.frame([&] { five_lines(drawn); });
    CHECK(drawn == "EUR2");
}

TEST_CASE("an implicit session begins its frame once per ImGui frame") {
    headless gui;
    const shuts_down at_end;
    const auto load = imload::async_load(fetch_rates);
    gui.frame([&] { (void)load.poll("a", 1); });
    CHECK(imload::current_session().wait_idle(10s));
    int finished = 0;
    for (int i = 0; i < 3; ++i)
        gui.frame([&] {
            finished += load.poll("a", 1).just_finished();
            finished += load.poll("a", 1).just_finished();
        });
    CHECK(finished == 0); // it landed in the frame that waited
    gui.frame([&] { load.poll("a", 1).refresh(); });
    CHECK(imload::current_session().wait_idle(10s));
    CHECK(load.poll("a", 1).version() == 2);
}

TEST_CASE("each ImGui context has a session of its own") {
    headless one;
    headless two;
    const shuts_down at_end;
    const auto load = imload::async_load(fetch_rates);
    imload::session* of_one = nullptr;
    imload::session* of_two = nullptr;
    one.frame([&] {
        of_one = &imload::current_session();
        (void)load.poll("one", 1);
    });
    two.frame([&] { of_two = &imload::current_session(); });
    CHECK(of_one != of_two);
    CHECK(of_one->size() == 1);
    CHECK(of_two->size() == 0);
    one.make_current();
    CHECK(&imload::current_session() == of_one);
    two.make_current();
    CHECK(&imload::current_session() == of_two);
}

TEST_CASE("a session that the app made is used in place of the implicit one") {
    headless gui;
    imload::manual_executor executor;
    imload::session session{{.executor = &executor}};
    const auto load = imload::async_load(fetch_rates);
    gui.frame([&] { (void)load.poll("a", 1); });
    CHECK(&imload::current_session() == &session);
    CHECK(executor.pending() == 1);
}

TEST_CASE("without an ImGui context a loader says what is missing") {
    ImGui::SetCurrentContext(nullptr);
    const auto load = imload::async_load(fetch_rates);
    std::string message;
    try {
        (void)load.poll("a", 1);
    } catch (const std::logic_error& e) {
        message = e.what();
    }
    CHECK(message.find("poll()") != message.npos);
    CHECK(message.find("ImGui context") != message.npos);
}

TEST_CASE("shutdown ends the implicit sessions, and a later frame begins anew") {
    headless gui;
    const auto load = imload::async_load(fetch_rates);
    gui.frame([&] { (void)load.poll("a", 1); });
    imload::shutdown();
    imload::shutdown();
    gui.frame([&] { CHECK(load.poll("a", 1).status() == imload::status::queued); });
    CHECK(imload::current_session().size() == 1);
    imload::shutdown();
}

TEST_CASE("shutdown within a frame of the session is a logic error, and comes right later") {
    headless gui;
    const auto load = imload::async_load(twice);
    gui.frame([&] { (void)load.poll(1); });
    imload::current_session().post([] { imload::shutdown(); });
    std::string message;
    gui.frame([&] { message = logic_error_of([&] { (void)load.poll(1); }); });
    CHECK(message.find("shutdown() was called within begin_frame()") != std::string::npos);
    gui.frame([&] { CHECK_NOTHROW(load.poll(1)); });
    CHECK_NOTHROW(imload::shutdown());
}

TEST_CASE("frames that an app begins by itself count where ImGui renders nothing") {
    const headless gui; // a minimised window, say
    imload::session& s = imload::current_session();
    const auto load = imload::async_load(s, twice);
    for (int i = 0; i < 5; ++i) {
        const auto before = s.last_frame().frame;
        s.begin_frame();
        ImGui::NewFrame();
        (void)load.poll(1);
        (void)imload::async_load(twice)(2);
        ImGui::EndFrame();
        CHECK(s.last_frame().frame - before == 1);
    }
}

TEST_CASE("an implicit session that is named begins its frame as one that is not") {
    headless gui;
    const shuts_down at_end;
    imload::session& s = imload::current_session();
    const auto kept = imload::async_load(imload::current_session(), twice);

    SECTION("each ask of an ImGui frame is in one frame of the session") {
        CHECK(begun_in_each(gui, s, [&] { (void)imload::async_load(s, twice)(2); }) == 1);
        CHECK(begun_in_each(gui, s, [&] { (void)kept.poll(2); }) == 1);
        CHECK(begun_in_each(gui, s, [&] { (void)kept.peek(2); }) == 1);
        CHECK(begun_in_each(gui, s, [&] { kept.prefetch(2); }) == 1);
        CHECK(begun_in_each(gui, s, [&] { kept.refresh_all(); }) == 1);
        CHECK(begun_in_each(gui, s, [&] {
                  (void)kept.poll(2);
                  (void)imload::async_load(twice)(2);
                  (void)imload::current_session().wait_time();
                  (void)kept.poll(2);
              }) == 1);
    }
    SECTION("what lands is shown") {
        std::atomic<bool> landed = false;
        s.set_wake([&] { landed = true; });
        std::optional<int> got;
        gui.frame([&] { got = kept(2); });
        CHECK_FALSE(got);
        while (!landed) std::this_thread::yield();
        gui.frame([&] { got = kept(2); });
        CHECK(got == 4);
        s.set_wake({});
    }
    SECTION("its members begin it too") {
        CHECK(begun_in_each(gui, s, [&] { (void)s.find<int>("none"); }) == 1);
        CHECK(begun_in_each(gui, s, [&] { s.for_each([](const auto&) {}); }) == 1);
        CHECK(begun_in_each(gui, s, [&] { (void)s.wait_time(); }) == 1);
        CHECK(begun_in_each(gui, s, [&] { s.request_frame(); }) == 1);
    }
    SECTION("an app that begins its frames itself begins no more of them") {
        CHECK(begun_in_each(gui, s, [&] {
                  s.begin_frame();
                  (void)kept.poll(2);
                  (void)imload::async_load(twice)(2);
              }) == 1);
    }
    SECTION("nor one that does so before ImGui's frame") {
        gui.frame([&] { (void)kept.poll(2); });
        const auto before = s.last_frame().frame;
        for (int i = 0; i < 5; ++i) {
            s.begin_frame();
            (void)s.wait_time();
            gui.frame([&] { (void)kept.poll(2); });
            CHECK(s.last_frame().frame == before + static_cast<unsigned>(i) + 1);
        }
    }
    SECTION("made current") {
        s.make_current();
        CHECK(begun_in_each(gui, s, [&] { (void)imload::async_load(twice)(2); }) == 1);
        CHECK(&imload::current_session() == &s);
    }
    SECTION("made current again after another one") {
        {
            imload::session mine;
            mine.make_current();
            CHECK(&imload::current_session() == &mine);
            s.make_current();
        }
        CHECK(begun_in_each(gui, s, [&] { (void)imload::async_load(twice)(2); }) == 1);
        CHECK(&imload::current_session() == &s);
    }
    SECTION("made current, it is not another context's") {
        s.make_current();
        const headless two;
        CHECK(&imload::current_session() != &s);
    }
    SECTION("in the frames of another context, while its own has none") {
        headless two;
        two.frame([&] { (void)kept.poll(2); });
        CHECK(begun_in_each(two, s, [&] { (void)kept.poll(2); }) == 1);
        const auto before = s.last_frame().frame;
        for (int i = 0; i < 5; ++i) {
            gui.frame([&] { (void)kept.poll(2); });
            two.frame([&] { (void)kept.poll(2); });
        }
        CHECK(s.last_frame().frame - before == 5);
    }
    SECTION("in those of one context after another") {
        headless two;
        two.frame([&] { (void)kept.poll(2); });
        two.frame([&] { (void)kept.poll(2); });
        headless three;
        three.frame([&] { (void)kept.poll(2); });
        CHECK(begun_in_each(three, s, [&] { (void)kept.poll(2); }) == 1);
        const auto before = s.last_frame().frame;
        for (int i = 0; i < 5; ++i) {
            two.frame([&] { (void)kept.poll(2); });
            three.frame([&] { (void)kept.poll(2); });
        }
        CHECK(s.last_frame().frame - before == 5);
    }
    SECTION("in those of another context, whose app begins its frames before ImGui's") {
        headless two;
        two.frame([&] { (void)kept.poll(2); });
        const auto before = s.last_frame().frame;
        for (int i = 0; i < 5; ++i) {
            s.begin_frame();
            two.frame([&] { (void)kept.poll(2); });
        }
        CHECK(s.last_frame().frame - before == 5);
    }
    SECTION("not from inside a load") {
        static imload::session* in = nullptr;
        in = &s;
        const auto load = imload::async_load(s, [] {
            (void)imload::async_load(*in, twice).poll(1);
            return 1;
        });
        gui.frame([&] { (void)load.poll(); });
        CHECK(s.wait_idle());
        const auto r = load.peek();
        REQUIRE(r.error());
        CHECK(r.error()->message.find("inside a load") != std::string::npos);
    }
}

TEST_CASE("the inspector and the demo show an implicit session") {
    headless gui;
    const shuts_down at_end;
    for (int i = 0; i < 3; ++i)
        CHECK_NOTHROW(gui.frame([] {
            (void)imload::async_load(twice)(2);
            imload::ui::show_inspector_window();
            imload::ui::show_demo_window();
        }));
    CHECK_NOTHROW(gui.frame([] { imload::ui::show_inspector_window(imload::current_session()); }));
}

TEST_CASE("what a result does begins no frame, which would end the result") {
    headless gui;
    const shuts_down at_end;
    imload::session& s = imload::current_session();
    const auto load = imload::async_load(s, twice);
    imload::result<int> r;
    gui.frame([&] { r = load.poll(1); });
    gui.frame([&] {
        const auto before = s.last_frame().frame;
        r.refresh();
        CHECK(s.last_frame().frame == before);
        (void)load.poll(1);
        CHECK(s.last_frame().frame == before + 1);
    });
}

TEST_CASE("a spinner changes nothing between two asks of a frame") {
    headless gui;
    const shuts_down at_end;
    imload::session& s = imload::current_session();
    CHECK(begun_in_each(gui, s, [&] {
              (void)imload::async_load(s, twice).poll(1);
              const auto before = s.last_frame().frame;
              imload::ui::spinner("##s");
              CHECK(s.last_frame().frame == before);
              (void)imload::async_load(s, twice).poll(1);
              CHECK(s.last_frame().frame == before);
          }) == 1);
}

TEST_CASE("asking from another thread than an implicit session's is a logic error") {
    headless gui;
    const shuts_down at_end;
    const auto load = imload::async_load(twice);
    gui.frame([&] { (void)load.poll(1); });
    imload::session& s = imload::current_session();
    other_thread other;
    std::string unnamed;
    std::string named;
    std::string result;
    std::string current;
    std::string ended;
    const auto r = load.poll(1);
    other.run([&] {
        unnamed = logic_error_of([&] { (void)load.poll(1); });
        named = logic_error_of([&] { (void)imload::async_load(s, twice).poll(1); });
        result = logic_error_of([&] { r.refresh(); });
        current = logic_error_of([&] { (void)imload::current_session(); });
        ended = logic_error_of([] { imload::shutdown(); });
        imload::ui::animate();
    });
    for (const std::string& message : {unnamed, named, result, current, ended})
        CHECK(message.find("another thread") != std::string::npos);
    CHECK(unnamed.find("poll()") != std::string::npos);
    CHECK(ended.find("shutdown()") != std::string::npos);
    CHECK(s.statistics().starts == 1);
    CHECK(&imload::current_session() == &s);
}

TEST_CASE("a context may be drawn by another thread after shutdown, or after its thread has ended") {
    headless gui;
    const shuts_down at_end;
    const auto load = imload::async_load(twice);
    const auto draw = [&] { gui.frame([&] { (void)load.poll(1); }); };
    {
        other_thread one;
        one.run(draw);
        CHECK_FALSE(logic_error_of([&] { (void)load.poll(1); }).empty());
        one.run([] { imload::shutdown(); });
        CHECK_NOTHROW(draw());
        imload::shutdown();
        one.run(draw);
    }
    CHECK_NOTHROW(draw());
}

TEST_CASE("another thread's context may be where one was that is gone") {
    const same_place place;
    std::optional<headless> gui;
    const auto make = [&] {
        place.is_next = true;
        gui.emplace();
    };
    const auto load = imload::async_load(twice);
    const auto draw = [&] { gui->frame([&] { (void)load.poll(1); }); };
    const auto forget = [&] { gui->forget(); };
    other_thread other;
    other.run(make);
    other.run(draw);
    other.run(draw);
    imload::session* of_other = nullptr;
    other.run([&] { of_other = &imload::current_session(); });
    other.run(forget);

    make();
    CHECK_NOTHROW(draw());
    CHECK_NOTHROW(draw());
    CHECK(&imload::current_session() != of_other);
    std::string message;
    other.run([&] { message = logic_error_of(draw); });
    CHECK(message.find("another thread") != std::string::npos);
    forget();

    other.run([&] {
        make();
        message = logic_error_of(draw);
    });
    CHECK(message.empty());
    other.run([&] { gui.reset(); });
    imload::shutdown();
}

TEST_CASE("the loads of a thread that ends without shutdown are told to stop") {
    until_told::reset();
    ImGui::SetCurrentContext(nullptr);
    std::optional<headless> gui;
    std::thread([&] {
        gui.emplace();
        draw_until_begun(*gui);
    }).join();
    CHECK(until_told::told);
}

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define IMLOAD_TEST_NO_FORK
#endif
#endif
#if __has_include(<sys/wait.h>) && !defined(__SANITIZE_THREAD__) && !defined(IMLOAD_TEST_NO_FORK)

namespace {

/// Ends long after the implicit sessions do.
struct last_global {
    bool looks = false;
    ~last_global() {
        if (looks) _exit(until_told::told ? 0 : 1);
    }
} goes_last;

/// Whether all is well with a process that ends after `run`: the load has been told to stop.
template <class Run>
bool ends_well(Run run) {
    until_told::reset();
    std::fflush(nullptr); // else both write what is in the buffers
    const pid_t child = fork();
    if (child == 0) {
        goes_last.looks = true;
        run();
        std::exit(2);
    }
    int status = -1;
    return waitpid(child, &status, 0) == child && status == 0;
}

} // namespace

TEST_CASE("at the end of the process loads are told to stop") {
    // Values that are not destroyed may be left behind, and contexts are.
    CHECK(ends_well([] { draw_until_begun(*new headless); }));
    CHECK(ends_well([] { std::thread([] { draw_until_begun(*new headless); }).join(); }));
    CHECK(ends_well([] {
        std::thread([] {
            auto& gui = *new headless;
            draw_until_begun(gui);
            for (;;) gui.frame([] { (void)imload::async_load(until_told{}).poll(); });
        }).detach();
        while (!until_told::began) std::this_thread::yield();
    }));
}

namespace {

struct needs_context {
    needs_context() = default;
    needs_context(const needs_context&) = default;
    needs_context& operator=(const needs_context&) = default;
    ~needs_context() { went_in_time = ImGui::GetCurrentContext() != nullptr; }
    static inline bool went_in_time = false;
};

} // namespace

TEST_CASE("shutdown as the process ends destroys the values") {
    CHECK(ends_well([] {
        until_told::told = true;
        static headless* const gui = new headless;
        const auto load = imload::async_load([] { return needs_context(); });
        bool is_there = false;
        while (!is_there) gui->frame([&] { is_there = load.poll().has_value(); });
        needs_context::went_in_time = false;
        std::atexit([] { // before the implicit sessions leave, and after this thread's objects went
            delete gui;
            if (!needs_context::went_in_time) _exit(3);
        });
        std::exit(0);
    }));
}

TEST_CASE("at the end of the process a loop of another thread that sleeps is woken") {
    CHECK(ends_well([] {
        std::thread([] {
            static std::atomic<bool> wakes = false;
            auto& gui = *new headless;
            gui.frame([] { imload::current_session().set_wake([] { wakes = true; }); });
            draw_until_begun(gui);
            for (;;) {
                while (!wakes.exchange(false)) std::this_thread::yield();
                gui.frame([] { (void)imload::async_load(until_told{}).poll(); });
            }
        }).detach();
        while (!until_told::began) std::this_thread::yield();
    }));
}

#endif

TEST_CASE("a spinner and a skeleton take their room and draw when they are seen") {
    headless gui;
    ImVec2 before;
    ImVec2 after;
    int empty = 0;
    gui.frame([&] {});
    gui.frame([&] {});
    empty = headless::vertices();
    gui.frame([&] {
        before = ImGui::GetCursorPos();
        imload::ui::spinner("##busy", 10);
        after = ImGui::GetCursorPos();
    });
    CHECK(after.y - before.y == 20 + ImGui::GetStyle().ItemSpacing.y);
    CHECK(headless::vertices() > empty);
    gui.frame([&] {
        before = ImGui::GetCursorPos();
        imload::ui::skeleton({120, 30});
        after = ImGui::GetCursorPos();
    });
    CHECK(after.y - before.y == 30 + ImGui::GetStyle().ItemSpacing.y);
    CHECK(headless::vertices() > empty);
}

TEST_CASE("a widget that is scrolled out of sight draws nothing") {
    headless gui;
    // Both frames are as high, so that they differ in what the widgets draw alone.
    const auto frames = [&](bool widgets, float above) {
        for (int i = 0; i < 3; ++i)
            gui.frame([=] {
                ImGui::Dummy(ImVec2(1, above));
                if (widgets) {
                    imload::ui::spinner("##busy", 10);
                    imload::ui::skeleton({100, 20});
                } else {
                    ImGui::Dummy(ImVec2(20, 20));
                    ImGui::Dummy(ImVec2(100, 20));
                }
                ImGui::Dummy(ImVec2(1, 5000));
            });
        return headless::vertices();
    };
    CHECK(frames(true, 5000) == frames(false, 5000));
    CHECK(frames(true, 10) > frames(false, 10));
}

TEST_CASE("reduce_motion stops every animation") {
    headless gui;
    imload::ui::reduce_motion = true;
    gui.frame([] { CHECK(imload::ui::motion_phase(1.0f) == 0.0f); });
    imload::ui::reduce_motion = false;
}
