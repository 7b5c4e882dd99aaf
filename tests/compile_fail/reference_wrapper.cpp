// expect: imload: argument 1 is a std::reference_wrapper: pass the value itself, or imload::unkeyed(x)
#include <imload/imload.hpp>

#include <functional>

int main() {
    imload::session session;
    int value = 1;
    auto load = imload::async_load(session, [](std::reference_wrapper<int> r) { return r.get(); });
    (void)load(std::ref(value));
}
