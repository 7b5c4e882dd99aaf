#pragma once

#include <imload/detail/slots/slot.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace imload::detail {

/// Makes flights, in blocks, for most are needed for a frame or two. What one great frame needed
/// is given back to the system, but for some blocks.
template <class Late>
class flight_pool {
public:
    flight_pool() = default;
    flight_pool(const flight_pool&) = delete;
    flight_pool& operator=(const flight_pool&) = delete;
    ~flight_pool() {
        for (block* b : with_room_) delete b;
    }

    [[nodiscard]] flight* take() {
        if (with_room_.empty()) add();
        block& b = *with_room_.back();
        if (b.free == all) --empty_;
        const auto place = static_cast<std::uint8_t>(std::countr_zero(b.free));
        flight* const f = ::new (static_cast<void*>(b.room + place * sizeof(flight))) flight;
        f->place = place;
        b.free &= b.free - 1;
        if (b.free == 0) with_room_.pop_back();
        return f;
    }

    void give(flight* f) noexcept {
        const std::uint8_t place = f->place;
        f->~flight();
        // A block begins with the room for its flights.
        block& b =
            *reinterpret_cast<block*>(reinterpret_cast<std::byte*>(f) - place * sizeof(flight));
        if (b.free == 0) {
            b.listed_at = with_room_.size();
            with_room_.push_back(&b); // there is room, made when the block was
        }
        b.free |= std::uint64_t{1} << place;
        if (b.free == all && ++empty_ > most_empty) remove(b);
    }

private:
    static constexpr std::size_t places = 64;
    static constexpr std::size_t most_empty = 32;
    static constexpr std::uint64_t all = ~std::uint64_t{0};

    struct block {
        block() noexcept {} // nothing is in its room yet
        alignas(flight) std::byte room[places * sizeof(flight)];
        std::uint64_t free = all; ///< a bit for each
        std::size_t listed_at = 0;
    };

    void add() {
        if (with_room_.capacity() < ++blocks_) with_room_.reserve(2 * blocks_);
        block* const b = new block;
        b->listed_at = with_room_.size();
        with_room_.push_back(b);
        ++empty_;
    }

    void remove(block& b) noexcept {
        with_room_[b.listed_at] = with_room_.back();
        with_room_[b.listed_at]->listed_at = b.listed_at;
        with_room_.pop_back();
        --empty_;
        --blocks_;
        delete &b;
    }

    std::vector<block*> with_room_;
    std::size_t blocks_ = 0;
    std::size_t empty_ = 0; ///< blocks
};

} // namespace imload::detail
