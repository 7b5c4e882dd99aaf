// expect: imload: argument 1 has no equality: give its type operator==, or pass imload::unkeyed(x)
#include <imload/imload.hpp>

#include <memory>
#include <string>
#include <vector>

class selection {
public:
    using value_type = int;
    using allocator_type = std::allocator<int>;
    selection(std::string table, std::vector<int> rows) : table_(table), rows_(rows) {}
    auto begin() const { return rows_.begin(); }
    auto end() const { return rows_.end(); }

private:
    std::string table_;
    std::vector<int> rows_;
};

int main() {
    imload::session session;
    auto load = imload::async_load(session, [](const selection& s) { return *s.begin(); });
    (void)load(selection{"users", {1}});
}
