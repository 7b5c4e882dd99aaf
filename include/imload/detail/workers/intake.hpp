#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

namespace imload::detail {

class job;

/// What the UI thread wants of the queue, in order: written by it alone and without a lock, read
/// under the hub's lock by whoever holds it next. In chunks, each twice as long as the one before,
/// which never move and are used again from the first one in the next frame.
template <class Late>
class intake {
public:
    enum class wish : std::uint8_t { ask, prefetch, ask_again };
    struct item {
        job* load;
        int priority;
        wish what;
    };

    /// The UI thread's. Sequentially consistent: who then finds no worker looking can rely on it
    /// that the next one to look finds this.
    void add(item i) {
        make_room();
        *put_++ = i;
        if (i.priority > highest_.load(std::memory_order_relaxed))
            highest_.store(i.priority, std::memory_order_relaxed);
        written_.store(written_.load(std::memory_order_relaxed) + 1, std::memory_order_seq_cst);
    }

    /// The next add() cannot fail.
    void make_room() {
        if (put_ == put_end_) open_chunk();
    }

    /// No wish of this frame has a higher priority. Threads: any; seldom written, so it costs who
    /// adds nothing to look at it often.
    [[nodiscard]] int highest() const noexcept { return highest_.load(std::memory_order_relaxed); }

    /// How many were added in this frame so far. Threads: any.
    [[nodiscard]] std::size_t added() const noexcept {
        return written_.load(std::memory_order_relaxed);
    }

    /// Under the lock: whether anything was added since.
    [[nodiscard]] bool has_more() const noexcept {
        return written_.load(std::memory_order_seq_cst) != read_;
    }

    /// Under the lock: hands over all that was added since.
    template <class Take>
    void take(Take take_one) {
        const std::size_t end = written_.load(std::memory_order_seq_cst);
        for (; read_ != end; ++read_) {
            if (get_ == get_end_) {
                const std::size_t nth = chunk_of(read_);
                get_ = chunks_[nth].get();
                get_end_ = get_ + size_of(nth);
            }
            take_one(*get_);
            ++get_;
        }
    }

    /// The UI thread's, under the lock, when all was taken: begins with the first chunk again.
    void rewind() noexcept {
        const std::size_t used = written_.load(std::memory_order_relaxed);
        if (used == 0) return;
        for (std::size_t nth = kept; nth < chunks_.size() && chunks_[nth]; ++nth)
            chunks_[nth].reset(); // what a great frame needed is not kept for ever
        put_ = get_ = chunks_[0].get();
        put_end_ = get_end_ = put_ + first;
        highest_.store(lowest, std::memory_order_relaxed);
        written_.store(0, std::memory_order_relaxed);
        read_ = 0;
    }

private:
    static constexpr std::size_t first = 256; ///< items in the first chunk
    static constexpr std::size_t kept = 8;    ///< chunks that stay: half a megabyte
    static constexpr int lowest = std::numeric_limits<int>::min();

    [[nodiscard]] static constexpr std::size_t size_of(std::size_t nth) noexcept {
        return nth == 0 ? first : first << (nth - 1);
    }
    [[nodiscard]] static std::size_t chunk_of(std::size_t at) noexcept {
        return static_cast<std::size_t>(std::bit_width(at / first));
    }

    void open_chunk() {
        const std::size_t nth = chunk_of(written_.load(std::memory_order_relaxed));
        if (!chunks_[nth]) chunks_[nth].reset(new item[size_of(nth)]);
        put_ = chunks_[nth].get();
        put_end_ = put_ + size_of(nth);
    }

    std::array<std::unique_ptr<item[]>, 40> chunks_;
    std::atomic<int> highest_{lowest};

    static constexpr std::size_t apart = 64; ///< so that the two sides share no cache line
    alignas(apart) std::atomic<std::size_t> written_{0};
    item* put_ = nullptr; // the UI thread's
    item* put_end_ = nullptr;
    alignas(apart) std::size_t read_ = 0; // guarded by the lock, as what follows
    item* get_ = nullptr;
    item* get_end_ = nullptr;
};

} // namespace imload::detail
