#include "rig.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using imload::wake_cause;

namespace {

bool fails = false;

int load_number(int x) {
    if (fails) throw std::runtime_error("it failed");
    return x;
}

/// A frame of nothing but show, and what came of it.
struct shown : rig {
    shown() { fails = false; }

    ImVec2 content{100, 40};
    bool drawn = false;
    int key = 1;
    ImVec2 before;
    ImVec2 after;
    ImVec2 min;
    ImVec2 max;

    auto loader() { return imload::async_load(session, load_number); }
    auto poll() { return loader().poll(key); }

    void draw() {
        before = ImGui::GetCursorScreenPos();
        drawn = imload::ui::show(poll(), [&](const int&) { ImGui::Dummy(content); });
        after = ImGui::GetCursorScreenPos();
        min = ImGui::GetItemRectMin();
        max = ImGui::GetItemRectMax();
    }
    void step(std::chrono::milliseconds later = 10ms) {
        frame([&] { draw(); }, later);
    }
    /// Only one of the two clocks moves on.
    void step_session(std::chrono::milliseconds later) {
        clock.advance(later);
        step(0ms);
    }
    void step_gui(std::chrono::milliseconds later) {
        session.begin_frame();
        gui.delta = static_cast<float>(later.count()) / 1000.0f;
        gui.frame([&] { draw(); });
    }
    void land() {
        executor.run_all();
        step(1ms);
    }
    /// The room that it took.
    [[nodiscard]] float height() const { return max.y - min.y; }
    [[nodiscard]] float width() const { return max.x - min.x; }
    /// Whether anything but the window was drawn last.
    bool is_empty() {
        const int now = headless::vertices();
        gui.frame([] {});
        return headless::vertices() == now;
    }
    [[nodiscard]] static float lines(int n) {
        return ImGui::GetTextLineHeightWithSpacing() * static_cast<float>(n) -
               ImGui::GetStyle().ItemSpacing.y;
    }
    /// Asked for by show, not by the session's own timers.
    imload::next_wake asked() { return session.next_frame(); }
};

} // namespace

TEST_CASE("a value that comes within 200 ms is drawn at once, without a skeleton") {
    shown s;
    s.step();
    CHECK(!s.drawn);
    s.step(190ms);
    CHECK(!s.drawn);
    CHECK(s.height() == shown::lines(1));
    s.land();
    CHECK(s.drawn);
    CHECK(s.height() == 40);
}

TEST_CASE("nothing is drawn for 200 ms, then a skeleton, which stays for 300 ms") {
    shown s;
    s.step();
    s.step();
    s.step(180ms);
    CHECK(s.height() == shown::lines(1));
    CHECK(s.asked().cause == wake_cause::requested);
    CHECK(s.asked().in > 9900us); // ImGui's time is a sum of floats
    CHECK(s.asked().in <= 10ms);
    s.step(10ms);
    CHECK(s.height() == shown::lines(3));
    CHECK(!s.drawn);
    s.executor.run_all();
    s.step(1ms);
    CHECK(!s.drawn); // the value is there, and the skeleton stays
    CHECK(s.poll().has_value());
    s.step(289ms);
    CHECK(!s.drawn);
    CHECK(s.asked().in == 0ms); // news of the landing
    s.step(5ms);
    CHECK(s.asked().cause == wake_cause::requested);
    CHECK(s.asked().in == 5ms);
    s.step(5ms);
    CHECK(s.drawn);
    CHECK(s.height() == 40);
}

TEST_CASE("in the first 200 ms nothing is seen") {
    shown s;
    s.step();
    s.step();
    CHECK(s.is_empty());
}

TEST_CASE("a list whose rows are shows asks for those that fit on screen") {
    rig r;
    fails = false;
    const auto load = imload::async_load(r.session, load_number);
    const auto row = [&](int i) { imload::ui::show(load.poll(i), [] { ImGui::Text("row"); }); };
    const auto list = [&](auto each) {
        ImGuiListClipper clipper;
        clipper.Begin(10'000); // which is told no height
        while (clipper.Step())
            for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) each(i);
    };
    const auto in_list = [&] { list(row); };
    const auto in_table = [&] {
        if (!ImGui::BeginTable("t", 1, ImGuiTableFlags_ScrollY)) return;
        list([&](int i) {
            ImGui::TableNextColumn();
            row(i);
        });
        ImGui::EndTable();
    };
    const auto asked_by = [&](auto draw) {
        r.session.clear();
        for (int i = 0; i < 20; ++i) r.frame(draw);
        return r.session.size();
    };
    const float line = 13; // the default font's, in a window of 400 pixels
    std::size_t fit = 0;
    SECTION("in a window") {
        fit = asked_by(in_list);
        CHECK(fit <= static_cast<std::size_t>(400 / (line + ImGui::GetStyle().ItemSpacing.y)) + 2);
    }
    SECTION("in a table") {
        fit = asked_by(in_table);
        CHECK(fit <=
              static_cast<std::size_t>(400 / (line + 2 * ImGui::GetStyle().CellPadding.y)) + 2);
    }
    SECTION("without a space between") {
        ImGui::GetStyle().ItemSpacing.y = 0;
        fit = asked_by(in_list);
        CHECK(fit <= static_cast<std::size_t>(400 / line) + 2);
    }
    SECTION("in a table without a space between") {
        ImGui::GetStyle().CellPadding.y = 0;
        fit = asked_by(in_table);
        CHECK(fit <= static_cast<std::size_t>(400 / line) + 2);
    }
    CHECK(fit > 15);
}

