// Loads that report progress and hear stops, while the UI thread cancels and reads.
// Mutants this must catch: a stop flag that is not atomic, progress text read without its lock (a
// race each), a stop requested under the lock that a stop callback needs (a hang).
#include "../support.hpp"

#include <atomic>
#if __has_include(<stop_token>)
#include <stop_token>
#endif

using namespace test;

TEST_CASE("stress: progress is written by workers and read by the UI thread") {
    imload::thread_pool pool{4};
    imload::session session{{.executor = &pool}};
    auto load = imload::async_load(session, [](imload::context& context, int x) {
        for (int i = 0; i < 30 && !context.stop_requested(); ++i)
            context.progress(i / 30.0, "step number " + std::to_string(i) + " of a load with text");
        return x;
    });
    int odd = 0;
    for (int frame = 0; frame < 1500; ++frame) {
        session.begin_frame();
        for (int i = 0; i < 8; ++i) {
            auto result = load.poll(i);
            const auto progress = result.progress();
            odd += progress.fraction > 1.0F;
            odd += !progress.text.empty() && !progress.text.starts_with("step number ");
            if (result && frame % 3 == i % 3) result.refresh();
            if (frame % 17 == i) result.cancel();
            if (frame % 19 == i) result.refresh();
        }
    }
    CHECK(odd == 0);
    CHECK(session.wait_idle(patience));
}

#if defined(__cpp_lib_jthread)

TEST_CASE("stress: stop callbacks call back into the session") {
    static imload::session* session = nullptr;
    static std::atomic<int> heard{0};
    heard = 0;
    imload::thread_pool pool{4};
    imload::session own{{.executor = &pool}};
    session = &own;
    auto load = imload::async_load(own, [](std::stop_token stop, int x) {
        std::stop_callback callback(stop, [] {
            session->post([] {});
            ++heard;
        });
        for (int i = 0; i < 50 && !stop.stop_requested(); ++i) std::this_thread::yield();
        return x;
    });
    for (int frame = 0; frame < 1500; ++frame) {
        own.begin_frame();
        for (int i = 0; i < 8; ++i) {
            auto result = load.poll(i);
            if (frame % 5 == i % 5)
                result.cancel();
            else
                result.refresh();
        }
    }
    CHECK(own.wait_idle(patience));
}

#endif
