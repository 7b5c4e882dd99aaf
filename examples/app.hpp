// The window around every example: GLFW, OpenGL 3 and Dear ImGui, a loop that sleeps while nothing
// happens, and pictures of the result. Without a display the same program runs on the software
// renderer.
//
//     int main(int argc, char** argv) {
//         return app::run({.title = "hello"}, argc, argv, [] { ImGui::Text("hello"); });
//     }
#pragma once

#include "command_line.hpp"
#include "software_renderer.hpp"
#include "texture.hpp"
#include "theme.hpp"

#include <imload/glfw.hpp>
#include <imload/imgui.hpp>

#include <GLFW/glfw3.h>
#include <imgui.h>
#include <imgui_impl_glfw.h>
#include <imgui_impl_opengl3.h>
#include <stb_image_write.h>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace app {

struct options {
    const char* title = "imload";
    int width = 1280;
    int height = 800;
    std::string_view takes = {};    // arguments that are not options, as --help shows them
    std::vector<option> extra = {}; // options of this program
};

namespace detail {

using namespace std::chrono_literals;
using seconds = std::chrono::duration<double>;

struct settings {
    int width = 0;
    int height = 0;
    int frames = 0;  // 0: until the window is closed
    float scale = 0; // 0: that of the monitor
    bool light = false;
    bool headless = false;
    bool now = false;
    std::string screenshot = {};
    arguments rest = {};
};

inline settings read_settings(const options& program, int argc, char** argv) {
    settings s;
    s.width = program.width;
    s.height = program.height;
    std::vector<option> all{
        {"--width", "N", "of the window, at scale 1", &s.width},
        {"--height", "N", "of the window, at scale 1", &s.height},
        {"--frames", "N", "end after N frames", &s.frames},
        {"--screenshot", "FILE.png", "write the last frame, once everything is loaded",
         &s.screenshot},
        {"--now", "", "take the screenshot without waiting for what is still loading", &s.now},
        {"--scale", "S", "size of the interface, 1 is normal", &s.scale},
        {"--light", "", "light colours", &s.light},
        {"--headless", "", "open no window", &s.headless}};
    all.insert(all.end(), program.extra.begin(), program.extra.end());
    s.rest = parse(argc, argv, program.takes, all);
    // Less is no whole pixel for some of the style's sizes, more no texture for the fonts.
    if (s.scale != 0 && (s.scale < 0.25f || s.scale > 8))
        reject(program_name(argv[0]), "--scale goes from 0.25 to 8");
    if (s.frames == 0 && !s.screenshot.empty()) s.frames = 30;
    return s;
}

// What a frame is drawn on.
class display {
public:
    virtual ~display() = default;
    display(const display&) = delete;
    display& operator=(const display&) = delete;

    virtual bool closed() const = 0;
    virtual void begin_frame() = 0;
    virtual void end_frame() = 0;
    virtual software::image picture() = 0; // of the last frame
    // Sleeps until there is input, or imload has something to show; true if there was input.
    virtual bool wait(seconds longest) = 0;

protected:
    display() = default;
};

inline void begin_imgui() {
    IMGUI_CHECKVERSION();
    ImGui::CreateContext();
    ImGui::GetIO().IniFilename = nullptr; // the examples leave no files behind
}

inline constexpr auto patience = 1s; // with loads, once the window is closed

// While all that the values use is still there. A load that hears nothing, as a read that never
// returns, keeps no window open: it ends with the process.
inline void end_loads() {
    imload::session& session = imload::current_session();
    session.set_wake({}); // GLFW goes before such a load
    if (session.shutdown(patience)) imload::shutdown();
}

// ---- a window ----------------------------------------------------------------------------------

class window final : public display {
public:
    // Null when there is no display or no OpenGL 3; what GLFW says about it is in `why`.
    static std::unique_ptr<window> open(const options& program, const settings& s,
                                        std::string& why) {
        GLFWwindow* const handle = glfwInit() == GLFW_TRUE ? create(program, s) : nullptr;
        if (handle != nullptr) return std::unique_ptr<window>{new window{handle, s}};
        const char* text = nullptr;
        glfwGetError(&text);
        why = text != nullptr ? text : "no reason given";
        glfwTerminate();
        return nullptr;
    }

    ~window() override {
        end_loads();
        ImGui_ImplOpenGL3_Shutdown();
        ImGui_ImplGlfw_Shutdown();
        ImGui::DestroyContext();
        active_renderer = renderer::none;
        glfwDestroyWindow(handle_);
        glfwTerminate();
    }

    bool closed() const override { return glfwWindowShouldClose(handle_) == GLFW_TRUE; }

    void begin_frame() override {
        ImGui_ImplOpenGL3_NewFrame();
        ImGui_ImplGlfw_NewFrame();
        ImGui::NewFrame();
    }

    void end_frame() override {
        draw();
        glfwSwapBuffers(handle_);
    }

