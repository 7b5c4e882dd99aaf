// Sessions that end in the middle of everything.
// Mutants this must catch: a worker that touches its session or an entry after the end (use after
// free, a race); a shutdown that does not wake idle workers (a hang), or that does not wait for the
// loads that run (one is inside after it returned); a task that runs a load of a session that is
// gone; a task that keeps a plain pointer to its session.
#include "../support.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

using namespace test;

namespace {

std::atomic<bool> over{false};
std::atomic<int> late_runs{0};
std::atomic<int> inside{0};

std::string slow(int x) {
    ++inside;
    if (over) ++late_runs;
    for (int i = 0; i < 5; ++i) std::this_thread::yield();
    --inside;
    return "value number " + std::to_string(x) + " with something on the heap";
}

std::atomic<int> living_round{0};

// A load that knows whether its session still lives.
std::string slow_in_round(int round, int x) {
    if (round != living_round) ++late_runs;
    return slow(x);
}

// Keeps tasks and runs them on threads of its own, some of them late, twice or never.
class careless_executor : public imload::executor {
public:
    careless_executor() {
        for (unsigned i = 0; i < 3; ++i) threads_.emplace_back([this, i] { work(i); });
    }
    careless_executor(const careless_executor&) = delete;
    careless_executor& operator=(const careless_executor&) = delete;
    ~careless_executor() override {
        {
            const std::lock_guard lock(mutex_);
            done_ = true;
        }
        changed_.notify_all();
        for (auto& thread : threads_) thread.join();
    }

    void execute(imload::task task) override {
        {
            const std::lock_guard lock(mutex_);
            tasks_.push_back(std::move(task));
        }
        changed_.notify_one();
    }

private:
    void work(unsigned seed) {
        unsigned random = seed + 1;
        std::unique_lock lock(mutex_);
        for (;;) {
            changed_.wait(lock, [&] { return done_ || !tasks_.empty(); });
            if (tasks_.empty()) return;
            imload::task task = std::move(tasks_.back());
            tasks_.pop_back();
            lock.unlock();
            random = random * 1664525U + 1013904223U;
            switch ((random >> 16) % 5) {
            case 0:
                break; // dropped
            case 1: {
                imload::task copy = task;
                task();
                copy();
                break;
            }
            default:
                task();
            }
            lock.lock();
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<imload::task> tasks_;
    bool done_ = false;
    std::vector<std::thread> threads_;
};

} // namespace

TEST_CASE("stress: shutdown in the middle of many loads") {
    late_runs = 0;
    int not_joined = 0;
    int still_inside = 0;
    for (int round = 0; round < 150; ++round) {
        over = false;
        imload::session session{{.threads = 3}};
        session.begin_frame();
        auto load = imload::async_load(session, slow);
        for (int i = 0; i < 40; ++i) ask(load, i);
        for (int frame = 0; frame < round % 7; ++frame) {
            session.begin_frame();
            std::this_thread::yield();
        }
        not_joined += !session.shutdown(patience);
        still_inside += inside != 0;
        over = true;
        not_joined += !session.shutdown(0s);
    }
    CHECK(not_joined == 0);
    CHECK(still_inside == 0);
    CHECK(late_runs == 0);
}

TEST_CASE("stress: sessions that end while their own threads load") {
    for (int round = 0; round < 150; ++round) {
        over = false;
        imload::session session{{.threads = 2}};
        session.begin_frame();
        auto load = imload::async_load(session, slow, {.refresh_every = 10us});
        for (int frame = 0; frame < round % 5; ++frame) {
            for (int i = 0; i < 10; ++i) ask(load, i);
            session.begin_frame();
        }
    }
    SUCCEED();
}

TEST_CASE("stress: sessions that end while a shared pool serves another one") {
    over = false;
    imload::thread_pool pool{3};
    imload::session lasting{{.executor = &pool}};
    auto steady = imload::async_load(lasting, slow);
    for (int round = 0; round < 150; ++round) {
        imload::session brief{{.executor = &pool}};
        auto load = imload::async_load(brief, slow);
        lasting.begin_frame();
        brief.begin_frame();
        for (int i = 0; i < 10; ++i) {
            ask(load, i);
            ask(steady, round * 10 + i);
        }
    }
    REQUIRE(lasting.wait_idle(patience));
    CHECK(steady.poll(1499).has_value());
}

TEST_CASE("stress: an executor keeps the tasks of sessions that are gone") {
    over = false;
    late_runs = 0;
    int still_inside = 0;
    {
        careless_executor executor;
        for (int round = 1; round <= 150; ++round) {
            living_round = round;
            imload::session session{{.executor = &executor}};
            auto load = imload::async_load(session, slow_in_round, {.throw_errors = false});
            for (int frame = 0; frame < 1 + round % 4; ++frame) {
                session.begin_frame();
                for (int i = 0; i < 10; ++i) ask(load, round, i);
            }
            session.shutdown();
            still_inside += inside != 0;
            living_round = 0;
        }
    }
    CHECK(late_runs == 0);
    CHECK(still_inside == 0);
}

TEST_CASE("stress: an executor that drops and repeats costs errors and no more") {
    over = false;
    careless_executor executor;
    imload::session session{{.executor = &executor}};
    auto load = imload::async_load(session, slow, {.throw_errors = false});
    for (int frame = 0; frame < 40; ++frame) {
        session.begin_frame();
        for (int i = 0; i < 20; ++i) ask(load, 20 * frame + i);
    }
    REQUIRE(session.wait_idle(patience));
    session.begin_frame();
    for (int i = 780; i < 800; ++i) {
        const auto result = load.poll(i);
        CHECK((result.has_value() || result.error() != nullptr));
        if (result.error() != nullptr) CHECK(result.error()->kind == imload::error_kind::abandoned);
    }
}

TEST_CASE("stress: abandoned loads outlive their session") {
    static std::atomic<int> returned{0};
    static std::atomic<bool> release{false};
    returned = 0;
    release = false;
    constexpr int rounds = 20;
    for (int round = 0; round < rounds; ++round) {
        static std::atomic<int> begun{0};
        begun = 0;
        imload::session session{{.threads = 2, .abandon_after = 0s}};
        session.begin_frame();
        auto load = imload::async_load(session, [](const std::string& text) {
            ++begun;
            begun.notify_all();
            release.wait(false);
            ++returned;
            returned.notify_all();
            return text + text;
        });
        ask(load, "a text that lives in the key, and longer than a small string");
        begun.wait(0);
    }
    release = true;
    release.notify_all();
    for (int seen = returned; seen < rounds; seen = returned) returned.wait(seen);
    CHECK(returned == rounds);
}
