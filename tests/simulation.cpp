// result::simulate(): one's own loading and error states, to be seen and tested.
#include "support.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

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

TEST_CASE("latency that is taken back shows the run at once") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    ask(load, 1);
    load.poll(1).simulate({.latency = 1h});
    app.land();
    ask(load, 1);
    CHECK(load.poll(1).status() == status::running);
    load.poll(1).simulate({});
    CHECK(app.session.wait_time() == 0ms);
    app.frame();
    CHECK(load.poll(1).value() == 2);
}

TEST_CASE("asking in the frame in which a key begins to pretend starts nothing") {
    ui app;
    auto load = imload::async_load(app.session, twice, {.poll_interval = 1s});
    for (const auto state : {simulated::loading, simulated::failure}) {
        const auto starts = app.starts();
        ask(load, 1);
        load.poll(1).simulate({.state = state});
        ask(load, 1);
        app.frame();
        app.land();
        CHECK_FALSE(load.poll(1).has_value());
        CHECK(app.starts() <= starts + 1); // what was asked for before
        load.poll(1).forget();
        app.frames(3);
        CHECK(app.statistics().in_flight == 0);
        CHECK(app.session.wait_idle(0s));
    }
}

TEST_CASE("grace does not make a key faster than it pretends to be") {
    ui app;
    imload::inline_executor executor;
    imload::session session{{.executor = &executor, .clock = &app.clock}};
    session.begin_frame();
    const auto load = imload::async_load(session, twice, {.grace = 60s, .expire_after = 5s});
    ask(load, 1);
    load.poll(1).simulate({.latency = 2s});
    session.begin_frame();
    app.clock.advance(6s);
    session.begin_frame();
    CHECK_FALSE(load(1).has_value());
    app.clock.advance(2s);
    session.begin_frame();
    CHECK(load(1) == 2);
}

TEST_CASE("a prefetch in the frame in which a key begins to pretend starts nothing") {
    ui app;
    const auto load = imload::async_load(app.session, twice);
    const auto state = GENERATE(simulated::loading, simulated::failure);
    ask(load, 1);
    load.peek(1).simulate({.state = state});
    REQUIRE(app.starts() == 1);
    load.prefetch(1);
    CHECK(app.starts() == 1);
    app.land();
    CHECK(app.starts() == 1);
    CHECK_FALSE(load.peek(1).has_value());
}

TEST_CASE("a refresh in the frame in which a key begins to pretend is given up") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    ask(load, 1);
    app.land();
    load.poll(1).simulate({.state = simulated::loading});
    load.poll(1).refresh();
    app.land();
    CHECK(load.poll(1).status() == status::running);
    CHECK_FALSE(load.poll(1).has_value());
    CHECK(app.statistics().in_flight == 0);
}

TEST_CASE("cancel and forget beat a pretence of the same frame") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    ask(load, 1);
    app.land();
    load.poll(1).simulate({.state = simulated::loading});
    load.poll(1).cancel();
    app.frame();
    CHECK(load.poll(1).has_value());
    CHECK(load.poll(1).simulates().state == simulated::nothing);

    load.poll(1).simulate({.state = simulated::failure});
    app.frame();
    load.poll(1).forget();
    load.poll(1).refresh();
    app.land();
    CHECK(load.poll(1).value() == 2);
}

TEST_CASE("a pretended load has no progress of an earlier run") {
    ui app;
    std::optional<imload::promise<int>> promise;
    auto load = imload::async_load(app.session, "tells",
                                   [&](imload::promise<int> p) { promise = std::move(p); });
    ask(load);
    app.land();
    promise->progress(0.8, "nearly");
    app.frame();
    REQUIRE(load.poll().progress().text == "nearly");
    load.poll().simulate({.state = simulated::loading});
    app.frame();
    CHECK(load.poll().progress().fraction < 0);
    CHECK(load.poll().progress().text.empty());
}

TEST_CASE("keys that pretend to load are forgotten as others are") {
    ui app;
    auto load = imload::async_load(app.session, twice, {.forget_after = 1s});
    ask(load, 1);
    load.poll(1).simulate({.state = simulated::loading});
    app.frames(3);
    app.frame_after(2s);
    app.frame();
    CHECK(app.keys() == 0);
}

