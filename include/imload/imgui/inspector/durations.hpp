#pragma once

#include <imload/imgui/inspector/paint.hpp>
#include <imload/imgui/inspector/words.hpp>
#include <imload/run_log.hpp>

#include <imgui.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// How long the recent runs of a key took.

namespace imload::detail::inspector {

/// So many of the newest records are looked at in a frame, however many an app keeps.
inline constexpr std::size_t most_records = 4096;

[[nodiscard]] inline std::size_t first_record(const run_log& log) {
    return log.size() > most_records ? log.size() - most_records : 0;
}

/// How long a worker had it; 0 while it has, and when none did.
[[nodiscard]] inline float run_seconds(const run_record& r) {
    if (r.begun == time_point{} || r.ended == time_point{}) return 0;
    return std::max(static_cast<float>(seconds_of(r.ended - r.begun)), 1e-7f);
}

/// The durations of the newest runs of those keys that are in view, read off the log in one go.
class recent_durations {
public:
    static constexpr std::size_t most = 16;

    struct history {
        std::uint64_t key = 0;
        std::uint8_t count = 0;
        std::array<float, most> seconds{}; ///< newest first
        std::array<run_outcome, most> outcome{};
    };

    /// Collects those of the keys that were wanted since the last call. The table wants what it
    /// drew: a row that has just come into view has its line one frame later.
    void collect(const run_log& log) {
        found_.clear();
        std::sort(wanted_.begin(), wanted_.end());
        for (const std::uint64_t key : wanted_) {
            if (!found_.empty() && found_.back().key == key) continue;
            found_.emplace_back();
            found_.back().key = key;
        }
        wanted_.clear();
        if (found_.empty()) return;
        for (std::size_t i = log.size(), end = first_record(log); i-- > end;) {
            const run_record& r = log[i];
            const float s = run_seconds(r);
            if (s <= 0) continue;
            history* const h = place_of(r.key);
            if (!h || h->count == most) continue;
            h->seconds[h->count] = s;
            h->outcome[h->count++] = r.outcome;
        }
    }

    [[nodiscard]] const history* of(std::uint64_t key) {
        wanted_.push_back(key);
        return place_of(key);
    }

private:
    [[nodiscard]] history* place_of(std::uint64_t key) {
        const auto at =
            std::lower_bound(found_.begin(), found_.end(), key,
                             [](const history& h, std::uint64_t k) { return h.key < k; });
        return at != found_.end() && at->key == key ? &*at : nullptr;
    }

    std::vector<std::uint64_t> wanted_;
    std::vector<history> found_;
};

/// Bars of the newest durations, the newest at the right; failed ones in their colour.
inline void sparkline(const recent_durations::history& h, ImVec2 size) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::Dummy(size);
    if (h.count == 0 || !ImGui::IsItemVisible()) return;
    float longest = 0;
    for (std::size_t i = 0; i < h.count; ++i) longest = std::max(longest, h.seconds[i]);
    const float step = size.x / static_cast<float>(recent_durations::most);
    const float bar = std::max(1.0f, step - std::max(1.0f, em(0.07f)));
    ImDrawList* const list = ImGui::GetWindowDrawList();
    for (std::size_t i = 0; i < h.count; ++i) {
        const float height = std::max(1.0f, size.y * h.seconds[i] / longest);
        const float x = at.x + size.x - step * static_cast<float>(i + 1);
        const bool good = h.outcome[i] == run_outcome::success;
        list->AddRectFilled(ImVec2(x, at.y + size.y - height), ImVec2(x + bar, at.y + size.y),
                            good ? ImGui::GetColorU32(ImGuiCol_Text, i == 0 ? 0.75f : 0.38f)
                                 : packed(colour_of(h.outcome[i]), 0.9f));
    }
}

/// The same at full size, with its scale, a line at `mean`, and the run under the mouse.
inline void duration_plot(std::span<const run_record* const> newest_first, float mean,
                          ImVec2 size) {
    constexpr std::size_t most = 48;
    const std::size_t count = std::min(newest_first.size(), most);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::InvisibleButton("durations", size);
    const bool hovered = ImGui::IsItemHovered();
    float longest = mean;
    for (std::size_t i = 0; i < count; ++i)
        longest = std::max(longest, run_seconds(*newest_first[i]));
    ImDrawList* const list = ImGui::GetWindowDrawList();
    const ImVec2 end(at.x + size.x, at.y + size.y);
    list->AddRectFilled(at, end, ImGui::GetColorU32(ImGuiCol_Text, 0.04f), em(0.2f));
    if (longest <= 0) {
        list->AddText(ImVec2(at.x + em(0.4f), at.y + (size.y - em()) * 0.5f), packed(muted()),
                      "no finished runs yet");
        return;
    }
    const float top = at.y + em(0.3f);
    const float room = end.y - top;
    const float step = size.x / static_cast<float>(most);
    const float bar = std::max(1.0f, step - std::max(1.0f, em(0.1f)));
    for (std::size_t i = 0; i < count; ++i) {
        const run_record& r = *newest_first[i];
        const float height = std::max(2.0f, room * run_seconds(r) / longest);
        const float x = end.x - step * static_cast<float>(i + 1);
        const float mouse = ImGui::GetIO().MousePos.x;
        const bool hot = hovered && mouse >= x && mouse < x + step;
        list->AddRectFilled(ImVec2(x, end.y - height), ImVec2(x + bar, end.y),
                            packed(colour_of(r.outcome), hot ? 1.0f : 0.7f));
        if (hot)
            explain(short_text("%s, %s (%s)",
                               time_text(static_cast<double>(run_seconds(r))).c_str(),
                               in_words(r.outcome), in_words(r.cause))
                        .c_str());
    }
    if (mean > 0) {
        const float y = std::floor(end.y - room * mean / longest) + 0.5f;
        list->AddLine(ImVec2(at.x, y), ImVec2(end.x, y), ImGui::GetColorU32(ImGuiCol_Text, 0.35f));
    }
    const short_text scale("%s", time_text(static_cast<double>(longest)).c_str());
    list->AddText(ImVec2(at.x + em(0.3f), at.y + em(0.1f)), packed(muted()), scale.c_str());
}

} // namespace imload::detail::inspector
