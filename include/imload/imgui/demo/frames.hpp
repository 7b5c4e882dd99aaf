#pragma once

#include <imload/imgui/demo/imitation.hpp>
#include <imload/imgui/demo/story.hpp>
#include <imload/imgui/show.hpp>
#include <imload/imgui/skeleton.hpp>
#include <imload/loader.hpp>
#include <imload/session.hpp>

#include <imgui.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// The UI thread, and when it has to do anything.

namespace imload::ui::demo {

// ---- finishing on the UI thread ---------------------------------------------------------------

inline constexpr int picture_side = 24;

inline constexpr const char* finish_code = R"cpp(
using heights = std::vector<float>; // made by a worker
using picture = std::vector<ImU32>; // made on the UI thread: a texture, say

picture upload(heights&& decoded) {
    picture made;
    for (float h : decoded) made.push_back(colour_of(h));
    return made;
}

auto pictures = imload::async_load(decode).finish(upload);
if (auto p = pictures.poll(number))
    draw_picture(*p);
else
    imload::ui::skeleton(picture_size());
)cpp";

using heights = std::vector<float>; // made by a worker
using picture = std::vector<ImU32>; // made on the UI thread: a texture, say

inline heights decode(int number) {
    nap(600ms);
    heights land;
    for (int i = 0; i < picture_side * picture_side; ++i) {
        const auto x = static_cast<float>(i % picture_side);
        const auto y = static_cast<float>(i / picture_side);
        const auto n = static_cast<float>(number);
        const float waves = std::sin(x * 0.31f + n) + std::sin(y * 0.27f + n * 2.1f) +
                            std::sin((x + y) * 0.19f + n * 0.7f);
        land.push_back(0.5f + waves / 6);
    }
    return land;
}

inline ImU32 colour_of(float height) {
    const bool sea = height < 0.5f;
    return ImGui::ColorConvertFloat4ToU32(sea ? ImVec4(0.1f, 0.25f + height * 0.5f, 0.6f, 1)
                                              : ImVec4(height * 0.7f, 0.62f, height * 0.4f, 1));
}

inline picture upload(heights&& decoded) {
    picture made;
    for (float h : decoded) made.push_back(colour_of(h));
    return made;
}

inline ImVec2 picture_size() {
    const float side = std::ceil(ImGui::GetFontSize() * 0.4f) * picture_side;
    return ImVec2(side, side);
}

inline void draw_picture(const picture& p) {
    const ImVec2 from = ImGui::GetCursorScreenPos();
    const float step = picture_size().x / picture_side;
    ImGui::Dummy(picture_size());
    for (std::size_t i = 0; i < p.size(); ++i) {
        const float x = from.x + static_cast<float>(i % picture_side) * step;
        const float y = from.y + static_cast<float>(i / picture_side) * step;
        ImGui::GetWindowDrawList()->AddRectFilled(ImVec2(x, y), ImVec2(x + step, y + step), p[i]);
    }
}

inline void draw_finish() {
    static int number = 1;
    ImGui::SliderInt("picture", &number, 1, 9);

    auto pictures = imload::async_load(decode).finish(upload);
    if (auto p = pictures.poll(number))
        draw_picture(*p);
    else
        imload::ui::skeleton(picture_size());
}

// ---- posting ----------------------------------------------------------------------------------

inline constexpr const char* post_code = R"cpp(
int copy_files(imload::context& context, imload::session* session, int* copied) {
    for (int i = 1; i <= 8 && !context.stop_requested(); ++i) {
        nap(context, 300ms);
        session->post([=] { *copied = i; }); // on the UI thread, next frame
    }
    return 8;
}

static int copied = 0;
imload::session& session = imload::current_session();
auto load = imload::async_load(copy_files);
auto copy = load.poll(imload::unkeyed(&session), imload::unkeyed(&copied));
ImGui::Text("%d of 8 files", copied);
)cpp";

inline int copy_files(imload::context& context, imload::session* session, int* copied) {
    for (int i = 1; i <= 8 && !context.stop_requested(); ++i) {
        nap(context, 300ms);
        session->post([=] { *copied = i; }); // on the UI thread, next frame
    }
    return 8;
}

