#pragma once

#include <imload/config.hpp>
#include <imload/context.hpp>
#include <imload/detail/call.hpp>
#include <imload/detail/graveyard.hpp>
#include <imload/detail/hub.hpp>
#include <imload/detail/job.hpp>
#include <imload/detail/returned.hpp>
#include <imload/detail/slot.hpp>
#include <imload/detail/text.hpp>
#include <imload/detail/value_cell.hpp>
#include <imload/promise.hpp>
#include <imload/stream.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace imload::detail {

class job_control final : public run_control {
public:
    job_control(hub& h, job& owner) noexcept : home_(&h), owner_(&owner) {}
    void tell_partial() override { home_->publish(*owner_); }
    [[nodiscard]] hub& home() const noexcept { return *home_; }

private:
    void nudge() override { home_->nudge(); }
    const ref<hub> home_;
    job* const owner_;
};

struct no_control {
    no_control(hub&, job&) noexcept {}
};

/// In the place of what a load of its kind does not need.
template <class>
struct no_part {
    template <class... Ignored>
    explicit no_part(Ignored&...) noexcept {}
};

/// A callable that its type alone gives back: it need not be kept to start another run.
template <class F>
inline constexpr bool rebuilt_from_type = std::is_pointer_v<F> || std::is_member_pointer_v<F> ||
                                          (std::is_empty_v<F> &&
                                           std::is_default_constructible_v<F>);

template <class... Elements>
inline constexpr bool all_keyed = (Elements::keyed && ...);

template <class Element>
using owned_if_keyed =
    std::conditional_t<Element::keyed, std::tuple<typename Element::owned>, std::tuple<>>;
template <class Element>
using owned_if_unkeyed =
    std::conditional_t<Element::keyed, std::tuple<>, std::tuple<typename Element::owned>>;

/// The place of element I among those that are keyed as it is.
template <std::size_t I, class... Elements>
consteval std::size_t place_among() {
    constexpr bool keyed[] = {Elements::keyed...};
    std::size_t n = 0;
    for (std::size_t i = 0; i < I; ++i) n += keyed[i] == keyed[I] ? 1u : 0u;
    return n;
}

/// The type whose tag tells the loaders of one callable type.
template <class F, bool Named, class Finish>
struct loader_identity;

template <class Shape, class Elements = typename Shape::elements>
struct call_of;

/// All that is made from one shape: the slot, the job, the starter.
template <class Shape, class... Elements>
struct call_of<Shape, types<Elements...>> {
    using callable = typename Shape::callable;
    using finisher = typename Shape::finisher;
    using loaded = typename Shape::loaded;
    using value = typename Shape::value;
    using elements = types<Elements...>;
    using keyed = decltype(std::tuple_cat(std::declval<owned_if_keyed<Elements>>()...));
    using unkeyed = decltype(std::tuple_cat(std::declval<owned_if_unkeyed<Elements>>()...));
    using arguments = std::tuple<typename Elements::owned...>;
    static constexpr bool has_state =
        !rebuilt_from_type<callable> || !rebuilt_from_type<finisher> || !all_keyed<Elements...>;

    struct kept final : starter {
        kept(const callable& f, const finisher& g, unkeyed u)
            : function(f), finish(g), values(std::move(u)) {}
        callable function;
        finisher finish;
        unkeyed values;
    };

    static constexpr bool is_promise = Shape::first == leading::promise;
    static constexpr bool is_stream = Shape::first == leading::stream;
    using channel = std::conditional_t<std::is_void_v<typename Shape::channel>, std::monostate,
                                       typename Shape::channel>;

    class job final : public job_of<value> {
    public:
        job(slot_base& s, std::uint32_t started_under, hub& h, callable f, finisher g, arguments a)
            : job_of<value>(s, started_under), function_(std::move(f)), finish_(std::move(g)),
              arguments_(std::move(a)), control_(h, *this), sink_(*this) {
            this->finishes = Shape::finishes;
            this->lands_itself = is_promise;
        }

        void run() override {
            if constexpr (is_promise) {
                run_promise();
            } else {
                auto thrown = caught([this] { call(std::index_sequence_for<Elements...>{}); });
                if (thrown) give_up(std::move(thrown));
            }
        }

        void finish() override {
            if constexpr (Shape::finishes) {
                auto thrown = caught([this] {
                    keep_returned(this->value, this->failure, [this]() -> decltype(auto) {
                        return finish_(std::move(*loaded_));
                    });
                });
                loaded_.reset();
                if (thrown) give_up(std::move(thrown));
            }
        }

        [[nodiscard]] ref<detail::job> take_partial() override {
            if constexpr (is_stream) {
                std::unique_ptr<channel> newest = box_.take();
                if (!newest) return {};
                auto shown = make_counted<job_of<value>>(*this->slot, this->generation);
                const auto thrown = caught([&] {
                    if constexpr (Shape::finishes)
                        keep_returned(shown->value, shown->failure, [&]() -> decltype(auto) {
                            return finish_(std::move(*newest));
                        });
                    else
                        shown->value.make(std::move(*newest));
                });
                if (thrown) shown->failure = std::make_unique<error>(error_from(thrown));
                return shown;
            } else {
                return {};
            }
        }

