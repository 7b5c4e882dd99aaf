// Instructions, as callgrind counts them: this program runs as its child, with a number of rounds
// and then with more, and what the additional ones took is what counts.
#include "keys.hpp"
#include "peers.hpp"
#include "report.hpp"
#include "sections.hpp"

#include <benchmark/benchmark.h>
#include <imload/testing.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bench {

namespace {

constexpr std::size_t keys_in_frame = 1'000;

template <class Peer, class Key>
void poll_often(const Peer& peer, const std::vector<Key>& keys, std::size_t times) {
    for (std::size_t i = 0; i < times / keys.size(); ++i)
        benchmark::DoNotOptimize(frame(peer, keys));
}

template <template <class> class Form>
void poll_numbers(std::size_t times) {
    const auto keys = ids(keys_in_frame);
    with_imload<number> all(keys);
    poll_often(Form<number>{all}, keys, times);
}

void poll_texts(std::size_t times) {
    const auto keys = texts(keys_in_frame);
    with_imload<std::string> all(keys);
    poll_often(by_poll<std::string>{all}, keys, times);
}

template <class Peer>
void poll_peer(std::size_t times) {
    const auto keys = ids(keys_in_frame);
    poll_often(Peer(keys), keys, times);
}

struct nothing {
    void begin_frame() const {}
    double get(number key) const { return static_cast<double>(static_cast<std::int64_t>(key)); }
};

enum class up_to { asked, run, landed };

// Loads so many keys in one frame, up to that; then the program ends without tidying up.
template <up_to Stage>
void load_new(std::size_t times) {
    imload::manual_executor by_hand;
    imload::session session({.executor = &by_hand});
    const auto loader = imload::async_load(session, value_of);
    session.begin_frame();
    for (number key = 0; key < times; ++key) benchmark::DoNotOptimize(loader.poll(key));
    if (Stage != up_to::asked) by_hand.run_all();
    if (Stage == up_to::landed) session.begin_frame();
    std::_Exit(0);
}

const std::map<std::string, std::function<void(std::size_t)>> works = {
    {"loop", [](std::size_t times) { poll_often(nothing{}, ids(keys_in_frame), times); }},
    {"poll", poll_numbers<by_poll>},
    {"call", poll_numbers<by_call>},
    {"anew", poll_numbers<made_anew>},
    {"text", poll_texts},
    {names::idiom, poll_peer<idiom<number>>},
#if IMLOAD_BENCH_HAS_BOOST
    {names::boost, poll_peer<boost_map<number>>},
#endif
#if IMLOAD_BENCH_HAS_ABSL
    {names::absl, poll_peer<absl_map<number>>},
#endif
    {"ask", load_new<up_to::asked>},
    {"run", load_new<up_to::run>},
    {"land", load_new<up_to::landed>},
};

// Of the whole program, or nothing when callgrind does not run.
std::optional<double> instructions_of(const std::string& work, std::size_t times) {
    const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
    const std::string command = "valgrind --tool=callgrind --callgrind-out-file=/dev/null '" +
                                self + "' --work '" + work + "' " + std::to_string(times) + " 2>&1";
    std::optional<double> counted;
    if (std::FILE* const output = popen(command.c_str(), "r")) {
        char line[1024];
        while (std::fgets(line, sizeof line, output)) {
            const std::string text = line;
            const auto at = text.find("Collected : ");
            if (at != std::string::npos) counted = std::strtod(text.c_str() + at + 12, nullptr);
        }
        if (pclose(output) != 0) return {};
    }
    return counted;
}

std::optional<double> instructions_each(const std::string& work) {
    constexpr std::size_t few = 10'000;
    constexpr std::size_t many = 60'000;
    const auto less = instructions_of(work, few);
    const auto more = instructions_of(work, many);
    if (!less || !more) return {};
    return (*more - *less) / static_cast<double>(many - few);
}

} // namespace

bool do_work(const std::string& name, std::size_t times) {
    const auto work = works.find(name);
    if (work == works.end()) return false;
    work->second(times);
    return true;
}

void measure_instructions(report& to) {
    to.section("Instructions, as callgrind counts them",
               {"imload", names::idiom, names::boost, names::absl});
    std::map<std::string, double> counts;
    for (const auto& [name, work] : works)
        if (const auto count = instructions_each(name)) counts[name] = *count;
    if (counts.size() < works.size()) {
        to.note("Left out: valgrind is not installed, or does not run.");
        return;
    }
    const auto of_hit = [&](const std::string& name) {
        return counts.at(name) - counts.at("loop");
    };
    const auto cell = [&](const std::string& name) { return text_of(of_hit(name)); };
    row by_poll{"a hit by poll, 64-bit ids", text_of_count(keys_in_frame)};
    by_poll.cells = {{"imload", cell("poll")}};
    for (const char* peer : {names::idiom, names::boost, names::absl})
        if (counts.count(peer) > 0) by_poll.cells[peer] = cell(peer);
    by_poll.targets = {{"instructions", of_hit("poll"), 25}};
    to.add(std::move(by_poll));
    const auto add = [&](const char* measure, const char* work, double limit) {
        row r{measure, text_of_count(keys_in_frame)};
        r.cells = {{"imload", cell(work)}};
        if (limit > 0) r.targets = {{"instructions", of_hit(work), limit}};
        to.add(std::move(r));
    };
    add("the same by call", "call", 32);
    add("the same, the loader made anew", "anew", 60);
    add("a hit by poll, 24 characters as std::string", "text", 0);

    const auto add_step = [&](const char* measure, double count) {
        to.add({measure, "10k to 60k", {{"imload", text_of(count)}}});
    };
    add_step("a first ask, the executor queues the task only", counts.at("ask"));
    add_step("running an empty load", counts.at("run") - counts.at("ask"));
    add_step("showing one that landed, in begin_frame", counts.at("land") - counts.at("run"));
    to.note(
        "Of a hit: less the loop that asks and adds up, " + text_of(counts.at("loop")) +
        " more, and with a thousandth of begin_frame. The callable is a function pointer.");
}

} // namespace bench
