#pragma once

#include <imload/imgui/motion.hpp>

#include <imgui.h>

#include <cmath>

namespace imload::ui {

/// A turning arc that says "working". `radius` in pixels; 0: half the height of a line of text.
/// The label is for ImGui's id only; what follows ## is not shown, and nothing of it is.
void spinner(const char* label, float radius = 0);

inline void spinner(const char* label, float radius) {
    const float line = ImGui::GetTextLineHeight();
    if (radius <= 0) radius = line * 0.5f;
    ImGui::PushID(label);
    const ImVec2 corner = ImGui::GetCursorScreenPos();
    ImGui::Dummy(ImVec2(radius * 2, radius * 2));
    ImGui::PopID();
    if (!ImGui::IsItemVisible()) return;
    constexpr float turn = 6.2831853f;
    const ImVec2 centre(corner.x + radius, corner.y + radius);
    const float thickness = radius > 5 ? radius * 0.2f : 1.0f;
    const float reach = radius - thickness * 0.5f;
    ImDrawList* const list = ImGui::GetWindowDrawList();
    list->AddCircle(centre, reach, ImGui::GetColorU32(ImGuiCol_Text, 0.15f), 0, thickness);
    const float begin = turn * motion_phase(1.0f);
    list->PathArcTo(centre, reach, begin, begin + turn * 0.3f);
    list->PathStroke(ImGui::GetColorU32(ImGuiCol_Text, 0.85f), 0, thickness);
}

} // namespace imload::ui
