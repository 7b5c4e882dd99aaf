// session: which one is current, who may use it, posting, waiting, waking, shutting down.
#include "support.hpp"

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <semaphore>
#include <type_traits>
#include <vector>

using namespace test;

namespace {

int twice(int x) { return 2 * x; }

// Counts the objects alive.
struct tracked {
    tracked() { ++alive; }
    tracked(const tracked&) { ++alive; }
    tracked& operator=(const tracked&) = default;
    ~tracked() { --alive; }
    static inline std::atomic<int> alive{0};
};

} // namespace

// Its constructor is a template, which a user need not know.
static_assert(std::is_default_constructible_v<imload::session>);
static_assert(std::is_constructible_v<imload::session, imload::session_options>);
static_assert(std::is_constructible_v<imload::session, const imload::session_options&>);
static_assert(!std::is_convertible_v<imload::session_options, imload::session>);
static_assert(!std::is_constructible_v<imload::session, int>);
static_assert(!std::is_copy_constructible_v<imload::session>);
static_assert(!std::is_move_constructible_v<imload::session>);
enum few { two_threads = 2 };
static_assert(std::is_default_constructible_v<imload::thread_pool>);
static_assert(std::is_constructible_v<imload::thread_pool, int>);
static_assert(std::is_constructible_v<imload::thread_pool, few>);
static_assert(!std::is_convertible_v<int, imload::thread_pool>);
static_assert(std::is_default_constructible_v<imload::thread_per_load>);

namespace {

// As an app may be put together: the part that loads comes before the session.
struct panel {
    explicit panel(imload::session& s) : load(imload::async_load(s, twice)) {}
    decltype(imload::async_load(std::declval<imload::session&>(), twice)) load;
};
struct app_with_panel {
    panel shows{session};
    imload::inline_executor at_once;
    imload::session session{{.executor = &at_once}};
};

} // namespace

TEST_CASE("a loader may be made before the session that it was given") {
    app_with_panel app;
    app.session.begin_frame();
    ask(app.shows.load, 2);
    app.session.begin_frame();
    CHECK(app.shows.load(2) == 4);
}

TEST_CASE("a loader kept while its session was made anew loads in the new one") {
    imload::inline_executor at_once;
    std::optional<imload::session> session;
    session.emplace(imload::session_options{.executor = &at_once});
    const auto load = imload::async_load(*session, twice);
    for (int round = 0; round < 2; ++round) {
        session->begin_frame();
        ask(load, 2);
        session->begin_frame();
        CHECK(load(2) == 4);
        CHECK(session->size() == 1);
        session.reset();
        session.emplace(imload::session_options{.executor = &at_once});
    }
}

TEST_CASE("a session is made with options and without, in place and on the heap") {
    const imload::session_options options{.threads = 3};
    const auto threads_of = [](imload::session& s) {
        ask(imload::async_load(s, twice), 1);
        return s.statistics().threads;
    };
    imload::session braces{{.threads = 3}};
    imload::session parentheses({.threads = 3});
    imload::session copied(options);
    const auto on_the_heap = std::make_unique<imload::session>(options);
    std::optional<imload::session> in_place;
    in_place.emplace(options);
    for (imload::session* s : {&braces, &parentheses, &copied, on_the_heap.get(), &*in_place}) {
        CHECK(threads_of(*s) == 3);
    }
    imload::session plain;
    imload::session empty{};
    const auto as_well = std::make_unique<imload::session>();
    in_place.emplace();
    for (imload::session* s : {&plain, &empty, as_well.get(), &*in_place}) {
        CHECK(threads_of(*s) == imload::thread_pool::default_size());
    }
}

TEST_CASE("the first session made is the current one") {
    imload::session first;
    imload::session second;
    CHECK(&imload::current_session() == &first);
}

TEST_CASE("make_current changes the current session") {
    imload::manual_executor executor;
    imload::session first{{.executor = &executor}};
    imload::session second{{.executor = &executor}};
    second.make_current();
    CHECK(&imload::current_session() == &second);
    ask(imload::async_load(twice), 1);
    CHECK(first.size() == 0);
    CHECK(second.size() == 1);
    first.make_current();
    CHECK(&imload::current_session() == &first);
}

