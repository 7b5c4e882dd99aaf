// async_load and loader: what asking does.
#include "support.hpp"

#include <catch2/generators/catch_generators.hpp>

#include <any>
#include <memory>
#include <type_traits>
#include <vector>

using namespace test;

namespace {

int twice(int x) { return 2 * x; }

struct number {
    int n = 0;
};
const number const_three() { return {3}; }

int thrice(int x) { return 3 * x; }
std::size_t length(const char* text, int) { return text ? std::string_view(text).size() : 0; }
struct counter {
    int times(int x) const { return x * factor; }
    int factor = 1;
    bool operator==(const counter&) const = default;
};

// Asks for each in several frames, so that the loader knows its slots by then, and its asks are in
// the order of the frame before.
template <class Ask>
void several_frames(ui& app, Ask ask_all) {
    for (int i = 0; i < 6; ++i) {
        ask_all();
        app.land();
    }
}

} // namespace

template <>
struct std::hash<counter> {
    std::size_t operator()(const counter& c) const noexcept {
        return static_cast<std::size_t>(c.factor);
    }
};

TEST_CASE("making a loader starts nothing") {
    ui app;
    [[maybe_unused]] auto load = imload::async_load(app.session, twice);
    app.frames(3);
    CHECK(app.executor.pending() == 0);
    CHECK(app.keys() == 0);
    CHECK(app.starts() == 0);
}

TEST_CASE("the first ask starts the call and gives nothing, a later frame has the value") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    CHECK(load(21) == std::nullopt);
    CHECK(app.executor.pending() == 1);
    app.land();
    CHECK(load(21) == 42);
    app.frames(3);
    CHECK(load(21) == 42);
    CHECK(app.starts() == 1);
}

TEST_CASE("asking many times starts one call") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    for (int i = 0; i < 10; ++i) {
        ask(load, 1);
        ask(load, 1);
        app.frame();
    }
    CHECK(app.executor.pending() == 1);
    app.land();
    CHECK(app.starts() == 1);
}

TEST_CASE("a loader without a session uses the current one") {
    ui app;
    auto load = imload::async_load(twice, {.refresh_every = 4s});
    auto named = imload::async_load("named", twice);
    auto fixed = imload::async_load<&twice>();
    ask(load, 1);
    ask(named, 2);
    ask(fixed, 3);
    app.land();
    CHECK(load(1) == 2);
    CHECK(named(2) == 4);
    CHECK(fixed(3) == 6);
    CHECK(app.keys() == 3);
}

TEST_CASE("each form of async_load takes a session and options") {
    ui app;
    const imload::options o{.throw_errors = false};
    ask(imload::async_load(app.session, twice), 1);
    ask(imload::async_load(app.session, twice, o), 2);
    ask(imload::async_load(app.session, twice, {.refresh_every = 1s}), 3);
    ask(imload::async_load(app.session, "key", twice), 4);
    ask(imload::async_load(app.session, "key", twice, o), 5);
    ask(imload::async_load(app.session, "key", twice, {.refresh_every = 1s}), 6);
    ask(imload::async_load<&twice>(app.session), 7);
    ask(imload::async_load<&twice>(app.session, o), 8);
    ask(imload::async_load<&twice>(app.session, {.refresh_every = 1s}), 9);
    app.land();
    CHECK(imload::async_load(app.session, twice)(2) == 4);
    CHECK(imload::async_load(app.session, "key", twice)(5) == 10);
}

TEST_CASE("a loader is a value: copies ask for the same keys") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    const auto copy = load;
    ask(load, 1);
    ask(copy, 1);
    app.land();
    CHECK(copy(1) == 2);
    CHECK(app.keys() == 1);
}

