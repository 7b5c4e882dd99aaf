// stale_after, expire_after and session::set_active: values that grow old.
#include "support.hpp"

using namespace test;

namespace {

int calls = 0;
bool failing = false;

int price(int) {
    ++calls;
    if (failing) throw std::runtime_error("market closed");
    return calls;
}

struct market_ui : ui {
    market_ui() {
        calls = 0;
        failing = false;
    }
    // Asks in a frame of its own and lets loads run.
    template <class Loader>
    auto show(Loader& load, imload::time_span after = {}) {
        clock.advance(after);
        frame();
        auto r = load.poll(1);
        executor.run_all();
        return r;
    }
};

} // namespace

TEST_CASE("a value older than stale_after is refreshed on the next ask") {
    market_ui app;
    auto load = imload::async_load(app.session, price, {.stale_after = 10s});
    ask(load, 1);
    app.land();
    CHECK_FALSE(load.poll(1).is_stale());
    CHECK_FALSE(app.show(load, 10s - 1ns).is_stale());
    CHECK(calls == 1);
    const auto r = app.show(load, 1ns);
    CHECK(r.is_stale());
    CHECK(r.value_or(0) == 1); // until the new one is there
    CHECK(calls == 2);
    const auto fresh = app.show(load);
    CHECK(fresh.value_or(0) == 2);
    CHECK_FALSE(fresh.is_stale());
    CHECK(fresh.just_finished());
    CHECK(calls == 2);
}

TEST_CASE("a stale value that nobody asks for is not refreshed") {
    market_ui app;
    auto load = imload::async_load(app.session, price, {.stale_after = 10s});
    ask(load, 1);
    app.land();
    for (int i = 0; i < 10; ++i) {
        app.frame_after(10s);
        app.executor.run_all();
        if (i > 0) CHECK(load.peek(1).is_stale());
        CHECK(load.peek(1).value_or(0) == 1);
    }
    CHECK(calls == 1);
    (void)app.show(load);
    CHECK(calls == 2);
}

TEST_CASE("a stale value is refreshed once, however long that takes") {
    market_ui app;
    auto load = imload::async_load(app.session, price, {.stale_after = 10s});
    ask(load, 1);
    app.land();
    for (int i = 0; i < 20; ++i) {
        app.frame_after(10s);
        ask(load, 1);
    }
    CHECK(app.starts() == 2);
    CHECK(load.poll(1).is_refreshing());
}

TEST_CASE("age counts from when the value was made") {
    static imload::manual_clock* clock = nullptr;
    market_ui app;
    clock = &app.clock;
    auto load = imload::async_load(
        app.session,
        [](int) {
            clock->advance(3s);
            return ++calls;
        },
        {.stale_after = 10s});
    ask(load, 1);
    app.executor.run_all();
    const auto r = app.show(load, 4s);
    CHECK(r.age() == 4s);
    CHECK_FALSE(app.show(load, 5s).is_stale());
    CHECK(app.show(load, 1s).value_or(0) == 1);
    CHECK(calls == 2);
}

TEST_CASE("a value that is set is as old as its setting") {
    market_ui app;
    auto load = imload::async_load(app.session, price, {.stale_after = 10s});
    ask(load, 1);
    app.land();
    app.clock.advance(9s);
    load.poll(1).set(50);
    (void)app.show(load, 9s);
    CHECK(calls == 1);
    CHECK(app.show(load, 1s).value_or(0) == 50);
    CHECK(calls == 2);
}

TEST_CASE("a cancelled key stays as it is, although it is stale") {
    market_ui app;
    auto load = imload::async_load(app.session, price, {.stale_after = 10s});
    ask(load, 1);
    app.land();
    load.poll(1).refresh();
    load.poll(1).cancel();
    for (int i = 0; i < 10; ++i) CHECK(app.show(load, 10s).value_or(0) == 1);
    CHECK(calls == 1);
}

TEST_CASE("a value older than expire_after is no longer returned") {
    market_ui app;
    auto load = imload::async_load(app.session, price, {.expire_after = 10s});
    ask(load, 1);
    app.land();
    app.frame_after(10s - 1ns);
    CHECK(load(1) == 1);
    app.clock.advance(1s);
    CHECK(load(1) == 1); // what one frame sees does not change
    app.frame();
    CHECK_FALSE(load.peek(1).has_value());
    CHECK(load.peek(1).age() == 0s);
    const auto r = load.poll(1);
    CHECK_FALSE(r.has_value());
    CHECK(r.is_loading());
    app.land();
    CHECK(load(1) == 2);
    CHECK(app.starts() == 2);
}

