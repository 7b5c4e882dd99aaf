// expect: imload: this callable takes argument 2 by non-const reference: take it by value or const reference
#include <imload/imload.hpp>

#include <string>

int main() {
    imload::session session;
    std::string text = "text";
    (void)imload::async_load(session, [](auto, auto& x) { return x.size(); }).poll(1, text);
}
