#pragma once

#include <imload/imgui/inspector/paint.hpp>
#include <imload/imgui/inspector/view.hpp>
#include <imload/result.hpp>
#include <imload/simulation.hpp>

#include <imgui.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <string>

// What can be done to a key, as buttons and as a menu.

namespace imload::detail::inspector {

inline void act(view& v, command::what what, std::uint64_t key = 0, simulation how = {}) {
    v.commands.push_back({what, key, how});
}

[[nodiscard]] inline std::string name_of(const simulation& how) {
    std::string text;
    if (how.state == simulated::loading) text = "loads for ever";
    if (how.state == simulated::failure) text = "fails";
    if (how.latency > time_span{}) {
        if (!text.empty()) text += ", ";
        text += std::string("+ ") + time_text(how.latency).c_str();
    }
    return text;
}

inline void draw_action_buttons(view& v, std::uint64_t key) {
    if (ImGui::Button("Refresh")) act(v, command::refresh, key);
    explain("Starts a run at once, unless one is on its way.");
    ImGui::SameLine();
    if (ImGui::Button("Cancel")) act(v, command::cancel, key);
    explain("Stops the run. The value stays, and asking starts none until a refresh, by hand or by "
            "its timer.");
    ImGui::SameLine();
    if (ImGui::Button("Forget")) act(v, command::forget, key);
    explain("Stops the run and drops the value; asking starts afresh.");
}

/// Choices of what the key pretends, and of how much slower it is. What tells that it does takes
/// the place of the caption, so that nothing moves under the mouse.
inline void draw_simulation(view& v, std::uint64_t id, const result_base& key) {
    const simulation how = key.simulates();
    ImGui::Dummy(ImVec2(0, em(0.15f)));
    if (how == simulation{}) {
        write(muted(), "Simulate");
    } else {
        tag(shade(orange), "SIMULATED");
        ImGui::SameLine(0, em(0.5f));
        write(shade(orange), name_of(how));
    }
    simulation wanted = how;
    const auto choice = [&](const char* name, simulated state, const char* meaning) {
        if (ImGui::RadioButton(name, how.state == state)) wanted.state = state;
        explain(meaning);
    };
    choice("As it is", simulated::nothing, "The key shows what its loads bring.");
    same_line_if_fits(em(6));
    choice("Force loading", simulated::loading, "No value, and a run that never ends.");
    same_line_if_fits(em(6));
    choice("Force error", simulated::failure, "No value, and every run fails.");
    float ms = static_cast<float>(seconds_of(how.latency) * 1e3);
    ImGui::SetNextItemWidth(std::min(em(9), ImGui::GetContentRegionAvail().x));
    if (ImGui::DragFloat("##latency", &ms, 10, 0, 60000, "+ %.0f ms", ImGuiSliderFlags_None) &&
        std::isfinite(ms)) // "nan" can be typed too
        wanted.latency = std::chrono::duration<float, std::milli>(std::clamp(ms, 0.0f, 60000.0f));
    explain("How much longer each run takes. Drag, or double click to type.");
    ImGui::SameLine(0, em(0.4f));
    write(muted(), "latency");
    if (!(how == simulation{})) {
        same_line_if_fits(em(8), em(1));
        if (ImGui::Button("Stop simulating")) wanted = {};
    }
    if (!(wanted == how)) act(v, command::simulate, id, wanted);
}

/// The number comes from who asks: the key itself has none once it is gone.
inline void draw_key_menu(view& v, std::uint64_t id, const result_base& key,
                          const std::string& label) {
    if (ImGui::MenuItem("Refresh")) act(v, command::refresh, id);
    if (ImGui::MenuItem("Cancel")) act(v, command::cancel, id);
    if (ImGui::MenuItem("Forget")) act(v, command::forget, id);
    ImGui::Separator();
    const simulation how = key.simulates();
    const auto pretend = [&](const char* name, simulated state) {
        const bool on = how.state == state;
        if (ImGui::MenuItem(name, nullptr, on))
            act(v, command::simulate, id, {on ? simulated::nothing : state, how.latency});
    };
    pretend("Force loading", simulated::loading);
    pretend("Force error", simulated::failure);
    if (ImGui::BeginMenu("Add latency")) {
        for (const int ms : {0, 200, 1000, 5000}) {
            const time_span latency = std::chrono::milliseconds(ms);
            const short_text name = ms == 0 ? short_text("%s", "none") : short_text("%d ms", ms);
            if (ImGui::MenuItem(name.c_str(), nullptr, how.latency == latency))
                act(v, command::simulate, id, {how.state, latency});
        }
        ImGui::EndMenu();
    }
    if (ImGui::MenuItem("Stop simulating", nullptr, false, !(how == simulation{})))
        act(v, command::simulate, id);
    ImGui::Separator();
    if (ImGui::MenuItem("Copy label")) ImGui::SetClipboardText(label.c_str());
}

/// What can be done to all keys at once.
inline void draw_all_menu(view& v) {
    if (ImGui::Button("All keys...")) ImGui::OpenPopup("all keys");
    if (!ImGui::BeginPopup("all keys")) return;
    if (ImGui::MenuItem("Refresh all")) act(v, command::refresh_all);
    if (ImGui::MenuItem("Cancel all")) act(v, command::cancel_all);
    if (ImGui::MenuItem("Forget all")) act(v, command::forget_all);
    ImGui::Separator();
    if (ImGui::MenuItem("Stop all simulations", nullptr, false,
                        v.keys.rows().count_simulated() > 0))
        act(v, command::stop_simulating);
    ImGui::EndPopup();
}

} // namespace imload::detail::inspector
