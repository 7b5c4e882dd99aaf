#include "headless.hpp"

#include <imload/imgui.hpp>
#include <imload/imgui/inspector.hpp>
#include <imload/testing.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
namespace inspector = imload::detail::inspector;
using inspector::column;
using inspector::key_state;

// Their names are in the labels, without a namespace.
static int inspected(const std::string&, int n) { return n; }
static int inspected_failure(int n) { throw std::runtime_error("no " + std::to_string(n)); }

namespace {

// Time for all that there is to do, on a slow machine too.
constexpr auto ample = std::chrono::hours(1);

/// A session that does only what the test tells it to.
struct bench {
    imload::manual_clock clock;
    imload::manual_executor work;
    imload::session session{{.executor = &work, .clock = &clock}};

    void land() {
        work.run_all();
        session.begin_frame();
    }
    auto ask(const std::string& text, int n, imload::options o = {}) {
        return imload::async_load<&inspected>(session, o).poll(text, n);
    }
};

std::string label(const std::string& text, int n) {
    return "inspected(\"" + text + "\", " + std::to_string(n) + ")";
}

std::vector<std::string> labels(const inspector::key_table& keys) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < keys.size(); ++i)
        if (keys[i].id != 0) all.push_back(keys[i].label);
    return all;
}

/// A context with the inspectors of some sessions in it, and a mouse.
class screen {
public:
    explicit screen(imload::session& s) : sessions{&s} {
        ImGui::GetIO().DisplaySize = ImVec2(1280, 800);
    }

    std::vector<imload::session*> sessions;
    std::function<void()> ask = [] {}; ///< what the app asks for in each frame
    bool open = true;
    bool collapsed = false;
    bool begins = true; ///< the sessions' frames too
    ImVec2 size{1200, 780};

    void frame() {
        gui_.make_current();
        ImGui::GetIO().DeltaTime = 1.0f / 60;
        ImGui::NewFrame();
        float left = 0;
        for (imload::session* s : sessions) {
            if (begins) s->begin_frame();
            ask();
            ImGui::SetNextWindowPos(ImVec2(left, 0));
            ImGui::SetNextWindowSize(size);
            ImGui::SetNextWindowCollapsed(collapsed);
            imload::ui::show_inspector_window(*s, &open);
            left += 20;
        }
        ImGui::Render();
    }
    void frames(int n) {
        for (int i = 0; i < n; ++i) frame();
    }

    void move(ImVec2 to) {
        mouse(to, -1, false);
        frames(2);
    }
    void press(ImVec2 at, int button = 0) {
        move(at);
        mouse(at, button, true);
        frames(2);
    }
    void release(ImVec2 at, int button = 0) {
        mouse(at, button, false);
        frames(2);
    }
    void click(ImVec2 at, int button = 0) {
        press(at, button);
        release(at, button);
    }

    /// Clicks here and there in that area, from left to right and down, until something happens;
    /// where it did. Reading from the top finds a thing before what is right of it or below.
    std::optional<ImVec2> click_until(ImVec2 from, ImVec2 to, const std::function<bool()>& done,
                                      int button = 0) {
        const float step = ImGui::GetFontSize() * 0.75f;
        for (float y = from.y; y <= to.y; y += step)
            for (float x = from.x; x <= to.x; x += step * 3) {
                click(ImVec2(x, y), button);
                if (done()) return ImVec2(x, y);
            }
        return std::nullopt;
    }

    [[nodiscard]] inspector::view& view() const {
        inspector::view* const found = inspector::views::of_this_thread().find(*sessions.front());
        REQUIRE(found);
        return *found;
    }

    /// Selects the only row of the table, and returns a point in it.
    ImVec2 select_row() {
        frames(3);
        const auto at =
            click_until(ImVec2(60, 90), ImVec2(60, 300), [this] { return view().selected != 0; });
        REQUIRE(at);
        return *at;
    }

