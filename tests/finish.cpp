// loader::finish: values that are made and destroyed on the UI thread, as textures are.
#include "support.hpp"

#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

using namespace test;

namespace {

// What an upload would do, written down.
struct gpu {
    imload::manual_clock* clock = nullptr;
    std::chrono::nanoseconds cost{};
    std::vector<int> uploads;
    std::vector<int> destroyed;
    std::vector<std::thread::id> made_on;
    std::vector<std::thread::id> destroyed_on;
    bool failing = false;
};
gpu device;

class texture {
public:
    explicit texture(int id) : id_(id) { device.made_on.push_back(std::this_thread::get_id()); }
    texture(texture&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
    texture& operator=(texture&&) = delete;
    ~texture() {
        if (id_ < 0) return;
        device.destroyed.push_back(id_);
        device.destroyed_on.push_back(std::this_thread::get_id());
    }
    [[nodiscard]] int id() const { return id_; }

private:
    int id_;
};

struct image {
    int id = 0;
};

image decode(int id) { return {id}; }

texture upload(image&& picture) {
    device.uploads.push_back(picture.id);
    if (device.clock) device.clock->advance(device.cost);
    if (device.failing) throw std::runtime_error("no texture memory");
    return texture(picture.id);
}

texture upload_mirrored(image&& picture) { return texture(100 + picture.id); }

struct gpu_ui : ui {
    explicit gpu_ui(imload::session_options o = {}) : session_(with(o)) {
        device = {};
        device.clock = &clock;
        session_.begin_frame();
    }
    void begin() { session_.begin_frame(); }
    void land_all() {
        executor.run_all();
        begin();
    }
    [[nodiscard]] auto thumbnails() {
        return imload::async_load(session_, decode, {.throw_errors = false}).finish(upload);
    }
    void check_books() {
        const auto s = session_.statistics();
        CHECK(s.starts == s.successes + s.failures + s.dropped + s.discarded + s.in_flight);
    }
    imload::session& app() { return session_; }

private:
    imload::session_options with(imload::session_options o) {
        o.executor = &executor;
        o.clock = &clock;
        return o;
    }
    imload::session session_;
};

} // namespace

TEST_CASE("finish turns what was loaded into the value, inside begin_frame") {
    gpu_ui ui;
    const auto load = ui.thumbnails();
    static_assert(std::is_same_v<decltype(load.poll(1)), imload::result<texture>>);
    CHECK(load.poll(7).is_loading());
    ui.executor.run_all();
    CHECK(device.uploads.empty());
    ui.begin();
    CHECK(device.uploads == std::vector{7});
    const auto r = load.poll(7);
    CHECK(r.status() == status::just_finished);
    CHECK(r.just_finished());
    REQUIRE(r.has_value());
    CHECK(r->id() == 7);
    ui.begin();
    CHECK(load.poll(7).status() == status::complete);
    CHECK(device.uploads.size() == 1);
}

TEST_CASE("finished values are made and destroyed on the UI thread, wherever the load runs") {
    const auto here = std::this_thread::get_id();
    {
        gpu_ui ui;
        const auto load = ui.thumbnails();
        const auto land = [&] {
            on_another_thread([&] { ui.executor.run_all(); });
            ui.begin();
        };
        ask(load, 1);
        ask(load, 2);
        ask(load, 3);
        land();
        CHECK(device.made_on.size() == 3);
        load.poll(1).refresh();
        load.poll(2).forget();
        load.poll(3).set(texture(33));
        land();
        for (int i = 0; i < 3; ++i) ui.begin();
        CHECK(device.destroyed.size() == 3);
        ask(load, 4);
        on_another_thread([&] { ui.executor.run_all(); });
    }
    CHECK(device.uploads.size() == 4); // the fourth key's was never wanted any more
    CHECK(device.made_on.size() == device.destroyed_on.size());
    for (const auto& id : device.made_on) CHECK(id == here);
    for (const auto& id : device.destroyed_on) CHECK(id == here);
}

TEST_CASE("a copyable finished value is read by the call too") {
    ui app;
    auto load = imload::async_load(app.session, decode).finish([](image&& i) { return i.id * 2; });
    CHECK_FALSE(load(21).has_value());
    app.land();
    CHECK(load(21) == 42);
}

TEST_CASE("what was loaded may be moved only, and so may the value") {
    ui app;
    auto load = imload::async_load(app.session, [](int i) {
                    return std::make_unique<int>(i);
                }).finish([](std::unique_ptr<int>&& p) { return std::make_unique<long>(*p + 1L); });
    ask(load, 1);
    app.land();
    const auto r = load.poll(1);
    REQUIRE(r.has_value());
    CHECK(**r == 2);
}

TEST_CASE("finish functions stop at the frame's budget, and at least one runs a frame") {
    gpu_ui ui; // 2 ms
    const auto load = ui.thumbnails();
    device.cost = GENERATE(values<std::chrono::nanoseconds>({500us, 1500us, 2ms, 3ms, 1h}));
    const std::size_t fit = device.cost == 500us ? 4 : device.cost == 1500us ? 2 : 1;
    const auto ask_all = [&] {
        for (int i = 0; i < 8; ++i) ask(load, i);
    };
    ask_all();
    ui.executor.run_all();
    for (std::size_t frame = 1; device.uploads.size() < 8; ++frame) {
        ui.begin();
        ask_all();
        REQUIRE(device.uploads.size() == std::min<std::size_t>(8, frame * fit));
        int shown = 0;
        for (int i = 0; i < 8; ++i) {
            const auto r = load.poll(i);
            shown += r.has_value() ? 1 : 0;
            if (!r.has_value()) {
                CHECK(r.status() == status::finishing);
                CHECK(r.is_loading());
            }
        }
        CHECK(static_cast<std::size_t>(shown) == device.uploads.size());
        ui.check_books();
    }
    CHECK(ui.app().statistics().successes == 8);
}

TEST_CASE("the budget is the session's option") {
    gpu_ui ui({.finish_budget = 10ms});
    const auto load = ui.thumbnails();
    device.cost = 1ms;
    for (int i = 0; i < 30; ++i) ask(load, i);
    ui.land_all();
    CHECK(device.uploads.size() == 10);

    gpu_ui none({.finish_budget = 0ms});
    const auto slow = none.thumbnails();
    for (int i = 0; i < 3; ++i) ask(slow, i);
    none.land_all();
    CHECK(device.uploads.size() == 1);
    none.begin();
    CHECK(device.uploads.size() == 2);
}

TEST_CASE("what is visible is finished first") {
    gpu_ui ui({.finish_budget = 0ms});
    const auto load = ui.thumbnails();
    for (int i = 0; i < 3; ++i) load.prefetch(i);
    ui.begin();
    ui.executor.run_all(); // the prefetches land first
    for (int i = 10; i < 13; ++i) ask(load, i);
    ui.executor.run_all();
    for (int frame = 0; frame < 6; ++frame) {
        ui.begin();
        for (int i = 10; i < 13; ++i) ask(load, i);
    }
    CHECK(device.uploads == std::vector{10, 11, 12, 0, 1, 2});
}

TEST_CASE("what comes into view overtakes what has waited") {
    gpu_ui ui({.finish_budget = 0ms});
    const auto load = ui.thumbnails();
    for (int i = 0; i < 4; ++i) ask(load, i);
    ui.land_all();
    CHECK(device.uploads == std::vector{0});
    ask(load, 3); // the others have been scrolled away
    ui.begin();
    CHECK(device.uploads == std::vector{0, 3});
    ui.begin();
    ui.begin();
    CHECK(device.uploads == std::vector{0, 3, 1, 2}); // loaded is loaded: it is kept
}

TEST_CASE("the loop does not sleep while finishes are left over") {
    gpu_ui ui({.finish_budget = 0ms});
    const auto load = ui.thumbnails();
    ui.begin();
    ui.begin();
    for (int i = 0; i < 5; ++i) ask(load, i);
    ui.executor.run_all();
    for (int frame = 0; frame < 4; ++frame) {
        ui.begin();
        CHECK(ui.app().wait_time(1h) == 0s);
        CHECK(ui.app().next_frame().cause == imload::wake_cause::finish);
    }
    for (int frame = 0; frame < 4; ++frame) ui.begin();
    CHECK(device.uploads.size() == 5);
    CHECK(ui.app().wait_time(1h) == 1h);
}

TEST_CASE("wait_idle finishes everything, whatever the budget") {
    gpu_ui ui({.finish_budget = 0ms});
    const auto load = ui.thumbnails();
    for (int i = 0; i < 5; ++i) ask(load, i);
    ui.executor.run_all();
    CHECK(ui.app().wait_idle(patience));
    CHECK(device.uploads.size() == 5);
    ui.check_books();
}

TEST_CASE("a replaced value lives through the frame that replaces it") {
    gpu_ui ui;
    const auto load = ui.thumbnails();
    ask(load, 1);
    ui.land_all();
    const texture* const drawn = &*load.poll(1);
    load.poll(1).refresh();
    ui.executor.run_all();
    CHECK(device.destroyed.empty());
    CHECK(drawn->id() == 1);
    ui.begin(); // the new one is shown
    CHECK(device.uploads.size() == 2);
    CHECK(device.destroyed.empty());
    CHECK(drawn->id() == 1);
    ui.begin();
    CHECK(device.destroyed.size() == 1);
}

TEST_CASE("a forgotten value lives through the frame that forgets it") {
    gpu_ui ui;
    const auto load = ui.thumbnails();
    ask(load, 1);
    ui.land_all();
    const bool all = GENERATE(false, true);
    if (all)
        ui.app().clear();
    else
        load.poll(1).forget();
    CHECK(load.poll(1).has_value());
    ui.begin();
    CHECK(ui.app().size() == 0);
    CHECK(device.destroyed.empty());
    ui.begin();
    CHECK(device.destroyed == std::vector{1});
}

TEST_CASE("a value that goes in a quiet app goes in the frame after") {
    device = {};
    imload::manual_executor executor;
    imload::session session{{.executor = &executor}}; // on the system's clock
    const auto load = imload::async_load(session, decode).finish(upload);
    ask(load, 0);
    executor.run_all();
    for (int i = 0; i < 6; ++i) session.begin_frame();
    REQUIRE(load.peek(0).has_value());
    load.peek(0).forget();
    session.begin_frame();
    session.begin_frame();
    CHECK(device.destroyed == std::vector{0});
}

TEST_CASE("an evicted value lives through the frame that evicts it") {
    gpu_ui ui({.max_entries = 1});
    const auto load = ui.thumbnails();
    ask(load, 1);
    ui.land_all();
    ask(load, 1);
    for (int frame = 0; frame < 5 && ui.app().size() != 1; ++frame) ui.begin();
    ask(load, 2);
    ui.executor.run_all();
    std::uint64_t evicted = 0;
    for (int frame = 0; frame < 10 && evicted == 0; ++frame) {
        ui.begin();
        ask(load, 2);
        evicted = ui.app().statistics().evictions;
        CHECK(device.destroyed.empty());
    }
    CHECK(evicted == 1);
    ui.begin();
    CHECK(device.destroyed == std::vector{1});
}

TEST_CASE("a value dropped by forget_after or expire_after lives a frame longer") {
    gpu_ui ui;
    const bool expires = GENERATE(false, true);
    const auto load =
        expires ? imload::async_load(ui.app(), decode, {.expire_after = 1s}).finish(upload)
                : imload::async_load(ui.app(), decode, {.forget_after = 1s}).finish(upload);
    ask(load, 1);
    ui.land_all();
    ui.begin();
    ui.begin();
    ui.clock.advance(2s);
    for (int frame = 0; frame < 10 && load.peek(1).has_value(); ++frame) ui.begin();
    CHECK_FALSE(load.peek(1).has_value());
    CHECK(device.destroyed.empty());
    ui.begin();
    CHECK(device.destroyed == std::vector{1});
}

TEST_CASE("a value that is set is not finished, and goes as the others do") {
    gpu_ui ui;
    const auto load = ui.thumbnails();
    load.peek(5).set(texture(50));
    ui.begin();
    CHECK(load.poll(5)->id() == 50);
    load.poll(5).set(texture(51));
    ui.begin();
    CHECK(load.poll(5)->id() == 51);
    CHECK(device.destroyed.empty());
    ui.begin();
    CHECK(device.destroyed == std::vector{50});
    CHECK(device.uploads.empty());
    CHECK(ui.app().statistics().starts == 0);
}

TEST_CASE("a finish function that throws costs its key an error") {
    gpu_ui ui;
    const auto load = ui.thumbnails();
    device.failing = true;
    ask(load, 1);
    ui.land_all();
    const auto r = load.poll(1);
    REQUIRE(r.error());
    CHECK(r.error()->kind == imload::error_kind::exception);
    CHECK(r.error()->message == "no texture memory");
    CHECK(r.just_failed());
    CHECK(r.status() == status::complete);
    CHECK(thrown<std::runtime_error>([&] { (void)r.value(); }) == "no texture memory");
    CHECK(ui.app().statistics().failures == 1);
    ui.check_books();

    device.failing = false;
    r.refresh();
    ui.land_all();
    CHECK(load.poll(1)->id() == 1);
    CHECK(load.poll(1).error() == nullptr);
}

TEST_CASE("a failed finish keeps the earlier value") {
    gpu_ui ui;
    const auto load = ui.thumbnails();
    ask(load, 1);
    ui.land_all();
    device.failing = true;
    load.poll(1).refresh();
    ui.land_all();
    CHECK(load.poll(1).has_value());
    CHECK(load.poll(1).error() != nullptr);
    ui.begin();
    ui.begin();
    CHECK(device.destroyed.empty());
}

TEST_CASE("a failed finish is retried from the load on") {
    gpu_ui ui;
    const auto load =
        imload::async_load(ui.app(), decode, {.retry = {.attempts = 1, .delay = 1s, .jitter = 0}})
            .finish(upload);
    device.failing = true;
    ask(load, 1);
    ui.land_all();
    CHECK(load.poll(1).status() == status::retrying);
    CHECK(load.poll(1).error() == nullptr);
    device.failing = false;
    ui.clock.advance(1s);
    ui.begin();
    ui.land_all();
    CHECK(load.poll(1).has_value());
    CHECK(device.uploads.size() == 2);
}

TEST_CASE("a failed load is not finished") {
    gpu_ui ui;
    const auto load = imload::async_load(ui.app(), [](int) -> image {
                          throw std::runtime_error("not a picture");
                      }).finish(upload);
    ask(load, 1);
    ui.land_all();
    CHECK(load.poll(1).error()->message == "not a picture");
    CHECK(device.uploads.empty());
}

TEST_CASE("a finish function may begin no frame") {
    static imload::session* session = nullptr;
    ui app;
    session = &app.session;
    const auto load = imload::async_load(app.session, decode).finish([](image&& i) {
        session->begin_frame();
        return i.id;
    });
    ask(load, 1);
    app.land();
    REQUIRE(load.poll(1).error());
    CHECK(contains(load.poll(1).error()->message, "begin_frame"));
}

TEST_CASE("what a finish function does to other keys happens in the frames that follow") {
    static imload::session* session = nullptr;
    ui app;
    session = &app.session;
    const auto load = imload::async_load(app.session, decode).finish([](image&& i) {
        auto other = imload::async_load(*session, decode);
        ask(other, i.id + 1);
        return i.id;
    });
    ask(load, 1);
    app.land();
    CHECK(load(1) == 1);
    app.land();
    CHECK(imload::async_load(app.session, decode)(2)->id == 2);
}

namespace {

template <class E>
struct fallible {
    using value_type = int;
    using error_type = E;
    bool good;
    int held;
    E why;
    [[nodiscard]] bool has_value() const { return good; }
    int& operator*() & { return held; }
    int&& operator*() && { return std::move(held); }
    E& error() & { return why; }
};

} // namespace

TEST_CASE("a finish function may return an error") {
    ui app;
    const auto load = imload::async_load(app.session, decode).finish([](image&& i) {
        return fallible<std::string>{i.id > 0, i.id, "no picture"};
    });
    static_assert(std::is_same_v<decltype(load.poll(1)), imload::result<int>>);
    ask(load, 1);
    ask(load, 0);
    app.land();
    CHECK(*load.poll(1) == 1);
    const auto r = load.poll(0);
    REQUIRE(r.error());
    CHECK(r.error()->kind == imload::error_kind::reported);
    CHECK(r.error()->message == "no picture");
    REQUIRE(r.error()->as<std::string>());
    CHECK(*r.error()->as<std::string>() == "no picture");
}

TEST_CASE("the finish function is part of the key") {
    gpu_ui ui;
    const auto plain = imload::async_load(ui.app(), decode);
    const auto one = plain.finish(upload);
    const auto same = plain.finish(&upload);
    const auto other = plain.finish(upload_mirrored);
    const auto lambda = plain.finish([](image&& i) { return texture(200 + i.id); });
    static_assert(std::is_same_v<decltype(one), decltype(other)>);
    ask(plain, 1);
    ask(one, 1);
    ask(same, 1);
    ask(other, 1);
    ask(lambda, 1);
    CHECK(ui.app().size() == 4);
    ui.land_all();
    CHECK(plain.poll(1)->id == 1);
    CHECK(one.poll(1)->id() == 1);
    CHECK(same.poll(1)->id() == 1);
    CHECK(other.poll(1)->id() == 101);
    CHECK(lambda.poll(1)->id() == 201);

    other.forget_all();
    ui.begin();
    CHECK(ui.app().size() == 3);
    CHECK(one.peek(1).has_value());
    CHECK_FALSE(other.peek(1).has_value());
}

TEST_CASE("a finish function may be a member of what is loaded") {
    struct picture {
        int id = 0;
        std::unique_ptr<int> name = {};
        texture upload() { return texture(id); }
        texture upload_last() && { return texture(100 + id); }
    };
    gpu_ui ui;
    const auto plain = imload::async_load(ui.app(), [](int id) {
        return picture{id, std::make_unique<int>(10 * id)};
    });
    const auto one = plain.finish(&picture::upload);
    const auto other = plain.finish(&picture::upload_last);
    const auto id = plain.finish(&picture::id);
    const auto name = plain.finish(&picture::name);
    ask(one, 1);
    ask(other, 1);
    ask(id, 1);
    ask(name, 1);
    CHECK(ui.app().size() == 4);
    ui.land_all();
    CHECK(one.poll(1)->id() == 1);
    CHECK(other.poll(1)->id() == 101);
    CHECK(*id.poll(1) == 1);
    CHECK(**name.poll(1) == 10);
    texture (picture::*none)() = nullptr;
    const auto without = plain.finish(none);
    ask(without, 1);
    ui.land_all();
    REQUIRE(without.poll(1).error());
    CHECK(without.poll(1).error()->kind == imload::error_kind::invalid_key);
}

TEST_CASE("under a key a finish function may have state") {
    gpu_ui ui;
    int uploaded = 0;
    const auto load =
        imload::async_load(ui.app(), "thumbnail", decode).finish([&uploaded](image&& i) {
            ++uploaded;
            return texture(i.id);
        });
    ask(load, 4);
    ui.land_all();
    CHECK(uploaded == 1);
    CHECK(load.poll(4)->id() == 4);
    CHECK(ui.app().find<texture>("thumbnail") == &*load.poll(4));
    load.poll(4).refresh();
    ui.land_all();
    CHECK(uploaded == 2);
}

TEST_CASE("a key that is cancelled, forgotten or set while finishing is not finished") {
    gpu_ui ui({.finish_budget = 0ms});
    const auto load = ui.thumbnails();
    ask(load, 0);
    ask(load, 1);
    ui.land_all();
    const auto r = load.poll(1);
    REQUIRE(r.status() == status::finishing);
    const int how = GENERATE(0, 1, 2);
    if (how == 0) r.cancel();
    if (how == 1) r.forget();
    if (how == 2) r.set(texture(11));
    ui.check_books();
    ui.begin();
    ui.check_books();
    if (how == 0) {
        CHECK(load.poll(1).status() == status::idle);
        CHECK_FALSE(load.poll(1).has_value());
    }
    if (how == 1) CHECK_FALSE(load.peek(1).has_value());
    if (how == 2) CHECK(load.poll(1)->id() == 11);
    for (int frame = 0; frame < 3; ++frame) ui.begin();
    CHECK(device.uploads == std::vector{0});
    CHECK(ui.app().statistics().in_flight == 0);
    CHECK(ui.app().statistics().discarded == 1);
    ui.check_books();
}

TEST_CASE("a key that is refreshed while finishing keeps to the run that it has") {
    gpu_ui ui({.finish_budget = 0ms});
    const auto load = ui.thumbnails();
    ask(load, 0);
    ask(load, 1);
    ui.land_all();
    load.poll(1).refresh();
    for (int frame = 0; frame < 4; ++frame) {
        ui.land_all();
        ask(load, 1);
        ui.check_books();
    }
    CHECK(load.poll(1)->id() == 1);
    CHECK(load.poll(1).status() == status::complete);
    CHECK(ui.app().statistics().starts == 2);
    CHECK(ui.app().statistics().in_flight == 0);
}

TEST_CASE("a finish function that ends its own key's run is obeyed") {
    static imload::session* session = nullptr;
    static int how = 0;
    static int calls = 0;
    ui app;
    session = &app.session;
    how = GENERATE(0, 1);
    calls = 0;
    const auto load = imload::async_load(app.session, decode).finish([](image&& i) {
        if (++calls == 1) how == 0 ? session->cancel_all() : session->clear();
        return i.id;
    });
    ask(load, 1);
    app.land();
    app.frames(4);
    const auto s = app.statistics();
    CHECK(s.in_flight == 0);
    CHECK(s.starts == s.successes + s.failures + s.dropped + s.discarded);
    CHECK_FALSE(load.peek(1).is_loading());
    CHECK_FALSE(load.peek(1).has_value());
    app.session.cancel_all();
    load.poll(1).refresh();
    app.land();
    CHECK(load.poll(1).value_or(0) == 1);
}

TEST_CASE("the session's end destroys what was finished and what was not") {
    {
        gpu_ui ui({.finish_budget = 0ms});
        const auto load = ui.thumbnails();
        for (int i = 0; i < 3; ++i) ask(load, i);
        ui.land_all();
        load.poll(0).refresh();
        ui.land_all();
    }
    CHECK(device.made_on.size() == device.destroyed.size());
}

TEST_CASE("shutdown has destroyed the finished values when it returns") {
    gpu_ui ui;
    const auto load = ui.thumbnails();
    for (int i = 0; i < 3; ++i) ask(load, i);
    ui.land_all();
    REQUIRE(device.made_on.size() == 3);
    CHECK(ui.app().shutdown());
    CHECK(device.destroyed.size() == 3);
}

namespace {

// Its move is a copy, so that what was moved from is a whole value too.
struct copied_handle {
    explicit copied_handle(int n) : number(n) {}
    copied_handle(const copied_handle& other) noexcept = default;
    copied_handle& operator=(const copied_handle&) = delete;
    ~copied_handle() {
        if (std::this_thread::get_id() != home) ++destroyed_elsewhere;
    }
    int number;
    static inline std::thread::id home;
    static inline int destroyed_elsewhere = 0;
};
std::optional<imload::promise<int>> kept_promise;

} // namespace

TEST_CASE("a promise that is kept on another thread keeps nothing of a finished value") {
    copied_handle::home = std::this_thread::get_id();
    {
        ui app;
        const auto load = imload::async_load(app.session, [](imload::promise<int> p) {
                              kept_promise = p;
                              p.set_value(7);
                          }).finish([](int n) { return copied_handle(n); });
        ask(load);
        app.land();
        REQUIRE(load.poll());
        CHECK(load.poll()->number == 7);
    }
    on_another_thread([] { kept_promise.reset(); });
    CHECK(copied_handle::destroyed_elsewhere == 0);
}

namespace {

std::optional<imload::promise<int>> kept;
int goes_on(imload::promise<int> p) {
    kept = std::move(p);
    return 0;
}
texture upload_and_forget(int&& id);
auto forgetful(imload::session& s) {
    return imload::async_load(s, goes_on).finish(upload_and_forget);
}
imload::session* uploads_in = nullptr;
texture upload_and_forget(int&& id) {
    forgetful(*uploads_in).poll().forget();
    return texture(id);
}

} // namespace

TEST_CASE("a finished value that nobody waits for any more is destroyed at once") {
    device = {};
    ui app;
    uploads_in = &app.session;
    ask(forgetful(app.session));
    app.executor.run_all();
    kept->set_value(7);
    app.frames(2);
    CHECK(device.destroyed == std::vector{7});
    on_another_thread([] { kept.reset(); }); // the callable goes on until then
    CHECK(device.destroyed == std::vector{7});
}
