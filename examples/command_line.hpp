// Command lines for the examples: options with or without a value, --help, clear complaints.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <variant>
#include <vector>

namespace app {

// One option, `--name VALUE`, or just `--name` when the target is a bool.
struct option {
    std::string_view name = {};  // with its dashes
    std::string_view value = {}; // what --help calls the value
    std::string_view help = {};  // one line
    std::variant<bool*, int*, float*, std::string*> target = {};
};

using arguments = std::vector<std::string>;

namespace detail {

inline std::string program_name(const char* path) {
    const std::string_view whole = path != nullptr ? path : "example";
    return std::string{whole.substr(whole.find_last_of("/\\") + 1)};
}

inline void print_help(const std::string& program, std::string_view takes,
                       const std::vector<option>& options) {
    std::printf("usage: %s [options] %.*s\n\n", program.c_str(), static_cast<int>(takes.size()),
                takes.data());
    for (const option& each : options) {
        const std::string left = std::string{each.name} + ' ' + std::string{each.value};
        std::printf("  %-24s%.*s\n", left.c_str(), static_cast<int>(each.help.size()),
                    each.help.data());
    }
    std::printf("  %-24s%s\n", "--help", "this text");
}

[[noreturn]] inline void reject(const std::string& program, const std::string& why) {
    std::fprintf(stderr, "%s: %s (try --help)\n", program.c_str(), why.c_str());
    std::exit(2);
}

template <class Number>
bool read_number(const std::string& text, Number& number) {
    if constexpr (std::is_floating_point_v<Number>) {
        char* end = nullptr; // from_chars for floating point is missing from some libraries
        number = std::strtof(text.c_str(), &end);
        return !text.empty() && *end == '\0' && number > 0 && std::isfinite(number);
    } else {
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
        return failure == std::errc{} && end == text.data() + text.size() && number > 0;
    }
}

inline bool store(const option& target, const std::string& text) {
    if (auto* const* whole = std::get_if<int*>(&target.target)) return read_number(text, **whole);
    if (auto* const* real = std::get_if<float*>(&target.target)) return read_number(text, **real);
    *std::get<std::string*>(target.target) = text;
    return !text.empty();
}

} // namespace detail

// Fills the options' targets and returns the other arguments. `takes` says which of these the
// program accepts ("[FOLDER]"), at most one, empty for none. Ends the program after --help, and
// with code 2 after a mistake.
inline arguments parse(int argc, char** argv, std::string_view takes,
                       const std::vector<option>& options) {
    const std::string program = detail::program_name(argc > 0 ? argv[0] : nullptr);
    arguments rest;
    bool options_ended = false; // by "--", so that a folder may be called "-x"
    for (int i = 1; i < argc; ++i) {
        const std::string text = argv[i];
        if (text == "--" && !options_ended) {
            options_ended = true;
            continue;
        }
        if (options_ended || text.size() < 2 || text.front() != '-') {
            if (takes.empty() || !rest.empty())
                detail::reject(program, "does not know what to do with " + text);
            rest.push_back(text);
            continue;
        }
        if (text == "--help" || text == "-h") {
            detail::print_help(program, takes, options);
            std::exit(0);
        }
        const option* found = nullptr;
        for (const option& each : options)
            if (each.name == text) found = &each;
        if (found == nullptr) detail::reject(program, "has no option " + text);
        if (auto* const* flag = std::get_if<bool*>(&found->target)) {
            **flag = true;
            continue;
        }
        const std::string value{found->value};
        if (++i == argc) detail::reject(program, text + " needs " + value + " after it");
        if (!detail::store(*found, argv[i]))
            detail::reject(program, text + " " + argv[i] + ": this is not a good " + value);
    }
    return rest;
}

} // namespace app
