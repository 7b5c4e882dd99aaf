// Results shaped like std::expected: the value is unwrapped, the error becomes the run's.
#include "support.hpp"

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>
#include <version>

#if defined(__cpp_lib_expected)
#include <expected>
#endif

using namespace test;

namespace {

// The least that makes a type shaped like std::expected; neither default constructible nor copied.
template <class T, class E>
class outcome {
public:
    using value_type = T;
    using error_type = E;

    static outcome good(T value) { return outcome(std::in_place_index<0>, std::move(value)); }
    static outcome bad(E error) { return outcome(std::in_place_index<1>, std::move(error)); }
    outcome(outcome&&) = default;
    outcome& operator=(outcome&&) = delete;

    [[nodiscard]] bool has_value() const { return held_.index() == 0; }
    T& operator*() & { return std::get<0>(held_); }
    T&& operator*() && { return std::get<0>(std::move(held_)); }
    E& error() { return std::get<1>(held_); }

private:
    template <std::size_t I, class V>
    outcome(std::in_place_index_t<I> i, V&& v) : held_(i, std::forward<V>(v)) {}
    std::variant<T, E> held_;
};

template <class E>
class outcome<void, E> {
public:
    using value_type = void;
    using error_type = E;

    explicit outcome(std::optional<E> e) : error_(std::move(e)) {}
    [[nodiscard]] bool has_value() const { return !error_; }
    void operator*() const {}
    E& error() { return *error_; }

private:
    std::optional<E> error_;
};

enum class trouble { none, offline, denied };

// As std::expected, made from what makes a T, and from an error.
template <class T, class E>
struct outcome_or_value : outcome<T, E> {
    template <class U>
        requires std::is_convertible_v<U, T>
    outcome_or_value(U&& value) : outcome<T, E>(outcome<T, E>::good(std::forward<U>(value))) {}
    outcome_or_value(E error) : outcome<T, E>(outcome<T, E>::bad(error)) {}
};

struct http_error {
    int code;
    std::string text;
    [[nodiscard]] std::string message() const { return std::to_string(code) + ' ' + text; }
};

outcome<int, trouble> measure(int x) {
    if (x < 0) return outcome<int, trouble>::bad(trouble::denied);
    return outcome<int, trouble>::good(10 * x);
}

template <auto Fn>
auto quiet(ui& app) {
    return imload::async_load<Fn>(app.session, {.throw_errors = false});
}

template <class E, class Make>
std::string message_of(Make make) {
    ui app;
    auto load = imload::async_load(app.session, "fails", [make] {
        return outcome<int, E>::bad(make());
    });
    ask(load);
    app.land();
    const auto r = load.poll();
    REQUIRE(r.error());
    CHECK(r.error()->kind == imload::error_kind::reported);
    CHECK(r.error()->template as<E>() != nullptr);
    return r.error()->message;
}

} // namespace

TEST_CASE("the value of an expected-shaped result is unwrapped") {
    ui app;
    auto load = imload::async_load(app.session, measure);
    static_assert(std::is_same_v<decltype(load(1)), std::optional<int>>);
    static_assert(std::is_same_v<decltype(load.poll(1)), imload::result<int>>);
    CHECK_FALSE(load(4));
    app.land();
    CHECK(load(4) == 40);
    CHECK(load.poll(4).error() == nullptr);
    CHECK(app.statistics().successes == 1);
}

TEST_CASE("the error of an expected-shaped result is the run's, and is read back by its type") {
    ui app;
    auto load = quiet<&measure>(app);
    ask(load, -1);
    app.land();
    const auto r = load.poll(-1);
    CHECK_FALSE(r.has_value());
    CHECK(r.just_failed());
    CHECK(r.status() == status::complete);
    REQUIRE(r.error());
    CHECK(r.error()->kind == imload::error_kind::reported);
    CHECK(r.error()->exception == nullptr);
    CHECK(r.error()->attempt == 1);
    CHECK_FALSE(r.error()->message.empty());
    REQUIRE(r.error()->as<trouble>());
    CHECK(*r.error()->as<trouble>() == trouble::denied);
    CHECK(r.error()->as<int>() == nullptr);
    CHECK(r.error()->as<std::string>() == nullptr);
    CHECK_FALSE(load(-1).has_value());
    CHECK(app.statistics().failures == 1);
}

