#pragma once

#include <imload/imgui/motion.hpp>

#include <imgui.h>

#include <algorithm>
#include <cfloat>

namespace imload::ui {

/// A shimmering box where content will be. A size of 0 is a line of text, one below 0 leaves that
/// much free at the right or the bottom, as ImGui's own widgets understand it; but -1 takes all.
/// Asks for further frames while it is seen, of the session of the key it stands for, or else of
/// the current one.
void skeleton(ImVec2 size = ImVec2(-FLT_MIN, 0), const result_base* of = nullptr);

/// The same for a paragraph: so many lines of text, the last of them shorter. One item.
void skeleton_lines(int count, const result_base* of = nullptr);

} // namespace imload::ui

namespace imload::detail::widgets {

/// What skeleton_lines takes where there is no telling how wide it may be.
[[nodiscard]] inline float lines_width() { return ImGui::GetFontSize() * 12; }

/// A box, and the part of a band of light that is passing over it; the band is on its way from
/// `left` to `right`, so that boxes below each other shine as one.
inline void draw_shimmer(ImVec2 from, ImVec2 to, float left, float right) {
    const float rounding = std::min(ImGui::GetStyle().FrameRounding, (to.y - from.y) * 0.5f);
    ImDrawList* const list = ImGui::GetWindowDrawList();
    list->AddRectFilled(from, to, ImGui::GetColorU32(ImGuiCol_Text, 0.08f), rounding);
    if (ui::reduce_motion) return;
    const float band = std::max((right - left) * 0.35f, ImGui::GetFontSize() * 4);
    const float at = left - band + (right - left + 2 * band) * ui::motion_phase(1.6f);
    const ImU32 clear = ImGui::GetColorU32(ImGuiCol_Text, 0.0f);
    const ImU32 light = ImGui::GetColorU32(ImGuiCol_Text, 0.07f);
    list->PushClipRect(from, to, true);
    list->AddRectFilledMultiColor(ImVec2(at - band * 0.5f, from.y), ImVec2(at, to.y), clear, light,
                                  light, clear);
    list->AddRectFilledMultiColor(ImVec2(at, from.y), ImVec2(at + band * 0.5f, to.y), light, clear,
                                  clear, light);
    list->PopClipRect();
}

} // namespace imload::detail::widgets

namespace imload::ui {

inline void skeleton(ImVec2 size, const result_base* of) {
    // A pixel left free would take one from a window that fits its content, in each frame.
    const auto all_of = [](float x) { return x < 0 && x >= -1 ? -FLT_MIN : x; };
    size = detail::widgets::full_size(ImVec2(all_of(size.x), all_of(size.y)),
                                      ImVec2(-FLT_MIN, ImGui::GetTextLineHeight()));
    const ImVec2 from = ImGui::GetCursorScreenPos();
    const ImVec2 to(from.x + size.x, from.y + size.y);
    if (!detail::widgets::take_room(size)) return;
    detail::widgets::draw_shimmer(from, to, from.x, to.x);
    animate(of);
}

inline void skeleton_lines(int count, const result_base* of) {
    if (count <= 0) return;
    const float line = ImGui::GetTextLineHeight();
    const float step = ImGui::GetTextLineHeightWithSpacing();
    const float width = detail::widgets::room_for(detail::widgets::lines_width());
    const ImVec2 from = ImGui::GetCursorScreenPos();
    if (!detail::widgets::take_room(ImVec2(width, step * static_cast<float>(count - 1) + line)))
        return;
    // As tall as letters are, and only those in sight, for there may be many.
    const float inset = line * 0.12f;
    const ImDrawList* const list = ImGui::GetWindowDrawList();
    const float above = list->GetClipRectMin().y - from.y;
    const float below = list->GetClipRectMax().y - from.y;
    const auto line_at = [=](float y) {
        return static_cast<int>(std::clamp(y / step, 0.0f, static_cast<float>(count - 1)));
    };
    for (int i = line_at(above); i <= line_at(below); ++i) {
        const float y = from.y + step * static_cast<float>(i);
        const bool shorter = count > 1 && i == count - 1;
        detail::widgets::draw_shimmer(
            ImVec2(from.x, y + inset),
            ImVec2(from.x + (shorter ? width * 0.6f : width), y + line - inset), from.x,
            from.x + width);
    }
    animate(of);
}

} // namespace imload::ui
