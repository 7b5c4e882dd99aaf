// The main paths in a build without exceptions and RTTI, with threads and without. Not Catch2,
// which needs both.
#include <imload/imload.hpp>
#include <imload/testing.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#if defined(__cpp_exceptions) || defined(__cpp_rtti)
#error "build this with -fno-exceptions -fno-rtti"
#endif

using namespace std::chrono_literals;
using imload::status;

namespace {

int failures = 0;

#define CHECK(...) check((__VA_ARGS__), #__VA_ARGS__, __LINE__)

void check(bool holds, const char* what, int line) {
    if (holds) return;
    ++failures;
    std::printf("main.cpp:%d: %s\n", line, what);
}

struct app {
    imload::manual_clock clock;
    imload::manual_executor executor;
    imload::session session{{.executor = &executor, .clock = &clock}};

    app() { session.begin_frame(); }
    ~app() { CHECK(is_consistent()); }
    void frame(imload::time_span after = {}) {
        clock.advance(after);
        session.begin_frame();
    }
    void land() {
        executor.run_all();
        frame();
    }
    [[nodiscard]] bool is_consistent() const {
        const auto s = session.statistics();
        return s.starts == s.successes + s.failures + s.dropped + s.discarded + s.in_flight;
    }
};

// How a load fails in such a build: a result shaped like std::expected.
template <class T, class E>
struct outcome {
    using value_type = T;
    using error_type = E;
    std::optional<T> value;
    E why{};
    [[nodiscard]] bool has_value() const { return value.has_value(); }
    T& operator*() & { return *value; }
    T&& operator*() && { return *std::move(value); }
    E& error() { return why; }
};

int twice(int x) { return 2 * x; }

void values() {
    app a;
    auto load = imload::async_load(a.session, twice);
    CHECK(!load(4));
    CHECK(load.poll(4).is_loading());
    a.land();
    CHECK(load(4) == 8);
    CHECK(load.poll(4).just_finished());
    a.frame();
    CHECK(load.poll(4).status() == status::complete);
    load.poll(4).refresh();
    load.peek(5).set(50);
    a.land();
    CHECK(load.poll(4).version() == 2);
    CHECK(load(5) == 50);
    load.poll(4).forget();
    a.frame();
    CHECK(!load.peek(4).has_value());
    auto text = imload::async_load(a.session, "text", [&a](const std::string& s) {
        return s + std::to_string(a.session.size() > 0 ? 1 : 0);
    });
    CHECK(!text("x"));
    a.land();
    CHECK(text("x") == "x1");
    CHECK(a.session.find<std::string>("text") != nullptr);
    auto nothing = imload::async_load(a.session, [] {});
    CHECK(!nothing());
    a.land();
    CHECK(nothing().has_value());
}

int calls = 0;

outcome<int, std::string> measure(int x) {
    ++calls;
    if (x < 0) return {std::nullopt, "below zero"};
    return {x, {}};
}

void errors() {
    app a;
    auto load = imload::async_load(a.session, measure);
    CHECK(!load(-1));
    a.land();
    const auto r = load.poll(-1);
    CHECK(!load(-1)); // nullopt, where other builds throw
    CHECK(r.just_failed());
    CHECK(r.error() && r.error()->kind == imload::error_kind::reported);
    CHECK(r.error() && r.error()->message == "below zero");
    CHECK(r.error() && r.error()->as<std::string>());
    CHECK(r.error() && !r.error()->as<int>());
    CHECK(load.poll(1).is_loading());
    a.land();
    CHECK(load(1) == 1);

    calls = 0;
    auto stubborn = imload::async_load(
        a.session, measure, {.retry = {.attempts = 2, .delay = 1s, .factor = 2, .jitter = 0}});
    CHECK(!stubborn(-2));
    a.land();
    CHECK(stubborn.poll(-2).status() == status::retrying);
    CHECK(!stubborn.poll(-2).error());
    a.frame(1s);
    a.land();
    a.frame(2s);
    CHECK(stubborn.poll(-2).status() == status::queued);
    a.land();
    CHECK(calls == 3);
    CHECK(stubborn.poll(-2).error() && stubborn.poll(-2).error()->attempt == 3);
}

std::optional<imload::promise<int>> pending;

void promises() {
    app a;
    auto load = imload::async_load(a.session, [](imload::promise<int> p, int) { pending = p; },
                                   {.timeout = 1s});
    const auto begin = [&](int key) {
        static_cast<void>(load.poll(key));
        a.land();
    };
    begin(1);
    CHECK(load.poll(1).status() == status::running);
    CHECK(pending->set_value(5));
    CHECK(!pending->set_value(6));
    a.frame();
    CHECK(load(1) == 5);
    begin(2);
    CHECK(pending->set_error("no route"));
    a.frame();
    CHECK(load.poll(2).error() && load.poll(2).error()->message == "no route");
    begin(3);
    pending.reset();
    a.frame();
    CHECK(load.poll(3).error() && load.poll(3).error()->kind == imload::error_kind::abandoned);
    begin(4);
    a.frame(1s);
    CHECK(load.poll(4).error() && load.poll(4).error()->kind == imload::error_kind::timeout);
    CHECK(pending->stop_requested());
    pending->set_value(1);
    a.frame();
    CHECK(!load.poll(4).has_value());
    CHECK(a.session.statistics().discarded == 1);
    begin(5);
    load.poll(5).cancel();
    CHECK(pending->stop_requested());
    pending.reset();
    a.frame();
    CHECK(load.poll(5).status() == status::idle);
}

void streams() {
    app a;
    auto load = imload::async_load(a.session, [](imload::stream<int>& out) {
        out.publish(1);
        out.publish(2);
        out.progress(1, 2);
    });
    CHECK(!load());
    a.land();
    CHECK(load() == 2);
    CHECK(load.poll().just_finished());
}

struct texture {
    explicit texture(int i) : id(std::make_unique<int>(i)) {}
    std::unique_ptr<int> id;
};

void finishes() {
    app a;
    auto load = imload::async_load(a.session, twice).finish([](int&& x) { return texture(x); });
    auto picky = imload::async_load(a.session, twice).finish([](int&& x) { return measure(x); });
    CHECK(load.poll(3).is_loading());
    CHECK(picky.poll(-1).is_loading());
    a.land();
    CHECK(load.poll(3).has_value() && *load.poll(3)->id == 6);
    CHECK(picky.poll(-1).error() && picky.poll(-1).error()->as<std::string>());
}

void timers() {
    app a;
    auto load = imload::async_load(a.session, twice, {.refresh_every = 4s, .settle = 100ms});
    CHECK(load.poll(1).status() == status::queued);
    CHECK(a.executor.pending() == 0);
    a.frame(100ms);
    CHECK(a.executor.pending() == 1);
    static_cast<void>(load.poll(1));
    a.land();
    for (int second = 0; second < 8; ++second) {
        static_cast<void>(load.poll(1));
        a.frame(1s);
        a.executor.run_all();
    }
    a.frame();
    CHECK(load.poll(1).version() == 3);

    auto brief = imload::async_load(a.session, twice, {.expire_after = 10s, .priority = 1});
    static_cast<void>(brief.poll(7));
    a.land();
    CHECK(brief(7) == 14);
    a.frame(10s);
    CHECK(!brief.peek(7).has_value());
    brief.prefetch(8);
    a.land();
    CHECK(brief(8) == 16);
}

void sessions() {
    app a;
    auto load = imload::async_load(a.session, twice);
    bool posted = false;
    a.session.post([&posted] { posted = true; });
    for (int i = 0; i < 10; ++i) static_cast<void>(load.poll(i));
    a.land();
    CHECK(posted);
    CHECK(a.session.size() == 10);
    int seen = 0;
    a.session.for_each([&seen](const imload::entry_info& e) {
        if (e.has_value && !e.label.empty()) ++seen;
    });
    CHECK(seen == 10);
    a.session.refresh_all();
    a.session.cancel_all();
    a.session.clear();
    a.frame();
    CHECK(a.session.size() == 0);
    CHECK(a.session.shutdown(1s));
    CHECK(!load(1));
}

std::string joined(int a, std::int16_t b, const std::string& c) {
    return std::to_string(a) + c + std::to_string(b);
}
int product(int a, int b) { return a * b; }

// Keys of several sizes, which lie side by side however the machine aligns them.
void many_keys() {
    app a;
    const auto text = imload::async_load(a.session, joined);
    const auto number = imload::async_load(a.session, product);
    for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < 100; ++i) {
            const auto t = text.poll(i, static_cast<std::int16_t>(-i), "x");
            const auto n = number.poll(i, i + 1);
            CHECK(t.has_value() == (round > 0) && n.has_value() == (round > 0));
            if (t) CHECK(*t == std::to_string(i) + "x" + std::to_string(-i));
            if (n) CHECK(*n == i * (i + 1));
        }
        a.land();
    }
    CHECK(a.session.size() == 200);
}

