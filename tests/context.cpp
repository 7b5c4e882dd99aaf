// What a callable may take first: a stop token or a context.
#include "support.hpp"

#include <atomic>
#include <cmath>
#include <optional>
#include <semaphore>
#if __has_include(<stop_token>)
#include <stop_token>
#endif

using namespace test;

TEST_CASE("a callable may take a context and its arguments") {
    ui app;
    auto load = imload::async_load(app.session, [](imload::context& context, int a, int b) {
        return context.stop_requested() ? -1 : a + b;
    });
    ask(load, 1, 2);
    app.land();
    CHECK(load(1, 2) == 3);
}

TEST_CASE("a callable may take a context alone") {
    ui app;
    auto load = imload::async_load(app.session, [](imload::context&) { return 1; });
    ask(load);
    app.land();
    CHECK(load() == 1);
}

TEST_CASE("a context's callable converts its other arguments") {
    ui app;
    auto load = imload::async_load(app.session, [](imload::context&, long x) { return x; });
    ask(load, 2);
    ask(load, 2L);
    CHECK(app.keys() == 1);
}

TEST_CASE("a callable that is a template may take a context") {
    ui app;
    auto load = imload::async_load(app.session, [](imload::context&, auto x) { return x; });
    ask(load, 2);
    app.land();
    CHECK(load(2) == 2);
}

namespace {

struct shop {
    int price = 0;

    int buy(imload::context& context, int count) const {
        return context.stop_requested() ? -1 : price * count;
    }
    int stock(imload::stream<int>& out) const {
        out.publish(price);
        return price + 1;
    }
    void order(imload::promise<int> done, int count) { done.set_value(price * count); }
#if IMLOAD_HAS_STOP_TOKEN
    int look(std::stop_token stop) const { return stop.stop_requested() ? -1 : price; }
#endif
};

} // namespace

TEST_CASE("a member function takes a context behind its object") {
    ui app;
    auto buy = imload::async_load(app.session, &shop::buy);
    auto bought = imload::async_load<&shop::buy>(app.session);
    ask(buy, imload::unkeyed(std::make_shared<shop>(shop{3})), 2);
    ask(buy, imload::unkeyed(std::make_shared<shop>(shop{4})), 2L);
    CHECK(app.keys() == 1);
    app.land();
    CHECK(buy(imload::unkeyed(std::make_shared<shop>()), 2) == 6);
    CHECK(bought(imload::unkeyed(std::make_shared<shop>()), 2) == 6);
}

TEST_CASE("a member function takes a stream or a promise behind its object") {
    ui app;
    shop corner{5};
    const auto there = imload::by_address(&corner);
    auto stock = imload::async_load(app.session, &shop::stock);
    auto order = imload::async_load(app.session, &shop::order);
    ask(stock, there);
    ask(order, there, 2);
    app.land();
    CHECK(stock(there) == 6);
    CHECK(order(there, 2) == 10);
#if IMLOAD_HAS_STOP_TOKEN
    auto look = imload::async_load(app.session, &shop::look);
    ask(look, there);
    app.land();
    CHECK(look(there) == 5);
#endif
}

TEST_CASE("cancel is heard through the context") {
    threaded_ui<imload::thread_per_load> app;
    static std::binary_semaphore begun{0};
    auto load = imload::async_load(app.session, [](imload::context& context) {
        begun.release();
        while (!context.stop_requested()) std::this_thread::yield();
        return 1;
    });
    ask(load);
    begun.acquire();
    load.poll().cancel();
    REQUIRE(app.idle());
    CHECK_FALSE(load.poll().has_value());
}

TEST_CASE("forget, set and clear are heard by the run they replace") {
    threaded_ui<imload::thread_per_load> app;
    static std::binary_semaphore begun{0};
    auto load = imload::async_load(app.session, [](imload::context& context) {
        begun.release();
        while (!context.stop_requested()) std::this_thread::yield();
        return 1;
    });
    ask(load);
    begun.acquire();
    SECTION("forget") { load.poll().forget(); }
    SECTION("set") { load.poll().set(2); }
    SECTION("clear") { app.session.clear(); }
    SECTION("cancel_all of the loader") { load.cancel_all(); }
    SECTION("cancel_all of the session") { app.session.cancel_all(); }
    CHECK(app.idle());
}

