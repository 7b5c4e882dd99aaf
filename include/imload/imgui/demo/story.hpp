#pragma once

#include <imload/config.hpp>
#include <imload/imgui/demo/code_view.hpp>
#include <imload/result.hpp>
#include <imload/status.hpp>

#include <imgui.h>

#include <chrono>
#include <exception>

// One section of the demo: what it is about, what it looks like, and its code.

namespace imload::ui::demo {

struct story {
    const char* title;
    const char* text = nullptr; ///< one or two sentences; null: the title heads the stories below
    const char* code = nullptr; ///< found word for word in the code around `live`, see the tests
    void (*live)() = nullptr;
};

/// For texts: "%.1f s".
[[nodiscard]] inline double seconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double>(time).count();
}

/// A line in small print on where a key stands.
inline void show_status(const result_base& key) {
    ImGui::PushStyleColor(ImGuiCol_Text, ImGui::GetStyleColorVec4(ImGuiCol_TextDisabled));
    if (key.attempt() > 1)
        ImGui::Text("status %s, attempt %d, version %u", to_string(key.status()), key.attempt(),
                    key.version());
    else
        ImGui::Text("status %s, version %u", to_string(key.status()), key.version());
    ImGui::PopStyleColor();
}

/// The live side. What a load threw is shown in its place: the inspector can make any key fail.
inline void draw_live(const story& s) {
#if IMLOAD_HAS_EXCEPTIONS
    try {
        s.live();
    } catch (const std::exception& e) {
        ImGui::TextWrapped("%s", e.what());
    }
#else
    s.live();
#endif
}

inline void draw_body(const story& s) {
    ImGui::PushStyleColor(ImGuiCol_Text, mixed(ImGuiCol_Text, ImGuiCol_TextDisabled, 0.4f));
    ImGui::TextWrapped("%s", s.text);
    ImGui::PopStyleColor();
    ImGui::Spacing();
    const float em = ImGui::GetFontSize();
    if (ImGui::GetContentRegionAvail().x < 52 * em) { // too narrow for two columns
        draw_live(s);
        ImGui::Spacing();
        draw_code(s.code);
        return;
    }
    if (!ImGui::BeginTable("sides", 2, ImGuiTableFlags_SizingStretchProp)) return;
    ImGui::TableSetupColumn("live", ImGuiTableColumnFlags_WidthStretch, 0.38f);
    ImGui::TableSetupColumn("code", ImGuiTableColumnFlags_WidthStretch, 0.62f);
    ImGui::TableNextColumn();
    draw_live(s);
    ImGui::TableNextColumn();
    draw_code(s.code);
    ImGui::EndTable();
}

/// A header, and below it the story when it is open. What is scrolled out of sight is not drawn,
/// and so asks for nothing: its room is as high as it was, or as its code is.
inline void draw(const story& s) {
    ImGuiStorage* const kept = ImGui::GetStateStorage();
    // Closed ones stand back.
    ImVec4 back = ImGui::GetStyleColorVec4(ImGuiCol_Header);
    if (!kept->GetBool(ImGui::GetID(s.title))) back.w *= 0.35f;
    ImGui::PushStyleColor(ImGuiCol_Header, back);
    const bool open = ImGui::CollapsingHeader(s.title);
    ImGui::PopStyleColor();
    if (!open) return;
    ImGui::PushID(s.title);
    const ImGuiID id = ImGui::GetID("height");
    const ImVec2 room(ImGui::GetContentRegionAvail().x, kept->GetFloat(id, code_height(s.code)));
    if (ImGui::IsRectVisible(room)) {
        const float top = ImGui::GetCursorPosY();
        ImGui::Spacing();
        draw_body(s);
        ImGui::Spacing();
        ImGui::Spacing();
        kept->SetFloat(id, ImGui::GetCursorPosY() - top - ImGui::GetStyle().ItemSpacing.y);
    } else {
        ImGui::Dummy(room);
    }
    ImGui::PopID();
}

} // namespace imload::ui::demo
