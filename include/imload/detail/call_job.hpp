#pragma once

#include <imload/config.hpp>
#include <imload/context.hpp>
#include <imload/detail/box.hpp>
#include <imload/detail/call.hpp>
#include <imload/detail/call_key.hpp>
#include <imload/detail/call_parts.hpp>
#include <imload/detail/graveyard.hpp>
#include <imload/detail/job.hpp>
#include <imload/detail/job_memory.hpp>
#include <imload/detail/load_job.hpp>
#include <imload/detail/pack.hpp>
#include <imload/detail/returned.hpp>
#include <imload/detail/slot.hpp>
#include <imload/detail/text.hpp>
#include <imload/detail/value_cell.hpp>
#include <imload/promise.hpp>
#include <imload/stream.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace imload::detail {

template <class Shape, class Elements = typename Shape::elements,
          class Places = typename Shape::places>
struct call_of;

/// All that is made from one shape: the slot, the job, the starter. Each loader of a program is
/// compiled from here anew, so this is plain code, and what does not depend on its types is
/// elsewhere.
template <class Shape, class... Elements, std::size_t... Is>
struct call_of<Shape, types<Elements...>, std::index_sequence<Is...>> {
    using callable = typename Shape::callable;
    using finisher = typename Shape::finisher;
    using loads = typename Shape::loaded;
    using value = typename Shape::value;
    using name_type = std::conditional_t<Shape::named, std::string, no_name>;
    using identity = slot_of_loader<callable, finisher, name_type>;
    using keyed = pack<in_key<Elements>...>;
    using unkeyed = pack<beside_key<Elements>...>;
    static constexpr bool has_state =
        !rebuilt_from_type<callable> || !rebuilt_from_type<finisher> || !(Elements::keyed && ...);
    static constexpr bool is_promise = Shape::first == leading::promise;
    static constexpr bool is_stream = Shape::first == leading::stream;
    using channel = std::conditional_t<std::is_void_v<typename Shape::channel>, std::monostate,
                                       typename Shape::channel>;

    struct kept final : starter {
        kept(const callable& f, const finisher& g, unkeyed u)
            : function(f), finish(g), values(std::move(u)) {}
        callable function;
        finisher finish;
        unkeyed values;
    };

    /// The key as it is searched for: views of the arguments.
    template <class Name, class... Args>
    [[nodiscard]] static auto search(const callable& f, const finisher& g, const Name& name,
                                     const Args&... args) {
        return searched_key<callable, finisher, Name, decltype(view_in<Elements>(args))...>{
            {callable_identity<callable>(f), callable_identity<finisher>(g), name},
            {{view_in<Elements>(args)}...}};
    }
    /// What the key does not hold and a later run needs: the callable, the unkeyed arguments.
    template <class... Args>
    [[nodiscard]] static box<starter> keep(const callable& f, const finisher& g,
                                           const Args&... args) {
        return make_box<kept>(f, g, unkeyed{{beside<Elements>(args)}...});
    }

    struct slot final : identity {
        template <class Searched>
        slot(const Searched& s, bool& is_key)
            : identity(s.loader), arguments{{own<in_key<Elements>>(at<Is>(s.arguments))}...} {
            is_key = !this->loader.callable.is_null() &&
                     (compares_alone || differences(*this, *this) == 0);
        }

        /// No == of a user's runs when keys are compared, who might ask for others in it, or say
        /// that an argument is another than itself.
        static constexpr bool compares_alone =
            (... && (is_plain<Elements> || std::is_same_v<in_key<Elements>, std::string>));
        static constexpr bool hashes_at_once = !Shape::named && (... && is_plain<Elements>);
        template <class Searched>
        [[nodiscard]] bool equals(const Searched& s) const {
            return this->loader.is(s.loader) && equal_packs(arguments, s.arguments);
        }
        template <class Searched>
        [[nodiscard]] static std::uint64_t hash(const Searched& s) {
            return hash_loader(s.loader, reinterpret_cast<std::uintptr_t>(&kind)) +
                   hash_pack(std::type_identity<keyed>{}, s.arguments);
        }
        /// A key to search for, and how; valid as long as that is.
        template <class Searched>
        [[nodiscard]] static sought seek(const Searched& s) noexcept {
            static_assert(alignof(slot) < slab::alignment,
                          "imload: an argument is aligned to a whole page, which a key cannot be: "
                          "pass a std::shared_ptr to it");
            return {kind, &s, equals_sought<Searched>, hash_sought<Searched>, construct<Searched>};
        }
        [[nodiscard]] const value* get() const noexcept { return place.get(); }

