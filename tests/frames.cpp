// Frames: when results become visible, what the loop may sleep, which key is served first.
#include "support.hpp"

#include <algorithm>
#include <semaphore>
#include <vector>

using namespace test;

namespace {

std::vector<int> order;

int recorded(int x) {
    order.push_back(x);
    return x;
}

struct recording_ui : ui {
    recording_ui() { order.clear(); }
};

using list = std::vector<int>;

} // namespace

TEST_CASE("results become visible in begin_frame and only there") {
    ui app;
    auto load = imload::async_load(app.session, [](int x) { return x; });
    for (int i = 0; i < 50; ++i) ask(load, i);
    app.executor.run_all();
    for (int i = 0; i < 50; ++i) {
        CHECK_FALSE(load(i).has_value());
        CHECK(load.poll(i).is_loading());
    }
    app.frame();
    for (int i = 0; i < 50; ++i) CHECK(load(i) == i);
}

TEST_CASE("two callers of one key agree within a frame, while workers finish") {
    threaded_ui<imload::thread_per_load> app;
    static std::counting_semaphore<> release{0};
    static std::counting_semaphore<> done{0};
    auto load = imload::async_load(app.session, [](int x) {
        release.acquire();
        done.release();
        return x;
    });
    for (int i = 0; i < 8; ++i) ask(load, i);
    int disagreements = 0;
    for (int round = 0; round < 8; ++round) {
        app.frame();
        std::vector<status> before;
        for (int i = 0; i < 8; ++i) before.push_back(load.poll(i).status());
        release.release();
        done.acquire();
        for (int i = 0; i < 8; ++i)
            disagreements += load.poll(i).status() != before[static_cast<std::size_t>(i)];
    }
    CHECK(disagreements == 0);
    REQUIRE(app.idle());
    for (int i = 0; i < 8; ++i) CHECK(load(i) == i);
}

TEST_CASE("the loop does not sleep in the first two frames") {
    imload::manual_clock clock;
    imload::manual_executor executor;
    imload::session session{{.executor = &executor, .clock = &clock}};
    session.begin_frame();
    CHECK(session.wait_time(1h) == 0s);
    session.begin_frame();
    CHECK(session.wait_time(1h) == 0s);
    session.begin_frame();
    session.begin_frame();
    CHECK(session.wait_time(1h) == 1h);
    CHECK(session.wait_time(16ms) == 16ms);
    CHECK(session.wait_time(0s) == 0s);
}

TEST_CASE("the loop does not sleep after something landed") {
    ui app;
    app.session.set_wake([] {});
    auto load = imload::async_load(app.session, [](int x) { return x; });
    app.frames(4);
    ask(load, 1);
    app.frame();
    ask(load, 1);
    app.land();
    ask(load, 1);
    CHECK(app.session.wait_time(1h) == 0s);
    app.frame();
    ask(load, 1);
    CHECK(app.session.wait_time(1h) == 0s);
    for (int i = 0; i < 2; ++i) {
        app.frame();
        ask(load, 1);
    }
    CHECK(app.session.wait_time(1h) == 1h);
}

TEST_CASE("the loop does not sleep on a result that waits for the next frame") {
    ui app;
    app.session.set_wake([] {});
    auto load = imload::async_load(app.session, [](int x) { return x; });
    app.frames(4);
    ask(load, 1);
    app.frame();
    ask(load, 1);
    app.executor.run_all();
    CHECK(app.session.wait_time(1h) == 0s);
}

TEST_CASE("the loop sleeps until the nearest refresh of the keys asked for") {
    ui app;
    app.session.set_wake([] {});
    auto slow = imload::async_load(app.session, [](int x) { return x; }, {.refresh_every = 60s});
    auto fast = imload::async_load(app.session, [](int x) { return x; }, {.refresh_every = 10s});
    auto ask_both = [&] {
        ask(slow, 1);
        ask(fast, 2);
    };
    ask_both();
    app.land();
    for (int i = 0; i < 4; ++i) {
        ask_both();
        app.frame();
    }
    ask_both();
    CHECK(app.session.wait_time(1h) == 10s);
    CHECK(app.session.wait_time(3s) == 3s);
    app.frame_after(4s);
    ask_both();
    CHECK(app.session.wait_time(1h) == 6s);
    app.frame_after(5s);
    ask_both();
    CHECK(app.session.wait_time(1h) == 1s);
}

