// What runs next: what is visible, in the order in which it was asked for.
#include "support.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <numeric>
#include <vector>

using namespace test;

namespace {

std::vector<int> ran;

int cell(int x) {
    ran.push_back(x);
    return x;
}

struct grid_ui : ui {
    grid_ui() { ran.clear(); }

    template <class Loader>
    void show(Loader& load, int from, int to) {
        frame();
        for (int i = from; i < to; ++i) ask(load, i);
    }
    int run(int workers) {
        int done = 0;
        while (done < workers && executor.run_one()) ++done;
        return done;
    }
    void check_books() const {
        const auto s = session.statistics();
        CHECK(s.starts == s.successes + s.failures + s.dropped + s.discarded + s.in_flight);
    }
};

std::vector<int> range(int from, int to) {
    std::vector<int> v(static_cast<std::size_t>(to - from));
    std::iota(v.begin(), v.end(), from);
    return v;
}

} // namespace

TEST_CASE("keys of one frame run in asking order") {
    grid_ui app;
    auto load = imload::async_load(app.session, cell);
    for (const int x : {5, 3, 9, 1}) ask(load, x);
    app.executor.run_all();
    CHECK(ran == std::vector{5, 3, 9, 1});
}

TEST_CASE("the keys of the newest frame run first") {
    grid_ui app;
    auto load = imload::async_load(app.session, cell);
    app.show(load, 0, 3);
    app.show(load, 10, 13);
    app.show(load, 20, 23);
    app.executor.run_all();
    CHECK(ran == std::vector{20, 21, 22, 10, 11, 12, 0, 1, 2});
}

TEST_CASE("asking again makes a key one of the newest frame, in the order of that frame") {
    grid_ui app;
    auto load = imload::async_load(app.session, cell);
    for (const int x : {1, 2, 3, 4}) ask(load, x);
    app.frame();
    for (const int x : {4, 9, 2}) ask(load, x);
    app.executor.run_all();
    CHECK(ran == std::vector{4, 9, 2, 1, 3});
}

TEST_CASE("asking twice in one frame does not change a key's turn") {
    grid_ui app;
    auto load = imload::async_load(app.session, cell);
    for (const int x : {1, 2, 3, 1, 2, 1}) ask(load, x);
    app.executor.run_all();
    CHECK(ran == std::vector{1, 2, 3});
    app.frame();
    for (const int x : {4, 5}) ask(load, x);
    app.frame();
    for (const int x : {5, 4, 5, 4}) ask(load, x);
    app.executor.run_all();
    CHECK(ran == std::vector{1, 2, 3, 5, 4});
}

TEST_CASE("among keys of one frame the higher priority goes first") {
    grid_ui app;
    auto low = imload::async_load(app.session, cell, {.priority = -1});
    auto plain = imload::async_load(app.session, cell);
    auto high = imload::async_load(app.session, cell, {.priority = 7});
    ask(low, 1);
    ask(plain, 2);
    ask(high, 3);
    ask(low, 4);
    ask(plain, 5);
    ask(high, 6);
    app.executor.run_all();
    CHECK(ran == std::vector{3, 6, 2, 5, 1, 4});
}

TEST_CASE("each key may have a priority of its own, another one in each frame") {
    grid_ui app;
    constexpr int count = 300;
    std::vector<int> waiting = range(0, count);
    for (int frame = 0; !waiting.empty(); ++frame) {
        const auto priority = [&](int x) { return (x + 37 * frame) % count - count / 2; };
        app.frame();
        for (const int x : waiting)
            ask(imload::async_load(app.session, cell, {.priority = priority(x)}), x);
        ran.clear();
        app.run(20);
        std::sort(waiting.begin(), waiting.end(),
                  [&](int a, int b) { return priority(a) > priority(b); });
        CHECK(ran == std::vector(waiting.begin(), waiting.begin() + 20));
        waiting.erase(waiting.begin(), waiting.begin() + 20);
        std::sort(waiting.begin(), waiting.end());
    }
    app.check_books();
}

