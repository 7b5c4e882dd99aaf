// The index and the memory below a session: many keys, keys with one hash, keys that go.
#include "support.hpp"

#include <imload/detail/slots/slot_index.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace test;

namespace {

// A map of numbers to marks beside an index of them.
struct mirrored {
    imload::detail::slot_index<imload::detail::late> index;
    std::map<std::uint32_t, std::uint32_t> marks;

    void insert(std::uint32_t number, std::uint32_t mark) {
        index.reserve_one(0, [&](auto insert_again) {
            for (const auto& [known, its_mark] : marks) insert_again(its_mark, known);
        });
        index.insert(mark, number);
        marks[number] = mark;
    }
    void erase(std::uint32_t number) {
        index.erase(marks.at(number), number);
        marks.erase(number);
    }
    bool finds(std::uint32_t number, std::uint32_t mark) const {
        return index.find(mark, [&](std::uint32_t candidate) -> const std::uint32_t* {
            return candidate == number ? &number : nullptr;
        }) != nullptr;
    }
    bool is_right() const {
        for (const auto& [number, mark] : marks)
            if (!finds(number, mark)) return false;
        return index.size() == marks.size();
    }
};

struct same_hash {
    int number;
    bool operator==(const same_hash&) const = default;
};

int number_of(const same_hash& key) { return key.number; }

struct moody {
    int number;
    static inline bool throws = false;
    friend bool operator==(const moody& a, const moody& b) {
        if (throws) throw std::runtime_error("not now");
        return a.number == b.number;
    }
};

int number_of_moody(const moody& key) { return key.number; }

std::size_t size_of_text(const std::string& text) { return text.size(); }

struct large_key {
    std::array<std::uint64_t, 1'000> numbers;
    bool operator==(const large_key&) const = default;
};

std::uint64_t sum_of(const large_key& key) {
    std::uint64_t sum = 0;
    for (const std::uint64_t number : key.numbers) sum += number;
    return sum;
}

struct alignas(256) aligned_key {
    int number;
};

bool is_aligned(const aligned_key& key) {
    return reinterpret_cast<std::uintptr_t>(&key) % alignof(aligned_key) == 0;
}

} // namespace

template <>
struct imload::hash<same_hash> {
    std::size_t operator()(const same_hash&) const { return 42; }
};
template <>
struct imload::hash<moody> {
    std::size_t operator()(const moody&) const { return 7; }
};
template <>
struct imload::hash<large_key> {
    std::size_t operator()(const large_key& key) const {
        return static_cast<std::size_t>(key.numbers[999]);
    }
};

TEST_CASE("an index finds what was inserted, while it grows and shrinks") {
    mirrored all;
    std::mt19937 random(1);
    std::uint32_t next = 0;
    for (int round = 0; round < 40; ++round) {
        for (int i = 0; i < 100; ++i) all.insert(next++, static_cast<std::uint32_t>(random()));
        for (int i = 0; i < 80; ++i) {
            auto at = all.marks.lower_bound(static_cast<std::uint32_t>(random() % next));
            if (at != all.marks.end()) all.erase(at->first);
        }
        CHECK(all.is_right());
    }
    CHECK_FALSE(all.finds(next, 1));
    while (!all.marks.empty()) all.erase(all.marks.begin()->first);
    CHECK(all.index.size() == 0);
    for (std::uint32_t mark = 1; mark != 0; mark <<= 1) CHECK_FALSE(all.finds(0, mark));
}

