#pragma once

#include <imload/detail/thread_state.hpp>
#include <imload/imgui/context_session.hpp>
#include <imload/session.hpp>

#include <imgui.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace imload::ui {

/// Set it to stop every animation: spinners stand, skeletons do not shimmer.
inline bool reduce_motion = false;

/// Where an animation of `seconds` a turn is, in [0, 1), from ImGui's clock.
[[nodiscard]] float motion_phase(float seconds);

/// Asks for the next frame of an animation, 15 a second at most, of the result's session, or else
/// of the current one. What animates calls it in each frame in which it is seen. Where there is no
/// session it makes none, and asks for nothing; nor does it under reduce_motion.
void animate(const result_base* of = nullptr);

inline float motion_phase(float seconds) {
    if (reduce_motion) return 0.0f;
    const double turns = ImGui::GetTime() / static_cast<double>(seconds);
    constexpr float last = 1 - std::numeric_limits<float>::epsilon() / 2; // else rounded up to 1
    return std::min(static_cast<float>(turns - std::floor(turns)), last);
}

inline void animate(const result_base* of) {
    if (reduce_motion) return;
    constexpr time_span next = std::chrono::nanoseconds(std::chrono::seconds(1)) / 15;
    if (of && of->session_serial() != 0) { // a result of no key has no session
        of->request_frame(next);
        return;
    }
    // Not current_session(): that makes one, or throws where none can be.
    session* s = detail::this_thread.current;
    if (!s) s = detail::context_sessions::of_this_thread().known();
    if (s) s->request_frame(next);
}

} // namespace imload::ui

namespace imload::detail::widgets {

/// In a cell of the caller's, of a table or of columns.
[[nodiscard]] inline bool in_cell() {
    return ImGui::TableGetColumnCount() > 0 || ImGui::GetColumnsCount() > 1;
}

/// The width that is left for something that would like `wanted`. A window that fits its content
/// is as narrow at first as if nothing could be shown in it; there that is taken instead. So is a
/// column, which may even stay as wide as what it had in it at first; there it is less, for values
/// in cells are short. A cell that the caller wants narrow cuts it off.
[[nodiscard]] inline float room_for(float wanted) {
    const float room = ImGui::GetContentRegionAvail().x;
    const float em = ImGui::GetFontSize();
    if (room >= std::min(wanted, em * 4)) return std::max(room, 1.0f);
    return std::max(in_cell() ? std::min(wanted, em * 8) : wanted, 1.0f);
}

/// A size as ImGui's own widgets understand it: 0 is `usual`, below 0 leaves that much free.
[[nodiscard]] inline ImVec2 full_size(ImVec2 size, ImVec2 usual) {
    const ImVec2 room = ImGui::GetContentRegionAvail();
    // Neither below 0 nor above: what is no number is 0 too.
    if (!(size.x < 0 || size.x > 0)) size.x = usual.x;
    if (!(size.y < 0 || size.y > 0)) size.y = usual.y;
    if (size.x < 0) size.x = std::max(room.x + size.x, 4.0f);
    if (size.y < 0) size.y = std::max(room.y + size.y, 4.0f);
    return size;
}

/// Whether any of the item is seen that was submitted where the cursor was.
[[nodiscard]] inline bool is_seen(ImVec2 cursor) {
    // In a collapsed window items do nothing, and "the last item" is still the one before.
    const ImVec2 now = ImGui::GetCursorScreenPos();
    return (now.x != cursor.x || now.y != cursor.y) && ImGui::IsItemVisible();
}

/// Takes the room of an item, and tells whether any of it is seen.
[[nodiscard]] inline bool take_room(ImVec2 size) {
    const ImVec2 cursor = ImGui::GetCursorScreenPos();
    ImGui::Dummy(size);
    return is_seen(cursor);
}

/// Draws the path that was laid: the order of PathStroke's arguments changed in 1.92.8.
inline void stroke(ImDrawList* list, ImU32 colour, float thickness) {
#if IMGUI_VERSION_NUM >= 19280
    list->PathStroke(colour, thickness);
#else
    list->PathStroke(colour, 0, thickness);
#endif
}

} // namespace imload::detail::widgets