TEST_CASE("poll gives the value without a copy") {
    ui app;
    static int copies = 0;
    struct heavy {
        heavy() = default;
        heavy(const heavy&) { ++copies; }
        heavy(heavy&&) noexcept {}
        heavy& operator=(const heavy&) = delete;
        heavy& operator=(heavy&&) = delete;
    };
    auto load = imload::async_load(app.session, [] { return heavy(); });
    ask(load);
    app.land();
    copies = 0;
    auto result = load.poll();
    CHECK(result.has_value());
    const heavy& first = *result;
    const heavy& second = *load.poll();
    CHECK(&first == &second);
    CHECK(copies == 0);
    CHECK(load().has_value());
    CHECK(copies == 1);
}

TEST_CASE("a value that can only be moved is read by poll") {
    ui app;
    auto load = imload::async_load(app.session, [](int x) { return std::make_unique<int>(x); });
    CHECK_FALSE(load.poll(5).has_value());
    app.land();
    auto result = load.poll(5);
    REQUIRE(result);
    CHECK(**result == 5);
    result.refresh();
    app.land();
    CHECK(**load.poll(5) == 5);
    load.poll(5).set(std::make_unique<int>(6));
    app.frame();
    CHECK(**load.poll(5) == 6);
}

TEST_CASE("a value need be neither default constructible nor assignable") {
    struct rigid {
        explicit rigid(int n) : number(n) {}
        const int number;
    };
    ui app;
    auto load = imload::async_load(app.session, [](int x) { return rigid(x); });
    ask(load, 3);
    app.land();
    load.poll(3).refresh();
    app.land();
    CHECK(load(3)->number == 3);
    CHECK(load.poll(3).version() == 2);
}

TEST_CASE("a value of wide alignment lies where it must") {
    struct alignas(128) wide {
        int number = 0;
    };
    ui app;
    auto load = imload::async_load(app.session, [](int x) { return wide{x}; });
    for (int i = 0; i < 20; ++i) ask(load, i);
    app.land();
    for (int i = 0; i < 20; ++i) {
        auto result = load.poll(i);
        REQUIRE(result);
        CHECK(reinterpret_cast<std::uintptr_t>(&*result) % alignof(wide) == 0);
        CHECK(result->number == i);
    }
}

TEST_CASE("a function without a result gives std::monostate") {
    ui app;
    static int calls = 0;
    calls = 0;
    auto load = imload::async_load(app.session, [] { ++calls; });
    static_assert(std::is_same_v<decltype(load()), std::optional<std::monostate>>);
    CHECK_FALSE(load());
    app.land();
    CHECK(load().has_value());
    app.frames(5);
    CHECK(load().has_value());
    CHECK(calls == 1);
}

TEST_CASE("a null, empty or false result is a result") {
    ui app;
    auto no = imload::async_load(app.session, [] { return false; });
    auto zero = imload::async_load(app.session, [] { return 0; });
    auto text = imload::async_load(app.session, [] { return std::string(); });
    auto pointer = imload::async_load(app.session, [] { return std::shared_ptr<int>(); });
    auto list = imload::async_load(app.session, [] { return std::vector<int>(); });
    auto any = imload::async_load(app.session, [] { return std::any(); });
    for (int i = 0; i < 3; ++i) {
        ask(no);
        ask(zero);
        ask(text);
        ask(pointer);
        ask(list);
        ask(any);
        app.land();
    }
    CHECK(no() == false);
    CHECK(zero() == 0);
    CHECK(text() == "");
    CHECK(pointer().has_value());
    CHECK(list().has_value());
    CHECK(any().has_value());
    CHECK(app.starts() == 6);
}

TEST_CASE("an optional result stays nested") {
    ui app;
    auto load = imload::async_load(
        app.session, [](int x) { return x > 0 ? std::optional<int>(x) : std::nullopt; });
    static_assert(std::is_same_v<decltype(load(1)), std::optional<std::optional<int>>>);
    CHECK_FALSE(load(0).has_value());
    ask(load, 1);
    app.land();
    REQUIRE(load(0).has_value());
    CHECK_FALSE(load(0)->has_value());
    CHECK(**load(1) == 1);
    CHECK(load.poll(0).has_value());
}

