// The parts of the benchmark; each adds a section to the report.
#pragma once

#include "report.hpp"

#include <cstddef>
#include <string>

namespace bench {

void measure_polls(report& to, const std::string& plot_file);
void measure_orders(report& to);
void measure_instructions(report& to);
void measure_allocations(report& to);
void measure_starts(report& to);
void measure_frames(report& to);
void measure_memory(report& to);
void measure_compiling(report& to);

// Does one kind of work so many times and nothing else, for callgrind to count; false: there is no
// work of that name.
bool do_work(const std::string& name, std::size_t times);

} // namespace bench
