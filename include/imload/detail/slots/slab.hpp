#pragma once

#include <imload/detail/box.hpp>
#include <imload/detail/fail.hpp>
#include <imload/detail/late.hpp>
#include <imload/detail/renew.hpp>
#include <imload/detail/room.hpp>
#include <imload/detail/slots/keys.hpp>
#include <imload/detail/slots/slot.hpp>
#include <imload/detail/slots/slot_index.hpp>
#include <imload/detail/slots/slot_pools.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <stdexcept>
#include <vector>

namespace imload::detail {

/// Memory for slabs: blocks that are cut up, each larger than the one before, so that few keys cost
/// little and many lie close together.
template <class Late>
class slab_blocks {
public:
    slab_blocks() = default;
    slab_blocks(const slab_blocks&) = delete;
    slab_blocks& operator=(const slab_blocks&) = delete;
    ~slab_blocks() {
        for (void* const b : blocks_) ::operator delete(b, std::align_val_t(slab::alignment));
    }

    [[nodiscard]] std::byte* allocate() {
        if (left_ == 0) {
            next_ = allocate_block(growth_ * slab::alignment);
            left_ = growth_;
            growth_ = std::min<std::size_t>(growth_ * 2, 512); // 2 MiB: a huge page
        }
        --left_;
        return renew(next_, next_ + slab::alignment);
    }

    /// A slab of its own, for what is too large for others.
    [[nodiscard]] std::byte* allocate_block(std::size_t bytes) {
        room_for_one(blocks_);
        void* const b = ::operator new(bytes, std::align_val_t(slab::alignment));
        blocks_.push_back(b);
        return static_cast<std::byte*>(b);
    }

private:
    later<std::vector<void*>, Late> blocks_;
    std::byte* next_ = nullptr;
    std::size_t left_ = 0; ///< slabs in the newest block
    std::size_t growth_ = 4;
};

/// All slots, in slabs of one pool each that never move, with an index of them. A slot is known by
/// a number of 32 bits: its slab, and how far it is from the start of that, in units.
template <class Late>
class slot_memory {
public:
    slot_memory() = default;
    slot_memory(const slot_memory&) = delete;
    slot_memory& operator=(const slot_memory&) = delete;
    ~slot_memory() {
        for (const slab* s : slabs_) delete[] s->entries;
    }

    [[nodiscard]] slot_pool& pool_of(const sought& key) { return pools_.of(key); }

    [[nodiscard]] slot_base* find(const sought& key, std::uint32_t mark) const {
        return index_.find(mark, [&](std::uint32_t number) -> slot_base* {
            slot_base& s = at(number);
            return keys_of<Late>::is(key, s) ? &s : nullptr;
        });
    }

    /// The number of the slot with which a search most likely ends; null if that is none.
    [[nodiscard]] const std::uint32_t* likely(std::uint32_t mark) const noexcept {
        return index_.likely(mark);
    }

    struct new_slot {
        slot_base& slot;
        entry& cold;
        bool is_key; ///< it equals itself
    };
    /// Makes a slot for the key, which is not there yet. What copying the key throws leaves no
    /// trace.
    [[nodiscard]] new_slot make(const sought& key, std::uint32_t mark) {
        slot_pool& p = *key.pool;
        index_.reserve_one(making_, [&](auto insert) {
            std::uint32_t from = 0;
            visit(from, [&](const slot_base& s) {
                if (s.in_use()) insert(s.cold().mark, s.number());
                return true;
            });
        });
        if (p.free == not_listed) grow(p);
        const std::uint32_t number = p.free;
        entry& e = at(number).cold();
        p.free = renew(e.mark, mark); // first, for copying a key may make another
        free_again room{&at(number), e, p, number, ++making_};
        const bool is_key = keys_of<Late>::construct(room.slot, key);
        slot_base& s = *std::launder(renew(room.slot, nullptr));
        s.take_into(p);
        index_.insert(mark, number);
        return {s, e, is_key};
    }

    /// Nobody finds the slot from here on; free() has to follow.
    void hide(slot_base& s) {
        index_.erase(s.cold().mark, s.number());
        s.badge = 0;
    }

    /// Destroys a hidden slot, whose room is then used again.
    void free(slot_base& s) {
        keys_of<Late>::destroy(s);
        ::new (static_cast<void*>(&s)) slot_base{};
        entry& e = s.cold();
        entry fresh;
        fresh.generation = e.generation; // which go on through every use of the slot
        fresh.life = e.life;
        fresh.place = e.place; // a trail still leads there
        e = fresh;
        recycle(s, s.pool().free);
    }

