// What the explorer knows about folders: their entries, the order these are shown in, and how much
// is in them. All of it runs in the background; none of it knows of Dear ImGui.
#pragma once

#include "format.hpp"

#include <imload/imload.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace explorer {

// What a command line names, without a slash at the end; else the current folder. One that does not
// exist is shown as such in the window.
inline fs::path starting_folder(const std::vector<std::string>& arguments) {
    std::error_code failure;
    const bool none = arguments.empty() || arguments.front().empty();
    const fs::path wanted{none ? "." : arguments.front()};
    const fs::path whole = fs::absolute(wanted, failure).lexically_normal();
    if (failure) return wanted;
    return whole.has_filename() ? whole : whole.parent_path();
}

enum class kind : unsigned char { folder, file, image, other };

// Keeps many short texts in few large blocks: a listing is destroyed on the UI thread, and freeing
// 100,000 names one by one takes longer than three frames.
template <class Char>
class text_store {
public:
    std::basic_string_view<Char> keep(std::basic_string_view<Char> text) {
        if (blocks_.empty() || block_size - used_ < text.size()) {
            blocks_.push_back(std::make_unique<Char[]>(std::max(block_size, text.size())));
            used_ = 0;
        }
        Char* const copy = blocks_.back().get() + used_;
        std::copy(text.begin(), text.end(), copy);
        used_ = std::min(used_ + text.size(), block_size);
        return {copy, text.size()};
    }

private:
    static constexpr std::size_t block_size = std::size_t{64} * 1024;
    std::vector<std::unique_ptr<Char[]>> blocks_;
    std::size_t used_ = 0;
};

// The texts belong to the listing.
struct entry {
    std::basic_string_view<fs::path::value_type> name; // as the file system has it
    std::string_view label;                            // as it is shown
    std::string_view size_label;
    std::string_view date_label;
    std::uintmax_t size = 0;
    fs::file_time_type modified = {};
    kind type = kind::file;
    bool link = false;
};

struct listing {
    fs::path folder;
    std::vector<entry> entries; // by name
    std::size_t folders = 0;
    std::uintmax_t bytes = 0; // in the files of this folder itself
    std::string read_at;      // the time of day
    std::chrono::steady_clock::duration took = {};
    text_store<fs::path::value_type> names = {};
    text_store<char> labels = {};
};

enum class column : unsigned char { name, size, modified };

struct sort_order {
    column by = column::name;
    bool descending = false;
};

// The rows of the table. It owns the listing that they index.
struct arrangement {
    std::shared_ptr<const listing> source;
    std::vector<std::uint32_t> rows;

    const entry& at(std::size_t row) const { return source->entries[rows[row]]; }
};

struct folder_total {
    std::uintmax_t bytes = 0;
    std::uintmax_t files = 0;
    std::uintmax_t unreadable = 0; // folders
};

