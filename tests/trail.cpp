// Keys asked for in every kind of order: the answers and the counts are the same in all of them.
#include "support.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

using namespace test;

namespace {

using order = std::vector<int>;

int times_ten(int key) { return 10 * key; }
std::string spelled(const std::string& key) { return key + "!"; }

order up_to(int count) {
    order keys(static_cast<std::size_t>(count));
    std::iota(keys.begin(), keys.end(), 0);
    return keys;
}

order shuffled(order keys, unsigned seed) {
    std::shuffle(keys.begin(), keys.end(), std::mt19937(seed));
    return keys;
}

// An application with two loaders, whose asks are checked and counted.
struct checked_ui : ui {
    decltype(imload::async_load(std::declval<imload::session&>(), times_ten)) numbers =
        imload::async_load(session, times_ten);
    decltype(imload::async_load(std::declval<imload::session&>(), spelled)) texts =
        imload::async_load(session, spelled);
    std::uint64_t polls = 0;
    std::uint64_t wrong = 0;

    void draw(const order& keys) {
        frame();
        for (const int key : keys) {
            const auto value = numbers.poll(key);
            ++polls;
            wrong += !value || *value != 10 * key || value.last_asked_frame() != frame_number();
        }
    }
    void draw_texts(const order& keys) {
        for (const int key : keys) {
            const std::string text = std::to_string(key);
            const auto value = texts.poll(text);
            ++polls;
            wrong += !value || *value != text + "!";
        }
    }
    std::uint32_t frame_number() const { return session.last_frame().frame; }

    // Loads what there is to load.
    explicit checked_ui(int count) {
        for (const int key : up_to(count)) {
            ask(numbers, key);
            ask(texts, std::to_string(key));
        }
        polls = 2 * static_cast<std::uint64_t>(count);
        land();
        misses_ = polls;
    }
    ~checked_ui() {
        CHECK(wrong == 0);
        CHECK(statistics().polls == polls);
        CHECK(statistics().hits == polls - misses_);
    }

private:
    std::uint64_t misses_ = 0;
};

// A key that tells how often one was searched for, which takes its hash.
struct searched {
    int number;
    bool operator==(const searched&) const = default;
    static inline int times = 0;
};

int twice(const searched& key) { return 2 * key.number; }

// A key whose == and copy do what a test wants.
struct touchy {
    explicit touchy(int n) : number(n) {}
    touchy(const touchy& other) : number(other.number) { call(on_copy); }
    touchy& operator=(const touchy&) = delete;
    ~touchy() = default;
    bool operator==(const touchy& other) const {
        call(on_compare);
        return number == other.number;
    }
    int number;
    static inline std::function<void()> on_copy;
    static inline std::function<void()> on_compare;
    static inline bool alike = false; ///< all have one hash

private:
    static void call(const std::function<void()>& hook) {
        if (!hook) return;
        const auto kept = hook;
        kept();
    }
};

int thrice(const touchy& key) { return 3 * key.number; }

// How many keys of these were searched for.
template <class Loader>
int searches(const Loader& load, const order& keys) {
    searched::times = 0;
    for (const int key : keys) ask(load, searched{key});
    return std::exchange(searched::times, 0);
}

// An application with so many of these keys, loaded.
struct searching_ui : ui {
    decltype(imload::async_load(std::declval<imload::session&>(), twice)) load =
        imload::async_load(session, twice);

    explicit searching_ui(int count) {
        searches(load, up_to(count));
        land();
    }
    int draw(const order& keys) {
        frame();
        return searches(load, keys);
    }
};

} // namespace

template <>
struct imload::hash<searched> {
    std::size_t operator()(const searched& key) const {
        ++searched::times;
        return static_cast<std::size_t>(key.number) * 0x9e3779b97f4a7c15u;
    }
};

template <>
struct imload::hash<touchy> {
    std::size_t operator()(const touchy& key) const {
        return touchy::alike ? 0 : static_cast<std::size_t>(key.number) * 0x9e3779b97f4a7c15u;
    }
};

TEST_CASE("an unchanged order") {
    checked_ui app(100);
    for (int i = 0; i < 50; ++i) app.draw(up_to(100));
}

TEST_CASE("a new order in each frame") {
    checked_ui app(300);
    for (unsigned i = 0; i < 100; ++i) app.draw(shuffled(up_to(300), i));
}

TEST_CASE("an order that flips in each frame") {
    checked_ui app(100);
    order keys = up_to(100);
    for (int i = 0; i < 50; ++i) {
        app.draw(keys);
        std::reverse(keys.begin(), keys.end());
    }
}

