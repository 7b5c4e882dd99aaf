#include "rig.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using imload::wake_cause;

namespace {

int identity(int x) { return x; }

struct animated {
    std::string name;
    std::function<void()> draw;
};

/// Everything that moves; the bar and the content are of a key whose run is not ended.
std::vector<animated> all_animated(rig& r) {
    const auto key = [&r] { return imload::async_load(r.session, identity).poll(1); };
    return {
        {"spinner", [] { imload::ui::spinner("##s", 10); }},
        {"skeleton",
         [] {
             imload::ui::skeleton({100, 20});
         }},
        {"skeleton_lines", [] { imload::ui::skeleton_lines(3); }},
        {"progress_bar",
         [key] {
             imload::ui::progress_bar(key(), {100, 20});
         }},
    };
}

} // namespace

TEST_CASE("what moves asks for the next frame, 15 times a second at most") {
    rig r;
    for (const animated& a : all_animated(r)) {
        INFO(a.name);
        const imload::next_wake next = r.settled(a.draw);
        CHECK(next.cause == wake_cause::requested);
        CHECK(next.in >= 66ms);
        CHECK(next.in <= 67ms);
        CHECK(r.session.wait_time() == next.in);
    }
}

TEST_CASE("what is scrolled out of sight asks for no frame") {
    rig r;
    for (const animated& a : all_animated(r)) {
        INFO(a.name);
        CHECK(r.settled([&] {
                   ImGui::Dummy(ImVec2(1, 5000));
                   a.draw();
               }).cause == wake_cause::nothing);
    }
}

TEST_CASE("what is in a collapsed window asks for no frame, and draws nothing") {
    rig r;
    for (const animated& a : all_animated(r)) {
        INFO(a.name);
        const auto collapsed = [&](bool drawn) {
            const imload::next_wake next = r.settled([&] {
                ImGui::SetNextWindowCollapsed(true);
                ImGui::SetNextWindowPos(ImVec2(200, 200));
                ImGui::Begin("collapsed");
                if (drawn) a.draw();
                ImGui::End();
            });
            CHECK(next.cause == wake_cause::nothing);
            return headless::vertices();
        };
        CHECK(collapsed(true) == collapsed(false));
    }
}

TEST_CASE("reduce_motion asks for no frame, and everything is still drawn") {
    rig r;
    const motionless still;
    for (const animated& a : all_animated(r)) {
        INFO(a.name);
        CHECK(r.settled(a.draw).cause == wake_cause::nothing);
        CHECK(r.vertices_of(a.draw) > 0);
        const auto at = [&](std::chrono::milliseconds later) {
            r.frame(a.draw, later);
            const ImDrawVert* const v = ImGui::GetDrawData()->CmdLists[0]->VtxBuffer.Data;
            double sum = 0;
            for (int i = 0; i < ImGui::GetDrawData()->CmdLists[0]->VtxBuffer.Size; ++i)
                sum += static_cast<double>(v[i].pos.x) * (i + 1);
            return sum;
        };
        CHECK(at(16ms) == at(333ms));
    }
}

TEST_CASE("the phase of a motion is less than 1, however near") {
    const headless gui;
    for (const float later : {1 - 0x1p-24f, 0x1p-24f - 0x1p-30f}) {
        ImGui::GetIO().DeltaTime = later;
        ImGui::NewFrame();
        ImGui::EndFrame();
    }
    REQUIRE(ImGui::GetTime() < 1);
    CHECK(imload::ui::motion_phase(1) < 1);
    CHECK(imload::ui::motion_phase(1) > 0.999f);
}

TEST_CASE("a spinner asks the session of the ImGui context when the app made none") {
    headless gui;
    auto load = imload::async_load([] { return 1; });
    gui.frame([&] { (void)load.poll(); });
    REQUIRE(imload::current_session().wait_idle(60s));
    for (int i = 0; i < 4; ++i)
        gui.frame([&] {
            imload::ui::spinner("##s"); // before the session's frame has begun
            (void)load.poll();
        });
    CHECK(imload::current_session().next_frame().cause == wake_cause::requested);
}

TEST_CASE("a skeleton that stands for a result of no key asks the current session") {
    rig r;
    const imload::result<int> none;
    CHECK(r.settled([&] { imload::ui::skeleton({100, 20}, &none); }).cause ==
          wake_cause::requested);
    CHECK(r.settled([&] { imload::ui::skeleton_lines(3, &none); }).cause == wake_cause::requested);
}

TEST_CASE("a spinner makes no session") {
    headless gui;
    gui.frame([] { imload::ui::spinner("##s"); });
    CHECK(imload::detail::context_sessions::of_this_thread().known() == nullptr);
}

TEST_CASE("a spinner throws nothing where there is no session") {
    headless gui;
    const auto ambient = std::exchange(imload::detail::ambient_session, nullptr);
    gui.frame([] { CHECK_NOTHROW(imload::ui::spinner("##s")); });
    imload::detail::ambient_session = ambient;
}
