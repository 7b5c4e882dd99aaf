// What imload allocates: for a hit nothing, for a key that is loaded as little as may be.
#include "allocations.hpp"
#include "keys.hpp"
#include "peers.hpp"
#include "report.hpp"
#include "sections.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace bench {

namespace {

// ---- hits --------------------------------------------------------------------------------------

template <class Key>
double load_anything(const Key&) {
    return 1;
}

constexpr int hits = 100;

// Asks for the same keys in the same order, then in another, which takes the other way.
template <class Key, class Asked>
void count_hits(report& to, const char* name, const std::vector<Asked>& keys) {
    imload::inline_executor at_once;
    imload::session session({.executor = &at_once});
    const auto loader = imload::async_load(session, load_anything<Key>);
    double sum = 0;
    const auto poll_all = [&] {
        session.begin_frame();
        for (auto at = keys.begin(); at != keys.end(); ++at) sum += loader.poll(*at).value_or(0);
        for (auto at = keys.rbegin(); at != keys.rend(); ++at) sum += loader.poll(*at).value_or(0);
    };
    for (int i = 0; i < 4; ++i) poll_all();
    sum = 0;
    const allocation_count counted;
    for (int i = 0; i < hits; ++i) poll_all();
    const auto made = static_cast<double>(counted.made());
    const double asked = 2.0 * hits * static_cast<double>(keys.size());
    to.add({"allocations per hit",
            name,
            {{"imload", text_of(sum == asked ? made / asked : -1)}},
            {{"", sum == asked ? made / asked : 1, 0}}});
}

// ---- a loaded key ------------------------------------------------------------------------------

template <class Map>
std::ptrdiff_t bytes_of(const std::vector<number>& keys) {
    const allocation_count counted;
    const auto map = std::make_unique<Map>(keys);
    return counted.bytes();
}

// As an app does it: with workers, and a frame each millisecond until everything is there.
std::ptrdiff_t bytes_of_imload(const std::vector<number>& keys) {
    const allocation_count counted;
    imload::session session({.threads = 2});
    const auto loader = imload::async_load(session, value_of);
    std::size_t there = 0;
    while (there < keys.size()) {
        session.begin_frame();
        there = 0;
        for (const number key : keys) there += loader.poll(key) ? 1u : 0u;
        std::this_thread::sleep_for(1ms);
    }
    for (int i = 0; i < 4; ++i) session.begin_frame();
    return counted.bytes();
}

} // namespace

void measure_allocations(report& to) {
    const std::vector<std::string> strings = texts(100);
    const std::vector<std::string_view> views(strings.begin(), strings.end());
    std::vector<const char*> pointers;
    std::vector<std::filesystem::path> paths;
    std::vector<std::pair<std::string, int>> pairs;
    std::vector<std::vector<int>> vectors;
    std::vector<std::optional<std::chrono::seconds>> times;
    for (const std::string& text : strings) {
        pointers.push_back(text.c_str());
        paths.emplace_back(text);
        pairs.emplace_back(text, 1);
        vectors.emplace_back(text.begin(), text.end());
        times.emplace_back(std::chrono::seconds(vectors.size()));
    }
    to.section("Allocations per hit, both in the order of the frame before and out of it",
               {"imload"});
    count_hits<number>(to, "64-bit", ids(100));
    count_hits<std::string>(to, "std::string", strings);
    count_hits<std::string>(to, "std::string by string_view", views);
    count_hits<std::string>(to, "std::string by const char*", pointers);
    count_hits<std::filesystem::path>(to, "path", paths);
    count_hits<std::pair<std::string, int>>(to, "pair of string and int", pairs);
    count_hits<std::vector<int>>(to, "vector<int>", vectors);
    count_hits<std::optional<std::chrono::seconds>>(to, "optional<seconds>", times);
}

void measure_memory(report& to) {
    to.section("Memory of a loaded key, 64-bit -> double, all in, by malloc_usable_size",
               {"imload", names::idiom, names::boost, names::absl});
    const auto keys = ids(1'000'000);
    const auto each = [&](std::ptrdiff_t bytes) {
        return static_cast<double>(bytes) / static_cast<double>(keys.size());
    };
    const double ours = each(bytes_of_imload(keys));
    const double theirs = each(bytes_of<idiom<number>>(keys));
    row r{"bytes for each key", text_of_count(keys.size())};
    r.cells = {{"imload", text_of(ours)}, {names::idiom, text_of(theirs)}};
#if IMLOAD_BENCH_HAS_BOOST
    r.cells[names::boost] = text_of(each(bytes_of<boost_map<number>>(keys)));
#endif
#if IMLOAD_BENCH_HAS_ABSL
    r.cells[names::absl] = text_of(each(bytes_of<absl_map<number>>(keys)));
#endif
    r.targets = {{"bytes", ours, 112}, {"x idiom", ours / theirs, 1}};
    to.add(std::move(r));
}

} // namespace bench
