// expect: imload: this callable cannot be called with these arguments
#include <imload/imload.hpp>

int twice(int x) { return 2 * x; }

int main() {
    imload::session session;
    (void)imload::async_load<&twice>(session)();
}
