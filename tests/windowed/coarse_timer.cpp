// GLFW cuts the time to whole milliseconds on Windows and on older systems. A loop that then drew
// until the rest is over would draw hundreds of frames for each refresh.
#include <GLFW/glfw3.h>

#include <cmath>

namespace {

void cut_to_milliseconds(double seconds) { glfwWaitEventsTimeout(std::floor(seconds * 1e3) / 1e3); }

} // namespace

#define glfwWaitEventsTimeout cut_to_milliseconds
#include "window.hpp"

using namespace test;

TEST_CASE("window: no frame is drawn for nothing where GLFW counts in milliseconds") {
    window w;
    imload::session session;
    imload::connect(session, w.handle());
    auto load = imload::async_load(session, [] { return 1; }, {.refresh_every = 50'900us});
    std::uint32_t version = 0;
    const int frames = frames_until(
        {&session}, [&] { version = load.poll().version(); }, [&] { return version == 10; });
    CHECK(frames <= 20 * frames_of_an_event);
}
