// result<T>: every member, and how a key moves from one state to the next.
#include "support.hpp"

#include <functional>
#include <memory>
#include <semaphore>
#include <vector>

using namespace test;

namespace {

int twice(int x) { return 2 * x; }

bool failing = false;
int version_counter = 0;

// Gives 1, 2, 3, … and throws while `failing` is set.
int counting() {
    if (failing) throw std::runtime_error("no luck");
    return ++version_counter;
}

struct counting_ui : ui {
    counting_ui() {
        failing = false;
        version_counter = 0;
    }
};

} // namespace

TEST_CASE("a key that was never asked for is idle") {
    ui app;
    auto result = imload::async_load(app.session, twice).peek(1);
    CHECK(result.status() == status::idle);
    CHECK_FALSE(result.has_value());
    CHECK_FALSE(result);
    CHECK_FALSE(result.is_loading());
    CHECK_FALSE(result.is_refreshing());
    CHECK_FALSE(result.just_finished());
    CHECK_FALSE(result.just_failed());
    CHECK(result.error() == nullptr);
    CHECK(result.version() == 0);
    CHECK(result.value_or(7) == 7);
}

TEST_CASE("a key goes from queued to just_finished to complete") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    CHECK(load.poll(1).status() == status::queued);
    CHECK(load.poll(1).is_loading());
    CHECK_FALSE(load.poll(1).is_refreshing());
    app.frame();
    CHECK(load.poll(1).status() == status::queued);
    app.land();
    CHECK(load.poll(1).status() == status::just_finished);
    CHECK_FALSE(load.poll(1).is_loading());
    app.frame();
    CHECK(load.poll(1).status() == status::complete);
    app.frames(3);
    CHECK(load.poll(1).status() == status::complete);
}

TEST_CASE("a load that a worker has begun is running") {
    threaded_ui<imload::thread_per_load> app;
    static gate at_gate;
    auto load = imload::async_load(app.session, [] {
        at_gate.pass();
        return 5;
    });
    ask(load);
    at_gate.wait();
    app.frame();
    const auto running = load.poll().status();
    const bool loading = load.poll().is_loading();
    at_gate.open();
    CHECK(running == status::running);
    CHECK(loading);
    REQUIRE(app.idle());
    CHECK(load() == 5);
}

TEST_CASE("just_finished is true for every caller during exactly one frame") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    auto again = imload::async_load(app.session, twice);
    int frames_seen = 0;
    for (int frame = 0; frame < 8; ++frame) {
        if (frame == 3) app.executor.run_all();
        app.frame();
        const bool first = load.poll(1).just_finished();
        const bool second = load.poll(1).just_finished();
        const bool third = again.poll(1).just_finished();
        const bool looked = load.peek(1).just_finished();
        CHECK(first == second);
        CHECK(first == third);
        CHECK(first == looked);
        frames_seen += first;
        if (frame == 3) CHECK(first);
    }
    CHECK(frames_seen == 1);
}

TEST_CASE("just_finished is true once after each refresh") {
    counting_ui app;
    auto load = imload::async_load(app.session, counting);
    for (int round = 1; round <= 3; ++round) {
        if (round == 1)
            ask(load);
        else
            load.poll().refresh();
        CHECK_FALSE(load.poll().just_finished());
        app.land();
        CHECK(load.poll().just_finished());
        CHECK(load.poll().version() == static_cast<unsigned>(round));
        app.frame();
        CHECK_FALSE(load.poll().just_finished());
    }
}

TEST_CASE("just_failed is true for every caller during exactly one frame") {
    counting_ui app;
    failing = true;
    auto load = imload::async_load(app.session, counting);
    CHECK_FALSE(load.poll().just_failed());
    app.land();
    CHECK(load.poll().just_failed());
    CHECK(load.poll().just_failed());
    CHECK_FALSE(load.poll().just_finished());
    app.frame();
    CHECK_FALSE(load.poll().just_failed());
    CHECK(load.poll().error() != nullptr);
    app.frames(3);
    CHECK_FALSE(load.poll().just_failed());
    CHECK(load.poll().error() != nullptr);
}

