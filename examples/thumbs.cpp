// Every picture below a folder, in one grid. Pictures are decoded in the background, in the size in
// which they are shown, and become textures on the UI thread. A frame asks for the cells that it
// shows and for no others: what is visible is loaded first, what was scrolled past not at all.
//
// thumbs/collection.hpp makes the loads, landscape.hpp paints pictures where there are no files.
#include "app.hpp"
#include "explorer/format.hpp"
#include "explorer/icons.hpp"
#include "explorer/widgets.hpp"
#include "thumbs/collection.hpp"
#include "thumbs/smooth_scroll.hpp"

#include "../tests/bench/fling.hpp"

#include <imload/glfw.hpp>
#include <imload/imgui.hpp>

#include <GLFW/glfw3.h>
#include <imgui.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace thumbs {

using explorer::packed;

struct settings {
    int painted = 0; // 0: files
    bool fling = false;
    bool bench = false;
};

class window {
public:
    window(collection pictures, bool fling) : pictures_(std::move(pictures)), fling_(fling) {}

    void draw() {
        if (!session_) make_session();
        session_->begin_frame();
        const imload::result<files> listing = pictures_.ask();
        draw_header();
        const float status = ImGui::GetTextLineHeight() + ImGui::GetStyle().ItemSpacing.y;
        const ImVec2 space{0, ImGui::GetContentRegionAvail().y - status};
        ImGui::PushStyleColor(ImGuiCol_ChildBg, app::colours().window);
        ImGui::PushStyleVar(ImGuiStyleVar_GrabMinSize, em() * 2);
        ImGui::BeginChild("grid", space, false, ImGuiWindowFlags_NoScrollWithMouse);
        ImGui::PopStyleVar();
        ImGui::PopStyleColor();
        shown_ = {};
        if (listing.error() != nullptr && !pictures_.is_known())
            draw_failure(listing);
        else if (pictures_.is_known() && pictures_.size() == 0)
            explorer::coloured_text(app::colours().muted, "There are no pictures here.");
        else
            draw_grid();
        ImGui::EndChild();
        draw_status(listing);
        if (scroll_.moves() || shown_.changing || (fling_ && frame_ <= fling_end)) draw_again();
        ++frame_;
    }

private:
    // What the frame has drawn.
    struct shown {
        int first = 0;
        int count = 0;
        int ready = 0;
        int failed = 0;
        bool changing = false;
    };

    struct layout {
        int columns = 1;
        int rows = 0;
        float tile = 0;  // side of a cell
        float pitch = 0; // from row to row
    };

    bool is_loading() const { return shown_.ready + shown_.failed < shown_.count; }

    // -- the session: one of our own, because it has a limit

    static float em() { return ImGui::GetFontSize(); }
    static float gap() { return std::floor(em() * 0.5f); }
    static float margin() { return std::floor(em() * 0.375f); } // around a picture in its cell

    // Pixels of the screen for so many units of the window, in steps, so that not every change of
    // the window loads all pictures again.
    static int fit_for(float side) {
        static constexpr int step = 32;
        const float pixels = side * std::max(ImGui::GetIO().DisplayFramebufferScale.x, 1.0f);
        return (static_cast<int>(pixels) + step - 1) / step * step;
    }

    // As many textures of the largest size as are allowed.
    void make_session() {
        largest_fit_ = fit_for(em() * largest_size);
        const auto side = static_cast<std::size_t>(largest_fit_);
        session_ = std::make_unique<imload::session>(imload::session_options{
            .max_entries = most_bytes / (side * side * 4), .abandon_after = app::detail::patience});
        session_->make_current();
        if (GLFWwindow* const screen = glfwGetCurrentContext()) imload::connect(*session_, screen);
    }

    // Something moves, so the loop may not sleep.
    void draw_again() { session_->request_frame(); }

    // -- the grid

    layout arrange(float width) const {
        layout l;
        const float wanted = em() * size_ + gap();
        l.columns = std::max(1, static_cast<int>((width + gap()) / wanted));
        l.rows = (pictures_.size() + l.columns - 1) / l.columns;
        l.pitch = std::floor((width + gap()) / static_cast<float>(l.columns));
        l.tile = l.pitch - gap();
        return l;
    }

    void draw_grid() {
        const layout l = arrange(ImGui::GetContentRegionAvail().x);
        if (!pictures_.is_known()) return draw_skeletons(l);
        choose_fit(l);
        move(l);
        ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
        ImGuiListClipper clipper;
        clipper.Begin(l.rows, l.pitch);
        while (clipper.Step())
            for (int row = clipper.DisplayStart; row < clipper.DisplayEnd; ++row) draw_row(l, row);
        ImGui::PopStyleVar();
        if (shown_.count > 0) anchor_ = shown_.first;
        prefetch(l);
    }

