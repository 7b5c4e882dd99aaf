#pragma once

// What show() keeps from frame to frame. Part of show.hpp.

#include <imload/imgui/motion.hpp>
#include <imload/result.hpp>

#include <imgui.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <initializer_list>

namespace imload::detail::widgets {

inline constexpr std::chrono::milliseconds patience{200}; ///< what takes less is not remarked on
inline constexpr std::chrono::milliseconds least{300};    ///< a skeleton does not go before

enum class stage : std::uint32_t { ready, refreshing, blank, skeleton };

/// What show keeps of one key in one place of a window. A place has room for 4096 keys; a new key
/// takes over that of one no longer drawn, so that dragging a slider does not fill the storage.
class place_memory {
public:
    place_memory(ImGuiID place, const result_base& r);

    /// Moves on to what is to be shown in this frame; skeletons stay a while.
    stage advance(stage wanted);

    /// In which time a frame is needed if nothing else happens: the stage changes, or has changed,
    /// which ImGui gives two more frames for windows and columns that fit their content.
    [[nodiscard]] time_span needs_frame_in() const { return needs_frame_in_; }

    /// For how long the stage has been what it is.
    [[nodiscard]] std::chrono::microseconds lasted() const;

    /// The size of this key's content, or else that of another one in this place; 0: of none.
    [[nodiscard]] ImVec2 size() const;
    void keep_size(ImVec2 size, float room);

private:
    enum field : std::uint32_t { key, state, gui_time, session_time, width, height };
    static constexpr std::uint32_t slot_count = 4096;

    [[nodiscard]] ImGuiID id(field f) const { return id(slot_, f); }
    [[nodiscard]] ImGuiID id(std::uint32_t slot, field f) const {
        std::uint32_t h = place_ ^ ((slot * 8 + f + 1) * 0x9e3779b1u);
        h = (h ^ (h >> 16)) * 0x85ebca6bu;
        h = (h ^ (h >> 13)) * 0xc2b2ae35u;
        return h ^ (h >> 16);
    }
    [[nodiscard]] std::uint32_t load(std::uint32_t slot, field f) const {
        return static_cast<std::uint32_t>(storage_->GetInt(id(slot, f)));
    }
    void store(field f, std::uint32_t x) { storage_->SetInt(id(f), static_cast<int>(x)); }

    /// Drawn in this frame or the one before.
    [[nodiscard]] static bool is_recent(std::uint32_t state) {
        return ((frame() - (state >> 4)) & 0x0fffffffu) <= 1;
    }
    [[nodiscard]] static std::uint32_t frame() {
        return static_cast<std::uint32_t>(ImGui::GetFrameCount()) & 0x0fffffffu;
    }
    void find_slot(std::uint32_t number, std::uint32_t key_id);
    void enter(stage s);

    ImGuiStorage* storage_; ///< the window's: content may be in another one when it ends
    ImGuiID place_;
    std::uint32_t slot_ = 0;
    stage stage_ = stage::ready;
    std::uint32_t settles_ = 0; ///< frames to come in which ImGui may still make room
    time_span needs_frame_in_ = never;
    // Microseconds, which go round after 71 minutes; what is counted is less than a second.
    std::uint32_t gui_now_;
    std::uint32_t session_now_;
};

inline place_memory::place_memory(ImGuiID place, const result_base& r)
    : storage_(ImGui::GetStateStorage()), place_(place),
      gui_now_(static_cast<std::uint32_t>(static_cast<std::int64_t>(ImGui::GetTime() * 1e6))),
      session_now_(static_cast<std::uint32_t>(
          std::chrono::duration_cast<std::chrono::microseconds>(r.now().time_since_epoch())
              .count())) {
    // The lower half is a number that keys have one after the other, the upper half tells those
    // apart that had it at another time, as the serial does those of two sessions.
    const auto number = static_cast<std::uint32_t>(r.id() & 0xffffffffu);
    const std::uint64_t apart = (r.id() >> 32) * 0x9e3779b1u + r.session_serial() * 0x85ebca6bu;
    const auto key_id = std::max(number ^ static_cast<std::uint32_t>(apart), 1u);
    find_slot(number, key_id);
    const std::uint32_t known = load(slot_, state);
    const bool same = load(slot_, key) == key_id;
    if (same && is_recent(known)) {
        stage_ = static_cast<stage>(known & 3);
        settles_ = known >> 2 & 3;
    }
    if (!same) {
        store(key, key_id);
        store(width, 0); // 0 is 0.0f
        store(height, 0);
    }
}

inline void place_memory::find_slot(std::uint32_t number, std::uint32_t key_id) {
    constexpr std::uint32_t tries = 8;
    std::uint32_t found = slot_count;
    for (std::uint32_t i = 0; i < tries; ++i) {
        const std::uint32_t slot = (number + i) % slot_count;
        const std::uint32_t there = load(slot, key);
        if (there == key_id) {
            slot_ = slot;
            return;
        }
        if (found == slot_count && (there == 0 || !is_recent(load(slot, state)))) found = slot;
        if (there == 0) break;
    }
    slot_ = found == slot_count ? number % slot_count : found;
}

inline void place_memory::enter(stage s) {
    stage_ = s;
    if (s == stage::ready) return;
    store(gui_time, gui_now_);
    store(session_time, session_now_);
}

/// By ImGui's clock or the session's, whichever says more: an app may clamp DeltaTime after a
/// sleep, and a test may run either clock by hand.
inline std::chrono::microseconds place_memory::lasted() const {
    return std::chrono::microseconds(
        std::max(gui_now_ - load(slot_, gui_time), session_now_ - load(slot_, session_time)));
}

inline stage place_memory::advance(stage wanted) {
    const stage before = stage_;
    if (stage_ == stage::skeleton && wanted != stage::blank && lasted() < least) {
        needs_frame_in_ = least - lasted();
    } else if (wanted != stage::blank) {
        if (stage_ != wanted) enter(wanted);
    } else {
        if (stage_ < stage::blank) enter(stage::blank);
        if (stage_ == stage::blank && lasted() >= patience) enter(stage::skeleton);
        if (stage_ == stage::blank) needs_frame_in_ = patience - lasted();
    }
    if (before >= stage::blank && stage_ != before)
        settles_ = 2;
    else if (settles_ > 0)
        --settles_;
    if (settles_ > 0) needs_frame_in_ = {};
    store(state, (frame() << 4) | (settles_ << 2) | static_cast<std::uint32_t>(stage_));
    return stage_;
}

/// Content that filled the width is kept as below 0, and fills it again when it is another one.
inline void place_memory::keep_size(ImVec2 size, float room) {
    if (size.x <= 0 || size.y <= 0) return;
    if (std::abs(size.x - room) <= 1) size.x = -size.x;
    for (const std::uint32_t slot : {slot_, slot_count}) {
        storage_->SetFloat(id(slot, width), size.x);
        storage_->SetFloat(id(slot, height), size.y);
    }
}

inline ImVec2 place_memory::size() const {
    const std::uint32_t slot = storage_->GetFloat(id(height)) > 0 ? slot_ : slot_count;
    const float w = storage_->GetFloat(id(slot, width));
    return ImVec2(w < 0 ? room_for(-w) : w, storage_->GetFloat(id(slot, height)));
}

} // namespace imload::detail::widgets