    software::image picture() override {
        draw(); // the buffers' contents are undefined after the swap
        software::image result;
        glfwGetFramebufferSize(handle_, &result.width, &result.height);
        const auto stride = static_cast<std::ptrdiff_t>(result.width) * 4;
        std::vector<unsigned char> upside_down(static_cast<std::size_t>(stride * result.height));
        glPixelStorei(GL_PACK_ALIGNMENT, 1);
        glReadPixels(0, 0, result.width, result.height, GL_RGBA, GL_UNSIGNED_BYTE,
                     upside_down.data());
        for (auto row = upside_down.end(); row != upside_down.begin(); row -= stride)
            result.rgba.insert(result.rgba.end(), row - stride, row);
        return result;
    }

    bool wait(seconds longest) override {
        had_input_ = false;
        imload::wait_events(imload::current_session(), longest);
        return had_input_;
    }

private:
    static GLFWwindow* create(const options& program, const settings& s) {
#ifdef __APPLE__
        glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
        glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 2);
        glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
        glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
#else
        glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
        glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 0);
#endif
        glfwWindowHint(GLFW_SCALE_TO_MONITOR, s.scale == 0 ? GLFW_TRUE : GLFW_FALSE);
        const float scale = s.scale == 0 ? 1.0f : s.scale;
        GLFWwindow* const handle =
            glfwCreateWindow(static_cast<int>(static_cast<float>(s.width) * scale),
                             static_cast<int>(static_cast<float>(s.height) * scale), program.title,
                             nullptr, nullptr);
        if (handle != nullptr)
            glfwSetWindowSizeLimits(handle, 360, 240, GLFW_DONT_CARE, GLFW_DONT_CARE);
        return handle;
    }

    window(GLFWwindow* handle, const settings& s) : handle_(handle) {
        watch_input();
        glfwMakeContextCurrent(handle);
        glfwSwapInterval(1);
        active_renderer = renderer::opengl;
        begin_imgui();
        // A screen with a high density either asks for a larger interface in as many pixels
        // (Windows, X11) or has several pixels for each unit of the window (macOS, Wayland).
        int width = 0;
        int width_in_pixels = 0;
        float monitor_scale = 1;
        glfwGetWindowSize(handle, &width, nullptr);
        glfwGetFramebufferSize(handle, &width_in_pixels, nullptr);
        glfwGetWindowContentScale(handle, &monitor_scale, nullptr);
        const float density =
            width > 0 ? static_cast<float>(width_in_pixels) / static_cast<float>(width) : 1.0f;
        set_theme(s.light, s.scale == 0 ? monitor_scale / density : s.scale, density);
        ImGui_ImplGlfw_InitForOpenGL(handle, true);
#ifdef __APPLE__
        ImGui_ImplOpenGL3_Init("#version 150");
#else
        ImGui_ImplOpenGL3_Init("#version 130");
#endif
        imload::connect(imload::current_session(), handle);
    }

    // Before Dear ImGui's back end sets its own callbacks, which go on to these.
    void watch_input() {
        glfwSetWindowUserPointer(handle_, this);
        constexpr auto note = [](GLFWwindow* handle, auto...) {
            static_cast<window*>(glfwGetWindowUserPointer(handle))->had_input_ = true;
        };
        glfwSetKeyCallback(handle_, note);
        glfwSetCharCallback(handle_, note);
        glfwSetCursorPosCallback(handle_, note);
        glfwSetCursorEnterCallback(handle_, note);
        glfwSetMouseButtonCallback(handle_, note);
        glfwSetScrollCallback(handle_, note);
        glfwSetWindowFocusCallback(handle_, note);
        glfwSetWindowRefreshCallback(handle_, note);
        glfwSetFramebufferSizeCallback(handle_, note);
    }

    void draw() {
        int width = 0;
        int height = 0;
        glfwGetFramebufferSize(handle_, &width, &height);
        glViewport(0, 0, width, height);
        const ImVec4 background = colours().window;
        glClearColor(background.x, background.y, background.z, 1);
        glClear(GL_COLOR_BUFFER_BIT);
        ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
    }

    GLFWwindow* handle_;
    bool had_input_ = false;
};

// ---- no window ---------------------------------------------------------------------------------

class headless final : public display {
public:
    explicit headless(const settings& s) {
        active_renderer = renderer::software;
        begin_imgui();
        const float scale = s.scale == 0 ? 1.0f : s.scale;
        ImGuiIO& io = ImGui::GetIO();
        io.DisplaySize = {static_cast<float>(s.width) * scale,
                          static_cast<float>(s.height) * scale};
        io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
        set_theme(s.light, scale, 1.0f);
        unsigned char* pixels = nullptr;
        int width = 0;
        int height = 0;
        io.Fonts->GetTexDataAsRGBA32(&pixels, &width, &height);
        glyphs_ = texture{width, height, pixels};
        io.Fonts->SetTexID(glyphs_.id());
    }

