// The wake hook is swapped while workers call it, and a loop sleeps on it alone.
// Mutants this must catch: set_wake({}) that returns while a call still runs (the hook's own state
// is used after it died); a hook read without synchronisation (a race); the "already woken" mark
// cleared after the inbox was emptied instead of before (a wake is lost, the loop sleeps for good).
#include "../support.hpp"

#include <atomic>
#include <memory>
#include <semaphore>

using namespace test;

namespace {

// A hook's state that knows when it is used after its end.
struct hook_state {
    std::atomic<bool> alive{true};
    std::atomic<int> calls{0};
};

} // namespace

TEST_CASE("stress: a hook's state may die when set_wake({}) has returned") {
    imload::thread_pool pool{4};
    imload::session session{{.executor = &pool}};
    auto load = imload::async_load(session, [](int x) { return x; });
    std::atomic<int> after_death{0};
    int next = 0;
    for (int round = 0; round < 500; ++round) {
        session.begin_frame();
        auto state = std::make_shared<hook_state>(); // shared, so that a mutant is told, not killed
        session.set_wake([state, &after_death] {
            ++state->calls;
            for (int i = 0; i < 50; ++i) {
                if (!state->alive) ++after_death;
                std::this_thread::yield();
            }
        });
        for (int i = 0; i < 4; ++i) ask(load, next++);
        for (int i = 0; i < 10'000 && state->calls == 0; ++i) std::this_thread::yield();
        session.set_wake({});
        state->alive = false;
    }
    CHECK(session.wait_idle(patience));
    CHECK(after_death == 0);
}

TEST_CASE("stress: a hook may be replaced by another while it is called") {
    imload::thread_pool pool{4};
    imload::session session{{.executor = &pool}};
    auto load = imload::async_load(session, [](int x) { return x; });
    auto calls = std::make_shared<std::atomic<int>>(0);
    int next = 0;
    for (int round = 0; round < 1500; ++round) {
        session.begin_frame();
        session.set_wake([calls] { ++*calls; }); // the hook owns its state
        for (int i = 0; i < 3; ++i) ask(load, next++);
    }
    CHECK(session.wait_idle(patience));
    session.set_wake({});
    CHECK(calls.use_count() == 1);
    CHECK(*calls <= 2 * 1500 + 1); // once per frame and hook
}

TEST_CASE("stress: a loop that sleeps until it is woken misses no result") {
    imload::thread_pool pool{4};
    imload::session session{{.executor = &pool}};
    std::counting_semaphore<> woken{0};
    session.set_wake([&] { woken.release(); });
    auto load = imload::async_load(session, [](int x) { return x; });
    bool missed = false;
    for (int round = 0; round < 300 && !missed; ++round) {
        int there = 0;
        while (there < 8 && !missed) {
            session.begin_frame();
            there = 0;
            for (int i = 0; i < 8; ++i) there += load.poll(8 * round + i).has_value();
            if (there < 8) missed = !woken.try_acquire_for(patience);
        }
    }
    CHECK_FALSE(missed);
    session.set_wake({});
}

TEST_CASE("stress: a loop that sleeps until it is woken misses no post") {
    imload::session session;
    session.begin_frame();
    std::counting_semaphore<> woken{0};
    session.set_wake([&] { woken.release(); });
    int arrived = 0;
    std::thread poster([&] {
        for (int i = 0; i < 3000; ++i) {
            session.post([&] { ++arrived; });
            if (i % 16 == 0) std::this_thread::yield();
        }
    });
    bool missed = false;
    while (arrived < 3000 && !missed) {
        missed = !woken.try_acquire_for(patience);
        session.begin_frame();
    }
    poster.join();
    session.begin_frame();
    CHECK(arrived == 3000);
    session.set_wake({});
}