TEST_CASE("an index finds keys of one mark, and ends a search when all buckets pass on") {
    mirrored all;
    for (const std::uint32_t mark : {0u, 0xffffffffu, 0x80000001u}) {
        for (std::uint32_t i = 0; i < 60; ++i) all.insert(mark % 1'000 * 100 + i, mark);
        CHECK(all.is_right());
    }
    // Buckets that are not full any more, and still have passed something on.
    std::vector<std::uint32_t> numbers;
    for (const auto& [number, mark] : all.marks) numbers.push_back(number);
    for (std::size_t i = 0; i < numbers.size(); i += 2) all.erase(numbers[i]);
    for (std::uint32_t i = 0; i < 30; ++i) all.insert(1'000'000 + i, i * 0x04000000u);
    CHECK(all.is_right());
    for (std::uint32_t mark = 1; mark != 0; mark <<= 1) CHECK_FALSE(all.finds(7'777'777, mark));
}

TEST_CASE("a thousand keys with one hash are a thousand keys") {
    ui app;
    const auto load = imload::async_load(app.session, number_of);
    for (int i = 0; i < 1'000; ++i) ask(load, same_hash{i});
    app.land();
    for (int i = 999; i >= 0; --i) CHECK(load(same_hash{i}) == i);
    for (int i = 0; i < 1'000; i += 2) load.poll(same_hash{i}).forget();
    app.frame();
    for (int i = 1; i < 1'000; i += 2) CHECK(load(same_hash{i}) == i);
    CHECK(app.keys() == 500);
}

TEST_CASE("keys larger than a page, and keys of a wide alignment") {
    ui app;
    const auto sums = imload::async_load(app.session, sum_of);
    const auto aligned = imload::async_load(app.session, is_aligned);
    large_key key{};
    for (std::uint64_t i = 0; i < 20; ++i) {
        key.numbers[999] = i;
        ask(sums, key);
        ask(aligned, aligned_key{static_cast<int>(i)});
    }
    app.land();
    for (std::uint64_t i = 0; i < 20; ++i) {
        key.numbers[999] = i;
        CHECK(sums(key) == i);
        CHECK(aligned(aligned_key{static_cast<int>(i)}) == true);
        CHECK(aligned.poll(aligned_key{static_cast<int>(i)}).version() == 1);
    }
}

TEST_CASE("a hundred thousand keys keep their own numbers and values") {
    imload::inline_executor at_once;
    imload::session session{{.executor = &at_once}};
    const auto load = imload::async_load(
        session, +[](int key) { return key; });
    session.begin_frame();
    for (int i = 0; i < 100'000; ++i) ask(load, i);
    session.begin_frame();
    std::vector<std::uint64_t> ids;
    int wrong = 0;
    for (int i = 99'999; i >= 0; --i) {
        const auto value = load.poll(i);
        wrong += !value || *value != i;
        ids.push_back(value.id());
        wrong += session.key(value.id()).id() != value.id();
    }
    std::sort(ids.begin(), ids.end());
    CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
    CHECK(wrong == 0);
    CHECK(session.size() == 100'000);
}

TEST_CASE("loaders of other types and the same arguments are found in any order") {
    imload::inline_executor at_once;
    imload::session session{{.executor = &at_once}};
    const auto once = imload::async_load(session, [](int key) { return key; });
    const auto twice = imload::async_load(session, [](int key) { return 2 * key; });
    const auto named = imload::async_load(session, "half", [](int key) { return key / 2.0; });
    std::vector<int> keys(2'000);
    std::iota(keys.begin(), keys.end(), 0);
    std::mt19937 random(1);
    int wrong = 0;
    for (int frame = 0; frame < 6; ++frame) {
        session.begin_frame();
        std::shuffle(keys.begin(), keys.end(), random);
        for (const int key : keys) {
            const auto a = once(key), b = twice(key);
            const auto c = named(key);
            if (frame > 0) wrong += a != key || b != 2 * key || c != key / 2.0;
        }
    }
    CHECK(wrong == 0);
    CHECK(session.size() == 6'000);
    CHECK(session.statistics().polls == 36'000);
}

TEST_CASE("a number between those of two slots is nobody's") {
    ui app;
    const auto load = imload::async_load(app.session, number_of);
    ask(load, same_hash{1});
    const std::uint64_t id = load.poll(same_hash{1}).id();
    CHECK(app.session.key(id).id() == id);
    for (std::uint64_t other = id >> 32 << 32; other < (id | 0xfff); ++other)
        if (other != id) CHECK(app.session.key(other).id() == 0);
}

TEST_CASE("a key has an id of its own, however often its slot was used before") {
    imload::inline_executor at_once;
    imload::session session{{.executor = &at_once}};
    const auto load = imload::async_load(
        session, +[](int key) { return key; });
    std::vector<std::uint64_t> ids;
    constexpr int many = 70'000; // more lives than a slot has, for a slab of eight
    for (int i = 0; i < many; ++i) {
        session.begin_frame();
        for (int key = 0; key < 8; ++key) ids.push_back(load.peek(key).id());
        session.begin_frame(); // nobody looks, so they go with the next one
    }
    CHECK(std::find(ids.begin(), ids.end(), 0u) == ids.end());
    std::sort(ids.begin(), ids.end());
    CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
    CHECK(session.key(ids.front()).id() == 0);
    CHECK(session.size() == 0);
}

TEST_CASE("a comparison that throws is an exception of the ask, guessed right or not") {
    ui app;
    const auto load = imload::async_load(app.session, number_of_moody);
    for (int i = 0; i < 3; ++i) ask(load, moody{i});
    app.land();
    for (int i = 0; i < 3; ++i) ask(load, moody{i});
    app.frame();
    moody::throws = true;
    CHECK_THROWS_AS(load.poll(moody{0}), std::runtime_error);
    CHECK_THROWS_AS(load.poll(moody{2}), std::runtime_error);
    moody::throws = false;
    for (int i = 0; i < 3; ++i) CHECK(load(moody{i}) == i);
}

TEST_CASE("a null text is the empty one, each time it is asked for") {
    ui app;
    const auto load = imload::async_load(app.session, size_of_text);
    for (int i = 0; i < 4; ++i) {
        ask(load, static_cast<const char*>(nullptr));
        ask(load, std::string_view());
        ask(load, "");
        app.land();
    }
    CHECK(load(std::string_view()) == 0u);
    CHECK(app.keys() == 1);
}

TEST_CASE("many settings at once, each held by its own keys") {
    ui app;
    const auto of = [&](int key, int round) {
        return imload::async_load(app.session, number_of,
                                  {.refresh_every = std::chrono::hours(1 + (key + round) % 300)})
            .poll(same_hash{key});
    };
    for (int round = 0; round < 3; ++round) {
        for (int key = 0; key < 300; ++key) static_cast<void>(of(key, round));
        app.land();
        for (int key = 0; key < 300; ++key)
            CHECK(of(key, round).refresh_in() == std::chrono::hours(1 + (key + round) % 300));
    }
}
