// options::retry: further attempts, further and further apart, and no error until they are used up.
#include "support.hpp"

#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <set>
#include <vector>

using namespace test;

namespace {

int calls = 0;
int failures_left = 0;

int flaky(int x) {
    ++calls;
    if (failures_left-- > 0) throw std::runtime_error("busy");
    return x;
}

struct flaky_ui : ui {
    explicit flaky_ui(int failures) {
        calls = 0;
        failures_left = failures;
    }
    template <class Loader>
    auto show(Loader& load, imload::time_span after = {}) {
        clock.advance(after);
        frame();
        executor.run_all();
        return load.poll(1);
    }
    void check_books() const {
        const auto s = session.statistics();
        CHECK(s.starts == s.successes + s.failures + s.dropped + s.discarded + s.in_flight);
    }
};

constexpr int always = 1'000'000;

} // namespace

TEST_CASE("a failed run is tried again after the delay") {
    flaky_ui app(1);
    auto load = imload::async_load(app.session, flaky,
                                   {.retry = {.attempts = 1, .delay = 3s, .jitter = 0}});
    ask(load, 1);
    app.land();
    CHECK(load.poll(1).status() == status::retrying);
    (void)app.show(load, 3s - 1ns);
    CHECK(calls == 1);
    CHECK(load.poll(1).status() == status::retrying);
    (void)app.show(load, 1ns);
    CHECK(calls == 2);
    app.frame();
    CHECK(load(1) == 1);
    CHECK(load.poll(1).status() == status::just_finished);
    CHECK(app.statistics().retries == 1);
    CHECK(app.statistics().starts == 2);
    CHECK(app.statistics().failures == 1);
    CHECK(app.statistics().successes == 1);
}

TEST_CASE("each delay is longer by the factor, up to the longest") {
    struct row {
        imload::retry_options retry;
        std::vector<std::chrono::milliseconds> delays;
    };
    const row r = GENERATE(
        row{{.attempts = 5, .delay = 1s, .jitter = 0}, {1s, 2s, 4s, 8s, 16s}},
        row{{.attempts = 7, .delay = 1s, .jitter = 0}, {1s, 2s, 4s, 8s, 16s, 30s, 30s}},
        row{{.attempts = 4, .delay = 1s, .max_delay = 3s, .jitter = 0}, {1s, 2s, 3s, 3s}},
        row{{.attempts = 3, .delay = 250ms, .factor = 1, .jitter = 0}, {250ms, 250ms, 250ms}},
        row{{.attempts = 3, .delay = 100ms, .factor = 1.5, .jitter = 0}, {100ms, 150ms, 225ms}},
        row{{.attempts = 3, .delay = 1s, .factor = 1e300, .jitter = 0}, {1s, 30s, 30s}},
        row{{.attempts = 2, .delay = 10s, .max_delay = 1s, .jitter = 0}, {1s, 1s}});
    flaky_ui app(always);
    auto load = imload::async_load(app.session, flaky, {.retry = r.retry, .throw_errors = false});
    ask(load, 1);
    app.land();
    int runs = 1;
    for (const auto delay : r.delays) {
        CHECK(load.poll(1).status() == status::retrying);
        (void)app.show(load, delay - 1ms);
        CHECK(calls == runs);
        (void)app.show(load, 1ms);
        CHECK(calls == ++runs);
        app.frame();
        app.check_books();
    }
    CHECK(load.poll(1).status() == status::complete);
    CHECK(load.poll(1).error() != nullptr);
    for (int i = 0; i < 5; ++i) (void)app.show(load, 1h);
    CHECK(calls == runs);
}

TEST_CASE("the delay counts from the end of the failed attempt") {
    static imload::manual_clock* clock = nullptr;
    flaky_ui app(0);
    clock = &app.clock;
    auto load = imload::async_load(
        app.session,
        [](int) -> int {
            ++calls;
            clock->advance(10s);
            throw std::runtime_error("slow and busy");
        },
        {.retry = {.attempts = 1, .delay = 1s, .jitter = 0}});
    ask(load, 1);
    app.executor.run_all();
    (void)app.show(load, 400ms); // which is the first to see it
    (void)app.show(load, 599ms);
    CHECK(calls == 1);
    (void)app.show(load, 1ms);
    CHECK(calls == 2);
}