TEST_CASE("what comes after show in a cell is as if the content had been drawn") {
    shown s;
    float left = 0;
    float next = 0;
    float width = 0;
    bool hovered = false;
    const auto cell = [&] {
        ImGui::Button("before", ImVec2(60, 20));
        left = ImGui::GetItemRectMin().x;
        s.gui.mouse(ImVec2(left + 5, ImGui::GetItemRectMin().y + 5)); // from the next frame on
        ImGui::SameLine();
        ImGui::SetNextItemWidth(50);
        imload::ui::show(s.poll(), [](int) { ImGui::TextUnformatted("x"); });
        hovered = ImGui::IsItemHovered();
        int x = 0;
        ImGui::InputInt("##x", &x);
        next = ImGui::GetItemRectMin().x;
        width = ImGui::GetItemRectSize().x;
    };
    const auto everywhere = [&] {
        for (int i = 0; i < 3; ++i) {
            s.frame([&] {
                if (!ImGui::BeginTable("t", 1)) return;
                ImGui::TableNextColumn();
                cell();
                ImGui::EndTable();
            });
            CHECK(next == left);
            CHECK(width > 60);
            CHECK(!hovered);
        }
        for (int i = 0; i < 3; ++i) {
            s.frame([&] {
                ImGui::Columns(2);
                cell();
                ImGui::Columns(1);
            });
            CHECK(next == left);
            CHECK(width > 60);
            CHECK(!hovered);
        }
    };
    everywhere();
    CHECK(!s.poll().has_value());
    s.executor.run_all();
    everywhere();
    CHECK(s.poll().has_value());
}

TEST_CASE("a skeleton in a cell is one line until something has landed") {
    shown s;
    float height = 0;
    const auto step = [&](std::chrono::milliseconds later, auto cell) {
        s.frame(
            [&] {
                const auto draw = [&] {
                    s.draw();
                    height = s.height();
                };
                cell(draw);
            },
            later);
    };
    const auto shows_one_line = [&](auto cell) {
        step(1ms, cell);
        CHECK(height == shown::lines(1));
        step(200ms, cell);
        CHECK(height == shown::lines(1));
        CHECK(!s.drawn);
        s.executor.run_all();
        step(300ms, cell);
        REQUIRE(s.drawn);
        s.key = 2;
        step(1ms, cell);
        step(200ms, cell);
        CHECK(!s.drawn);
        CHECK(height == 40);
    };
    SECTION("of a table") {
        shows_one_line([](auto draw) {
            if (!ImGui::BeginTable("t", 2)) return;
            ImGui::TableNextColumn();
            draw();
            ImGui::EndTable();
        });
    }
    SECTION("of columns") {
        shows_one_line([](auto draw) {
            ImGui::Columns(2);
            draw();
            ImGui::Columns(1);
        });
    }
}

TEST_CASE(
    "a column that fits its content has room for show, before anything has landed and after") {
    rig r;
    fails = GENERATE(false, true);
    const int flags = GENERATE(int(ImGuiTableFlags_SizingFixedFit),
                               int(ImGuiTableFlags_SizingFixedFit | ImGuiTableFlags_Resizable));
    float room = 0;
    ImVec2 min;
    ImVec2 max;
    const auto draw = [&] {
        if (!ImGui::BeginTable("t", 2, flags)) return;
        ImGui::TableNextColumn();
        room = ImGui::GetContentRegionAvail().x;
        imload::ui::show(imload::async_load(r.session, load_number).poll(1),
                         [](int) { ImGui::TextUnformatted("a value"); });
        min = ImGui::GetItemRectMin();
        max = ImGui::GetItemRectMax();
        ImGui::TableNextColumn();
        ImGui::TextUnformatted("end");
        ImGui::EndTable();
    };
    for (int i = 0; i < 5; ++i) r.frame(draw, 10ms);
    const float em = ImGui::GetFontSize();
    CHECK(room >= 4 * em);
    for (int i = 0; i < 5; ++i) r.frame(draw, 100ms);
    CHECK(max.x - min.x == room); // a skeleton
    CHECK(room >= 4 * em);
    CHECK(room <= 8 * em);
    r.executor.run_all();
    for (int i = 0; i < 5; ++i) r.frame(draw, 100ms);
    CHECK(max.x - min.x <= room);
    CHECK(max.x - min.x > 2 * em);
}

TEST_CASE("a skeleton that was long enough goes as soon as the value comes") {
    shown s;
    s.step();
    s.step(200ms);
    s.step(400ms);
    CHECK(!s.drawn);
    s.land();
    CHECK(s.drawn);
}

TEST_CASE("either clock may count the time") {
    shown s;
    s.step();
    SECTION("the session's") {
        s.step_session(199ms);
        CHECK(s.height() == shown::lines(1));
        s.step_session(1ms);
        CHECK(s.height() == shown::lines(3));
    }
    SECTION("ImGui's") {
        s.step_gui(198ms);
        CHECK(s.height() == shown::lines(1));
        s.step_gui(3ms);
        CHECK(s.height() == shown::lines(3));
    }
}

