#pragma once

#include <imload/config.hpp>
#include <imload/imgui/demo/imitation.hpp>
#include <imload/imgui/demo/story.hpp>
#include <imload/imgui/error_box.hpp>
#include <imload/imgui/show.hpp>
#include <imload/imgui/spinner.hpp>
#include <imload/loader.hpp>

#include <imgui.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

// Errors, attempts, time limits.

namespace imload::ui::demo {

// ---- errors as values -------------------------------------------------------------------------

/// As much of std::expected, which C++23 has, as the demo needs.
template <class E>
struct unexpected {
    explicit unexpected(E why) : error(std::move(why)) {}
    E error;
};

template <class T, class E>
class expected {
public:
    using value_type = T;
    using error_type = E;

    expected(T value) : held_(std::in_place_index<0>, std::move(value)) {}
    template <class G>
    expected(unexpected<G> why) : held_(std::in_place_index<1>, std::move(why.error)) {}

    [[nodiscard]] bool has_value() const noexcept { return held_.index() == 0; }
    [[nodiscard]] T& operator*() & noexcept { return *std::get_if<0>(&held_); }
    [[nodiscard]] T&& operator*() && noexcept { return std::move(*std::get_if<0>(&held_)); }
    [[nodiscard]] E& error() noexcept { return *std::get_if<1>(&held_); }

private:
    std::variant<T, E> held_;
};

inline constexpr const char* expected_code = R"cpp(
struct http_error {
    int code;
    std::string message() const { return "HTTP " + std::to_string(code); }
};

expected<std::string, http_error> get_page(int number) {
    nap(500ms);
    if (number > 2) return unexpected(http_error{404});
    return "Page " + std::to_string(number) + ": " + word(number);
}

auto page = imload::async_load(get_page).poll(number); // result<std::string>
if (page) ImGui::TextUnformatted(page->c_str());
if (const imload::error* e = page.error())
    if (const http_error* http = e->as<http_error>())
        ImGui::Text("no such page (%d)", http->code);
)cpp";

struct http_error {
    int code;
    std::string message() const { return "HTTP " + std::to_string(code); }
};

inline expected<std::string, http_error> get_page(int number) {
    nap(500ms);
    if (number > 2) return unexpected(http_error{404});
    return "Page " + std::to_string(number) + ": " + word(number);
}

inline void draw_expected() {
    static int number = 3;
    ImGui::SliderInt("page", &number, 1, 4);

    auto page = imload::async_load(get_page).poll(number); // result<std::string>
    if (page) ImGui::TextUnformatted(page->c_str());
    if (const imload::error* e = page.error())
        if (const http_error* http = e->as<http_error>())
            ImGui::Text("no such page (%d)", http->code);

    if (page.is_loading()) imload::ui::spinner("##page");
    show_status(page);
}

#if IMLOAD_HAS_EXCEPTIONS

// ---- errors as exceptions ---------------------------------------------------------------------

inline constexpr const char* exception_code = R"cpp(
int divide(int a, int b) {
    nap(400ms);
    if (b == 0) throw std::domain_error("nothing can be divided by 0");
    return a / b;
}

try {
    if (std::optional<int> ratio = imload::async_load(divide)(12, divisor))
        ImGui::Text("12 / %d = %d", divisor, *ratio);
    else
        imload::ui::spinner("##ratio");
} catch (const std::domain_error& e) {
    ImGui::TextWrapped("%s", e.what());
}
)cpp";

inline int divide(int a, int b) {
    nap(400ms);
    if (b == 0) throw std::domain_error("nothing can be divided by 0");
    return a / b;
}

inline void draw_exception() {
    static int divisor = 0;
    ImGui::SliderInt("divisor", &divisor, 0, 4);

    try {
        if (std::optional<int> ratio = imload::async_load(divide)(12, divisor))
            ImGui::Text("12 / %d = %d", divisor, *ratio);
        else
            imload::ui::spinner("##ratio");
    } catch (const std::domain_error& e) {
        ImGui::TextWrapped("%s", e.what());
    }
}

// ---- error box and Retry ----------------------------------------------------------------------

inline constexpr const char* retry_box_code = R"cpp(
std::string fetch_news() { // fails every second time
    static std::atomic<int> run{0};
    nap(700ms);
    if (++run % 2 == 1) throw std::runtime_error("the news server does not answer");
    return "Edition " + std::to_string(run / 2);
}

auto news = imload::async_load(fetch_news).poll();
if (news) ImGui::TextUnformatted(news->c_str());
if (news.error()) imload::ui::error_box(news); // the message, and Retry
if (ImGui::Button("Refresh")) news.refresh();
)cpp";

inline std::string fetch_news() { // fails every second time
    static std::atomic<int> run{0};
    nap(700ms);
    if (++run % 2 == 1) throw std::runtime_error("the news server does not answer");
    return "Edition " + std::to_string(run / 2);
}

#else

