// What the explorer shows of one file: facts, text, bytes or a picture. Runs in the background.
#pragma once

#include "folder.hpp"

#include <imload/imload.hpp>

#include <stb_image.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace explorer {

struct fact {
    std::string name;
    std::string value;
};

struct preview {
    std::vector<fact> facts;
    std::vector<std::string> lines; // of text, or of a table of bytes
    std::size_t longest_line = 0;   // in characters
    bool numbered = false;
    bool picture = false; // worth asking `load_picture` for
    std::string note;     // what is not shown, and why
};

struct picture {
    int width = 0;
    int height = 0;
    int full_width = 0; // before it was made smaller
    int full_height = 0;
    std::vector<unsigned char> rgba;
};

namespace detail {

inline constexpr std::size_t longest_text = std::size_t{64} * 1024;
inline constexpr std::size_t longest_bytes = std::size_t{4} * 1024;

inline std::string read_start(const fs::path& file, std::size_t limit) {
    std::ifstream stream{file, std::ios::binary};
    if (!stream) throw std::system_error{errno, std::generic_category()};
    std::string content(limit, '\0');
    stream.read(content.data(), static_cast<std::streamsize>(limit));
    content.resize(static_cast<std::size_t>(stream.gcount()));
    return content;
}

inline bool looks_like_text(std::string_view content) {
    const std::string_view start = content.substr(0, 4096);
    const auto odd = std::count_if(start.begin(), start.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != '\033';
    });
    const bool zero = start.find('\0') != std::string_view::npos;
    return !zero && static_cast<std::size_t>(odd) * 50 <= start.size();
}

inline std::string without_tabs(std::string_view line) {
    std::string result;
    for (const char c : line) {
        if (c == '\t')
            result.append(4 - result.size() % 4, ' ');
        else
            result += c;
    }
    return result;
}

inline std::size_t character_count(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

inline void add_line(preview& p, std::string line) {
    p.longest_line = std::max(p.longest_line, character_count(line));
    p.lines.push_back(std::move(line));
}

inline void show_text(preview& p, std::string_view content) {
    p.numbered = true;
    while (!content.empty()) {
        const std::size_t end = std::min(content.find('\n'), content.size());
        std::string_view line = content.substr(0, end);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        add_line(p, printable(without_tabs(line)));
        content.remove_prefix(std::min(end + 1, content.size()));
    }
}

// "0010  7f 45 4c 46 ...  .ELF"
inline void show_bytes(preview& p, std::string_view content) {
    for (std::size_t at = 0; at < content.size(); at += 16) {
        const std::string_view row = content.substr(at, 16);
        std::array<char, 32> text{};
        std::snprintf(text.data(), text.size(), "%04zx ", at);
        std::string line = text.data();
        for (std::size_t i = 0; i < 16; ++i) {
            std::snprintf(text.data(), text.size(), i == 8 ? "  %02x" : " %02x",
                          i < row.size() ? static_cast<unsigned char>(row[i]) : 0U);
            line += i < row.size() ? text.data() : i == 8 ? "    " : "   ";
        }
        line += "  ";
        for (const char c : row) line += c >= 0x20 && c < 0x7F ? c : '.';
        add_line(p, std::move(line));
    }
}

inline std::string permission_text(fs::perms permissions) {
    static constexpr std::string_view all = "rwxrwxrwx";
    std::string text;
    for (unsigned int i = 0; i < 9; ++i)
        text += (static_cast<unsigned int>(permissions) >> (8 - i) & 1U) != 0 ? all[i] : '-';
    return text;
}

inline std::string type_text(const fs::file_status& status) {
    switch (status.type()) {
    case fs::file_type::directory:
        return "Folder";
    case fs::file_type::symlink:
        return "Link";
    case fs::file_type::block:
        return "Block device";
    case fs::file_type::character:
        return "Character device";
    case fs::file_type::fifo:
        return "Pipe";
    case fs::file_type::socket:
        return "Socket";
    default:
        return "File";
    }
}

inline std::vector<fact> facts_of(const fs::path& path, const fs::file_status& own,
                                  const fs::file_status& target) {
    std::error_code failure;
    std::vector<fact> facts;
    facts.push_back({"Type", type_text(target)});
    if (own.type() == fs::file_type::symlink) {
        facts.push_back({"Link to", label_of(fs::read_symlink(path, failure))});
        if (!fs::exists(target)) facts.front().value = "Link to nothing";
    }
    if (target.type() == fs::file_type::regular) {
        const std::uintmax_t size = fs::file_size(path, failure);
        if (!failure)
            facts.push_back(
                {"Size", size_text(size) + (size < 1024 ? "" : "  (" + count_text(size) + " B)")});
    }
    const fs::file_time_type time = fs::last_write_time(path, failure);
    if (!failure) facts.push_back({"Modified", local_time{}(time, "%Y-%m-%d %H:%M:%S")});
    facts.push_back({"Access", permission_text(target.permissions())});
    return facts;
}

// The mean of the pixels that fall into each smaller one, colours weighted by their opacity.
inline std::vector<unsigned char> shrink(const unsigned char* rgba, int width, int height,
                                         int new_width, int new_height) {
    const auto index = [](int row, int row_length, int column) {
        return (static_cast<std::size_t>(row) * static_cast<std::size_t>(row_length) +
                static_cast<std::size_t>(column)) *
               4;
    };
    const auto border = [](int i, int size, int new_size) {
        return static_cast<int>(std::int64_t{i} * size / new_size);
    };
    std::vector<unsigned char> result(index(new_height, new_width, 0));
    for (int y = 0; y < new_height; ++y) {
        for (int x = 0; x < new_width; ++x) {
            std::array<std::uint64_t, 4> sum{};
            std::uint64_t pixels = 0;
            for (int v = border(y, height, new_height); v < border(y + 1, height, new_height);
                 ++v) {
                for (int u = border(x, width, new_width); u < border(x + 1, width, new_width);
                     ++u) {
                    const unsigned char* const pixel = rgba + index(v, width, u);
                    for (std::size_t i = 0; i < 3; ++i)
                        sum[i] += std::uint64_t{pixel[i]} * pixel[3];
                    sum[3] += pixel[3];
                    ++pixels;
                }
            }
            unsigned char* const target = &result[index(y, new_width, x)];
            for (std::size_t i = 0; i < 3; ++i)
                target[i] = static_cast<unsigned char>(sum[3] == 0 ? 0 : sum[i] / sum[3]);
            target[3] = static_cast<unsigned char>(sum[3] / std::max<std::uint64_t>(pixels, 1));
        }
    }
    return result;
}

} // namespace detail

