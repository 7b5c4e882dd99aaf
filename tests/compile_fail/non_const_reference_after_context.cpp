// expect: imload: this callable takes argument 1 by non-const reference: take it by value or const reference
#include <imload/imload.hpp>

int main() {
    imload::session session;
    auto load = imload::async_load(session, [](imload::context&, int& x) { return x; });
    (void)load(1);
}
