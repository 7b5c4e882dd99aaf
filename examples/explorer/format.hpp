// Names, sizes and dates as people read them. Called from loaders, never in the frame.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <string>
#include <string_view>

namespace explorer {

namespace fs = std::filesystem;

// How many bytes the UTF-8 character at the start of `text` has, 0 when it is not one.
inline std::size_t character_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto continues = [&](std::size_t i) {
        return i < text.size() && (byte(i) & 0xC0) == 0x80;
    };
    if (byte(0) < 0x80) return 1;
    if (byte(0) >= 0xC2 && byte(0) < 0xE0) return continues(1) ? 2 : 0;
    if (byte(0) >= 0xE0 && byte(0) < 0xF0) return continues(1) && continues(2) ? 3 : 0;
    if (byte(0) >= 0xF0 && byte(0) < 0xF5)
        return continues(1) && continues(2) && continues(3) ? 4 : 0;
    return 0;
}

// The same text in valid UTF-8 and without control characters: file names may be any bytes.
inline std::string printable(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        const bool control =
            static_cast<unsigned char>(text.front()) < 0x20 || text.front() == 0x7F;
        if (length == 0 || control)
            result += "\xEF\xBF\xBD"; // U+FFFD
        else
            result += text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return result;
}

inline std::string label_of(const fs::path& path) {
    const std::u8string utf8 = path.u8string();
    return printable({reinterpret_cast<const char*>(utf8.data()), utf8.size()});
}

// The last part of a path, and the path itself for a root, which has none.
inline std::string name_of(const fs::path& path) {
    return label_of(path.has_filename() ? path.filename() : path);
}

inline std::string size_text(std::uintmax_t bytes) {
    static constexpr std::array units{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    std::array<char, 32> text{};
    if (bytes < 1024) {
        std::snprintf(text.data(), text.size(), "%u B", static_cast<unsigned>(bytes));
        return text.data();
    }
    double amount = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    for (; amount >= 1023.95 && unit + 1 < units.size(); ++unit) amount /= 1024;
    std::snprintf(text.data(), text.size(), amount < 9.95 ? "%.1f %s" : "%.0f %s", amount,
                  units[unit]);
    return text.data();
}

// 1234567 as "1,234,567".
inline std::string count_text(std::uintmax_t count) {
    std::string text = std::to_string(count);
    for (std::size_t i = text.size(); i > 3;) text.insert(i -= 3, 1, ',');
    return text;
}

// "1 file", "2 files"
inline std::string count_of(std::uintmax_t count, std::string_view thing, std::string_view things) {
    return count_text(count) + ' ' + std::string{count == 1 ? thing : things};
}

// Turns the file system's times into local ones. Its clock need not be the system clock and the
// standard's conversion is not everywhere yet; the two differ by whole seconds, measured once.
class local_time {
public:
    std::string operator()(fs::file_time_type time, const char* format = "%Y-%m-%d %H:%M") const {
        using namespace std::chrono;
        const seconds since_epoch = floor<seconds>(time.time_since_epoch()) + difference_;
        const auto moment = static_cast<std::time_t>(since_epoch.count());
        std::tm parts{};
#ifdef _WIN32
        if (localtime_s(&parts, &moment) != 0) return {};
#else
        if (localtime_r(&moment, &parts) == nullptr) return {};
#endif
        std::array<char, 64> text{};
        return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
    }

private:
    std::chrono::seconds difference_ = std::chrono::round<std::chrono::seconds>(
        std::chrono::system_clock::now().time_since_epoch() -
        fs::file_time_type::clock::now().time_since_epoch());
};

} // namespace explorer
