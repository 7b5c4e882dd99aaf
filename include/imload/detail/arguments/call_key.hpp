#pragma once

#include <imload/detail/pack.hpp>
#include <imload/key.hpp>

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace imload::detail {

/// The part of a key that tells two callables of one type apart: a function pointer's value.
template <class F>
struct callable_identity {
    static constexpr bool counts = false; ///< one callable of the type may not be another
    constexpr explicit callable_identity(const F&) noexcept {}
};
template <class F>
    requires(std::is_pointer_v<F> || std::is_member_pointer_v<F>)
struct callable_identity<F> {
    static constexpr bool counts = true;
    constexpr explicit callable_identity(const F& f) noexcept : function(f) {}
    const F& function; // a poll that knows its slot without it need not load it
};
template <class F>
[[nodiscard]] std::uint64_t hash_callable(F* function) noexcept {
    return reinterpret_cast<std::uintptr_t>(function);
}
/// A member pointer has no portable hash: equality alone tells them apart.
template <class M, class C>
[[nodiscard]] std::uint64_t hash_callable(M C::*) noexcept {
    return 1;
}

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
};

/// A key as it is searched for: nothing owned, nothing allocated.
template <class F, class Finish, class Name, class... Views>
struct searched_key {
    [[no_unique_address]] loader_identity<F, Finish, Name> loader;
    [[no_unique_address]] pack<Views...> arguments;
};

/// What the hash of a key is made of besides its arguments: it puts the keys of one loader
/// elsewhere than those of another, and leaves them as well spread among themselves as they are.
[[nodiscard]] inline std::uint64_t hash_type(const void* type) noexcept {
    return reinterpret_cast<std::uintptr_t>(type) * std::uint64_t{0x2c1b3c6d};
}
/// Of 31 bits, so that each is part of an instruction.
inline constexpr std::uint64_t loader_factors[] = {0x297a2d39, 0x51ed2701, 0x5bd1e995};
/// Of the callable, the finish function and the name, by their place.
[[nodiscard]] constexpr std::uint64_t spread_in_loader(std::uint64_t h,
                                                       std::uint32_t place) noexcept {
    return h * loader_factors[place];
}

template <class F, class Finish, class Name>
[[nodiscard]] std::uint64_t hash_loader(const loader_identity<F, Finish, Name>& l,
                                        const void* type) {
    std::uint64_t h = hash_type(type);
    if constexpr (callable_identity<F>::counts)
        h += spread_in_loader(detail::hash_callable(l.callable.function), 0);
    if constexpr (callable_identity<Finish>::counts)
        h += spread_in_loader(detail::hash_callable(l.finisher.function), 1);
    if constexpr (!std::is_same_v<Name, no_name>) h += spread_in_loader(hash_view(l.name), 2);
    return h;
}

} // namespace imload::detail