    // While the slider is dragged, cells show what they have, larger or smaller.
    void choose_fit(const layout& l) {
        const int wanted = std::min(fit_for(l.tile - 2 * margin()), largest_fit_);
        const bool fits = wanted <= fit_ && wanted + 64 >= fit_;
        if (fit_ != 0 && (fits || resizing_)) return;
        previous_fit_ = std::exchange(fit_, wanted);
    }

    void move(const layout& l) {
        if (columns_ != 0 && columns_ != l.columns) {
            const int row = anchor_ / l.columns;
            scroll_.stop();
            scroll_.go_to(static_cast<float>(row) * l.pitch);
        }
        columns_ = l.columns;
        if (fling_ && frame_ >= fling_begin && frame_ <= fling_end) {
            const auto done = static_cast<float>(frame_ - fling_begin);
            const float whole = ImGui::GetScrollMaxY();
            scroll_.go_to(whole * done / static_cast<float>(fling_end - fling_begin));
        }
        const float page = ImGui::GetWindowHeight() - l.pitch;
        if (explorer::pressed(ImGuiKey_PageDown)) scroll_.push(page * 4.5f);
        if (explorer::pressed(ImGuiKey_PageUp)) scroll_.push(-page * 4.5f);
        if (explorer::pressed(ImGuiKey_Home)) scroll_.go_to(0);
        if (explorer::pressed(ImGuiKey_End)) scroll_.go_to(ImGui::GetScrollMaxY());
        scroll_.update(l.pitch);
    }

    void draw_row(const layout& l, int row) {
        const ImVec2 corner = ImGui::GetCursorScreenPos();
        const int first = row * l.columns;
        const int end = std::min(first + l.columns, pictures_.size());
        for (int i = first; i < end; ++i) {
            const ImVec2 at{corner.x + static_cast<float>(i - first) * l.pitch, corner.y};
            const ImVec2 to{at.x + l.tile, at.y + l.tile};
            if (ImGui::IsRectVisible(at, to)) draw_cell(i, at, to);
        }
        ImGui::SetCursorScreenPos(corner);
        ImGui::Dummy({l.tile, l.pitch});
    }

    void draw_cell(int index, ImVec2 at, ImVec2 to) {
        const app::palette& c = app::colours();
        const cell now = pictures_.poll(index, fit_);
        if (shown_.count++ == 0) shown_.first = index;
        if (now) ++shown_.ready;
        if (!now && now.error() != nullptr) ++shown_.failed;

        const float round = ImGui::GetStyle().FrameRounding;
        ImDrawList* const list = ImGui::GetWindowDrawList();
        const float opacity = now ? appearance(now) : 0;
        if (opacity < 1) draw_without(index, now, at, to);
        if (now) {
            list->AddRectFilled(at, to, with_opacity(c.panel, opacity), round);
            draw_picture(*now, opacity, at, to);
        }
        if (!ImGui::IsWindowHovered() || scroll_.moves() || !ImGui::IsMouseHoveringRect(at, to))
            return;
        list->AddRect(at, to, packed(c.accent), round, 0, std::max(2.0f, em() / 8));
        draw_tooltip(index, now);
    }

    static ImU32 with_opacity(ImVec4 colour, float opacity) {
        colour.w *= opacity;
        return packed(colour);
    }

    // A picture fades in.
    float appearance(const cell& now) {
        if (imload::ui::reduce_motion) return 1;
        const float age = std::chrono::duration<float>(now.age()).count();
        const float opacity = std::min((age + 0.02f) / 0.1f, 1.0f);
        if (opacity < 1) shown_.changing = true;
        return opacity;
    }