// `modified` is not looked at: it is there so that a file that changed is another question.
inline preview load_preview(const fs::path& path, fs::file_time_type /*modified*/) {
    std::error_code failure;
    const fs::file_status own = fs::symlink_status(path, failure);
    if (own.type() == fs::file_type::not_found)
        throw std::runtime_error{"It is not there any more"};
    if (failure) throw std::system_error{failure};
    const fs::file_status target = fs::status(path, failure);
    preview p;
    p.facts = detail::facts_of(path, own, target);
    // Anything but a file is not opened: reading a pipe or a device may never end.
    if (target.type() != fs::file_type::regular) return p;
    p.picture = detail::has_image_name(path);
    if (p.picture) p.facts.front().value = "Picture";
    if (p.picture) return p;
    std::string content = detail::read_start(path, detail::longest_text + 1);
    const bool text = detail::looks_like_text(content);
    const std::size_t limit = text ? detail::longest_text : detail::longest_bytes;
    if (content.size() > limit) {
        content.resize(limit);
        p.note = "The first " + size_text(limit);
    }
    if (content.empty())
        p.note = "This file is empty";
    else
        p.facts.front().value = text ? "Text" : "Binary file";
    if (text)
        detail::show_text(p, content);
    else
        detail::show_bytes(p, content);
    return p;
}

// The picture in the file, no larger than `fit` pixels in either direction.
inline picture load_picture(imload::context& context, const fs::path& file,
                            fs::file_time_type /*modified*/, int fit) {
    static constexpr std::uintmax_t largest_file = std::uintmax_t{256} * 1024 * 1024;
    static constexpr std::int64_t most_pixels = 100'000'000;
    std::error_code failure;
    const std::uintmax_t bytes = fs::file_size(file, failure);
    if (failure) throw std::system_error{failure};
    if (bytes > largest_file) throw std::runtime_error{"This file is too large for a preview"};
    const std::string content = detail::read_start(file, static_cast<std::size_t>(bytes));
    const auto* const data = reinterpret_cast<const unsigned char*>(content.data());
    const int size = static_cast<int>(content.size());

    picture p;
    int channels = 0;
    if (stbi_info_from_memory(data, size, &p.full_width, &p.full_height, &channels) == 0)
        throw std::runtime_error{"This is not a picture, or not of a known kind"};
    if (std::int64_t{p.full_width} * p.full_height > most_pixels)
        throw std::runtime_error{"This picture has too many pixels for a preview"};
    if (context.stop_requested()) return p;
    const std::unique_ptr<unsigned char, void (*)(void*)> pixels{
        stbi_load_from_memory(data, size, &p.full_width, &p.full_height, &channels, 4),
        &stbi_image_free};
    if (pixels == nullptr) throw std::runtime_error{"This picture is damaged"};

    const double larger_side = std::max(p.full_width, p.full_height);
    const double ratio = std::min(1.0, fit / larger_side);
    p.width = std::max(1, static_cast<int>(p.full_width * ratio));
    p.height = std::max(1, static_cast<int>(p.full_height * ratio));
    p.rgba = detail::shrink(pixels.get(), p.full_width, p.full_height, p.width, p.height);
    return p;
}

} // namespace explorer
