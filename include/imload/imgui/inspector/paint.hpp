#pragma once

#include <imload/imgui/inspector/states.hpp>

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// Small things that the inspector's parts are drawn with. Sizes are those of the font.

namespace imload::detail::inspector {

[[nodiscard]] inline float em(float n = 1) { return ImGui::GetFontSize() * n; }

inline void write(std::string_view text) {
    ImGui::TextUnformatted(text.data(), text.data() + text.size());
}
inline void write(const ImVec4& colour, std::string_view text) {
    ImGui::PushStyleColor(ImGuiCol_Text, colour);
    write(text);
    ImGui::PopStyleColor();
}

[[nodiscard]] inline float width_of(std::string_view text) {
    return ImGui::CalcTextSize(text.data(), text.data() + text.size()).x;
}

/// Text in at most that much room; true: all of it fitted.
inline bool write_fitting(const ImVec4& colour, std::string_view text, float room) {
    const char* const end = text.data() + text.size();
    const char* cut = end;
    const float size = ImGui::GetFontSize();
    ImFont* const font = ImGui::GetFont();
    if (font->CalcTextSizeA(size, std::max(room, 1.0f), 0, text.data(), end, &cut).x >= 0 &&
        cut == end) {
        write(colour, text);
        return true;
    }
    const float dots = ImGui::CalcTextSize("...").x;
    font->CalcTextSizeA(size, std::max(room - dots, 1.0f), 0, text.data(), end, &cut);
    ImGui::PushStyleColor(ImGuiCol_Text, colour);
    ImGui::TextUnformatted(text.data(), cut);
    ImGui::SameLine(0, 0);
    ImGui::TextUnformatted("...");
    ImGui::PopStyleColor();
    return false;
}

/// The text, in at most that much room: what is too much goes from the middle. A label ends with
/// its arguments, which tell one key from the next.
[[nodiscard]] inline std::string fitted(std::string_view text, float room) {
    if (width_of(text) <= room) return std::string(text);
    const float dots = width_of("...");
    const auto continues = [&](std::size_t at) { // within a character of several bytes
        return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
    };
    float used = dots;
    std::size_t tail = text.size();
    while (tail > 0) {
        std::size_t next = tail - 1;
        while (next > 0 && continues(next)) --next;
        const float width = width_of(text.substr(next, tail - next));
        if (used - dots + width > (room - dots) * 0.6f) break;
        used += width;
        tail = next;
    }
    std::size_t head = 0;
    while (head < tail) {
        std::size_t next = head + 1;
        while (next < tail && continues(next)) ++next;
        const float width = width_of(text.substr(head, next - head));
        if (used + width > room) break;
        used += width;
        head = next;
    }
    return std::string(text.substr(0, head)) + "..." + std::string(text.substr(tail));
}

/// A label in at most that much room; true: all of it fitted.
inline bool write_label(const ImVec4& colour, std::string_view label, float room) {
    const std::string text = fitted(label, room);
    write(colour, text);
    return text == label;
}

/// A number at the right end of the cell or column.
inline void write_right(const ImVec4& colour, std::string_view text) {
    const float room = ImGui::GetContentRegionAvail().x - width_of(text);
    if (room > 0) ImGui::SetCursorPosX(ImGui::GetCursorPosX() + room);
    write(colour, text);
}

/// A tooltip of one text, for the item before it.
inline void explain(std::string_view text) {
    if (!ImGui::IsItemHovered()) return;
    ImGui::BeginTooltip();
    ImGui::PushTextWrapPos(em(26));
    write(text);
    ImGui::PopTextWrapPos();
    ImGui::EndTooltip();
}

/// A table row that can be clicked anywhere, its padding included; what is drawn next is on it.
inline bool clickable_row(bool selected) {
    const float padding = ImGui::GetStyle().CellPadding.y;
    const ImVec2 corner = ImGui::GetCursorPos();
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 2 * padding)); // it fills that too
    const bool clicked = ImGui::Selectable("##row", selected, ImGuiSelectableFlags_SpanAllColumns,
                                           ImVec2(0, ImGui::GetTextLineHeight()));
    ImGui::PopStyleVar();
    ImGui::SetCursorPos(corner);
    return clicked;
}

/// Ids that are numbers: 64 bits, of which ImGui's own take 32.
inline void push_id(std::uint64_t id) {
    const auto* const bytes = reinterpret_cast<const char*>(&id);
    ImGui::PushID(bytes, bytes + sizeof id);
}

