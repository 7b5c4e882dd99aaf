// Several ways to do the same work, measured in one run: Google Benchmark repeats each of them and
// mixes the repetitions, so that what else the machine does disturbs all alike.
#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <utility>

namespace bench {

using steady = std::chrono::steady_clock;

inline double seconds_since(steady::time_point start) {
    return std::chrono::duration<double>(steady::now() - start).count();
}

// Median nanoseconds a call, by contestant.
using medians = std::map<std::string, double>;

class contest {
public:
    static constexpr int repetitions = 7;
    static constexpr int long_repetitions = 5; // of what makes a million calls

    contest() { benchmark::ClearRegisteredBenchmarks(); }
    contest(const contest&) = delete;
    contest& operator=(const contest&) = delete;
    ~contest() { benchmark::ClearRegisteredBenchmarks(); }

    // `frame()` makes that many calls; it is called over and over. The processor's time is
    // measured.
    template <class Frame>
    void add(const std::string& name, std::size_t calls, Frame frame) {
        calls_[name] = calls;
        const bool is_long = calls >= 1'000'000;
        const auto measure = [frame, is_long](benchmark::State& state) mutable {
            // Another contestant had the caches, which do not hold what a long one uses.
            if (!is_long) benchmark::DoNotOptimize(frame());
            for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(frame());
        };
        benchmark::RegisterBenchmark(name.c_str(), measure)
            ->Repetitions(is_long ? long_repetitions : repetitions)
            ->ReportAggregatesOnly()
            ->MinTime(0.02);
    }

    // `once()` prepares, measures and tidies up; it returns seconds by the clock, for that many
    // calls.
    template <class Once>
    void add_timed(const std::string& name, std::size_t calls, Once once) {
        calls_[name] = calls;
        timed_[name] = true;
        const auto measure = [once](benchmark::State& state) mutable {
            for ([[maybe_unused]] auto _ : state) state.SetIterationTime(once());
        };
        benchmark::RegisterBenchmark(name.c_str(), measure)
            ->Repetitions(calls >= 1'000'000 ? long_repetitions : repetitions)
            ->ReportAggregatesOnly()
            ->UseManualTime()
            ->Iterations(1);
    }

    medians run();

private:
    std::map<std::string, std::size_t> calls_;
    std::map<std::string, bool> timed_;
};

// Call it before the first contest.
void set_up_contests();

} // namespace bench
