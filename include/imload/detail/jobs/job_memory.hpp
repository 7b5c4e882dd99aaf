#pragma once

#include <imload/config.hpp>
#include <imload/detail/renew.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace imload::detail {

/// Memory for jobs, which are made on one thread and end on any: cut from blocks, one after the
/// other. A block is used again, or given back, when all jobs in it have ended, so that for any
/// thread it is but one step to end one. A load that goes on keeps its block: a page.
/// Threads: one makes jobs; they may end on any, and after this has.
class job_memory {
public:
    job_memory() = default;
    job_memory(const job_memory&) = delete;
    job_memory& operator=(const job_memory&) = delete;
    ~job_memory() {
        if (block_ && close()) delete block_;
    }

    [[nodiscard]] void* take(std::size_t bytes, std::size_t alignment_needed) {
        if (bytes > largest || alignment_needed > alignment) [[unlikely]]
            return take_apart(bytes, alignment_needed);
        const std::size_t all = sizeof(head) + (bytes + alignment - 1) / alignment * alignment;
        if (all > room_) [[unlikely]]
            open_block();
        std::byte* const at = block_->room + (block::size - room_);
        room_ -= all;
        ++made_;
        return ::new (static_cast<void*>(at)) head{block_} + 1;
    }
    static void give(void* job) noexcept {
        block* const home = (static_cast<head*>(job) - 1)->home;
        if (!home) [[unlikely]]
            ::operator delete((static_cast<apart*>(job) - 1)->memory);
        else if (home->left.fetch_sub(1, std::memory_order_acq_rel) == 1)
            delete home;
    }

private:
#if IMLOAD_HAS_ADDRESS_SANITIZER
    static constexpr std::size_t largest = 0; // so that it sees what is done to one that has ended
#else
    static constexpr std::size_t largest = 512;
#endif
    /// Of nearly all jobs, and of the head.
    static constexpr std::size_t alignment = std::max(alignof(void*), alignof(std::int64_t));

    struct block {
        static constexpr std::size_t size = 4096 - 64; // a page, with what malloc adds
        /// Jobs that have not ended; while it is cut up, with those that could still be made.
        std::atomic<std::uint32_t> left{many};
        alignas(alignment) std::byte room[size];
    };
    static constexpr std::uint32_t many = 1u << 31;
    /// Before each job.
    struct alignas(alignment) head {
        block* home; ///< null: it lies apart
    };
    /// Before one that is too large, or aligned to more.
    struct apart {
        void* memory;
        head none;
    };

    IMLOAD_NOINLINE static void* take_apart(std::size_t bytes, std::size_t alignment_needed) {
        const std::size_t room = bytes + alignment_needed;
        void* const memory = ::operator new(sizeof(apart) + room);
        void* at = static_cast<apart*>(memory) + 1;
        std::size_t left = room;
        at = std::align(alignment_needed, bytes, at, left);
        ::new (static_cast<void*>(static_cast<apart*>(at) - 1)) apart{memory, {nullptr}};
        return at;
    }

    IMLOAD_NOINLINE void open_block() {
        if (block_ && close()) {
            block_->left.store(many, std::memory_order_relaxed);
        } else {
            block_ = nullptr; // its jobs see to it
            block_ = new block;
        }
        room_ = block::size;
    }
    /// No more jobs are made in the block. True: all have ended.
    [[nodiscard]] bool close() noexcept {
        const std::uint32_t unmade = many - renew(made_, 0u);
        room_ = 0;
        return block_->left.fetch_sub(unmade, std::memory_order_acq_rel) == unmade;
    }

    block* block_ = nullptr; ///< which is cut up
    std::size_t room_ = 0;   ///< there, in bytes
    std::uint32_t made_ = 0; ///< jobs there
};

} // namespace imload::detail
