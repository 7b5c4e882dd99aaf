#pragma once

#include <imload/imgui/demo/imitation.hpp>
#include <imload/imgui/demo/story.hpp>
#include <imload/imgui/show.hpp>
#include <imload/imgui/spinner.hpp>
#include <imload/loader.hpp>
#include <imload/session.hpp>

#include <imgui.h>

#include <string>
#include <vector>

// What makes two calls the same.

namespace imload::ui::demo {

// ---- arguments --------------------------------------------------------------------------------

inline constexpr const char* arguments_code = R"cpp(
struct query { // a plain struct is compared and hashed member by member
    std::string city;
    int days;
    std::vector<int> hours;
};

auto forecast = imload::async_load(ask_forecast);
auto first = forecast.poll(query{"Oslo", days, {6, 12, 18}});
auto second = forecast.poll(query{"Oslo", 3, {6, 12, 18}}); // same, if days is 3
)cpp";

struct query { // a plain struct is compared and hashed member by member
    std::string city;
    int days;
    std::vector<int> hours;
};

inline std::string ask_forecast(const query& q) {
    nap(500ms);
    return q.city + ", " + std::to_string(q.days) + " days: " + word(q.days);
}

inline void draw_arguments() {
    static int days = 3;
    ImGui::SliderInt("days", &days, 1, 5);

    auto forecast = imload::async_load(ask_forecast);
    auto first = forecast.poll(query{"Oslo", days, {6, 12, 18}});
    auto second = forecast.poll(query{"Oslo", 3, {6, 12, 18}}); // same, if days is 3

    for (const auto& each : {first, second})
        if (each)
            ImGui::BulletText("%s", each->c_str());
        else
            imload::ui::spinner("##forecast");
    ImGui::TextUnformatted(first.id() == second.id() ? "one load, one value" : "two loads");
}

// ---- unkeyed ----------------------------------------------------------------------------------

inline constexpr const char* unkeyed_code = R"cpp(
struct connection {
    std::string host;
};

std::string read_user(const connection* by, int id) {
    nap(500ms);
    return word(id) + ", read from " + by->host;
}

auto user = imload::async_load(read_user).poll(imload::unkeyed(&now), id);
)cpp";

struct connection {
    std::string host;
};

inline std::string read_user(const connection* by, int id) {
    nap(500ms);
    return word(id) + ", read from " + by->host;
}

inline void draw_unkeyed() {
    static const connection hosts[] = {{"the first server"}, {"the second server"}};
    static int chosen = 0;
    static int id = 1;
    ImGui::RadioButton("first", &chosen, 0);
    ImGui::SameLine();
    ImGui::RadioButton("second", &chosen, 1);
    ImGui::SliderInt("user", &id, 1, 9);
    const connection& now = hosts[chosen];

    auto user = imload::async_load(read_user).poll(imload::unkeyed(&now), id);

    imload::ui::show(user, [](const std::string& text) { ImGui::TextWrapped("%s", text.c_str()); });
    show_status(user);
}

// ---- a name -----------------------------------------------------------------------------------

inline constexpr const char* named_code = R"cpp(
auto profile = imload::async_load("profile", read_profile).poll();

// Anywhere else in the app: null until it is there.
if (auto* name = imload::current_session().find<std::string>("profile"))
    ImGui::Text("Signed in as %s", name->c_str());
else
    ImGui::TextUnformatted("Signing in");
)cpp";

inline std::string read_profile() {
    nap(900ms);
    return "Ada";
}

inline void draw_named() {
    auto profile = imload::async_load("profile", read_profile).poll();

    // Anywhere else in the app: null until it is there.
    if (auto* name = imload::current_session().find<std::string>("profile"))
        ImGui::Text("Signed in as %s", name->c_str());
    else
        ImGui::TextUnformatted("Signing in");

    if (ImGui::Button("Sign in again")) profile.forget();
    show_status(profile);
}

// ---- captures ---------------------------------------------------------------------------------

inline constexpr const char* captures_code = R"cpp(
const std::string name = "shout " + text; // says what the captures are
const auto shout = [text](int count) {
    nap(400ms);
    std::string all;
    for (int i = 0; i < count; ++i) all += text + "! ";
    return all;
};
auto loud = imload::async_load(name, shout).poll(times);
)cpp";

inline void draw_captures() {
    static char typed[24] = "land";
    static int times = 3;
    ImGui::InputText("text", typed, sizeof typed);
    ImGui::SliderInt("times", &times, 1, 5);
    const std::string text = typed;

    const std::string name = "shout " + text; // says what the captures are
    const auto shout = [text](int count) {
        nap(400ms);
        std::string all;
        for (int i = 0; i < count; ++i) all += text + "! ";
        return all;
    };
    auto loud = imload::async_load(name, shout).poll(times);

    imload::ui::show(loud, [](const std::string& all) { ImGui::TextWrapped("%s", all.c_str()); });
    show_status(loud);
}

inline constexpr story keys[] = {
    {"Keys"},
    {"Arguments are the key",
     "Numbers, texts, paths, containers and plain structs of them are compared by value; what "
     "cannot be compared is refused by the compiler, with what to write instead.",
     arguments_code, draw_arguments},
    {"Unkeyed arguments",
     "A connection or a logger is handed to the load and does not make it another one: switch the "
     "server, and a user that is there stays.",
     unkeyed_code, draw_unkeyed},
    {"A name, found from anywhere",
     "A key can have a name, by which the whole app finds its value.", named_code, draw_named},
    {"Lambdas that capture",
     "What a lambda holds cannot be compared, so it needs a name that says it. Without captures it "
     "needs none.",
     captures_code, draw_captures},
};

} // namespace imload::ui::demo