TEST_CASE("without a session there is a clear error") {
    CHECK_THROWS_AS(imload::current_session(), std::logic_error);
    const std::string named = thrown<std::logic_error>([] { (void)imload::current_session(); });
    CHECK(contains(named, "session"));
    const std::string asked =
        thrown<std::logic_error>([] { (void)imload::async_load(twice).poll(1); });
    CHECK(contains(asked, "session"));
    CHECK(contains(asked, "?")); // asks the likely cause
}

TEST_CASE("after the only session has gone there is no current one") {
    { imload::session session; }
    CHECK_THROWS_AS(imload::current_session(), std::logic_error);
    imload::session next;
    CHECK(&imload::current_session() == &next);
}

TEST_CASE("sessions do not share keys") {
    imload::manual_executor executor;
    imload::session first{{.executor = &executor}};
    imload::session second{{.executor = &executor}};
    ask(imload::async_load(first, twice), 1);
    executor.run_all();
    first.begin_frame();
    second.begin_frame();
    CHECK(imload::async_load(first, twice)(1) == 2);
    CHECK_FALSE(imload::async_load(second, twice).peek(1).has_value());
}

TEST_CASE("asking from another thread is a logic_error, never a race") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    ask(load, 1);
    app.land();
    std::string polled;
    std::string called;
    std::string new_key;
    std::string looked;
    std::string framed;
    on_another_thread([&] {
        polled = thrown<std::logic_error>([&] { (void)load.poll(1); });
        called = thrown<std::logic_error>([&] { (void)load(1); });
        new_key = thrown<std::logic_error>([&] { (void)load.poll(2); });
        looked = thrown<std::logic_error>([&] { (void)load.peek(1); });
        framed = thrown<std::logic_error>([&] { app.session.begin_frame(); });
    });
    CHECK(contains(polled, "thread"));
    CHECK(contains(called, "thread"));
    CHECK(contains(new_key, "thread"));
    CHECK(contains(looked, "thread"));
    CHECK(contains(framed, "begin_frame"));
    CHECK(contains(polled, "?"));
    CHECK(app.keys() == 1);
    CHECK(load(1) == 2);
}

TEST_CASE("looking at a result from another thread is a logic_error too") {
    ui app;
    const auto load = imload::async_load(app.session, twice);
    ask(load, 1);
    app.land();
    const auto r = load.poll(1);
    std::vector<std::string> errors;
    on_another_thread([&] {
        const auto note = [&](auto f) { errors.push_back(thrown<std::logic_error>(f)); };
        note([&] { (void)r.age(); });
        note([&] { (void)r.now(); });
        note([&] { (void)r.is_stale(); });
        note([&] { (void)r.refresh_in(); });
        note([&] { r.request_frame(1s); });
        note([&] { r.set(3); });
    });
    for (const std::string& e : errors) CHECK(contains(e, "another thread"));
    CHECK(contains(errors[0], "age()"));
}

TEST_CASE("a session may live wholly on another thread") {
    std::optional<int> value;
    on_another_thread([&] {
        ui app;
        auto load = imload::async_load(app.session, twice);
        ask(load, 1);
        app.land();
        value = load(1);
    });
    CHECK(value == 2);
}

TEST_CASE("a load that polls its own session fails with a logic_error") {
    static imload::session* inner = nullptr;
    auto nested = [] { return *imload::async_load(*inner, twice).poll(1); };

    SECTION("on the UI thread") {
        ui app;
        inner = &app.session;
        auto load = imload::async_load(app.session, nested);
        ask(load);
        app.land();
        CHECK_THROWS_AS(load(), std::logic_error);
        REQUIRE(load.poll().error() != nullptr);
        CHECK(contains(load.poll().error()->message, "load"));
        CHECK(load.poll().error()->kind == imload::error_kind::exception);
    }
    SECTION("on a worker") {
        threaded_ui<imload::thread_per_load> app;
        inner = &app.session;
        auto load = imload::async_load(app.session, nested);
        ask(load);
        REQUIRE(app.idle());
        CHECK_THROWS_AS(load(), std::logic_error);
    }
    SECTION("in an inline executor") {
        imload::inline_executor executor;
        imload::session session{{.executor = &executor}};
        inner = &session;
        auto load = imload::async_load(session, nested);
        session.begin_frame();
        ask(load);
        session.begin_frame();
        CHECK_THROWS_AS(load(), std::logic_error);
        CHECK_FALSE(imload::async_load(session, twice).poll(1).has_value());
        session.begin_frame();
        CHECK(imload::async_load(session, twice)(1) == 2); // the session goes on
    }
}

