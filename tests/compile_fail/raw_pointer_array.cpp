// expect: imload: argument 1 is a raw pointer: pass the value it points to, imload::by_address(p) to use its address as the key, or imload::unkeyed(p)
#include <imload/imload.hpp>

int main() {
    imload::session session;
    int values[4] = {1, 2, 3, 4};
    auto load = imload::async_load(session, [](const int* p) { return *p; });
    (void)load(values);
}
