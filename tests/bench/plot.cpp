#include "plot.hpp"

#include "report.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <fstream>

namespace bench {

namespace {

// Colours in the middle, so that they stand out from white and from black; the background is none.
constexpr const char* ink = "#7d8590";
constexpr const char* colours[] = {"#2f81f7", "#e5534b", "#c27803", "#3c9d4e", "#a371f7"};

constexpr double height = 400;
constexpr double panel_width = 480;
constexpr double left = 64;
constexpr double right = 100; // for the lines' names
constexpr double top = 40;
constexpr double bottom = 56;
constexpr double plot_width = panel_width - left - right;
constexpr double plot_height = height - top - bottom;

std::string figure(double x) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", x);
    return text;
}

std::string text_at(double x, double y, const std::string& text, const std::string& style) {
    return "<text x=\"" + figure(x) + "\" y=\"" + figure(y) + "\" " + style + ">" + text +
           "</text>\n";
}

std::string straight(double x1, double y1, double x2, double y2, const char* style) {
    return "<path d=\"M" + figure(x1) + " " + figure(y1) + " L" + figure(x2) + " " + figure(y2) +
           "\" stroke=\"" + ink + "\" " + style + "/>\n";
}

// 1, 2, 5, 10 and so on, from the last one not above `least` to the first not below `most`.
std::vector<double> round_numbers(double least, double most) {
    std::vector<double> all;
    for (double power = std::pow(10, std::floor(std::log10(least)));; power *= 10)
        for (const double factor : {1.0, 2.0, 5.0}) {
            const double x = power * factor;
            if (x <= least) all.clear();
            all.push_back(x);
            if (x >= most) return all;
        }
}

class drawing {
public:
    drawing(const panel& p, double x0) : panel_(p), x0_(x0) {
        for (const line& l : p.lines)
            for (const auto& [x, y] : l.points) {
                first_x_ = std::min(first_x_, x);
                last_x_ = std::max(last_x_, x);
                first_y_ = std::min(first_y_, y);
                last_y_ = std::max(last_y_, y);
            }
        marks_ = round_numbers(first_y_, last_y_);
        first_y_ = marks_.front();
        last_y_ = marks_.back();
    }

    std::string svg() const { return title() + grid() + lines() + labels(); }

private:
    double place_x(double x) const {
        return x0_ + left + plot_width * std::log(x / first_x_) / std::log(last_x_ / first_x_);
    }
    double place_y(double y) const {
        return top + plot_height * std::log(last_y_ / y) / std::log(last_y_ / first_y_);
    }

    std::string title() const {
        return text_at(x0_ + left, top - 16, panel_.title, "font-weight=\"bold\"");
    }

    std::string grid() const {
        std::string out;
        for (const double y : marks_) {
            out += straight(x0_ + left, place_y(y), x0_ + left + plot_width, place_y(y),
                            y == first_y_ ? "stroke-opacity=\"1\"" : "stroke-opacity=\"0.35\"");
            out += text_at(x0_ + left - 8, place_y(y) + 5, text_of(y), "text-anchor=\"end\"");
        }
        for (const auto& [x, y] : panel_.lines.front().points) {
            out += straight(place_x(x), place_y(first_y_), place_x(x), place_y(first_y_) + 5, "");
            out += text_at(place_x(x), place_y(first_y_) + 21,
                           text_of_count(static_cast<std::size_t>(x)), "text-anchor=\"middle\"");
        }
        return out;
    }

    std::string lines() const {
        std::string out;
        for (std::size_t i = panel_.lines.size(); i-- > 0;) { // the first on top
            std::string path;
            for (const auto& [x, y] : panel_.lines[i].points)
                path += (path.empty() ? "M" : " L") + figure(place_x(x)) + " " + figure(place_y(y));
            out += "<path d=\"" + path + "\" stroke=\"" + colour(i) + "\" stroke-width=\"" +
                   (i == 0 ? "4" : "2") + "\" stroke-linejoin=\"round\"/>\n";
        }
        return out;
    }

    // At the lines' ends, moved apart where they would overlap.
    std::string labels() const {
        constexpr double line_height = 17;
        std::vector<std::pair<double, std::size_t>> places;
        for (std::size_t i = 0; i < panel_.lines.size(); ++i)
            places.emplace_back(place_y(panel_.lines[i].points.back().second), i);
        std::sort(places.rbegin(), places.rend()); // from the bottom up
        std::string out;
        double free = height;
        for (const auto& [y, i] : places) {
            const double at = std::min(y, free);
            free = at - line_height;
            out += text_at(x0_ + left + plot_width + 8, at + 5, panel_.lines[i].name,
                           std::string("fill=\"") + colour(i) + "\"" +
                               (i == 0 ? " font-weight=\"bold\"" : ""));
        }
        return out;
    }

    static const char* colour(std::size_t i) { return colours[i % std::size(colours)]; }

    const panel& panel_;
    double x0_;
    double first_x_ = 1e300;
    double last_x_ = 0;
    double first_y_ = 1e300;
    double last_y_ = 0;
    std::vector<double> marks_; // on the y axis
};

} // namespace

bool write_plot(const std::string& file, const std::string& x_label, const std::string& y_label,
                const std::vector<panel>& panels) {
    const double width = panel_width * static_cast<double>(panels.size());
    std::ofstream out(file);
    out << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" << width << "\" height=\"" << height
        << "\" viewBox=\"0 0 " << width << ' ' << height
        << "\" font-family=\"sans-serif\" font-size=\"14\" fill=\"" << ink << "\">\n"
        << "<style>path { fill: none }</style>\n";
    for (std::size_t i = 0; i < panels.size(); ++i) {
        const double x0 = panel_width * static_cast<double>(i);
        out << "<g>\n" << drawing(panels[i], x0).svg();
        out << text_at(x0 + left + plot_width / 2, height - 12, x_label, "text-anchor=\"middle\"");
        if (i == 0)
            out << text_at(-(top + plot_height / 2), 18, y_label,
                           "text-anchor=\"middle\" transform=\"rotate(-90)\"");
        out << "</g>\n";
    }
    out << "</svg>\n";
    return static_cast<bool>(out.flush());
}

} // namespace bench