    /// Clicks on Refresh in the details of the selected key, which are at the right end.
    std::optional<ImVec2> find_refresh() {
        const auto starts = sessions.front()->statistics().starts;
        return click_until(ImVec2(1200 - 24 * ImGui::GetFontSize() + 4, 90), ImVec2(1190, 400),
                           [&] { return sessions.front()->statistics().starts > starts; });
    }

private:
    static void mouse(ImVec2 at, int button, bool down) {
        ImGuiIO& io = ImGui::GetIO();
#if IMGUI_VERSION_NUM >= 18700
        io.AddMousePosEvent(at.x, at.y);
        if (button >= 0) io.AddMouseButtonEvent(button, down);
#else
        io.MousePos = at;
        if (button >= 0) io.MouseDown[button] = down;
#endif
    }

    headless gui_;
};

/// How many letters a child window of that name has drawn over another.
int overlapping_letters(std::string_view child) {
    struct box {
        ImVec2 min, max;
    };
    int count = 0;
    const ImDrawData& data = *ImGui::GetDrawData();
    for (int n = 0; n < data.CmdListsCount; ++n) {
        const ImDrawList& list = *data.CmdLists[n];
        if (!list._OwnerName || std::string_view(list._OwnerName).find(child) == std::string::npos)
            continue;
        // Letters alone have a rectangle of the texture: other shapes have a point or a line of it.
        std::vector<box> letters;
        const auto& v = list.VtxBuffer;
        for (int i = 0; i + 3 < v.Size; ++i)
            if (v[i].uv.x < v[i + 2].uv.x && v[i].uv.y < v[i + 2].uv.y &&
                v[i + 1].uv.x == v[i + 2].uv.x && v[i + 1].uv.y == v[i].uv.y &&
                v[i + 3].uv.x == v[i].uv.x && v[i + 3].uv.y == v[i + 2].uv.y)
                letters.push_back({v[i].pos, v[i + 2].pos});
        for (std::size_t i = 0; i < letters.size(); ++i)
            for (std::size_t k = 0; k < i; ++k)
                if (letters[i].min.x + 1 < letters[k].max.x &&
                    letters[k].min.x + 1 < letters[i].max.x &&
                    letters[i].min.y + 1 < letters[k].max.y &&
                    letters[k].min.y + 1 < letters[i].max.y)
                    ++count;
    }
    return count;
}

} // namespace

// ---- the rows, without drawing ------------------------------------------------------------------

TEST_CASE("inspector: every key has a row, with its label and state") {
    bench b;
    (void)b.ask("a", 1);
    b.land();
    (void)b.ask("b", 2);
    (void)imload::async_load<&inspected_failure>(b.session).poll(3);
    b.session.begin_frame();
    inspector::key_table keys;
    keys.update(b.session, 0, ample);
    CHECK(labels(keys) ==
          std::vector<std::string>{label("a", 1), label("b", 2), "inspected_failure(3)"});
    CHECK(keys.rows().count(key_state::complete) == 1);
    CHECK(keys.rows().count(key_state::queued) == 2);
    b.land();
    keys.update(b.session, 1, ample);
    CHECK(keys.rows().count(key_state::complete) == 2);
    CHECK(keys.rows().count(key_state::failed) == 1);
    CHECK(keys.rows().count(key_state::queued) == 0);
}

TEST_CASE("inspector: rows are sorted by what was asked for, and what is missing comes last") {
    bench b;
    (void)b.ask("a", 1);
    b.land();
    b.clock.advance(5s);
    (void)b.ask("c", 2);
    b.land();
    b.clock.advance(5s);
    (void)b.ask("b", 3);
    b.session.begin_frame();
    inspector::key_table keys;
    const auto order = [&](column by, bool descending) {
        keys.sort_by(by, descending);
        keys.update(b.session, 0, ample);
        return labels(keys);
    };
    const std::string a = label("a", 1);
    const std::string c = label("c", 2);
    const std::string loading = label("b", 3);
    CHECK(order(column::key, false) == std::vector{a, loading, c});
    CHECK(order(column::key, true) == std::vector{c, loading, a});
    CHECK(order(column::age, false) == std::vector{c, a, loading});
    CHECK(order(column::age, true) == std::vector{a, c, loading});
    CHECK(order(column::state, false) == std::vector{loading, a, c});
    CHECK(order(column::asked, false) == std::vector{loading, c, a});
}

