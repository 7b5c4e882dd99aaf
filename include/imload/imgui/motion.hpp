#pragma once

#include <imgui.h>

#include <cmath>

namespace imload::ui {

/// Set it to stop every animation: spinners stand, skeletons do not shimmer.
inline bool reduce_motion = false;

/// Where an animation of `seconds` a turn is, in [0, 1), from ImGui's clock.
[[nodiscard]] inline float motion_phase(float seconds) {
    if (reduce_motion) return 0.0f;
    const double turns = ImGui::GetTime() / static_cast<double>(seconds);
    return static_cast<float>(turns - std::floor(turns));
}

} // namespace imload::ui
