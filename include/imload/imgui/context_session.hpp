#pragma once

#include <imload/config.hpp>
#include <imload/detail/engine/current.hpp>
#include <imload/detail/engine/engine.hpp>
#include <imload/detail/renew.hpp>
#include <imload/detail/thread_state.hpp>
#include <imload/imgui/context_pace.hpp>
#include <imload/session.hpp>

#include <imgui.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#if IMLOAD_HAS_THREADS
#include <thread>
#endif

// A session for each ImGui context, where the app makes none. Define IMLOAD_SESSIONS_ELSEWHERE in
// all files but one, and only that one compiles what is behind a session: seconds less for each of
// the others.

namespace imload {

/// Ends the sessions that ImGui contexts were given on this thread: loads are stopped and waited
/// for, values destroyed. Call it before the ImGui context and the GL context go. Forgotten, the
/// end of the thread or of the process stops the loads and gives them half a second, but then
/// values are not destroyed.
/// Throws std::logic_error within a session's frame, as in a posted function, and where the current
/// ImGui context is drawn by another thread, which is to call it itself.
/// Threads: the one that draws.
void shutdown();

namespace detail {

/// Makes a session; null where every file left that to another.
using session_maker = std::unique_ptr<session> (*)();
inline constinit session_maker make_session = nullptr;

/// The sessions of this thread's ImGui contexts. All threads' are known to each other, for a
/// context has one session, which belongs to the thread that first asked in it.
class context_sessions {
public:
    context_sessions() = default;
    context_sessions(const context_sessions&) = delete;
    context_sessions& operator=(const context_sessions&) = delete;

    /// The session of the current ImGui context, made when there is none, its frame begun when
    /// ImGui's has; null without a context.
    [[nodiscard]] session* current(const char* call) {
        ImGuiContext* const context = ImGui::GetCurrentContext();
        if (!context) return nullptr;
        item* found = find(context);
        if (!found) found = &add(context, call);
        keep_pace(*found, context, frame_step::due);
        return found->owned.get();
    }

    /// The one that there is already; makes none, and begins no frame.
    [[nodiscard]] session* known() const {
        ImGuiContext* const context = ImGui::GetCurrentContext();
        const item* const found = context ? find(context) : nullptr;
        return found ? found->owned.get() : nullptr;
    }

    /// Begins the frame of a session that a call names, if that is due; false: it is none of
    /// these.
    [[nodiscard]] bool reach(const engine& e, frame_step step) {
        for (std::size_t n = 0; n < known_.size(); ++n) { // a frame may make another
            item& i = *known_[n];
            if (&engine_of(*i.owned) != &e) continue;
            keep_pace(i, ImGui::GetCurrentContext(), step);
            return true;
        }
        return false;
    }

    /// What shutdown() does.
    void end() {
        {
            const std::lock_guard lock(all().mutex);
            ImGuiContext* const context = ImGui::GetCurrentContext();
            if (context && !find(context) && is_drawn_elsewhere(context)) wrong_thread("shutdown");
            if (given_up_) return; // it is too late for more than leave(), which comes by itself
        }
        for (std::size_t n = 0; n < known_.size(); ++n) { // what goes may make another
            engine& e = engine_of(*known_[n]->owned);
            e.set_ambient(false); // values that go may call it, which begins no frame
            const auto within_frame = caught([&] { e.shutdown(never); });
            if (within_frame) e.set_ambient(true);
            rethrow_if(within_frame);
        }
        items ends;
        const std::lock_guard lock(all().mutex);
        if (!given_up_) ends.swap(known_);
    }

    /// Where shutdown() was forgotten: loads are told to stop and given a moment. All else is left
    /// to the system, for GL and what callables use may be gone already.
    void leave() {
        if (renew(leaves_, true)) return;
        using clock = std::chrono::steady_clock;
        const auto end = clock::now() + std::chrono::milliseconds(500);
        for (std::size_t n = 0; n < known_.size(); ++n) engine_of(*known_[n]->owned).stop({});
        for (std::size_t n = 0; n < known_.size(); ++n)
            engine_of(*known_[n]->owned).stop(std::max<clock::duration>(end - clock::now(), {}));
        const std::lock_guard lock(all().mutex);
        has_left_ = true;
        all().changed.notify_all();
    }

    [[nodiscard]] static context_sessions& of_this_thread() {
        if (!here) make();
        return *here;
    }

private:
    struct item {
        item(ImGuiContext* in, std::unique_ptr<session> s) : pace(in), owned(std::move(s)) {}

        context_pace pace;
        const std::unique_ptr<session> owned;
    };
    using items = std::vector<std::unique_ptr<item>>;

    /// What threads have in common. Never destroyed, for who knows when the last of them looks.
    struct meeting_place {
        std::mutex mutex;
        std::condition_variable changed;
        std::vector<context_sessions*> threads;
    };
    [[nodiscard]] static meeting_place& all() {
        static meeting_place* const made = [] {
            static_cast<void>(std::atexit(end_process));
            return new meeting_place;
        }();
        return *made;
    }