TEST_CASE("rows that run to and fro, a key or two at a time") {
    for (const std::ptrdiff_t width : {1, 2, 3, 10}) {
        checked_ui app(100);
        order keys = up_to(100);
        for (auto row = keys.begin(); keys.end() - row >= 2 * width; row += 2 * width)
            std::reverse(row + width, row + 2 * width);
        for (int i = 0; i < 50; ++i) app.draw(keys);
    }
}

TEST_CASE("the other direction is gone without searches, though keys come on the way") {
    searching_ui app(300);
    app.draw(up_to(300));
    order back = up_to(300);
    std::reverse(back.begin(), back.end());
    CHECK(app.draw(back) < 5);
    CHECK(app.draw(back) < 2);
    for (int fresh = 300; fresh < 320; ++fresh) {
        order with_one = back;
        with_one.insert(with_one.begin() + 150, fresh);
        CHECK(app.draw(with_one) < 5);
        app.land();
        CHECK(app.draw(back) < 5);
        CHECK(app.draw(up_to(300)) < 5);
    }
}

TEST_CASE("two passes in different orders, and three") {
    for (const unsigned passes : {2u, 3u, 9u}) {
        checked_ui app(100);
        order all;
        for (unsigned pass = 0; pass < passes; ++pass) {
            const order more = shuffled(up_to(100), pass);
            all.insert(all.end(), more.begin(), more.end());
        }
        for (int i = 0; i < 50; ++i) app.draw(all);
    }
}

TEST_CASE("each key twice in a row, and one a hundred times") {
    checked_ui app(100);
    order keys;
    for (const int key : up_to(100)) {
        keys.push_back(key);
        keys.push_back(key);
    }
    keys.insert(keys.begin() + 50, 100, 7);
    for (int i = 0; i < 50; ++i) app.draw(keys);
}

TEST_CASE("one fixed key between all others") {
    checked_ui app(100);
    order keys;
    for (const int key : up_to(99)) {
        keys.push_back(key);
        keys.push_back(99);
    }
    for (int i = 0; i < 50; ++i) app.draw(keys);
}

TEST_CASE("a list that scrolls, and wraps around") {
    checked_ui app(200);
    for (int first = 0; first < 2'000; first += 7) {
        order keys;
        for (int i = 0; i < 50; ++i) keys.push_back((first + i) % 200);
        app.draw(keys);
    }
}

TEST_CASE("some keys elsewhere in each frame") {
    checked_ui app(200);
    std::mt19937 random(1);
    for (int i = 0; i < 100; ++i) {
        order keys = up_to(150);
        for (int guest = 0; guest < 5; ++guest)
            keys.insert(keys.begin() + static_cast<int>(random() % 150),
                        150 + static_cast<int>(random() % 50));
        app.draw(keys);
    }
}

TEST_CASE("several loaders in turns, in orders of their own") {
    checked_ui app(100);
    for (unsigned i = 0; i < 60; ++i) {
        app.draw(i / 20 % 2 != 0 ? up_to(100) : shuffled(up_to(100), i / 20));
        app.draw_texts(shuffled(up_to(100), i / 15));
    }
}

TEST_CASE("frames that show little, nothing, and all again") {
    checked_ui app(100);
    for (unsigned i = 0; i < 100; ++i) {
        order keys = i % 3 == 0 ? order{} : shuffled(up_to(100), i / 10);
        if (i % 3 == 1) keys.resize(10);
        app.draw(keys);
    }
}

TEST_CASE("keys come and go in any order, and every answer is that of its own key") {
    ui app;
    const auto numbers = imload::async_load(app.session, times_ten);
    const auto texts = imload::async_load(app.session, spelled);
    std::mt19937 random(3);
    std::map<int, bool> loaded; // by key, whether it is known to be there
    int wrong = 0;
    for (int i = 0; i < 400; ++i) {
        app.land();
        order keys;
        const int kind = static_cast<int>(random() % 4);
        for (int n = static_cast<int>(random() % 200); n > 0; --n)
            keys.push_back(kind == 0 ? n : static_cast<int>(random() % 500));
        for (const int key : keys) {
            if (const auto value = numbers.poll(key)) wrong += *value != 10 * key;
            const std::string text = "a text of more than one word " + std::to_string(key % 50);
            if (const auto value = texts.poll(text)) wrong += *value != text + "!";
            if (random() % 8 == 0) numbers.poll(key).forget();
            if (random() % 64 == 0) texts.poll(text).forget();
        }
        if (i % 100 == 99) app.session.clear();
    }
    CHECK(wrong == 0);
}

