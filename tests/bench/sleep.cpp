// Prints what a window costs that sleeps: how many frames it draws, how soon a result is seen, how
// exactly a refresh starts, and the processor's time. First with one load of 130 ms and one of 5 ms
// that is refreshed every 500 ms, then with nothing left to do.
//
//     xvfb-run -a sleep [--glfw | --gl] [SECONDS]
//
// The frame is built but not drawn, which shows what imload costs. --glfw adds Dear ImGui's GLFW
// back end, which asks the X server for a few things in each frame, --gl its OpenGL back end too,
// which takes milliseconds of a processor where OpenGL is software.
#include <imload/glfw.hpp>
#include <imload/imgui.hpp>

#include <GLFW/glfw3.h>
#include <imgui.h>
#include <imgui_impl_glfw.h>
#include <imgui_impl_opengl3.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;
using milliseconds = std::chrono::duration<double, std::milli>;

constexpr auto period = 500ms;

// A load's value is when it returned.
steady::time_point slow_load() {
    std::this_thread::sleep_for(130ms);
    return steady::now();
}

steady::time_point fast_load() {
    std::this_thread::sleep_for(5ms);
    return steady::now();
}

enum class back_end { none, glfw, gl };

class window {
public:
    explicit window(back_end b) : back_end_(b) {
        if (glfwInit() != GLFW_TRUE) fail("GLFW finds no display");
        if (back_end_ != back_end::gl) glfwWindowHint(GLFW_CLIENT_API, GLFW_NO_API);
        handle_ = glfwCreateWindow(640, 400, "sleep", nullptr, nullptr);
        if (handle_ == nullptr) fail("GLFW opens no window");
        ImGui::CreateContext();
        ImGui::GetIO().IniFilename = nullptr;
        if (back_end_ == back_end::gl) {
            glfwMakeContextCurrent(handle_);
            glfwSwapInterval(1);
            ImGui_ImplGlfw_InitForOpenGL(handle_, true);
            ImGui_ImplOpenGL3_Init("#version 130");
            return;
        }
        if (back_end_ == back_end::glfw) ImGui_ImplGlfw_InitForOther(handle_, true);
        ImGui::GetIO().DisplaySize = {640, 400};
        unsigned char* pixels = nullptr;
        int width = 0;
        int height = 0;
        ImGui::GetIO().Fonts->GetTexDataAsRGBA32(&pixels, &width, &height);
    }
    ~window() {
        if (back_end_ == back_end::gl) ImGui_ImplOpenGL3_Shutdown();
        if (back_end_ != back_end::none) ImGui_ImplGlfw_Shutdown();
        ImGui::DestroyContext();
        glfwDestroyWindow(handle_);
        glfwTerminate();
    }
    window(const window&) = delete;
    window& operator=(const window&) = delete;

    template <class Draw>
    void frame(Draw draw) {
        if (back_end_ == back_end::gl) ImGui_ImplOpenGL3_NewFrame();
        if (back_end_ != back_end::none) ImGui_ImplGlfw_NewFrame();
        ImGui::NewFrame();
        draw();
        ImGui::Render();
        if (back_end_ != back_end::gl) return;
        glClear(GL_COLOR_BUFFER_BIT);
        ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
        glfwSwapBuffers(handle_);
    }

    GLFWwindow* handle() const { return handle_; }

private:
    [[noreturn]] static void fail(const char* why) {
        std::fprintf(stderr, "sleep: %s\n", why);
        std::exit(1);
    }

    GLFWwindow* handle_ = nullptr;
    back_end back_end_;
};

// What one key has shown.
struct seen {
    std::uint32_t version = 0;
    std::vector<double> delays =
        {}; // from the worker's return to the end of the frame that shows it

    bool is_news(const imload::result<steady::time_point>& r) {
        return r.version() != std::exchange(version, r.version());
    }
};

struct counters {
    int frames = 0;
    int events = 0; // starts and landings
    int most_frames = 0;
    double cpu = 0; // ms, of all threads
};

