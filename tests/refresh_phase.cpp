// refresh_every over a thousand intervals: each start at first + n x interval, never two at once.
#include "support.hpp"

#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <optional>
#include <vector>

using namespace test;

namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds interval = 4s;

// A load that runs for a while on a manual clock.
struct machine {
    imload::manual_clock* clock = nullptr;
    nanoseconds lasts{};
    std::vector<nanoseconds> starts; // since the first
    std::optional<imload::promise<int>> running;
    imload::time_point first{};
    imload::time_point ends = imload::time_point::max();
    int most_at_once = 0;

    void begin(imload::promise<int> p) {
        most_at_once = std::max(most_at_once, running ? 2 : 1);
        if (starts.empty()) first = clock->now();
        starts.push_back(clock->now() - first);
        ends = clock->now() + lasts;
        running = std::move(p);
    }
    void work() {
        if (!running || clock->now() < ends) return;
        ends = imload::time_point::max();
        std::exchange(running, std::nullopt)->set_value(static_cast<int>(starts.size()));
    }
};
machine plant;

void produce(imload::promise<int> p) { plant.begin(std::move(p)); }

struct plant_ui : ui {
    explicit plant_ui(double intervals) {
        plant = {};
        plant.clock = &clock;
        plant.lasts = nanoseconds(static_cast<nanoseconds::rep>(
            intervals * static_cast<double>(interval.count())));
        session.set_wake([] {});
    }
    ~plant_ui() { plant = {}; }

    void show() {
        frame();
        ask(load);
        executor.run_all();
        plant.work();
    }
    // Goes on to wherever the loop would wake up: for a deadline, or for the end of the run.
    void sleep() {
        nanoseconds longest = interval;
        if (plant.running) longest = std::min(longest, plant.ends - clock.now());
        clock.advance(session.wait_time(longest));
        plant.work();
    }

    decltype(imload::async_load(std::declval<imload::session&>(), produce)) load =
        imload::async_load(session, produce, {.refresh_every = interval});
};

// How many intervals apart the starts of such runs are.
int period(double intervals) { return std::max(1, static_cast<int>(intervals) + 1); }

} // namespace

TEST_CASE("over a thousand intervals each start is at first + n x interval, by a loop that sleeps") {
    const double runs = GENERATE(0.3, 0.9, 2.5);
    plant_ui app(runs);
    app.show();
    while (plant.starts.back() < 1000 * interval) {
        app.sleep();
        app.show();
    }
    REQUIRE(plant.starts.size() == static_cast<std::size_t>((999 + period(runs)) / period(runs) + 1));
    for (std::size_t n = 0; n < plant.starts.size(); ++n)
        REQUIRE(plant.starts[n] == static_cast<int>(n) * period(runs) * interval);
    CHECK(plant.most_at_once == 1);
    const auto s = app.statistics();
    CHECK(s.starts == plant.starts.size());
    CHECK(s.starts == s.successes + s.in_flight);
}

TEST_CASE("over a thousand intervals each start is at first + n x interval, by a loop of many frames") {
    const double runs = GENERATE(0.3, 0.9, 2.5);
    plant_ui app(runs);
    app.show();
    for (int tenth = 1; tenth <= 10 * 1000; ++tenth) {
        app.clock.advance(interval / 10);
        app.show();
    }
    REQUIRE(plant.starts.size() == static_cast<std::size_t>(1000 / period(runs) + 1));
    for (std::size_t n = 0; n < plant.starts.size(); ++n)
        REQUIRE(plant.starts[n] == static_cast<int>(n) * period(runs) * interval);
    CHECK(plant.most_at_once == 1);
}

TEST_CASE("frames that come late do not shift the phase") {
    const double runs = GENERATE(0.3, 0.9, 2.5);
    plant_ui app(runs);
    constexpr nanoseconds step = 700ms; // does not divide the interval
    app.show();
    for (nanoseconds t{}; t < 1000 * interval; t += step) {
        app.clock.advance(step);
        app.show();
    }
    CHECK(plant.starts.size() >= static_cast<std::size_t>(1000 / (period(runs) + 1)));
    for (std::size_t n = 1; n < plant.starts.size(); ++n) {
        // In the first frame after its slot, so before the next frame's.
        REQUIRE(plant.starts[n] % interval < step);
        REQUIRE(plant.starts[n] / interval > plant.starts[n - 1] / interval);
    }
    CHECK(plant.most_at_once == 1);
}

TEST_CASE("failures keep the phase too") {
    ui app;
    static imload::manual_clock* clock = nullptr;
    static std::vector<imload::time_point> starts;
    clock = &app.clock;
    starts.clear();
    const auto load = imload::async_load(
        app.session,
        []() -> int {
            starts.push_back(clock->now());
            if (starts.size() % 3 != 0) throw std::runtime_error("no");
            return 1;
        },
        {.refresh_every = interval, .throw_errors = false});
    ask(load);
    app.executor.run_all();
    for (int tenth = 0; tenth < 1000; ++tenth) {
        app.frame_after(interval / 10);
        ask(load);
        app.executor.run_all();
    }
    REQUIRE(starts.size() == 101);
    for (std::size_t n = 0; n < starts.size(); ++n)
        REQUIRE(starts[n] - starts[0] == static_cast<int>(n) * interval);
}