TEST_CASE("the value's type is the callable's decayed result") {
    ui app;
    auto load = imload::async_load(app.session, &const_three);
    static_assert(std::is_same_v<decltype(load()), std::optional<number>>);
    auto text = imload::async_load(app.session, []() -> const char* { return "literal"; });
    static_assert(std::is_same_v<decltype(text()), std::optional<const char*>>);
    ask(load);
    ask(text);
    app.land();
    CHECK(load()->n == 3);
    CHECK(std::string_view(*text()) == "literal");
}

TEST_CASE("peek looks without starting") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    for (int i = 0; i < 3; ++i) {
        auto result = load.peek(1);
        CHECK_FALSE(result);
        CHECK(result.status() == status::idle);
        CHECK_FALSE(result.is_loading());
        CHECK(result.error() == nullptr);
        app.frame();
    }
    CHECK(app.executor.pending() == 0);
    CHECK(app.starts() == 0);
    ask(load, 1);
    app.land();
    CHECK(*load.peek(1) == 2);
}

TEST_CASE("a peek does not count as asked for") {
    ui app;
    auto load = imload::async_load(app.session, twice, {.refresh_every = 1s, .forget_after = 10s});
    ask(load, 1);
    app.land();
    CHECK(load(1) == 2);
    app.frames(2);
    for (int i = 0; i < 20; ++i) {
        (void)load.peek(1);
        app.frame_after(1s);
    }
    app.frames(3);
    CHECK(app.starts() == 1);
    CHECK_FALSE(load.peek(1).has_value());
    CHECK(app.keys() == 0);
}

TEST_CASE("prefetch starts a load that nobody asks for yet") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    load.prefetch(8);
    CHECK(app.executor.pending() == 1);
    app.frames(10); // not dropped for not being asked for
    app.land();
    CHECK(load(8) == 16);
    CHECK(app.starts() == 1);
}

TEST_CASE("prefetching what is there starts nothing") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    ask(load, 1);
    app.land();
    for (int i = 0; i < 5; ++i) {
        load.prefetch(1);
        app.land();
    }
    CHECK(app.starts() == 1);
}

TEST_CASE("a prefetch shows at once that it waits for a worker") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    load.prefetch(1);
    CHECK(load.peek(1).status() == status::queued);
    CHECK(load.peek(1).is_loading());
}

TEST_CASE("prefetching what is stale starts it anew") {
    ui app;
    auto load = imload::async_load(app.session, twice, {.stale_after = 1s});
    ask(load, 1);
    app.land();
    app.frame_after(2s);
    load.prefetch(1);
    CHECK(app.starts() == 2);
    app.land();
    CHECK(load.peek(1).version() == 2);
}

TEST_CASE("prefetching a cancelled key starts nothing") {
    ui app;
    auto load = imload::async_load(app.session, twice);
    ask(load, 1);
    load.poll(1).cancel();
    app.frame();
    load.prefetch(1);
    CHECK(app.starts() == 1);
    CHECK(load.peek(1).status() == status::idle);
}

TEST_CASE("a prefetch in the frame of a forget changes nothing that this frame shows") {
    ui app;
    std::optional<imload::promise<int>> running;
    auto load = imload::async_load(app.session, "running",
                                   [&](imload::promise<int> p) { running = std::move(p); });
    ask(load);
    app.land();
    REQUIRE(load.poll().status() == status::running);
    load.poll().forget();
    load.prefetch();
    CHECK(load.peek().status() == status::running);
    app.frame();
    CHECK(load.peek().status() == status::queued);
}

TEST_CASE("a failed key that is forgotten and prefetched is at its first attempt") {
    ui app;
    auto load =
        imload::async_load(app.session, "fails", []() -> int { throw std::runtime_error("no"); });
    ask(load);
    app.land();
    load.poll().forget();
    load.prefetch();
    app.frame();
    CHECK(load.peek().attempt() == 1);
    CHECK(app.statistics().retries == 0);
}

TEST_CASE("a key that was only peeked at can be started, also where its callable has state") {
    ui app;
    int state = 5;
    auto load = imload::async_load(app.session, "state", [state](int x) { return x + state; });
    load.peek(1).refresh();
    app.land();
    CHECK(load.peek(1).value_or(0) == 6);
}

