#pragma once

#include <imload/imgui/inspector/paint.hpp>
#include <imload/imgui/inspector/run_list.hpp>
#include <imload/imgui/inspector/view.hpp>
#include <imload/run_log.hpp>
#include <imload/session.hpp>

#include <imgui.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

// Recent runs over time: a lane for each worker, and one for how many waited.

namespace imload::detail::inspector {

class timeline {
public:
    timeline(view& v, session& s)
        : v_(v), log_(s.runs()), now_(v.paused ? v.paused_at : s.now()),
          workers_(static_cast<int>(std::min<std::uint64_t>(s.statistics().threads, 64))) {}

    void draw() {
        draw_tools();
        const ImVec2 room = ImGui::GetContentRegionAvail();
        if (!ImGui::BeginChild("lanes", room)) return ImGui::EndChild();
        find_bars();
        lay_out();
        draw_ruler();
        draw_waiting();
        draw_lanes();
        if (hovered_) {
            explain_run(*hovered_, now_);
            ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
            if (ImGui::IsMouseClicked(ImGuiMouseButton_Left))
                v_.select(hovered_->key, one_line(hovered_->label));
        }
        ImGui::EndChild();
    }

private:
    struct bar {
        const run_record* run;
        time_point begun;
        time_point ended;
    };

    void draw_tools() {
        for (const int seconds : {5, 10, 30}) {
            const float value = static_cast<float>(seconds);
            if (ImGui::RadioButton(short_text("%d s", seconds).c_str(), v_.seconds_shown == value))
                v_.seconds_shown = value;
            ImGui::SameLine();
        }
        if (ImGui::Checkbox("Pause", &v_.paused)) v_.paused_at = now_;
        if (ImGui::GetWindowWidth() < em(46)) return; // the runs under the mouse tell it too
        for (const run_outcome o :
             {run_outcome::under_way, run_outcome::success, run_outcome::failure,
              run_outcome::timeout, run_outcome::cancelled}) {
            same_line_if_fits(em(6), em(0.9f));
            ImGui::AlignTextToFramePadding();
            dot(colour_of(o), true, ImGui::GetStyle().FramePadding.y);
            ImGui::AlignTextToFramePadding();
            write(muted(), in_words(o));
        }
    }

    [[nodiscard]] time_point first() const {
        return now_ - std::chrono::duration_cast<std::chrono::nanoseconds>(
                          std::chrono::duration<float>(v_.seconds_shown));
    }

    void find_bars() {
        const time_point from = first();
        for (std::size_t i = first_record(log_); i < log_.size(); ++i) {
            const run_record& r = log_[i];
            if (r.begun == time_point{}) continue;
            const time_point ended = r.ended == time_point{} ? std::max(now_, r.begun) : r.ended;
            if (ended < from || r.begun > now_ || r.worker < 0) continue;
            bars_.push_back({&r, r.begun, ended});
            workers_ = std::max(workers_, r.worker + 1);
        }
        std::sort(bars_.begin(), bars_.end(), [](const bar& a, const bar& b) {
            return a.run->worker != b.run->worker ? a.run->worker < b.run->worker
                                                  : a.begun < b.begun;
        });
    }

    void lay_out() {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const ImVec2 room = ImGui::GetContentRegionAvail();
        const float lanes = static_cast<float>(std::max(workers_, 1));
        ruler_ = ImGui::GetTextLineHeight() + em(0.2f);
        waiting_ = em(2);
        lane_ = std::clamp(std::floor((room.y - ruler_ - waiting_) / lanes), em(0.7f), em(2));
        // The most that "queue" has beside it is the length of the log.
        left_ = std::floor(at.x + std::max(em(5), width_of("queue 4096") + em(0.8f)));
        right_ = std::max(left_ + 1, std::floor(at.x + room.x - em(0.4f)));
        top_ = at.y;
        bottom_ = top_ + ruler_ + waiting_ + lane_ * lanes;
        list_ = ImGui::GetWindowDrawList();
        ImGui::InvisibleButton("area", ImVec2(std::max(room.x, 1.0f), bottom_ - top_));
        if (ImGui::IsItemHovered()) mouse_ = ImGui::GetIO().MousePos;
    }

