// expect: imload: this callable cannot be called with these arguments
#include <imload/imload.hpp>

#include <memory>

struct connection {};

int fetch(const std::shared_ptr<connection>& c, int x) { return c ? x : 0; }

int main() {
    imload::session session;
    connection raw;
    auto load = imload::async_load(session, fetch);
    (void)load.poll(imload::unkeyed(&raw), 7);
}
