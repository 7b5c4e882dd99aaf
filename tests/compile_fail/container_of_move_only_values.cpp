// expect: imload: this value cannot be copied: use poll(args...), which returns a result<T> without a copy
#include <imload/imload.hpp>

#include <cstddef>
#include <memory>
#include <vector>

int main() {
    imload::session session;
    auto load = imload::async_load(session, [](int x) {
        return std::vector<std::unique_ptr<int>>(static_cast<std::size_t>(x));
    });
    (void)load(1);
}
