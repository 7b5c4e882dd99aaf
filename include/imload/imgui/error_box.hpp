#pragma once

#include <imload/error.hpp>
#include <imload/imgui/motion.hpp>
#include <imload/imgui/spinner.hpp>
#include <imload/result.hpp>

#include <imgui.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

namespace imload::ui {

/// Says why the last run failed, and offers to retry: the message, which attempt it was, when it
/// is tried again by itself. Nothing when it did not fail. True: Retry was pressed just now.
/// A very long message is shown in part, with a button that copies all of it.
bool error_box(const result_base& r);

} // namespace imload::ui

namespace imload::detail::widgets {

/// A red that can be read on the current style's background: the colour of text leans towards it.
[[nodiscard]] inline ImVec4 danger(float alpha = 1) {
    const ImVec4& text = ImGui::GetStyleColorVec4(ImGuiCol_Text);
    const auto mix = [](float red, float of_text) { return red * 0.75f + of_text * 0.25f; };
    return ImVec4(mix(0.95f, text.x), mix(0.25f, text.y), mix(0.25f, text.z), text.w * alpha);
}

/// As much of a message as is shown, cut where no character is split.
[[nodiscard]] inline std::string_view shown_part(std::string_view message) {
    std::size_t end = 1000;
    if (message.size() <= end) return message;
    while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xc0) == 0x80) --end;
    return message.substr(0, end);
}

/// The ids of a key's own buttons.
inline void push_id(const result_base& r) {
    ImGui::PushID(static_cast<int>(r.session_serial()));
    ImGui::PushID(static_cast<int>(r.id() & 0xffffffffu));
    ImGui::PushID(static_cast<int>(r.id() >> 32));
}

inline void pop_id() {
    ImGui::PopID();
    ImGui::PopID();
    ImGui::PopID();
}

/// "again in 3 s", and in which time it says something else; an empty text when nothing is due.
struct countdown {
    char text[40] = "";
    std::chrono::nanoseconds changes_in = never;

    explicit countdown(std::chrono::nanoseconds left) {
        using namespace std::chrono_literals;
        if (left == never || left <= 0ns) return;
        const auto count = [&](std::chrono::nanoseconds unit, const char* name) {
            const auto n = (left - 1ns) / unit + 1; // rounded up: it never says 0
            std::snprintf(text, sizeof text, "again in %lld %s", static_cast<long long>(n), name);
            changes_in = left - (n - 1) * unit;
        };
        if (left <= 90s)
            count(1s, "s");
        else if (left <= 90min)
            count(1min, "min");
        else
            count(1h, "h");
    }
};

/// "timeout, attempt 3": what there is to say beside the message.
[[nodiscard]] inline std::string remark_on(const error& e) {
    std::string text;
    if (e.kind != error_kind::exception) text = to_string(e.kind);
    if (e.attempt > 1) {
        if (!text.empty()) text += ", ";
        text += "attempt " + std::to_string(e.attempt);
    }
    return text;
}

/// Places one thing after the other, in a new row where the width is used up.
class row_flow {
public:
    row_flow(ImVec2 corner, float width, float row)
        : corner_(corner), at_(corner), width_(width), row_(row) {}

    [[nodiscard]] ImVec2 next(float width) {
        const ImVec2& gap = ImGui::GetStyle().ItemSpacing;
        if (at_.x > corner_.x && at_.x + width > corner_.x + width_)
            at_ = ImVec2(corner_.x, at_.y + row_ + gap.y);
        const ImVec2 here = at_;
        at_.x += width + gap.x;
        return here;
    }
    [[nodiscard]] float bottom() const { return at_.y + row_; }

private:
    ImVec2 corner_;
    ImVec2 at_;
    float width_;
    float row_;
};

/// Text of the box is drawn rather than submitted: the line it stands on may have a baseline of
/// its own, which would move it.
inline void draw_text(ImVec2 at, ImU32 colour, std::string_view text, float wrap) {
    ImGui::GetWindowDrawList()->AddText(ImGui::GetFont(), ImGui::GetFontSize(), at, colour,
                                        text.data(), text.data() + text.size(), wrap);
}

