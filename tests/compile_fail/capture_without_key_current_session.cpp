// expect: imload: this callable has state (captures or members): pass the captured values as arguments, or give async_load a key
#include <imload/imload.hpp>

int main() {
    int captured = 1;
    (void)imload::async_load([&captured] { return captured; })();
}
