// expect: one that takes an imload::stream or imload::promise first must be neither overloaded nor a template
#include <imload/imload.hpp>

int main() {
    imload::session session;
    auto load = imload::async_load(session, [](imload::stream<int>& s, auto n) { s.publish(n); });
    (void)load.poll(1);
}
