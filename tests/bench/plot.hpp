// A plot as an SVG file: lines over logarithmic axes, each with its name at its end.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace bench {

struct line {
    std::string name;
    std::vector<std::pair<double, double>> points; // x, y
};

struct panel {
    std::string title;
    std::vector<line> lines; // the first is drawn thicker
};

// Panels stand side by side; each has its own y. Its colours read on white and
// on black. False: the file cannot be written.
bool write_plot(const std::string& file, const std::string& x_label, const std::string& y_label,
                const std::vector<panel>& panels);

} // namespace bench
