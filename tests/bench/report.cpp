#include "report.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace bench {

namespace {

std::string format(const char* how, double x, const char* unit) {
    char text[64];
    std::snprintf(text, sizeof text, how, x, unit);
    return text;
}

std::string join(const std::vector<std::string>& parts) {
    std::string all;
    for (const std::string& p : parts) all += (all.empty() ? "" : ", ") + p;
    return all;
}

// Measured, target, verdict.
std::vector<std::string> describe(const std::vector<target>& targets) {
    std::vector<std::string> measured;
    std::vector<std::string> limits;
    std::vector<std::string> verdicts;
    for (const target& t : targets) {
        measured.push_back(text_of(t.measured) + " " + t.what);
        limits.push_back((t.be == must::reach ? ">= " : "<= ") + text_of(t.limit));
        verdicts.emplace_back(t.met() ? "met" : "MISSED");
    }
    const bool all_met =
        std::all_of(targets.begin(), targets.end(), [](const target& t) { return t.met(); });
    if (!targets.empty() && all_met) verdicts = {"met"};
    return {join(measured), join(limits), join(verdicts)};
}

} // namespace

std::string text_of(double x) {
    const double size = std::abs(x);
    if (size >= 100 || x == std::round(x)) return format("%.0f%s", x, "");
    return format(size >= 10 ? "%.1f%s" : size >= 0.1 ? "%.2f%s" : "%.4f%s", x, "");
}

std::string text_of_ns(double ns) {
    if (ns < 1e3) return format(ns < 100 ? "%.1f %s" : "%.0f %s", ns, "ns");
    if (ns < 1e6) return format("%.3g %s", ns / 1e3, "us");
    if (ns < 1e9) return format("%.3g %s", ns / 1e6, "ms");
    return format("%.3g %s", ns / 1e9, "s");
}

std::string text_of_count(std::size_t n) {
    if (n >= 1'000'000) return std::to_string(n / 1'000'000) + "M";
    return n >= 1000 ? std::to_string(n / 1000) + "k" : std::to_string(n);
}

void report::section(std::string title, std::vector<std::string> columns) {
    parts_.push_back({std::move(title), std::move(columns)});
}

void report::add(row r) {
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - started_;
    std::fprintf(stderr, "%4.0f s  %s, %s: %s\n", spent.count(), r.measure.c_str(), r.at.c_str(),
                 join(describe(r.targets)).c_str());
    parts_.back().rows.push_back(std::move(r));
}

void report::note(std::string line) { parts_.back().notes.push_back(std::move(line)); }

void report::print(std::FILE* out) const {
    std::size_t met = 0;
    std::size_t all = 0;
    for (const part& p : parts_) {
        print(out, p);
        for (const row& r : p.rows)
            for (const target& t : r.targets) {
                ++all;
                met += t.met() ? 1u : 0u;
            }
    }
    std::fprintf(out, "\n%zu of %zu targets met\n", met, all);
}

void report::print(std::FILE* out, const part& p) {
    std::vector<std::vector<std::string>> lines;
    lines.push_back({"measure", "at"});
    for (const std::string& column : p.columns)
        if (std::any_of(p.rows.begin(), p.rows.end(),
                        [&](const row& r) { return r.cells.count(column) > 0; }))
            lines.front().push_back(column);
    const std::size_t columns = lines.front().size();
    for (const char* name : {"ratio", "target", ""}) lines.front().emplace_back(name);

    for (const row& r : p.rows) {
        std::vector<std::string> line{r.measure, r.at};
        for (std::size_t c = 2; c < columns; ++c) {
            const auto cell = r.cells.find(lines.front()[c]);
            line.push_back(cell == r.cells.end() ? "" : cell->second);
        }
        for (std::string& text : describe(r.targets)) line.push_back(std::move(text));
        lines.push_back(std::move(line));
    }

    std::vector<std::size_t> widths(lines.front().size());
    for (const auto& line : lines)
        for (std::size_t c = 0; c < line.size(); ++c)
            widths[c] = std::max(widths[c], line[c].size());

    std::fprintf(out, "\n### %s\n\n", p.title.c_str());
    for (std::size_t i = 0; i < lines.size(); ++i) {
        for (std::size_t c = 0; c < widths.size(); ++c) {
            const bool is_figure = c >= 2 && c < columns;
            const int width = static_cast<int>(widths[c]) * (is_figure ? 1 : -1);
            std::fprintf(out, "| %*s ", width, lines[i][c].c_str());
        }
        std::fprintf(out, "|\n");
        if (i > 0) continue;
        for (std::size_t c = 0; c < widths.size(); ++c) {
            const bool is_figure = c >= 2 && c < columns;
            std::fprintf(out, "|%s%s", std::string(widths[c] + 1, '-').c_str(),
                         is_figure ? ":" : "-");
        }
        std::fprintf(out, "|\n");
    }
    for (const std::string& line : p.notes) std::fprintf(out, "\n%s\n", line.c_str());
}

} // namespace bench
