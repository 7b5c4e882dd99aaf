// options: refresh timers, polling, grace, forgetting, and what is refused.
#include "support.hpp"

#include <atomic>
#include <iterator>
#include <limits>
#include <semaphore>
#include <set>
#include <vector>

using namespace test;

namespace {

imload::manual_clock* current_clock = nullptr;
std::vector<std::chrono::nanoseconds> started_at;
bool failing = false;

int twice(int x) { return 2 * x; }

// Notes when it runs, in time since the test began.
int timed() {
    started_at.push_back(std::chrono::duration_cast<std::chrono::nanoseconds>(
        current_clock->now().time_since_epoch()));
    if (failing) throw std::runtime_error("fails");
    return static_cast<int>(started_at.size());
}

struct timed_ui : ui {
    timed_ui() {
        current_clock = &clock;
        started_at.clear();
        failing = false;
    }
    std::chrono::nanoseconds now() {
        return std::chrono::duration_cast<std::chrono::nanoseconds>(clock.now().time_since_epoch());
    }
    // One frame of an app whose loads take no time.
    template <class Loader>
    void step(Loader& load, std::chrono::nanoseconds by) {
        clock.advance(by);
        frame();
        ask(load);
        executor.run_all();
    }
};

using float_seconds = std::chrono::duration<double>;

} // namespace

static_assert(std::is_aggregate_v<imload::options>);
static_assert(std::is_aggregate_v<imload::session_options>);

TEST_CASE("refresh_every starts the call again when the interval has passed") {
    timed_ui app;
    auto load = imload::async_load(app.session, timed, {.refresh_every = 4s});
    ask(load);
    app.executor.run_all();
    for (int second = 1; second <= 3; ++second) {
        app.step(load, 1s);
        CHECK(started_at.size() == 1);
    }
    app.step(load, 1s);
    app.step(load, 10ms);
    CHECK(started_at.size() == 2);
    app.frame();
    CHECK(load() == 2);
}

TEST_CASE("refresh_every keeps its phase over many intervals") {
    timed_ui app;
    auto load = imload::async_load(app.session, timed, {.refresh_every = 100ms});
    const auto begin = app.now();
    ask(load);
    app.executor.run_all();
    while (app.now() - begin < 100s) app.step(load, 7ms);
    REQUIRE(started_at.size() >= 999);
    CHECK(started_at.size() <= 1001);
    int late = 0;
    for (std::size_t n = 0; n < started_at.size(); ++n) {
        const auto due = begin + static_cast<int>(n) * 100ms;
        late += started_at[n] < due || started_at[n] > due + 14ms;
    }
    CHECK(late == 0);
}

TEST_CASE("refresh_every counts from the start of a run, not from its end") {
    timed_ui app;
    auto load = imload::async_load(app.session, timed, {.refresh_every = 10s});
    ask(load);
    app.frame_after(6s); // the load takes six seconds
    ask(load);
    app.executor.run_all();
    app.frame();
    ask(load);
    app.frame_after(4s);
    ask(load);
    app.frame();
    ask(load);
    CHECK(app.starts() == 2);
}

TEST_CASE("missed refreshes are skipped, not made up for") {
    timed_ui app;
    auto load = imload::async_load(app.session, timed, {.refresh_every = 10s});
    ask(load);
    app.executor.run_all();
    app.step(load, 1s);
    app.step(load, 34s); // at 35 s: the refreshes of 10, 20 and 30 s are one
    for (int i = 0; i < 4; ++i) app.step(load, 1s);
    CHECK(started_at.size() == 2);
    app.step(load, 1s); // at 40 s, in phase
    app.step(load, 10ms);
    CHECK(started_at.size() == 3);
}

TEST_CASE("runs of one key never overlap") {
    timed_ui app;
    auto load = imload::async_load(app.session, timed, {.refresh_every = 1s});
    ask(load);
    for (int i = 0; i < 20; ++i) {
        app.frame_after(1s);
        ask(load);
    }
    CHECK(app.starts() == 1);
    CHECK(app.executor.pending() == 1);
}

TEST_CASE("an error does not stop the refresh timer") {
    timed_ui app;
    failing = true;
    auto load =
        imload::async_load(app.session, timed, {.refresh_every = 1s, .throw_errors = false});
    ask(load);
    app.executor.run_all();
    for (int i = 0; i < 50; ++i) app.step(load, 100ms);
    CHECK(started_at.size() >= 5);
    CHECK(started_at.size() <= 6);
    failing = false;
    for (int i = 0; i < 12; ++i) app.step(load, 100ms);
    app.frame();
    CHECK(load().has_value());
    CHECK(load.poll().error() == nullptr);
}

