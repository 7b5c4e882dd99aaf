// check_picture FILE.png: succeeds if the picture shows more than a blank page, that is, has a fair
// number of colours, and a fair share of pixels that are not of the most frequent one.

#include <stb_image.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <unordered_map>

int main(int argc, char** argv) {
    constexpr std::size_t min_colours = 24;
    constexpr double min_share = 0.01;

    if (argc != 2) {
        std::fputs("usage: check_picture FILE.png\n", stderr);
        return 2;
    }
    int width = 0;
    int height = 0;
    int channels = 0;
    unsigned char* pixels = stbi_load(argv[1], &width, &height, &channels, 4);
    if (!pixels) {
        std::fprintf(stderr, "%s: %s\n", argv[1], stbi_failure_reason());
        return 2;
    }

    const std::size_t count = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    std::unordered_map<std::uint32_t, std::size_t> colours;
    for (std::size_t i = 0; i < count; ++i) {
        std::uint32_t colour = 0;
        std::memcpy(&colour, pixels + 4 * i, sizeof colour);
        ++colours[colour];
    }
    stbi_image_free(pixels);

    std::size_t background = 0;
    for (const auto& [colour, times] : colours) background = std::max(background, times);
    const double share = 1.0 - static_cast<double>(background) / static_cast<double>(count);

    std::printf("%s: %dx%d, %zu colours, %.1f %% not background\n", argv[1], width, height,
                colours.size(), 100.0 * share);
    return colours.size() >= min_colours && share >= min_share ? 0 : 1;
}
