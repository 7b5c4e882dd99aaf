// expect: imload: this callable has state (captures or members): pass the captured values as arguments, or give async_load a key
#include <imload/imload.hpp>

#include <functional>

int main() {
    imload::session session;
    std::function<int(int)> function = [](int x) { return x; };
    (void)imload::async_load(session, function)(1);
}