TEST_CASE("a running load that can hear it is stopped when nobody asks any more") {
    threaded_ui<imload::thread_per_load> app;
    static std::binary_semaphore begun{0};
    static std::atomic<bool> stopped{false};
    static std::atomic<bool> give_up{false};
    stopped = give_up = false;
    auto load = imload::async_load(app.session, [](imload::context& context) {
        begun.release();
        while (!context.stop_requested() && !give_up) std::this_thread::yield();
        stopped = context.stop_requested();
        return 1;
    });
    ask(load);
    begun.acquire();
    for (int i = 0; i < 20; ++i) app.frame();
    give_up = false;
    const bool idle = app.session.wait_idle(5s);
    give_up = true;
    CHECK(idle);
    REQUIRE(app.idle());
    CHECK(stopped);
    CHECK_FALSE(load.peek().has_value());
}

TEST_CASE("a running load is stopped when it was not asked for in two frames, and started again") {
    ui app;
    std::optional<imload::promise<int>> running;
    const auto load = imload::async_load(app.session, "running",
                                         [&](imload::promise<int> p) { running = std::move(p); });
    ask(load);
    app.land();
    running->set_value(1);
    app.frame();
    load.poll().refresh();
    app.land();
    ask(load);
    app.frames(2);
    CHECK_FALSE(running->stop_requested());
    app.frame();
    CHECK(running->stop_requested());
    CHECK(load() == 1);
    CHECK(app.starts() == 3);
}

TEST_CASE("a running load that was prefetched is not stopped for not being asked for") {
    ui app;
    std::optional<imload::promise<int>> running;
    const auto load = imload::async_load(app.session, "running",
                                         [&](imload::promise<int> p) { running = std::move(p); });
    load.prefetch();
    app.land();
    app.frames(6);
    CHECK_FALSE(running->stop_requested());
    running->set_value(1);
    app.frame();
    CHECK(load.peek().value_or(0) == 1);
}

TEST_CASE("a running load that is asked for is not stopped") {
    threaded_ui<imload::thread_per_load> app;
    static gate at_gate;
    auto load = imload::async_load(app.session, [](imload::context& context) {
        at_gate.pass();
        return context.stop_requested();
    });
    ask(load);
    at_gate.wait();
    for (int i = 0; i < 20; ++i) {
        app.frame();
        ask(load);
    }
    at_gate.open();
    REQUIRE(app.idle());
    CHECK(load() == false);
}

TEST_CASE("a running load that cannot hear it finishes and is kept") {
    threaded_ui<imload::thread_per_load> app;
    static gate at_gate;
    auto load = imload::async_load(app.session, [] {
        at_gate.pass();
        return 7;
    });
    ask(load);
    at_gate.wait();
    for (int i = 0; i < 20; ++i) app.frame();
    at_gate.open();
    REQUIRE(app.idle());
    CHECK(load() == 7);
    CHECK(app.session.statistics().starts == 1);
}

TEST_CASE("progress is seen from the next frame on") {
    threaded_ui<imload::thread_per_load> app;
    static std::counting_semaphore<> told{0};
    static std::counting_semaphore<> go_on{0};
    auto load = imload::async_load(app.session, [](imload::context& context) {
        context.progress(0.25, "a quarter");
        told.release();
        go_on.acquire();
        context.progress(3, 4);
        told.release();
        go_on.acquire();
        return 1;
    });
    ask(load);
    told.acquire();
    app.frame();
    const auto first = load.poll().progress();
    const std::string first_text(first.text);
    const float first_fraction = first.fraction;
    go_on.release();
    told.acquire();
    const float same_frame = load.poll().progress().fraction;
    app.frame();
    const float second_fraction = load.poll().progress().fraction;
    go_on.release();
    CHECK(first_fraction == 0.25F);
    CHECK(first_text == "a quarter");
    CHECK(same_frame == 0.25F);
    CHECK(second_fraction == 0.75F);
    REQUIRE(app.idle());
    CHECK(load() == 1);
}

