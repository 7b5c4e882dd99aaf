// The right pane: what the selected entry is, and what is in it.
#pragma once

#include "../texture.hpp"
#include "../theme.hpp"
#include "folder.hpp"
#include "icons.hpp"
#include "loads.hpp"
#include "preview.hpp"
#include "widgets.hpp"

#include <imload/imgui.hpp>

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace explorer {

class details {
public:
    void draw_entry(const fs::path& folder, const entry& e, folder_sizes& sizes) {
        draw_heading(glyph_of(e.type), colour_of(e.type), e.label);
        const fs::path path = folder / e.name;
        auto shown = previews().poll(path, e.modified);
        if (shown) {
            // A low pane is for the content; the list has the most important facts, too.
            if (ImGui::GetContentRegionAvail().y > ImGui::GetFontSize() * 16)
                draw_facts(shown->facts);
            if (e.type == kind::folder && !e.link)
                draw_total(path, sizes, true);
            else if (shown->picture)
                draw_picture(path, e.modified);
            else
                draw_text(path, *shown);
        } else if (const auto* problem = shown.error()) {
            if (draw_error("This cannot be shown", problem->message)) shown.refresh();
        } else {
            draw_skeleton({});
        }
    }

    // When nothing in it is selected; `all` is null until the folder has been read.
    void draw_folder(const fs::path& folder, const listing* all, folder_sizes& sizes) {
        draw_heading(&icons::folder, app::colours().folder, name_of(folder));
        if (all == nullptr) return;
        draw_facts({{"Folders", count_text(all->folders)},
                    {"Files", count_text(all->entries.size() - all->folders)},
                    {"In files", size_text(all->bytes)}});
        draw_total(folder, sizes, false);
    }

private:
    static void draw_heading(glyph icon, const ImVec4& colour, std::string_view title) {
        const float size = ImGui::GetTextLineHeight() * 1.6f;
        draw_icon(icon, size, colour);
        ImGui::SameLine();
        const app::font_scope font{app::fonts().large};
        ImGui::SetCursorPosY(ImGui::GetCursorPosY() + (size - ImGui::GetTextLineHeight()) / 2);
        short_text(title, ImGui::GetContentRegionAvail().x, app::colours().text);
    }

    static void draw_facts(const std::vector<fact>& facts) {
        ImGui::Spacing();
        if (!ImGui::BeginTable("facts", 2)) return;
        ImGui::TableSetupColumn("name", ImGuiTableColumnFlags_WidthFixed,
                                ImGui::GetFontSize() * 4.5f);
        ImGui::TableSetupColumn("value", ImGuiTableColumnFlags_WidthStretch);
        for (const fact& each : facts) {
            ImGui::TableNextColumn();
            coloured_text(app::colours().muted, each.name);
            ImGui::TableNextColumn();
            short_text(each.value, ImGui::GetContentRegionAvail().x, app::colours().text);
        }
        ImGui::EndTable();
        ImGui::Spacing();
    }

    // The size of everything below a folder, while it is being found out, and then.
    static void draw_total(const fs::path& folder, folder_sizes& sizes, bool urgent) {
        const app::palette& c = app::colours();
        const float width = ImGui::GetContentRegionAvail().x;
        auto total = sizes.of(folder, urgent);
        if (total) {
            large_text(size_text(total->bytes));
            short_text("in " + count_of(total->files, "file", "files") + ", subfolders included",
                       width, c.muted);
            if (total->unreadable > 0)
                short_text(count_of(total->unreadable, "folder", "folders") + " could not be read",
                           width, c.warning);
        } else if (total.is_loading()) {
            large_text(total.progress().text);
            coloured_text(c.muted, "so far, subfolders included");
            progress_line(ImGui::GetCursorScreenPos(), width, total.progress().fraction);
        } else if (const auto* problem = total.error()) {
            if (draw_error("This folder cannot be read", problem->message)) total.refresh();
        }
    }

    void draw_text(const fs::path& path, const preview& shown) {
        if (!shown.note.empty()) coloured_text(app::colours().muted, shown.note);
        if (shown.lines.empty()) return;
        const app::font_scope font{app::fonts().mono};
        const float character = width_of("0");
        const std::size_t digits = std::to_string(shown.lines.size()).size();
        const float gutter = shown.numbered ? character * static_cast<float>(digits + 2) : 0;
        const float text = character * static_cast<float>(shown.longest_line + 1);
        ImGui::SetNextWindowContentSize({gutter + text, 0});
        ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 2});
        ImGui::BeginChild("lines", {0, 0}, false, ImGuiWindowFlags_HorizontalScrollbar);
        if (std::exchange(text_of_, path) != path) {
            ImGui::SetScrollX(0);
            ImGui::SetScrollY(0);
        }
        ImGuiListClipper clipper;
        clipper.Begin(static_cast<int>(shown.lines.size()), ImGui::GetTextLineHeightWithSpacing());
        while (clipper.Step())
            for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
                draw_line(shown, static_cast<std::size_t>(i), digits, gutter);
        ImGui::EndChild();
        ImGui::PopStyleVar();
    }

    static void draw_line(const preview& shown, std::size_t i, std::size_t digits, float gutter) {
        if (shown.numbered) {
            std::string number = std::to_string(i + 1);
            number.insert(0, digits - number.size(), ' ');
            coloured_text(app::colours().muted, number);
            ImGui::SameLine(gutter);
        }
        plain_text(shown.lines[i]);
    }

    // Decoded in the background at about the size of the pane, uploaded here when first seen. The
    // last texture stays until the next one is there.
    void draw_picture(const fs::path& path, fs::file_time_type modified) {
        const ImVec2 space = ImGui::GetContentRegionAvail();
        const int fit = (static_cast<int>(std::max(space.x, space.y)) / 256 + 1) * 256;
        auto decoded = pictures().poll(path, modified, fit);
        if (decoded) upload(*decoded, {path, modified, fit, decoded.version()});
        if (texture_ && std::get<fs::path>(texture_of_) == path) {
            coloured_text(app::colours().muted, texture_note_);
            draw_texture();
        } else if (const auto* problem = decoded.error()) {
            if (draw_error("There is no preview", problem->message)) decoded.refresh();
        } else {
            imload::ui::skeleton(ImGui::GetContentRegionAvail());
        }
    }

    using picture_id = std::tuple<fs::path, fs::file_time_type, int, std::uint64_t>;

    void upload(const picture& decoded, const picture_id& id) {
        if (texture_of_ == id) return;
        texture_ = app::texture{decoded.width, decoded.height, decoded.rgba.data()};
        texture_of_ = id;
        texture_note_ = std::to_string(decoded.full_width) + " x " +
                        std::to_string(decoded.full_height) + " pixels";
    }

    void draw_texture() const {
        const ImVec2 space = ImGui::GetContentRegionAvail();
        const ImVec2 full{static_cast<float>(texture_.width()),
                          static_cast<float>(texture_.height())};
        const float most = full.x <= 64 && full.y <= 64 ? 4.0f : 1.0f; // icons are shown larger
        const float scale = std::min({space.x / full.x, space.y / full.y, most});
        const ImVec2 size{std::max(1.0f, std::floor(full.x * scale)),
                          std::max(1.0f, std::floor(full.y * scale))};
        const ImVec2 corner = ImGui::GetCursorScreenPos();
        const ImVec2 end{corner.x + size.x, corner.y + size.y};
        ImGui::Dummy(size);
        ImGui::GetWindowDrawList()->AddRectFilled(corner, end, packed(app::colours().raised));
        ImGui::GetWindowDrawList()->AddImage(texture_.id(), corner, end);
    }

    fs::path text_of_;
    app::texture texture_;
    picture_id texture_of_;
    std::string texture_note_;
};

} // namespace explorer
