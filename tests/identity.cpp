// Keys: what makes two asks one key, and two keys.
#include "support.hpp"

#include <catch2/generators/catch_generators.hpp>

#include <array>
#include <atomic>
#include <cmath>
#include <cstring>
#include <deque>
#include <filesystem>
#include <forward_list>
#include <functional>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <system_error>
#include <thread>
#include <tuple>
#include <typeindex>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

using namespace test;

namespace {

int twice(int x) { return 2 * x; }
int thrice(int x) { return 3 * x; }
long next(long x) { return x + 1; }
int length(const char* text) { return static_cast<int>(std::strlen(text)); }
std::string joined(const std::string& a, const std::string& b) { return a + "|" + b; }

struct circle {
    double radius = 0;
    double scaled(double by) const { return radius * by; }
    double twice_radius() { return 2 * radius; }
};

enum class colour { red, green };
enum plain_colour { plain_red, plain_green };

struct point {
    int x = 0;
    int y = 0;
};
struct segment {
    point from;
    point to;
    std::string name;
};
struct measurement {
    double value = 0;
    std::optional<std::string> unit;
    std::vector<point> at;
};
struct single {
    int only = 0;
};
struct tree {
    std::string name;
    std::vector<tree> branches;
};
struct statement;
struct block {
    std::vector<statement> statements;
};
struct statement {
    std::variant<int, block> what;
};

// A type that is hashable by std::hash and comparable.
struct with_std_hash {
    explicit with_std_hash(int n) : number(n) {}
    friend bool operator==(const with_std_hash& a, const with_std_hash& b) {
        return a.number == b.number;
    }
    int number;
};

// Every value has the same hash; == alone tells them apart, and ignores the case of letters.
struct colliding {
    explicit colliding(std::string t) : text(std::move(t)) {}
    std::string text;
    friend bool operator==(const colliding& a, const colliding& b) {
        if (a.text.size() != b.text.size()) return false;
        for (std::size_t i = 0; i < a.text.size(); ++i)
            if ((a.text[i] | 0x20) != (b.text[i] | 0x20)) return false;
        return true;
    }
};

// Broken: no value equals any value.
struct opaque { // not default constructible
    explicit opaque(int n) : number(n) {}
    int number;
    bool operator==(const opaque&) const = default;
};

// Iterable, and more than its elements.
struct selection {
    using value_type = int;
    using allocator_type = std::allocator<int>;
    auto begin() const { return rows.begin(); }
    auto end() const { return rows.end(); }
    bool operator==(const selection&) const = default;
    std::string table;
    std::vector<int> rows;
};
struct iterable_aggregate { // has no ==
    using value_type = int;
    using allocator_type = std::allocator<int>;
    auto begin() const { return rows.begin(); }
    auto end() const { return rows.end(); }
    std::string table;
    std::vector<int> rows;
};
template <class Container>
struct tagged : Container {
    tagged(int t, Container c) : Container(std::move(c)), tag(t) {}
    bool operator==(const tagged&) const = default;
    int tag;
};

// Made from anything.
struct any_like {
    template <class T>
        requires(!std::is_same_v<std::remove_cvref_t<T>, any_like>)
    any_like(T&& value) : size(sizeof(value)) {}
    std::size_t size;
    bool operator==(const any_like&) const = default;
};
struct any_constant {
    template <class T>
    any_constant(const T& value) : size(sizeof(value)) {}
    std::size_t size;
    bool operator==(const any_constant&) const = default;
};
template <class Any>
struct any_first {
    Any any;
    int number;
};
template <class Any>
struct any_between {
    int number;
    Any any;
    std::string text;
};

union whole_or_broken { // has a hash below
    int whole;
    float broken;
    friend bool operator==(whole_or_broken a, whole_or_broken b) { return a.whole == b.whole; }
};
struct with_union {
    int number;
    whole_or_broken either;
};

struct never_equal {
    int number = 0;
    friend bool operator==(const never_equal&, const never_equal&) { return false; }
};

} // namespace

template <>
struct imload::hash<never_equal> {
    std::size_t operator()(const never_equal&) const noexcept { return 1; }
};

template <>
struct imload::hash<any_like> {
    std::size_t operator()(const any_like& a) const noexcept { return a.size; }
};
template <>
struct imload::hash<any_constant> {
    std::size_t operator()(const any_constant& a) const noexcept { return a.size; }
};

template <>
struct imload::hash<whole_or_broken> {
    std::size_t operator()(whole_or_broken v) const noexcept {
        return static_cast<std::size_t>(v.whole);
    }
};

template <>
struct std::hash<with_std_hash> {
    std::size_t operator()(const with_std_hash& v) const noexcept {
        return static_cast<std::size_t>(v.number);
    }
};

template <>
struct imload::hash<opaque> {
    std::size_t operator()(const opaque& o) const { return static_cast<std::size_t>(o.number); }
};
template <>
struct imload::hash<colliding> {
    std::size_t operator()(const colliding&) const noexcept { return 7; }
};

namespace {

// a and same are one key, other is a second one; whether or not the signature is known.
template <class V>
void check_kind(const char* kind, const V& a, const V& same, const V& other) {
    INFO(kind);
    {
        ui app;
        auto load = imload::async_load(app.session, [](const V&) { return 1; });
        ask(load, a);
        ask(load, same);
        CHECK(app.keys() == 1);
        ask(load, other);
        CHECK(app.keys() == 2);
        app.land();
        CHECK(load.poll(a).has_value());
        CHECK(load.poll(same).has_value());
        CHECK(load.poll(other).has_value());
        CHECK(app.keys() == 2);
        CHECK(app.starts() == 2);
    }
    {
        ui app;
        auto load = imload::async_load(app.session, [](const auto&) { return 1; });
        ask(load, a);
        ask(load, other);
        ask(load, same);
        CHECK(app.keys() == 2);
    }
}

enum class token { none, one, another };
[[maybe_unused]] bool operator==(token a, token b) { // not even of itself
    return static_cast<int>(a) != 0 && static_cast<int>(b) != 0;
}

} // namespace

static_assert(imload::detail::filesystem_path<std::filesystem::path>);
static_assert(!imload::detail::filesystem_path<std::string>);
static_assert(!imload::detail::filesystem_path<const char*>);

TEST_CASE("different functions with the same arguments are different keys") {
    ui app;
    auto two = imload::async_load(app.session, twice);
    auto three = imload::async_load(app.session, thrice);
    ask(two, 5);
    ask(three, 5);
    app.land();
    CHECK(two(5) == 10);
    CHECK(three(5) == 15);
    CHECK(app.keys() == 2);
}

TEST_CASE("function pointers are told apart by value, not by type") {
    ui app;
    int (*pointers[])(int) = {+[](int x) { return x + 1; }, +[](int x) { return x + 2; }, &twice};
    for (auto pointer : pointers) ask(imload::async_load(app.session, pointer), 10);
    app.land();
    CHECK(imload::async_load(app.session, pointers[0])(10) == 11);
    CHECK(imload::async_load(app.session, pointers[1])(10) == 12);
    CHECK(imload::async_load(app.session, pointers[2])(10) == 20);
    CHECK(app.starts() == 3);
}

