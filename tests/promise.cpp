// promise<T>: loads that return at once and are completed by anyone, anywhere, at any time.
#include "support.hpp"

#include <catch2/generators/catch_generators.hpp>

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <type_traits>
#include <variant>
#include <vector>

#if defined(__cpp_impl_coroutine)
#include <coroutine>
#endif

#if __has_include(<asio.hpp>)
#define ASIO_STANDALONE
#include <asio.hpp>
#endif

using namespace test;

namespace {

// Requests that were sent and not answered yet.
std::deque<imload::promise<int>> pending;

void request(imload::promise<int> p, int) { pending.push_back(std::move(p)); }

struct net_ui : ui {
    net_ui() { pending.clear(); }
    ~net_ui() { pending.clear(); }
    [[nodiscard]] auto fetch(imload::options o = {}) {
        return imload::async_load(session, request, o);
    }
    void check_books() const {
        const auto s = session.statistics();
        CHECK(s.starts == s.successes + s.failures + s.dropped + s.discarded + s.in_flight);
    }
};

} // namespace

TEST_CASE("a promise completes its key after the callable has returned") {
    net_ui app;
    const auto load = app.fetch();
    static_assert(std::is_same_v<decltype(load(1)), std::optional<int>>);
    CHECK_FALSE(load(1));
    app.executor.run_all();
    app.frame();
    REQUIRE(pending.size() == 1);
    CHECK(load.poll(1).status() == status::running);
    CHECK(app.statistics().in_flight == 1);
    CHECK(pending[0].set_value(42));
    CHECK_FALSE(load.poll(1).has_value());
    app.frame();
    CHECK(load(1) == 42);
    CHECK(load.poll(1).just_finished());
    CHECK(app.statistics().in_flight == 0);
}

TEST_CASE("a promise may be kept before the callable returns") {
    ui app;
    const auto load =
        imload::async_load(app.session, [](imload::promise<int> p, int x) { p.set_value(x + 1); });
    ask(load, 1);
    app.land();
    CHECK(load(1) == 2);
}

TEST_CASE("a promise does not occupy its worker") {
    net_ui app;
    const auto load = app.fetch();
    for (int i = 0; i < 100; ++i) ask(load, i);
    CHECK(app.executor.run_all() == 100);
    for (int i = 0; i < 100; ++i) pending[static_cast<std::size_t>(i)].set_value(i);
    app.frame();
    for (int i = 0; i < 100; ++i) CHECK(load(i) == i);
}

TEST_CASE("an error that is set is the run's") {
    net_ui app;
    const auto load = app.fetch();
    ask(load, 1);
    app.executor.run_all();
    CHECK(pending[0].set_error("no route to host"));
    app.frame();
    const auto r = load.poll(1);
    REQUIRE(r.error());
    CHECK(r.error()->kind == imload::error_kind::reported);
    CHECK(r.error()->message == "no route to host");
    CHECK(thrown<imload::load_error>([&] { (void)load(1); }) == "no route to host");
}

TEST_CASE("an error without a text still has a message") {
    net_ui app;
    const auto load = app.fetch();
    ask(load, 1);
    app.executor.run_all();
    pending[0].set_error({});
    app.frame();
    CHECK_FALSE(load.poll(1).error()->message.empty());
}

TEST_CASE("an exception that is set is rethrown") {
    net_ui app;
    const auto load = app.fetch();
    ask(load, 1);
    app.executor.run_all();
    CHECK(pending[0].set_exception(std::make_exception_ptr(std::range_error("too far"))));
    app.frame();
    CHECK(load.poll(1).error()->kind == imload::error_kind::exception);
    CHECK(load.poll(1).error()->message == "too far");
    CHECK(thrown<std::range_error>([&] { (void)load(1); }) == "too far");
}

