#pragma once

#include <imload/config.hpp>
#include <imload/context.hpp>
#include <imload/detail/call.hpp>
#include <imload/detail/hub.hpp>
#include <imload/detail/job.hpp>
#include <imload/detail/slot.hpp>
#include <imload/detail/text.hpp>

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

/// Small values live in the slot; large or unmovable ones where the worker made them.
template <class T>
inline constexpr bool kept_in_slot =
    sizeof(T) <= 32 && alignof(T) <= alignof(std::max_align_t) &&
    std::is_nothrow_move_constructible_v<T>;

/// A job that makes a T.
template <class T>
class job_of : public job {
public:
    using job::job;

    std::conditional_t<kept_in_slot<T>, std::optional<T>, std::unique_ptr<T>> value;

    void run() override {} // a value that was put: there is nothing to do

    template <class... Make>
    void make(Make&&... from) {
        if constexpr (kept_in_slot<T>)
            value.emplace(std::forward<Make>(from)...);
        else
            value.reset(new T(std::forward<Make>(from)...));
    }
};

/// Where a slot keeps its T. Whether one is there is entry::has_value.
template <class T>
class slot_value {
public:
    slot_value() = default;
    slot_value(const slot_value&) = delete;
    slot_value& operator=(const slot_value&) = delete;
    ~slot_value() = default;

    [[nodiscard]] const T* get() const noexcept {
        if constexpr (kept_in_slot<T>)
            return std::launder(reinterpret_cast<const T*>(&place_));
        else
            return place_.get();
    }

    void take(job_of<T>& from, bool had) {
        if constexpr (kept_in_slot<T>) {
            clear(had);
            ::new (static_cast<void*>(&place_)) T(std::move(*from.value));
        } else {
            place_ = std::move(from.value);
        }
    }

    void clear(bool had) noexcept {
        if constexpr (kept_in_slot<T>) {
            if (had) std::launder(reinterpret_cast<T*>(&place_))->~T();
        } else {
            place_.reset();
        }
    }

private:
    struct alignas(T) bytes {
        std::byte room[sizeof(T)];
    };
    std::conditional_t<kept_in_slot<T>, bytes, std::unique_ptr<T>> place_;
};

/// The message of an error value: its text, its number, what it says of itself.
template <class E>
[[nodiscard]] std::string message_of_value(const E& e) {
    if constexpr (std::is_convertible_v<const E&, std::string_view>) {
        return std::string(static_cast<std::string_view>(e));
    } else if constexpr (requires { std::string(e.message()); }) {
        return std::string(e.message());
    } else if constexpr (requires { std::string(e.what()); }) {
        return std::string(e.what());
    } else if constexpr (std::is_arithmetic_v<E> || std::is_enum_v<E>) {
        std::string text = "error ";
        append_text(text, e);
        return text;
    } else {
        return "an error of type " + std::string(plain_name(type_name<E>()));
    }
}

class job_control final : public run_control {
public:
    explicit job_control(hub& h) noexcept : home_(&h) {}

private:
    void nudge() override { home_->nudge(); }
    const ref<hub> home_;
};

struct no_control {
    explicit no_control(hub&) noexcept {}
};

/// A callable that its type alone gives back: it need not be kept to start another run.
template <class F>
inline constexpr bool rebuilt_from_type =
    std::is_pointer_v<F> || std::is_member_pointer_v<F> ||
    (std::is_empty_v<F> && std::is_default_constructible_v<F>);

template <class... Elements>
inline constexpr bool all_keyed = (Elements::keyed && ...);

template <class Element>
using owned_if_keyed = std::conditional_t<Element::keyed, std::tuple<typename Element::owned>,
                                          std::tuple<>>;
template <class Element>
using owned_if_unkeyed = std::conditional_t<Element::keyed, std::tuple<>,
                                            std::tuple<typename Element::owned>>;

/// The place of element I among those that are keyed as it is.
template <std::size_t I, class... Elements>
consteval std::size_t place_among() {
    constexpr bool keyed[] = {Elements::keyed...};
    std::size_t n = 0;
    for (std::size_t i = 0; i < I; ++i) n += keyed[i] == keyed[I] ? 1u : 0u;
    return n;
}

/// The type whose tag tells the loaders of one callable type.
template <class F, bool Named>
struct loader_identity;

template <class Shape, class Elements = typename Shape::elements>
struct call_of;

/// All that is made from one shape: the slot, the job, the starter.
template <class Shape, class... Elements>
struct call_of<Shape, types<Elements...>> {
    using callable = typename Shape::callable;
    using value = typename Shape::value;
    using elements = types<Elements...>;
    using keyed = decltype(std::tuple_cat(std::declval<owned_if_keyed<Elements>>()...));
    using unkeyed = decltype(std::tuple_cat(std::declval<owned_if_unkeyed<Elements>>()...));
    using arguments = std::tuple<typename Elements::owned...>;
    static constexpr bool has_state = !rebuilt_from_type<callable> || !all_keyed<Elements...>;

    struct kept final : starter {
        kept(const callable& f, unkeyed u) : function(f), values(std::move(u)) {}
        callable function;
        unkeyed values;
    };

    class job final : public job_of<value> {
    public:
        job(slot_base& s, std::uint32_t started_under, hub& h, callable f, arguments a)
            : job_of<value>(s, started_under), function_(std::move(f)), arguments_(std::move(a)),
              control_(h) {}

        void run() override {
            auto thrown = caught([this] { call(std::index_sequence_for<Elements...>{}); });
            if (!thrown) return;
            this->value.reset();
            this->failure = std::make_unique<error>(error_from(std::move(thrown)));
        }

