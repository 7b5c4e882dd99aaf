#pragma once

#include <imload/config.hpp>
#include <imload/detail/renew.hpp>

#include <cstddef>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

namespace imload::detail {

/// What can be done with a value, whatever its type.
struct value_type {
    std::size_t size;
    std::size_t alignment;
    bool is_small; ///< it lives where it is kept; else by itself, where the worker made it
    // Where there is none: by its bytes, and nothing.
    void (*move)(void* to, void* from) = nullptr; ///< only of what is small
    void (*destroy)(void* value) = nullptr;
};

inline constexpr std::size_t most_in_slot = 32; ///< bytes

template <class T>
consteval bool fits_in_slot() {
    if constexpr (sizeof(T) <= most_in_slot && alignof(T) <= alignof(std::max_align_t))
        return std::is_nothrow_move_constructible_v<T>;
    else
        return false;
}
template <class T>
inline constexpr bool is_small = fits_in_slot<T>();

template <class T>
void move_value(void* to, void* from) {
    ::new (to) T(std::move(*static_cast<T*>(from)));
}
/// Of a value, or of a part of a key or a run.
template <class T>
void destroy_value(void* value) {
    static_cast<T*>(value)->~T();
}
template <class T>
consteval value_type make_value_type() {
    value_type t{.size = sizeof(T), .alignment = alignof(T), .is_small = is_small<T>};
    if constexpr (is_small<T> && !std::is_trivially_copyable_v<T>) t.move = move_value<T>;
    if constexpr (!std::is_trivially_destructible_v<T>) t.destroy = destroy_value<T>;
    return t;
}
template <class T>
inline constexpr value_type value_type_of = make_value_type<T>();

/// Makes a small one at `to` from the one at `from`, which stays.
inline void move_small(const value_type& type, void* to, void* from) {
    if (type.move)
        type.move(to, from);
    else
        std::memcpy(to, from, type.size);
}

/// Memory for something by itself.
[[nodiscard]] IMLOAD_NOINLINE inline void* allocate(std::size_t size, std::size_t alignment) {
    if (alignment > __STDCPP_DEFAULT_NEW_ALIGNMENT__)
        return ::operator new(size, std::align_val_t(alignment));
    return ::operator new(size);
}
inline void deallocate(void* memory, std::size_t alignment) noexcept {
    if (alignment > __STDCPP_DEFAULT_NEW_ALIGNMENT__)
        ::operator delete(memory, std::align_val_t(alignment));
    else
        ::operator delete(memory);
}

/// Ends a value that lives by itself; null is none.
inline void delete_value(const value_type& type, void* value) noexcept {
    if (!value) return;
    if (type.destroy) type.destroy(value);
    deallocate(value, type.alignment);
}

/// One value that is made later, of a type that need not be known to end it or to hand it on. Who
/// made it for a small one gives it room for that.
class held_value {
public:
    held_value() = default;
    held_value(const held_value&) = delete;
    held_value& operator=(const held_value&) = delete;
    ~held_value() {
        if (type_) reset();
    }

    /// Before anything else. Null: it lives by itself, small or not.
    void keep_in(void* room, const value_type& type) noexcept {
        type_ = &type;
        in_place_ = room && type.is_small;
        at_ = in_place_ ? room : nullptr;
    }
    [[nodiscard]] void* get() const noexcept { return at_; }

    /// Where to make it; then it is filled().
    [[nodiscard]] void* room() { return at_ ? at_ : at_ = allocate(type_->size, type_->alignment); }
    void filled() noexcept { full_ = true; }
    IMLOAD_NOINLINE void reset() noexcept {
        if (renew(full_, false) && type_->destroy) type_->destroy(at_);
        if (in_place_ || !at_) return;
        deallocate(at_, type_->alignment);
        at_ = nullptr;
    }

    /// Takes over a small one that is elsewhere.
    void take(void* other) {
        move_small(*type_, at_, other);
        if (type_->destroy) type_->destroy(other);
        full_ = true;
    }
    /// Makes it at `to` from what it is here.
    void move_to(void* to) { move_small(*type_, to, at_); }
    /// Gives it away as one that lives by itself.
    [[nodiscard]] void* release() {
        if (!in_place_) {
            full_ = false;
            return renew(at_, nullptr);
        }
        void* const own = allocate(type_->size, type_->alignment);
        move_to(own);
        reset(); // what was moved from may still be a whole value
        return own;
    }

private:
    const value_type* type_ = nullptr;
    void* at_ = nullptr;
    bool in_place_ = false;
    bool full_ = false;
};

/// Makes the T that is held.
template <class T, class... From>
void make_value(held_value& into, From&&... from) {
    ::new (into.room()) T(std::forward<From>(from)...);
    into.filled();
}
/// From what `call` returns, which need not be movable.
template <class T, class Call>
void make_value_from(held_value& into, Call&& call) {
    ::new (into.room()) T(call());
    into.filled();
}

} // namespace imload::detail