TEST_CASE("inspector: rows are filtered by text and by state") {
    bench b;
    for (const char* text : {"apple", "pear", "100%", "##x"}) (void)b.ask(text, 0);
    b.land();
    (void)b.ask("apple", 1);
    b.session.begin_frame();
    inspector::key_table keys;
    const auto shown = [&](const char* text, std::uint32_t states) {
        keys.filter_by(text);
        keys.show_states(states);
        keys.update(b.session, 0, ample);
        return labels(keys);
    };
    CHECK(shown("", 0).size() == 5);
    CHECK(shown("APPLE", 0) == std::vector{label("apple", 0), label("apple", 1)});
    CHECK(shown("%", 0) == std::vector{label("100%", 0)});
    CHECK(shown("##", 0) == std::vector{label("##x", 0)});
    CHECK(shown("-apple", 0).size() == 3);
    CHECK(shown("", inspector::bit_of(key_state::queued)) == std::vector{label("apple", 1)});
    CHECK(shown("apple", inspector::bit_of(key_state::complete)) == std::vector{label("apple", 0)});
    CHECK(shown("nothing", 0).empty());
}

TEST_CASE("inspector: keys that go leave the rows, and their places are used again") {
    bench b;
    for (int i = 0; i < 300; ++i) (void)b.ask("x", i);
    b.session.begin_frame();
    inspector::key_table keys;
    keys.update(b.session, 0, ample);
    CHECK(keys.size() == 300);
    b.ask("x", 7).forget();
    b.session.begin_frame();
    keys.update(b.session, 1, ample);
    const auto left = labels(keys);
    CHECK(left.size() == 299);
    CHECK(std::find(left.begin(), left.end(), label("x", 7)) == left.end());
    b.session.clear();
    b.session.begin_frame();
    (void)b.ask("y", 1);
    keys.update(b.session, 2, ample);
    CHECK(labels(keys) == std::vector{label("y", 1)});
    CHECK(keys.rows().places() <= 300);
    CHECK(keys.rows().count(key_state::queued) == 1);
}

TEST_CASE("inspector: a large map is read in portions, and sorted right in the end") {
    bench b;
    std::vector<std::string> expected;
    for (int i = 0; i < 5000; ++i) {
        (void)b.ask("x", i * 7919 % 5000);
        expected.push_back(label("x", i));
    }
    std::sort(expected.begin(), expected.end());
    b.session.begin_frame();
    inspector::key_table keys;
    keys.update(b.session, 0, 0ms);
    CHECK(keys.rows().size() < 5000);
    int steps = 1;
    for (; steps < 10000 && labels(keys) != expected; ++steps)
        keys.update(b.session, steps * 0.02, 0ms);
    CHECK(labels(keys) == expected);
    CHECK(steps > 20);
}

TEST_CASE("inspector: a sort in steps does what a sort does") {
    std::mt19937 random(7);
    for (const std::size_t size : {0u, 1u, 2u, 63u, 64u, 65u, 128u, 1000u, 4097u}) {
        std::vector<unsigned> items(size);
        for (unsigned& i : items) i = static_cast<unsigned>(random() % 500);
        std::vector<unsigned> expected = items;
        std::sort(expected.begin(), expected.end());
        inspector::stepped_sort<unsigned> sort;
        sort.begin(items);
        int steps = 0;
        while (!sort.step([](unsigned a, unsigned b) { return a < b; }, 64) && steps < 100000)
            ++steps;
        CHECK(sort.items() == expected);
    }
}

// ---- the window ---------------------------------------------------------------------------------

TEST_CASE("inspector: looking is not asking") {
    bench b;
    screen gui(b.session);
    (void)b.ask("a", 1);
    gui.frames(2);
    b.land();
    const auto polls = b.session.statistics().polls;
    const auto starts = b.session.statistics().starts;
    const std::uint32_t asked = b.ask("a", 1).last_asked_frame();
    gui.frames(10);
    CHECK(b.session.statistics().polls == polls + 1);
    CHECK(b.session.statistics().starts == starts);
    imload::entry_info seen;
    b.session.for_each(
        [&](const imload::entry_info& e) { seen.last_asked_frame = e.last_asked_frame; });
    CHECK(seen.last_asked_frame == asked);
}

