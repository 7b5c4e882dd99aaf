// Small parts of the explorer's window.
#pragma once

#include "../theme.hpp"
#include "folder.hpp"
#include "icons.hpp"

#include <imload/imgui.hpp>

#include <imgui.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace explorer {

using glyph = void (*)(const icons::frame&, ImU32);

inline ImU32 packed(const ImVec4& colour) { return ImGui::GetColorU32(colour); }

inline bool pressed(ImGuiKey key) {
#if IMGUI_VERSION_NUM >= 18700
    return ImGui::IsKeyPressed(key);
#else
    return ImGui::IsKeyPressed(ImGui::GetKeyIndex(key));
#endif
}

// How much of `text` fits into `width`.
inline std::string_view fitting(std::string_view text, float width) {
    const char* end = nullptr;
    ImGui::GetFont()->CalcTextSizeA(ImGui::GetFontSize(), width, 0.0f, text.data(),
                                    text.data() + text.size(), &end);
    return text.substr(0, static_cast<std::size_t>(end - text.data()));
}

inline float width_of(std::string_view text) {
    return ImGui::CalcTextSize(text.data(), text.data() + text.size()).x;
}

inline void plain_text(std::string_view text) {
    ImGui::TextUnformatted(text.data(), text.data() + text.size());
}

inline void coloured_text(const ImVec4& colour, std::string_view text) {
    ImGui::PushStyleColor(ImGuiCol_Text, colour);
    plain_text(text);
    ImGui::PopStyleColor();
}

// One line, ending in dots and with the whole as a tooltip where it does not fit.
inline void short_text(std::string_view text, float width, const ImVec4& colour) {
    if (width_of(text) <= width) return coloured_text(colour, text);
    const std::string_view part = fitting(text, std::max(0.0f, width - width_of("...")));
    coloured_text(colour, std::string{part} + "...");
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip("%.*s", static_cast<int>(text.size()), text.data());
}

inline void large_text(std::string_view text) {
    const app::font_scope font{app::fonts().large};
    coloured_text(app::colours().text, text);
}

inline void right_aligned(std::string_view text, const ImVec4& colour) {
    const float free = ImGui::GetContentRegionAvail().x - width_of(text);
    if (free > 0) ImGui::SetCursorPosX(ImGui::GetCursorPosX() + free);
    coloured_text(colour, text);
}

inline glyph glyph_of(kind type) {
    switch (type) {
    case kind::folder:
        return &icons::folder;
    case kind::image:
        return &icons::image;
    case kind::other:
        return &icons::other;
    case kind::file:
        break;
    }
    return &icons::file;
}

inline ImVec4 colour_of(kind type) {
    const app::palette& c = app::colours();
    if (type == kind::folder) return c.folder;
    return type == kind::image ? c.good : c.muted;
}

inline void draw_icon(glyph draw, float size, const ImVec4& colour) {
    const ImVec2 corner = ImGui::GetCursorScreenPos();
    ImGui::Dummy({size, size});
    draw({ImGui::GetWindowDrawList(), corner, size}, packed(colour));
}

inline bool icon_button(const char* id, glyph draw, bool enabled, const ImVec4& colour,
                        const char* tooltip) {
    const float side = ImGui::GetFrameHeight();
    const ImVec2 corner = ImGui::GetCursorScreenPos();
    ImGui::BeginDisabled(!enabled);
    const bool clicked = ImGui::Button(id, {side, side});
    ImGui::EndDisabled();
    if (enabled && ImGui::IsItemHovered()) ImGui::SetTooltip("%s", tooltip);
    const float size = side * 0.62f;
    const float margin = (side - size) / 2;
    ImVec4 shade = colour;
    if (!enabled) shade.w *= 0.4f;
    draw({ImGui::GetWindowDrawList(), {corner.x + margin, corner.y + margin}, size}, packed(shade));
    return clicked;
}

// A thin line that fills from the left, along the bottom of a cell or under a text.
inline void progress_line(ImVec2 corner, float width, float fraction) {
    ImDrawList* const list = ImGui::GetWindowDrawList();
    const float height = std::max(2.0f, ImGui::GetFontSize() / 6.0f);
    const float done = width * std::clamp(fraction, 0.0f, 1.0f);
    list->AddRectFilled(corner, {corner.x + width, corner.y + height}, packed(app::colours().line),
                        height / 2);
    if (done >= height)
        list->AddRectFilled(corner, {corner.x + done, corner.y + height},
                            packed(app::colours().accent), height / 2);
}

// Ends with ImGui::EndChild.
inline void begin_panel(const char* id, ImVec2 size) {
    ImGui::PushStyleColor(ImGuiCol_ChildBg, app::colours().panel);
    ImGui::BeginChild(id, size, true, ImGuiWindowFlags_NoScrollbar);
    ImGui::PopStyleColor();
}

// Lines where text is going to be, and what is known about how far it has got.
inline void draw_skeleton(std::string_view progress) {
    const float line = ImGui::GetTextLineHeight();
    const float width = ImGui::GetContentRegionAvail().x;
    for (const float part : {0.55f, 0.7f, 0.4f, 0.62f, 0.5f})
        imload::ui::skeleton({width * part, line});
    if (!progress.empty()) coloured_text(app::colours().muted, progress);
}

// What went wrong, in the middle of the space that is left. Returns true when Retry is clicked.
inline bool draw_error(const std::string& title, const std::string& message) {
    const app::palette& c = app::colours();
    const float line = ImGui::GetTextLineHeightWithSpacing();
    const float icon = line * 2;
    const ImVec2 space = ImGui::GetContentRegionAvail();
    const float left = ImGui::GetCursorPosX();
    const auto centre = [&](float width) {
        ImGui::SetCursorPosX(left + std::max(0.0f, (space.x - width) / 2));
    };
    ImGui::SetCursorPosY(ImGui::GetCursorPosY() +
                         std::max(0.0f, (space.y - icon - line * 4) / 2.4f));
    centre(icon);
    draw_icon(&icons::warning, icon, c.warning);
    centre(std::min(space.x, width_of(title)));
    short_text(title, space.x, c.text);
    centre(std::min(space.x, width_of(message)));
    short_text(message, space.x, c.muted);
    ImGui::Spacing();
    const float button = width_of("Retry") + line * 2;
    centre(button);
    return ImGui::Button("Retry", {button, 0});
}

// A bar between two panes that changes `ratio` when it is dragged.
inline void splitter(const char* id, ImVec2 size, float& ratio, float whole) {
    const bool vertical = size.x < size.y;
    const ImVec2 corner = ImGui::GetCursorScreenPos();
    ImGui::InvisibleButton(id, size);
    const bool active = ImGui::IsItemActive();
    if (active || ImGui::IsItemHovered())
        ImGui::SetMouseCursor(vertical ? ImGuiMouseCursor_ResizeEW : ImGuiMouseCursor_ResizeNS);
    if (active) {
        const ImVec2 moved = ImGui::GetIO().MouseDelta;
        ratio = std::clamp(ratio + (vertical ? moved.x : moved.y) / whole, 0.25f, 0.75f);
    }
    if (!active && !ImGui::IsItemHovered()) return;
    const ImVec2 middle{corner.x + size.x / 2, corner.y + size.y / 2};
    const ImVec2 half = vertical ? ImVec2{1, size.y / 2 - 8} : ImVec2{size.x / 2 - 8, 1};
    ImGui::GetWindowDrawList()->AddRectFilled({middle.x - half.x, middle.y - half.y},
                                              {middle.x + half.x, middle.y + half.y},
                                              packed(app::colours().accent), 1);
}

} // namespace explorer
