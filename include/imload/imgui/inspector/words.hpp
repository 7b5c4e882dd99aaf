#pragma once

#include <imload/frame_report.hpp>
#include <imload/options.hpp>
#include <imload/run_log.hpp>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

// What the inspector says, in words and figures.

namespace imload::detail::inspector {

/// A short text in a place of its own: what is written anew in each frame allocates nothing.
class short_text {
public:
    short_text() { text_[0] = '\0'; }

    explicit short_text(const char* format, ...) {
        std::va_list values;
        va_start(values, format);
        std::vsnprintf(text_.data(), text_.size(), format, values);
        va_end(values);
    }

    [[nodiscard]] const char* c_str() const noexcept { return text_.data(); }

private:
    std::array<char, 96> text_;
};

/// A length of time in three figures: 0.42 ms, 18 ms, 1.25 s, 4 min 10 s.
[[nodiscard]] inline short_text time_text(double seconds) {
    if (seconds < 0) seconds = 0;
    const double ms = seconds * 1e3;
    if (ms <= 0) return short_text("%s", "0 ms");
    if (ms < 0.995) return short_text("%.2f ms", ms);
    if (ms < 9.95) return short_text("%.1f ms", ms);
    if (ms < 999.5) return short_text("%.0f ms", ms);
    if (seconds < 9.995) return short_text("%.2f s", seconds);
    if (seconds < 59.95) return short_text("%.1f s", seconds);
    const double whole = std::floor(seconds + 0.5);
    if (whole < 3600)
        return short_text("%.0f min %02.0f s", std::floor(whole / 60), std::fmod(whole, 60.0));
    if (whole < 360000)
        return short_text("%.0f h %02.0f min", std::floor(whole / 3600),
                          std::floor(std::fmod(whole, 3600.0) / 60));
    return short_text("%.0f days", std::floor(whole / 86400));
}

[[nodiscard]] inline double seconds_of(std::chrono::nanoseconds t) {
    return std::chrono::duration<double>(t).count();
}
[[nodiscard]] inline short_text time_text(std::chrono::nanoseconds t) {
    return time_text(seconds_of(t));
}

/// Ages and countdowns are read as they change, so that they have no more figures than one can see.
[[nodiscard]] inline short_text clock_text(double seconds) {
    if (seconds < 0) seconds = 0;
    return seconds < 9.95 ? short_text("%.1f s", seconds)
           : seconds < 60 ? short_text("%.0f s", std::floor(seconds))
                          : time_text(std::floor(seconds));
}

/// 1234567 as 1,234,567.
[[nodiscard]] inline short_text count_text(std::uint64_t n) {
    std::array<char, 32> digits;
    std::array<char, 48> grouped;
    const int length =
        std::snprintf(digits.data(), digits.size(), "%llu", static_cast<unsigned long long>(n));
    std::size_t to = 0;
    for (int i = 0; i < length; ++i) {
        if (i > 0 && (length - i) % 3 == 0) grouped[to++] = ',';
        grouped[to++] = digits[static_cast<std::size_t>(i)];
    }
    grouped[to] = '\0';
    return short_text("%s", grouped.data());
}

/// std::string under its own name: compilers tell what it stands for. Not behind a quotation mark,
/// where the arguments' own text begins.
inline void shorten_names(std::string& label) {
    const auto all = [&label](std::string_view what, std::string_view by) {
        for (std::size_t at = 0;
             (at = label.find(what, at)) != std::string::npos && at < label.find('"');
             at += by.size())
            label.replace(at, what.size(), by);
    };
    if (label.find("basic_string") >= label.find('"')) return; // most have none
    all("__cxx11::", "");
    all("__1::", "");
    all(", std::char_traits<char>", "");
    all(", std::allocator<char> >", ">");
    all(", std::allocator<char>>", ">");
    all("std::basic_string<char>", "std::string");
    all("std::basic_string_view<char>", "std::string_view");
}

/// A label as it is shown, on one line: arguments may hold line breaks.
[[nodiscard]] inline std::string one_line(std::string label) {
    shorten_names(label);
    for (char& c : label)
        if (static_cast<unsigned char>(c) < 0x20) c = ' ';
    return label;
}

[[nodiscard]] constexpr const char* in_words(run_cause c) noexcept {
    switch (c) {
    case run_cause::first_ask:
        return "first asked for";
    case run_cause::timer:
        return "refresh timer";
    case run_cause::retry:
        return "retry";
    case run_cause::stale:
        return "was stale";
    case run_cause::refresh:
        return "refresh() was called";
    case run_cause::prefetch:
        return "prefetched";
    }
    return "unknown";
}

[[nodiscard]] constexpr const char* in_words(run_outcome o) noexcept {
    switch (o) {
    case run_outcome::under_way:
        return "under way";
    case run_outcome::success:
        return "success";
    case run_outcome::failure:
        return "failure";
    case run_outcome::timeout:
        return "timeout";
    case run_outcome::cancelled:
        return "cancelled";
    case run_outcome::dropped:
        return "dropped";
    }
    return "unknown";
}

/// What a sleeping loop waits for; goes on with "of KEY" where it is for one.
[[nodiscard]] constexpr const char* in_words(wake_cause c) noexcept {
    switch (c) {
    case wake_cause::nothing:
        return "nothing is due";
    case wake_cause::news:
        return "something to show";
    case wake_cause::first:
        return "a frame that follows news";
    case wake_cause::finish:
        return "finish functions left over";
    case wake_cause::refresh:
        return "refresh";
    case wake_cause::retry:
        return "retry";
    case wake_cause::timeout:
        return "timeout";
    case wake_cause::settle:
        return "settling";
    case wake_cause::look:
        return "poll interval";
    case wake_cause::requested:
        return "something that moves";
    }
    return "unknown";
}

/// Whether imload had the frame drawn for something that happened to a key.
[[nodiscard]] constexpr bool is_news(const frame_report& r) noexcept {
    return r.landed > 0 || r.partial > 0 || r.due > 0 || r.posted > 0 || r.progress;
}

[[nodiscard]] inline std::string in_words(const frame_report& r) {
    std::string text;
    const auto add = [&text](std::uint32_t n, const char* one, const char* several) {
        if (n == 0) return;
        if (!text.empty()) text += ", ";
        text += std::to_string(n);
        text += n == 1 ? one : several;
    };
    add(r.landed, " run came back", " runs came back");
    add(r.due, " deadline was due", " deadlines were due");
    add(r.partial, " partial value", " partial values");
    add(r.posted, " posted function", " posted functions");
    if (r.progress) text += text.empty() ? "progress of a run" : ", progress";
    if (!text.empty()) return text;
    if (r.after_landing) return "follows a run that came back";
    if (r.requested) return "something that moves, or this window";
    return "input or the app";
}

} // namespace imload::detail::inspector