TEST_CASE("inspector: shown it wants a frame within 250 ms, collapsed or closed none") {
    bench b;
    screen gui(b.session);
    gui.frames(5);
    CHECK(b.session.wait_time(1h) == 250ms);
    gui.collapsed = true;
    gui.frames(3);
    CHECK(b.session.wait_time(1h) == 1h);
    gui.collapsed = false;
    gui.frames(3);
    CHECK(b.session.wait_time(1h) == 250ms);
    gui.open = false;
    gui.frames(2);
    CHECK(b.session.wait_time(1h) == 1h);
}

TEST_CASE("inspector: it keeps a log of runs, and leaves one alone that is kept already") {
    bench b;
    screen gui(b.session);
    gui.frame();
    CHECK(b.session.runs().capacity() == 4096);
    b.session.record_runs(16);
    gui.frames(2);
    CHECK(b.session.runs().capacity() == 16);
}

TEST_CASE("inspector: the buttons of the selected key act on it") {
    bench b;
    (void)b.ask("a", 1);
    b.land();
    screen gui(b.session);
    gui.ask = [&] { (void)b.ask("a", 1); };
    (void)gui.select_row();
    CHECK(gui.view().selected_label == label("a", 1));
    const auto starts = b.session.statistics().starts;
    const auto refresh = gui.find_refresh();
    REQUIRE(refresh);
    CHECK(b.session.statistics().starts == starts + 1);
    CHECK(b.ask("a", 1).status() == imload::status::queued);
    // The others are right of it, in this order.
    const ImVec2 end(1190, refresh->y);
    const auto cancel =
        gui.click_until(*refresh, end, [&] { return b.session.statistics().cancelled > 0; });
    REQUIRE(cancel);
    CHECK(b.ask("a", 1).status() == imload::status::idle);
    gui.ask = [] {}; // else it would be there again at once
    const auto forget = gui.click_until(*cancel, end, [&] { return b.session.size() == 0; });
    REQUIRE(forget);
    gui.frames(2);
    CHECK(gui.view().keys.size() == 0);
}

TEST_CASE("inspector: a key can be made to fail, and to stop pretending") {
    bench b;
    (void)b.ask("a", 1);
    b.land();
    screen gui(b.session);
    (void)gui.select_row();
    gui.ask = [&] { (void)b.ask("a", 1); };
    const auto state = [&] { return b.ask("a", 1).simulates().state; };
    const auto refresh = gui.find_refresh();
    REQUIRE(refresh);
    const ImVec2 below(refresh->x, refresh->y + ImGui::GetFontSize() * 1.5f);
    const auto error = gui.click_until(below, ImVec2(1190, 400),
                                       [&] { return state() == imload::simulated::failure; });
    REQUIRE(error);
    gui.frames(3);
    CHECK(b.ask("a", 1).error() != nullptr);
    CHECK(gui.view().keys.rows().count_simulated() == 1);
    // What stops it is below the choices.
    const auto stop =
        gui.click_until(ImVec2(below.x, error->y + ImGui::GetFontSize()), ImVec2(1190, 400),
                        [&] { return state() == imload::simulated::nothing; });
    REQUIRE(stop);
    b.work.run_all();
    gui.frames(3);
    CHECK(b.ask("a", 1).error() == nullptr);
    CHECK(gui.view().keys.rows().count_simulated() == 0);
}

TEST_CASE("inspector: a row's menu acts on it") {
    bench b;
    (void)b.ask("a", 1);
    b.land();
    screen gui(b.session);
    const ImVec2 row = gui.select_row();
    const auto starts = b.session.statistics().starts;
    gui.click(row, 1);
    const auto refresh =
        gui.click_until(ImVec2(row.x + 12, row.y + 10), ImVec2(row.x + 12, row.y + 60),
                        [&] { return b.session.statistics().starts > starts; });
    CHECK(refresh);
}

