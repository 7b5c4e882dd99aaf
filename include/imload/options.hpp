#pragma once

#include <imload/detail/bit_cast.hpp>
#include <imload/detail/fail.hpp>

#include <bit>
#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>
#include <ratio>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace imload {

/// The largest time: a timer set to it never fires.
inline constexpr std::chrono::nanoseconds never = std::chrono::nanoseconds::max();

/// A length of time, made from any std::chrono::duration. What does not fit saturates, so that
/// std::chrono::hours::max() is `never`; a floating-point NaN is kept as invalid.
class time_span {
public:
    constexpr time_span() = default;

    template <class Rep, class Period>
    constexpr time_span(std::chrono::duration<Rep, Period> d) // NOLINT: as a duration converts
        : ticks_(saturate(d)) {}

    /// The same in nanoseconds.
    [[nodiscard]] constexpr std::chrono::nanoseconds count() const noexcept { return ticks_; }
    constexpr operator std::chrono::nanoseconds() const noexcept { return ticks_; } // NOLINT

    [[nodiscard]] constexpr bool is_valid() const noexcept { return ticks_ != invalid; }

    friend constexpr bool operator==(time_span, time_span) = default;
    friend constexpr auto operator<=>(time_span a, time_span b) {
        return a.ticks_.count() <=> b.ticks_.count(); // not all libraries order durations so
    }

private:
    using nanoseconds = std::chrono::nanoseconds;
    static constexpr nanoseconds invalid = nanoseconds::min();

    template <class Rep, class Period>
    static constexpr nanoseconds saturate(std::chrono::duration<Rep, Period> d) {
        using scale = std::ratio_divide<Period, std::nano>;
        if constexpr (std::is_floating_point_v<Rep>) {
            const auto ns = static_cast<long double>(d.count()) *
                            static_cast<long double>(scale::num) /
                            static_cast<long double>(scale::den);
            if (ns != ns) return invalid;
            if (ns >= 9.2e18L) return never;
            return ns <= -9.2e18L ? -never : nanoseconds(static_cast<nanoseconds::rep>(ns));
        } else if constexpr (std::is_same_v<std::chrono::duration<Rep, Period>, nanoseconds>) {
            return d == d.min() ? -never : d;
        } else {
            const auto ns = static_cast<long double>(d.count()) *
                            static_cast<long double>(scale::num) /
                            static_cast<long double>(scale::den);
            if (ns >= 9.2e18L) return never;
            if (ns <= -9.2e18L) return -never;
            if constexpr (scale::num != 1 && scale::den != 1) // what a cast multiplies may overflow
                return nanoseconds(static_cast<nanoseconds::rep>(ns));
            else
                return std::chrono::duration_cast<nanoseconds>(d);
        }
    }

    nanoseconds ticks_{0};
};

/// How often and how patiently a failed run is tried again.
struct retry_options {
    int attempts = 0;                               ///< further attempts after the first
    time_span delay = std::chrono::seconds(1);      ///< before the second attempt
    double factor = 2;                              ///< each further delay is this much longer
    time_span max_delay = std::chrono::seconds(30); ///< no delay is longer
    double jitter = 0.5; ///< each delay is shortened by a random share of up to this, in [0, 1]

    friend bool operator==(const retry_options&, const retry_options&) = default;
};

/// What a loader may be told beside its callable. An aggregate: {.refresh_every = 4s}.
struct options {
    /// Run again this often, counted from the start of a run and keeping phase. Missed slots are
    /// skipped, runs never overlap, an error does not stop it; only keys asked for last frame.
    time_span refresh_every = never;
    /// Look for this key's completion at most this often; also the longest a loop may sleep while
    /// the key runs if the session has no wake hook. 0: every frame.
    time_span poll_interval = {};
    /// On a first call, wait up to this long for a function that is fast, so that nothing flickers.
    /// One budget a frame for all keys; in real time, whatever the clock.
    time_span grace = {};
    /// A value older than this is refreshed on the next ask. A partial one counts from the end of
    /// its run.
    time_span stale_after = never;
    /// A value older than this is no longer returned; a partial one as with stale_after.
    time_span expire_after = never;
    /// A key not asked for this long, and for at least one rendered frame, is dropped.
    time_span forget_after = std::chrono::minutes(5);
    /// A run that takes longer, counted from when a worker begins it, fails with
    /// error_kind::timeout.
    time_span timeout = never;
    /// Further attempts after a failure.
    retry_options retry = {};
    /// Start only once the same key has been asked for in each frame for this long.
    time_span settle = {};
    /// Among keys asked for in the same frame the higher goes first.
    int priority = 0;
    /// Whether loader(args...) rethrows the error of a key without an earlier value.
    bool throw_errors = true;

