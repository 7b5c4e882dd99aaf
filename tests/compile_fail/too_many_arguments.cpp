// expect: imload: this callable cannot be called with these arguments
#include <imload/imload.hpp>

int main() {
    imload::session session;
    (void)imload::async_load(session, [](int x) { return x; })(1, 2);
}
