// expect: imload: argument 1 holds a view or a reference
#include <imload/imload.hpp>

#include <string>

struct query {
    const std::string& name;
    int id;
};

int count(const query& q) { return static_cast<int>(q.name.size()) + q.id; }

int main() {
    imload::session session;
    auto load = imload::async_load(session, count);
    (void)load.poll(query{std::string("a text long enough to be elsewhere"), 1});
}