TEST_CASE("only keys that were asked for refresh") {
    timed_ui app;
    auto load = imload::async_load(app.session, timed, {.refresh_every = 1s});
    ask(load);
    app.land();
    ask(load);
    app.frames(2);
    for (int i = 0; i < 20; ++i) {
        app.clock.advance(1s);
        app.land();
    }
    CHECK(started_at.size() == 1);
    CHECK(load() == 1); // asked for again: the old value at once, a fresh one soon
    app.frame();
    ask(load);
    app.land();
    ask(load);
    app.land();
    CHECK(load() == 2);
}

TEST_CASE("very short refresh intervals refresh, and do not lock up") {
    timed_ui app;
    auto load = imload::async_load(app.session, timed, {.refresh_every = 1ns});
    ask(load);
    app.executor.run_all();
    for (int i = 0; i < 100; ++i) app.step(load, 16ms);
    CHECK(started_at.size() >= 45);
    CHECK(started_at.size() <= 101);
    app.frame();
    CHECK(load().has_value());
}

TEST_CASE("a manual refresh keeps the phase of the timer in order") {
    timed_ui app;
    auto load = imload::async_load(app.session, timed, {.refresh_every = 10s});
    ask(load);
    app.executor.run_all();
    app.step(load, 5s);
    load.poll().refresh();
    app.step(load, 1s);
    CHECK(started_at.size() == 2);
    for (int i = 0; i < 30; ++i) app.step(load, 1s);
    CHECK(started_at.size() >= 4);
    CHECK(started_at.size() <= 6);
}

TEST_CASE("a completion is looked for at most once per poll_interval") {
    ui app;
    auto load = imload::async_load(app.session, twice, {.poll_interval = 100ms});
    ask(load, 1);
    app.frame_after(1ms);
    ask(load, 1);
    app.executor.run_all();
    for (int i = 0; i < 4; ++i) {
        app.frame_after(20ms);
        CHECK_FALSE(load(1).has_value());
    }
    app.frame_after(21ms);
    CHECK(load(1) == 2);
}

TEST_CASE("a poll_interval of zero looks every frame") {
    ui app;
    auto load = imload::async_load(app.session, twice, {.poll_interval = 0s});
    ask(load, 1);
    app.land();
    CHECK(load(1) == 2);
}

TEST_CASE("grace lets a fast first call answer in its first frame") {
    threaded_ui<imload::thread_per_load> app;
    auto load = imload::async_load(app.session, twice, {.grace = 60s});
    const auto before = std::chrono::steady_clock::now();
    CHECK(load(4) == 8);
    CHECK(std::chrono::steady_clock::now() - before < 50s); // ends as soon as the run does
    CHECK(load.poll(4).has_value());
    CHECK(load.poll(4).status() == status::just_finished);
    CHECK_FALSE(load.poll(4).is_refreshing());
    app.frame();
    CHECK(load(4) == 8);
    CHECK(load.poll(4).version() == 1);
}

TEST_CASE("each frame has a grace of its own") {
    // Keeps the first task, and runs the others at once.
    struct slow_first : imload::executor {
        std::optional<imload::task> first;
        void execute(imload::task task) override {
            if (first) return task();
            first = std::move(task);
        }
    } executor;
    imload::session session{{.executor = &executor}};
    session.begin_frame();
    const auto load = imload::async_load(session, twice, {.grace = 1ms});
    CHECK(load(1) == std::nullopt); // and nothing of it is left
    session.begin_frame();
    CHECK(load(2) == 4);
}

TEST_CASE("a stream that ends within its grace shows its last value in the first frame") {
    threaded_ui<imload::thread_per_load> app;
    const auto load = imload::async_load(
        app.session,
        [](imload::stream<int>& out) {
            out.publish(1);
            out.publish(2);
        },
        {.grace = 60s});
    CHECK(load() == 2);
    app.frame();
    CHECK(load() == 2);
    CHECK(load.poll().version() == 1);
    CHECK(app.session.statistics().starts == 1);
}

