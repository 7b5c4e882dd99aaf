#include "headless.hpp"

#include <imload/imgui.hpp>
#include <imload/imgui/demo.hpp>
#include <imload/testing.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
namespace demo = imload::ui::demo;

namespace {

/// The demo in a context of its own, as high as all of it.
struct open_demo {
    headless gui;

    explicit open_demo(float width = 1200) {
        ImGui::GetIO().DisplaySize = ImVec2(width, 20000);
        demo::speed = 50;
        frame();
    }
    open_demo(const open_demo&) = delete;
    open_demo& operator=(const open_demo&) = delete;
    ~open_demo() { demo::speed = 1; }

    void frame() {
        gui.frame([] {
            ImGui::SetWindowPos(imload::ui::demo_window_name, ImVec2(0, 0));
            ImGui::SetWindowSize(imload::ui::demo_window_name, ImGui::GetIO().DisplaySize);
            imload::ui::show_demo_window();
        });
    }

    /// Opens or closes every story whose title begins so.
    void set_open(std::string_view title, bool open) {
        gui.frame([=] {
            ImGui::Begin(imload::ui::demo_window_name);
            demo::for_each_story([=](const demo::story& s) {
                if (s.live && std::string_view(s.title).substr(0, title.size()) == title)
                    demo::set_open(s, open);
            });
            ImGui::End();
            imload::ui::show_demo_window();
        });
    }

    void only(std::string_view title) {
        set_open("", false);
        set_open(opened = title, true);
    }

    std::string_view opened;
};

/// A session on a clock and an executor of the test's.
struct manual {
    imload::manual_clock clock;
    imload::manual_executor executor;
    imload::session session{{.executor = &executor, .clock = &clock}};

    void frame(open_demo& page) {
        clock.advance(16ms);
        session.begin_frame();
        page.frame();
    }

    /// Clicks down the page at `x` until that is so; what a click on a header did is undone.
    template <class Done>
    void click_down(open_demo& page, float x, Done done) {
        for (float y = 80; y < 1500 && !done(); y += 8) {
            for (const bool down : {false, true, false}) {
                ImGui::GetIO().MousePos = ImVec2(x, y);
                ImGui::GetIO().MouseDown[0] = down;
                frame(page);
            }
            page.only(page.opened);
        }
    }
};

/// Ends the implicit sessions before their contexts go, as an app does.
struct shuts_down {
    shuts_down() = default;
    shuts_down(const shuts_down&) = delete;
    shuts_down& operator=(const shuts_down&) = delete;
    ~shuts_down() { imload::shutdown(); }
};

std::vector<demo::story> stories() {
    std::vector<demo::story> all;
    demo::for_each_story([&](const demo::story& s) {
        if (s.live) all.push_back(s);
    });
    return all;
}

// ---- the code that is shown -------------------------------------------------------------------

/// Without white space, and without the `inline` that code outside of a header does not need.
std::string squeezed(std::string_view code) {
    std::string out;
    for (std::size_t i = 0; i < code.size(); ++i) {
        const bool starts = i == 0 || code[i - 1] == '\n';
        if (starts && code.substr(i, 7) == "inline ") i += 7;
        if (!std::isspace(static_cast<unsigned char>(code[i]))) out += code[i];
    }
    return out;
}

/// The parts between empty lines.
std::vector<std::string> paragraphs(std::string_view code) {
    std::vector<std::string> parts(1);
    demo::for_each_line(demo::trimmed_code(std::string(code).c_str()), [&](std::string_view line) {
        if (line.empty())
            parts.emplace_back();
        else
            parts.back().append(line) += '\n';
    });
    return parts;
}

/// The paragraphs of `shown` that are nowhere in `source` but for its raw strings.
std::vector<std::string> drifted(std::string_view shown, std::string source) {
    for (std::size_t at = 0; (at = source.find("R\"cpp(", at)) != source.npos;)
        source.erase(at, source.find(")cpp\"", at) - at);
    const std::string real = squeezed(source);
    std::vector<std::string> lost;
    for (const std::string& each : paragraphs(shown))
        if (real.find(squeezed(each)) == real.npos) lost.push_back(each);
    return lost;
}

std::string source_of_demo() {
    const auto folder = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path() /
                        "include" / "imload" / "imgui" / "demo";
    std::string all;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream file(entry.path());
        all.append(std::istreambuf_iterator<char>(file), {});
        all += '\n';
    }
    return all;
}

} // namespace

