#pragma once

#include <vector>

namespace imload::detail {

/// So that the next push_back cannot fail.
template <class T>
void room_for_one(std::vector<T>& v) {
    if (v.size() == v.capacity()) v.reserve(2 * v.size() + 8);
}

} // namespace imload::detail
