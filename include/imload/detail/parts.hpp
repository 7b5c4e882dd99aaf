#pragma once

#include <imload/detail/call_key.hpp>
#include <imload/detail/late.hpp>
#include <imload/detail/layout.hpp>
#include <imload/detail/mix.hpp>
#include <imload/detail/part.hpp>
#include <imload/detail/renew.hpp>
#include <imload/detail/slot.hpp>
#include <imload/detail/starter.hpp>
#include <imload/detail/text.hpp>
#include <imload/detail/value_type.hpp>
#include <imload/hash.hpp>
#include <imload/key.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string>
#include <string_view>

namespace imload::detail {

/// What is done with the parts of slots, starters and jobs, for all of their types at once.
template <class Late>
struct parts_of {
    using string = later<std::string, Late>;

    template <class T>
    [[nodiscard]] static T read(const void* part) noexcept {
        T value;
        std::memcpy(&value, part, sizeof value);
        return value;
    }
    // A number's bytes, mostly eight or four; without a call for those.
    static void copy_bytes(void* to, const void* from, std::size_t size) noexcept {
        if (size == 8)
            std::memcpy(to, from, 8);
        else if (size == 4)
            std::memcpy(to, from, 4);
        else
            std::memcpy(to, from, size);
    }
    [[nodiscard]] static bool same_bytes(const void* a, const void* b, std::size_t size) noexcept {
        if (size == 8) return read<std::uint64_t>(a) == read<std::uint64_t>(b);
        if (size == 4) return read<std::uint32_t>(a) == read<std::uint32_t>(b);
        return std::memcmp(a, b, size) == 0;
    }
    [[nodiscard]] static std::uint64_t number(const part_type& type, const void* part) noexcept {
        const bool is_signed = type.kind == part_kind::signed_number;
        const auto extend = [is_signed](auto narrow, auto n) {
            return is_signed ? static_cast<std::uint64_t>(std::int64_t{narrow}) : n;
        };
        if (type.size == 8) return read<std::uint64_t>(part); // most are
        switch (type.size) {
        case 4:
            return extend(read<std::int32_t>(part), std::uint64_t{read<std::uint32_t>(part)});
        case 2:
            return extend(read<std::int16_t>(part), std::uint64_t{read<std::uint16_t>(part)});
        default:
            return extend(read<std::int8_t>(part), std::uint64_t{read<std::uint8_t>(part)});
        }
    }
    [[nodiscard]] static double floating(const part_type& type, const void* part) noexcept {
        return type.size == sizeof(float) ? double{read<float>(part)} : read<double>(part);
    }

    // One part. These agree with hash_view_as() and equals_view(), which a poll is inlined from.

    [[nodiscard]] static std::uint64_t hash(const part_type& type, const view_type* how,
                                            const void* view) {
        if (how) return how->hash(view);
        if (type.kind <= part_kind::unsigned_number || type.kind == part_kind::function)
            return number(type, view);
        if (type.kind == part_kind::text)
            return hash_view(*static_cast<const std::string_view*>(view));
        if (type.kind == part_kind::floating)
            return type.size == sizeof(float) ? hash_of(read<float>(view))
                                              : hash_of(read<double>(view));
        return hash_of(read<char>(view));
    }

    [[nodiscard]] static bool equals(const part_type& type, const view_type* how, const void* part,
                                     const void* view) {
        if (how) return how->equals(part, view);
        if (type.kind == part_kind::text)
            return equals_view(*static_cast<const string*>(part),
                               *static_cast<const std::string_view*>(view));
        if (type.kind == part_kind::floating)
            return equal_values(floating(type, part), floating(type, view));
        return same_bytes(part, view, type.size);
    }
    /// Whether two that are owned are one.
    [[nodiscard]] static bool equal(const part_type& type, const void* a, const void* b) {
        if (type.equal) return type.equal(a, b);
        if (type.kind == part_kind::text)
            return *static_cast<const string*>(a) == *static_cast<const string*>(b);
        if (type.kind == part_kind::function && read<std::uintptr_t>(a) == 0) return false;
        return equals(type, nullptr, a, b);
    }

