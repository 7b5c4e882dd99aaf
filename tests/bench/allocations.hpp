// Every operator new of the program, counted while somebody wants to know.
#pragma once

#include <cstddef>

namespace bench {

// From its construction on; one at a time.
class allocation_count {
public:
    allocation_count();
    allocation_count(const allocation_count&) = delete;
    allocation_count& operator=(const allocation_count&) = delete;
    ~allocation_count();

    // On all threads.
    std::size_t made() const;
    // What was allocated and not freed, as the heap rounds it up.
    std::ptrdiff_t bytes() const;
};

} // namespace bench
