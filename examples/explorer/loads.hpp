// The explorer's loads. Each is a few bytes on the stack, made anew wherever it is needed; none
// starts anything before it is asked for a value.
#pragma once

#include "folder.hpp"
#include "preview.hpp"

#include <imload/imgui.hpp>

#include <chrono>
#include <filesystem>

namespace explorer {

using namespace std::chrono_literals;

// Most folders and files are read within the 10 ms of grace: then nothing flickers. A folder is
// read again every 2 s; a huge one less often, so that this takes a tenth of a worker's time at
// most.
inline auto listings(const listing* last = nullptr) {
    const auto rounds = last == nullptr ? 0 : last->took * 10 / 2s;
    return imload::async_load(list_folder, {.refresh_every = 2s * (1 + rounds), .grace = 10ms});
}
inline auto arrangements() {
    return imload::async_load(arrange, {.grace = 10ms, .forget_after = 2s});
}
inline auto previews() {
    return imload::async_load(load_preview, {.grace = 10ms, .forget_after = 30s});
}
inline auto pictures() {
    return imload::async_load(load_picture, {.grace = 10ms, .forget_after = 10s});
}
inline auto totals() { return imload::async_load(measure, {.refresh_every = 2min}); }

// Measuring a folder can take minutes. So that listings and previews always find a free worker,
// only one folder is asked for: the first one drawn whose size is unknown or old. The others are
// just looked at with `peek`. A folder that is no longer drawn is no longer asked for, and imload
// tells its walk to stop.
class folder_sizes {
public:
    // To be called between two frames.
    void next_frame() {
        if (!drawn_) measuring_.clear();
        drawn_ = false;
    }

    // What is known about the folder. An urgent one is measured before any other.
    auto of(const fs::path& folder, bool urgent = false) {
        auto known = totals().peek(folder);
        if (unfinished(known) && (urgent || measuring_.empty())) measuring_ = folder;
        if (folder != measuring_) return known;
        drawn_ = true;
        known = totals().poll(folder);
        if (!unfinished(known)) measuring_.clear();
        return known;
    }

private:
    template <class Result>
    static bool unfinished(const Result& known) {
        if (known.is_loading() || known.is_refreshing()) return true;
        if (known.error() != nullptr) return false;
        return !known.has_value() || known.age() > 2min;
    }

    fs::path measuring_;
    bool drawn_ = false;
};

} // namespace explorer