TEST_CASE("a result reads like a pointer to its value") {
    ui app;
    auto load = imload::async_load(app.session, [] { return std::string("four"); });
    CHECK(load.poll().value_or("other") == "other");
    app.land();
    const auto result = load.poll();
    CHECK(result.has_value());
    CHECK(static_cast<bool>(result));
    CHECK(*result == "four");
    CHECK(result->size() == 4);
    CHECK(result.value() == "four");
    CHECK(result.value_or("other") == "four");
    static_assert(std::is_same_v<decltype(*result), const std::string&>);
    static_assert(std::is_same_v<decltype(result.value()), const std::string&>);
    CHECK(&*result == &result.value());
}

TEST_CASE("value() without a value throws bad_result_access") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    CHECK_THROWS_AS(load.peek(1).value(), imload::bad_result_access);
    CHECK_THROWS_AS(load.poll(1).value(), imload::bad_result_access);
    CHECK_FALSE(thrown<imload::bad_result_access>([&] { (void)load.poll(1).value(); }).empty());
}

TEST_CASE("value() of a failed key rethrows its error") {
    counting_ui app;
    failing = true;
    auto load = imload::async_load(app.session, counting);
    ask(load);
    app.land();
    CHECK(thrown<std::runtime_error>([&] { (void)load.poll().value(); }) == "no luck");
}

TEST_CASE("results stay valid until the next frame, whatever is asked or done meanwhile") {
    ui app;
    auto load =
        imload::async_load(app.session, [](int x) { return std::to_string(x) + " bottles"; });
    for (int i = 0; i < 10; ++i) ask(load, i);
    app.land();
    std::vector<imload::result<std::string>> held;
    std::vector<const std::string*> addresses;
    for (int i = 0; i < 10; ++i) {
        held.push_back(load.poll(i));
        addresses.push_back(&*held.back());
    }
    for (int i = 10; i < 5000; ++i) ask(load, i);
    held[1].forget();
    held[2].refresh();
    held[3].cancel();
    held[4].set("none");
    load.forget_all();
    app.executor.run_all();
    for (std::size_t i = 0; i < held.size(); ++i) {
        CHECK(held[i].has_value());
        CHECK(*held[i] == std::to_string(i) + " bottles");
        CHECK(&*held[i] == addresses[i]);
    }
}

TEST_CASE("a cleared session keeps this frame's values until the next") {
    ui app;
    auto load = imload::async_load(app.session, [] { return std::make_shared<int>(4); });
    ask(load);
    app.land();
    const auto result = load.poll();
    const std::weak_ptr<int> watched = *result;
    app.session.clear();
    CHECK_FALSE(watched.expired());
    CHECK(**result == 4);
    app.frame();
    CHECK(watched.expired());
}

TEST_CASE("a replaced or forgotten value lives until the next frame") {
    ui app;
    auto load = imload::async_load(app.session, [] { return std::make_shared<int>(4); });
    ask(load);
    app.land();
    std::weak_ptr<int> watched = *load.poll();
    SECTION("forget") { load.poll().forget(); }
    SECTION("set") { load.poll().set(std::make_shared<int>(5)); }
    SECTION("forget_all") { load.forget_all(); }
    SECTION("refresh") {
        load.poll().refresh();
        app.executor.run_all();
    }
    CHECK_FALSE(watched.expired());
    CHECK(**load.poll() == 4);
    app.frame();
    CHECK(watched.expired());
}

TEST_CASE("refresh runs the call again and keeps the value meanwhile") {
    counting_ui app;
    auto load = imload::async_load(app.session, counting);
    ask(load);
    app.land();
    app.frame();
    load.poll().refresh();
    CHECK(app.executor.pending() == 1);              // starts at once,
    CHECK(load.poll().status() == status::complete); // what is visible changes with the frame
    CHECK_FALSE(load.poll().is_refreshing());
    app.frame();
    CHECK(load.poll().is_refreshing());
    CHECK_FALSE(load.poll().is_loading());
    CHECK(load.poll().status() == status::queued);
    CHECK(load() == 1);
    app.land();
    CHECK(load() == 2);
    CHECK_FALSE(load.poll().is_refreshing());
    CHECK(load.poll().just_finished());
    CHECK(app.starts() == 2);
}

