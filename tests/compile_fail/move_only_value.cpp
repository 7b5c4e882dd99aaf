// expect: imload: this value cannot be copied: use poll(args...), which returns a result<T> without a copy
#include <imload/imload.hpp>

#include <memory>

int main() {
    imload::session session;
    auto load = imload::async_load(session, [](int x) { return std::make_unique<int>(x); });
    (void)load(1);
}
