#pragma once

#include <imload/config.hpp>
#include <imload/detail/arguments/call_key.hpp>
#include <imload/detail/arguments/part.hpp>
#include <imload/detail/arguments/text.hpp>
#include <imload/detail/layout.hpp>
#include <imload/detail/mix.hpp>
#include <imload/detail/renew.hpp>
#include <imload/detail/slots/parts.hpp>
#include <imload/detail/slots/slot.hpp>

#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>

namespace imload::detail {

/// The keys of slots, whatever their types: the parts that lie in a slot.
template <class Late>
struct keys_of {
    [[nodiscard]] static bool is(const sought& key, const slot_base& s) {
        if (!s.is_in(*key.pool)) return false;
        if (is_words(key))
            return is_with(key, s, [](const part&, const void* own, const void* view) {
                return word(own) == word(view);
            });
        const auto equals = [&](const part& p, const void* own, const void* view) {
            return parts::equals(*p.type, key.how_to_view(p), own, view);
        };
        return is_with(key, s, equals) && s.is_in(*key.pool); // a key's == may have cleared all
    }
    /// What call_of::hash() makes of it.
    [[nodiscard]] static std::uint64_t hash(const sought& key) {
        if (is_words(key))
            return hash_with(key, [](const part&, const void* view) { return word(view); });
        return hash_with(key, [&](const part& p, const void* view) {
            return parts::hash(*p.type, key.how_to_view(p), view);
        });
    }
    /// A slot that owns the key. Whether that equals itself.
    [[nodiscard]] static bool construct(void* memory, const sought& key) {
        if (key.type.is_plain) return construct_plain(memory, key);
        return construct_owner(memory, key);
    }
    static void destroy(slot_base& s) noexcept {
        const slot_type& type = s.type();
        if (type.is_plain) return;
        parts::destroy_all(type, &part::in_slot, &s);
    }
    /// The arguments in which two slots differ, a bit each.
    [[nodiscard]] static std::uint32_t differences(const slot_type& type, const slot_base& a,
                                                   const slot_base& b) {
        std::uint32_t found = 0;
        for (const part& p : type.parts) {
            if (p.place < part::arguments || !p.in_slot) continue;
            if (!parts::equal(*p.type, place_in(&a, p.in_slot), place_in(&b, p.in_slot)))
                found |= 1u << ((p.place - part::arguments) & 31);
        }
        return found;
    }
    /// Only where named.
    [[nodiscard]] static std::string_view name(const slot_type& type, const slot_base& s) noexcept {
        std::size_t i = 0;
        while (type.parts[i].place != part::name) ++i;
        return *static_cast<const typename parts::string*>(place_in(&s, type.parts[i].in_slot));
    }
    /// Appends callable and arguments, as a person would write them.
    static void describe(const slot_base& s, std::string& out) {
        const slot_type& type = s.type();
        if (type.named)
            out += name(type, s);
        else if (s.pool().spelled)
            append::type(out, s.pool().spelled);
        else if (!type.parts.empty() && type.parts.front().place == part::callable &&
                 type.parts.front().type->kind == part_kind::function)
            append::function(out, type.spelled,
                             read_value<std::uintptr_t>(s.pool().callables[part::callable].bytes));
        else
            append::type(out, type.spelled);
        out += '(';
        bool is_first = true;
        for (const part& p : type.parts) {
            if (p.place < part::arguments || !p.in_slot) continue;
            if (!renew(is_first, false)) out += ", ";
            parts::describe(*p.type, out, place_in(&s, p.in_slot));
        }
        out += ')';
    }

private:
    using parts = parts_of<Late>;

    /// Most keys are but words, which are looked at without asking what they are.
    [[nodiscard]] static bool is_words(const sought& key) noexcept {
        return key.type.is_words && !key.how;
    }
    [[nodiscard]] static std::uint64_t word(const void* part) noexcept {
        return read_value<std::uint64_t>(part);
    }
    template <class Equals>
    [[nodiscard]] static bool is_with(const sought& key, const slot_base& s, Equals equals_part) {
        for (std::size_t i = key.type.parts.size(); i-- > 0;) { // the last differ most
            const part& p = key.type.parts[i];
            if (p.in_slot && !equals_part(p, place_in(&s, p.in_slot), key.views[p.place]))
                return false;
        }
        return true;
    }
    template <class Hash>
    [[nodiscard]] static std::uint64_t hash_with(const sought& key, Hash hash_part) {
        std::uint64_t of_loader = key.pool->hash;
        std::uint64_t of_arguments = 0;
        for (const part& p : key.type.parts) {
            if (!p.in_slot) continue;
            const std::uint64_t h = hash_part(p, key.views[p.place]);
            if (p.place < part::arguments)
                of_loader += spread_in_loader(h, p.place);
            else
                of_arguments = combine(of_arguments, h);
        }
        return of_loader + of_arguments;
    }
    IMLOAD_NOINLINE static bool construct_owner(void* memory, const sought& key) {
        typename parts::in_making made(key.type, &part::in_slot, memory);
        made.make_all([&](void* to, const part& p) {
            parts::own(*p.type, key.how_to_view(p), to, key.views[p.place]);
        });
        bool is_key = key.pool->is_key;
        for (const part& p : key.type.parts) {
            if (!p.in_slot || p.type->kind < part_kind::function) continue;
            const void* const owned = place_in(memory, p.in_slot);
            is_key = is_key && parts::equal(*p.type, owned, owned);
        }
        made.keep();
        ::new (memory) slot_base{};
        return is_key;
    }
    /// The same of numbers and functions.
    [[nodiscard]] static bool construct_plain(void* memory, const sought& key) noexcept {
        for (const part& p : key.type.parts)
            if (p.in_slot)
                parts::copy_bytes(place_in(memory, p.in_slot), key.views[p.place], p.type->size);
        ::new (memory) slot_base{};
        return key.pool->is_key;
    }
};

} // namespace imload::detail
