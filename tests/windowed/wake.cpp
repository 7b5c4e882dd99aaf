// A loop that sleeps in GLFW misses nothing, although glfwPollEvents, called at any time, takes the
// wake-ups away. Mutants this must catch: hub::has_mail() that is always false, or wait_events that
// does not look at it (the first wake-up that was taken is slept over); a connect() that does
// nothing; the "already woken" mark that no frame takes back.
#include "window.hpp"

#include <cstdint>
#include <random>
#include <semaphore>

using namespace test;

namespace {

void spin(unsigned turns) {
    static std::atomic<unsigned> sink{0};
    for (unsigned i = 0; i < turns; ++i) sink.store(i, std::memory_order_relaxed);
}

struct worker_of_rounds {
    explicit worker_of_rounds(imload::session& s) : session(s) {}
    ~worker_of_rounds() {
        over = true;
        go.release();
        thread.join();
    }

    imload::session& session;
    std::counting_semaphore<> go{0};
    std::atomic<unsigned> turns{0};
    std::atomic<bool> over{false};
    int arrived = 0; // the UI thread's
    std::thread thread{[this] {
        for (;;) {
            go.acquire();
            if (over) return;
            spin(turns);
            session.post([this] { ++arrived; });
        }
    }};
};

} // namespace

TEST_CASE("window: no wake-up is lost to glfwPollEvents") {
    constexpr int rounds = 20'000;
    window w;
    watchdog dog;
    imload::session session{{.threads = 2}};
    imload::connect(session, w.handle());
    worker_of_rounds poster{session};
    auto load = imload::async_load(session, [](int, unsigned turns) {
        spin(turns);
        return true;
    });
    std::mt19937 engine{1};
    const auto random = [&] { return static_cast<unsigned>(engine()); };
    int taken = 0;
    int slept = 0;
    for (int round = 0; round < rounds && !dog.barked(); ++round) {
        // The frames after a landing do not sleep.
        while (session.wait_time() == 0ns) session.begin_frame();
        const bool posts = round % 2 == 1;
        const std::uint64_t wakes = session.statistics().wakes;
        const unsigned turns = random() % 20'000;
        poster.turns = turns;
        if (posts) poster.go.release();
        const auto is_seen = [&] {
            return posts ? poster.arrived > round / 2
                         : load.poll(round, imload::unkeyed(turns)).has_value();
        };
        bool first = true;
        while (!is_seen() && !dog.barked()) {
            if (std::exchange(first, false) && round % 4 < 2) {
                // As unlucky as can be: the wake-up is there, and taken, before the loop sleeps.
                while (session.statistics().wakes == wakes && !dog.barked())
                    std::this_thread::yield();
                std::this_thread::yield();
                ++taken;
                glfwPollEvents();
            } else if (random() % 2 == 0) {
                spin(random() % 20'000);
                glfwPollEvents();
            }
            if (session.wait_time() > 0ns) ++slept;
            imload::wait_events(session, 1h);
            session.begin_frame();
        }
        dog.feed();
    }
    INFO("a wake-up was lost: the loop slept for 20 s over a result");
    CHECK_FALSE(dog.barked());
    CHECK(poster.arrived == rounds / 2);
    CHECK(taken > rounds / 4);
    CHECK(slept > rounds / 20);
}