inline void draw_post() {
    static int copied = 0;
    imload::session& session = imload::current_session();
    auto load = imload::async_load(copy_files);
    auto copy = load.poll(imload::unkeyed(&session), imload::unkeyed(&copied));
    ImGui::Text("%d of 8 files", copied);

    if (ImGui::Button("Copy again")) copy.refresh();
    show_status(copy);
}

// ---- statistics -------------------------------------------------------------------------------

inline constexpr const char* statistics_code = R"cpp(
const imload::statistics s = imload::current_session().statistics();
draw_table({{"asks", std::to_string(s.polls)},
            {"answered with a value", std::to_string(s.hits)},
            {"loads started", std::to_string(s.starts)},
            {"dropped unstarted", std::to_string(s.dropped)},
            {"came too late", std::to_string(s.discarded)},
            {"running now", std::to_string(s.running)}});
)cpp";

inline void draw_statistics() {
    const imload::statistics s = imload::current_session().statistics();
    draw_table({{"asks", std::to_string(s.polls)},
                {"answered with a value", std::to_string(s.hits)},
                {"loads started", std::to_string(s.starts)},
                {"dropped unstarted", std::to_string(s.dropped)},
                {"came too late", std::to_string(s.discarded)},
                {"running now", std::to_string(s.running)}});
}

// ---- the sleeping window ----------------------------------------------------------------------

inline constexpr const char* sleep_code = R"cpp(
imload::session& session = imload::current_session();

const imload::frame_report& why = session.last_frame();
std::string reason = "for the app"; // a mouse that moves, say
if (why.landed > 0) reason = std::to_string(why.landed) + " landed";
if (why.due > 0) reason = std::to_string(why.due) + " due";
if (why.after_landing) reason = "after something landed";
if (why.progress) reason = "progress";
if (why.requested) reason = "requested";

const imload::next_wake next = session.next_frame();
double wait = std::chrono::duration<double>(next.in).count();
if (next.in == imload::never)
    ImGui::TextUnformatted("Sleeps until something happens.");
else
    ImGui::Text("Next frame within %.1f s: %s", wait, to_string(next.cause));

static bool awake = false;
ImGui::Checkbox("ask for 10 frames a second", &awake);
if (awake) session.request_frame(100ms);
)cpp";

inline void draw_sleep() {
    imload::session& session = imload::current_session();

    const imload::frame_report& why = session.last_frame();
    std::string reason = "for the app"; // a mouse that moves, say
    if (why.landed > 0) reason = std::to_string(why.landed) + " landed";
    if (why.due > 0) reason = std::to_string(why.due) + " due";
    if (why.after_landing) reason = "after something landed";
    if (why.progress) reason = "progress";
    if (why.requested) reason = "requested";

    const imload::next_wake next = session.next_frame();
    double wait = std::chrono::duration<double>(next.in).count();
    if (next.in == imload::never)
        ImGui::TextUnformatted("Sleeps until something happens.");
    else
        ImGui::Text("Next frame within %.1f s: %s", wait, to_string(next.cause));

    static bool awake = false;
    ImGui::Checkbox("ask for 10 frames a second", &awake);
    if (awake) session.request_frame(100ms);

    static std::array<std::string, 6> newest;
    static std::uint32_t last = 0;
    if (last != why.frame) {
        last = why.frame;
        newest[why.frame % newest.size()] = std::to_string(why.frame) + ": " + reason;
    }
    for (std::uint32_t i = 0; i < newest.size(); ++i)
        ImGui::TextUnformatted(newest[(last + newest.size() - i) % newest.size()].c_str());
}

inline constexpr story frames[] = {
    {"Frames"},
    {"Finish on the UI thread",
     "What needs the UI thread, as the upload of a texture does, runs there in begin_frame, within "
     "a budget for each frame.",
     finish_code, draw_finish},
    {"Post",
     "The one call that any thread may make: the function runs on the UI thread, in the next "
     "frame.",
     post_code, draw_post},
    {"Statistics", "What the session has done so far.", statistics_code, draw_statistics},
    {"The sleeping window",
     "imload says why a frame was drawn and when the next is due. wait_events(session) of "
     "imload/glfw.hpp sleeps for exactly that long.",
     sleep_code, draw_sleep},
};

} // namespace imload::ui::demo
