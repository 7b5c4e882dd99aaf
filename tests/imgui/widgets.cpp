#include "rig.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cfloat>
#include <chrono>
#include <cmath>
#include <deque>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

using namespace std::chrono_literals;
using namespace std::string_view_literals;
using imload::wake_cause;

namespace {

int fail_with(const std::string& message) { throw std::runtime_error(message); }

std::deque<imload::promise<int>> pending;

void held(imload::promise<int> p) { pending.push_back(std::move(p)); }

/// The rectangle of the last item.
struct rect {
    ImVec2 min = ImGui::GetItemRectMin();
    ImVec2 max = ImGui::GetItemRectMax();
    [[nodiscard]] float width() const { return max.x - min.x; }
    [[nodiscard]] float height() const { return max.y - min.y; }
};

/// Where the first button of an error box is.
ImVec2 retry_of(const rect& box) {
    const ImVec2 pad = ImGui::GetStyle().FramePadding;
    return ImVec2(box.min.x + 2 * pad.x + 6, box.max.y - 2 * pad.y - 6);
}

} // namespace

TEST_CASE("skeleton_lines is as high as so many lines of text, and the last is shorter") {
    rig r;
    const motionless still;
    rect lines;
    float text = 0;
    r.frame([&] {
        imload::ui::skeleton_lines(3);
        lines = {};
        ImGui::BeginGroup();
        for (int i = 0; i < 3; ++i) ImGui::TextUnformatted("x");
        ImGui::EndGroup();
        text = ImGui::GetItemRectSize().y;
    });
    CHECK(lines.height() == text);
    const auto count = [](int n) { return [n] { imload::ui::skeleton_lines(n); }; };
    const int one = r.vertices_of(count(1));
    CHECK(one > 0);
    CHECK(r.vertices_of(count(3)) == 3 * one);
    CHECK(r.vertices_of(count(0)) == 0);
    CHECK(r.vertices_of(count(-1)) == 0);
    CHECK(r.vertices_of(count(1'000'000)) < 200 * one); // those in sight
    const auto right_of = [one](int line_from_below) {
        const auto& vertices = ImGui::GetDrawData()->CmdLists[0]->VtxBuffer;
        float right = 0;
        for (int i = 0; i < one; ++i)
            right = std::max(right, vertices[vertices.Size - one * line_from_below + i].pos.x);
        return right;
    };
    r.frame(count(2)); // in which the million's scroll bar still is
    r.frame(count(2));
    const float first = right_of(2);
    CHECK(right_of(1) < first);
    r.frame(count(1));
    CHECK(right_of(1) == first); // the only one is not the last of several
}

TEST_CASE("a skeleton that takes all the room does not shrink a window that fits its content") {
    rig r;
    const auto widths = [&](auto draw) {
        float first = 0;
        float last = 0;
        for (int i = 0; i < 40; ++i)
            r.frame([&] {
                ImGui::Begin("fits", nullptr, ImGuiWindowFlags_AlwaysAutoResize);
                if (i < 3) ImGui::Dummy(ImVec2(300, 300));
                draw();
                if (i == 5) first = ImGui::GetWindowWidth() + ImGui::GetWindowHeight();
                last = ImGui::GetWindowWidth() + ImGui::GetWindowHeight();
                ImGui::End();
            });
        CHECK(first == last);
    };
    SECTION("by default") {
        widths([] { imload::ui::skeleton(); });
    }
    SECTION("in width") {
        widths([] { imload::ui::skeleton({-1, 80}); });
    }
    SECTION("in height") {
        widths([] { imload::ui::skeleton({80, -1}); });
    }
}

TEST_CASE("a skeleton's size is that of ImGui's widgets: below 0 leaves that much free") {
    rig r;
    const float nan = std::numeric_limits<float>::quiet_NaN();
    r.frame([&] {
        const float room = ImGui::GetContentRegionAvail().x;
        const float line = ImGui::GetTextLineHeight();
        const auto size = [](ImVec2 asked) {
            imload::ui::skeleton(asked);
            return ImGui::GetItemRectSize();
        };
        CHECK(size({0, 0}).x == room);
        CHECK(size({0, 0}).y == line);
        CHECK(size({-1, 20}).x == room);
        CHECK(size({-1, 20}).y == 20);
        CHECK(size({-50, 20}).x == room - 50);
        CHECK(size({nan, nan}).x == room);
        CHECK(size({nan, nan}).y == line);
    });
}

TEST_CASE("a spinner with a radius that is none is as high as a line of text") {
    rig r;
    r.frame([] {
        for (const float radius : {0.0f, -1.0f, std::numeric_limits<float>::quiet_NaN()}) {
            imload::ui::spinner("##s", radius);
            CHECK(ImGui::GetItemRectSize().x == ImGui::GetTextLineHeight());
            CHECK(ImGui::GetItemRectSize().y == ImGui::GetTextLineHeight());
        }
    });
}

