#pragma once

// What call_of.hpp and call_job.hpp put together, as far as loaders can share it.

#include <imload/detail/arguments/argument_kinds.hpp>
#include <imload/detail/arguments/call_key.hpp>
#include <imload/detail/arguments/part.hpp>
#include <imload/detail/box.hpp>
#include <imload/detail/calls/call.hpp>
#include <imload/detail/calls/load_job.hpp>
#include <imload/detail/jobs/run_control.hpp>
#include <imload/detail/layout.hpp>
#include <imload/detail/slots/slot.hpp>
#include <imload/detail/slots/starter.hpp>
#include <imload/detail/value_type.hpp>
#include <imload/error.hpp>
#include <imload/key.hpp>
#include <imload/promise.hpp>
#include <imload/stream.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

namespace imload::detail {

/// In the place of what a load of its kind does not need; `Which` keeps two of one job apart.
template <int Which>
struct no_part {
    no_part() = default;
    no_part(load_job&, held_value&) noexcept {}
};

/// A callable that its type alone gives back: it need not be kept to start another run.
template <class F>
consteval bool is_rebuilt_from_type() {
    if constexpr (callable_identity<F>::counts)
        return true;
    else if constexpr (std::is_empty_v<F>)
        return std::is_default_constructible_v<F>;
    else
        return false;
}
template <class F>
inline constexpr bool rebuilt_from_type = is_rebuilt_from_type<F>();

/// A callable as a part of a starter.
template <class F>
using callable_beside_key = std::conditional_t<rebuilt_from_type<F>, left_out, F>;

template <class F>
using callable_in_job = std::conditional_t<std::is_same_v<F, no_finish>, left_out, F>;

template <class F>
void make_callable(void* to, const void*) {
    ::new (to) F{};
}
template <class F>
[[nodiscard]] bool equal_members(const void* a, const void* b) {
    return *static_cast<const F*>(a) == *static_cast<const F*>(b);
}
/// As with functions, null equals nothing.
template <class F>
[[nodiscard]] bool are_one_member(const void* a, const void* b) {
    return *static_cast<const F*>(a) != nullptr && equal_members<F>(a, b);
}
template <class F>
[[nodiscard]] std::uint64_t hash_member(const void* member) {
    return hash_callable(*static_cast<const F*>(member));
}
template <class F>
consteval part_type make_callable_type() {
    if constexpr (std::is_member_pointer_v<F>) {
        return {.kind = part_kind::other, .size = sizeof(F), .equal = are_one_member<F>};
    } else if constexpr (callable_identity<F>::counts) {
        return {.kind = part_kind::function, .size = sizeof(F)};
    } else if constexpr (rebuilt_from_type<F>) {
        // Where making it does nothing, it need not even be made.
        constexpr bool is_made = !std::is_trivially_default_constructible_v<F>;
        part_type t{.kind = part_kind::other, .size = is_made ? sizeof(F) : 0};
        if constexpr (is_made) t.copy = make_callable<F>;
        if constexpr (!std::is_trivially_destructible_v<F>) t.destroy = destroy_value<F>;
        return t;
    } else {
        return make_part_type<F, false>();
    }
}
template <class F>
inline constexpr part_type callable_type = make_callable_type<F>();

template <class F>
inline constexpr view_type member_view_type = {copy_part<F>, equal_members<F>, hash_member<F>};
template <class F>
consteval const view_type* find_callable_view() {
    if constexpr (std::is_member_pointer_v<F>)
        return &member_view_type<F>;
    else
        return nullptr;
}

/// What tells loaders apart, as it lies in their pool and in each of their slots, whatever the
/// arguments.
template <class F, class Finish, bool Named>
struct loader_parts {
    using name_type = std::conditional_t<Named, std::string, left_out>;
    using in_slot = layout<slot_base, left_out, left_out, name_type>;

