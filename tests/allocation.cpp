// Allocations: asking for what is loaded makes none, whatever the type of the key.
#include "support.hpp"

#include <imload/detail/slots/slot_index.hpp>

#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <new>
#include <tuple>
#include <vector>

namespace {

std::atomic<std::size_t> allocations{0};
std::atomic<std::size_t> releases{0};
bool is_used_up = false;
std::size_t fails_in = 0; // allocations; 0: none fails

// While it is open, `count` allocations fail, from the nth on.
class failing_allocations {
public:
    explicit failing_allocations(std::size_t nth, int count) : left_(count) {
        fails_in = nth;
        open = this;
    }
    failing_allocations(const failing_allocations&) = delete;
    failing_allocations& operator=(const failing_allocations&) = delete;
    ~failing_allocations() {
        fails_in = 0;
        open = nullptr;
    }

    static bool fails_now() {
        if (fails_in == 0 || --fails_in > 0) return false;
        if (--open->left_ > 0) fails_in = 1;
        return open->reached_ = true;
    }
    // Whether there were so many.
    bool reached() const { return reached_; }

private:
    static inline failing_allocations* open = nullptr;
    int left_;
    bool reached_ = false;
};

// While it is open there is no memory.
struct no_memory {
    no_memory() { is_used_up = true; }
    no_memory(const no_memory&) = delete;
    no_memory& operator=(const no_memory&) = delete;
    ~no_memory() { is_used_up = false; }
};

#if defined(_WIN32)
void* allocate_aligned(std::size_t size, std::size_t alignment) {
    return _aligned_malloc(size, alignment);
}
void free_aligned(void* memory) { _aligned_free(memory); }
#else
void* allocate_aligned(std::size_t size, std::size_t alignment) {
    return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}
void free_aligned(void* memory) { std::free(memory); }
#endif

void* allocate(std::size_t size, std::size_t alignment) {
    if (is_used_up || failing_allocations::fails_now()) throw std::bad_alloc();
    allocations.fetch_add(1, std::memory_order_relaxed);
    void* memory = allocate_aligned(std::max(size, std::size_t{1}),
                                    std::max(alignment, alignof(std::max_align_t)));
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

void release(void* memory) {
    if (memory != nullptr) releases.fetch_add(1, std::memory_order_relaxed);
    free_aligned(memory);
}

// While it is open: two rooms for arrays that are aligned to more than usual, as an index has them.
// The one that was left is taken again at once.
struct two_rooms {
    two_rooms() { is_open = true; }
    two_rooms(const two_rooms&) = delete;
    two_rooms& operator=(const two_rooms&) = delete;
    ~two_rooms() { is_open = false; }

    static void* take(std::size_t size) {
        for (room& r : all)
            if (is_open && !r.taken && size <= sizeof r.memory) {
                r.taken = true;
                return r.memory;
            }
        return nullptr;
    }
    static bool give(void* memory) {
        for (room& r : all)
            if (memory == r.memory) {
                r.taken = false;
                return true;
            }
        return false;
    }

    struct room {
        alignas(64) std::byte memory[8192];
        bool taken;
    };
    static inline bool is_open = false;
    static inline room all[2];
};

} // namespace

// Inlined, a delete is a free, which g++ then finds not to match the new beside it.

void* operator new(std::size_t size) { return allocate(size, 0); }
void* operator new[](std::size_t size) { return allocate(size, 0); }
void* operator new(std::size_t size, std::align_val_t alignment) {
    return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
    if (void* const room = two_rooms::take(size)) return room;
    return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    if (is_used_up || failing_allocations::fails_now()) return nullptr;
    ++allocations;
    return allocate_aligned(std::max(size, std::size_t{1}), alignof(std::max_align_t));
}
void* operator new[](std::size_t size, const std::nothrow_t& tag) noexcept {
    return operator new(size, tag);
}
IMLOAD_NOINLINE void operator delete(void* memory) noexcept { release(memory); }
IMLOAD_NOINLINE void operator delete[](void* memory) noexcept { release(memory); }
IMLOAD_NOINLINE void operator delete(void* memory, std::size_t) noexcept { release(memory); }
IMLOAD_NOINLINE void operator delete[](void* memory, std::size_t) noexcept { release(memory); }
IMLOAD_NOINLINE void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
IMLOAD_NOINLINE void operator delete[](void* memory, std::align_val_t) noexcept {
    if (!two_rooms::give(memory)) release(memory);
}
IMLOAD_NOINLINE void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    release(memory);
}
IMLOAD_NOINLINE void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
    if (!two_rooms::give(memory)) release(memory);
}

