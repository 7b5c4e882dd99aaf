// expect: imload: this callable returns a reference: return a value
#include <imload/imload.hpp>

int global = 1;
int& loaded(int) { return global; }

int main() {
    imload::session session;
    (void)imload::async_load(session, loaded)(1);
}
