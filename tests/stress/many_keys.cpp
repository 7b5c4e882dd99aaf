// Many keys on real threads: every value arrives, once, and belongs to its key.
// Mutants this must catch: a worker that hands over its result without the inbox's lock (a race),
// an inbox that loses what is pushed while it is swapped out (a key never completes), a job that
// two workers take (a version above 1).
#include "../support.hpp"

#include <atomic>
#include <vector>

using namespace test;

namespace {

std::atomic<int> runs{0};

std::string spelled(int number, const std::string& unit) {
    runs.fetch_add(1, std::memory_order_relaxed);
    return std::to_string(number) + " " + unit;
}

void load_many(imload::session_options options, int count) {
    runs = 0;
    imload::session session{std::move(options)};
    auto load = imload::async_load(session, spelled);
    const std::string unit = "a unit that is longer than a small string";
    int there = 0;
    for (int frame = 0; there < count && frame < 2'000'000; ++frame) {
        session.begin_frame();
        there = 0;
        for (int i = 0; i < count; ++i) there += load.poll(i, unit).has_value();
        std::this_thread::yield();
    }
    REQUIRE(session.wait_idle(patience));
    int right = 0;
    for (int i = 0; i < count; ++i) {
        const auto result = load.poll(i, unit);
        right += result && *result == std::to_string(i) + " " + unit && result.version() == 1;
    }
    CHECK(right == count);
    CHECK(runs == count);
}

} // namespace

TEST_CASE("stress: many keys on a thread pool") {
    for (unsigned threads : {1U, 2U, 4U, 8U}) {
        imload::thread_pool pool{threads};
        load_many({.executor = &pool}, 1500);
    }
}

TEST_CASE("stress: many keys on the session's own threads") {
    for (unsigned threads : {1U, 2U, 4U, 8U}) load_many({.threads = threads}, 1500);
}

TEST_CASE("stress: many keys on a thread each") {
    imload::thread_per_load executor;
    load_many({.executor = &executor}, 300);
}

TEST_CASE("stress: keys that come and go") {
    imload::thread_pool pool{4};
    imload::session session{{.executor = &pool}};
    auto load = imload::async_load(session, [](int x) { return std::vector<int>(10, x); });
    int wrong = 0;
    for (int top = 0; top < 4000; top += 3) {
        session.begin_frame();
        for (int row = top; row < top + 20; ++row) {
            const auto result = load.poll(row);
            if (result) wrong += (*result)[9] != row;
        }
        if (top % 300 == 0) session.clear();
    }
    CHECK(wrong == 0);
    CHECK(session.wait_idle(patience));
}

// Mutant: what a loader has found out about its keys is read and written as an ordinary number.
TEST_CASE("stress: one loader, used with a session on each of two threads") {
    const auto load = imload::async_load(spelled);
    std::atomic<int> right{0};
    const auto use = [&] {
        imload::session session;
        session.make_current();
        for (int frame = 0; frame < 200; ++frame) {
            session.begin_frame();
            for (int i = 0; i < 10; ++i) ask(load, i, "m");
            if (frame == 0) static_cast<void>(session.wait_idle(patience));
        }
        for (int i = 0; i < 10; ++i) right += load(i, "m") == std::to_string(i) + " m";
    };
    std::thread other(use);
    use();
    other.join();
    CHECK(right == 20);
}
