// The left pane: what is in a folder, sorted and filtered, with one entry selected.
#pragma once

#include "../theme.hpp"
#include "folder.hpp"
#include "icons.hpp"
#include "loads.hpp"
#include "widgets.hpp"

#include <imload/imgui.hpp>

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace explorer {

class file_list {
    auto load() const { return listings(shown_ == nullptr ? nullptr : shown_->source.get()); }

public:
    // Shows another folder; `selected` is a name in it, or empty.
    void show(const fs::path& folder, const fs::path& selected) {
        folder_ = folder;
        selected_ = selected;
        selected_row_ = 0;
        shown_ = nullptr;
        scroll_to_top_ = true;
        scroll_to_selected_ = true;
    }

    // Once a frame, before anything is drawn. Two loads in a row: the second one has the first
    // one's value among its arguments. A `shared_ptr` is compared by address, so a new listing is
    // a new question, and while it is being answered the rows that we hold stay on the screen.
    void ask(std::string_view filter) {
        const auto found = load().poll(folder_);
        if (!found) return;
        const auto arranged = arrangements().poll(*found, order_, filter);
        if (!arranged || *arranged == shown_) return;
        shown_ = *arranged;
        find_selected();
    }

    // Null until the folder has been read.
    const arrangement* shown() const { return shown_.get(); }
    bool refreshing() const { return load().peek(folder_).is_refreshing(); }
    const entry* selected() const { return has_selection() ? &shown_->at(selected_row_) : nullptr; }

    void handle_keys() {
        if (shown_ == nullptr || shown_->rows.empty()) return;
        const auto last = static_cast<std::ptrdiff_t>(shown_->rows.size()) - 1;
        const auto from = static_cast<std::ptrdiff_t>(selected_row_);
        std::ptrdiff_t to = -1;
        if (pressed(ImGuiKey_DownArrow)) to = from + 1;
        if (pressed(ImGuiKey_UpArrow)) to = from - 1;
        if (pressed(ImGuiKey_PageDown)) to = from + rows_on_page_;
        if (pressed(ImGuiKey_PageUp)) to = std::max<std::ptrdiff_t>(from - rows_on_page_, 0);
        if (pressed(ImGuiKey_Home)) to = 0;
        if (pressed(ImGuiKey_End)) to = last;
        if (to < 0) return;
        select(has_selection() ? static_cast<std::size_t>(std::min(to, last)) : 0);
        scroll_to_selected_ = true;
    }

    // Returns true when the selected entry is to be opened.
    bool draw(ImVec2 size, folder_sizes& sizes) {
        ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {1, 1});
        begin_panel("list", size);
        ImGui::PopStyleVar();
        bool opened = false;
        auto found = load().poll(folder_);
        const auto* const problem = found.error();
        if (shown_ != nullptr) {
            if (problem != nullptr && draw_banner(problem->message)) found.refresh();
            opened = draw_table(sizes);
        } else if (problem != nullptr) {
            if (draw_error("This folder cannot be read", problem->message)) found.refresh();
        } else {
            ImGui::Indent();
            ImGui::Dummy({0, ImGui::GetFontSize() / 2});
            draw_skeleton(found.progress().text);
            ImGui::Unindent();
        }
        ImGui::EndChild();
        return opened;
    }

private:
    bool has_selection() const { return shown_ != nullptr && !selected_.empty(); }

    void select(std::size_t row) {
        selected_row_ = row;
        selected_ = shown_->at(row).name;
    }

    // Only when the rows have changed: this looks at all of them.
    void find_selected() {
        const auto& rows = shown_->rows;
        const auto row = std::find_if(rows.begin(), rows.end(), [&](std::uint32_t i) {
            return shown_->source->entries[i].name == selected_.native();
        });
        if (row == rows.end())
            selected_.clear();
        else
            selected_row_ = static_cast<std::size_t>(row - rows.begin());
    }

    // Above the last good listing.
    static bool draw_banner(const std::string& message) {
        const app::palette& c = app::colours();
        const ImVec2 padding = ImGui::GetStyle().FramePadding;
        const float button = width_of("Retry") + 2 * padding.x;
        const float width = ImGui::GetContentRegionAvail().x;
        const ImVec2 corner = ImGui::GetCursorScreenPos();
        const ImVec2 end{corner.x + width, corner.y + ImGui::GetFrameHeight() + 2 * padding.y};
        ImVec4 background = c.danger;
        background.w = 0.2f;
        ImGui::GetWindowDrawList()->AddRectFilled(corner, end, packed(background));
        ImGui::SetCursorScreenPos({corner.x + 2 * padding.x, corner.y + padding.y});
        ImGui::AlignTextToFramePadding();
        short_text("Not up to date: " + message, width - button - 5 * padding.x, c.text);
        ImGui::SameLine();
        ImGui::SetCursorScreenPos({end.x - button - padding.x, corner.y + padding.y});
        const bool clicked = ImGui::Button("Retry");
        ImGui::SetCursorScreenPos({corner.x, end.y});
        return clicked;
    }

    bool draw_table(folder_sizes& sizes) {
        const float em = ImGui::GetFontSize();
        const bool with_date = ImGui::GetContentRegionAvail().x > em * 30;
        const ImGuiTableFlags flags = ImGuiTableFlags_ScrollY | ImGuiTableFlags_Sortable |
                                      ImGuiTableFlags_RowBg | ImGuiTableFlags_PadOuterX |
                                      ImGuiTableFlags_Resizable | ImGuiTableFlags_BordersInnerV |
                                      ImGuiTableFlags_NoBordersInBody;
        // Dear ImGui's background of the header has square corners, the panel round ones.
        const ImVec2 corner = ImGui::GetCursorScreenPos();
        const float width = ImGui::GetContentRegionAvail().x;
        const float header = ImGui::GetTextLineHeight() + 2 * ImGui::GetStyle().CellPadding.y;
        ImGui::GetWindowDrawList()->AddRectFilled(
            corner, {corner.x + width, corner.y + header}, packed(app::colours().header),
            ImGui::GetStyle().ChildRounding, ImDrawFlags_RoundCornersTop);
        if (!ImGui::BeginTable("entries", 3, flags)) return false;
        const ImGuiTableColumnFlags largest_first =
            ImGuiTableColumnFlags_WidthFixed | ImGuiTableColumnFlags_PreferSortDescending;
        ImGui::TableSetupScrollFreeze(0, 1);
        ImGui::TableSetupColumn("Name", ImGuiTableColumnFlags_WidthStretch);
        ImGui::TableSetupColumn("Size", largest_first, em * 5.5f);
        // Where it is hidden, the table keeps the order that is chosen for the others.
        ImGui::TableSetupColumn(
            "Modified", with_date ? largest_first : largest_first | ImGuiTableColumnFlags_Disabled,
            em * 9);
        ImGui::PushStyleColor(ImGuiCol_Text, app::colours().muted);
        ImGui::PushStyleColor(ImGuiCol_TableHeaderBg, ImVec4{0, 0, 0, 0});
        ImGui::TableHeadersRow();
        ImGui::PopStyleColor(2);
        read_sort_order();
        const bool opened = draw_rows(sizes, with_date);
        ImGui::EndTable();
        return opened;
    }

    void read_sort_order() {
        ImGuiTableSortSpecs* const specs = ImGui::TableGetSortSpecs();
        if (specs == nullptr || !specs->SpecsDirty || specs->SpecsCount == 0) return;
        order_.by = static_cast<column>(specs->Specs->ColumnIndex);
        order_.descending = specs->Specs->SortDirection == ImGuiSortDirection_Descending;
        specs->SpecsDirty = false;
    }

    // Only the visible rows are looked at, however many there are.
    bool draw_rows(folder_sizes& sizes, bool with_date) {
        const arrangement& shown = *shown_;
        if (shown.rows.empty()) {
            const bool empty = shown.source->entries.empty();
            ImGui::TableNextColumn();
            coloured_text(app::colours().muted,
                          empty ? "This folder is empty" : "Nothing has this in its name");
            return false;
        }
        const float padding = ImGui::GetStyle().CellPadding.y;
        const float height = std::floor(ImGui::GetTextLineHeight() + 2 * padding + 1);
        scroll(height);
        bool opened = false;
        ImGuiListClipper clipper;
        clipper.Begin(static_cast<int>(shown.rows.size()), height);
        while (clipper.Step()) {
            for (int row = clipper.DisplayStart; row < clipper.DisplayEnd; ++row) {
                ImGui::PushID(row);
                ImGui::TableNextRow(0, height);
                opened |= draw_row(static_cast<std::size_t>(row), height);
                draw_size(static_cast<std::size_t>(row), sizes);
                if (with_date) draw_date(static_cast<std::size_t>(row));
                ImGui::PopID();
            }
        }
        return opened;
    }

    // In the table, which scrolls as a window of its own.
    void scroll(float row_height) {
        const float visible = ImGui::GetWindowHeight() - row_height;
        const float top = static_cast<float>(selected_row_) * row_height;
        rows_on_page_ = std::max(1, static_cast<int>(visible / row_height) - 1);
        if (std::exchange(scroll_to_top_, false)) ImGui::SetScrollY(0);
        if (!std::exchange(scroll_to_selected_, false) || !has_selection()) return;
        if (top < ImGui::GetScrollY()) ImGui::SetScrollY(top);
        const float lowest = ImGui::GetScrollY() + visible - row_height;
        if (top > lowest) ImGui::SetScrollY(top - visible + row_height);
    }

    // The name, and what clicks are for: returns true when the entry is to be opened.
    bool draw_row(std::size_t row, float height) {
        const entry& e = shown_->at(row);
        ImGui::TableNextColumn();
        const ImVec2 start = ImGui::GetCursorPos();
        const bool selected = row == selected_row_ && has_selection();
        // A selectable fills the spacing around it: here that is the whole row.
        const float spacing = height - ImGui::GetTextLineHeight();
        ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, spacing});
        ImGui::PushStyleColor(
            ImGuiCol_HeaderHovered,
            ImGui::GetColorU32(selected ? ImGuiCol_Header : ImGuiCol_HeaderHovered));
        const bool clicked = ImGui::Selectable("##entry", selected,
                                               ImGuiSelectableFlags_SpanAllColumns |
                                                   ImGuiSelectableFlags_AllowDoubleClick);
        ImGui::PopStyleColor();
        ImGui::PopStyleVar();
        if (clicked) select(row);
        ImGui::SetCursorPos(start);
        draw_name(e);
        return clicked && ImGui::IsMouseDoubleClicked(0);
    }

    static void draw_name(const entry& e) {
        const app::palette& c = app::colours();
        const float size = ImGui::GetTextLineHeight();
        const icons::frame frame{ImGui::GetWindowDrawList(), ImGui::GetCursorScreenPos(), size};
        glyph_of(e.type)(frame, packed(colour_of(e.type)));
        if (e.link) icons::link_mark(frame, packed(c.text), packed(c.panel));
        ImGui::SetCursorPosX(ImGui::GetCursorPosX() + size * 1.45f);
        const bool hidden = e.label.front() == '.';
        short_text(e.label, ImGui::GetContentRegionAvail().x, hidden ? c.muted : c.text);
    }

    void draw_size(std::size_t row, folder_sizes& sizes) const {
        const app::palette& c = app::colours();
        const entry& e = shown_->at(row);
        ImGui::TableNextColumn();
        if (e.type != kind::folder) return right_aligned(e.size_label, c.muted);
        if (e.link) return;
        const auto total = sizes.of(folder_ / e.name);
        if (total) return right_aligned(size_text(total->bytes), c.muted);
        if (total.error() != nullptr) return right_aligned("no access", c.warning);
        if (!total.is_loading()) return;
        const ImVec2 corner = ImGui::GetCursorScreenPos();
        const float width = ImGui::GetContentRegionAvail().x;
        progress_line({corner.x, corner.y + ImGui::GetTextLineHeight()}, width,
                      total.progress().fraction);
        right_aligned(total.progress().text, c.muted);
    }

    void draw_date(std::size_t row) const {
        ImGui::TableNextColumn();
        const float width = ImGui::GetContentRegionAvail().x;
        short_text(shown_->at(row).date_label, width, app::colours().muted);
    }

    fs::path folder_;
    sort_order order_;
    std::shared_ptr<const arrangement> shown_; // the last one that was ready
    fs::path selected_;                        // a name in the folder, empty for none
    std::size_t selected_row_ = 0;
    int rows_on_page_ = 1;
    bool scroll_to_top_ = false;
    bool scroll_to_selected_ = false;
};

} // namespace explorer