TEST_CASE("a function and its address are one key") {
    ui app;
    ask(imload::async_load(app.session, twice), 4);
    ask(imload::async_load(app.session, &twice), 4);
    CHECK(app.keys() == 1);
}

TEST_CASE("a loader named by its function as a template argument") {
    ui app;
    auto two = imload::async_load<&twice>(app.session);
    auto three = imload::async_load<&thrice>(app.session, {.refresh_every = 4s});
    ask(two, 5);
    ask(three, 5);
    ask(imload::async_load<&twice>(app.session), 5);
    CHECK(app.keys() == 2);
    app.land();
    CHECK(two(5) == 10);
    CHECK(three(5) == 15);
}

TEST_CASE("a function is one key, given as a template argument or as a value") {
    ui app;
    ask(imload::async_load<&twice>(app.session), 5);
    ask(imload::async_load(app.session, twice), 5);
    ask(imload::async_load(app.session, &circle::scaled), circle{2}, 3.0);
    ask(imload::async_load<&circle::scaled>(app.session), circle{2}, 3.0);
    constexpr auto lambda = [](int x) { return x + 1; };
    ask(imload::async_load<lambda>(app.session), 5);
    ask(imload::async_load(app.session, lambda), 5);
    CHECK(app.keys() == 3);
    app.land();
    CHECK(app.starts() == 3);
    imload::async_load(app.session, twice).forget_all();
    app.session.begin_frame();
    CHECK_FALSE(imload::async_load<&twice>(app.session).peek(5).has_value());
}

TEST_CASE("a function object with members as a template argument") {
    struct scale {
        int factor;
        int operator()(int x) const { return factor * x; }
    };
    ui app;
    auto twofold = imload::async_load<scale{2}>(app.session);
    auto threefold = imload::async_load<scale{3}>(app.session);
    ask(twofold, 5);
    ask(threefold, 5);
    app.land();
    CHECK(twofold(5) == 10);
    CHECK(threefold(5) == 15);
}

TEST_CASE("a lambda as a template argument") {
    ui app;
    auto known = imload::async_load<[](int x) { return x + 1; }>(app.session);
    auto other = imload::async_load<[](int x) { return x + 2; }>(app.session);
    ask(known, 1);
    ask(other, 1);
    app.land();
    CHECK(known(1) == 2);
    CHECK(other(1) == 3);
}

TEST_CASE("a generic lambda as a template argument") {
    ui app;
    auto load = imload::async_load<[](auto x) { return x + 2; }>(app.session);
    ask(load, 1);
    app.land();
    CHECK(load(1) == 3);
}

TEST_CASE("a member function as a template argument is called as std::invoke does") {
    ui app;
    auto scaled = imload::async_load<&circle::scaled>(app.session);
    ask(scaled, circle{2}, 3.0);
    app.land();
    CHECK(scaled(circle{2}, 3.0) == 6.0);
}

TEST_CASE("callables without state are told apart by type") {
    ui app;
    auto plus = imload::async_load(app.session, [](int x) { return x + 1; });
    auto minus = imload::async_load(app.session, [](int x) { return x - 1; });
    ask(plus, 1);
    ask(minus, 1);
    app.land();
    CHECK(plus(1) == 2);
    CHECK(minus(1) == 0);
}

TEST_CASE("a loader made anew each frame is the same loader") {
    ui app;
    auto make = [&] { return imload::async_load(app.session, [](int x) { return x * x; }); };
    for (int i = 0; i < 5; ++i) {
        ask(make(), 7);
        app.land();
    }
    CHECK(make()(7) == 49);
    CHECK(app.keys() == 1);
    CHECK(app.starts() == 1);
}

TEST_CASE("loaders of one callable under different keys are kept apart") {
    ui app;
    auto plain = imload::async_load(app.session, twice);
    auto left = imload::async_load(app.session, "left", twice);
    auto right = imload::async_load(app.session, "right", twice);
    ask(plain, 1);
    ask(left, 1);
    ask(right, 1);
    ask(imload::async_load(app.session, std::string("left"), twice), 1);
    CHECK(app.keys() == 3);
}

TEST_CASE("different callables under one key are kept apart") {
    ui app;
    auto two = imload::async_load(app.session, "number", twice);
    auto three = imload::async_load(app.session, "number", thrice);
    ask(two, 1);
    ask(three, 1);
    app.land();
    CHECK(two(1) == 2);
    CHECK(three(1) == 3);
}

TEST_CASE("a callable with state is identified by its key") {
    ui app;
    auto load = [&](std::string_view key, int captured) {
        return imload::async_load(app.session, key, [captured](int x) { return captured + x; });
    };
    ask(load("a", 10), 1);
    ask(load("b", 20), 1);
    app.land();
    CHECK(load("a", 10)(1) == 11);
    CHECK(load("b", 20)(1) == 21);
    CHECK(app.keys() == 2);
}

TEST_CASE("the callable is that of the ask that starts the run") {
    ui app;
    auto load = [&](int captured) {
        return imload::async_load(app.session, "key", [captured] { return captured; });
    };
    ask(load(1));
    ask(load(2));
    app.land();
    CHECK(load(3)() == 1);
    CHECK(app.starts() == 1);
}

TEST_CASE("a std::function can be loaded under a key") {
    ui app;
    std::function<int(int)> function = [](int x) { return x + 100; };
    auto load = imload::async_load(app.session, "function", function);
    ask(load, 1);
    app.land();
    CHECK(load(1) == 101);
}

TEST_CASE("arguments are converted to the parameter types where these are known") {
    ui app;
    auto load = imload::async_load(app.session, next);
    ask(load, 2);
    ask(load, 2L);
    ask(load, 2LL);
    ask(load, static_cast<short>(2));
    ask(load, 2.0);
    CHECK(app.keys() == 1);
    app.land();
    CHECK(load(2) == 3);
    CHECK(load(2L) == 3);

    auto lambda = imload::async_load(app.session, [](float x, bool y) { return y ? x : 0; });
    ask(lambda, 1, true);
    ask(lambda, 1.0, 1);
    ask(lambda, 1.0F, 2);
    CHECK(app.keys() == 2);
}

TEST_CASE("a callable that is a template keeps arguments of different types apart") {
    ui app;
    auto load =
        imload::async_load(app.session, [](auto x) { return sizeof(x) + 0 * std::size_t(x); });
    ask(load, 2);
    ask(load, 2LL);
    ask(load, '\2');
    app.land();
    CHECK(load(2) == sizeof(int));
    CHECK(load(2LL) == sizeof(long long));
    CHECK(load('\2') == sizeof(char));
    CHECK(app.keys() == 3);
}