TEST_CASE("the loop sleeps until the nearest of many refreshes, whichever keys are asked for") {
    ui app;
    app.session.set_wake([] {});
    const auto every = [&](int seconds) {
        return imload::async_load(app.session, "second", [](int x) { return x; },
                                  {.refresh_every = std::chrono::seconds(seconds)});
    };
    const int intervals[] = {10, 40, 20, 50, 60, 70, 30};
    for (const int i : intervals) ask(every(i), i);
    app.land();
    for (const int left_out : {0, 10, 20, 30, 40, 50, 60}) {
        for (int frame = 0; frame < 4; ++frame) {
            for (const int i : intervals)
                if (i > left_out) ask(every(i), i);
            app.frame();
        }
        for (const int i : intervals)
            if (i > left_out) ask(every(i), i);
        CHECK(app.session.wait_time(1h) == std::chrono::seconds(left_out + 10));
    }
    for (const int earlier : {9, 8, 7, 6, 5}) { // the same keys, asked for with other options
        for (int frame = 0; frame < 4; ++frame) {
            ask(every(earlier), 10 * earlier - 20);
            app.frame();
        }
        ask(every(earlier), 10 * earlier - 20);
        CHECK(app.session.wait_time(1h) == std::chrono::seconds(earlier));
    }
    app.frame_after(5s);
    CHECK(app.starts() == 8);
}

TEST_CASE("a key that nobody asks for does not shorten the sleep") {
    ui app;
    app.session.set_wake([] {});
    auto load = imload::async_load(app.session, [](int x) { return x; }, {.refresh_every = 10s});
    ask(load, 1);
    app.land();
    ask(load, 1);
    app.frames(5);
    CHECK(app.session.wait_time(1h) == 1h);
    app.frame_after(20s);
    CHECK(app.session.wait_time(1h) == 1h);
}

TEST_CASE("with a wake hook the loop may sleep while a key runs") {
    ui app;
    app.session.set_wake([] {});
    auto load = imload::async_load(app.session, [](int x) { return x; });
    for (int i = 0; i < 5; ++i) {
        ask(load, 1);
        app.frame();
    }
    ask(load, 1);
    CHECK(app.session.wait_time(1h) == 1h);
}

TEST_CASE("without a wake hook the loop is not kept awake for a load that nobody asks for") {
    ui app;
    const auto load = imload::async_load(app.session, [](int x) { return x; });
    load.prefetch(1);
    app.frames(4);
    CHECK(app.session.wait_time(1h) == 1h);
}

TEST_CASE("with a wake hook the loop sleeps until a result that has landed may be looked at") {
    ui app;
    app.session.set_wake([] {});
    const auto load =
        imload::async_load(app.session, [](int x) { return x; }, {.poll_interval = 10s});
    app.frames(3);
    ask(load, 1);
    app.land();
    ask(load, 1);
    app.frame_after(4s);
    CHECK_FALSE(load.poll(1).has_value());
    CHECK(app.session.wait_time(1h) == 6s);
    app.frame_after(6s);
    CHECK(load.poll(1).has_value());
    app.frame_after(10s);
    CHECK(load.poll(1).status() == status::complete);
}

TEST_CASE("without a wake hook the loop sleeps no longer than poll_interval while a key runs") {
    ui app;
    auto often = imload::async_load(app.session, [](int x) { return x; }, {.poll_interval = 100ms});
    for (int i = 0; i < 5; ++i) {
        ask(often, 1);
        app.frame();
    }
    ask(often, 1);
    CHECK(app.session.wait_time(1h) <= 100ms);

    auto each = imload::async_load(app.session, [](int x) { return x; });
    for (int i = 0; i < 5; ++i) {
        ask(often, 1);
        ask(each, 2);
        app.frame();
    }
    ask(often, 1);
    ask(each, 2);
    CHECK(app.session.wait_time(1h) == 0s);
}

TEST_CASE("asks of one frame are served in asking order") {
    recording_ui app;
    auto load = imload::async_load(app.session, recorded);
    for (int i = 0; i < 20; ++i) ask(load, i);
    app.executor.run_all();
    list expected(20);
    for (int i = 0; i < 20; ++i) expected[static_cast<std::size_t>(i)] = i;
    CHECK(order == expected);
}

