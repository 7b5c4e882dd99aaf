#pragma once

#include <imload/imgui/inspector/states.hpp>
#include <imload/imgui/inspector/words.hpp>
#include <imload/session.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace imload::detail::inspector {

/// How long something may go on in this frame.
class time_budget {
public:
    explicit time_budget(std::chrono::nanoseconds length)
        : end_(std::chrono::steady_clock::now() + length) {}
    [[nodiscard]] bool is_spent() const { return std::chrono::steady_clock::now() >= end_; }

private:
    std::chrono::steady_clock::time_point end_;
};

/// So many rows are brought up to date, filtered and sorted in every frame.
inline constexpr std::size_t few_rows = 2000;

/// What the table can be sorted by.
enum class column : std::uint8_t { key, state, age, refresh, last, mean, recent, attempts, asked };

/// What is remembered of a key: what the table is sorted and filtered by. The rest is asked for
/// when the row is in view.
struct row {
    std::uint64_t id = 0; ///< 0: of no key, until it is given to another
    std::string label;
    std::int64_t landed = 0;  ///< instants, so that they stand still
    std::int64_t refresh = 0; ///< 0: never
    float last = 0;
    float mean = 0;
    int attempts = 0;
    std::uint32_t asked = 0;
    std::uint32_t sweep = 0; ///< the one that saw it last
    key_state state = key_state::idle;
    bool simulated = false;
};

/// A row for each key of a session, brought up to date in portions. A row stays in its place as
/// long as its key is there.
class row_list {
public:
    /// Columns whose contents changed, as bits; and one bit for rows that came or went.
    static constexpr std::uint32_t membership = 1u << 31;

    void clear() { *this = row_list(); }

    /// Looks at some more keys. Few keys: at all of them, in every call. `now` in seconds.
    void update(session& s, double now, const time_budget& budget) {
        constexpr double rest = 0.2;
        const std::size_t keys = s.size();
        if (from_ == 0 && !reaping_) {
            if (keys > few_rows && now < next_sweep_ && now >= next_sweep_ - rest) return;
            next_sweep_ = now + rest;
            ++sweep_;
            visited_ = 0;
            places_.reserve(keys);
        }
        do {
            if (!reaping_) {
                constexpr std::size_t portion = 64;
                const std::int64_t t = s.now().time_since_epoch().count();
                if (!s.for_some(from_, portion, [&](const entry_info& e) { see(e, t); })) continue;
                if (visited_ == places_.size()) break;
                reaping_ = true;
                reaped_ = 0;
            }
            if (reap()) break;
        } while (!budget.is_spent());
        if (from_ == 0 && !reaping_) complete_ = true;
    }

    /// Whether every key has been seen since the start.
    [[nodiscard]] bool is_complete() const noexcept { return complete_; }

    /// How many rows there are, those of no key included.
    [[nodiscard]] std::size_t places() const noexcept { return rows_.size(); }
    /// How many keys are known.
    [[nodiscard]] std::size_t size() const noexcept { return places_.size(); }
    [[nodiscard]] const row& operator[](std::size_t place) const { return rows_[place]; }

    /// The row of that key, or null.
    [[nodiscard]] const row* find(std::uint64_t id) const {
        const auto at = places_.find(id);
        return at != places_.end() ? &rows_[at->second] : nullptr;
    }

    [[nodiscard]] std::size_t count(key_state s) const noexcept {
        return counts_[static_cast<std::size_t>(s)];
    }
    [[nodiscard]] std::size_t count_simulated() const noexcept { return counts_[simulated_bit]; }

    /// What changed since this was asked last.
    [[nodiscard]] std::uint32_t take_changes() noexcept { return std::exchange(changes_, 0); }

    [[nodiscard]] static constexpr std::uint32_t bit_of(column c) noexcept {
        return 1u << static_cast<unsigned>(c);
    }

private:
    void see(const entry_info& e, std::int64_t now) {
        const auto [at, is_new] = places_.try_emplace(e.id, 0u);
        if (is_new) at->second = add(e);
        ++visited_;
        row& r = rows_[at->second];
        r.sweep = sweep_;
        const auto set = [this](auto& to, auto value, column c) {
            if (to == value) return;
            to = value;
            changes_ |= bit_of(c);
        };
        const key_state state = state_of(e);
        const bool simulated = !(e.key.simulates() == simulation{});
        count(r, -1);
        set(r.state, state, column::state);
        set(r.simulated, simulated, column::state);
        count(r, +1);
        set(r.landed, e.has_value ? now - e.age.count() : 0, column::age);
        set(r.refresh, e.refresh_in == never ? 0 : now + e.refresh_in.count(), column::refresh);
        set(r.last, static_cast<float>(seconds_of(e.last_duration)), column::last);
        set(r.mean, static_cast<float>(seconds_of(e.mean_duration)), column::mean);
        set(r.attempts, e.attempt, column::attempts);
        set(r.asked, e.last_asked_frame, column::asked);
    }

    std::uint32_t add(const entry_info& e) {
        changes_ |= membership;
        std::uint32_t place = static_cast<std::uint32_t>(rows_.size());
        if (free_.empty()) {
            rows_.emplace_back();
        } else {
            place = free_.back();
            free_.pop_back();
        }
        rows_[place] = {};
        rows_[place].id = e.id;
        rows_[place].label = one_line(e.key.label());
        count(rows_[place], +1);
        return place;
    }

    /// Drops some of the rows whose keys this sweep has not seen; true: that was all.
    bool reap() {
        constexpr std::size_t portion = 256;
        for (std::size_t n = 0; n < portion && reaped_ < rows_.size(); ++n) {
            row& r = rows_[reaped_++];
            if (r.id == 0 || r.sweep == sweep_) continue;
            changes_ |= membership;
            count(r, -1);
            places_.erase(r.id);
            r.id = 0;
            free_.push_back(static_cast<std::uint32_t>(reaped_ - 1));
        }
        reaping_ = reaped_ < rows_.size();
        return !reaping_;
    }

    void count(const row& r, int change) {
        const auto n = static_cast<std::size_t>(change); // wraps around as it should
        counts_[static_cast<std::size_t>(r.state)] += n;
        if (r.simulated) counts_[simulated_bit] += n;
    }

    std::deque<row> rows_; ///< grows without a copy of all, which no frame has time for
    std::vector<std::uint32_t> free_;
    std::unordered_map<std::uint64_t, std::uint32_t> places_;
    std::array<std::size_t, simulated_bit + 1> counts_{};
    std::uint32_t from_ = 0; ///< where session::for_some goes on
    std::uint32_t sweep_ = 0;
    std::uint32_t changes_ = 0;
    std::size_t visited_ = 0; ///< in this sweep
    std::size_t reaped_ = 0;
    bool reaping_ = false;
    bool complete_ = false;
    double next_sweep_ = 0;
};

} // namespace imload::detail::inspector