TEST_CASE("a key that was not drawn for a frame waits anew") {
    shown s;
    s.step();
    s.step(150ms);
    s.frame([&] { (void)s.poll(); }, 100ms);
    s.step();
    CHECK(s.height() == shown::lines(1));
    s.step(200ms);
    CHECK(s.height() == shown::lines(3));
}

TEST_CASE("an error is shown in its box, after the skeleton had its time") {
    shown s;
    fails = true;
    s.step();
    SECTION("at once") {
        s.land();
        CHECK(!s.drawn);
        CHECK(s.height() > ImGui::GetFrameHeight());
    }
    SECTION("after a skeleton") {
        s.step(200ms);
        s.land();
        CHECK(s.height() == shown::lines(3));
        s.step(300ms);
        CHECK(s.height() > ImGui::GetFrameHeight());
        CHECK(s.height() != shown::lines(3));
    }
}

TEST_CASE("an error box stays while it is tried again") {
    shown s;
    fails = true;
    s.step();
    s.land();
    const float box = s.height();
    s.poll().refresh();
    for (int i = 0; i < 40; ++i) {
        s.step(16ms);
        CHECK(s.height() == box);
    }
    fails = false;
    s.land();
    CHECK(s.drawn);
}

TEST_CASE("a skeleton is as large as the content was, of this key or another") {
    shown s;
    s.step();
    s.land();
    REQUIRE(s.drawn);
    s.key = 2;
    s.content = ImVec2(60, 70);
    s.step();
    CHECK(s.height() == 40); // room is kept from the first frame on
    CHECK(s.width() == 100);
    CHECK(s.is_empty());
    s.step(10ms);
    s.step(200ms);
    CHECK(s.height() == 40);
    CHECK(s.width() == 100);
    s.executor.run_all();
    s.step(300ms);
    REQUIRE(s.drawn);
    CHECK(s.height() == 70);
    s.key = 1; // it was 100 x 40 itself
    s.poll().simulate({.state = imload::simulated::loading});
    s.step();
    s.step(10ms);
    s.step(200ms);
    CHECK(!s.drawn);
    CHECK(s.height() == 40);
    s.key = 3;
    s.step();
    s.step(200ms);
    CHECK(s.height() == 70); // the last one of the place
}

TEST_CASE("a skeleton of content that filled the width fills it again") {
    shown s;
    s.content = ImVec2(-1, 30);
    float width = 300;
    const auto step = [&](std::chrono::milliseconds later) {
        s.frame(
            [&] {
                ImGui::BeginChild("c", ImVec2(width, 200));
                s.content.x = ImGui::GetContentRegionAvail().x;
                s.draw();
                ImGui::EndChild();
            },
            later);
    };
    step(1ms);
    s.executor.run_all();
    step(1ms);
    REQUIRE(s.drawn);
    CHECK(s.width() == 300);
    width = 150;
    s.key = 2;
    step(1ms);
    step(200ms);
    CHECK(!s.drawn);
    CHECK(s.width() == 150);
    CHECK(s.height() == 30);
}

TEST_CASE("many keys in one place wait each for itself") {
    rig r;
    fails = false;
    const auto load = imload::async_load(r.session, load_number);
    std::vector<float> heights(50);
    int drawn = 0;
    const auto draw = [&] {
        drawn = 0;
        for (int i = 0; i < 50; ++i) {
            drawn += imload::ui::show(load.poll(i), [] { ImGui::Dummy(ImVec2(10, 10)); });
            heights[static_cast<std::size_t>(i)] = ImGui::GetItemRectSize().y;
        }
    };
    r.frame(draw);
    r.frame(draw, 150ms);
    for (float h : heights) CHECK(h == shown::lines(1));
    r.frame(draw, 50ms);
    for (float h : heights) CHECK(h == shown::lines(3));
    r.executor.run_all();
    r.frame(draw, 300ms);
    CHECK(drawn == 50);
}

TEST_CASE("more keys than a place has room for do not fill the storage") {
    shown s;
    const auto entries = [&] {
        int n = 0;
        s.frame([&] { n = ImGui::GetStateStorage()->Data.Size; });
        return n;
    };
    for (s.key = 1; s.key <= 6000; ++s.key) s.step(1ms);
    CHECK(entries() <= 4096 * 6 + 2);
}

TEST_CASE("a place is told by its ids, its lambda or its function") {
    rig r;
    const auto places = [&] {
        std::vector<ImGuiID> ids;
        using imload::detail::widgets::place_of;
        const auto one = [] {};
        const auto two = [] {};
        void (*const f)(const int&) = [](const int& x) { ImGui::Text("%d", x); };
        void (*const g)(const int&) = [](const int& x) { ImGui::Text("%d!", x); };
        ids = {place_of(one), place_of(two), place_of(f), place_of(g)};
        ImGui::PushID(7);
        ids.push_back(place_of(one));
        ImGui::PopID();
        return ids;
    };
    r.frame([&] {
        const std::vector<ImGuiID> ids = places();
        CHECK(ids == places());
        for (std::size_t i = 0; i < ids.size(); ++i)
            for (std::size_t j = 0; j < i; ++j) CHECK(ids[i] != ids[j]);
    });
}

