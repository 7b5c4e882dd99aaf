// expect: imload: argument 2 is a std::reference_wrapper: pass the value itself, or imload::unkeyed(x)
#include <imload/imload.hpp>

#include <functional>

int main() {
    imload::session session;
    int value = 1;
    auto load = imload::async_load(session, [](int x, const auto& r) { return x + r.get(); });
    (void)load(1, std::cref(value));
}