TEST_CASE("set and a refresh after forget beat a pretence of the same frame") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    ask(load, 1);
    app.land();
    const auto state = GENERATE(simulated::loading, simulated::failure);
    load.poll(1).simulate({.state = state});
    SECTION("set") {
        load.poll(1).set(7);
        app.frame();
        CHECK(load.poll(1).value_or(0) == 7);
        CHECK(load.poll(1).error() == nullptr);
        CHECK(load.poll(1).status() == status::just_finished);
        const bool still = state == simulated::failure; // which later runs then do
        CHECK(load.poll(1).simulates().state == (still ? state : simulated::nothing));
    }
    SECTION("forget, then refresh") {
        load.poll(1).forget();
        load.poll(1).refresh();
        app.land();
        CHECK(load.poll(1).value_or(0) == 2);
        CHECK(load.poll(1).error() == nullptr);
    }
}

TEST_CASE("what a key was before it pretends is not seen meanwhile") {
    ui app;
    auto load = imload::async_load(app.session, "either", [](int x) {
        return x < 0 ? throw std::runtime_error("negative") : x;
    });
    SECTION("an error") {
        ask(load, -1);
        app.land();
        REQUIRE(load.poll(-1).error());
        load.poll(-1).simulate({.state = simulated::loading});
        app.frame();
        CHECK(load.poll(-1).error() == nullptr);
        CHECK(load.poll(-1).is_loading());
    }
    SECTION("a cancelled run") {
        ask(load, 1);
        load.poll(1).cancel();
        app.frame();
        REQUIRE(load.poll(1).status() == status::idle);
        load.poll(1).simulate({.state = simulated::failure});
        app.frame();
        CHECK(load.poll(1).just_failed());
        CHECK(load.poll(1).status() == status::complete);
    }
    SECTION("a run that was dropped, as nobody asked") {
        ask(load, 1);
        app.frames(4);
        REQUIRE(app.statistics().dropped == 1);
        load.peek(1).simulate({.state = simulated::failure});
        app.frame();
        ask(load, 1);
        CHECK(app.starts() == 1); // as other failed keys do not restart
    }
}

TEST_CASE("a key that stops to pretend loads with all attempts before it") {
    ui app;
    auto load = imload::async_load(app.session, twice, {.retry = {.attempts = 3}});
    ask(load, 1);
    load.poll(1).simulate({.state = simulated::failure});
    app.frame();
    load.poll(1).refresh();
    app.land();
    REQUIRE(load.poll(1).status() == status::retrying);
    load.poll(1).simulate({});
    app.frame();
    CHECK(load.poll(1).attempt() == 1);
    app.land();
    CHECK(load.poll(1).value_or(0) == 2);
}

TEST_CASE("the error of a run that is to fail anyway may ask for its key as it goes") {
    static std::function<void()> last;
    struct lively : std::exception {
        ~lively() override {
            if (const auto f = std::exchange(last, nullptr)) f();
        }
    };
    ui app;
    const auto load = imload::async_load(app.session, [](int) -> int { throw lively(); });
    ask(load, 1);
    load.peek(1).simulate({.state = imload::simulated::failure});
    app.frame();
    load.peek(1).refresh();
    last = [&] { ask(load, 1); };
    app.land();
    CHECK_FALSE(last);
    REQUIRE(load.peek(1).error());
    CHECK(load.peek(1).error()->message == "a simulated failure");
    CHECK(app.statistics().in_flight == 0);
}

TEST_CASE("a value may ask for its key as that begins to pretend") {
    ui app;
    const auto state = GENERATE(simulated::loading, simulated::failure);
    std::function<void()> last;
    const auto load = imload::async_load(app.session, "key",
                                         [&last](int x) {
                                             return std::shared_ptr<int>(new int(x), [&last](int* p) {
                                                 delete p;
                                                 if (last) last();
                                             });
                                         },
                                         {.poll_interval = 1s});
    ask(load, 1);
    app.frame_after(1s);
    app.land();
    REQUIRE(load.peek(1));
    bool asked = false;
    last = [&] {
        asked = true;
        ask(load, 1);
    };
    load.peek(1).simulate({.state = state});
    app.frame();
    last = nullptr;
    CHECK(asked);
    CHECK_FALSE(load.peek(1));
    CHECK(app.starts() == 1);
    CHECK(app.statistics().in_flight == 0);
    app.land();
    CHECK_FALSE(load.peek(1));
    CHECK(load.peek(1).status() ==
          (state == simulated::loading ? status::running : status::complete));
}
