// Rare orders of events, each of which once went wrong.
#include "support.hpp"

#include <imload/thread_pool.hpp>

#include <catch2/generators/catch_generators.hpp>

#include <atomic>
#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace test;

namespace {

int runs = 0;
bool failing = false;

int counted_load(int x) {
    ++runs;
    if (failing) throw std::runtime_error("no");
    return x;
}

struct order : ui {
    order() {
        runs = 0;
        failing = false;
    }

    // Frames of 16 ms in which `each` draws and every load runs at once.
    template <class Each>
    void run_for(std::chrono::milliseconds time, Each each) {
        for (auto passed = 0ms; passed < time; passed += 16ms) {
            frame_after(16ms);
            each();
            executor.run_all();
        }
    }
};

} // namespace

TEST_CASE_METHOD(order, "a refresh interval given while the first run is under way counts") {
    const auto once = imload::async_load(session, counted_load);
    const auto often = imload::async_load(session, counted_load, {.refresh_every = 1s});
    ask(once, 1);
    frame();
    ask(often, 1);
    run_for(6s, [&] { ask(often, 1); });
    CHECK(runs >= 6);
}

TEST_CASE_METHOD(order, "a refresh interval given after a failure counts") {
    const auto once = imload::async_load(session, counted_load);
    const auto often = imload::async_load(session, counted_load, {.refresh_every = 1s});
    failing = true;
    ask(once, 1);
    land();
    failing = false;
    run_for(3s, [&] { ask(often, 1); });
    CHECK(runs >= 3);
    CHECK(often.poll(1).has_value());
}

TEST_CASE_METHOD(order, "a stale value whose refresh fails is not tried again in each frame") {
    const auto load = imload::async_load(session, counted_load, {.stale_after = 1s});
    ask(load, 1);
    land();
    failing = true;
    run_for(6400ms, [&] { ask(load, 1); });
    CHECK(runs <= 8);
    CHECK(runs >= 6);
}

TEST_CASE_METHOD(order, "cancelling an overlong refresh leaves the key alone until the next slot") {
    const auto load = imload::async_load(session, counted_load, {.refresh_every = 4s});
    ask(load, 1);
    land();
    ask(load, 1);
    frame_after(4s);
    ask(load, 1);
    REQUIRE(executor.pending() == 1);
    for (int i = 0; i < 5; ++i) {
        frame_after(1s);
        ask(load, 1);
    }
    load.poll(1).cancel();
    executor.run_all();
    for (int i = 0; i < 2; ++i) {
        frame();
        ask(load, 1);
    }
    CHECK(executor.pending() == 0);
    CHECK(load.poll(1).status() == status::idle);
    frame_after(3s);
    CHECK(executor.pending() == 1);
}

TEST_CASE_METHOD(order, "a result that poll_interval holds back does not time out") {
    const auto load =
        imload::async_load(session, counted_load, {.poll_interval = 10s, .timeout = 2s});
    ask(load, 1);
    executor.run_all();
    for (int i = 0; i < 11; ++i) {
        frame_after(1s);
        ask(load, 1);
    }
    CHECK(load.poll(1).value_or(0) == 1);
    CHECK(statistics().timeouts == 0);
    CHECK(statistics().in_flight == 0);
}

TEST_CASE_METHOD(order, "wait_idle within a posted function is refused, and loses nothing") {
    const auto load = imload::async_load(session, counted_load);
    ask(load, 1);
    executor.run_all();
    session.post([this] { session.wait_idle(1s); });
    CHECK(contains(thrown<std::logic_error>([this] { frame(); }), "wait_idle"));
    CHECK(load.poll(1).has_value());
}

TEST_CASE_METHOD(order, "what was posted runs in its order, though one of it throws") {
    std::string ran;
    session.post([&] {
        ran += 'a';
        session.post([&] { ran += 'd'; });
        throw std::runtime_error("b");
    });
    session.post([&] { ran += 'b'; });
    session.post([&] { ran += 'c'; });
    CHECK(thrown<std::runtime_error>([this] { frame(); }) == "b");
    frame();
    CHECK(ran == "abcd");
}

