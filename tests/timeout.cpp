// options::timeout: a run that takes too long fails, and whatever comes of it later is dropped.
#include "support.hpp"

#include <catch2/generators/catch_generators.hpp>

#include <deque>
#include <utility>

using namespace test;

namespace {

std::deque<imload::promise<int>> pending;

// A load that its worker has begun and that ends when the test says so.
void request(imload::promise<int> p, int) { pending.push_back(std::move(p)); }

gate deaf_gate;

// A load that hears nothing.
int deaf(int x) {
    deaf_gate.pass();
    return x;
}

struct timed_ui : ui {
    timed_ui() { pending.clear(); }
    ~timed_ui() { pending.clear(); }

    // One frame of an app that asks for a key.
    template <class Loader>
    auto show(Loader& load, imload::time_span after = {}) {
        clock.advance(after);
        frame();
        return load.poll(1);
    }
    void check_books() const {
        const auto s = session.statistics();
        CHECK(s.starts == s.successes + s.failures + s.dropped + s.discarded + s.in_flight);
    }
};

} // namespace

TEST_CASE("a run that takes longer than its timeout fails") {
    timed_ui app;
    auto load = imload::async_load(app.session, request, {.timeout = 2s});
    ask(load, 1);
    app.executor.run_all();
    CHECK(app.show(load).status() == status::running);
    CHECK(app.show(load, 2s - 1ns).status() == status::running);
    CHECK_FALSE(pending[0].stop_requested());
    const auto r = app.show(load, 1ns);
    CHECK(r.status() == status::complete);
    CHECK(r.just_failed());
    REQUIRE(r.error());
    CHECK(r.error()->kind == imload::error_kind::timeout);
    CHECK_FALSE(r.error()->message.empty());
    CHECK(pending[0].stop_requested());
    CHECK_FALSE(thrown<imload::load_error>([&] { (void)load(1); }).empty());
    CHECK(app.statistics().timeouts == 1);
    app.check_books();
}

TEST_CASE("a timeout counts from when a worker begins, not from the queue") {
    timed_ui app;
    auto load = imload::async_load(app.session, request, {.timeout = 2s});
    ask(load, 1);
    for (int i = 0; i < 10; ++i) CHECK(app.show(load, 1s).status() == status::queued);
    app.executor.run_all();
    CHECK(app.show(load, 1s).status() == status::running);
    CHECK(app.show(load, 1s).error() != nullptr);
}

TEST_CASE("a timeout counts from the beginning also when the UI learns of it late") {
    timed_ui app;
    auto load = imload::async_load(app.session, request, {.timeout = 2s});
    ask(load, 1);
    app.executor.run_all();
    CHECK(app.show(load, 3s).error() != nullptr);
}

TEST_CASE("a run that ends in time is not timed out afterwards") {
    timed_ui app;
    auto load = imload::async_load(app.session, request, {.timeout = 2s});
    ask(load, 1);
    app.executor.run_all();
    (void)app.show(load, 1s);
    pending[0].set_value(5);
    CHECK(app.show(load).value_or(0) == 5);
    for (int i = 0; i < 5; ++i) CHECK(app.show(load, 1s).error() == nullptr);
    CHECK(app.statistics().timeouts == 0);
}

TEST_CASE("the late result of a timed-out run is dropped") {
    timed_ui app;
    auto load = imload::async_load(app.session, request, {.timeout = 2s});
    ask(load, 1);
    app.executor.run_all();
    (void)app.show(load);
    (void)app.show(load, 2s);
    CHECK(app.statistics().in_flight == 1);
    app.check_books();
    const bool fails = GENERATE(false, true);
    if (fails)
        pending[0].set_error("late");
    else
        pending[0].set_value(5);
    const auto r = app.show(load);
    CHECK_FALSE(r.has_value());
    REQUIRE(r.error());
    CHECK(r.error()->kind == imload::error_kind::timeout);
    CHECK_FALSE(r.just_failed());
    CHECK(app.statistics().in_flight == 0);
    CHECK(app.statistics().discarded == 1);
    app.check_books();
}

TEST_CASE("a late result does not disturb the run that took its place") {
    timed_ui app;
    auto load = imload::async_load(app.session, request, {.timeout = 2s});
    ask(load, 1);
    app.executor.run_all();
    (void)app.show(load);
    app.show(load, 2s).refresh();
    app.executor.run_all();
    CHECK(app.show(load).status() == status::running);
    REQUIRE(pending.size() == 2);
    pending[0].set_value(1);
    CHECK_FALSE(app.show(load).has_value());
    CHECK(load.poll(1).status() == status::running);
    pending[1].set_value(2);
    CHECK(app.show(load).value_or(0) == 2);
    CHECK(load.poll(1).version() == 1);
    app.check_books();
}

TEST_CASE("the old value stays through a timeout") {
    timed_ui app;
    auto load = imload::async_load(app.session, request, {.timeout = 2s});
    load.peek(1).set(3);
    app.show(load).refresh();
    app.executor.run_all();
    (void)app.show(load);
    const auto r = app.show(load, 2s);
    CHECK(r.value_or(0) == 3);
    REQUIRE(r.error());
    CHECK(r.error()->kind == imload::error_kind::timeout);
    CHECK(load(1) == 3);
}

TEST_CASE("a key that timed out is not started again by being asked for") {
    timed_ui app;
    auto load = imload::async_load(app.session, request, {.timeout = 2s});
    ask(load, 1);
    app.executor.run_all();
    (void)app.show(load);
    for (int i = 0; i < 20; ++i) (void)app.show(load, 2s);
    CHECK(app.starts() == 1);
    CHECK(app.statistics().timeouts == 1);
}