    // In place of a picture: the one of the size before, or why there is none.
    void draw_without(int index, const cell& now, ImVec2 at, ImVec2 to) {
        const app::palette& c = app::colours();
        ImDrawList* const list = ImGui::GetWindowDrawList();
        const float round = ImGui::GetStyle().FrameRounding;
        if (previous_fit_ != 0) {
            if (const cell before = pictures_.peek(index, previous_fit_)) {
                list->AddRectFilled(at, to, packed(c.panel), round);
                return draw_picture(*before, 1, at, to);
            }
        }
        if (now.error() == nullptr) {
            ImGui::SetCursorScreenPos(at);
            imload::ui::skeleton({to.x - at.x, to.y - at.y});
            return;
        }
        list->AddRectFilled(at, to, packed(c.panel), round);
        list->AddRect(at, to, with_opacity(c.danger, 0.35f), round);
        const float icon = std::min(em() * 2, (to.x - at.x) / 3);
        const float name = em() * 1.5f;
        const float left = (at.x + to.x - icon) / 2;
        explorer::icons::warning({list, {left, (at.y + to.y - icon - name) / 2}, icon},
                                 packed(c.warning));
        const std::string label = pictures_.label(index);
        const float space = to.x - at.x - 2 * margin();
        const bool whole = explorer::width_of(label) <= space;
        const std::string text =
            whole ? label : std::string{explorer::fitting(label, space - em())} + "...";
        list->AddText({(at.x + to.x - explorer::width_of(text)) / 2, (at.y + to.y + icon) / 2},
                      packed(c.muted), text.c_str());
    }

    // As large as the cell allows, not larger than it is, in its own shape.
    static void draw_picture(const thumbnail& shown, float opacity, ImVec2 at, ImVec2 to) {
        const app::texture& image = shown.image();
        const float space = to.x - at.x - 2 * margin();
        const auto width = static_cast<float>(image.width());
        const auto height = static_cast<float>(image.height());
        const float ratio =
            std::min(space / std::max(width, height), static_cast<float>(shown.full_width) / width);
        const ImVec2 half{std::floor(width * ratio / 2), std::floor(height * ratio / 2)};
        const ImVec2 middle{std::floor((at.x + to.x) / 2), std::floor((at.y + to.y) / 2)};
        ImGui::GetWindowDrawList()->AddImageRounded(
            image.id(), {middle.x - half.x, middle.y - half.y},
            {middle.x + half.x, middle.y + half.y}, {0, 0}, {1, 1},
            with_opacity({1, 1, 1, 1}, opacity), ImGui::GetStyle().FrameRounding * 0.6f);
    }

    void draw_tooltip(int index, const cell& now) const {
        const app::palette& c = app::colours();
        ImGui::BeginTooltip();
        explorer::plain_text(pictures_.label(index));
        if (now)
            explorer::coloured_text(c.muted, std::to_string(now->full_width) + " x " +
                                                 std::to_string(now->full_height));
        else if (now.error() != nullptr)
            explorer::coloured_text(c.danger, now.error()->message);
        else
            explorer::coloured_text(c.muted, "loading");
        ImGui::EndTooltip();
    }

    // A row above and one below, once there is nothing better to do.
    void prefetch(const layout& l) const {
        if (scroll_.moves() || is_loading()) return;
        const int before = shown_.first - l.columns;
        const int after = shown_.first + shown_.count;
        for (int i = 0; i < l.columns; ++i) {
            if (before + i >= 0) pictures_.prefetch(before + i, fit_);
            if (after + i < pictures_.size()) pictures_.prefetch(after + i, fit_);
        }
    }

    // While nobody knows yet what there is.
    void draw_skeletons(const layout& l) {
        const ImVec2 corner = ImGui::GetCursorScreenPos();
        const int rows = static_cast<int>(ImGui::GetContentRegionAvail().y / l.pitch);
        for (int i = 0; i < rows * l.columns; ++i) {
            const auto column = static_cast<float>(i % l.columns);
            const auto row = static_cast<float>(i / l.columns);
            ImGui::SetCursorScreenPos({corner.x + column * l.pitch, corner.y + row * l.pitch});
            imload::ui::skeleton({l.tile, l.tile});
        }
        shown_.changing = true;
    }

    static void draw_failure(imload::result<files> listing) {
        if (explorer::draw_error("This folder cannot be read", listing.error()->message))
            listing.refresh();
    }

    // -- around it

