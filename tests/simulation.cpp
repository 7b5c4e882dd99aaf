// result::simulate(): one's own loading and error states, to be seen and tested.
#include "support.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>

using namespace test;
using imload::simulated;

namespace {

int twice(int x) { return 2 * x; }

} // namespace

TEST_CASE("a key that pretends to load has no value and runs for ever") {
    ui app;
    auto load = imload::async_load(app.session, twice, {.timeout = 5s});
    ask(load, 1);
    app.land();
    REQUIRE(load.poll(1).has_value());

    load.poll(1).simulate({.state = simulated::loading});
    CHECK(load.poll(1).has_value()); // until the next frame
    app.frame();
    CHECK_FALSE(load.poll(1).has_value());
    CHECK(load.poll(1).is_loading());
    CHECK(load.poll(1).status() == status::running);
    app.frame_after(1h);
    CHECK(load.poll(1).status() == status::running);
    CHECK(load.poll(1).elapsed() == 1h);
    CHECK(load.poll(1).simulates().state == simulated::loading);
    CHECK(app.session.wait_idle(0s)); // nothing runs in truth

    load.poll(1).simulate({});
    app.land();
    CHECK(load.poll(1).value() == 2);
    CHECK(load.poll(1).status() == status::just_finished);
}

TEST_CASE("a key that pretends to fail fails until it is told otherwise") {
    ui app;
    auto load =
        imload::async_load(app.session, twice, {.refresh_every = 1s, .retry = {.attempts = 3}});
    ask(load, 1);
    app.land();
    load.poll(1).simulate({.state = simulated::failure});
    app.frame();
    REQUIRE(load.poll(1).error());
    CHECK(load.poll(1).error()->message == "a simulated failure");
    CHECK(load.poll(1).just_failed());
    CHECK_FALSE(load.poll(1).has_value());

    load.poll(1).refresh(); // as a click on Retry does
    app.land();
    CHECK_FALSE(load.poll(1).has_value());
    CHECK(load.poll(1).status() == status::retrying);

    load.poll(1).simulate({});
    app.land();
    CHECK(load.poll(1).value() == 2);
    CHECK(load.poll(1).error() == nullptr);
}

TEST_CASE("a key can be made slow") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    ask(load, 1);
    load.poll(1).simulate({.latency = 2s});
    app.executor.run_all();
    app.frame_after(1s);
    CHECK(load.poll(1).status() == status::running);
    CHECK(app.session.wait_time() <= 1s);
    app.frame_after(1s);
    CHECK(load.poll(1).value() == 2);

    load.poll(1).refresh(); // and each further run
    app.executor.run_all();
    app.frame_after(1999ms);
    CHECK(load.poll(1).is_refreshing());
    app.frame_after(1ms);
    CHECK(load.poll(1).version() == 2);
}

TEST_CASE("simulating stops a run in flight, and its late result is dropped") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    ask(load, 1);
    load.poll(1).simulate({.state = simulated::loading});
    app.land();
    app.frame();
    CHECK_FALSE(load.poll(1).has_value());
    const auto counts = app.statistics();
    CHECK(counts.in_flight == 0);
    CHECK(counts.starts == counts.successes + counts.failures + counts.dropped + counts.discarded);
}

TEST_CASE("cancel, forget and set end what a key pretends") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    const auto pretends = [&](int key) {
        ask(load, key);
        load.poll(key).simulate({.state = simulated::loading});
        app.frame();
        REQUIRE(load.poll(key).status() == status::running);
    };
    pretends(1);
    load.poll(1).cancel();
    app.frame();
    CHECK(load.poll(1).status() == status::idle);
    load.poll(1).refresh();
    app.land();
    CHECK(load.poll(1).value() == 2);

    pretends(2);
    load.poll(2).forget();
    app.frame();
    ask(load, 2);
    app.land();
    CHECK(load.poll(2).value() == 4);

    pretends(3);
    load.poll(3).set(30);
    app.frame();
    CHECK(load.poll(3).value() == 30);
    CHECK(load.poll(3).simulates().state == simulated::nothing);
}

TEST_CASE("a value that is set in the same frame beats a simulated loading") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    ask(load, 3);
    load.poll(3).simulate({.state = simulated::loading});
    load.poll(3).set(30);
    app.frame();
    CHECK(load.poll(3).value() == 30);
}

TEST_CASE("simulating what no key is, or on a session that has ended, does nothing") {
    ui app;
    imload::result<int>{}.simulate({.state = simulated::loading});
    auto load = imload::async_load(app.session, twice);
    const auto r = load.poll(1);
    app.session.shutdown();
    r.simulate({.state = simulated::failure});
    CHECK(app.session.size() == 0);
}