TEST_CASE("a key without value or run is offered to be loaded") {
    shown s;
    s.step();
    s.poll().cancel();
    s.step();
    s.step();
    CHECK(!s.drawn);
    CHECK(s.height() == ImGui::GetTextLineHeight());
    CHECK(s.executor.pending() <= 1);
    REQUIRE(s.poll().status() == imload::status::idle);
    s.gui.click(ImVec2(s.max.x - 6, s.max.y - 6), [&] { s.step(); });
    CHECK(s.poll().is_loading());
    s.land();
    CHECK(s.drawn);
}

TEST_CASE("a key that was only peeked at is loaded by its button") {
    shown s;
    ImVec2 button;
    const auto step = [&] {
        s.frame(
            [&] {
                imload::ui::show(s.loader().peek(1), [](const int&) {});
                const ImVec2 end = ImGui::GetItemRectMax();
                button = ImVec2(end.x - 4, end.y - 4);
            },
            10ms);
    };
    step();
    step();
    s.gui.click(button, step);
    CHECK(s.session.statistics().starts == 1);
    s.executor.run_all();
    step();
    CHECK(s.loader().peek(1).has_value());
}

TEST_CASE("a result of no key shows nothing") {
    rig r;
    ImVec2 before;
    ImVec2 after;
    bool drawn = true;
    r.frame([&] {
        before = ImGui::GetCursorScreenPos();
        drawn = imload::ui::show(imload::result<int>(), [](int) {});
        after = ImGui::GetCursorScreenPos();
    });
    CHECK(!drawn);
    CHECK(before.y == after.y);
}

TEST_CASE("content may take the value or nothing, and a value is not copied") {
    rig r;
    fails = false;
    const auto load = imload::async_load(r.session, [](int x) { return std::make_unique<int>(x); });
    int seen = 0;
    int calls = 0;
    const auto draw = [&] {
        imload::ui::show(load.poll(5), [&](const std::unique_ptr<int>& p) { seen = *p; });
        imload::ui::show(load.poll(5), [&] { ++calls; });
        imload::ui::show(load.poll(5), [&](const auto&) mutable { return ++calls; });
    };
    r.frame(draw);
    r.executor.run_all();
    r.frame(draw);
    CHECK(seen == 5);
    CHECK(calls == 2);
}

TEST_CASE("a refresh of more than 200 ms leaves a mark on the content") {
    shown s;
    const motionless still;
    s.step();
    s.land();
    s.step();
    s.step();
    s.step();
    const int plain = headless::vertices();
    const ImVec2 end = s.after;
    s.poll().refresh();
    s.step(1ms);
    CHECK(s.drawn);
    REQUIRE(s.poll().is_refreshing());
    s.step(150ms);
    CHECK(headless::vertices() == plain);
    CHECK(s.asked().cause == wake_cause::requested);
    CHECK(s.asked().in < 51ms);
    s.step(50ms);
    CHECK(headless::vertices() > plain);
    CHECK(s.drawn);
    CHECK(s.after.x == end.x);
    CHECK(s.after.y == end.y);
    CHECK(s.height() == 40);
    CHECK(s.asked().cause == wake_cause::nothing); // motionless
    s.land();
    CHECK(headless::vertices() == plain);
    CHECK(s.drawn);
}

TEST_CASE("a refresh that was long under way when it comes into view is marked at once") {
    shown s;
    const motionless still;
    s.step();
    s.land();
    for (int i = 0; i < 3; ++i) s.step();
    const int plain = headless::vertices();
    s.poll().refresh();
    s.frame([&] { (void)s.poll(); }, 1s);
    s.step(1ms);
    CHECK(s.drawn);
    CHECK(headless::vertices() > plain);
}

TEST_CASE("the mark of a refresh moves only where it is seen") {
    shown s;
    float above = 0;
    const auto step = [&](std::chrono::milliseconds later) {
        s.frame(
            [&] {
                ImGui::Dummy(ImVec2(1, above));
                s.draw();
            },
            later);
    };
    step(1ms);
    s.executor.run_all();
    step(1ms);
    s.poll().refresh();
    for (int i = 0; i < 4; ++i) step(100ms);
    CHECK(s.asked().cause == wake_cause::requested);
    CHECK(s.asked().in > 66ms);
    CHECK(s.asked().in < 67ms);
    above = 5000;
    for (int i = 0; i < 4; ++i) step(100ms);
    CHECK(s.asked().cause == wake_cause::nothing);
}

TEST_CASE("a refresh that failed leaves a warning on the content, with the message in a tooltip") {
    shown s;
    s.step();
    s.land();
    for (int i = 0; i < 3; ++i) s.step();
    const int plain = headless::vertices();
    fails = true;
    s.poll().refresh();
    s.step();
    s.land();
    CHECK(s.drawn);
    REQUIRE(s.poll().error());
    s.step();
    const int marked = headless::vertices();
    CHECK(marked > plain);
    CHECK(s.height() == 40);
    s.gui.mouse(ImVec2(s.max.x + 4, s.min.y + 6));
    for (int i = 0; i < 3; ++i) s.step();
    CHECK(headless::vertices() >= marked + 4 * 8); // "it failed"
    s.gui.mouse(ImVec2(s.min.x + 3, s.max.y - 3));
    for (int i = 0; i < 3; ++i) s.step();
    CHECK(headless::vertices() == marked);
}

