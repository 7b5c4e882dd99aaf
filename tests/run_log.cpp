// session::runs(): which runs there were, why, and what became of them.
#include "support.hpp"

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace test;
using imload::run_cause;
using imload::run_outcome;

namespace {

int half(int x) {
    if (x % 2 != 0) throw std::runtime_error("odd");
    return x / 2;
}

int hears(imload::context& c, int x) { return c.stop_requested() ? 0 : x; }

struct logged : ui {
    logged() { session.record_runs(100); }
    const imload::run_record& run(std::size_t i) { return session.runs()[i]; }
    std::size_t runs() { return session.runs().size(); }
};

} // namespace

TEST_CASE("no run is kept before a log was asked for") {
    ui app;
    auto load = imload::async_load(app.session, half);
    ask(load, 2);
    app.land();
    CHECK(app.session.runs().size() == 0);
}

TEST_CASE("a run that a worker has begun is logged so while it goes on") {
    logged app;
    std::optional<imload::promise<int>> running;
    auto load = imload::async_load(app.session, "running",
                                   [&](imload::promise<int> p) { running = std::move(p); });
    ask(load);
    app.clock.advance(2s);
    app.land();
    CHECK(app.run(0).outcome == run_outcome::under_way);
    CHECK(app.run(0).worker == 0);
    CHECK(app.run(0).begun == app.run(0).queued + 2s);
}

TEST_CASE("a run is logged with its key, its times and its outcome") {
    logged app;
    auto load = imload::async_load(app.session, "half", half);
    const auto id = load.poll(4).id();
    REQUIRE(app.runs() == 1);
    CHECK(app.run(0).number == 1);
    CHECK(app.run(0).key == id);
    CHECK(app.run(0).label == "half(4)");
    CHECK(app.run(0).cause == run_cause::first_ask);
    CHECK(app.run(0).outcome == run_outcome::under_way);
    CHECK(app.run(0).worker == -1);
    CHECK(app.run(0).queued == app.clock.now());
    CHECK(app.run(0).begun == imload::time_point{});

    app.clock.advance(30ms);
    app.land();
    CHECK(app.run(0).outcome == run_outcome::success);
    CHECK(app.run(0).begun - app.run(0).queued == 30ms);
    CHECK(app.run(0).ended == app.run(0).begun);
    CHECK(app.run(0).worker == 0);
}

TEST_CASE("a log tells why each run was started") {
    logged app;
    auto load = imload::async_load(app.session, half,
                                   {.refresh_every = 10s,
                                    .stale_after = 4s,
                                    .retry = {.attempts = 1, .delay = 1s, .jitter = 0}});
    ask(load, 3); // fails
    app.land();
    app.frame_after(1s); // the retry
    app.land();
    load.peek(6).refresh();
    app.land();
    REQUIRE(app.runs() == 3);
    CHECK(app.run(0).cause == run_cause::first_ask);
    CHECK(app.run(0).attempt == 1);
    CHECK(app.run(0).outcome == run_outcome::failure);
    CHECK(app.run(1).cause == run_cause::retry);
    CHECK(app.run(1).attempt == 2);
    CHECK(app.run(2).cause == run_cause::refresh);
    CHECK(app.run(2).attempt == 1);

    load.prefetch(8);
    app.land();
    REQUIRE(app.runs() == 4);
    CHECK(app.run(3).cause == run_cause::prefetch);
    app.frame_after(5s);
    ask(load, 8);
    REQUIRE(app.runs() == 5);
    CHECK(app.run(4).cause == run_cause::stale);
    app.land();

    ask(load, 8);
    app.frame_after(3s);
    ask(load, 8);
    app.frame_after(2s);
    REQUIRE(app.runs() == 6);
    CHECK(app.run(5).cause == run_cause::timer);
}

TEST_CASE("a log tells what became of runs that gave no value") {
    logged app;
    auto load = imload::async_load(app.session, hears, {.timeout = 1s});
    ask(load, 1);
    load.poll(1).cancel(); // before it began
    CHECK(app.run(0).outcome == run_outcome::dropped);

    auto slow = imload::async_load(app.session, "never comes back", [](imload::promise<int>) {},
                                   {.timeout = 1s});
    ask(slow);
    ask(load, 2);
    for (int i = 0; i < 5; ++i) app.frame(); // nobody asks any more
    CHECK(app.run(1).outcome == run_outcome::dropped);
    CHECK(app.run(2).outcome == run_outcome::dropped);
}

