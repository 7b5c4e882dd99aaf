#pragma once

#include <utility>

namespace imload::detail {

/// Owns one T: std::unique_ptr as far as it is needed here. That one costs a compiler some
/// milliseconds for each T, even where nothing is done with it; it is left to the parts that few
/// files use.
template <class T>
class box {
public:
    box() = default;
    explicit box(T* owned) noexcept : owned_(owned) {}
    box(box&& other) noexcept : owned_(other.release()) {}
    template <class U>
    box(box<U>&& other) noexcept : owned_(other.release()) {} // NOLINT: as unique_ptr converts
    box& operator=(box&& other) noexcept {
        reset(other.release());
        return *this;
    }
    ~box() { delete owned_; }

    void reset(T* other = nullptr) noexcept {
        T* const before = owned_;
        owned_ = other;
        delete before;
    }
    [[nodiscard]] T* release() noexcept {
        T* const owned = owned_;
        owned_ = nullptr;
        return owned;
    }

    [[nodiscard]] T* get() const noexcept { return owned_; }
    T* operator->() const noexcept { return owned_; }
    T& operator*() const noexcept { return *owned_; }
    explicit operator bool() const noexcept { return owned_ != nullptr; }

private:
    T* owned_ = nullptr;
};

template <class T, class... Args>
[[nodiscard]] box<T> make_box(Args&&... args) {
    return box<T>(new T(std::forward<Args>(args)...));
}

} // namespace imload::detail
