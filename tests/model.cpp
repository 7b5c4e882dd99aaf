// Random frames against a model of a key that fits on one screen.
#include "support.hpp"

#include <array>
#include <vector>

using namespace test;

namespace {

struct executed {
    int key;
    int stamp;
};
std::vector<executed> executed_now;
int stamps = 0;

int stamped(int key) {
    executed_now.push_back({key, ++stamps});
    if (stamps % 7 == 0) throw std::runtime_error(std::to_string(stamps));
    return stamps;
}

// What the contract says of one key that is asked for in every frame.
struct model {
    std::optional<int> value;
    unsigned version = 0;
    bool failed = false;
    bool cancelled = false;
    bool on_its_way = false; // queued or running
    std::optional<int> landed;
    std::optional<int> put;
    bool forgotten = false;

    void ask() {
        if (!value && !failed && !cancelled && !on_its_way && !landed && !put) on_its_way = true;
    }
    void refresh() {
        on_its_way = true;
        cancelled = false;
    }
    void cancel() {
        cancelled = on_its_way;
        on_its_way = false;
    }
    void set(int v) {
        on_its_way = cancelled = false;
        landed.reset();
        put = v;
    }
    void begin_frame() {
        if (forgotten) {
            *this = {};
            return;
        }
        if (put || (landed && *landed % 7 != 0)) {
            value = put ? put : landed;
            ++version;
            failed = false;
        } else if (landed) {
            failed = true;
        }
        landed.reset();
        put.reset();
    }
};

} // namespace

TEST_CASE("a thousand random frames agree with the model") {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        ui app;
        executed_now.clear();
        stamps = 0;
        std::uint64_t random = seed;
        auto below = [&](std::uint64_t n) {
            random = random * 6364136223846793005U + 1442695040888963407U;
            return (random >> 33) % n;
        };
        auto load = imload::async_load(app.session, stamped, {.throw_errors = false});
        constexpr int keys = 6;
        std::array<model, keys> models;
        int unwanted = 0;
        int wrong_value = 0;
        int wrong_version = 0;
        int wrong_error = 0;
        int wrong_sum = 0;
        int first_wrong_frame = -1;
        for (int frame = 0; frame < 1000; ++frame) {
            app.frame();
            for (auto& m : models) m.begin_frame();
            for (int key = 0; key < keys; ++key) {
                auto& m = models[static_cast<std::size_t>(key)];
                auto result = load.poll(key);
                m.ask();
                const int before = wrong_value + wrong_version + wrong_error;
                wrong_value +=
                    result.has_value() != m.value.has_value() || (result && *result != *m.value);
                wrong_version += result.version() != m.version;
                wrong_error += (result.error() != nullptr) != m.failed;
                if (before != wrong_value + wrong_version + wrong_error && first_wrong_frame < 0)
                    first_wrong_frame = frame;
                switch (below(10)) {
                case 0:
                    result.refresh();
                    m.refresh();
                    break;
                case 1:
                    if (!m.cancelled) {
                        result.cancel();
                        m.cancel();
                    }
                    break;
                case 2:
                    result.set(1'000'000 + frame);
                    m.set(1'000'000 + frame);
                    break;
                case 3:
                    result.forget();
                    m.on_its_way = false;
                    m.forgotten = true;
                    break;
                default:
                    break;
                }
            }
            if (below(4) == 0) app.executor.shuffle(static_cast<std::uint32_t>(random >> 20));
            for (auto tasks = below(12); tasks > 0 && app.executor.pending() > 0; --tasks)
                app.executor.run_one();
            for (const auto& run : executed_now) {
                auto& m = models[static_cast<std::size_t>(run.key)];
                unwanted += !m.on_its_way;
                m.on_its_way = false;
                m.landed = run.stamp;
            }
            executed_now.clear();
            const auto s = app.statistics();
            wrong_sum +=
                s.starts != s.successes + s.failures + s.dropped + s.discarded + s.in_flight;
        }
        INFO("seed " << seed << ", first wrong frame " << first_wrong_frame);
        CHECK(unwanted == 0);
        CHECK(wrong_value == 0);
        CHECK(wrong_version == 0);
        CHECK(wrong_error == 0);
        CHECK(wrong_sum == 0);
    }
}