TEST_CASE("a mark stands beside content that leaves room for it, and else in its corner") {
    shown s;
    const motionless still;
    s.step();
    s.land();
    fails = true;
    s.poll().refresh();
    s.step();
    s.land();
    REQUIRE(s.poll().error());
    // Where the warning is, told by the vertices that a frame with it has in its colour.
    float left = 0;
    float right = 0;
    const auto find_mark = [&] {
        s.frame([&] {
            s.draw();
            const ImU32 colour = ImGui::GetColorU32(imload::detail::widgets::danger(0.8f));
            left = 1e9f;
            right = -1e9f;
            for (const ImDrawVert& v : ImGui::GetWindowDrawList()->VtxBuffer) {
                if (v.col != colour) continue;
                left = std::min(left, v.pos.x);
                right = std::max(right, v.pos.x);
            }
        });
    };
    SECTION("a short text") {
        s.content = ImVec2(20, 13);
        find_mark();
        CHECK(left >= s.max.x);
        CHECK(right <= s.max.x + ImGui::GetStyle().ItemSpacing.x); // not on what SameLine brings
    }
    SECTION("what takes all the width") {
        s.frame([&] { s.content.x = ImGui::GetContentRegionAvail().x; });
        find_mark();
        CHECK(right <= s.max.x);
        CHECK(left > s.max.x - ImGui::GetTextLineHeight());
    }
}

TEST_CASE("show asks for frames only where it is seen") {
    shown s;
    const motionless still; // only what show asks for itself
    bool hides = true;
    const auto asks = [&](auto hidden, std::chrono::milliseconds later) {
        s.frame([&] { hidden(hides, [&] { s.draw(); }); }, later);
        return s.asked().cause == wake_cause::requested;
    };
    const auto only_where_seen = [&](auto hidden, bool in_cell = false) {
        hides = true;
        s.frame([&] { hidden(true, [] {}); }, 1ms); // the window is not new when show is
        for (int i = 0; i < 40; ++i) CHECK(!asks(hidden, 10ms)); // blank, then a skeleton
        hides = false;
        (void)asks(hidden, 1ms); // a window is open, or scrolled, a frame later
        (void)asks(hidden, 1ms);
        CHECK(!s.drawn);
        CHECK(s.height() == shown::lines(in_cell ? 1 : 3)); // time has gone on
        s.key = 2;
        (void)asks(hidden, 1ms);   // news of the start
        CHECK(asks(hidden, 10ms)); // blank
        CHECK(s.asked().in == 190ms);
        CHECK(asks(hidden, 190ms)); // a skeleton, which its window has to fit
        (void)asks(hidden, 1ms);
        CHECK(!asks(hidden, 1ms)); // it stands
        s.executor.run_all();
        for (int i = 0; i < 4; ++i) (void)asks(hidden, 1ms); // news of the landing
        CHECK(!s.drawn);
        CHECK(s.asked().cause == wake_cause::requested); // it goes in a while
        CHECK(s.asked().in == 294ms);
        hides = true;
        (void)asks(hidden, 1ms);
        CHECK(!asks(hidden, 1ms));
        hides = false;
        (void)asks(hidden, 294ms);
        (void)asks(hidden, 1ms);
        CHECK(s.drawn);
    };
    SECTION("not in a collapsed window") {
        only_where_seen([](bool hides_it, auto draw) {
            ImGui::SetNextWindowCollapsed(hides_it);
            ImGui::Begin("other");
            draw();
            ImGui::End();
        });
    }
    SECTION("not scrolled out") {
        only_where_seen([](bool hides_it, auto draw) {
            ImGui::BeginChild("c", ImVec2(300, 100));
            ImGui::Dummy(ImVec2(1, hides_it ? 5000.0f : 1.0f));
            draw();
            ImGui::EndChild();
        });
    }
    SECTION("not in a table that is scrolled out") {
        only_where_seen(
            [](bool hides_it, auto draw) {
                if (!ImGui::BeginTable("t", 2, ImGuiTableFlags_ScrollY, ImVec2(300, 100))) return;
                ImGui::TableNextColumn();
                ImGui::Dummy(ImVec2(1, hides_it ? 5000.0f : 1.0f));
                draw();
                ImGui::EndTable();
            },
            true);
    }
}