// The executor that a session has by itself.
void defaults() {
    imload::session session;
    session.begin_frame();
    auto load = imload::async_load(session, twice);
    for (int i = 0; i < 5; ++i) CHECK(!load(i));
#if IMLOAD_HAS_THREADS
    CHECK(session.wait_idle(60s));
#else
    // Without threads one load runs in each begin_frame, and the frame after shows it.
    for (int frame = 0; frame < 6; ++frame) {
        CHECK(session.statistics().queued == static_cast<std::uint64_t>(5 - (frame < 5 ? frame : 5)));
        CHECK(session.wait_time(1h) == 0s);
        session.begin_frame();
        for (int i = 0; i < 5; ++i) static_cast<void>(load.poll(i));
    }
#endif
    for (int i = 0; i < 5; ++i) CHECK(load(i) == 2 * i);
    load.poll(0).refresh();
    CHECK(session.wait_idle(60s));
    CHECK(load.poll(0).version() == 2);
    auto context = imload::async_load(session, [](imload::context& c, int x) {
        c.progress(0.5, "half");
        return c.stop_requested() ? 0 : x;
    });
    CHECK(!context(3));
    CHECK(session.wait_idle(60s));
    CHECK(context(3) == 3);
    CHECK(session.shutdown());
}

} // namespace

int main() {
    values();
    errors();
    promises();
    streams();
    finishes();
    timers();
    sessions();
    many_keys();
    defaults();
    if (failures > 0) std::printf("%d checks failed\n", failures);
    return failures > 0 ? 1 : 0;
}
