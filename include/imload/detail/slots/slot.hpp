#pragma once

#include <imload/clock.hpp>
#include <imload/detail/bit_cast.hpp>
#include <imload/detail/box.hpp>
#include <imload/detail/counted.hpp>
#include <imload/detail/jobs/job.hpp>
#include <imload/detail/jobs/run_control.hpp>
#include <imload/detail/layout.hpp>
#include <imload/detail/slots/starter.hpp>
#include <imload/error.hpp>
#include <imload/options.hpp>
#include <imload/run_log.hpp>
#include <imload/simulation.hpp>

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>

namespace imload::detail {

struct slot_base;
struct slot_pool;
struct part_type;
struct view_type;
struct value_type;

/// What a key is doing. Only engine_impl::move assigns it; there is the whole of its life.
enum class phase : std::uint32_t { idle, settling, queued, running, retrying, finishing };

inline constexpr std::uint32_t not_listed = 0xffffffff;

/// What a key needs only while something is going on: a run, a timer, an error.
struct flight {
    ref<job> run; ///< queued or running, or landed and held back

    phase now = phase::idle;
    bool forgotten = false;     ///< goes in the next frame
    bool held = false;          ///< landed, but poll_interval has not passed
    bool parked = false;        ///< nobody asks, so no refresh is waited for
    bool stale = false;         ///< the value is older than stale_after
    bool unasked_start = false; ///< no ask started the run, nor has one come since
    bool anchored = false;      ///< first_start is set
    bool pretends_next = false; ///< begins to pretend in the next frame
    bool owed = false;          ///< a run was given up as nobody asked: an ask starts it
    run_cause cause = run_cause::first_ask; ///< of the run
    std::uint8_t place = 0;                 ///< in its block of the flight_pool
    int attempt = 0;

    std::uint32_t active_at = not_listed; ///< place among the active keys
    std::uint32_t due_at = not_listed;    ///< place among the deadlines
    std::uint32_t ages_at = not_listed;   ///< place among the values that age

    time_point started = time_point::min(); ///< the last run was queued, or began to settle
    time_point first_start{};               ///< the phase of refresh_every
    time_point next_refresh = time_point::max();
    time_point retry_at{}; ///< while retrying

    detail::failure failure;               ///< of the last run, until one succeeds
    time_point failed = time_point::min(); ///< the last run failed
    starter how;
    ref<job> put; ///< a value given by set(), shown in the next frame
    simulation pretends;

    std::uint32_t failed_frame = 0;
    std::uint32_t progress_frame = 0;
    box<run_control::progress_state> progress; ///< null: none was told
};

/// A time in half the room of a float, to three digits or so: what is only shown.
class rough_seconds {
public:
    rough_seconds() = default;
    explicit rough_seconds(float s) noexcept
        : bits_(static_cast<std::uint16_t>((bit_cast<std::uint32_t>(s) + 0x8000u) >> 16)) {}
    [[nodiscard]] float count() const noexcept {
        return bit_cast<float>(std::uint32_t{bits_} << 16);
    }

private:
    std::uint16_t bits_ = 0;
};

/// The cold part of a key: looked at when it is asked about, not when it is polled.
struct entry {
    time_point landed{};     ///< when the value was made; if it is partial, shown, or its run ended
    flight* going = nullptr; ///< of a flight_pool; null while nothing is
    std::uint32_t set = 0;   ///< its options, by number in the settings_table; 0: none yet
    std::uint32_t version = 0;               ///< values applied
    std::uint32_t landed_frame = not_listed; ///< the one that shows the newest complete value first
    std::uint32_t mark = 0;                  ///< its hash, as slot_index keeps it
    std::uint32_t place = 0;                 ///< on the trail
    float last_seconds = 0;
    rough_seconds mean_seconds;
    std::uint16_t life = 0; ///< which key it is that the slot has
    /// A run of an older one is never applied; nor is one that the key does not wait for, so that
    /// it may come round.
    std::uint32_t generation : 21 = 0;
    std::uint32_t has_value : 1 = false;
    std::uint32_t cancelled : 1 = false;
    std::uint32_t shown_cancelled : 1 = false; ///< what this frame shows of it
    std::uint32_t prefetched : 1 = false;      ///< started by prefetch(), not asked for since
    std::uint32_t unasked : 1 = true;          ///< was never asked for
    std::uint32_t vacant : 1 = true;   ///< only peeked at: goes unless something becomes of it
    std::uint32_t peeked : 1 = false;  ///< while vacant: in this frame
    std::uint32_t touched : 1 = false; ///< listed for the next frame
    phase shown : 3 = phase::idle;     ///< what this frame sees of flight::now
};
static_assert(sizeof(entry) <= 48 || sizeof(void*) != 8, "a million keys count each byte");

/// One of the things that tell a key from others and that a run is made of: its type, and where it
/// is in a pool, in a slot, in a starter and in a job. 0: not there.
struct part {
    /// An argument's is its number behind these.
    enum : std::uint32_t { callable, finisher, name, arguments };