TEST_CASE("a load may not begin a frame") {
    static imload::session* inner = nullptr;
    ui app;
    inner = &app.session;
    auto load = imload::async_load(app.session, [] {
        inner->begin_frame();
        return 1;
    });
    ask(load);
    app.land();
    REQUIRE(load.poll().error() != nullptr);
    CHECK(contains(load.poll().error()->message, "begin_frame"));
}

TEST_CASE("begin_frame within begin_frame is a logic_error that names the call") {
    ui app;
    std::string message;
    app.session.post(
        [&] { message = thrown<std::logic_error>([&] { app.session.begin_frame(); }); });
    app.frame();
    CHECK(contains(message, "begin_frame"));
    CHECK(contains(message, "?"));
    app.frame(); // and the session goes on
    auto load = imload::async_load(app.session, twice);
    ask(load, 1);
    app.land();
    CHECK(load(1) == 2);
}

TEST_CASE("a posted function runs once, in the next frame, on the UI thread") {
    ui app;
    int runs = 0;
    std::thread::id where;
    on_another_thread([&] {
        app.session.post([&] {
            ++runs;
            where = std::this_thread::get_id();
        });
    });
    CHECK(runs == 0);
    app.frame();
    CHECK(runs == 1);
    CHECK(where == std::this_thread::get_id());
    app.frames(3);
    CHECK(runs == 1);
}

TEST_CASE("posted functions run in the order of posting") {
    ui app;
    std::vector<int> order;
    for (int i = 0; i < 10; ++i) app.session.post([&order, i] { order.push_back(i); });
    app.frame();
    CHECK(order == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST_CASE("a function that posts itself again does not hold up the frame") {
    ui app;
    int runs = 0;
    std::function<void()> again = [&] {
        ++runs;
        app.session.post(again);
    };
    app.session.post(again);
    app.frame();
    CHECK(runs == 1);
    app.frame();
    CHECK(runs == 2);
}

TEST_CASE("a posted function may ask, set, refresh and forget") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    app.session.post([&] { load.peek(1).set(11); });
    app.frames(2);
    CHECK(load(1) == 11);
    app.session.post([&] { load.peek(1).refresh(); });
    app.frame();
    app.land();
    CHECK(load(1) == 2);
    app.session.post([&] { app.session.clear(); });
    app.frames(2);
    CHECK_FALSE(load.peek(1).has_value());
}

TEST_CASE("a load may post") {
    threaded_ui<imload::thread_per_load> app;
    static imload::session* inner = nullptr;
    static int posted = 0;
    posted = 0;
    inner = &app.session;
    auto load = imload::async_load(app.session, [](int x) {
        inner->post([x] { posted += x; });
        return x;
    });
    ask(load, 1);
    ask(load, 10);
    REQUIRE(app.idle());
    app.frame();
    CHECK(posted == 11);
}

TEST_CASE("what was posted and never ran is destroyed with the session") {
    auto token = std::make_shared<int>(1);
    {
        ui app;
        app.session.post([token] {});
        CHECK(token.use_count() == 2);
    }
    CHECK(token.use_count() == 1);
}

TEST_CASE("clear forgets every key") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    for (int i = 0; i < 10; ++i) ask(load, i);
    app.land();
    ask(load, 100); // in flight
    app.session.clear();
    app.frame();
    CHECK(app.keys() == 0);
    app.land();
    CHECK_FALSE(load.peek(100).has_value());
    CHECK_FALSE(load(1).has_value());
    app.land();
    CHECK(load(1) == 2);
}

TEST_CASE("refresh_all runs every key again") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    auto other = imload::async_load(app.session, [](int x) { return x; });
    ask(load, 1);
    ask(load, 2);
    ask(other, 1);
    app.land();
    app.session.refresh_all();
    CHECK(app.starts() == 6);
    app.land();
    CHECK(load.poll(1).version() == 2);
    CHECK(load.poll(2).version() == 2);
    CHECK(other.poll(1).version() == 2);
}

TEST_CASE("cancel_all stops every run") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    for (int i = 0; i < 5; ++i) ask(load, i);
    app.session.cancel_all();
    app.land();
    for (int i = 0; i < 5; ++i) {
        CHECK_FALSE(load.poll(i).has_value());
        CHECK(load.poll(i).status() == status::idle);
    }
    CHECK(app.statistics().cancelled == 5);
}