TEST_CASE("inspector: the menu of a key that vanishes under it does nothing to the others") {
    bench b;
    for (int i = 0; i < 5000; ++i) (void)b.ask("x", i); // so many that rows outlive their keys
    b.land();
    screen gui(b.session);
    gui.frames(60);
    const float line = ImGui::GetFontSize();
    for (int item = 0; item < 12; ++item) {
        const ImVec2 row(60, 300);
        gui.click(row, 1);
        const std::uint64_t key = gui.view().selected;
        REQUIRE(key != 0);
        const ImVec2 at(row.x + 20, row.y + line * (0.8f + 0.5f * static_cast<float>(item)));
        gui.press(at);
        const auto starts = b.session.statistics().starts;
        const std::size_t left = b.session.size() - 1;
        b.session.key(key).forget();
        gui.release(at);
        CHECK(b.session.size() == left);
        CHECK(b.session.statistics().starts == starts);
        gui.click(ImVec2(700, 5)); // closes it
        gui.frames(40);            // the row goes
        gui.view().select(0, {});
    }
}

TEST_CASE("inspector: what is done to no key is not done to every key") {
    bench b;
    (void)b.ask("a", 1);
    b.land();
    inspector::view v;
    const auto starts = b.session.statistics().starts;
    for (const auto what : {inspector::command::refresh, inspector::command::cancel,
                            inspector::command::forget, inspector::command::simulate})
        inspector::act(v, what, 0, {imload::simulated::failure});
    v.obey(b.session);
    CHECK(b.session.size() == 1);
    CHECK(b.session.statistics().starts == starts);
    inspector::act(v, inspector::command::forget_all);
    v.obey(b.session);
    b.session.begin_frame();
    CHECK(b.session.size() == 0);
}

TEST_CASE("inspector: another log of runs costs no row") {
    bench b;
    (void)b.ask("a", 1);
    b.land();
    screen gui(b.session);
    (void)gui.select_row();
    for (const std::size_t records : {16u, 0u, 64u}) {
        b.session.record_runs(records);
        gui.frame();
        CHECK(gui.view().keys.size() == 1);
        CHECK(gui.view().selected_label == label("a", 1));
    }
}

TEST_CASE("inspector: panes have their sizes again after the window was small") {
    bench b;
    (void)b.ask("a", 1);
    b.land();
    screen gui(b.session);
    (void)gui.select_row();
    gui.view().details_width = 700;
    gui.view().bottom_height = 400;
    gui.size = ImVec2(600, 300);
    gui.frames(3);
    gui.size = ImVec2(200, 100);
    gui.frames(3);
    CHECK(gui.view().details_width == 700);
    CHECK(gui.view().bottom_height == 400);
}

TEST_CASE("inspector: a window of any width draws runs that are too short to be told apart") {
    // In its first frame, and in a narrow window, the timeline has less room than its ruler's
    // texts; each run of a worker begins where the one before is still drawn.
    bench b;
    screen gui(b.session);
    for (const float width : {1200.0f, 200.0f, 60.0f}) {
        gui.size.x = width;
        for (int i = 0; i < 5; ++i) {
            (void)b.ask("a", i + static_cast<int>(width));
            b.work.run_all();
            b.clock.advance(1ms);
            gui.frame();
        }
        CHECK(headless::vertices() > 0);
    }
}

TEST_CASE("inspector: no text of the timeline is written over another") {
    bench b;
    b.session.begin_frame();
    screen s(b.session);
    s.ask = [&] {
        for (int i = 0; i < 1500; ++i) static_cast<void>(b.ask("k", i)); // all of them wait
    };
    for (const float width : {1200.0f, 500.0f, 320.0f}) {
        s.size.x = width;
        s.frames(4);
        CHECK(overlapping_letters("bottom") == 0);
    }
}

TEST_CASE("inspector: which columns it shows follows from the width, and is not saved") {
    bench b;
    screen gui(b.session);
    using inspector::table_width;
    float em = 0;
    gui.ask = [&em] { em = ImGui::GetFontSize(); }; // known in a frame only
    gui.frames(1);
    gui.ask = [] {};
    const auto at = [&](float width) {
        gui.size.x = width * em;
        gui.frames(3);
        return gui.view().table;
    };
    CHECK(at(60) == table_width::wide);
    CHECK(at(45) == table_width::narrow);
    CHECK(at(30) == table_width::tight);
    CHECK(at(15) == table_width::least);
    CHECK(std::string(ImGui::SaveIniSettingsToMemory()).find("[Table]") == std::string::npos);
    CHECK(at(60) == table_width::wide);
}

