// expect: imload: argument 1 has no equality: give its type operator==, or pass imload::unkeyed(x)
#include <imload/imload.hpp>

#include <cstddef>

class widget {
public:
    explicit widget(int n) : number_(n) {}
    int number() const { return number_; }

private:
    int number_;
};

template <>
struct imload::hash<widget> {
    std::size_t operator()(const widget& w) const { return static_cast<std::size_t>(w.number()); }
};

int main() {
    imload::session session;
    auto load = imload::async_load(session, [](const widget& w) { return w.number(); });
    (void)load(widget(1));
}
