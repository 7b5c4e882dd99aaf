#pragma once

#include <imload/config.hpp>
#include <imload/detail/renew.hpp>
#include <imload/detail/sixteen_bytes.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace imload::detail {

/// From hash to slot number. A bucket is a cache line: twelve numbers and a byte of each one's
/// hash, so that nearly every search is decided in one line. A full bucket passes keys on to the
/// next and counts them, which tells a search when to end and makes erasing leave no trace; after
/// the F14 tables of Facebook's folly.
template <class Late>
class slot_index {
public:
    slot_index() = default;
    slot_index(const slot_index&) = delete;
    slot_index& operator=(const slot_index&) = delete;
    ~slot_index() { delete[] buckets_; }

    /// The half of a hash that counts here.
    [[nodiscard]] static constexpr std::uint32_t mark_of(std::uint64_t hash) noexcept {
        return static_cast<std::uint32_t>(hash >> 32);
    }

    /// What `look(number)` returns for the first number with this mark for which that is not null.
    template <class Look>
    [[nodiscard]] auto find(std::uint32_t mark, Look look) const -> decltype(look(mark)) {
        const std::size_t home = home_of(mark);
        std::size_t at = home;
        do {
            const bucket& b = buckets_[at];
            for (auto hits = b.matches(tag_of(mark)); hits != 0; hits &= hits - 1) {
                const std::size_t searched = count_;
                if (const auto found = look(b.numbers[bucket::place_of(hits)])) [[likely]]
                    return found;
                if (count_ != searched) [[unlikely]] // a key's == made more keys
                    return find(mark, look);
            }
            if (b.passed_on == 0) break;
            at = next(at);
        } while (at != home);
        return nullptr;
    }

    /// The number that a search most likely ends with: the first in its bucket with this mark's
    /// byte. Without one: null, though find() may know more.
    [[nodiscard]] const std::uint32_t* likely(std::uint32_t mark) const noexcept {
        const bucket& b = home_at(mark);
        const auto hits = b.matches(tag_of(mark));
        return hits != 0 ? &b.numbers[bucket::place_of(hits)] : nullptr;
    }

    /// Room for one more beside so many, so that no insert of those can fail. `visit(f)` calls
    /// f(mark, number) for all that were inserted.
    template <class Visit>
    void reserve_one(std::size_t beside, Visit visit) {
        if (size_ + beside < count_ * most_full) [[likely]]
            return;
        constexpr std::size_t few = 4096;
        const unsigned doublings = count_ < few ? 2 : 1;
        delete[] renew(buckets_, new bucket[count_ << doublings]);
        count_ <<= doublings;
        mask_ = static_cast<std::uint32_t>((count_ - 1) * sizeof(bucket));
        size_ = 0;
        visit([&](std::uint32_t mark, std::uint32_t number) { insert(mark, number); });
    }

    /// After reserve_one().
    void insert(std::uint32_t mark, std::uint32_t number) noexcept {
        std::size_t at = home_of(mark);
        while (!buckets_[at].put(tag_of(mark), number)) {
            ++buckets_[at].passed_on;
            at = next(at);
        }
        ++size_;
    }