TEST_CASE("a newer frame goes before a higher priority") {
    grid_ui app;
    auto plain = imload::async_load(app.session, cell);
    auto high = imload::async_load(app.session, cell, {.priority = 100});
    ask(high, 1);
    app.frame();
    ask(plain, 2);
    app.executor.run_all();
    CHECK(ran == std::vector{2, 1});
}

TEST_CASE("the priority of the latest ask holds") {
    grid_ui app;
    auto plain = imload::async_load(app.session, cell);
    auto high = imload::async_load(app.session, cell, {.priority = 1});
    for (const int x : {1, 2, 3}) ask(plain, x);
    app.frame();
    for (const int x : {1, 2}) ask(plain, x);
    ask(high, 3);
    app.executor.run_all();
    CHECK(ran == std::vector{3, 1, 2});
}

TEST_CASE("prefetches run last, in their order") {
    grid_ui app;
    auto load = imload::async_load(app.session, cell);
    auto low = imload::async_load(app.session, cell, {.priority = -100});
    for (const int x : {10, 11, 12}) load.prefetch(x);
    ask(low, 1);
    ask(load, 2);
    app.executor.run_all();
    CHECK(ran == std::vector{2, 1, 10, 11, 12});
}

TEST_CASE("a prefetch is promoted when it is asked for") {
    grid_ui app;
    auto load = imload::async_load(app.session, cell);
    for (const int x : {10, 11, 12}) load.prefetch(x);
    app.frame();
    ask(load, 1);
    ask(load, 12);
    app.executor.run_all();
    CHECK(ran == std::vector{1, 12, 10, 11});
    CHECK(app.starts() == 4);
}

TEST_CASE("a prefetch is not dropped for not being asked for, a promoted one is") {
    grid_ui app;
    auto load = imload::async_load(app.session, cell);
    load.prefetch(1);
    load.prefetch(2);
    app.frame();
    ask(load, 2);
    app.frames(10);
    CHECK(app.statistics().dropped == 1);
    app.executor.run_all();
    CHECK(ran == std::vector{1});
    app.frame();
    CHECK(load.peek(1).has_value());
}

TEST_CASE("refreshing a key that was prefetched is no prefetch") {
    grid_ui app;
    auto load = imload::async_load(app.session, cell);
    load.prefetch(1);
    app.land();
    load.prefetch(2);
    load.peek(1).refresh();
    app.executor.run_all();
    CHECK(ran == std::vector{1, 1, 2});
}

TEST_CASE("prefetching what is queued already does not put it last") {
    grid_ui app;
    auto load = imload::async_load(app.session, cell);
    ask(load, 1);
    load.prefetch(2);
    load.prefetch(1);
    app.executor.run_all();
    CHECK(ran == std::vector{1, 2});
}

TEST_CASE("a queued key that was not asked for in the last two frames is dropped for free") {
    grid_ui app;
    auto load = imload::async_load(app.session, cell);
    ask(load, 1);
    app.frames(2);
    CHECK(app.statistics().dropped == 0);
    CHECK(app.statistics().queued == 1);
    app.frame();
    CHECK(app.statistics().dropped == 1);
    CHECK(app.statistics().queued == 0);
    CHECK(app.statistics().in_flight == 0);
    CHECK(load.peek(1).status() == status::idle);
    app.check_books();
    app.executor.run_all();
    CHECK(ran.empty());
    ask(load, 1);
    CHECK(load.poll(1).status() == status::queued);
    app.executor.run_all();
    CHECK(ran == std::vector{1});
    app.frame();
    CHECK(load(1) == 1);
    app.check_books();
}

TEST_CASE("which key runs is decided when a worker is free, whatever task it was handed") {
    grid_ui app;
    auto load = imload::async_load(app.session, cell);
    app.executor.shuffle(7);
    app.show(load, 0, 50);
    app.executor.run_one();
    app.show(load, 25, 75);
    app.executor.run_all();
    std::vector<int> expected{0};
    for (const int x : range(25, 75)) expected.push_back(x);
    for (const int x : range(1, 25)) expected.push_back(x);
    CHECK(ran == expected);
}

