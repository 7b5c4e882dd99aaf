#pragma once

#include <imload/config.hpp>
#include <imload/detail/fail.hpp>
#include <imload/detail/thread_state.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace imload {
class session;
}

namespace imload::detail {

class engine;

[[nodiscard]] engine& engine_of(session& s) noexcept;

/// Gives a session where none was made: imgui.hpp sets it, to one session per ImGui context. A
/// function pointer, so that the core knows nothing of ImGui.
using ambient_function = session* (*)(const char* call);
inline constinit ambient_function ambient_session = nullptr;

/// What a call does about the frame of an ambient session: begins it if that is due, or leaves it
/// as it is, or begins one itself.
enum class frame_step : std::uint8_t { due, none, own };

/// Beside that, what to do about an ambient session that a call names; false: it is not this
/// thread's.
using ambient_reach = bool (*)(engine& e, frame_step step);
inline constinit ambient_reach reach_ambient = nullptr;

/// Ends a call that was made where no session may be used.
[[noreturn]] inline void wrong_thread(const char* call) {
    const std::string name = std::string("imload: ") + call + "() ";
    if (this_thread.in_load)
        fail<std::logic_error>(name +
                               "was called from inside a load: call the other function directly "
                               "there, or ask for it in the frame and pass its value as an "
                               "argument");
    fail<std::logic_error>(name +
                           "was called from another thread than its session's: a session belongs "
                           "to the thread that made it; is this a worker? session::post(fn) runs "
                           "fn on the session's thread");
}

[[noreturn]] inline void no_session(const char* call) {
    if (this_thread.in_load) wrong_thread(call);
    fail<std::logic_error>(std::string("imload: ") + call +
                           "() found no current session on this thread: make an imload::session "
                           "before the first frame, or call make_current() on one, or include "
                           "imload/imgui.hpp, which gives each "
                           "ImGui context one, in a file that does not define "
                           "IMLOAD_SESSIONS_ELSEWHERE; is this a worker thread, or is no ImGui "
                           "context current?");
}

/// For a call on an engine that is not owned here: it may be one of the ambient ones, which never
/// are, so that each call comes by here and their frame begins in time. Others pay nothing for it.
IMLOAD_NOINLINE inline void reach(engine& e, const char* call, frame_step step = frame_step::due) {
    if (this_thread.in_load || !reach_ambient || !reach_ambient(e, step)) wrong_thread(call);
}

/// The session for a call that names none.
[[nodiscard]] inline session& current_for(const char* call) {
    if (session* const s = this_thread.current) return *s;
    if (ambient_session && !this_thread.in_load)
        if (session* const s = ambient_session(call)) return *s;
    no_session(call);
}

} // namespace imload::detail
