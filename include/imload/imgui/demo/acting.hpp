#pragma once

#include <imload/imgui/demo/imitation.hpp>
#include <imload/imgui/demo/story.hpp>
#include <imload/imgui/progress_bar.hpp>
#include <imload/imgui/show.hpp>
#include <imload/imgui/spinner.hpp>
#include <imload/loader.hpp>
#include <imload/promise.hpp>
#include <imload/stream.hpp>

#include <imgui.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

// Acting on a key, and loads that say and hear more than a plain function.

namespace imload::ui::demo {

// ---- refresh, cancel, forget, set -------------------------------------------------------------

inline constexpr const char* act_code = R"cpp(
auto order = imload::async_load(read_order).poll(2041);

if (ImGui::Button("Refresh")) order.refresh(); // run again; the value stays
if (ImGui::Button("Cancel")) order.cancel();   // stop; nothing restarts it
if (ImGui::Button("Forget")) order.forget();   // the next frame starts afresh
if (ImGui::Button("Set")) order.set("typed by hand"); // beats a run in flight
)cpp";

inline std::string read_order(imload::context& context, int number) {
    nap(context, 1500ms);
    return "Order " + std::to_string(number) + ": " + word(number);
}

inline void draw_act() {
    auto order = imload::async_load(read_order).poll(2041);

    if (ImGui::Button("Refresh")) order.refresh();        // run again; the value stays
    if (ImGui::Button("Cancel")) order.cancel();          // stop; nothing restarts it
    if (ImGui::Button("Forget")) order.forget();          // the next frame starts afresh
    if (ImGui::Button("Set")) order.set("typed by hand"); // beats a run in flight

    ImGui::TextUnformatted(order ? order->c_str() : "no value");
    show_status(order);
}

// ---- hearing a stop ---------------------------------------------------------------------------

inline constexpr const char* stop_code = R"cpp(
int count_primes(imload::context& context, int below) { // or std::stop_token
    int found = 0;
    for (int n = 2; n < below; ++n) {
        if (context.stop_requested()) break; // nobody looks at it any more
        context.progress(n, below);
        nap(1ms);
        found += is_prime(n);
    }
    return found;
}

auto primes = imload::async_load(count_primes).poll(1000 * thousands);
if (primes)
    ImGui::Text("%d primes", *primes);
else
    imload::ui::progress_bar(primes);
)cpp";

inline bool is_prime(int n) {
    for (int d = 2; d * d <= n; ++d)
        if (n % d == 0) return false;
    return true;
}

inline int count_primes(imload::context& context, int below) { // or std::stop_token
    int found = 0;
    for (int n = 2; n < below; ++n) {
        if (context.stop_requested()) break; // nobody looks at it any more
        context.progress(n, below);
        nap(1ms);
        found += is_prime(n);
    }
    return found;
}

inline void draw_stop() {
    static int thousands = 2;
    ImGui::SliderInt("thousands", &thousands, 1, 9);

    auto primes = imload::async_load(count_primes).poll(1000 * thousands);
    if (primes)
        ImGui::Text("%d primes", *primes);
    else
        imload::ui::progress_bar(primes);

    ImGui::Text("%u runs were stopped so far",
                static_cast<unsigned>(imload::current_session().statistics().cancelled));
    show_status(primes);
}

// ---- partial values ---------------------------------------------------------------------------

inline constexpr const char* stream_code = R"cpp(
using names = std::vector<std::string>;

void search(imload::stream<names>& out, const std::string& text) {
    names found;
    for (int i = 0; i < 400 && !out.stop_requested(); ++i) {
        nap(8ms);
        if (word(i).find(text) == std::string::npos) continue;
        found.push_back(word(i) + ' ' + std::to_string(i));
        out.publish(found); // seen from the next frame on
    }
}

auto hits = imload::async_load(search).poll(text);
const char* more = hits.is_refreshing() ? " so far" : "";
if (hits) ImGui::Text("%zu hits%s", hits->size(), more);
)cpp";

using names = std::vector<std::string>;

inline void search(imload::stream<names>& out, const std::string& text) {
    names found;
    for (int i = 0; i < 400 && !out.stop_requested(); ++i) {
        nap(8ms);
        if (word(i).find(text) == std::string::npos) continue;
        found.push_back(word(i) + ' ' + std::to_string(i));
        out.publish(found); // seen from the next frame on
    }
}

inline void draw_stream() {
    static char text[32] = "fjord";
    ImGui::InputText("search", text, sizeof text);

    auto hits = imload::async_load(search).poll(text);
    const char* more = hits.is_refreshing() ? " so far" : "";
    if (hits) ImGui::Text("%zu hits%s", hits->size(), more);

    const std::size_t last = hits ? hits->size() : 0;
    for (std::size_t i = last > 4 ? last - 4 : 0; i < last; ++i)
        ImGui::BulletText("%s", (*hits)[i].c_str());
    show_status(hits);
}

// ---- promises ---------------------------------------------------------------------------------

inline constexpr const char* promise_code = R"cpp(
void ask_device(imload::promise<std::string> answer, int register_number) {
    call_later(1200ms, [=] { // from a thread of the device's library
        if (register_number == 13)
            answer.set_error("there is no register 13");
        else
            answer.set_value(word(register_number));
    });
} // returns at once: no worker waits

auto answer = imload::async_load(ask_device).poll(number);
imload::ui::show(answer, [](const std::string& text) {
    ImGui::TextUnformatted(text.c_str());
});
)cpp";

inline void ask_device(imload::promise<std::string> answer, int register_number) {
    call_later(1200ms, [=] { // from a thread of the device's library
        if (register_number == 13)
            answer.set_error("there is no register 13");
        else
            answer.set_value(word(register_number));
    });
} // returns at once: no worker waits

inline void draw_promise() {
    static int number = 11;
    ImGui::InputInt("register", &number);

    auto answer = imload::async_load(ask_device).poll(number);
    imload::ui::show(answer, [](const std::string& text) { ImGui::TextUnformatted(text.c_str()); });

    show_status(answer);
}

inline constexpr story acting[] = {
    {"Runs"},
    {"Refresh, cancel, forget, set",
     "A run starts or stops at once; what is seen changes in the next frame, and for every caller.",
     act_code, draw_act},
    {"Hearing a stop",
     "A load that takes a context or a std::stop_token is told when nobody asks for its key any "
     "more. Move the slider: the earlier count stops, and its worker is free.",
     stop_code, draw_stop},
    {"Partial values",
     "With an imload::stream<T>& a load shows what it has so far. A new text is a new key, and the "
     "old search stops.",
     stream_code, draw_stream},
    {"Promises: completed from elsewhere",
     "A load that takes an imload::promise<T> returns at once and is completed later, from a "
     "callback, a coroutine or any other thread.",
     promise_code, draw_promise},
};

} // namespace imload::ui::demo