        [[no_unique_address]] keyed arguments;
        slot_value<value, Shape::finishes> place;

        // What a sought lists

        template <class Searched>
        static bool equals_sought(const slot_base& s, const void* key) {
            return static_cast<const slot&>(s).equals(*static_cast<const Searched*>(key));
        }
        template <class Searched>
        static std::uint64_t hash_sought(const void* key) {
            return hash(*static_cast<const Searched*>(key));
        }
        template <class Searched>
        static bool construct(void* memory, const void* key) {
            bool is_key = false;
            ::new (memory) slot(*static_cast<const Searched*>(key), is_key);
            return is_key;
        }

        // What slot_type lists

        static void put(slot_base& s, detail::job* from, bool had, graveyard& graves) {
            void* const made = from ? static_cast<load_job*>(from)->made : nullptr;
            static_cast<slot&>(s).place.put(static_cast<cell<value>*>(made), had, graves);
        }
        static std::uint32_t differences(const slot_base& a, const slot_base& b) {
            const auto& left = static_cast<const slot&>(a);
            const auto& right = static_cast<const slot&>(b);
            return differing_leaves(left.arguments, right.arguments);
        }
        static void destroy(slot_base& s) { static_cast<slot&>(s).~slot(); }
        static ref<detail::job> make_job(slot_base& s, std::uint32_t generation, const starter* how,
                                         job_home& h, job_memory& m) {
            return ref<detail::job>::adopt(
                new (m) job(static_cast<slot&>(s), generation, static_cast<const kept*>(how), h));
        }
        static void describe(const slot_base& base, std::string& out) {
            const auto& s = static_cast<const slot&>(base);
            if constexpr (Shape::named)
                out += s.loader.name;
            else
                append_callable(out, s.loader.callable);
            append::character(out, '(');
            append_arguments(out, s.arguments);
            append::character(out, ')');
        }
        static inline constinit slot_type kind = {
            .size = sizeof(slot),
            .alignment = alignof(slot),
            .named = Shape::named,
            .needs_starter = has_state,
            .loader = &type_tag<identity>::here,
            .value_tag = &type_tag<value>::here,
            .put = put,
            .differences = differences,
            .destroy = destroy,
            .make_job = make_job,
            .describe = describe,
            .value = named_access<slot, Shape::named>::value,
            .name = named_access<slot, Shape::named>::name,
        };
    };

    class job final : public load_job {
        using place = typename call_of::slot; // the job has a member of that name

    public:
        job(place& s, std::uint32_t started_under, const kept* how, job_home& h)
            : load_job(s, started_under, &value_),
              function_(again<callable>(s.loader.callable, how ? &how->function : nullptr)),
              finish_(again<finisher>(s.loader.finisher, how ? &how->finish : nullptr)),
              arguments_{{original<Is, Elements>(s, how)}...}, control_(h, *this), sink_(*this) {
            this->finishes = Shape::finishes;
        }
        static void* operator new(std::size_t, job_memory& m) { return m.take<job>(); }
        static void operator delete(void* made, job_memory&) noexcept {
            job_memory::give<job>(made);
        }
        static void operator delete(void* made) noexcept { job_memory::give<job>(made); }

    private:
        template <std::size_t I, class Element>
        static const typename Element::owned& original([[maybe_unused]] const place& s,
                                                       [[maybe_unused]] const kept* how) {
            if constexpr (Element::keyed)
                return at<I>(s.arguments);
            else
                return at<I>(how->values);
        }

        void perform([[maybe_unused]] step which,
                     [[maybe_unused]] ref<detail::job>* shown) override {
            if constexpr (Shape::finishes || is_stream) {
                if (which == step::load)
                    load();
                else if (which == step::show_partial)
                    show(*shown);
                else
                    finish_loaded(which);
            } else {
                load();
            }
        }

