// Executors: the shipped ones, a user's own, and ones that misbehave.
#include "support.hpp"

#include <atomic>
#include <memory>
#include <vector>

using namespace test;

namespace {

int twice(int x) { return 2 * x; }

// A user's executor, in three lines.
struct detached_threads : imload::executor {
    void execute(imload::task task) override { std::thread(std::move(task)).detach(); }
};

struct refusing : imload::executor {
    int asked = 0;
    void execute(imload::task) override {
        ++asked;
        throw std::runtime_error("the pool is full");
    }
};

struct refusing_with_int : imload::executor {
    void execute(imload::task) override { throw 5; }
};

struct dropping : imload::executor {
    int asked = 0;
    void execute(imload::task) override { ++asked; }
};

struct repeating : imload::executor {
    void execute(imload::task task) override {
        task();
        task();
        imload::task copy = task;
        copy();
    }
};

struct keeping : imload::executor {
    std::vector<imload::task> tasks;
    void execute(imload::task task) override { tasks.push_back(std::move(task)); }
};

// Runs the task, then throws.
struct running_and_throwing : imload::executor {
    void execute(imload::task task) override {
        task();
        throw std::runtime_error("after the run");
    }
};

} // namespace

TEST_CASE("a refresh that takes its unkeyed arguments from the next ask keeps its task") {
    keeping executor;
    imload::session session{{.executor = &executor}};
    session.begin_frame();
    const auto echo = [](int unkeyed, int) { return unkeyed; };
    const auto load = imload::async_load(session, echo);
    const auto urgent = imload::async_load(session, echo, {.priority = 1});
    const auto run = [&](std::size_t task) { executor.tasks[task](); };
    for (const int x : {1, 2}) ask(load, imload::unkeyed(1), x);
    for (const std::size_t task : {0u, 1u}) run(task);
    session.begin_frame();
    executor.tasks.clear();
    session.refresh_all();
    SECTION("one that is dropped costs its key an error") {
        ask(load, imload::unkeyed(2), 1);
        executor.tasks[0] = {};
        session.begin_frame();
        REQUIRE(load.poll(imload::unkeyed(3), 1).error());
        CHECK(load.poll(imload::unkeyed(3), 1).error()->kind == imload::error_kind::abandoned);
    }
    SECTION("one that is dropped after another ran its load strands that one's key") {
        for (const int x : {1, 2}) ask(load, imload::unkeyed(2), x);
        run(1);
        executor.tasks[0] = {};
        session.begin_frame();
        CHECK(load.poll(imload::unkeyed(3), 1).value_or(0) == 2);
        REQUIRE(load.poll(imload::unkeyed(3), 2).error());
        CHECK(load.poll(imload::unkeyed(3), 2).error()->kind == imload::error_kind::abandoned);
    }
    SECTION("and has the priority of that ask") {
        ask(urgent, imload::unkeyed(2), 2);
        run(0);
        session.begin_frame();
        CHECK(load.poll(imload::unkeyed(3), 2).version() == 2);
        CHECK(load.poll(imload::unkeyed(3), 1).version() == 1);
    }
}

TEST_CASE("a task runs one load, however often it is called") {
    keeping executor;
    imload::session session{{.executor = &executor}};
    session.begin_frame();
    const auto load = imload::async_load(session, twice);
    for (const int x : {1, 2}) ask(load, x);
    for (int i = 0; i < 3; ++i) executor.tasks[0]();
    session.begin_frame();
    CHECK(load.poll(1).has_value());
    CHECK_FALSE(load.poll(2).has_value());
    executor.tasks[1]();
    session.begin_frame();
    CHECK(load.poll(2).has_value());
}

TEST_CASE("any thread pool is an executor in three lines") {
    threaded_ui<detached_threads> app;
    auto load = imload::async_load(app.session, twice);
    for (int i = 0; i < 20; ++i) ask(load, i);
    REQUIRE(app.idle());
    int right = 0;
    for (int i = 0; i < 20; ++i) right += load(i) == 2 * i;
    CHECK(right == 20);
}

TEST_CASE("a thread pool runs every load") {
    imload::thread_pool pool{3};
    imload::session session{{.executor = &pool}};
    session.begin_frame();
    auto load = imload::async_load(session, twice);
    for (int i = 0; i < 500; ++i) ask(load, i);
    REQUIRE(session.wait_idle(patience));
    int right = 0;
    for (int i = 0; i < 500; ++i) right += load(i) == 2 * i;
    CHECK(right == 500);
}