    void draw_header() {
        const app::palette& c = app::colours();
        const float start = ImGui::GetCursorPosX();
        const float line = ImGui::GetCursorPosY();
        const float slider = em() * 9;
        const float icons = em() * 3;
        const float right = ImGui::GetContentRegionAvail().x - slider - icons;
        ImGui::AlignTextToFramePadding();
        explorer::large_text(explorer::fitting(pictures_.title(), right - em() * 6));
        if (pictures_.is_known()) {
            ImGui::SameLine(0, em() * 0.6f);
            ImGui::SetCursorPosY(line + ImGui::GetStyle().FramePadding.y - em() * 0.12f);
            explorer::coloured_text(
                c.muted,
                explorer::count_of(static_cast<unsigned>(pictures_.size()), "picture", "pictures"));
        }
        ImGui::SetCursorPos({start + right, line});
        draw_size_mark(0.6f);
        ImGui::SetCursorPos({start + right + icons / 2, line});
        ImGui::SetNextItemWidth(slider);
        ImGui::SliderFloat("##size", &size_, smallest_size, largest_size, "");
        resizing_ = ImGui::IsItemActive();
        if (ImGui::IsItemHovered() && !resizing_) ImGui::SetTooltip("Size of the pictures");
        ImGui::SetCursorPos({start + right + icons / 2 + slider + em() * 0.25f, line});
        draw_size_mark(1.1f);
        const float wheel = ImGui::GetIO().MouseWheel;
        if (ImGui::GetIO().KeyCtrl && wheel != 0)
            size_ = std::clamp(size_ + wheel, smallest_size, largest_size);
    }

    static void draw_size_mark(float part) {
        const float size = em() * part;
        const ImVec2 corner = ImGui::GetCursorScreenPos();
        const float middle = ImGui::GetFrameHeight() / 2;
        ImGui::Dummy({em() * 1.25f, ImGui::GetFrameHeight()});
        explorer::icons::image({ImGui::GetWindowDrawList(),
                                {corner.x + em() * 0.6f - size / 2, corner.y + middle - size / 2},
                                size},
                               packed(app::colours().muted));
    }

    void draw_status(const imload::result<files>& listing) const {
        using explorer::count_text;
        const app::palette& c = app::colours();
        const imload::statistics s = session_->statistics();
        const auto whole = [](int n) { return count_text(static_cast<unsigned>(n)); };
        std::string left;
        if (listing.is_loading())
            left = "Looking for pictures " + std::string{listing.progress().text};
        else if (shown_.count > 0)
            left = whole(shown_.first + 1) + " to " + whole(shown_.first + shown_.count) + " of " +
                   whole(pictures_.size()) + ":  " + whole(shown_.count) + " visible,  " +
                   whole(shown_.ready) + " ready" +
                   (shown_.failed > 0 ? ",  " + whole(shown_.failed) + " broken" : "");
        const std::string right = count_text(s.queued) + " queued,  " +
                                  count_text(s.in_flight - s.queued) + " in flight,  " +
                                  explorer::size_text(thumbnail::bytes_kept()) + " of 256 MiB";
        const float dot = em();
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const bool busy = is_loading() || listing.is_loading();
        if (!left.empty())
            ImGui::GetWindowDrawList()->AddCircleFilled({at.x + dot / 2, at.y + dot / 2}, dot / 5,
                                                        packed(busy ? c.accent : c.good));
        ImGui::SetCursorPosX(ImGui::GetCursorPosX() + dot);
        explorer::coloured_text(c.muted, left);
        ImGui::SameLine();
        explorer::right_aligned(right, c.muted);
    }

    static constexpr float smallest_size = 5; // of cells, in em
    static constexpr float largest_size = 16;
    static constexpr int fling_begin = 30; // frames: long enough for a first page
    static constexpr int fling_end = 90;

    collection pictures_;
    bool fling_ = false;
    int frame_ = 0;
    float size_ = 8;
    bool resizing_ = false;
    int fit_ = 0; // pixels that a picture may have in each direction
    int previous_fit_ = 0;
    int largest_fit_ = 0;
    int columns_ = 0;
    int anchor_ = 0; // the first cell that was shown
    shown shown_;
    smooth_scroll scroll_;
    std::unique_ptr<imload::session> session_; // ends first: its values are textures
};

} // namespace thumbs

int main(int argc, char** argv) {
    thumbs::settings s;
    const app::options options{
        .title = "thumbs",
        .takes = "[FOLDER]",
        .extra = {{"--synthetic", "N", "paint N pictures instead of reading files", &s.painted},
                  {"--fling", "", "scroll to the end by itself, in frames 30 to 90", &s.fling},
                  {"--bench", "", "open no window, measure a fling (2 minutes)", &s.bench}}};
    static_cast<void>(app::detail::read_settings(options, argc, argv));
    if (s.bench) {
        fling::compare(3);
        return 0;
    }
    return app::run(options, argc, argv, [&s](const app::arguments& arguments) {
        auto pictures = s.painted > 0 ? thumbs::collection{s.painted}
                                      : thumbs::collection{explorer::starting_folder(arguments)};
        return [window = thumbs::window{std::move(pictures), s.fling}]() mutable { window.draw(); };
    });
}
