// Pictures for where there are no files: landscapes, each by its number, always the same. Runs in
// the background.
#pragma once

#include "../explorer/preview.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

namespace thumbs {

namespace detail {

struct colour {
    float r = 0;
    float g = 0;
    float b = 0;
};

inline colour mix(colour a, colour b, float share_of_b) {
    const auto blend = [share_of_b](float x, float y) { return x + (y - x) * share_of_b; };
    return {blend(a.r, b.r), blend(a.g, b.g), blend(a.b, b.b)};
}

// The sky above, the sky at the horizon, the nearest hill, the sun or the moon.
struct mood {
    colour above;
    colour horizon;
    colour hill;
    colour sun;
    bool night;
};

inline constexpr std::array moods{
    mood{{0.20f, 0.48f, 0.82f},
         {0.79f, 0.90f, 0.97f},
         {0.10f, 0.30f, 0.22f},
         {1, 0.98f, 0.85f},
         false},
    mood{{0.28f, 0.22f, 0.48f},
         {0.98f, 0.60f, 0.38f},
         {0.17f, 0.09f, 0.22f},
         {1, 0.87f, 0.52f},
         false},
    mood{{0.93f, 0.52f, 0.45f},
         {1.00f, 0.86f, 0.66f},
         {0.36f, 0.14f, 0.24f},
         {1, 0.97f, 0.86f},
         false},
    mood{{0.03f, 0.06f, 0.17f},
         {0.16f, 0.27f, 0.46f},
         {0.02f, 0.05f, 0.10f},
         {0.92f, 0.94f, 1},
         true},
    mood{{0.35f, 0.66f, 0.68f},
         {0.93f, 0.94f, 0.80f},
         {0.10f, 0.27f, 0.33f},
         {1, 0.99f, 0.92f},
         false},
    mood{{0.62f, 0.70f, 0.78f}, {0.92f, 0.93f, 0.93f}, {0.24f, 0.31f, 0.38f}, {1, 1, 1}, false},
    mood{{0.93f, 0.68f, 0.30f},
         {1.00f, 0.91f, 0.68f},
         {0.45f, 0.20f, 0.10f},
         {1, 0.98f, 0.88f},
         false},
    mood{{0.12f, 0.09f, 0.27f},
         {0.62f, 0.30f, 0.52f},
         {0.07f, 0.04f, 0.14f},
         {1, 0.90f, 0.93f},
         true},
};

// Numbers in [0, 1) that belong to a picture and to what they are for.
class dice {
public:
    explicit dice(int picture) : seed_(static_cast<std::uint32_t>(picture)) {}

    float operator()(std::uint32_t purpose) const {
        std::uint32_t h = seed_ * 0x9E3779B1U ^ purpose * 0x85EBCA77U;
        h = (h ^ h >> 15) * 0x2C1B3C6DU;
        h = (h ^ h >> 12) * 0x297A2D39U;
        return static_cast<float>((h ^ h >> 15) >> 8) / 16777216.0f;
    }

private:
    std::uint32_t seed_;
};

// How high a chain of hills is at `x`, in [0, 1].
inline float hills(const dice& roll, std::uint32_t chain, float x) {
    float sum = 0;
    float weight = 0.55f;
    float waves = 1.6f;
    for (std::uint32_t octave = 0; octave < 4; ++octave) {
        const float at = x * waves;
        const float cell = std::floor(at);
        const float within = at - cell;
        const float smooth = within * within * (3 - 2 * within);
        const std::uint32_t purpose =
            chain * 1000 + octave * 100 + static_cast<std::uint32_t>(cell);
        sum += weight * (roll(purpose) + (roll(purpose + 1) - roll(purpose)) * smooth);
        weight *= 0.5f;
        waves *= 2.3f;
    }
    return sum;
}

inline colour paint_sky(const mood& m, const dice& roll, float x, float y, float pixel) {
    colour c = mix(m.above, m.horizon, std::pow(std::clamp(y / 0.75f, 0.0f, 1.0f), 1.3f));
    const float dx = x - (0.2f + 0.6f * roll(1));
    const float dy = y - (0.18f + 0.25f * roll(2));
    const float distance = std::sqrt(dx * dx + dy * dy);
    const float radius = 0.05f + 0.05f * roll(3);
    c = mix(c, m.sun, 0.45f * std::exp(-distance * distance * (m.night ? 60.0f : 14.0f)));
    return mix(c, m.sun, std::clamp((radius - distance) / pixel + 0.5f, 0.0f, 1.0f));
}

} // namespace detail

// How wide one is for its height.
inline float shape_of(int picture) {
    static constexpr std::array shapes{1.5f, 1.5f, 4.0f / 3, 1.0f, 16.0f / 9, 2.0f / 3, 3.0f / 4};
    const float roll = detail::dice{picture}(7);
    return shapes[static_cast<std::size_t>(roll * static_cast<float>(shapes.size()))];
}

inline constexpr std::chrono::milliseconds painting_time{8};

// No larger than `fit` pixels in either direction. Takes the time that decoding a small photo does.
inline explorer::picture paint_landscape(int number, int fit) {
    using namespace detail;
    const auto begin = std::chrono::steady_clock::now();
    const dice roll{number};
    const mood& m = moods[static_cast<std::size_t>(roll(0) * static_cast<float>(moods.size()))];
    const float shape = shape_of(number);
    explorer::picture p;
    p.full_width = static_cast<int>(shape < 1 ? 2400 * shape : 2400);
    p.full_height = static_cast<int>(shape < 1 ? 2400 : 2400 / shape);
    p.width = std::max(1, static_cast<int>(static_cast<float>(fit) * std::min(shape, 1.0f)));
    p.height = std::max(1, static_cast<int>(static_cast<float>(fit) / std::max(shape, 1.0f)));
    p.rgba.resize(static_cast<std::size_t>(p.width) * static_cast<std::size_t>(p.height) * 4);
    static constexpr std::uint32_t chains = 4;
    const float pixel = 1.0f / static_cast<float>(p.height);
    for (int column = 0; column < p.width; ++column) {
        const float x = static_cast<float>(column) * pixel;
        std::array<float, chains> tops{};
        for (std::uint32_t i = 0; i < chains; ++i)
            tops[i] =
                0.46f + 0.15f * static_cast<float>(i) - 0.34f * (hills(roll, i + 1, x) - 0.4f);
        for (int row = 0; row < p.height; ++row) {
            const float y = static_cast<float>(row) * pixel;
            colour c = paint_sky(m, roll, x, y, pixel);
            for (std::uint32_t i = 0; i < chains; ++i) {
                const float nearness = static_cast<float>(i + 1) / static_cast<float>(chains);
                const float mist = std::exp((tops[i] - y) * 5.0f) * 0.25f;
                const colour hill = mix(mix(m.horizon, m.hill, 0.25f + 0.75f * nearness), m.horizon,
                                        y > tops[i] ? 0.25f - mist : 0.0f);
                c = mix(c, hill, std::clamp((y - tops[i]) / pixel + 0.5f, 0.0f, 1.0f));
            }
            unsigned char* const target =
                &p.rgba[(static_cast<std::size_t>(row) * static_cast<std::size_t>(p.width) +
                         static_cast<std::size_t>(column)) *
                        4];
            const auto byte = [](float v) {
                return static_cast<unsigned char>(std::clamp(v, 0.0f, 1.0f) * 255.0f + 0.5f);
            };
            target[0] = byte(c.r);
            target[1] = byte(c.g);
            target[2] = byte(c.b);
            target[3] = 255;
        }
    }
    std::this_thread::sleep_until(begin + painting_time);
    return p;
}

} // namespace thumbs
