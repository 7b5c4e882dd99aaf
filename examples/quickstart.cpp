// Exchange rates that take two seconds to fetch, in a window that never waits for them.
#include "app.hpp"

#include <imload/imgui.hpp>

#include <chrono>
#include <cstdio>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using table = std::vector<std::pair<std::string, std::string>>;

// Any blocking function will do. It runs on another thread; this one is as slow as a bad network.
table fetch_rates(const std::string& base, int decimals) {
    std::this_thread::sleep_for(2s);
    std::mt19937 random{std::random_device{}()};
    std::normal_distribution drift{1.0, 0.004};
    const std::pair<const char*, double> usual[] = {
        {"US dollar", 1.0842}, {"Pound", 0.8437}, {"Swiss franc", 0.9561}, {"Yen", 163.2}};
    table rows;
    for (const auto& [currency, rate] : usual) {
        char text[32];
        std::snprintf(text, sizeof text, "%.*f", decimals, rate * drift(random));
        rows.emplace_back("1 " + base + " in " + currency, text);
    }
    return rows;
}

void draw_table(const table& rows) {
    if (!ImGui::BeginTable("rates", 2, ImGuiTableFlags_BordersInnerH)) return;
    for (const auto& [name, rate] : rows) {
        ImGui::TableNextColumn();
        ImGui::TextUnformatted(name.c_str());
        ImGui::TableNextColumn();
        ImGui::TextUnformatted(rate.c_str());
    }
    ImGui::EndTable();
}

void draw() {
    static int decimals = 2;
    auto rates = imload::async_load(fetch_rates, {.refresh_every = 4s});

    if (ImGui::Button("Fetch now")) rates.refresh_all();
    ImGui::SameLine();
    ImGui::SetNextItemWidth(-1);
    ImGui::SliderInt("##decimals", &decimals, 0, 6, "%d decimals");

    imload::ui::show(rates.poll("EUR", decimals), draw_table);
}

int main(int argc, char** argv) { return app::run({"quickstart", 480, 160}, argc, argv, draw); }
