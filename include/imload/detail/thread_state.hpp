#pragma once

#include <imload/detail/renew.hpp>

namespace imload {
class session;
}

namespace imload::detail {

class wake_scope;

/// What each thread knows about itself. Plain thread-locals: a poll reads them in three
/// instructions, and no other thread ever looks.
struct thread_state {
    session* current = nullptr;      ///< the session used where none is named
    const void* owner = nullptr;     ///< equals a session's owner while its thread runs no load
    bool in_load = false;            ///< this thread is inside a callable that imload runs
    wake_scope* in_wake = nullptr;   ///< the innermost wake hook that this thread is inside
    thread_state* outside = nullptr; ///< in a load: what it will know after it
};

inline constinit thread_local thread_state this_thread{};

/// What this thread knows when no load runs on it.
[[nodiscard]] inline thread_state& outside_loads() noexcept {
    thread_state* state = &this_thread;
    while (state->outside) state = state->outside;
    return *state;
}

/// While it lives, this thread owns no session: a poll from inside a load is found out, on the UI
/// thread too.
class load_scope {
public:
    load_scope() noexcept : saved_(this_thread) {
        this_thread = {.in_load = true, .in_wake = saved_.in_wake, .outside = &saved_};
    }
    load_scope(const load_scope&) = delete;
    load_scope& operator=(const load_scope&) = delete;
    ~load_scope() { this_thread = saved_; }

private:
    thread_state saved_;
};

/// While it lives, this thread is inside a wake hook.
class wake_scope {
public:
    explicit wake_scope(const void* whose) noexcept
        : whose_(whose), outer_(renew(this_thread.in_wake, this)) {}
    wake_scope(const wake_scope&) = delete;
    wake_scope& operator=(const wake_scope&) = delete;
    ~wake_scope() { this_thread.in_wake = outer_; }

    [[nodiscard]] static bool is_inside(const void* whose) noexcept {
        const wake_scope* w = this_thread.in_wake;
        while (w && w->whose_ != whose) w = w->outer_;
        return w != nullptr;
    }

private:
    const void* const whose_;
    wake_scope* const outer_;
};

} // namespace imload::detail