TEST_CASE("refreshing a key whose run is on its way never runs two at a time") {
    threaded_ui<imload::thread_per_load> app;
    static std::atomic<int> inside{0};
    static std::atomic<int> most{0};
    static std::counting_semaphore<> release{0};
    inside = most = 0;
    auto load = imload::async_load(app.session, [] {
        const int now = ++inside;
        if (now > most) most = now;
        release.acquire();
        --inside;
        return 1;
    });
    ask(load);
    for (int i = 0; i < 5; ++i) {
        app.frame();
        load.poll().refresh();
    }
    release.release(20);
    REQUIRE(app.idle());
    CHECK(load.poll().has_value());
    CHECK(most == 1);
    while (release.try_acquire()) {}
}

TEST_CASE("refreshing a key that was only peeked at starts it") {
    counting_ui app;
    auto load = imload::async_load(app.session, counting);
    load.peek().refresh();
    CHECK(app.executor.pending() == 1);
    app.land();
    CHECK(load.peek().has_value());
}

TEST_CASE("a failed refresh keeps the earlier value") {
    counting_ui app;
    auto load = imload::async_load(app.session, counting);
    ask(load);
    app.land();
    failing = true;
    load.poll().refresh();
    app.land();
    CHECK(load() == 1);
    CHECK(*load.poll() == 1);
    CHECK(load.poll().value_or(9) == 1);
    CHECK(load.poll().value() == 1);
    REQUIRE(load.poll().error() != nullptr);
    CHECK(load.poll().error()->message == "no luck");
    CHECK(load.poll().just_failed());
    CHECK_FALSE(load.poll().is_loading());
    CHECK_FALSE(load.poll().is_refreshing());
    CHECK(load.poll().version() == 1);

    failing = false;
    load.poll().refresh();
    app.land();
    CHECK(load() == 2);
    CHECK(load.poll().error() == nullptr);
}

TEST_CASE("a failed key does not restart every frame") {
    counting_ui app;
    failing = true;
    auto load = imload::async_load(app.session, counting, {.throw_errors = false});
    ask(load);
    app.land();
    for (int i = 0; i < 20; ++i) {
        CHECK_FALSE(load().has_value());
        app.land();
    }
    CHECK(app.starts() == 1);
    failing = false;
    load.poll().refresh();
    app.land();
    CHECK(load() == 1);
}

TEST_CASE("a cancelled first load leaves its key idle although it is asked for") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    load.poll(1).cancel();
    for (int i = 0; i < 10; ++i) {
        app.land();
        CHECK_FALSE(load(1).has_value());
        CHECK(load.poll(1).status() == status::idle);
        CHECK_FALSE(load.poll(1).is_loading());
        CHECK(load.poll(1).error() == nullptr);
    }
    CHECK(app.starts() == 1);
    load.poll(1).refresh();
    app.land();
    CHECK(load(1) == 2);
}

TEST_CASE("a cancelled refresh keeps the earlier value") {
    counting_ui app;
    auto load = imload::async_load(app.session, counting);
    ask(load);
    app.land();
    app.frame();
    load.poll().refresh();
    load.poll().cancel();
    for (int i = 0; i < 5; ++i) {
        app.land();
        CHECK(load() == 1);
        CHECK_FALSE(load.poll().is_refreshing());
        CHECK(load.poll().error() == nullptr);
    }
    CHECK(load.poll().version() == 1);
    load.poll().refresh();
    app.land();
    CHECK(load.poll().version() == 2);
}

