#pragma once

#include <imload/detail/box.hpp>
#include <imload/detail/late.hpp>
#include <imload/options.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace imload::detail {

/// The options that a key was last asked with; shared by all keys that agree.
struct settings {
    options values;
    std::uint32_t fingerprint = 0;
    std::uint32_t users = 0; ///< keys
    std::uint32_t next = 0;  ///< in its chain, or among the unused
    bool timed = false;      ///< one of the values makes something due

    [[nodiscard]] bool is(const options& o, std::uint32_t its_fingerprint) const {
        return fingerprint == its_fingerprint && values == o;
    }
};

/// All settings, each known by a number that is not 0. Found by their fingerprint, in chains.
template <class Late>
class settings_table {
public:
    [[nodiscard]] const settings& operator[](std::uint32_t number) const noexcept {
        return *all_[number - 1];
    }

    /// The number for these options, with one user more. Cost: nearly always a comparison.
    [[nodiscard]] std::uint32_t add_user(const options& o, std::uint32_t fingerprint) {
        if (last_ == 0 || at(last_).users == 0 || !at(last_).is(o, fingerprint)) {
            last_ = find(o, fingerprint);
            if (last_ == 0) last_ = make(o, fingerprint);
        }
        ++at(last_).users;
        return last_;
    }

    void remove_user(std::uint32_t number) noexcept {
        settings& s = at(number);
        if (--s.users > 0) return;
        std::uint32_t* link = &chain(s.fingerprint);
        while (*link != number) link = &at(*link).next;
        *link = s.next;
        s.next = unused_;
        unused_ = number;
    }

private:
    [[nodiscard]] settings& at(std::uint32_t number) noexcept { return *all_[number - 1]; }
    [[nodiscard]] std::uint32_t& chain(std::uint32_t fingerprint) noexcept {
        return chains_[fingerprint & (chains_.size() - 1)];
    }

    [[nodiscard]] std::uint32_t find(const options& o, std::uint32_t fingerprint) noexcept {
        if (chains_.empty()) return 0;
        std::uint32_t number = chain(fingerprint);
        while (number != 0 && !at(number).is(o, fingerprint)) number = at(number).next;
        return number;
    }

    [[nodiscard]] std::uint32_t make(const options& o, std::uint32_t fingerprint) {
        if (all_.size() >= chains_.size()) grow();
        if (unused_ == 0) {
            all_.push_back(make_box<settings>());
            unused_ = static_cast<std::uint32_t>(all_.size());
        }
        const std::uint32_t number = unused_;
        settings& s = at(number);
        unused_ = s.next;
        s.values = o;
        s.fingerprint = fingerprint;
        s.timed = o.refresh_every < never || o.stale_after < never || o.expire_after < never ||
                  o.timeout < never || o.settle > time_span{};
        s.next = chain(fingerprint);
        chain(fingerprint) = number;
        return number;
    }

    void grow() {
        chains_.assign(chains_.empty() ? 8 : chains_.size() * 2, 0);
        for (std::uint32_t number = 1; number <= all_.size(); ++number) {
            settings& s = at(number);
            if (s.users == 0) continue;
            s.next = chain(s.fingerprint);
            chain(s.fingerprint) = number;
        }
    }

    later<std::vector<box<settings>>, Late> all_;
    later<std::vector<std::uint32_t>, Late>
        chains_; ///< a power of two; the first number of each, or 0
    std::uint32_t unused_ = 0;
    std::uint32_t last_ = 0;
};

} // namespace imload::detail
