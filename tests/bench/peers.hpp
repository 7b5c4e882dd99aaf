// imload and its peers, each holding the values of the same keys. What they have in common:
// begin_frame() once a frame, then get(key) for each key; a key that is not there gives 0.
#pragma once

#include "keys.hpp"

#include <imload/imload.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#if __has_include(<boost/unordered/unordered_flat_map.hpp>)
#include <boost/unordered/unordered_flat_map.hpp>
#define IMLOAD_BENCH_HAS_BOOST 1
#else
#define IMLOAD_BENCH_HAS_BOOST 0
#endif

#if defined(IMLOAD_BENCH_ABSL) // what must be linked, the build looks for
#include <absl/container/flat_hash_map.h>
#include <absl/strings/string_view.h>
#define IMLOAD_BENCH_HAS_ABSL 1
#else
#define IMLOAD_BENCH_HAS_ABSL 0
#endif

#if defined(IMLOAD_BENCH_TBB)
#include <tbb/concurrent_hash_map.h>
#define IMLOAD_BENCH_HAS_TBB 1
#else
#define IMLOAD_BENCH_HAS_TBB 0
#endif

namespace bench {

using namespace std::chrono_literals;

template <class Key>
double load(const Key& key) {
    if constexpr (std::is_same_v<Key, std::string>)
        return value_of_text(key);
    else
        return value_of(key);
}

// ---- imload ------------------------------------------------------------------------------------

template <class Key>
class with_imload {
public:
    using loader = decltype(imload::async_load(std::declval<imload::session&>(), load<Key>));

    explicit with_imload(const std::vector<Key>& keys) {
        session_.begin_frame();
        for (const Key& key : keys) static_cast<void>(loader_.poll(key));
        // Loading is forgotten by the third frame.
        for (int i = 0; i < 3; ++i) session_.begin_frame();
    }

    imload::session& session() { return session_; }
    const loader& kept() const { return loader_; }

private:
    imload::inline_executor at_once_;
    imload::session session_{{.executor = &at_once_}};
    loader loader_ = imload::async_load(session_, load<Key>);
};

// The forms of asking: without a copy, as an optional, with the loader made anew.
template <class Key>
struct by_poll {
    with_imload<Key>& all;

    void begin_frame() const { all.session().begin_frame(); }
    template <class K>
    double get(const K& key) const {
        const auto value = all.kept().poll(key);
        return value ? *value : 0;
    }
};

template <class Key>
struct by_call {
    with_imload<Key>& all;

    void begin_frame() const { all.session().begin_frame(); }
    template <class K>
    double get(const K& key) const {
        const std::optional<double> value = all.kept()(key);
        return value ? *value : 0;
    }
};

template <class Key>
struct made_anew {
    with_imload<Key>& all;

    void begin_frame() const { all.session().begin_frame(); }
    template <class K>
    double get(const K& key) const {
        const auto value = imload::async_load(all.session(), load<Key>).poll(key);
        return value ? *value : 0;
    }
};

// ---- its peers, at their best: found by view, without making a std::string ----------------------

struct view_hash {
    using is_transparent = void;
    using is_avalanching = void; // spares Boost mixing it again
    std::size_t operator()(std::string_view text) const {
        return std::hash<std::string_view>{}(text);
    }
};

template <class Key, class NumberHash>
using hash_for = std::conditional_t<std::is_same_v<Key, std::string>, view_hash, NumberHash>;
template <class Key>
using equal_for =
    std::conditional_t<std::is_same_v<Key, std::string>, std::equal_to<>, std::equal_to<Key>>;
// What a map is searched with: characters are counted by each.
template <class Key>
using search_for = std::conditional_t<std::is_same_v<Key, std::string>, std::string_view, Key>;

// What people write.
template <class Key>
class idiom {
public:
    explicit idiom(const std::vector<Key>& keys) {
        for (const Key& key : keys) {
            std::promise<double> promise;
            promise.set_value(load(key));
            map_.emplace(key, promise.get_future().share());
        }
    }

    void begin_frame() const {}
    template <class K>
    double get(const K& key) const {
        const auto at = map_.find(search_for<Key>(key));
        if (at == map_.end() || at->second.wait_for(0s) != std::future_status::ready) return 0;
        return at->second.get();
    }

private:
    std::unordered_map<Key, std::shared_future<double>, hash_for<Key, std::hash<Key>>,
                       equal_for<Key>>
        map_;
};

#if IMLOAD_BENCH_HAS_BOOST
template <class Key>
class boost_map {
public:
    explicit boost_map(const std::vector<Key>& keys) {
        for (const Key& key : keys) map_.emplace(key, load(key));
    }

    void begin_frame() const {}
    template <class K>
    double get(const K& key) const {
        const auto at = map_.find(search_for<Key>(key));
        return at == map_.end() ? 0 : at->second;
    }

private:
    boost::unordered_flat_map<Key, double, hash_for<Key, boost::hash<Key>>, equal_for<Key>> map_;
};
#endif

#if IMLOAD_BENCH_HAS_ABSL
template <class Key>
class absl_map {
public:
    explicit absl_map(const std::vector<Key>& keys) {
        for (const Key& key : keys) map_.emplace(key, load(key));
    }

    void begin_frame() const {}
    template <class K>
    double get(const K& key) const {
        const auto at = map_.find(view(search_for<Key>(key)));
        return at == map_.end() ? 0 : at->second;
    }

private:
    static absl::string_view view(std::string_view text) { return {text.data(), text.size()}; }
    static number view(number key) { return key; }

    absl::flat_hash_map<Key, double> map_;
};
#endif

#if IMLOAD_BENCH_HAS_TBB
template <class Key>
class tbb_map {
public:
    explicit tbb_map(const std::vector<Key>& keys) {
        for (const Key& key : keys) map_.emplace(key, load(key));
    }

    void begin_frame() const {}
    double get(const Key& key) const {
        typename map::const_accessor at;
        return map_.find(at, key) ? at->second : 0;
    }
    // Searched with a const accessor it takes no views, so what is not a string becomes one here.
    template <class K>
    double get(const K& text) const {
        buffer_ = text;
        return get(buffer_);
    }

private:
    struct hash_texts {
        static std::size_t hash(const std::string& text) { return view_hash{}(text); }
        static bool equal(const std::string& a, const std::string& b) { return a == b; }
    };
    using compare = std::conditional_t<std::is_same_v<Key, std::string>, hash_texts,
                                       tbb::tbb_hash_compare<Key>>;
    using map = tbb::concurrent_hash_map<Key, double, compare>;
    map map_;
    mutable Key buffer_ = {};
};
#endif

// ---- a frame: every key is asked for once, and its value used -----------------------------------

template <class Peer, class Keys>
double frame(const Peer& peer, const Keys& keys) {
    peer.begin_frame();
    double sum = 0;
    for (const auto& key : keys) sum += peer.get(key);
    return sum;
}

// The names of the columns, and of the lines in the plot.
namespace names {
inline constexpr const char* by_poll = "imload";
inline constexpr const char* by_call = "by call";
inline constexpr const char* idiom = "idiom";
inline constexpr const char* boost = "boost flat";
inline constexpr const char* absl = "absl flat";
inline constexpr const char* tbb = "tbb map";
} // namespace names

} // namespace bench
