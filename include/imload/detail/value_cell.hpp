#pragma once

#include <imload/detail/graveyard.hpp>
#include <imload/detail/job.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

namespace imload::detail {

/// Small values live in the slot; large or unmovable ones where the worker made them.
template <class T>
inline constexpr bool kept_in_slot =
    sizeof(T) <= 32 &&
    alignof(T) <= alignof(std::max_align_t) && std::is_nothrow_move_constructible_v<T>;

/// Room for a T that is made later.
template <class T>
class cell {
public:
    template <class... From>
    void make(From&&... from) {
        if constexpr (kept_in_slot<T>)
            held_.emplace(std::forward<From>(from)...);
        else
            held_.reset(new T(std::forward<From>(from)...));
    }
    /// From what `call` returns, which need not be movable.
    template <class Call>
    void make_from(Call&& call) {
        if constexpr (kept_in_slot<T>)
            held_.emplace(call());
        else
            held_.reset(new T(call()));
    }
    void reset() noexcept { held_.reset(); }
    [[nodiscard]] T& operator*() noexcept { return *held_; }
    [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(held_); }

    [[nodiscard]] std::unique_ptr<T> release_boxed() {
        if constexpr (kept_in_slot<T>)
            return std::make_unique<T>(std::move(*held_));
        else
            return std::move(held_);
    }

private:
    std::conditional_t<kept_in_slot<T>, std::optional<T>, std::unique_ptr<T>> held_;
};

/// A job that makes a T; by itself, a value that was put.
template <class T>
class job_of : public job {
public:
    using job::job;
    void run() override {}
    cell<T> value;
};

/// Where a slot keeps its T. Whether one is there is entry::has_value. What finish functions made,
/// textures for one, is boxed, so that it can outlive its slot by a frame.
template <class T, bool Boxed>
class slot_value {
public:
    [[nodiscard]] const T* get() const noexcept { return place_.get(); }

    void take(job_of<T>& from, bool had, graveyard& graves) {
        clear(had, graves);
        place_ = from.value.release_boxed();
    }

    void clear(bool had, graveyard& graves) {
        if (!had) return;
        if constexpr (Boxed)
            graves.bury(std::move(place_));
        else
            place_.reset();
    }

private:
    std::unique_ptr<T> place_;
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

    void take(job_of<T>& from, bool had, graveyard& graves) {
        clear(had, graves);
        std::construct_at(&value_, std::move(*from.value));
    }

    void clear(bool had, graveyard&) {
        if (had) std::destroy_at(&value_);
    }

private:
    union {
        T value_;
    };
};

} // namespace imload::detail
