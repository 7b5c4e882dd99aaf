// expect: imload: this callable returns a reference: return a value
#include <imload/imload.hpp>

#include <string>

int main() {
    imload::session session;
    auto load =
        imload::async_load(session, [](const std::string& t) -> const std::string& { return t; });
    (void)load("text");
}
