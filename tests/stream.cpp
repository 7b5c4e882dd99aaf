// stream<T>: what a load has so far, shown while it goes on.
#include "support.hpp"

#include <catch2/generators/catch_generators.hpp>

#include <memory>
#include <semaphore>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

using namespace test;

namespace {

// A load on a thread of its own that takes one step when it is told to.
class stepped {
public:
    // Lets the load run up to its next pause, or its end.
    void step() {
        go.release();
        paused.acquire();
    }
    void pause() {
        paused.release();
        go.acquire();
    }
    std::binary_semaphore go{0};
    std::binary_semaphore paused{0};
};
stepped* steps = nullptr;

// Runs the tasks of a ui on another thread, which goes from one pause to the next.
struct streaming_ui : ui {
    stepped control;
    std::thread worker;

    streaming_ui() { steps = &control; }
    ~streaming_ui() { finish(); }

    void begin_worker() {
        worker = std::thread([this] {
            control.go.acquire();
            executor.run_one();
            control.paused.release();
        });
    }
    void step_and_show() {
        control.step();
        frame();
    }
    void finish() {
        if (worker.joinable()) worker.join();
    }
};

std::string lines(imload::stream<std::string>& out) {
    std::string text;
    for (const char* line : {"one", "two", "three"}) {
        text += line;
        text += '\n';
        out.publish(text);
        steps->pause();
    }
    return text + "end\n";
}

void published_only(imload::stream<int>& out, int n) {
    for (int i = 1; i <= n; ++i) {
        out.publish(i);
        steps->pause();
    }
}

} // namespace

TEST_CASE("what is published is seen while the load goes on") {
    streaming_ui app;
    const auto load = imload::async_load(app.session, lines);
    static_assert(std::is_same_v<decltype(load()), std::optional<std::string>>);
    ask(load);
    app.begin_worker();
    app.control.step();
    CHECK_FALSE(load.poll().has_value()); // not within the frame
    app.frame();
    CHECK(load() == "one\n");
    CHECK(load.poll().status() == status::running);
    CHECK(load.poll().is_refreshing());
    CHECK_FALSE(load.poll().is_loading());
    app.step_and_show();
    CHECK(load() == "one\ntwo\n");
    app.frame();
    CHECK(load() == "one\ntwo\n");
    app.step_and_show();
    CHECK(load() == "one\ntwo\nthree\n");
    CHECK_FALSE(load.poll().just_finished());
    app.step_and_show();
    CHECK(load() == "one\ntwo\nthree\nend\n");
    CHECK(load.poll().status() == status::just_finished);
    CHECK(app.statistics().successes == 1);
    CHECK(app.statistics().in_flight == 0);
}

TEST_CASE("of several values published in one frame the latest is seen") {
    ui app;
    const auto load = imload::async_load(app.session, [](imload::stream<int>& out) {
        for (int i = 0; i < 5; ++i) out.publish(i);
        return 9;
    });
    ask(load);
    app.land();
    CHECK(load() == 9);
    CHECK(load.poll().just_finished());
}

TEST_CASE("of several values published in one frame the latest is seen while the load goes on") {
    streaming_ui app;
    const auto load = imload::async_load(app.session, published_only);
    ask(load, 3);
    app.begin_worker();
    app.control.step();
    app.control.step();
    app.frame();
    CHECK(load(3) == 2);
    CHECK(load.poll(3).version() == 1);
    app.step_and_show();
    app.step_and_show();
    CHECK(load(3) == 3);
}

TEST_CASE("a stream that returns nothing ends with what it published last") {
    streaming_ui app;
    const auto load = imload::async_load(app.session, published_only);
    static_assert(std::is_same_v<decltype(load(1)), std::optional<int>>);
    ask(load, 2);
    app.begin_worker();
    app.step_and_show();
    CHECK(load(2) == 1);
    app.control.step();
    app.control.step(); // the last value and the end, in one frame
    app.frame();
    CHECK(load(2) == 2);
    CHECK(load.poll(2).status() == status::just_finished);
    CHECK(app.statistics().successes == 1);
    app.frame();
    CHECK(load.poll(2).status() == status::complete);
}

TEST_CASE("a stream that returns nothing and published nothing is an error") {
    ui app;
    const auto load = imload::async_load(app.session, [](imload::stream<int>&) {});
    ask(load);
    app.land();
    REQUIRE(load.poll().error());
    CHECK_FALSE(load.poll().error()->message.empty());
}

