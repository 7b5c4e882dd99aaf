// expect: all parameters must be given
#include <imload/imload.hpp>

int add(int a, int b = 2) { return a + b; }

int main() {
    imload::session session;
    (void)imload::async_load(session, add).poll(1);
}
