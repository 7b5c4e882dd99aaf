#pragma once

#include <imload/config.hpp>
#include <imload/detail/counted.hpp>
#include <imload/detail/fail.hpp>
#include <imload/detail/jobs/job.hpp>
#include <imload/detail/jobs/job_memory.hpp>
#include <imload/detail/jobs/run_control.hpp>
#include <imload/detail/late.hpp>
#include <imload/detail/layout.hpp>
#include <imload/detail/slots/parts.hpp>
#include <imload/detail/slots/slot.hpp>
#include <imload/detail/slots/starter.hpp>
#include <imload/error.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>

namespace imload::detail {

/// The line to a load that listens.
class job_control final : public run_control {
public:
    job_control(job_home& h, job& owner) : home_(&h), owner_(&owner) {}
    // What nobody will see needs no frame.
    void tell_partial() override {
        if (!stop_requested()) home_->publish(*owner_);
    }
    [[nodiscard]] job_home& home() const noexcept { return *home_; }

private:
    void nudge() override {
        if (!stop_requested()) home_->nudge();
    }
    const ref<job_home> home_;
    job* const owner_;
};

/// The job of a call: one class for all types. What it is made of lies behind it, as its slot_type
/// says, which also has the one function that knows the types.
class load_job final : public job {
public:
    /// Copies what the slot and the starter have. Throws what that throws.
    [[nodiscard]] static ref<job> make(slot_base& s, std::uint32_t started_under,
                                       const starter& how, job_home& h, job_memory& m) {
        ref<load_job> j = ref<load_job>::adopt(new (m, s.type()) load_job(s, started_under));
        j->build(s, how, h);
        return j;
    }
    ~load_job() override {
        if (has_set_up_) type_.perform(*this, job_step::tear_down, nullptr);
        if (control_) control_->~job_control();
        if (has_parts_) parts_of<late>::destroy_all(type_, &part::in_job, this);
    }

    void run() override {
        if (auto thrown = caught([this] { type_.perform(*this, job_step::load, nullptr); }))
            give_up(thrown);
    }
    void finish() override {
        auto thrown = caught([this] { type_.perform(*this, job_step::finish, nullptr); });
        type_.perform(*this, job_step::drop_loaded, nullptr);
        if (thrown) give_up(thrown);
    }
    [[nodiscard]] ref<job> take_partial() override {
        ref<job> shown;
        if (!type_.has_steps) return shown;
        const auto thrown = caught([&] { type_.perform(*this, job_step::show_partial, &shown); });
        if (thrown && shown) shown->failure = detail::failure(error_from(thrown));
        return shown;
    }
    [[nodiscard]] run_control* control() noexcept override { return control_; }

    /// Only of a load that listens.
    [[nodiscard]] job_control& line() noexcept { return *control_; }
    void fail_reported(const char* message) {
        failure = detail::failure(error_of(error_kind::reported, message));
    }

    static void* operator new(std::size_t, job_memory& m, const slot_type& type) {
        return m.take(type.job_size, type.job_alignment);
    }
    static void operator delete(void* made, job_memory&, const slot_type&) noexcept {
        job_memory::give(made);
    }
    static void operator delete(void* made) noexcept { job_memory::give(made); }

private:
    void give_up(const std::exception_ptr& thrown) {
        failure = detail::failure(error_from(thrown));
    }
    load_job(slot_base& s, std::uint32_t started_under) noexcept
        : job(s, started_under), type_(s.type()) {
        value.keep_in(place_in(this, type_.value_in_job), *type_.value);
        finishes = type_.finishes;
    }
    void build(const slot_base& s, const starter& how, job_home& h) {
        if (type_.is_plain)
            copy_plain(s);
        else
            copy_parts(s, how);
        if (type_.control_in_job)
            control_ = ::new (place_in(this, type_.control_in_job)) job_control(h, *this);
        if (!type_.has_steps) return;
        type_.perform(*this, job_step::set_up, nullptr);
        has_set_up_ = true;
    }
    void copy_plain(const slot_base& s) noexcept {
        for (const part& p : type_.parts) {
            if (p.in_job)
                parts_of<late>::copy_bytes(place_in(this, p.in_job), kept(s, p), p.type->size);
        }
    }
    IMLOAD_NOINLINE void copy_parts(const slot_base& s, const starter& how) {
        parts_of<late>::in_making parts(type_, &part::in_job, this);
        parts.make_all([&](void* to, const part& p) {
            const void* const from = p.in_starter ? place_in(how.get(), p.in_starter) : kept(s, p);
            parts_of<late>::copy(*p.type, to, from);
        });
        parts.keep();
        has_parts_ = true;
    }

    /// Null: nowhere.
    [[nodiscard]] static const void* kept(const slot_base& s, const part& p) noexcept {
        if (p.in_slot) return place_in(&s, p.in_slot);
        return p.in_pool ? place_in(&s.pool(), p.in_pool) : nullptr;
    }

    const slot_type& type_;
    job_control* control_ = nullptr;
    bool has_parts_ = false; ///< that are to be destroyed
    bool has_set_up_ = false;
};

} // namespace imload::detail