TEST_CASE("what the callable throws fails the run, unless the promise was kept first") {
    ui app;
    const auto load = imload::async_load(
        app.session,
        [](imload::promise<int> p, bool keep) {
            if (keep) p.set_value(3);
            throw std::runtime_error("refused");
        },
        {.throw_errors = false});
    ask(load, false);
    ask(load, true);
    app.land();
    REQUIRE(load.poll(false).error());
    CHECK(load.poll(false).error()->message == "refused");
    CHECK(load(true) == 3);
}

TEST_CASE("a promise dropped unset is the error abandoned, whenever its last copy goes") {
    net_ui app;
    const auto load = app.fetch();
    ask(load, 1);
    app.executor.run_all();
    {
        const imload::promise<int> copy = pending[0];
        pending.clear();
        app.frame();
        CHECK(load.poll(1).status() == status::running);
    }
    app.frame();
    const auto r = load.poll(1);
    REQUIRE(r.error());
    CHECK(r.error()->kind == imload::error_kind::abandoned);
    CHECK_FALSE(r.error()->message.empty());
    CHECK(r.just_failed());
    app.check_books();
}

TEST_CASE("a promise dropped by the callable itself is abandoned") {
    ui app;
    const auto load = imload::async_load(app.session, [](imload::promise<int>) {});
    ask(load);
    app.land();
    REQUIRE(load.poll().error());
    CHECK(load.poll().error()->kind == imload::error_kind::abandoned);
}

TEST_CASE("the first outcome counts") {
    net_ui app;
    const auto load = app.fetch({.throw_errors = false});
    ask(load, 1);
    ask(load, 2);
    app.executor.run_all();
    const imload::promise<int> copy = pending[0];
    CHECK(pending[0].set_value(1));
    CHECK_FALSE(pending[0].set_value(2));
    CHECK_FALSE(copy.set_value(3));
    CHECK_FALSE(copy.set_error("late"));
    CHECK_FALSE(copy.set_exception(std::make_exception_ptr(1)));
    CHECK(pending[1].set_error("first"));
    CHECK_FALSE(pending[1].set_value(1));
    app.frame();
    CHECK(load(1) == 1);
    CHECK(load.poll(1).version() == 1);
    CHECK(load.poll(2).error()->message == "first");
    CHECK_FALSE(copy.set_value(4));
    pending.clear();
    app.frame();
    CHECK(load(1) == 1);
    CHECK(app.statistics().successes == 1);
    CHECK(app.statistics().failures == 1);
}

TEST_CASE("a promise that was moved from takes nothing") {
    net_ui app;
    const auto load = app.fetch();
    ask(load, 1);
    app.executor.run_all();
    const imload::promise<int> taken = std::move(pending[0]);
    CHECK_FALSE(pending[0].set_value(1)); // NOLINT: that is what is tested
    CHECK_FALSE(pending[0].stop_requested());
    CHECK(taken.set_value(2));
    app.frame();
    CHECK(load(1) == 2);
}

TEST_CASE("a promise may be kept on any thread") {
    net_ui app;
    const auto load = app.fetch();
    int wakes = 0;
    app.session.set_wake([&wakes] { ++wakes; });
    ask(load, 1);
    app.executor.run_all();
    on_another_thread([p = std::move(pending[0])] { p.set_value(5); });
    CHECK(wakes == 1);
    app.frame();
    CHECK(load(1) == 5);
}

TEST_CASE("many threads race to keep one promise, and one wins") {
    net_ui app;
    const auto load = app.fetch();
    ask(load, 1);
    app.executor.run_all();
    std::atomic<int> won{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&won, p = pending[0], i] {
            if (p.set_value(i)) won += 1 + i;
        });
    for (auto& t : threads) t.join();
    app.frame();
    CHECK(load.poll(1).value() + 1 == won);
    CHECK(load.poll(1).version() == 1);
}