TEST_CASE("jitter shortens each delay by a random share up to its own") {
    const double jitter = GENERATE(0.0, 0.25, 0.5, 1.0);
    flaky_ui app(always);
    auto load = imload::async_load(app.session, flaky,
                                   {.retry = {.attempts = 1, .delay = 1s, .jitter = jitter}});
    constexpr int keys = 200;
    const auto ask_all = [&] {
        for (int i = 0; i < keys; ++i) ask(load, i);
    };
    ask_all();
    app.executor.run_all();
    app.frame();
    std::vector<int> delays; // in ms, rounded up
    for (int ms = 0; ms <= 1000; ++ms) {
        ask_all();
        const int before = calls;
        app.executor.run_all();
        for (int n = before; n < calls; ++n) delays.push_back(ms);
        app.frame_after(1ms);
    }
    ask_all();
    for (int n = static_cast<int>(app.executor.run_all()); n > 0; --n) delays.push_back(1001);
    REQUIRE(delays.size() == keys);
    const auto [least, most] = std::minmax_element(delays.begin(), delays.end());
    CHECK(*least >= static_cast<int>(1000 * (1 - jitter)));
    CHECK(*most <= 1001);
    const std::set<int> different(delays.begin(), delays.end());
    if (jitter == 0) {
        CHECK(different.size() == 1);
    } else { // spread over the whole range
        CHECK(different.size() > 50);
        CHECK(*least < 1000 - static_cast<int>(800 * jitter));
        CHECK(*most > 1000 - static_cast<int>(200 * jitter));
    }
}

TEST_CASE("while waiting for the next attempt no error is shown or thrown") {
    flaky_ui app(always);
    auto load = imload::async_load(
        app.session, flaky, {.retry = {.attempts = 2, .delay = 10s, .factor = 1, .jitter = 0}});
    ask(load, 1);
    app.land();
    for (int attempt = 1; attempt <= 2; ++attempt) {
        for (int i = 0; i < 9; ++i) {
            const auto r = load.poll(1);
            CHECK(r.status() == status::retrying);
            CHECK(r.error() == nullptr);
            CHECK_FALSE(r.just_failed());
            CHECK(r.is_loading());
            CHECK(r.attempt() == attempt);
            CHECK_FALSE(load(1).has_value());
            CHECK_FALSE(thrown<imload::bad_result_access>([&] { (void)r.value(); }).empty());
            app.frame_after(1s);
        }
        app.frame_after(1s);
        CHECK(load.poll(1).error() == nullptr);
        app.land();
    }
    const auto r = load.poll(1);
    REQUIRE(r.error());
    CHECK(r.just_failed());
    CHECK(r.error()->attempt == 3);
    CHECK(r.attempt() == 3);
    CHECK(thrown<std::runtime_error>([&] { (void)load(1); }) == "busy");
    CHECK(app.statistics().retries == 2);
    CHECK(app.statistics().failures == 3);
}

TEST_CASE("the earlier value stays while a refresh is retried") {
    flaky_ui app(0);
    auto load = imload::async_load(app.session, flaky,
                                   {.retry = {.attempts = 1, .delay = 1s, .jitter = 0}});
    ask(load, 1);
    app.land();
    failures_left = always;
    load.poll(1).refresh();
    app.land();
    CHECK(load.poll(1).status() == status::retrying);
    CHECK(load.poll(1).is_refreshing());
    CHECK(load(1) == 1);
    (void)app.show(load, 1s);
    app.frame();
    CHECK(load(1) == 1);
    CHECK(load.poll(1).error() != nullptr);
}

TEST_CASE("a refresh while retrying starts at once, with all attempts before it") {
    flaky_ui app(always);
    auto load = imload::async_load(app.session, flaky,
                                   {.retry = {.attempts = 1, .delay = 1h, .jitter = 0}});
    ask(load, 1);
    app.land();
    REQUIRE(load.poll(1).status() == status::retrying);
    load.poll(1).refresh();
    CHECK(app.executor.run_all() == 1);
    CHECK(calls == 2);
    app.frame();
    CHECK(load.poll(1).status() == status::retrying);
    CHECK(load.poll(1).attempt() == 1);
    failures_left = 0;
    (void)app.show(load, 1h);
    app.frame();
    CHECK(calls == 3);
    CHECK(load(1) == 1);
}

