#pragma once

#include <imload/config.hpp>
#include <imload/context.hpp>
#include <imload/detail/calls/call.hpp>
#include <imload/detail/calls/call_parts.hpp>
#include <imload/detail/calls/load_job.hpp>
#include <imload/detail/fail.hpp>
#include <imload/detail/jobs/returned.hpp>
#include <imload/detail/layout.hpp>
#include <imload/detail/slots/slot.hpp>
#include <imload/detail/value_type.hpp>
#include <imload/promise.hpp>
#include <imload/stream.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <variant>

namespace imload::detail {

template <class Shape, class Elements = typename Shape::elements,
          class Places = typename Shape::places>
class call_job;

/// What a job of one shape owns, and what it does: the call, and the finish function after it.
template <class Shape, class... Elements, std::size_t... Is>
class call_job<Shape, types<Elements...>, std::index_sequence<Is...>> {
    using callable = typename Shape::callable;
    using finisher = typename Shape::finisher;
    using loads = typename Shape::loaded;
    using value = typename Shape::value;

    static constexpr bool is_promise = Shape::first == leading::promise;
    static constexpr bool is_stream = Shape::first == leading::stream;
    using channel = std::conditional_t<std::is_void_v<typename Shape::channel>, std::monostate,
                                       typename Shape::channel>;

    using extra = extra_of_job<loads, channel, Shape::finishes, is_promise, is_stream>;

    static constexpr std::size_t extra_place = part::arguments + sizeof...(Elements) + 2;

public:
    static constexpr bool has_steps = is_promise || is_stream || Shape::finishes;
    using in_job =
        layout<load_job, callable_in_job<callable>, callable_in_job<finisher>, left_out,
               typename Elements::owned..., std::conditional_t<is_small<value>, value, left_out>,
               std::conditional_t<Shape::listens, job_control, left_out>,
               std::conditional_t<has_steps, extra, left_out>>;
    static constexpr std::size_t value_place = part::arguments + sizeof...(Elements);
    static constexpr offset value_in_job = in_job::all.places[value_place];
    static constexpr offset control_in_job = in_job::all.places[value_place + 1];

    /// What carries out a step of the job; where it has no steps, it loads.
    [[nodiscard]] static constexpr auto what_to_do() noexcept {
        if constexpr (has_steps)
            return &perform;
        else
            return &load;
    }

private:
    [[nodiscard]] static extra& extra_of(load_job& j) noexcept {
        return *static_cast<extra*>(place_in(&j, in_job::all.places[extra_place]));
    }
    template <class F>
    [[nodiscard]] static F& callable_of(load_job& j, std::size_t i) noexcept {
        return *static_cast<F*>(place_in(&j, in_job::all.places[i]));
    }

    /// All that is done, where there is more to do than to load.
    static void perform(load_job& j, job_step which, ref<job>* shown) {
        switch (which) {
        case job_step::set_up:
            ::new (place_in(&j, in_job::all.places[extra_place])) extra(j);
            break;
        case job_step::load:
            load(j, which, shown);
            break;
        case job_step::finish:
            if constexpr (Shape::finishes)
                finish(j, j.failure, j.value, *static_cast<loads*>(extra_of(j).loaded.get()));
            break;
        case job_step::drop_loaded:
            if constexpr (Shape::finishes) extra_of(j).loaded.reset();
            break;
        case job_step::show_partial:
            show(j, *shown);
            break;
        case job_step::tear_down:
            extra_of(j).~extra();
            break;
        }
    }

    template <class Loaded>
    static void finish(load_job& j, failure& why, held_value& into, Loaded& loaded) {
        finisher& g = callable_of<finisher>(j, part::finisher);
        detail::keep_returned<value>(into, why, [&]() -> decltype(auto) {
            if constexpr (std::is_member_pointer_v<finisher>)
                return std::invoke(g, std::move(loaded));
            else
                return g(std::move(loaded));
        });
    }

    static void show([[maybe_unused]] load_job& j, [[maybe_unused]] ref<job>& shown) {
        if constexpr (is_stream) {
            auto made = make_counted<value_job>(*j.slot, j.generation, value_type_of<value>);
            const std::unique_ptr<channel> newest = extra_of(j).box.take();
            if (!newest) return;
            shown = std::move(made);
            if constexpr (Shape::finishes)
                finish(j, shown->failure, shown->value, *newest);
            else
                detail::make_value<value>(shown->value, std::move(*newest));
        }
    }

    static void load(load_job& j, job_step, ref<job>*) {
        if constexpr (Shape::first == leading::nothing) {
            keep(j);
        } else if constexpr (Shape::first == leading::context) {
            context c(j.line());
            keep(j, c);
        } else if constexpr (is_stream) {
            stream<channel> out(j.line(), extra_of(j).box);
            if constexpr (std::is_void_v<typename Shape::returned>) {
                call(j, out);
                j.ends_with_partial = out.has_published();
                if (!out.has_published()) j.fail_reported("the load ended without publishing");
            } else {
                keep(j, out);
            }
        } else if constexpr (is_promise) {
            constexpr bool goes_on = !std::is_void_v<typename Shape::returned>;
            const auto shared =
                make_counted<promise_state<loads>>(ref<counted>(&j), goes_on, extra_of(j).sink);
            j.lands_itself = true;
            auto thrown = caught([&] { call(j, promise<typename Shape::channel>(shared)); });
            if (thrown) {
                failure why(error_from(std::move(thrown)));
                shared->settle([&] { j.failure = std::move(why); });
            }
        }
#if IMLOAD_HAS_STOP_TOKEN
        else if constexpr (Shape::first == leading::stop_token) {
            keep(j, j.line().stop_token());
        }
#endif
    }

    template <class... First>
    static decltype(auto) call(load_job& j, First&&... first) {
        callable& f = callable_of<callable>(j, part::callable);
        if constexpr (std::is_member_pointer_v<callable>)
            return detail::call_member<Shape::first>(
                f, std::forward<First>(first)...,
                detail::pass<typename Elements::parameter>(*static_cast<typename Elements::owned*>(
                    place_in(&j, in_job::all.places[part::arguments + Is])))...);
        else
            return f(
                std::forward<First>(first)...,
                detail::pass<typename Elements::parameter>(*static_cast<typename Elements::owned*>(
                    place_in(&j, in_job::all.places[part::arguments + Is])))...);
    }
    template <class... First>
    static void keep(load_job& j, First&&... first) {
        using returned = std::remove_cvref_t<typename Shape::returned>;
        held_value* into = &j.value;
        if constexpr (has_steps) into = &extra_of(j).into(j);
        if constexpr (std::is_void_v<returned> || expected_like<returned>) {
            detail::keep_returned<loads>(*into, j.failure, [&]() -> decltype(auto) {
                return call(j, std::forward<First>(first)...);
            });
        } else {
            // As keep_returned() does, without a lambda for what nearly every loader does.
            ::new (is_small<loads> ? into->get() : into->room())
                loads(call(j, std::forward<First>(first)...));
            into->filled();
        }
    }
};

} // namespace imload::detail