TEST_CASE("a promise may outlive its session") {
    auto app = std::make_unique<net_ui>();
    const auto load = app->fetch();
    for (int i = 0; i < 4; ++i) ask(load, i);
    app->executor.run_all();
    app->frame();
    auto orphans = std::exchange(pending, {});
    CHECK(app->session.shutdown(0s));
    app.reset();
    CHECK(orphans[0].stop_requested());
    orphans[0].set_value(1);
    orphans[1].set_error("too late");
    orphans[2].progress(0.5, "nobody looks");
    on_another_thread([&] { orphans.clear(); });
}

TEST_CASE("a promise of a forgotten, cancelled or overwritten key is told to stop and comes too late") {
    net_ui app;
    const auto load = app.fetch();
    ask(load, 1);
    app.executor.run_all();
    app.frame();
    CHECK_FALSE(pending[0].stop_requested());
    const int how = GENERATE(0, 1, 2);
    if (how == 0) load.poll(1).cancel();
    if (how == 1) load.poll(1).forget();
    if (how == 2) load.poll(1).set(7);
    CHECK(pending[0].stop_requested());
    app.check_books();
    app.frame();
    CHECK(app.statistics().in_flight == 1);
    pending[0].set_value(1);
    app.frame();
    CHECK(load.peek(1).value_or(0) == (how == 2 ? 7 : 0));
    CHECK(app.statistics().discarded == 1);
    CHECK(app.statistics().in_flight == 0);
    app.check_books();
}

TEST_CASE("a promise nobody asks for any more is told to stop") {
    net_ui app;
    const auto load = app.fetch();
    ask(load, 1);
    app.executor.run_all();
    app.frames(5);
    CHECK(pending[0].stop_requested());
}

#if IMLOAD_HAS_STOP_TOKEN
TEST_CASE("a promise hands its stop token on, for callbacks") {
    net_ui app;
    const auto load = app.fetch();
    ask(load, 1);
    app.executor.run_all();
    app.frame();
    bool hung_up = false;
    const std::stop_callback hang_up(pending[0].stop_token(), [&] {
        hung_up = true;
        pending[0].set_error("hung up");
    });
    load.poll(1).cancel();
    CHECK(hung_up);
    app.frames(2);
    CHECK(app.statistics().in_flight == 0);
    CHECK(load.poll(1).error() == nullptr);
}
#endif

TEST_CASE("a promise shows progress until it is kept") {
    net_ui app;
    const auto load = app.fetch();
    ask(load, 1);
    app.executor.run_all();
    pending[0].progress(0.25, "headers");
    app.frame();
    CHECK(load.poll(1).progress().fraction == 0.25f);
    CHECK(load.poll(1).progress().text == "headers");
    pending[0].set_value(1);
    pending[0].progress(0.75);
    app.frame();
    CHECK(load(1) == 1);
}

TEST_CASE("a promise of void gives std::monostate") {
    ui app;
    const auto load =
        imload::async_load(app.session, [](imload::promise<void> p) { p.set_value(); });
    static_assert(std::is_same_v<decltype(load()), std::optional<std::monostate>>);
    ask(load);
    app.land();
    CHECK(load().has_value());
}

TEST_CASE("a promise of a value that can only be moved") {
    ui app;
    const auto load = imload::async_load(app.session, [](imload::promise<std::unique_ptr<int>> p) {
        p.set_value(std::make_unique<int>(9));
    });
    ask(load);
    app.land();
    REQUIRE(load.poll().has_value());
    CHECK(**load.poll() == 9);
}

TEST_CASE("a promised value is finished on the UI thread") {
    static std::thread::id finished_on;
    net_ui app;
    const auto load = app.fetch().finish([](int&& x) {
        finished_on = std::this_thread::get_id();
        return std::to_string(x);
    });
    ask(load, 1);
    app.executor.run_all();
    on_another_thread([] { pending[0].set_value(12); });
    app.frame();
    CHECK(load(1) == "12");
    CHECK(finished_on == std::this_thread::get_id());
}