double cpu_now() { return 1e3 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// The real loop: draws, and sleeps for as long as imload allows.
template <class Draw>
counters run(imload::session& session, std::chrono::nanoseconds length, Draw draw) {
    const auto end = steady::now() + length;
    const double cpu = cpu_now();
    counters c;
    int since_event = 0;
    auto happened = [&session] {
        const imload::statistics s = session.statistics();
        return static_cast<int>(s.starts + s.successes);
    };
    int before = happened();
    for (auto now = steady::now(); now < end; now = steady::now()) {
        draw();
        ++c.frames;
        ++since_event;
        if (const int after = happened(); after != before) {
            c.events += after - std::exchange(before, after);
            since_event = 1;
        }
        c.most_frames = std::max(c.most_frames, since_event);
        imload::wait_events(session, end - steady::now());
    }
    c.cpu = cpu_now() - cpu;
    return c;
}

void print(const char* name, std::vector<double> values) {
    if (values.empty()) return;
    std::sort(values.begin(), values.end());
    const std::size_t last = values.size() - 1;
    std::printf("%-24s %7.3f %7.3f %7.3f  (%zu)\n", name, values[last / 2], values[last * 99 / 100],
                values[last], values.size());
}

void print(const counters& c) {
    std::printf("frames %d, events %d, frames an event %.2f, at most %d, cpu %.2f ms\n", c.frames,
                c.events, c.events > 0 ? static_cast<double>(c.frames) / c.events : 0.0,
                c.most_frames, c.cpu);
}

} // namespace

int main(int argc, char** argv) {
    back_end wanted = back_end::none;
    std::chrono::nanoseconds length = 5s;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--gl") == 0)
            wanted = back_end::gl;
        else if (std::strcmp(argv[i], "--glfw") == 0)
            wanted = back_end::glfw;
        else
            length = std::chrono::seconds(std::max(std::atoi(argv[i]), 1));
    }
    window w{wanted};
    imload::session session;
    session.record_runs(1000);
    imload::connect(session, w.handle());
    // The window's first frames, its fonts and its events are not what is measured.
    for (int i = 0; i < 30; ++i) {
        session.begin_frame();
        w.frame([] { ImGui::ShowStyleEditor(); });
        glfwWaitEventsTimeout(0.01);
    }

    auto slow = imload::async_load(session, slow_load);
    auto fast = imload::async_load(session, fast_load, {.refresh_every = period});
    seen of_slow;
    seen of_fast;
    std::vector<double> to_awake; // from the worker's return to the loop's
    std::vector<double> to_drawn; // to the end of the frame that shows the result
    const auto note = [&](auto returned, auto woken, auto drawn) {
        to_awake.push_back(milliseconds(woken - returned).count());
        to_drawn.push_back(milliseconds(drawn - returned).count());
    };
    const counters busy = run(session, length, [&] {
        const auto woken = steady::now();
        session.begin_frame();
        const auto a = slow.poll();
        const auto b = fast.poll();
        w.frame([&] {
            ImGui::Begin("loads");
            ImGui::Text("slow %s, fast %s", a ? "is there" : "loads", b ? "is there" : "loads");
            ImGui::End();
        });
        const auto drawn = steady::now();
        if (of_slow.is_news(a)) note(*a, woken, drawn);
        if (of_fast.is_news(b)) note(*b, woken, drawn);
    });
    std::vector<double> lateness;
    std::vector<double> begun;
    imload::time_point first{};
    for (std::size_t i = 0; i < session.runs().size(); ++i) {
        const imload::run_record& r = session.runs()[i];
        begun.push_back(milliseconds(r.begun - r.queued).count());
        if (r.key != fast.peek().id()) continue;
        if (first == imload::time_point{}) first = r.queued;
        const auto late = (r.queued - first) % period;
        if (r.queued != first) lateness.push_back(milliseconds(late).count());
    }

    // Nothing is asked for that is refreshed, and everything is there.
    const counters idle = run(session, length, [&] {
        session.begin_frame();
        const auto a = slow.poll();
        w.frame([&] {
            ImGui::Begin("loads");
            ImGui::Text("slow %s", a ? "is there" : "loads");
            ImGui::End();
        });
    });

    constexpr const char* names[] = {"no back end", "GLFW", "GLFW and OpenGL"};
    std::printf("%s, %.0f s with loads\n", names[static_cast<int>(wanted)],
                std::chrono::duration<double>(length).count());
    print(busy);
    std::printf("%-24s %7s %7s %7s\n", "ms", "median", "p99", "max");
    print("landed -> awake", to_awake);
    print("landed -> drawn", to_drawn);
    print("refresh start is late", lateness);
    print("queued -> begun", begun);
    std::printf("as long with nothing to do\n");
    print(idle);
}