    [[nodiscard]] float x_of(time_point t) const {
        const double ago = seconds_of(now_ - t);
        const double share = ago / static_cast<double>(v_.seconds_shown);
        return right_ - static_cast<float>(share * static_cast<double>(right_ - left_));
    }

    void draw_ruler() {
        const int step = v_.seconds_shown > 20 ? 5 : 1;
        const float width = right_ - left_;
        float free_until = right_ + em(1); // where the text drawn last begins
        for (int s = 0; s <= static_cast<int>(v_.seconds_shown); s += step) {
            const float x =
                std::floor(right_ - width * static_cast<float>(s) / v_.seconds_shown) + 0.5f;
            list_->AddLine(ImVec2(x, top_ + ruler_), ImVec2(x, bottom_),
                           ImGui::GetColorU32(ImGuiCol_Text, 0.07f));
            const short_text text =
                s == 0 ? short_text("%s", v_.paused ? "paused" : "now") : short_text("-%d s", s);
            const float text_width = ImGui::CalcTextSize(text.c_str()).x;
            // Not std::clamp(): in a narrow window the text has less room than it takes.
            const float text_x =
                std::max(std::min(x - text_width * 0.5f, right_ - text_width), left_);
            if (text_x + text_width > free_until - em(0.3f)) continue;
            list_->AddText(ImVec2(text_x, top_), packed(muted()), text.c_str());
            free_until = text_x;
        }
    }

    /// How many runs waited for a worker, for each pixel.
    void draw_waiting() {
        const float top = top_ + ruler_;
        const float height = waiting_ - em(0.3f);
        const auto columns = static_cast<std::size_t>(right_ - left_);
        std::vector<int> change(columns + 1, 0);
        const auto place = [&](time_point t) {
            return static_cast<std::size_t>(
                std::clamp(x_of(t) - left_, 0.0f, static_cast<float>(columns)));
        };
        const time_point from = first();
        for (std::size_t i = first_record(log_); i < log_.size(); ++i) {
            const run_record& r = log_[i];
            const bool waits = r.begun == time_point{};
            if (waits && r.outcome != run_outcome::under_way) continue;
            if (r.queued > now_ || (!waits && r.begun < from)) continue;
            ++change[place(r.queued)];
            --change[waits ? columns : place(r.begun)];
        }
        int depth = 0;
        int most = 0;
        for (std::size_t i = 0; i < columns; ++i) most = std::max(most, depth += change[i]);
        draw_name(top, height, "queue", most > 0 ? short_text("%d", most).c_str() : nullptr);
        depth = 0;
        const ImU32 colour = packed(colour_of(key_state::queued), 0.55f);
        for (std::size_t i = 0, start = 0; i <= columns; ++i) {
            if (i < columns && change[i] == 0) continue;
            if (depth > 0) {
                const float h =
                    std::max(1.0f, height * static_cast<float>(depth) / static_cast<float>(most));
                const float x = left_ + static_cast<float>(start);
                const float end = left_ + static_cast<float>(i);
                list_->AddRectFilled(ImVec2(x, top + height - h), ImVec2(end, top + height),
                                     colour);
                if (mouse_.x >= x && mouse_.x < end && mouse_.y >= top && mouse_.y < top + height)
                    explain_waiting(depth);
            }
            if (i < columns) depth += change[i];
            start = i;
        }
    }

    static void explain_waiting(int depth) {
        ImGui::BeginTooltip();
        write(
            short_text(depth == 1 ? "%d load waited for a worker" : "%d loads waited for a worker",
                       depth)
                .c_str());
        ImGui::EndTooltip();
    }

    void draw_name(float top, float height, const char* name, const char* figure) {
        const float y = std::floor(top + (height - ImGui::GetTextLineHeight()) * 0.5f);
        if (height < ImGui::GetTextLineHeight() * 0.8f) return;
        const float x = ImGui::GetWindowPos().x + em(0.2f);
        list_->AddText(ImVec2(x, y), packed(muted()), name);
        if (!figure) return;
        const float width = ImGui::CalcTextSize(figure).x;
        list_->AddText(ImVec2(left_ - width - em(0.4f), y), ImGui::GetColorU32(ImGuiCol_Text),
                       figure);
    }