TEST_CASE("cancelling and refreshing change nothing that this frame shows") {
    counting_ui app;
    auto load = imload::async_load(app.session, counting);
    ask(load);
    app.land();
    app.frame();
    auto unchanged = [&](status expected) {
        const auto result = load.poll();
        return result.status() == expected && !result.is_refreshing() && load() == 1 &&
               result.version() == 1;
    };
    REQUIRE(unchanged(status::complete));
    load.poll().refresh();
    CHECK(unchanged(status::complete));
    load.poll().cancel();
    CHECK(unchanged(status::complete));
    app.frame();
    CHECK(unchanged(status::idle));
    load.poll().refresh();
    CHECK(unchanged(status::idle));
    app.frame();
    CHECK(load.poll().is_refreshing());
    load.poll().cancel();
    app.frame();
    CHECK(unchanged(status::idle));
    load.poll().set(50);
    CHECK(unchanged(status::idle));
    app.frame();
    CHECK(load() == 50);
}

TEST_CASE("a cancelled key comes back at its refresh_every") {
    counting_ui app;
    auto load = imload::async_load(app.session, counting, {.refresh_every = 10s});
    load.poll().cancel();
    for (int i = 0; i < 5; ++i) {
        app.executor.run_all();
        app.frame_after(1s);
        ask(load);
    }
    CHECK(app.starts() == 1);
    CHECK_FALSE(load.poll().has_value());
    app.frame_after(5s);
    ask(load);
    app.frame();
    ask(load);
    CHECK(app.starts() == 2);
    app.land();
    CHECK(load().has_value());
}

TEST_CASE("the result of a cancelled run is dropped") {
    threaded_ui<imload::thread_per_load> app;
    static gate at_gate;
    auto load = imload::async_load(app.session, [] {
        at_gate.pass();
        return 5;
    });
    ask(load);
    at_gate.wait();
    load.poll().cancel();
    app.frame();
    CHECK(load.poll().status() == status::idle);
    at_gate.open();
    REQUIRE(app.idle());
    CHECK_FALSE(load.poll().has_value());
    CHECK(load.poll().version() == 0);
    CHECK(app.session.statistics().discarded == 1);
}

TEST_CASE("cancelling what is complete or idle changes nothing") {
    counting_ui app;
    auto load = imload::async_load(app.session, counting);
    ask(load);
    app.land();
    app.frame();
    load.poll().cancel();
    app.frame();
    CHECK(load() == 1);
    app.land();
    CHECK(load() == 1);
    CHECK(load.poll().error() == nullptr);
    CHECK(app.starts() == 1);
}

TEST_CASE("a key that was cancelled with nothing under way is refreshed as before") {
    counting_ui app;
    auto load = imload::async_load(app.session, counting, {.stale_after = 1s});
    ask(load);
    app.land();
    load.poll().cancel();
    app.frame_after(2s);
    ask(load);
    app.land();
    CHECK(load() == 2);
}

TEST_CASE("a run that was dropped, as nobody asked, can be cancelled too") {
    counting_ui app;
    auto load = imload::async_load(app.session, counting);
    ask(load);
    app.land();
    load.poll().refresh();
    app.frames(4);
    REQUIRE(app.statistics().dropped == 1);
    load.peek().cancel();
    app.frame();
    CHECK(load() == 1);
    CHECK_FALSE(load.poll().is_refreshing());
    app.land();
    CHECK(load() == 1);
}

TEST_CASE("a cancelled key that is refreshed is cancelled no more, also when that fails") {
    counting_ui app;
    auto load = imload::async_load(app.session, counting);
    ask(load);
    load.poll().cancel();
    app.frame();
    REQUIRE(load.poll().status() == status::idle);
    failing = true;
    load.poll().refresh();
    app.land();
    CHECK(load.poll().just_failed());
    CHECK(load.poll().status() == status::complete);
}

TEST_CASE("a forgotten key starts afresh when it is asked for") {
    counting_ui app;
    auto load = imload::async_load(app.session, counting);
    ask(load);
    app.land();
    load.poll().forget();
    CHECK(load() == 1);
    app.frame();
    CHECK_FALSE(load.peek().has_value());
    CHECK(load.peek().status() == status::idle);
    app.frames(3);
    CHECK(app.starts() == 1);
    CHECK_FALSE(load().has_value());
    CHECK(app.starts() == 2);
    app.land();
    CHECK(load() == 2);
    CHECK(load.poll().version() == 1);
}

