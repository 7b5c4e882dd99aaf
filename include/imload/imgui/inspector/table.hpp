#pragma once

#include <imload/imgui/inspector/actions.hpp>
#include <imload/imgui/inspector/paint.hpp>
#include <imload/imgui/inspector/view.hpp>
#include <imload/session.hpp>

#include <imgui.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

// The table of all keys.

namespace imload::detail::inspector {

inline void draw_state_cell(const entry_info& e) {
    const key_state s = state_of(e);
    const ImVec4 colour = colour_of(s);
    dot(colour, s != key_state::idle);
    const bool refreshing = e.has_value && e.key.is_refreshing();
    const progress_info done = e.key.progress();
    if (s == key_state::running && done.fraction >= 0) {
        write(colour, short_text("%.0f %%", static_cast<double>(done.fraction) * 100).c_str());
        const ImVec2 from = ImGui::GetItemRectMin();
        const float y = ImGui::GetItemRectMax().y;
        const float width = em(4.5f);
        ImDrawList* const list = ImGui::GetWindowDrawList();
        const float thick = std::max(1.0f, em(0.1f));
        list->AddRectFilled(ImVec2(from.x, y), ImVec2(from.x + width, y + thick),
                            packed(colour, 0.25f));
        list->AddRectFilled(ImVec2(from.x, y),
                            ImVec2(from.x + width * std::min(done.fraction, 1.0f), y + thick),
                            packed(colour));
    } else {
        write(s == key_state::complete ? blend(colour, muted(), 0.35f) : colour,
              refreshing && s == key_state::running ? "refreshing" : name_of(s));
    }
}

/// The cells of a key, but for its label.
inline void draw_cells(const entry_info& e, view& v, std::uint32_t frame) {
    const ImVec4& text = ImGui::GetStyle().Colors[ImGuiCol_Text];
    const ImVec4 faint = muted();
    const auto cell = [](column c) { return ImGui::TableSetColumnIndex(static_cast<int>(c)); };
    const auto figure = [&](bool there, const short_text& value) {
        write_right(there ? text : faint, there ? value.c_str() : "-");
    };
    if (cell(column::state)) draw_state_cell(e);
    if (cell(column::age)) figure(e.has_value, clock_text(seconds_of(e.age)));
    if (cell(column::refresh)) {
        const bool timed = e.refresh_in != never;
        figure(timed, timed ? clock_text(seconds_of(e.refresh_in)) : short_text());
    }
    if (cell(column::last)) figure(e.last_duration.count() > 0, time_text(e.last_duration));
    if (cell(column::mean)) figure(e.mean_duration.count() > 0, time_text(e.mean_duration));
    if (cell(column::recent))
        if (const auto* const h = v.durations.of(e.id))
            sparkline(*h, ImVec2(ImGui::GetContentRegionAvail().x, ImGui::GetTextLineHeight()));
    if (cell(column::attempts)) {
        const bool several = e.attempt > 1;
        write_right(several ? colour_of(key_state::retrying) : faint,
                    e.attempt > 0 ? short_text("%d", e.attempt).c_str() : "-");
    }
    if (cell(column::asked)) {
        const std::uint32_t ago = frame - e.last_asked_frame;
        const bool now = e.last_asked_frame != 0 && ago <= 1;
        write_right(now ? text : faint, e.last_asked_frame == 0 ? "never"
                                        : now                   ? "now"
                                                                : count_text(ago).c_str());
    }
}

inline void draw_label_cell(const row& r, const entry_info& e) {
    ImVec4 colour = ImGui::GetStyle().Colors[ImGuiCol_Text];
    const bool pretends = !(e.key.simulates() == simulation{});
    if (pretends) {
        tag(shade(orange), "SIM");
        if (ImGui::IsItemHovered()) explain("Simulated: " + name_of(e.key.simulates()));
        ImGui::SameLine(0, em(0.35f));
    }
    if (e.error) colour = blend(colour, colour_of(key_state::failed), 0.55f);
    const ImVec2 from = ImGui::GetCursorScreenPos();
    const float room = ImGui::GetContentRegionAvail().x;
    const bool whole = write_label(colour, r.label, room);
    const ImVec2 to(from.x + room, from.y + ImGui::GetTextLineHeight());
    if ((!whole || e.error) && ImGui::IsWindowHovered() && ImGui::IsMouseHoveringRect(from, to)) {
        ImGui::BeginTooltip();
        ImGui::PushTextWrapPos(em(36));
        write(r.label);
        if (e.error) write(colour_of(key_state::failed), e.error->message);
        ImGui::PopTextWrapPos();
        ImGui::EndTooltip();
    }
}

inline void draw_row(const row& r, view& v, session& s, float height) {
    ImGui::TableNextRow(ImGuiTableRowFlags_None, height);
    if (r.id == 0) return; // gone, until the order is made anew
    ImGui::TableSetColumnIndex(0);
    push_id(r.id);
    if (clickable_row(v.selected == r.id)) v.select(v.selected == r.id ? 0 : r.id, r.label);
    const entry_info e = describe(s.key(r.id));
    if (e.id == 0) { // gone, and the rows have not been brought up to date since
        write_label(muted(), r.label, ImGui::GetContentRegionAvail().x);
        ImGui::PopID();
        return;
    }
    if (ImGui::BeginPopupContextItem("menu")) {
        v.select(r.id, r.label);
        draw_key_menu(v, r.id, e.key, r.label);
        ImGui::EndPopup();
    }
    draw_label_cell(r, e);
    draw_cells(e, v, s.last_frame().frame);
    ImGui::PopID();
}

inline void read_sort_order(view& v) {
    const ImGuiTableSortSpecs* const order = ImGui::TableGetSortSpecs();
    if (!order || order->SpecsCount < 1) return;
    v.keys.sort_by(static_cast<column>(order->Specs[0].ColumnUserID),
                   order->Specs[0].SortDirection == ImGuiSortDirection_Descending);
}

inline void set_up_columns() {
    constexpr ImGuiTableColumnFlags fixed = ImGuiTableColumnFlags_WidthFixed;
    constexpr ImGuiTableColumnFlags largest_first = ImGuiTableColumnFlags_PreferSortDescending;
    const auto add = [](const char* name, column c, ImGuiTableColumnFlags flags, float width) {
        ImGui::TableSetupColumn(name, flags, width, static_cast<ImGuiID>(c));
    };
    add("Key", column::key,
        ImGuiTableColumnFlags_WidthStretch | ImGuiTableColumnFlags_DefaultSort |
            ImGuiTableColumnFlags_NoHide,
        1);
    add("State", column::state, fixed, em(5.6f));
    add("Age", column::age, fixed, em(3.2f));
    add("Next", column::refresh, fixed, em(3.2f));
    add("Last", column::last, fixed | largest_first, em(3.9f));
    add("Mean", column::mean, fixed | largest_first, em(3.9f));
    add("Recent", column::recent, fixed | ImGuiTableColumnFlags_NoSort, em(5));
    add("Try", column::attempts, fixed | largest_first, em(2.2f));
    add("Asked", column::asked, fixed, em(3.4f));
}

/// The headers, each with what its column means.
inline void draw_headers() {
    constexpr std::array meanings{
        "The callable and its arguments.",
        "What the key is at.",
        "Since the value was made.",
        "Until the next refresh by options::refresh_every.",
        "How long the last successful run took.",
        "How long the successful runs took; recent ones weigh more.",
        "The newest runs on a worker, the newest at the right; failed ones are coloured.",
        "The attempt that is under way, or failed.",
        "How many frames ago the key was asked for last."};
    ImGui::TableSetupScrollFreeze(0, 1);
    ImGui::TableNextRow(ImGuiTableRowFlags_Headers);
    for (int i = 0; i < static_cast<int>(meanings.size()); ++i) {
        if (!ImGui::TableSetColumnIndex(i)) continue;
        ImGui::PushID(i);
        ImGui::TableHeader(ImGui::TableGetColumnName(i));
        explain(meanings[static_cast<std::size_t>(i)]);
        ImGui::PopID();
    }
}

/// In a narrow table go those columns that the details of a key tell too; in a wide one they come
/// back. At first and when that changes: in between it is as the user has it.
inline void leave_room_for_labels(view& v, float width) {
    const table_width room = width < em(22)   ? table_width::least
                             : width < em(34) ? table_width::tight
                             : width < em(52) ? table_width::narrow
                                              : table_width::wide;
    if (room == v.table) return;
    v.table = room;
    const auto show = [](column c, bool shown) {
        ImGui::TableSetColumnEnabled(static_cast<int>(c), shown);
    };
    for (const column c : {column::mean, column::recent, column::attempts})
        show(c, room == table_width::wide);
    for (const column c : {column::last, column::asked}) show(c, room >= table_width::narrow);
    for (const column c : {column::age, column::refresh}) show(c, room >= table_width::tight);
}

inline void draw_table(view& v, session& s, ImVec2 size) {
    // Not saved: which columns are shown follows from the width, and would be mistaken for the
    // user's wish in the next run of the app.
    constexpr ImGuiTableFlags flags = ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg |
                                      ImGuiTableFlags_Sortable | ImGuiTableFlags_Resizable |
                                      ImGuiTableFlags_Hideable | ImGuiTableFlags_BordersOuterH |
                                      ImGuiTableFlags_NoSavedSettings;
    // More cells are worth more here than air.
    const ImVec2 padding(em(0.4f), std::floor(em(0.14f)));
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, padding);
    if (ImGui::BeginTable("keys", 9, flags, size)) {
        set_up_columns();
        draw_headers();
        read_sort_order(v);
        leave_room_for_labels(v, size.x);
        const float height = ImGui::GetTextLineHeight() + 2 * padding.y;
        ImGuiListClipper clipper;
        clipper.Begin(static_cast<int>(v.keys.size()), height);
        while (clipper.Step())
            for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
                draw_row(v.keys[static_cast<std::size_t>(i)], v, s, height);
        ImGui::EndTable();
    }
    ImGui::PopStyleVar();
}

/// The line above the table: text filter, how many are shown, what can be done to all.
inline void draw_filter(view& v, session& s) {
    ImGui::SetNextItemWidth(std::min(em(18), ImGui::GetContentRegionAvail().x * 0.5f));
    ImGui::InputTextWithHint("##filter", "Filter keys", v.filter.data(), v.filter.size());
    explain("Part of a label. a,b: either of them; -a: without it.");
    v.keys.filter_by(v.filter.data());
    ImGui::SameLine();
    draw_all_menu(v);
    ImGui::SameLine(0, em(0.8f));
    std::string text;
    if (v.keys.is_filtered()) text = std::string(count_text(v.keys.size()).c_str()) + " of ";
    text += count_text(s.size()).c_str();
    text += s.size() == 1 ? " key" : " keys";
    if (!v.keys.rows().is_complete()) text += ", reading";
    ImGui::AlignTextToFramePadding();
    write_fitting(muted(), text, ImGui::GetContentRegionAvail().x);
}

} // namespace imload::detail::inspector
