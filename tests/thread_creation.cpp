// What happens when the system gives no more threads. Linux only: it stands in for pthread_create.
#include "support.hpp"

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define IMLOAD_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define IMLOAD_TEST_SANITIZED 1
#endif
#endif

#if defined(__linux__) && !defined(IMLOAD_TEST_SANITIZED)

#include <atomic>
#include <cerrno>
#include <dlfcn.h>
#include <pthread.h>

namespace {

// How many threads may still be made; below 0: any number.
std::atomic<int> threads_left{-1};

struct thread_shortage {
    explicit thread_shortage(int left) { threads_left = left; }
    thread_shortage(const thread_shortage&) = delete;
    thread_shortage& operator=(const thread_shortage&) = delete;
    ~thread_shortage() { threads_left = -1; }
};

int twice(int x) { return 2 * x; }

} // namespace

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*start)(void*), void* argument) {
    using function = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
    static const auto real = reinterpret_cast<function>(dlsym(RTLD_NEXT, "pthread_create"));
    if (threads_left == 0) return EAGAIN;
    if (threads_left > 0) --threads_left;
    return real(thread, attributes, start, argument);
}

using namespace test;

TEST_CASE("a pool that gets fewer threads than it wants carries on with those it has") {
    thread_shortage shortage(1);
    imload::session session{{.threads = 4}};
    session.begin_frame();
    auto load = imload::async_load(session, twice);
    for (int i = 0; i < 20; ++i) ask(load, i);
    REQUIRE(session.wait_idle(patience));
    int right = 0;
    for (int i = 0; i < 20; ++i) right += load(i) == 2 * i;
    CHECK(right == 20);
}

TEST_CASE("a pool without any thread costs each key an error") {
    thread_shortage shortage(0);
    imload::session session{{.threads = 4}};
    session.begin_frame();
    auto load = imload::async_load(session, twice, {.throw_errors = false});
    for (int i = 0; i < 3; ++i) ask(load, i);
    REQUIRE(session.wait_idle(patience));
    session.begin_frame();
    for (int i = 0; i < 3; ++i) {
        const auto result = load.poll(i);
        REQUIRE(result.error() != nullptr);
        CHECK_FALSE(result.error()->message.empty());
    }
}

TEST_CASE("thread_per_load without threads costs its key an error, and goes on later") {
    threaded_ui<imload::thread_per_load> app;
    auto load = imload::async_load(app.session, twice, {.throw_errors = false});
    {
        thread_shortage shortage(0);
        ask(load, 1);
    }
    REQUIRE(app.idle());
    app.frame();
    REQUIRE(load.poll(1).error() != nullptr);
    CHECK_FALSE(load.poll(1).error()->message.empty());
    load.poll(1).refresh();
    REQUIRE(app.idle());
    CHECK(load(1) == 2);
}

#endif
