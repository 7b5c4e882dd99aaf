// The same behaviour on every executor: the ones that imload ships, and other people's pools through
// adapters of a few lines.
#include "support.hpp"

#include <catch2/catch_template_test_macros.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#if __has_include(<asio/thread_pool.hpp>)
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#define HAS_ASIO 1
#endif
#if defined(IMLOAD_TEST_TBB)
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>
#endif

using namespace test;

namespace {

// Runs what waits whenever the session is idle otherwise, so that it can stand beside real pools.
struct eager_manual_executor : imload::executor {
    imload::manual_executor inner;
    void execute(imload::task work) override {
        inner.execute(std::move(work));
        inner.run_all();
    }
};

#if defined(HAS_ASIO)
struct asio_executor : imload::executor {
    asio::thread_pool pool{2};
    ~asio_executor() override { pool.join(); }
    void execute(imload::task work) override { asio::post(pool, work); }
};
#endif

#if defined(IMLOAD_TEST_TBB)
struct tbb_executor : imload::executor {
    oneapi::tbb::task_arena arena{2, 1};
    oneapi::tbb::task_group tasks; // what is left in an arena at the end of the process leaks
    ~tbb_executor() noexcept override {
        arena.execute([this] { tasks.wait(); });
    }
    void execute(imload::task work) override { arena.enqueue(tasks.defer(work)); }
};
#endif

struct pool_of_two : imload::executor {
    imload::thread_pool pool{2};
    void execute(imload::task work) override { pool.execute(std::move(work)); }
};

std::atomic<int> runs{0};

int twice(int x) {
    ++runs;
    return 2 * x;
}

int fails(int x) {
    throw std::runtime_error("no " + std::to_string(x));
}

std::vector<int> numbers(imload::context& context, int n) {
    std::vector<int> all;
    for (int i = 0; i < n && !context.stop_requested(); ++i) {
        all.push_back(i);
        context.progress(i, n);
    }
    return all;
}

bool adds_up(const imload::statistics& s) {
    return s.starts == s.successes + s.failures + s.dropped + s.discarded + s.in_flight;
}

} // namespace

// Catch2 takes the types as macro arguments, so the list is a macro too.
#define EVERY_EXECUTOR                                                                            \
    imload::inline_executor, eager_manual_executor, imload::thread_per_load, pool_of_two

#if defined(HAS_ASIO) && defined(IMLOAD_TEST_TBB)
#define ALL_EXECUTORS EVERY_EXECUTOR, asio_executor, tbb_executor
#elif defined(HAS_ASIO)
#define ALL_EXECUTORS EVERY_EXECUTOR, asio_executor
#else
#define ALL_EXECUTORS EVERY_EXECUTOR
#endif

TEMPLATE_TEST_CASE("any executor: values come, once for each key", "", ALL_EXECUTORS) {
    runs = 0;
    threaded_ui<TestType> app;
    const auto load = imload::async_load(app.session, twice);
    for (int frame = 0; frame < 3; ++frame) {
        for (int i = 0; i < 100; ++i) ask(load, i);
        REQUIRE(app.idle());
        app.frame();
    }
    for (int i = 0; i < 100; ++i) CHECK(load(i) == 2 * i);
    CHECK(runs == 100);
    CHECK(adds_up(app.session.statistics()));
}

TEMPLATE_TEST_CASE("any executor: a failure is its key's alone, and retried", "", ALL_EXECUTORS) {
    threaded_ui<TestType> app;
    const auto bad = imload::async_load(app.session, fails, {.retry = {.attempts = 2, .delay = 0s}});
    const auto good = imload::async_load(app.session, twice);
    ask(bad, 7);
    ask(good, 7);
    REQUIRE(app.idle());
    CHECK(thrown<std::runtime_error>([&] { (void)bad(7); }) == "no 7");
    CHECK(bad.poll(7).error()->attempt == 3);
    CHECK(good(7) == 14);
    CHECK(app.session.statistics().retries == 2);
}

TEMPLATE_TEST_CASE("any executor: what is done to a run beats its late result", "",
                   ALL_EXECUTORS) {
    threaded_ui<TestType> app;
    const auto load = imload::async_load(app.session, numbers);
    for (int i = 0; i < 20; ++i) ask(load, 1000 + i);
    for (int i = 0; i < 20; ++i) {
        auto r = load.poll(1000 + i);
        switch (i % 4) {
        case 0: r.cancel(); break;
        case 1: r.forget(); break;
        case 2: r.set({42}); break;
        default: r.refresh(); break;
        }
    }
    REQUIRE(app.idle());
    app.frame();
    for (int i = 0; i < 20; ++i) {
        const auto r = load.peek(1000 + i);
        switch (i % 4) {
        case 0:
        case 1: CHECK_FALSE(r.has_value()); break;
        case 2: CHECK(*r == std::vector<int>{42}); break;
        default: CHECK(r->size() == 1000u + static_cast<unsigned>(i)); break;
        }
    }
    CHECK(adds_up(app.session.statistics()));
}

