// expect: an imload::context or imload::stream is taken first and by reference, an imload::promise first and by value
#include <imload/imload.hpp>

int main() {
    imload::session session;
    (void)imload::async_load(session, [](imload::context, int x) { return x; }).poll(1);
}