/// A dot in front of a line of text, which is `lower` than the cursor in a line with buttons.
inline void dot(const ImVec4& colour, bool filled = true, float lower = 0) {
    const ImVec2 cursor = ImGui::GetCursorScreenPos();
    const ImVec2 at(cursor.x, cursor.y + lower);
    const float r = em(0.26f);
    const ImVec2 centre(std::floor(at.x + r) + 0.5f,
                        std::floor(at.y + ImGui::GetTextLineHeight() * 0.52f) + 0.5f);
    ImDrawList* const list = ImGui::GetWindowDrawList();
    if (filled)
        list->AddCircleFilled(centre, r, packed(colour), 12);
    else
        list->AddCircle(centre, r - em(0.04f), packed(colour), 12, std::max(1.0f, em(0.09f)));
    ImGui::Dummy(ImVec2(r * 2 + em(0.1f), ImGui::GetTextLineHeight()));
    ImGui::SameLine(0, em(0.25f));
}

/// A small word on a tinted ground.
inline void tag(const ImVec4& colour, std::string_view text) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float pad = em(0.3f);
    const float width = width_of(text) + 2 * pad;
    const float height = ImGui::GetTextLineHeight();
    ImDrawList* const list = ImGui::GetWindowDrawList();
    list->AddRectFilled(at, ImVec2(at.x + width, at.y + height), packed(colour, 0.22f), em(0.2f));
    list->AddText(ImVec2(at.x + pad, at.y), packed(colour), text.data(), text.data() + text.size());
    ImGui::Dummy(ImVec2(width, height));
}

/// A button that stays pressed, with a figure in colour: "* 12 running". True when clicked.
inline bool chip(const char* id, const ImVec4& colour, const char* figure, const char* name,
                 bool pressed, bool dimmed) {
    const ImGuiStyle& style = ImGui::GetStyle();
    const float r = em(0.24f);
    const float gap = em(0.35f);
    const ImVec2 figure_size = ImGui::CalcTextSize(figure);
    const ImVec2 name_size = ImGui::CalcTextSize(name);
    const ImVec2 size(style.FramePadding.x * 2 + r * 2 + gap + figure_size.x + gap + name_size.x,
                      ImGui::GetFrameHeight());
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const bool clicked = ImGui::InvisibleButton(id, size);
    const bool hot = ImGui::IsItemHovered();
    const ImVec2 end(at.x + size.x, at.y + size.y);
    const float rounding = std::max(style.FrameRounding, em(0.25f));
    ImDrawList* const list = ImGui::GetWindowDrawList();
    const float ground = pressed ? 0.28f : hot ? 0.16f : 0.0f;
    if (ground > 0) list->AddRectFilled(at, end, packed(colour, ground), rounding);
    list->AddRect(at, end,
                  pressed ? packed(colour, 0.9f) : ImGui::GetColorU32(ImGuiCol_Text, 0.13f),
                  rounding);
    const float faint = dimmed ? 0.45f : 1.0f;
    float x = at.x + style.FramePadding.x;
    const float y = at.y + (size.y - figure_size.y) * 0.5f;
    list->AddCircleFilled(ImVec2(x + r, at.y + size.y * 0.5f), r, packed(colour, faint), 12);
    x += r * 2 + gap;
    list->AddText(ImVec2(x, y), packed(colour, faint), figure);
    x += figure_size.x + gap;
    list->AddText(ImVec2(x, y), ImGui::GetColorU32(ImGuiCol_Text, 0.85f * faint), name);
    return clicked;
}

/// On the same line if that much still fits, else on the next.
inline void same_line_if_fits(float width, float spacing = -1) {
    ImGui::SameLine(0, spacing);
    if (ImGui::GetContentRegionAvail().x < width) ImGui::NewLine();
}

/// A bar between two panes, which changes the size of the second one, in pixels of the first
/// use's font. Draws nothing until it is pointed at.
inline void splitter(const char* id, bool upright, float length, float& size, float least,
                     float most) {
    const float thickness = em(0.45f);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const ImVec2 area = upright ? ImVec2(thickness, length) : ImVec2(length, thickness);
    ImGui::InvisibleButton(id, ImVec2(std::max(area.x, 1.0f), std::max(area.y, 1.0f)));
    const bool held = ImGui::IsItemActive();
    const bool hot = ImGui::IsItemHovered() || held;
    if (hot) ImGui::SetMouseCursor(upright ? ImGuiMouseCursor_ResizeEW : ImGuiMouseCursor_ResizeNS);
    if (held) { // else it stays as it was wished: a window that was small for a moment grows again
        size -= upright ? ImGui::GetIO().MouseDelta.x : ImGui::GetIO().MouseDelta.y;
        size = std::clamp(size, std::min(least, most), std::max(least, most));
    }
    const ImU32 colour = ImGui::GetColorU32(held  ? ImGuiCol_SeparatorActive
                                            : hot ? ImGuiCol_SeparatorHovered
                                                  : ImGuiCol_Separator);
    const float half = std::floor(thickness * 0.5f);
    ImDrawList* const list = ImGui::GetWindowDrawList();
    if (upright)
        list->AddLine(ImVec2(at.x + half, at.y), ImVec2(at.x + half, at.y + length), colour);
    else
        list->AddLine(ImVec2(at.x, at.y + half), ImVec2(at.x + length, at.y + half), colour);
}

} // namespace imload::detail::inspector
