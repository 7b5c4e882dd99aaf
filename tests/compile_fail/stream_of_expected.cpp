// expect: imload: a stream publishes values: to report an error, return the std::expected from the callable
#include <imload/imload.hpp>

#include <string>

struct answer { // shaped like std::expected
    using value_type = int;
    using error_type = std::string;
    [[nodiscard]] bool has_value() const { return message.empty(); }
    int& operator*() { return number; }
    std::string& error() { return message; }
    int number = 0;
    std::string message;
};

void measure(imload::stream<answer>& out) { out.publish({1, ""}); }

int main() {
    imload::session session;
    auto load = imload::async_load(session, measure);
    (void)load.poll();
}