TEST_CASE_METHOD(order, "a prefetch that fails is retried as a prefetch") {
    const auto load =
        imload::async_load(session, counted_load, {.retry = {.attempts = 3, .delay = 10ms}});
    failing = true;
    load.prefetch(1);
    land();
    failing = false;
    for (int i = 0; i < 8; ++i) frame_after(16ms);
    land();
    CHECK(statistics().dropped == 0);
    CHECK(load.peek(1).has_value());
}

TEST_CASE_METHOD(order, "a refresh that follows set keeps its attempts") {
    const auto load = imload::async_load(session, counted_load,
                                         {.retry = {.attempts = 3, .delay = 10s, .jitter = 0}});
    ask(load, 1);
    land();
    failing = true;
    const auto r = load.poll(1);
    r.set(5);
    r.refresh();
    frame();
    CHECK(load.poll(1).attempt() == 1);
    land();
    CHECK(load.poll(1).status() == status::retrying);
    CHECK(load.poll(1).error() == nullptr);
}

TEST_CASE_METHOD(order, "an earlier error does not come back between two attempts") {
    const auto load = imload::async_load(session, counted_load,
                                         {.retry = {.attempts = 1, .delay = 1s, .jitter = 0}});
    failing = true;
    ask(load, 1);
    land();
    frame_after(1s);
    land();
    REQUIRE(load.poll(1).error());
    load.poll(1).refresh();
    land();
    frame_after(1s);
    CHECK(load.poll(1).error() == nullptr); // the second attempt is queued
    land();
    CHECK(load.poll(1).error());
}

TEST_CASE_METHOD(order, "new options during a refresh leave its elapsed time alone") {
    const auto once = imload::async_load(session, counted_load);
    const auto often = imload::async_load(session, counted_load, {.refresh_every = 1h});
    ask(once, 1);
    land();
    frame_after(10s);
    once.poll(1).refresh();
    frame_after(1s);
    CHECK(once.poll(1).elapsed() == 1s);
    CHECK(often.poll(1).elapsed() == 1s);
}

TEST_CASE_METHOD(order, "a prefetch does not change the options of a key that is asked for") {
    const auto often = imload::async_load(session, counted_load, {.refresh_every = 1s});
    const auto ahead = imload::async_load(session, counted_load);
    run_for(5s, [&] {
        ask(often, 1);
        ahead.prefetch(1);
    });
    CHECK(runs >= 5);
}

TEST_CASE_METHOD(order, "a run that took too long is late, though no frame came in between") {
    const auto load = imload::async_load(session, "late",
                                         [this](int x) {
                                             clock.advance(10s);
                                             return x;
                                         },
                                         {.timeout = 2s});
    ask(load, 1);
    land();
    CHECK_FALSE(load.poll(1).has_value());
    REQUIRE(load.poll(1).error());
    CHECK(load.poll(1).error()->kind == imload::error_kind::timeout);
    CHECK(statistics().in_flight == 0);
}

TEST_CASE_METHOD(order, "a key is kept for its forget_after however many frames there are") {
    const auto load = imload::async_load(session, counted_load, {.forget_after = 100s});
    const auto other = imload::async_load(session, counted_load, {.forget_after = 100s});
    for (int i = 0; i < 20000; ++i) frame_after(16ms);
    ask(load, 1);
    land();
    for (int i = 0; i < 6000; ++i) { // 96 s
        frame_after(16ms);
        if (i % 500 == 0) ask(other, i);
    }
    CHECK(load.peek(1).has_value());
    for (int i = 0; i < 400; ++i) frame_after(16ms);
    CHECK_FALSE(load.peek(1).has_value());
}

