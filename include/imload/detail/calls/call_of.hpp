#pragma once

#include <imload/detail/arguments/call_key.hpp>
#include <imload/detail/arguments/part.hpp>
#include <imload/detail/arguments/text.hpp>
#include <imload/detail/calls/call.hpp>
#include <imload/detail/calls/call_job.hpp>
#include <imload/detail/calls/call_parts.hpp>
#include <imload/detail/layout.hpp>
#include <imload/detail/pack.hpp>
#include <imload/detail/slots/slot.hpp>
#include <imload/detail/slots/starter.hpp>
#include <imload/detail/type_tag.hpp>
#include <imload/detail/value_type.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace imload::detail {

template <class Shape, class Elements = typename Shape::elements,
          class Places = typename Shape::places>
struct call_of;

/// All that is made from one shape: how a poll finds its slot, and what its parts are; what its job
/// does is in call_job. Each loader of a program is compiled from here anew, so this is plain code,
/// and what need not know its types is elsewhere.
template <class Shape, class... Elements, std::size_t... Is>
struct call_of<Shape, types<Elements...>, std::index_sequence<Is...>> {
    using callable = typename Shape::callable;
    using finisher = typename Shape::finisher;
    using value = typename Shape::value;
    using loader = loader_parts<callable, finisher, Shape::named>;
    static constexpr bool has_state =
        !rebuilt_from_type<callable> || !rebuilt_from_type<finisher> || !(Elements::keyed && ...);

    // What a poll does

    /// No == of a user's runs when keys are compared, who might ask for others in it.
    static constexpr bool compares_alone =
        (... && (is_plain<Elements> || std::is_same_v<in_key<Elements>, std::string>));
    static constexpr bool hashes_at_once = !Shape::named && (... && is_plain<Elements>);

    /// The key as it is searched for: views of the arguments.
    template <class Name, class... Args>
    [[nodiscard]] static auto search(const callable& f, const finisher& g, const Name& name,
                                     const Args&... args) {
        return searched_key<callable, finisher, Name, decltype(detail::view_in<Elements>(args))...>{
            {callable_identity<callable>(f), callable_identity<finisher>(g), name},
            {{detail::view_in<Elements>(args)}...}};
    }
    /// Whether a slot's badge alone tells that it is one of the loader's.
    static constexpr bool has_one_pool = Shape::is_only_shape;
    [[nodiscard]] static bool is_of(const slot_pool& p,
                                    const typename loader::identity& l) noexcept {
        return p.type == &kind && loader::are_of(p, l);
    }
    /// For a slot of the loader's pool.
    template <class Searched>
    [[nodiscard]] static bool equals(const slot_base& s, const Searched& key) {
        if constexpr (Shape::named)
            if (!loader::is_named(s, key.loader.name)) return false;
        return (detail::equals_view(*static_cast<const in_key<Elements>*>(
                                        place_in(&s, in_slot::all.places[part::arguments + Is])),
                                    detail::at<Is>(key.arguments)) &&
                ...);
    }
    template <class Searched>
    [[nodiscard]] static std::uint64_t hash(const Searched& key) {
        std::uint64_t h = 0;
        ((h = Elements::keyed ? combine(h, detail::hash_view_as<in_key<Elements>>(
                                               detail::at<Is>(key.arguments)))
                              : h),
         ...);
        return h + detail::hash_loader(key.loader, &kind);
    }
    [[nodiscard]] static const value* value_in(const slot_base& s) noexcept {
        const void* const place = place_in(&s, in_slot::all.places[its_job::value_place]);
        if constexpr (value_lies_apart)
            return static_cast<const value*>(*static_cast<void* const*>(place));
        else
            return static_cast<const value*>(place);
    }

    // What is slower

