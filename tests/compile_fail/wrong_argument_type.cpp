// expect: imload: this callable cannot be called with these arguments
#include <imload/imload.hpp>

#include <string>

int main() {
    imload::session session;
    (void)imload::async_load(session, [](int x) { return x; })(std::string("1"));
}
