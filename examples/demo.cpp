// Everything imload does, each beside its code: the demo window, and the inspector to look behind.
#include "app.hpp"

#include <imload/imgui.hpp>

#include <string>

int main(int argc, char** argv) {
    std::string to_open = "The five lines";
    float scroll = 0;
    bool inspector = false;
    const app::options program{
        .title = "imload demo",
        .extra = {{"--open", "TEXT", "open what speaks of it; all: open everything", &to_open},
                  {"--scroll", "S", "down the page, 1 is its end", &scroll},
                  {"--inspector", "", "open the inspector too", &inspector}}};

    return app::run(program, argc, argv, [&] {
        ImGui::Checkbox("Inspector", &inspector);
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const ImVec2 room = ImGui::GetContentRegionAvail();
        const float above = inspector ? room.y * 0.55f : room.y;

        ImGui::SetNextWindowPos(at);
        ImGui::SetNextWindowSize({room.x, above});
        if (ImGui::GetFrameCount() < 10) {
            ImGui::Begin(imload::ui::demo_window_name);
            imload::ui::demo::for_each_story([&](const imload::ui::demo::story& s) {
                if (s.live && (to_open == "all" || imload::ui::demo::mentions(s, to_open)))
                    imload::ui::demo::set_open(s, true);
            });
            ImGui::SetScrollY(scroll * ImGui::GetScrollMaxY());
            ImGui::End();
        }
        imload::ui::show_demo_window();

        if (!inspector) return;
        const float gap = ImGui::GetStyle().ItemSpacing.y;
        ImGui::SetNextWindowPos({at.x, at.y + above + gap});
        ImGui::SetNextWindowSize({room.x, room.y - above - gap});
        imload::ui::show_inspector_window(&inspector);
    });
}