TEST_CASE("a reported error is thrown as load_error") {
    ui app;
    auto load = imload::async_load(app.session, [] {
        return outcome<int, http_error>::bad({404, "not found"});
    });
    ask(load);
    app.land();
    CHECK(thrown<imload::load_error>([&] { (void)load(); }) == "404 not found");
    CHECK(thrown<imload::load_error>([&] { (void)load.poll().value(); }) == "404 not found");
    try {
        (void)load();
        FAIL("nothing was thrown");
    } catch (const imload::load_error& e) {
        CHECK(e.kind() == imload::error_kind::reported);
    }
}

TEST_CASE("a reported exception is thrown as it is") {
    ui app;
    auto load = imload::async_load(app.session, [] {
        return outcome<int, std::exception_ptr>::bad(
            std::make_exception_ptr(std::out_of_range("beyond the end")));
    });
    ask(load);
    app.land();
    const imload::error* const e = load.poll().error();
    REQUIRE(e);
    CHECK(e->kind == imload::error_kind::reported);
    CHECK(e->message == "beyond the end");
    REQUIRE(e->as<std::exception_ptr>());
    CHECK(e->as<const std::exception_ptr>() == e->as<std::exception_ptr>());
    CHECK(*e->as<std::exception_ptr>() == e->exception);
    CHECK(thrown<std::out_of_range>([&] { (void)load(); }) == "beyond the end");
    CHECK(thrown<std::out_of_range>([&] { (void)load.poll().value(); }) == "beyond the end");
}

TEST_CASE("the message of an error value is its text, its message, its what, or its number") {
    CHECK(message_of<std::string>([] { return std::string("plain text"); }) == "plain text");
    CHECK(message_of<const char*>([] { return "a literal"; }) == "a literal");
    CHECK(message_of<http_error>([] { return http_error{500, "oops"}; }) == "500 oops");
    CHECK(message_of<std::error_code>([] {
              return std::make_error_code(std::errc::permission_denied);
          }) == std::make_error_code(std::errc::permission_denied).message());
    CHECK(message_of<std::runtime_error>([] { return std::runtime_error("what it is"); }) ==
          "what it is");
    CHECK(contains(message_of<int>([] { return 42; }), "42"));
    struct opaque {};
    CHECK(contains(message_of<opaque>([] { return opaque{}; }), "opaque"));
    CHECK_FALSE(message_of<std::string>([] { return std::string(); }).empty());
    CHECK(message_of<const char*>([]() -> const char* { return nullptr; }) ==
          message_of<std::string>([] { return std::string(); }));
}

TEST_CASE("an expected-shaped result of void gives std::monostate") {
    ui app;
    auto load = imload::async_load(app.session, [](bool good) {
        return outcome<void, int>(good ? std::nullopt : std::optional(7));
    });
    static_assert(std::is_same_v<decltype(load.poll(true)), imload::result<std::monostate>>);
    ask(load, true);
    ask(load, false);
    app.land();
    CHECK(load(true).has_value());
    REQUIRE(load.poll(false).error());
    REQUIRE(load.poll(false).error()->as<int>());
    CHECK(*load.poll(false).error()->as<int>() == 7);
}

TEST_CASE("an expected-shaped result without operator* is asked for its value()") {
    struct answer {
        using value_type = std::unique_ptr<int>;
        using error_type = int;
        [[nodiscard]] bool has_value() const { return code == 0; }
        std::unique_ptr<int>& value() & { return found; }
        std::unique_ptr<int>&& value() && { return std::move(found); }
        int& error() { return code; }
        std::unique_ptr<int> found;
        int code = 0;
    };
    ui app;
    const auto load = imload::async_load(app.session, [](int x) {
        return x > 0 ? answer{std::make_unique<int>(x), 0} : answer{nullptr, -x};
    });
    ask(load, 3);
    ask(load, -3);
    app.land();
    CHECK(**load.poll(3) == 3);
    REQUIRE(load.poll(-3).error());
    CHECK(*load.poll(-3).error()->as<int>() == 3);
}

