#pragma once

#include <imload/imgui/demo/imitation.hpp>
#include <imload/imgui/demo/story.hpp>
#include <imload/imgui/error_box.hpp>
#include <imload/imgui/motion.hpp>
#include <imload/imgui/progress_bar.hpp>
#include <imload/imgui/show.hpp>
#include <imload/imgui/skeleton.hpp>
#include <imload/imgui/spinner.hpp>
#include <imload/loader.hpp>

#include <imgui.h>

#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

// Values, and the widgets that stand in for them.

namespace imload::ui::demo {

// ---- the five lines ---------------------------------------------------------------------------

inline table fetch_rates(const std::string& base, int decimals) {
    nap(1200ms);
    constexpr std::pair<const char*, double> known[] = {
        {"US dollar", 1.0842}, {"Pound", 0.8437}, {"Swiss franc", 0.9561}, {"Yen", 163.2}};
    table rows;
    for (const auto& [currency, rate] : known) {
        char text[32];
        std::snprintf(text, sizeof text, "%.*f", decimals, rate);
        rows.emplace_back("1 " + base + " in " + currency, text);
    }
    return rows;
}

inline constexpr const char* five_lines_code = R"cpp(
static int decimals = 2;
ImGui::SliderInt("decimals", &decimals, 0, 6);

auto rates = imload::async_load(fetch_rates, {.refresh_every = 4s});

if (std::optional<table> t = rates("EUR", decimals)) // starts it the first time
    draw_table(*t);                                  // a later frame has its value
else
    imload::ui::skeleton({-1, 5 * ImGui::GetTextLineHeight()});
)cpp";

inline void draw_five_lines() {
    static int decimals = 2;
    ImGui::SliderInt("decimals", &decimals, 0, 6);

    auto rates = imload::async_load(fetch_rates, {.refresh_every = 4s});

    if (std::optional<table> t = rates("EUR", decimals)) // starts it the first time
        draw_table(*t);                                  // a later frame has its value
    else
        imload::ui::skeleton({-1, 5 * ImGui::GetTextLineHeight()});
}

// ---- poll and show ----------------------------------------------------------------------------

inline std::vector<std::string> read_inbox(const std::string& owner) {
    nap(900ms);
    return {"The minutes of Monday", "Lunch with " + owner + '?', "Invoice 2041"};
}

inline constexpr const char* show_code = R"cpp(
auto inbox = imload::async_load(read_inbox).poll("Ada"); // no copy, no throw

imload::ui::show(inbox, [](const std::vector<std::string>& subjects) {
    for (const std::string& each : subjects) ImGui::BulletText("%s", each.c_str());
});

if (ImGui::Button("Refresh")) inbox.refresh(); // the old value stays meanwhile
ImGui::SameLine();
if (ImGui::Button("Forget")) inbox.forget(); // the next frame starts afresh
)cpp";

inline void draw_show() {
    auto inbox = imload::async_load(read_inbox).poll("Ada"); // no copy, no throw

    imload::ui::show(inbox, [](const std::vector<std::string>& subjects) {
        for (const std::string& each : subjects) ImGui::BulletText("%s", each.c_str());
    });

    if (ImGui::Button("Refresh")) inbox.refresh(); // the old value stays meanwhile
    ImGui::SameLine();
    if (ImGui::Button("Forget")) inbox.forget(); // the next frame starts afresh

    show_status(inbox);
}

// ---- the states of a view ---------------------------------------------------------------------

inline table read_report(int year) {
    nap(600ms);
    return {{"Year", std::to_string(year)}, {"Visitors", "48,210"}, {"Sold", "1,377"}};
}

inline constexpr const char* simulate_code = R"cpp(
auto report = imload::async_load(read_report).poll(2026);

imload::simulation how = report.simulates();
float latency = std::chrono::duration<float>(how.latency.count()).count();
bool changed = false;
const auto choice = [&](const char* label, imload::simulated state) {
    if (!ImGui::RadioButton(label, how.state == state)) return;
    how.state = state;
    changed = true;
};
choice("as it is", imload::simulated::nothing);
choice("loads for ever", imload::simulated::loading);
choice("fails", imload::simulated::failure);
if (ImGui::SliderFloat("latency", &latency, 0, 5, "%.1f s")) {
    how.latency = std::chrono::duration<float>(latency);
    changed = true;
}
if (changed) report.simulate(how);

imload::ui::show(report, draw_table);
)cpp";

