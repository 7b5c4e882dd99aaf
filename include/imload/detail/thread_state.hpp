#pragma once

#include <imload/detail/renew.hpp>

namespace imload {
class session;
}

namespace imload::detail {

/// What each thread knows about itself. Plain thread-locals: a poll reads them in three
/// instructions, and no other thread ever looks.
struct thread_state {
    session* current = nullptr;  ///< the session used where none is named
    const void* owner = nullptr; ///< equals a session's owner while its thread runs no load
    bool in_load = false;        ///< this thread is inside a callable that imload runs
    bool in_wake = false;        ///< this thread is inside a wake hook
};

inline constinit thread_local thread_state this_thread{};

/// While it lives, this thread owns no session: a poll from inside a load is found out, on the UI
/// thread too.
class load_scope {
public:
    load_scope() noexcept
        : saved_(renew(this_thread, {.in_load = true, .in_wake = this_thread.in_wake})) {}
    load_scope(const load_scope&) = delete;
    load_scope& operator=(const load_scope&) = delete;
    ~load_scope() { this_thread = saved_; }

private:
    thread_state saved_;
};

} // namespace imload::detail