TEST_CASE("show asks for a frame in the first one of its window, table or popup") {
    shown s;
    const auto asks = [&](auto around) {
        for (int i = 0; i < 5; ++i) s.frame([&] { (void)s.poll(); });
        CHECK(s.asked().cause == wake_cause::nothing);
        s.frame([&] { around([&] { s.draw(); }); });
        CHECK(s.asked().cause == wake_cause::requested);
        CHECK(s.asked().in <= 200ms);
        s.frame([&] { around([&] { s.draw(); }); }, 200ms);
        CHECK(s.asked().cause == wake_cause::requested);
        CHECK(s.asked().in <= 67ms);
    };
    SECTION("a window that fits its content") {
        asks([](auto draw) {
            ImGui::Begin("fits", nullptr, ImGuiWindowFlags_AlwaysAutoResize);
            ImGui::Dummy(ImVec2(1, 100)); // what stands below it is out of a window of no size
            draw();
            ImGui::End();
        });
    }
    SECTION("a window") {
        asks([](auto draw) {
            ImGui::Begin("other");
            draw();
            ImGui::End();
        });
    }
    SECTION("a child window without a padding") {
        asks([](auto draw) {
            ImGui::BeginChild("child", ImVec2(100, 100));
            draw();
            ImGui::EndChild();
        });
    }
    SECTION("a tooltip") {
        asks([](auto draw) {
            ImGui::BeginTooltip();
            draw();
            ImGui::EndTooltip();
        });
    }
    SECTION("a popup") {
        asks([](auto draw) {
            if (!ImGui::IsPopupOpen("popup")) ImGui::OpenPopup("popup");
            if (!ImGui::BeginPopup("popup")) return;
            ImGui::Dummy(ImVec2(1, 100));
            draw();
            ImGui::EndPopup();
        });
    }
    SECTION("a table") {
        const auto in_table = [&](ImGuiTableFlags flags) {
            asks([=](auto draw) {
                if (!ImGui::BeginTable("table", 3, flags)) return;
                for (int i = 0; i < 2; ++i) {
                    ImGui::TableNextColumn();
                    ImGui::TextUnformatted("some text");
                }
                ImGui::TableNextColumn();
                draw();
                ImGui::EndTable();
            });
        };
        SECTION("as it is") { in_table(0); }
        SECTION("that fits its content") { in_table(ImGuiTableFlags_SizingFixedFit); }
        SECTION("that scrolls") { in_table(ImGuiTableFlags_ScrollX | ImGuiTableFlags_ScrollY); }
        SECTION("without a padding") { in_table(ImGuiTableFlags_NoPadInnerX); }
    }
}

TEST_CASE("a loop that sleeps shows all of what comes after a skeleton") {
    shown s;
    const motionless still; // only what show asks for itself
    s.gui.flags = ImGuiWindowFlags_AlwaysAutoResize;
    s.content = ImVec2(300, 200);
    ImVec2 window;
    const auto step = [&](std::chrono::milliseconds later) {
        s.frame([&] { s.draw(), window = ImGui::GetWindowSize(); }, later);
    };
    const auto draws_until_it_may_sleep = [&] {
        for (int i = 0; i < 20 && s.session.wait_time(1h) < 1h; ++i)
            step(std::chrono::ceil<std::chrono::milliseconds>(s.session.wait_time()));
        REQUIRE(s.session.wait_time(1h) == 1h);
        const ImVec2 was = window;
        step(1ms);
        CHECK(window.x == was.x);
        CHECK(window.y == was.y);
    };
    step(1ms);
    draws_until_it_may_sleep();
    CHECK(s.height() == shown::lines(3));
    s.key = 2; // in the time of whose skeleton the value comes
    step(1ms);
    step(1ms);
    step(200ms);
    SECTION("a value") {
        s.executor.run_all();
        draws_until_it_may_sleep();
        CHECK(s.drawn);
        CHECK(window.y > 200);
    }
    SECTION("an error") {
        fails = true;
        s.executor.run_all();
        draws_until_it_may_sleep();
        CHECK(s.poll().error());
    }
    SECTION("a button that loads") {
        s.poll().cancel();
        draws_until_it_may_sleep();
        CHECK(s.height() == ImGui::GetTextLineHeight());
    }
}

TEST_CASE("show is one item for SameLine") {
    shown s;
    s.step();
    s.land();
    ImVec2 beside;
    ImVec2 below;
    s.frame([&] {
        imload::ui::show(s.poll(), [] {
            ImGui::Dummy(ImVec2(50, 20));
            ImGui::Dummy(ImVec2(80, 20));
        });
        s.max = ImGui::GetItemRectMax();
        s.min = ImGui::GetItemRectMin();
        ImGui::SameLine();
        ImGui::Dummy(ImVec2(5, 5));
        beside = ImGui::GetItemRectMin();
        ImGui::Dummy(ImVec2(5, 5));
        below = ImGui::GetItemRectMin();
    });
    CHECK(beside.x == s.min.x + 80 + ImGui::GetStyle().ItemSpacing.x);
    CHECK(beside.y == s.min.y);
    CHECK(below.x == s.min.x);
    CHECK(below.y == s.max.y + ImGui::GetStyle().ItemSpacing.y);
}

TEST_CASE("content may fill the rows of the caller's table") {
    shown s;
    s.step();
    s.land();
    const auto rows = [](std::vector<ImVec2>& cells) {
        for (int row = 0; row < 4; ++row)
            for (int column = 0; column < 3; ++column) {
                ImGui::TableNextColumn();
                ImGui::Text("%d", row * column);
                cells.push_back(ImGui::GetItemRectMin());
            }
    };
    std::vector<ImVec2> plain;
    std::vector<ImVec2> filled;
    ImVec2 ends[2];
    const auto table = [&](int id, auto&& draw) {
        ImGui::PushID(id);
        ImGui::SetCursorPos(ImVec2(20, 40));
        if (ImGui::BeginTable("t", 3)) {
            draw();
            ImGui::EndTable();
        }
        ImGui::PopID();
        return ImGui::GetCursorPos();
    };
    for (int i = 0; i < 3; ++i)
        s.frame([&] {
            plain.clear();
            filled.clear();
            ends[0] = table(1, [&] { rows(plain); });
            ends[1] = table(2, [&] { imload::ui::show(s.poll(), [&] { rows(filled); }); });
        });
    REQUIRE(filled.size() == plain.size());
    for (std::size_t i = 0; i < plain.size(); ++i) {
        CHECK(filled[i].x == plain[i].x);
        CHECK(filled[i].y == plain[i].y);
    }
    CHECK(ends[0].y == ends[1].y);
}