TEST_CASE("a refresh that still waits gets the unkeyed arguments of the next ask") {
    ui app;
    const auto load = imload::async_load(app.session, [](int unkeyed, int) { return unkeyed; });
    ask(load, imload::unkeyed(1), 1);
    app.land();
    load.poll(imload::unkeyed(2), 1).refresh();
    ask(load, imload::unkeyed(3), 1);
    app.land();
    CHECK(load.poll(imload::unkeyed(4), 1).value_or(0) == 3);
    CHECK(app.starts() == 2);
}

TEST_CASE("refresh_all, cancel_all and forget_all act on every key of their loader only") {
    ui app;
    auto load = imload::async_load(app.session, [](int x) { return x; });
    auto other = imload::async_load(app.session, [](int x) { return -x; });
    auto named = imload::async_load(app.session, "named", [](int x) { return 100 * x; });
    auto ask_all = [&] {
        for (int i = 1; i <= 3; ++i) {
            ask(load, i);
            ask(other, i);
            ask(named, i);
        }
    };
    ask_all();
    app.land();
    ask_all();
    app.frame();
    ask_all();
    REQUIRE(app.starts() == 9);

    SECTION("refresh_all") {
        load.refresh_all();
        CHECK(app.starts() == 12);
        CHECK(app.executor.pending() == 3);
        app.land();
        CHECK(load.poll(2).version() == 2);
        CHECK(other.poll(2).version() == 1);
        CHECK(named.poll(2).version() == 1);
    }
    SECTION("forget_all") {
        load.forget_all();
        CHECK(load(1) == 1); // what is visible changes at the next frame
        app.frame();
        CHECK_FALSE(load.peek(1).has_value());
        CHECK_FALSE(load.peek(3).has_value());
        CHECK(other.peek(1).has_value());
        CHECK(named.peek(1).has_value());
        CHECK_FALSE(load(1).has_value());
        app.land();
        CHECK(load(1) == 1);
    }
    SECTION("cancel_all") {
        load.refresh_all();
        other.refresh_all();
        load.cancel_all();
        app.land();
        CHECK(load.poll(1).version() == 1);
        CHECK(load.poll(3).version() == 1);
        CHECK(other.poll(1).version() == 2);
    }
}

TEST_CASE("when two asks differ in options, the latest ask's hold") {
    ui app;
    auto slow = imload::async_load(app.session, twice, {.refresh_every = 100s});
    auto fast = imload::async_load(app.session, twice, {.refresh_every = 1s});
    ask(slow, 1);
    app.land();
    ask(fast, 1);
    ask(slow, 1);
    app.frame_after(2s);
    ask(slow, 1);
    app.frame();
    CHECK(app.starts() == 1);
    ask(slow, 1);
    ask(fast, 1);
    app.frame();
    ask(fast, 1);
    app.frame();
    CHECK(app.starts() == 2);
}

TEST_CASE("a load may take no arguments or many") {
    ui app;
    auto none = imload::async_load(app.session, [] { return 1; });
    auto many = imload::async_load(app.session, [](int a, long b, const std::string& c, double d,
                                                   char e, const std::vector<int>& f, bool g,
                                                   std::optional<int> h) {
        return std::to_string(a) + std::to_string(b) + c + std::to_string(static_cast<int>(d)) + e +
               std::to_string(f.size()) + (g ? "y" : "n") + (h ? "s" : "-");
    });
    ask(none);
    ask(many, 1, 2, "c", 3.0, 'e', std::vector<int>{1, 2}, true, std::nullopt);
    app.land();
    CHECK(none() == 1);
    CHECK(many(1, 2L, std::string("c"), 3, 'e', std::vector<int>{1, 2}, true, std::nullopt) ==
          "12c3e2y-");
}

