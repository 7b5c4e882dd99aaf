#pragma once

#include <imload/error.hpp>
#include <imload/options.hpp>

#include <cstdint>

namespace imload {

/// What a key pretends instead of its loads.
enum class simulated : std::uint8_t {
    nothing,
    loading, ///< it has no value, and runs for ever
    failure, ///< it has no value, and every run of it fails
};

/// How a key is made to behave, so that an app's loading and error states can be seen and tested;
/// see result::simulate().
struct simulation {
    simulated state = simulated::nothing;
    /// How much longer each run takes, as the UI sees it. Counted from when it ended.
    time_span latency = {};

    friend bool operator==(const simulation&, const simulation&) = default;
};

namespace detail {

[[nodiscard]] inline error simulated_error() {
    return error_of(error_kind::reported, "a simulated failure");
}

} // namespace detail
} // namespace imload