using namespace test;

namespace {

int twice(int x) { return 2 * x; }

struct tile {
    int x = 0;
    int y = 0;
    std::string layer;
};

// How many allocations f makes.
template <class F>
std::size_t count(F&& f) {
    const std::size_t before = allocations.load();
    f();
    return allocations.load() - before;
}

// Asks for all keys until they are loaded; then counts what three kinds of order cost: the same
// order again, the reverse, and each key twice.
template <class Make, class Key>
std::size_t cost_of_hits(Make make, const std::vector<Key>& keys) {
    ui app;
    for (int i = 0; i < 3; ++i) {
        for (const auto& key : keys) (void)make(app.session).poll(key);
        app.land();
    }
    std::size_t missing = 0;
    std::size_t cost = 0;
    for (int frame = 0; frame < 3; ++frame) {
        app.frame();
        cost += count([&] {
            for (const auto& key : keys) missing += !make(app.session)(key).has_value();
            for (auto key = keys.rbegin(); key != keys.rend(); ++key)
                missing += !make(app.session).poll(*key).has_value();
            for (const auto& key : keys)
                for (int again = 0; again < 2; ++again)
                    missing += !make(app.session).poll(key).has_value();
        });
    }
    return cost + 1'000'000 * missing;
}

const std::string long_text = "a text so long that no string keeps it inside of itself: ";

std::vector<std::string> texts() {
    std::vector<std::string> result;
    for (int i = 0; i < 40; ++i) result.push_back(long_text + std::to_string(i));
    return result;
}

} // namespace

TEST_CASE("a hit allocates nothing: numbers") {
    const std::vector<int> keys = {1, 5, 3, 8, 2};
    CHECK(cost_of_hits([](auto& s) { return imload::async_load(s, twice); }, keys) == 0);
    CHECK(cost_of_hits([](auto& s) { return imload::async_load<&twice>(s); }, keys) == 0);
    CHECK(cost_of_hits([](auto& s) { return imload::async_load(s, "key", twice); }, keys) == 0);
    CHECK(cost_of_hits([](auto& s) { return imload::async_load(s, twice, {.refresh_every = 4s}); },
                       keys) == 0);
    CHECK(cost_of_hits([](auto& s) { return imload::async_load(s, [](long x) { return x; }); },
                       keys) == 0);
}

TEST_CASE("a hit allocates nothing: std::string") {
    const auto keys = texts();
    CHECK(cost_of_hits(
              [](auto& s) {
                  return imload::async_load(s, [](const std::string& t) { return t.size(); });
              },
              keys) == 0);
    CHECK(cost_of_hits(
              [](auto& s) { return imload::async_load(s, [](std::string t) { return t.size(); }); },
              keys) == 0);
    CHECK(cost_of_hits(
              [](auto& s) { return imload::async_load(s, [](const auto& t) { return t.size(); }); },
              keys) == 0);
}

TEST_CASE("a hit allocates nothing: string_view") {
    const auto owners = texts();
    const std::vector<std::string_view> keys(owners.begin(), owners.end());
    CHECK(cost_of_hits(
              [](auto& s) {
                  return imload::async_load(s, [](std::string_view t) { return t.size(); });
              },
              keys) == 0);
    CHECK(cost_of_hits(
              [](auto& s) {
                  return imload::async_load(s, [](const std::string& t) { return t.size(); });
              },
              keys) == 0);
    CHECK(cost_of_hits(
              [](auto& s) { return imload::async_load(s, [](const auto& t) { return t.size(); }); },
              keys) == 0);
}

TEST_CASE("a hit allocates nothing: const char*") {
    const auto owners = texts();
    std::vector<const char*> keys;
    for (const auto& owner : owners) keys.push_back(owner.c_str());
    CHECK(cost_of_hits(
              [](auto& s) { return imload::async_load(s, [](const char* t) { return *t; }); },
              keys) == 0);
    CHECK(cost_of_hits(
              [](auto& s) {
                  return imload::async_load(s, [](std::string_view t) { return t.size(); });
              },
              keys) == 0);
    CHECK(cost_of_hits(
              [](auto& s) {
                  return imload::async_load(s, [](const std::string& t) { return t.size(); });
              },
              keys) == 0);
    CHECK(cost_of_hits(
              [](auto& s) { return imload::async_load(s, [](std::string t) { return t.size(); }); },
              keys) == 0);
}