TEST_CASE("a callable may take its arguments by value and change them") {
    ui app;
    auto load = imload::async_load(app.session, [](std::string text, std::vector<int> numbers) {
        text += "!";
        numbers.push_back(1);
        return text + std::to_string(numbers.size());
    });
    const std::vector<int> numbers = {1, 2};
    ask(load, "a", numbers);
    app.land();
    CHECK(load("a", numbers) == "a!3");
    load.poll("a", numbers).refresh();
    app.land();
    CHECK(load("a", numbers) == "a!3"); // the key's own values are untouched
}

TEST_CASE("a kept loader of what is overloaded tells keys of different types apart") {
    ui app;
    auto load = imload::async_load(app.session, [](auto x) {
        return std::to_string(x) + (std::is_signed_v<decltype(x)> ? "" : "u");
    });
    several_frames(app, [&] {
        ask(load, 1);
        ask(load, char{1});
    });
    several_frames(app, [&] { ask(load, 1U); }); // where 1 was, whose bytes are the same
    CHECK(load(1U) == "1u");
    several_frames(app, [&] { ask(load, 1); });
    CHECK(load(1) == "1");
    CHECK(app.starts() == 3);
}

TEST_CASE("a kept loader tells keyed, unkeyed and addressed arguments apart") {
    ui app;
    auto load = imload::async_load(app.session, length);
    const char* const text = "seven..";
    const auto ask_only = [&](auto a, auto b) {
        several_frames(app, [&] { ask(load, a, b); });
        return load(a, b);
    };
    for (int i = 0; i < 2; ++i) {
        CHECK(ask_only(text, 1) == 7U);
        CHECK(ask_only(text, imload::unkeyed(1)) == 7U);
        CHECK(ask_only(imload::unkeyed(text), 1) == 7U);
        CHECK(ask_only(imload::by_address(text), 1) == 7U);
    }
    CHECK(app.starts() == 4);
    CHECK(app.keys() == 4);
}

TEST_CASE("a loader that was asked with an unkeyed argument takes no such key for a keyed one") {
    ui app;
    auto load = imload::async_load(
        app.session, +[](int a, int b) { return 100 * a + b; });
    several_frames(app, [&] { ask(load, imload::unkeyed(1), 5); });
    CHECK(load(imload::unkeyed(1), 5) == 105);
    app.frame();
    CHECK(load(5, 105) == std::nullopt); // where key and value of the other lie side by side
    app.land();
    CHECK(load(5, 105) == 605);
}

TEST_CASE("a kept loader of a member function tells objects and pointers to them apart") {
    ui app;
    auto load = imload::async_load(app.session, &counter::times);
    const auto shared = std::make_shared<const counter>(counter{5});
    several_frames(app, [&] {
        ask(load, counter{2}, 1);
        ask(load, counter{3}, 1);
        ask(load, shared, 1);
    });
    CHECK(load(counter{2}, 1) == 2);
    CHECK(load(counter{3}, 1) == 3);
    CHECK(load(shared, 1) == 5);
    CHECK(app.starts() == 3);
}

TEST_CASE("kept loaders of one type, and loaders made anew, keep to their own keys") {
    ui app;
    auto two = imload::async_load(app.session, twice);
    auto three = imload::async_load(app.session, thrice);
    auto up = two.finish(+[](int&& x) { return x + 100; });
    auto down = two.finish(+[](int&& x) { return x - 100; });
    auto named = imload::async_load(app.session, "a", twice);
    auto other = imload::async_load(app.session, "b", twice);
    several_frames(app, [&] {
        for (int i = 0; i < 20; ++i) {
            ask(two, i);
            ask(three, i);
            ask(up, i);
            ask(down, i);
            ask(named, i);
            ask(other, i);
        }
    });
    int wrong = 0;
    const auto check = [&](const auto& loader, auto value) {
        for (int frame = 0; frame < 2; ++frame) {
            for (int i = 0; i < 20; ++i) wrong += loader(i) != value(i);
            app.frame();
        }
    };
    check(two, [](int i) { return 2 * i; });
    check(three, [](int i) { return 3 * i; });
    check(up, [](int i) { return 2 * i + 100; });
    check(down, [](int i) { return 2 * i - 100; });
    check(imload::async_load(app.session, thrice), [](int i) { return 3 * i; });
    check(imload::async_load(app.session, "b", twice), [](int i) { return 2 * i; });
    CHECK(wrong == 0);
    CHECK(app.keys() == 120);
    CHECK(app.starts() == 120);
    other.forget_all();
    app.frame();
    CHECK(named(1) == 2);
    CHECK(other(1) == std::nullopt);
    CHECK(app.keys() == 101);
}

