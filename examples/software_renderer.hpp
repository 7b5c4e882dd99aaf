// Draws Dear ImGui's triangles into an image, with no GPU: textures, scissors, alpha blending.
// It makes the pictures where there is no display, the same ones on every machine. It is exact
// rather than fast: about 30 ms for a full window, so it draws only frames that are looked at.
#pragma once

#include <imgui.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace app::software {

// Straight (not premultiplied) 8-bit RGBA, rows from the top.
struct image {
    int width = 0;
    int height = 0;
    std::vector<unsigned char> rgba = {};

    const unsigned char* at(int x, int y) const {
        const int column = std::clamp(x, 0, width - 1);
        const int row = std::clamp(y, 0, height - 1);
        return &rgba[(static_cast<std::size_t>(row) * static_cast<std::size_t>(width) +
                      static_cast<std::size_t>(column)) *
                     4];
    }
    unsigned char* at(int x, int y) {
        return const_cast<unsigned char*>(static_cast<const image*>(this)->at(x, y));
    }
};

// Here a texture's id is simply the address of its image. Function-style casts because ImTextureID
// is a pointer in older Dear ImGui and an integer in newer.
inline ImTextureID id_of(const image& texture) {
    return ImTextureID(reinterpret_cast<std::intptr_t>(&texture));
}
inline const image* image_of(ImTextureID id) {
    return reinterpret_cast<const image*>(std::intptr_t(id));
}

using colour = std::array<float, 4>; // red, green, blue, alpha in 0..1

struct rectangle {
    int left, top, right, bottom; // right and bottom are outside
};

inline float level(unsigned char channel) { return static_cast<float>(channel) / 255.0f; }

// Bilinear, clamped at the edges: glyphs, which sit on whole pixels, come out unblurred.
inline colour sample(const image& texture, ImVec2 uv) {
    const float x = uv.x * static_cast<float>(texture.width) - 0.5f;
    const float y = uv.y * static_cast<float>(texture.height) - 0.5f;
    const int column = static_cast<int>(std::floor(x));
    const int row = static_cast<int>(std::floor(y));
    const float fx = x - static_cast<float>(column);
    const float fy = y - static_cast<float>(row);
    const unsigned char* const top_left = texture.at(column, row);
    const unsigned char* const top_right = texture.at(column + 1, row);
    const unsigned char* const bottom_left = texture.at(column, row + 1);
    const unsigned char* const bottom_right = texture.at(column + 1, row + 1);
    colour mixed{};
    for (std::size_t i = 0; i < 4; ++i) {
        const float top = std::lerp(level(top_left[i]), level(top_right[i]), fx);
        const float bottom = std::lerp(level(bottom_left[i]), level(bottom_right[i]), fx);
        mixed[i] = std::lerp(top, bottom, fy);
    }
    return mixed;
}

inline void blend(unsigned char* target, const colour& source) {
    for (std::size_t i = 0; i < 3; ++i) {
        const float mixed = std::lerp(level(target[i]), source[i], source[3]);
        target[i] = static_cast<unsigned char>(std::clamp(mixed, 0.0f, 1.0f) * 255.0f + 0.5f);
    }
    target[3] = 255;
}

// A triangle's corner: its place in 1/256 of a pixel, so that edges shared by two triangles are
// decided exactly and no pixel of a translucent shape is blended twice or left out.
struct corner {
    std::int64_t x, y;
    ImVec2 uv;
    colour tint;
};

// Twice the signed area of a, b and (x, y): positive on the inner side of the edge a-b.
inline std::int64_t edge(const corner& a, const corner& b, std::int64_t x, std::int64_t y) {
    return (b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x);
}

// A pixel exactly on an edge belongs to the triangle below or to the right of that edge only.
inline std::int64_t edge_bias(const corner& a, const corner& b) {
    const bool top = a.y == b.y && b.x > a.x;
    const bool left = b.y < a.y;
    return top || left ? 0 : -1;
}

