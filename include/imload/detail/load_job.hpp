#pragma once

#include <imload/config.hpp>
#include <imload/detail/box.hpp>
#include <imload/detail/fail.hpp>
#include <imload/detail/job.hpp>
#include <imload/error.hpp>

#include <cstdint>
#include <exception>

namespace imload::detail {

/// The part of a load's job that is the same for all types, so that it is compiled once rather than
/// for each loader; what is not does perform(), one function in place of four.
class load_job : public job {
public:
    IMLOAD_NOINLINE load_job(slot_base& of, std::uint32_t started_under,
                             void* cell_of_value) noexcept
        : job(of, started_under), made(cell_of_value) {}
    IMLOAD_NOINLINE ~load_job() override {}

    void run() final {
        if (auto thrown = caught([this] { perform(step::load, nullptr); })) give_up(thrown);
    }
    void finish() final {
        auto thrown = caught([this] { perform(step::finish, nullptr); });
        perform(step::drop_loaded, nullptr);
        if (thrown) give_up(thrown);
    }
    [[nodiscard]] ref<job> take_partial() final {
        ref<job> shown;
        const auto thrown = caught([&] { perform(step::show_partial, &shown); });
        if (thrown && shown) shown->failure = make_box<error>(error_from(thrown));
        return shown;
    }
    [[nodiscard]] run_control* control() noexcept final { return listens; }

    void* const made;               ///< the cell<T> of the value
    run_control* listens = nullptr; ///< the line to the load, if it listens

protected:
    enum class step : std::uint8_t { load, finish, drop_loaded, show_partial };
    /// What a load has no use for it need not know; `shown` is for a partial value.
    virtual void perform(step which, ref<job>* shown) = 0;

    void give_up(const std::exception_ptr& thrown) {
        failure = make_box<error>(error_from(thrown));
    }
    void fail_reported(const char* message) {
        failure = make_box<error>(error_of(error_kind::reported, message));
    }
};

} // namespace imload::detail
