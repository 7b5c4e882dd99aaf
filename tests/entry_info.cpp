// What can be read of every key: for_each, for_some, key(), and the numbers that tell keys apart.
#include "support.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <unordered_set>
#include <variant>
#include <vector>

using namespace test;

namespace {

int twice(int x) { return 2 * x; }
int thrice(int x) { return 3 * x; }
int fourfold(int x) { return 4 * x; }

} // namespace

TEST_CASE("a visited key can be acted on") {
    ui app;
    auto load = imload::async_load(app.session, "twice", twice);
    ask(load, 1);
    ask(load, 2);
    app.land();
    app.session.for_each([](const imload::entry_info& e) {
        if (e.label == "twice(2)") e.key.refresh();
    });
    app.land();
    CHECK(load.poll(1).version() == 1);
    CHECK(load.poll(2).version() == 2);
}

TEST_CASE("a visitor may ask for a key for each that it is shown") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    for (int i = 0; i < 10; ++i) ask(load, i);
    constexpr int too_many = 1'000'000;
    int visits = 0;
    app.session.for_each([&](const imload::entry_info&) {
        if (++visits < too_many) ask(load, 10 + visits);
    });
    CHECK(visits < too_many);
    CHECK(visits >= 10);
    CHECK(app.keys() == static_cast<std::size_t>(10 + visits));
}

TEST_CASE("for_each and describe tell the same") {
    ui app;
    auto load = imload::async_load(app.session, "twice", twice, {.refresh_every = 10s});
    ask(load, 1);
    app.clock.advance(1s);
    app.land();
    ask(load, 1);
    app.frame_after(2s);
    app.session.for_each([&](const imload::entry_info& e) {
        CHECK(e.label == "twice(1)");
        CHECK(e.status == status::complete);
        CHECK(e.has_value);
        CHECK(e.age == 2s);
        CHECK(e.refresh_in == 7s);
        CHECK(e.last_asked_frame == app.session.last_frame().frame - 1);
        CHECK(e.id == load.peek(1).id());
        CHECK(e.key.label() == e.label);
        CHECK(e.key.id() == e.id);
    });
    CHECK(app.keys() == 1);
}

TEST_CASE("an id finds its key, and no other one when it is gone") {
    ui app;
    auto load = imload::async_load(app.session, "twice", twice);
    const std::uint64_t first = load.poll(1).id();
    app.land();
    REQUIRE(first != 0);
    CHECK(app.session.key(first).label() == "twice(1)");

    load.poll(1).forget();
    app.frame();
    CHECK(app.session.key(first).id() == 0);
    const std::uint64_t second = load.poll(1).id(); // most likely in the same place
    CHECK(second != first);
    CHECK(app.session.key(first).id() == 0);
    CHECK(app.session.key(second).id() == second);
    CHECK(app.session.key(0).id() == 0);
    CHECK(app.session.key(~std::uint64_t{0}).id() == 0);
}

TEST_CASE("the id of a key stays through refreshes") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    const auto id = load.poll(1).id();
    for (int i = 0; i < 3; ++i) {
        app.land();
        load.poll(1).refresh();
    }
    CHECK(load.poll(1).id() == id);
}

TEST_CASE("for_some visits every key once, in portions") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    for (int i = 0; i < 1000; ++i) ask(load, i);
    app.land();
    std::set<std::uint64_t> seen;
    std::uint32_t from = 0;
    int calls = 0;
    int visits = 0;
    bool all = false;
    while (!all && calls < 1000) {
        int in_this = 0;
        all = app.session.for_some(from, 64, [&](const imload::entry_info& e) {
            CHECK(e.label.empty());
            seen.insert(e.id);
            ++in_this;
        });
        CHECK(in_this <= 64);
        visits += in_this;
        ++calls;
    }
    CHECK(all);
    CHECK(visits == 1000);
    CHECK(seen.size() == 1000);
    CHECK(from == 0);
}

TEST_CASE("a label names the callable as far as it is known, and the arguments") {
    ui app;
    const auto label = [](const auto& r) { return r.label(); };
    CHECK(label(imload::async_load<&twice>(app.session).poll(1)).ends_with("twice(1)"));
    CHECK(label(imload::async_load(app.session, "a key", twice).poll(1)) == "a key(1)");
    CHECK(
        label(
            imload::async_load(app.session, [](std::string, bool) { return 1; }).poll("text", true))
            .ends_with("(\"text\", true)"));
    using choice = std::variant<int, std::string>;
    const auto of_choice = imload::async_load(app.session, "choice", [](choice) { return 1; });
    CHECK(label(of_choice.poll(choice(3))) == "choice(3)");
    CHECK(label(of_choice.poll(choice("three"))) == "choice(\"three\")");
    const auto of_set =
        imload::async_load(app.session, "set", [](std::unordered_set<int>) { return 1; });
    CHECK(label(of_set.poll(std::unordered_set<int>{3})) == "set([3])");
    const auto of_date =
        imload::async_load(app.session, "on", [](std::chrono::year_month_day) { return 1; });
    CHECK(label(of_date.poll(std::chrono::year(2024) / 2 / 29)) == "on(2024-2-29)");
    const auto of_pointer = label(imload::async_load(app.session, thrice).poll(1));
    CHECK(of_pointer.starts_with("int"));
    CHECK(of_pointer.ends_with("(1)"));
    CHECK(of_pointer != label(imload::async_load(app.session, fourfold).poll(1)));
    CHECK(label(imload::async_load<&thrice>(app.session).poll(1)).ends_with("thrice(1)"));
    CHECK(label(imload::async_load(app.session, thrice).poll(2)).ends_with("thrice(2)"));
}

TEST_CASE("a result of no key has no id and no label") {
    const imload::result<int> none;
    CHECK(none.id() == 0);
    CHECK(none.label().empty());
    CHECK(none.last_asked_frame() == 0);
    none.request_frame(1s);
}

TEST_CASE("for_some of nothing visits nothing") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    ask(load, 1);
    std::uint32_t from = 0;
    CHECK_FALSE(app.session.for_some(from, 0, [](const imload::entry_info&) { FAIL(); }));
}

TEST_CASE("a long argument is cut where no character is split") {
    ui app;
    auto load = imload::async_load(app.session, "text", [](std::string) { return 1; });
    for (const char* first : {"", "x"}) {
        std::string text = first;
        for (int i = 0; i < 50; ++i) text += "\xc3\xa4";
        const std::string label = load.poll(text).label();
        const auto dots = label.find("...");
        REQUIRE(dots != std::string::npos);
        CHECK(label[dots - 1] == '\xa4');
    }
}

TEST_CASE("sessions have serial numbers of their own") {
    std::uint64_t first = 0;
    {
        ui app;
        first = app.session.serial();
        auto load = imload::async_load(app.session, twice);
        CHECK(load.poll(1).session_serial() == first);
    }
    ui app;
    CHECK(app.session.serial() != first);
    CHECK(imload::result<int>{}.session_serial() == 0);
}