TEST_CASE("argument lists are compared argument by argument, not as joined text") {
    ui app;
    auto load = imload::async_load(app.session, joined);
    ask(load, "ab", "c");
    ask(load, "a", "bc");
    ask(load, "", "abc");
    ask(load, "abc", "");
    app.land();
    CHECK(load("ab", "c") == "ab|c");
    CHECK(load("a", "bc") == "a|bc");
    CHECK(load("", "abc") == "|abc");
    CHECK(load("abc", "") == "abc|");
    CHECK(app.keys() == 4);
}

TEST_CASE("text is one key however it is spelled") {
    ui app;
    const std::string text = "a text that is longer than any small string buffer";
    const char* pointer = text.c_str();
    const std::string_view view = text;
    char array[64] = {};
    std::memcpy(array, text.data(), text.size());

    SECTION("with a known signature") {
        auto load = imload::async_load(app.session, [](std::string_view t) { return t.size(); });
        ask(load, text);
        ask(load, pointer);
        ask(load, view);
        ask(load, array);
        ask(load, "a text that is longer than any small string buffer");
        ask(load, std::string(text));
        CHECK(app.keys() == 1);
        app.land();
        CHECK(load(view) == text.size());
        CHECK(load(pointer) == text.size());
    }
    SECTION("with a template") {
        auto load = imload::async_load(app.session, [](const auto& t) { return std::size(t); });
        ask(load, text);
        ask(load, pointer);
        ask(load, view);
        ask(load, array);
        ask(load, "a text that is longer than any small string buffer");
        CHECK(app.keys() == 1);
        app.land();
        CHECK(load(view) == text.size());
    }
}

TEST_CASE("a string with traits of its own is one key however it is spelled") {
    struct own_traits : std::char_traits<char> {};
    using own_string = std::basic_string<char, own_traits>;
    using own_view = std::basic_string_view<char, own_traits>;
    const own_string text = "a text that is longer than any small string buffer";
    ui app;
    const auto size = imload::async_load(app.session, [](const own_string& t) { return t.size(); });
    const auto size_of_view = imload::async_load(app.session, [](own_view t) { return t.size(); });
    const auto size_of_all =
        imload::async_load(app.session, [](const std::vector<own_string>& t) { return t.size(); });
    ask(size, text);
    ask(size, own_view(text));
    ask(size, text.c_str());
    ask(size_of_view, text);
    ask(size_of_view, own_view(text));
    ask(size_of_all, std::vector{text, text});
    CHECK(app.keys() == 3);
    ask(size, "another");
    CHECK(app.keys() == 4);
    app.land();
    CHECK(size(own_view(text)) == text.size());
    CHECK(size_of_view(text) == text.size());
    CHECK(size("another") == 7U);
    CHECK(size_of_all(std::vector{text, text}) == 2U);
}

TEST_CASE("a string_view that names a part of a text owns that part") {
    ui app;
    auto load = imload::async_load(app.session, [](std::string_view t) { return std::string(t); });
    {
        std::string text = "one two";
        ask(load, std::string_view(text).substr(0, 3));
        ask(load, std::string_view(text).substr(4));
        text = "xxxxxxx";
    }
    app.land();
    CHECK(load("one") == "one");
    CHECK(load("two") == "two");
    CHECK(app.starts() == 2);
}

TEST_CASE("a string with a zero inside is a key of its whole length") {
    ui app;
    auto load = imload::async_load(app.session, [](const std::string& t) { return t.size(); });
    ask(load, std::string("a\0b", 3));
    ask(load, std::string("a\0c", 3));
    ask(load, "a");
    app.land();
    CHECK(load(std::string("a\0b", 3)) == 3U);
    CHECK(load("a") == 1U);
    CHECK(app.keys() == 3);
}

TEST_CASE("a const char* parameter gets the owned characters") {
    ui app;
    auto load = imload::async_load(app.session, length);
    {
        std::string text = "four";
        ask(load, text.c_str());
        text = "changed and longer";
    }
    app.land();
    CHECK(load("four") == 4);
    CHECK(load(std::string("four")) == 4);
    CHECK(app.starts() == 1);
}

TEST_CASE("a character buffer may change after the ask") {
    ui app;
    char buffer[64] = "first";
    auto load = imload::async_load(app.session, [](const char* t) { return std::string(t); });
    ask(load, buffer);
    std::strcpy(buffer, "second");
    app.executor.run_all();
    app.frame();
    CHECK_FALSE(load(buffer).has_value()); // a new key
    app.land();
    CHECK(load(buffer) == "second");
    std::strcpy(buffer, "first");
    CHECK(load(buffer) == "first");
    CHECK(app.starts() == 2);
}

TEST_CASE("a span is owned as a vector") {
    ui app;
    auto load = imload::async_load(app.session, [](std::span<const int> numbers) {
        int sum = 0;
        for (int number : numbers) sum += number;
        return sum;
    });
    std::vector<int> numbers = {1, 2, 3};
    ask(load, std::span<const int>(numbers));
    numbers = {100, 200, 300};
    app.executor.run_all();
    app.frame();
    const std::vector<int> same = {1, 2, 3};
    CHECK(load(std::span<const int>(same)) == 6);
    CHECK_FALSE(load(std::span<const int>(numbers)).has_value());
    CHECK(app.starts() == 2);
}

TEST_CASE("a span of a fixed extent takes exactly that many elements, and they are owned") {
    ui app;
    const auto sum = imload::async_load(
        app.session, [](std::span<const int, 3> n) { return n[0] + 10 * n[1] + 100 * n[2]; });
    {
        std::array<int, 3> numbers = {1, 2, 3};
        int same[] = {1, 2, 3};
        ask(sum, numbers);
        ask(sum, same);
        ask(sum, std::span(numbers));
        ask(sum, std::span<const int, 3>(same));
        CHECK(app.keys() == 1);
        numbers = {3, 2, 1};
        ask(sum, numbers);
        CHECK(app.keys() == 2);
        ask(sum, imload::unkeyed(std::array{4, 5, 6}));
        CHECK(app.keys() == 3);
        same[0] = numbers[0] = 9;
    }
    app.land();
    CHECK(sum(std::array{1, 2, 3}) == 321);
    CHECK(sum(std::array{3, 2, 1}) == 123);
    CHECK(sum(imload::unkeyed(std::array{0, 0, 0})) == 654);

    const auto any = imload::async_load(app.session, [](const auto& n) { return n[0] - n[1]; });
    const auto changed =
        imload::async_load(app.session, [](std::span<int, 2> n) { return ++n[1]; });
    const auto none = imload::async_load(app.session, [](std::span<const int, 0>) { return 1; });
    const auto special = imload::async_load(
        app.session, [](std::span<const opaque, 2> all) { return all[0].number + all[1].number; });
    std::array<int, 2> two = {7, 3};
    const opaque both[] = {opaque(4), opaque(5)};
    const auto look = [&] {
        return std::tuple(any(std::span<const int, 2>(two)), changed(two),
                          none(std::span<const int, 0>()), special(both));
    };
    CHECK(look() == std::tuple<std::optional<int>, std::optional<int>, std::optional<int>,
                               std::optional<int>>());
    app.land();
    CHECK(
        look() ==
        std::tuple<std::optional<int>, std::optional<int>, std::optional<int>, std::optional<int>>(
            4, 4, 1, 9));
    CHECK(two[1] == 3);
    CHECK(contains(special.poll(both).label(), "opaque"));
}

