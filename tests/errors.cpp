// Errors: whatever a load throws becomes its key's error, and nothing else is touched.
#include "support.hpp"

#include <catch2/generators/catch_generators.hpp>

#include <exception>
#include <string>

using namespace test;

namespace {

struct custom_error : std::runtime_error {
    custom_error(const char* text, int c) : std::runtime_error(text), code(c) {}
    int code;
};

struct not_an_exception {
    int number = 0;
};

template <class E>
bool holds(const imload::error& error) {
    try {
        std::rethrow_exception(error.exception);
    } catch (const E&) {
        return true;
    } catch (...) {
        return false;
    }
}

} // namespace

TEST_CASE("a thrown std::exception gives its text and itself") {
    ui app;
    auto load = imload::async_load(
        app.session, [](int x) -> int { throw custom_error("the server said no", x); });
    ask(load, 42);
    app.land();
    const auto result = load.poll(42);
    REQUIRE(result.error() != nullptr);
    CHECK(result.error()->kind == imload::error_kind::exception);
    CHECK(result.error()->message == "the server said no");
    REQUIRE(result.error()->exception != nullptr);
    CHECK(holds<custom_error>(*result.error()));
    CHECK(result.error()->as<std::string>() == nullptr);
    CHECK(result.status() == status::complete);
    CHECK_FALSE(result.has_value());
    CHECK_FALSE(result.is_loading());
    int code = 0;
    try {
        (void)load(42);
    } catch (const custom_error& e) {
        code = e.code;
    }
    CHECK(code == 42);
}

TEST_CASE("anything may be thrown") {
    ui app;
    auto number = imload::async_load(app.session, []() -> int { throw 7; });
    auto text = imload::async_load(app.session, []() -> int { throw std::string("plain text"); });
    auto literal = imload::async_load(app.session, []() -> int { throw "literal"; });
    auto odd = imload::async_load(app.session, []() -> int { throw not_an_exception{3}; });
    auto nested = imload::async_load(app.session, []() -> int {
        try {
            throw std::runtime_error("inner");
        } catch (...) {
            std::throw_with_nested(std::runtime_error("outer"));
        }
    });
    ask(number);
    ask(text);
    ask(literal);
    ask(odd);
    ask(nested);
    app.land();
    CHECK_THROWS_AS(number(), int);
    CHECK_THROWS_AS(text(), std::string);
    CHECK_THROWS_AS(literal(), const char*);
    CHECK_THROWS_AS(odd(), not_an_exception);
    CHECK_THROWS_AS(nested(), std::nested_exception);
    for (auto* error : {number.poll().error(), text.poll().error(), literal.poll().error(),
                        odd.poll().error(), nested.poll().error()}) {
        REQUIRE(error != nullptr);
        CHECK(error->kind == imload::error_kind::exception);
        CHECK_FALSE(error->message.empty());
        CHECK(error->exception != nullptr);
    }
    CHECK(nested.poll().error()->message == "outer");
}

TEST_CASE("an exception with an empty text still has a message") {
    ui app;
    auto load = imload::async_load(app.session, []() -> int { throw std::runtime_error(""); });
    ask(load);
    app.land();
    REQUIRE(load.poll().error() != nullptr);
    CHECK_FALSE(load.poll().error()->message.empty());
}

namespace {

struct speechless : std::exception {
    [[nodiscard]] const char* what() const noexcept override { return nullptr; }
};
int fails_speechless() { throw speechless(); }
int finishes_speechless(int&&) { throw speechless(); }
struct refuses_speechless final : imload::executor {
    void execute(imload::task) override { throw speechless(); }
};
struct null_text_error {
    using value_type = int;
    using error_type = const char*;
    [[nodiscard]] bool has_value() const { return false; }
    int operator*() const { return 0; }
    [[nodiscard]] const char* error() const { return nullptr; }
};

} // namespace

TEST_CASE("an exception without any text still has a message, whoever throws it") {
    const auto check = [](const imload::error* e) {
        REQUIRE(e != nullptr);
        CHECK_FALSE(e->message.empty());
    };
    ui app;
    const auto load = imload::async_load(app.session, fails_speechless);
    const auto finished =
        imload::async_load(app.session, [] { return 1; }).finish(finishes_speechless);
    const auto set =
        imload::async_load(app.session, [](imload::promise<int> p) { p.set_exception(nullptr); });
    const auto reported = imload::async_load(app.session, [] { return null_text_error(); });
    ask(load);
    ask(finished);
    ask(set);
    ask(reported);
    app.land();
    check(load.poll().error());
    check(finished.poll().error());
    check(set.poll().error());
    check(reported.poll().error());
    CHECK_THROWS_AS(load(), speechless);
    CHECK_THROWS_AS(set(), imload::load_error);
    CHECK(app.statistics().in_flight == 0);

    refuses_speechless executor;
    imload::session refused{{.executor = &executor}};
    refused.begin_frame();
    const auto never_run = imload::async_load(refused, fails_speechless);
    ask(never_run);
    refused.begin_frame();
    check(never_run.poll().error());
    CHECK(never_run.poll().error()->kind == imload::error_kind::rejected);
}

