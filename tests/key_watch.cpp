// Debug builds say when an argument changes all the time.
#include "support.hpp"

#include <catch2/generators/catch_generators.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace test;

#if !defined(NDEBUG)

namespace {

int rate(const std::string& currency, int timestamp) {
    return timestamp + static_cast<int>(currency.size());
}

struct warned {
    std::vector<std::string> said;
    imload::manual_executor executor;
    imload::session session{
        {.executor = &executor, .warn = [this](std::string_view text) { said.emplace_back(text); }}};
};

} // namespace

TEST_CASE("a timestamp among the arguments is told once, with its place") {
    warned app;
    const auto load = imload::async_load(app.session, rate);
    for (int i = 0; i < 1000; ++i) {
        app.session.begin_frame();
        ask(load, "EUR", i);
        app.executor.run_all();
    }
    REQUIRE(app.said.size() == 1);
    CHECK(contains(app.said[0], "Argument 2"));
    CHECK(contains(app.said[0], "imload::unkeyed"));
}

TEST_CASE("no argument is blamed for keys that were forgotten before they could be compared") {
    warned app;
    for (int i = 0; i < 1000; ++i) {
        app.session.begin_frame();
        const std::string name = "rate " + std::to_string(i);
        const auto load = imload::async_load(app.session, name, rate);
        ask(load, "EUR", 1);
        app.executor.run_all();
        app.session.begin_frame();
        load.poll("EUR", 1).forget();
    }
    REQUIRE(app.said.size() == 1);
    CHECK_FALSE(contains(app.said[0], "Argument"));
}

TEST_CASE("the same few keys, forgotten and asked for again and again, are no mistake") {
    warned app;
    const int keys = GENERATE(1, 3, 50, 200);
    const auto load = imload::async_load(app.session, rate);
    for (int i = 0; i < 3000; ++i) {
        app.session.begin_frame();
        load.poll("EUR", i % keys).forget();
    }
    CHECK(app.said.empty());
}

TEST_CASE("ever new keys are told beside some that come again") {
    warned app;
    const auto load = imload::async_load(app.session, rate);
    for (int i = 0; i < 1000; ++i) {
        app.session.begin_frame();
        load.poll("EUR", -1 - i % 3).forget();
        ask(load, "EUR", i);
    }
    REQUIRE(app.said.size() == 1);
    CHECK(contains(app.said[0], "Argument 2"));
}

TEST_CASE("a timestamp is told after many keys were ready in time") {
    warned app;
    const auto load = imload::async_load(app.session, rate);
    int next = 0;
    for (int i = 0; i < 20'000; ++i) { // each is ready in its second frame
        app.session.begin_frame();
        ask(load, "EUR", next);
        app.executor.run_all();
        if (i % 2 == 1) load.poll("EUR", next++).refresh();
    }
    CHECK(app.said.empty());
    app.session.clear();
    for (int i = 0; i < 50'000; ++i) {
        app.session.begin_frame();
        ask(load, "EUR", next++);
        app.executor.run_all();
    }
    CHECK(app.said.size() == 1);
}

TEST_CASE("a screen full of new keys, and scrolling over ever new ones, is no mistake") {
    warned app;
    const auto load = imload::async_load(app.session, rate);
    for (int first = 0; first < 3000; ++first) {
        app.session.begin_frame();
        for (int i = 0; i < 20; ++i) ask(load, "EUR", first + i);
        app.executor.run_all();
    }
    CHECK(app.said.empty());
}

#endif
