// Every widget of imload::ui on one page, each held in the state that it is for.
#include "app.hpp"

#include <imload/imgui.hpp>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

using namespace std::chrono_literals;

// Fails from the second time on where it is told to.
std::string read_message(const std::string& from, bool fails) {
    static std::atomic<int> reads{0};
    if (fails && reads++ > 0) throw std::runtime_error("the server closed the connection");
    return from + " wrote: see you at noon";
}

std::string read_nothing() { throw std::runtime_error("mail.example does not answer"); }

int copy_files(imload::context& context) {
    while (!context.stop_requested()) {
        context.progress(62, 100);
        std::this_thread::sleep_for(50ms);
    }
    return 0;
}

// Where what is shown comes from: a key that stands still in one state.
template <class T>
imload::result<T> held(const imload::result<T>& key, imload::simulated state) {
    if (key.simulates().state != state) key.simulate({.state = state});
    return key;
}

void row(const char* name) {
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    ImGui::AlignTextToFramePadding();
    ImGui::TextDisabled("%s", name);
    ImGui::TableNextColumn();
}

void draw_message(const std::string& text) { ImGui::TextUnformatted(text.c_str()); }

void draw() {
    using imload::simulated;
    namespace ui = imload::ui;
    const float em = ImGui::GetFontSize();
    auto message = imload::async_load(read_message);
    auto copying = imload::async_load(copy_files).poll();
    if (!ImGui::BeginTable("widgets", 2)) return;
    ImGui::TableSetupColumn("name", ImGuiTableColumnFlags_WidthFixed, 13 * em);
    ImGui::TableSetupColumn("widget", ImGuiTableColumnFlags_WidthStretch);

    row("spinner");
    ui::spinner("##small");
    ImGui::SameLine();
    ui::spinner("##large", em);
    row("skeleton, a line");
    ui::skeleton({14 * em, 0});
    row("skeleton, a box");
    ui::skeleton({14 * em, 4 * em});
    row("skeleton_lines");
    ui::skeleton_lines(3);
    row("progress_bar, known");
    ui::progress_bar(copying);
    row("progress_bar, unknown");
    ui::progress_bar(held(message.poll("Ida", false), simulated::loading));
    row("error_box");
    ui::error_box(imload::async_load(read_nothing, {.refresh_every = 1h}).poll());
    row("show, loading");
    ui::show(held(message.poll("Eve", false), simulated::loading), draw_message);
    row("show, there");
    ui::show(message.poll("Ada", false), draw_message);
    row("show, refreshing");
    const auto slow = message.poll("Kim", false);
    if (slow.version() == 1 && !slow.is_refreshing()) {
        slow.simulate({.latency = 1h});
        slow.refresh();
    }
    ui::show(slow, draw_message);
    row("show, refresh failed");
    const auto failing = message.poll("Bob", true);
    if (failing.version() == 1 && !failing.error()) failing.refresh();
    ui::show(failing, draw_message);
    row("show, failed");
    ui::show(held(message.poll("Joe", false), simulated::failure), draw_message);
    ImGui::EndTable();
}

int main(int argc, char** argv) { return app::run({"widgets", 640, 660}, argc, argv, draw); }