TEST_CASE_METHOD(order, "a callable whose copy throws is an error of the key from the next frame") {
    static int copies_left;
    copies_left = 3;
    struct bomb {
        bomb() = default;
        bomb(const bomb&) {
            if (copies_left-- <= 0) throw std::runtime_error("not copied");
        }
        bomb(bomb&&) = default;
        bomb& operator=(const bomb&) = default;
        bomb& operator=(bomb&&) = default;
        ~bomb() = default;
        char state = 'x';
        int operator()() const { return state; }
    };
    const imload::time_span timeout = GENERATE(imload::time_span(imload::never), 10s);
    auto load = imload::async_load(session, "bomb", bomb{}, {.timeout = timeout});
    for (int i = 0; i < 6; ++i) {
        const auto r = load.poll();
        const imload::error* const seen = r.error();
        r.refresh();
        CHECK(r.error() == seen); // within a frame nothing changes
        land();
    }
    REQUIRE(load.poll().error());
    CHECK(load.poll().error()->kind == imload::error_kind::exception);
    CHECK_FALSE(load.poll().error()->message.empty());
}

TEST_CASE("a first run within its grace is shown, whatever the poll interval") {
    imload::session session;
    session.begin_frame();
    const auto load =
        imload::async_load(session, [](int x) { return x; }, {.poll_interval = 10s, .grace = 60s});
    CHECK(load.poll(7).value_or(0) == 7);
}

TEST_CASE("after shutdown nothing is in flight") {
    imload::session session;
    const auto load = imload::async_load(session, [](imload::context& context) {
        while (!context.stop_requested()) std::this_thread::yield();
        return 1;
    });
    ask(load);
    CHECK(session.shutdown(patience));
    const auto s = session.statistics();
    CHECK(s.in_flight == 0);
    CHECK(s.starts == s.successes + s.failures + s.dropped + s.discarded);
}

TEST_CASE("a wake hook may not begin a frame of another session, even a quiet one") {
    imload::session quiet;
    for (int i = 0; i < 4; ++i) quiet.begin_frame(); // so that nothing is going on
    imload::session session;
    std::string message;
    session.set_wake([&] { message = thrown<std::logic_error>([&] { quiet.begin_frame(); }); });
    session.post([] {});
    CHECK(contains(message, "wake hook"));
}

TEST_CASE("a wake hook that begins a frame is refused") {
    imload::inline_executor executor;
    imload::session session{{.executor = &executor}};
    std::string message;
    session.set_wake([&] { message = thrown<std::logic_error>([&] { session.begin_frame(); }); });
    const auto load = imload::async_load(session, [](int x) { return x; });
    ask(load, 1);
    CHECK(contains(message, "wake hook"));
    session.begin_frame();
    CHECK(load.poll(1).value_or(0) == 1);
}

TEST_CASE(
    "a value that was set and not shown yet may act on its key when another takes its place") {
    struct lively {
        explicit lively(int n, std::function<void()> f = {}) : number(n), last(std::move(f)) {}
        lively(lively&& other) noexcept
            : number(other.number), last(std::exchange(other.last, nullptr)) {}
        lively& operator=(lively&&) = delete;
        ~lively() {
            if (last) last();
        }
        int number;
        std::function<void()> last;
    };
    ui app;
    const auto load = imload::async_load(app.session, [](int n) { return lively(n); });
    ask(load, 1);
    app.land();
    const bool forgets = GENERATE(true, false);
    const auto end = [&] {
        if (forgets)
            load.peek(1).forget();
        else
            load.peek(1).set(lively(4));
    };
    load.poll(1).set(lively(2, end));
    SECTION("by set") { load.poll(1).set(lively(3)); }
    SECTION("by forget") { load.poll(1).forget(); }
    app.frame();
    CHECK(load.peek(1).has_value() == !forgets);
    if (!forgets) CHECK(load.peek(1)->number == 4);
}

namespace {

// Calls a function when a copy of it goes; once.
struct last_call {
    std::function<void()>* function;
    explicit last_call(std::function<void()>& f) : function(&f) {}
    last_call(const last_call&) = default;
    last_call& operator=(const last_call&) = delete;
    ~last_call() {
        if (const auto f = std::exchange(*function, nullptr)) f();
    }
};

} // namespace