    void draw_lanes() {
        const float top = top_ + ruler_ + waiting_;
        const float gap = std::max(1.0f, std::floor(lane_ * 0.12f));
        for (int w = 0; w < std::max(workers_, 1); ++w) {
            const float y = top + lane_ * static_cast<float>(w);
            list_->AddRectFilled(ImVec2(left_, y), ImVec2(right_, y + lane_ - gap),
                                 ImGui::GetColorU32(ImGuiCol_Text, 0.035f));
            draw_name(y, lane_ - gap, short_text("worker %d", w).c_str(), nullptr);
        }
        int lane = -1;
        float free_from = left_; // where the lane's last bar ends
        for (const bar& b : bars_) {
            if (b.run->worker != lane) free_from = left_;
            lane = b.run->worker;
            const float y = top + lane_ * static_cast<float>(lane);
            draw_bar(b, y, y + lane_ - gap, free_from);
        }
    }

    void draw_bar(const bar& b, float top, float bottom, float& free_from) {
        const bool selected = v_.selected != 0 && b.run->key == v_.selected;
        const float from = std::clamp(x_of(b.begun), left_, right_);
        const float end = std::clamp(std::max(x_of(b.ended), from + 1), left_, right_);
        const ImVec4 colour = colour_of(b.run->outcome);
        // Not std::clamp(): a bar is a pixel wide at least, so the next one may begin within it.
        const float queued = std::min(std::max(x_of(b.run->queued), free_from), from);
        const bool under_mouse =
            mouse_.y >= top && mouse_.y < bottom && mouse_.x >= from - 1 && mouse_.x <= end + 1;
        if (under_mouse) hovered_ = b.run;
        // What the eye cannot tell apart is drawn once.
        const bool hidden = end - free_from < 1 && b.run->outcome == run_outcome::success;
        if (!hidden || selected || under_mouse) {
            const float middle = bottom - std::max(1.0f, (bottom - top) * 0.3f);
            if (from - queued >= 1)
                list_->AddRectFilled(ImVec2(queued, middle), ImVec2(from, bottom),
                                     packed(colour, 0.22f));
            const float strength = v_.selected == 0 || selected ? 0.85f : 0.4f;
            const float cut = end - from > 3 ? 1.0f : 0.0f; // neighbours do not melt together
            list_->AddRectFilled(ImVec2(from, top), ImVec2(end - cut, bottom),
                                 packed(colour, under_mouse ? 1.0f : strength));
            if (b.run->ended == time_point{} && b.run->outcome != run_outcome::under_way)
                list_->AddRect(ImVec2(from, top), ImVec2(end, bottom), packed(colour));
            if (selected && end - from > em(0.5f))
                list_->AddRect(ImVec2(from, top), ImVec2(end - cut, bottom),
                               ImGui::GetColorU32(ImGuiCol_Text, 0.8f));
            draw_label(b, from, end, top, bottom);
        }
        free_from = std::max(free_from, end);
    }

    /// The label, where a bar is wide enough to hold some of it.
    void draw_label(const bar& b, float from, float end, float top, float bottom) {
        if (end - from < em(4) || bottom - top < ImGui::GetTextLineHeight() * 0.9f) return;
        const ImVec4 ground = colour_of(b.run->outcome);
        const bool light = ground.x * 0.3f + ground.y * 0.59f + ground.z * 0.11f > 0.5f;
        const float y = std::floor((top + bottom - ImGui::GetTextLineHeight()) * 0.5f);
        list_->PushClipRect(ImVec2(from, top), ImVec2(end - em(0.3f), bottom), true);
        const bool faded = v_.selected != 0 && b.run->key != v_.selected;
        list_->AddText(ImVec2(from + em(0.3f), y),
                       faded   ? ImGui::GetColorU32(ImGuiCol_Text, 0.6f)
                       : light ? packed(ImVec4(0, 0, 0, 0.8f))
                               : packed(ImVec4(1, 1, 1, 0.9f)),
                       fitted(one_line(b.run->label), end - from - em(0.6f)).c_str());
        list_->PopClipRect();
    }

    view& v_;
    const run_log& log_;
    time_point now_;
    int workers_;
    std::vector<bar> bars_;
    ImDrawList* list_ = nullptr;
    ImVec2 mouse_{-1e9f, -1e9f};
    float left_ = 0, right_ = 0, top_ = 0, bottom_ = 0;
    float ruler_ = 0, waiting_ = 0, lane_ = 0;
    const run_record* hovered_ = nullptr;
};

} // namespace imload::detail::inspector
