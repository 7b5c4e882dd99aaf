// What imload costs a compiler: its time for the headers and for each loader, and object code.
#include "report.hpp"
#include "sections.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace bench {

namespace {

namespace fs = std::filesystem;

constexpr int repetitions = 5;
const fs::path include_folder = IMLOAD_BENCH_INCLUDE; // and the compiler: both from CMake

// The standard headers that a header of imload needs, itself or by another of imload's.
void collect_standard_headers(const fs::path& header, std::set<std::string>& seen,
                              std::set<std::string>& standard) {
    std::ifstream file(include_folder / header);
    for (std::string line; std::getline(file, line);) {
        const std::string directive = "#include <";
        if (line.rfind(directive, 0) != 0) continue;
        const std::string name = line.substr(directive.size(), line.find('>') - directive.size());
        const bool is_own = name.rfind("imload/", 0) == 0;
        const bool is_standard = name.find('.') == std::string::npos; // some compiler's else
        if (is_standard)
            standard.insert(name);
        else if (is_own && seen.insert(name).second)
            collect_standard_headers(name, seen, standard);
    }
}

std::string standard_includes() {
    std::set<std::string> seen;
    std::set<std::string> standard;
    collect_standard_headers("imload/imload.hpp", seen, standard);
    std::string text;
    for (const std::string& name : standard) text += "#include <" + name + ">\n";
    return text;
}

// A program with that many loaders, each of a type of its own.
std::string with_loaders(int count) {
    const char* const parameters[] = {"int", "const std::string&", "std::string, int",
                                      "long, double"};
    const char* const arguments[] = {"1", "\"name\"", "std::string(\"name\"), 2", "3L, 4.0"};
    std::string text = "#include <imload/imload.hpp>\n#include <string>\n";
    std::string body;
    for (int i = 0; i < count; ++i) {
        const std::string n = std::to_string(i);
        const auto shape = static_cast<std::size_t>(i % 4);
        text += "struct value_" + n + " { double x[" + std::to_string(i + 1) + "]; };\nvalue_" + n +
                " load_" + n + "(" + parameters[shape] + ");\n";
        body += "    if (auto v = imload::async_load(load_" + n + ").poll(" + arguments[shape] +
                ")) sum += v->x[0];\n";
    }
    return text + "double draw() {\n    double sum = 0;\n" + body + "    return sum;\n}\n";
}

class workshop {
public:
    workshop() : folder_(fs::temp_directory_path() / ("imload-bench." + std::to_string(getpid()))) {
        fs::create_directories(folder_);
    }
    workshop(const workshop&) = delete;
    workshop& operator=(const workshop&) = delete;
    ~workshop() {
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }

    void write(const std::string& name, const std::string& text) {
        std::ofstream(folder_ / (name + ".cpp")) << text;
    }

    // The processor's seconds, of the compiler and what it runs; below 0: it failed.
    double compile(const std::string& name) {
        const std::string command = std::string("'") + IMLOAD_BENCH_COMPILER_PATH +
                                    "' -std=c++20 -O2 -DNDEBUG -I '" + include_folder.string() +
                                    "' -c '" + (folder_ / name).string() + ".cpp' -o '" +
                                    object(name) + "'";
        const double before = children_seconds();
        if (std::system(command.c_str()) != 0) return -1;
        return children_seconds() - before;
    }

    // Code and constants, as `size` counts them.
    double code_bytes(const std::string& name) {
        double bytes = 0;
        if (std::FILE* const output = popen(("size '" + object(name) + "'").c_str(), "r")) {
            char line[256];
            while (std::fgets(line, sizeof line, output)) bytes = std::strtod(line, nullptr);
            pclose(output);
        }
        return bytes;
    }

private:
    static double children_seconds() {
        rusage usage{};
        getrusage(RUSAGE_CHILDREN, &usage);
        const auto seconds = [](const timeval& t) {
            return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
        };
        return seconds(usage.ru_utime) + seconds(usage.ru_stime);
    }
    std::string object(const std::string& name) const { return (folder_ / (name + ".o")).string(); }

    fs::path folder_;
};

double median(std::vector<double> of) {
    std::sort(of.begin(), of.end());
    return of[of.size() / 2];
}

} // namespace

void measure_compiling(report& to) {
    to.section("Compiling at -O2", {"imload", "standard headers"});
    workshop here;
    here.write("standard", standard_includes());
    here.write("include", "#include <imload/imload.hpp>\n");
    here.write("session",
               "#include <imload/imload.hpp>\nvoid draw() { imload::session().begin_frame(); }\n");
    here.write("1 loader", with_loaders(1));
    here.write("5 loaders", with_loaders(5));
    here.write("9 loaders", with_loaders(9));

    std::map<std::string, std::vector<double>> times;
    const auto compile = [&](const std::string& name) {
        const double seconds = here.compile(name);
        if (seconds < 0) {
            to.note("Left out: the compiler failed on " + name + ".");
            return false;
        }
        times[name].push_back(seconds * 1e9);
        return true;
    };
    for (int i = 0; i < repetitions; ++i)
        for (const char* name : {"standard", "include", "session", "1 loader", "5 loaders"})
            if (!compile(name)) return;
    if (!compile("9 loaders")) return; // for its size

    const double standard = median(times["standard"]);
    const double with_imload = median(times["include"]);
    to.add({"including imload.hpp; beside it the standard headers that it includes",
            "a file",
            {{"imload", text_of_ns(with_imload)}, {"standard headers", text_of_ns(standard)}},
            {{"x the standard headers", with_imload / standard, 1.05}}});

    to.add({"object code of such a file, in bytes",
            "a file",
            {{"imload", text_of(here.code_bytes("include"))}},
            {{"bytes", here.code_bytes("include"), 0}}});
    to.add({"making a session: what is behind it is compiled there",
            "more",
            {{"imload", text_of_ns(median(times["session"]) - with_imload)}}});
    to.add({"the first loader of a file",
            "more",
            {{"imload", text_of_ns(median(times["1 loader"]) - with_imload)}}});

    const double each = (median(times["5 loaders"]) - median(times["1 loader"])) / 4;
    to.add({"one more loader, a type of its own",
            "of 5",
            {{"imload", text_of_ns(each)}},
            {{"ms", each / 1e6, 60}}});

    const double first = here.code_bytes("1 loader");
    const double few = (here.code_bytes("5 loaders") - first) / 4;
    const double more = (here.code_bytes("9 loaders") - here.code_bytes("5 loaders")) / 4;
    to.add({"object code of one more loader, in bytes", "2nd to 5th", {{"imload", text_of(few)}}});
    to.add({"the same; its values are larger", "6th to 9th", {{"imload", text_of(more)}}});
    to.note("The processor's time, medians of " + std::to_string(repetitions) +
            ". Object code of a session: " + text_of(here.code_bytes("session")) +
            " bytes, of the first loader: " + text_of(first) + ".");
}

} // namespace bench
