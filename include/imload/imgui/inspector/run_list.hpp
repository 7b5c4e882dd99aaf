#pragma once

#include <imload/imgui/inspector/durations.hpp>
#include <imload/imgui/inspector/paint.hpp>
#include <imload/imgui/inspector/view.hpp>
#include <imload/run_log.hpp>
#include <imload/session.hpp>

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

// Recent runs, one a line.

namespace imload::detail::inspector {

/// How long it waited for a worker: until now, if it still does.
[[nodiscard]] inline double waited_seconds(const run_record& r, time_point now) {
    if (r.begun != time_point{}) return seconds_of(r.begun - r.queued);
    return r.outcome == run_outcome::under_way ? seconds_of(now - r.queued) : 0;
}

/// How long a worker had it: until now, if it still has.
[[nodiscard]] inline double worked_seconds(const run_record& r, time_point now) {
    if (r.begun == time_point{}) return 0;
    return std::max(seconds_of((r.ended == time_point{} ? now : r.ended) - r.begun), 0.0);
}

[[nodiscard]] inline const char* outcome_text(const run_record& r) {
    if (r.outcome != run_outcome::under_way) return in_words(r.outcome);
    return r.begun == time_point{} ? "queued" : r.ended == time_point{} ? "running" : "came back";
}

inline void explain_run(const run_record& r, time_point now) {
    ImGui::BeginTooltip();
    ImGui::PushTextWrapPos(em(36));
    write(one_line(r.label));
    ImGui::PopTextWrapPos();
    const auto line = [](const char* name, const ImVec4& colour, const char* text) {
        write(muted(), name);
        ImGui::SameLine(em(5.5f));
        write(colour, text);
    };
    const ImVec4& text = ImGui::GetStyle().Colors[ImGuiCol_Text];
    line("started", text, in_words(r.cause));
    if (r.attempt > 1) line("attempt", text, short_text("%d", r.attempt).c_str());
    line("queued", text, time_text(waited_seconds(r, now)).c_str());
    line("ran", text, r.begun == time_point{} ? "-" : time_text(worked_seconds(r, now)).c_str());
    line("outcome", colour_of(r.outcome), outcome_text(r));
    ImGui::EndTooltip();
}

/// The runs, newest first; those of one key need no label.
inline void draw_runs(const char* id, view& v, std::span<const run_record* const> newest_first,
                      time_point now, bool with_key, ImVec2 size) {
    constexpr ImGuiTableFlags flags = ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg |
                                      ImGuiTableFlags_Resizable | ImGuiTableFlags_BordersOuterH |
                                      ImGuiTableFlags_NoSavedSettings |
                                      ImGuiTableFlags_NoBordersInBody;
    const ImVec2 padding(em(0.4f), std::floor(em(0.1f)));
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, padding);
    if (ImGui::BeginTable(id, with_key ? 7 : 4, flags, size)) {
        constexpr ImGuiTableColumnFlags fixed = ImGuiTableColumnFlags_WidthFixed;
        constexpr ImGuiTableColumnFlags stretch = ImGuiTableColumnFlags_WidthStretch;
        ImGui::TableSetupColumn("Ago", fixed, em(3.8f));
        if (with_key) ImGui::TableSetupColumn("Key", stretch, 3);
        ImGui::TableSetupColumn("Why", stretch, 1);
        ImGui::TableSetupColumn("Outcome", fixed, em(5.4f));
        if (with_key) ImGui::TableSetupColumn("Queued", fixed, em(4.2f));
        ImGui::TableSetupColumn("Ran", fixed, em(4.2f));
        if (with_key) ImGui::TableSetupColumn("Worker", fixed, em(4));
        ImGui::TableSetupScrollFreeze(0, 1);
        ImGui::TableHeadersRow();
        const ImVec4& text = ImGui::GetStyle().Colors[ImGuiCol_Text];
        const float height = ImGui::GetTextLineHeight() + 2 * padding.y;
        ImGuiListClipper clipper;
        clipper.Begin(static_cast<int>(newest_first.size()), height);
        while (clipper.Step())
            for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
                const run_record& r = *newest_first[static_cast<std::size_t>(i)];
                ImGui::TableNextRow(ImGuiTableRowFlags_None, height);
                ImGui::TableNextColumn();
                push_id(r.number);
                if (clickable_row(with_key && v.selected == r.key))
                    v.select(r.key, one_line(r.label));
                if (ImGui::IsItemHovered()) explain_run(r, now);
                write_right(muted(), clock_text(seconds_of(now - r.queued)).c_str());
                if (with_key) {
                    ImGui::TableNextColumn();
                    write_label(text, one_line(r.label), ImGui::GetContentRegionAvail().x);
                }
                ImGui::TableNextColumn();
                std::string why = in_words(r.cause);
                if (r.attempt > 1) why += short_text(", try %d", r.attempt).c_str();
                write_fitting(muted(), why, ImGui::GetContentRegionAvail().x);
                ImGui::TableNextColumn();
                dot(colour_of(r.outcome));
                write(colour_of(r.outcome), outcome_text(r));
                if (with_key) {
                    ImGui::TableNextColumn();
                    write_right(muted(), time_text(waited_seconds(r, now)).c_str());
                }
                ImGui::TableNextColumn();
                const bool began = r.begun != time_point{};
                write_right(began ? text : muted(),
                            began ? time_text(worked_seconds(r, now)).c_str() : "-");
                if (with_key) {
                    ImGui::TableNextColumn();
                    write_right(muted(), r.worker < 0 ? "-" : short_text("%d", r.worker).c_str());
                }
                ImGui::PopID();
            }
        ImGui::EndTable();
    }
    ImGui::PopStyleVar();
}

/// The newest runs, of one key or (0) of all, newest first.
inline void collect_runs(const run_log& log, std::uint64_t key, std::size_t most,
                         std::vector<const run_record*>& to) {
    to.clear();
    for (std::size_t i = log.size(), end = first_record(log); i-- > end && to.size() < most;)
        if (key == 0 || log[i].key == key) to.push_back(&log[i]);
}

} // namespace imload::detail::inspector
