// A file explorer that never waits. Folders are listed, sorted, filtered and measured, files read
// and pictures decoded in the background; a frame only asks for what it shows.
//
// explorer/folder.hpp and preview.hpp are plain functions that read files, loads.hpp makes loads
// of them, the rest draws.
#include "app.hpp"
#include "explorer/details.hpp"
#include "explorer/file_list.hpp"
#include "explorer/format.hpp"
#include "explorer/icons.hpp"
#include "explorer/loads.hpp"
#include "explorer/path_bar.hpp"
#include "explorer/widgets.hpp"

#include <imload/imgui.hpp>

#include <imgui.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <functional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace explorer {

class window {
public:
    // Of a file, the folder is shown, with the file selected.
    explicit window(const fs::path& start) {
        std::error_code ignored;
        if (fs::is_regular_file(start, ignored))
            show(start.parent_path(), start.filename());
        else
            show(start);
    }

    void draw() {
        // Where to go is known in the middle of a frame, and done before the next one.
        if (const auto go = std::exchange(later_, nullptr)) go();
        sizes_.next_frame();
        list_.ask(filter_.data());
        handle_keys();
        draw_toolbar();
        draw_panes();
        draw_status();
    }

private:
    // -- where we are

    void show(const fs::path& folder, const fs::path& selected = {}) {
        folder_ = folder;
        filter_.fill('\0');
        path_bar_.show(folder);
        list_.show(folder, selected);
    }

    void open(const fs::path& folder) {
        if (folder == folder_) return;
        history_.push_back(folder_);
        // Going up, one sees where one was.
        const bool upwards = folder_.parent_path() == folder;
        show(folder, upwards ? folder_.filename() : fs::path{});
    }

    void go_back() {
        if (history_.empty()) return;
        const fs::path left = std::exchange(folder_, history_.back());
        history_.pop_back();
        show(fs::path{folder_}, left.parent_path() == folder_ ? left.filename() : fs::path{});
    }

    void open_later(const fs::path& folder) {
        later_ = [this, folder] { open(folder); };
    }
    void go_back_later() {
        later_ = [this] { go_back(); };
    }
    void open_selected_later() {
        const entry* const e = list_.selected();
        if (e != nullptr && e->type == kind::folder) open_later(folder_ / e->name);
    }

    static void refresh() {
        listings().refresh_all();
        previews().refresh_all();
        pictures().refresh_all();
        totals().refresh_all();
    }

    void handle_keys() {
        const ImGuiIO& io = ImGui::GetIO();
        if (ImGui::IsMouseClicked(3)) go_back_later(); // the button for the thumb
        if (pressed(ImGuiKey_Escape)) filter_.fill('\0');
        if (io.WantTextInput) return;
        const bool up = io.KeyAlt && pressed(ImGuiKey_UpArrow);
        if (up || pressed(ImGuiKey_Backspace))
            open_later(folder_.parent_path());
        else if (io.KeyAlt && pressed(ImGuiKey_LeftArrow))
            go_back_later();
        else if (pressed(ImGuiKey_Enter))
            open_selected_later();
        else
            list_.handle_keys();
    }

    // -- what is drawn

    void draw_toolbar() {
        const app::palette& c = app::colours();
        const bool has_parent = folder_.has_relative_path();
        if (icon_button("##back", &icons::arrow_left, !history_.empty(), c.text, "Back"))
            go_back_later();
        ImGui::SameLine();
        if (icon_button("##up", &icons::arrow_up, has_parent, c.text, "Up"))
            open_later(folder_.parent_path());
        ImGui::SameLine();
        const float gap = ImGui::GetStyle().ItemSpacing.x;
        const float space = ImGui::GetContentRegionAvail().x;
        const float filter = std::min(ImGui::GetFontSize() * 15, space * 0.35f);
        const fs::path clicked = path_bar_.draw(space - filter - ImGui::GetFrameHeight() - 2 * gap);
        if (!clicked.empty()) open_later(clicked);
        ImGui::SameLine();
        draw_filter(filter);
        ImGui::SameLine();
        if (icon_button("##reload", &icons::reload, true, c.text,
                        "Read everything again; the list does so by itself"))
            refresh();
    }

