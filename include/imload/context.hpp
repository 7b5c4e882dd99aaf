#pragma once

#include <imload/config.hpp>
#include <imload/detail/jobs/run_control.hpp>

#include <string_view>
#include <type_traits>

#if IMLOAD_HAS_STOP_TOKEN
#include <stop_token>
#endif

namespace imload {

/// What a running load knows of its caller: take `imload::context&` as the first parameter.
/// Threads: to be used by the thread, or the threads, that carry the load out, until it returns.
class context {
public:
    explicit context(detail::run_control& control) noexcept : control_(&control) {}
    context(const context&) = delete;
    context& operator=(const context&) = delete;

    /// True once nobody wants the result any more: return what you like, soon; it is dropped.
    /// Cost: one relaxed atomic load.
    [[nodiscard]] bool stop_requested() const noexcept { return control_->stop_requested(); }

#if IMLOAD_HAS_STOP_TOKEN
    /// The same as a std::stop_token, for callbacks and condition_variable_any.
    [[nodiscard]] std::stop_token stop_token() const noexcept { return control_->stop_token(); }
#endif

    /// Tells how far the load is, in [0, 1], or below 0 where that is unknown; `text` says what it
    /// is doing. The UI sees it from the next frame on, and a sleeping one is woken up to 15 times
    /// a second. Cost: a lock nobody else holds for long, so not for each byte.
    void progress(double fraction, std::string_view text = {}) {
        control_->set_progress(fraction, text);
    }

    /// The same as a share: progress(bytes_read, file_size). A total of 0 is "unknown".
    template <class Done, class Total>
        requires(std::is_arithmetic_v<Done>&& std::is_arithmetic_v<Total>)
    void progress(Done done, Total total) {
        const auto whole = static_cast<double>(total);
        control_->set_progress(whole > 0 ? static_cast<double>(done) / whole : -1.0, {});
    }

private:
    detail::run_control* control_;
};

} // namespace imload