TEST_CASE("a hit allocates nothing: a literal and a buffer") {
    ui app;
    auto load = imload::async_load(app.session, [](const std::string& t) { return t.size(); });
    char buffer[128] = "an input text buffer whose text is long enough not to be a small string";
    for (int i = 0; i < 3; ++i) {
        ask(load, "a literal that is written out at the place of the call, and rather long");
        ask(load, buffer);
        app.land();
    }
    app.frame();
    bool there = true;
    CHECK(count([&] {
              there = there && load("a literal that is written out at the place of the call, "
                                    "and rather long")
                                   .has_value();
              there = there && load(buffer).has_value();
          }) == 0);
    CHECK(there);
}

TEST_CASE("a hit allocates nothing: paths") {
    std::vector<std::filesystem::path> keys;
    for (const auto& text : texts()) keys.push_back(std::filesystem::path("/a/folder") / text);
    CHECK(cost_of_hits(
              [](auto& s) {
                  return imload::async_load(
                      s, [](const std::filesystem::path& p) { return p.native().size(); });
              },
              keys) == 0);
    CHECK(cost_of_hits(
              [](auto& s) {
                  return imload::async_load(
                      s, [](std::filesystem::path p) { return p.native().size(); });
              },
              keys) == 0);
}

TEST_CASE("a search allocates nothing: paths with doubled separators") {
    ui app;
    auto load = imload::async_load(
        app.session, [](const std::filesystem::path& p) { return p.native().size(); });
    std::vector<std::filesystem::path> keys;
    for (std::size_t i = 0; i < 64; ++i)
        keys.push_back("/a//folder///" + std::string(i * 10, 'x') + "//name");
    for (const auto& key : keys) ask(load, key);
    app.land();
    app.frame();
    std::size_t found = 0;
    CHECK(count([&] {
              for (std::size_t i = 0; i < keys.size(); ++i) // in no order that can be guessed
                  found += load.peek(keys[i * 29 % keys.size()]).has_value();
          }) == 0);
    CHECK(found == keys.size());
}

TEST_CASE("a hit allocates nothing: vectors, tuples and aggregates") {
    const std::vector<std::vector<int>> lists = {{1, 2, 3}, {4, 5}, {}, std::vector<int>(1000, 7)};
    CHECK(cost_of_hits(
              [](auto& s) {
                  return imload::async_load(s, [](const std::vector<int>& v) { return v.size(); });
              },
              lists) == 0);
    const std::vector<tile> tiles = {{1, 2, long_text}, {3, 4, long_text}, {5, 6, "b"}};
    CHECK(cost_of_hits(
              [](auto& s) { return imload::async_load(s, [](const tile& t) { return t.x; }); },
              tiles) == 0);
    using both = std::tuple<int, std::string, std::optional<std::string>>;
    const std::vector<both> tuples = {{1, long_text, long_text}, {2, long_text, std::nullopt}};
    CHECK(cost_of_hits(
              [](auto& s) {
                  return imload::async_load(s, [](const both& b) { return std::get<0>(b); });
              },
              tuples) == 0);
}

TEST_CASE("a hit allocates nothing: an unkeyed argument beside the key") {
    ui app;
    auto connection = std::make_shared<int>(1);
    auto load = imload::async_load(app.session,
                                   [](const std::shared_ptr<int>& c, int x) { return *c + x; });
    for (int i = 0; i < 2; ++i) {
        ask(load, imload::unkeyed(connection), 1);
        app.land();
    }
    bool there = false;
    CHECK(count([&] { there = load(imload::unkeyed(connection), 1).has_value(); }) == 0);
    CHECK(there);
}

TEST_CASE("peek and the members of a result allocate nothing") {
    ui app;
    auto load = imload::async_load(app.session, [](std::string_view t) { return std::string(t); });
    ask(load, std::string_view(long_text));
    app.land();
    std::size_t size = 0;
    CHECK(count([&] {
              const auto result = load.poll(std::string_view(long_text));
              size += result.has_value() ? result->size() : 0;
              size += result.value().size();
              (void)result.status();
              (void)result.error();
              (void)result.just_finished();
              (void)result.is_refreshing();
              (void)result.version();
              (void)result.progress();
              (void)result.refresh_in();
              (void)load.peek(std::string_view(long_text)).age();
          }) == 0);
    CHECK(size == 2 * long_text.size());
}

