#pragma once

#include <imload/imgui/demo/imitation.hpp>
#include <imload/imgui/demo/story.hpp>
#include <imload/imgui/show.hpp>
#include <imload/imgui/spinner.hpp>
#include <imload/loader.hpp>

#include <imgui.h>

#include <atomic>
#include <chrono>
#include <string>

// Refreshing, ageing, and when a load starts.

namespace imload::ui::demo {

// ---- by a timer -------------------------------------------------------------------------------

inline constexpr const char* refresh_code = R"cpp(
int read_meter() {
    static std::atomic<int> reading{4210};
    nap(600ms);
    return reading += 7;
}

auto meter = imload::async_load(read_meter, {.refresh_every = 3s}).poll();
imload::ui::show(meter, [](int reading) { ImGui::Text("%d kWh", reading); });

double left = std::chrono::duration<double>(meter.refresh_in()).count();
ImGui::Text("again in %.1f s%s", left, meter.is_refreshing() ? ", refreshing" : "");
meter.request_frame(100ms); // for the countdown; else the window would sleep
)cpp";

inline int read_meter() {
    static std::atomic<int> reading{4210};
    nap(600ms);
    return reading += 7;
}

inline void draw_refresh() {
    auto meter = imload::async_load(read_meter, {.refresh_every = 3s}).poll();
    imload::ui::show(meter, [](int reading) { ImGui::Text("%d kWh", reading); });

    double left = std::chrono::duration<double>(meter.refresh_in()).count();
    ImGui::Text("again in %.1f s%s", left, meter.is_refreshing() ? ", refreshing" : "");
    meter.request_frame(100ms); // for the countdown; else the window would sleep

    show_status(meter);
}

// ---- by age -----------------------------------------------------------------------------------

inline constexpr const char* stale_code = R"cpp(
static bool in_sight = true;
ImGui::Checkbox("in sight", &in_sight);

auto load = imload::async_load(measure, {.stale_after = 3s, .expire_after = 8s});
auto sensor = in_sight ? load.poll() : load.peek(); // peek() only looks

if (sensor)
    ImGui::Text("%.1f degrees", *sensor);
else
    ImGui::TextUnformatted(sensor.is_loading() ? "measuring" : "expired");
)cpp";

inline double measure() {
    static std::atomic<int> count{0};
    nap(500ms);
    return 20.5 + 0.1 * (++count % 7);
}

inline void draw_stale() {
    static bool in_sight = true;
    ImGui::Checkbox("in sight", &in_sight);

    auto load = imload::async_load(measure, {.stale_after = 3s, .expire_after = 8s});
    auto sensor = in_sight ? load.poll() : load.peek(); // peek() only looks

    if (sensor)
        ImGui::Text("%.1f degrees", *sensor);
    else
        ImGui::TextUnformatted(sensor.is_loading() ? "measuring" : "expired");

    if (sensor) {
        ImGui::Text("%.1f s old%s", seconds(sensor.age()), sensor.is_stale() ? ", stale" : "");
        sensor.request_frame(100ms);
    }
    show_status(sensor);
}

// ---- once the slider rests --------------------------------------------------------------------

inline constexpr const char* settle_code = R"cpp(
static int size = 40;
ImGui::SliderInt("size", &size, 1, 200);

auto quote = imload::async_load(ask_price, {.settle = 250ms});
imload::ui::show(quote.poll(size), [](const std::string& price) {
    ImGui::TextUnformatted(price.c_str());
});
)cpp";

inline std::string ask_price(int size) {
    nap(500ms);
    return std::to_string(size) + " for " + std::to_string(size * 19 / 10 + 4) + " EUR";
}

inline void draw_settle() {
    static int size = 40;
    ImGui::SliderInt("size", &size, 1, 200);

    auto quote = imload::async_load(ask_price, {.settle = 250ms});
    imload::ui::show(quote.poll(size),
                     [](const std::string& price) { ImGui::TextUnformatted(price.c_str()); });

    show_status(quote.peek(size));
}

// ---- fast enough not to flicker ---------------------------------------------------------------

inline constexpr const char* grace_code = R"cpp(
auto patient = imload::async_load(read_cache, {.grace = 20ms});
auto hasty = imload::async_load(read_cache_too);

bool at_once = patient.poll(page).has_value(); // in the very frame that asks first
bool later = hasty.poll(page).has_value();     // never before the next one
)cpp";

inline std::string read_cache(int page) {
    nap(2ms);
    return word(page);
}

inline std::string read_cache_too(int page) { return read_cache(page); }

inline void draw_grace() {
    static int page = 0;
    static int shown = -1;
    static bool first[] = {false, false};
    if (ImGui::Button("Turn the page")) ++page;

    auto patient = imload::async_load(read_cache, {.grace = 20ms});
    auto hasty = imload::async_load(read_cache_too);

    bool at_once = patient.poll(page).has_value(); // in the very frame that asks first
    bool later = hasty.poll(page).has_value();     // never before the next one

    if (shown != page) {
        shown = page;
        first[0] = at_once;
        first[1] = later;
    }
    ImGui::Text("page %d, in its first frame:", page);
    ImGui::BulletText("with grace: %s", first[0] ? "there" : "not yet there");
    ImGui::BulletText("without: %s", first[1] ? "there" : "not yet there");
}

inline constexpr story timing[] = {
    {"Time"},
    {"Refresh by a timer",
     "Counted from the start of a run, keeping phase: a load of 600 ms every 3 s starts every 3 s. "
     "Only what was asked for in the last frame is refreshed.",
     refresh_code, draw_refresh},
    {"Stale, then expired",
     "A value older than stale_after is loaded again when it is next asked for; one older than "
     "expire_after is not shown any more. Put it out of sight for a while, and back.",
     stale_code, draw_stale},
    {"Settle: once the slider rests",
     "A key starts only once it has been asked for this long, so a drag over fifty values is one "
     "load.",
     settle_code, draw_settle},
    {"Grace: no flicker for what is fast",
     "On a first call the frame waits up to this long, one budget for all keys, and no longer than "
     "the load takes. For what is usually in a cache.",
     grace_code, draw_grace},
};

} // namespace imload::ui::demo