TEST_CASE("the values that need no help to be keys: scalars and text") {
    check_kind("bool", true, true, false);
    check_kind("char", 'a', 'a', 'b');
    check_kind("int", 1, 1, 2);
    check_kind("unsigned 64-bit", std::uint64_t{1} << 63, std::uint64_t{1} << 63, std::uint64_t{0});
    check_kind("double", 1.5, 1.5, 2.5);
    check_kind("long double", 1.5L, 1.5L, 2.5L);
    check_kind("scoped enum", colour::red, colour::red, colour::green);
    check_kind("plain enum", plain_red, plain_red, plain_green);
    check_kind("byte", std::byte{1}, std::byte{1}, std::byte{2});
    check_kind<std::string>("string", "a", "a", "b");
    check_kind<std::wstring>("wstring", L"a", L"a", L"b");
    check_kind<std::u8string>("u8string", u8"a", u8"a", u8"b");
    check_kind<std::filesystem::path>("path", "a/b", "a/b", "a/c");
}

TEST_CASE("the values that need no help to be keys: chrono") {
    check_kind("seconds", 1s, 1s, 2s);
    check_kind("double seconds", std::chrono::duration<double>(0.0),
               std::chrono::duration<double>(-0.0), std::chrono::duration<double>(2.5));
    using steady = std::chrono::steady_clock::time_point;
    check_kind("time point", steady(1s), steady(1s), steady(2s));
    using namespace std::chrono;
    check_kind("days", sys_days(days(1)), sys_days(days(1)), sys_days(days(2)));
}

TEST_CASE("the values that need no help to be keys: dates") {
    using namespace std::chrono;
    check_kind("day", day(1), day(1), day(2));
    check_kind("month", May, month(5), June);
    check_kind("year", year(-1), year(-1), year(1));
    check_kind("weekday", weekday(0), weekday(7), Monday);
    check_kind("weekday_indexed", Monday[1], Monday[1], Monday[2]);
    check_kind("weekday_last", Monday[last], Monday[last], Sunday[last]);
    check_kind("month_day", May / 1, day(1) / May, May / 2);
    check_kind("month_day_last", May / last, May / last, June / last);
    check_kind("month_weekday", May / Monday[1], May / Monday[1], May / Monday[2]);
    check_kind("month_weekday_last", May / Monday[last], May / Monday[last], May / Sunday[last]);
    check_kind("year_month", year(2024) / 2, year(2024) / 2, year(2024) / 3);
    check_kind("year_month_day", year(2024) / 2 / 3, year(2024) / 2 / 3, year(2024) / 3 / 2);
    check_kind("year_month_day_last", year(2024) / 2 / last, year(2024) / 2 / last,
               year(2023) / 2 / last);
    check_kind("year_month_weekday", year(2024) / 2 / Monday[1], year(2024) / 2 / Monday[1],
               year(2024) / 2 / Monday[2]);
    check_kind("year_month_weekday_last", year(2024) / 2 / Monday[last],
               year(2024) / 2 / Monday[last], year(2024) / 2 / Sunday[last]);
    struct stay {
        year_month_day from;
        std::optional<year_month_day> to;
    };
    check_kind("dates in an aggregate", stay{year(2024) / 2 / 3, {}}, stay{year(2024) / 2 / 3, {}},
               stay{year(2024) / 2 / 3, year(2024) / 2 / 4});
}

TEST_CASE("the values that need no help to be keys: optional, pair, tuple, variant") {
    check_kind<std::optional<int>>("optional", 1, 1, std::nullopt);
    check_kind<std::optional<int>>("optional of zero", 0, 0, std::nullopt);
    check_kind<std::optional<std::optional<int>>>("nested optional", std::optional<int>(),
                                                  std::optional<int>(), std::nullopt);
    check_kind<std::pair<int, std::string>>("pair", {1, "a"}, {1, "a"}, {1, "b"});
    check_kind<std::pair<int, int>>("pair order", {1, 2}, {1, 2}, {2, 1});
    using three = std::tuple<int, std::string, bool>;
    check_kind<three>("tuple", three{1, "a", true}, three{1, "a", true}, three{1, "a", false});
    using either = std::variant<int, long, std::string>;
    check_kind<either>("variant", either{1}, either{1}, either{"a"});
    check_kind<either>("variant by alternative", either{1}, either{1}, either{1L});
    check_kind<std::variant<std::monostate, int>>("variant with monostate", {}, {}, 0);
}

TEST_CASE("the values that need no help to be keys: arrays and vectors") {
    check_kind<std::array<int, 3>>("array", {1, 2, 3}, {1, 2, 3}, {1, 2, 4});
    check_kind<std::vector<int>>("vector", {1, 2}, {1, 2}, {2, 1});
    check_kind<std::vector<int>>("empty vector", {}, {}, {0});
    check_kind<std::vector<std::string>>("vector of strings", {"ab", "c"}, {"ab", "c"},
                                         {"a", "bc"});
    check_kind<std::vector<std::vector<int>>>("nested vectors", {{1}, {2, 3}}, {{1}, {2, 3}},
                                              {{1, 2}, {3}});
    check_kind<std::vector<bool>>("vector of bool", {true, false}, {true, false}, {false, true});
}

TEST_CASE("the values that need no help to be keys: ordered containers") {
    check_kind<std::set<int>>("set", {1, 2}, {2, 1}, {1, 3});
    check_kind<std::multiset<int>>("multiset", {1, 1, 2}, {2, 1, 1}, {1, 2, 2});
    check_kind<std::map<std::string, int>>("map", {{"a", 1}}, {{"a", 1}}, {{"a", 2}});
    check_kind<std::multimap<int, int>>("multimap", {{1, 1}, {1, 2}}, {{1, 1}, {1, 2}},
                                        {{1, 1}, {1, 3}});
    check_kind<std::map<int, std::vector<std::string>>>("map of vectors", {{1, {"a"}}},
                                                        {{1, {"a"}}}, {{1, {"b"}}});
}

