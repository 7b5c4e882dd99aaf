#pragma once

#include <imload/detail/bit_cast.hpp>
#include <imload/imgui/inspector/rows.hpp>
#include <imload/imgui/inspector/stepped_sort.hpp>

#include <imgui.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace imload::detail::inspector {

/// The rows of a session's keys in the order in which they are shown: filtered and sorted, in
/// portions, and only when that changes something. Knows nothing of drawing.
class key_table {
public:
    void sort_by(column c, bool descending) {
        if (c == wanted_.by && descending == wanted_.descending) return;
        wanted_.by = c;
        wanted_.descending = descending;
        asked_anew_ = urgent_ = true;
    }

    /// As ImGuiTextFilter reads it: "a,b" for either, "-a" for without.
    void filter_by(std::string_view text) {
        if (text == wanted_.text) return;
        wanted_.text = text;
        asked_anew_ = urgent_ = true;
    }

    /// Bits of states, and simulated_bit; 0 for all.
    void show_states(std::uint32_t states) {
        if (states == wanted_.states) return;
        wanted_.states = states;
        asked_anew_ = urgent_ = true;
    }

    void clear() {
        rows_.clear();
        shown_.clear();
        stage_ = stage::rest;
        asked_anew_ = urgent_ = true;
    }

    /// Goes on with what is to be done, for about that long. `now` in seconds, of any clock.
    void update(session& s, double now, std::chrono::nanoseconds length) {
        const time_budget all(length);
        // Rows first when they are few, so that a new one is shown in this very frame.
        const bool few = s.size() <= few_rows;
        if (few) rows_.update(s, now, all);
        changes_ |= rows_.take_changes();
        arrange(now, few || is_urgent() ? all : time_budget(length / 2));
        if (few || is_urgent()) return;
        const bool was_complete = rows_.is_complete();
        rows_.update(s, now, all);
        if (rows_.is_complete() != was_complete) asked_anew_ = urgent_ = true;
    }

    /// Whether somebody waits for another order.
    [[nodiscard]] bool is_urgent() const noexcept {
        return urgent_ && (asked_anew_ || stage_ != stage::rest);
    }

    [[nodiscard]] const row_list& rows() const noexcept { return rows_; }

    /// How many rows are shown.
    [[nodiscard]] std::size_t size() const noexcept { return shown_.size(); }
    /// The row shown there. Its id is 0 when the key is gone and the order not yet made anew.
    [[nodiscard]] const row& operator[](std::size_t i) const { return rows_[shown_[i]]; }

    [[nodiscard]] bool is_filtered() const noexcept {
        return wanted_.states != 0 || !wanted_.text.empty();
    }

private:
    struct wishes {
        column by = column::key;
        bool descending = false;
        std::uint32_t states = 0;
        std::string text;
    };
    struct item {
        std::uint64_t key;
        std::uint32_t place;
    };
    enum class stage : std::uint8_t { rest, pick, sort };

    void arrange(double now, const time_budget& budget) {
        if (asked_anew_ || (stage_ == stage::rest && is_outdated() && is_time(now))) {
            urgent_ = std::exchange(asked_anew_, false);
            changes_ = 0;
            made_at_ = now;
            now_in_order_ = wanted_;
            stage_ = stage::pick;
            picked_.clear();
            at_ = 0;
        }
        if (stage_ == stage::rest) return;
        if (stage_ == stage::pick && pick(budget)) {
            sort_.begin(std::move(picked_));
            picked_ = {};
            stage_ = stage::sort;
        }
        while (stage_ == stage::sort) {
            constexpr std::size_t portion = 1024;
            if (sort_.step([this](const item& a, const item& b) { return less(a, b); }, portion)) {
                shown_.clear();
                for (const item& i : sort_.items()) shown_.push_back(i.place);
                stage_ = stage::rest;
            }
            if (budget.is_spent()) break;
        }
    }