TEST_CASE("a loader that is kept while sessions take turns asks the current one") {
    ui one;
    ui two;
    auto load = imload::async_load(twice);
    for (int i = 0; i < 10; ++i)
        for (ui* const app : {&one, &two}) {
            app->session.make_current();
            const auto value = load(i % 3);
            CHECK((!value || *value == 2 * (i % 3)));
            app->land();
        }
    CHECK(one.starts() == 3);
    CHECK(two.starts() == 3);
    one.session.make_current();
    one.session.clear();
    one.frame();
    CHECK(load(1) == std::nullopt);
    two.session.make_current();
    CHECK(load(1) == 2);
}

TEST_CASE("a loader that outlives its session finds nothing of it in the next one") {
    auto load = imload::async_load(twice);
    for (int i = 0; i < 3; ++i) {
        ui app;
        app.session.make_current();
        CHECK(load(1) == std::nullopt);
        several_frames(app, [&] { ask(load, 1); });
        CHECK(load(1) == 2);
    }
}

TEST_CASE("peeking at what is not known asks for no frame, and is the same key in each") {
    ui app;
    const auto load = imload::async_load(app.session, twice);
    app.frames(3);
    CHECK(app.session.wait_time() == imload::never);
    const auto id = load.peek(1).id();
    for (int i = 0; i < 3; ++i) {
        CHECK(app.session.wait_time() == imload::never);
        CHECK(load.peek(1).id() == id);
        app.frame();
    }
    CHECK(app.keys() == 0);
    app.frames(2);
    CHECK(load.peek(1).id() != id); // nobody looked at it meanwhile, and it went
    load.peek(1).refresh();
    app.land();
    CHECK(load.peek(1).value_or(0) == 2);
}

TEST_CASE("a key that is peeked at no more goes in a quiet app too") {
    imload::manual_executor executor;
    imload::session session{{.executor = &executor}}; // on the system's clock
    const auto load = imload::async_load(session, twice, {.forget_after = imload::never});
    for (int i = 0; i < 5; ++i) session.begin_frame();
    const auto id = load.peek(1).id();
    for (int i = 0; i < 3; ++i) session.begin_frame();
    CHECK(load.peek(1).id() != id);
}

TEST_CASE("a key that was forgotten and is peeked at asks for no frame") {
    ui app;
    const auto load = imload::async_load(app.session, twice);
    ask(load, 1);
    app.land();
    load.poll(1).forget();
    for (int i = 0; i < 4; ++i) {
        app.frame();
        CHECK_FALSE(load.peek(1).has_value());
    }
    CHECK(app.session.wait_time() == imload::never);
}

TEST_CASE("a key that was never asked for says so, and is as old as it is") {
    ui app;
    const auto load = imload::async_load(app.session, twice);
    const auto brief = imload::async_load(app.session, twice, {.forget_after = 10ms});
    for (int i = 0; i < 3; ++i) {
        ask(load, 1);
        (void)load.peek(3);
        app.land();
    }
    (void)load.peek(3);
    app.frame_after(10min);
    ask(load, 1);
    ask(brief, 4); // which has all keys looked at soon
    load.prefetch(2);
    load.peek(3).set(99);
    CHECK(load.peek(2).last_asked_frame() == 0);
    app.executor.run_all();
    for (int i = 0; i < 3; ++i) {
        app.frame_after(16ms);
        ask(load, 1);
    }
    CHECK(load.peek(2).has_value());
    CHECK(load.peek(3).has_value());
    CHECK(load.peek(2).last_asked_frame() == 0);
    ask(load, 3);
    CHECK(load.peek(3).last_asked_frame() == app.session.last_frame().frame);
    app.frame_after(6min);
    app.frames(2);
    CHECK_FALSE(load.peek(2).has_value());
    CHECK_FALSE(load.peek(3).has_value());
}