    /// No slot was ever made.
    [[nodiscard]] bool empty() const noexcept { return slabs_.empty(); }
    /// Whether at(number) may be asked.
    [[nodiscard]] bool has(std::uint32_t number) const noexcept {
        const std::uint32_t home = number / slab::units;
        return home < slabs_.size() && slabs_[home]->has(number);
    }
    [[nodiscard]] slot_base& at(std::uint32_t number) const noexcept {
        std::byte* const head = reinterpret_cast<std::byte*>(slabs_[number / slab::units]);
        return *std::launder(
            reinterpret_cast<slot_base*>(head + number % slab::units * slab::unit));
    }

    /// Greater than every slot's number.
    [[nodiscard]] std::size_t end() const noexcept { return slabs_.size() * slab::units; }

    /// Every slot, in use or not, as long as `visit` returns true; `from`, which is 0 at first and
    /// is never a slot's number, goes on where it ended. Slots freed while visiting are fine, new
    /// ones may or may not be visited.
    template <class Visit>
    bool visit(std::uint32_t& from, Visit visit) {
        while (from / slab::units < slabs_.size()) {
            slab& s = *slabs_[from / slab::units];
            for (std::uint32_t place = from % slab::units; place < s.places; ++place)
                if (!visit(s.at(place))) {
                    from = s.first + place + 1;
                    return false;
                }
            from = s.first + slab::units;
        }
        from = 0;
        return true;
    }

private:
    static constexpr std::size_t most_slabs = 0xffffffffu / slab::units; ///< with numbers

    /// A slot's room is free once more, unless a slot could be made there.
    struct free_again {
        ~free_again() {
            --making;
            if (!slot) return;
            ::new (static_cast<void*>(slot)) slot_base{};
            cold.mark = renew(home.free, number);
        }
        slot_base* slot;
        entry& cold;
        slot_pool& home;
        std::uint32_t number;
        std::size_t& making;
    };

    /// Of the first slot in a slab.
    [[nodiscard]] static constexpr std::size_t offset_for(std::size_t alignment) noexcept {
        return (sizeof(slab) + alignment - 1) / alignment * alignment;
    }
    /// A slot whose ids are used up waits until those of its whole slab are; then a new epoch
    /// begins there.
    static void recycle(const slot_base& s, std::uint32_t& free) noexcept {
        constexpr auto most = std::numeric_limits<std::uint16_t>::max();
        entry& e = s.cold();
        slab& home = slab::of(s);
        if (e.life < most) {
            e.mark = renew(free, s.number());
        } else if (++home.retired == home.places && home.epoch < most) {
            home.retired = 0;
            ++home.epoch;
            for (std::uint32_t place = home.places; place-- > 0;) {
                home.entries[place].life = 0;
                home.entries[place].mark = renew(free, home.at(place).number());
            }
        }
    }

    void grow(slot_pool& p) {
        const std::size_t stride = p.type->slot_size;
        const std::size_t first = offset_for(p.type->slot_alignment);
        const std::size_t fitting = (slab::alignment - first) / stride;
        const auto places =
            static_cast<std::uint32_t>(std::clamp<std::size_t>(fitting, 1, p.next_places));
        room_for_one(slabs_);
        if (slabs_.size() == most_slabs)
            fail<std::length_error>("imload: a session can hold no more keys than fit into 32 GiB, "
                                    "nor 8 million larger than 2 KiB: forget some");
        auto entries = std::make_unique<later<entry, Late>[]>(places);
        std::byte* const memory =
            fitting > 0 ? blocks_.allocate() : blocks_.allocate_block(first + stride);
        slab* const s = ::new (static_cast<void*>(memory)) slab{};
        s->entries = entries.release();
        s->pool = &p;
        s->first = static_cast<std::uint32_t>(slabs_.size()) * slab::units;
        s->places = places;
        s->offset = static_cast<std::uint32_t>(first);
        s->stride = static_cast<std::uint32_t>(stride);
        s->inverse = static_cast<std::uint32_t>((std::uint64_t{1} << 32) / stride + 1);
        for (std::uint32_t place = places; place-- > 0;) {
            const slot_base* const made =
                ::new (static_cast<void*>(memory + first + place * stride)) slot_base{};
            s->entries[place].mark = renew(p.free, made->number());
        }
        slabs_.push_back(s);
        p.next_places = std::min(p.next_places * 4, slab::units);
    }

    slot_index<Late> index_;
    std::size_t making_ = 0; ///< slots: copying a key may make others
    later<std::vector<slab*>, Late> slabs_;
    slab_blocks<Late> blocks_;
    slot_pools<Late> pools_;
};

} // namespace imload::detail
