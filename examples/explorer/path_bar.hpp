// The current folder and those above it, each a button.
#pragma once

#include "../theme.hpp"
#include "format.hpp"
#include "icons.hpp"
#include "widgets.hpp"

#include <imgui.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace explorer {

class path_bar {
public:
    void show(const fs::path& folder) {
        parts_.clear();
        fs::path reached;
        for (const fs::path& name : folder) {
            reached /= name;
            // "C:" and its root directory are one part.
            if (name == folder.root_directory() && !parts_.empty()) parts_.pop_back();
            parts_.push_back({label_of(reached.has_relative_path() ? name : reached), reached});
        }
    }

    // The folder that was clicked, or nothing.
    fs::path draw(float width) const {
        const float height = ImGui::GetFrameHeight();
        ImGui::PushStyleColor(ImGuiCol_ChildBg, app::colours().panel);
        ImGui::PushStyleVar(ImGuiStyleVar_ChildRounding, ImGui::GetStyle().FrameRounding);
        ImGui::BeginChild("path", {width, height}, false, ImGuiWindowFlags_NoScrollbar);
        ImGui::PopStyleVar();
        ImGui::PopStyleColor();
        ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
        ImGui::PushStyleColor(ImGuiCol_Button, ImVec4{0, 0, 0, 0});
        const fs::path clicked = draw_parts(first_fitting(width));
        ImGui::PopStyleColor();
        ImGui::PopStyleVar();
        ImGui::EndChild();
        return clicked;
    }

private:
    struct part {
        std::string label;
        fs::path folder;
    };

    static float gap() { return ImGui::GetFontSize() * 0.6f; }

    // The folder's own name is always there, its parents as far as there is space.
    std::size_t first_fitting(float width) const {
        if (parts_.empty()) return 0;
        const float extra = ImGui::GetStyle().FramePadding.x * 2 + gap();
        const auto needs = [&](std::size_t i) { return width_of(parts_[i].label) + extra; };
        std::size_t first = parts_.size() - 1;
        float used = width_of("...") + extra + needs(first);
        while (first > 0 && used + needs(first - 1) < width) used += needs(--first);
        return first;
    }

    fs::path draw_parts(std::size_t first) const {
        fs::path clicked;
        // The dots stand for what does not fit, and lead to the innermost folder of that.
        if (first > 0 && draw_part("...", app::colours().muted)) clicked = parts_[first - 1].folder;
        for (std::size_t i = first; i < parts_.size(); ++i) {
            if (i > 0) draw_gap();
            const bool last = i + 1 == parts_.size();
            ImGui::PushID(static_cast<int>(i));
            if (draw_part(parts_[i].label, last ? app::colours().text : app::colours().muted))
                clicked = parts_[i].folder;
            ImGui::PopID();
        }
        return clicked;
    }

    static void draw_gap() {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const float top = at.y + (ImGui::GetFrameHeight() - gap()) / 2;
        ImGui::Dummy({gap(), ImGui::GetFrameHeight()});
        icons::chevron({ImGui::GetWindowDrawList(), {at.x, top}, gap()},
                       packed(app::colours().muted));
        ImGui::SameLine();
    }

    // Names may contain "##", which would be an id in a button's label.
    static bool draw_part(const std::string& label, const ImVec4& colour) {
        const ImVec2 corner = ImGui::GetCursorScreenPos();
        const ImVec2 padding = ImGui::GetStyle().FramePadding;
        const bool clicked = ImGui::Button("##part", {width_of(label) + 2 * padding.x, 0});
        ImGui::GetWindowDrawList()->AddText({corner.x + padding.x, corner.y + padding.y},
                                            packed(colour), label.c_str());
        ImGui::SameLine();
        return clicked;
    }

    std::vector<part> parts_;
};

} // namespace explorer
