// expect: imload: argument 2 cannot be copied, and each run needs its own: pass a std::shared_ptr to it
#include <imload/imload.hpp>

#include <memory>
#include <vector>

int main() {
    imload::session session;
    using list = std::vector<std::unique_ptr<int>>;
    (void)imload::async_load(session, [](int, const list&) { return 1; }).poll(1, list());
}
