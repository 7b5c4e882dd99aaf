#pragma once

#include <imload/imgui/inspector/actions.hpp>
#include <imload/imgui/inspector/durations.hpp>
#include <imload/imgui/inspector/paint.hpp>
#include <imload/imgui/inspector/run_list.hpp>
#include <imload/imgui/inspector/table.hpp>
#include <imload/imgui/inspector/view.hpp>
#include <imload/session.hpp>

#include <imgui.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

// All about the selected key.

namespace imload::detail::inspector {

inline void draw_progress(const entry_info& e) {
    const progress_info done = e.key.progress();
    if (done.fraction < 0 && done.text.empty()) return;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;
    const float height = em(0.35f);
    const ImVec4 colour = colour_of(key_state::running);
    ImDrawList* const list = ImGui::GetWindowDrawList();
    const auto bar = [&](float share, float alpha) {
        list->AddRectFilled(at, ImVec2(at.x + width * share, at.y + height), packed(colour, alpha),
                            height * 0.5f);
    };
    bar(1, 0.2f);
    if (done.fraction > 0) bar(std::min(done.fraction, 1.0f), 1);
    ImGui::Dummy(ImVec2(width, height));
    if (done.fraction >= 0) {
        write(colour, short_text("%.0f %%", static_cast<double>(done.fraction) * 100).c_str());
        if (!done.text.empty()) ImGui::SameLine();
    }
    if (!done.text.empty()) write_fitting(muted(), done.text, ImGui::GetContentRegionAvail().x);
}

inline void draw_error(const error& e) {
    const ImVec4 colour = colour_of(key_state::failed);
    ImDrawList* const list = ImGui::GetWindowDrawList();
    const ImVec2 from = ImGui::GetCursorScreenPos();
    ImGui::Indent(em(0.6f));
    ImGui::BeginGroup();
    write(colour, short_text("%s, attempt %d", to_string(e.kind), e.attempt).c_str());
    ImGui::PushTextWrapPos(0);
    write(e.message);
    ImGui::PopTextWrapPos();
    ImGui::EndGroup();
    ImGui::Unindent(em(0.6f));
    list->AddRectFilled(from, ImVec2(from.x + em(0.18f), ImGui::GetItemRectMax().y),
                        packed(colour));
}

/// Names and values, in two pairs of columns.
inline void draw_facts(const entry_info& e, std::uint32_t frame) {
    if (!ImGui::BeginTable("facts", 4,
                           ImGuiTableFlags_SizingStretchProp | ImGuiTableFlags_NoSavedSettings))
        return;
    const ImVec4& text = ImGui::GetStyle().Colors[ImGuiCol_Text];
    const auto fact = [&](const char* name, std::string_view value) {
        ImGui::TableNextColumn();
        write(muted(), name);
        ImGui::TableNextColumn();
        write(text, value);
    };
    ImGui::TableNextColumn();
    write(muted(), "status");
    ImGui::TableNextColumn();
    draw_state_cell(e);
    fact("version", short_text("%u", e.key.version()).c_str());
    fact("age", e.has_value ? clock_text(seconds_of(e.age)).c_str() : "no value");
    fact("attempt", e.attempt > 0 ? short_text("%d", e.attempt).c_str() : "-");
    fact("refresh",
         e.refresh_in == never ? "no timer" : clock_text(seconds_of(e.refresh_in)).c_str());
    const auto elapsed = e.key.elapsed();
    fact("elapsed", elapsed.count() > 0 ? clock_text(seconds_of(elapsed)).c_str() : "-");
    fact("last run", e.last_duration.count() > 0 ? time_text(e.last_duration).c_str() : "-");
    fact("mean", e.mean_duration.count() > 0 ? time_text(e.mean_duration).c_str() : "-");
    const std::uint32_t ago = frame - e.last_asked_frame;
    fact("asked", e.last_asked_frame == 0 ? short_text("%s", "never").c_str()
                  : ago <= 1              ? short_text("%s", "now").c_str()
                                          : short_text("%u frames ago", ago).c_str());
    fact("stale", e.key.is_stale() ? "yes" : "no");
    ImGui::EndTable();
}

inline void draw_caption(const char* text) {
    ImGui::Dummy(ImVec2(0, em(0.15f)));
    write(muted(), text);
}

inline void draw_details(view& v, session& s) {
    const entry_info e = describe(s.key(v.selected));
    ImGui::PushTextWrapPos(0);
    write(v.selected_label);
    ImGui::PopTextWrapPos();
    if (e.id == 0) {
        write(muted(), "This key is gone.");
        if (ImGui::SmallButton("Close")) v.select(0, {});
        return;
    }
    draw_action_buttons(v, e.id);
    same_line_if_fits(em(4));
    if (ImGui::Button("Copy")) ImGui::SetClipboardText(v.selected_label.c_str());
    explain("The label, to the clipboard.");
    same_line_if_fits(em(4));
    if (ImGui::Button("Close")) v.select(0, {});
    draw_facts(e, s.last_frame().frame);
    draw_progress(e);
    if (e.error) draw_error(*e.error);
    draw_simulation(v, e.id, e.key);
    draw_caption("Durations");
    static thread_local std::vector<const run_record*> runs; // its memory is kept, nothing else
    collect_runs(s.runs(), e.id, 64, runs);
    std::vector<const run_record*> worked;
    for (const run_record* r : runs)
        if (run_seconds(*r) > 0) worked.push_back(r);
    duration_plot(worked, static_cast<float>(seconds_of(e.mean_duration)),
                  ImVec2(std::max(ImGui::GetContentRegionAvail().x, em(4)), em(3.6f)));
    draw_caption("Recent runs");
    const float room = ImGui::GetContentRegionAvail().y;
    draw_runs("runs of the key", v, runs, s.now(), false, ImVec2(0, std::max(room, em(9))));
}

} // namespace imload::detail::inspector
