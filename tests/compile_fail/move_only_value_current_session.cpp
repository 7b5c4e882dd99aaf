// expect: imload: this value cannot be copied: use poll(args...), which returns a result<T> without a copy
#include <imload/imload.hpp>

#include <memory>

int main() {
    (void)imload::async_load([] { return std::make_unique<int>(1); })();
}