TEST_CASE("what stands for a table's content stands in a cell, as high as the content was") {
    shown s;
    ImVec2 size;
    int columns = -2;
    const auto step = [&](std::chrono::milliseconds later) {
        s.frame(
            [&] {
                if (!ImGui::BeginTable("t", 3)) return;
                for (const char* name : {"a", "b", "c"}) ImGui::TableSetupColumn(name);
                ImGui::TableHeadersRow();
                ImGui::TableNextRow();
                s.drawn = imload::ui::show(s.poll(), [&] {
                    for (int i = 0; i < 30; ++i) {
                        ImGui::TableNextColumn();
                        ImGui::TextUnformatted("cell");
                    }
                });
                size = ImGui::GetItemRectSize();
                columns = ImGui::TableGetColumnIndex();
                ImGui::EndTable();
            },
            later);
    };
    step(1ms);
    CHECK(columns == 0);
    CHECK(size.y == shown::lines(1));
    step(200ms);
    CHECK(columns == 0);
    CHECK(size.y == shown::lines(1));
    s.executor.run_all();
    step(300ms);
    CHECK(s.drawn);
    CHECK(columns == 2);
    s.poll().refresh(); // a mark in the last cell
    for (int i = 0; i < 5; ++i) step(100ms);
    CHECK(s.drawn);
    s.key = 2;
    step(1ms);
    step(200ms);
    CHECK(columns == 0);
    CHECK(size.y > 9 * ImGui::GetTextLineHeight());
    fails = true;
    s.executor.run_all();
    step(300ms);
    CHECK(columns == 0);
    CHECK(!s.drawn);
    s.key = 3;
    step(1ms);
    s.poll().cancel();
    step(1ms);
    step(1ms);
    CHECK(columns == 0);
}

TEST_CASE("show works in one cell of a table and in columns") {
    shown s;
    const auto everywhere = [&](std::chrono::milliseconds later) {
        s.frame(
            [&] {
                const auto each = [&] {
                    imload::ui::show(s.poll(), [] { ImGui::Dummy(ImVec2(20, 20)); });
                };
                if (ImGui::BeginTable("t", 2)) {
                    for (int i = 0; i < 4; ++i) {
                        ImGui::TableNextColumn();
                        each();
                    }
                    ImGui::EndTable();
                }
                ImGui::Columns(2);
                each();
                ImGui::NextColumn();
                each();
                ImGui::NextColumn();
                imload::ui::show(s.poll(), [] {
                    ImGui::NextColumn();
                    ImGui::TextUnformatted("the other column");
                });
                ImGui::Columns(1);
                ImGui::BeginChild("c", ImVec2(100, 100));
                each();
                ImGui::EndChild();
                if (ImGui::BeginMenuBar()) {
                    each();
                    ImGui::EndMenuBar();
                }
            },
            later);
    };
    s.gui.flags = ImGuiWindowFlags_MenuBar;
    everywhere(1ms);
    everywhere(200ms);
    s.executor.run_all();
    for (int i = 0; i < 4; ++i) everywhere(100ms);
    CHECK(s.poll().has_value());
    s.poll().refresh();
    for (int i = 0; i < 4; ++i) everywhere(100ms);
    fails = true;
    s.executor.run_all();
    for (int i = 0; i < 4; ++i) everywhere(100ms);
    CHECK(s.poll().error());
    s.poll().forget();
    for (int i = 0; i < 4; ++i) everywhere(100ms);
    s.executor.run_all();
    for (int i = 0; i < 4; ++i) everywhere(100ms);
    CHECK(!s.poll().has_value());
}

TEST_CASE("content that throws leaves nothing of show's open") {
    shown s;
    s.step();
    s.land();
    const auto thrown = [&](auto content) {
        for (int i = 0; i < 3; ++i)
            s.frame([&] {
                const float left = ImGui::GetCursorScreenPos().x;
                const auto caught = [&] {
                    try {
                        imload::ui::show(s.poll(), content);
                    } catch (const std::runtime_error&) {
                        return true;
                    }
                    return false;
                };
                CHECK(caught());
                ImGui::TextUnformatted("next");
                CHECK(ImGui::GetItemRectMin().x == left); // an open group would keep its indent
                ImGui::BeginChild("child", ImVec2(80, 80));
                CHECK(caught());
                ImGui::EndChild();
                if (ImGui::BeginTable("t", 2)) {
                    ImGui::TableNextColumn();
                    CHECK(caught());
                    ImGui::TableNextColumn();
                    CHECK(caught());
                    ImGui::EndTable();
                }
                ImGui::Columns(2);
                CHECK(caught());
                ImGui::NextColumn();
                CHECK(caught());
                ImGui::Columns(1);
            });
    };
    SECTION("at once") {
        thrown([] { throw std::runtime_error("no"); });
    }
    SECTION("after widgets, on a line that is not ended") {
        thrown([] {
            ImGui::Indent();
            ImGui::Unindent();
            ImGui::Button("a");
            ImGui::SameLine();
            throw std::runtime_error("no");
        });
    }
    SECTION("after a child window and a group that were closed") {
        thrown([](const int&) {
            ImGui::BeginChild("inner", ImVec2(20, 20));
            ImGui::BeginGroup();
            ImGui::EndGroup();
            ImGui::EndChild();
            throw std::runtime_error("no");
        });
    }
    SECTION("after a table of its own that was closed") {
        thrown([] {
            if (ImGui::BeginTable("inner", 2)) {
                ImGui::TableNextColumn();
                ImGui::EndTable();
            }
            throw std::runtime_error("no");
        });
    }
    SECTION("in a show within a show") {
        thrown([&] { imload::ui::show(s.poll(), [] { throw std::runtime_error("no"); }); });
    }
}