TEST_CASE("the code that the demo shows is the code that it runs") {
    const std::string source = source_of_demo();
    REQUIRE(source.size() > 10000);
    for (const demo::story& s : stories()) {
        INFO(s.title);
        CHECK(drifted(s.code, source) == std::vector<std::string>());
    }
}

TEST_CASE("shown code that differs from what runs is found") {
    const std::string source = "code = R\"cpp(\nint a = 1;\n\nb(a);\n)cpp\";\n"
                               "inline void f() {\n    int a = 1;\n    b( a);\n}\n";
    CHECK(drifted("\nint a = 1;\n\nb(a);\n", source).empty());
    CHECK(drifted("\nint a = 2;\n\nb(a);\n", source) == std::vector<std::string>{"int a = 2;\n"});
    CHECK(drifted("void f() {\nint a = 1;\n", source).empty());
    CHECK(drifted("code = R\"cpp(", source).size() == 1);
    // One letter of a real story is enough.
    std::string changed = stories().front().code;
    changed[changed.find("EUR")] = 'F';
    CHECK(drifted(changed, source_of_demo()).size() == 1);
}

TEST_CASE("every story has a text, short code and a title of its own") {
    std::vector<std::string_view> titles;
    for (const demo::story& s : stories()) {
        INFO(s.title);
        titles.push_back(s.title);
        CHECK(std::string_view(s.text).size() > 20);
        CHECK(std::string_view(s.text).size() < 300);
        int lines = 0;
        demo::for_each_line(demo::trimmed_code(s.code), [&](std::string_view line) {
            CHECK(line.size() <= 84);
            ++lines;
        });
        CHECK(lines <= 26);
    }
    std::sort(titles.begin(), titles.end());
    CHECK(std::adjacent_find(titles.begin(), titles.end()) == titles.end());
}

// ---- the window -------------------------------------------------------------------------------

TEST_CASE("a demo with all its stories closed loads nothing and asks for no frames") {
    manual app;
    open_demo page;
    for (int i = 0; i < 5; ++i) app.frame(page);
    CHECK(app.session.size() == 0);
    CHECK(app.executor.pending() == 0);
    CHECK(app.session.wait_time(1h) == 1h);
}

TEST_CASE("a demo without a session says so, and leaves no window open") {
    headless gui;
    ImGui::GetIO().DisplaySize = ImVec2(1200, 20000); // all of it is seen
    const auto ambient = std::exchange(imload::detail::ambient_session, nullptr);
    const ImDrawList* before = nullptr;
    const ImDrawList* after = nullptr;
    for (int i = 0; i < 2; ++i)
        gui.frame([&] {
            before = ImGui::GetWindowDrawList();
            ImGui::SetNextWindowPos(ImVec2(0, 0));
            ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
            ImGui::Begin(imload::ui::demo_window_name);
            for (const demo::story& each : stories()) demo::set_open(each, true);
            ImGui::End();
            CHECK_THROWS_AS(imload::ui::show_demo_window(), std::logic_error);
            after = ImGui::GetWindowDrawList();
            while (ImGui::GetWindowDrawList() != before) ImGui::End();
        });
    imload::detail::ambient_session = ambient;
    CHECK(before == after);
}

TEST_CASE("a story loads only while it is open and in sight") {
    manual app;
    open_demo page;
    page.set_open("The five lines", true);
    app.frame(page);
    CHECK(app.session.size() == 1);
    page.set_open("The five lines", false);
    app.frame(page);
    const auto polls = app.session.statistics().polls;
    app.frame(page);
    CHECK(app.session.statistics().polls == polls);

    // All of them, in a window that shows the first ones.
    ImGui::GetIO().DisplaySize = ImVec2(1200, 600);
    page.set_open("", true);
    app.frame(page);
    app.frame(page);
    const std::size_t some = app.session.size();
    CHECK(some > 0);
    ImGui::GetIO().DisplaySize = ImVec2(1200, 20000);
    for (int i = 0; i < 3; ++i) app.frame(page);
    CHECK(app.session.size() > 2 * some);
}