TEST_CASE("a key forgotten in flight does not get the late result") {
    threaded_ui<imload::thread_per_load> app;
    static gate at_gate;
    static std::atomic<int> runs{0};
    runs = 0;
    auto load = imload::async_load(app.session, [] {
        const int run = ++runs;
        at_gate.pass();
        return run;
    });
    ask(load);
    at_gate.wait();
    load.poll().forget();
    app.frame();
    CHECK_FALSE(load().has_value()); // starts afresh
    at_gate.wait();
    at_gate.open(2);
    REQUIRE(app.idle());
    CHECK(load() == 2);
    CHECK(load.poll().version() == 1);
    CHECK(app.session.statistics().discarded == 1);
}

TEST_CASE("a failed key can be forgotten and loads again") {
    counting_ui app;
    failing = true;
    auto load = imload::async_load(app.session, counting);
    ask(load);
    app.land();
    REQUIRE(load.poll().error() != nullptr);
    load.poll().forget();
    app.frame();
    failing = false;
    CHECK_FALSE(load().has_value());
    app.land();
    CHECK(load() == 1);
}

TEST_CASE("a failed key that is forgotten and refreshed shows no error of before") {
    counting_ui app;
    auto load = imload::async_load(app.session, counting);
    failing = true;
    ask(load);
    app.land();
    REQUIRE(load.poll().error());
    load.poll().forget();
    load.poll().refresh();
    app.frame();
    CHECK(load.poll().error() == nullptr);
    CHECK(load.poll().is_loading());
}

TEST_CASE("a value that is set appears with the next frame") {
    counting_ui app;
    auto load = imload::async_load(app.session, counting);
    ask(load);
    app.land();
    load.poll().set(100);
    CHECK(load() == 1);
    app.frame();
    CHECK(load() == 100);
    CHECK(load.poll().version() == 2);
    CHECK(load.poll().error() == nullptr);
    app.land();
    CHECK(load() == 100);
    CHECK(app.starts() == 1);
}

TEST_CASE("a value set before the first ask spares the load") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    load.peek(1).set(50);
    app.frame();
    CHECK(load(1) == 50);
    app.land();
    CHECK(load(1) == 50);
    CHECK(app.starts() == 0);
}

TEST_CASE("a value that is set spares the load of a run that was dropped") {
    counting_ui app;
    auto load = imload::async_load(app.session, counting);
    ask(load);
    app.frames(4);
    REQUIRE(app.statistics().dropped == 1);
    load.peek().set(7);
    app.frame();
    CHECK(load() == 7);
    app.land();
    CHECK(load() == 7);
    CHECK(app.starts() == 1);
}

TEST_CASE("a value that is set beats a queued run") {
    counting_ui app;
    auto load = imload::async_load(app.session, counting);
    load.poll().set(100);
    app.land();
    CHECK(load() == 100);
    app.land();
    CHECK(load() == 100);
    CHECK_FALSE(load.poll().is_refreshing());
}

TEST_CASE("a value that is set beats a run in flight") {
    threaded_ui<imload::thread_per_load> app;
    static gate at_gate;
    auto load = imload::async_load(app.session, [] {
        at_gate.pass();
        return 1;
    });
    ask(load);
    at_gate.wait();
    load.poll().set(100);
    app.frame();
    CHECK(load() == 100);
    at_gate.open();
    REQUIRE(app.idle());
    CHECK(load() == 100);
    CHECK(load.poll().version() == 1);
}

TEST_CASE("a value that is set beats a result that landed but is not yet visible") {
    counting_ui app;
    auto load = imload::async_load(app.session, counting);
    ask(load);
    app.executor.run_all();
    load.poll().set(100);
    app.frame();
    CHECK(load() == 100);
    app.frame();
    CHECK(load() == 100);
}

