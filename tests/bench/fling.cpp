// Prints how long one waits after a fling through many cells, with imload and without.
//
//     fling [RUNS]
#include "fling.hpp"

#include <algorithm>
#include <cstdlib>

int main(int argc, char** argv) { fling::compare(std::max(argc > 1 ? std::atoi(argv[1]) : 3, 1)); }
