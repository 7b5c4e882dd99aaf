#pragma once

#include <imload/detail/engine/current.hpp>
#include <imload/imgui/context_session.hpp>
#include <imload/imgui/demo/acting.hpp>
#include <imload/imgui/demo/basics.hpp>
#include <imload/imgui/demo/failing.hpp>
#include <imload/imgui/demo/frames.hpp>
#include <imload/imgui/demo/keys.hpp>
#include <imload/imgui/demo/ordering.hpp>
#include <imload/imgui/demo/story.hpp>
#include <imload/imgui/demo/timing.hpp>

#include <imgui.h>

#include <algorithm>
#include <string_view>

// A window to learn imload from.

namespace imload::ui {

/// Shows everything imload does, each beside the code that does it, to copy. Call it in any frame;
/// it loads only what is open and in sight, with imitated work, in the current session.
/// `open`, where given, gets a button that closes the window and sets it to false.
/// Throws std::logic_error without a session.
void show_demo_window(bool* open = nullptr);

/// The name of that window, for ImGui::SetWindowPos() and the like.
inline constexpr const char* demo_window_name = "imload demo";

namespace demo {

/// Calls `visitor` with every story, headings included, in the order of the page.
template <class Visitor>
void for_each_story(Visitor visitor) {
    const auto visit = [&](const auto& chapter) {
        for (const story& each : chapter) visitor(each);
    };
    visit(basics);
    visit(failing);
    visit(timing);
    visit(acting);
    visit(ordering);
    visit(keys);
    visit(frames);
}

/// Opens or closes a story of the window that is being drawn.
inline void set_open(const story& s, bool open) {
    ImGui::GetStateStorage()->SetBool(ImGui::GetID(s.title), open);
}

/// Whether the story speaks of `words`, in any case of its letters.
[[nodiscard]] inline bool mentions(const story& s, std::string_view words) {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    const auto in = [&](std::string_view text) {
        return std::search(text.begin(), text.end(), words.begin(), words.end(),
                           [&](char a, char b) { return lower(a) == lower(b); }) != text.end();
    };
    return words.empty() || in(s.title) || in(s.text) || in(s.code);
}

inline void draw_page() {
    static char words[64] = "";
    const bool open_all = ImGui::Button("Open all");
    ImGui::SameLine();
    const bool close_all = ImGui::Button("Close all");
    ImGui::SameLine();
    ImGui::SetNextItemWidth(-FLT_MIN);
    ImGui::InputTextWithHint("##words", "find: retry, slider, poll ...", words, sizeof words);
    ImGui::PushStyleColor(ImGuiCol_Text, ImGui::GetStyleColorVec4(ImGuiCol_TextDisabled));
    ImGui::TextWrapped("In the code, nap() stands for work that takes that long, word() for data.");
    ImGui::PopStyleColor();
    for_each_story([&](const story& s) {
        if (!s.live) {
            if (words[0]) return;
            ImGui::Spacing();
            ImGui::TextDisabled("%s", s.title);
        } else if (mentions(s, words)) {
            if (open_all || close_all) set_open(s, open_all);
            draw(s);
        }
    });
}

} // namespace demo

inline void show_demo_window(bool* open) {
    // Before anything begins: a story that throws for want of a session leaves its window open.
    static_cast<void>(detail::current_for("show_demo_window"));
    const bool visible = ImGui::Begin(demo_window_name, open);
    // From within, so that a size that the app has set counts.
    const float em = ImGui::GetFontSize();
    ImGui::SetWindowSize(ImVec2(64 * em, 42 * em), ImGuiCond_FirstUseEver);
    if (visible) demo::draw_page();
    ImGui::End();
}

} // namespace imload::ui