TEST_CASE("the values that need no help to be keys: unordered containers in any order") {
    std::unordered_set<int> forward;
    std::unordered_set<int> backward(512);
    for (int i = 0; i < 100; ++i) {
        forward.insert(i);
        backward.insert(99 - i);
    }
    check_kind<std::unordered_set<int>>("unordered_set", forward, backward, {1, 2});

    std::unordered_map<std::string, int> up;
    std::unordered_map<std::string, int> down(512);
    for (int i = 0; i < 100; ++i) {
        up[std::to_string(i)] = i;
        down[std::to_string(99 - i)] = 99 - i;
    }
    auto changed = up;
    changed["7"] = 8;
    check_kind("unordered_map", up, down, changed);

    const std::unordered_multiset<int> bag = {1, 2, 1, 3};
    const std::unordered_multiset<int> same_bag = {3, 1, 2, 1};
    check_kind("unordered_multiset", bag, same_bag, {1, 2, 2, 3});
    const std::unordered_multimap<int, std::string> pairs = {{1, "a"}, {1, "b"}, {2, "c"}};
    const std::unordered_multimap<int, std::string> same = {{2, "c"}, {1, "b"}, {1, "a"}};
    check_kind("unordered_multimap", pairs, same, {{1, "a"}, {1, "b"}, {2, "d"}});
}

TEST_CASE("a container that is not the standard's is compared by its own ==") {
    const selection users{"users", {1}};
    check_kind("another table", users, users, selection{"orders", {1}});
    check_kind("other rows", users, users, selection{"users", {2}});
    using tagged_vector = tagged<std::vector<int>>;
    check_kind<tagged_vector>("vector", {1, {1, 2}}, {1, {1, 2}}, {2, {1, 2}});
    check_kind<tagged_vector>("vector", {1, {1, 2}}, {1, {1, 2}}, {1, {2, 1}});
    check_kind<tagged<std::string>>("text", {1, "a"}, {1, "a"}, {2, "a"});
    check_kind<tagged<std::map<int, int>>>("map", {1, {{1, 2}}}, {1, {{1, 2}}}, {2, {{1, 2}}});
    using tagged_set = tagged<std::unordered_set<int>>;
    check_kind<tagged_set>("unordered_set", {1, {1, 2}}, {1, {2, 1}}, {2, {1, 2}});
    check_kind<iterable_aggregate>("aggregate", {"a", {1}}, {"a", {1}}, {"b", {1}});
    check_kind<std::vector<selection>>("inside", {users}, {users}, {selection{"orders", {1}}});
}

TEST_CASE("the values that need no help to be keys: anything with std::hash and ==") {
    check_kind("own type", with_std_hash(1), with_std_hash(1), with_std_hash(2));
    check_kind("error_code", std::make_error_code(std::errc::timed_out),
               std::make_error_code(std::errc::timed_out),
               std::make_error_code(std::errc::io_error));
    check_kind("type_index", std::type_index(typeid(int)), std::type_index(typeid(int)),
               std::type_index(typeid(long)));
    const auto first = std::make_shared<int>(1);
    check_kind("shared_ptr", first, first, std::make_shared<int>(1));
}

TEST_CASE("the values that need no help to be keys: plain aggregates, memberwise") {
    check_kind("one member", single{1}, single{1}, single{2});
    check_kind("two members", point{1, 2}, point{1, 2}, point{2, 1});
    check_kind("nested", segment{{1, 2}, {3, 4}, "a"}, segment{{1, 2}, {3, 4}, "a"},
               segment{{1, 2}, {3, 5}, "a"});
    check_kind("nested text", segment{{}, {}, "a"}, segment{{}, {}, "a"}, segment{{}, {}, "b"});
    check_kind("mixed", measurement{1.5, "m", {{1, 2}}}, measurement{1.5, "m", {{1, 2}}},
               measurement{1.5, std::nullopt, {{1, 2}}});
    check_kind<std::vector<point>>("vector of aggregates", {{1, 2}, {3, 4}}, {{1, 2}, {3, 4}},
                                   {{1, 2}, {4, 3}});
    check_kind<std::map<int, point>>("map of aggregates", {{1, {1, 2}}}, {{1, {1, 2}}},
                                     {{1, {1, 3}}});
    check_kind<std::optional<point>>("optional aggregate", point{1, 2}, point{1, 2}, std::nullopt);
}

TEST_CASE("aggregates that hold others of their own type") {
    check_kind("tree", tree{"a", {{"b", {}}}}, tree{"a", {{"b", {}}}}, tree{"a", {{"c", {}}}});
    check_kind("deeper", tree{"a", {{"b", {}}}}, tree{"a", {{"b", {}}}},
               tree{"a", {{"b", {{"c", {}}}}}});
    check_kind("in turn", statement{{block{{statement{1}}}}}, statement{{block{{statement{1}}}}},
               statement{{block{{statement{2}}}}});
}