TEST_CASE("size counts the keys") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    CHECK(app.keys() == 0);
    for (int i = 0; i < 7; ++i) ask(load, i);
    CHECK(app.keys() == 7);
    app.land();
    CHECK(app.keys() == 7);
    (void)load.peek(1000);
    CHECK(app.keys() == 7);
}

TEST_CASE("statistics count what happened") {
    ui app;
    auto load = imload::async_load(app.session, twice, {.throw_errors = false});
    auto bad =
        imload::async_load(app.session, [](int) -> int { throw 1; }, {.throw_errors = false});
    ask(load, 1);
    ask(bad, 1);
    auto s = app.statistics();
    CHECK(s.polls == 2);
    CHECK(s.hits == 0);
    CHECK(s.starts == 2);
    CHECK(s.queued == 2);
    CHECK(s.successes == 0);
    app.land();
    s = app.statistics();
    CHECK(s.successes == 1);
    CHECK(s.failures == 1);
    CHECK(s.queued == 0);
    CHECK(s.in_flight == 0);
    app.frame();
    ask(load, 1);
    ask(load, 1);
    s = app.statistics();
    CHECK(s.polls == 4);
    CHECK(s.hits == 2);
    load.poll(2).cancel();
    app.frame();
    CHECK(app.statistics().cancelled == 1);
    CHECK(app.statistics().dropped == 1); // it was queued and never started
    ask(load, 3);
    app.frames(4);
    app.executor.run_all();
    CHECK(app.statistics().dropped == 2);
    CHECK(app.statistics().starts == 4);
}

TEST_CASE("statistics count hits among asks alone, the first for a value that was there too") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    for (int i = 0; i < 3; ++i) (void)load.peek(1);
    CHECK(app.statistics().polls == 0);
    CHECK(app.statistics().hits == 0);
    load.prefetch(1);
    app.land();
    ask(load, 1);
    CHECK(app.statistics().polls == 1);
    CHECK(app.statistics().hits == 1); // the first ask, though not the first load
}

TEST_CASE("statistics count the loads in flight") {
    threaded_ui<imload::thread_per_load> app;
    static gate at_gate;
    auto load = imload::async_load(app.session, [](int x) {
        at_gate.pass();
        return x;
    });
    for (int i = 0; i < 3; ++i) ask(load, i);
    for (int i = 0; i < 3; ++i) at_gate.wait();
    app.frame();
    const auto in_flight = app.session.statistics().in_flight;
    at_gate.open(3);
    CHECK(in_flight == 3);
    REQUIRE(app.idle());
    CHECK(app.session.statistics().in_flight == 0);
    CHECK(app.session.statistics().total_load_time >= 0s);
}

TEST_CASE("for_each shows every key") {
    ui app;
    auto load = imload::async_load(app.session, twice, {.refresh_every = 10s});
    auto named = imload::async_load(app.session, "weather",
                                    [](std::string_view town) { return std::string(town); });
    auto bad = imload::async_load(app.session, [](int) -> int { throw std::runtime_error("no"); },
                                  {.throw_errors = false});
    ask(load, 41);
    ask(named, "Oslo");
    ask(bad, 3);
    app.land();
    ask(load, 41);
    ask(named, "Oslo");
    ask(bad, 3);
    app.frame_after(4s);
    int count = 0;
    int failed = 0;
    bool numbered = false;
    bool town = false;
    app.session.for_each([&](const imload::entry_info& info) {
        ++count;
        if (info.error != nullptr) {
            ++failed;
            CHECK_FALSE(info.has_value);
        } else {
            CHECK(info.has_value);
            CHECK(info.status == status::complete);
            CHECK(info.age == 4s);
        }
        if (contains(info.label, "41")) {
            numbered = true;
            CHECK(info.refresh_in == 6s);
        }
        if (contains(info.label, "weather") && contains(info.label, "Oslo")) town = true;
    });
    CHECK(count == 3);
    CHECK(failed == 1);
    CHECK(numbered);
    CHECK(town);
}

TEST_CASE("for_each shows queued keys too, and an empty session shows none") {
    ui app;
    int count = 0;
    app.session.for_each([&](const imload::entry_info&) { ++count; });
    CHECK(count == 0);
    ask(imload::async_load(app.session, twice), 1);
    app.session.for_each([&](const imload::entry_info& info) {
        ++count;
        CHECK(info.status == status::queued);
        CHECK_FALSE(info.has_value);
    });
    CHECK(count == 1);
}

