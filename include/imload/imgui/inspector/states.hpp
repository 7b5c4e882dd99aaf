#pragma once

#include <imload/entry_info.hpp>
#include <imload/run_log.hpp>
#include <imload/status.hpp>

#include <imgui.h>

#include <array>
#include <cstddef>
#include <cstdint>

// The states that the inspector tells apart, and their colours.

namespace imload::detail::inspector {

/// imload::status as a developer asks for it: failed is a state, just_finished is not.
enum class key_state : std::uint8_t {
    queued,
    running,
    retrying,
    finishing,
    complete,
    failed,
    idle,
};
inline constexpr std::array all_states{
    key_state::queued,   key_state::running, key_state::retrying, key_state::finishing,
    key_state::complete, key_state::failed,  key_state::idle};

/// In a filter: keys that pretend, in whatever state.
inline constexpr std::size_t simulated_bit = all_states.size();

[[nodiscard]] constexpr std::uint32_t bit_of(key_state s) noexcept {
    return 1u << static_cast<unsigned>(s);
}

[[nodiscard]] inline key_state state_of(imload::status s, bool failed) noexcept {
    switch (s) {
    case status::queued:
        return key_state::queued;
    case status::running:
        return key_state::running;
    case status::retrying:
        return key_state::retrying;
    case status::finishing:
        return key_state::finishing;
    case status::idle:
        return failed ? key_state::failed : key_state::idle;
    case status::just_finished:
    case status::complete:
        return failed ? key_state::failed : key_state::complete;
    }
    return key_state::idle;
}
[[nodiscard]] inline key_state state_of(const entry_info& e) noexcept {
    return state_of(e.status, e.error != nullptr);
}

[[nodiscard]] constexpr const char* name_of(key_state s) noexcept {
    switch (s) {
    case key_state::queued:
        return "queued";
    case key_state::running:
        return "running";
    case key_state::retrying:
        return "retrying";
    case key_state::finishing:
        return "finishing";
    case key_state::complete:
        return "complete";
    case key_state::failed:
        return "failed";
    case key_state::idle:
        return "idle";
    }
    return "unknown";
}

[[nodiscard]] constexpr const char* meaning_of(key_state s) noexcept {
    switch (s) {
    case key_state::queued:
        return "Waits for a worker, or settles.";
    case key_state::running:
        return "A worker has it.";
    case key_state::retrying:
        return "An attempt failed, the next one is due later.";
    case key_state::finishing:
        return "Loaded; waits for its finish function on the UI thread.";
    case key_state::complete:
        return "Nothing is under way, and there is a value.";
    case key_state::failed:
        return "The last run failed; an earlier value may be there still.";
    case key_state::idle:
        return "Nothing is under way: dropped, cancelled, or only looked at.";
    }
    return "";
}

// ---- colours: hues of the inspector, shades of the style --------------------------------------

[[nodiscard]] inline ImVec4 blend(const ImVec4& a, const ImVec4& b, float share_of_b) {
    const auto of = [share_of_b](float x, float y) { return x + (y - x) * share_of_b; };
    return {of(a.x, b.x), of(a.y, b.y), of(a.z, b.z), of(a.w, b.w)};
}

[[nodiscard]] inline bool style_is_light() {
    const ImVec4& text = ImGui::GetStyle().Colors[ImGuiCol_Text];
    return text.x + text.y + text.z < 1.5f;
}

/// A hue, 0xRRGGBB, towards the style's text: it can be read on the style's background.
[[nodiscard]] inline ImVec4 shade(unsigned hue) {
    const auto channel = [hue](int shift) {
        return static_cast<float>((hue >> shift) & 0xffu) / 255.0f;
    };
    return blend({channel(16), channel(8), channel(0), 1}, ImGui::GetStyle().Colors[ImGuiCol_Text],
                 style_is_light() ? 0.30f : 0.18f);
}

inline constexpr unsigned blue = 0x3b8cff;
inline constexpr unsigned green = 0x2fb673;
inline constexpr unsigned red = 0xee4b4b;
inline constexpr unsigned amber = 0xf0a020;
inline constexpr unsigned orange = 0xf2711c;
inline constexpr unsigned violet = 0x9a6cf5;
inline constexpr unsigned slate = 0x6f86a8;

[[nodiscard]] inline ImVec4 muted() { return ImGui::GetStyle().Colors[ImGuiCol_TextDisabled]; }

[[nodiscard]] inline ImVec4 colour_of(key_state s) {
    switch (s) {
    case key_state::queued:
        return shade(slate);
    case key_state::running:
        return shade(blue);
    case key_state::retrying:
        return shade(amber);
    case key_state::finishing:
        return shade(violet);
    case key_state::complete:
        return shade(green);
    case key_state::failed:
        return shade(red);
    case key_state::idle:
        break;
    }
    return muted();
}

[[nodiscard]] inline ImVec4 colour_of(run_outcome o) {
    switch (o) {
    case run_outcome::under_way:
        return shade(blue);
    case run_outcome::success:
        return shade(green);
    case run_outcome::failure:
        return shade(red);
    case run_outcome::timeout:
        return shade(orange);
    case run_outcome::cancelled:
        return shade(slate);
    case run_outcome::dropped:
        break;
    }
    return muted();
}

[[nodiscard]] inline ImU32 packed(const ImVec4& c, float alpha = 1) {
    return ImGui::GetColorU32(ImVec4(c.x, c.y, c.z, c.w * alpha));
}

} // namespace imload::detail::inspector