TEST_CASE("a run started after a set has the last word") {
    counting_ui app;
    auto load = imload::async_load(app.session, counting);
    load.poll().set(100);
    load.poll().refresh();
    app.frame();
    CHECK(load() == 100);
    app.land();
    CHECK(load().value_or(0) < 100);
}

TEST_CASE("a set clears an error") {
    counting_ui app;
    failing = true;
    auto load = imload::async_load(app.session, counting);
    ask(load);
    app.land();
    REQUIRE(load.poll().error() != nullptr);
    load.poll().set(3);
    app.frame();
    CHECK(load() == 3);
    CHECK(load.poll().error() == nullptr);
}

TEST_CASE("the last of several changes to a key in one frame holds") {
    counting_ui app;
    auto load = imload::async_load(app.session, counting);
    ask(load);
    app.land();
    SECTION("set twice") {
        load.poll().set(10);
        load.poll().set(20);
        app.frame();
        CHECK(load() == 20);
    }
    SECTION("set, then forget") {
        load.poll().set(10);
        load.poll().forget();
        app.frame();
        CHECK_FALSE(load.peek().has_value());
    }
    SECTION("forget, then set") {
        load.poll().forget();
        load.poll().set(10);
        app.frame();
        CHECK(load() == 10);
    }
    SECTION("cancel, then refresh") {
        load.poll().cancel();
        load.poll().refresh();
        app.land();
        CHECK(load() == 2);
    }
    SECTION("refresh, cancel, refresh") {
        load.poll().refresh();
        load.poll().cancel();
        load.poll().refresh();
        app.land();
        app.land();
        CHECK(load.poll().version() == 2);
        CHECK_FALSE(load.poll().is_refreshing());
    }
}

TEST_CASE("a landed result that poll_interval holds back can be cancelled, forgotten or beaten") {
    counting_ui app;
    auto load = imload::async_load(app.session, counting, {.poll_interval = 1h});
    ask(load);
    app.executor.run_all();
    app.frame();
    CHECK_FALSE(load().has_value());
    CHECK(load.poll().is_loading());
    SECTION("cancel") {
        load.poll().cancel();
        app.frame_after(2h);
        CHECK_FALSE(load().has_value());
        CHECK_FALSE(load.poll().is_loading());
    }
    SECTION("forget") {
        load.poll().forget();
        app.frame_after(2h);
        CHECK_FALSE(load.peek().has_value());
    }
    SECTION("set") {
        load.poll().set(100);
        app.frame_after(2h);
        CHECK(load() == 100);
        app.frame_after(2h);
        CHECK(load() == 100);
    }
    CHECK(app.statistics().in_flight == 0);
    CHECK(app.session.wait_idle(0s));
}

TEST_CASE("wait_idle shows what poll_interval holds back, or waits for it no longer than told") {
    counting_ui app;
    auto load = imload::async_load(app.session, counting, {.poll_interval = 1h});
    ask(load);
    app.executor.run_all();
    const bool idle = app.session.wait_idle(0s);
    CHECK(idle == load.peek().has_value());
}

TEST_CASE("version counts the values applied") {
    counting_ui app;
    auto load = imload::async_load(app.session, counting);
    CHECK(load.poll().version() == 0);
    for (unsigned i = 1; i <= 4; ++i) {
        app.land();
        CHECK(load.poll().version() == i);
        load.poll().refresh();
    }
    failing = true;
    app.land();
    CHECK(load.poll().version() == 4);
}

TEST_CASE("age counts from the value, elapsed from the start of the current run") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    ask(load, 1);
    app.land();
    app.frame_after(3s);
    CHECK(load.poll(1).age() == 3s);
    app.frame_after(4s);
    CHECK(load.poll(1).age() == 7s);
    load.poll(1).refresh();
    app.frame_after(2s);
    CHECK(load.poll(1).elapsed() == 2s);
    CHECK(load.poll(1).age() == 9s);
    app.land();
    CHECK(load.poll(1).age() == 0s);
}