TEST_CASE("the loop looks once more after progress: some may have come too soon to be told") {
    imload::thread_per_load executor;
    imload::manual_clock clock;
    imload::session session{{.executor = &executor, .clock = &clock, .wake = [] {}}};
    static std::counting_semaphore<> told{0};
    static std::counting_semaphore<> go_on{0};
    const auto load = imload::async_load(session, [](imload::context& context) {
        context.progress(0.1, "reading");
        told.release();
        go_on.acquire();
        context.progress(0.9, "uploading");
        told.release();
        go_on.acquire();
        return 1;
    });
    const auto frame = [&] {
        session.begin_frame();
        return load.poll().progress().fraction;
    };
    for (int i = 0; i < 3; ++i) frame();
    told.acquire();
    const float first = frame();
    go_on.release();
    told.acquire();
    std::chrono::nanoseconds nap = 1h;
    float seen = 0;
    for (int i = 0; i < 4 && seen < 0.9f; ++i) { // a loop that sleeps as long as it may
        nap = session.wait_time(1h);
        clock.advance(nap);
        seen = frame();
    }
    clock.advance(1s); // for on a slow machine it did not come too soon
    frame();
    const auto after = session.wait_time(1h);
    go_on.release();
    CHECK(first == 0.1f);
    CHECK(seen == 0.9f);
    CHECK(nap <= 100ms);
    CHECK(after == 1h);
    REQUIRE(session.wait_idle(patience));
}

TEST_CASE("the loop looks once more after progress that a wait_idle has seen") {
    ui app;
    app.session.set_wake([] {});
    std::optional<imload::promise<int>> running;
    auto load = imload::async_load(app.session, "running",
                                   [&](imload::promise<int> p) { running = std::move(p); });
    ask(load);
    app.land();
    for (int i = 0; i < 3; ++i) {
        ask(load);
        app.frame();
    }
    ask(load);
    running->progress(0.1, "reading");
    CHECK_FALSE(app.session.wait_idle(0s));
    app.frame();
    ask(load);
    CHECK(app.session.next_frame().cause == imload::wake_cause::look);
    CHECK(app.session.wait_time(1h) <= 100ms);
}

TEST_CASE("the loop does not look for progress of a load that has ended") {
    ui app;
    app.session.set_wake([] {});
    const auto load = imload::async_load(app.session, [](imload::context& context) {
        context.progress(1.0);
        return 1;
    });
    ask(load);
    app.land();
    for (int i = 0; i < 3; ++i) {
        app.frame();
        ask(load);
    }
    CHECK(app.session.wait_time(1h) == 1h);
}

TEST_CASE("a load that was told to stop wakes nobody by its progress") {
    static std::counting_semaphore<> told{0};
    static std::counting_semaphore<> go_on{0};
    threaded_ui<imload::thread_per_load> app;
    app.session.set_wake([] {});
    const auto load = imload::async_load(app.session, [](imload::stream<int>& out) {
        told.release();
        go_on.acquire();
        out.progress(0.5);
        out.publish(1);
        told.release();
        go_on.acquire();
        return 1;
    });
    ask(load);
    told.acquire();
    app.frame();
    load.poll().cancel();
    app.frame();
    const auto wakes = app.session.statistics().wakes;
    go_on.release();
    told.acquire();
    const auto wakes_after = app.session.statistics().wakes;
    go_on.release();
    CHECK(wakes_after == wakes);
    REQUIRE(app.idle());
}