TEST_CASE("a deaf worker counts as in flight until it returns") {
    timed_ui app;
    auto load = imload::async_load(app.session, deaf, {.timeout = 2s});
    ask(load, 1);
    std::thread worker([&] { app.executor.run_one(); });
    deaf_gate.wait();
    CHECK(app.show(load).status() == status::running);
    CHECK(app.show(load, 2s).error() != nullptr);
    for (int i = 0; i < 5; ++i) {
        (void)app.show(load, 1s);
        CHECK(app.statistics().in_flight == 1);
        CHECK(app.statistics().queued == 0);
        app.check_books();
    }
    CHECK_FALSE(app.session.wait_idle(0s));
    deaf_gate.open();
    worker.join();
    CHECK(app.session.wait_idle(0s));
    CHECK(app.statistics().in_flight == 0);
    CHECK(app.statistics().discarded == 1);
    CHECK(app.statistics().timeouts == 1);
    CHECK_FALSE(load.poll(1).has_value());
    app.check_books();
}

TEST_CASE("a timeout is retried, and each attempt has its own") {
    timed_ui app;
    auto load = imload::async_load(
        app.session, request,
        {.timeout = 2s, .retry = {.attempts = 2, .delay = 1s, .factor = 1, .jitter = 0}});
    ask(load, 1);
    for (int attempt = 1; attempt <= 3; ++attempt) {
        app.executor.run_all();
        CHECK(app.show(load).status() == status::running);
        CHECK(load.poll(1).attempt() == attempt);
        CHECK(pending.size() == static_cast<std::size_t>(attempt));
        CHECK(app.show(load, 2s - 1ns).status() == status::running);
        const auto r = app.show(load, 1ns);
        CHECK(pending.back().stop_requested());
        if (attempt == 3) break;
        CHECK(r.status() == status::retrying);
        CHECK(r.error() == nullptr);
        (void)app.show(load, 1s);
    }
    REQUIRE(load.poll(1).error());
    CHECK(load.poll(1).error()->kind == imload::error_kind::timeout);
    CHECK(load.poll(1).error()->attempt == 3);
    CHECK(app.statistics().timeouts == 3);
    CHECK(app.statistics().in_flight == 3);
    pending.clear();
    app.frame();
    CHECK(app.statistics().in_flight == 0);
    app.check_books();
}

TEST_CASE("the late result of an earlier attempt is dropped while the next one waits or runs") {
    timed_ui app;
    auto load = imload::async_load(
        app.session, request, {.timeout = 2s, .retry = {.attempts = 1, .delay = 1s, .jitter = 0}});
    ask(load, 1);
    app.executor.run_all();
    (void)app.show(load);
    (void)app.show(load, 2s);
    const bool runs = GENERATE(false, true);
    if (runs) {
        (void)app.show(load, 1s);
        app.executor.run_all();
        (void)app.show(load);
    }
    pending[0].set_value(1);
    CHECK(app.show(load).status() == (runs ? status::running : status::retrying));
    CHECK_FALSE(load.poll(1).has_value());
    if (!runs) return;
    pending[1].set_value(2);
    CHECK(app.show(load).value_or(0) == 2);
}

TEST_CASE("the loop sleeps until the timeout and no longer") {
    timed_ui app;
    app.session.set_wake([] {});
    auto load = imload::async_load(app.session, request, {.timeout = 2s});
    app.frames(3);
    ask(load, 1);
    app.executor.run_all();
    CHECK(app.session.wait_time(1h) <= 2s); // it has begun, although no frame has shown it
    for (int i = 0; i < 4; ++i) (void)app.show(load);
    CHECK(app.session.wait_time(1h) == 2s);
    (void)app.show(load, 500ms);
    CHECK(app.session.wait_time(1h) == 1500ms);
    CHECK(app.session.wait_time(1s) == 1s);
    (void)app.show(load, app.session.wait_time(1h));
    CHECK(load.poll(1).error() != nullptr);
}

TEST_CASE("without a timeout a run may take for ever") {
    timed_ui app;
    auto load = imload::async_load(app.session, request);
    ask(load, 1);
    app.executor.run_all();
    for (int i = 0; i < 10; ++i) CHECK(app.show(load, 24h).is_loading());
    CHECK(app.statistics().timeouts == 0);
}

TEST_CASE("a timeout that came with a later ask wakes the loop when the load begins") {
    bool woken = false;
    imload::manual_executor executor;
    imload::session session{{.executor = &executor, .wake = [&] { woken = true; }}};
    session.begin_frame();
    pending.clear();
    const auto load = imload::async_load(session, request);
    const auto timed = imload::async_load(session, request, {.timeout = 5s});
    ask(load, 1);
    for (int i = 0; i < 3; ++i) {
        session.begin_frame();
        ask(timed, 1);
    }
    woken = false;
    executor.run_all();
    CHECK(woken);
    session.begin_frame();
    ask(timed, 1);
    CHECK(session.next_frame().cause == imload::wake_cause::timeout);
    pending.clear();
}

TEST_CASE("a timeout that came with a later ask needs a frame when the load has begun") {
    ui app;
    static gate at_gate;
    const auto gated = [] { return at_gate.pass(), 1; };
    const auto load = imload::async_load(app.session, gated);
    const auto timed = imload::async_load(app.session, gated, {.timeout = 5s});
    app.session.set_wake([] {});
    app.frames(3);
    ask(load);
    app.frame();
    ask(load);
    std::thread worker([&] { app.executor.run_one(); });
    at_gate.wait();
    const auto before = app.session.wait_time(1h);
    ask(timed);
    const auto after = app.session.wait_time(1h);
    at_gate.open();
    worker.join();
    CHECK(before == 1h);
    CHECK(after == 0s);
}