    const part_type* type;
    offset in_pool;
    offset in_slot;
    offset in_starter;
    offset in_job;
    std::uint32_t place;
};

/// All that the engine knows of a kind of slot, and how it handles slots and their jobs without
/// knowing more. One object a kind, and its address is the kind's tag: not const, for linkers that
/// fold identical constants.
struct slot_type {
    std::span<const part> parts; ///< those with which there is something to do
    bool is_plain;               ///< all of them are numbers and functions, which are but copied
    bool is_words;               ///< and all have eight bytes, which are equal if their bytes are

    std::uint32_t slot_size;
    std::uint32_t slot_alignment;
    std::uint32_t starter_size; ///< 0: the key alone tells how to start a run
    std::uint32_t starter_alignment;
    std::uint32_t job_size;
    std::uint32_t job_alignment;

    offset value_in_slot;
    offset value_in_job;
    offset control_in_job; ///< 0: its load does not listen
    bool named;            ///< a loader with a key made it
    bool finishes;         ///< a finish function makes its value, which it keeps by itself
    bool has_steps;        ///< its jobs do more than to load

    const value_type* value;
    const void* value_tag;
    const void* loader;  ///< the tag of its type of loader
    const char* spelled; ///< the callable, as spelled_with() has it
    /// Carries out a step of a job; where it has no steps, it loads.
    void (*perform)(load_job& j, job_step which, ref<job>* shown);

    [[nodiscard]] bool needs_starter() const noexcept { return starter_size != 0; }
};

/// What the slots of one session that have one type and one callable have in common.
struct slot_pool {
    static constexpr std::size_t most_callable = 4 * sizeof(void*);

    const slot_type* type = nullptr;
    std::uint32_t number = 0;      ///< no other pool of the process has it; never 0
    bool is_key = true;            ///< no function in it is null
    const char* spelled = nullptr; ///< its function, where a loader knew the name: async_load<&f>()
    std::uint64_t hash = 0;        ///< of type and callable
    /// The callable and the finish function, where they count.
    struct callable {
        alignas(void*) std::byte bytes[most_callable];
    } callables[2] = {};

    // Of slot_memory
    std::uint32_t free = not_listed; ///< the first free slot; entry::mark is the next
    std::uint32_t next_places = 8;   ///< in the next slab: few keys cost little
};

/// A key that is searched for: views of its parts, nothing owned.
struct sought {
    const slot_type& type;
    const void* const* views;      ///< by part::place
    const view_type* const* how;   ///< and what can be done with it; null: as its kind says
    const char* spelled = nullptr; ///< slot_pool::spelled
    slot_pool* pool = nullptr;     ///< found first

