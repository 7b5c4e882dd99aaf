#include "allocations.hpp"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

namespace bench {

namespace {

constinit std::atomic<bool> counting = false;
constinit std::atomic<std::size_t> allocations = 0;
constinit std::atomic<std::ptrdiff_t> live_bytes = 0;

constexpr auto relaxed = std::memory_order_relaxed;

void* count_in(void* memory) {
    if (!memory) throw std::bad_alloc();
    if (counting.load(relaxed)) {
        allocations.fetch_add(1, relaxed);
        live_bytes.fetch_add(static_cast<std::ptrdiff_t>(malloc_usable_size(memory)), relaxed);
    }
    return memory;
}

void give_back(void* memory) {
    if (counting.load(relaxed) && memory)
        live_bytes.fetch_sub(static_cast<std::ptrdiff_t>(malloc_usable_size(memory)), relaxed);
    std::free(memory);
}

} // namespace

allocation_count::allocation_count() {
    allocations = 0;
    live_bytes = 0;
    counting = true;
}
allocation_count::~allocation_count() { counting = false; }

std::size_t allocation_count::made() const { return allocations; }
std::ptrdiff_t allocation_count::bytes() const { return live_bytes; }

} // namespace bench

void* operator new(std::size_t n) { return bench::count_in(std::malloc(n)); }
void* operator new(std::size_t n, std::align_val_t a) {
    const auto alignment = std::max(static_cast<std::size_t>(a), sizeof(void*));
    return bench::count_in(std::aligned_alloc(alignment, (n + alignment - 1) & ~(alignment - 1)));
}
void operator delete(void* p) noexcept { bench::give_back(p); }
void operator delete(void* p, std::size_t) noexcept { bench::give_back(p); }
void operator delete(void* p, std::align_val_t) noexcept { bench::give_back(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { bench::give_back(p); }
