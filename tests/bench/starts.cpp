// What starting loads costs the UI thread, and how many of them two workers carry through.
#include "contest.hpp"
#include "keys.hpp"
#include "peers.hpp"
#include "report.hpp"
#include "sections.hpp"

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <memory>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#if __has_include(<asio/thread_pool.hpp>)
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#define IMLOAD_BENCH_HAS_ASIO 1
#else
#define IMLOAD_BENCH_HAS_ASIO 0
#endif

#if IMLOAD_BENCH_HAS_TBB
#include <tbb/global_control.h>
#include <tbb/task_arena.h>
#endif

namespace bench {

namespace {

constexpr std::size_t workers = 2;

// Each contestant has ask(key), which starts the load of a key not seen before, and wait_for_all(),
// which returns the sum of the values when all that were asked for are there.

class imload_starts {
public:
    explicit imload_starts(const std::vector<number>& keys) : keys_(keys) {
        session_.begin_frame();
    }
    void ask(number key) { static_cast<void>(loader_.poll(key)); }
    double wait_for_all() {
        session_.wait_idle();
        double sum = 0;
        for (const number key : keys_)
            if (const auto value = loader_.poll(key)) sum += *value;
        return sum;
    }

private:
    const std::vector<number>& keys_;
    imload::session session_{{.threads = workers}};
    decltype(imload::async_load(std::declval<imload::session&>(), value_of)) loader_ =
        imload::async_load(session_, value_of);
};

class map_of_futures {
public:
    double wait_for_all() {
        double sum = 0;
        for (const auto& [key, value] : map_) sum += value.get();
        return sum;
    }

protected:
    // What `start()` returns, if the key is new.
    template <class Start>
    void ask_with(number key, Start start) {
        const auto [at, is_new] = map_.try_emplace(key);
        if (is_new) at->second = start();
    }

private:
    std::unordered_map<number, std::shared_future<double>> map_;
};

class async_starts : public map_of_futures {
public:
    explicit async_starts(const std::vector<number>&) {}
    void ask(number key) {
        ask_with(key, [=] { return std::async(std::launch::async, value_of, key).share(); });
    }
};

#if IMLOAD_BENCH_HAS_ASIO
class asio_starts : public map_of_futures {
public:
    explicit asio_starts(const std::vector<number>&) {}
    void ask(number key) {
        ask_with(key, [&] {
            std::promise<double> promise;
            std::shared_future<double> future = promise.get_future().share();
            asio::post(pool_,
                       [key, p = std::move(promise)]() mutable { p.set_value(value_of(key)); });
            return future;
        });
    }

private:
    asio::thread_pool pool_{workers};
};
#endif

#if IMLOAD_BENCH_HAS_TBB
class tbb_starts : public map_of_futures {
public:
    explicit tbb_starts(const std::vector<number>&) { arena_.initialize(); }
    void ask(number key) {
        ask_with(key, [&] {
            const auto promise = std::make_shared<std::promise<double>>(); // tasks are called const
            arena_.enqueue([key, promise] { promise->set_value(value_of(key)); });
            return promise->get_future().share();
        });
    }

private:
    // The thread that waits is one of them.
    tbb::global_control threads_{tbb::global_control::max_allowed_parallelism, workers + 1};
    tbb::task_arena arena_{static_cast<int>(workers), 0};
};
#endif

enum class until { asked, loaded };

// Seconds of the clock.
template <class Contestant>
double time_of(const std::vector<number>& keys, until end, double expected) {
    Contestant it(keys);
    const auto start = steady::now();
    for (const number key : keys) it.ask(key);
    double seconds = seconds_since(start);
    const double sum = it.wait_for_all();
    if (end == until::loaded) seconds = seconds_since(start);
    if (sum != expected) {
        std::fprintf(stderr, "bench: the sum of what was loaded is wrong\n");
        std::exit(1);
    }
    return seconds;
}

double sum_of(const std::vector<number>& keys) {
    double sum = 0;
    for (const number key : keys) sum += value_of(key);
    return sum;
}

medians time_all(const std::vector<number>& keys, until end) {
    contest all;
    const double expected = sum_of(keys);
    const auto add = [&]<class Contestant>(const char* name, std::type_identity<Contestant>) {
        all.add_timed(name, keys.size(),
                      [&keys, end, expected] { return time_of<Contestant>(keys, end, expected); });
    };
    add("imload", std::type_identity<imload_starts>{});
#if IMLOAD_BENCH_HAS_ASIO
    add("asio", std::type_identity<asio_starts>{});
#endif
#if IMLOAD_BENCH_HAS_TBB
    add("oneTBB", std::type_identity<tbb_starts>{});
#endif
    if (end == until::asked) add("std::async", std::type_identity<async_starts>{});
    return all.run();
}

} // namespace

void measure_starts(report& to) {
    to.section("Starting loads, an empty function, 2 workers",
               {"imload", "asio", "oneTBB", "std::async"});

    const auto some = ids(10'000);
    const medians asked = time_all(some, until::asked);
    row first{"first ask for a new key, on the UI thread",
              text_of_count(some.size()) + " in a frame"};
    for (const auto& [name, ns] : asked) first.cells[name] = text_of_ns(ns);
    for (const auto& [name, limit] : {std::pair("asio", 0.8), std::pair("std::async", 0.02)})
        if (asked.count(name) > 0)
            first.targets.push_back(
                {std::string("x ") + name, asked.at("imload") / asked.at(name), limit});
    to.add(std::move(first));

    const auto many = ids(1'000'000);
    const medians loaded = time_all(many, until::loaded);
    row through{"loads carried through, a second", text_of_count(many.size())};
    for (const auto& [name, ns] : loaded) through.cells[name] = text_of(1e3 / ns) + "M";
    for (const char* name : {"asio", "oneTBB"})
        if (loaded.count(name) > 0)
            through.targets.push_back(
                {std::string("x ") + name, loaded.at(name) / loaded.at("imload"), 1, must::reach});
    to.add(std::move(through));

    std::string missing;
    if (!IMLOAD_BENCH_HAS_ASIO) missing += " asio (libasio-dev)";
    if (!IMLOAD_BENCH_HAS_TBB) missing += " oneTBB (libtbb-dev)";
    if (!missing.empty()) to.note("Left out, because not installed:" + missing + ".");
    to.note("Medians of " + std::to_string(contest::repetitions) + " repetitions, " +
            std::to_string(contest::long_repetitions) +
            " at 1M, by the clock. Peers: a promise handed to the pool, its shared_future in "
            "a std::unordered_map; std::async starts a thread for each key.");
}

} // namespace bench
