// Where the parts of a key lie, on machines that have other alignments than this one too.
#include <imload/detail/layout.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>

using imload::detail::layout;
using imload::detail::left_out;

namespace {

struct alignas(2 * alignof(void*)) head { // as std::uint64_t makes it where pointers are smaller
    std::uint64_t badge;
    std::uint32_t asked;
};

} // namespace

TEST_CASE("objects of a layout can lie in a row, however their head is aligned") {
    constexpr auto plan = layout<head, std::uint32_t, left_out, std::uint8_t>::all;
    STATIC_REQUIRE(plan.alignment == alignof(head));
    STATIC_REQUIRE(plan.size % alignof(head) == 0);
    STATIC_REQUIRE(plan.places[0] == sizeof(head));
    STATIC_REQUIRE(plan.places[1] == 0);
    STATIC_REQUIRE(plan.places[2] == sizeof(head) + 4);
}

TEST_CASE("what is aligned more than the head decides for the whole") {
    struct alignas(64) wide {
        char c;
    };
    constexpr auto plan = layout<head, char, wide>::all;
    STATIC_REQUIRE(plan.alignment == 64);
    STATIC_REQUIRE(plan.places[1] == 64);
    STATIC_REQUIRE(plan.size == 128);
}