    ~headless() override {
        end_loads();
        ImGui::DestroyContext();
        active_renderer = renderer::none;
    }

    bool closed() const override { return false; }

    void begin_frame() override {
        ImGui::GetIO().DeltaTime = 1.0f / 60.0f;
        ImGui::NewFrame();
    }
    void end_frame() override {}
    software::image picture() override {
        return software::render(*ImGui::GetDrawData(), colours().window);
    }
    bool wait(seconds longest) override {
        std::this_thread::sleep_for(std::min(longest, seconds{1.0 / 60.0}));
        return false;
    }

private:
    texture glyphs_;
};

// ---- the loop ----------------------------------------------------------------------------------

inline std::unique_ptr<display> open_display(const options& program, const settings& s) {
    std::string why;
    if (!s.headless) {
        if (auto opened = window::open(program, s, why)) return opened;
        std::fprintf(stderr, "%s: no window (%s), drawing without one%s\n", program.title,
                     why.c_str(),
                     s.screenshot.empty() ? "; --screenshot FILE.png shows the result" : "");
    }
    return std::make_unique<headless>(s);
}

// The program's frame goes into one window that covers everything.
inline void draw_frame(display& screen, const std::function<void()>& frame) {
    screen.begin_frame();
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0.0f);
    ImGui::Begin("main", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus);
    ImGui::PopStyleVar();
    frame();
    ImGui::End();
    ImGui::Render();
    screen.end_frame();
}

inline void run_until_closed(display& screen, const std::function<void()>& frame) {
    int frames_owed = 3; // Dear ImGui answers some input only one or two frames later
    while (!screen.closed()) {
        draw_frame(screen, frame);
        frames_owed = std::max(frames_owed - 1, 0);
        const bool cursor_blinks = ImGui::GetIO().WantTextInput;
        const seconds longest = cursor_blinks ? seconds{0.25} : seconds{1h};
        if (screen.wait(frames_owed > 0 ? seconds{0} : longest)) frames_owed = 3;
    }
}

inline void run_frames(display& screen, const std::function<void()>& frame, int count) {
    for (int i = 0; i < count && !screen.closed(); ++i) {
        draw_frame(screen, frame);
        screen.wait(seconds{1.0 / 60.0});
    }
}

// One load's result may start the next, so idle means: nothing runs and nothing new was started for
// a few frames.
inline void run_until_loaded(display& screen, const std::function<void()>& frame) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    auto starts = imload::current_session().statistics().starts;
    for (int quiet = 0; quiet < 5 && std::chrono::steady_clock::now() < deadline;) {
        draw_frame(screen, frame);
        const auto now = imload::current_session().statistics();
        const bool idle = now.in_flight == 0 && now.queued == 0 && now.starts == starts;
        quiet = idle ? quiet + 1 : 0;
        starts = now.starts;
        screen.wait(seconds{1.0 / 60.0});
    }
}

inline int write_png(const std::string& file, const software::image& picture) {
    std::vector<unsigned char> opaque = picture.rgba;
    for (std::size_t i = 3; i < opaque.size(); i += 4) opaque[i] = 255;
    if (picture.width > 0 && picture.height > 0 &&
        stbi_write_png(file.c_str(), picture.width, picture.height, 4, opaque.data(),
                       picture.width * 4) != 0)
        return 0;
    std::fprintf(stderr, "cannot write the screenshot to %s\n", file.c_str());
    return 1;
}

inline int run_all(display& screen, const settings& s, const std::function<void()>& frame) {
    const bool endless = s.frames == 0 && dynamic_cast<window*>(&screen) != nullptr;
    if (endless)
        run_until_closed(screen, frame);
    else
        run_frames(screen, frame, s.frames == 0 ? 60 : s.frames);
    if (s.screenshot.empty()) return 0;
    if (!s.now) run_until_loaded(screen, frame);
    return write_png(s.screenshot, screen.picture());
}

} // namespace detail

// Opens the window and calls `program` in each frame; returns what main should return. A program
// with arguments or with a state of its own is a function that takes `const app::arguments&` and
// returns what to call in each frame: it is called once, when textures can be made, and what it
// returned is destroyed while they still can.
template <class Program>
int run(const options& wanted, int argc, char** argv, Program program) {
    const detail::settings s = detail::read_settings(wanted, argc, argv);
    try {
        const std::unique_ptr<detail::display> screen = detail::open_display(wanted, s);
        if constexpr (std::invocable<Program&, const arguments&>) {
            auto frame = program(s.rest);
            return detail::run_all(*screen, s, std::ref(frame));
        } else {
            return detail::run_all(*screen, s, std::ref(program));
        }
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "%s: %s\n", wanted.title, failure.what());
        return 1;
    }
}

} // namespace app