TEST_CASE("wait_idle waits for all that is under way and shows it") {
    threaded_ui<imload::thread_pool> app;
    auto load = imload::async_load(app.session, twice);
    CHECK(app.session.wait_idle(0s));
    for (int i = 0; i < 100; ++i) ask(load, i);
    REQUIRE(app.idle());
    int right = 0;
    for (int i = 0; i < 100; ++i) right += load(i) == 2 * i;
    CHECK(right == 100);
}

TEST_CASE("wait_idle gives up at its timeout") {
    ui app;
    ask(imload::async_load(app.session, twice), 1);
    CHECK_FALSE(app.session.wait_idle(0s));
    CHECK_FALSE(app.session.wait_idle(1ms));
}

TEST_CASE("wait_idle drops, refreshes and forgets nothing") {
    ui app;
    auto load = imload::async_load(app.session, twice, {.refresh_every = 1s, .forget_after = 0s});
    ask(load, 1);
    for (int i = 0; i < 10; ++i) CHECK_FALSE(app.session.wait_idle(0s));
    app.executor.run_all();
    app.clock.advance(1h);
    CHECK(app.session.wait_idle(patience));
    app.clock.advance(1h);
    CHECK(app.session.wait_idle(patience));
    CHECK(app.session.wait_idle(patience));
    CHECK(app.starts() == 1);
    CHECK(app.statistics().dropped == 0);
    CHECK(load.peek(1).has_value());
}

TEST_CASE("wait_idle waits for cancelled loads until they return") {
    threaded_ui<imload::thread_per_load> app;
    static gate at_gate;
    static std::atomic<bool> returned{false};
    returned = false;
    auto load = imload::async_load(app.session, [] {
        at_gate.pass();
        returned = true;
        return 1;
    });
    ask(load);
    at_gate.wait();
    load.poll().cancel();
    const bool idle_too_soon = app.session.wait_idle(0s);
    at_gate.open();
    CHECK_FALSE(idle_too_soon);
    CHECK(app.idle());
    CHECK(returned);
}

TEST_CASE("the wake hook is called when a result lands, at most once per frame") {
    ui app;
    int wakes = 0;
    app.session.set_wake([&] { ++wakes; });
    auto load = imload::async_load(app.session, twice);
    for (int i = 0; i < 5; ++i) ask(load, i);
    CHECK(wakes == 0);
    app.executor.run_all();
    CHECK(wakes == 1);
    app.frame();
    CHECK(wakes == 1);
    ask(load, 100);
    app.executor.run_all();
    CHECK(wakes == 2);
    app.frame();
    CHECK(app.statistics().wakes == 2);
}

TEST_CASE("the wake hook is called when something is posted") {
    ui app;
    std::atomic<int> wakes{0};
    app.session.set_wake([&] { ++wakes; });
    on_another_thread([&] { app.session.post([] {}); });
    CHECK(wakes == 1);
}

TEST_CASE("the wake hook is called for what comes after a wait_idle") {
    ui app;
    int wakes = 0;
    app.session.set_wake([&] { ++wakes; });
    app.session.post([] {});
    CHECK(wakes == 1);
    CHECK(app.session.wait_idle(patience));
    app.frame();
    app.session.post([] {});
    CHECK(wakes == 2);
}

TEST_CASE("a wake hook may be given with the session's options") {
    int wakes = 0;
    imload::manual_executor executor;
    imload::session session{{.executor = &executor, .wake = [&] { ++wakes; }}};
    session.begin_frame();
    ask(imload::async_load(session, twice), 1);
    executor.run_all();
    CHECK(wakes == 1);
}

TEST_CASE("the wake hook is not called under a lock") {
    ui app;
    int posted = 0;
    app.session.set_wake([&] { app.session.post([&] { ++posted; }); });
    auto load = imload::async_load(app.session, twice);
    ask(load, 1);
    ask(load, 2);
    app.executor.run_all();
    app.frame();
    CHECK(posted == 1);
    CHECK(load(1) == 2);
}

