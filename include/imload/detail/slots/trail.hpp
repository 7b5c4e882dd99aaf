#pragma once

#include <imload/detail/late.hpp>
#include <imload/detail/renew.hpp>
#include <imload/detail/slots/keys.hpp>
#include <imload/detail/slots/recording_policy.hpp>
#include <imload/detail/slots/slot.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace imload::detail {

/// The keys in the order in which they are asked for, which is nearly the same in each frame: so
/// the next one is guessed and compared, and nothing is hashed. A wrong guess tries the places
/// where an order usually goes on, then the key is searched for and the trail taken up behind it.
/// What costs too many searches is learnt: a whole frame is recorded and becomes the trail, in
/// front of the keys that it did not ask for. Where there is no order, guessing stops.
template <class Late>
class trail {
public:
    trail() { clear(); }
    trail(const trail&) = delete;
    trail& operator=(const trail&) = delete;
    ~trail() = default;

    /// The key that is asked for next, if all is as it was; a slot of no type if that is unknown.
    [[nodiscard]] slot_base* guess() const noexcept { return *at_; }
    /// The guess was right.
    void step() noexcept { ++at_; }
    /// How often step() was called.
    [[nodiscard]] std::uint64_t steps() const noexcept {
        return steps_ + static_cast<std::uint64_t>(at_ - run_);
    }

    /// The key, if it is where an order usually goes on: guessed right, the same again, beside the
    /// one that was searched for, where the trail was left last, in the other direction, or where
    /// the last frame ended. While the trail is lost: null.
    [[nodiscard]] slot_base* recall(const sought& key) {
        return recall_if([&](const slot_base& s) { return keys_of<Late>::is(key, s); });
    }
    /// After recall() in vain: the key was found elsewhere.
    void jump(slot_base& found);
    /// Both, where the key was searched for at once.
    void meet(slot_base& found) {
        if (!recall_if([&](const slot_base& s) { return &s == &found; })) jump(found);
    }
    /// After recall() in vain: the key is new. It is put at the end.
    void append(slot_base& made, entry& cold);
    /// A key that is not next is about to be searched for, at once or after recall().
    void count_search() noexcept {
        rest_ = static_cast<std::int32_t>(static_cast<std::uint32_t>(rest_) - 1); // it may wrap
    }
    /// There is no order, so guess() leads to nobody and a key is better searched for at once. Not
    /// for ever: after so many searches recall() looks whether there is one again.
    [[nodiscard]] bool wanders() const noexcept { return rest_ > 0; }
    /// A key went; its place is not used again until there are many of them.
    void erase() noexcept { ++gone_; }

    /// The next ask is likely the one with which the last frame began.
    void begin_frame(std::uint32_t frame) {
        frame_ = frame;
        if (calm_) [[likely]]
            end_ = place_at() - direction();
        else
            learn();
        move_to(recording_ ? nowhere : first_);
        policy_.begin_frame(steps_); // and none since
    }

    void clear();

private:
    using index = std::size_t;
    using path = later<std::vector<slot_base*>, Late>;
    static constexpr index margin = 2;         ///< places at either end that lead to nobody
    static constexpr index nowhere = 0;        ///< one of them
    static constexpr index most_room = 65536;  ///< more keys get no room for a recording beforehand
    static constexpr index copied_an_ask = 16; ///< keys of the path, for a mirror
    static constexpr std::uint32_t most_lost = 8; ///< from so many searches on there is no order
    static_assert(recording_policy::sample <= most_lost, "else a lost frame never seems the same");
    static constexpr std::uint32_t lost_again = most_lost - 2; ///< counted from after a rest
    static constexpr std::int32_t not_lost = std::numeric_limits<std::int32_t>::min() / 2;
    static constexpr std::int32_t least_rest = 64, most_rest = 1 << 20;

    [[nodiscard]] bool is_lost() const noexcept { return rest_ > not_lost; }
    /// While recording what has no order, guesses are seldom tried.
    [[nodiscard]] bool is_blind() const noexcept {
        return recording_ && lost_ >= most_lost && lost_ % 64 != 0;
    }
    /// Where the guess is on the path.
    [[nodiscard]] index place_at() const noexcept {
        return on_mirror_ ? mirrored(static_cast<index>(at_ - spare_.data()))
                          : static_cast<index>(at_ - path_.data());
    }
    [[nodiscard]] index mirrored(index i) const noexcept { return path_.size() - 1 - i; }
    [[nodiscard]] index place_of(const slot_base& s) const noexcept {
        const index own = s.cold().place;
        return own < path_.size() && path_[own] == &s ? own : nowhere;
    }
    [[nodiscard]] index here() const noexcept {
        return recording_ || is_lost() ? here_ : place_at();
    }
    /// 1 or -1, as an index is added to.
    [[nodiscard]] index direction() const noexcept { return backward_ ? ~index{0} : index{1}; }
    [[nodiscard]] index behind(index i) const noexcept { return i + direction(); }
    [[nodiscard]] slot_base& stepped_on() const noexcept { return *at_[-1]; }
    void move_to(index i) noexcept {
        steps_ = steps();
        on_mirror_ = backward_ && has_mirror_ && i != nowhere;
        at_ = run_ = on_mirror_ ? spare_.data() + mirrored(i) : path_.data() + i;
    }
    template <class Is>
    [[nodiscard]] slot_base* recall_if(Is is);
    void turn();
    void forget_mirror() noexcept;
    void asked(slot_base& s, index place, index next);
    void get_lost() noexcept;
    void look_around() noexcept;
    void be_found() noexcept;
    void make_room();
    void give_room_back() noexcept {
        if (path_.size() > most_room) path().swap(spare_);
    }
    void learn();
    void record();
    void rebuild();