    /// The views of a key, by which it is searched for without knowing its types.
    using views = const void * [part::arguments + sizeof...(Elements)];
    template <class Searched>
    [[nodiscard]] static sought seek(const Searched& key, views& list,
                                     const char* spelled) noexcept {
        static_assert(in_slot::all.places[part::name] == loader::in_slot::all.places[part::name]);
        static_assert(in_slot::all.alignment < slab::alignment,
                      "imload: an argument is aligned to a whole page, which a key cannot be: "
                      "pass a std::shared_ptr to it");
        if constexpr (callable_identity<callable>::counts)
            list[part::callable] = &key.loader.callable.function;
        if constexpr (callable_identity<finisher>::counts)
            list[part::finisher] = &key.loader.finisher.function;
        if constexpr (Shape::named) list[part::name] = &key.loader.name;
        ((list[part::arguments + Is] = std::addressof(detail::at<Is>(key.arguments))), ...);
        if constexpr (!std::is_member_pointer_v<callable> && !std::is_member_pointer_v<finisher> &&
                      (viewed_as_its_kind<in_key<Elements>, view_in_key<Is, Searched>> && ...))
            return {kind, list, nullptr, spelled};
        else
            return {kind, list, how<Searched>, spelled};
    }

    /// What the key does not hold and a later run needs: the callable, the unkeyed arguments.
    template <class... Args>
    [[nodiscard]] static starter keep(const callable& f, const finisher& g, const Args&... args) {
        static constexpr starter::maker makers[] = {nullptr, nullptr, nullptr,
                                                    maker_for<Elements, Args>()...};
        const void* const from[] = {std::addressof(f), std::addressof(g), nullptr,
                                    detail::kept_of<Elements>(args)...};
        return starter(kind, from, makers);
    }

private:
    using its_job = call_job<Shape>;
    using in_job = typename its_job::in_job;

    template <std::size_t I, class Searched>
    using view_in_key =
        std::remove_cvref_t<decltype(detail::at<I>(std::declval<const Searched&>().arguments))>;
    template <class Searched>
    static inline constexpr const view_type* how[] = {
        find_callable_view<callable>(), find_callable_view<finisher>(), nullptr,
        find_view_type<in_key<Elements>, view_in_key<Is, Searched>>()...};

    /// As value_lies_apart() has it for any type.
    static constexpr bool value_lies_apart = Shape::finishes || !is_small<value>;

    // Where everything is

    using in_slot = layout<slot_base, left_out, left_out, typename loader::name_type,
                           in_key<Elements>..., std::conditional_t<value_lies_apart, void*, value>>;
    using in_starter = layout<starter::head, callable_beside_key<callable>,
                              callable_beside_key<finisher>, left_out, beside_key<Elements>...>;

    [[nodiscard]] static constexpr part part_at(std::uint32_t i, const part_type& type) {
        part p = {&type, 0, in_slot::all.places[i], 0, in_job::all.places[i], i};
        if ((i == part::callable && callable_identity<callable>::counts) ||
            (i == part::finisher && callable_identity<finisher>::counts))
            p.in_pool = static_cast<offset>(offsetof(slot_pool, callables) +
                                            i * sizeof(slot_pool::callable));
        if constexpr (has_state) p.in_starter = in_starter::all.places[i];
        return p;
    }
    static inline constexpr part_list<part::arguments + sizeof...(Elements)> parts = {
        part_at(part::callable, callable_type<callable>),
        part_at(part::finisher, callable_type<finisher>), part_at(part::name, name_part_type),
        part_at(part::arguments + Is, part_type_of<typename Elements::owned, Elements::keyed>)...};

public:
    static inline constinit slot_type kind = {
        .parts = {parts.all, parts.count},
        .is_plain = parts.are_plain,
        .is_words = parts.are_words,
        .slot_size = in_slot::all.size,
        .slot_alignment = in_slot::all.alignment,
        .starter_size = has_state ? in_starter::all.size : 0,
        .starter_alignment = in_starter::all.alignment,
        .job_size = in_job::all.size,
        .job_alignment = in_job::all.alignment,
        .value_in_slot = in_slot::all.places[its_job::value_place],
        .value_in_job = its_job::value_in_job,
        .control_in_job = its_job::control_in_job,
        .named = Shape::named,
        .finishes = Shape::finishes,
        .has_steps = its_job::has_steps,
        .value = &value_type_of<value>,
        .value_tag = &type_tag<value>::here,
        .loader = &type_tag<loader>::here,
        .spelled = spelled_with<std::remove_pointer_t<callable>>(),
        .perform = its_job::what_to_do(),
    };
};

} // namespace imload::detail
