// Four threads post while the UI thread runs its frames.
// Mutants this must catch: a post queue that is swapped without its lock (a race), that loses what
// is posted during the swap (too few), or that keeps no order (a thread's posts out of order).
#include "../support.hpp"

#include <array>
#include <atomic>
#include <thread>
#include <vector>

using namespace test;

TEST_CASE("stress: posts from four threads arrive, once, each thread's in order") {
    constexpr int threads = 4;
    constexpr int each = 5000;
    imload::session session;
    session.begin_frame();
    std::array<std::vector<int>, threads> seen;
    std::atomic<int> running{threads};
    std::vector<std::thread> posters;
    for (int t = 0; t < threads; ++t)
        posters.emplace_back([&, t] {
            for (int i = 0; i < each; ++i)
                session.post([&seen, t, i] { seen[static_cast<std::size_t>(t)].push_back(i); });
            --running;
        });
    while (running > 0) {
        session.begin_frame();
        std::this_thread::yield();
    }
    for (auto& poster : posters) poster.join();
    session.begin_frame();
    for (const auto& numbers : seen) {
        REQUIRE(numbers.size() == each);
        int out_of_order = 0;
        for (int i = 0; i < each; ++i) out_of_order += numbers[static_cast<std::size_t>(i)] != i;
        CHECK(out_of_order == 0);
    }
}

TEST_CASE("stress: loads post from their workers") {
    static imload::session* session = nullptr;
    static int posted = 0;
    posted = 0;
    imload::thread_pool pool{4};
    imload::session own{{.executor = &pool}};
    session = &own;
    auto load = imload::async_load(own, [](int x) {
        for (int i = 0; i < 10; ++i) session->post([] { ++posted; });
        return x;
    });
    for (int i = 0; i < 300; ++i) ask(load, i);
    REQUIRE(own.wait_idle(patience));
    own.begin_frame();
    CHECK(posted == 3000);
}