TEST_CASE("inspector: a long label keeps its end, and a character its bytes") {
    headless gui;
    gui.frame([] {
        const std::string text = "some::name::of::a::callable(\"\xc3\xa4\xc3\xb6\", 17)";
        const float all = inspector::width_of(text);
        CHECK(inspector::fitted(text, all) == text);
        for (float room = 0; room < all; room += 1) {
            const std::string shown = inspector::fitted(text, room);
            CAPTURE(room, shown, inspector::width_of(shown));
            const std::size_t dots = shown.find("...");
            REQUIRE(dots != std::string::npos);
            const std::string head = shown.substr(0, dots);
            const std::string tail = shown.substr(dots + 3);
            // ImGui rounds up.
            CHECK((room < inspector::width_of("...") || inspector::width_of(shown) <= room + 1));
            CHECK(text.substr(0, head.size()) == head);
            CHECK(text.substr(text.size() - tail.size()) == tail);
            CHECK((tail.empty() || (static_cast<unsigned char>(tail[0]) & 0xc0) != 0x80));
        }
        const std::string shown = inspector::fitted(text, all * 0.8f);
        CHECK(shown.substr(shown.size() - 5) == ", 17)");
    });
    CHECK(inspector::fitted("", 0).empty());
}

TEST_CASE("inspector: std::string has its own name in a label, arguments are left alone") {
    CHECK(inspector::one_line("int (*)(const std::__cxx11::basic_string<char>&)(\"a\", 1)") ==
          "int (*)(const std::string&)(\"a\", 1)");
    CHECK(inspector::one_line(
              "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > "
              "(*)(int)(1)") == "std::string (*)(int)(1)");
    CHECK(inspector::one_line("f(std::basic_string_view<char>)(1)") == "f(std::string_view)(1)");
    CHECK(inspector::one_line("f(\"std::basic_string<char>\n\")") ==
          "f(\"std::basic_string<char> \")");
    CHECK(inspector::one_line("basic_string") == "basic_string");
}

TEST_CASE("inspector: a key that vanishes while it is selected is told so") {
    bench b;
    (void)b.ask("a", 1);
    b.land();
    screen gui(b.session);
    (void)gui.select_row();
    b.session.clear();
    gui.frames(3);
    CHECK(gui.view().keys.size() == 0);
    CHECK(gui.view().selected_label == label("a", 1));
}

TEST_CASE("inspector: two sessions have two windows in one frame") {
    bench one;
    bench other;
    (void)one.ask("one", 1);
    (void)other.ask("other", 2);
    screen gui(one.session);
    gui.sessions.push_back(&other.session);
    gui.frames(4);
    const auto shown = [](imload::session& s) {
        return labels(inspector::views::of_this_thread().find(s)->keys);
    };
    CHECK(shown(one.session) == std::vector{label("one", 1)});
    CHECK(shown(other.session) == std::vector{label("other", 2)});
    // Each window has its own numbers: what is filtered in one is not in the other.
    inspector::views::of_this_thread().find(one.session)->filter[0] = 'z';
    gui.frames(2);
    CHECK(shown(one.session).empty());
    CHECK(shown(other.session).size() == 1);
}

TEST_CASE("inspector: a session at the address of an earlier one shows its own keys") {
    imload::manual_clock clock;
    imload::manual_executor work;
    std::optional<imload::session> s;
    const auto begin = [&](const char* text, int n) -> imload::session& {
        s.reset();
        s.emplace(imload::session_options{.executor = &work, .clock = &clock});
        (void)imload::async_load<&inspected>(*s).poll(text, n);
        return *s;
    };
    screen gui(begin("first", 1));
    (void)gui.select_row();
    gui.frames(5);
    CHECK(labels(gui.view().keys) == std::vector{label("first", 1)});
    begin("second", 2); // the same address, the same numbers of keys
    gui.frames(2);
    CHECK(labels(gui.view().keys) == std::vector{label("second", 2)});
    CHECK(gui.view().selected == 0);
    // It had as many frames as the one before.
    gui.frames(5);
    begin("third", 3);
    for (int i = 0; i < 30; ++i) s->begin_frame();
    gui.frames(2);
    CHECK(labels(gui.view().keys) == std::vector{label("third", 3)});
    // It has a log of the same size, and was not looked at in its first frames.
    (void)gui.select_row();
    s->record_runs(4096);
    gui.frames(2);
    begin("fourth", 4).record_runs(4096);
    for (int i = 0; i < 60; ++i) s->begin_frame();
    (void)imload::async_load<&inspected>(*s).poll("fourth", 4);
    work.run_all();
    gui.frames(2);
    CHECK(labels(gui.view().keys) == std::vector{label("fourth", 4)});
    CHECK(gui.view().selected == 0);
}

