#pragma once

#include <imload/detail/renew.hpp>
#include <imload/detail/value_type.hpp>

#include <new>
#include <utility>

namespace imload::detail {

/// Values that have gone from the map but may still be in use this frame: a texture in the frame's
/// draw list. They are destroyed in the begin_frame after, in the order in which they went.
class graveyard {
public:
    graveyard() = default;
    graveyard(graveyard&& other) noexcept
        : first_(renew(other.first_, nullptr)), last_(renew(other.last_, nullptr)) {}
    graveyard& operator=(graveyard&&) = delete;
    ~graveyard() {
        while (grave* const g = first_) {
            first_ = g->next;
            delete_value(*g->type, g->value);
            delete g;
        }
    }

    /// A value that lives by itself; null is none.
    void bury(const value_type& type, void* value) {
        if (!value) return;
        grave* const fresh = new (std::nothrow) grave{&type, value};
        if (!fresh) return delete_value(type, value); // too soon, but not never
        (last_ ? last_->next : first_) = fresh;
        last_ = fresh;
    }

    /// Hands over all that was buried so far; they go with what is returned.
    [[nodiscard]] graveyard take() noexcept { return std::move(*this); }
    [[nodiscard]] bool empty() const noexcept { return !first_; }

private:
    struct grave {
        const value_type* type;
        void* value;
        grave* next = nullptr;
    };

    grave* first_ = nullptr;
    grave* last_ = nullptr;
};

} // namespace imload::detail
