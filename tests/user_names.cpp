// What users call things: macros do not stop the library from compiling, and functions with names
// that it has too are not called.
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

// Of Qt, X11 and windows.h, in front of the library.
#define emit
#define signals public
#define slots
#define Bool int
#define None 0L
#define Status int
#define Success 0
#define ERROR 0
#define IN
#define OUT
#define DELETE (0x00010000L)
#define GetObject GetObjectA
#define Yield()
#define far
#define near
#define interface struct
#define small char

#include <imload/imload.hpp>
#include <imload/testing.hpp>

#undef emit
#undef signals
#undef slots
#undef Bool
#undef None
#undef Status
#undef Success
#undef ERROR
#undef IN
#undef OUT
#undef DELETE
#undef GetObject
#undef Yield
#undef far
#undef near
#undef interface
#undef small

#include "support.hpp"

// Globals hide nothing of the library and are hidden by nothing of it, whatever -Wshadow says.
// Their names are those of locals in templates of it, which g++ would warn of where they are used.
[[maybe_unused]] static int n, s, e, f, j, owned, other, xs, into, due;

// As greedy as functions get: found by a call without a namespace, each of them stops it from
// compiling.
#define GREEDY(name)                                                                               \
    template <class... Ts>                                                                         \
    void name(const Ts&...) = delete;                                                              \
    template <class, class... Ts>                                                                  \
    void name(const Ts&...) = delete;                                                              \
    template <std::size_t, class... Ts>                                                            \
    void name(const Ts&...) = delete;                                                              \
    template <class... Ts>                                                                         \
    void name(Ts&&...) = delete;                                                                   \
    template <class T>                                                                             \
    void name(const T&) = delete;                                                                  \
    template <class T, class U>                                                                    \
    void name(const T&, const U&) = delete;                                                        \
    template <class T, class U, class V>                                                           \
    void name(const T&, const U&, const V&) = delete;                                              \
    template <class T>                                                                             \
    void name(T&) = delete;                                                                        \
    template <class T, class U>                                                                    \
    void name(T&, U&&) = delete

namespace app {

GREEDY(add_to);
GREEDY(after);
GREEDY(ask);
GREEDY(at);
GREEDY(append_list);
GREEDY(append_text);
GREEDY(append_tuple);
GREEDY(async_load);
GREEDY(bit_cast);
GREEDY(call);
GREEDY(caught);
GREEDY(combine);
GREEDY(describe);
GREEDY(destroy_value);
GREEDY(equal_text);
GREEDY(equal_unordered);
GREEDY(equal_values);
GREEDY(equals);
GREEDY(equals_view);
GREEDY(error_from);
GREEDY(error_of);
GREEDY(fields_of);
GREEDY(find);
GREEDY(finish);
GREEDY(forget);
GREEDY(forward);
GREEDY(get);
GREEDY(hash_callable);
GREEDY(hash_loader);
GREEDY(hash_of);
GREEDY(hash_view);
GREEDY(hash_view_as);
GREEDY(invoke);
GREEDY(judge);
GREEDY(keep);
GREEDY(keep_returned);
GREEDY(kept_of);
GREEDY(launch);
GREEDY(load);
GREEDY(make_box);
GREEDY(make_value);
GREEDY(make_value_from);
GREEDY(message_of_value);
GREEDY(mix);
GREEDY(move);
GREEDY(own);
GREEDY(own_unkeyed);
GREEDY(pass);
GREEDY(place_in);
GREEDY(plan_known);
GREEDY(plan_unknown);
GREEDY(poll);
GREEDY(put);
GREEDY(put_value);
GREEDY(read_outcome);
GREEDY(read_value);
GREEDY(refresh);
GREEDY(refuse);
GREEDY(renew);
GREEDY(rethrow);
GREEDY(set);
GREEDY(shape_from);
GREEDY(start);
GREEDY(stop);
GREEDY(swap);
GREEDY(take_apart);
GREEDY(unkeyed);
GREEDY(value_in);
GREEDY(value_in_outcome);
GREEDY(view_in);
GREEDY(view_of);
GREEDY(visit);
GREEDY(write);

struct rect {
    int x, y, cache;
    std::string name;
};
struct large_key { // with a hash and an equality of its own
    rect where;
    friend bool operator==(const large_key& a, const large_key& b) {
        return a.where.x == b.where.x;
    }
};
struct image {
    int pixels = 0;
    char rest[200] = {};
};
struct texture {
    int id = 0;
};
struct trouble {
    int code;
};
struct upload {
    texture operator()(image&& i) const { return {i.pixels}; }
};
struct measure {
    image operator()(const rect& r) const { return {r.x * 100 + r.cache}; }
};
struct answer { // shaped like std::expected
    using value_type = image;
    using error_type = trouble;
    [[nodiscard]] bool has_value() const { return found.index() == 0; }
    [[nodiscard]] image& value() { return std::get<0>(found); }
    image& operator*() { return std::get<0>(found); }
    [[nodiscard]] trouble& error() { return std::get<1>(found); }
    std::variant<image, trouble> found;
};
answer measure_large(const large_key& k) {
    if (k.where.x < 0) return {trouble{k.where.x}};
    return {image{k.where.x}};
}
image measure_all(const std::vector<rect>& all, std::optional<rect> one,
                  const std::variant<int, rect>& other, std::pair<rect, int> two) {
    return {static_cast<int>(all.size()) + one->x + static_cast<int>(other.index()) + two.second};
}
void measure_bit_by_bit(imload::stream<image>& out, const rect& r) { out.publish({r.x}); }
image measure_heard(imload::context&, const rect& r) { return {r.x}; }
void promise_it(imload::promise<image> p, const rect& r) { p.set_value({r.x}); }
image measure_with(const texture& t, const rect& r) { return {t.id + r.x}; }

} // namespace app