        void finish_loaded([[maybe_unused]] step which) {
            if constexpr (Shape::finishes) {
                if (which == step::finish)
                    keep_returned(value_, this->failure, [this]() -> decltype(auto) {
                        return finish_(std::move(*loaded_));
                    });
                else
                    loaded_.reset();
            }
        }

        void show([[maybe_unused]] ref<detail::job>& shown) {
            if constexpr (is_stream) {
                std::unique_ptr<channel> newest = box_.take();
                if (!newest) return;
                auto partial = make_counted<value_job<value>>(*this->slot, this->generation);
                shown = partial;
                if constexpr (Shape::finishes)
                    keep_returned(partial->value, partial->failure,
                                  [&]() -> decltype(auto) { return finish_(std::move(*newest)); });
                else
                    partial->value.make(std::move(*newest));
            }
        }

        void load() {
            if constexpr (Shape::first == leading::nothing) {
                keep();
            } else if constexpr (Shape::first == leading::context) {
                context c(control_);
                keep(c);
            } else if constexpr (is_stream) {
                stream<channel> out(control_, box_);
                if constexpr (std::is_void_v<typename Shape::returned>) {
                    call(out);
                    this->ends_with_partial = out.has_published();
                    if (!out.has_published())
                        this->fail_reported("the load ended without publishing");
                } else {
                    keep(out);
                }
            } else if constexpr (is_promise) {
                const auto shared = make_counted<promise_state<loads>>(ref<counted>(this), sink_);
                this->lands_itself = true;
                auto thrown = caught([&] { call(promise<typename Shape::channel>(shared)); });
                if (thrown) {
                    auto why = make_box<error>(error_from(std::move(thrown)));
                    shared->settle([&] { this->failure = std::move(why); });
                }
            }
#if IMLOAD_HAS_STOP_TOKEN
            else if constexpr (Shape::first == leading::stop_token) {
                keep(control_.stop_token());
            }
#endif
        }

        template <class... First>
        decltype(auto) call(First&&... first) {
            if constexpr (std::is_member_pointer_v<callable>)
                return std::invoke(function_, std::forward<First>(first)...,
                                   pass<typename Elements::parameter>(at<Is>(arguments_))...);
            else
                return function_(std::forward<First>(first)...,
                                 pass<typename Elements::parameter>(at<Is>(arguments_))...);
        }
        template <class... First>
        void keep(First&&... first) {
            using returned = std::remove_cvref_t<typename Shape::returned>;
            cell<loads>& into = target();
            if constexpr (std::is_void_v<returned> || expected_like<returned>)
                keep_returned(into, this->failure, [&]() -> decltype(auto) {
                    return call(std::forward<First>(first)...);
                });
            else if constexpr (kept_in_slot<loads>)
                into.fill(::new (into.room()) loads(call(std::forward<First>(first)...)));
            else
                into.fill(new loads(call(std::forward<First>(first)...)));
        }

        /// Where the callable's result goes: to the finish function, or straight to the value.
        [[nodiscard]] cell<loads>& target() noexcept {
            if constexpr (Shape::finishes)
                return loaded_;
            else
                return value_;
        }

        /// Takes what a promise is given.
        struct job_sink final : outcome_sink<loads> {
            explicit job_sink(job& j) noexcept : owner(&j) {}
            void accept(loads&& v) override { owner->target().make(std::move(v)); }
            void refuse(box<error> why) override {
                owner->target().reset();
                owner->failure = std::move(why);
            }
            void completed() override { owner->control_.home().complete(*owner); }
            [[nodiscard]] run_control& line() noexcept override { return owner->control_; }
            job* owner;
        };

        cell<value> value_;
        callable function_;
        [[no_unique_address]] finisher finish_;
        [[no_unique_address]] pack<typename Elements::owned...> arguments_;
        [[no_unique_address]] std::conditional_t<Shape::listens, job_control, no_part<0>> control_;
        [[no_unique_address]] std::conditional_t<is_stream, partial_box<channel>, no_part<1>> box_;
        [[no_unique_address]] std::conditional_t<is_promise, job_sink, no_part<2>> sink_;
        [[no_unique_address]] std::conditional_t<Shape::finishes, cell<loads>, no_part<3>> loaded_;
    };
};

} // namespace imload::detail
