// expect: imload: argument 1 has no hash: specialise imload::hash for its type, or pass imload::unkeyed(x)
#include <imload/imload.hpp>

struct number {
    bool is_whole;
    union {
        int whole;
        float broken;
    };
};

int main() {
    imload::session session;
    auto load = imload::async_load(session, [](const number& n) { return n.is_whole; });
    (void)load(number{true, {1}});
}