        [[nodiscard]] run_control* control() noexcept override {
            if constexpr (Shape::listens)
                return &control_;
            else
                return nullptr;
        }

    private:
        void give_up(std::exception_ptr thrown) {
            this->value.reset();
            this->failure = std::make_unique<error>(error_from(std::move(thrown)));
        }

        /// Where the callable's result goes: to the finish function, or straight to the value.
        [[nodiscard]] cell<loaded>& target() noexcept {
            if constexpr (Shape::finishes)
                return loaded_;
            else
                return this->value;
        }

        template <std::size_t... Is>
        void call(std::index_sequence<Is...>) {
            const auto invoke = [this](auto&&... first) -> decltype(auto) {
                return std::invoke(function_, std::forward<decltype(first)>(first)...,
                                   pass<typename Elements::parameter>(std::get<Is>(arguments_))...);
            };
            if constexpr (Shape::first == leading::nothing) {
                keep_returned(target(), this->failure, invoke);
            } else if constexpr (Shape::first == leading::context) {
                context c(control_);
                keep_returned(target(), this->failure,
                              [&]() -> decltype(auto) { return invoke(c); });
            } else if constexpr (is_stream) {
                stream<channel> out(control_, box_);
                if constexpr (std::is_void_v<typename Shape::returned>) {
                    invoke(out);
                    this->ends_with_partial = out.has_published();
                    if (!out.has_published()) fail_reported("the load ended without publishing");
                } else {
                    keep_returned(target(), this->failure,
                                  [&]() -> decltype(auto) { return invoke(out); });
                }
            }
#if IMLOAD_HAS_STOP_TOKEN
            else if constexpr (Shape::first == leading::stop_token) {
                keep_returned(target(), this->failure,
                              [&]() -> decltype(auto) { return invoke(control_.stop_token()); });
            }
#endif
        }

        void fail_reported(const char* message) {
            this->failure = std::make_unique<error>();
            this->failure->kind = error_kind::reported;
            this->failure->message = message;
        }

        void run_promise() {
            using state = promise_state<loaded>;
            const auto shared = make_counted<state>(ref<counted>(this), sink_);
            auto thrown = caught([&] {
                call_with(promise<typename Shape::channel>(shared),
                          std::index_sequence_for<Elements...>{});
            });
            if (thrown) {
                auto why = std::make_unique<error>(error_from(std::move(thrown)));
                shared->settle([&] { this->failure = std::move(why); });
            }
        }
        template <class Promise, std::size_t... Is>
        void call_with(Promise given, std::index_sequence<Is...>) {
            std::invoke(function_, std::move(given),
                        pass<typename Elements::parameter>(std::get<Is>(arguments_))...);
        }

        /// Takes what a promise is given.
        struct job_sink final : outcome_sink<loaded> {
            explicit job_sink(job& j) noexcept : owner(&j) {}
            void accept(loaded&& v) override { owner->target().make(std::move(v)); }
            void refuse(std::unique_ptr<error> why) override {
                owner->target().reset();
                owner->failure = std::move(why);
            }
            void completed() override { owner->control_.home().complete(*owner); }
            [[nodiscard]] run_control& line() noexcept override { return owner->control_; }
            job* owner;
        };

        callable function_;
        [[no_unique_address]] finisher finish_;
        arguments arguments_;
        [[no_unique_address]] std::conditional_t<Shape::listens, job_control, no_control> control_;
        [[no_unique_address]] std::conditional_t<is_stream, partial_box<channel>, no_part<channel>>
            box_;
        [[no_unique_address]] std::conditional_t<is_promise, job_sink, no_part<loaded>> sink_;
        [[no_unique_address]] std::conditional_t<Shape::finishes, cell<loaded>, no_part<loaded>>
            loaded_;
    };

    struct slot : slot_base {
        using name_type = std::conditional_t<Shape::named, std::string, no_name>;
        template <class Tuple>
        struct key_from;
        template <class... Owned>
        struct key_from<std::tuple<Owned...>> {
            using type = stored_key<callable, finisher, name_type, Owned...>;
        };
        using key_type = typename key_from<keyed>::type;

        template <class Searched>
        explicit slot(const Searched& searched)
            : key(own_key(searched, std::make_index_sequence<std::tuple_size_v<keyed>>{})) {}

        template <class Searched>
        [[nodiscard]] static std::uint64_t hash(const Searched& searched) {
            return hash_key(searched, std::type_identity<keyed>{});
        }

        /// A key to search for, and how; valid as long as that is.
        template <class Searched>
        [[nodiscard]] static sought seek(const Searched& searched) noexcept {
            return {kind, &searched,
                    [](const slot_base& s, const void* wanted) {
                        return equal_keys(static_cast<const slot&>(s).key,
                                          *static_cast<const Searched*>(wanted));
                    },
                    [](const void* wanted) { return hash(*static_cast<const Searched*>(wanted)); },
                    [](void* memory, const void* wanted) {
                        ::new (memory) slot(*static_cast<const Searched*>(wanted));
                    }};
        }

