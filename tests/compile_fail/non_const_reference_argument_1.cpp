// expect: imload: this callable takes argument 1 by non-const reference: take it by value or const reference
#include <imload/imload.hpp>

#include <string>

int main() {
    imload::session session;
    auto load = imload::async_load(session, [](std::string& t) { return t.size(); });
    (void)load("text");
}