TEST_CASE("a progress bar shows what is known") {
    rig r;
    pending.clear();
    const motionless still;
    const auto load = imload::async_load(r.session, held);
    const auto bar = [&] { imload::ui::progress_bar(load.poll(), {200, 20}); };
    const auto plain = [&r](float fraction, const char* text) {
        return r.vertices_of([=] { ImGui::ProgressBar(fraction, {200, 20}, text); });
    };
    const imload::result<int> none;
    CHECK(r.vertices_of([&] { imload::ui::progress_bar(none, {200, 20}); }) == plain(0, ""));

    r.frame(bar);
    r.executor.run_all();
    const int unknown = r.vertices_of(bar);
    CHECK(unknown > plain(0, ""));
    pending.front().progress(-1.0, "12345");
    r.frame(bar);
    CHECK(r.vertices_of(bar) == unknown + 5 * 4); // the text over it

    pending.front().progress(0.5);
    r.frame(bar);
    CHECK(r.vertices_of(bar) == plain(0.5f, nullptr));
    pending.front().progress(0.5, "half % done");
    r.frame(bar);
    CHECK(r.vertices_of(bar) == plain(0.5f, "half % done"));

    pending.front().set_value(1);
    r.frame(bar);
    CHECK(r.vertices_of(bar) == plain(1, nullptr));
    load.poll().refresh();
    r.frame(bar);
    CHECK(r.vertices_of(bar) == unknown);
    pending.clear();
}

TEST_CASE("a progress bar shows all of its text, whether the fraction is known or not") {
    rig r;
    pending.clear();
    const motionless still;
    const auto load = imload::async_load(r.session, held);
    const auto bar = [&] { imload::ui::progress_bar(load.poll(), {200, 20}); };
    const int half = r.vertices_of([] { ImGui::ProgressBar(0.5f, {200, 20}, ""); });
    r.frame(bar);
    r.executor.run_all();
    const int unknown = r.vertices_of(bar);
    for (const std::string_view text : {"issue##12"sv, "#########"sv, "1234\0 5678 9"sv}) {
        INFO(text.substr(0, 4));
        pending.front().progress(-1.0, text);
        r.frame(bar);
        const int letters = r.vertices_of(bar) - unknown;
        CHECK(letters >= 9 * 4);
        pending.front().progress(0.5, text);
        r.frame(bar);
        CHECK(r.vertices_of(bar) == half + letters);
    }
    pending.clear();
}

TEST_CASE("a progress bar draws no text where it is not seen") {
    rig r;
    pending.clear();
    const auto load = imload::async_load(r.session, held);
    (void)r.vertices_of([] {});
    r.frame([&] { (void)load.poll(); });
    r.executor.run_all();
    pending.front().progress(0.5, "half");
    const auto below = [&](bool drawn) {
        return [&, drawn] {
            ImGui::SetNextWindowCollapsed(true);
            ImGui::SetNextWindowPos(ImVec2(200, 200));
            ImGui::Begin("collapsed");
            if (drawn) imload::ui::progress_bar(load.poll(), {200, 20});
            ImGui::End();
            ImGui::Dummy(ImVec2(1, 5000));
            if (drawn) imload::ui::progress_bar(load.poll(), {200, 20});
        };
    };
    for (int i = 0; i < 3; ++i) r.frame(below(true));
    const int drawn = r.vertices_of(below(true));
    CHECK(load.poll().progress().text == "half");
    CHECK(drawn == r.vertices_of(below(false)));
    pending.clear();
}

TEST_CASE("the bar that we draw takes the room of ImGui's") {
    rig r;
    const auto load = imload::async_load(r.session, held);
    rect ours;
    rect theirs;
    float text_beside_ours = 0;
    float text_beside_theirs = 0;
    const auto both = [&](ImVec2 size) {
        r.frame([&] {
            imload::ui::progress_bar(load.poll(), size);
            ours = {};
            ImGui::SameLine();
            ImGui::TextUnformatted("x");
            text_beside_ours = ImGui::GetItemRectMin().y - ours.min.y;
            ImGui::ProgressBar(0.5f, size);
            theirs = {};
            ImGui::SameLine();
            ImGui::TextUnformatted("x");
            text_beside_theirs = ImGui::GetItemRectMin().y - theirs.min.y;
        });
        CHECK(ours.width() == theirs.width());
        CHECK(ours.height() == theirs.height());
        CHECK(text_beside_ours == text_beside_theirs);
    };
    both({-FLT_MIN, 0});
    both({0, 0});
    both({100, 30});
    both({-50, 0});
}