TEST_CASE("a story that has loaded asks for no frames, unless something in it moves") {
    const std::vector<std::string_view> moving{"Spinners and skeletons", "Refresh by a timer",
                                               "Stale, then expired"};
    for (const demo::story& each : stories()) {
        INFO(each.title);
        manual app;
        open_demo page;
        page.only(each.title);
        for (int i = 0; i < 20; ++i) {
            app.frame(page);
            app.executor.run_all();
            app.frame(page);
            if (app.session.statistics().in_flight > 0 && app.executor.pending() == 0)
                app.session.wait_idle(10s); // a promise, which another thread completes
            app.clock.advance(1s);
        }
        for (int i = 0; i < 60; ++i) {
            app.executor.run_all();
            app.frame(page);
        }
        const imload::next_wake next = app.session.next_frame();
        const bool moves = std::find(moving.begin(), moving.end(), each.title) != moving.end();
        INFO(to_string(next.cause));
        if (moves)
            CHECK(next.in <= 100ms);
        else
            CHECK((next.in == imload::never || next.cause == imload::wake_cause::refresh));
    }
}

TEST_CASE("every story draws, whatever its loads are doing") {
    for (const float width : {1400.0f, 300.0f}) {
        manual app;
        open_demo page(width);
        page.set_open("", true);
        for (int i = 0; i < 3; ++i) app.frame(page); // all waiting
        const int waiting = headless::vertices();
        CHECK(waiting > 1000);
        for (int i = 0; i < 20; ++i) { // a few at a time
            for (int n = 0; n < 3; ++n) app.executor.run_one();
            app.clock.advance(300ms);
            app.frame(page);
        }
        app.session.for_each([](const imload::entry_info& each) {
            each.key.simulate({.state = imload::simulated::failure});
        });
        for (int i = 0; i < 10; ++i) {
            app.executor.run_all();
            app.clock.advance(400ms);
            app.frame(page);
        }
        app.session.clear();
        app.frame(page);
    }
}

TEST_CASE("every story comes to its end with real threads, in the implicit session") {
    open_demo page;
    const shuts_down at_end;
    page.set_open("", true);
    for (int i = 0; i < 4; ++i) {
        page.frame();
        CHECK(imload::current_session().wait_idle(30s));
    }
    page.frame();
    int valueless = 0;
    imload::current_session().for_each([&](const imload::entry_info& each) {
        INFO(each.label);
        CHECK((each.has_value || each.error));
        valueless += !each.has_value;
    });
    CHECK(valueless >= 2); // stories about errors
    CHECK(valueless <= 3);
}

TEST_CASE("two contexts show the demo, each with loads of its own") {
    open_demo one;
    open_demo two;
    const shuts_down at_end;
    one.set_open("The five lines", true);
    two.frame();
    one.gui.make_current();
    CHECK(imload::current_session().size() == 1);
    two.gui.make_current();
    CHECK(imload::current_session().size() == 0);
}

TEST_CASE("a click on Retry in the demo runs the load again") {
    manual app;
    app.session.record_runs(100);
    open_demo page;
    const auto call = imload::async_load(demo::dial);
    const auto busy = [&] { return call.peek("555-0199"); };
    page.only("Further attempts");
    app.frame(page);
    busy().simulate({.state = imload::simulated::failure});
    for (int i = 0; i < 30 && !busy().error(); ++i) {
        app.executor.run_all();
        app.clock.advance(1s);
        app.frame(page);
    }
    REQUIRE(busy().error());
    const auto newest = [&] { return app.session.runs()[app.session.runs().size() - 1]; };
    app.click_down(page, 30, [&] { return newest().cause == imload::run_cause::refresh; });
    CHECK(newest().cause == imload::run_cause::refresh); // which only Retry does here
    CHECK(newest().key == busy().id());
}

TEST_CASE("the code can be copied") {
    manual app;
    open_demo page;
    static std::string clipboard;
    clipboard.clear();
#if IMGUI_VERSION_NUM >= 19110
    ImGui::GetPlatformIO().Platform_SetClipboardTextFn = [](ImGuiContext*, const char* text) {
        clipboard = text;
    };
#else
    ImGui::GetIO().SetClipboardTextFn = [](void*, const char* text) { clipboard = text; };
#endif
    page.only("The five lines");
    app.click_down(page, 1200 - 30, [] { return !clipboard.empty(); });
    CHECK(clipboard == std::string(demo::trimmed_code(demo::five_lines_code)) + '\n');
}
