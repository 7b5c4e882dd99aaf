// session_options::max_entries and options::forget_after: how many keys are kept, and which.
#include "support.hpp"

#include <set>
#include <vector>

using namespace test;

namespace {

std::vector<int> ran;

int load_tile(int x) {
    ran.push_back(x);
    return x;
}

// A map viewer: asks for some tiles in each frame.
struct map_ui {
    imload::manual_clock clock;
    imload::manual_executor executor;
    imload::session session;

    explicit map_ui(std::size_t most)
        : session{{.executor = &executor, .clock = &clock, .max_entries = most}} {
        ran.clear();
        session.begin_frame();
    }
    template <class Loader>
    void show(Loader& load, const std::vector<int>& visible) {
        session.begin_frame();
        for (const int tile : visible) ask(load, tile);
        executor.run_all();
    }
    template <class Loader>
    [[nodiscard]] std::set<int> kept(Loader& load, int most) {
        std::set<int> tiles;
        for (int tile = 0; tile < most; ++tile)
            if (load.peek(tile).has_value()) tiles.insert(tile);
        return tiles;
    }
};

} // namespace

TEST_CASE("beyond max_entries those keys go that were not asked for the longest") {
    map_ui app(5);
    auto load = imload::async_load(app.session, load_tile);
    for (int tile = 0; tile < 5; ++tile) app.show(load, {tile});
    app.show(load, {0}); // the oldest is asked for again
    app.show(load, {});
    app.show(load, {});
    CHECK(app.kept(load, 20) == std::set{0, 1, 2, 3, 4});
    app.show(load, {5});
    app.show(load, {5});
    CHECK(app.kept(load, 20) == std::set{0, 2, 3, 4, 5});
    app.show(load, {6});
    app.show(load, {6});
    CHECK(app.kept(load, 20) == std::set{0, 3, 4, 5, 6});
    CHECK(app.session.size() == 5);
    CHECK(app.session.statistics().evictions == 2);
}

TEST_CASE("a long scroll keeps no more than max_entries, and the newest of them") {
    map_ui app(100);
    auto load = imload::async_load(app.session, load_tile);
    for (int top = 0; top < 2000; ++top) {
        app.show(load, {top, top + 1, top + 2});
        CHECK(app.session.size() <= 103); // those of this frame are in use
    }
    app.show(load, {1999, 2000, 2001});
    for (int tile = 2001; tile > 1910; --tile) CHECK(load.peek(tile).has_value());
    CHECK(ran.size() == 2002); // none was evicted while it was needed
}

TEST_CASE("peeking does not keep a key") {
    map_ui app(2);
    auto load = imload::async_load(app.session, load_tile);
    for (int tile = 0; tile < 2; ++tile) app.show(load, {tile});
    app.show(load, {});
    app.show(load, {});
    for (int i = 0; i < 3; ++i) {
        (void)load.peek(0);
        app.show(load, {2});
    }
    CHECK_FALSE(load.peek(0).has_value());
    CHECK(load.peek(1).has_value());
}

TEST_CASE("keys that were asked for in the last frame are never evicted") {
    map_ui app(10);
    auto load = imload::async_load(app.session, load_tile);
    std::vector<int> visible;
    for (int tile = 0; tile < 50; ++tile) visible.push_back(tile);
    for (int frame = 0; frame < 100; ++frame) app.show(load, visible);
    CHECK(ran.size() == 50);
    CHECK(app.session.size() == 50);
    CHECK(app.session.statistics().evictions == 0);
    for (const int tile : visible) CHECK(load(tile) == tile);

    for (int frame = 0; frame < 5; ++frame) app.show(load, {0});
    CHECK(app.session.size() == 10);
    CHECK(load(0) == 0);
    CHECK(ran.size() == 50);
}

TEST_CASE("keys in flight are never evicted") {
    map_ui app(2);
    auto load = imload::async_load(app.session, load_tile);
    for (int tile = 0; tile < 6; ++tile) load.prefetch(tile);
    for (int frame = 0; frame < 10; ++frame) app.session.begin_frame();
    CHECK(app.session.statistics().in_flight == 6);
    CHECK(app.session.size() == 6);
    CHECK(app.session.statistics().evictions == 0);
    app.executor.run_all();
    for (int frame = 0; frame < 5; ++frame) app.session.begin_frame();
    CHECK(ran.size() == 6);
}