TEMPLATE_TEST_CASE("any executor: finish runs on this thread, and streams end with their last value",
                   "", ALL_EXECUTORS) {
    threaded_ui<TestType> app;
    static std::atomic<std::thread::id> finished_on;
    const auto load = imload::async_load(app.session, twice).finish([](int x) {
        finished_on = std::this_thread::get_id();
        return std::make_unique<int>(x + 1);
    });
    const auto stream = imload::async_load(app.session, [](imload::stream<int>& out, int n) {
        for (int i = 0; i <= n; ++i) out.publish(i);
    });
    ask(load, 4);
    ask(stream, 9);
    REQUIRE(app.idle());
    CHECK(**load.poll(4) == 9);
    CHECK(finished_on.load() == std::this_thread::get_id());
    CHECK(stream(9) == 9);
}

TEMPLATE_TEST_CASE("any executor: an earlier value stays through a failed refresh", "",
                   ALL_EXECUTORS) {
    threaded_ui<TestType> app;
    static std::atomic<bool> failing;
    failing = false;
    const auto load = imload::async_load(app.session, [](int x) {
        if (failing) throw std::runtime_error("gone");
        return x;
    });
    ask(load, 3);
    REQUIRE(app.idle());
    failing = true;
    app.frame();
    load.poll(3).refresh();
    REQUIRE(app.idle());
    CHECK(load(3) == 3);
    REQUIRE(load.poll(3).error());
    CHECK(load.poll(3).just_failed());
    CHECK(load.poll(3).version() == 1);
    failing = false;
    load.poll(3).refresh();
    REQUIRE(app.idle());
    CHECK(load.poll(3).error() == nullptr);
    CHECK(load.poll(3).version() == 2);
}

TEMPLATE_TEST_CASE("any executor: prefetches, void functions and promises come through", "",
                   ALL_EXECUTORS) {
    threaded_ui<TestType> app;
    runs = 0;
    const auto ahead = imload::async_load(app.session, twice);
    const auto nothing = imload::async_load(app.session, [](int) { ++runs; });
    const auto promised = imload::async_load(app.session, [](imload::promise<int> p, int x) {
        std::thread([p, x] { p.set_value(x + 1); }).detach();
    });
    const auto dropped = imload::async_load(app.session, [](imload::promise<int>, int) {});
    ahead.prefetch(1);
    ask(nothing, 1);
    ask(promised, 1);
    ask(dropped, 1);
    REQUIRE(app.idle());
    CHECK(ahead.peek(1).value_or(0) == 2);
    CHECK(nothing(1).has_value());
    CHECK(promised(1) == 2);
    REQUIRE(dropped.poll(1).error());
    CHECK(dropped.poll(1).error()->kind == imload::error_kind::abandoned);
    CHECK(runs == 2);
}

TEMPLATE_TEST_CASE("any executor: what is posted from a load runs on this thread", "",
                   ALL_EXECUTORS) {
    threaded_ui<TestType> app;
    const auto here = std::this_thread::get_id();
    int ran_here = 0;
    const auto load = imload::async_load(app.session, "posts", [&](int x) {
        app.session.post([&] { ran_here += std::this_thread::get_id() == here; });
        return x;
    });
    for (int i = 0; i < 10; ++i) ask(load, i);
    REQUIRE(app.idle());
    app.frame();
    CHECK(ran_here == 10);
}

TEMPLATE_TEST_CASE("any executor: a poll from inside a load is refused", "", ALL_EXECUTORS) {
    threaded_ui<TestType> app;
    const auto inner = imload::async_load(app.session, twice);
    const auto outer = imload::async_load(app.session, "outer", [&](int x) {
        return inner.poll(x).value_or(0);
    });
    ask(outer, 1);
    REQUIRE(app.idle());
    CHECK(contains(thrown<std::logic_error>([&] { (void)outer(1); }), "inside a load"));
}

TEMPLATE_TEST_CASE("any executor: a session can end at any time", "", ALL_EXECUTORS) {
    for (int round = 0; round < 20; ++round) {
        auto executor = std::make_unique<TestType>();
        {
            imload::session session{{.executor = executor.get()}};
            session.begin_frame();
            const auto load = imload::async_load(session, numbers);
            for (int i = 0; i < 50; ++i) ask(load, i);
            if (round % 2) session.begin_frame();
        }
    }
    SUCCEED();
}