TEST_CASE("making a loader allocates nothing") {
    ui app;
    int captured = 3; // a constant would not be captured
    const std::string_view key = "a key that is longer than what a small string holds inside";
    CHECK(count([&] {
              (void)imload::async_load(app.session, twice);
              (void)imload::async_load(app.session, [](int x) { return x; });
              (void)imload::async_load(app.session, key,
                                       [captured](int x) { return x + captured; });
              (void)imload::async_load<&twice>(app.session, {.refresh_every = 4s});
              auto load = imload::async_load(twice, {.refresh_every = 4s, .grace = 1ms});
              auto copy = load;
              (void)copy;
          }) == 0);
}

namespace {

// An application with fifty keys, which were asked for in order and are at rest.
struct loaded_ui : ui {
    decltype(imload::async_load(std::declval<imload::session&>(), twice)) load =
        imload::async_load(session, twice);
    loaded_ui() {
        for (int i = 0; i < 50; ++i) ask(load, i);
        land();
        for (int i = 0; i < 50; ++i) ask(load, i);
        frames(2);
    }
};

} // namespace

TEST_CASE("frames in which nothing happens allocate nothing") {
    loaded_ui app;
    const auto& load = app.load;
    CHECK(count([&] {
              for (int frame = 0; frame < 10; ++frame) {
                  app.frame();
                  for (int i = 0; i < 50; ++i) ask(load, i);
                  (void)app.session.wait_time(1h);
              }
          }) == 0);
}

TEST_CASE("the same keys the other way round allocate nothing") {
    loaded_ui app;
    const auto& load = app.load;
    CHECK(count([&] {
              for (int frame = 0; frame < 10; ++frame) {
                  app.frame();
                  for (int i = 0; i < 50; ++i) ask(load, frame % 2 == 0 ? 49 - i : i);
              }
          }) == 0);
}

TEST_CASE("an index that grows twice during a search is searched anew, wherever it lies then") {
    const two_rooms rooms; // so that it lies where it lay at first
    imload::detail::slot_index<imload::detail::late> index;
    std::uint32_t made = 0;
    const auto mark = [](std::uint32_t number) { return number << 6; }; // of one tag, all apart
    const auto make = [&](std::uint32_t count) {
        for (; count > 0; --count, ++made) {
            index.reserve_one(0, [&](auto insert) {
                for (std::uint32_t i = 0; i < made; ++i) insert(mark(i), i);
            });
            index.insert(mark(made), made);
        }
    };
    make(9); // one bucket
    bool grown = false;
    const auto look = [&](std::uint32_t number) -> const bool* {
        if (number == 7 && !grown) {
            make(100);
            grown = true;
        }
        return number == 8 ? &grown : nullptr;
    };
    CHECK(index.find(mark(8), look) != nullptr);
    CHECK(grown);
}

