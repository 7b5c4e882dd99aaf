// expect: imload: this callable cannot be copied, and each run gets its own
#include <imload/imload.hpp>

#include <memory>

int main() {
    imload::session session;
    auto load = imload::async_load(session, "offset",
                                   [unit = std::make_unique<int>(1)](int x) { return x + *unit; });
    (void)load.poll(1);
}
