#include "headless.hpp"

#include <imload/imgui.hpp>
#include <imload/testing.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

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