[[nodiscard]] inline ImVec2 size_of(std::string_view text, float wrap = -1) {
    return ImGui::CalcTextSize(text.data(), text.data() + text.size(), false, wrap);
}

} // namespace imload::detail::widgets

namespace imload::ui {

inline bool error_box(const result_base& r) {
    namespace w = detail::widgets;
    const error* const e = r.error();
    if (!e) return false;
    const ImGuiStyle& style = ImGui::GetStyle();
    const bool under_way = r.is_loading() || r.is_refreshing();
    const std::string_view message = w::shown_part(e->message);
    const bool is_cut = message.size() < e->message.size();
    const std::string remark = w::remark_on(*e);
    const w::countdown again(under_way ? never : r.refresh_in());

    // Everything is measured first, for the background is drawn first.
    const ImVec2 pad(style.FramePadding.x * 2, style.FramePadding.y * 2);
    const ImVec2 from = ImGui::GetCursorScreenPos();
    const auto button_width = [&](const char* name) {
        return w::size_of(name).x + 2 * style.FramePadding.x;
    };
    const float wanted = std::min(w::size_of(message).x, ImGui::GetFontSize() * 16 - 2 * pad.x);
    const float width =
        std::max(w::room_for(wanted + 2 * pad.x), button_width("Retry") + 2 * pad.x);
    const ImVec2 corner(from.x + pad.x, from.y + pad.y);
    const float inner = std::max(width - 2 * pad.x, 1.0f);
    const float row = ImGui::GetFrameHeight();
    const float text_height = w::size_of(message, inner).y;
    const float remark_height = remark.empty() ? 0 : w::size_of(remark, inner).y;
    w::row_flow flow(ImVec2(corner.x, corner.y + text_height + remark_height + style.ItemSpacing.y),
                     inner, row);
    const ImVec2 retry_at = flow.next(button_width("Retry"));
    const ImVec2 copy_at = is_cut ? flow.next(button_width("Copy all")) : retry_at;
    const float line = ImGui::GetTextLineHeight();
    ImVec2 note_at = retry_at;
    if (under_way) note_at = flow.next(line);
    if (again.text[0]) note_at = flow.next(w::size_of(again.text).x);
    note_at.y += style.FramePadding.y;
    const ImVec2 to(from.x + width, flow.bottom() + pad.y);

    ImGui::BeginGroup();
    w::push_id(r);
    if (w::take_room(ImVec2(width, to.y - from.y))) {
        ImDrawList* const list = ImGui::GetWindowDrawList();
        const float rounding = std::max(style.FrameRounding, style.ChildRounding);
        list->AddRectFilled(from, to, ImGui::GetColorU32(w::danger(0.12f)), rounding);
        list->AddRect(from, to, ImGui::GetColorU32(w::danger(0.45f)), rounding);
        list->PushClipRect(from, to, true);
        const ImU32 dim = ImGui::GetColorU32(ImGuiCol_TextDisabled);
        w::draw_text(corner, ImGui::GetColorU32(w::danger()), message, inner);
        if (!remark.empty())
            w::draw_text(ImVec2(corner.x, corner.y + text_height), dim, remark, inner);
        if (again.text[0]) {
            w::draw_text(note_at, dim, again.text, 0);
            if (ImGui::IsRectVisible(note_at, to)) r.request_frame(again.changes_in);
        }
        if (under_way) {
            w::draw_arc(ImVec2(note_at.x + line * 0.5f, note_at.y + line * 0.5f), line * 0.5f);
            if (ImGui::IsRectVisible(note_at, to)) animate(&r);
        }
        list->PopClipRect();
    }
    ImGui::SetCursorScreenPos(retry_at);
    if (under_way) ImGui::BeginDisabled();
    const bool retry = ImGui::Button("Retry");
    if (under_way) ImGui::EndDisabled();
    if (is_cut) {
        ImGui::SetCursorScreenPos(copy_at);
        if (ImGui::Button("Copy all")) ImGui::SetClipboardText(e->message.c_str());
    }
    // The box is one item, which ends where it is drawn.
    ImGui::SetCursorScreenPos(from);
    ImGui::Dummy(ImVec2(width, to.y - from.y));
    w::pop_id();
    ImGui::EndGroup();
    if (retry) r.refresh();
    return retry;
}

} // namespace imload::ui