TEST_CASE("an error box shows nothing when nothing failed") {
    rig r;
    const auto load = imload::async_load(r.session, fail_with);
    bool shown = true;
    CHECK(r.vertices_of([&] { shown = imload::ui::error_box(load.poll("no")); }) == 0);
    CHECK(!shown);
    ImVec2 before;
    ImVec2 after;
    r.frame([&] {
        before = ImGui::GetCursorScreenPos();
        imload::ui::error_box(imload::result<int>());
        after = ImGui::GetCursorScreenPos();
    });
    CHECK(before.y == after.y);
}

TEST_CASE("Retry starts the run again, and the box says that it is under way") {
    rig r;
    const auto load = imload::async_load(r.session, fail_with);
    rect box;
    int pressed = 0;
    const auto draw = [&] {
        pressed += imload::ui::error_box(load.poll("no"));
        if (load.poll("no").error()) box = {};
    };
    r.frame(draw);
    r.executor.run_all();
    CHECK(r.vertices_of(draw) > 0);
    r.gui.click(retry_of(box), [&] { r.frame(draw); });
    CHECK(pressed == 1);
    CHECK(r.executor.pending() == 1);
    CHECK(load.poll("no").is_loading());
    CHECK(load.poll("no").error());                        // the box stays
    CHECK(r.settled(draw).cause == wake_cause::requested); // a spinner in it
    r.gui.click(retry_of(box), [&] { r.frame(draw); });
    CHECK(pressed == 1);
    r.executor.run_all();
    r.settled(draw);
    r.gui.click(retry_of(box), [&] { r.frame(draw); });
    CHECK(pressed == 2);
}

TEST_CASE("the Retry buttons of two boxes are two") {
    rig r;
    const auto load = imload::async_load(r.session, fail_with);
    rect second;
    const auto draw = [&] {
        imload::ui::error_box(load.poll("a"));
        imload::ui::error_box(load.poll("b"));
        if (load.poll("b").error()) second = {};
    };
    r.frame(draw);
    r.executor.run_all();
    r.settled(draw);
    r.gui.click(retry_of(second), [&] { r.frame(draw); });
    CHECK(!load.poll("a").is_loading());
    CHECK(load.poll("b").is_loading());
}

TEST_CASE("an error box wakes the window when its countdown changes") {
    rig r;
    const auto load = imload::async_load(r.session, fail_with, {.refresh_every = 10s});
    const auto draw = [&] { imload::ui::error_box(load.poll("no")); };
    r.frame(draw);
    r.executor.run_all();
    const imload::next_wake next = r.settled(draw);
    CHECK(next.cause == wake_cause::requested);
    CHECK(next.in <= 1s);
    using imload::detail::widgets::countdown;
    CHECK(countdown(2500ms).text == std::string_view("again in 3 s"));
    CHECK(countdown(2500ms).changes_in == 500ms);
    CHECK(countdown(3s).changes_in == 1s);
    CHECK(countdown(100s).text == std::string_view("again in 2 min"));
    CHECK(countdown(100s).changes_in == 40s);
    CHECK(countdown(3h).text == std::string_view("again in 3 h"));
    CHECK(countdown(imload::never).text == std::string_view());
    CHECK(countdown(0s).text == std::string_view());
    CHECK(countdown(-1s).changes_in == imload::never);
}

TEST_CASE("an error box asks for no frame where what changes in it is scrolled out of sight") {
    rig r;
    const auto load = imload::async_load(r.session, fail_with, {.refresh_every = 10s});
    float height = 1000;
    const auto draw = [&] {
        ImGui::BeginChild("c", ImVec2(300, height));
        imload::ui::error_box(load.poll("no"));
        ImGui::EndChild();
    };
    r.frame(draw);
    r.executor.run_all();
    CHECK(r.settled(draw).cause == wake_cause::requested); // the countdown
    height = ImGui::GetFontSize();
    CHECK(r.settled(draw).cause == wake_cause::refresh);
    load.poll("no").refresh();
    CHECK(r.settled(draw).cause == wake_cause::nothing);
    height = 1000;
    CHECK(r.settled(draw).cause == wake_cause::requested); // the spinner
}

TEST_CASE("an error box tells the kind and the attempt when they say something") {
    using imload::detail::widgets::remark_on;
    imload::error e;
    CHECK(remark_on(e).empty());
    e.attempt = 3;
    CHECK(remark_on(e) == "attempt 3");
    e.kind = imload::error_kind::timeout;
    CHECK(remark_on(e) == "timeout, attempt 3");
    e.attempt = 1;
    CHECK(remark_on(e) == "timeout");
}