inline void draw_triangle(image& target, const image& texture, corner a, corner b, corner c,
                          const rectangle& scissor) {
    std::int64_t area = edge(a, b, c.x, c.y);
    if (area == 0) return;
    if (area < 0) {
        std::swap(b, c);
        area = -area;
    }
    const auto [min_x, max_x] = std::minmax({a.x, b.x, c.x});
    const auto [min_y, max_y] = std::minmax({a.y, b.y, c.y});
    const int left = std::max(scissor.left, static_cast<int>(min_x >> 8));
    const int right = std::min(scissor.right, static_cast<int>(max_x >> 8) + 1);
    const int top = std::max(scissor.top, static_cast<int>(min_y >> 8));
    const int bottom = std::min(scissor.bottom, static_cast<int>(max_y >> 8) + 1);

    // Most shapes use one white texel for all corners: sample it once.
    const bool flat = a.uv.x == b.uv.x && a.uv.y == b.uv.y && a.uv.x == c.uv.x && a.uv.y == c.uv.y;
    const colour flat_texel = flat ? sample(texture, a.uv) : colour{};
    const std::int64_t bias_a = edge_bias(b, c);
    const std::int64_t bias_b = edge_bias(c, a);
    const std::int64_t bias_c = edge_bias(a, b);

    for (int y = top; y < bottom; ++y) {
        for (int x = left; x < right; ++x) {
            const std::int64_t centre_x = std::int64_t{x} * 256 + 128;
            const std::int64_t centre_y = std::int64_t{y} * 256 + 128;
            const std::int64_t in_a = edge(b, c, centre_x, centre_y);
            const std::int64_t in_b = edge(c, a, centre_x, centre_y);
            const std::int64_t in_c = edge(a, b, centre_x, centre_y);
            if (in_a + bias_a < 0 || in_b + bias_b < 0 || in_c + bias_c < 0) continue;
            const float wa = static_cast<float>(in_a) / static_cast<float>(area);
            const float wb = static_cast<float>(in_b) / static_cast<float>(area);
            const float wc = 1.0f - wa - wb;
            const ImVec2 uv{wa * a.uv.x + wb * b.uv.x + wc * c.uv.x,
                            wa * a.uv.y + wb * b.uv.y + wc * c.uv.y};
            colour shade = flat ? flat_texel : sample(texture, uv);
            for (std::size_t i = 0; i < 4; ++i)
                shade[i] *= wa * a.tint[i] + wb * b.tint[i] + wc * c.tint[i];
            blend(target.at(x, y), shade);
        }
    }
}

inline corner corner_of(const ImDrawVert& vertex, const ImDrawData& data) {
    const auto fixed = [](float pixels) {
        return static_cast<std::int64_t>(std::lround(static_cast<double>(pixels) * 256.0));
    };
    const ImVec4 tint = ImGui::ColorConvertU32ToFloat4(vertex.col);
    return {fixed((vertex.pos.x - data.DisplayPos.x) * data.FramebufferScale.x),
            fixed((vertex.pos.y - data.DisplayPos.y) * data.FramebufferScale.y),
            vertex.uv,
            {tint.x, tint.y, tint.z, tint.w}};
}

inline rectangle scissor_of(const ImDrawCmd& command, const ImDrawData& data, const image& target) {
    const auto pixel = [](float at, float origin, float scale, int limit) {
        return std::clamp(static_cast<int>((at - origin) * scale), 0, limit);
    };
    const ImVec2 origin = data.DisplayPos;
    const ImVec2 scale = data.FramebufferScale;
    return {pixel(command.ClipRect.x, origin.x, scale.x, target.width),
            pixel(command.ClipRect.y, origin.y, scale.y, target.height),
            pixel(command.ClipRect.z, origin.x, scale.x, target.width),
            pixel(command.ClipRect.w, origin.y, scale.y, target.height)};
}

inline void draw_command(image& target, const ImDrawData& data, const ImDrawList& list,
                         const ImDrawCmd& command) {
    const image* const texture = image_of(command.GetTexID());
    if (command.UserCallback != nullptr || texture == nullptr) return;
    const rectangle scissor = scissor_of(command, data, target);
    const auto vertex = [&](unsigned int i) {
        const unsigned int index = list.IdxBuffer[static_cast<int>(command.IdxOffset + i)];
        return corner_of(list.VtxBuffer[static_cast<int>(command.VtxOffset + index)], data);
    };
    for (unsigned int i = 0; i + 2 < command.ElemCount; i += 3)
        draw_triangle(target, *texture, vertex(i), vertex(i + 1), vertex(i + 2), scissor);
}

inline image render(const ImDrawData& data, const ImVec4& background) {
    image target;
    target.width = static_cast<int>(data.DisplaySize.x * data.FramebufferScale.x);
    target.height = static_cast<int>(data.DisplaySize.y * data.FramebufferScale.y);
    target.rgba.resize(static_cast<std::size_t>(target.width) *
                       static_cast<std::size_t>(target.height) * 4);
    for (std::size_t i = 0; i < target.rgba.size(); i += 4)
        blend(&target.rgba[i], {background.x, background.y, background.z, 1.0f});
    for (int i = 0; i < data.CmdListsCount; ++i)
        for (const ImDrawCmd& command : data.CmdLists[i]->CmdBuffer)
            draw_command(target, data, *data.CmdLists[i], command);
    return target;
}

} // namespace app::software