inline constexpr const char* retry_box_code = R"cpp(
expected<std::string, const char*> fetch_news() { // fails every second time
    static std::atomic<int> run{0};
    nap(700ms);
    if (++run % 2 == 1) return unexpected("the news server does not answer");
    return "Edition " + std::to_string(run / 2);
}

auto news = imload::async_load(fetch_news).poll();
if (news) ImGui::TextUnformatted(news->c_str());
if (news.error()) imload::ui::error_box(news); // the message, and Retry
if (ImGui::Button("Refresh")) news.refresh();
)cpp";

inline expected<std::string, const char*> fetch_news() { // fails every second time
    static std::atomic<int> run{0};
    nap(700ms);
    if (++run % 2 == 1) return unexpected("the news server does not answer");
    return "Edition " + std::to_string(run / 2);
}

#endif

inline void draw_retry_box() {
    auto news = imload::async_load(fetch_news).poll();
    if (news) ImGui::TextUnformatted(news->c_str());
    if (news.error()) imload::ui::error_box(news); // the message, and Retry
    if (ImGui::Button("Refresh")) news.refresh();

    if (news.is_loading()) imload::ui::spinner("##news");
    show_status(news);
}

// ---- further attempts -------------------------------------------------------------------------

inline constexpr const char* backoff_code = R"cpp(
expected<std::string, std::string> dial(const std::string& number) {
    static std::atomic<int> call{0};
    nap(300ms);
    if (++call % 4 != 0) return unexpected("the line is busy");
    return number + " is on the line";
}

imload::retry_options patient{.attempts = 3, .delay = 500ms, .factor = 2};
auto call = imload::async_load(dial, {.retry = patient}).poll("555-0199");
if (call)
    ImGui::TextUnformatted(call->c_str());
else if (call.error()) // only when the last attempt has failed
    imload::ui::error_box(call);
else
    ImGui::Text("attempt %d: %s", call.attempt(), to_string(call.status()));
if (ImGui::Button("Dial again")) call.forget();
)cpp";

inline expected<std::string, std::string> dial(const std::string& number) {
    static std::atomic<int> call{0};
    nap(300ms);
    if (++call % 4 != 0) return unexpected("the line is busy");
    return number + " is on the line";
}

inline void draw_backoff() {
    imload::retry_options patient{.attempts = 3, .delay = 500ms, .factor = 2};
    auto call = imload::async_load(dial, {.retry = patient}).poll("555-0199");
    if (call)
        ImGui::TextUnformatted(call->c_str());
    else if (call.error()) // only when the last attempt has failed
        imload::ui::error_box(call);
    else
        ImGui::Text("attempt %d: %s", call.attempt(), to_string(call.status()));
    if (ImGui::Button("Dial again")) call.forget();
}

// ---- time limits ------------------------------------------------------------------------------

inline constexpr const char* timeout_code = R"cpp(
std::string ask_host(imload::context& context, int milliseconds) {
    nap(context, milliseconds * 1ms); // ends early when told to stop
    return "an answer after " + std::to_string(milliseconds) + " ms";
}

auto host = imload::async_load(ask_host, {.timeout = 500ms});
imload::ui::show(host.poll(milliseconds), [](const std::string& answer) {
    ImGui::TextWrapped("%s", answer.c_str());
});
)cpp";

inline std::string ask_host(imload::context& context, int milliseconds) {
    nap(context, milliseconds * 1ms); // ends early when told to stop
    return "an answer after " + std::to_string(milliseconds) + " ms";
}

inline void draw_timeout() {
    static int slow = 1;
    ImGui::RadioButton("250 ms", &slow, 0);
    ImGui::SameLine();
    ImGui::RadioButton("1000 ms", &slow, 1);
    const int milliseconds = slow ? 1000 : 250;

    auto host = imload::async_load(ask_host, {.timeout = 500ms});
    imload::ui::show(host.poll(milliseconds),
                     [](const std::string& answer) { ImGui::TextWrapped("%s", answer.c_str()); });

    show_status(host.peek(milliseconds));
}

inline constexpr story failing[] = {
    {"Errors"},
    {"An error box with Retry",
     "What a load throws becomes its error; an earlier value stays beside it. A failed key is not "
     "tried again in each frame, only by Retry, refresh(), its timer or its retry options.",
     retry_box_code, draw_retry_box},
#if IMLOAD_HAS_EXCEPTIONS
    {"Exceptions arrive where the value would",
     "A call of the loader rethrows what the load threw, as std::future::get does, while there is "
     "no earlier value. {.throw_errors = false} returns nullopt instead.",
     exception_code, draw_exception},
#endif
    {"Errors as values",
     "A type shaped like std::expected is unwrapped: its value is the value, its error is read "
     "back with as<E>(). This is also the way of builds without exceptions.",
     expected_code, draw_expected},
    {"Further attempts, with backoff",
     "While attempts are left the status is retrying and no error shows. This line is busy three "
     "times out of four.",
     backoff_code, draw_backoff},
    {"A time limit",
     "Counted from when a worker begins. The run is told to stop, the key fails, and what comes "
     "late is dropped.",
     timeout_code, draw_timeout},
};

} // namespace imload::ui::demo