    /// A few times a second is enough for what moves by itself, less while the rows still come.
    [[nodiscard]] bool is_time(double now) const {
        const double pause = rows_.is_complete() ? 0.33 : 1.0;
        return rows_.size() <= few_rows || now - made_at_ > pause || now < made_at_;
    }
    [[nodiscard]] bool is_outdated() const {
        std::uint32_t matters = row_list::membership | row_list::bit_of(wanted_.by);
        if (wanted_.states != 0) matters |= row_list::bit_of(column::state);
        return (changes_ & matters) != 0;
    }

    bool pick(const time_budget& budget) {
        const ImGuiTextFilter filter(now_in_order_.text.c_str());
        while (at_ < rows_.places()) {
            constexpr std::size_t portion = 64;
            const std::size_t end = std::min(at_ + portion, rows_.places());
            for (; at_ < end; ++at_)
                if (const row& r = rows_[at_]; r.id != 0 && passes(r, filter))
                    picked_.push_back({key_of(r), static_cast<std::uint32_t>(at_)});
            if (budget.is_spent()) break;
        }
        return at_ == rows_.places();
    }

    [[nodiscard]] bool passes(const row& r, const ImGuiTextFilter& filter) const {
        const std::uint32_t has =
            bit_of(r.state) | (r.simulated ? 1u << static_cast<unsigned>(simulated_bit) : 0u);
        if (now_in_order_.states != 0 && (now_in_order_.states & has) == 0) return false;
        return !filter.IsActive() ||
               filter.PassFilter(r.label.c_str(), r.label.c_str() + r.label.size());
    }

    /// What a row is sorted by, as a number: most comparisons need not look at the row. What is
    /// not there comes last in either direction.
    [[nodiscard]] std::uint64_t key_of(const row& r) const {
        constexpr std::uint64_t missing = std::numeric_limits<std::uint64_t>::max();
        std::uint64_t k = missing;
        const auto number = [](std::int64_t x) { return static_cast<std::uint64_t>(x); };
        const auto length = [](float x) {
            return std::uint64_t{detail::bit_cast<std::uint32_t>(x)};
        };
        switch (now_in_order_.by) {
        case column::key:
            k = first_of(r.label);
            break;
        case column::state:
            k = static_cast<std::uint64_t>(r.state);
            break;
        case column::age:
            if (r.landed != 0) k = number(std::numeric_limits<std::int64_t>::max() - r.landed);
            break;
        case column::refresh:
            if (r.refresh != 0) k = number(r.refresh);
            break;
        case column::last:
            if (r.last > 0) k = length(r.last);
            break;
        case column::mean:
        case column::recent:
            if (r.mean > 0) k = length(r.mean);
            break;
        case column::attempts:
            k = number(r.attempts);
            break;
        case column::asked: // as frames ago
            if (r.asked != 0) k = std::numeric_limits<std::uint32_t>::max() - r.asked;
            break;
        }
        return now_in_order_.descending && k != missing ? ~k : k;
    }

    [[nodiscard]] static std::uint64_t first_of(std::string_view label) noexcept {
        std::uint64_t k = 0;
        for (std::size_t i = 0; i < 8; ++i)
            k = k << 8 | (i < label.size() ? static_cast<unsigned char>(label[i]) : 0u);
        return k;
    }

    [[nodiscard]] bool less(const item& a, const item& b) const {
        if (a.key != b.key) return a.key < b.key;
        if (now_in_order_.by == column::key) {
            const int order = rows_[a.place].label.compare(rows_[b.place].label);
            if (order != 0) return (order < 0) != now_in_order_.descending;
        }
        return a.place < b.place;
    }

    row_list rows_;
    std::vector<std::uint32_t> shown_;
    wishes wanted_;
    wishes now_in_order_; ///< what the order that is being made is for
    std::uint32_t changes_ = 0;
    bool asked_anew_ = true;
    bool urgent_ = true; ///< what is being made was asked for, not only overtaken
    double made_at_ = 0;
    stage stage_ = stage::rest;
    std::vector<item> picked_;
    std::size_t at_ = 0;
    stepped_sort<item> sort_;
};

} // namespace imload::detail::inspector