TEST_CASE("the keys of the newest frame are served first, in the order they were asked for") {
    recording_ui app;
    auto load = imload::async_load(app.session, recorded);
    ask(load, 1);
    ask(load, 2);
    ask(load, 3);
    app.frame();
    ask(load, 5);
    ask(load, 2);
    ask(load, 4);
    app.executor.run_all();
    CHECK(order == list{5, 2, 4, 1, 3});
}

TEST_CASE("a reversed order of asking is the order of serving") {
    recording_ui app;
    auto load = imload::async_load(app.session, recorded);
    for (int i = 0; i < 5; ++i) ask(load, i);
    app.frame();
    for (int i = 4; i >= 0; --i) ask(load, i);
    app.executor.run_all();
    CHECK(order == list{4, 3, 2, 1, 0});
}

TEST_CASE("a queued key that is asked for each frame is not dropped") {
    recording_ui app;
    auto load = imload::async_load(app.session, recorded);
    for (int i = 0; i < 30; ++i) {
        ask(load, 1);
        app.frame();
    }
    app.land();
    CHECK(load(1) == 1);
    CHECK(order == list{1});
    CHECK(app.statistics().dropped == 0);
}

TEST_CASE("a queued key survives one frame in which it is not asked for") {
    recording_ui app;
    auto load = imload::async_load(app.session, recorded);
    ask(load, 1);
    app.frame(); // a whole frame without the ask begins
    app.executor.run_all();
    CHECK(order == list{1});
}

TEST_CASE("a queued key that two frames did not ask for is dropped before it starts") {
    recording_ui app;
    auto load = imload::async_load(app.session, recorded);
    ask(load, 1);
    ask(load, 2);
    for (int i = 0; i < 3; ++i) {
        app.frame();
        ask(load, 2);
    }
    app.land();
    CHECK(order == list{2});
    CHECK(app.statistics().dropped == 1);
    CHECK_FALSE(load.peek(1).has_value());
    CHECK(load.peek(1).status() == status::idle);

    CHECK_FALSE(load(1).has_value()); // starts afresh when asked for again
    app.land();
    CHECK(load(1) == 1);
    CHECK(order == list{2, 1});
}

TEST_CASE("a fast scroll loads only what is in view") {
    recording_ui app;
    auto load = imload::async_load(app.session, recorded);
    for (int top = 0; top < 1000; top += 10) {
        for (int row = top; row < top + 10; ++row) ask(load, row);
        app.frame();
    }
    for (int row = 990; row < 1000; ++row) ask(load, row);
    app.executor.run_all();
    CHECK(order.size() <= 40);
    REQUIRE(order.size() >= 10);
    for (int i = 0; i < 10; ++i) CHECK(order[static_cast<std::size_t>(i)] == 990 + i);
}

TEST_CASE("prefetched keys come last") {
    recording_ui app;
    auto load = imload::async_load(app.session, recorded);
    load.prefetch(100);
    ask(load, 1);
    load.prefetch(101);
    ask(load, 2);
    app.frame();
    load.prefetch(102);
    ask(load, 3);
    app.executor.run_all();
    REQUIRE(order.size() == 6);
    CHECK(list(order.begin(), order.begin() + 3) == list{3, 1, 2});
    CHECK(std::count_if(order.begin() + 3, order.end(), [](int x) { return x >= 100; }) == 3);
}

TEST_CASE("a prefetched key is promoted when it is asked for") {
    recording_ui app;
    auto load = imload::async_load(app.session, recorded);
    load.prefetch(100);
    load.prefetch(101);
    app.frame();
    ask(load, 101);
    ask(load, 1);
    app.executor.run_all();
    CHECK(order == list{101, 1, 100});
    CHECK(app.starts() == 3);
}

TEST_CASE("a refresh that nobody looks at any more is not started") {
    recording_ui app;
    auto load = imload::async_load(app.session, recorded, {.refresh_every = 1s});
    ask(load, 1);
    app.land();
    for (int i = 0; i < 20; ++i) app.frame_after(1s);
    app.executor.run_all();
    CHECK(order.size() <= 2);
    CHECK(app.starts() <= 2);
}