TEST_CASE("an expected-shaped result gives its value away, whatever it is asked through") {
    struct by_reference { // an operator* without &&, of what can only be moved
        using value_type = std::unique_ptr<int>;
        using error_type = int;
        [[nodiscard]] bool has_value() const { return code == 0; }
        std::unique_ptr<int>& operator*() { return found; }
        int& error() { return code; }
        std::unique_ptr<int> found;
        int code = 0;
    };
    struct by_value_function : by_reference { // the same by value()
        std::unique_ptr<int>& value() { return found; }
        void operator*() = delete;
    };
    struct shared { // what it only refers to stays whole
        using value_type = std::string;
        using error_type = int;
        [[nodiscard]] bool has_value() const { return true; }
        std::string& operator*() const { return *found; }
        int error() const { return 0; }
        std::string* found;
    };
    struct constant { // what is const is copied
        using value_type = std::shared_ptr<int>;
        using error_type = int;
        [[nodiscard]] bool has_value() const { return true; }
        const std::shared_ptr<int>& operator*() const { return found; }
        int error() const { return 0; }
        std::shared_ptr<int> found;
    };
    static std::string elsewhere;
    elsewhere = "a text that is longer than any small string buffer";
    ui app;
    const auto referred = imload::async_load(app.session, [] { return shared{&elsewhere}; });
    const auto moved = imload::async_load(app.session, [](int x) {
        return by_reference{std::make_unique<int>(x), 0};
    });
    const auto from_value = imload::async_load(app.session, [](int x) {
        return by_value_function{{std::make_unique<int>(x), 0}};
    });
    const auto copied = imload::async_load(app.session, [](int x) {
        return constant{std::make_shared<int>(x)};
    });
    const auto promised =
        imload::async_load(app.session, [](imload::promise<by_reference> p, int x) {
            p.set_value(by_reference{std::make_unique<int>(x), 0});
        });
    ask(referred);
    ask(moved, 1);
    ask(from_value, 2);
    ask(copied, 3);
    ask(promised, 4);
    app.land();
    CHECK(*referred.poll() == elsewhere);
    CHECK_FALSE(elsewhere.empty());
    CHECK(**moved.poll(1) == 1);
    CHECK(**from_value.poll(2) == 2);
    CHECK(**copied.poll(3) == 3);
    CHECK(**promised.poll(4) == 4);
}

TEST_CASE("an expected-shaped result may hold what can only be moved") {
    ui app;
    auto load = imload::async_load(app.session, [](int x) {
        using made = outcome<std::unique_ptr<int>, std::unique_ptr<int>>;
        return x > 0 ? made::good(std::make_unique<int>(x)) : made::bad(std::make_unique<int>(x));
    });
    ask(load, 3);
    ask(load, -3);
    app.land();
    REQUIRE(load.poll(3).has_value());
    CHECK(**load.poll(3) == 3);
    REQUIRE(load.poll(-3).error());
    REQUIRE(load.poll(-3).error()->as<std::unique_ptr<int>>());
    CHECK(**load.poll(-3).error()->as<std::unique_ptr<int>>() == -3);
}

TEST_CASE("an optional inside an expected-shaped result stays nested, and empty is a value") {
    ui app;
    auto load = imload::async_load(app.session, [] {
        return outcome<std::optional<int>, trouble>::good(std::nullopt);
    });
    static_assert(std::is_same_v<decltype(load.poll()), imload::result<std::optional<int>>>);
    ask(load);
    app.land();
    REQUIRE(load.poll().has_value());
    CHECK_FALSE(load.poll()->has_value());
    CHECK(load.poll().error() == nullptr);
}