TEST_CASE("a stream knows whether it has published") {
    ui app;
    const auto load = imload::async_load(app.session, [](imload::stream<int>& out) {
        const bool before = out.has_published();
        out.publish(1);
        return !before && out.has_published() ? 1 : 0;
    });
    ask(load);
    app.land();
    CHECK(load() == 1);
}

TEST_CASE("a stream is a context") {
    ui app;
    const auto load = imload::async_load(app.session, [](imload::stream<int>& out) {
        out.progress(1, 4);
        imload::context& as_context = out;
        return as_context.stop_requested() ? 1 : 2;
    });
    ask(load);
    app.land();
    CHECK(load() == 2);
}

TEST_CASE("partial values stay when the run fails in the end") {
    ui app;
    const auto load = imload::async_load(app.session, [](imload::stream<int>& out) -> int {
        out.publish(3);
        throw std::runtime_error("the line broke");
    });
    ask(load);
    app.land();
    const auto r = load.poll();
    REQUIRE(r.error());
    CHECK(r.error()->message == "the line broke");
    CHECK(load() == 3);
}

TEST_CASE("a refresh shows its partial values in place of the old one") {
    streaming_ui app;
    const auto load = imload::async_load(app.session, lines);
    load.peek().set("old");
    app.frame();
    load.poll().refresh();
    app.begin_worker();
    app.frame();
    CHECK(load() == "old");
    app.step_and_show();
    CHECK(load() == "one\n");
    for (int i = 0; i < 3; ++i) app.step_and_show();
    CHECK(load() == "one\ntwo\nthree\nend\n");
}

TEST_CASE("nothing that a stopped run publishes is seen") {
    streaming_ui app;
    const auto load = imload::async_load(app.session, lines);
    ask(load);
    app.begin_worker();
    app.step_and_show();
    CHECK(load() == "one\n");
    const int how = GENERATE(0, 1, 2);
    if (how == 0) load.poll().cancel();
    if (how == 1) load.poll().forget();
    if (how == 2) load.poll().set("mine");
    const std::string expected = how == 0 ? "one\n" : how == 1 ? "" : "mine";
    for (int i = 0; i < 3; ++i) {
        app.step_and_show();
        CHECK(load.peek().value_or("") == expected);
    }
    app.frames(2);
    CHECK(load.peek().value_or("") == expected);
    CHECK(app.statistics().discarded == 1);
    CHECK(app.statistics().in_flight == 0);
}

TEST_CASE("a value that was published but not yet shown goes with the run that is stopped") {
    streaming_ui app;
    const auto load = imload::async_load(app.session, published_only);
    ask(load, 1);
    app.begin_worker();
    app.control.step();
    load.poll(1).cancel();
    app.frame();
    CHECK_FALSE(load.poll(1).has_value());
    CHECK(load.poll(1).status() == status::idle);
    app.step_and_show();
    CHECK_FALSE(load.poll(1).has_value());
}

TEST_CASE("the UI is woken at most once a frame, however much is published") {
    ui app;
    int wakes = 0;
    app.session.set_wake([&wakes] { ++wakes; });
    const auto load = imload::async_load(app.session, [](imload::stream<int>& out) {
        for (int i = 0; i < 1000; ++i) out.publish(i);
        return 0;
    });
    ask(load);
    app.executor.run_all();
    CHECK(wakes == 1);
}

TEST_CASE("the loop does not sleep over a partial value") {
    streaming_ui app;
    const auto load = imload::async_load(app.session, published_only);
    app.frames(3);
    app.session.set_wake([] {});
    ask(load, 1);
    app.frame();
    ask(load, 1);
    app.begin_worker();
    app.control.step();
    CHECK(app.session.wait_time(1h) == 0s);
    app.frame();
    ask(load, 1);
    CHECK(app.session.wait_time(1h) == 0s);
    app.control.step();
}

TEST_CASE("partial values may be moved only") {
    ui app;
    const auto load =
        imload::async_load(app.session, [](imload::stream<std::unique_ptr<int>>& out) {
            out.publish(std::make_unique<int>(5));
        });
    ask(load);
    app.land();
    REQUIRE(load.poll().has_value());
    CHECK(**load.poll() == 5);
}