TEST_CASE("one thread pool may serve two sessions") {
    imload::thread_pool pool{2};
    imload::session first{{.executor = &pool}};
    imload::session second{{.executor = &pool}};
    auto one = imload::async_load(first, twice);
    auto two = imload::async_load(second, twice);
    for (int i = 0; i < 50; ++i) {
        ask(one, i);
        ask(two, i + 1000);
    }
    REQUIRE(first.wait_idle(patience));
    REQUIRE(second.wait_idle(patience));
    CHECK(one(49) == 98);
    CHECK(two(1049) == 2098);
    CHECK(first.size() == 50);
    CHECK(second.size() == 50);
}

TEST_CASE("thread_per_load runs loads side by side") {
    threaded_ui<imload::thread_per_load> app;
    static gate at_gate;
    auto load = imload::async_load(app.session, [](int x) {
        at_gate.pass();
        return x;
    });
    for (int i = 0; i < 4; ++i) ask(load, i);
    for (int i = 0; i < 4; ++i) at_gate.wait(); // all four are inside at once
    at_gate.open(4);
    REQUIRE(app.idle());
    CHECK(load(3) == 3);
}

TEST_CASE("an inline executor runs a load within its ask and shows it in the next frame") {
    imload::inline_executor executor;
    imload::session session{{.executor = &executor}};
    session.begin_frame();
    static int runs = 0;
    runs = 0;
    auto load = imload::async_load(session, [](int x) {
        ++runs;
        return x;
    });
    CHECK_FALSE(load(1).has_value());
    CHECK(runs == 1);
    CHECK_FALSE(load(1).has_value());
    session.begin_frame();
    CHECK(load(1) == 1);
    CHECK(runs == 1);
}

TEST_CASE("a manual executor runs one task or all") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    for (int i = 0; i < 5; ++i) ask(load, i);
    CHECK(app.executor.pending() == 5);
    app.executor.run_one();
    CHECK(app.executor.pending() == 4);
    app.frame();
    int there = 0;
    for (int i = 0; i < 5; ++i) there += load(i).has_value();
    CHECK(there == 1);
    app.executor.run_all();
    CHECK(app.executor.pending() == 0);
    app.executor.run_one(); // nothing to do is no error
    app.frame();
    CHECK(load(4) == 8);
}