TEST_CASE("odd progress is harmless") {
    threaded_ui<imload::thread_per_load> app;
    static std::counting_semaphore<> told{0};
    static std::counting_semaphore<> go_on{0};
    auto load = imload::async_load(app.session, [](imload::context& context) {
        const auto pause = [] {
            told.release();
            go_on.acquire();
        };
        context.progress(0, 0);
        pause();
        context.progress(std::nan(""));
        pause();
        context.progress(7.5);
        pause();
        context.progress(-1.0);
        pause();
        context.progress(0, 10);
        pause();
        return 1;
    });
    ask(load);
    float seen[5] = {};
    for (float& fraction : seen) {
        told.acquire();
        app.frame();
        fraction = load.poll().progress().fraction;
        go_on.release();
    }
    REQUIRE(app.idle());
    CHECK(seen[0] <= 1.0F);    // 0 of 0 is unknown or done, never NaN
    CHECK(seen[1] == seen[1]); // nor does a NaN come through
    CHECK(seen[2] <= 1.0F);    // more than all is all
    CHECK(seen[3] < 0.0F);     // below 0 is unknown
    CHECK(seen[4] == 0.0F);    // and none of some is not
}

TEST_CASE("progress of one run is gone in the next") {
    ui app;
    static bool tell = true;
    tell = true;
    auto load = imload::async_load(app.session, [](imload::context& context) {
        if (tell) context.progress(0.5, "half");
        return 1;
    });
    ask(load);
    app.land();
    tell = false;
    load.poll().refresh();
    app.frame();
    CHECK(load.poll().progress().fraction < 0);
    CHECK(load.poll().progress().text.empty());
}

#if defined(__cpp_lib_jthread)

TEST_CASE("a callable may take a stop token and its arguments") {
    ui app;
    auto load = imload::async_load(app.session, [](std::stop_token stop, int x) {
        return stop.stop_possible() && !stop.stop_requested() ? x : -1;
    });
    ask(load, 5);
    app.land();
    CHECK(load(5) == 5);
}

TEST_CASE("cancel is heard through a stop token") {
    threaded_ui<imload::thread_per_load> app;
    static std::binary_semaphore begun{0};
    static std::binary_semaphore stopped{0};
    auto load = imload::async_load(app.session, [](std::stop_token stop) {
        std::stop_callback callback(stop, [] { stopped.release(); });
        begun.release();
        stopped.acquire();
        return 1;
    });
    ask(load);
    begun.acquire();
    load.poll().cancel();
    CHECK(app.idle());
    CHECK_FALSE(load.poll().has_value());
}

TEST_CASE("cancel is heard through the context's stop token, whenever it is taken") {
    threaded_ui<imload::thread_per_load> app;
    static std::binary_semaphore begun{0};
    static std::binary_semaphore cancelled{0};
    static std::atomic<bool> heard_late{false};
    heard_late = false;
    auto load = imload::async_load(app.session, [](imload::context& context) {
        begun.release();
        cancelled.acquire();
        heard_late = context.stop_token().stop_requested();
        return 1;
    });
    ask(load);
    begun.acquire();
    load.poll().cancel();
    cancelled.release();
    REQUIRE(app.idle());
    CHECK(heard_late);
}

TEST_CASE("a stop callback may call into the session's post without a deadlock") {
    threaded_ui<imload::thread_per_load> app;
    static imload::session* session = nullptr;
    static std::binary_semaphore begun{0};
    static std::binary_semaphore stopped{0};
    static std::atomic<int> posted{0};
    posted = 0;
    session = &app.session;
    auto load = imload::async_load(app.session, [](std::stop_token stop) {
        std::stop_callback callback(stop, [] {
            session->post([] { ++posted; });
            stopped.release();
        });
        begun.release();
        stopped.acquire();
        return 1;
    });
    ask(load);
    begun.acquire();
    load.poll().cancel();
    CHECK(app.idle());
    app.frame();
    CHECK(posted == 1);
}

TEST_CASE("a load that can take a stop token or a context gets the stop token") {
    struct either {
        int operator()(std::stop_token) const { return 1; }
        int operator()(imload::context&) const { return 2; }
    };
    ui app;
    auto load = imload::async_load(app.session, either{});
    ask(load);
    app.land();
    CHECK(load() == 1);
}

#endif
