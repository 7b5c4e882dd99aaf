#pragma once

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
    loader_badge(const loader_badge& other) noexcept : bits_(other.read()) {}
    loader_badge& operator=(const loader_badge& other) noexcept {
        keep(other.read());
        return *this;
    }
    ~loader_badge() = default;

    /// What slot_base::badge is of the loader's slots with nothing to do for an ask; what stands
    /// above the fingerprint is 0 before it has met one.
    [[nodiscard]] std::uint64_t read() const noexcept {
        return bits_.load(std::memory_order_relaxed);
    }
    /// It has met one.
    void keep(std::uint64_t badge) const noexcept { bits_.store(badge, std::memory_order_relaxed); }

private:
    mutable std::atomic<std::uint64_t> bits_;
};

} // namespace imload::detail
