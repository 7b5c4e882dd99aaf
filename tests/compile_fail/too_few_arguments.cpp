// expect: imload: this callable cannot be called with these arguments
#include <imload/imload.hpp>

int main() {
    imload::session session;
    (void)imload::async_load(session, [](int x, int y) { return x + y; })(1);
}
