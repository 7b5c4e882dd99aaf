#pragma once

#include <imload/config.hpp>
#include <imload/context.hpp>
#include <imload/options.hpp>

#include <imgui.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

// What the demo's loads are made of: naps in place of disks and networks, and the same data each
// time it is asked for.

namespace imload::ui::demo {

using namespace std::chrono_literals;

/// How many times as fast as real the imitated work is; for tests.  Threads: any.
inline std::atomic<int> speed{1};

/// What takes that long.
inline void nap(std::chrono::nanoseconds time) {
#if IMLOAD_HAS_THREADS
    std::this_thread::sleep_for(time / std::max(speed.load(), 1));
#else
    static_cast<void>(time); // it would be the UI that sleeps
#endif
}

/// The same, but over as soon as nobody wants the result any more.
inline void nap(const context& listener, std::chrono::nanoseconds time) {
    constexpr std::chrono::nanoseconds slice = 20ms;
    for (; time > 0ns && !listener.stop_requested(); time -= slice) nap(std::min(time, slice));
}

/// Calls `callback` later, from another thread, as the libraries of networks and devices do.
template <class F>
void call_later(std::chrono::nanoseconds time, F callback) {
#if IMLOAD_HAS_THREADS
    std::thread([time, call = std::move(callback)] {
        nap(time);
        call();
    }).detach();
#else
    static_cast<void>(time);
    callback();
#endif
}

/// Left and right of each row.
using table = std::vector<std::pair<std::string, std::string>>;

inline void draw_table(const table& rows) {
    if (!ImGui::BeginTable("rows", 2, ImGuiTableFlags_BordersInnerH)) return;
    for (const auto& [left, right] : rows) {
        ImGui::TableNextColumn();
        ImGui::TextUnformatted(left.c_str());
        ImGui::TableNextColumn();
        ImGui::TextUnformatted(right.c_str());
    }
    ImGui::EndTable();
}

/// A word for each number, the same one each time.
[[nodiscard]] inline std::string word(int number) {
    constexpr const char* first[] = {"amber", "birch", "cedar", "dune", "ember", "fjord", "grove"};
    constexpr const char* second[] = {"lake", "hill", "field", "harbour", "bridge"};
    auto n = static_cast<std::uint32_t>(number) * 2654435761u;
    n = (n ^ (n >> 15)) * 2246822519u;
    n ^= n >> 13;
    return std::string(first[n % 7]) + ' ' + second[n / 7 % 5];
}

} // namespace imload::ui::demo
