// What is asked for, in which order, and what it loads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

using number = std::uint64_t;

// What all of them load: something else for each key, and cheap.
inline double value_of(number key) { return static_cast<double>(key >> 40); }
inline double value_of_text(const std::string& key) { return static_cast<double>(key.back()); }

// Row numbers: 0, 1, 2. Kind to std::hash, which is the number itself.
inline std::vector<number> row_numbers(std::size_t n) {
    std::vector<number> keys(n);
    for (std::size_t i = 0; i < n; ++i) keys[i] = i;
    return keys;
}

// Ids as a database gives them: any 64 bits.
inline std::vector<number> ids(std::size_t n) {
    std::mt19937_64 random(1);
    std::vector<number> keys(n);
    for (number& key : keys) key = random();
    return keys;
}

// Of 24 characters, as a path or a uuid in base 64 might be.
inline std::vector<std::string> texts(std::size_t n) {
    std::vector<std::string> keys;
    keys.reserve(n);
    for (const number id : ids(n)) {
        char text[32];
        std::snprintf(text, sizeof text, "pic/%016llx.jpg", static_cast<unsigned long long>(id));
        keys.emplace_back(text);
    }
    return keys;
}

template <class Key>
std::vector<Key> shuffled(std::vector<Key> keys, unsigned seed) {
    std::shuffle(keys.begin(), keys.end(), std::mt19937(seed));
    return keys;
}

// Orders to be taken in turns, so many that what is learnt from one frame does not help the next.
template <class Key>
std::vector<std::vector<Key>> random_orders(const std::vector<Key>& keys) {
    std::vector<std::vector<Key>> orders;
    for (unsigned seed = 0; seed < 8; ++seed) orders.push_back(shuffled(keys, seed));
    return orders;
}

} // namespace bench