    void draw_filter(float width) {
        const ImVec2 padding = ImGui::GetStyle().FramePadding;
        const ImVec2 corner = ImGui::GetCursorScreenPos();
        ImGui::SetNextItemWidth(width);
        ImGui::InputTextWithHint("##filter", "     Filter", filter_.data(), filter_.size());
        if (filter_.front() != '\0' || ImGui::IsItemActive()) return;
        icons::magnifier({ImGui::GetWindowDrawList(),
                          {corner.x + padding.x, corner.y + padding.y},
                          ImGui::GetFontSize()},
                         packed(app::colours().muted));
    }

    // Side by side where the window is wide, else one above the other.
    void draw_panes() {
        const ImGuiStyle& style = ImGui::GetStyle();
        const float gap = style.ItemSpacing.x;
        const ImVec2 space{ImGui::GetContentRegionAvail().x,
                           ImGui::GetContentRegionAvail().y - ImGui::GetTextLineHeight() - gap};
        const bool wide = space.x > ImGui::GetFontSize() * 46;
        const float first = std::floor(((wide ? space.x : space.y) - gap) * ratio_);
        const float second = (wide ? space.x : space.y) - gap - first;
        const ImVec2 corner = ImGui::GetCursorScreenPos();
        const auto place = [&](float at) {
            ImGui::SetCursorScreenPos({corner.x + (wide ? at : 0), corner.y + (wide ? 0 : at)});
        };
        const auto size = [&](float part) {
            return wide ? ImVec2{part, space.y} : ImVec2{space.x, part};
        };
        if (list_.draw(size(first), sizes_)) open_selected_later();
        place(first);
        splitter("splitter", size(gap), ratio_, wide ? space.x : space.y);
        place(first + gap);
        draw_details(size(second));
    }

    void draw_details(ImVec2 size) {
        const arrangement* const shown = list_.shown();
        begin_panel("details", size);
        if (const entry* e = list_.selected())
            details_.draw_entry(folder_, *e, sizes_);
        else
            details_.draw_folder(folder_, shown ? shown->source.get() : nullptr, sizes_);
        ImGui::EndChild();
    }

    // The dot changes its colour while the listing is being refreshed.
    void draw_status() const {
        const arrangement* const shown = list_.shown();
        if (shown == nullptr) return;
        const app::palette& c = app::colours();
        const listing& all = *shown->source;
        const float dot = ImGui::GetFontSize();
        const float space = ImGui::GetContentRegionAvail().x;
        const std::string read_at = "read at " + all.read_at;
        const bool filtered = shown->rows.size() != all.entries.size();
        const std::string contents =
            filtered ? count_text(shown->rows.size()) + " of " +
                           count_of(all.entries.size(), "entry", "entries")
                     : count_of(all.folders, "folder", "folders") + ", " +
                           count_of(all.entries.size() - all.folders, "file", "files");
        const float right = space - width_of(read_at) - dot;
        short_text(contents, right - dot, c.muted);
        ImGui::SameLine(ImGui::GetStyle().WindowPadding.x + right);
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const bool refreshing = list_.refreshing();
        ImGui::GetWindowDrawList()->AddCircleFilled({at.x + dot / 2, at.y + dot / 2}, dot / 5,
                                                    packed(refreshing ? c.accent : c.good));
        ImGui::SetCursorPosX(ImGui::GetCursorPosX() + dot);
        coloured_text(c.muted, read_at);
    }

    fs::path folder_;
    std::vector<fs::path> history_;
    std::function<void()> later_;
    std::array<char, 128> filter_{};
    float ratio_ = 0.56f;
    folder_sizes sizes_;
    path_bar path_bar_;
    file_list list_;
    details details_;
};

} // namespace explorer

int main(int argc, char** argv) {
    const auto program = [](const app::arguments& arguments) {
        return [window = explorer::window{explorer::starting_folder(arguments)}]() mutable {
            window.draw();
        };
    };
    return app::run({.title = "explorer", .takes = "[FOLDER or FILE]"}, argc, argv, program);
}
