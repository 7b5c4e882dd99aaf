#pragma once

#include <imload/detail/arguments/argument_kinds.hpp>
#include <imload/detail/arguments/key_fault.hpp>
#include <imload/key.hpp>

#include <cstddef>
#include <type_traits>

namespace imload::detail {

/// What is wrong with a call.
enum class call_fault {
    none,
    no_hash,
    no_equality,
    raw_pointer,
    reference_wrapper,
    mutable_reference,
    borrowed,
    not_copyable,
    not_callable,
    returns_reference,
    streams_expected,
};

struct call_verdict {
    call_fault fault = call_fault::none;
    std::size_t argument = 0; ///< from 1, where one is to blame
};

template <class P, class A>
consteval call_fault fault_of_argument() {
    using argument = std::remove_cvref_t<A>;
    if constexpr (is_unkeyed<argument>) {
        using inner = decltype(argument::value);
        if constexpr (!can_be_copied<inner>()) return call_fault::not_copyable;
        return std::is_lvalue_reference_v<P> && !std::is_const_v<std::remove_reference_t<P>> &&
                       !is_reference_wrapper<inner>
                   ? call_fault::mutable_reference
                   : call_fault::none;
    } else {
        if constexpr (std::is_lvalue_reference_v<P> && !std::is_const_v<std::remove_reference_t<P>>)
            return call_fault::mutable_reference;
        using owned = typename element_for<P, A>::owned;
        using given = std::decay_t<A>;
        constexpr bool is_text = is_character<std::remove_cv_t<std::remove_pointer_t<given>>>;
        if constexpr (is_reference_wrapper<given>)
            return call_fault::reference_wrapper;
        else if constexpr (std::is_pointer_v<given> && !is_text &&
                           !(std::is_array_v<std::remove_reference_t<A>> &&
                             is_span<std::remove_cvref_t<P>>))
            return call_fault::raw_pointer;
        else
            switch (fault_of<owned>()) {
            case key_fault::none:
                break;
            case key_fault::no_hash:
                return call_fault::no_hash;
            case key_fault::no_equality:
                return call_fault::no_equality;
            case key_fault::raw_pointer:
                return call_fault::raw_pointer;
            case key_fault::reference_wrapper:
                return call_fault::reference_wrapper;
            case key_fault::borrowed:
                return call_fault::borrowed;
            }
        return can_be_copied<owned>() ? call_fault::none : call_fault::not_copyable;
    }
}

// The messages name the argument by its place, and a static_assert takes a literal: each sentence
// is spelled out once for each place up to the ninth.
#define IMLOAD_REFUSE(place)                                                                       \
    static_assert(!(Argument == place && Fault == call_fault::no_hash),                            \
                  "imload: argument " #place                                                       \
                  " has no hash: specialise imload::hash for its type, or pass "                   \
                  "imload::unkeyed(x)");                                                           \
    static_assert(!(Argument == place && Fault == call_fault::no_equality),                        \
                  "imload: argument " #place                                                       \
                  " has no equality: give its type operator==, or pass imload::unkeyed(x)");       \
    static_assert(!(Argument == place && Fault == call_fault::raw_pointer),                        \
                  "imload: argument " #place                                                       \
                  " is a raw pointer: pass the value it points to, imload::by_address(p) to use "  \
                  "its address as the key, or imload::unkeyed(p)");                                \
    static_assert(!(Argument == place && Fault == call_fault::reference_wrapper),                  \
                  "imload: argument " #place                                                       \
                  " is a std::reference_wrapper: pass the value itself, or imload::unkeyed(x)");   \
    static_assert(!(Argument == place && Fault == call_fault::mutable_reference),                  \
                  "imload: this callable takes argument " #place                                   \
                  " by non-const reference: take it by value or const reference");                 \
    static_assert(!(Argument == place && Fault == call_fault::borrowed),                           \
                  "imload: argument " #place                                                       \
                  " holds a view or a reference, which a key would outlive: use std::string, "     \
                  "std::vector or the value itself inside it");                                    \
    static_assert(!(Argument == place && Fault == call_fault::not_copyable),                       \
                  "imload: argument " #place                                                       \
                  " cannot be copied, and each run needs its own: pass a std::shared_ptr to it")

/// Stops the compilation with what is wrong and what to write instead. `Type` is the argument's
/// own type, there to be read in the compiler's trace.
template <call_fault Fault, std::size_t Argument, class Type>
consteval bool refuse() {
    static_assert(Fault != call_fault::returns_reference,
                  "imload: this callable returns a reference: return a value, for it is made on "
                  "another thread and kept");
    static_assert(
        Fault != call_fault::not_callable,
        "imload: this callable cannot be called with these arguments: all parameters "
        "must be given, those with a default too; an imload::context or imload::stream is "
        "taken first and by reference, an imload::promise first and by value; one that "
        "takes an imload::stream or imload::promise first must be neither overloaded nor "
        "a template");
    static_assert(Fault != call_fault::streams_expected,
                  "imload: a stream publishes values: to report an error, return the std::expected "
                  "from the callable and take an imload::stream of its value_type");
    IMLOAD_REFUSE(1);
    IMLOAD_REFUSE(2);
    IMLOAD_REFUSE(3);
    IMLOAD_REFUSE(4);
    IMLOAD_REFUSE(5);
    IMLOAD_REFUSE(6);
    IMLOAD_REFUSE(7);
    IMLOAD_REFUSE(8);
    IMLOAD_REFUSE(9);
    static_assert(Argument < 10, "imload: an argument after the ninth cannot be part of a key: it "
                                 "needs a hash, == and a copy, and must not be a raw pointer or a "
                                 "reference");
    return true;
}
#undef IMLOAD_REFUSE

template <std::size_t I, class... Ts>
struct nth_type {
    using type = void;
};
template <class T, class... Ts>
struct nth_type<1, T, Ts...> {
    using type = T;
};
template <std::size_t I, class T, class... Ts>
    requires(I > 1)
struct nth_type<I, T, Ts...> : nth_type<I - 1, Ts...> {};

} // namespace imload::detail
