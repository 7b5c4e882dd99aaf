// expect: imload: this callable cannot be called with these arguments
#include <imload/imload.hpp>

struct circle {
    double radius = 0;
    double area() const { return 3 * radius * radius; }
};

int main() {
    imload::session session;
    (void)imload::async_load(session, &circle::area)();
}
