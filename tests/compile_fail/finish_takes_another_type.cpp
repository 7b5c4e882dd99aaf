// expect: imload: the finish function cannot be called with what is loaded
#include <imload/imload.hpp>

#include <string>

struct image {
    int width = 0;
};

image decode(int width) { return {width}; }
std::string upload(std::string text) { return text; }

int main() {
    imload::session session;
    auto load = imload::async_load(session, decode).finish(upload);
    (void)load.poll(1);
}