TEST_CASE("an order of too many repeats is not learnt, and harms nothing") {
    checked_ui app(50);
    for (unsigned i = 0; i < 30; ++i) {
        order keys;
        for (unsigned n = 0; n < 100; ++n) {
            const order more = shuffled(up_to(50), n);
            keys.insert(keys.end(), more.begin(), more.end());
        }
        app.draw(keys);
    }
}

TEST_CASE("a key is searched for once, in any order and whatever else is loaded of the same keys") {
    ui app;
    const auto plain = imload::async_load(app.session, twice);
    const auto finished = plain.finish([](int value) { return value + 1; });
    const auto other =
        imload::async_load(app.session, [](const searched& key) { return key.number; });
    constexpr int count = 500;
    const auto in_turns = [&](unsigned i) {
        const order keys = shuffled(up_to(count), i);
        return searches(plain, keys) + searches(finished, keys) + searches(other, keys);
    };
    in_turns(0);
    app.land();
    int all = 0;
    constexpr unsigned frames = 20;
    for (unsigned i = 1; i <= frames; ++i) {
        app.frame();
        all += in_turns(i);
    }
    CHECK(all <= 3 * count * static_cast<int>(frames) * 5 / 4);
}

TEST_CASE("a key that is still loading is searched for once, in any order") {
    ui app;
    const auto load = imload::async_load(app.session, twice);
    constexpr int count = 500;
    searches(load, up_to(count));
    int all = 0;
    constexpr unsigned frames = 20;
    for (unsigned i = 1; i <= frames; ++i) {
        app.frame();
        all += searches(load, shuffled(up_to(count), i));
    }
    CHECK(all <= count * static_cast<int>(frames) * 5 / 4);
}

TEST_CASE("guests before the others, in the other direction, do not lose the trail") {
    constexpr int count = 1'000;
    searching_ui app(count + 20);
    const order usual = up_to(count);
    for (int i = 0; i < 3; ++i) app.draw(usual);
    for (int i = 0; i < 20; ++i) {
        app.frame();
        order keys{count + i % 10 + 1, count + i % 10};
        keys.insert(keys.end(), usual.begin(), usual.end());
        CHECK(searches(app.load, keys) < 20);
    }
}

TEST_CASE("guests at the beginning do not hide that there is an order again") {
    constexpr int count = 1'000;
    searching_ui app(count);
    for (unsigned i = 0; i < 3; ++i) app.draw(shuffled(up_to(count), i));
    order keys{900, 300};
    const order usual = up_to(count);
    keys.insert(keys.end(), usual.begin(), usual.end());
    CHECK(app.draw(keys) < 50);
}

TEST_CASE("a new order is learnt in a few frames, guests before it or not") {
    for (const int guests : {0, 3}) {
        constexpr int count = 1'000;
        searching_ui app(count + 100);
        const order usual = shuffled(up_to(count), 1);
        std::mt19937 random(2);
        int last = 0;
        for (int i = 0; i < 8; ++i) {
            order keys;
            for (int guest = 0; guest < guests; ++guest)
                keys.push_back(count + static_cast<int>(random() % 100));
            keys.insert(keys.end(), usual.begin(), usual.end());
            last = app.draw(keys);
        }
        CHECK(last < 20);
    }
}

TEST_CASE("orders that take turns are each learnt again, as the first time") {
    constexpr int count = 500;
    searching_ui app(count);
    const order usual = up_to(count);
    order both = usual;
    const order second = shuffled(usual, 1);
    both.insert(both.end(), second.begin(), second.end());
    order between;
    for (const int key : usual) {
        between.push_back(key);
        between.push_back(count - 1);
    }
    const order orders[] = {usual, both, between, shuffled(usual, 2)};
    std::mt19937 random(3);
    std::size_t kind = 0;
    int late = 0;
    for (int turn = 0; turn < 200; ++turn) {
        kind = (kind + 1 + random() % 3) % 4;
        for (int i = 0; i < 30; ++i) {
            const int searched_for = app.draw(orders[kind]);
            if (i >= 24) late += searched_for;
        }
    }
    CHECK(late < 200 * count / 10);
}

