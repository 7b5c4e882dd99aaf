// What a poll costs when the order in which keys are asked for changes from frame to frame.
#include "contest.hpp"
#include "keys.hpp"
#include "peers.hpp"
#include "report.hpp"
#include "sections.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace bench {

namespace {

using order = std::vector<number>;
using orders = std::vector<order>; // taken in turns, a frame each

constexpr std::size_t shown = 10'000;

// A window over twice as many keys, which moves on by a tenth and wraps around.
orders scrolled(const order& all) {
    orders frames;
    for (std::size_t first = 0; first < all.size(); first += shown / 10) {
        order frame;
        for (std::size_t i = 0; i < shown; ++i) frame.push_back(all[(first + i) % all.size()]);
        frames.push_back(std::move(frame));
    }
    return frames;
}

// One in a hundred is a guest, somewhere else each frame.
orders inserted(const order& base, const order& guests) {
    orders frames;
    std::mt19937 random(1);
    for (int f = 0; f < 16; ++f) {
        order frame = base;
        for (std::size_t i = 0; i < shown / 100; ++i) {
            const auto place = random() % frame.size();
            frame.insert(frame.begin() + static_cast<std::ptrdiff_t>(place),
                         guests[random() % guests.size()]);
        }
        frames.push_back(std::move(frame));
    }
    return frames;
}

orders in_two_passes(const order& base) {
    order both = base;
    const order second = shuffled(base, 1);
    both.insert(both.end(), second.begin(), second.end());
    return {both};
}

orders flipped(const order& base) { return {base, order(base.rbegin(), base.rend())}; }

orders with_one_between(const order& base, number fixed) {
    order frame;
    for (const number key : base) {
        frame.push_back(key);
        frame.push_back(fixed);
    }
    return {frame};
}

struct change {
    std::string name;
    orders frames;
};

} // namespace

void measure_orders(report& to) {
    to.section("The order partly changed, 64-bit ids, by poll", {"imload", "idiom", "unchanged"});
    const order all = ids(2 * shown);
    const order base(all.begin(), all.begin() + shown);
    const order others(all.begin() + shown, all.end());
    with_imload<number> ours(all);
    const idiom<number> theirs(all);

    const std::vector<change> changes = {
        {"unchanged", {base}},
        {"scrolled by 10 % each frame", scrolled(all)},
        {"1 % inserted, elsewhere each frame", inserted(base, others)},
        {"two passes in different orders", in_two_passes(base)},
        {"flipped each frame", flipped(base)},
        {"one fixed key between all others", with_one_between(base, others.front())},
    };
    contest each;
    for (const change& c : changes) {
        const std::size_t polls = c.frames.front().size();
        const auto taking_turns = [&frames = c.frames](const auto& peer) {
            return [peer, &frames, turn = std::size_t{0}]() mutable {
                turn = turn + 1 < frames.size() ? turn + 1 : 0;
                return frame(*peer, frames[turn]);
            };
        };
        each.add(c.name, polls,
                 taking_turns(std::make_shared<by_poll<number>>(by_poll<number>{ours})));
        each.add("idiom, " + c.name, polls, taking_turns(&theirs));
    }
    const medians times = each.run();
    const double unchanged = times.at("unchanged");
    for (const change& c : changes) {
        row r{c.name, text_of_count(shown)};
        r.cells = {{"imload", text_of_ns(times.at(c.name))},
                   {"idiom", text_of_ns(times.at("idiom, " + c.name))}};
        if (c.name != "unchanged")
            r.targets.push_back({"x unchanged", times.at(c.name) / unchanged, 1.5});
        to.add(std::move(r));
    }
}

} // namespace bench
