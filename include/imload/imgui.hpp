#pragma once

// Dear ImGui: a session for each ImGui context, which begins its frame by itself, the widgets that
// show what a loader knows, the inspector and the demo. Needs the public imgui.h, 1.86 or newer,
// and nothing else of it.

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow" // see config.hpp
#endif

#include <imload/imgui/context_session.hpp>
#include <imload/imgui/demo.hpp>
#include <imload/imgui/error_box.hpp>
#include <imload/imgui/inspector.hpp>
#include <imload/imgui/motion.hpp>
#include <imload/imgui/progress_bar.hpp>
#include <imload/imgui/show.hpp>
#include <imload/imgui/skeleton.hpp>
#include <imload/imgui/spinner.hpp>
#include <imload/imload.hpp>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
