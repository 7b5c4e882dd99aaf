#pragma once

#include <imload/detail/slot.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <unordered_map>
#include <vector>

namespace imload::detail {

/// The memory of all slots, in slabs of one type each that never move. A slot is known by a number
/// of 32 bits: slab and place.
class slot_memory {
public:
    static constexpr std::uint32_t places_bits = 10;
    static constexpr std::uint32_t most_places = 1u << places_bits;

    slot_memory() = default;
    slot_memory(const slot_memory&) = delete;
    slot_memory& operator=(const slot_memory&) = delete;
    ~slot_memory() {
        for (const slab& s : slabs_) ::operator delete(s.memory, std::align_val_t(s.alignment));
    }

    /// Room for a slot of this type; its entry is there, the rest is the caller's to construct.
    /// What the caller constructs must be given the entry and kept until free().
    struct room {
        void* memory;
        entry* cold;
        std::uint32_t id;
    };
    [[nodiscard]] room allocate(const slot_type& type) {
        pool& p = pool_of(type);
        if (p.free.empty()) grow(p, type);
        const std::uint32_t id = p.free.back();
        p.free.pop_back();
        slab& s = slabs_[id >> places_bits];
        return {s.memory + (id & (most_places - 1)) * s.stride, &s.entries[id & (most_places - 1)],
                id};
    }

    void free(std::uint32_t id, const slot_type& type) { pool_of(type).free.push_back(id); }

    /// Whether at(id) may be asked.
    [[nodiscard]] bool has(std::uint32_t id) const noexcept {
        return (id >> places_bits) < slabs_.size() &&
               (id & (most_places - 1)) < slabs_[id >> places_bits].places;
    }

    [[nodiscard]] slot_base& at(std::uint32_t id) const noexcept {
        const slab& s = slabs_[id >> places_bits];
        return *std::launder(
            reinterpret_cast<slot_base*>(s.memory + (id & (most_places - 1)) * s.stride));
    }

    /// Every slot that is in use, as long as `visit` returns true; `from` goes on where it ended.
    /// Slots freed while visiting are fine, new ones may or may not be visited.
    template <class Visit>
    bool visit(std::uint32_t& from, Visit visit) {
        while ((from >> places_bits) < slabs_.size()) {
            const std::uint32_t places = slabs_[from >> places_bits].places;
            for (std::uint32_t place = from & (most_places - 1); place < places; ++place) {
                const std::uint32_t id = (from & ~(most_places - 1)) | place;
                if (!visit(at(id), id)) {
                    from = id + 1;
                    return false;
                }
            }
            from = ((from >> places_bits) + 1) << places_bits;
        }
        from = 0;
        return true;
    }

private:
    struct slab {
        std::byte* memory = nullptr;
        std::size_t stride = 0;
        std::size_t alignment = 0;
        std::uint32_t places = 0;
        std::unique_ptr<entry[]> entries;
    };
    struct pool {
        std::vector<std::uint32_t> free;
        std::uint32_t next_places = 8; ///< doubles: few keys cost little
    };

    pool& pool_of(const slot_type& type) {
        if (&type != last_type_) {
            last_pool_ = &pools_[&type];
            last_type_ = &type;
        }
        return *last_pool_;
    }

    void grow(pool& p, const slot_type& type) {
        constexpr std::size_t most_bytes = std::size_t{1} << 16;
        const auto fitting = static_cast<std::uint32_t>(
            std::clamp<std::size_t>(most_bytes / type.size, 1, most_places));
        slab s;
        s.places = std::min(p.next_places, fitting);
        s.stride = type.size;
        s.alignment = type.alignment;
        s.entries = std::make_unique<entry[]>(s.places);
        p.free.reserve(p.free.size() + s.places);
        slabs_.reserve(slabs_.size() + 1);
        s.memory = static_cast<std::byte*>(
            ::operator new(s.places* s.stride, std::align_val_t(s.alignment)));
        const auto first = static_cast<std::uint32_t>(slabs_.size()) << places_bits;
        for (std::uint32_t place = s.places; place-- > 0;) {
            ::new (s.memory + place * s.stride) slot_base{};
            p.free.push_back(first | place);
        }
        slabs_.push_back(std::move(s));
        p.next_places = std::min(p.next_places * 2, most_places);
    }

    std::vector<slab> slabs_;
    std::unordered_map<const slot_type*, pool> pools_;
    const slot_type* last_type_ = nullptr;
    pool* last_pool_ = nullptr;
};

} // namespace imload::detail