TEST_CASE("a key that was out of sight comes back in phase") {
    plant_ui app(0.3);
    app.show();
    app.clock.advance(interval / 2);
    app.show();
    for (int frame = 0; frame < 10; ++frame) app.frame_after(interval / 4); // nobody asks
    CHECK(plant.starts.size() == 1);
    for (int frame = 0; frame < 40; ++frame) {
        app.clock.advance(interval / 4);
        app.show();
    }
    CHECK(plant.starts.size() > 9);
    for (const auto start : plant.starts) CHECK(start % interval == 0s);
}

TEST_CASE("a key that was out of sight for many frames of a sleeping loop comes back in phase") {
    plant_ui app(0.3);
    app.show();
    app.clock.advance(interval / 2);
    app.show();
    for (int absence = 0; absence < 20; ++absence) {
        app.frames(3);
        for (int frame = 0; frame < 100; ++frame) { // for a third of an interval to six of them
            app.frame_after(interval * (absence + 1) / 300);
            CHECK(app.session.wait_time(1h) == 1h);
        }
        app.frame();
        const auto left = app.load.poll().refresh_in();
        CHECK((app.clock.now() + left - plant.first) % interval == 0s);
        CHECK(left > 0s);
        CHECK(left <= interval);
        CHECK(app.session.wait_time(1h) == left);
        for (int frame = 0; frame < 8; ++frame) {
            app.sleep();
            app.show();
        }
    }
    CHECK(plant.starts.size() > 20);
    for (const auto start : plant.starts) CHECK(start % interval == 0s);
}

TEST_CASE("a run that fails after its next start was due does not start at once") {
    ui app;
    std::optional<imload::promise<int>> running;
    auto load = imload::async_load(app.session, "running",
                                   [&](imload::promise<int> p) { running = std::move(p); },
                                   {.refresh_every = 10s});
    ask(load);
    app.executor.run_all();
    for (int i = 0; i < 5; ++i) {
        app.frame_after(5s);
        ask(load);
    }
    running->set_error("in the end");
    app.frame();
    CHECK(load.poll().error());
    CHECK(load.poll().refresh_in() == 5s); // in phase: 30 s after the first
    CHECK(app.starts() == 1);
}

TEST_CASE("a new interval counts from the last start") {
    ui app;
    const auto echo = [](int x) { return x; };
    const auto load = imload::async_load(app.session, echo, {.refresh_every = 10s});
    const auto other = imload::async_load(app.session, echo, {.refresh_every = 7s});
    ask(load, 1);
    app.land();
    ask(load, 1);
    app.frame_after(10s);
    REQUIRE(app.starts() == 2);
    app.land();
    ask(load, 1);
    app.frame_after(2s);
    CHECK(load.poll(1).refresh_in() == 8s);
    CHECK(other.poll(1).refresh_in() == 5s);
}

TEST_CASE("an ask without an interval ends the timer of an earlier one") {
    ui app;
    const auto echo = [](int x) { return x; };
    ask(imload::async_load(app.session, echo, {.refresh_every = 10s}), 1);
    app.land();
    const auto load = imload::async_load(app.session, echo);
    CHECK(load.poll(1).refresh_in() == imload::never);
    app.frame_after(10s);
    CHECK(app.starts() == 1);
}

TEST_CASE("among many timers that change each is met, and the loop sleeps until the nearest") {
    ui app;
    app.session.set_wake([] {});
    constexpr int keys = 40;
    const auto echo = [](int x) { return x; };
    const auto every = [](int x, int round) { return 1s * (1 + (x * 7 + round * 13) % 29); };
    const auto load = [&](int x, int round) {
        return imload::async_load(app.session, echo, {.refresh_every = every(x, round)});
    };
    for (int step = 0; step < 300; ++step) {
        const int round = step / 20;
        auto nearest = nanoseconds(1h);
        for (int x = 0; x < keys; ++x) {
            const auto r = load(x, (x + round) % 3).poll(x);
            if (step % 50 == x) r.forget();
        }
        app.executor.run_all();
        app.frame();
        for (int x = 0; x < keys; ++x) ask(load(x, (x + round) % 3), x);
        app.executor.run_all();
        for (int i = 0; i < 4; ++i) {
            app.frame();
            for (int x = 0; x < keys; ++x) {
                const auto left = load(x, (x + round) % 3).poll(x).refresh_in();
                REQUIRE(left > 0s);
                if (i == 3) nearest = std::min(nearest, left);
            }
        }
        REQUIRE(app.session.wait_time(1h) == nearest);
        app.clock.advance(nearest);
        app.frame();
    }
}
