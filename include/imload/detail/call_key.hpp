#pragma once

#include <imload/config.hpp>
#include <imload/detail/pack.hpp>
#include <imload/key.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace imload::detail {

/// The part of a key that tells two callables of one type apart: a function pointer's value.
template <class F>
struct callable_identity {
    static constexpr bool counts = false; ///< one callable of the type may not be another
    constexpr explicit callable_identity(const F&) noexcept {}
    [[nodiscard]] static constexpr bool is_null() noexcept { return false; }
};
template <class F>
    requires(std::is_pointer_v<F> || std::is_member_pointer_v<F>)
struct callable_identity<F> {
    static constexpr bool counts = true;
    constexpr explicit callable_identity(F f) noexcept : function(f) {}
    [[nodiscard]] bool is_null() const noexcept { return function == nullptr; }
    [[nodiscard]] std::uint64_t hash() const noexcept {
        if constexpr (std::is_pointer_v<F>)
            return reinterpret_cast<std::uintptr_t>(function);
        else
            return 1; // a member pointer has no portable hash: equality alone tells them apart
    }
    F function;
};

/// The key that a loader was given by name, where it was.
struct no_name {
    no_name() = default;
    constexpr explicit no_name(std::string_view) noexcept {}
};

/// What tells the slots of one loader from those of all others of its type.
template <class F, class Finish, class Name>
struct loader_identity {
    [[no_unique_address]] callable_identity<F> callable;
    [[no_unique_address]] callable_identity<Finish> finisher;
    [[no_unique_address]] Name name;

    template <class OtherName>
    [[nodiscard]] bool is(const loader_identity<F, Finish, OtherName>& other) const noexcept {
        if constexpr (callable_identity<F>::counts)
            if (!(callable.function == other.callable.function)) return false;
        if constexpr (callable_identity<Finish>::counts)
            if (!(finisher.function == other.finisher.function)) return false;
        if constexpr (!std::is_same_v<Name, no_name>)
            return name == other.name;
        else
            return true;
    }
};

/// A key as it is searched for: nothing owned, nothing allocated.
template <class F, class Finish, class Name, class... Views>
struct searched_key {
    [[no_unique_address]] loader_identity<F, Finish, Name> loader;
    [[no_unique_address]] pack<Views...> arguments;
};

template <std::size_t... Is, class... Owned, class... Views>
[[nodiscard]] bool equal_packs(const leaves<std::index_sequence<Is...>, Owned...>& owned,
                               const leaves<std::index_sequence<Is...>, Views...>& views) {
    return (equals_view(static_cast<const leaf<Is, Owned>&>(owned).value,
                        static_cast<const leaf<Is, Views>&>(views).value) &&
            ...);
}

/// The same of two arguments of one type. Not inlined, for it is asked seldom and every loader can.
template <class T>
[[nodiscard]] IMLOAD_NOINLINE bool equal_arguments(const T& a, const T& b) {
    return equals_view(a, b);
}

/// Which arguments differ, a bit each from the lowest.
template <std::size_t... Is, class... Ts>
[[nodiscard]] std::uint32_t differing_leaves(const leaves<std::index_sequence<Is...>, Ts...>& a,
                                             const leaves<std::index_sequence<Is...>, Ts...>& b) {
    return (0u | ... |
            (equal_arguments(static_cast<const leaf<Is, Ts>&>(a).value,
                             static_cast<const leaf<Is, Ts>&>(b).value)
                 ? 0u
                 : 1u << (Is & 31)));
}

/// To be added to the hash of the arguments: it puts the keys of one loader elsewhere than those of
/// another, and leaves them as well spread among themselves as they are. `type` is another number
/// for each type of slot.
template <class F, class Finish, class Name>
[[nodiscard]] std::uint64_t hash_loader(const loader_identity<F, Finish, Name>& l,
                                        std::uint64_t type) {
    // Of 31 bits, so that each is part of an instruction.
    std::uint64_t h = type * 0x2c1b3c6du;
    if constexpr (callable_identity<F>::counts) h += l.callable.hash() * 0x297a2d39u;
    if constexpr (callable_identity<Finish>::counts) h += l.finisher.hash() * 0x51ed2701u;
    if constexpr (!std::is_same_v<Name, no_name>)
        h += std::hash<std::string_view>{}(l.name) * std::uint64_t{0x9e3779b97f4a7c15u};
    return h;
}

template <std::size_t... Is, class... Owned, class... Views>
[[nodiscard]] std::uint64_t
hash_pack(std::type_identity<leaves<std::index_sequence<Is...>, Owned...>>,
          [[maybe_unused]] const leaves<std::index_sequence<Is...>, Views...>& views) {
    std::uint64_t h = 0;
    ((h = combine(h, hash_view_as<Owned>(static_cast<const leaf<Is, Views>&>(views).value))), ...);
    return h;
}

} // namespace imload::detail