TEST_CASE("a name that no key has any more takes no memory for long") {
    ui app;
    const auto live = [] { return allocations.load() - releases.load(); };
    const auto come_and_go = [&](int from, int to) {
        for (int i = from; i < to; ++i) {
            const std::string name = long_text + std::to_string(i);
            auto load = imload::async_load(app.session, name, twice);
            ask(load, 1);
            app.land();
            load.poll(1).forget();
            app.frame();
        }
    };
    come_and_go(0, 1'000);
    const std::size_t before = live();
    come_and_go(1'000, 5'000);
    CHECK(live() < before + 400);
}

TEST_CASE("what loads took is used again, and given back at the session's end") {
    const auto live = [] { return allocations.load() - releases.load(); };
    using large = std::array<char, 2'000>;
    std::size_t early = 0;
    std::size_t late = 0;
    const auto use = [&] {
        ui app;
        const auto small = imload::async_load(app.session, twice);
        const auto big = imload::async_load(app.session, [](const large& l) { return l[0]; });
        const auto come_and_go = [&](int from, int to) {
            for (int i = from; i < to; ++i) {
                large argument{};
                argument[1] = static_cast<char>(i % 100);
                ask(small, i);
                ask(big, argument);
                app.land();
                small.poll(i).forget();
                big.poll(argument).forget();
                app.frame();
            }
            return live();
        };
        for (int i = 0; i < 100; ++i) ask(small, -1 - i); // which wait for each other
        app.land();
        early = come_and_go(0, 300);
        late = come_and_go(300, 3'000);
    };
    use();
    const std::size_t before = live();
    use();
    const std::size_t after = live();
    CHECK(late < early + 20);
    CHECK(after == before);
}

TEST_CASE("without memory what waits with a new priority still runs") {
    ui app;
    const auto load = imload::async_load(app.session, twice, {.priority = 7});
    ask(load, 1);
    ask(imload::async_load(app.session, twice), 2);
    {
        const no_memory none;
        app.executor.run_all();
    }
    app.frame();
    CHECK(load(1) == 2);
    CHECK(load(2) == 4);
}

TEST_CASE("without memory a great many keys are found the other way round") {
    ui app;
    const auto load = imload::async_load(app.session, twice);
    constexpr int count = 140'000; // for fewer the room of the way back is made with them
    for (int i = 0; i < count; ++i) ask(load, i);
    app.land();
    long sum = 0;
    app.frame();
    for (int i = 0; i < count; ++i) sum += *load.poll(i);
    app.frame();
    {
        const no_memory none;
        for (int i = count; i-- > 0;) sum -= *load.poll(i);
    }
    CHECK(sum == 0);
}

TEST_CASE("a few of very many keys, asked for to and fro, do not cost as much as all of them") {
    ui app;
    const auto load = imload::async_load(app.session, twice);
    constexpr int known = 140'000;
    for (int i = 0; i < known; ++i) ask(load, i);
    app.land();
    constexpr int rows = 10;
    constexpr int frames = 64;
    // A window that moves on by a key a frame, with each second row the other way round.
    const auto scroll = [&](int from, bool turning) {
        return count([&] {
            for (int frame = 0; frame < frames; ++frame) {
                for (int row = 0; row < rows; ++row)
                    for (int i = 0; i < rows; ++i)
                        ask(load, from + frame + row * rows +
                                      (turning && row % 2 != 0 ? rows - 1 - i : i));
                app.land();
            }
        });
    };
    scroll(known - rows * rows, false);
    const std::size_t straight = scroll(known - rows * rows + frames, false);
    const std::size_t turning = scroll(known - rows * rows + 2 * frames, true);
    CHECK(turning < straight + frames / 4); // for the way back allocates, of so many keys
}

TEST_CASE("at max_entries a new key a frame does not cost a search of all keys") {
    constexpr int most = 2'000;
    constexpr int frames = 100;
    const auto cost_with = [](std::size_t max_entries) {
        ui app;
        imload::session session{
            {.executor = &app.executor, .clock = &app.clock, .max_entries = max_entries}};
        const auto load = imload::async_load(session, twice);
        int next = 0;
        const auto scroll = [&](int count) {
            for (int i = 0; i < count; ++i) {
                ask(load, next);
                ask(load, ++next);
                app.executor.run_all();
                session.begin_frame();
            }
        };
        scroll(most + 10);
        return count([&] { scroll(frames); });
    };
    CHECK(cost_with(most) < cost_with(0) + frames / 2); // for a search allocates
}

TEST_CASE("reading how far a load is allocates nothing in later frames") {
    ui app;
    static gate at_gate;
    static std::string text;
    text.assign(100, '.');
    const auto load = imload::async_load(app.session, [](imload::context& c) {
        c.progress(0.5, text);
        at_gate.pass();
        return 1;
    });
    ask(load);
    std::thread worker([&] { app.executor.run_all(); });
    at_gate.wait();
    app.frame();
    CHECK(load.poll().progress().text == text);
    app.frame();
    float fraction = 0;
    CHECK(count([&] { fraction = load.poll().progress().fraction; }) == 0);
    CHECK(fraction == 0.5f);
    at_gate.open();
    worker.join();
    app.frame();
    CHECK(load.poll());
}

TEST_CASE("a load that fails without memory fails its key, and nothing else") {
    ui app;
    const auto load = imload::async_load(app.session, [](int x) -> int { throw x; });
    const auto dropped = imload::async_load(app.session, [](imload::promise<int>) {});
    ask(load, 1);
    ask(dropped);
    {
        const no_memory none;
        app.executor.run_all();
    }
    app.frame();
    REQUIRE(load.poll(1).error());
    CHECK(load.poll(1).error()->message == "out of memory");
    CHECK(thrown<std::bad_alloc>([&] { load(1); }) == std::bad_alloc().what());
    REQUIRE(dropped.poll().error());

    load.poll(1).refresh();
    app.land();
    CHECK(load.poll(1).error()->message == "the int 1 was thrown");
}

TEST_CASE("a promise that is kept without memory for its value fails its key") {
    ui app;
    using large = std::array<int, 100>;
    static std::optional<imload::promise<large>> kept;
    const auto load =
        imload::async_load(app.session, [](imload::promise<large> p) { kept = std::move(p); });
    ask(load);
    app.land();
    {
        const no_memory none;
        CHECK(kept->set_value({}));
    }
    kept.reset();
    app.frame();
    REQUIRE(load.poll().error());
    CHECK(load.poll().status() == status::complete);
}

TEST_CASE("an executor that drops a task without memory fails its key") {
    ui app;
    struct : imload::executor {
        void execute(imload::task work) override { waiting.push_back(std::move(work)); }
        std::vector<imload::task> waiting;
    } executor;
    imload::session session{{.executor = &executor}};
    const auto load = imload::async_load(session, twice);
    ask(load, 1);
    {
        const no_memory none;
        executor.waiting.clear();
    }
    session.begin_frame();
    REQUIRE(load.poll(1).error());
    CHECK(load.poll(1).error()->message == "out of memory");
}

TEST_CASE("whichever allocation fails, each key comes to its value in the end") {
    static std::vector<imload::promise<int>> promises;
    const auto try_to = [](auto&& f) {
        try {
            f();
        } catch (const std::bad_alloc&) {}
    };
    const int count = GENERATE(1, 3, 20);
    bool reached = true;
    for (std::size_t nth = 1; reached; ++nth) {
        CAPTURE(nth, count);
        ui app;
        const imload::options silent{.throw_errors = false};
        const auto text = imload::async_load(
            app.session, [](std::string s) { return s + s; }, silent);
        const auto uploaded = text.finish([](std::string&& s) { return s.size(); });
        const auto fails_first = imload::async_load(
            app.session, [](int x) { return x < 0 ? throw x : x; },
            {.timeout = 1h, .retry = {.attempts = 1, .delay = 1s}, .throw_errors = false});
        const auto streamed = imload::async_load(
            app.session, [](imload::stream<std::string>& out) { out.publish(long_text); }, silent);
        const auto promised = imload::async_load(
            app.session, [](imload::promise<int> p, int) { promises.push_back(std::move(p)); },
            silent);
        const auto frame = [&] {
            app.clock.advance(2s);
            try_to([&] { app.frame(); });
            try_to([&] { ask(text, long_text); });
            try_to([&] { ask(uploaded, long_text); });
            try_to([&] { ask(fails_first, -1); });
            try_to([&] { ask(fails_first, 1); });
            try_to([&] { ask(streamed); });
            try_to([&] { ask(promised, 1); });
            app.executor.run_all();
            for (const auto& p : promises) try_to([&] { p.set_value(1); });
            promises.clear();
        };
        {
            const failing_allocations failing(nth, count);
            for (int i = 0; i < 4; ++i) frame();
            try_to([&] { app.session.refresh_all(); });
            frame();
            try_to([&] { text.poll(long_text).set("other"); });
            try_to([&] { app.session.cancel_all(); });
            try_to([&] { app.session.clear(); });
            for (int i = 0; i < 2; ++i) frame();
            reached = failing.reached();
        }
        for (int i = 0; i < 3; ++i) frame(); // what is on its way may still fail
        app.session.refresh_all();
        for (int i = 0; i < 5; ++i) frame();
        const auto has_come = [](const auto& result) {
            return result && result.status() == status::complete;
        };
        REQUIRE(has_come(text.peek(long_text)));
        REQUIRE(has_come(uploaded.peek(long_text)));
        REQUIRE(has_come(fails_first.peek(1)));
        REQUIRE(has_come(streamed.peek()));
        REQUIRE(has_come(promised.peek(1)));
        REQUIRE(fails_first.peek(-1).error());
        REQUIRE(app.statistics().in_flight == 0);
    }
}