TEST_CASE("a stream that fails within its grace shows what it had, and the error") {
    threaded_ui<imload::thread_per_load> app;
    const auto load = imload::async_load(
        app.session,
        [](imload::stream<int>& out) {
            out.publish(1);
            throw std::runtime_error("line lost");
        },
        {.grace = 60s});
    CHECK(load() == 1);
    REQUIRE(load.poll().error());
    CHECK(load.poll().error()->message == "line lost");
}

TEST_CASE("a run that ends within its grace, but after its timeout, has timed out") {
    static imload::manual_clock* clock = nullptr;
    imload::manual_clock own;
    clock = &own;
    imload::inline_executor executor;
    imload::session session{{.executor = &executor, .clock = &own}};
    session.begin_frame();
    const auto load = imload::async_load(session,
                                         [] {
                                             clock->advance(2s);
                                             return 1;
                                         },
                                         {.grace = 60s, .timeout = 1s});
    const auto r = load.poll();
    CHECK_FALSE(r.has_value());
    REQUIRE(r.error());
    CHECK(r.error()->kind == imload::error_kind::timeout);
    session.begin_frame();
    CHECK_FALSE(load.poll().has_value());
    CHECK(session.statistics().timeouts == 1);
    CHECK(session.statistics().discarded == 1);
    CHECK(session.statistics().in_flight == 0);
}

TEST_CASE("grace shows a fast failure in its first frame") {
    threaded_ui<imload::thread_per_load> app;
    auto load = imload::async_load(app.session, [](int) -> int { throw std::runtime_error("no"); },
                                   {.grace = 60s});
    CHECK(thrown<std::runtime_error>([&] { (void)load(1); }) == "no");
}

TEST_CASE("grace is one budget per frame for all keys") {
    ui app; // nothing runs, so each key would wait for all of its grace
    auto load = imload::async_load(app.session, twice, {.grace = 20ms});
    const auto before = std::chrono::steady_clock::now();
    for (int i = 0; i < 100; ++i) CHECK_FALSE(load(i).has_value());
    CHECK(std::chrono::steady_clock::now() - before < 1s);
}

TEST_CASE("a grace that runs out leaves the load running") {
    threaded_ui<imload::thread_per_load> app;
    static std::binary_semaphore release{0};
    auto load = imload::async_load(app.session,
                                   [] {
                                       release.acquire();
                                       return 1;
                                   },
                                   {.grace = 1ms});
    CHECK_FALSE(load().has_value());
    release.release();
    REQUIRE(app.idle());
    CHECK(load() == 1);
    CHECK(app.session.statistics().starts == 1);
}

TEST_CASE("a key is forgotten when it was not asked for during forget_after") {
    ui app;
    auto load = imload::async_load(app.session, twice, {.forget_after = 10s});
    ask(load, 1);
    app.land();
    CHECK(load(1) == 2);
    for (int i = 0; i < 9; ++i) app.frame_after(1s);
    CHECK(load.peek(1).has_value());
    for (int i = 0; i < 5; ++i) app.frame_after(1s);
    CHECK_FALSE(load.peek(1).has_value());
    CHECK(app.keys() == 0);
    CHECK_FALSE(load(1).has_value()); // starts afresh
    app.land();
    CHECK(load(1) == 2);
    CHECK(app.starts() == 2);
}

TEST_CASE("a key that is asked for is never forgotten") {
    ui app;
    auto load = imload::async_load(app.session, twice, {.forget_after = 1s});
    ask(load, 1);
    app.land();
    for (int i = 0; i < 20; ++i) {
        CHECK(load(1) == 2);
        app.frame_after(1h); // a laptop that slept
    }
    CHECK(app.starts() == 1);
}

TEST_CASE("forget_after zero keeps a key through the frames that ask for it") {
    ui app;
    auto load = imload::async_load(app.session, twice, {.forget_after = 0s});
    ask(load, 1);
    app.land();
    for (int i = 0; i < 5; ++i) {
        CHECK(load(1) == 2);
        app.frame_after(1s);
    }
    CHECK(app.starts() == 1);
    for (int i = 0; i < 4; ++i) app.frame_after(1s);
    CHECK(app.keys() == 0);
}

TEST_CASE("by default a key is kept for five minutes") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    ask(load, 1);
    app.land();
    CHECK(load(1) == 2);
    app.frame_after(1s);
    app.frame_after(290s);
    CHECK(load.peek(1).has_value());
    for (int i = 0; i < 5; ++i) app.frame_after(10s);
    CHECK_FALSE(load.peek(1).has_value());
}