TEST_CASE("a failed promise is retried with a new one") {
    net_ui app;
    const auto load = app.fetch({.retry = {.attempts = 1, .delay = 1s, .jitter = 0}});
    ask(load, 1);
    app.executor.run_all();
    pending[0].set_error("busy");
    app.frame();
    CHECK(load.poll(1).status() == status::retrying);
    app.frame_after(1s);
    app.executor.run_all();
    REQUIRE(pending.size() == 2);
    CHECK_FALSE(pending[0].set_value(1));
    pending[1].set_value(2);
    app.frame();
    CHECK(load(1) == 2);
}

TEST_CASE("age and duration of a promised value count to its completion") {
    net_ui app;
    const auto load = app.fetch();
    ask(load, 1);
    app.executor.run_all();
    app.frame_after(3s);
    ask(load, 1);
    pending[0].set_value(1);
    app.frame_after(1s);
    CHECK(load.poll(1).age() == 1s);
    CHECK(app.statistics().total_load_time == 3s);
}

namespace {

struct connection {
    std::function<void(int)> on_done;
};

} // namespace

TEST_CASE("a kept promise lets the callable and its arguments go, which may hold it") {
    ui app;
    std::weak_ptr<connection> captured;
    std::weak_ptr<connection> argument;
    {
        const auto one = std::make_shared<connection>();
        const auto other = std::make_shared<connection>();
        captured = one;
        argument = other;
        const auto read = imload::async_load(app.session, "read", [one](imload::promise<int> p) {
            one->on_done = [p](int x) { p.set_value(x); };
        });
        const auto read_from = imload::async_load(
            app.session, [](imload::promise<int> p, const std::shared_ptr<connection>& from) {
                from->on_done = [p](int x) { p.set_value(x); };
            });
        ask(read);
        ask(read_from, imload::unkeyed(other));
        app.executor.run_all();
        app.frame();
        one->on_done(1);
        other->on_done(2);
        app.frame();
        CHECK(read() == 1);
        CHECK(read_from(imload::unkeyed(other)) == 2);
    }
    app.session.clear();
    app.frames(2);
    CHECK(captured.expired());
    CHECK(argument.expired());
}

TEST_CASE("what a callable that goes on by itself uses lives as long as its promise does") {
    net_ui app;
    const auto captured = std::make_shared<int>(1);
    const auto load =
        imload::async_load(app.session, "goes on", [captured](imload::promise<int> p) {
            pending.push_back(std::move(p));
            return 0; // as a coroutine returns its task
        });
    ask(load);
    const long before = captured.use_count();
    app.land();
    CHECK(pending[0].set_value(1));
    app.session.clear();
    app.frames(2);
    CHECK(captured.use_count() > 2); // here, in the loader, and for who goes on
    CHECK(captured.use_count() <= before + 1);
    pending.clear();
    CHECK(captured.use_count() == 2);
}

TEST_CASE("a promise that was kept can still be asked whether to stop") {
    net_ui app;
    const auto load = app.fetch();
    ask(load, 1);
    app.land();
    const auto p = pending[0];
    pending.clear();
    CHECK(p.set_value(1));
    app.session.clear();
    app.frames(2);
    CHECK_FALSE(p.stop_requested());
    p.progress(0.5, "late");
#if IMLOAD_HAS_STOP_TOKEN
    CHECK_FALSE(p.stop_token().stop_requested());
#endif
    CHECK_FALSE(p.set_value(2));
}

TEST_CASE("a promise that was told to stop stays so when another copy keeps it") {
    net_ui app;
    const auto load = app.fetch();
    ask(load, 1);
    app.land();
    const auto p = pending[0];
    load.poll(1).cancel();
    CHECK(p.stop_requested());
    CHECK(pending[0].set_error("stopped"));
    pending.clear();
    app.frames(2);
    CHECK(p.stop_requested());
}

