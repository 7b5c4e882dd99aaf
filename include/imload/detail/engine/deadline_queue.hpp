#pragma once

#include <imload/detail/fail.hpp>
#include <imload/detail/renew.hpp>
#include <imload/detail/room.hpp>
#include <imload/detail/slots/slot.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace imload::detail {

/// The keys that something is due for, nearest first: a binary heap in which each key knows its
/// place, in its flight, where `Place` says. Cost: the logarithm of their number to set or remove
/// one.
template <class Late, std::uint32_t flight::*Place>
class deadline_queue {
public:
    /// The next set() cannot fail.
    void make_room() { room_for_one(heap_); }

    /// Sets when something is due for `s`; time_point::max() takes it out.
    void set(slot_base& s, time_point due) {
        flight& f = *s.cold().going;
        if (due == time_point::max()) {
            remove(s);
        } else if (f.*Place == not_listed) {
            heap_.push_back({due, &s});
            rise(heap_.size() - 1);
        } else {
            const std::size_t at = f.*Place;
            const time_point before = renew(heap_[at].due, due);
            if (due < before)
                rise(at);
            else if (due > before)
                sink(at);
        }
    }

    void remove(slot_base& s) noexcept {
        flight& f = *s.cold().going;
        if (f.*Place == not_listed) return;
        const std::size_t at = renew(f.*Place, not_listed);
        const item last = heap_.back();
        heap_.pop_back();
        if (at == heap_.size()) return;
        put(at, last);
        rise(at);
        sink(last.slot->cold().going->*Place);
    }

    [[nodiscard]] time_point due_of(const slot_base& s) const noexcept {
        const std::uint32_t at = s.cold().going->*Place;
        return at == not_listed ? time_point::max() : heap_[at].due;
    }
    [[nodiscard]] bool empty() const noexcept { return heap_.empty(); }
    [[nodiscard]] slot_base& nearest() const noexcept { return *heap_.front().slot; }
    [[nodiscard]] time_point nearest_due() const noexcept {
        return heap_.empty() ? time_point::max() : heap_.front().due;
    }

    /// What very many keys needed, more than `many`, is not kept for few.
    void give_room_back(std::size_t many) noexcept {
        if (heap_.capacity() > many && heap_.size() < heap_.capacity() / 8)
            static_cast<void>(caught([this] { heap_.shrink_to_fit(); }));
    }

    struct item {
        time_point due;
        slot_base* slot;
    };

    /// The key with the least `time_for(slot)`, where a key's answer is never before what is due
    /// for it; null if all answer time_point::max(). Looks below a key only where its own answer
    /// leaves room for an earlier one.
    template <class TimeFor>
    [[nodiscard]] item nearest(TimeFor time_for) const {
        item found{time_point::max(), nullptr};
        search(0, found, time_for);
        return found;
    }

private:
    template <class TimeFor>
    void search(std::size_t at, item& found, TimeFor& time_for) const {
        if (at >= heap_.size() || heap_[at].due >= found.due) return;
        const time_point due = time_for(*heap_[at].slot);
        if (due < found.due) found = {due, heap_[at].slot};
        search(2 * at + 1, found, time_for);
        search(2 * at + 2, found, time_for);
    }

    void put(std::size_t at, item i) noexcept {
        heap_[at] = i;
        i.slot->cold().going->*Place = static_cast<std::uint32_t>(at);
    }

    void rise(std::size_t at) noexcept {
        const item moving = heap_[at];
        for (; at > 0 && moving.due < heap_[(at - 1) / 2].due; at = (at - 1) / 2)
            put(at, heap_[(at - 1) / 2]);
        put(at, moving);
    }

    void sink(std::size_t at) noexcept {
        const item moving = heap_[at];
        for (std::size_t child = 2 * at + 1; child < heap_.size(); child = 2 * at + 1) {
            if (child + 1 < heap_.size() && heap_[child + 1].due < heap_[child].due) ++child;
            if (moving.due <= heap_[child].due) break;
            put(at, heap_[child]);
            at = child;
        }
        put(at, moving);
    }

    std::vector<item> heap_;
};

} // namespace imload::detail
