#pragma once

#include <imload/imgui/inspector/paint.hpp>
#include <imload/imgui/inspector/view.hpp>
#include <imload/imgui/inspector/words.hpp>
#include <imload/session.hpp>

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

// The top of the inspector: how many keys are in which state, what workers do, what comes next.

namespace imload::detail::inspector {

/// A chip for each state, with its count; pressed ones are all that the table shows.
inline void draw_states(view& v) {
    const row_list& rows = v.keys.rows();
    const float gap = em(0.4f);
    bool first = true;
    const auto one = [&](const char* id, const ImVec4& colour, std::size_t count, const char* name,
                         std::uint32_t bit, const char* meaning) {
        const short_text figure = count_text(count);
        const float width = ImGui::CalcTextSize(figure.c_str()).x + ImGui::CalcTextSize(name).x +
                            em(1.2f) + ImGui::GetStyle().FramePadding.x * 2;
        if (!first) same_line_if_fits(width, gap);
        first = false;
        const bool pressed = (v.states & bit) != 0;
        if (chip(id, colour, figure.c_str(), name, pressed, count == 0 && !pressed))
            v.states ^= bit;
        explain(meaning);
    };
    for (const key_state s : all_states)
        one(name_of(s), colour_of(s), rows.count(s), name_of(s), bit_of(s), meaning_of(s));
    constexpr std::uint32_t simulated = 1u << static_cast<unsigned>(simulated_bit);
    if (rows.count_simulated() > 0 || (v.states & simulated) != 0)
        one("simulated", shade(orange), rows.count_simulated(), "simulated", simulated,
            "Keys that were told to pretend here, or by result::simulate().");
    v.keys.show_states(v.states);
}

/// A lamp for each worker thread, lit while it is inside a callable.
inline void draw_workers(const statistics& now) {
    write(muted(), "workers");
    ImGui::SameLine(0, em(0.4f));
    const auto lamps = static_cast<std::size_t>(std::max(now.threads, now.running));
    if (lamps > 0 && lamps <= 16) {
        const float side = std::floor(em(0.6f));
        const float step = side + std::max(1.0f, std::floor(em(0.15f)));
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const float y = std::floor(at.y + (ImGui::GetTextLineHeight() - side) * 0.5f);
        for (std::size_t i = 0; i < lamps; ++i) {
            const float x = at.x + step * static_cast<float>(i);
            ImGui::GetWindowDrawList()->AddRectFilled(
                ImVec2(x, y), ImVec2(x + side, y + side),
                i < now.running ? packed(colour_of(key_state::running))
                                : ImGui::GetColorU32(ImGuiCol_Text, 0.14f),
                em(0.1f));
        }
        ImGui::Dummy(ImVec2(step * static_cast<float>(lamps), ImGui::GetTextLineHeight()));
        ImGui::SameLine(0, em(0.3f));
    }
    const short_text text = now.threads > 0
                                ? short_text("%s of %s", count_text(now.running).c_str(),
                                             count_text(now.threads).c_str())
                                : short_text("%s busy", count_text(now.running).c_str());
    write(text.c_str());
    explain(now.threads > 0 ? "Threads of the session's own pool that are inside a callable."
                            : "This session has an executor of the app's, so how many threads "
                              "there are is not known.");
}

/// A muted word and what it is about, in at most that much room.
inline void draw_fact(const char* name, const ImVec4& colour, const std::string& text, float room) {
    ImGui::BeginGroup();
    write(muted(), name);
    ImGui::SameLine(0, em(0.4f));
    const float left = room - ImGui::CalcTextSize(name).x - em(0.4f);
    const bool whole = write_fitting(colour, text, std::max(left, em(2)));
    ImGui::EndGroup();
    if (!whole) explain(text);
}

[[nodiscard]] inline std::string next_text(session& s) {
    const next_wake next = s.next_frame();
    std::string text = in_words(next.cause);
    if (next.cause == wake_cause::nothing || next.in == never) return text;
    if (next.key != 0) text += " of " + one_line(s.key(next.key).label());
    if (next.in.count() == 0) return "now: " + text;
    return text + " in " + clock_text(seconds_of(next.in)).c_str();
}

/// What a sleeping loop waits for, and what this frame was drawn for. Each has its place, so that
/// the line does not jump as they change.
inline void draw_frames(view& v, session& s, float room) {
    const ImVec4& text = ImGui::GetStyle().Colors[ImGuiCol_Text];
    const frame_report& report = s.last_frame();
    if (is_news(report)) {
        v.news = report;
        v.news_at = ImGui::GetTime();
    }
    const bool wide = room > em(44);
    const float share = wide ? std::floor(room * 0.42f) : room;
    const float start = ImGui::GetCursorPosX();
    draw_fact("next", text, next_text(s), share - em());
    explain("What wakes a loop that sleeps, as far as imload knows before this window asks.");
    if (wide) ImGui::SameLine(start + share);
    std::string why = in_words(report);
    if (!is_news(report) && v.news.frame != 0)
        why += " (" + in_words(v.news) + " " + clock_text(ImGui::GetTime() - v.news_at).c_str() +
               " ago)";
    draw_fact("this frame", is_news(report) ? colour_of(key_state::running) : text, why,
              wide ? room - share : room);
}

inline void draw_activity(view& v, session& s, const statistics& now) {
    const float start = ImGui::GetCursorPosX();
    const float all = ImGui::GetContentRegionAvail().x;
    draw_workers(now);
    const float lamps = static_cast<float>(std::min<std::uint64_t>(now.threads, 16));
    const float queue = em(8.5f) + lamps * em(0.8f);
    ImGui::SameLine(start + queue);
    write(muted(), "queue");
    ImGui::SameLine(0, em(0.4f));
    write(now.queued > 0 ? colour_of(key_state::queued) : ImGui::GetStyle().Colors[ImGuiCol_Text],
          count_text(now.queued).c_str());
    explain("Loads that wait for a worker.");
    const float used = queue + em(6.5f);
    const bool wide = all - used > em(34);
    if (wide) ImGui::SameLine(start + used);
    draw_frames(v, s, wide ? all - used : all);
}

/// Every figure of session::statistics(), in as many pairs of columns as fit.
inline void draw_statistics(const statistics& n) {
    const bool open = ImGui::TreeNodeEx("Statistics", ImGuiTreeNodeFlags_NoTreePushOnOpen);
    const double hit_rate =
        n.polls > 0 ? 100.0 * static_cast<double>(n.hits) / static_cast<double>(n.polls) : 0.0;
    if (!open) {
        ImGui::SameLine(0, em(0.8f));
        std::string text = count_text(n.starts).c_str();
        text += " starts, ";
        text += count_text(n.failures).c_str();
        text += " failures, ";
        text += count_text(n.timeouts).c_str();
        text += short_text(" timeouts, hit rate %.1f %%", hit_rate).c_str();
        write_fitting(muted(), text, ImGui::GetContentRegionAvail().x);
        return;
    }
    const int pairs = ImGui::GetContentRegionAvail().x > em(46) ? 4 : 2;
    constexpr ImGuiTableFlags flags = ImGuiTableFlags_SizingStretchSame |
                                      ImGuiTableFlags_NoSavedSettings |
                                      ImGuiTableFlags_BordersInnerV;
    if (!ImGui::BeginTable("statistics", pairs, flags)) return;
    const auto field = [](const char* name, const char* value, const char* meaning) {
        ImGui::TableNextColumn();
        ImGui::BeginGroup();
        write(muted(), name);
        ImGui::SameLine();
        write_right(ImGui::GetStyle().Colors[ImGuiCol_Text], value);
        ImGui::EndGroup();
        explain(meaning);
    };
    const auto number = [&](const char* name, std::uint64_t value, const char* meaning) {
        field(name, count_text(value).c_str(), meaning);
    };
    number("polls", n.polls, "Asks, by poll and by call.");
    number("hits", n.hits, "Asks that were answered with a value.");
    number("starts", n.starts, "Loads queued for an executor, each attempt counted.");
    number("successes", n.successes, "Runs whose value was applied.");
    number("failures", n.failures, "Runs that came back with an error.");
    number("retries", n.retries, "Starts that were further attempts.");
    number("timeouts", n.timeouts, "Runs given up; what comes back late is counted as discarded.");
    number("cancelled", n.cancelled, "Runs that cancel, forget, set or not asking ended.");
    number("dropped", n.dropped,
           "Queued and never started: nobody asked any more, or it was cancelled.");
    number("discarded", n.discarded, "Came back after nobody waited any more.");
    number("evictions", n.evictions, "Keys that went to keep max_entries or forget_after.");
    number("wakes", n.wakes, "Calls of the wake hook.");
    number("in flight", n.in_flight, "Queued, running, or back and not yet seen by a frame.");
    number("queued", n.queued, "Those in flight that wait for a worker.");
    number("running", n.running, "Workers inside a callable, of given-up runs too.");
    number("threads", n.threads, "That the session makes at most; 0 with another executor.");
    field("load time", time_text(n.total_load_time).c_str(),
          "Time spent inside callables, all workers together.");
    field("hit rate", short_text("%.1f %%", hit_rate).c_str(), "Hits among polls.");
    ImGui::EndTable();
}

inline void draw_head(view& v, session& s) {
    const statistics now = s.statistics();
    draw_states(v);
    draw_activity(v, s, now);
    draw_statistics(now);
}

} // namespace imload::detail::inspector
