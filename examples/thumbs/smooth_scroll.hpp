// Scrolling with weight: the wheel pushes, and friction stops.
#pragma once

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace thumbs {

class smooth_scroll {
public:
    // To be called inside the window that scrolls; `notch` is how far one notch of the wheel goes.
    void update(float notch) {
        const ImGuiIO& io = ImGui::GetIO();
        const float now = ImGui::GetScrollY();
        moved_ = std::exchange(last_, now) != now;
        if (std::fabs(now - position_) > 1.5f) stop(); // the scroll bar moved it
        if (speed_ == 0) position_ = now;
        if (io.MouseWheel != 0 && !io.KeyCtrl && ImGui::IsWindowHovered())
            turn(-io.MouseWheel, notch * friction);
        if (ImGui::IsMouseClicked(0) && ImGui::IsWindowHovered()) stop();
        if (speed_ == 0) return;
        const float decay = std::exp(-friction * std::min(io.DeltaTime, 0.05f));
        go_to(position_ + speed_ * (1 - decay) / friction);
        speed_ *= decay;
        const bool at_an_end =
            (position_ <= 0 && speed_ < 0) || (position_ >= ImGui::GetScrollMaxY() && speed_ > 0);
        if (at_an_end || std::fabs(speed_) < notch * 0.05f) stop();
    }

    // Pixels a second.
    void push(float by) {
        if (by * speed_ < 0) speed_ = 0;
        speed_ += by;
    }

    void go_to(float position) {
        position_ = std::clamp(position, 0.0f, ImGui::GetScrollMaxY());
        ImGui::SetScrollY(position_);
    }

    void stop() { speed_ = 0; }

    // By itself, or in the user's hand.
    bool moves() const { return speed_ != 0 || moved_; }

private:
    // What is pushed while it moves goes ever faster: some turns of the wheel go through thousands
    // of rows.
    void turn(float notches, float speed_of_one) {
        const bool onwards = notches * speed_ > 0;
        const float faster = onwards ? std::fabs(speed_ / speed_of_one) * 0.6f : 0;
        push(notches * speed_of_one * (1 + std::min(faster, 20.0f)));
    }

    static constexpr float friction = 4.5f; // a second

    float position_ = 0;
    float speed_ = 0;
    float last_ = 0;
    bool moved_ = false;
};

} // namespace thumbs
