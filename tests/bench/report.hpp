// The table that a run prints: what was measured, beside what, and whether it meets its target.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

namespace bench {

enum class must { stay_below, reach };

// A figure that has a target, most often a ratio: {"x idiom", 0.28, 0.40}.
struct target {
    std::string what;
    double measured = 0;
    double limit = 0;
    must be = must::stay_below;

    bool met() const { return be == must::reach ? measured >= limit : measured <= limit; }
};

struct row {
    std::string measure;
    std::string at;
    std::map<std::string, std::string> cells = {}; // by the section's columns
    std::vector<target> targets = {};
};

class report {
public:
    // The rows that follow have these columns; one that stays empty is not printed.
    void section(std::string title, std::vector<std::string> columns);
    void add(row r);
    // A line below the section's table.
    void note(std::string line);

    // In Markdown, which reads well as plain text too.
    void print(std::FILE* out) const;

private:
    struct part {
        std::string title;
        std::vector<std::string> columns;
        std::vector<row> rows = {};
        std::vector<std::string> notes = {};
    };
    static void print(std::FILE* out, const part& p);

    std::vector<part> parts_;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

// 1234.5 is "1.23 us".
std::string text_of_ns(double ns);
// With as many digits as the table has room for.
std::string text_of(double x);
std::string text_of_count(std::size_t n); // 10000 is "10k"

} // namespace bench
