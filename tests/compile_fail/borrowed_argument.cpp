// expect: imload: argument 1 holds a view or a reference
#include <imload/imload.hpp>

#include <string_view>
#include <vector>

int count(const std::vector<std::string_view>& words) {
    return static_cast<int>(words.size());
}

int main() {
    imload::session session;
    auto load = imload::async_load(session, count);
    (void)load.poll(std::vector<std::string_view>{"a", "b"});
}
