#pragma once

#include <cstddef>
#include <cstdint>

namespace imload::detail {

/// Where a value of a type lies in an object of a size that only its type knows, and which
/// therefore has room behind it: in bytes from its start. 0: it has none.
using offset = std::uint32_t;

/// In the place of what is not there.
struct left_out {};

template <class T>
inline constexpr std::size_t size_in_layout = sizeof(T);
template <>
inline constexpr std::size_t size_in_layout<left_out> = 0;

/// Values of these types, one after the other behind a Head. Such objects can lie in a row.
template <class Head, class... Ts>
struct layout {
    struct plan {
        offset places[sizeof...(Ts) + 1] = {};
        std::size_t size = sizeof(Head);
        std::size_t alignment = alignof(Head);
    };
    static constexpr plan all = [] {
        constexpr std::size_t sizes[] = {size_in_layout<Ts>..., 0};
        constexpr std::size_t alignments[] = {alignof(Ts)..., 1};
        plan p;
        for (std::size_t i = 0; i < sizeof...(Ts); ++i) {
            if (sizes[i] == 0) continue;
            p.size = (p.size + alignments[i] - 1) / alignments[i] * alignments[i];
            p.places[i] = static_cast<offset>(p.size);
            p.size += sizes[i];
            if (alignments[i] > p.alignment) p.alignment = alignments[i];
        }
        p.size = (p.size + p.alignment - 1) / p.alignment * p.alignment;
        return p;
    }();
};

[[nodiscard]] inline void* place_in(void* whole, offset at) noexcept {
    return static_cast<std::byte*>(whole) + at;
}
[[nodiscard]] inline const void* place_in(const void* whole, offset at) noexcept {
    return static_cast<const std::byte*>(whole) + at;
}

} // namespace imload::detail
