#pragma once

#include <imload/detail/fail.hpp>
#include <imload/detail/slot.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace imload::detail {

/// Makes flights, and keeps some for the next key that starts: most are needed for a frame or two.
class flight_pool {
public:
    [[nodiscard]] flight* take() {
        if (free_.empty()) return new flight;
        flight* const f = free_.back().release();
        free_.pop_back();
        return f;
    }

    void give(flight* f) noexcept {
        std::unique_ptr<flight> owned(f);
        if (free_.size() == most) return;
        *f = flight{};
        if (free_.capacity() == 0 && caught([&] { free_.reserve(most); })) return;
        free_.push_back(std::move(owned));
    }

private:
    static constexpr std::size_t most = 4096;
    std::vector<std::unique_ptr<flight>> free_;
};

} // namespace imload::detail