TEST_CASE("a replaced wake hook is not called again") {
    ui app;
    int first = 0;
    int second = 0;
    auto load = imload::async_load(app.session, twice);
    app.session.set_wake([&] { ++first; });
    app.session.set_wake([&] { ++second; });
    ask(load, 1);
    app.land();
    CHECK(first == 0);
    CHECK(second == 1);
    app.session.set_wake({});
    ask(load, 2);
    app.land();
    CHECK(second == 1);
}

TEST_CASE("set_wake({}) returns when no call of the hook is running") {
    for (int round = 0; round < 20; ++round) {
        threaded_ui<imload::thread_per_load> app;
        std::atomic<bool> inside{false};
        std::binary_semaphore entered{0};
        app.session.set_wake([&] {
            inside = true;
            entered.release();
            for (int i = 0; i < 500; ++i) std::this_thread::yield();
            inside = false;
        });
        ask(imload::async_load(app.session, twice), 1);
        entered.acquire();
        app.session.set_wake({});
        const bool still_inside = inside;
        CHECK_FALSE(still_inside);
        REQUIRE(app.idle());
    }
}

TEST_CASE("set_wake waits for calls of the earlier hook, and for no others") {
    threaded_ui<imload::thread_per_load> app;
    static gate earlier;
    static gate later;
    app.session.set_wake([] { earlier.pass(); });
    ask(imload::async_load(app.session, twice), 1);
    earlier.wait();
    std::atomic<bool> replaced{false};
    std::thread other([&] {
        while (!replaced) app.session.post([] {}); // until it calls the new one
    });
    std::thread then([&] {
        later.wait();
        earlier.open();
    });
    std::binary_semaphore returned{0};
    std::atomic<bool> in_time{false};
    app.session.set_wake([&] {
        replaced = true;
        later.reach();
        in_time = returned.try_acquire_for(patience);
    });
    returned.release();
    other.join();
    then.join();
    app.session.set_wake({});
    CHECK(in_time);
}

TEST_CASE("a wake hook may take itself away") {
    ui app;
    int wakes = 0;
    app.session.set_wake([&] {
        ++wakes;
        app.session.set_wake({}); // else this never returns
    });
    for (int i = 0; i < 2; ++i) {
        app.session.post([] {});
        app.frame();
    }
    CHECK(wakes == 1);
}

TEST_CASE("a wake hook may replace that of another session, and waits for its calls") {
    threaded_ui<imload::thread_per_load> other;
    static gate at_gate;
    static std::atomic<bool> done{false};
    done = false;
    other.session.set_wake([] {
        at_gate.pass();
        done = true;
    });
    ask(imload::async_load(other.session, twice), 1);
    at_gate.wait();
    ui app;
    bool was_done = false;
    app.session.set_wake([&] {
        at_gate.open();
        other.session.set_wake({});
        was_done = done;
    });
    app.session.post([] {});
    CHECK(was_done);
}

TEST_CASE("shutdown may be called twice, and the destructor after it") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    ask(load, 1);
    app.land();
    CHECK(app.session.shutdown(1s));
    CHECK(app.session.shutdown(0s));
}

TEST_CASE("shutdown drops what is queued") {
    static int runs = 0;
    runs = 0;
    ui app;
    auto load = imload::async_load(app.session, [](int) { return ++runs; });
    for (int i = 0; i < 10; ++i) ask(load, i);
    CHECK(app.session.shutdown(1s));
    app.executor.run_all();
    CHECK(runs == 0);
}

TEST_CASE("shutdown destroys the values") {
    tracked::alive = 0;
    ui app;
    auto load = imload::async_load(app.session, [](int) { return tracked(); });
    for (int i = 0; i < 10; ++i) ask(load, i);
    app.land();
    for (int i = 10; i < 15; ++i) ask(load, i);
    app.executor.run_all(); // landed, not yet visible
    CHECK(tracked::alive == 15);
    CHECK(app.session.shutdown(1s));
    CHECK(tracked::alive == 0);
}

TEST_CASE("the session's end destroys values, keys and callables") {
    tracked::alive = 0;
    auto in_key = std::make_shared<int>(1);
    {
        imload::manual_executor executor;
        {
            imload::session session{{.executor = &executor}};
            session.begin_frame();
            auto load =
                imload::async_load(session, "key", [t = tracked()](const std::shared_ptr<int>&) {
                    return tracked(t);
                });
            ask(load, in_key);
            executor.run_one();
            session.begin_frame();
            ask(load, std::make_shared<int>(2));
        }
        executor.run_all();
    }
    CHECK(tracked::alive == 0);
    CHECK(in_key.use_count() == 1);
}