TEST_CASE("an aggregate with arrays, an empty one, and one of many members") {
    struct empty {};
    struct with_arrays {
        int numbers[3] = {};
        char text[8] = {};
        std::array<int, 2> more = {};
    };
    struct many {
        int a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p;
    };
    check_kind("arrays", with_arrays{{1, 2, 3}, "abc", {4, 5}},
               with_arrays{{1, 2, 3}, "abc", {4, 5}}, with_arrays{{1, 2, 3}, "abd", {4, 5}});
    check_kind("last array", with_arrays{{1, 2, 3}, "abc", {4, 5}},
               with_arrays{{1, 2, 3}, "abc", {4, 5}}, with_arrays{{1, 2, 3}, "abc", {4, 6}});
    const many first{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    many other = first;
    other.p = 17;
    check_kind("many", first, first, other);
    ui app;
    auto load = imload::async_load(app.session, [](empty) { return 1; });
    ask(load, empty{});
    ask(load, empty{});
    CHECK(app.keys() == 1);
}

TEST_CASE("an aggregate with a member that is made from anything") {
    check_kind<any_first<any_like>>("first", {1, 2}, {2, 2}, {'a', 2});
    check_kind<any_first<any_constant>>("first", {1, 2}, {2, 2}, {1, 3});
    check_kind<any_between<any_like>>("between", {1, 2, "a"}, {1, 2, "a"}, {1, 2, "b"});
    check_kind<any_between<any_constant>>("between", {1, 2, "a"}, {1, 3, "a"}, {1, 'a', "a"});
}

TEST_CASE("an aggregate with a union that has a hash") {
    check_kind<with_union>("union", {1, {2}}, {1, {2}}, {1, {3}});
}

TEST_CASE("an aggregate with bit-fields") {
    struct flags {
        unsigned a : 3;
        unsigned b : 5;
        bool c : 1;
    };
    check_kind("bit-fields", flags{1, 2, true}, flags{1, 2, true}, flags{1, 2, false});
}

TEST_CASE("NaN is one key, wherever it sits") {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const double other_nan = -std::nan("5");
    check_kind("double", nan, other_nan, 0.0);
    check_kind("float", std::numeric_limits<float>::quiet_NaN(), -std::nanf("3"), 1.0F);
    check_kind<std::vector<double>>("vector", {1, nan}, {1, other_nan}, {1, 2});
    check_kind<std::optional<double>>("optional", nan, other_nan, std::nullopt);
    check_kind<std::pair<int, double>>("pair", {1, nan}, {1, other_nan}, {2, nan});
    check_kind<std::array<double, 2>>("array", {nan, 1}, {other_nan, 1}, {nan, 2});
    check_kind("aggregate", measurement{nan, {}, {}}, measurement{other_nan, {}, {}},
               measurement{1, {}, {}});
    check_kind<std::tuple<double>>("tuple", nan, other_nan, 1.0);
    check_kind<std::variant<double>>("variant", nan, other_nan, 1.0);
    check_kind<std::map<int, double>>("map", {{1, nan}}, {{1, other_nan}}, {{1, 0}});
    check_kind<std::deque<double>>("deque", {1, nan}, {1, other_nan}, {1, 2});
    check_kind<std::list<double>>("list", {1, nan}, {1, other_nan}, {1, 2});
    check_kind<std::forward_list<double>>("forward_list", {nan}, {other_nan}, {2});
    check_kind<std::set<double>>("set", {nan}, {other_nan}, {2});
    check_kind<std::multiset<double>>("multiset", {nan}, {other_nan}, {2});
    check_kind<std::multimap<int, double>>("multimap", {{1, nan}}, {{1, other_nan}}, {{1, 0}});
    check_kind<std::unordered_map<int, double>>("unordered_map", {{1, nan}}, {{1, other_nan}},
                                                {{1, 0}});
}

TEST_CASE("minus zero equals zero, wherever it sits") {
    check_kind("double", 0.0, -0.0, 1.0);
    check_kind("float", 0.0F, -0.0F, 1.0F);
    check_kind("long double", 0.0L, -0.0L, 1.0L);
    check_kind<std::vector<double>>("vector", {0.0}, {-0.0}, {1.0});
    check_kind<std::optional<double>>("optional", 0.0, -0.0, 1.0);
    check_kind("aggregate", measurement{0.0, {}, {}}, measurement{-0.0, {}, {}},
               measurement{1.0, {}, {}});
}

TEST_CASE("a hash collision costs time and never gives a wrong value") {
    ui app;
    auto load = imload::async_load(app.session, [](const colliding& c) { return c.text; });
    for (int i = 0; i < 200; ++i) ask(load, colliding("key" + std::to_string(i)));
    CHECK(app.keys() == 200);
    app.land();
    int right = 0;
    for (int i = 199; i >= 0; --i) {
        const std::string text = "key" + std::to_string(i);
        right += load(colliding(text)) == text;
    }
    CHECK(right == 200);
    CHECK(load(colliding("KEY7")) == "key7"); // its own == decides
    CHECK(app.starts() == 200);

    load.poll(colliding("key3")).forget();
    app.frame();
    CHECK(load(colliding("key4")) == "key4");
    CHECK_FALSE(load.peek(colliding("key3")).has_value());
}

TEST_CASE("every key keeps its own value whatever the order of asking") {
    ui app;
    auto numbers = imload::async_load(app.session, [](int x) { return x; });
    auto texts = imload::async_load(app.session, [](std::string_view t) { return std::string(t); });
    auto points = imload::async_load(app.session, [](point p) { return 1000 * p.x + p.y; });
    std::uint64_t random = 12345;
    auto below = [&](int n) {
        random = random * 6364136223846793005U + 1442695040888963407U;
        return static_cast<int>((random >> 33) % static_cast<std::uint64_t>(n));
    };
    int wrong = 0;
    for (int frame = 0; frame < 60; ++frame) {
        for (int i = 0; i < 300; ++i) {
            const int n = frame % 3 == 0 ? i % 100 : below(100);
            if (auto v = numbers(n)) wrong += *v != n;
            if (auto v = texts("key " + std::to_string(n)))
                wrong += *v != "key " + std::to_string(n);
            if (auto v = points(point{n, n + 1})) wrong += *v != 1001 * n + 1;
            if (below(500) == 0) numbers.poll(n).forget();
        }
        app.land();
    }
    CHECK(wrong == 0);
}

TEST_CASE("an unkeyed argument reaches the callable and is not part of the key") {
    ui app;
    auto load = imload::async_load(
        app.session, [](const std::shared_ptr<int>& base, int x) { return *base + x; });
    ask(load, imload::unkeyed(std::make_shared<int>(100)), 1);
    ask(load, imload::unkeyed(std::make_shared<int>(200)), 1);
    CHECK(app.keys() == 1);
    app.land();
    // of the ask that started the run
    CHECK(load(imload::unkeyed(std::make_shared<int>(300)), 1) == 101);
    CHECK_FALSE(load(imload::unkeyed(std::make_shared<int>(300)), 2).has_value());
    app.land();
    CHECK(load(imload::unkeyed(std::shared_ptr<int>()), 2) == 302);
}

TEST_CASE("pointers and references may be passed unkeyed") {
    ui app;
    int value = 40;
    auto by_pointer =
        imload::async_load(app.session, [](const int* base, int x) { return *base + x; });
    auto by_reference = imload::async_load(
        app.session, [](std::reference_wrapper<int> base, int x) { return base.get() - x; });
    ask(by_pointer, imload::unkeyed(&value), 2);
    ask(by_reference, imload::unkeyed(std::ref(value)), 2);
    app.land();
    CHECK(by_pointer(imload::unkeyed(&value), 2) == 42);
    CHECK(by_reference(imload::unkeyed(std::ref(value)), 2) == 38);
}

TEST_CASE("unkeyed text is owned as text, and a null character pointer is none") {
    const auto length_of = [](auto measure, const auto& text) {
        ui app;
        const auto load = imload::async_load(app.session, measure);
        ask(load, imload::unkeyed(text));
        app.land();
        return load(imload::unkeyed(text)).value_or(-1);
    };
    const auto by_string = [](const std::string& t) { return static_cast<int>(t.size()); };
    const auto by_view = [](std::string_view t) { return static_cast<int>(t.size()); };
    const char* const none = nullptr;
    CHECK(length_of(by_string, std::string_view("three")) == 5);
    CHECK(length_of(by_string, "four") == 4);
    CHECK(length_of(by_string, none) == 0);
    CHECK(length_of(by_view, std::string("two")) == 3);
    CHECK(length_of(by_view, none) == 0);
    CHECK(length_of(length, std::string_view("three")) == 5);
    CHECK(length_of(length, none) == 0);
}

TEST_CASE("what an unkeyed span is only read from is owned, and what is written goes through it") {
    ui app;
    const auto sum = imload::async_load(app.session, [](std::span<const int> n, int x) {
        return static_cast<int>(n.size()) * x + n[0];
    });
    const auto copied = imload::async_load(
        app.session, [](const std::vector<int>& n, int x) { return n.at(1) + x; });
    const auto fill = imload::async_load(app.session, [](std::span<int> n, int x) {
        n[0] = x;
        return x;
    });
    std::vector<int> target = {0, 0};
    {
        std::vector<int> source = {1, 2};
        ask(sum, imload::unkeyed(std::span(source)), 10);
        ask(copied, imload::unkeyed(std::span<const int>(source)), 10);
        source = {7, 7};
    }
    ask(fill, imload::unkeyed(std::span(target)), 5);
    app.land();
    CHECK(sum(imload::unkeyed(std::vector<int>()), 10) == 21);
    CHECK(copied(imload::unkeyed(std::vector<int>()), 10) == 12);
    CHECK(target[0] == 5);
}

TEST_CASE("an unkeyed pointer becomes what it converts to") {
    struct not_null { // not default constructible
        not_null(const int* p) : pointer(p) {}
        const int* pointer;
    };
    ui app;
    const int value = 40;
    const auto load =
        imload::async_load(app.session, [](not_null p, int x) { return *p.pointer + x; });
    ask(load, imload::unkeyed(&value), 2);
    app.land();
    CHECK(load(imload::unkeyed(&value), 2) == 42);
}

TEST_CASE("a type without hash and equality may be passed unkeyed") {
    struct bare {
        explicit bare(int n) : number(n) {}
        int number;
    };
    ui app;
    auto load = imload::async_load(app.session, [](const auto& o, int x) { return o.number * x; });
    ask(load, imload::unkeyed(bare(6)), 7);
    app.land();
    CHECK(load(imload::unkeyed(bare(1)), 7) == 42);
}

TEST_CASE("by_address keys a pointer by where it points") {
    ui app;
    int values[] = {5, 5};
    auto load = imload::async_load(app.session, [](const int* p) { return *p; });
    ask(load, imload::by_address(&values[0]));
    ask(load, imload::by_address(&values[1]));
    ask(load, imload::by_address(&values[0]));
    CHECK(app.keys() == 2);
    values[1] = 6;
    app.land();
    CHECK(load(imload::by_address(&values[0])) == 5);
    CHECK(load(imload::by_address(&values[1])) == 6);
    CHECK(app.starts() == 2);
}

TEST_CASE("member function pointers are called as std::invoke does") {
    ui app;
    auto scaled = imload::async_load(app.session, &circle::scaled);
    ask(scaled, circle{2}, 3);
    ask(scaled, circle{2}, 3.0);
    ask(scaled, circle{4}, 3.0);
    CHECK(app.keys() == 2);
    app.land();
    CHECK(scaled(circle{2}, 3.0) == 6.0);
    CHECK(scaled(circle{4}, 3.0) == 12.0);

    circle round{5};
    ask(scaled, imload::by_address(&round), 2.0);
    ask(scaled, imload::unkeyed(std::make_shared<circle>(circle{7})), 2.0);
    app.land();
    CHECK(scaled(imload::by_address(&round), 2.0) == 10.0);
    CHECK(scaled(imload::unkeyed(std::make_shared<circle>()), 2.0) == 14.0);
}

TEST_CASE("member function pointers are told apart by value") {
    struct pair_of {
        int a = 0;
        int b = 0;
        int first() const { return a; }
        int second() const { return b; }
    };
    ui app;
    auto first = imload::async_load(app.session, &pair_of::first);
    auto second = imload::async_load(app.session, &pair_of::second);
    ask(first, pair_of{1, 2});
    ask(second, pair_of{1, 2});
    app.land();
    CHECK(first(pair_of{1, 2}) == 1);
    CHECK(second(pair_of{1, 2}) == 2);
}

TEST_CASE("paths are told apart as std::filesystem does") {
    ui app;
    auto load = imload::async_load(app.session,
                                   [](const std::filesystem::path& path) { return path.string(); });
    const std::vector<std::filesystem::path> paths = {"a/b", "a//b", "a///b", "a/b/", "a/b//", "/a",
                                                      "//a", "///a", "",      "/",    "//",    ".",
                                                      "./",  ".//",  "a",     "a/./b"};
    std::size_t classes = 0;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        bool is_new = true;
        for (std::size_t j = 0; j < i; ++j) is_new = is_new && paths[i] != paths[j];
        classes += is_new;
        ask(load, paths[i]);
    }
    CHECK(app.keys() == classes);
    app.land();
    for (const auto& path : paths)
        CHECK(std::filesystem::path(load(path).value_or("missing")) == path);
}

