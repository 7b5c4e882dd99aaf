#pragma once

#include <imgui.h>

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
    ~headless() { ImGui::DestroyContext(context_); }

    void make_current() const { ImGui::SetCurrentContext(context_); }

    /// One frame with one window, in which `draw` draws.
    template <class Draw>
    void frame(Draw draw) {
        make_current();
        ImGui::GetIO().DeltaTime = 1.0f / 60;
        ImGui::NewFrame();
        ImGui::Begin("window");
        draw();
        ImGui::End();
        ImGui::Render();
    }

    /// How many vertices the last frame drew.
    [[nodiscard]] static int vertices() { return ImGui::GetDrawData()->TotalVtxCount; }

private:
    ImGuiContext* context_;
};