    slot_base** at_ = nullptr; ///< the guess; behind it is the next, whichever the direction
    /// Between those two, which compilers would store at once: what is loaded of such a pair comes
    /// later, and each poll of a short frame takes half as long again.
    std::uint64_t steps_ = 0;
    slot_base** run_ = nullptr; ///< where the steps began that are not in steps_

    path path_;
    path spare_; ///< while recording: this frame's asks; else the mirror, if there is one
    bool has_mirror_ = false; ///< the path from its end to its beginning
    bool on_mirror_ = false;  ///< at_ is
    bool backward_ = false;   ///< the keys are asked for from the path's end to its beginning
    std::uint32_t mirror_frame_ = ~0u; ///< the one in which the mirror was made
    std::uint64_t mirror_from_ = 0;    ///< so many steps, before another one is made
    std::uint64_t unturned_ = 0;       ///< asks that would have turned, which count as steps
    std::size_t known_ = 0;            ///< recorded: of how many keys
    std::uint32_t frame_ = 0;
    slot_base nobody_;
    slot_base* last_ = nullptr;    ///< asked for last, if that was no step; not while lost
    slot_base* stray_ = nullptr;   ///< the same, if it was searched for and its place not looked up
    index here_ = margin;          ///< the guess while recording or lost, when no step is taken
    index side_ = nowhere;         ///< where the trail was left by a jump
    index first_ = margin;         ///< the frame's first ask
    index end_ = nowhere;          ///< the last frame's last one
    std::uint32_t lost_ = 0;       ///< searches in a row
    std::int32_t rest_ = not_lost; ///< searches until an order is looked for; or less than that
    std::int32_t next_rest_ = least_rest; ///< how many; doubles with each look in vain
    std::size_t gone_ = 0;

    bool begins_ = true;     ///< nothing was asked for in this frame
    bool calm_ = true;       ///< each ask of this frame was a step
    bool among_new_ = false; ///< the last key was new, at the end, and likely the next one is too
    bool recording_ = false;
    recording_policy policy_;
};

template <class Late>
inline void trail<Late>::append(slot_base& made, entry& cold) {
    const index place = path_.size() - margin;
    const index expected = here();
    if (has_mirror_) [[unlikely]]
        forget_mirror();
    const index at = place_at();
    const auto stepped = at_ - run_;
    make_room();
    path_.push_back(&nobody_);
    path_[place] = &made;
    at_ = path_.data() + at;
    run_ = at_ - stepped;
    cold.place = static_cast<std::uint32_t>(place);
    if (is_lost()) return;
    policy_.surprise(made);
    asked(made, place, expected == place ? behind(place) : expected);
    among_new_ = expected == place;
}

/// A key at `place` was asked for, by no step; `next` is the guess now.
template <class Late>
inline void trail<Late>::asked(slot_base& s, index place, index next) {
    if (renew(begins_, false) && place != nowhere) first_ = place;
    last_ = &s;
    stray_ = nullptr;
    among_new_ = false;
    if (!recording_) {
        move_to(next);
        return;
    }
    here_ = next;
    if (spare_.size() == spare_.capacity()) return;
    const bool again = s.asked == frame_;
    // A few keys may be asked for again and again; the others must find room behind them.
    if (again && spare_.size() + path_.size() - known_ >= spare_.capacity()) return;
    known_ += again ? 0u : 1u;
    spare_.push_back(&s);
}

template <class Late>
inline void trail<Late>::clear() {
    steps_ = at_ ? steps() : 0;
    path_.assign(2 * margin, &nobody_);
    spare_.clear();
    recording_ = has_mirror_ = on_mirror_ = backward_ = false;
    rest_ = not_lost;
    at_ = run_ = path_.data() + margin;
    last_ = &nobody_;
    first_ = here_ = margin;
    side_ = end_ = nowhere;
    stray_ = nullptr;
    gone_ = 0;
}

} // namespace imload::detail

#include <imload/detail/slots/trail_learn.hpp>
#include <imload/detail/slots/trail_recall.hpp>
