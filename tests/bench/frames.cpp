// What a frame costs that shows nothing new, and one that shows much; and the longest single call
// while loads flow through.
#include "allocations.hpp"
#include "contest.hpp"
#include "keys.hpp"
#include "peers.hpp"
#include "report.hpp"
#include "sections.hpp"

#include <imload/testing.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace bench {

namespace {

// ---- a frame in which nothing lands ------------------------------------------------------------

void measure_quiet(report& to) {
    const std::vector<std::size_t> sizes = {1'000, 1'000'000};
    std::map<std::size_t, std::unique_ptr<with_imload<number>>> all;
    contest both;
    for (const std::size_t n : sizes) {
        all[n] = std::make_unique<with_imload<number>>(ids(n));
        both.add(text_of_count(n), 1, [&session = all[n]->session()] {
            session.begin_frame();
            return 0;
        });
    }
    const medians times = both.run();
    const auto add = [&](std::size_t n, std::vector<target> targets) {
        const double ns = times.at(text_of_count(n));
        targets.insert(targets.begin(), {"ns", ns, 20});
        to.add({"begin_frame, nothing landed, nothing timed",
                text_of_count(n),
                {{"imload", text_of_ns(ns)}},
                std::move(targets)});
    };
    add(1'000, {});
    add(1'000'000, {{"x 1k", times.at("1M") / times.at("1k"), 2}});
}

// ---- a frame in which many land ----------------------------------------------------------------

// Seconds of the begin_frame that shows n values, loaded on another thread.
double time_landing(const std::vector<number>& keys) {
    imload::manual_executor by_hand;
    imload::session session({.executor = &by_hand});
    const auto loader = imload::async_load(session, value_of);
    session.begin_frame();
    for (const number key : keys) static_cast<void>(loader.poll(key));
    std::thread([&] { by_hand.run_all(); }).join();
    const auto start = steady::now();
    session.begin_frame();
    return seconds_since(start);
}

void measure_landing(report& to) {
    const std::vector<std::size_t> sizes = {1'000, 10'000, 100'000};
    std::deque<std::vector<number>> all;
    contest each;
    for (const std::size_t n : sizes)
        each.add_timed(text_of_count(n), n,
                       [&keys = all.emplace_back(ids(n))] { return time_landing(keys); });
    const medians times = each.run();
    for (const std::size_t n : sizes) {
        const double ns = times.at(text_of_count(n));
        row r{"begin_frame for each of so many that landed", text_of_count(n)};
        r.cells = {{"imload", text_of_ns(ns)}};
        if (n == 10'000) r.targets = {{"us", ns / 1e3, 0.3}, {"x 1k", ns / times.at("1k"), 1.5}};
        to.add(std::move(r));
    }
}

// ---- the longest single call -------------------------------------------------------------------

// How often the thread gave the processor up, to wait for a lock, and how often it lost it.
struct switches {
    long waited = 0;
    long lost = 0;

    static switches so_far() {
        rusage usage{};
        getrusage(RUSAGE_THREAD, &usage);
        return {usage.ru_nvcsw, usage.ru_nivcsw};
    }
};

// What a call was doing when it took so long.
struct call_time {
    double ns = 0;
    const char* doing = "";
    std::size_t allocations = 0;
    // Between this long call and the one before it, or the frame's begin.
    bool waited = false;
    bool lost_processor = false;

    std::string text() const {
        return std::string(doing) + (waited ? ", waited for a lock" : "") +
               (lost_processor ? ", lost the processor" : "");
    }
};

class stopwatch {
public:
    void begin_frame() { seen_ = switches::so_far(); }

    template <class Call>
    void measure(std::vector<call_time>& times, Call call) {
        constexpr double is_long = 5'000; // asking the system takes a while
        const std::size_t before = counted_.made();
        const auto start = steady::now();
        const char* const doing = call();
        const double ns = seconds_since(start) * 1e9;
        call_time t{ns, doing, counted_.made() - before};
        if (t.ns > is_long) {
            const switches now = switches::so_far();
            t.waited = now.waited != seen_.waited;
            t.lost_processor = now.lost != seen_.lost;
            seen_ = now;
        }
        times.push_back(t);
    }

private:
    allocation_count counted_; // of the workers too
    switches seen_;
};

double quantile(const std::vector<call_time>& sorted, double q) {
    const auto at = static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1));
    return sorted[at].ns;
}

// What those above p99.9 were doing, the most frequent first.
std::string causes(const std::vector<call_time>& sorted) {
    std::map<std::string, std::size_t> counts;
    const auto first = static_cast<std::ptrdiff_t>(0.999 * static_cast<double>(sorted.size() - 1));
    for (auto t = sorted.begin() + first; t != sorted.end(); ++t) ++counts[t->text()];
    std::vector<std::pair<std::size_t, std::string>> ordered;
    for (const auto& [what, n] : counts) ordered.emplace_back(n, what);
    std::sort(ordered.rbegin(), ordered.rend());
    std::string text;
    for (const auto& [n, what] : ordered)
        text += (text.empty() ? "" : "; ") + std::to_string(n) + " x " + what;
    return text;
}

void add_times(report& to, const char* measure, std::vector<call_time> times) {
    std::sort(times.begin(), times.end(),
              [](const call_time& a, const call_time& b) { return a.ns < b.ns; });
    row r{measure, text_of_count(times.size()) + " calls"};
    r.cells = {{"p50", text_of_ns(quantile(times, 0.5))},
               {"p99", text_of_ns(quantile(times, 0.99))},
               {"p99.9", text_of_ns(quantile(times, 0.999))},
               {"max", text_of_ns(times.back().ns)}};
    to.add(std::move(r));
    const call_time& worst = times.back();
    to.note(std::string(measure) + ", from p99.9 on: " + causes(times) +
            ". The longest: " + worst.text() + ", " + std::to_string(worst.allocations) +
            " allocations on all threads.");
}

// A list of 2,000 rows that moves on by 1,000 new ones a frame, until 100k keys are loaded.
void measure_longest(report& to) {
    constexpr std::size_t loads = 100'000;
    constexpr std::size_t shown = 2'000;
    constexpr std::size_t moved = 1'000;
    const auto keys = ids(loads);
    imload::session session({.threads = 2});
    const auto loader = imload::async_load(session, value_of);
    std::vector<call_time> polls;
    std::vector<call_time> frames;
    polls.reserve(4 * loads);
    frames.reserve(loads);
    stopwatch watch;
    std::size_t starts = 0;
    for (std::size_t first = 0; first + shown <= loads;) {
        watch.begin_frame();
        watch.measure(frames, [&] {
            session.begin_frame();
            return "begin_frame";
        });
        std::size_t there = 0;
        for (std::size_t i = first; i < first + shown; ++i)
            watch.measure(polls, [&, i] {
                const auto value = loader.poll(keys[i]);
                there += value ? 1u : 0u;
                if (value) return "a hit";
                if (i < starts) return "a load under way";
                starts = i + 1;
                return "a first ask";
            });
        if (there == shown) first += moved;
        std::this_thread::sleep_for(200us); // the rest of the frame
    }
    add_times(to, "one poll while 100k loads flow through", std::move(polls));
    add_times(to, "one begin_frame meanwhile", std::move(frames));
}

} // namespace

void measure_frames(report& to) {
    to.section("The frame", {"imload"});
    measure_quiet(to);
    measure_landing(to);
    to.section("The longest single call, 2 workers", {"p50", "p99", "p99.9", "max"});
    measure_longest(to);
}

} // namespace bench
