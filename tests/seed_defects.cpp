// The reproduced defects of the design that imload starts from; none may come back.
#include "support.hpp"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <semaphore>
#include <vector>

using namespace test;

namespace {

std::string users() { return "users"; }
std::string orders() { return "orders"; }

} // namespace

TEST_CASE("seed defect: function identity not in the key") {
    ui app;
    auto load_users = imload::async_load(app.session, users);
    auto load_orders = imload::async_load(app.session, orders);
    ask(load_users);
    app.land();
    CHECK(load_users() == "users");
    CHECK_FALSE(load_orders().has_value());
    app.land();
    CHECK(load_orders() == "orders");
    CHECK(load_users() == "users");
}

TEST_CASE("seed defect: captured state not in the key") {
    ui app;
    auto greet = [&](const std::string& name) {
        return imload::async_load(app.session, name, [name] { return "hello " + name; });
    };
    ask(greet("Ada"));
    app.land();
    CHECK(greet("Ada")() == "hello Ada");
    CHECK_FALSE(greet("Bob")().has_value());
    app.land();
    CHECK(greet("Bob")() == "hello Bob");
}

TEST_CASE("seed defect: argument lists joined without separators") {
    ui app;
    auto load = imload::async_load(
        app.session, [](const std::string& a, const std::string& b) { return a + "/" + b; });
    ask(load, "a", "bc");
    app.land();
    CHECK(load("a", "bc") == "a/bc");
    CHECK_FALSE(load("ab", "c").has_value());
    auto numbers = imload::async_load(app.session, [](int a, int b) { return 100 * a + b; });
    ask(numbers, 1, 23);
    ask(numbers, 12, 3);
    app.land();
    CHECK(load("ab", "c") == "ab/c");
    CHECK(numbers(1, 23) == 123);
    CHECK(numbers(12, 3) == 1203);
}

TEST_CASE("seed defect: an error is terminal") {
    ui app;
    static bool down = false;
    static int calls = 0;
    down = false;
    calls = 0;
    auto load = imload::async_load(app.session,
                                   [] {
                                       if (down) throw std::runtime_error("down");
                                       return ++calls;
                                   },
                                   {.refresh_every = 1s});
    ask(load);
    app.land();
    down = true;
    app.frame_after(1s);
    ask(load);
    app.land();
    for (int redraw = 0; redraw < 5; ++redraw) {
        CHECK(load() == 1); // the good value is there, and nothing is thrown
        app.frame();
    }
    down = false;
    app.frame_after(1s); // the timer goes on
    ask(load);
    app.land();
    CHECK(load() == 2);
    CHECK(load.poll().error() == nullptr);
}

TEST_CASE("seed defect: the UI thread sleeps per start") {
    ui app;
    auto load = imload::async_load(app.session, [](int x) { return x; }, {.grace = 10ms});
    const auto before = std::chrono::steady_clock::now();
    for (int i = 0; i < 100; ++i) ask(load, i);
    CHECK(std::chrono::steady_clock::now() - before < 900ms); // was 1.16 s
}

TEST_CASE("seed defect: a thread per key") {
    imload::session session{{.threads = 2}};
    static std::atomic<int> inside{0};
    static std::atomic<int> most{0};
    inside = most = 0;
    auto load = imload::async_load(session, [](int x) {
        const int now = ++inside;
        int seen = most;
        while (now > seen && !most.compare_exchange_weak(seen, now)) {}
        std::this_thread::yield();
        --inside;
        return x;
    });
    for (int value = 0; value < 50; ++value) { // a slider dragged over 50 values
        session.begin_frame();
        ask(load, value);
    }
    REQUIRE(session.wait_idle(patience));
    CHECK(most <= 2);
}

TEST_CASE("seed defect: loads cannot be cancelled and exit is blocked") {
    imload::thread_per_load executor;
    static std::counting_semaphore<> begun{0};
    {
        imload::session session{{.executor = &executor}};
        session.begin_frame();
        auto load = imload::async_load(session, [](imload::context& context, int) {
            begun.release();
            while (!context.stop_requested()) std::this_thread::yield();
        });
        for (int i = 0; i < 4; ++i) ask(load, i);
        for (int i = 0; i < 4; ++i) begun.acquire();
        load.poll(0).cancel();
    } // returns, because each load was told to stop
    SUCCEED();
}