TEST_CASE("a queued load that is cancelled may ask for its key as it goes") {
    ui app;
    std::function<void()> last;
    const auto load =
        imload::async_load(app.session, "key", [guard = last_call(last)] { return 1; });
    ask(load);
    app.frame();
    const auto result = load.peek(); // so that the destructor's is the first ask of its frame
    bool asked = false;
    last = [&] {
        asked = true;
        ask(load);
    };
    SECTION("by cancel") { result.cancel(); }
    SECTION("by forget") { result.forget(); }
    SECTION("by set") { result.set(2); }
    CHECK(asked);
    app.frame();
    app.frame();
    ask(load);
    app.land();
    CHECK(app.statistics().in_flight == 0);
}

TEST_CASE("a value that a key holds back may cancel all others as the key is stopped") {
    ui app;
    std::function<void()> last;
    static std::function<void()>* from_value = nullptr;
    from_value = &last;
    const auto load = imload::async_load(
        app.session, [](imload::context&, int) { return std::make_shared<last_call>(*from_value); },
        {.poll_interval = 1h});
    for (int i = 0; i < 20; ++i) ask(load, i);
    app.land();
    last = [&] { app.session.cancel_all(); };
    app.frames(5); // nobody asks any more
    CHECK_FALSE(last);
    CHECK(app.session.wait_idle(0s));
    CHECK(app.statistics().in_flight == 0);
}

TEST_CASE("a value given to a key that was never asked for is refreshed too") {
    ui app;
    const auto load =
        imload::async_load(app.session, [](int x) { return x; }, {.refresh_every = 4s});
    load.peek(1).set(5);
    app.frame();
    CHECK(load(1) == 5);
    CHECK(load.poll(1).refresh_in() == 4s);
    for (int i = 0; i < 4; ++i) {
        app.frame_after(1s);
        ask(load, 1);
    }
    app.land();
    CHECK(load(1) == 1);
    CHECK(app.starts() == 1);
}

TEST_CASE("refresh_every counts from the first run, not from a settling that started none") {
    ui app;
    const auto load = imload::async_load(app.session, [](int x) { return x; },
                                         {.refresh_every = 10s, .settle = 1s});
    ask(load, 1);
    app.frame_after(500ms);
    SECTION("cancelled") { load.poll(1).cancel(); }
    SECTION("given up") { app.frame_after(2s); }
    SECTION("ended by a value") { load.poll(1).set(7); }
    app.frame();
    app.frame_after(3s);
    load.peek(1).refresh();
    app.land();
    REQUIRE(load.poll(1).value_or(0) == 1);
    const auto expected = load.peek(1).version() == 2 ? 7s : 10s; // a value given counts too
    CHECK(load.peek(1).refresh_in() == expected);
}

TEST_CASE("values that land before the first frame are found by their name") {
    imload::inline_executor executor;
    imload::session session{{.executor = &executor}};
    const auto load = imload::async_load(session, "number", [](int x) { return x; });
    for (const int x : {1, 2}) {
        ask(load, x);
        REQUIRE(session.wait_idle(patience));
    }
    REQUIRE(session.find<int>("number"));
    const int newest = *session.find<int>("number");
    load.peek(newest).forget();
    REQUIRE(session.wait_idle(patience));
    REQUIRE(session.find<int>("number"));
    CHECK(*session.find<int>("number") == 3 - newest);
}

TEST_CASE("find gives the newest value of the name and of the type, also when the newest went") {
    ui app;
    int calls = 0;
    const auto a = imload::async_load(app.session, "a", [&calls](int) { return ++calls; });
    const auto b = imload::async_load(app.session, "b", [&calls](int) { return ++calls; });
    const auto text = imload::async_load(app.session, "a", [](int x) { return std::to_string(x); });
    const auto load = [&](const auto& loader, int x) {
        app.clock.advance(1s);
        ask(loader, x);
        app.land();
    };
    load(a, 1);
    load(a, 2);
    ask(a, 3); // at the same time as the one before
    app.land();
    load(text, 4);
    load(b, 5);
    REQUIRE(app.session.find<int>("a"));
    CHECK(*app.session.find<int>("a") == 3);
    REQUIRE(app.session.find<std::string>("a"));
    CHECK(*app.session.find<std::string>("a") == "4");
    a.peek(3).forget();
    app.frame();
    REQUIRE(app.session.find<int>("a"));
    CHECK(*app.session.find<int>("a") == 2);
    CHECK(*app.session.find<std::string>("a") == "4");
    a.peek(2).forget();
    app.frame();
    REQUIRE(app.session.find<int>("a"));
    CHECK(*app.session.find<int>("a") == 1);
    CHECK(*app.session.find<int>("b") == 4);
}

