#pragma once

#include <imload/detail/arguments/part.hpp>
#include <imload/detail/arguments/text.hpp>
#include <imload/detail/late.hpp>
#include <imload/detail/layout.hpp>
#include <imload/detail/renew.hpp>
#include <imload/detail/slots/slot.hpp>
#include <imload/detail/slots/starter.hpp>
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

template <class T>
[[nodiscard]] T read_value(const void* from) noexcept {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

/// What is done with the parts of slots, starters and jobs, for all of their types at once.
template <class Late>
struct parts_of {
    using string = later<std::string, Late>;

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
        if (size == 8) return read_value<std::uint64_t>(a) == read_value<std::uint64_t>(b);
        if (size == 4) return read_value<std::uint32_t>(a) == read_value<std::uint32_t>(b);
        return std::memcmp(a, b, size) == 0;
    }
    [[nodiscard]] static std::uint64_t number(const part_type& type, const void* part) noexcept {
        const bool is_signed = type.kind == part_kind::signed_number;
        const auto extend = [is_signed](auto narrow, auto n) {
            return is_signed ? static_cast<std::uint64_t>(std::int64_t{narrow}) : n;
        };
        if (type.size == 8) return read_value<std::uint64_t>(part); // most are
        switch (type.size) {
        case 4:
            return extend(read_value<std::int32_t>(part),
                          std::uint64_t{read_value<std::uint32_t>(part)});
        case 2:
            return extend(read_value<std::int16_t>(part),
                          std::uint64_t{read_value<std::uint16_t>(part)});
        default:
            return extend(read_value<std::int8_t>(part),
                          std::uint64_t{read_value<std::uint8_t>(part)});
        }
    }
    [[nodiscard]] static double floating(const part_type& type, const void* part) noexcept {
        return type.size == sizeof(float) ? static_cast<double>(read_value<float>(part))
                                          : read_value<double>(part);
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
            return type.size == sizeof(float) ? hash_of(read_value<float>(view))
                                              : hash_of(read_value<double>(view));
        return hash_of(read_value<char>(view));
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
        if (type.kind == part_kind::function && read_value<std::uintptr_t>(a) == 0) return false;
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
            return append_text(out, read_value<bool>(part));
        case part_kind::character:
            return append_text(out, read_value<char>(part));
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
            for (; made < type.parts.size(); ++made) {
                const part& p = type.parts[made];
                if (const offset at = p.*where) make(place_in(whole, at), p);
            }
        }
        void keep() noexcept { whole = nullptr; }

        const slot_type& type;
        offset part::*where;
        void* whole;
        std::size_t made = 0;
    };
    static void destroy_all(const slot_type& type, offset part::*where, void* whole) noexcept {
        destroy_first(type.parts.size(), type, where, whole);
    }
    static void destroy_first(std::size_t count, const slot_type& type, offset part::*where,
                              void* whole) noexcept {
        while (count-- > 0) {
            const part& p = type.parts[count];
            if (const offset at = p.*where) destroy(*p.type, place_in(whole, at));
        }
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