    friend bool operator==(const options&, const options&) = default;
};

namespace detail {

/// What is wrong with `o`, or null.
[[nodiscard]] constexpr const char* complaint_about(const options& o) noexcept {
    constexpr time_span zero{};
    if (o.refresh_every <= zero)
        return "imload: options::refresh_every must be greater than 0: leave it out to load once";
    if (o.timeout <= zero)
        return "imload: options::timeout must be greater than 0: leave it out for no limit";
    if (o.poll_interval < zero) return "imload: options::poll_interval is negative or NaN";
    if (o.grace < zero) return "imload: options::grace is negative or NaN";
    if (o.stale_after < zero) return "imload: options::stale_after is negative or NaN";
    if (o.expire_after < zero) return "imload: options::expire_after is negative or NaN";
    if (o.forget_after < zero) return "imload: options::forget_after is negative or NaN";
    if (o.settle < zero) return "imload: options::settle is negative or NaN";
    if (o.retry.attempts < 0) return "imload: options::retry.attempts is negative";
    if (o.retry.delay < zero) return "imload: options::retry.delay is negative or NaN";
    if (o.retry.max_delay < zero) return "imload: options::retry.max_delay is negative or NaN";
    if (!(o.retry.factor >= 1)) return "imload: options::retry.factor must be 1 or more";
    if (!(o.retry.jitter >= 0 && o.retry.jitter <= 1))
        return "imload: options::retry.jitter must lie in [0, 1]";
    return nullptr;
}

/// A fingerprint of `o`, never 0. Constant where the options are: a poll compares nothing else.
[[nodiscard]] constexpr std::uint32_t fingerprint_of(const options& o) noexcept {
    std::uint64_t h = 0x9e3779b97f4a7c15u;
    const auto add = [&h](std::uint64_t x) { h = (std::rotl(h, 23) ^ x) * 0xd6e8feb86659fd93u; };
    const auto add_time = [&add](time_span t) {
        add(static_cast<std::uint64_t>(t.count().count()));
    };
    add_time(o.refresh_every);
    add_time(o.poll_interval);
    add_time(o.grace);
    add_time(o.stale_after);
    add_time(o.expire_after);
    add_time(o.forget_after);
    add_time(o.timeout);
    add_time(o.settle);
    add_time(o.retry.delay);
    add_time(o.retry.max_delay);
    add(bit_cast<std::uint64_t>(o.retry.factor));
    add(bit_cast<std::uint64_t>(o.retry.jitter));
    add(static_cast<std::uint64_t>(o.retry.attempts));
    add(static_cast<std::uint64_t>(o.priority));
    add(o.throw_errors ? 1u : 2u);
    return static_cast<std::uint32_t>(h ^ (h >> 32)) | 1u;
}

inline constexpr options default_options{};
inline constexpr std::uint32_t default_fingerprint = fingerprint_of(default_options);

/// The fingerprint of `o`; throws std::invalid_argument for options that make no sense. The default
/// ones are known by their address, so that a compiler need not work that out for each loader.
[[nodiscard]] constexpr std::uint32_t checked_fingerprint(const options& o) {
    if (&o == &default_options) return default_fingerprint;
    if (const char* complaint = complaint_about(o)) fail<std::invalid_argument>(complaint);
    return fingerprint_of(o);
}

} // namespace detail
} // namespace imload
