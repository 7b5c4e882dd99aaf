// What the example thumbs finds below a folder of which not everything can be read.
#include "../../examples/thumbs/collection.hpp"

#include "../support.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace {

namespace fs = std::filesystem;

// In the current folder, and gone with the test.
struct folder {
    fs::path path = fs::absolute("pictures of a test");

    folder() {
        remove();
        fs::create_directory(path);
    }
    ~folder() { remove(); }
    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;

    void add(const fs::path& name) const {
        fs::create_directories((path / name).parent_path());
        std::ofstream{path / name} << "not looked at";
    }

private:
    void remove() const {
        std::error_code ignored;
        fs::permissions(path, fs::perms::owner_all, ignored);
        fs::remove_all(path, ignored);
    }
};

auto find(imload::session& session, const fs::path& below) {
    auto load = imload::async_load(session, thumbs::find_images);
    session.begin_frame();
    static_cast<void>(load.poll(below));
    REQUIRE(session.wait_idle(test::patience));
    return load.poll(below);
}

} // namespace

TEST_CASE("thumbs: a folder that cannot be opened hides no pictures but its own") {
    const folder top;
    fs::path deep;
    for (int i = 0; i < 40; ++i) deep /= "d";
    top.add(deep / "deep.png");
    for (const char* name : {"a.png", "b/b.png", "c/c.png", "e/e.png", "z/z.png"}) top.add(name);

    imload::session session;
    REQUIRE(find(session, top.path).has_value()); // its threads and files are there
    session.clear();
    // Fewer files may be open than the tree is deep.
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit few = before;
    few.rlim_cur = 24;
    REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
    const auto found = find(session, top.path);
    REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
    REQUIRE(found.has_value());
    CHECK((*found)->size() == 6);
}

TEST_CASE("thumbs: a folder that may not be read is an error") {
    const folder top;
    top.add("a.png");
    fs::permissions(top.path, fs::perms::none);
    if (access(top.path.c_str(), R_OK) == 0) return; // root may read everything
    imload::session session;
    CHECK(find(session, top.path).error() != nullptr);
}