TEST_CASE("doubled separators are no part of a path of any length") {
    ui app;
    auto load = imload::async_load(app.session,
                                   [](const std::filesystem::path& path) { return path.string(); });
    for (std::size_t length = 250; length < 520; ++length) {
        const std::string name(length, 'x');
        ask(load, std::filesystem::path("a/" + name + "/b/" + name));
        ask(load, std::filesystem::path("a//" + name + "///b//" + name));
        ask(load, std::filesystem::path("a///" + name + "/b////" + name));
        CHECK(app.keys() == length - 249);
    }
}

TEST_CASE("an argument that is not equal to itself is an error, not a load per frame") {
    ui app;
    auto load = imload::async_load(app.session, [](const never_equal& n) { return n.number; });
    for (int i = 0; i < 10; ++i) {
        ask(load, never_equal{1});
        app.land();
    }
    const auto result = load.poll(never_equal{1});
    REQUIRE(result.error() != nullptr);
    CHECK(result.error()->kind == imload::error_kind::invalid_key);
    CHECK_FALSE(result.error()->message.empty());
    CHECK(app.starts() == 0);
    CHECK(app.keys() <= 2); // that of this frame, and that of the last
}

TEST_CASE("an enum is compared by its value, whatever its own == says") {
    ui app;
    auto load = imload::async_load(app.session, [](token t) { return static_cast<int>(t); });
    for (int i = 0; i < 10; ++i) {
        for (const token t : {token::none, token::one, token::another}) ask(load, t);
        if (i % 2 == 1) ask(load, token::none); // not where it is guessed
        app.land();
    }
    CHECK(load(token::none) == 0);
    CHECK(load(token::one) == 1);
    CHECK(load(token::another) == 2);
    CHECK(app.starts() == 3);
    CHECK(app.keys() == 3);
}

namespace {

// A number that tells how often it was copied.
struct counted_copy {
    explicit counted_copy(int n) : number(n) {}
    counted_copy(const counted_copy& other) : number(other.number) { ++copies; }
    counted_copy& operator=(const counted_copy&) = delete;
    ~counted_copy() = default;
    bool operator==(const counted_copy& other) const { return number == other.number; }
    int twice() const { return 2 * number; }
    int number;
    static inline int copies = 0;
};

// A stateless callable that tells on which thread it was made.
struct made_somewhere {
    made_somewhere() { elsewhere += std::this_thread::get_id() == home ? 0 : 1; }
    int operator()(int x) const { return 3 * x; }
    static inline std::thread::id home;
    static inline std::atomic<int> elsewhere{0};
};

// An argument whose destructor does what a test wants, once.
struct last_word {
    last_word() = default;
    last_word(const last_word&) {}
    last_word& operator=(const last_word&) = delete;
    ~last_word() {
        const auto say = std::exchange(saying, {});
        if (say) say();
    }
    std::unique_ptr<int> own = std::make_unique<int>(1);
    static inline std::function<void()> saying;
};

int plus_one(int x, const last_word&) { return x + 1; }

} // namespace

