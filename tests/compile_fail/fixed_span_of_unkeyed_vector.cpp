// expect: imload: this callable cannot be called with these arguments
#include <imload/imload.hpp>

#include <span>
#include <vector>

float sum(std::span<const float, 3> v) { return v[0] + v[1] + v[2]; }

int main() {
    imload::session session;
    auto load = imload::async_load(session, sum);
    (void)load.poll(imload::unkeyed(std::vector<float>{1, 2}));
}