TEST_CASE("an evicted key starts afresh when it is asked for") {
    map_ui app(1);
    auto load = imload::async_load(app.session, load_tile);
    app.show(load, {0});
    app.show(load, {});
    app.show(load, {});
    app.show(load, {1, 2});
    for (int frame = 0; frame < 3; ++frame) app.show(load, {1, 2});
    REQUIRE_FALSE(load.peek(0).has_value());
    CHECK(load.poll(0).is_loading());
    app.executor.run_all();
    app.session.begin_frame();
    CHECK(load(0) == 0);
    CHECK(load.poll(0).version() == 1);
}

TEST_CASE("failed keys count and are evicted too") {
    map_ui app(5);
    auto load = imload::async_load(
        app.session, [](int) -> int { throw std::runtime_error("no tile"); },
        {.throw_errors = false});
    for (int tile = 0; tile < 50; ++tile) app.show(load, {tile});
    app.show(load, {});
    CHECK(app.session.size() <= 6);
    CHECK(load.peek(49).error() != nullptr);
}

TEST_CASE("without max_entries nothing is evicted") {
    map_ui app(0);
    auto load = imload::async_load(app.session, load_tile);
    for (int tile = 0; tile < 1000; ++tile) app.show(load, {tile, tile + 1});
    CHECK(app.session.size() == 1001);
    CHECK(app.session.statistics().evictions == 0);
}

TEST_CASE("all keys of all loaders share the room") {
    map_ui app(4);
    auto one = imload::async_load(app.session, load_tile);
    auto other = imload::async_load(app.session, [](int x) { return 2 * x; });
    for (int tile = 0; tile < 4; ++tile) app.show(one, {tile});
    for (int tile = 0; tile < 4; ++tile) app.show(other, {tile});
    app.show(other, {3});
    CHECK(app.session.size() == 4);
    CHECK(app.kept(one, 4).empty());
    CHECK(app.kept(other, 4) == std::set{0, 1, 2, 3});
}

TEST_CASE("forget_after drops what was not asked for, and counts it") {
    map_ui app(0);
    auto load = imload::async_load(app.session, load_tile, {.forget_after = 10s});
    app.show(load, {0, 1});
    for (int second = 0; second < 9; ++second) {
        app.clock.advance(1s);
        app.show(load, {1});
    }
    CHECK(load.peek(0).has_value());
    app.clock.advance(2s);
    app.show(load, {1});
    app.show(load, {1});
    CHECK_FALSE(load.peek(0).has_value());
    CHECK(load(1) == 1);
    CHECK(app.session.statistics().evictions == 1);
}

TEST_CASE("forget_after keeps up with any number of new keys") {
    map_ui app(0);
    auto load = imload::async_load(app.session, load_tile, {.forget_after = 100ms});
    constexpr int new_ones = 10'000;
    int next = 0;
    for (int frame = 0; frame < 30; ++frame) {
        app.clock.advance(20ms);
        app.session.begin_frame();
        for (int i = 0; i < new_ones; ++i) ask(load, next++);
        app.executor.run_all();
    }
    CHECK(app.session.size() <= 15 * new_ones); // those of 100 ms, and of as long as a sweep takes
}

TEST_CASE("a computer that slept forgets nothing that is still shown") {
    map_ui app(0);
    auto load = imload::async_load(app.session, load_tile, {.forget_after = 10s});
    app.show(load, {0});
    for (int night = 0; night < 5; ++night) {
        app.clock.advance(8h);
        app.show(load, {0});
        CHECK(load(0) == 0);
    }
    CHECK(ran.size() == 1);
}

TEST_CASE("keys in flight are not forgotten") {
    map_ui app(0);
    auto load = imload::async_load(app.session, load_tile, {.forget_after = 1s});
    load.prefetch(0);
    for (int second = 0; second < 10; ++second) {
        app.clock.advance(1s);
        app.session.begin_frame();
    }
    CHECK(app.session.size() == 1);
    app.executor.run_all();
    app.session.begin_frame();
    CHECK(ran.size() == 1);
}