namespace detail {

inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

inline std::string_view take_number(std::string_view& text) {
    std::size_t length = 0;
    while (length < text.size() && is_digit(text[length])) ++length;
    std::string_view digits = text.substr(0, length);
    text.remove_prefix(length);
    while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
    return digits;
}

// As people order names: no difference between upper and lower case, "page 9" before "page 10".
// Names that differ in nothing else are ordered by their bytes.
inline bool name_less(std::string_view a, std::string_view b) {
    const std::string_view whole_a = a;
    const std::string_view whole_b = b;
    while (!a.empty() && !b.empty()) {
        if (is_digit(a.front()) && is_digit(b.front())) {
            const std::string_view left = take_number(a);
            const std::string_view right = take_number(b);
            if (left.size() != right.size()) return left.size() < right.size();
            if (left != right) return left < right;
            continue;
        }
        const char left = lower(a.front());
        const char right = lower(b.front());
        if (left != right)
            return static_cast<unsigned char>(left) < static_cast<unsigned char>(right);
        a.remove_prefix(1);
        b.remove_prefix(1);
    }
    if (a.empty() && b.empty()) return whole_a < whole_b;
    return a.empty();
}

inline bool contains_ignoring_case(std::string_view text, std::string_view part) {
    const auto same = [](char a, char b) { return lower(a) == lower(b); };
    return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

inline bool has_image_name(const fs::path& name) {
    static constexpr std::array<std::string_view, 12> endings{".png", ".jpg", ".jpeg", ".gif",
                                                              ".bmp", ".tga", ".psd",  ".hdr",
                                                              ".pic", ".pnm", ".ppm",  ".pgm"};
    std::string ending = label_of(name.extension());
    std::transform(ending.begin(), ending.end(), ending.begin(), lower);
    return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

// What cannot be found out about an entry stays empty: it may have vanished, or be a link to
// nowhere, and the others are still worth showing.
inline entry describe(const fs::directory_entry& found, const local_time& in_local_time,
                      listing& owner) {
    std::error_code ignored;
    const fs::path name = found.path().filename();
    entry e;
    e.name = owner.names.keep(name.native());
    e.label = owner.labels.keep(label_of(name));
    e.link = found.is_symlink(ignored);
    if (found.is_directory(ignored))
        e.type = kind::folder;
    else if (!found.is_regular_file(ignored))
        e.type = kind::other;
    else if (has_image_name(name))
        e.type = kind::image;
    std::error_code failure;
    if (e.type == kind::file || e.type == kind::image) {
        const std::uintmax_t size = found.file_size(failure);
        if (!failure) e.size = size;
        if (!failure) e.size_label = owner.labels.keep(size_text(size));
    }
    e.modified = found.last_write_time(failure);
    if (!failure) e.date_label = owner.labels.keep(in_local_time(e.modified));
    return e;
}

// File systems without a capacity hold no files but windows into the system, some of them
// terabytes "large".
inline bool is_pseudo_file_system(const fs::path& folder) {
    std::error_code failure;
    const fs::space_info space = fs::space(folder, failure);
    return !failure && space.capacity == 0;
}

} // namespace detail

// Throws a std::system_error when the folder cannot be read.
inline std::shared_ptr<const listing> list_folder(imload::context& context,
                                                  const fs::path& folder) {
    const auto begin = std::chrono::steady_clock::now();
    auto found = std::make_shared<listing>();
    found->folder = folder;
    const local_time in_local_time;
    std::error_code failure;
    for (fs::directory_iterator each{folder, failure}; !failure && each != fs::directory_iterator{};
         each.increment(failure)) {
        if (context.stop_requested()) break;
        found->entries.push_back(detail::describe(*each, in_local_time, *found));
        found->folders += found->entries.back().type == kind::folder ? 1U : 0U;
        found->bytes += found->entries.back().size;
        if (found->entries.size() % 20'000 == 0)
            context.progress(-1, count_of(found->entries.size(), "entry", "entries"));
    }
    if (failure) throw std::system_error{failure};
    found->read_at = in_local_time(fs::file_time_type::clock::now(), "%H:%M:%S");
    std::sort(found->entries.begin(), found->entries.end(),
              [](const entry& a, const entry& b) { return detail::name_less(a.label, b.label); });
    found->took = std::chrono::steady_clock::now() - begin;
    return found;
}

// Folders first, then as `order` says, and only those whose name contains `filter`.
inline std::shared_ptr<const arrangement> arrange(const std::shared_ptr<const listing>& source,
                                                  sort_order order, const std::string& filter) {
    auto arranged = std::make_shared<arrangement>();
    arranged->source = source;
    const std::vector<entry>& entries = source->entries;
    for (std::uint32_t i = 0; i < entries.size(); ++i)
        if (detail::contains_ignoring_case(entries[i].label, filter)) arranged->rows.push_back(i);
    // The entries are sorted by name already, so that their index stands for the name.
    const auto before = [&](std::uint32_t a, std::uint32_t b) {
        const entry& left = entries[a];
        const entry& right = entries[b];
        const bool left_first = left.type == kind::folder;
        const bool right_first = right.type == kind::folder;
        if (left_first != right_first) return left_first;
        if (order.by == column::size && left.size != right.size)
            return (left.size < right.size) != order.descending;
        if (order.by == column::modified && left.modified != right.modified)
            return (left.modified < right.modified) != order.descending;
        return order.by == column::name && order.descending ? b < a : a < b;
    };
    std::sort(arranged->rows.begin(), arranged->rows.end(), before);
    return arranged;
}

// The size of all files below the folder. Links are not followed and other file systems' windows
// into the system not entered. What cannot be read is counted, not an error, but for the folder
// itself. Ends early, with what it has so far, when nobody wants to know any more.
inline folder_total measure(imload::context& context, const fs::path& folder) {
    // Each folder hands its share of the whole, 1 at the top, down to its subfolders; what is done
    // with has no subfolders any more. So the fraction grows steadily, although nobody knows the
    // number of folders in advance.
    struct pending {
        fs::path folder;
        double share;
    };
    std::vector<pending> stack{{folder, 1.0}};
    folder_total total;
    double done = 0;
    while (!stack.empty() && !context.stop_requested()) {
        const pending next = std::move(stack.back());
        stack.pop_back();
        const std::size_t first_child = stack.size();
        std::error_code failure;
        fs::directory_iterator each{next.folder, failure};
        if (failure && next.folder == folder) throw std::system_error{failure};
        if (!failure && detail::is_pseudo_file_system(next.folder)) each = {};
        for (; !failure && each != fs::directory_iterator{}; each.increment(failure)) {
            if (context.stop_requested()) break;
            std::error_code ignored;
            if (each->is_symlink(ignored)) continue;
            if (each->is_directory(ignored)) {
                stack.push_back({each->path(), 0});
            } else if (each->is_regular_file(ignored)) {
                const std::uintmax_t size = each->file_size(ignored);
                total.bytes += ignored ? 0 : size;
                ++total.files;
            }
        }
        total.unreadable += failure ? 1U : 0U;
        const std::size_t children = stack.size() - first_child;
        for (std::size_t i = first_child; i < stack.size(); ++i)
            stack[i].share = next.share / static_cast<double>(children);
        if (children == 0) done += next.share;
        context.progress(static_cast<float>(done), size_text(total.bytes));
    }
    return total;
}

} // namespace explorer