template <>
struct imload::hash<app::large_key> {
    std::size_t operator()(const app::large_key& k) const noexcept {
        return static_cast<std::size_t>(k.where.x);
    }
};

using namespace test;

TEST_CASE("functions beside a user's types, of whatever name, have no say in the library") {
    ui app;
    const auto pixels = [&](const auto& loader, const auto&... args) {
        static_cast<void>(loader.poll(args...));
        app.land();
        const auto r = loader.poll(args...);
        static_cast<void>(r.label());
        return r ? r->pixels : -1;
    };
    using app::rect;
    const rect a{1, 2, 3, "a"};
    const rect b{1, 2, 4, "a"};
    const auto measure = imload::async_load(app.session, app::measure{});
    CHECK(pixels(measure, a) == 103);
    CHECK(pixels(measure, b) == 104);
    const auto named = imload::async_load(app.session, "named", app::measure{});
    CHECK(pixels(named, a) == 103);
    CHECK(app.session.find<app::image>("named")->pixels == 103);
    named.prefetch(b);
    named.forget_all();

    const auto uploaded = measure.finish(app::upload{});
    CHECK_FALSE(uploaded.poll(a));
    app.land();
    CHECK(uploaded.poll(a)->id == 103);
    uploaded.poll(a).set({7});
    app.land();
    CHECK(uploaded.poll(a)->id == 7);

    const auto large = imload::async_load(app.session, app::measure_large);
    CHECK(pixels(large, app::large_key{a}) == 1);
    CHECK(pixels(large, app::large_key{{-5, 0, 0, ""}}) == -1);
    CHECK(large.poll(app::large_key{{-5, 0, 0, ""}}).error()->as<app::trouble>()->code == -5);

    CHECK(pixels(imload::async_load(app.session, app::measure_all), std::vector{a, b}, a,
                 std::variant<int, rect>(b), std::pair(a, 10)) == 14);
    CHECK(pixels(imload::async_load(app.session, app::measure_bit_by_bit), a) == 1);
    CHECK(pixels(imload::async_load(app.session, app::measure_heard), a) == 1);
    CHECK(pixels(imload::async_load(app.session, app::promise_it), a) == 1);
    CHECK(pixels(imload::async_load(app.session, app::measure_with),
                 imload::unkeyed(app::texture{40}), a) == 41);
    int add = 2;
    const auto with_state = [add](const rect& r) { return app::image{r.x + add}; };
    CHECK(pixels(imload::async_load(app.session, "added", with_state), a) == 3);
    const std::function<app::image(rect)> any = app::measure{};
    CHECK(pixels(imload::async_load(app.session, "any", any), a) == 103);
    CHECK(*imload::async_load(app.session, app::measure{})(a)->rest == 0);
}
