#pragma once

#include <memory>
#include <utility>
#include <vector>

namespace imload::detail {

/// Values that have gone from the map but may still be in use this frame: a texture in the frame's
/// draw list. They are destroyed in the begin_frame after.
class graveyard {
public:
    template <class T>
    void bury(std::unique_ptr<T> value) {
        if (!value) return;
        graves_.push_back(grave(value.get(), [](void* v) noexcept { delete static_cast<T*>(v); }));
        static_cast<void>(value.release());
    }

    /// Hands over all that was buried so far; they go with what is returned.
    [[nodiscard]] graveyard take() noexcept { return std::exchange(*this, graveyard()); }
    [[nodiscard]] bool empty() const noexcept { return graves_.empty(); }

private:
    using grave = std::unique_ptr<void, void (*)(void*) noexcept>;
    std::vector<grave> graves_;
};

} // namespace imload::detail
