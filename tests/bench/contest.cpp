#include "contest.hpp"

#include <string>
#include <vector>

namespace bench {

namespace {

class median_reporter final : public benchmark::BenchmarkReporter {
public:
    struct times {
        double processor = 0;
        double clock = 0;
    };

    bool ReportContext(const Context&) override { return true; }
    void ReportRuns(const std::vector<Run>& runs) override {
        for (const Run& run : runs)
            if (run.run_type == Run::RT_Aggregate && run.aggregate_name == "median")
                found[run.run_name.function_name] = {run.GetAdjustedCPUTime(),
                                                     run.GetAdjustedRealTime()};
    }

    std::map<std::string, times> found; // nanoseconds an iteration
};

} // namespace

medians contest::run() {
    median_reporter reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter);
    medians result;
    for (const auto& [name, times] : reporter.found)
        result[name] = (timed_.count(name) > 0 ? times.clock : times.processor) /
                       static_cast<double>(calls_[name]);
    return result;
}

void set_up_contests() {
    char name[] = "bench";
    char mixed[] = "--benchmark_enable_random_interleaving=true";
    char* arguments[] = {name, mixed, nullptr};
    int count = 2;
    benchmark::Initialize(&count, arguments);
}

} // namespace bench
