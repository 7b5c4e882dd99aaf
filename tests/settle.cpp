// options::settle: a load starts once its key has been asked for without a break for a while.
#include "support.hpp"

#include <catch2/generators/catch_generators.hpp>

#include <string>
#include <vector>

using namespace test;

namespace {

std::vector<int> ran;

int simulate(int x) {
    ran.push_back(x);
    return x;
}

struct slider_ui : ui {
    slider_ui() { ran.clear(); }

    // One frame of an app, 16 ms after the last, that shows the slider's value.
    template <class Loader>
    auto show(Loader& load, int value, imload::time_span after = 16ms) {
        clock.advance(after);
        frame();
        auto r = load.poll(value);
        executor.run_all();
        return r;
    }
};

} // namespace

TEST_CASE("a drag over 50 values starts one load") {
    slider_ui app;
    auto load = imload::async_load(app.session, simulate, {.settle = 100ms});
    for (int value = 0; value <= 50; ++value) {
        const auto r = app.show(load, value);
        CHECK(r.status() == status::queued);
        CHECK(r.is_loading());
        CHECK(app.starts() == 0);
    }
    for (int i = 0; i < 10; ++i) (void)app.show(load, 50);
    CHECK(ran == std::vector{50});
    CHECK(app.starts() == 1);
    CHECK(load(50) == 50);
    CHECK(app.statistics().dropped == 0);
    CHECK(app.statistics().cancelled == 0);
    for (int value = 0; value < 50; ++value) CHECK(load.peek(value).status() == status::idle);
}

TEST_CASE("a load starts when its key has been asked for as long as settle says") {
    slider_ui app;
    auto load = imload::async_load(app.session, simulate, {.settle = 100ms});
    (void)app.show(load, 1);
    (void)app.show(load, 1, 50ms);
    (void)app.show(load, 1, 50ms - 1ns);
    CHECK(ran.empty());
    CHECK(load.poll(1).status() == status::queued);
    (void)app.show(load, 1, 1ns);
    CHECK(ran == std::vector{1});
}

TEST_CASE("a frame without an ask begins the wait anew") {
    slider_ui app;
    auto load = imload::async_load(app.session, simulate, {.settle = 100ms});
    (void)app.show(load, 1);
    (void)app.show(load, 1, 50ms);
    (void)app.show(load, 2, 25ms);
    (void)app.show(load, 1, 24ms); // 99 ms after the first ask, but not in each frame
    (void)app.show(load, 1, 99ms);
    CHECK(ran.empty());
    (void)app.show(load, 1, 1ms);
    CHECK(ran == std::vector{1});
}

TEST_CASE("a key that is left and found again settles afresh") {
    slider_ui app;
    auto load = imload::async_load(app.session, simulate, {.settle = 100ms});
    (void)app.show(load, 1);
    for (int i = 0; i < 20; ++i) app.frame_after(16ms);
    CHECK(load.peek(1).status() == status::idle);
    CHECK(app.starts() == 0);
    CHECK(app.show(load, 1).status() == status::queued);
    (void)app.show(load, 1, 99ms);
    CHECK(ran.empty());
    (void)app.show(load, 1, 1ms);
    CHECK(ran == std::vector{1});
}

TEST_CASE("asking many times a frame is asking once") {
    slider_ui app;
    auto load = imload::async_load(app.session, simulate, {.settle = 100ms});
    for (int i = 0; i < 5; ++i) {
        for (int again = 0; again < 5; ++again) ask(load, 1);
        (void)app.show(load, 1, 19ms);
    }
    CHECK(ran.empty());
    (void)app.show(load, 1, 5ms);
    CHECK(ran == std::vector{1});
}

TEST_CASE("a settle of zero starts at once") {
    slider_ui app;
    auto load = imload::async_load(app.session, simulate);
    (void)app.show(load, 1);
    CHECK(ran == std::vector{1});
}