TEST_CASE("a prefetch in the frame of a forget starts") {
    ui app;
    const auto load = imload::async_load(app.session, twice);
    ask(load, 1);
    app.land();
    SECTION("forget") { load.poll(1).forget(); }
    SECTION("clear") { app.session.clear(); }
    load.prefetch(1);
    app.land();
    CHECK(app.starts() == 2);
    CHECK(load.peek(1).has_value());
}

TEST_CASE(
    "a refresh that was dropped because nobody asked starts when the key is asked for again") {
    ui app;
    static bool fails = false;
    fails = GENERATE(false, true);
    const auto load = imload::async_load(app.session, [](int x) {
        if (fails) throw std::runtime_error("no");
        return x;
    });
    ask(load, 1);
    app.land();
    load.poll(1).refresh();
    app.frames(5);
    REQUIRE(app.statistics().dropped == 1);
    CHECK(load.peek(1).status() == status::complete);
    CHECK(app.starts() == 2);
    ask(load, 1);
    CHECK(app.starts() == 3);
    fails = false;
    app.land();
    CHECK(load(1) == 1);
    app.frames(3);
    CHECK(app.starts() == 3);
}

TEST_CASE("a load that was tried again gets the unkeyed arguments of the newest ask") {
    ui app;
    const auto load = imload::async_load(app.session, [](int unkeyed, int) {
        if (unkeyed < 3) throw std::runtime_error("dead");
        return unkeyed;
    });
    ask(load, imload::unkeyed(1), 1);
    app.land();
    ask(load, imload::unkeyed(2), 1);
    app.frame();
    load.poll(imload::unkeyed(3), 1).refresh();
    app.land();
    CHECK(load.poll(imload::unkeyed(4), 1).value_or(0) == 3);
}

TEST_CASE("a failed key that is started again shows it in the next frame") {
    ui app;
    const auto load =
        imload::async_load(app.session, [](int) -> int { throw std::runtime_error("no"); });
    ask(load, 1);
    app.land();
    SECTION("by a prefetch after it was forgotten") {
        load.poll(1).forget();
        load.prefetch(1);
    }
    SECTION("by an ask after a second try was dropped") {
        load.poll(1).refresh();
        app.frames(4);
        CHECK(load.peek(1).status() == status::complete);
        ask(load, 1);
    }
    CHECK(load.peek(1).status() == status::complete);
    app.frame();
    CHECK(load.peek(1).status() == status::queued);
}

TEST_CASE("a peeked key stays the same one where another's place was used again") {
    ui app;
    const auto load = imload::async_load(app.session, twice);
    (void)load.peek(1);
    ask(load, 1);
    load.poll(1).forget();
    CHECK(app.session.wait_idle(patience)); // it goes
    for (int i = 0; i < 3; ++i) {
        (void)load.peek(2);
        app.frame();
    }
    const auto id = load.peek(2).id();
    app.frame();
    CHECK(load.peek(2).id() == id);
}

TEST_CASE("an ask that starts a load gives it its unkeyed arguments, whatever started one before") {
    ui app;
    const auto load = imload::async_load(app.session, [](int unkeyed, int) { return unkeyed; },
                                         {.stale_after = 1s});
    ask(load, imload::unkeyed(1), 1);
    app.land();
    load.poll(imload::unkeyed(2), 1).refresh();
    app.land(); // nobody asked while it was queued
    app.frame_after(2s);
    ask(load, imload::unkeyed(3), 1); // starts one
    app.frame();
    ask(load, imload::unkeyed(4), 1);
    app.land();
    CHECK(load.poll(imload::unkeyed(5), 1).value_or(0) == 3);
}