TEST_CASE("an order after none is learnt in a few frames, however long there was none") {
    constexpr int count = 300;
    searching_ui app(count);
    for (unsigned i = 0; i < 2'000; ++i) app.draw(shuffled(up_to(count), i));
    for (int i = 0; i < 5; ++i) app.draw(shuffled(up_to(count), 1));
    CHECK(app.draw(shuffled(up_to(count), 1)) == 0);
}

TEST_CASE("an order is learnt however many frames that show little are between") {
    for (const int between : {0, 5, 100}) {
        constexpr int count = 500;
        searching_ui app(count);
        const order usual = shuffled(up_to(count), 1);
        int last = 0;
        for (int i = 0; i < 100; ++i) {
            last = app.draw(usual);
            app.draw(up_to(between));
        }
        CHECK(last < count / 10);
    }
}

TEST_CASE("an order that comes now and then between another is not recorded for ever") {
    constexpr std::size_t keys = 500;
    imload::detail::recording_policy policy;
    std::uint64_t steps = 0;
    bool recording = false;
    int recordings = 0;
    const imload::detail::slot_base other;
    for (unsigned frame = 0; frame < 1'200; ++frame) {
        policy.begin_frame(steps);
        if (frame % 3 == 2)
            for (std::size_t i = 0; i < keys; ++i) policy.surprise(other);
        else if (!recording)
            steps += keys;
        if (recording) {
            using verdict = imload::detail::recording_policy::verdict;
            recording = policy.judge(keys, steps) == verdict::record_another;
        } else {
            recording = policy.wants_recording(frame + 1, steps, keys);
            recordings += recording;
        }
    }
    CHECK(recordings < 20);
}

TEST_CASE("looking at keys while an order is recorded does not hinder the next one") {
    constexpr int count = 100;
    searching_ui app(count);
    for (int i = 0; i < 20; ++i) {
        app.frame();
        for (int n = 0; n < 20'000; ++n) static_cast<void>(app.load.peek(searched{n % 2 ? 3 : 77}));
        searches(app.load, shuffled(up_to(count), 1));
    }
    int last = 0;
    for (int i = 0; i < 150; ++i) last = app.draw(shuffled(up_to(count), 2));
    CHECK(last == 0);
}

TEST_CASE("what a key's == throws does not upset the counts") {
    for (int comparison = 0; comparison < 7; ++comparison) {
        ui app;
        const auto load = imload::async_load(app.session, thrice);
        for (int key = 0; key < 40; ++key) ask(load, touchy{key});
        app.land();
        app.frame();
        const std::uint64_t before = app.statistics().polls;
        std::uint64_t returned = 0;
        const auto poll = [&](int key) {
            const auto value = load.poll(touchy{key});
            ++returned;
            CHECK(*value == 3 * key);
        };
        for (const int key : {0, 1, 2, 30, 3, 4, 5}) poll(key);
        int left = comparison;
        touchy::on_compare = [&left] {
            if (left-- == 0) throw std::runtime_error("no");
        };
        try {
            poll(20);
        } catch (const std::runtime_error&) {}
        touchy::on_compare = {};
        for (const int key : {6, 7, 8}) poll(key);
        CHECK(app.statistics().polls - before == returned);
    }
}

TEST_CASE("a key that asks for another when it is copied or compared gets the right value") {
    ui app;
    const auto load = imload::async_load(app.session, thrice);
    for (int key = 0; key < 8; ++key) ask(load, touchy{key});
    app.land();
    app.frame();
    touchy::on_copy = [&] {
        touchy::on_copy = {};
        ask(load, touchy{1'000});
    };
    ask(load, touchy{500});
    for (int key = 2'000; key < 2'050; ++key) ask(load, touchy{key});
    app.land();
    app.frame();
    CHECK(*load.poll(touchy{500}) == 1'500);
    for (int key = 2'000; key < 2'050; ++key) CHECK(*load.poll(touchy{key}) == 3 * key);

    for (int i = 0; i < 2; ++i) { // the last key is compared by asks for itself
        app.frame();
        for (int key = 0; key < 7; ++key) ask(load, touchy{key});
        int deep = 0;
        touchy::on_compare = [&] {
            if (++deep <= 6) ask(load, touchy{7});
        };
        CHECK(*load.poll(touchy{7}) == 21);
        touchy::on_compare = {};
        CHECK(*load.poll(touchy{3}) == 9);
    }
}

TEST_CASE("a key whose copy acts on the key itself still gets its value") {
    using loader = decltype(imload::async_load(std::declval<imload::session&>(), thrice));
    using action = void (*)(ui&, const loader&);
    const action actions[] = {
        [](ui&, const loader& load) { ask(load, touchy{5}); },
        [](ui&, const loader& load) { load.poll(touchy{5}).refresh(); },
        [](ui&, const loader& load) { load.poll(touchy{5}).forget(); },
        [](ui&, const loader& load) { load.refresh_all(); },
        [](ui&, const loader& load) { load.poll(touchy{5}).set(15); },
        [](ui&, const loader& load) { load.prefetch(touchy{5}); },
        [](ui& app, const loader&) { app.session.clear(); },
    };
    int ready = 0;
    int wrong = 0;
    for (const action act : actions)
        for (int countdown = 0; countdown < 8; ++countdown) {
            ui app;
            const auto load = imload::async_load(app.session, thrice);
            ask(load, touchy{4});
            app.land();
            int calls = countdown;
            touchy::on_copy = [&] {
                if (calls-- != 0) return;
                touchy::on_copy = nullptr;
                act(app, load);
            };
            for (int i = 0; i < 4; ++i) {
                ask(load, touchy{5});
                load.poll(touchy{4}).refresh();
                app.land();
            }
            touchy::on_copy = nullptr;
            for (int i = 0; i < 3; ++i) {
                ask(load, touchy{5});
                app.land();
            }
            const auto value = load(touchy{5});
            ready += value.has_value();
            wrong += value && *value != 15;
            const auto s = app.statistics();
            CHECK(s.starts == s.successes + s.failures + s.dropped + s.discarded + s.in_flight);
        }
    CHECK(ready == 7 * 8);
    CHECK(wrong == 0);
}

TEST_CASE("a key whose == asks for keys elsewhere is found where it was compared") {
    ui app;
    auto load = imload::async_load(app.session, thrice);
    const auto draw = [&](const order& keys) {
        for (const int key : keys) ask(load, touchy(key));
    };
    draw(up_to(10));
    app.land();
    for (int i = 0; i < 3; ++i) {
        draw(up_to(10));
        app.frame();
    }
    draw({0, 1, 2, 7, 8, 9}); // the trail was left before 3
    int wrong = 0;
    for (int countdown = 0; countdown < 12; ++countdown) {
        int calls = countdown;
        touchy::on_compare = [&] {
            if (calls-- != 0) return;
            touchy::on_compare = nullptr;
            draw({5, 6, 1, 2});
        };
        const auto value = load(touchy(3));
        touchy::on_compare = nullptr;
        wrong += value != 9;
        app.frame();
        draw(up_to(10));
        app.frame();
        draw({0, 1, 2, 7, 8, 9});
    }
    CHECK(wrong == 0);
}

TEST_CASE("a key's == may clear the session or end it") {
    for (const bool end : {false, true}) {
        ui app;
        auto load = imload::async_load(app.session, thrice);
        for (int frame = 0; frame < 3; ++frame) {
            for (const int key : up_to(100)) ask(load, touchy(key));
            app.land();
        }
        touchy::on_compare = [&] {
            touchy::on_compare = nullptr;
            if (end)
                app.session.shutdown(0s);
            else
                app.session.clear();
        };
        for (const int key : {50, 0, 99}) CHECK(load(touchy(key)).has_value() != end);
        CHECK(!touchy::on_compare);
        app.frame();
        CHECK(load(touchy(50)) == std::nullopt);
        app.land();
        CHECK(load(touchy(50)).has_value() != end);
    }
}

TEST_CASE("keys that ask for others while they are copied, each for the next") {
    ui app;
    const auto load = imload::async_load(app.session, thrice);
    for (int key = 0; key < 8; ++key) ask(load, touchy{key});
    int next = 100;
    touchy::on_copy = [&] {
        if (next < 120) ask(load, touchy{next++});
    };
    ask(load, touchy{99});
    touchy::on_copy = {};
    app.land();
    app.frame();
    for (int key = 99; key < next; ++key) CHECK(*load.poll(touchy{key}) == 3 * key);
}

TEST_CASE("a key's == may ask for new keys in the middle of a search") {
    touchy::alike = true; // or no other key is compared
    for (int comparison = 0; comparison < 40; ++comparison) {
        ui app;
        const auto load = imload::async_load(app.session, thrice);
        for (int key = 0; key < 9; ++key) ask(load, touchy{key});
        app.land();
        app.frame();
        int left = comparison;
        touchy::on_compare = [&] {
            if (left-- != 0) return;
            touchy::on_compare = {};
            for (int key = 100; key < 200; ++key) ask(load, touchy{key});
        };
        CHECK(*load.poll(touchy{7}) == 21);
        touchy::on_compare = {};
        CHECK(*load.poll(touchy{2}) == 6);
    }
    touchy::alike = false;
}
