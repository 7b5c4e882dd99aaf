#pragma once

#include <imload/detail/renew.hpp>

#include <atomic>
#include <cstdint>
#include <utility>

namespace imload::detail {

/// A reference count inside the object, for what the UI thread and workers share. Whoever makes one
/// has its first share.
class counted {
public:
    counted() = default;
    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;
    virtual ~counted() = default;

    void retain() const noexcept { count_.fetch_add(1, std::memory_order_relaxed); }
    /// The same for less, while no other thread knows of the object.
    void retain_new() const noexcept {
        count_.store(count_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    void release() const noexcept {
        if (count_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
    }

private:
    mutable std::atomic<std::uint32_t> count_{1};
};

/// Shares a counted object; safe to copy on one thread while another lets go of its own.
template <class T>
class ref {
public:
    ref() = default;
    explicit ref(T* object) noexcept : object_(object) {
        if (object_) object_->retain();
    }
    ref(const ref& other) noexcept : ref(other.object_) {}
    ref(ref&& other) noexcept : object_(detail::renew(other.object_, nullptr)) {}
    template <class U>
    ref(ref<U> other) noexcept : object_(other.detach()) {} // NOLINT: as shared_ptr converts
    // Not one that takes a value: where that is given {}, clang 14 does not destroy it.
    ref& operator=(const ref& other) noexcept { return *this = ref(other); }
    ref& operator=(ref&& other) noexcept {
        ref taken(std::move(other));
        taken.object_ = detail::renew(object_, taken.object_);
        return *this;
    }
    ~ref() {
        if (object_) object_->release();
    }

    /// Takes over a share: one that detach() gave away, or the first.
    [[nodiscard]] static ref adopt(T* shared) noexcept {
        ref r;
        r.object_ = shared;
        return r;
    }

    [[nodiscard]] T* get() const noexcept { return object_; }
    [[nodiscard]] T* detach() noexcept { return renew(object_, nullptr); }
    T* operator->() const noexcept { return object_; }
    T& operator*() const noexcept { return *object_; }
    explicit operator bool() const noexcept { return object_ != nullptr; }

private:
    T* object_ = nullptr;
};

template <class T, class... Args>
[[nodiscard]] ref<T> make_counted(Args&&... args) {
    return ref<T>::adopt(new T(std::forward<Args>(args)...));
}

} // namespace imload::detail
