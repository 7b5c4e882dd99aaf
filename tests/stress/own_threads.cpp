// The session's own threads take loads straight from its queue, sleep, and wake each other.
// Mutants this must catch: a thread that found a load and does not look whether more came before it
// said so, or one that goes to sleep without looking once more (a load waits although a thread
// sleeps: loads that wait for each other never end); a worker that looks at the queue without
// taking in what the UI thread wished for meanwhile, or wishes that are read without
// synchronisation (a load never runs, or a race).
#include "../support.hpp"

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

using namespace test;

namespace {

struct rendezvous {
    std::atomic<int> arrived{0};
    std::atomic<bool> late{false};

    // Waits until so many are inside at once.
    int meet(int expected) {
        ++arrived;
        const auto until = std::chrono::steady_clock::now() + patience_of_one;
        while (arrived < expected && !late) {
            if (std::chrono::steady_clock::now() > until) late = true;
            std::this_thread::yield();
        }
        return expected;
    }
    static constexpr std::chrono::seconds patience_of_one{5};
};

rendezvous meeting;

} // namespace

TEST_CASE("stress: loads that wait for each other all run, as many as there are threads") {
    imload::session session{{.threads = 3}};
    auto load = imload::async_load(session, [](int, int guests) { return meeting.meet(guests); });
    for (int round = 0; round < 20'000 && !meeting.late; ++round) {
        meeting.arrived = 0;
        session.begin_frame();
        const int guests = 2 + round % 2;
        for (int i = 0; i < guests; ++i) {
            ask(load, 4 * round + i, guests);
            // So that a thread is asleep, about to be, or about to say that it has found one.
            for (int pause = 0; pause < round % 89 * 3; ++pause)
                static_cast<void>(meeting.late.load(std::memory_order_relaxed));
        }
        REQUIRE(session.wait_idle(patience));
    }
    CHECK_FALSE(meeting.late);
}

TEST_CASE("stress: one load at a time wakes the session's threads each time") {
    for (const std::size_t threads : {1u, 2u, 4u}) {
        imload::session session{{.threads = threads}};
        auto load = imload::async_load(session, [](int x) { return x + 1; });
        int right = 0;
        for (int i = 0; i < 3000; ++i) {
            session.begin_frame();
            ask(load, i);
            if (i % 3 == 0) std::this_thread::yield();
            if (i % 50 == 0) std::this_thread::sleep_for(200us); // all sleep
            if (!session.wait_idle(patience)) break;
            right += load.poll(i).value_or(0) == i + 1;
        }
        CHECK(right == 3000);
    }
}

TEST_CASE("stress: keys asked for, withdrawn and asked for again while threads take them") {
    static std::atomic<int> runs{0};
    runs = 0;
    imload::session session{{.threads = 2}};
    auto load = imload::async_load(session, [](int x) {
        ++runs;
        return std::vector<int>(8, x);
    });
    auto urgent = imload::async_load(session, [](int x) { return x; }, {.priority = 3});
    int wrong = 0;
    for (int frame = 0; frame < 1500; ++frame) {
        session.begin_frame();
        const int top = frame / 3 * 5;
        for (int row = top; row < top + 40; ++row) {
            if (row % 4 == 0) load.prefetch(row + 40);
            const auto result = load.poll(row); // asked for again in three frames
            if (result) wrong += (*result)[7] != row;
            if (row % 11 == 0) load.poll(row).cancel();
            if (row % 13 == 0) load.poll(row).refresh();
            if (row % 17 == 0) load.poll(row).forget();
            ask(urgent, row);
        }
        if (frame % 200 == 199) session.clear();
    }
    CHECK(wrong == 0);
    CHECK(session.wait_idle(patience));
    const auto s = session.statistics();
    CHECK(s.in_flight == 0);
    CHECK(s.starts == s.successes + s.failures + s.dropped + s.discarded);
}

TEST_CASE("stress: sessions end while their own threads look for work") {
    for (int round = 0; round < 400; ++round) {
        imload::session session{{.threads = 3}};
        auto load = imload::async_load(session, [](int x) { return x; });
        session.begin_frame();
        for (int i = 0; i < round % 40; ++i) ask(load, i);
        if (round % 3 == 0) session.begin_frame();
        if (round % 5 == 0) CHECK(session.shutdown(patience));
    }
}

namespace {

// Begins each load a little after it was queued.
struct late_executor : imload::executor {
    std::vector<std::thread> threads;
    ~late_executor() override {
        for (std::thread& t : threads) t.join();
    }
    void execute(imload::task work) override {
        threads.emplace_back([work = std::move(work)] {
            std::this_thread::sleep_for(20ms);
            work();
        });
    }
};

} // namespace

TEST_CASE("stress: a wait for all loads tells one to stop whose timeout began meanwhile") {
    late_executor executor;
    imload::session session{{.executor = &executor}};
    const auto load = imload::async_load(session,
                                         [](imload::context& c) {
                                             while (!c.stop_requested()) std::this_thread::yield();
                                             return 1;
                                         },
                                         {.timeout = 30ms});
    session.begin_frame();
    ask(load);
    REQUIRE(session.wait_idle(patience));
    session.begin_frame();
    REQUIRE(load.peek().error());
    CHECK(load.peek().error()->kind == imload::error_kind::timeout);
}
