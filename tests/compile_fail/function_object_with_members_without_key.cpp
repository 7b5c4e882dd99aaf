// expect: imload: this callable has state (captures or members): pass the captured values as arguments, or give async_load a key
#include <imload/imload.hpp>

struct adder {
    int base = 0;
    int operator()(int x) const { return base + x; }
};

int main() {
    imload::session session;
    (void)imload::async_load(session, adder{3})(1);
}