TEST_CASE("forget_after never keeps a key for good") {
    ui app;
    auto load = imload::async_load(app.session, twice, {.forget_after = imload::never});
    ask(load, 1);
    app.land();
    for (int i = 0; i < 10; ++i) app.frame_after(std::chrono::hours(24 * 365));
    CHECK(load.peek(1).has_value());
}

TEST_CASE("with throw_errors a first failure is thrown at each ask") {
    timed_ui app;
    failing = true;
    auto load = imload::async_load(app.session, timed);
    CHECK_FALSE(load().has_value());
    app.land();
    for (int i = 0; i < 3; ++i) {
        CHECK(thrown<std::runtime_error>([&] { (void)load(); }) == "fails");
        CHECK_FALSE(load.poll().has_value());
        app.frame();
    }
}

TEST_CASE("without throw_errors a first failure is nullopt") {
    timed_ui app;
    failing = true;
    auto load = imload::async_load(app.session, timed, {.throw_errors = false});
    ask(load);
    app.land();
    CHECK(load() == std::nullopt);
    REQUIRE(load.poll().error() != nullptr);
    CHECK(load.poll().error()->message == "fails");
}

TEST_CASE("times that make no sense are refused where the loader is made") {
    ui app;
    auto refused = [&](const imload::options& o) {
        const std::string message =
            thrown<std::invalid_argument>([&] { (void)imload::async_load(app.session, twice, o); });
        const std::string keyed = thrown<std::invalid_argument>(
            [&] { (void)imload::async_load(app.session, "key", twice, o); });
        const std::string fixed = thrown<std::invalid_argument>(
            [&] { (void)imload::async_load<&twice>(app.session, o); });
        return !message.empty() && !keyed.empty() && !fixed.empty();
    };
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(refused({.refresh_every = 0s}));
    CHECK(refused({.refresh_every = -1ns}));
    CHECK(refused({.refresh_every = std::chrono::hours::min()}));
    CHECK(refused({.refresh_every = float_seconds(-1e300)}));
    CHECK(refused({.refresh_every = float_seconds(nan)}));
    CHECK(refused({.poll_interval = -1ms}));
    CHECK(refused({.poll_interval = float_seconds(nan)}));
    CHECK(refused({.grace = -1ms}));
    CHECK(refused({.grace = float_seconds(nan)}));
    CHECK(refused({.timeout = 0s}));
    CHECK(refused({.stale_after = -1ns}));
    CHECK(refused({.expire_after = -1ns}));
    CHECK(refused({.settle = -1ns}));
    CHECK(refused({.retry = {.attempts = -1}}));
    CHECK(refused({.retry = {.delay = -1ns}}));
    CHECK(refused({.retry = {.max_delay = -1ns}}));
    CHECK(refused({.retry = {.factor = 0.9}}));
    CHECK(refused({.retry = {.factor = nan}}));
    CHECK(refused({.retry = {.jitter = -0.1}}));
    CHECK(refused({.retry = {.jitter = 1.1}}));
    CHECK(refused({.forget_after = -1s}));
    CHECK(refused({.forget_after = float_seconds(nan)}));
    CHECK_FALSE(refused({}));
    CHECK_FALSE(refused({.poll_interval = 0s, .grace = 0s, .forget_after = 0s}));
    CHECK_FALSE(refused({.stale_after = 0s, .expire_after = 0s, .settle = 0s}));
    CHECK_FALSE(refused({.retry = {.delay = 0s, .factor = 1, .max_delay = 0s, .jitter = 0}}));
    CHECK_FALSE(refused({.retry = {.jitter = 1}}));
}

TEST_CASE("the refusal names the option") {
    ui app;
    auto message = [&](const imload::options& o) {
        return thrown<std::invalid_argument>(
            [&] { (void)imload::async_load(app.session, twice, o); });
    };
    CHECK(contains(message({.refresh_every = 0s}), "refresh_every"));
    CHECK(contains(message({.poll_interval = -1s}), "poll_interval"));
    CHECK(contains(message({.grace = -1s}), "grace"));
    CHECK(contains(message({.forget_after = -1s}), "forget_after"));
}

