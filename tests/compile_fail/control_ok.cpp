// expect: compiles
#include <imload/imload.hpp>

int main() {
    imload::session session;
    static_cast<void>(imload::async_load([](int n) { return n; })(1));
}