TEST_CASE("partial values are finished too, on the UI thread") {
    static std::vector<std::thread::id> finished_on;
    finished_on.clear();
    streaming_ui app;
    const auto load = imload::async_load(app.session, published_only).finish([](int&& x) {
        finished_on.push_back(std::this_thread::get_id());
        return std::to_string(x);
    });
    static_assert(std::is_same_v<decltype(load(1)), std::optional<std::string>>);
    ask(load, 2);
    app.begin_worker();
    app.step_and_show();
    CHECK(load(2) == "1");
    app.step_and_show();
    CHECK(load(2) == "2");
    app.step_and_show();
    CHECK(load(2) == "2");
    CHECK(load.poll(2).status() == status::just_finished);
    for (const auto& id : finished_on) CHECK(id == std::this_thread::get_id());
}

TEST_CASE("a finish function that ends the run of its partial value is obeyed") {
    static imload::session* session = nullptr;
    streaming_ui app;
    session = &app.session;
    const auto load = imload::async_load(app.session, published_only).finish([](int&& x) {
        session->cancel_all();
        return x;
    });
    ask(load, 2);
    app.begin_worker();
    app.step_and_show();
    CHECK_FALSE(load.poll(2).has_value());
    app.step_and_show();
    CHECK_FALSE(load.poll(2).has_value());
    CHECK(load.poll(2).status() == status::idle);
    app.step_and_show();
}

TEST_CASE("version counts partial values as they are applied") {
    streaming_ui app;
    const auto load = imload::async_load(app.session, lines);
    ask(load);
    app.begin_worker();
    for (std::uint32_t i = 1; i <= 4; ++i) {
        app.step_and_show();
        CHECK(load.poll().version() == i);
    }
}

TEST_CASE("a failed stream is retried, and its partial value stays meanwhile") {
    static int runs = 0;
    runs = 0;
    ui app;
    const auto load = imload::async_load(
        app.session,
        [](imload::stream<int>& out) {
            out.publish(10 * ++runs);
            if (runs == 1) throw std::runtime_error("broken");
        },
        {.retry = {.attempts = 1, .delay = 1s, .jitter = 0}});
    ask(load);
    app.land();
    CHECK(load() == 10);
    CHECK(load.poll().status() == status::retrying);
    app.frame_after(1s);
    app.land();
    CHECK(load() == 20);
    CHECK(load.poll().error() == nullptr);
}

TEST_CASE("finishing partial values keeps to the frame's budget") {
    ui app;
    static imload::manual_clock* clock = nullptr;
    static int finished = 0;
    clock = &app.clock;
    finished = 0;
    const auto load =
        imload::async_load(app.session, [](imload::stream<int>& out, int n) {
            out.publish(n);
        }).finish([](int n) {
            ++finished;
            clock->advance(10ms);
            return -n;
        });
    for (int i = 0; i < 5; ++i) ask(load, i);
    app.executor.run_all();
    for (int frame = 1; frame <= 5; ++frame) {
        app.frame();
        CHECK(finished == frame);
        for (int i = 0; i < 5; ++i) ask(load, i);
        CHECK((app.session.wait_time(1h) == 0ns) == true);
    }
    for (int i = 0; i < 5; ++i) CHECK(load(i) == -i);
    CHECK(app.statistics().successes == 5);
    CHECK(app.statistics().in_flight == 0);
}

TEST_CASE("the failure of finishing the last partial value is the run's") {
    ui app;
    const auto load =
        imload::async_load(app.session, [](imload::stream<int>& out, int n) {
            out.publish(n);
        }).finish([](int) -> int { throw std::runtime_error("no texture"); });
    ask(load, 1);
    app.land();
    REQUIRE(load.poll(1).error());
    CHECK(load.poll(1).error()->message == "no texture");
    CHECK_FALSE(load.poll(1).has_value());
    CHECK(app.statistics().failures == 1);
    CHECK(app.statistics().in_flight == 0);
}

TEST_CASE("the failure of finishing the last partial value is the run's, also when it ends later") {
    streaming_ui app;
    const bool the_last = GENERATE(false, true);
    const auto load = imload::async_load(app.session, [](imload::stream<int>& out, bool ends) {
                          for (const int n : {1, ends ? -2 : 2, ends ? 0 : 3}) {
                              if (n != 0) out.publish(n);
                              steps->pause();
                          }
                      }).finish([](int n) {
        if (n == 2 || n < 0) throw std::runtime_error("no texture");
        return 10 * n;
    });
    ask(load, the_last);
    app.begin_worker();
    for (int i = 0; i < 3; ++i) {
        app.step_and_show();
        ask(load, the_last);
    }
    app.control.step();
    app.finish();
    app.frame();
    CHECK(load(the_last) == (the_last ? 10 : 30));
    CHECK((load.poll(the_last).error() != nullptr) == the_last);
}

