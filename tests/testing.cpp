// What testing.hpp has for users' own tests.
#include "support.hpp"

#include <limits>

using namespace test;

TEST_CASE("a manual clock stops at the end of time") {
    imload::manual_clock clock;
    const imload::time_point start = clock.now();
    clock.advance(1s);
    CHECK(clock.now() == start + 1s);
    clock.advance(imload::never);
    const imload::time_point end = clock.now();
    CHECK(end > start + 24h * 365 * 200);
    clock.advance(1s);
    CHECK(clock.now() == end);
}

TEST_CASE("a manual clock never goes back") {
    imload::manual_clock clock;
    const imload::time_point start = clock.now();
    clock.advance(-1s);
    CHECK(clock.now() == start);
    clock.advance(-imload::never);
    CHECK(clock.now() == start);
    clock.advance(std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN()));
    CHECK(clock.now() == start);
}

TEST_CASE("what is set to never does not happen at the end of time either") {
    ui app;
    const auto twice = [](int x) { return 2 * x; };
    const auto load = imload::async_load(app.session, twice);
    ask(load, 1);
    app.land();
    ask(load, 1);
    app.frame_after(imload::never);
    for (int i = 0; i < 3; ++i) {
        CHECK(load(1) == 2);
        CHECK_FALSE(load.poll(1).is_stale());
        app.land();
        // With other options it is looked at anew.
        CHECK(imload::async_load(app.session, twice, {.priority = i})(1) == 2);
        app.land();
    }
    CHECK(app.starts() == 1);
}
