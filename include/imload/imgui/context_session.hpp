#pragma once

#include <imload/detail/current.hpp>
#include <imload/session.hpp>

#include <imgui.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
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
        auto at = std::find_if(known_.begin(), known_.end(),
                               [=](const item& i) { return i.context == context; });
        if (at == known_.end()) at = add(context);
        if (const int frame = ImGui::GetFrameCount(); frame != at->frame) {
            at->frame = frame;
            // What that runs may draw in another context, and so make one more.
            session* const s = at->owned.get();
            s->begin_frame();
            return s;
        }
        return at->owned.get();
    }

    /// The same where there is one already; makes none.
    [[nodiscard]] session* known() {
        ImGuiContext* const context = ImGui::GetCurrentContext();
        const bool is_known = std::any_of(known_.begin(), known_.end(),
                                          [=](const item& i) { return i.context == context; });
        return is_known ? current() : nullptr;
    }

    void clear() { known_.clear(); }

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
        int frame;
        std::unique_ptr<session> owned;
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

    std::vector<item>::iterator add(ImGuiContext* context) {
        session* const current = this_thread.current;
        known_.push_back({context, -1, make_session()});
        // Which one is current changes with the ImGui context, so none is set for good.
        this_thread.current = current;
        return known_.end() - 1;
    }

    std::vector<item> known_;
};

#if !defined(IMLOAD_SESSIONS_ELSEWHERE)
/// Tells the core where to find a session. A constant, but one that the language can only set
/// while the program starts; nothing is constructed.
inline const bool ambient_is_set = [] {
    make_session = [] { return std::make_unique<session>(); };
    ambient_session = [] { return context_sessions::of_this_thread().current(); };
    return true;
}();
#endif

} // namespace detail

inline void shutdown() { detail::context_sessions::of_this_thread().clear(); }

} // namespace imload
