#pragma once

#include <chrono>
#include <type_traits>

namespace imload::detail {

template <class T, class... Ts>
inline constexpr bool is_one_of = (std::is_same_v<T, Ts> || ...);

/// A date, or a part of one. The standard has no hash for these before C++26.
template <class T>
concept chrono_calendar =
    is_one_of<T, std::chrono::day, std::chrono::month, std::chrono::year, std::chrono::weekday,
              std::chrono::weekday_indexed, std::chrono::weekday_last, std::chrono::month_day,
              std::chrono::month_day_last, std::chrono::month_weekday,
              std::chrono::month_weekday_last, std::chrono::year_month, std::chrono::year_month_day,
              std::chrono::year_month_day_last, std::chrono::year_month_weekday,
              std::chrono::year_month_weekday_last>;

/// Calls `see` with the numbers that a date is made of, the year first.
template <chrono_calendar T, class See>
void each_number(const T& v, const See& see) {
    if constexpr (std::is_same_v<T, std::chrono::year>) {
        see(static_cast<int>(v));
    } else if constexpr (is_one_of<T, std::chrono::month, std::chrono::day>) {
        see(static_cast<unsigned>(v));
    } else if constexpr (std::is_same_v<T, std::chrono::weekday>) {
        see(v.c_encoding());
    } else {
        if constexpr (requires { v.year(); }) detail::each_number(v.year(), see);
        if constexpr (requires { v.month(); }) detail::each_number(v.month(), see);
        if constexpr (requires { v.day(); }) detail::each_number(v.day(), see);
        if constexpr (requires { v.weekday(); })
            detail::each_number(v.weekday(), see);
        else if constexpr (requires { v.weekday_indexed(); })
            detail::each_number(v.weekday_indexed(), see);
        else if constexpr (requires { v.weekday_last(); })
            detail::each_number(v.weekday_last(), see);
        if constexpr (requires { v.index(); }) see(v.index());
    }
}

} // namespace imload::detail
