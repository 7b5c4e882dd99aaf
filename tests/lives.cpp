// Random lives of keys of all kinds: what holds in each frame, whatever is done to them.
#include "support.hpp"

#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <semaphore>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

using namespace test;

namespace {

// A value knows which key it was made for; how many there are is counted.
struct item {
    explicit item(int k) : key(k) { ++alive; }
    item(const item& other) : key(other.key) { ++alive; }
    item(item&& other) noexcept : key(other.key) { ++alive; }
    item& operator=(const item&) = default;
    ~item() { --alive; }

    int key;
    static inline int alive = 0;
};

std::mt19937 dice;
bool one_in(unsigned n) { return dice() % n == 0; }

// Loads that run on threads of their own, of which one at a time goes on, from pause to pause.
class paused_loads {
public:
    static void pause() {
        if (!own_) return;
        own_->turned.release();
        own_->turn.acquire();
    }
    void begin(imload::manual_executor& executor) {
        if (executor.pending() == 0) return;
        all_.push_back(std::make_unique<load>());
        load& l = *all_.back();
        l.thread = std::thread([&l, &executor] {
            l.turn.acquire();
            own_ = &l;
            executor.run_one();
            l.ended = true;
            l.turned.release();
        });
        go_on(all_.size() - 1);
    }
    void go_on_with_one() {
        if (!all_.empty()) go_on(dice() % all_.size());
    }
    void end_all() {
        while (!all_.empty()) go_on(0);
    }
    ~paused_loads() { end_all(); }

private:
    struct load {
        std::binary_semaphore turn{0};
        std::binary_semaphore turned{0};
        std::thread thread;
        bool ended = false;
    };
    void go_on(std::size_t i) {
        all_[i]->turn.release();
        all_[i]->turned.acquire();
        if (!all_[i]->ended) return;
        all_[i]->thread.join();
        all_.erase(all_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    static thread_local load* own_;
    std::vector<std::unique_ptr<load>> all_;
};
thread_local paused_loads::load* paused_loads::own_ = nullptr;

void maybe_throw() {
    if (one_in(6)) throw std::runtime_error("bad luck");
}

item plain(int key) {
    paused_loads::pause();
    maybe_throw();
    return item(key);
}
item listens(imload::context& c, int key) {
    c.progress(0.5f);
    paused_loads::pause();
    if (c.stop_requested()) throw std::runtime_error("stopped");
    return item(key);
}
void streams(imload::stream<item>& out, int key) {
    for (auto left = dice() % 4; left > 0; --left) {
        out.publish(item(key));
        paused_loads::pause();
        maybe_throw();
    }
}
item streams_and_returns(imload::stream<item>& out, int key) {
    streams(out, key);
    return item(key);
}
struct promised {
    imload::promise<item> promise;
    int key;
};
std::vector<promised> promises;
void promises_one(imload::promise<item> p, int key) {
    maybe_throw();
    if (one_in(4))
        p.set_value(item(key));
    else
        promises.push_back({std::move(p), key});
}

// What a finish function does meanwhile.
std::function<void()> meanwhile;
item finishes(item&& loaded) {
    if (meanwhile) meanwhile();
    maybe_throw();
    return item(loaded.key);
}

const imload::options options_to_have[] = {
    {},
    {.poll_interval = 2s},
    {.stale_after = 2s},
    {.timeout = 3s},
    {.settle = 1s},
    {.priority = 3},
    {.refresh_every = 3s},
    {.expire_after = 4s},
    {.forget_after = 5s},
    {.retry = {.attempts = 2, .delay = 1s, .jitter = 0}},
    {.refresh_every = 2s, .expire_after = 3s, .timeout = 1s},
    {.poll_interval = 1s, .expire_after = 2s, .priority = -4},
    {.stale_after = 1s, .retry = {.attempts = 1, .delay = 500ms, .jitter = 0}},
};

// One of an app's keys, whatever loads it.
struct key {
    using found = imload::result<item>;
    int number;
    std::function<found(const imload::options&)> poll;
    std::function<found(const imload::options&)> peek;
    std::function<void(const imload::options&)> prefetch;
    bool is_streamed;
    imload::options options = {};

    bool is_asked = true;
    bool has_ended = false; // with a value or an error, since that was last forgotten here
    bool was_complete = false; // when asked for in the last frame, and nothing was done here since
    std::uint64_t id = 0;
    std::uint32_t version = 0;

    found look() const { return is_asked ? poll(options) : peek(options); }
};
template <class Make>
void add_keys(std::vector<key>& to, bool is_streamed, Make make) {
    for (int n = 0; n < 5; ++n)
        to.push_back({n, [=](const auto& o) { return make(o).poll(n); },
                      [=](const auto& o) { return make(o).peek(n); },
                      [=](const auto& o) { make(o).prefetch(n); }, is_streamed});
}

struct lively_ui : ui {
    paused_loads loads;
    std::vector<key> keys;
    int frame_number = 0;

    explicit lively_ui(unsigned seed) {
        dice.seed(seed);
        if (seed % 2 == 0) executor.shuffle(seed);
        const auto is_streamed = [](auto fn) {
            return std::is_invocable_v<decltype(fn), imload::stream<item>&, int>;
        };
        const auto add = [&](auto fn) {
            add_keys(keys, is_streamed(fn), [this, fn](const auto& o) {
                return imload::async_load(session, fn, o);
            });
        };
        const auto add_finished = [&](auto fn) {
            add_keys(keys, is_streamed(fn), [this, fn](const auto& o) {
                return imload::async_load(session, fn, o).finish(finishes);
            });
        };
        add(plain);
        add(listens);
        add(streams);
        add(streams_and_returns);
        add(promises_one);
        add_finished(plain);
        add_finished(streams);
        add_finished(promises_one);
        add_keys(keys, false, [this](const auto& o) {
            return imload::async_load(session, "named", plain, o);
        });
    }
    ~lively_ui() {
        meanwhile = {};
        loads.end_all();
        promises.clear();
    }

    void expect(bool holds, const key& k, const char* what) const {
        if (!holds)
            FAIL("frame " << frame_number << ", key " << &k - keys.data() << ": " << what);
    }

    void do_something(key& k) {
        k.was_complete = false;
        const auto r = k.peek(k.options);
        switch (dice() % 8) {
        case 0: return r.refresh();
        case 1: return r.cancel();
        case 2: return r.forget();
        case 3: return r.set(item(k.number));
        case 4: return r.simulate({.state = imload::simulated::loading});
        case 5: return r.simulate({.latency = 1s});
        case 6: return r.simulate({});
        default: return k.prefetch(k.options);
        }
    }
    void do_something() { do_something(keys[dice() % keys.size()]); }

    void check(key& k) {
        const auto r = k.look();
        const auto again = k.look();
        expect(again.status() == r.status() && again.version() == r.version() &&
                   again.has_value() == r.has_value() && again.error() == r.error(),
               k, "one frame sees two states");
        expect(!r.has_value() || r->key == k.number, k, "it has another's value");
        expect(r.status() != status::complete || r.has_value() || r.error(), k,
               "complete, with nothing");
        expect(!r.just_finished() || r.has_value(), k, "just finished, without a value");
        expect(!r.just_failed() || r.error(), k, "just failed, without an error");
        if (k.id == r.id()) {
            expect(r.version() >= k.version, k, "its version went back");
            const bool is_new = r.version() != k.version; // and may have expired already
            if (!k.is_streamed)
                expect(r.just_finished() ? is_new : !is_new || !r, k,
                       "it just finished without a new version, or the other way round");
        }
        const bool is_complete = r.status() == status::complete;
        expect(!(is_complete && k.was_complete && r) || r.age() <= k.options.expire_after.count(),
               k, "its value has expired");
        k.was_complete = is_complete && k.is_asked;
        k.id = r.id();
        k.version = r.version();
        const bool is_under_way = r.status() == status::queued || r.status() == status::running;
        k.has_ended |= !is_under_way && (r.has_value() || r.error());
    }
    void check_books() const {
        const auto s = session.statistics();
        if (s.starts != s.successes + s.failures + s.dropped + s.discarded + s.in_flight)
            FAIL("frame " << frame_number << ": the books are wrong");
    }
    // What find gives is the newest of its name that is there.
    void check_find() {
        const item* const found = session.find<item>("named");
        auto youngest = std::chrono::nanoseconds(imload::never);
        auto age = youngest;
        for (const key& k : keys)
            if (const auto r = k.peek(k.options); r && r.label().find("named") == 0) {
                youngest = std::min(youngest, r.age());
                if (&*r == found) age = r.age();
            }
        if (age != youngest) FAIL("frame " << frame_number << ": find gives an older one");
    }

    void begin_frame() {
        frame();
        ++frame_number;
        check_books();
        for (key& k : keys) check(k);
        check_find();
    }
    // Everything may happen.
    void wild_frame() {
        begin_frame();
        for (key& k : keys) {
            if (one_in(25)) do_something(k);
            if (one_in(60)) {
                k.options = options_to_have[dice() % std::size(options_to_have)];
                k.was_complete = false;
            }
            if (one_in(40)) k.is_asked = !k.is_asked;
        }
        if (one_in(10)) session.post([this] { do_something(); });
        if (one_in(100)) session.set_active(one_in(2));
        if (one_in(200)) session.clear();
        for (auto turns = dice() % 6; turns > 0; --turns)
            if (one_in(2))
                loads.begin(executor);
            else
                loads.go_on_with_one();
        if (!promises.empty() && one_in(2)) {
            promised& p = promises[dice() % promises.size()];
            if (one_in(2)) p.promise.set_value(item(p.key));
            if (one_in(4)) p.promise.set_error("no");
            std::swap(p, promises.back());
            promises.pop_back(); // else it is abandoned
        }
        if (one_in(3)) clock.advance(std::chrono::milliseconds(dice() % 1500));
        check_books();
    }
    // Nobody interferes any more, and all is asked for.
    void calm_down() {
        meanwhile = {};
        loads.end_all();
        begin_frame(); // what was posted is done
        session.set_active(true);
        for (key& k : keys) {
            k.is_asked = true;
            k.has_ended = k.was_complete = false;
            k.peek(k.options).simulate({});
            k.peek(k.options).refresh(); // it may be cancelled
        }
    }
    void calm_frame() {
        begin_frame();
        clock.advance(700ms);
        executor.run_all();
        for (promised& p : promises) p.promise.set_value(item(p.key));
        promises.clear();
    }
};

} // namespace

TEST_CASE("whatever is done to keys, each frame is sound, and left alone each comes to an end") {
    {
        lively_ui app(GENERATE(range(1u, 9u)));
        for (int round = 0; round < 2; ++round) {
            meanwhile = [&app] {
                if (one_in(6)) app.do_something();
            };
            for (int i = 0; i < 150; ++i) app.wild_frame();
            app.calm_down();
            for (int i = 0; i < 60; ++i) app.calm_frame();
            for (const key& k : app.keys) app.expect(k.has_ended, k, "it never comes to an end");
        }
        app.session.cancel_all();
        app.frames(2); // in which a timer may still start what was asked for
        app.land();
        promises.clear();
        app.frame();
        CHECK(app.statistics().in_flight == 0);
    }
    CHECK(item::alive == 0);
}