TEST_CASE("the session, not the executor, decides which key runs next") {
    for (std::uint32_t seed : {1U, 2U, 3U}) {
        ui app;
        static std::vector<int> order;
        order.clear();
        auto load = imload::async_load(app.session, [](int x) {
            order.push_back(x);
            return x;
        });
        for (int i = 0; i < 10; ++i) ask(load, i);
        app.executor.shuffle(seed);
        app.executor.run_all();
        CHECK(order == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    }
}

TEST_CASE("an executor that throws costs its key the error rejected") {
    refusing executor;
    imload::session session{{.executor = &executor}};
    session.begin_frame();
    auto load = imload::async_load(session, twice);
    CHECK_FALSE(load.poll(1).has_value());
    session.begin_frame();
    for (int i = 0; i < 5; ++i) {
        const auto result = load.poll(1);
        REQUIRE(result.error() != nullptr);
        CHECK(result.error()->kind == imload::error_kind::rejected);
        CHECK_FALSE(result.error()->message.empty());
        CHECK_FALSE(result.is_loading());
        CHECK(result.just_failed() == (i == 0));
        session.begin_frame();
    }
    CHECK(executor.asked == 1);
    CHECK_THROWS_AS(load(1), std::exception);
    load.poll(1).refresh();
    session.begin_frame();
    CHECK(executor.asked == 2);
    CHECK(session.statistics().failures == 2);
    CHECK(session.statistics().in_flight == 0);
    CHECK(session.statistics().queued == 0);
}

TEST_CASE("an executor may throw anything") {
    refusing_with_int executor;
    imload::session session{{.executor = &executor}};
    session.begin_frame();
    auto load = imload::async_load(session, twice);
    ask(load, 1);
    session.begin_frame();
    REQUIRE(load.poll(1).error() != nullptr);
    CHECK(load.poll(1).error()->kind == imload::error_kind::rejected);
    CHECK_FALSE(load.poll(1).error()->message.empty());
    CHECK(session.wait_idle(patience));
}

TEST_CASE("an executor that drops a task costs its key the error abandoned") {
    dropping executor;
    imload::session session{{.executor = &executor}};
    session.begin_frame();
    auto load = imload::async_load(session, twice);
    ask(load, 1);
    session.begin_frame();
    for (int i = 0; i < 5; ++i) {
        REQUIRE(load.poll(1).error() != nullptr);
        CHECK(load.poll(1).error()->kind == imload::error_kind::abandoned);
        CHECK_FALSE(load.poll(1).error()->message.empty());
        session.begin_frame();
    }
    CHECK(executor.asked == 1);
    CHECK_THROWS_AS(load(1), std::exception);
    CHECK(session.wait_idle(patience));
}

TEST_CASE("a dropped task costs one key, the others load") {
    keeping executor;
    imload::session session{{.executor = &executor}};
    session.begin_frame();
    auto load = imload::async_load(session, twice, {.throw_errors = false});
    for (int i = 0; i < 4; ++i) ask(load, i);
    REQUIRE(executor.tasks.size() == 4);
    executor.tasks.pop_back();
    while (!executor.tasks.empty()) {
        auto task = std::move(executor.tasks.back());
        executor.tasks.pop_back();
        task();
    }
    session.begin_frame();
    session.begin_frame();
    int values = 0;
    int abandoned = 0;
    for (int i = 0; i < 4; ++i) {
        const auto result = load.poll(i);
        values += result.has_value();
        abandoned +=
            result.error() != nullptr && result.error()->kind == imload::error_kind::abandoned;
    }
    CHECK(values == 3);
    CHECK(abandoned == 1);
    CHECK(session.wait_idle(patience));
}

TEST_CASE("a task that is run twice runs its load once") {
    repeating executor;
    imload::session session{{.executor = &executor}};
    session.begin_frame();
    static int runs = 0;
    runs = 0;
    auto load = imload::async_load(session, [](int x) {
        ++runs;
        return x;
    });
    for (int i = 0; i < 5; ++i) ask(load, i);
    session.begin_frame();
    for (int i = 0; i < 5; ++i) {
        CHECK(load(i) == i);
        CHECK(load.poll(i).version() == 1);
    }
    CHECK(runs == 5);
    CHECK(session.statistics().successes == 5);
}

TEST_CASE("a task run again after a refresh began is harmless") {
    keeping executor;
    imload::session session{{.executor = &executor}};
    session.begin_frame();
    auto load = imload::async_load(session, twice);
    ask(load, 1);
    REQUIRE(executor.tasks.size() == 1);
    executor.tasks[0]();
    session.begin_frame();
    load.poll(1).refresh();
    REQUIRE(executor.tasks.size() == 2);
    executor.tasks[0]();
    executor.tasks[1]();
    executor.tasks[0]();
    executor.tasks[1]();
    session.begin_frame();
    CHECK(load(1) == 2);
    CHECK(load.poll(1).version() == 2);
    session.begin_frame();
    CHECK(load.poll(1).version() == 2);
    CHECK(load.poll(1).error() == nullptr);
}

TEST_CASE("an executor that runs the task and then throws does no harm") {
    running_and_throwing executor;
    imload::session session{{.executor = &executor}};
    session.begin_frame();
    auto load = imload::async_load(session, twice, {.throw_errors = false});
    ask(load, 1);
    session.begin_frame();
    const auto result = load.poll(1);
    CHECK((result.has_value() || result.error() != nullptr));
    CHECK_FALSE(result.is_loading());
    CHECK(session.wait_idle(patience));
}

TEST_CASE("a task may run after its session is gone") {
    keeping executor;
    static int runs = 0;
    runs = 0;
    {
        imload::session session{{.executor = &executor}};
        session.begin_frame();
        auto load = imload::async_load(session, [](int x) {
            ++runs;
            return x;
        });
        for (int i = 0; i < 3; ++i) ask(load, i);
    }
    for (auto& task : executor.tasks) task();
    CHECK(runs == 0);
    executor.tasks.clear();
}

TEST_CASE("a task may be dropped after its session is gone") {
    keeping executor;
    {
        imload::session session{{.executor = &executor}};
        session.begin_frame();
        ask(imload::async_load(session, twice), 1);
    }
    executor.tasks.clear();
    SUCCEED();
}

TEST_CASE("a manual executor may be destroyed with tasks in it") {
    auto executor = std::make_unique<imload::manual_executor>();
    imload::session session{{.executor = executor.get()}};
    session.begin_frame();
    auto load = imload::async_load(session, twice);
    ask(load, 1);
    executor.reset();
    session.begin_frame();
    REQUIRE(load.poll(1).error() != nullptr);
    CHECK(load.poll(1).error()->kind == imload::error_kind::abandoned);
}

TEST_CASE("one task is handed over per queued load") {
    keeping executor;
    imload::session session{{.executor = &executor}};
    session.begin_frame();
    auto load = imload::async_load(session, twice);
    for (int i = 0; i < 10; ++i)
        for (int again = 0; again < 3; ++again) ask(load, i);
    session.begin_frame();
    for (int i = 0; i < 10; ++i) ask(load, i);
    CHECK(executor.tasks.size() == 10);
    for (auto& task : executor.tasks) task();
}

TEST_CASE("a task can be copied") {
    keeping executor;
    imload::session session{{.executor = &executor}};
    session.begin_frame();
    ask(imload::async_load(session, twice), 1);
    const imload::task copy = executor.tasks[0];
    const imload::task second = copy;
    executor.tasks[0]();
    session.begin_frame();
    CHECK(imload::async_load(session, twice)(1) == 2);
}
