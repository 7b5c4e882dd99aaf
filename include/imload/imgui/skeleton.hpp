#pragma once

#include <imload/imgui/motion.hpp>

#include <imgui.h>

#include <algorithm>

namespace imload::ui {

/// A shimmering box where content will be. A size of 0 is a line of text, one below 0 leaves that
/// much free at the right or the bottom, as ImGui's own widgets understand it.
void skeleton(ImVec2 size = ImVec2(-1, 0));

inline void skeleton(ImVec2 size) {
    const ImVec2 room = ImGui::GetContentRegionAvail();
    if (size.x <= 0) size.x = std::max(room.x + size.x, 4.0f);
    if (size.y < 0) size.y = std::max(room.y + size.y, 4.0f);
    if (size.y <= 0) size.y = ImGui::GetTextLineHeight();
    const ImVec2 from = ImGui::GetCursorScreenPos();
    const ImVec2 to(from.x + size.x, from.y + size.y);
    ImGui::Dummy(size);
    if (!ImGui::IsItemVisible()) return;
    const float rounding = std::min(ImGui::GetStyle().FrameRounding, size.y * 0.5f);
    ImDrawList* const list = ImGui::GetWindowDrawList();
    list->AddRectFilled(from, to, ImGui::GetColorU32(ImGuiCol_Text, 0.08f), rounding);
    if (reduce_motion) return;
    // A band of light passes over it, clipped to the box.
    const float band = std::max(size.x * 0.35f, ImGui::GetFontSize() * 4);
    const float at = from.x - band + (size.x + 2 * band) * motion_phase(1.6f);
    const ImU32 clear = ImGui::GetColorU32(ImGuiCol_Text, 0.0f);
    const ImU32 light = ImGui::GetColorU32(ImGuiCol_Text, 0.07f);
    list->PushClipRect(from, to, true);
    list->AddRectFilledMultiColor(ImVec2(at - band * 0.5f, from.y), ImVec2(at, to.y), clear, light,
                                  light, clear);
    list->AddRectFilledMultiColor(ImVec2(at, from.y), ImVec2(at + band * 0.5f, to.y), light, clear,
                                  clear, light);
    list->PopClipRect();
}

} // namespace imload::ui
