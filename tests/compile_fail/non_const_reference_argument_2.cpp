// expect: imload: this callable takes argument 2 by non-const reference: take it by value or const reference
#include <imload/imload.hpp>

int appended(int a, int& b) { return a + b; }

int main() {
    imload::session session;
    (void)imload::async_load(session, appended)(1, 2);
}