inline void draw_simulate() {
    auto report = imload::async_load(read_report).poll(2026);

    imload::simulation how = report.simulates();
    float latency = std::chrono::duration<float>(how.latency.count()).count();
    bool changed = false;
    const auto choice = [&](const char* label, imload::simulated state) {
        if (!ImGui::RadioButton(label, how.state == state)) return;
        how.state = state;
        changed = true;
    };
    choice("as it is", imload::simulated::nothing);
    choice("loads for ever", imload::simulated::loading);
    choice("fails", imload::simulated::failure);
    if (ImGui::SliderFloat("latency", &latency, 0, 5, "%.1f s")) {
        how.latency = std::chrono::duration<float>(latency);
        changed = true;
    }
    if (changed) report.simulate(how);

    imload::ui::show(report, draw_table);

    show_status(report);
}

// ---- spinners and skeletons -------------------------------------------------------------------

inline constexpr const char* waiting_code = R"cpp(
const float line = ImGui::GetTextLineHeight();
imload::ui::spinner("##small");
ImGui::SameLine();
imload::ui::spinner("##large", line);

imload::ui::skeleton({2 * line, 2 * line}); // a picture
ImGui::SameLine();
ImGui::BeginGroup();
imload::ui::skeleton_lines(3); // a paragraph
ImGui::EndGroup();
imload::ui::skeleton({-1, 3 * line}); // a table

ImGui::Checkbox("reduce motion", &imload::ui::reduce_motion);
)cpp";

inline void draw_waiting() {
    const float line = ImGui::GetTextLineHeight();
    imload::ui::spinner("##small");
    ImGui::SameLine();
    imload::ui::spinner("##large", line);

    imload::ui::skeleton({2 * line, 2 * line}); // a picture
    ImGui::SameLine();
    ImGui::BeginGroup();
    imload::ui::skeleton_lines(3); // a paragraph
    ImGui::EndGroup();
    imload::ui::skeleton({-1, 3 * line}); // a table

    ImGui::Checkbox("reduce motion", &imload::ui::reduce_motion);
}

// ---- progress bars ----------------------------------------------------------------------------

inline constexpr const char* progress_code = R"cpp(
std::string unpack(imload::context& context, bool known) {
    for (int i = 1; i <= 40 && !context.stop_requested(); ++i) {
        nap(100ms); // the work
        context.progress(known ? i / 40.0 : -1, "part " + std::to_string(i));
    }
    return "all unpacked";
}

auto load = imload::async_load(unpack);
for (bool known : {true, false}) {
    auto archive = load.poll(known);
    if (archive)
        ImGui::TextUnformatted(archive->c_str());
    else
        imload::ui::progress_bar(archive);
}
if (ImGui::Button("Unpack again")) load.forget_all();
)cpp";

inline std::string unpack(imload::context& context, bool known) {
    for (int i = 1; i <= 40 && !context.stop_requested(); ++i) {
        nap(100ms); // the work
        context.progress(known ? i / 40.0 : -1, "part " + std::to_string(i));
    }
    return "all unpacked";
}

inline void draw_progress() {
    auto load = imload::async_load(unpack);
    for (bool known : {true, false}) {
        auto archive = load.poll(known);
        if (archive)
            ImGui::TextUnformatted(archive->c_str());
        else
            imload::ui::progress_bar(archive);
    }
    if (ImGui::Button("Unpack again")) load.forget_all();
}

inline constexpr story basics[] = {
    {"Values"},
    {"The five lines",
     "A loader is a value, made anew in each frame. Its arguments are what it is known by: move "
     "the slider, and each number of decimals is a load of its own; go back, and it is there.",
     five_lines_code, draw_five_lines},
    {"A result, and show()",
     "poll() hands over value, status and error without a copy. show() picks what to draw: nothing "
     "for a moment, then a skeleton, an error box, or the content with a mark while it refreshes.",
     show_code, draw_show},
    {"Widgets"},
    {"Every state of a view",
     "simulate() makes a key pretend to load for ever, to fail or to be slow, so that what is "
     "rarely seen can be designed and tested.",
     simulate_code, draw_simulate},
    {"Spinners and skeletons",
     "Sizes and colours come from the font and the style. They ask for frames only while they are "
     "in sight, and for none with reduce_motion.",
     waiting_code, draw_waiting},
    {"Progress bars",
     "A load that takes an imload::context& says how far it is, or below 0 that it cannot know.",
     progress_code, draw_progress},
};

} // namespace imload::ui::demo
