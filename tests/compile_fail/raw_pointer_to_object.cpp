// expect: imload: argument 1 is a raw pointer: pass the value it points to, imload::by_address(p) to use its address as the key, or imload::unkeyed(p)
#include <imload/imload.hpp>

struct circle {
    double radius = 0;
    double area() const { return 3 * radius * radius; }
};

int main() {
    imload::session session;
    circle round;
    (void)imload::async_load(session, &circle::area)(&round);
}
