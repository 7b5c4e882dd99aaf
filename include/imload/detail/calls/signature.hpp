#pragma once

#include <imload/detail/arguments/text.hpp>

#include <functional>
#include <type_traits>
#include <utility>

namespace imload::detail {

template <class...>
struct types {};

/// A parameter of a callable that is overloaded or a template: its type follows the argument.
struct unknown_parameter;

/// A function known at compile time, async_load<&fetch>(): it is the same callable as its pointer,
/// and its type has its name.
template <auto Fn>
struct named_function {
    static constexpr auto pointer = Fn;
};

/// A function object known at compile time, with members.
template <auto Fn>
struct constant_function {
    template <class... Args>
    std::invoke_result_t<decltype(Fn)&, Args...> operator()(Args&&... args) const {
        return std::invoke(Fn, std::forward<Args>(args)...);
    }
};

template <auto Fn>
consteval auto constant_callable() {
    using type = std::remove_cv_t<decltype(Fn)>;
    if constexpr (std::is_pointer_v<type> || std::is_member_pointer_v<type>)
        return named_function<Fn>();
    else if constexpr (std::is_empty_v<type>)
        return type(Fn);
    else
        return constant_function<Fn>();
}

/// What a loader's callable is in a key.
template <class F>
struct callable_in_key {
    using type = F;
    static constexpr const char* spelled = nullptr; ///< where the type of that does not tell
    [[nodiscard]] static constexpr const type& of(const F& f) noexcept { return f; }
};
template <auto Fn>
struct callable_in_key<named_function<Fn>> {
    using type = std::remove_cv_t<decltype(Fn)>;
    static constexpr const char* spelled = spelled_with<named_function<Fn>>();
    [[nodiscard]] static constexpr const type& of(named_function<Fn>) noexcept {
        return named_function<Fn>::pointer;
    }
};

/// The parameter types of a callable, where it has exactly one set of them.
template <class F>
struct signature {
    static constexpr bool known = false;
    static constexpr bool has_object = false;
};

template <class... Ps>
struct known_signature {
    static constexpr bool known = true;
    static constexpr bool has_object = false;
    using parameters = types<Ps...>;
};

template <class R, class... Ps>
struct signature<R (*)(Ps...)> : known_signature<Ps...> {};
template <class R, class... Ps>
struct signature<R (*)(Ps...) noexcept> : known_signature<Ps...> {};

/// The parameters of a member function, without its object.
template <class M>
struct member_parameters {
    static constexpr bool known = false;
};

// The language spells const, reference and noexcept qualifiers out in the type: eight member
// function types for one list of parameters.
#define IMLOAD_MEMBER(qualifiers)                                                                  \
    template <class R, class C, class... Ps>                                                       \
    struct member_parameters<R (C::*)(Ps...) qualifiers> {                                         \
        static constexpr bool known = true;                                                        \
        using type = types<Ps...>;                                                                 \
    };
IMLOAD_MEMBER()
IMLOAD_MEMBER(const)
IMLOAD_MEMBER(&)
IMLOAD_MEMBER(const&)
IMLOAD_MEMBER(noexcept)
IMLOAD_MEMBER(const noexcept)
IMLOAD_MEMBER(&noexcept)
IMLOAD_MEMBER(const& noexcept)
#undef IMLOAD_MEMBER

template <class List>
struct as_signature;
template <class... Ps>
struct as_signature<types<Ps...>> : known_signature<Ps...> {};

/// A pointer to a member takes its object first, as std::invoke does.
template <class F>
    requires(std::is_member_function_pointer_v<F>&& member_parameters<F>::known)
struct signature<F> : as_signature<typename member_parameters<F>::type> {
    static constexpr bool has_object = true;
};

/// A function object, a lambda or a std::function with a single operator().
template <class F>
    requires(member_parameters<decltype(&F::operator())>::known)
struct signature<F> : as_signature<typename member_parameters<decltype(&F::operator())>::type> {};

template <auto Fn>
struct signature<constant_function<Fn>> : signature<std::remove_cv_t<decltype(Fn)>> {};

} // namespace imload::detail
