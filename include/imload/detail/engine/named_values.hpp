#pragma once

#include <imload/clock.hpp>
#include <imload/detail/engine/engine.hpp>
#include <imload/detail/renew.hpp>
#include <imload/detail/slots/keys.hpp>
#include <imload/detail/slots/slot.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace imload::detail {

/// Which slot has the value most recently completed under a name, for each type of value. One whose
/// value went is looked for again among all slots, with all others that are lost, and only when it
/// matters; a name that none has is not kept for long.
template <class Late>
class named_values {
public:
    /// A value of the slot, which has a name, was completed at that time.
    void note(const slot_base& s, time_point when, engine& all_slots) {
        if (lost_ >= few && lost_ >= all_slots.size() / 2) find_lost(all_slots);
        const std::string_view name = keys_of<Late>::name(s.type(), s);
        auto at = all_.find(name);
        if (at == all_.end()) at = all_.emplace(std::string(name), values{}).first;
        newest* const of_type = find_type(at->second, s.type().value_tag);
        if (!of_type)
            at->second.push_back({s.type().value_tag, &s, when});
        else if (of_type->completed <= when)
            set(*of_type, &s, when);
    }

    /// The slot's value goes.
    void drop(const slot_base& s, const slot_type& type) noexcept {
        newest* const v = find_known(keys_of<Late>::name(type, s), type.value_tag);
        if (v && v->slot == &s) set(*v, nullptr, v->completed);
    }

    /// Null if there is none.
    [[nodiscard]] const slot_base* find(std::string_view name, const void* tag, engine& all_slots) {
        const newest* v = find_known(name, tag);
        if (v && v->is_lost()) {
            if (lost_ < few)
                find_lost(name, all_slots);
            else
                find_lost(all_slots);
            v = find_known(name, tag);
        }
        return v ? v->slot : nullptr;
    }

    void clear() noexcept {
        all_.clear();
        lost_ = 0;
    }

private:
    struct newest {
        const void* tag;                  ///< of the value's type
        const slot_base* slot;            ///< null: lost
        time_point completed;             ///< when its newest value was; stays when that goes
        const slot_base* found = nullptr; ///< for a lost one, while all slots are visited

        [[nodiscard]] bool is_lost() const noexcept { return slot == nullptr; }
    };
    using values = std::vector<newest>;
    struct text_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view t) const noexcept {
            return std::hash<std::string_view>{}(t);
        }
    };
    static constexpr std::size_t few = 64;

    void set(newest& v, const slot_base* slot, time_point completed) noexcept {
        lost_ -= v.is_lost() ? 1u : 0u;
        v.slot = slot;
        v.completed = completed;
        lost_ += v.is_lost() ? 1u : 0u;
    }
    [[nodiscard]] static newest* find_type(values& of_name, const void* tag) noexcept {
        const auto at = std::find_if(of_name.begin(), of_name.end(),
                                     [tag](const newest& v) { return v.tag == tag; });
        return at != of_name.end() ? &*at : nullptr;
    }
    [[nodiscard]] newest* find_known(std::string_view name, const void* tag) noexcept {
        const auto at = all_.find(name);
        return at != all_.end() ? find_type(at->second, tag) : nullptr;
    }

    /// Those of one name, for which no other is looked up.
    void find_lost(std::string_view name, engine& all_slots) {
        const auto at = all_.find(name);
        look(all_slots, [&](std::string_view of_slot, const void* tag) {
            return of_slot == name ? find_type(at->second, tag) : nullptr;
        });
        settle(at->second);
        if (at->second.empty()) all_.erase(at);
    }
    void find_lost(engine& all_slots) {
        look(all_slots,
             [&](std::string_view name, const void* tag) { return find_known(name, tag); });
        for (auto& of_name : all_) settle(of_name.second);
        std::erase_if(all_, [](const auto& of_name) { return of_name.second.empty(); });
    }
    /// What is lost, as known(name, tag) has it, finds the newest slot with that name and type.
    template <class Known>
    static void look(engine& all_slots, Known known) {
        all_slots.for_each_slot([&](const slot_base& s) {
            // Before a run was completed there are only partial values. Later one may be in the
            // place of the completed one, and is found there.
            if (!s.type().named || s.cold().landed_frame == not_listed) return;
            newest* const v = known(keys_of<Late>::name(s.type(), s), s.type().value_tag);
            if (v && v->is_lost() && (!v->found || v->found->cold().landed < s.cold().landed))
                v->found = &s;
        });
    }
    /// What was found counts; what is still lost goes.
    void settle(values& of_name) noexcept {
        for (newest& v : of_name)
            if (const slot_base* const s = renew(v.found, nullptr)) set(v, s, s->cold().landed);
        lost_ -= std::erase_if(of_name, [](const newest& v) { return v.is_lost(); });
    }

    std::unordered_map<std::string, values, text_hash, std::equal_to<>> all_;
    std::size_t lost_ = 0;
};

} // namespace imload::detail
