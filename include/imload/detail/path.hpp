#pragma once

// Paths as arguments, without <filesystem>, which costs a compiler an eighth of all that the core
// includes: who has a path has included it.

#include <imload/detail/mix.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <type_traits>

namespace imload::detail {

/// std::filesystem::path, known by what no other type has: its elements are paths, too.
template <class T>
concept filesystem_path = requires {
    typename T::format;
    typename T::string_type;
    T::preferred_separator;
    requires std::is_same_v<typename T::iterator::value_type, T>;
};

/// Where path separators are one character, a path can be looked up by its text alone.
template <filesystem_path P>
inline constexpr bool is_text_path = std::is_same_v<typename P::value_type, char>;

/// The next character of a POSIX path in which runs of '/' count as one, or -1 at its end: two
/// texts are equal paths exactly if they agree in these.
[[nodiscard]] constexpr int next_of_path(std::string_view text, std::size_t& at) noexcept {
    if (at >= text.size()) return -1;
    const char c = text[at++];
    if (c == '/')
        while (at < text.size() && text[at] == '/') ++at;
    return static_cast<unsigned char>(c);
}

[[nodiscard]] constexpr bool equal_paths(std::string_view a, std::string_view b) noexcept {
    if (a == b) return true;
    for (std::size_t i = 0, j = 0;;) {
        const int c = next_of_path(a, i);
        if (c != next_of_path(b, j)) return false;
        if (c < 0) return true;
    }
}

/// The same for equal paths. In pieces, for which no memory is allocated.
[[nodiscard]] inline std::uint64_t hash_path(std::string_view text) noexcept {
    constexpr std::size_t longest = 256;
    const std::hash<std::string_view> hash;
    if (text.size() <= longest && text.find("//") == text.npos) return hash(text); // most are
    std::uint64_t h = 0;
    for (std::size_t i = 0; i < text.size();) {
        char piece[longest];
        std::size_t length = 0;
        while (length < longest && i < text.size())
            piece[length++] = static_cast<char>(next_of_path(text, i));
        h = h == 0 ? hash({piece, length}) : combine(h, hash({piece, length}));
    }
    return h;
}

} // namespace imload::detail
