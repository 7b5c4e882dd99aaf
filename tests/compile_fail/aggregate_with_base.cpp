// expect: imload: argument 1 has no hash: specialise imload::hash for its type, or pass imload::unkeyed(x)
#include <imload/imload.hpp>

struct base {
    int x;
};
struct derived : base {
    int y;
};

int main() {
    imload::session session;
    auto load = imload::async_load(session, [](const derived& d) { return d.y; });
    (void)load(derived{{1}, 2});
}
