// expect: imload: this callable has state (captures or members): pass the captured values as arguments, or give async_load a key
#include <imload/imload.hpp>

int main() {
    imload::session session;
    int captured = 1;
    auto load = imload::async_load(session, [captured](int x) { return captured + x; });
    (void)load(1);
}
