// expect: imload: an argument is aligned to a whole page, which a key cannot be: pass a std::shared_ptr to it
#include <imload/imload.hpp>

struct alignas(4096) page {
    int number;
};

int main() {
    imload::session session;
    auto load = imload::async_load(session, [](const page& p) { return p.number; });
    (void)load(page{2});
}