    struct thread_end {
        ~thread_end() { end_thread(); }
    };

    static void make() {
        auto made = std::make_unique<context_sessions>();
        made->has_left_ = thread_has_ended; // something that the thread destroys at its end asks
        {
            const std::lock_guard lock(all().mutex);
            all().threads.push_back(made.get());
        }
        here = made.release();
        if (thread_has_ended) return;
        static thread_local const thread_end at_end;
        static_cast<void>(at_end);
    }

    /// The same as `here`, which MinGW takes from a thread before it ends what the thread has.
    [[nodiscard]] static context_sessions* find_own() {
#if IMLOAD_HAS_THREADS
        const std::lock_guard lock(all().mutex);
        for (context_sessions* const t : all().threads)
            if (t->thread_ == std::this_thread::get_id() && !t->has_left_) return t;
#endif
        return nullptr;
    }
    static void end_thread() {
        if (!here) here = find_own();
        if (!here) return;
        here->leave();
        thread_has_ended = true;
        if (!here->known_.empty()) return; // they stay, for their loads
        {
            const std::lock_guard lock(all().mutex);
            auto& threads = all().threads;
            threads.erase(std::find(threads.begin(), threads.end(), here));
        }
        delete renew(here, nullptr);
    }

    /// The thread that ends the process has left. The others have to do it themselves, in the
    /// middle of whose frames this may be; those that do not ask within a moment are given up.
    static void end_process() {
        if (here) here->leave();
        std::vector<session*> others; // which nobody destroys from here on
        const auto is_here = [](const context_sessions* t) {
            return !t->has_left_ && !t->known_.empty();
        };
        auto& threads = all().threads;
        {
            const std::lock_guard lock(all().mutex);
            process_ends = true;
            for (context_sessions* t : threads) {
                if (!is_here(t)) continue;
                t->given_up_ = true;
                for (const auto& i : t->known_) others.push_back(i->owned.get());
            }
        }
        for (session* s : others) s->post([] {}); // their loops may sleep
        std::unique_lock lock(all().mutex);
        all().changed.wait_for(lock, std::chrono::milliseconds(500), [&] {
            return std::none_of(threads.begin(), threads.end(), is_here);
        });
    }

    [[nodiscard]] item* find(const ImGuiContext* context) const {
        for (const auto& i : known_)
            if (i->pace.is_of(context)) return i.get();
        return nullptr;
    }

    [[nodiscard]] item& add(ImGuiContext* context, const char* call) {
        session* const current = this_thread.current;
        const std::lock_guard lock(all().mutex);
        if (is_drawn_elsewhere(context)) wrong_thread(call);
        auto made = std::make_unique<item>(context, make_session());
        // Which one is current changes with the ImGui context, so none is set for good.
        this_thread.current = current;
        engine_of(*made->owned).set_ambient(true);
        if (leaves_) engine_of(*made->owned).stop({}); // nobody would tell its loads
        known_.push_back(std::move(made));
        return *known_.back();
    }

    /// Under the lock: whether that context, which is current, has a session of another thread's
    /// that still runs.
    [[nodiscard]] bool is_drawn_elsewhere(const ImGuiContext* context) const {
        for (const context_sessions* t : all().threads) {
            item* const found = t == this || t->has_left_ ? nullptr : t->find(context);
            if (found && !found->pace.leave_lost_context()) return true;
        }
        return false;
    }

    void keep_pace(item& i, ImGuiContext* in, frame_step step) {
        if (process_ends.load(std::memory_order_acquire)) [[unlikely]]
            leave();
        if (i.pace.note_call(in, step)) engine_of(*i.owned).begin_frame();
    }

    static inline constinit thread_local context_sessions* here = nullptr;
    static inline constinit thread_local bool thread_has_ended = false;
    static inline constinit std::atomic<bool> process_ends = false;

#if IMLOAD_HAS_THREADS
    const std::thread::id thread_ = std::this_thread::get_id();
#endif
    items known_;           ///< other threads look at it, so changed under the lock
    bool leaves_ = false;   ///< this thread's
    bool has_left_ = false; ///< owns no context any more; under the lock
    bool given_up_ = false; ///< the process ends and may look at its sessions; under the lock
};

#if !defined(IMLOAD_SESSIONS_ELSEWHERE)
/// Tells the core where to find a session. A constant, but one that the language can only set
/// while the program starts; nothing is constructed.
inline const bool ambient_is_set = [] {
    make_session = [] { return std::make_unique<session>(); };
    ambient_session = [](const char* call) {
        return context_sessions::of_this_thread().current(call);
    };
    reach_ambient = [](engine& e, frame_step step) {
        return e.is_ambient() && context_sessions::of_this_thread().reach(e, step);
    };
    return true;
}();
#endif

} // namespace detail

inline void shutdown() { detail::context_sessions::of_this_thread().end(); }

} // namespace imload