TEST_CASE("elapsed and attempt are 0 when nothing is under way and nothing failed") {
    counting_ui app;
    auto load = imload::async_load(app.session, counting, {.refresh_every = 10s});
    ask(load);
    app.land();
    app.frame_after(3s);
    CHECK(load.poll().elapsed() == 0s);
    CHECK(load.poll().attempt() == 0);
    failing = true;
    load.poll().refresh();
    app.land();
    app.frame_after(1s);
    CHECK(load.poll().elapsed() == 0s);
    CHECK(load.poll().attempt() == 1);
}

TEST_CASE("a value that was made after its frame began is not younger than that") {
    imload::manual_clock clock;
    imload::inline_executor executor;
    imload::session session{{.executor = &executor, .clock = &clock}};
    session.begin_frame();
    const auto slow = [&clock] {
        clock.advance(2s);
        return 1;
    };
    const auto r = imload::async_load(session, "slow", slow, {.grace = 60s}).poll();
    CHECK(r.has_value());
    CHECK(r.age() == 0s);
}

TEST_CASE("a value that comes when it has expired finishes nothing") {
    ui app;
    auto load = imload::async_load(app.session, twice, {.expire_after = 1s});
    ask(load, 1);
    app.executor.run_all();
    app.frame_after(2s);
    const auto r = load.peek(1);
    CHECK_FALSE(r.has_value());
    CHECK_FALSE(r.just_finished());
    CHECK(r.status() != status::just_finished);
}

TEST_CASE("what is done to a result after its session was shut down does nothing") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    ask(load, 1);
    app.land();
    const auto r = load.poll(1);
    app.session.shutdown();
    r.refresh();
    r.cancel();
    r.set(5);
    r.simulate({});
    r.forget();
    CHECK(r.label().empty());
    app.land();
    CHECK(app.keys() == 0);
    CHECK(app.starts() == 1);
    CHECK(app.statistics().in_flight == 0);
}

TEST_CASE("a result of no key is never refreshed, and now is the time") {
    const imload::result<int> none;
    CHECK(none.refresh_in() == imload::never);
    const auto before = std::chrono::steady_clock::now();
    CHECK(none.now() >= before);
    none.refresh();
    none.cancel();
    none.forget();
    none.set(1);
    CHECK_FALSE(none.has_value());
}

TEST_CASE("refresh_in tells when the next refresh is due") {
    ui app;
    auto timed = imload::async_load(app.session, twice, {.refresh_every = 10s});
    auto untimed = imload::async_load(app.session, twice);
    ask(timed, 1);
    ask(untimed, 2);
    app.land();
    CHECK(timed.poll(1).refresh_in() == 10s);
    app.frame_after(4s);
    CHECK(timed.poll(1).refresh_in() == 6s);
    CHECK(untimed.poll(2).refresh_in() == imload::never);
    app.frames(2);
    app.frame_after(8s); // nobody asked, so it is still due
    CHECK(timed.peek(1).refresh_in() == 0s);
}

TEST_CASE("a key that never reports progress has an unknown fraction") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    CHECK(load.poll(1).progress().fraction < 0);
    CHECK(load.poll(1).progress().text.empty());
}

namespace {

// Numbers whose owners tell when the last of them goes.
std::function<void()> on_last_owner;
int shared_numbers = 0;

std::shared_ptr<int> shared_number(int) {
    return {new int(++shared_numbers), [](int* number) {
                delete number;
                if (on_last_owner) on_last_owner();
            }};
}

} // namespace

TEST_CASE("a value that is replaced may look at the one in its place as it goes") {
    ui app;
    shared_numbers = 0;
    auto load = imload::async_load(app.session, shared_number);
    ask(load, 1);
    app.land();
    load.poll(1).refresh();
    int seen = 0;
    on_last_owner = [&] {
        if (const auto r = load.poll(1)) seen = **r;
    };
    app.land();
    on_last_owner = {};
    CHECK(seen == 2);
}