        /// Which arguments differ, a bit each from the lowest.
        static std::uint32_t differing(const keyed& a, const keyed& b) {
            return [&]<std::size_t... Is>(std::index_sequence<Is...>) {
                return (0u | ... |
                        (equal_values(std::get<Is>(a), std::get<Is>(b)) ? 0u : 1u << (Is & 31)));
            }
            (std::make_index_sequence<std::tuple_size_v<keyed>>{});
        }

        [[nodiscard]] const value* get() const noexcept { return place.get(); }

        slot_value<value, Shape::finishes> place;
        key_type key;

        template <class Searched, std::size_t... Is>
        static key_type own_key(const Searched& searched, std::index_sequence<Is...>) {
            return key_type{
                searched.callable, searched.finisher, name_type(searched.name),
                keyed(own<std::tuple_element_t<Is, keyed>>(std::get<Is>(searched.arguments))...)};
        }

        template <std::size_t... Is>
        static ref<detail::job> make(slot& s, std::uint32_t generation, const kept* how, hub& h,
                                     std::index_sequence<Is...>) {
            [[maybe_unused]] const auto argument = [&]<std::size_t I, class Element>()
                -> const auto& {
                constexpr std::size_t nth = place_among<I, Elements...>();
                if constexpr (Element::keyed)
                    return std::get<nth>(s.key.arguments);
                else
                    return std::get<nth>(how->values);
            };
            const auto again = [&]<class G>(const callable_identity<G>& kept_in_key,
                                            const G* kept_apart) -> G {
                if constexpr (std::is_pointer_v<G> || std::is_member_pointer_v<G>)
                    return kept_in_key.function;
                else if constexpr (rebuilt_from_type<G>)
                    return G{};
                else
                    return *kept_apart;
            };
            return make_counted<job>(static_cast<slot_base&>(s), generation, h,
                                     again(s.key.callable, how ? &how->function : nullptr),
                                     again(s.key.finisher, how ? &how->finish : nullptr),
                                     arguments(argument.template operator()<Is, Elements>()...));
        }

        static void label(const slot_base& s, std::string& out) {
            const auto& k = static_cast<const slot&>(s).key;
            if constexpr (Shape::named)
                out += k.name;
            else
                append_callable(out, k.callable);
            out += '(';
            append_tuple(out, k.arguments);
            out += ')';
        }

        static inline constinit slot_type kind = {
            .size = sizeof(slot),
            .alignment = alignof(slot),
            .named = Shape::named,
            .needs_starter = has_state,
            .matches_itself =
                [](const slot_base& s) {
                    const auto& k = static_cast<const slot&>(s).key;
                    if constexpr (std::is_pointer_v<callable> || std::is_member_pointer_v<callable>)
                        if (k.callable.function == nullptr) return false;
                    return equal_keys(k, search_for(k));
                },
            .apply =
                [](slot_base& s, detail::job& j, graveyard& graves) {
                    static_cast<slot&>(s).place.take(static_cast<job_of<value>&>(j),
                                                     s.cold().has_value, graves);
                },
            .clear_value =
                [](slot_base& s, graveyard& graves) {
                    static_cast<slot&>(s).place.clear(true, graves);
                },
            .differences =
                [](const slot_base& a, const slot_base& b) {
                    return differing(static_cast<const slot&>(a).key.arguments,
                                     static_cast<const slot&>(b).key.arguments);
                },
            .destroy = [](slot_base& s) { static_cast<slot&>(s).~slot(); },
            .make_job = [](slot_base& s, std::uint32_t generation, const starter* how,
                           hub& h) -> ref<detail::job> {
                return make(static_cast<slot&>(s), generation, static_cast<const kept*>(how), h,
                            std::index_sequence_for<Elements...>{});
            },
            .describe = [](const slot_base& s, std::string& out) { label(s, out); },
            .value = [](const slot_base& s) -> const void* {
                return static_cast<const slot&>(s).get();
            },
            .value_tag = []() -> const void* { return tag_of<value>(); },
            .name = [](const slot_base& s) -> std::string_view {
                if constexpr (Shape::named)
                    return static_cast<const slot&>(s).key.name;
                else
                    return {};
            },
            .belongs_to =
                [](const slot_base& s, const loader_tag& l) {
                    const auto& k = static_cast<const slot&>(s).key;
                    if (l.type != tag_of<loader_identity<callable, Shape::named, finisher>>())
                        return false;
                    if constexpr (Shape::named)
                        if (k.name != l.name) return false;
                    return k.callable == callable_identity<callable>(
                                             *static_cast<const callable*>(l.function)) &&
                           k.finisher ==
                               callable_identity<finisher>(*static_cast<const finisher*>(l.finish));
                },
        };
    };
};

} // namespace imload::detail