    using identity =
        loader_identity<F, Finish, std::conditional_t<Named, std::string_view, no_name>>;
    [[nodiscard]] static bool are_of([[maybe_unused]] const slot_pool& p,
                                     [[maybe_unused]] const identity& l) noexcept {
        if constexpr (callable_identity<F>::counts) {
            static_assert(sizeof(F) <= slot_pool::most_callable);
            if (*reinterpret_cast<const F*>(p.callables[part::callable].bytes) !=
                l.callable.function)
                return false;
        }
        if constexpr (callable_identity<Finish>::counts) {
            static_assert(sizeof(Finish) <= slot_pool::most_callable);
            if (*reinterpret_cast<const Finish*>(p.callables[part::finisher].bytes) !=
                l.finisher.function)
                return false;
        }
        return true;
    }
    /// Only where Named.
    [[nodiscard]] static bool is_named(const slot_base& s, std::string_view name) noexcept {
        const void* const own = place_in(&s, in_slot::all.places[part::name]);
        return *static_cast<const std::string*>(own) == name;
    }
};

/// The parts of a kind of slot with which there is something to do.
template <std::size_t Most>
struct part_list {
    template <class... Parts>
    constexpr part_list(Parts... given) { // NOLINT: a list
        for (const part& p : {given...}) {
            if (p.type->size == 0 || (!p.in_pool && !p.in_slot && !p.in_starter && !p.in_job))
                continue;
            all[count++] = p;
            const part_kind kind = p.type->kind;
            are_plain = are_plain && kind != part_kind::text && kind != part_kind::other;
            are_words = are_words && are_plain && kind != part_kind::floating && p.type->size == 8;
        }
    }
    part all[Most] = {};
    std::uint32_t count = 0;
    bool are_plain = true;
    bool are_words = true;
};

/// What a key owns in the place of an argument, and what is kept beside it.
template <class Element>
using in_key = std::conditional_t<Element::keyed, typename Element::owned, left_out>;
template <class Element>
using beside_key = std::conditional_t<Element::keyed, left_out, typename Element::owned>;

/// Hashing and comparing it is but arithmetic, or nearly.
template <class Element>
inline constexpr bool is_plain =
    plain_scalar<in_key<Element>> || std::is_same_v<in_key<Element>, left_out>;

template <class Element, class A>
[[nodiscard]] decltype(auto) view_in([[maybe_unused]] const A& argument) {
    if constexpr (Element::keyed)
        return detail::view_of<typename Element::owned>(argument);
    else
        return left_out{};
}
/// Makes an unkeyed argument of a starter from the one that was given.
template <class Owned, class A>
void own_unkeyed_part(void* to, const void* from) {
    ::new (to) Owned(detail::own<Owned>(detail::view_of<Owned>(*static_cast<const A*>(from))));
}
template <class Element, class A>
consteval starter::maker maker_for() {
    if constexpr (Element::keyed)
        return nullptr;
    else
        return own_unkeyed_part<typename Element::owned, decltype(A::value)>;
}
template <class Element, class A>
[[nodiscard]] const void* kept_of([[maybe_unused]] const A& argument) noexcept {
    if constexpr (Element::keyed)
        return nullptr;
    else
        return std::addressof(argument.value);
}

/// Takes what a promise is given.
template <class Loaded>
class job_sink final : public outcome_sink<Loaded> {
public:
    job_sink(load_job& owner, held_value& into) noexcept : owner_(&owner), into_(&into) {}
    void accept(Loaded&& v) override { make_value<Loaded>(*into_, std::move(v)); }
    void refuse(failure why) noexcept override {
        into_->reset();
        owner_->failure = std::move(why);
    }
    void completed() override { owner_->line().home().complete(*owner_); }
    [[nodiscard]] run_control& line() noexcept override { return owner_->line(); }

private:
    load_job* owner_;
    held_value* into_;
};

/// Room for what a finish function is given.
template <class Loaded>
struct loaded_room : held_value {
    loaded_room() noexcept { keep_in(room, value_type_of<Loaded>); }
    alignas(is_small<Loaded> ? alignof(Loaded)
                             : 1) std::byte room[is_small<Loaded> ? sizeof(Loaded) : 1];
};

/// What the job of a load with steps has beside the parts.
template <class Loaded, class Channel, bool Finishes, bool IsPromise, bool IsStream>
struct extra_of_job {
    explicit extra_of_job(load_job& j) noexcept : sink(j, into(j)) {}

    /// Where the callable's result goes: to the finish function, or straight to the value.
    [[nodiscard]] held_value& into(load_job& j) noexcept {
        if constexpr (Finishes)
            return loaded;
        else
            return j.value;
    }

    [[no_unique_address]] std::conditional_t<Finishes, loaded_room<Loaded>, no_part<0>> loaded;
    [[no_unique_address]] std::conditional_t<IsPromise, job_sink<Loaded>, no_part<1>> sink;
    [[no_unique_address]] std::conditional_t<IsStream, partial_box<Channel>, no_part<2>> box;
};

} // namespace imload::detail
