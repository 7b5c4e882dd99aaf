#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace imload::detail {

/// From hash to slot number: open addressing with linear probing in cells of eight bytes, half of
/// them hash, so that nearly every step is decided in the cell. Erasing shifts cells back, after
/// D. E. Knuth, The Art of Computer Programming 3, algorithm 6.4 R; there are no tombstones.
class slot_index {
public:
    static constexpr std::uint32_t none = 0xffffffff;

    /// The half of a hash that is kept.
    [[nodiscard]] static constexpr std::uint32_t mark_of(std::uint64_t hash) noexcept {
        return static_cast<std::uint32_t>(hash >> 32);
    }

    /// The number for which `same(number)` holds, among those with this mark, or `none`.
    template <class Same>
    [[nodiscard]] std::uint32_t find(std::uint32_t mark, Same same) const {
        if (cells_.empty()) return none;
        for (std::size_t i = home_of(mark);; i = (i + 1) & mask()) {
            const cell& c = cells_[i];
            if (c.id == none) return none;
            if (c.mark == mark && same(c.id)) return c.id;
        }
    }

    /// Room for one more, so that the next insert cannot fail.
    void reserve_one() {
        if ((size_ + 1) * 4 > cells_.size() * 3) grow();
    }

    void insert(std::uint32_t mark, std::uint32_t id) {
        reserve_one();
        place({mark, id});
        ++size_;
    }

    void erase(std::uint32_t mark, std::uint32_t id) noexcept {
        if (cells_.empty()) return;
        std::size_t hole = home_of(mark);
        for (; cells_[hole].id != id; hole = (hole + 1) & mask())
            if (cells_[hole].id == none) return;
        --size_;
        for (std::size_t i = (hole + 1) & mask(); cells_[i].id != none; i = (i + 1) & mask()) {
            const std::size_t home = home_of(cells_[i].mark);
            // Move the cell into the hole unless that would put it before its home.
            if (((i - home) & mask()) >= ((i - hole) & mask())) {
                cells_[hole] = cells_[i];
                hole = i;
            }
        }
        cells_[hole] = {};
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    void clear() noexcept {
        cells_.clear();
        size_ = 0;
    }

private:
    struct cell {
        std::uint32_t mark = 0;
        std::uint32_t id = none;
    };

    [[nodiscard]] std::size_t mask() const noexcept { return cells_.size() - 1; }
    /// The mark alone says where a cell belongs, so growing needs no key.
    [[nodiscard]] std::size_t home_of(std::uint32_t mark) const noexcept {
        return (mark * std::size_t{0x9e3779b97f4a7c15u} >> 20) & mask();
    }

    void place(cell c) noexcept {
        std::size_t i = home_of(c.mark);
        while (cells_[i].id != none) i = (i + 1) & mask();
        cells_[i] = c;
    }

    void grow() {
        std::vector<cell> old(cells_.empty() ? 16 : cells_.size() * 2);
        old.swap(cells_);
        for (const cell& c : old)
            if (c.id != none) place(c);
    }

    std::vector<cell> cells_;
    std::size_t size_ = 0;
};

} // namespace imload::detail
