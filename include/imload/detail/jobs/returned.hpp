#pragma once

#include <imload/detail/jobs/expected.hpp>
#include <imload/detail/value_type.hpp>
#include <imload/error.hpp>

#include <type_traits>
#include <utility>

namespace imload::detail {

/// Calls `invoke` and keeps what it returns in `into`, or the error that it returns in `why`.
template <class T, class Invoke>
void keep_returned(held_value& into, failure& why, Invoke&& invoke) {
    using returned = std::remove_cvref_t<decltype(invoke())>;
    if constexpr (std::is_void_v<returned>) {
        invoke();
        detail::make_value<T>(into);
    } else if constexpr (expected_like<returned>) {
        returned r = invoke();
        if (!r.has_value())
            why = detail::reported(std::move(r.error()));
        else if constexpr (std::is_void_v<typename returned::value_type>)
            detail::make_value<T>(into);
        else
            detail::make_value<T>(into, detail::value_in_outcome(std::move(r)));
    } else {
        detail::make_value_from<T>(into, invoke);
    }
}

} // namespace imload::detail