TEST_CASE("seed defect: the map never shrinks") {
    ui app;
    auto load = imload::async_load(app.session, [](int x) { return x; }, {.forget_after = 1s});
    for (int value = 0; value < 500; ++value) {
        ask(load, value);
        app.land();
        app.frame_after(100ms);
    }
    for (int i = 0; i < 5; ++i) app.frame_after(1s);
    CHECK(app.keys() <= 1);
}

TEST_CASE("seed defect: a result of nothing is an error forever") {
    ui app;
    static int calls = 0;
    calls = 0;
    auto nothing = imload::async_load(app.session, [] { ++calls; });
    auto null = imload::async_load(app.session, [] { return std::optional<int>(); });
    for (int i = 0; i < 5; ++i) {
        ask(nothing);
        ask(null);
        app.land();
    }
    CHECK(nothing().has_value());
    CHECK(null().has_value());
    CHECK(nothing.poll().error() == nullptr);
    CHECK(calls == 1);
}

TEST_CASE("seed defect: a short refresh_every locks up") {
    for (auto interval : {200ms, 100ms, 10ms, 1ms}) {
        ui app;
        auto load =
            imload::async_load(app.session, [](int x) { return x; }, {.refresh_every = interval});
        ask(load, 1);
        app.land();
        for (int i = 0; i < 200; ++i) {
            CHECK(load(1) == 1);
            app.frame_after(16ms);
            ask(load, 1);
            app.land();
        }
        const auto runs = static_cast<int>(load.poll(1).version());
        const auto expected = 3200 / std::max(16, static_cast<int>(interval / 1ms));
        INFO(interval / 1ms << " ms");
        CHECK(runs >= expected / 2);
        CHECK(runs <= expected + 2);
    }
}

TEST_CASE("seed defect: the refresh period is too long") {
    ui app;
    static imload::manual_clock* clock = nullptr;
    static std::vector<long long> starts;
    clock = &app.clock;
    starts.clear();
    auto load = imload::async_load(app.session,
                                   [] {
                                       starts.push_back(clock->now().time_since_epoch() / 1ms);
                                       return 1;
                                   },
                                   {.refresh_every = 1s});
    ask(load);
    app.executor.run_all();
    for (int i = 0; i < 6000; ++i) { // a minute of frames, each 10 ms
        app.frame_after(10ms);
        ask(load);
        app.executor.run_all();
    }
    REQUIRE(starts.size() >= 60);
    CHECK(starts.size() <= 61);
    const double mean = static_cast<double>(starts[59] - starts[0]) / 59;
    CHECK(mean > 999);
    CHECK(mean < 1002);
}

TEST_CASE("seed defect: state flips in the middle of a redraw") {
    ui app;
    auto load = imload::async_load(app.session, [](int x) { return x; });
    ask(load, 1);
    app.frame();
    const bool before = load(1).has_value();
    app.executor.run_all();
    CHECK(load(1).has_value() == before);
    CHECK(load.poll(1).status() == status::queued);
    app.frame();
    CHECK(load(1).has_value());
}

TEST_CASE("seed defect: just-finished is seen by the first caller only") {
    ui app;
    auto load = imload::async_load(app.session, [](int x) { return x; });
    ask(load, 1);
    app.land();
    int seen = 0;
    for (int caller = 0; caller < 3; ++caller) seen += load.poll(1).just_finished();
    CHECK(seen == 3);
    app.frame();
    for (int caller = 0; caller < 3; ++caller) seen += load.poll(1).just_finished();
    CHECK(seen == 3);
}

TEST_CASE("seed defect: hashing on the UI path") {
    ui app;
    auto load = imload::async_load(app.session, [](const std::vector<int>& list) {
        return std::accumulate(list.begin(), list.end(), 0LL);
    });
    std::vector<int> list(10'000);
    std::iota(list.begin(), list.end(), 0);
    ask(load, list);
    app.land();
    const auto before = std::chrono::steady_clock::now();
    long long sum = 0;
    for (int redraw = 0; redraw < 100; ++redraw) {
        sum += load(list).value_or(0);
        app.frame();
    }
    const auto each = (std::chrono::steady_clock::now() - before) / 100;
    CHECK(sum == 100 * 49'995'000LL);
    CHECK(each < 5ms); // was 70 ms
}