    static void own(const part_type& type, const view_type* how, void* to, const void* view) {
        if (how)
            how->own(to, view);
        else if (type.kind == part_kind::text)
            ::new (to) string(*static_cast<const std::string_view*>(view));
        else
            copy_bytes(to, view, type.size);
    }
    /// From null only where the type has a copy(), which then makes it of nothing.
    static void copy(const part_type& type, void* to, const void* from) {
        if (type.copy)
            type.copy(to, from);
        else if (type.kind == part_kind::text)
            ::new (to) string(*static_cast<const string*>(from));
        else
            copy_bytes(to, from, type.size);
    }
    static void destroy(const part_type& type, void* part) noexcept {
        if (type.destroy)
            type.destroy(part);
        else if (type.kind == part_kind::text)
            static_cast<string*>(part)->~string();
    }
    static void describe(const part_type& type, std::string& out, const void* part) {
        switch (type.kind) {
        case part_kind::boolean:
            return append_text(out, read<bool>(part));
        case part_kind::character:
            return append_text(out, read<char>(part));
        case part_kind::signed_number:
            return append_text(out, static_cast<std::int64_t>(number(type, part)));
        case part_kind::unsigned_number:
            return append_text(out, number(type, part));
        case part_kind::floating:
            return append_text(out, floating(type, part));
        case part_kind::text:
            return append_text(out, *static_cast<const string*>(part));
        case part_kind::function: // no argument is one
            break;
        case part_kind::other:
            return type.describe(out, part);
        }
    }

    // All parts of something

    /// The parts that something has, as `where` says, while they are made; what of them is there is
    /// destroyed with this, unless they are kept.
    struct in_making {
        in_making(const slot_type& t, offset part::*w, void* all) noexcept
            : type(t), where(w), whole(all) {}
        in_making(const in_making&) = delete;
        in_making& operator=(const in_making&) = delete;
        ~in_making() {
            if (whole) destroy_first(made, type, where, whole);
        }
        /// Calls make(place, part) for each.
        template <class Make>
        void make_all(Make make) {
            for (; made < type.count; ++made) {
                const part& p = type.parts[made];
                if (const offset at = p.*where) make(place_in(whole, at), p);
            }
        }
        void keep() noexcept { whole = nullptr; }

        const slot_type& type;
        offset part::*where;
        void* whole;
        std::uint32_t made = 0;
    };
    static void destroy_all(const slot_type& type, offset part::*where, void* whole) noexcept {
        destroy_first(type.count, type, where, whole);
    }
    static void destroy_first(std::uint32_t count, const slot_type& type, offset part::*where,
                              void* whole) noexcept {
        while (count-- > 0) {
            const part& p = type.parts[count];
            if (const offset at = p.*where) destroy(*p.type, place_in(whole, at));
        }
    }

    // Keys

