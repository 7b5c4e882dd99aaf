#pragma once

#include <imload/detail/slot.hpp>

#include <atomic>
#include <cstdint>

namespace imload::detail {

/// What a loader knows its slots by with one comparison: the number of their pool, once it has met
/// one of them, above the fingerprint of its options. A loader may be used with a session on each
/// of several threads, which is why the number is read and written in one piece, and nothing more:
/// on the loaded path that is an ordinary load.
class loader_badge {
public:
    explicit loader_badge(std::uint32_t fingerprint) noexcept : bits_(fingerprint) {}
    loader_badge(const loader_badge& other) noexcept : bits_(other.bits()) {}
    loader_badge& operator=(const loader_badge& other) noexcept {
        bits_.store(other.bits(), std::memory_order_relaxed);
        return *this;
    }
    ~loader_badge() = default;

    [[nodiscard]] std::uint32_t fingerprint() const noexcept {
        return static_cast<std::uint32_t>(bits());
    }
    /// It is a slot of the pool, was asked for with the same options, and an ask has nothing to do.
    [[nodiscard]] bool fits(const slot_base& s) const noexcept { return s.badge == bits(); }
    /// The slot, of which the same is true, is one of the loader's.
    void keep(const slot_base& s) const noexcept {
        bits_.store(s.badge, std::memory_order_relaxed);
    }

private:
    [[nodiscard]] std::uint64_t bits() const noexcept {
        return bits_.load(std::memory_order_relaxed);
    }
    mutable std::atomic<std::uint64_t> bits_;
};

} // namespace imload::detail