TEST_CASE("a run that is cancelled while it runs, or takes too long, says so") {
    logged app;
    std::vector<imload::promise<int>> given;
    auto load = imload::async_load(
        app.session, "promised",
        [&given](imload::promise<int> p, int) { given.push_back(std::move(p)); }, {.timeout = 1s});
    ask(load, 1);
    ask(load, 2);
    app.land();
    load.poll(1).cancel();
    CHECK(app.run(0).outcome == run_outcome::cancelled);
    ask(load, 2);
    app.frame_after(2s);
    CHECK(app.run(1).outcome == run_outcome::timeout);
    CHECK(app.run(1).ended == imload::time_point{});
    given[1].set_value(7); // late
    app.frame();
    CHECK(app.run(1).outcome == run_outcome::timeout);
    CHECK(app.run(1).ended == app.clock.now());
}

TEST_CASE("a log keeps the newest runs, as many as it was told") {
    ui app;
    app.session.record_runs(3);
    auto load = imload::async_load(app.session, "half", half);
    for (int i = 0; i < 10; i += 2) ask(load, i);
    app.land();
    const imload::run_log& runs = app.session.runs();
    REQUIRE(runs.size() == 3);
    CHECK(runs[0].label == "half(4)");
    CHECK(runs[2].label == "half(8)");
    CHECK(runs[2].outcome == run_outcome::success);

    app.session.record_runs(2);
    REQUIRE(runs.size() == 2);
    CHECK(runs[0].label == "half(6)");
    ask(load, 20);
    REQUIRE(runs.size() == 2);
    CHECK(runs[1].label == "half(20)");
    CHECK(runs[1].number == 6);

    app.session.record_runs(0);
    CHECK(runs.size() == 0);
    app.land();
    ask(load, 22);
    CHECK(runs.size() == 0);
}

TEST_CASE("runs that work at once have different places in the log, and free them") {
    logged app;
    auto inner = imload::async_load(app.session, "inner", half);
    // The executor runs the second load inside the first, as two workers would beside each other.
    auto outer = imload::async_load(app.session, "outer", [&app](int x) {
        app.executor.run_one();
        return x;
    });
    ask(outer, 1);
    ask(inner, 2);
    app.land();
    ask(inner, 4);
    app.land();
    REQUIRE(app.runs() == 3);
    CHECK(app.run(0).worker == 0);
    CHECK(app.run(1).worker == 1);
    CHECK(app.run(2).worker == 0);
}

TEST_CASE("a refresh by the timer is logged also where the ask brings a fresh callable") {
    logged app;
    const auto frame = [&](imload::time_span step) { // one type of lambda, so one key
        int k = 1;
        ask(imload::async_load(app.session, "adds", [k](int x) { return x + k; },
                               {.refresh_every = 1s}),
            1);
        app.executor.run_all();
        app.frame_after(step);
    };
    frame(0ms);
    frame(1s);
    frame(0ms); // asked while the timer's run is queued
    frame(0ms);
    REQUIRE(app.runs() == 2);
    CHECK(app.run(1).cause == run_cause::timer);
    CHECK(app.run(1).outcome == run_outcome::success);
}

TEST_CASE("what shutdown drops is counted and logged once") {
    logged app;
    auto load = imload::async_load(app.session, half);
    auto held = imload::async_load(app.session, "held", half, {.poll_interval = 1s});
    ask(held, 2);
    app.executor.run_all();
    app.frame_after(10ms);
    ask(held, 2);
    ask(load, 4);
    app.session.shutdown();
    const auto counts = app.statistics();
    CHECK(counts.in_flight == 0);
    CHECK(counts.starts == 2);
    CHECK(counts.dropped == 1);
    CHECK(counts.discarded == 1);
    CHECK(app.run(1).outcome == run_outcome::dropped);
}

TEST_CASE("a log may be as large as one likes") {
    ui app;
    app.session.record_runs(static_cast<std::size_t>(-1));
    auto load = imload::async_load(app.session, half);
    ask(load, 2);
    CHECK(app.session.runs().size() == 1);
}

TEST_CASE("a log that was full keeps its newest runs in order when it is made smaller") {
    ui app;
    app.session.record_runs(3);
    auto load = imload::async_load(app.session, half);
    for (const int x : {2, 4, 6, 8}) ask(load, x);
    app.session.record_runs(2);
    REQUIRE(app.session.runs().size() == 2);
    CHECK(app.session.runs()[0].number == 3);
    CHECK(app.session.runs()[1].number == 4);
    ask(load, 10);
    CHECK(app.session.runs()[0].number == 4);
    CHECK(app.session.runs()[1].number == 5);
}