    void erase(std::uint32_t mark, std::uint32_t number) noexcept {
        const std::size_t home = home_of(mark);
        std::size_t at = home;
        for (std::size_t tried = 0; tried < count_; ++tried, at = next(at)) {
            if (buckets_[at].take(number)) {
                for (std::size_t before = home; before != at; before = next(before))
                    --buckets_[before].passed_on;
                --size_;
                return;
            }
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
    static constexpr std::size_t most_full = 9; ///< keys a bucket, on average
    /// Looked up, which is three instructions less than made, as boost::unordered_flat_map does.
    static constexpr auto tags_of_bytes = [] {
        std::array<std::uint32_t, 256> tags{};
        for (std::uint32_t tag = 0; tag < tags.size(); ++tag)
            tags[tag] = 0x01010101u * (tag == 0 ? 1 : tag);
        return tags;
    }();

    struct alignas(64) bucket {
        static constexpr std::size_t places = 12;
        std::uint8_t tags[places] = {}; ///< 0: free
        std::uint32_t passed_on = 0;    ///< keys that would be here if it were larger
        std::uint32_t numbers[places] = {};

#if IMLOAD_HAS_SSE2
        /// A bit for each place with this tag.
        [[nodiscard]] std::uint32_t matches(std::uint32_t tag) const noexcept {
            return bits_of(sixteen_at<16>(this) == sixteen_of(tag)) & 0xfffu; // four are no tags
        }
        [[nodiscard]] static std::size_t place_of(std::uint32_t matches) noexcept {
            return static_cast<unsigned>(std::countr_zero(matches));
        }
#else
        /// A bit for each place with this tag: for the first eight at 0, 8, 16 and so on, for the
        /// others one higher.
        [[nodiscard]] std::uint64_t matches(std::uint32_t tag) const noexcept {
            const std::uint64_t wanted = tag | std::uint64_t{tag} << 32;
            const std::uint64_t low = zero_bytes(bytes<8>(tags) ^ wanted);
            const std::uint64_t high = zero_bytes(bytes<4>(tags + 8) ^ wanted) & 0x80808080u;
            return low >> 7 | high >> 6;
        }
        [[nodiscard]] static std::size_t place_of(std::uint64_t matches) noexcept {
            const auto bit = static_cast<std::size_t>(std::countr_zero(matches));
            return bit / 8 + bit % 8 * 8;
        }
#endif

        /// False if it is full.
        [[nodiscard]] bool put(std::uint32_t tag, std::uint32_t number) noexcept {
            const auto free = matches(0);
            if (free == 0) return false;
            const std::size_t place = place_of(free);
            tags[place] = static_cast<std::uint8_t>(tag);
            numbers[place] = number;
            return true;
        }
        bool take(std::uint32_t number) noexcept {
            for (std::size_t place = 0; place < places; ++place)
                if (tags[place] != 0 && numbers[place] == number) {
                    tags[place] = 0;
                    return true;
                }
            return false;
        }

    private:
        /// The first byte lowest, on every machine.
        template <std::size_t Count>
        [[nodiscard]] static std::uint64_t bytes(const std::uint8_t* from) noexcept {
            std::uint64_t all = 0;
            if constexpr (std::endian::native == std::endian::little)
                std::memcpy(&all, from, Count);
            else
                for (std::size_t i = 0; i < Count; ++i) all |= std::uint64_t{from[i]} << 8 * i;
            return all;
        }
        /// The highest bit of each byte that is zero, and no other.
        [[nodiscard]] static constexpr std::uint64_t zero_bytes(std::uint64_t x) noexcept {
            constexpr std::uint64_t low_bits = 0x7f7f7f7f7f7f7f7fu;
            return ~(((x & low_bits) + low_bits) | x | low_bits);
        }
    };

    /// A byte that is never 0, four times; from other bits than home_of, unless there are more than
    /// 2^20 buckets.
    [[nodiscard]] static constexpr std::uint32_t tag_of(std::uint32_t mark) noexcept {
        return tags_of_bytes[std::rotl(mark, 6) & 0xffu];
    }
    [[nodiscard]] std::size_t home_of(std::uint32_t mark) const noexcept {
        return (mark & mask_) / sizeof(bucket);
    }
    [[nodiscard]] const bucket& home_at(std::uint32_t mark) const noexcept {
        const auto* const first = reinterpret_cast<const std::byte*>(buckets_);
        return *reinterpret_cast<const bucket*>(first + (mark & mask_));
    }
    [[nodiscard]] std::size_t next(std::size_t at) const noexcept {
        return at + 1 < count_ ? at + 1 : 0;
    }

    bucket* buckets_ = new bucket[1]; // owned
    std::uint32_t mask_ = 0;          ///< a mark's bits that tell the bucket: from 6 on, in bytes
    std::size_t count_ = 1;           ///< a power of two
    std::size_t size_ = 0;
};

} // namespace imload::detail