TEST_CASE("of two asks in one frame the latest one's priority holds") {
    static std::vector<int> ran;
    ran.clear();
    ui app;
    const auto load = [&](int priority) {
        return imload::async_load(app.session, [](int x) { return ran.emplace_back(x); },
                                  {.priority = priority});
    };
    for (const int x : {1, 2, 3}) ask(load(0), x);
    ask(load(9), 3);
    ask(load(-9), 1);
    app.executor.run_all();
    CHECK(ran == std::vector{3, 2, 1});
}

TEST_CASE("streams that still run at a shutdown's deadline are in flight, not discarded") {
    static std::atomic<int> published;
    static std::atomic<bool> go_on;
    published = 0;
    go_on = false;
    imload::session session{{.threads = 2, .finish_budget = 0ns}};
    session.begin_frame();
    const auto load = imload::async_load(session, [](imload::stream<int>& out, int x) {
                          out.publish(x);
                          ++published;
                          while (!go_on) std::this_thread::yield();
                          return x;
                      }).finish([](int x) { return x; });
    for (const int x : {1, 2}) ask(load, x);
    while (published < 2) std::this_thread::yield();
    session.begin_frame();
    CHECK_FALSE(session.shutdown(0s));
    CHECK(session.statistics().in_flight == 2);
    CHECK(session.statistics().discarded == 0);
    go_on = true;
    CHECK(session.shutdown(patience));
    CHECK(session.statistics().in_flight == 0);
    CHECK(session.statistics().discarded == 2);
}

TEST_CASE("an error may ask for its key as another takes its place") {
    static std::function<void()> last;
    struct lively : std::exception {
        ~lively() override {
            if (const auto f = std::exchange(last, nullptr)) f();
        }
    };
    ui app;
    const int attempts = GENERATE(0, 1);
    const auto load =
        imload::async_load(app.session, [](int) -> int { throw lively(); },
                           {.timeout = 1h, .retry = {.attempts = attempts, .delay = 1s}});
    ask(load, 1);
    app.land();
    if (attempts > 0) {
        app.frame_after(1s);
        app.land();
    }
    REQUIRE(load.peek(1).error());
    load.peek(1).refresh();
    bool asked = false;
    last = [&] {
        asked = true;
        ask(load, 1);
    };
    app.land();
    CHECK(asked);
    CHECK(load.peek(1).status() == (attempts > 0 ? status::retrying : status::complete));
    CHECK(app.statistics().in_flight == 0);
}

TEST_CASE("an exception of a copy may start its key's run as it is asked what it is") {
    static bool throwing;
    static std::function<void()> meanwhile;
    struct lively : std::exception {
        const char* what() const noexcept override {
            if (const auto f = std::exchange(meanwhile, nullptr)) f();
            return "no copy";
        }
    };
    struct picky {
        picky() = default;
        picky(const picky&) {
            if (throwing) throw lively();
        }
    };
    throwing = false;
    ui app;
    const auto load = imload::async_load(app.session, "key", [p = picky()] { return 1; });
    ask(load);
    app.land();
    throwing = true;
    meanwhile = [&] {
        throwing = false;
        load.peek().refresh();
    };
    load.peek().refresh();
    CHECK_FALSE(meanwhile);
    CHECK(app.statistics().in_flight == 1);
    app.land();
    CHECK_FALSE(load.peek().error());
    CHECK(load.peek().version() == 2);
    CHECK(app.statistics().in_flight == 0);
}
