#pragma once

#include <imload/imgui/motion.hpp>
#include <imload/result.hpp>

#include <imgui.h>

#include <algorithm>
#include <cfloat>
#include <string_view>

namespace imload::ui {

/// How far a key's run is, with its text or else in per cent: a moving bar while that is not known,
/// a full one where there is a value and nothing under way, an empty one where nothing is known.
/// The size is that of ImGui::ProgressBar.
void progress_bar(const result_base& r, ImVec2 size = ImVec2(-FLT_MIN, 0));

} // namespace imload::ui

namespace imload::detail::widgets {

/// In the middle of a bar: all of it, where ImGui's own overlay ends at ## or at a NUL.
inline void draw_bar_text(ImVec2 from, ImVec2 to, std::string_view text) {
    const char* const end = text.data() + text.size();
    const ImVec2 room = ImGui::CalcTextSize(text.data(), end);
    ImDrawList* const list = ImGui::GetWindowDrawList();
    list->PushClipRect(from, to, true);
    list->AddText(ImVec2(from.x + std::max((to.x - from.x - room.x) * 0.5f, 0.0f),
                         from.y + (to.y - from.y - room.y) * 0.5f),
                  ImGui::GetColorU32(ImGuiCol_Text), text.data(), end);
    list->PopClipRect();
}

/// Drawn here, since ImGui's own came with 1.90.6.
inline void moving_bar(const result_base& r, ImVec2 size, std::string_view text) {
    // As wide and as high as ImGui's own, and on the same line with text beside it.
    size = full_size(size, ImVec2(ImGui::CalcItemWidth(), ImGui::GetFrameHeight()));
    ImGui::AlignTextToFramePadding();
    const ImVec2 from = ImGui::GetCursorScreenPos();
    const ImVec2 to(from.x + size.x, from.y + size.y);
    if (!take_room(size)) return;
    const float rounding = std::min(ImGui::GetStyle().FrameRounding, size.y * 0.5f);
    ImDrawList* const list = ImGui::GetWindowDrawList();
    list->AddRectFilled(from, to, ImGui::GetColorU32(ImGuiCol_FrameBg), rounding);
    list->PushClipRect(from, to, true);
    if (ui::reduce_motion) {
        list->AddRectFilled(from, to, ImGui::GetColorU32(ImGuiCol_PlotHistogram, 0.35f), rounding);
    } else {
        const float width = size.x * 0.3f;
        const float at = from.x - width + (size.x + width) * ui::motion_phase(1.6f);
        list->AddRectFilled(ImVec2(std::max(at, from.x), from.y),
                            ImVec2(std::min(at + width, to.x), to.y),
                            ImGui::GetColorU32(ImGuiCol_PlotHistogram), rounding);
    }
    list->PopClipRect();
    draw_bar_text(from, to, text);
    ui::animate(&r);
}

} // namespace imload::detail::widgets

namespace imload::ui {

inline void progress_bar(const result_base& r, ImVec2 size) {
    if (!r.is_loading() && !r.is_refreshing()) {
        ImGui::ProgressBar(r.has_value() ? 1.0f : 0.0f, size, r.has_value() ? nullptr : "");
        return;
    }
    const auto [fraction, text] = r.progress();
    if (fraction < 0) {
        detail::widgets::moving_bar(r, size, text);
        return;
    }
    const ImVec2 cursor = ImGui::GetCursorScreenPos();
    ImGui::ProgressBar(std::min(fraction, 1.0f), size, text.empty() ? nullptr : "");
    if (!text.empty() && detail::widgets::is_seen(cursor))
        detail::widgets::draw_bar_text(ImGui::GetItemRectMin(), ImGui::GetItemRectMax(), text);
}

} // namespace imload::ui
