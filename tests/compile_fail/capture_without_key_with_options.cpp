// expect: imload: this callable has state (captures or members): pass the captured values as arguments, or give async_load a key
#include <imload/imload.hpp>

int main() {
    imload::session session;
    int captured = 1;
    const imload::options quiet{.throw_errors = false};
    auto load = imload::async_load(session, [&captured] { return captured; }, quiet);
    (void)load();
}
