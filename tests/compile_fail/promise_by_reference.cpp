// expect: an imload::context or imload::stream is taken first and by reference, an imload::promise first and by value
#include <imload/imload.hpp>

int main() {
    imload::session session;
    (void)imload::async_load(session, [](imload::promise<int>& p, int x) { p.set_value(x); }).poll(1);
}