TEST_CASE("show works in collapsed windows, in those that fit their content, and in tooltips") {
    shown s;
    SECTION("collapsed") {
        s.content = ImVec2(100, 40);
        bool collapsed = false;
        const auto step = [&](std::chrono::milliseconds later) {
            s.frame(
                [&] {
                    ImGui::SetNextWindowCollapsed(collapsed);
                    ImGui::Begin("other");
                    s.draw();
                    ImGui::End();
                },
                later);
        };
        step(1ms);
        s.executor.run_all();
        step(1ms);
        CHECK(s.height() == 40);
        collapsed = true;
        s.poll().refresh();
        for (int i = 0; i < 6; ++i) step(100ms);
        CHECK(s.asked().cause == wake_cause::nothing);
        s.key = 2;
        for (int i = 0; i < 6; ++i) step(100ms);
        CHECK(s.asked().cause == wake_cause::nothing);
        collapsed = false;
        step(1ms);
        step(1ms);
        CHECK(s.height() == 40); // of the content, not of a window that drew none
    }
    SECTION("in a window that fits its content") {
        s.gui.flags = ImGuiWindowFlags_AlwaysAutoResize;
        for (int i = 0; i < 5; ++i) s.step(100ms);
        CHECK(s.width() > ImGui::GetFontSize() * 8);
        const float width = s.width();
        for (int i = 0; i < 5; ++i) s.step(100ms);
        CHECK(s.width() == width);
    }
    SECTION("in a tooltip") {
        const auto step = [&](std::chrono::milliseconds later) {
            s.frame(
                [&] {
                    ImGui::BeginTooltip();
                    s.draw();
                    ImGui::EndTooltip();
                },
                later);
        };
        for (int i = 0; i < 5; ++i) step(100ms);
        CHECK(s.width() > ImGui::GetFontSize() * 8);
        fails = true;
        s.executor.run_all();
        for (int i = 0; i < 5; ++i) step(100ms);
        CHECK(s.height() > ImGui::GetFrameHeight());
    }
}

namespace {

int refuses(int) { throw std::runtime_error("refused"); }

/// Where the last item has its Retry button.
ImVec2 retry_button() {
    return ImVec2(ImGui::GetItemRectMin().x + 25, ImGui::GetItemRectMax().y - 12);
}

} // namespace

TEST_CASE("two shows of one key have a Retry each") {
    rig r;
    ImVec2 first;
    ImVec2 second;
    const auto draw = [&] {
        const auto p = imload::async_load(r.session, refuses).poll(1);
        imload::ui::show(p, [](int) { ImGui::TextUnformatted("a"); });
        first = retry_button();
        imload::ui::show(p, [](int) { ImGui::TextUnformatted("b"); });
        second = retry_button();
    };
    r.frame(draw);
    for (const ImVec2* const at : {&first, &second}) {
        r.executor.run_all();
        for (int i = 0; i < 4; ++i) r.frame(draw);
        const auto starts = r.session.statistics().starts;
        r.gui.click(*at, [&] { r.frame(draw); });
        CHECK(r.session.statistics().starts == starts + 1);
    }
}

TEST_CASE("keys of two sessions in one window have buttons of their own") {
    rig r;
    imload::manual_executor other_executor;
    imload::session other{{.executor = &other_executor, .clock = &r.clock, .wake = [] {}}};
    ImVec2 at;
    const auto frame = [&] {
        other.begin_frame();
        r.frame([&] {
            imload::ui::error_box(imload::async_load(r.session, refuses).poll(1));
            imload::ui::error_box(imload::async_load(other, refuses).poll(1));
            at = retry_button();
        });
    };
    frame();
    r.executor.run_all();
    other_executor.run_all();
    for (int i = 0; i < 3; ++i) frame();
    const auto starts = other.statistics().starts;
    r.gui.click(at, frame);
    CHECK(other.statistics().starts == starts + 1);
}

TEST_CASE("a skeleton that stands for a key asks that key's session for frames") {
    rig r;
    imload::manual_executor executor;
    imload::session other{{.executor = &executor, .clock = &r.clock, .wake = [] {}}};
    for (int i = 0; i < 8; ++i) {
        other.begin_frame();
        r.frame(
            [&] {
                const auto load = imload::async_load(other, [](int x) { return x; });
                imload::ui::show(load.poll(1), [](int) {});
            },
            std::chrono::milliseconds(100));
    }
    CHECK(other.next_frame().cause == imload::wake_cause::requested);
    CHECK(r.session.next_frame().cause == imload::wake_cause::nothing);
}