TEST_CASE("wait_idle waits for promises too") {
    net_ui app;
    const auto load = app.fetch();
    ask(load, 1);
    app.executor.run_all();
    CHECK_FALSE(app.session.wait_idle(0s));
    std::thread elsewhere([p = std::move(pending[0])] { p.set_value(6); });
    CHECK(app.session.wait_idle(patience));
    elsewhere.join();
    CHECK(load(1) == 6);
}

#if defined(__cpp_impl_coroutine)

namespace {

// The least a coroutine needs: it runs by itself.
struct detached {
    struct promise_type {
        detached get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
};

// A reply that somebody gives later.
struct server {
    std::coroutine_handle<> waiting;
    std::string reply;

    auto answer() {
        struct awaiter {
            server* from;
            bool await_ready() const noexcept { return false; }
            void await_suspend(std::coroutine_handle<> h) const { from->waiting = h; }
            std::string await_resume() const { return from->reply; }
        };
        return awaiter{this};
    }
    void say(std::string text) {
        reply = std::move(text);
        std::exchange(waiting, {}).resume();
    }
};
server remote;

detached greet(imload::promise<std::string> p, std::string name) {
    try {
        const std::string greeting = co_await remote.answer();
        if (greeting.empty()) throw std::runtime_error("the server is silent");
        const std::string ending = co_await remote.answer();
        p.set_value(greeting + ", " + name + ending);
    } catch (...) {
        p.set_exception(std::current_exception());
    }
}

} // namespace

TEST_CASE("a coroutine may be the callable of a loader") {
    ui app;
    const auto load = imload::async_load(app.session, greet);
    CHECK_FALSE(load("Ada"));
    app.executor.run_all();
    app.frame();
    CHECK_FALSE(load("Ada"));
    remote.say("Hello");
    app.frame();
    CHECK(load.poll("Ada").status() == status::running);
    on_another_thread([] { remote.say("!"); });
    app.frame();
    CHECK(load("Ada") == "Hello, Ada!");
}

TEST_CASE("what a coroutine throws is the run's error") {
    ui app;
    const auto load = imload::async_load(app.session, greet);
    ask(load, "Ada");
    app.executor.run_all();
    remote.say("");
    app.frame();
    CHECK(thrown<std::runtime_error>([&] { (void)load("Ada"); }) == "the server is silent");
}

TEST_CASE("a coroutine that is destroyed while it waits abandons its promise") {
    ui app;
    const auto load = imload::async_load(app.session, greet);
    ask(load, "Ada");
    app.executor.run_all();
    std::exchange(remote.waiting, {}).destroy();
    app.frame();
    REQUIRE(load.poll("Ada").error());
    CHECK(load.poll("Ada").error()->kind == imload::error_kind::abandoned);
}

#endif

#if __has_include(<asio.hpp>)

namespace {

asio::io_context* io = nullptr;

// Answers after a while, on whichever thread runs the io_context.
void delayed(imload::promise<int> p, int x) {
    auto timer = std::make_shared<asio::steady_timer>(*io, std::chrono::milliseconds(x % 3));
    timer->async_wait([timer, x, kept = std::move(p)](const std::error_code& failed) {
        if (failed)
            kept.set_error(failed.message());
        else
            kept.set_value(2 * x);
    });
}

} // namespace

TEST_CASE("asio timers keep promises") {
    asio::io_context context;
    io = &context;
    ui app;
    const auto load = imload::async_load(app.session, delayed);
    for (int i = 0; i < 10; ++i) ask(load, i);
    app.executor.run_all();
    on_another_thread([&] { context.run(); });
    app.frame();
    for (int i = 0; i < 10; ++i) CHECK(load(i) == 2 * i);
}

TEST_CASE("promises in an asio context that goes are abandoned") {
    ui app;
    const auto load = imload::async_load(app.session, delayed);
    {
        asio::io_context context;
        io = &context;
        ask(load, 2);
        app.executor.run_all();
    }
    app.frame();
    REQUIRE(load.poll(2).error());
    CHECK(load.poll(2).error()->kind == imload::error_kind::abandoned);
}

#endif
