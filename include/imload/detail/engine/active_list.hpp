#pragma once

#include <imload/detail/late.hpp>
#include <imload/detail/room.hpp>
#include <imload/detail/slots/slot.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace imload::detail {

/// The keys whose loads are queued or run, the running ones first: there are few of those, while
/// very many may be queued, and each frame looks at all that run. Each key knows its place.
template <class Late>
class active_list {
public:
    using list = later<std::vector<slot_base*>, Late>;

    void make_room() { room_for_one(all_); }
    /// The key, whose flight that is, goes to another phase.
    void move(slot_base& s, flight& f, phase to) {
        const bool was_active = is_active(f.now);
        if (is_active(to) && !was_active) {
            f.active_at = static_cast<std::uint32_t>(all_.size());
            all_.push_back(&s);
        }
        if (to == phase::running && f.now != phase::running) swap(f.active_at, running_++);
        if (to != phase::running && f.now == phase::running) swap(f.active_at, --running_);
        if (!is_active(to) && was_active) {
            place(f.active_at, *all_.back());
            all_.pop_back();
            f.active_at = not_listed;
        }
    }

    [[nodiscard]] bool empty() const noexcept { return all_.empty(); }
    [[nodiscard]] const list& all() const noexcept { return all_; }
    [[nodiscard]] std::size_t running() const noexcept { return running_; }
    [[nodiscard]] slot_base& operator[](std::size_t i) const noexcept { return *all_[i]; }

    /// More room than for `many` is not kept when it is empty.
    void give_room_back(std::size_t many) noexcept {
        if (all_.empty() && all_.capacity() > many) list().swap(all_);
    }

private:
    [[nodiscard]] static bool is_active(phase p) noexcept {
        return p == phase::queued || p == phase::running;
    }
    void place(std::size_t i, slot_base& s) noexcept {
        all_[i] = &s;
        s.cold().going->active_at = static_cast<std::uint32_t>(i);
    }
    void swap(std::size_t a, std::size_t b) noexcept {
        if (a == b) return;
        slot_base& was_there = *all_[b];
        place(b, *all_[a]);
        place(a, was_there);
    }

    list all_;
    std::size_t running_ = 0; ///< the first ones
};

} // namespace imload::detail
