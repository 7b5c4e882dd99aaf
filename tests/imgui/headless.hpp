#pragma once

#include <imload/imgui/context_session.hpp>

#include <imgui.h>

#include <initializer_list>

/// A real ImGui context without a window: frames are built and thrown away.
class headless {
public:
    headless() : context_(ImGui::CreateContext()) {
        ImGui::SetCurrentContext(context_);
        ImGuiIO& io = ImGui::GetIO();
        io.IniFilename = nullptr;
        io.DisplaySize = ImVec2(800, 600);
        unsigned char* pixels = nullptr;
        int width = 0;
        int height = 0;
        io.Fonts->GetTexDataAsRGBA32(&pixels, &width, &height);
    }
    headless(const headless&) = delete;
    headless& operator=(const headless&) = delete;
    /// Whatever moves may have made a session of the context's own, which ends first.
    ~headless() {
        if (!context_) return;
        imload::shutdown();
        ImGui::DestroyContext(context_);
    }

    /// The context alone goes, as in an app that forgets imload::shutdown().
    void forget() {
        ImGui::DestroyContext(context_);
        context_ = nullptr;
    }

    void make_current() const { ImGui::SetCurrentContext(context_); }

    /// How long a frame takes by ImGui's clock, in seconds.
    float delta = 1.0f / 60;
    /// Of the window that frame() makes.
    ImGuiWindowFlags flags = 0;

    /// One frame with one window, in which `draw` draws.
    template <class Draw>
    void frame(Draw draw) {
        make_current();
        ImGui::GetIO().DeltaTime = delta;
        ImGui::NewFrame();
        ImGui::SetNextWindowSize(ImVec2(500, 400), ImGuiCond_FirstUseEver);
        ImGui::Begin("window", nullptr, flags);
        draw();
        ImGui::End();
        ImGui::Render();
    }

    /// Where the mouse is in the next frame, and whether its left button is down.
    void mouse(ImVec2 at, bool down = false) const {
        make_current();
        ImGuiIO& io = ImGui::GetIO();
#if IMGUI_VERSION_NUM >= 18700
        io.AddMousePosEvent(at.x, at.y);
        io.AddMouseButtonEvent(0, down);
#else
        io.MousePos = at;
        io.MouseDown[0] = down;
#endif
    }

    /// A click there, with a call of `frame` for each frame of it.
    template <class Frame>
    void click(ImVec2 at, Frame frame) const {
        for (const bool down : {false, false, true, true, false, false}) {
            mouse(at, down);
            frame();
        }
        mouse(ImVec2(-1, -1));
    }

    /// How many vertices the last frame drew.
    [[nodiscard]] static int vertices() { return ImGui::GetDrawData()->TotalVtxCount; }

private:
    ImGuiContext* context_;
};
