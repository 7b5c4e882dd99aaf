#pragma once

#include <imload/detail/late.hpp>
#include <imload/run_log.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace imload::detail {

/// A run_log as the engine writes it.
template <class Late>
class run_recorder final : public run_log {
public:
    /// Keeps the `most` newest from now on; 0 keeps none.
    void keep(std::size_t most) {
        records kept;
        const std::size_t n = size_ < most ? size_ : most;
        kept.reserve(n);
        for (std::size_t i = size_ - n; i < size_; ++i) kept.push_back(std::move(at(i)));
        records_ = std::move(kept);
        first_ = 0;
        most_ = most;
        show();
    }

    /// The run of that number, or null when it is gone.
    [[nodiscard]] run_record* find(std::uint64_t number) noexcept {
        if (size_ == 0) return nullptr;
        const std::uint64_t i = number - at(0).number; // very large for one that is gone
        return i < size_ ? &at(static_cast<std::size_t>(i)) : nullptr;
    }

    /// Adds a run and gives it the next number.
    std::uint64_t add(run_record r) {
        if (most_ == 0) return 0;
        r.number = ++last_;
        if (size_ < most_) {
            records_.push_back(std::move(r));
            show();
        } else {
            at(0) = std::move(r);
            first_ = (first_ + 1) % most_;
        }
        return last_;
    }

private:
    using records = later<std::vector<run_record>, Late>;

    [[nodiscard]] run_record& at(std::size_t i) noexcept { return ring_[place(i)]; }
    void show() noexcept {
        ring_ = records_.data();
        size_ = records_.size();
    }

    records records_;
    std::uint64_t last_ = 0;
};

} // namespace imload::detail
