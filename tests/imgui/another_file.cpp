// A file that leaves it to another one to compile what is behind a session.
#define IMLOAD_SESSIONS_ELSEWHERE

#include "headless.hpp"

#include <imload/imgui.hpp>

#include <catch2/catch_test_macros.hpp>

namespace {

int half(int number) { return number / 2; }

} // namespace

TEST_CASE("a file that makes no sessions uses those that another file makes") {
    headless gui;
    const auto load = imload::async_load(half);
    gui.frame([&] { CHECK_FALSE(load(10)); });
    CHECK(imload::current_session().wait_idle());
    gui.frame([&] { CHECK(load(10) == 5); });
}