TEST_CASE("settling waits for a first value only: a refresh does not settle") {
    slider_ui app;
    auto load = imload::async_load(app.session, simulate, {.refresh_every = 1s, .settle = 100ms});
    (void)app.show(load, 1);
    (void)app.show(load, 1, 100ms);
    CHECK(ran.size() == 1);
    (void)app.show(load, 1, 1s);
    CHECK(ran.size() == 2);
    app.frame();
    load.poll(1).refresh();
    app.executor.run_all();
    CHECK(ran.size() == 3);
}

TEST_CASE("a settling key can be refreshed, cancelled, forgotten and set") {
    slider_ui app;
    auto load = imload::async_load(app.session, simulate, {.settle = 100ms});
    (void)app.show(load, 1);
    const int how = GENERATE(0, 1, 2, 3);
    if (how == 0) load.poll(1).refresh();
    if (how == 1) load.poll(1).cancel();
    if (how == 2) load.poll(1).forget();
    if (how == 3) load.poll(1).set(7);
    app.land();
    CHECK(load.peek(1).value_or(-1) == (how == 0 ? 1 : how == 3 ? 7 : -1));
    for (int i = 0; i < 20; ++i) {
        if (how == 2)
            app.frame_after(16ms);
        else
            (void)app.show(load, 1);
    }
    CHECK(ran.size() == (how == 0 ? 1u : 0u));
    CHECK(app.statistics().in_flight == 0);
}

TEST_CASE("the loop wakes up when a key has settled, and not for one that is no longer asked for") {
    slider_ui app;
    auto load = imload::async_load(app.session, simulate, {.settle = 100ms});
    app.frames(4);
    ask(load, 1);
    app.frame();
    ask(load, 1);
    CHECK(app.session.wait_time(1h) == 100ms);
    app.clock.advance(40ms);
    CHECK(app.session.wait_time(1h) == 60ms);
    app.frames(4);
    CHECK(app.session.wait_time(1h) == 1h);
}

TEST_CASE("each key settles by itself") {
    slider_ui app;
    auto load = imload::async_load(app.session, simulate, {.settle = 100ms});
    for (int frame = 0; frame < 20; ++frame) {
        app.frame_after(10ms);
        ask(load, 1);
        ask(load, 100 + frame); // this one changes all the time
        if (frame >= 5) ask(load, 2);
        app.executor.run_all();
    }
    CHECK(ran == std::vector{1, 2});
}

TEST_CASE("wait_idle waits for a settling key") {
    slider_ui app;
    auto load = imload::async_load(app.session, simulate, {.settle = 100ms});
    (void)app.show(load, 1);
    CHECK_FALSE(app.session.wait_idle(0s));
    app.clock.advance(100ms);
    CHECK_FALSE(app.session.wait_idle(0s)); // it has started
    app.executor.run_all();
    CHECK(app.session.wait_idle(0s));
    CHECK(load(1) == 1);
}

TEST_CASE("a settling key whose newest ask settles no longer starts") {
    ui app;
    const auto itself = [](int x) { return x; };
    const auto slow = imload::async_load(app.session, itself, {.settle = 100ms});
    const auto fast = imload::async_load(app.session, itself);
    ask(slow, 1);
    for (int i = 0; i < 2; ++i) {
        app.frame_after(16ms);
        ask(fast, 1);
    }
    app.land();
    CHECK(fast(1).has_value());
}

TEST_CASE("a settled load gets the unkeyed arguments of its newest ask") {
    ui app;
    const auto load =
        imload::async_load(app.session, [](int unkeyed, int) { return unkeyed; }, {.settle = 30ms});
    for (int i = 1; i <= 4; ++i) {
        ask(load, imload::unkeyed(i), 1);
        app.frame_after(10ms);
    }
    app.land();
    CHECK(load.poll(imload::unkeyed(9), 1).value_or(0) == 4);
}
