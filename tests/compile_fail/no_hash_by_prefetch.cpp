// expect: imload: argument 1 has no hash: specialise imload::hash for its type, or pass imload::unkeyed(x)
#include <imload/imload.hpp>

class widget {
public:
    explicit widget(int n) : number_(n) {}
    friend bool operator==(const widget& a, const widget& b) { return a.number_ == b.number_; }

private:
    int number_;
};

int main() {
    imload::session session;
    auto load = imload::async_load(session, [](const widget&) { return 1; });
    load.prefetch(widget(1));
}
