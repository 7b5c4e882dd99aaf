#pragma once

#include <imload/imgui/demo/imitation.hpp>
#include <imload/imgui/demo/story.hpp>
#include <imload/imgui/show.hpp>
#include <imload/imgui/skeleton.hpp>
#include <imload/loader.hpp>

#include <imgui.h>

#include <algorithm>
#include <string>

// Which load goes first.

namespace imload::ui::demo {

// ---- visible first ----------------------------------------------------------------------------

inline constexpr const char* visible_code = R"cpp(
auto titles = imload::async_load(read_title); // 15 ms each

ImGuiListClipper clipper;
clipper.Begin(5000);
while (clipper.Step())
    for (int row = clipper.DisplayStart; row < clipper.DisplayEnd; ++row)
        if (auto title = titles.poll(row))
            ImGui::Text("%04d  %s", row, title->c_str());
        else
            imload::ui::skeleton();
)cpp";

inline std::string read_title(int row) {
    nap(15ms);
    return word(row);
}

inline void draw_rows() {
    auto titles = imload::async_load(read_title); // 15 ms each

    ImGuiListClipper clipper;
    clipper.Begin(5000);
    while (clipper.Step())
        for (int row = clipper.DisplayStart; row < clipper.DisplayEnd; ++row)
            if (auto title = titles.poll(row))
                ImGui::Text("%04d  %s", row, title->c_str());
            else
                imload::ui::skeleton();
}

inline void draw_visible() {
    static float place = 0;
    const bool moved = ImGui::SliderFloat("place", &place, 0, 1, "");
    const float height = 9 * ImGui::GetTextLineHeightWithSpacing();
    if (ImGui::BeginChild("rows", ImVec2(0, height), true)) {
        if (moved) ImGui::SetScrollY(place * ImGui::GetScrollMaxY());
        draw_rows();
        if (!moved) place = ImGui::GetScrollY() / std::max(ImGui::GetScrollMaxY(), 1.0f);
    }
    ImGui::EndChild();
    const auto counted = imload::current_session().statistics();
    ImGui::Text("%u loads done, %u dropped unstarted", static_cast<unsigned>(counted.successes),
                static_cast<unsigned>(counted.dropped));
}

// ---- priority ---------------------------------------------------------------------------------

inline constexpr const char* priority_code = R"cpp(
for (int tile = 0; tile < 32; ++tile) {
    const bool urgent = tile % 4 == 3;
    auto load = imload::async_load(bake, {.priority = urgent ? 1 : 0});
    draw_tile(load.poll(tile).has_value(), urgent);
    if (tile % 8 != 7) ImGui::SameLine();
}
if (ImGui::Button("Bake again")) imload::async_load(bake).forget_all();
)cpp";

inline int bake(int tile) {
    nap(120ms);
    return tile;
}

inline void draw_tile(bool done, bool urgent) {
    const float side = ImGui::GetTextLineHeight();
    const ImVec2 from = ImGui::GetCursorScreenPos();
    const ImVec2 to(from.x + side, from.y + side);
    ImGui::Dummy(ImVec2(side, side));
    const float rounding = std::min(ImGui::GetStyle().FrameRounding, side * 0.25f);
    const ImU32 back = ImGui::GetColorU32(ImGuiCol_Text, 0.1f);
    const ImU32 front = urgent ? ImGui::GetColorU32(ImGuiCol_PlotHistogram)
                               : ImGui::GetColorU32(ImGuiCol_Text, 0.45f);
    ImGui::GetWindowDrawList()->AddRectFilled(from, to, done ? front : back, rounding);
}

inline void draw_priority() {
    for (int tile = 0; tile < 32; ++tile) {
        const bool urgent = tile % 4 == 3;
        auto load = imload::async_load(bake, {.priority = urgent ? 1 : 0});
        draw_tile(load.poll(tile).has_value(), urgent);
        if (tile % 8 != 7) ImGui::SameLine();
    }
    if (ImGui::Button("Bake again")) imload::async_load(bake).forget_all();
}

// ---- loading ahead ----------------------------------------------------------------------------

inline constexpr const char* prefetch_code = R"cpp(
auto chapters = imload::async_load(read_chapter);

imload::ui::show(chapters.poll(number), [](const std::string& text) {
    ImGui::TextWrapped("%s", text.c_str());
});
if (ahead) chapters.prefetch(number + 1); // after all that is in sight
)cpp";

inline std::string read_chapter(int number) {
    nap(800ms);
    return "Chapter " + std::to_string(number) + ", in which we come to the " + word(number) +
           " and see the " + word(number + 50) + '.';
}

inline void draw_prefetch() {
    static int number = 1;
    static bool ahead = true;
    if (ImGui::ArrowButton("back", ImGuiDir_Left)) number = std::max(number - 1, 1);
    ImGui::SameLine();
    if (ImGui::ArrowButton("on", ImGuiDir_Right)) ++number;
    ImGui::SameLine();
    ImGui::Checkbox("load ahead", &ahead);

    auto chapters = imload::async_load(read_chapter);

    imload::ui::show(chapters.poll(number),
                     [](const std::string& text) { ImGui::TextWrapped("%s", text.c_str()); });
    if (ahead) chapters.prefetch(number + 1); // after all that is in sight

    show_status(chapters.peek(number));
}

inline constexpr story ordering[] = {
    {"Order"},
    {"What is in sight goes first",
     "A list asks for the rows that it draws. Drag the slider: what was scrolled past leaves the "
     "queue before it starts, and the rows in sight are next.",
     visible_code, draw_visible},
    {"Priority", "Among what one frame asks for, the higher goes first: every fourth tile.",
     priority_code, draw_priority},
    {"Loading ahead",
     "prefetch() starts a load after all that is in sight, and keeps it although nobody asks yet.",
     prefetch_code, draw_prefetch},
};

} // namespace imload::ui::demo