    [[nodiscard]] const view_type* how_to_view(const part& p) const noexcept {
        return how ? how[p.place] : nullptr;
    }
};

/// The hot part of a key, all that a poll of a loaded one reads. Slots never move and their memory
/// stays until the session ends, so a trail that leads to a freed one is harmless.
struct slot_base {
    /// The number of its pool above the fingerprint of its options, as in a loader's badge, while
    /// there is a value and an ask has nothing to do; above 0 else. 0: free.
    std::uint64_t badge = 0;
    std::uint32_t asked = 0; ///< the frame of the last ask

    [[nodiscard]] bool in_use() const noexcept { return badge != 0; }
    [[nodiscard]] std::uint32_t fast() const noexcept { return static_cast<std::uint32_t>(badge); }
    void set_fast(std::uint32_t fingerprint) noexcept {
        if (in_use()) badge = (badge & ~std::uint64_t{0xffffffffu}) | fingerprint;
    }
    void take_into(const slot_pool& p) noexcept { badge = std::uint64_t{p.number} << 32; }
    [[nodiscard]] bool is_in(const slot_pool& p) const noexcept { return badge >> 32 == p.number; }

    // The others are of a slab

    [[nodiscard]] slot_pool& pool() const noexcept;
    [[nodiscard]] const slot_type& type() const noexcept { return *pool().type; }
    [[nodiscard]] entry& cold() const noexcept;
    [[nodiscard]] std::uint32_t number() const noexcept; ///< in slot_memory
};

/// The head of a block of slots of one pool. The block starts at an address from which on all of
/// them are found by their own: so a slot needs no pointer to what is cold of it.
struct slab {
    static constexpr std::size_t alignment = 4096;
    static constexpr std::size_t unit = alignof(slot_base); ///< slots begin at multiples of it
    static constexpr std::uint32_t units = alignment / unit;

    entry* entries = nullptr;
    slot_pool* pool = nullptr;
    std::uint32_t first = 0;   ///< the number that a slot at its very start would have
    std::uint32_t places = 0;  ///< slots, in use or free
    std::uint32_t offset = 0;  ///< of the first slot, from the head
    std::uint32_t stride = 0;  ///< from one slot to the next
    std::uint32_t inverse = 0; ///< 2^32 / stride, rounded up: a multiplication divides by stride

    std::uint16_t retired = 0; ///< slots that had all their lives in this epoch
    std::uint16_t epoch = 0;

    [[nodiscard]] static slab& of(const slot_base& s) noexcept {
        const auto address = reinterpret_cast<std::uintptr_t>(&s);
        return *reinterpret_cast<slab*>(address & ~std::uintptr_t{alignment - 1});
    }
    [[nodiscard]] static std::size_t from_head(const slot_base& s) noexcept {
        return reinterpret_cast<std::uintptr_t>(&s) & (alignment - 1);
    }
    [[nodiscard]] std::uint32_t place_of(const slot_base& s) const noexcept {
        return static_cast<std::uint32_t>((from_head(s) - offset) * std::uint64_t{inverse} >> 32);
    }
    [[nodiscard]] bool has(std::uint32_t number) const noexcept {
        const std::size_t from_first = number % units * unit - offset; // huge: it is before that
        return from_first % stride == 0 && from_first / stride < places;
    }
    [[nodiscard]] slot_base& at(std::uint32_t place) noexcept {
        return *std::launder(reinterpret_cast<slot_base*>(reinterpret_cast<std::byte*>(this) +
                                                          offset + std::size_t{place} * stride));
    }
};

inline slot_pool& slot_base::pool() const noexcept { return *slab::of(*this).pool; }

inline entry& slot_base::cold() const noexcept {
    const slab& home = slab::of(*this);
    return home.entries[home.place_of(*this)];
}

inline std::uint32_t slot_base::number() const noexcept {
    return slab::of(*this).first + static_cast<std::uint32_t>(slab::from_head(*this) / slab::unit);
}

} // namespace imload::detail