TEST_CASE("a failing key touches no other key") {
    ui app;
    auto load = imload::async_load(app.session,
                                   [](int x) {
                                       if (x % 3 == 0) throw x;
                                       return x;
                                   },
                                   {.throw_errors = false});
    for (int i = 1; i <= 30; ++i) ask(load, i);
    app.land();
    for (int i = 1; i <= 30; ++i) {
        CHECK(load(i).has_value() == (i % 3 != 0));
        CHECK((load.poll(i).error() != nullptr) == (i % 3 == 0));
    }
    CHECK(app.statistics().failures == 10);
    CHECK(app.statistics().successes == 20);
}

TEST_CASE("the rethrow leaves the session and the frame in order") {
    ui app;
    auto bad = imload::async_load(app.session, []() -> int { throw std::runtime_error("bad"); });
    auto good = imload::async_load(app.session, [](int x) { return x; });
    ask(bad);
    ask(good, 1);
    app.land();
    CHECK_THROWS(bad());
    CHECK(good(1) == 1);
    ask(good, 2);
    CHECK_THROWS(bad());
    app.land();
    CHECK(good(2) == 2);
}

TEST_CASE("a failing run's error is gone after a run that succeeds") {
    ui app;
    static bool failing = true;
    failing = true;
    auto load = imload::async_load(app.session, []() -> int {
        if (failing) throw std::runtime_error("not yet");
        return 1;
    });
    ask(load);
    app.land();
    CHECK_THROWS(load());
    failing = false;
    load.poll().refresh();
    app.land();
    CHECK(load() == 1);
    CHECK(load.poll().error() == nullptr);
    CHECK(load.poll().version() == 1);
}

TEST_CASE("an old value stays through many failed refreshes and comes back fresh") {
    ui app;
    static int calls = 0;
    calls = 0;
    auto load = imload::async_load(app.session,
                                   [] {
                                       if (++calls > 1 && calls < 6)
                                           throw std::runtime_error("down");
                                       return calls;
                                   },
                                   {.refresh_every = 1s});
    ask(load);
    app.land();
    CHECK(load() == 1);
    for (int i = 0; i < 4; ++i) {
        app.frame_after(1s);
        ask(load);
        app.land();
        CHECK(load() == 1);
        CHECK(load.poll().error() != nullptr);
    }
    app.frame_after(1s);
    ask(load);
    app.land();
    CHECK(load() == 6);
    CHECK(load.poll().error() == nullptr);
}

TEST_CASE("a value whose copy throws throws at the caller and nowhere else") {
    struct fragile {
        explicit fragile(int n) : number(n) {}
        fragile(const fragile&) { throw std::runtime_error("copy"); }
        fragile(fragile&& other) noexcept : number(other.number) {}
        int number = 0;
    };
    ui app;
    auto load = imload::async_load(app.session, [] { return fragile(3); });
    ask(load);
    app.land();
    CHECK(thrown<std::runtime_error>([&] { (void)load(); }) == "copy");
    CHECK(load.poll()->number == 3);
}

namespace {

struct fragile_key {
    int number = 0;
    static inline bool armed = false;
    explicit fragile_key(int n) : number(n) {}
    fragile_key(const fragile_key& other) : number(other.number) {
        if (armed) throw std::runtime_error("key copy");
    }
    friend bool operator==(const fragile_key& a, const fragile_key& b) {
        return a.number == b.number;
    }
};

} // namespace

template <>
struct imload::hash<fragile_key> {
    std::size_t operator()(const fragile_key& k) const {
        return static_cast<std::size_t>(k.number);
    }
};

TEST_CASE("an argument whose copy throws throws at the caller and leaves no key behind") {
    ui app;
    auto load = imload::async_load(app.session, [](const fragile_key& k) { return k.number; });
    fragile_key::armed = true;
    CHECK(thrown<std::runtime_error>([&] { (void)load.poll(fragile_key(1)); }) == "key copy");
    fragile_key::armed = false;
    CHECK(app.keys() == 0);
    ask(load, fragile_key(1));
    app.land();
    CHECK(load(fragile_key(1)) == 1);
}

TEST_CASE("bad_result_access is a logic_error with a message") {
    ui app;
    auto load = imload::async_load(app.session, [] { return 1; });
    const std::string message = thrown<std::logic_error>([&] { (void)load.peek().value(); });
    CHECK_FALSE(message.empty());
}

namespace {

// Whose copy for a run draws.
struct drawing {
    int number = 0;
    imload::session* in = nullptr;
    bool to_wait = false;

    drawing(int n, imload::session* s, bool wait) : number(n), in(s), to_wait(wait) {}
    drawing(const drawing& other) : number(other.number), in(other.in), to_wait(other.to_wait) {
        if (++copies != 2) return; // the first is for the key
        if (to_wait)
            static_cast<void>(in->wait_idle(patience));
        else
            in->begin_frame();
    }
    drawing& operator=(const drawing&) = delete;
    ~drawing() = default;
    friend bool operator==(const drawing& a, const drawing& b) { return a.number == b.number; }
    static inline int copies = 0;
};

} // namespace

template <>
struct std::hash<drawing> {
    std::size_t operator()(const drawing& d) const { return static_cast<std::size_t>(d.number); }
};

TEST_CASE("an argument whose copy begins a frame fails its load") {
    ui app;
    drawing::copies = 0;
    const drawing d(1, &app.session, GENERATE(false, true));
    const auto load = imload::async_load(app.session, [](const drawing& x) { return x.number; });
    ask(load, d);
    app.land();
    const auto r = load.poll(d);
    REQUIRE(r.error());
    CHECK(contains(r.error()->message, "copied"));
}
