// expect: imload: this callable cannot be called with these arguments
#include <imload/imload.hpp>

struct foo {
    int size = 0;
};

int size_of(foo* f) { return f->size; }

int main() {
    imload::session session;
    const foo one;
    auto load = imload::async_load(session, size_of);
    (void)load.poll(imload::by_address(&one));
}
