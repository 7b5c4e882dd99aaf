#pragma once

#include <imload/imgui/inspector/durations.hpp>
#include <imload/imgui/inspector/key_table.hpp>
#include <imload/session.hpp>
#include <imload/simulation.hpp>

#include <imgui.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// What an inspector remembers from one frame to the next, for each session that is looked at.

namespace imload::detail::inspector {

/// What a click does, once the frame is drawn: a start writes to the log that is being drawn.
struct command {
    /// What is done to every key has names of its own: a key that is gone has no number, and must
    /// not be taken for all of them.
    enum what : std::uint8_t {
        refresh,
        cancel,
        forget,
        simulate,
        refresh_all,
        cancel_all,
        forget_all,
        stop_simulating,
    };
    what act;
    std::uint64_t key = 0; ///< of those that are done to one
    simulation how = {};
};

/// How many columns there is room for.
enum class table_width : std::uint8_t { unknown, least, tight, narrow, wide };

struct view {
    key_table keys;
    recent_durations durations;
    std::vector<command> commands;
    std::array<char, 128> filter{};
    std::uint32_t states = 0;   ///< bits that the table is filtered by
    std::uint64_t selected = 0; ///< entry_info::id
    std::string selected_label; ///< told even when the key is gone
    table_width table = table_width::unknown;
    float details_width = 0; ///< pixels; 0: not yet known
    float bottom_height = 0;
    float font_size = 0;      ///< what those two are for
    float seconds_shown = 10; ///< of the timeline
    bool paused = false;      ///< the timeline stands
    time_point paused_at{};
    frame_report news;  ///< the latest frame that something happened in
    double news_at = 0; ///< ImGui's clock

    void select(std::uint64_t key, const std::string& label) {
        selected = key;
        selected_label = label;
    }

    /// Starts afresh if this is another session, made where the earlier one was: its keys have the
    /// same numbers. How the window was set up stays.
    void recognise(session& s) {
        if (s.serial() != serial_) {
            serial_ = s.serial();
            keys.clear();
            durations = {};
            commands.clear();
            select(0, {});
            news = {};
            paused = false;
        }
        if (s.runs().capacity() == 0) s.record_runs(most_records);
    }

    void obey(session& s) {
        for (const command& c : std::exchange(commands, {})) {
            switch (c.act) {
            case command::refresh:
                s.key(c.key).refresh();
                break;
            case command::cancel:
                s.key(c.key).cancel();
                break;
            case command::forget:
                s.key(c.key).forget();
                break;
            case command::simulate:
                s.key(c.key).simulate(c.how);
                break;
            case command::refresh_all:
                s.refresh_all();
                break;
            case command::cancel_all:
                s.cancel_all();
                break;
            case command::forget_all:
                s.clear();
                break;
            case command::stop_simulating:
                for (std::size_t i = 0; i < keys.rows().places(); ++i)
                    if (keys.rows()[i].simulated) s.key(keys.rows()[i].id).simulate({});
                break;
            }
        }
    }

private:
    std::uint64_t serial_ = 0; ///< of the session that was looked at last; none has 0
};

/// The views of this thread's sessions, one for each ImGui context that shows them.
class views {
public:
    struct item {
        const session* of;
        ImGuiContext* in;
        int number = 0; ///< tells apart the windows of one context; 0 is the usual name
        int frame = -1; ///< ImGui's, when it was shown last
        view seen = {};
    };

    /// The view of that session in this frame; null when it has been shown in it already.
    [[nodiscard]] item* show(const session& s) {
        ImGuiContext* const context = ImGui::GetCurrentContext();
        const int frame = ImGui::GetFrameCount();
        auto at = std::find_if(items_.begin(), items_.end(),
                               [&](const auto& i) { return i->of == &s && i->in == context; });
        if (at == items_.end()) {
            constexpr std::size_t most = 16; // sessions come and go without telling
            if (items_.size() >= most) items_.erase(items_.begin());
            items_.push_back(std::make_unique<item>(item{&s, context, 0, -1, {}}));
            at = items_.end() - 1;
        } else if ((*at)->frame == frame) {
            return nullptr;
        }
        item& found = **at;
        if (found.frame != frame - 1) {
            found.number = free_number(found, frame);
            found.seen.table = table_width::unknown; // another view may have had that window
        }
        found.frame = frame;
        std::rotate(at, at + 1, items_.end()); // the longest unseen is the first
        return items_.back().get();
    }

    /// The view that was shown last of that session in the current context, or null.
    [[nodiscard]] view* find(const session& s) const {
        for (const auto& i : items_)
            if (i->of == &s && i->in == ImGui::GetCurrentContext()) return &i->seen;
        return nullptr;
    }

    [[nodiscard]] static views& of_this_thread() {
        static thread_local views here;
        return here;
    }

private:
    [[nodiscard]] int free_number(const item& of, int frame) const {
        const auto is_taken = [&](int n) {
            return std::any_of(items_.begin(), items_.end(), [&](const auto& i) {
                return i.get() != &of && i->in == of.in && i->number == n &&
                       i->frame >= frame - 1 && i->frame <= frame;
            });
        };
        int n = 0;
        while (is_taken(n)) ++n;
        return n;
    }

    std::vector<std::unique_ptr<item>> items_;
};

} // namespace imload::detail::inspector
