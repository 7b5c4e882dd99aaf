// expect: imload: this callable cannot be called with these arguments
#include <imload/imload.hpp>

struct overloaded {
    int operator()(int) const { return 1; }
    int operator()(int, int) const { return 2; }
};

int main() {
    imload::session session;
    (void)imload::async_load(session, overloaded{}).poll("text");
}
