#pragma once

#include <imload/detail/arguments/call_key.hpp>
#include <imload/detail/arguments/part.hpp>
#include <imload/detail/box.hpp>
#include <imload/detail/fail.hpp>
#include <imload/detail/late.hpp>
#include <imload/detail/layout.hpp>
#include <imload/detail/mix.hpp>
#include <imload/detail/slots/parts.hpp>
#include <imload/detail/slots/slot.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

namespace imload::detail {

/// All pools of a session, one for each type of slot and callable. They stay until the session
/// ends, for there are no more than the program has loaders; those that differ in name share one.
template <class Late>
class slot_pools {
public:
    /// The pool of the key, which is made if there is none.
    [[nodiscard]] slot_pool& of(const sought& key) {
        if (!last_ || !is_of(*last_, key)) last_ = &find_or_make(key);
        if (key.spelled) last_->spelled = key.spelled;
        return *last_;
    }

private:
    using parts = parts_of<Late>;

    /// Calls f(part, its view) for the callable and the finish function, where they count.
    template <class F>
    static void visit(const sought& key, F f) {
        for (const part& p : key.type.parts) {
            if (p.place >= part::name) break;
            if (p.in_pool) f(p, key.views[p.place]);
        }
    }
    [[nodiscard]] static std::uint64_t hash_of(const sought& key) {
        std::uint64_t h = hash_type(&key.type);
        visit(key, [&](const part& p, const void* view) {
            h += spread_in_loader(parts::hash(*p.type, key.how_to_view(p), view), p.place);
        });
        return h;
    }
    [[nodiscard]] static bool is_of(const slot_pool& pool, const sought& key) {
        if (pool.type != &key.type) return false;
        bool is = true;
        visit(key, [&](const part& p, const void* view) {
            const void* const own = place_in(&pool, p.in_pool);
            is = is && (p.type->kind == part_kind::function
                            ? read_value<std::uintptr_t>(own) == read_value<std::uintptr_t>(view)
                            : parts::equals(*p.type, key.how_to_view(p), own, view));
        });
        return is;
    }

    IMLOAD_NOINLINE slot_pool& find_or_make(const sought& key) {
        const std::uint64_t hash = hash_of(key);
        for (std::size_t at = home_of(hash); slot_pool* const p = table_[at]; at = next(at))
            if (p->hash == hash && is_of(*p, key)) return *p;
        return make(key, hash);
    }
    [[nodiscard]] slot_pool& make(const sought& key, std::uint64_t hash) {
        auto made = make_box<slot_pool>();
        made->type = &key.type;
        made->hash = hash;
        visit(key, [&](const part& p, const void* view) {
            void* const own = place_in(made.get(), p.in_pool);
            parts::own(*p.type, key.how_to_view(p), own, view);
            made->is_key = made->is_key && parts::equal(*p.type, own, own);
        });
        if (2 * (all_.size() + 1) > table_.size()) grow();
        made->number = new_number();
        all_.push_back(std::move(made));
        insert(*all_.back());
        return *all_.back();
    }
    /// Never 0.
    [[nodiscard]] static std::uint32_t new_number() {
        const auto start = static_cast<std::uint32_t>(start_of_count(&made_) >> 32);
        std::uint32_t number = 0;
        while (number == 0) {
            const std::uint32_t count = ++made_;
            if (count == 0)
                fail<std::length_error>("imload: this process has made four billion kinds of keys: "
                                        "is a session made in each frame?");
            number = start + count;
        }
        return number;
    }
    void grow() {
        table_.assign(2 * table_.size(), nullptr);
        for (const auto& p : all_) insert(*p);
    }
    void insert(slot_pool& p) noexcept {
        std::size_t at = home_of(p.hash);
        while (table_[at]) at = next(at);
        table_[at] = &p;
    }
    [[nodiscard]] std::size_t home_of(std::uint64_t hash) const noexcept {
        return static_cast<std::size_t>(hash * 0x9e3779b97f4a7c15u >> 32) & (table_.size() - 1);
    }
    [[nodiscard]] std::size_t next(std::size_t at) const noexcept {
        return (at + 1) & (table_.size() - 1);
    }

    static inline std::atomic<std::uint32_t> made_{0}; ///< in the module
    slot_pool* last_ = nullptr;                        ///< asked for last, and mostly again
    later<std::vector<box<slot_pool>>, Late> all_;
    later<std::vector<slot_pool*>, Late> table_ = later<std::vector<slot_pool*>, Late>(16);
};

} // namespace imload::detail