TEST_CASE("an error box is safe with any message, and offers the whole of a long one") {
    rig r;
    const auto load = imload::async_load(r.session, fail_with);
    std::string message;
    SECTION("10 kB in one word") { message.assign(10'000, 'x'); }
    SECTION("formats") { message = "%s%s%n%d ## ### %"; }
    SECTION("lines") {
        for (int i = 0; i < 2000; ++i) message += "line\n\n";
    }
    SECTION("characters of more than one byte, cut in their middle") {
        for (int i = 0; i < 4000; ++i) message += "\xe2\x82\xac";
    }
    SECTION("no UTF-8 at all") { message.assign(5000, '\xbf'); }
    rect box;
    const auto draw = [&] {
        imload::ui::error_box(load.poll(message));
        if (load.poll(message).error()) box = {};
    };
    r.frame(draw);
    r.executor.run_all();
    for (int i = 0; i < 5; ++i) r.frame(draw);
    CHECK(box.height() > ImGui::GetFrameHeight());
    const std::string_view part = imload::detail::widgets::shown_part(message);
    CHECK(part.size() <= 1000);
    CHECK((part.size() == message.size() || message[part.size()] != '\x82'));
    if (part.size() == message.size()) return;
    const ImGuiStyle& style = ImGui::GetStyle();
    ImVec2 copy = retry_of(box);
    copy.x += ImGui::CalcTextSize("Retry").x + 2 * style.FramePadding.x + style.ItemSpacing.x;
    ImGui::SetClipboardText("");
    r.frame([&] { ImGui::SetScrollY(ImGui::GetScrollMaxY()), draw(); });
    r.frame([&] { ImGui::SetScrollY(ImGui::GetScrollMaxY()), draw(); });
    copy.y = retry_of(box).y;
    r.gui.click(copy, [&] { r.frame(draw); });
    CHECK((ImGui::GetClipboardText() == message)); // in brackets: not to be printed
}

TEST_CASE("an error box keeps to a narrow cell and to the width of columns") {
    rig r;
    const auto load = imload::async_load(r.session, fail_with);
    const std::string message = "the server said no, and it will say so again";
    r.frame([&] { (void)load.poll(message); });
    r.executor.run_all();
    rect box;
    float room = 0;
    const auto draw = [&] {
        room = ImGui::GetContentRegionAvail().x;
        imload::ui::error_box(load.poll(message));
        box = {};
    };
    SECTION("a table cell of 20 pixels") {
        for (int i = 0; i < 4; ++i)
            r.frame([&] {
                if (!ImGui::BeginTable("t", 2)) return;
                ImGui::TableSetupColumn("a", ImGuiTableColumnFlags_WidthFixed, 20);
                ImGui::TableSetupColumn("b");
                ImGui::TableNextColumn();
                draw();
                ImGui::TableNextColumn();
                ImGui::TextUnformatted("beside");
                ImGui::EndTable();
            });
        CHECK(room == 20);
        CHECK(box.width() >= 20); // the button reaches out of it, clipped by the cell
    }
    SECTION("columns") {
        for (int i = 0; i < 4; ++i)
            r.frame([&] {
                ImGui::Columns(3);
                draw();
                ImGui::NextColumn();
                ImGui::TextUnformatted("beside");
                ImGui::Columns(1);
            });
        CHECK(box.width() == room);
    }
    SECTION("a narrow child window") {
        for (int i = 0; i < 4; ++i)
            r.frame([&] {
                ImGui::BeginChild("c", ImVec2(20, 100));
                draw();
                ImGui::EndChild();
            });
        CHECK(box.width() > 20);
    }
    SECTION("a window that fits its content does not shrink or grow from frame to frame") {
        r.gui.flags = ImGuiWindowFlags_AlwaysAutoResize;
        for (int i = 0; i < 4; ++i) r.frame(draw);
        const float first = box.width();
        CHECK(first >= ImGui::GetFontSize() * 10);
        for (int i = 0; i < 4; ++i) r.frame(draw);
        CHECK(box.width() == first);
    }
}

TEST_CASE("the danger colour can be read on dark and on light") {
    const headless gui;
    const auto contrast = [] {
        const auto light = [](const ImVec4& c) {
            return 0.2126f * c.x + 0.7152f * c.y + 0.0722f * c.z;
        };
        return std::abs(light(imload::detail::widgets::danger()) -
                        light(ImGui::GetStyleColorVec4(ImGuiCol_WindowBg)));
    };
    ImGui::StyleColorsDark();
    CHECK(contrast() > 0.3f);
    ImGui::StyleColorsLight();
    CHECK(contrast() > 0.3f);
}