template <>
struct imload::hash<counted_copy> {
    std::size_t operator()(const counted_copy& c) const {
        return static_cast<std::size_t>(c.number);
    }
};

TEST_CASE("a null member function pointer is an error of its one key") {
    ui app;
    int (counted_copy::*none)() const = nullptr;
    auto load = imload::async_load(app.session, none);
    const counted_copy argument(1);
    counted_copy::copies = 0;
    for (int i = 0; i < 10; ++i) ask(load, argument);
    CHECK(counted_copy::copies == 1);
    REQUIRE(load.poll(argument).error() != nullptr);
    CHECK(load.poll(argument).error()->kind == imload::error_kind::invalid_key);
}

TEST_CASE("a null finish function is an error of its key") {
    ui app;
    int (*none)(int) = nullptr;
    auto load = imload::async_load(app.session, [](int x) { return x; }).finish(none);
    ask(load, 1);
    REQUIRE(load.poll(1).error() != nullptr);
    CHECK(load.poll(1).error()->kind == imload::error_kind::invalid_key);
    app.land();
}

TEST_CASE("a stateless callable is made where it is asked for and lives as long as its run") {
    made_somewhere::home = std::this_thread::get_id();
    made_somewhere::elsewhere = 0;
    threaded_ui<imload::thread_pool> app;
    auto load = imload::async_load(app.session, made_somewhere{});
    for (int i = 0; i < 10; ++i) ask(load, i);
    REQUIRE(app.idle());
    CHECK(*load.poll(9) == 27);
    CHECK(made_somewhere::elsewhere == 0);
}

TEST_CASE("an unkeyed argument's destructor may ask for the key that it was kept for") {
    ui app;
    auto load = imload::async_load(app.session, plus_one, {.stale_after = 1ns});
    ask(load, 1, imload::unkeyed(last_word{}));
    app.land();
    app.clock.advance(1s);
    app.frame();
    const auto argument = imload::unkeyed(last_word{});
    last_word::saying = [&] { ask(load, 1, argument); };
    ask(load, 1, argument); // the one that was kept goes
    CHECK_FALSE(last_word::saying);
    app.land();
    CHECK(*load.poll(1, argument) == 2);
}

TEST_CASE("a null function pointer is an error of its key") {
    ui app;
    int (*none)(int) = nullptr;
    auto load = imload::async_load(app.session, none, {.throw_errors = false});
    ask(load, 1);
    app.land();
    REQUIRE(load.poll(1).error() != nullptr);
    CHECK(load.poll(1).error()->kind == imload::error_kind::invalid_key);

    std::function<int(int)> empty;
    auto named = imload::async_load(app.session, "empty", empty);
    ask(named, 1);
    app.land();
    CHECK(named.poll(1).error() != nullptr);
}

TEST_CASE("find gives the value most recently completed under a key") {
    ui app;
    auto two = imload::async_load(app.session, "number", twice);
    auto three = imload::async_load(app.session, "number", thrice);
    CHECK(app.session.find<int>("number") == nullptr);
    ask(two, 1);
    CHECK(app.session.find<int>("number") == nullptr);
    app.land();
    REQUIRE(app.session.find<int>("number") != nullptr);
    CHECK(*app.session.find<int>("number") == 2);
    CHECK(app.session.find<const int>("number") == app.session.find<int>("number"));
    ask(two, 10);
    app.land();
    CHECK(*app.session.find<int>("number") == 20);
    ask(three, 10);
    app.land();
    CHECK(*app.session.find<int>("number") == 30);
    two.poll(1).refresh();
    app.land();
    CHECK(*app.session.find<int>("number") == 2);

    CHECK(app.session.find<int>("other") == nullptr);
    CHECK(app.session.find<long>("number") == nullptr);
    CHECK(app.session.find<std::string>("number") == nullptr);
}

TEST_CASE("find gives the newest of what is left when others are forgotten") {
    ui app;
    const auto name = [](int n) { return "number " + std::to_string(n); };
    const auto twice_of = [&](const std::string& key) {
        return imload::async_load(app.session, key, twice);
    };
    const auto text_of = [&](const std::string& key) {
        return imload::async_load(app.session, key, [](int x) { return std::to_string(x); });
    };
    const int names = GENERATE(20, 200); // few are looked for one by one
    for (int x = 1; x <= 3; ++x) {
        for (int n = 0; n < names; ++n) ask(twice_of(name(n)), x);
        app.land();
        app.clock.advance(1s);
    }
    for (int n = 0; n < names; ++n) ask(text_of(name(n)), 7);
    app.land();
    for (int n = 0; n < names; ++n) {
        twice_of(name(n)).peek(3).forget();
        if (n % 3 == 1) twice_of(name(n)).peek(2).forget();
        if (n % 3 == 2) twice_of(name(n)).forget_all();
        if (n % 2 == 1) text_of(name(n)).peek(7).forget();
    }
    app.frame();
    for (int again = 0; again < 2; ++again)
        for (int n = 0; n < names; ++n) {
            const int* const number = app.session.find<int>(name(n));
            CHECK((number ? *number : 0) == (n % 3 == 0 ? 4 : n % 3 == 1 ? 2 : 0));
            const std::string* const words = app.session.find<std::string>(name(n));
            CHECK((words ? *words : "none") == (n % 2 == 0 ? "7" : "none"));
        }
    ask(twice_of(name(2)), 5);
    app.land();
    REQUIRE(app.session.find<int>(name(2)) != nullptr);
    CHECK(*app.session.find<int>(name(2)) == 10);
}

TEST_CASE("a value that is shown late does not take a name from one completed after it") {
    ui app;
    const auto at_once = imload::async_load(app.session, "number", twice);
    const auto late = imload::async_load(app.session, "number", thrice, {.poll_interval = 10s});
    ask(late, 1);
    app.executor.run_all();
    for (int x = 2; x <= 3; ++x) {
        app.frame_after(1s);
        ask(at_once, x);
        app.land();
    }
    at_once.peek(3).forget(); // the one found until now
    app.frame();
    REQUIRE_FALSE(late.peek(1).has_value());
    app.frame_after(10s);
    REQUIRE(late.peek(1).has_value());
    REQUIRE(app.session.find<int>("number") != nullptr);
    CHECK(*app.session.find<int>("number") == 4);
}

TEST_CASE("find never returns what was forgotten") {
    ui app;
    auto load = imload::async_load(app.session, "number", twice);
    ask(load, 1);
    app.land();
    REQUIRE(app.session.find<int>("number") != nullptr);
    load.poll(1).forget();
    app.frame();
    CHECK(app.session.find<int>("number") == nullptr);
}

TEST_CASE("find sees a value that was set") {
    ui app;
    auto load = imload::async_load(app.session, "number", twice);
    load.peek(1).set(77);
    app.frame();
    REQUIRE(app.session.find<int>("number") != nullptr);
    CHECK(*app.session.find<int>("number") == 77);
}
