// expect: imload: this callable returns a reference: return a value
#include <imload/imload.hpp>

int main() {
    imload::session session;
    auto load = imload::async_load(session, [](const auto& x) -> decltype(auto) { return (x); });
    (void)load(1);
}
