// Why a frame was drawn, and when and why the next one is due.
#include "support.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace test;
using imload::wake_cause;

namespace {

int twice(int x) { return 2 * x; }
int fails(int) { throw std::runtime_error("no"); }

// Past the first frames, which follow each other at once.
struct settled : ui {
    settled() { frames(3); }
    imload::next_wake next() { return session.next_frame(); }
};

} // namespace

TEST_CASE("the report of a frame tells what imload had it drawn for") {
    settled app;
    auto load = imload::async_load(app.session, twice, {.refresh_every = 10s});
    CHECK(app.session.last_frame().frame == 4);
    ask(load, 1);
    app.frame();
    CHECK(app.session.last_frame().landed == 0);
    ask(load, 1);
    app.land();
    CHECK(app.session.last_frame().landed == 1);
    CHECK_FALSE(app.session.last_frame().after_landing);
    ask(load, 1);
    app.frame();
    CHECK(app.session.last_frame().landed == 0);
    CHECK(app.session.last_frame().after_landing);
    app.frame();
    CHECK(app.session.last_frame().after_landing);
    ask(load, 1);
    app.frame();
    CHECK_FALSE(app.session.last_frame().after_landing);

    ask(load, 1);
    app.frame_after(10s);
    CHECK(app.session.last_frame().due == 1);
    app.session.post([] {});
    app.session.post([] {});
    app.frame();
    CHECK(app.session.last_frame().posted == 2);
    app.frame();
    CHECK(app.session.last_frame().posted == 0);
}

TEST_CASE("the report tells of progress and of partial values") {
    settled app;
    auto load = imload::async_load(app.session, "streams", [](imload::stream<int>& out) {
        out.progress(0.5);
        out.publish(1);
    });
    ask(load);
    app.executor.run_all();
    app.frame();
    CHECK(app.session.last_frame().progress);
    CHECK(app.session.last_frame().partial == 1);
    app.frame();
    CHECK_FALSE(app.session.last_frame().progress);
    CHECK(app.session.last_frame().partial == 0);
}

TEST_CASE("a frame that was asked for comes in time and is asked for once") {
    settled app;
    CHECK(app.session.wait_time() == imload::never);
    app.session.request_frame(100ms);
    app.session.request_frame(300ms); // later than what is asked for already
    CHECK(app.session.wait_time() == 100ms);
    CHECK(app.next().cause == wake_cause::requested);
    CHECK(app.session.wait_time(20ms) == 20ms);
    app.clock.advance(40ms);
    CHECK(app.session.wait_time() == 60ms);
    app.frame_after(60ms);
    CHECK(app.session.last_frame().requested);
    CHECK(app.session.wait_time() == imload::never);
    app.frame();
    CHECK_FALSE(app.session.last_frame().requested);

    app.session.request_frame();
    CHECK(app.session.wait_time() == 0ms);
    app.session.request_frame(1s);
    app.frame(); // for another reason, before the time
    CHECK(app.session.wait_time() == imload::never);
}

TEST_CASE("an app that is not in use draws no requested frames") {
    settled app;
    app.session.set_active(false);
    app.session.request_frame(100ms);
    CHECK(app.session.wait_time() == imload::never);
}

TEST_CASE("the next frame is known with its cause and its key") {
    settled app;
    CHECK(app.next().cause == wake_cause::nothing);
    CHECK(app.next().in == imload::never);

    auto refreshed = imload::async_load(app.session, twice, {.refresh_every = 10s});
    const auto id = refreshed.poll(1).id();
    CHECK(app.next().cause == wake_cause::news);
    app.executor.run_all();
    CHECK(app.next().cause == wake_cause::news);
    app.frame();
    CHECK(app.next().cause == wake_cause::first);
    CHECK(app.next().in == 0ms);
    for (int i = 0; i < 3; ++i) {
        ask(refreshed, 1);
        app.frame();
    }
    ask(refreshed, 1);
    CHECK(app.next().cause == wake_cause::refresh);
    CHECK(app.next().in == 10s);
    CHECK(app.next().key == id);

    auto retried = imload::async_load(app.session, fails,
                                      {.retry = {.attempts = 1, .delay = 2s, .jitter = 0}});
    ask(retried, 1);
    app.land();
    for (int i = 0; i < 3; ++i) {
        ask(retried, 1);
        ask(refreshed, 1);
        app.frame();
    }
    CHECK(app.next().cause == wake_cause::retry);
    CHECK(app.next().in == 2s);
    CHECK(app.next().key == retried.poll(1).id());

    auto settles = imload::async_load(app.session, twice, {.settle = 150ms});
    ask(settles, 9);
    app.frame();
    CHECK(app.next().cause == wake_cause::settle);
    CHECK(app.next().in == 150ms);
}

TEST_CASE("a run that came back within its grace is not reported again by the next frame") {
    threaded_ui<imload::thread_per_load> app;
    auto load = imload::async_load(app.session, twice, {.grace = patience});
    REQUIRE(load(1) == 2);
    app.frame();
    CHECK(app.session.last_frame().landed == 0);
}

TEST_CASE("two frames follow a failure too") {
    settled app;
    app.session.set_wake([] {});
    auto load = imload::async_load(app.session, fails);
    ask(load, 1);
    app.land();
    for (int i = 0; i < 2; ++i) {
        CHECK(app.next().cause == wake_cause::first);
        app.frame();
    }
    CHECK(app.next().cause == wake_cause::nothing);
}

TEST_CASE("what frames tell is told by the system's clock too") {
    imload::manual_executor executor;
    imload::session session{{.executor = &executor}};
    const auto frames = [&](int count) {
        for (int i = 0; i < count; ++i) session.begin_frame();
    };
    const auto load = imload::async_load(session, twice);
    frames(5);
    ask(load, 1);
    executor.run_all();
    frames(1);
    CHECK(session.last_frame().landed == 1);
    frames(2);
    CHECK(session.last_frame().after_landing);
    frames(6);
    CHECK_FALSE(session.last_frame().after_landing);
    session.request_frame();
    frames(1);
    CHECK(session.last_frame().requested);
    frames(1);
    CHECK_FALSE(session.last_frame().requested);
}