TEST_CASE("the earlier value stays beside a reported error") {
    static int value = 1;
    value = 1;
    ui app;
    auto load = imload::async_load(app.session, [] { return measure(value); });
    ask(load);
    app.land();
    value = -1;
    load.poll().refresh();
    app.land();
    CHECK(load() == 10);
    REQUIRE(load.poll().error());
    CHECK(*load.poll().error()->as<trouble>() == trouble::denied);
    value = 2;
    load.poll().refresh();
    app.land();
    CHECK(load() == 20);
    CHECK(load.poll().error() == nullptr);
}

TEST_CASE("a reported error is retried") {
    static int runs = 0;
    runs = 0;
    ui app;
    auto load = imload::async_load(app.session, [] { return measure(runs++ == 0 ? -1 : 1); },
                                   {.retry = {.attempts = 1, .delay = 1s, .jitter = 0}});
    ask(load);
    app.land();
    CHECK(load.poll().status() == status::retrying);
    CHECK(load.poll().error() == nullptr);
    app.frame_after(1s);
    app.land();
    CHECK(load() == 10);
}

TEST_CASE("a callable that returns an expected-shaped result may take a context") {
    ui app;
    auto load = imload::async_load(app.session, [](imload::context& c, int x) {
        c.progress(0.5);
        return measure(x);
    });
    static_assert(std::is_same_v<decltype(load.poll(1)), imload::result<int>>);
    ask(load, 1);
    ask(load, -1);
    app.land();
    CHECK(load(1) == 10);
    CHECK(load.poll(-1).error()->as<trouble>() != nullptr);
}

namespace {

void promises_outcome(imload::promise<outcome<int, trouble>> p, int x) {
    if (x == 0)
        p.set_value(7);
    else
        p.set_value(measure(x));
}
void promises_text(imload::promise<outcome_or_value<std::string, trouble>> p, int x) {
    if (x == 0)
        p.set_value("text");
    else
        p.set_value(trouble::denied);
}
void promises_nothing(imload::promise<outcome<void, trouble>> p, bool fails) {
    using result = outcome<void, trouble>;
    p.set_value(fails ? result(trouble::offline) : result(std::nullopt));
}

} // namespace

TEST_CASE("a promise may be given an expected-shaped result") {
    ui app;
    const auto load = quiet<promises_outcome>(app);
    static_assert(std::is_same_v<decltype(load(1)), std::optional<int>>);
    for (const int x : {0, 2, -1}) ask(load, x);
    const auto done = quiet<promises_nothing>(app);
    static_assert(std::is_same_v<decltype(done(true)), std::optional<std::monostate>>);
    ask(done, true);
    ask(done, false);
    const auto text = quiet<promises_text>(app);
    ask(text, 0);
    ask(text, 1);
    app.land();
    CHECK(text(0) == "text");
    REQUIRE(text.poll(1).error());
    CHECK(*text.poll(1).error()->as<trouble>() == trouble::denied);
    CHECK(load(0) == 7);
    CHECK(load(2) == 20);
    REQUIRE(load.poll(-1).error());
    CHECK(load.poll(-1).error()->kind == imload::error_kind::reported);
    CHECK(*load.poll(-1).error()->as<trouble>() == trouble::denied);
    CHECK(done(false));
    REQUIRE(done.poll(true).error());
    CHECK(*done.poll(true).error()->as<trouble>() == trouble::offline);
}

TEST_CASE("what an expected-shaped callable throws is an exception") {
    ui app;
    auto load = imload::async_load(app.session, []() -> outcome<int, trouble> {
        throw std::runtime_error("thrown");
    });
    ask(load);
    app.land();
    REQUIRE(load.poll().error());
    CHECK(load.poll().error()->kind == imload::error_kind::exception);
    CHECK(load.poll().error()->as<trouble>() == nullptr);
}

#if defined(__cpp_lib_expected)
TEST_CASE("std::expected is shaped like itself") {
    ui app;
    auto load = imload::async_load(app.session, [](int x) -> std::expected<int, std::string> {
        if (x < 0) return std::unexpected("below zero");
        return x;
    });
    ask(load, 1);
    ask(load, -1);
    app.land();
    CHECK(load(1) == 1);
    CHECK(*load.poll(-1).error()->as<std::string>() == "below zero");
}
#endif
