#pragma once

// What call_job.hpp puts together, as far as loaders can share it.

#include <imload/detail/call_key.hpp>
#include <imload/detail/counted.hpp>
#include <imload/detail/job.hpp>
#include <imload/detail/load_job.hpp>
#include <imload/detail/run_control.hpp>
#include <imload/detail/slot.hpp>
#include <imload/key.hpp>

#include <cstddef>
#include <string_view>
#include <type_traits>

namespace imload::detail {

class job_control final : public run_control {
public:
    job_control(job_home& h, load_job& owner) noexcept : home_(&h), owner_(&owner) {
        owner.listens = this;
    }
    void tell_partial() override { home_->publish(*owner_); }
    [[nodiscard]] job_home& home() const noexcept { return *home_; }

private:
    void nudge() override { home_->nudge(); }
    const ref<job_home> home_;
    load_job* const owner_;
};

/// In the place of what a load of its kind does not need; `Which` keeps two of one job apart.
template <int Which>
struct no_part {
    no_part() = default;
    explicit no_part(load_job&) noexcept {}
    no_part(job_home&, load_job&) noexcept {}
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

/// The slots of one type of loader, whatever the arguments: what refresh_all() looks for.
template <class F, class Finish, class Name>
struct slot_of_loader : slot_base {
    template <class Views>
    explicit slot_of_loader(const loader_identity<F, Finish, Views>& l)
        : loader{l.callable, l.finisher, Name(l.name)} {}
    [[no_unique_address]] loader_identity<F, Finish, Name> loader;
};

/// The callable of a new run: from the key, from nothing, or kept since it was asked for last.
template <class F>
[[nodiscard]] F again([[maybe_unused]] const callable_identity<F>& in_key,
                      [[maybe_unused]] const F* kept_apart) {
    if constexpr (callable_identity<F>::counts)
        return in_key.function;
    else if constexpr (rebuilt_from_type<F>)
        return F{};
    else
        return *kept_apart;
}

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
        return view_of<typename Element::owned>(argument);
    else
        return left_out{};
}
template <class Element, class A>
[[nodiscard]] beside_key<Element> beside([[maybe_unused]] const A& argument) {
    if constexpr (Element::keyed)
        return {};
    else
        return own_unkeyed<typename Element::owned>(argument.value);
}

/// What only slots with a name are asked: those of others need no code for it.
template <class Slot, bool Named>
struct named_access {
    static constexpr std::nullptr_t value = nullptr;
    static constexpr std::nullptr_t name = nullptr;
};
template <class Slot>
struct named_access<Slot, true> {
    static const void* value(const slot_base& s) { return static_cast<const Slot&>(s).get(); }
    static std::string_view name(const slot_base& s) {
        return static_cast<const Slot&>(s).loader.name;
    }
};

} // namespace imload::detail
