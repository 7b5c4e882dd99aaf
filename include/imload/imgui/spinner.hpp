#pragma once

#include <imload/imgui/motion.hpp>

#include <imgui.h>

namespace imload::ui {

/// A turning arc that says "working". `radius` in pixels; 0: half the height of a line of text.
/// The label is for ImGui's id only; what follows ## is not shown, and nothing of it is.
/// Asks for further frames while it is seen.
void spinner(const char* label, float radius = 0);

} // namespace imload::ui

namespace imload::detail::widgets {

/// The arc alone, over whatever is there.
inline void draw_arc(ImVec2 centre, float radius) {
    constexpr float turn = 6.2831853f;
    const float thickness = radius > 5 ? radius * 0.2f : 1.0f;
    const float reach = radius - thickness * 0.5f;
    ImDrawList* const list = ImGui::GetWindowDrawList();
    list->AddCircle(centre, reach, ImGui::GetColorU32(ImGuiCol_Text, 0.15f), 0, thickness);
    const float begin = turn * ui::motion_phase(1.0f);
    list->PathArcTo(centre, reach, begin, begin + turn * 0.3f);
    stroke(list, ImGui::GetColorU32(ImGuiCol_Text, 0.85f), thickness);
}

} // namespace imload::detail::widgets

namespace imload::ui {

inline void spinner(const char* label, float radius) {
    if (!(radius > 0)) radius = ImGui::GetTextLineHeight() * 0.5f;
    ImGui::PushID(label);
    const ImVec2 corner = ImGui::GetCursorScreenPos();
    const bool seen = detail::widgets::take_room(ImVec2(radius * 2, radius * 2));
    ImGui::PopID();
    if (!seen) return;
    detail::widgets::draw_arc(ImVec2(corner.x + radius, corner.y + radius), radius);
    animate();
}

} // namespace imload::ui