        [[nodiscard]] run_control* control() noexcept override {
            if constexpr (Shape::listens)
                return &control_;
            else
                return nullptr;
        }

    private:
        template <std::size_t... Is>
        void call(std::index_sequence<Is...>) {
            const auto invoke = [this](auto&&... first) -> decltype(auto) {
                return std::invoke(function_, std::forward<decltype(first)>(first)...,
                                   pass<typename Elements::parameter>(std::get<Is>(arguments_))...);
            };
            if constexpr (Shape::first == leading::nothing) {
                keep(invoke);
            } else if constexpr (Shape::first == leading::context) {
                context c(control_);
                keep([&]() -> decltype(auto) { return invoke(c); });
            }
#if IMLOAD_HAS_STOP_TOKEN
            else {
                keep([&]() -> decltype(auto) { return invoke(control_.stop_token()); });
            }
#endif
        }

        template <class Invoke>
        void keep(Invoke&& invoke) {
            using returned = std::remove_cvref_t<typename Shape::returned>;
            if constexpr (std::is_void_v<returned>) {
                invoke();
                this->make();
            } else if constexpr (expected_like<returned>) {
                returned r = invoke();
                if (r.has_value()) {
                    if constexpr (std::is_void_v<typename returned::value_type>)
                        this->make();
                    else
                        this->make(*std::move(r));
                } else {
                    auto why = std::make_unique<error>();
                    why->kind = error_kind::reported;
                    why->message = message_of_value(r.error());
                    if (why->message.empty()) why->message = "an error without a message";
                    why->attach(std::move(r.error()));
                    this->failure = std::move(why);
                }
            } else if constexpr (kept_in_slot<value>) {
                this->make(invoke());
            } else {
                this->value.reset(new value(invoke()));
            }
        }

        callable function_;
        arguments arguments_;
        [[no_unique_address]] std::conditional_t<Shape::listens, job_control, no_control> control_;
    };

    struct slot : slot_base {
        using name_type = std::conditional_t<Shape::named, std::string, no_name>;
        template <class Tuple>
        struct key_from;
        template <class... Owned>
        struct key_from<std::tuple<Owned...>> {
            using type = stored_key<callable, name_type, Owned...>;
        };
        using key_type = typename key_from<keyed>::type;

        template <class Searched>
        explicit slot(const Searched& searched)
            : key(own_key(searched, std::make_index_sequence<std::tuple_size_v<keyed>>{})) {}

        template <class Searched>
        [[nodiscard]] static std::uint64_t hash(const Searched& searched) {
            return hash_key(&kind, searched, std::type_identity<keyed>{});
        }

        [[nodiscard]] const value* get() const noexcept { return cell.get(); }

        slot_value<value> cell;
        key_type key;

        template <class Searched, std::size_t... Is>
        static key_type own_key(const Searched& searched, std::index_sequence<Is...>) {
            return key_type{searched.callable, name_type(searched.name),
                            keyed(own<std::tuple_element_t<Is, keyed>>(
                                std::get<Is>(searched.arguments))...)};
        }

        template <std::size_t... Is>
        static ref<detail::job> make(slot& s, std::uint32_t generation, const kept* how, hub& h,
                                     std::index_sequence<Is...>) {
            [[maybe_unused]] const auto argument = [&]<std::size_t I, class Element>() -> const auto& {
                constexpr std::size_t place = place_among<I, Elements...>();
                if constexpr (Element::keyed)
                    return std::get<place>(s.key.arguments);
                else
                    return std::get<place>(how->values);
            };
            const auto function = [&]() -> callable {
                if constexpr (std::is_pointer_v<callable> || std::is_member_pointer_v<callable>)
                    return s.key.callable.function;
                else if constexpr (rebuilt_from_type<callable>)
                    return callable{};
                else
                    return how->function;
            };
            return make_counted<job>(
                static_cast<slot_base&>(s), generation, h, function(),
                arguments(argument.template operator()<Is, Elements>()...));
        }

        static void label(const slot_base& s, std::string& out) {
            const auto& k = static_cast<const slot&>(s).key;
            if constexpr (Shape::named)
                out += k.name;
            else
                out += plain_name(type_name<callable>());
            out += '(';
            append_tuple(out, k.arguments);
            out += ')';
        }

        static inline constinit slot_type kind = {
            .size = sizeof(slot),
            .alignment = alignof(slot),
            .matches_itself =
                [](const slot_base& s) {
                    const auto& k = static_cast<const slot&>(s).key;
                    if constexpr (std::is_pointer_v<callable> || std::is_member_pointer_v<callable>)
                        if (k.callable.function == nullptr) return false;
                    return equal_keys(k, search_for(k));
                },
            .apply =
                [](slot_base& s, detail::job& j) {
                    static_cast<slot&>(s).cell.take(static_cast<job_of<value>&>(j),
                                                    s.cold->has_value);
                },
            .clear_value = [](slot_base& s) { static_cast<slot&>(s).cell.clear(true); },
            .destroy = [](slot_base& s) { static_cast<slot&>(s).~slot(); },
            .make_job = [](slot_base& s, std::uint32_t generation, const starter* how, hub& h)
                -> ref<detail::job> {
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
                [](const slot_base& s, const void* tag, const void* fn, std::string_view name) {
                    const auto& k = static_cast<const slot&>(s).key;
                    if (tag != tag_of<loader_identity<callable, Shape::named>>()) return false;
                    if constexpr (Shape::named)
                        if (k.name != name) return false;
                    return k.callable ==
                           callable_identity<callable>(*static_cast<const callable*>(fn));
                },
        };

    };
};

} // namespace imload::detail
