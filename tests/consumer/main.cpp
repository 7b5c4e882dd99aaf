#include <imload/imload.hpp>

int main() {
    imload::session session;
    auto answer = imload::async_load([](int a, int b) { return a * b; });
    while (!answer(6, 7)) session.begin_frame();
    return *answer(6, 7) == 42 ? 0 : 1;
}
