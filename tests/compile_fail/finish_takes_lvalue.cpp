// expect: imload: the finish function cannot be called with what is loaded
#include <imload/imload.hpp>

struct image {
    int width = 0;
};

image decode(int width) { return {width}; }
int upload(image& i) { return i.width; }

int main() {
    imload::session session;
    auto load = imload::async_load(session, decode).finish(upload);
    load.prefetch(1);
}