    [[nodiscard]] static const view_type* how(const sought& key, const part& p) noexcept {
        return key.how ? key.how[p.place] : nullptr;
    }
    /// Most keys are but words, which are looked at without asking what they are.
    [[nodiscard]] static bool is_words(const sought& key) noexcept {
        return key.type.is_words && !key.how;
    }
    [[nodiscard]] static std::uint64_t word(const void* part) noexcept {
        return read<std::uint64_t>(part);
    }
    [[nodiscard]] static bool is(const sought& key, const slot_base& s) {
        if (s.type != &key.type) return false;
        if (is_words(key))
            return is_with(key, s, [](const part&, const void* own, const void* view) {
                return word(own) == word(view);
            });
        return is_with(key, s, [&](const part& p, const void* own, const void* view) {
            return equals(*p.type, how(key, p), own, view);
        });
    }
    template <class Equals>
    [[nodiscard]] static bool is_with(const sought& key, const slot_base& s, Equals equals_part) {
        const part* const first = key.type.parts;
        for (const part* p = first + key.type.count; p != first;) {
            --p; // from the last, which differ most
            if (p->in_slot && !equals_part(*p, place_in(&s, p->in_slot), key.views[p->place]))
                return false;
        }
        return true;
    }
    /// What call_of::hash() makes of it.
    [[nodiscard]] static std::uint64_t hash(const sought& key) {
        if (is_words(key))
            return hash_with(key, [](const part&, const void* view) { return word(view); });
        return hash_with(
            key, [&](const part& p, const void* view) { return hash(*p.type, how(key, p), view); });
    }
    template <class Hash>
    [[nodiscard]] static std::uint64_t hash_with(const sought& key, Hash hash_part) {
        std::uint64_t of_loader = hash_type(&key.type);
        std::uint64_t of_arguments = 0;
        const part* const end = key.type.parts + key.type.count;
        for (const part* p = key.type.parts; p != end; ++p) {
            if (!p->in_slot) continue;
            const std::uint64_t h = hash_part(*p, key.views[p->place]);
            if (p->place < part::arguments)
                of_loader += spread_in_loader(h, p->place);
            else
                of_arguments = combine(of_arguments, h);
        }
        return of_loader + of_arguments;
    }
    /// A slot that owns the key. Whether that equals itself.
    [[nodiscard]] static bool construct(void* memory, const sought& key) {
        if (is_words(key))
            return construct_plain(memory, key, [](const part&, void* to, const void* view) {
                const std::uint64_t w = word(view);
                std::memcpy(to, &w, sizeof w);
            });
        if (key.type.is_plain)
            return construct_plain(memory, key, [](const part& p, void* to, const void* view) {
                copy_bytes(to, view, p.type->size);
            });
        return construct_owner(memory, key);
    }
    IMLOAD_NOINLINE static bool construct_owner(void* memory, const sought& key) {
        in_making parts(key.type, &part::in_slot, memory);
        parts.make_all(
            [&](void* to, const part& p) { own(*p.type, how(key, p), to, key.views[p.place]); });
        bool is_key = true;
        for (std::uint32_t i = 0; i < key.type.count; ++i) {
            const part& p = key.type.parts[i];
            if (!p.in_slot || p.type->kind < part_kind::function) continue;
            const void* const owned = place_in(memory, p.in_slot);
            is_key = is_key && equal(*p.type, owned, owned);
        }
        parts.keep();
        ::new (memory) slot_base{};
        return is_key;
    }
    /// The same of numbers and functions.
    template <class Copy>
    [[nodiscard]] static bool construct_plain(void* memory, const sought& key,
                                              Copy copy_one) noexcept {
        bool is_key = true;
        const part* const end = key.type.parts + key.type.count;
        for (const part* p = key.type.parts; p != end; ++p) {
            if (!p->in_slot) continue;
            const void* const view = key.views[p->place];
            copy_one(*p, place_in(memory, p->in_slot), view);
            if (p->place < part::arguments && read<std::uintptr_t>(view) == 0)
                is_key = false; // a function
        }
        ::new (memory) slot_base{};
        return is_key;
    }
    static void destroy(slot_base& s, const slot_type& type) noexcept {
        if (type.is_plain) return;
        destroy_all(type, &part::in_slot, &s);
    }
    /// The arguments in which two slots differ, a bit each.
    [[nodiscard]] static std::uint32_t differences(const slot_type& type, const slot_base& a,
                                                   const slot_base& b) {
        std::uint32_t found = 0;
        for (std::uint32_t i = 0; i < type.count; ++i) {
            const part& p = type.parts[i];
            if (p.place < part::arguments || !p.in_slot) continue;
            if (!equal(*p.type, place_in(&a, p.in_slot), place_in(&b, p.in_slot)))
                found |= 1u << ((p.place - part::arguments) & 31);
        }
        return found;
    }
    /// Only where named.
    [[nodiscard]] static std::string_view name(const slot_type& type, const slot_base& s) noexcept {
        const part* p = type.parts;
        while (p->place != part::name) ++p;
        return *static_cast<const string*>(place_in(&s, p->in_slot));
    }
    /// Appends callable and arguments, as a person would write them.
    static void describe(const slot_base& s, std::string& out) {
        const slot_type& type = *s.type;
        const part& first = type.parts[0];
        if (type.named)
            out += name(type, s);
        else if (type.count > 0 && first.place == part::callable &&
                 first.type->kind == part_kind::function)
            append::function(out, type.spelled, read<std::uintptr_t>(place_in(&s, first.in_slot)));
        else
            append::type(out, type.spelled);
        out += '(';
        bool is_first = true;
        for (std::uint32_t i = 0; i < type.count; ++i) {
            const part& p = type.parts[i];
            if (p.place < part::arguments || !p.in_slot) continue;
            if (!renew(is_first, false)) out += ", ";
            describe(*p.type, out, place_in(&s, p.in_slot));
        }
        out += ')';
    }
};

inline starter::starter(const slot_type& type, const void* const* from, const maker* makers) {
    struct memory {
        ~memory() {
            if (kept) deallocate(kept, type.starter_alignment);
        }
        const slot_type& type;
        void* kept;
    } fresh{type, allocate(type.starter_size, type.starter_alignment)};
    parts_of<late>::in_making parts(type, &part::in_starter, fresh.kept);
    parts.make_all([&](void* to, const part& p) {
        if (makers[p.place])
            makers[p.place](to, from[p.place]);
        else
            parts_of<late>::copy(*p.type, to, from[p.place]);
    });
    parts.keep();
    kept_ = ::new (renew(fresh.kept, nullptr)) head{&type};
}

inline void starter::end(head* kept) noexcept {
    if (!kept) return;
    const slot_type& type = *kept->type;
    parts_of<late>::destroy_all(type, &part::in_starter, kept);
    deallocate(kept, type.starter_alignment);
}

} // namespace imload::detail