TEST_CASE("shutdown asks running loads to stop") {
    threaded_ui<imload::thread_per_load> app;
    static std::binary_semaphore begun{0};
    auto load = imload::async_load(app.session, [](imload::context& context) {
        begun.release();
        while (!context.stop_requested()) std::this_thread::yield();
        return 1;
    });
    ask(load);
    begun.acquire();
    CHECK(app.session.shutdown(patience));
}

TEST_CASE("shutdown tells whether a deaf load still runs at its deadline") {
    threaded_ui<imload::thread_per_load> app;
    static gate at_gate;
    auto load = imload::async_load(app.session, [] {
        at_gate.pass();
        return 1;
    });
    ask(load);
    at_gate.wait();
    const bool stopped = app.session.shutdown(0s);
    at_gate.open();
    CHECK_FALSE(stopped);
    CHECK(app.session.shutdown(patience));
}

TEST_CASE("the destructor waits for deaf loads") {
    static std::binary_semaphore begun{0};
    static std::atomic<bool> returned{false};
    returned = false;
    {
        imload::session session; // with its own threads
        session.begin_frame();
        ask(imload::async_load(session, [] {
            begun.release();
            for (int i = 0; i < 2000; ++i) std::this_thread::yield();
            returned = true;
            return 1;
        }));
        begun.acquire();
    }
    CHECK(returned);
}

TEST_CASE("with abandon_after the destructor lets deaf loads go") {
    static gate at_gate;
    static std::binary_semaphore returned{0};
    {
        imload::session session{{.abandon_after = 1ms}};
        session.begin_frame();
        ask(imload::async_load(session,
                               [](const std::string& text) {
                                   at_gate.pass();
                                   const auto size =
                                       text.size(); // a worker owns all that it touches
                                   returned.release();
                                   return size;
                               }),
            "an argument that is longer than a small string buffer");
        at_gate.wait();
    }
    at_gate.open();
    returned.acquire();
    SUCCEED();
}

TEST_CASE("a load that waits for what it posted does not hold up the session's end") {
    std::binary_semaphore posted{0};
    std::atomic<bool> was_dropped{false};
    {
        imload::session session;
        session.begin_frame();
        ask(imload::async_load(session, "asks the UI", [&] {
            auto answer = std::make_shared<std::promise<int>>();
            std::future<int> later = answer->get_future();
            session.post([answer] { answer->set_value(1); });
            answer.reset();
            posted.release();
            try {
                return later.get();
            } catch (const std::future_error&) { // it goes without an answer
                was_dropped = true;
                return 0;
            }
        }));
        posted.acquire();
    }
    CHECK(was_dropped);
}

namespace {

std::binary_semaphore slow_begun{0};
std::binary_semaphore slow_release{0};

// Where its copies go on another thread, that takes until it is released.
struct slow_to_go {
    slow_to_go() = default;
    slow_to_go(const slow_to_go&) = default;
    slow_to_go& operator=(const slow_to_go&) = default;
    ~slow_to_go() {
        if (std::this_thread::get_id() == here) return;
        slow_begun.release();
        slow_release.acquire();
    }
    std::thread::id here = std::this_thread::get_id();
};

} // namespace

TEST_CASE("shutdown keeps to its deadline while a worker is in the wake hook") {
    threaded_ui<imload::thread_per_load> app;
    app.session.set_wake([] {
        slow_begun.release();
        slow_release.acquire();
    });
    ask(imload::async_load(app.session, twice), 1);
    slow_begun.acquire();
    const bool in_time = app.session.shutdown(1ms);
    slow_release.release();
    CHECK_FALSE(in_time);
    CHECK(app.session.shutdown(patience));
}

TEST_CASE("shutdown keeps to its deadline while a worker destroys an argument") {
    imload::session session; // with its own threads
    session.begin_frame();
    static gate at_gate;
    const auto load = imload::async_load(session, [](const slow_to_go&) {
        at_gate.pass();
        return 1;
    });
    ask(load, imload::unkeyed(slow_to_go()));
    at_gate.wait();
    const bool loads = !session.shutdown(0s);
    at_gate.open();
    slow_begun.acquire();
    const bool destroys = !session.shutdown(1ms);
    slow_release.release();
    CHECK(loads);
    CHECK(destroys);
    CHECK(session.shutdown(patience));
}

