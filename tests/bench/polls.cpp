// What a poll of a loaded key costs, beside looking the value up elsewhere.
#include "contest.hpp"
#include "keys.hpp"
#include "peers.hpp"
#include "plot.hpp"
#include "report.hpp"
#include "sections.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace bench {

namespace {

const std::vector<std::size_t> sizes = {16, 100, 1'000, 10'000, 100'000, 1'000'000};
const std::vector<std::string> columns = {names::by_poll, names::by_call, names::idiom,
                                          names::boost,   names::absl,    names::tbb};

bool is_in_table(std::size_t n) { return n != 100; } // that one is for the plot

// imload and all peers, with the same keys in them.
template <class Key>
struct all_peers {
    explicit all_peers(const std::vector<Key>& keys)
        : ours(keys), futures(keys)
#if IMLOAD_BENCH_HAS_BOOST
          ,
          in_boost(keys)
#endif
#if IMLOAD_BENCH_HAS_ABSL
          ,
          in_absl(keys)
#endif
#if IMLOAD_BENCH_HAS_TBB
          ,
          in_tbb(keys)
#endif
    {
    }

    template <class Visit>
    void visit(bool calls_too, Visit visit) {
        visit(names::by_poll, by_poll<Key>{ours});
        if (calls_too) visit(names::by_call, by_call<Key>{ours});
        visit(names::idiom, std::cref(futures));
#if IMLOAD_BENCH_HAS_BOOST
        visit(names::boost, std::cref(in_boost));
#endif
#if IMLOAD_BENCH_HAS_ABSL
        visit(names::absl, std::cref(in_absl));
#endif
#if IMLOAD_BENCH_HAS_TBB
        visit(names::tbb, std::cref(in_tbb));
#endif
    }

    with_imload<Key> ours;
    idiom<Key> futures;
#if IMLOAD_BENCH_HAS_BOOST
    boost_map<Key> in_boost;
#endif
#if IMLOAD_BENCH_HAS_ABSL
    absl_map<Key> in_absl;
#endif
#if IMLOAD_BENCH_HAS_TBB
    tbb_map<Key> in_tbb;
#endif
};

template <class T>
const T& held(const T& x) {
    return x;
}
template <class T>
const T& held(std::reference_wrapper<const T> x) {
    return x.get();
}

template <class Asked>
using orders_of = std::vector<std::vector<Asked>>;

// The orders take turns, a frame each.
template <class Key, class Asked>
medians poll_all(all_peers<Key>& peers, const orders_of<Asked>& orders) {
    contest all;
    double sum = 0;
    const bool in_one_order = orders.size() == 1;
    peers.visit(in_one_order && std::is_same_v<Key, number>, [&](const char* name, auto peer) {
        const double mine = frame(held(peer), orders.front());
        if (sum != 0 && mine != sum) {
            std::fprintf(stderr, "bench: %s found other values\n", name);
            std::exit(1);
        }
        sum = mine;
        all.add(name, orders.front().size(), [peer, &orders, turn = std::size_t{0}]() mutable {
            turn = turn + 1 < orders.size() ? turn + 1 : 0;
            return frame(held(peer), orders[turn]);
        });
    });
    return all.run();
}

double fastest_flat(const medians& times) {
    double best = 0;
    for (const char* name : {names::boost, names::absl})
        if (const auto at = times.find(name); at != times.end())
            best = best > 0 ? std::min(best, at->second) : at->second;
    return best;
}

void add_row(report& to, const std::string& measure, std::size_t n, const medians& times,
             double most_of_idiom, double most_of_flat) {
    row r{measure, text_of_count(n)};
    for (const auto& [name, ns] : times) r.cells[name] = text_of_ns(ns);
    const double mine = times.at(names::by_poll);
    if (most_of_idiom > 0)
        r.targets.push_back({"x idiom", mine / times.at(names::idiom), most_of_idiom});
    if (most_of_flat > 0 && fastest_flat(times) > 0)
        r.targets.push_back({"x flat", mine / fastest_flat(times), most_of_flat});
    to.add(std::move(r));
}

void add_points(panel& p, std::size_t n, const medians& times) {
    for (const std::string& name : columns) {
        const auto at = times.find(name);
        if (at == times.end() || name == names::by_call) continue;
        auto found = std::find_if(p.lines.begin(), p.lines.end(),
                                  [&, &wanted = name](const line& l) { return l.name == wanted; });
        if (found == p.lines.end()) found = p.lines.insert(p.lines.end(), {name, {}});
        found->points.emplace_back(static_cast<double>(n), at->second);
    }
}

void poll_numbers(report& to, const std::string& measure, const std::vector<number>& keys,
                  panel& p) {
    const std::size_t n = keys.size();
    const auto peers = std::make_unique<all_peers<number>>(keys);
    const medians times = poll_all(*peers, orders_of<number>{keys});
    add_points(p, n, times);
    if (!is_in_table(n)) return;
    add_row(to, measure, n, times, n > 16 ? 0.40 : 0.60, n >= 1'000'000 ? 0.5 : 0);
    if (n < 1'000'000) return;
    for (const char* form : {names::by_poll, names::by_call})
        to.add({measure + (form == names::by_call ? ", by call" : "") + ": the frame",
                text_of_count(n),
                {{form, text_of_ns(times.at(form) * static_cast<double>(n))}},
                {{"of a 60 Hz frame", times.at(form) * static_cast<double>(n) / (1e9 / 60), 0.5}}});
}

void poll_shuffled_numbers(report& to, std::size_t n) {
    const auto keys = ids(n);
    const auto peers = std::make_unique<all_peers<number>>(keys);
    const medians times = poll_all(*peers, random_orders(keys));
    add_row(to, "64-bit ids, new random order", n, times, 0, n >= 100'000 ? 1.5 : 0);
}

void poll_texts(report& to, std::size_t n, panel& p) {
    const auto keys = texts(n);
    const auto peers = std::make_unique<all_peers<std::string>>(keys);
    const std::vector<std::string_view> views(keys.begin(), keys.end());
    std::vector<const char*> pointers;
    for (const std::string& key : keys) pointers.push_back(key.c_str());

    const medians as_strings = poll_all(*peers, orders_of<std::string>{keys});
    add_points(p, n, as_strings);
    if (!is_in_table(n)) return;
    add_row(to, "24 characters, std::string", n, as_strings, 0.25, 1);
    add_row(to, "24 characters, string_view", n,
            poll_all(*peers, orders_of<std::string_view>{views}), 0.25, 1);
    add_row(to, "24 characters, const char*", n, poll_all(*peers, orders_of<const char*>{pointers}),
            0.25, 1);
}

// How much of the time of a double's poll one of a megabyte takes.
void poll_large(report& to) {
    using bytes = std::vector<std::byte>;
    static constexpr std::size_t count = 64;
    imload::inline_executor at_once;
    imload::session session({.executor = &at_once});
    const auto load_large = [](number key) { return bytes(1'000'000 + key % 2); };
    const auto large = imload::async_load(session, +load_large);
    const auto small = imload::async_load(session, value_of);
    const auto keys = row_numbers(count);
    const auto large_frame = [&] {
        session.begin_frame();
        std::size_t sum = 0;
        for (const number key : keys)
            if (const auto value = large.poll(key)) sum += value->size();
        return sum;
    };
    const auto small_frame = [&] {
        session.begin_frame();
        double sum = 0;
        for (const number key : keys)
            if (const auto value = small.poll(key)) sum += *value;
        return sum;
    };
    for (int i = 0; i < 4; ++i) {
        static_cast<void>(large_frame());
        static_cast<void>(small_frame());
    }
    contest both;
    both.add("large", count, large_frame);
    both.add("small", count, small_frame);
    const medians times = both.run();
    to.add({"a vector of 1 MB, by poll; beside it a double",
            text_of_count(count),
            {{names::by_poll, text_of_ns(times.at("large"))},
             {"double", text_of_ns(times.at("small"))}},
            {{"x double", times.at("large") / times.at("small"), 1.10}}});
}

} // namespace

void measure_polls(report& to, const std::string& plot_file) {
    auto with_double = columns;
    with_double.emplace_back("double");
    to.section("A poll of a loaded key; keys asked in the same order each frame", with_double);
    panel numbers{"64-bit ids", {}};
    panel strings{"24-character std::string", {}};
    for (const std::size_t n : sizes) poll_numbers(to, "64-bit ids", ids(n), numbers);
    panel not_drawn;
    for (const std::size_t n : sizes)
        if (is_in_table(n)) poll_numbers(to, "64-bit row numbers", row_numbers(n), not_drawn);
    for (const std::size_t n : sizes) poll_texts(to, n, strings);
    for (const std::size_t n : sizes)
        if (n >= 1'000) poll_shuffled_numbers(to, n);
    poll_large(to);

    std::string missing;
    if (!IMLOAD_BENCH_HAS_BOOST) missing += " boost flat (libboost1.81-dev)";
    if (!IMLOAD_BENCH_HAS_ABSL) missing += " absl flat (libabsl-dev)";
    if (!IMLOAD_BENCH_HAS_TBB) missing += " tbb map (libtbb-dev)";
    if (!missing.empty()) to.note("Left out, because not installed:" + missing + ".");
    to.note("Medians of " + std::to_string(contest::repetitions) + " repetitions, " +
            std::to_string(contest::long_repetitions) +
            " at 1M, the processor's time for one poll of a frame of so many. The idiom: "
            "std::unordered_map of std::shared_future, wait_for(0s), get(). Bare finds: "
            "boost::unordered_flat_map, absl::flat_hash_map, the ratio being to the faster one; "
            "tbb::concurrent_hash_map. All are searched by string_view and allocate nothing.");

    if (plot_file.empty()) return;
    if (write_plot(plot_file, "keys polled in a frame", "nanoseconds a poll", {numbers, strings}))
        to.note("Plotted in " + plot_file + ".");
    else
        to.note("The plot could not be written to " + plot_file + ".");
}

} // namespace bench
