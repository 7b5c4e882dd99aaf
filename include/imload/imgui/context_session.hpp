#pragma once

#include <imload/detail/current.hpp>
#include <imload/detail/engine.hpp>
#include <imload/detail/renew.hpp>
#include <imload/detail/thread_state.hpp>
#include <imload/session.hpp>

#include <imgui.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

// A session for each ImGui context, where the app makes none. Define IMLOAD_SESSIONS_ELSEWHERE in
// all files but one, and only that one compiles what is behind a session: seconds less for each of
// the others.

namespace imload {

/// Ends the sessions that ImGui contexts were given on this thread: loads are stopped and waited
/// for, values destroyed. Call it before the ImGui context and the GL context go. Forgotten, the
/// end of the process stops the loads, but then values are not destroyed.
void shutdown();

namespace detail {

/// Makes a session; null where every file left that to another.
using session_maker = std::unique_ptr<session> (*)();
inline constinit session_maker make_session = nullptr;

/// The sessions of this thread's ImGui contexts.
class context_sessions {
public:
    /// The session of the current ImGui context, made when there is none, its frame begun when
    /// ImGui's has; null without a context.
    [[nodiscard]] session* current() {
        ImGuiContext* const context = ImGui::GetCurrentContext();
        if (!context) return nullptr;
        item* found = find(context);
        if (!found) found = &add(context);
        session* const s = found->owned.get(); // what a frame runs may move the item
        keep_pace(*found, frame_step::due);
        return s;
    }

    /// The one that there is already; makes none, and begins no frame.
    [[nodiscard]] session* known() {
        const item* const found = find(ImGui::GetCurrentContext());
        return found ? found->owned.get() : nullptr;
    }

    /// The same for a session that was named; false: it is none of these.
    [[nodiscard]] bool reach(const engine& e, frame_step step) {
        const auto at = std::find_if(known_.begin(), known_.end(),
                                     [&](const item& i) { return &engine_of(*i.owned) == &e; });
        if (at == known_.end()) return false;
        keep_pace(*at, step);
        return true;
    }

    void clear() {
        std::vector<item> ends;
        ends.swap(known_);
        for (const item& i : ends)
            engine_of(*i.owned).set_ambient(false); // values may use it still
    }

    /// At the end of the process: loads are told to stop and given a moment; then everything is
    /// left to the system, for GL and what callables use may be gone already.
    void leave() {
        for (item& i : known_) {
            engine_of(*i.owned).stop(std::chrono::milliseconds(500));
            static_cast<void>(i.owned.release());
        }
        known_.clear();
    }

    /// Of this thread. Never destroyed by the language: leave() comes at the right time.
    [[nodiscard]] static context_sessions& of_this_thread() {
        static thread_local context_sessions* const made = make();
        return *made;
    }

private:
    struct item {
        ImGuiContext* context;
        std::unique_ptr<session> owned;
        int frame = -1;                ///< of ImGui's, when the session's last one began
        ImGuiContext* guest = nullptr; ///< the session was named in that one since
        int guest_frame = -1;
    };

    [[nodiscard]] static context_sessions* make() {
        auto* const made = new context_sessions;
        last_made() = made;
        static const int registered = std::atexit([] {
            if (context_sessions* const s = last_made()) s->leave();
        });
        static_cast<void>(registered);
        return made;
    }

    /// Of the thread that ends the process, if it has one.
    [[nodiscard]] static context_sessions*& last_made() {
        static thread_local context_sessions* here = nullptr;
        return here;
    }

    [[nodiscard]] item* find(const ImGuiContext* context) {
        const auto at = std::find_if(known_.begin(), known_.end(),
                                     [=](const item& i) { return i.context == context; });
        return at == known_.end() ? nullptr : &*at;
    }

    [[nodiscard]] item& add(ImGuiContext* context) {
        session* const current = this_thread.current;
        item made = {context, make_session()};
        // Which one is current changes with the ImGui context, so none is set for good.
        this_thread.current = current;
        engine_of(*made.owned).set_ambient(true);
        known_.push_back(std::move(made));
        return known_.back();
    }

    static void keep_pace(item& i, frame_step step) {
        if (step == frame_step::none || !moves_on(i) || step == frame_step::own) return;
        engine_of(*i.owned).begin_frame();
    }

    /// Whether ImGui has begun a frame since the session's last one.
    [[nodiscard]] static bool moves_on(item& i) {
        ImGuiContext* const context = ImGui::GetCurrentContext();
        if (!context) return false;
        const int frame = ImGui::GetFrameCount();
        if (context == i.context) {
            if (renew(i.frame, frame) == frame) return false;
            i.guest = nullptr;
            return true;
        }
        // It was named in another context: that one's frames count while its own has none.
        if (i.guest && i.guest != context) return false;
        const bool follows = i.guest && i.guest_frame != frame;
        i.guest = context;
        i.guest_frame = frame;
        return follows;
    }

    std::vector<item> known_;
};

#if !defined(IMLOAD_SESSIONS_ELSEWHERE)
/// Tells the core where to find a session. A constant, but one that the language can only set
/// while the program starts; nothing is constructed.
inline const bool ambient_is_set = [] {
    make_session = [] { return std::make_unique<session>(); };
    ambient_session = [] { return context_sessions::of_this_thread().current(); };
    reach_ambient = [](engine& e, frame_step step) {
        return e.is_ambient() && context_sessions::of_this_thread().reach(e, step);
    };
    return true;
}();
#endif

} // namespace detail

inline void shutdown() { detail::context_sessions::of_this_thread().clear(); }

} // namespace imload