TEST_CASE("on the session's own threads, too, what was asked for meanwhile may go first") {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<int> begun; // guarded, as the next
    std::size_t may_end = 0;
    const auto load = [&](int x) {
        std::unique_lock lock(mutex);
        begun.push_back(x);
        changed.notify_all();
        const std::size_t turn = begun.size();
        changed.wait(lock, [&] { return may_end >= turn; });
        return x;
    };
    const auto let_end = [&](std::size_t turn) {
        const std::lock_guard lock(mutex);
        may_end = turn;
        changed.notify_all();
    };
    const auto wait_for_begin = [&](std::size_t turn) {
        std::unique_lock lock(mutex);
        CHECK(changed.wait_for(lock, patience, [&] { return begun.size() >= turn; }));
    };
    imload::session session{{.threads = 1}};
    const auto low = imload::async_load(session, "numbers", load);
    const auto high = imload::async_load(session, "numbers", load, {.priority = 1});
    session.begin_frame();
    ask(low, 0);
    wait_for_begin(1);
    for (const int x : {1, 2, 3}) ask(low, x);
    let_end(1);
    wait_for_begin(2); // 2 and 3 are in the queue now
    ask(high, 4);
    let_end(2);
    wait_for_begin(3);
    session.begin_frame();
    for (const int x : {5, 3}) ask(low, x);
    let_end(100);
    CHECK(session.wait_idle(patience));
    CHECK(begun == std::vector<int>{0, 1, 4, 5, 3, 2});
}

TEST_CASE("after a fling to the end what is visible is loaded next") {
    grid_ui app;
    auto load = imload::async_load(app.session, cell);
    constexpr int visible = 40;
    constexpr int cells = 10'000;
    constexpr int workers = 4;
    for (int top = 0; top + visible < cells; top += 83) {
        app.show(load, top, top + visible);
        app.run(workers / 2); // far too slow for all of it
        CHECK(app.statistics().queued <= 3 * visible);
        app.check_books();
    }
    const auto before = ran.size();
    constexpr int last = cells - visible;
    int frames = 0;
    const auto complete = [&] {
        for (int i = last; i < cells; ++i)
            if (!load.peek(i).has_value()) return false;
        return true;
    };
    do {
        app.show(load, last, cells);
        app.run(workers);
        ++frames;
        app.frame();
        for (int i = last; i < cells; ++i) ask(load, i);
    } while (!complete() && frames < 100);
    CHECK(frames == visible / workers); // the ideal
    CHECK(std::vector(ran.begin() + static_cast<std::ptrdiff_t>(before), ran.end()) ==
          range(last, cells));
    CHECK(app.statistics().dropped > 3000);
}

TEST_CASE("after a fling and return only what is still missing is loaded") {
    grid_ui app;
    auto load = imload::async_load(app.session, cell);
    constexpr int visible = 40;
    app.show(load, 0, visible);
    app.run(25);
    for (int top = 0; top < 5000; top += 100) app.show(load, top, top + visible);
    const auto before = ran.size();
    app.show(load, 0, visible);
    app.run(visible - 25);
    CHECK(std::vector(ran.begin() + static_cast<std::ptrdiff_t>(before), ran.end()) ==
          range(25, visible));
    app.frame();
    for (int i = 0; i < visible; ++i) CHECK(load(i) == i);
    CHECK(std::count(ran.begin(), ran.end(), 0) == 1);
}

TEST_CASE("what is loaded stays loaded through a fling") {
    grid_ui app;
    auto load = imload::async_load(app.session, cell);
    app.show(load, 0, 40);
    app.executor.run_all();
    for (int top = 0; top < 1000; top += 100) app.show(load, top, top + 40);
    app.show(load, 0, 40);
    for (int i = 0; i < 40; ++i) CHECK(load(i) == i);
}
