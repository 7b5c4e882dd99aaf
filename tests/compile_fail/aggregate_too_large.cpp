// expect: imload: a plain aggregate with more than 16 members cannot be a key by itself
#include <imload/imload.hpp>

struct large {
    int a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q;
};

int main() {
    imload::session session;
    auto load = imload::async_load(session, [](const large& l) { return l.a; });
    (void)load(large{});
}
