#pragma once

#include <imload/detail/engine/current.hpp>
#include <imload/imgui/context_session.hpp>
#include <imload/imgui/inspector/details.hpp>
#include <imload/imgui/inspector/head.hpp>
#include <imload/imgui/inspector/run_list.hpp>
#include <imload/imgui/inspector/table.hpp>
#include <imload/imgui/inspector/timeline.hpp>
#include <imload/imgui/inspector/view.hpp>
#include <imload/session.hpp>

#include <imgui.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace imload::ui {

/// Shows a window about every key of the current session: its state, its times, its errors and its
/// recent runs, and lets one refresh, cancel or forget it, or have it pretend to load, to fail or
/// to be slow.
///
///     static bool inspecting = true;
///     if (inspecting) imload::ui::show_inspector_window(&inspecting);
///
/// While it can be seen a sleeping loop draws four frames a second; hidden, collapsed or not
/// called, none. It begins a log of the session's newest runs unless there is one, which is kept
/// when the window is hidden: session::record_runs(0) ends it. Looking is not asking: keys are
/// refreshed, dropped and forgotten as without it.
/// Throws std::logic_error without a session.  Threads: the session's.  Cost: 1 to 4 ms a frame
/// with a hundred thousand keys; what they are at may then be a second old in the counts, but not
/// in the rows that are in view.
void show_inspector_window(bool* open = nullptr);

/// The same for another session; each has a window of its own.
void show_inspector_window(session& of, bool* open = nullptr);

} // namespace imload::ui

namespace imload::detail::inspector {

inline void draw_bottom(view& v, session& s, ImVec2 size) {
    if (ImGui::BeginChild("bottom", size) && ImGui::BeginTabBar("runs")) {
        if (ImGui::BeginTabItem("Timeline")) {
            timeline(v, s).draw();
            ImGui::EndTabItem();
        }
        if (ImGui::BeginTabItem("Runs")) {
            std::vector<const run_record*> runs;
            collect_runs(s.runs(), 0, most_records, runs);
            draw_runs("all runs", v, runs, s.now(), true, ImVec2(0, 0));
            ImGui::EndTabItem();
        }
        ImGui::EndTabBar();
    }
    ImGui::EndChild();
}

/// The table, the selected key at its side or, where that is too narrow, in its place, and below
/// them the timeline.
inline void draw_panes(view& v, session& s) {
    if (v.font_size != ImGui::GetFontSize()) { // the panes grow with the font
        const float growth = v.font_size > 0 ? ImGui::GetFontSize() / v.font_size : 0;
        v.details_width = growth > 0 ? v.details_width * growth : em(24);
        v.bottom_height = growth > 0 ? v.bottom_height * growth : em(13);
        v.font_size = ImGui::GetFontSize();
    }
    const ImVec2 corner = ImGui::GetCursorPos();
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const float bar = em(0.45f);
    const float bottom = std::clamp(v.bottom_height, em(5), std::max(em(5), room.y - em(8)));
    const float top = std::max(room.y - bottom - bar, em(6));
    const bool selected = v.selected != 0;
    const bool beside = selected && room.x >= em(40); // else in the place of the table
    const float side = std::clamp(v.details_width, em(12), std::max(em(12), room.x * 0.7f));
    const float left = beside ? room.x - side - bar : 0;
    // Placed one by one: without a spacing of nothing, which menus and tooltips would inherit.
    const auto go_to = [&](float x, float y) {
        ImGui::SetCursorPos(ImVec2(corner.x + x, corner.y + y));
    };
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(em(0.4f), em(0.3f)));
    if (!selected || beside) draw_table(v, s, ImVec2(beside ? left : room.x, top));
    if (beside) {
        go_to(left, 0);
        splitter("side", true, top, v.details_width, em(12), room.x * 0.7f);
    }
    if (selected) {
        go_to(beside ? left + bar : 0, 0);
        if (ImGui::BeginChild("details", ImVec2(0, top)) && v.selected != 0) draw_details(v, s);
        ImGui::EndChild();
    }
    go_to(0, top);
    splitter("below", false, room.x, v.bottom_height, em(5), room.y - em(8));
    go_to(0, top + bar);
    draw_bottom(v, s, ImVec2(0, bottom));
    ImGui::PopStyleVar();
}

inline void draw_inspector(view& v, session& s) {
    using namespace std::chrono_literals;
    v.recognise(s);
    // At first, and when the loop sleeps between frames, there is time for more in each of them.
    const bool hurried =
        v.keys.rows().is_complete() && !v.keys.is_urgent() && ImGui::GetIO().DeltaTime < 0.1f;
    v.keys.update(s, ImGui::GetTime(), hurried ? 1500us : 4000us);
    v.durations.collect(s.runs());
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(em(0.45f), em(0.18f)));
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(em(0.45f), em(0.35f)));
    draw_head(v, s);
    draw_filter(v, s);
    draw_panes(v, s);
    ImGui::PopStyleVar(2);
    v.obey(s);
    // Last, so that what the head tells of the next frame is not this window's own wish.
    s.request_frame(250ms);
}

inline void show_inspector(session& s, bool* open) {
    if (open && !*open) return;
    // Before the window begins, which an exception would leave open.
    engine_of(s).here("show_inspector_window");
    views::item* const shown = views::of_this_thread().show(s);
    if (!shown) return;
    const short_text name = shown->number == 0 ? short_text("%s", "imload inspector")
                                               : short_text("imload inspector##%d", shown->number);
    const bool visible = ImGui::Begin(name.c_str(), open);
    // From within, so that a size that the app has set counts.
    ImGui::SetWindowSize(ImVec2(em(66), em(44)), ImGuiCond_FirstUseEver);
    if (visible) draw_inspector(shown->seen, s);
    ImGui::End();
}

} // namespace imload::detail::inspector

namespace imload::ui {

inline void show_inspector_window(bool* open) {
    detail::inspector::show_inspector(imload::detail::current_for("show_inspector_window"), open);
}
inline void show_inspector_window(session& of, bool* open) {
    detail::inspector::show_inspector(of, open);
}

} // namespace imload::ui