TEST_CASE("a stream that is cancelled while its partial value waits to be finished is discarded") {
    ui app;
    const auto load =
        imload::async_load(app.session, [](imload::stream<int>& out, int n) {
            out.publish(n);
        }).finish([](int n) { return n; });
    ask(load, 1);
    app.executor.run_all();
    load.poll(1).cancel();
    app.frames(2);
    CHECK_FALSE(load.poll(1).has_value());
    CHECK(app.statistics().discarded == 1);
    CHECK(app.statistics().in_flight == 0);
}

// A load that publishes its argument and goes on for a minute, which is longer than values live.
struct slow_stream_ui : streaming_ui {
    int runs = 0;

    auto loader() {
        return imload::async_load(
            session, "name",
            [this](imload::stream<int>& out, int n) {
                out.publish(n + runs++);
                control.pause();
                if (n < 0) throw std::runtime_error("line lost");
            },
            {.expire_after = 5s});
    }
    template <class Loader>
    void publish_and_wait(Loader& load, int n) {
        ask(load, n);
        begin_worker();
        step_and_show();
        for (int i = 0; i < 6; ++i) {
            ask(load, n);
            frame_after(10s);
        }
    }
    void end() {
        control.step();
        finish();
        frame();
    }
};

TEST_CASE("a partial value does not expire while its load goes on, and is the value at its end") {
    slow_stream_ui app;
    const auto load = app.loader();
    app.publish_and_wait(load, 1);
    const auto meanwhile = load(1);
    app.end();
    CHECK(meanwhile == 1);
    CHECK(load(1) == 1);
    CHECK(load.poll(1).just_finished());
    REQUIRE(app.session.find<int>("name"));
    CHECK(*app.session.find<int>("name") == 1);
    app.frame_after(4s);
    CHECK(load(1) == 1);
    app.frame_after(2s);
    CHECK_FALSE(load.peek(1).has_value());
    CHECK(app.session.find<int>("name") == nullptr);
    CHECK(app.runs == 1);
}

TEST_CASE("a partial value of a load that fails or is cancelled ages from then on") {
    slow_stream_ui app;
    const bool fails = GENERATE(true, false);
    const int key = fails ? -1 : 1;
    const auto load = app.loader();
    app.publish_and_wait(load, key);
    if (!fails) load.poll(key).cancel();
    app.end();
    CHECK(load.peek(key).value_or(0) == key);
    CHECK((load.peek(key).error() != nullptr) == fails);
    app.frame_after(4s);
    CHECK(load.peek(key).has_value());
    app.frame_after(2s);
    CHECK_FALSE(load.peek(key).has_value());
}

TEST_CASE("find never gives a partial value where no run was completed") {
    slow_stream_ui app;
    const auto load = app.loader();
    const auto other = imload::async_load(app.session, "name", [](int n) { return n; });
    ask(other, 7);
    app.land();
    app.publish_and_wait(load, 1);
    const auto found = [&] {
        const int* const n = app.session.find<int>("name");
        return n ? *n : 0;
    };
    const int with_other = found();
    other.peek(7).forget();
    app.frame();
    const int alone = found();
    ask(load, 1);
    app.end();
    CHECK(with_other == 7);
    CHECK(alone == 0);
    CHECK(found() == 1);
}

TEST_CASE("a value expires while a stream that has published nothing yet goes on") {
    ui app;
    static bool publishes = true;
    publishes = true;
    const auto load = imload::async_load(
        app.session,
        [](imload::stream<int>& out) {
            if (publishes) out.publish(1);
        },
        {.expire_after = 5s});
    ask(load);
    app.land();
    REQUIRE(load() == 1);
    publishes = false;
    load.poll().refresh();
    app.frame_after(6s);
    CHECK_FALSE(load.poll().has_value());
    app.land();
    REQUIRE(load.poll().error());
}

TEST_CASE("a stream whose last value cannot be moved out fails") {
    struct heavy {
        heavy() = default;
        heavy(heavy&& other) : moves(other.moves + 1) {
            if (moves == 2) throw std::runtime_error("too heavy");
        }
        heavy& operator=(heavy&&) = default;
        int moves = 0;
    };
    ui app;
    const auto load =
        imload::async_load(app.session, [](imload::stream<heavy>& out) { out.publish({}); });
    static_cast<void>(load.poll());
    app.land();
    CHECK_FALSE(load.poll().has_value());
    REQUIRE(load.poll().error());
    CHECK(load.poll().error()->message == "too heavy");
    CHECK(app.statistics().starts == 1);
}
