#pragma once

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <string_view>

// Code to read and to copy.

namespace imload::ui::demo {

/// A colour between two of the style.
[[nodiscard]] inline ImVec4 mixed(ImGuiCol one, ImGuiCol other, float share_of_other) {
    const ImVec4 a = ImGui::GetStyleColorVec4(one);
    const ImVec4 b = ImGui::GetStyleColorVec4(other);
    const auto between = [=](float x, float y) { return x + (y - x) * share_of_other; };
    return ImVec4(between(a.x, b.x), between(a.y, b.y), between(a.z, b.z), between(a.w, b.w));
}

/// The app's own monospaced font: the current one, or else another of about its size; null if
/// there is none.
[[nodiscard]] inline ImFont* monospaced_font() {
    const auto is_monospaced = [](ImFont* font) {
        if (!font->IsLoaded()) return false;
        const auto width = [=](const char* text) {
            return font->CalcTextSizeA(16, 1e6f, 0, text).x;
        };
#if IMGUI_VERSION_NUM >= 19200
        const bool has_letters = font->IsGlyphInFont('i') && font->IsGlyphInFont('W');
#else
        const bool has_letters = font->FindGlyphNoFallback('i') && font->FindGlyphNoFallback('W');
#endif
        return has_letters && std::abs(width("iiii") - width("WWWW")) < 0.01f;
    };
    ImFont* best = ImGui::GetFont();
    if (is_monospaced(best)) return best;
    best = nullptr;
    for (ImFont* font : ImGui::GetIO().Fonts->Fonts) {
        if (!is_monospaced(font)) continue;
#if IMGUI_VERSION_NUM >= 19200
        return font; // of any size
#else
        const auto away = [](const ImFont* f) {
            return std::abs(f->FontSize * f->Scale * ImGui::GetIO().FontGlobalScale /
                                ImGui::GetFontSize() -
                            0.9f);
        };
        if (away(font) < 0.4f && (!best || away(font) < away(best))) best = font;
#endif
    }
    return best;
}

/// Text until the end of the scope is monospaced, where there is such a font.
class code_font {
public:
    code_font() : pushed_(monospaced_font()) {
#if IMGUI_VERSION_NUM >= 19200
        if (pushed_) ImGui::PushFont(pushed_, 0.0f);
#else
        if (pushed_) ImGui::PushFont(pushed_);
#endif
    }
    code_font(const code_font&) = delete;
    code_font& operator=(const code_font&) = delete;
    ~code_font() {
        if (pushed_) ImGui::PopFont();
    }

private:
    ImFont* pushed_;
};

/// The lines of a raw string, without the empty ones at its ends.
[[nodiscard]] inline std::string_view trimmed_code(const char* code) {
    std::string_view all = code;
    while (!all.empty() && all.front() == '\n') all.remove_prefix(1);
    while (!all.empty() && all.back() == '\n') all.remove_suffix(1);
    return all;
}

/// Calls `visitor` with each line.
template <class Visitor>
void for_each_line(std::string_view text, Visitor visitor) {
    while (true) {
        const std::size_t end = text.find('\n');
        visitor(text.substr(0, end));
        if (end == text.npos) return;
        text.remove_prefix(end + 1);
    }
}

[[nodiscard]] inline float code_line_height() {
    return std::ceil(ImGui::GetTextLineHeight() * 1.2f);
}

/// About how high the code is, in the current font.
[[nodiscard]] inline float code_height(const char* code) {
    const std::string_view text = trimmed_code(code);
    const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
    return static_cast<float>(lines) * code_line_height() + 2 * ImGui::GetStyle().WindowPadding.y;
}

/// How a piece of a line is coloured.
struct code_piece {
    std::string_view text;
    ImVec4 colour;
};

/// The next piece of a line: a comment, a text, a name of imload's, an option, or the rest.
[[nodiscard]] inline code_piece next_piece(std::string_view line) {
    const auto in_name = [](char c) {
        return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
               (c >= 'A' && c <= 'Z');
    };
    const auto name_end = [&](std::size_t from) {
        while (from < line.size() && in_name(line[from])) ++from;
        return from;
    };
    const auto starts = [&](std::string_view with) { return line.substr(0, with.size()) == with; };
    const auto piece = [&](std::size_t length, ImVec4 colour) {
        return code_piece{line.substr(0, length), colour};
    };
    const ImVec4 plain = ImGui::GetStyleColorVec4(ImGuiCol_Text);
    const ImVec4 accent = mixed(ImGuiCol_Text, ImGuiCol_CheckMark, 0.85f);
    if (starts("//")) return piece(line.size(), ImGui::GetStyleColorVec4(ImGuiCol_TextDisabled));
    if (starts("\"")) {
        const std::size_t end = line.find('"', 1);
        return piece(end == line.npos ? end : end + 1,
                     mixed(ImGuiCol_Text, ImGuiCol_PlotHistogram, 0.55f));
    }
    if (starts("imload::")) {
        std::size_t end = 0;
        while (line.substr((end = name_end(end)), 2) == "::") end += 2;
        return piece(end, accent);
    }
    if (starts(".") && line.size() > 1 && in_name(line[1])) {
        const std::size_t end = name_end(1);
        return piece(end, line.substr(end, 3) == " = " ? accent : plain);
    }
    if (in_name(line.front())) {
        std::size_t end = name_end(0);
        while (end + 1 < line.size() && line[end] == '.') end = name_end(end + 1);
        return piece(end, plain);
    }
    return piece(1, plain);
}

inline void draw_code_line(ImVec2 at, std::string_view line) {
    ImDrawList* const list = ImGui::GetWindowDrawList();
    while (!line.empty()) {
        const code_piece next = next_piece(line);
        const char* const end = next.text.data() + next.text.size();
        if (next.text != " ")
            list->AddText(at, ImGui::GetColorU32(next.colour), next.text.data(), end);
        at.x += ImGui::CalcTextSize(next.text.data(), end).x;
        line.remove_prefix(next.text.size());
    }
}

/// At the top right of the code; says so once it was copied, until the pointer leaves.
inline void draw_copy_button(std::string_view code) {
    static const char* copied = nullptr;
    const bool hovered = ImGui::IsWindowHovered();
    if (!hovered && copied == code.data()) copied = nullptr;
    const char* const label = copied == code.data() ? "Copied###copy" : "Copy###copy";
    const ImGuiStyle& style = ImGui::GetStyle();
    const float scrollbar = ImGui::GetScrollMaxY() > 0 ? style.ScrollbarSize : 0.0f;
    const ImVec2 corner = ImGui::GetWindowPos();
    const float width = ImGui::CalcTextSize(label, nullptr, true).x + 2 * style.FramePadding.x;
    const ImVec2 gap = style.WindowPadding; // no less, or there would be more to scroll to
    ImGui::SetCursorScreenPos(ImVec2(corner.x + ImGui::GetWindowWidth() - scrollbar - width - gap.x,
                                     corner.y + gap.y * 0.5f));
    ImVec4 back = mixed(ImGuiCol_WindowBg, ImGuiCol_Text, hovered ? 0.16f : 0.08f);
    back.w = 1;
    ImGui::PushStyleColor(ImGuiCol_Button, back);
    if (ImGui::SmallButton(label)) {
        copied = code.data();
        ImGui::SetClipboardText((std::string(code) + '\n').c_str());
    }
    ImGui::PopStyleColor();
}

/// The code in a box as high as it is, with a button that copies it.
inline void draw_code(const char* code) {
    const std::string_view text = trimmed_code(code);
    const ImGuiStyle& style = ImGui::GetStyle();
    const ImVec2 padding = style.WindowPadding;
    ImVec4 back = ImGui::GetStyleColorVec4(ImGuiCol_Text);
    back.w *= 0.035f;
    const float inner = ImGui::GetContentRegionAvail().x - 2 * padding.x;
    const float button = ImGui::CalcTextSize("Copied").x + 3 * style.FramePadding.x;
    ImVec2 size;
    float top = 0; // a row for the button alone, where it would cover code
    {
        const code_font font;
        size = ImGui::CalcTextSize(text.data(), text.data() + text.size());
        size.y = code_height(code);
        const std::size_t first = std::min(text.find('\n'), text.size());
        if (ImGui::CalcTextSize(text.data(), text.data() + first).x + button > inner)
            top = code_line_height();
    }
    const float box = top + size.y + (size.x > inner ? style.ScrollbarSize : 0.0f);
    ImGui::PushStyleColor(ImGuiCol_ChildBg, back);
    if (ImGui::BeginChild("code", ImVec2(0, box), true, ImGuiWindowFlags_HorizontalScrollbar)) {
        {
            const code_font font;
            const ImVec2 corner = ImGui::GetCursorScreenPos();
            ImVec2 at(corner.x, corner.y + top);
            for_each_line(text, [&](std::string_view line) {
                draw_code_line(at, line);
                at.y += code_line_height();
            });
            ImGui::Dummy(ImVec2(size.x, at.y - corner.y));
        }
        draw_copy_button(text);
    }
    ImGui::EndChild();
    ImGui::PopStyleColor();
}

} // namespace imload::ui::demo
