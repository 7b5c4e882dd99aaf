#pragma once

#include <imload/detail/slots/keys.hpp>
#include <imload/detail/slots/slot.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <string>

namespace imload::detail {

/// Finds a loader that meets ever new keys, none of which is ever ready when it is asked for: one
/// of its arguments changes all the time, as a timestamp does.
template <class Late>
class key_watch {
public:
    explicit key_watch(const slot_pool& of) noexcept : pool_(&of) {}
    [[nodiscard]] bool is_of(const slot_pool& p) const noexcept { return pool_ == &p; }

    /// Notes a new key. True when it is time to look whether any was ever ready.
    [[nodiscard]] bool note(const slot_base& s, std::uint32_t frame) {
        if (told_ || met_before(s.cold().mark)) return false;
        if (met_++ == 0) since_ = frame;
        if (previous_ && previous_ != &s && previous_->in_use())
            differ_ &= keys_of<Late>::differences(*pool_->type, *previous_, s);
        previous_ = &s;
        return met_ >= enough_ && frame - since_ >= frames;
    }

    /// Some were ready: looks again after twice as many.
    void calm_down() noexcept {
        met_ = 0;
        differ_ = none_compared;
        enough_ *= 2;
    }

    /// What to say, once.
    [[nodiscard]] std::string tell(const slot_base& s) {
        told_ = true;
        std::string text = "imload: ";
        keys_of<Late>::describe(s, text);
        text +=
            ": " + std::to_string(met_) + " new keys, and none was ready when it was asked for.";
        if (differ_ != 0 && differ_ != none_compared)
            text += " Argument " + std::to_string(std::countr_zero(differ_) + 1) +
                    " is another each time: is it a timestamp, or a counter? Leave it out, round "
                    "it, or pass imload::unkeyed(x)";
        return text;
    }

private:
    /// Whether a key of this hash was noted: one that was forgotten and is asked for again is not
    /// new. Now and then takes two keys for one, and forgets all before it does so often.
    [[nodiscard]] bool met_before(std::uint32_t mark) noexcept {
        if (met_ % (bits / 4) == 0) seen_ = {};
        const std::uint32_t bit = (mark * 0x9e3779b1u) >> 20;
        std::uint64_t& word = seen_[bit / 64];
        const std::uint64_t before = word;
        word |= std::uint64_t{1} << bit % 64;
        return word == before;
    }

    static constexpr std::uint32_t bits = 1u << 12;
    static constexpr std::uint32_t frames = 100; ///< a screen full of new keys is no mistake
    static constexpr std::uint32_t none_compared = ~0u;
    const slot_pool* pool_;
    const slot_base* previous_ = nullptr; ///< of the same pool; only compared while it is in use
    std::uint32_t met_ = 0;
    std::uint32_t enough_ = 300;
    std::uint32_t since_ = 0;
    std::uint32_t differ_ = none_compared; ///< arguments that differed every time, a bit each
    std::array<std::uint64_t, bits / 64> seen_ = {};
    bool told_ = false;
};

} // namespace imload::detail