TEST_CASE("the largest durations are never") {
    using namespace std::chrono;
    ui app;
    const imload::options choices[] = {
        {.refresh_every = hours::max()},
        {.refresh_every = seconds::max()},
        {.refresh_every = nanoseconds::max()},
        {.refresh_every = imload::never},
        {.refresh_every = duration<std::int64_t, std::ratio<86400 * 365>>::max()},
        {.refresh_every = float_seconds(1e300)},
        {.refresh_every = float_seconds(std::numeric_limits<double>::infinity())},
        {},
    };
    app.session.set_wake([] {});
    int n = 0;
    for (const auto& o : choices) {
        INFO(n);
        auto load = imload::async_load(app.session, twice, o);
        ask(load, ++n);
        app.land();
        CHECK(load.poll(n).refresh_in() == imload::never);
        for (int i = 0; i < 5; ++i) {
            app.frame_after(hours(24 * 365));
            ask(load, n);
        }
        CHECK(app.session.wait_time(1h) == 1h);
        CHECK(app.starts() == n);
    }
}

TEST_CASE("options that differ in anything have different fingerprints") {
    const imload::options choices[] = {
        {},
        {.refresh_every = 1s},
        {.poll_interval = 1s},
        {.grace = 1s},
        {.stale_after = 1s},
        {.expire_after = 1s},
        {.forget_after = 1s},
        {.timeout = 1s},
        {.retry = {.attempts = 1}},
        {.retry = {.delay = 2s}},
        {.retry = {.factor = 1}},
        {.retry = {.max_delay = 1s}},
        {.retry = {.jitter = 0}},
        {.settle = 1s},
        {.priority = 1},
        {.throw_errors = false},
    };
    std::set<std::uint32_t> fingerprints;
    for (const auto& o : choices) fingerprints.insert(imload::detail::fingerprint_of(o));
    CHECK(fingerprints.size() == std::size(choices));
}

TEST_CASE("durations of unsigned numbers are as long as they say") {
    using namespace std::chrono;
    const auto span_of = [](auto d) { return imload::time_span(d); };
    using nanos = duration<std::uint64_t, std::nano>;
    CHECK(span_of(nanos{0}) == 0ns);
    CHECK(span_of(nanos{1}) == 1ns);
    CHECK(span_of(nanos{9'000'000'000'000'000'000u}).count().count() == 9'000'000'000'000'000'000);
    CHECK(span_of(nanos{std::uint64_t{1} << 63}) == imload::never);
    CHECK(span_of(nanos::max()) == imload::never);
    CHECK(span_of(duration<unsigned>{0}) == 0ns);
    CHECK(span_of(duration<unsigned>::max()) == seconds(std::numeric_limits<unsigned>::max()));
    CHECK(span_of(duration<std::uint64_t>::max()) == imload::never);
    CHECK(span_of(duration<std::uint8_t, std::nano>::max()) == 255ns);
    CHECK(span_of(duration<std::uint16_t, std::ratio<3600>>::max()) == hours(65535));
    CHECK(span_of(duration<std::uint64_t, std::pico>::max()) == 18'446'744'073'709'551ns);
    CHECK(span_of(duration<std::uint64_t, std::ratio<1, 60>>{180}) == 3s);
    CHECK(span_of(duration<std::uint64_t, std::ratio<1, 60>>{540'000'000'000}) == 9'000'000'000s);
    CHECK(span_of(duration<std::uint64_t, std::ratio<1, 60>>::max()) == imload::never);
    CHECK(span_of(duration<std::int32_t, std::nano>::min()) == -2'147'483'648ns);
    CHECK(span_of(nanoseconds::min()) == -imload::never);
    CHECK(span_of(float_seconds(-1e300)) == -imload::never);
}

TEST_CASE("any chrono duration will do, and is not rounded to nothing") {
    ui app;
    auto load = imload::async_load(app.session, twice,
                                   {.refresh_every = std::chrono::duration<float>(0.5F),
                                    .poll_interval = std::chrono::duration<double, std::milli>(1.5),
                                    .forget_after = std::chrono::minutes(1)});
    ask(load, 1);
    app.frame_after(2ms);
    app.land();
    app.frame_after(2ms);
    CHECK(load(1) == 2);
    app.frame_after(490ms);
    ask(load, 1);
    app.frame();
    ask(load, 1);
    CHECK(app.starts() == 1);
    app.frame_after(10ms);
    ask(load, 1);
    app.frame();
    ask(load, 1);
    CHECK(app.starts() == 2);
}
