#pragma once

#include <imload/detail/box.hpp>
#include <imload/detail/graveyard.hpp>
#include <imload/detail/load_job.hpp>
#include <imload/detail/renew.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace imload::detail {

/// Small values live in the slot; large or unmovable ones where the worker made them.
template <class T>
consteval bool fits_in_slot() {
    if constexpr (sizeof(T) <= 32 && alignof(T) <= alignof(std::max_align_t))
        return std::is_nothrow_move_constructible_v<T>;
    else
        return false;
}
template <class T>
inline constexpr bool kept_in_slot = fits_in_slot<T>();

/// Room for a T that is made later, once; by itself for what is large. Neither std::optional nor
/// std::unique_ptr: each type that is loaded would pay a compiler for the whole of them.
template <class T, bool InSlot = kept_in_slot<T>>
class cell {
public:
    cell() = default;
    cell(const cell&) = delete;
    cell& operator=(const cell&) = delete;
    ~cell() { delete made_; }

    template <class... From>
    void make(From&&... from) {
        made_ = new T(std::forward<From>(from)...);
    }
    /// From what `call` returns, which need not be movable.
    template <class Call>
    void make_from(Call&& call) {
        made_ = new T(call());
    }
    /// The same in two steps, for the calls that every loader makes.
    void fill(T* made) noexcept { made_ = made; }
    void reset() noexcept {
        delete made_;
        made_ = nullptr;
    }
    [[nodiscard]] T& operator*() noexcept { return *made_; }
    [[nodiscard]] T* release_boxed() noexcept {
        T* const made = made_;
        made_ = nullptr;
        return made;
    }

private:
    T* made_ = nullptr;
};

template <class T>
class cell<T, true> {
public:
    cell() = default;
    cell(const cell&) = delete;
    cell& operator=(const cell&) = delete;
    ~cell() { reset(); }

    template <class... From>
    void make(From&&... from) {
        ::new (static_cast<void*>(room_)) T(std::forward<From>(from)...);
        full_ = true;
    }
    template <class Call>
    void make_from(Call&& call) {
        ::new (static_cast<void*>(room_)) T(call());
        full_ = true;
    }
    [[nodiscard]] void* room() noexcept { return room_; }
    void fill(T*) noexcept { full_ = true; }
    void reset() noexcept {
        if constexpr (!std::is_trivially_destructible_v<T>)
            if (full_) (**this).~T();
        full_ = false;
    }
    [[nodiscard]] T& operator*() noexcept { return *std::launder(reinterpret_cast<T*>(room_)); }
    [[nodiscard]] T* release_boxed() {
        T* const made = new T(std::move(**this));
        reset(); // what was moved from may still be a whole value
        return made;
    }

private:
    alignas(T) std::byte room_[sizeof(T)];
    bool full_ = false;
};

/// A value that did not come from a whole run: put by set(), or a partial one.
template <class T>
class value_job final : public load_job {
public:
    value_job(slot_base& of, std::uint32_t started_under) : load_job(of, started_under, &value) {}
    cell<T> value;

private:
    void perform(step, ref<job>*) override {}
};

/// Where a slot keeps its T; whether one is there its entry knows. What finish functions made,
/// textures for one, is boxed, so that it can outlive its slot by a frame.
template <class T, bool Boxed>
class slot_value {
public:
    [[nodiscard]] const T* get() const noexcept { return value_; }

    /// Puts what is in `from` in the place of what it `had`; null: only clears.
    void put(cell<T>* from, bool had, graveyard& graves) {
        T* const old = renew(value_, from ? from->release_boxed() : nullptr);
        if constexpr (Boxed)
            graves.bury(box<T>(had ? old : nullptr));
        else if (had)
            delete old;
    }

private:
    T* value_ = nullptr;
};

template <class T>
    requires kept_in_slot<T>
class slot_value<T, false> {
public:
    slot_value() noexcept {} // nothing is there yet
    slot_value(const slot_value&) = delete;
    slot_value& operator=(const slot_value&) = delete;
    ~slot_value() {} // nor any more

    [[nodiscard]] const T* get() const noexcept { return &value_; }

    void put(cell<T>* from, bool had, graveyard&) {
        if (had) value_.~T();
        if (from) ::new (static_cast<void*>(&value_)) T(std::move(**from));
    }

private:
    union {
        T value_;
    };
};

} // namespace imload::detail
