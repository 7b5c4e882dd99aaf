// The UI thread cancels, forgets, refreshes and sets keys while their loads finish.
// Mutants this must catch: a landed result that is applied without a look at its generation (a
// value older than a set, or one of a forgotten life, comes back); a cancel that frees what the
// worker still uses (a race, or use after free); a second run begun while the first one lasts.
#include "../support.hpp"

#include <array>
#include <atomic>

using namespace test;

namespace {

std::atomic<long long> sequence{0};

struct stamped {
    int key = 0;
    long long begun = 0; // drawn when the run began, or when the value was set
    std::string padding = "something on the heap, which a race would show";
};

stamped stamp(int key) { return {key, ++sequence}; }

stamped stamp_slowly(imload::context& context, int key) {
    stamped result{key, ++sequence};
    for (int i = 0; i < 20 && !context.stop_requested(); ++i) {
        context.progress(i, 20);
        std::this_thread::yield();
    }
    return result;
}

template <class Load>
void change_while_loading(imload::session& session, Load load) {
    constexpr int keys = 16;
    std::array<long long, keys> least{}; // nothing begun earlier may be seen any more
    std::uint64_t random = 99;
    auto below = [&](std::uint64_t n) {
        random = random * 6364136223846793005U + 1442695040888963407U;
        return (random >> 33) % n;
    };
    int wrong_key = 0;
    int too_old = 0;
    int torn = 0;
    for (int frame = 0; frame < 3000; ++frame) {
        session.begin_frame();
        for (int key = 0; key < keys; ++key) {
            auto result = load.poll(key);
            auto& limit = least[static_cast<std::size_t>(key)];
            if (result) {
                wrong_key += result->key != key;
                too_old += result->begun < limit;
                torn += result->padding.size() != 46;
                limit = result->begun;
            }
            switch (below(12)) {
            case 0:
                result.cancel();
                break;
            case 1:
                result.forget();
                limit = sequence; // what runs now belongs to the forgotten life
                break;
            case 2:
            case 3:
                result.refresh();
                break;
            case 4: {
                stamped value{key, ++sequence};
                limit = value.begun;
                result.set(std::move(value));
                break;
            }
            default:
                break;
            }
        }
    }
    CHECK(wrong_key == 0);
    CHECK(too_old == 0);
    CHECK(torn == 0);
    CHECK(session.wait_idle(patience));
    CHECK(session.statistics().in_flight == 0);
}

} // namespace

TEST_CASE("stress: changes while a pool loads") {
    imload::thread_pool pool{4};
    imload::session session{{.executor = &pool}};
    change_while_loading(session, imload::async_load(session, stamp));
}

TEST_CASE("stress: changes while loads that can be stopped run") {
    imload::thread_pool pool{4};
    imload::session session{{.executor = &pool}};
    change_while_loading(session, imload::async_load(session, stamp_slowly));
}

TEST_CASE("stress: changes while the keys refresh by themselves") {
    imload::thread_pool pool{2};
    imload::session session{{.executor = &pool}};
    change_while_loading(session, imload::async_load(session, stamp, {.refresh_every = 100us}));
}
