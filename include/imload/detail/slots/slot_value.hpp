#pragma once

// The value of a slot, for code that does not know its type.

#include <imload/detail/layout.hpp>
#include <imload/detail/slots/graveyard.hpp>
#include <imload/detail/slots/slot.hpp>
#include <imload/detail/value_type.hpp>

#include <cstddef>

namespace imload::detail {

/// Whether slots of the type hold a pointer to the value. What a finish function made, a texture
/// for one, lies apart even where it is small, so that it can outlive its slot by a frame.
[[nodiscard]] inline bool value_lies_apart(const slot_type& type) noexcept {
    return type.finishes || !type.value->is_small;
}
/// Only where there is one.
[[nodiscard]] inline const void* value_in(const slot_base& s) noexcept {
    const void* const place = place_in(&s, s.type().value_in_slot);
    return value_lies_apart(s.type()) ? *static_cast<const void* const*>(place) : place;
}
/// Puts what is in `from` in the place of what the slot `had`; null: only clears.
inline void put_value(slot_base& s, const slot_type& type, held_value* from, bool had,
                      graveyard& graves) {
    void* const place = place_in(&s, type.value_in_slot);
    if (!value_lies_apart(type)) {
        // The old one goes last: its destructor is a user's, who may ask for the key in it.
        alignas(std::max_align_t) std::byte room[most_in_slot];
        held_value old;
        if (had && type.value->destroy) {
            old.keep_in(room, *type.value);
            old.take(place);
        }
        if (from) from->move_to(place);
        return;
    }
    void* const fresh = from ? from->release() : nullptr;
    void* const old = had ? *static_cast<void**>(place) : nullptr;
    *static_cast<void**>(place) = fresh;
    if (type.finishes)
        graves.bury(*type.value, old);
    else
        delete_value(*type.value, old);
}

} // namespace imload::detail
