// imload's speed, measured beside what one would use instead; prints a table with its targets.
//
//     bench [--plot FILE.svg] [SECTION...]
#include "contest.hpp"
#include "report.hpp"
#include "sections.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

std::string processor() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
    return "unknown processor";
}

std::string load_average() {
    std::ifstream file("/proc/loadavg");
    std::string load;
    file >> load;
    return load.empty() ? "unknown" : load;
}

} // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.size() == 3 && arguments[0] == "--work") // under callgrind
        return bench::do_work(arguments[1], std::strtoull(argv[3], nullptr, 10)) ? 0 : 2;

    std::string plot_file;
    std::vector<std::string> wanted;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i] == "--plot" && i + 1 < arguments.size())
            plot_file = arguments[++i];
        else
            wanted.push_back(arguments[i]);
    }

    using section = std::function<void(bench::report&)>;
    const std::vector<std::pair<std::string, section>> sections = {
        {"polls", [&](bench::report& to) { bench::measure_polls(to, plot_file); }},
        {"orders", bench::measure_orders},
        {"instructions", bench::measure_instructions},
        {"allocations", bench::measure_allocations},
        {"starts", bench::measure_starts},
        {"frames", bench::measure_frames},
        {"memory", bench::measure_memory},
        {"compiling", bench::measure_compiling},
    };
    for (const std::string& name : wanted)
        if (std::none_of(sections.begin(), sections.end(),
                         [&](const auto& s) { return s.first == name; })) {
            std::fprintf(stderr, "usage: bench [--plot FILE.svg] [SECTION...]\nsections:");
            for (const auto& s : sections) std::fprintf(stderr, " %s", s.first.c_str());
            std::fprintf(stderr, "\n");
            return 2;
        }

    const std::string load = load_average();
    const auto start = bench::steady::now();
    bench::set_up_contests();
    bench::report report;
    for (const auto& [name, measure] : sections) {
        if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), name) == wanted.end())
            continue;
        std::fprintf(stderr, "%s ...\n", name.c_str());
        measure(report);
    }
    std::printf("%s, %u cores, %s, load average %s before, %s after; took %.0f s\n",
                processor().c_str(), std::thread::hardware_concurrency(), IMLOAD_BENCH_COMPILER,
                load.c_str(), load_average().c_str(), bench::seconds_since(start));
    report.print(stdout);
    return 0;
}