TEST_CASE("an expired value is gone also while a newer one is on its way") {
    market_ui app;
    auto load = imload::async_load(app.session, price, {.expire_after = 10s});
    ask(load, 1);
    app.land();
    load.poll(1).refresh();
    app.frame_after(10s);
    CHECK_FALSE(load.poll(1).has_value());
    CHECK(load.poll(1).is_loading());
    app.land();
    CHECK(load(1) == 2);
    CHECK(app.starts() == 2);
}

TEST_CASE("an expired value is not found by its key") {
    market_ui app;
    auto load = imload::async_load(app.session, "price", price, {.expire_after = 10s});
    ask(load, 1);
    app.land();
    REQUIRE(app.session.find<int>("price"));
    app.frame_after(10s);
    CHECK(app.session.find<int>("price") == nullptr);
}

TEST_CASE("stale first, then expired") {
    market_ui app;
    auto load =
        imload::async_load(app.session, price, {.stale_after = 5s, .expire_after = 10s});
    ask(load, 1);
    app.land();
    app.frame_after(5s);
    CHECK(load(1) == 1);
    CHECK(load.poll(1).is_stale());
    CHECK(app.starts() == 2); // and its worker is slow
    app.frame_after(5s);
    CHECK_FALSE(load(1).has_value());
    app.land();
    CHECK(load(1) == 2);
}

TEST_CASE("expire_after keeps a value that refresh_every renews") {
    market_ui app;
    auto load =
        imload::async_load(app.session, price, {.refresh_every = 4s, .expire_after = 10s});
    ask(load, 1);
    app.land();
    for (int i = 0; i < 40; ++i) CHECK(app.show(load, 1s).has_value());
    failing = true;
    for (int i = 0; i < 15; ++i) (void)app.show(load, 1s);
    CHECK_FALSE(load.poll(1).has_value());
    REQUIRE(load.poll(1).error());
    failing = false;
    for (int i = 0; i < 5; ++i) (void)app.show(load, 1s);
    CHECK(load.poll(1).has_value());
}

TEST_CASE("values neither age nor expire by default") {
    market_ui app;
    auto load = imload::async_load(app.session, price);
    ask(load, 1);
    app.land();
    ask(load, 1);
    for (int i = 0; i < 10; ++i) {
        const auto r = app.show(load, 24h * 365);
        CHECK(r.value_or(0) == 1);
        CHECK_FALSE(r.is_stale());
    }
    CHECK(calls == 1);
}

TEST_CASE("while the app is not active nothing is refreshed by its timer") {
    market_ui app;
    auto load = imload::async_load(app.session, price, {.refresh_every = 10s});
    ask(load, 1);
    app.land();
    app.session.set_active(false);
    for (int i = 0; i < 10; ++i) (void)app.show(load, 10s);
    CHECK(calls == 1);
    CHECK(load(1) == 1);
    app.session.set_active(true);
    for (int i = 0; i < 20; ++i) (void)app.show(load, 1s);
    CHECK(calls >= 2);
    CHECK(calls <= 4);
    const int before = calls;
    for (int i = 0; i < 100; ++i) (void)app.show(load, 1s);
    CHECK(calls == before + 10);
}

TEST_CASE("while the app is not active the loop is not woken for refreshes") {
    market_ui app;
    auto load = imload::async_load(app.session, price, {.refresh_every = 10s});
    ask(load, 1);
    app.land();
    for (int i = 0; i < 3; ++i) (void)app.show(load);
    CHECK(app.session.wait_time(1h) == 10s);
    app.session.set_active(false);
    CHECK(app.session.wait_time(1h) == 1h);
    app.session.set_active(true);
    CHECK(app.session.wait_time(1h) == 10s);
}

TEST_CASE("an app that is not active still loads what it asks for") {
    market_ui app;
    app.session.set_active(false);
    auto load = imload::async_load(app.session, price);
    ask(load, 1);
    app.land();
    CHECK(load(1) == 1);
    load.poll(1).refresh();
    app.land();
    CHECK(load(1) == 2);
}

TEST_CASE("a stale value whose refresh fails is not refreshed in every frame") {
    market_ui app;
    auto load = imload::async_load(app.session, price, {.stale_after = 10s});
    ask(load, 1);
    app.land();
    failing = true;
    (void)app.show(load, 10s);
    for (int i = 0; i < 20; ++i) CHECK(app.show(load, 16ms).value_or(0) == 1);
    CHECK(load.poll(1).error() != nullptr);
    CHECK(calls == 2);
    failing = false;
    load.poll(1).refresh();
    app.land();
    CHECK(load(1) == 3);
}