TEST_CASE("wait_idle after a shutdown that came too early waits for what still runs") {
    threaded_ui<imload::thread_per_load> app;
    static gate at_gate;
    ask(imload::async_load(app.session, [] {
        at_gate.pass();
        return 1;
    }));
    at_gate.wait();
    const bool stopped = app.session.shutdown(0s);
    const bool idle_too_soon = app.session.wait_idle(0s);
    at_gate.open();
    CHECK_FALSE(stopped);
    CHECK_FALSE(idle_too_soon);
    CHECK(app.session.wait_idle(patience));
    CHECK(app.session.statistics().in_flight == 0);
    CHECK(app.session.statistics().discarded == 1);
}

namespace {

// One of whose answers is waited for.
struct slow_clock final : imload::clock {
    [[nodiscard]] imload::time_point now() const override {
        if (std::this_thread::get_id() != here) {
            slow_begun.release();
            slow_release.acquire();
        }
        return {};
    }
    std::thread::id here = std::this_thread::get_id();
};

} // namespace

TEST_CASE("set_wake does not wait for a slow clock") {
    slow_clock clock;
    imload::thread_per_load executor;
    imload::session session{{.executor = &executor, .clock = &clock, .wake = [] {}}};
    session.begin_frame();
    ask(imload::async_load(session, twice), 1);
    slow_begun.acquire();
    session.set_wake({}); // else this never returns
    slow_release.release();
    slow_begun.acquire();
    slow_release.release();
    CHECK(session.wait_idle(patience));
}

TEST_CASE("a session that ends within a load is not the current one after it") {
    imload::inline_executor at_once;
    auto first = std::make_unique<imload::session>(); // current
    imload::session session{{.executor = &at_once}};
    session.begin_frame();
    ask(imload::async_load(session, "end", [&first] {
        first.reset();
        return 1;
    }));
    CHECK(contains(thrown<std::logic_error>([] { (void)imload::current_session(); }),
                   "found no current session"));
}

TEST_CASE("a session that is made within a load is its thread's after it") {
    ui app;
    static std::unique_ptr<imload::session> made;
    ask(imload::async_load(app.session, [] {
        made = std::make_unique<imload::session>();
        return 1;
    }));
    bool is_current = false;
    on_another_thread([&] {
        app.executor.run_all();
        made->begin_frame();
        is_current = &imload::current_session() == made.get();
        made.reset();
    });
    CHECK(is_current);
}

TEST_CASE("the default session has its own threads and clock") {
    imload::session session;
    session.begin_frame();
    auto load = imload::async_load(session, twice);
    for (int i = 0; i < 50; ++i) ask(load, i);
    REQUIRE(session.wait_idle(patience));
    CHECK(load(49) == 98);
}

TEST_CASE("a session tells how many threads it makes before it makes any") {
    const imload::session three{{.threads = 3}};
    CHECK(three.statistics().threads == 3);
    imload::inline_executor executor;
    const imload::session none{{.threads = 3, .executor = &executor}};
    CHECK(none.statistics().threads == 0);
}

TEST_CASE("a wake hook given with the options is let go when it is replaced") {
    const auto held = std::make_shared<int>(1);
    imload::session session{{.wake = [held] {}}};
    session.set_wake({});
    CHECK(held.use_count() == 1);
}

TEST_CASE("shutdown lets go of the wake hook") {
    const auto held = std::make_shared<int>(1);
    imload::session session{{.wake = [held] {}}};
    CHECK(session.shutdown());
    CHECK(held.use_count() == 1);
}

TEST_CASE("the number of threads may be chosen") {
    imload::session session{{.threads = 1}};
    session.begin_frame();
    static std::atomic<int> inside{0};
    static std::atomic<int> most{0};
    inside = most = 0;
    auto load = imload::async_load(session, [](int x) {
        const int now = ++inside;
        if (now > most) most = now;
        std::this_thread::yield();
        --inside;
        return x;
    });
    for (int i = 0; i < 50; ++i) ask(load, i);
    REQUIRE(session.wait_idle(patience));
    CHECK(most == 1);
}

namespace {
struct never_defined;
} // namespace

TEST_CASE("a value can be looked for where its type is only declared") {
    ui app;
    CHECK(app.session.find<never_defined>("anything") == nullptr);
}