TEST_CASE("a key that is cancelled, forgotten or set while retrying is not tried again") {
    flaky_ui app(always);
    auto load = imload::async_load(app.session, flaky,
                                   {.retry = {.attempts = 3, .delay = 1s, .jitter = 0}});
    ask(load, 1);
    app.land();
    const int how = GENERATE(0, 1, 2);
    if (how == 0) load.poll(1).cancel();
    if (how == 1) load.poll(1).forget();
    if (how == 2) load.poll(1).set(9);
    for (int i = 0; i < 5; ++i) {
        app.frame_after(10s);
        CHECK_FALSE(load.peek(1).is_loading());
        if (how != 1) ask(load, 1);
        CHECK(app.executor.pending() == 0);
    }
    CHECK(calls == 1);
    CHECK(load.peek(1).error() == nullptr);
    if (how == 0) CHECK(load.peek(1).status() == status::idle);
    if (how == 2) CHECK(load(1) == 9);
    app.check_books();
}

TEST_CASE("the loop sleeps until the next attempt") {
    flaky_ui app(always);
    auto load = imload::async_load(app.session, flaky,
                                   {.retry = {.attempts = 1, .delay = 5s, .jitter = 0}});
    ask(load, 1);
    app.land();
    for (int i = 0; i < 4; ++i) {
        ask(load, 1);
        app.frame();
    }
    ask(load, 1);
    CHECK(app.session.wait_time(1h) == 5s);
    app.clock.advance(2s);
    CHECK(app.session.wait_time(1h) == 3s);
    app.clock.advance(10s);
    CHECK(app.session.wait_time(1h) == 0s);
    CHECK_FALSE(app.session.wait_idle(0s));
}

TEST_CASE("without retry a failure shows at once") {
    flaky_ui app(1);
    auto load = imload::async_load(app.session, flaky);
    ask(load, 1);
    app.land();
    CHECK(load.poll(1).error()->attempt == 1);
    CHECK(load.poll(1).attempt() == 1);
    CHECK(app.statistics().retries == 0);
}

TEST_CASE("refresh_every begins with all attempts anew") {
    flaky_ui app(always);
    auto load = imload::async_load(
        app.session, flaky,
        {.refresh_every = 10s, .retry = {.attempts = 1, .delay = 1s, .jitter = 0}});
    ask(load, 1);
    app.land();
    (void)app.show(load, 1s);
    app.frame();
    CHECK(load.poll(1).error() != nullptr);
    (void)app.show(load, 9s);
    CHECK(calls == 3);
    app.frame();
    CHECK(load.poll(1).status() == status::retrying);
    CHECK(load.poll(1).attempt() == 1);
}

TEST_CASE("an executor that refuses is tried again too") {
    struct moody final : imload::executor {
        void execute(imload::task work) override {
            if (refusing) throw std::runtime_error("full");
            work();
        }
        bool refusing = true;
    };
    imload::manual_clock clock;
    moody executor;
    imload::session session{{.executor = &executor, .clock = &clock}};
    session.begin_frame();
    calls = failures_left = 0;
    auto load = imload::async_load(session, flaky,
                                   {.retry = {.attempts = 1, .delay = 1s, .jitter = 0}});
    ask(load, 1);
    session.begin_frame();
    CHECK(load.poll(1).status() == status::retrying);
    executor.refusing = false;
    clock.advance(1s);
    session.begin_frame();
    session.begin_frame();
    CHECK(load(1) == 1);
}

TEST_CASE("a retry that is cancelled before it starts is not counted") {
    ui app;
    const auto load = imload::async_load(
        app.session, [](int) -> int { throw std::runtime_error("no"); },
        {.retry = {.attempts = 3, .delay = 1s}});
    ask(load, 1);
    app.land();
    REQUIRE(load.poll(1).status() == status::retrying);
    load.poll(1).cancel();
    app.frame_after(10s);
    app.land();
    CHECK(app.statistics().retries == 0);
    CHECK(app.statistics().starts == 1);
}