TEST_CASE("inspector: the current session of several contexts") {
    bench b;
    (void)b.ask("a", 1);
    headless first;
    headless second;
    for (int i = 0; i < 3; ++i)
        for (headless* h : {&first, &second})
            h->frame([&] {
                b.session.make_current();
                imload::ui::show_inspector_window();
                imload::ui::show_inspector_window(); // the second time is ignored
            });
    first.make_current();
    CHECK(inspector::views::of_this_thread().find(b.session));
    second.make_current();
    CHECK(inspector::views::of_this_thread().find(b.session));
}

TEST_CASE("inspector: where a session may not be shown, no window is left open") {
    headless gui;
    std::promise<imload::session*> made;
    std::promise<void> over;
    std::thread elsewhere([&] {
        imload::session theirs;
        made.set_value(&theirs);
        over.get_future().wait();
    });
    imload::session* const theirs = made.get_future().get();
    const ImDrawList* before = nullptr;
    const ImDrawList* after = nullptr;
    for (int i = 0; i < 2; ++i)
        gui.frame([&] {
            before = ImGui::GetWindowDrawList();
            CHECK_THROWS_AS(imload::ui::show_inspector_window(*theirs), std::logic_error);
            after = ImGui::GetWindowDrawList();
            while (ImGui::GetWindowDrawList() != before) ImGui::End();
        });
    CHECK(before == after);
    over.set_value();
    elsewhere.join();
}

// ---- how long a frame takes ---------------------------------------------------------------------

TEST_CASE("inspector: a frame with a hundred thousand keys", "[.measure]") {
    // Time of the processor, so that a busy machine does not count.
    const auto milliseconds = [](std::clock_t t) {
        return 1e3 * static_cast<double>(t) / CLOCKS_PER_SEC;
    };
    imload::inline_executor work;
    imload::session s({.executor = &work});
    const int count = 100000;
    const auto load = imload::async_load<&inspected>(s, {.refresh_every = 1h});
    for (int i = 0; i < count; ++i)
        (void)load.poll("a file with a name " + std::to_string(i * 7919 % count), i);
    s.begin_frame();
    screen gui(s);
    gui.begins = false;
    const auto measure = [&](const char* what, int frames, bool ask) {
        std::vector<double> times;
        for (int i = 0; i < frames; ++i) {
            if (ask)
                for (int n = 0; n < 2000; ++n)
                    (void)load.poll("a file with a name " + std::to_string(n * 7919 % count), n);
            s.begin_frame();
            const auto begin = std::clock();
            gui.frame();
            times.push_back(milliseconds(std::clock() - begin));
        }
        std::sort(times.begin(), times.end());
        std::printf("%-26s median %.2f ms, 99 %% %.2f ms, worst %.2f ms\n", what,
                    times[times.size() / 2], times[times.size() * 99 / 100], times.back());
    };
    int fill = 0;
    const auto begin = std::clock();
    double worst = 0;
    for (; fill < 10000; ++fill) {
        s.begin_frame();
        const auto t = std::clock();
        gui.frame();
        worst = std::max(worst, milliseconds(std::clock() - t));
        if (gui.view().keys.size() == static_cast<std::size_t>(count)) break;
    }
    std::printf("fill: %d frames, %.0f ms, worst %.2f ms\n", fill + 1,
                milliseconds(std::clock() - begin), worst);
    measure("idle", 600, false);
    measure("2000 keys asked", 600, true);
    auto& v = gui.view();
    std::snprintf(v.filter.data(), v.filter.size(), "name 77");
    measure("text filter", 300, true);
    v.filter[0] = '\0';
    measure("filter off", 300, true);
    s.refresh_all();
    measure("all refreshed", 600, true);
    s.clear();
    measure("all gone", 300, false);
    CHECK(gui.view().keys.size() < 3000);
}
