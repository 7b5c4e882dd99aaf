// A session with a bit of everything going on, and the inspector to look at it: timers, retries,
// failures, slow loads with progress, a queue that fills when the shelf is scrolled.
#include "app.hpp"

#include <imload/imgui.hpp>

#include <imgui.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

using namespace std::chrono_literals;

// ---- what is slow: as uneven as networks and disks are -----------------------------------------

void wait_about(double milliseconds) {
    static thread_local std::mt19937 random{static_cast<std::mt19937::result_type>(
        std::hash<std::thread::id>{}(std::this_thread::get_id()))};
    std::lognormal_distribution<double> spread{0.0, 0.4};
    std::this_thread::sleep_for(
        std::chrono::duration<double, std::milli>(milliseconds * spread(random)));
}

double fetch_rate(const std::string& base, const std::string& to) {
    wait_about(180);
    return 1.0 + static_cast<double>(base.size() + to.size()) / 10;
}

std::uint32_t thumbnail(int number) {
    wait_about(90);
    if (number % 23 == 17)
        throw std::runtime_error("picture " + std::to_string(number) +
                                 " is damaged: unexpected end of file");
    return static_cast<std::uint32_t>(number) * 2654435761u;
}

int import_archive(imload::context& run, const std::string& name) {
    constexpr int files = 240;
    for (int i = 0; i < files && !run.stop_requested(); ++i) {
        run.progress(static_cast<float>(i) / files, name + "/" + std::to_string(i) + ".csv");
        std::this_thread::sleep_for(25ms);
    }
    return files;
}

int query_status(const std::string& host, int port) {
    wait_about(120);
    static thread_local std::mt19937 random{static_cast<unsigned>(port)};
    if (host == "backup.example" || random() % 4 == 0)
        throw std::runtime_error("connection to " + host + " was refused");
    return 200;
}

int search(const std::string& text) {
    wait_about(700);
    return static_cast<int>(text.size()) * 37;
}

namespace {

// ---- who asks for it ---------------------------------------------------------------------------

void draw_rates() {
    const auto rates = imload::async_load<&fetch_rate>({.refresh_every = 2s});
    for (const char* to : {"USD", "GBP", "CHF", "JPY", "SEK"}) {
        const auto r = rates.poll("EUR", to);
        if (r)
            ImGui::Text("EUR to %s  %.3f", to, *r);
        else
            ImGui::Text("EUR to %s  ...", to);
    }
}

void draw_hosts() {
    const auto hosts = imload::async_load<&query_status>(
        {.refresh_every = 5s, .timeout = 250ms, .retry = {.attempts = 3, .delay = 400ms}});
    int port = 8080;
    for (const char* host : {"api.example", "mail.example", "backup.example"}) {
        const auto r = hosts.poll(host, port++);
        ImGui::Text("%s: %s", host, r.error() ? "down" : r ? "up" : "...");
    }
}

void draw_import() {
    const auto r = imload::async_load<&import_archive>({.refresh_every = 9s}).poll("measured 2026");
    if (r.status() == imload::status::running)
        ImGui::ProgressBar(r.progress().fraction, ImVec2(-1, 0), "import");
    else
        ImGui::TextUnformatted(r ? "imported" : "...");
}

void draw_search() {
    static char text[64] = "100% of ##these";
    ImGui::SetNextItemWidth(-1);
    ImGui::InputText("##search", text, sizeof text);
    const auto r =
        imload::async_load<&search>({.stale_after = 3s, .settle = 200ms}).poll(std::string(text));
    if (r)
        ImGui::Text("%d found", *r);
    else
        ImGui::TextUnformatted("searching");
}

void draw_shelf() {
    const auto thumbnails = imload::async_load<&thumbnail>({.stale_after = 20s});
    const int first = static_cast<int>(ImGui::GetTime() * 2) % 400;
    const float side = ImGui::GetFontSize() * 1.6f;
    for (int i = 0; i < 40; ++i) {
        const auto r = thumbnails.poll(first + i);
        const ImVec2 at = ImGui::GetCursorScreenPos();
        ImGui::Dummy({side, side});
        const ImU32 colour = r.error() ? IM_COL32(190, 60, 60, 255)
                             : r       ? (*r | 0xff000000u)
                                       : ImGui::GetColorU32(ImGuiCol_Text, 0.1f);
        ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + side, at.y + side}, colour, 3);
        if ((i + 1) % 5 != 0) ImGui::SameLine();
    }
}

bool prepared = false;

// One key is made to pretend, so that one sees what that looks like.
void prepare() {
    if (std::exchange(prepared, true)) return;
    imload::current_session().record_runs(4096); // from the first run on
    imload::async_load<&fetch_rate>({.refresh_every = 2s})
        .poll("EUR", "SEK")
        .simulate({.state = imload::simulated::failure});
}

void draw() {
    prepare();
    const float width = ImGui::GetFontSize() * 12;
    ImGui::BeginChild("app", {width, 0});
    draw_rates();
    ImGui::Separator();
    draw_hosts();
    ImGui::Separator();
    draw_import();
    ImGui::Separator();
    draw_search();
    ImGui::Separator();
    draw_shelf();
    ImGui::EndChild();

    const ImVec2 padding = ImGui::GetStyle().WindowPadding;
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    const float left = width + 2 * padding.x;
    ImGui::SetNextWindowPos({left, padding.y}, ImGuiCond_Always);
    ImGui::SetNextWindowSize({size.x - left - padding.x, size.y - 2 * padding.y}, ImGuiCond_Always);
    imload::ui::show_inspector_window();
    imload::current_session().request_frame(33ms); // the shelf moves on
}

} // namespace

int main(int argc, char** argv) {
    return app::run({.title = "inspector", .width = 1400, .height = 860}, argc, argv, draw);
}
