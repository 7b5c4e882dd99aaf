// The pictures that are shown: files below a folder, or painted ones, and the loads of both.
#pragma once

#include "../explorer/folder.hpp"
#include "../explorer/preview.hpp"
#include "../texture.hpp"
#include "landscape.hpp"

#include <imload/imload.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace thumbs {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

struct file {
    fs::path path;
    std::string label; // relative to the folder, as it is shown
};

using files = std::shared_ptr<const std::vector<file>>;

// Every image below the folder, as people order names. What cannot be read is passed over, but for
// the folder itself.
inline files find_images(imload::context& context, const fs::path& folder) {
    auto found = std::make_shared<std::vector<file>>();
    // Not by a recursive_directory_iterator, which ends at the first folder that it cannot open.
    std::vector<fs::path> pending{folder};
    while (!pending.empty() && !context.stop_requested()) {
        const fs::path next = std::move(pending.back());
        pending.pop_back();
        std::error_code failure;
        fs::directory_iterator each{next, failure};
        if (failure && next == folder) throw std::system_error{failure};
        for (; !failure && each != fs::directory_iterator{}; each.increment(failure)) {
            if (context.stop_requested()) break;
            const fs::path& path = each->path();
            std::error_code ignored;
            if (each->is_directory(ignored)) {
                if (!each->is_symlink(ignored)) pending.push_back(path);
            } else if (each->is_regular_file(ignored) && explorer::detail::has_image_name(path)) {
                found->push_back({path, explorer::label_of(path.lexically_relative(folder))});
                if (found->size() % 256 == 0)
                    context.progress(-1, explorer::count_text(found->size()) + " so far");
            }
        }
    }
    std::sort(found->begin(), found->end(), [](const file& a, const file& b) {
        return explorer::detail::name_less(a.label, b.label);
    });
    return found;
}

// What a cell shows. Made and destroyed on the UI thread, by imload.
class thumbnail {
public:
    explicit thumbnail(const explorer::picture& p)
        : full_width(p.full_width), full_height(p.full_height),
          image_(p.width, p.height, p.rgba.data()), bytes_(p.rgba.size()) {
        bytes_kept_ += bytes_;
    }
    thumbnail(thumbnail&& other) noexcept
        : full_width(other.full_width), full_height(other.full_height),
          image_(std::move(other.image_)), bytes_(std::exchange(other.bytes_, 0)) {}
    thumbnail& operator=(thumbnail&&) = delete;
    ~thumbnail() { bytes_kept_ -= bytes_; }

    const app::texture& image() const { return image_; }
    // Of all that there are.
    static std::size_t bytes_kept() { return bytes_kept_; }

    int full_width = 0;
    int full_height = 0;

private:
    static inline std::size_t bytes_kept_ = 0;
    app::texture image_;
    std::size_t bytes_;
};

// In imload::loader::finish: there the window's OpenGL may be used.
inline thumbnail upload(explorer::picture&& p) { return thumbnail{p}; }

inline constexpr std::size_t most_bytes = std::size_t{256} * 1024 * 1024;

// A cell that is out of sight keeps its texture until the session has too many keys.
inline auto decoded() {
    return imload::async_load(explorer::load_picture, {.forget_after = imload::never})
        .finish(upload);
}
inline auto painted() {
    return imload::async_load(paint_landscape, {.forget_after = imload::never}).finish(upload);
}
inline auto listings() { return imload::async_load(find_images, {.grace = 10ms}); }

using cell = imload::result<thumbnail>;

class collection {
public:
    explicit collection(const fs::path& folder) : folder_(folder) {}
    explicit collection(int painted) : painted_(painted) {}

    // To be called in each frame, before anything else. Says how the listing is going.
    imload::result<files> ask() {
        if (painted_ > 0) return {};
        const imload::result<files> found = listings().poll(folder_);
        if (found) files_ = *found;
        return found;
    }

    bool is_known() const { return painted_ > 0 || files_ != nullptr; }
    int size() const {
        if (painted_ > 0) return painted_;
        return files_ ? static_cast<int>(files_->size()) : 0;
    }

    std::string title() const {
        return painted_ > 0 ? "Painted landscapes" : explorer::name_of(folder_);
    }
    std::string label(int index) const {
        return painted_ > 0 ? "landscape " + explorer::count_text(static_cast<unsigned>(index) + 1)
                            : at(index).label;
    }

    // The picture in at most `fit` pixels a side.
    cell poll(int index, int fit) const {
        return painted_ > 0 ? painted().poll(index, fit)
                            : decoded().poll(at(index).path, fs::file_time_type{}, fit);
    }
    cell peek(int index, int fit) const {
        return painted_ > 0 ? painted().peek(index, fit)
                            : decoded().peek(at(index).path, fs::file_time_type{}, fit);
    }
    void prefetch(int index, int fit) const {
        if (painted_ > 0)
            painted().prefetch(index, fit);
        else
            decoded().prefetch(at(index).path, fs::file_time_type{}, fit);
    }

private:
    const file& at(int index) const { return (*files_)[static_cast<std::size_t>(index)]; }

    fs::path folder_;
    files files_;
    int painted_ = 0;
};

} // namespace thumbs
