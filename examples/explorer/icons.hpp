// The explorer's glyphs, drawn from a few shapes: fonts may lack them. Each fills a square.
#pragma once

#include <imgui.h>

#include <array>
#include <cmath>
#include <initializer_list>

namespace explorer::icons {

// The square to draw in; `at` takes coordinates from 0 to 1 within it.
struct frame {
    ImDrawList* list;
    ImVec2 corner;
    float size;

    ImVec2 at(float x, float y) const { return {corner.x + x * size, corner.y + y * size}; }
    float line() const { return std::fmax(1.0f, size / 13.0f); }
};

inline ImU32 with_alpha(ImU32 colour, float factor) {
    ImVec4 c = ImGui::ColorConvertU32ToFloat4(colour);
    c.w *= factor;
    return ImGui::ColorConvertFloat4ToU32(c);
}

// Draws the path that was laid: the order of PathStroke's arguments changed in ImGui 1.92.8.
inline void draw_path(const frame& f, ImU32 colour, float width) {
#if IMGUI_VERSION_NUM >= 19280
    f.list->PathStroke(colour, f.line() * width);
#else
    f.list->PathStroke(colour, 0, f.line() * width);
#endif
}

inline void folder(const frame& f, ImU32 colour) {
    const float round = f.size * 0.1f;
    const ImU32 back = with_alpha(colour, 0.7f);
    f.list->AddRectFilled(f.at(0.06f, 0.16f), f.at(0.48f, 0.5f), back, round);
    f.list->AddRectFilled(f.at(0.06f, 0.26f), f.at(0.94f, 0.84f), back, round);
    f.list->AddRectFilled(f.at(0.06f, 0.36f), f.at(0.94f, 0.84f), colour, round);
}

inline void page(const frame& f, ImU32 colour) {
    const float fold = 0.26f;
    f.list->PathLineTo(f.at(0.2f, 0.1f));
    f.list->PathLineTo(f.at(0.8f - fold, 0.1f));
    f.list->PathLineTo(f.at(0.8f, 0.1f + fold));
    f.list->PathLineTo(f.at(0.8f, 0.9f));
    f.list->PathLineTo(f.at(0.2f, 0.9f));
    f.list->PathFillConvex(with_alpha(colour, 0.45f));
    f.list->AddTriangleFilled(f.at(0.8f - fold, 0.1f), f.at(0.8f, 0.1f + fold),
                              f.at(0.8f - fold, 0.1f + fold), colour);
}

inline void file(const frame& f, ImU32 colour) {
    page(f, colour);
    for (const float y : {0.5f, 0.63f, 0.76f})
        f.list->AddLine(f.at(0.32f, y), f.at(0.68f, y), colour, f.line() * 0.8f);
}

inline void image(const frame& f, ImU32 colour) {
    f.list->AddRectFilled(f.at(0.08f, 0.16f), f.at(0.92f, 0.84f), with_alpha(colour, 0.35f),
                          f.size * 0.1f);
    f.list->AddTriangleFilled(f.at(0.16f, 0.76f), f.at(0.44f, 0.38f), f.at(0.7f, 0.76f), colour);
    f.list->AddTriangleFilled(f.at(0.5f, 0.76f), f.at(0.68f, 0.52f), f.at(0.85f, 0.76f), colour);
    f.list->AddCircleFilled(f.at(0.7f, 0.34f), f.size * 0.08f, colour, 12);
}

inline void other(const frame& f, ImU32 colour) {
    f.list->AddCircle(f.at(0.5f, 0.5f), f.size * 0.34f, colour, 20, f.line());
    f.list->AddCircleFilled(f.at(0.5f, 0.5f), f.size * 0.12f, colour, 12);
}

// A small arrow in the corner, on top of another glyph.
inline void link_mark(const frame& f, ImU32 colour, ImU32 background) {
    f.list->AddRectFilled(f.at(-0.04f, 0.5f), f.at(0.48f, 1.02f), background, f.size * 0.14f);
    f.list->AddLine(f.at(0.08f, 0.88f), f.at(0.36f, 0.62f), colour, f.line());
    f.list->AddLine(f.at(0.36f, 0.62f), f.at(0.16f, 0.62f), colour, f.line());
    f.list->AddLine(f.at(0.36f, 0.62f), f.at(0.36f, 0.82f), colour, f.line());
}

inline void stroke(const frame& f, ImU32 colour, std::initializer_list<std::array<float, 2>> points,
                   float width = 1.3f) {
    for (const auto& [x, y] : points) f.list->PathLineTo(f.at(x, y));
    draw_path(f, colour, width);
}

inline void arrow_left(const frame& f, ImU32 colour) {
    stroke(f, colour, {{0.46f, 0.22f}, {0.18f, 0.5f}, {0.46f, 0.78f}});
    stroke(f, colour, {{0.18f, 0.5f}, {0.84f, 0.5f}});
}

inline void arrow_up(const frame& f, ImU32 colour) {
    stroke(f, colour, {{0.22f, 0.46f}, {0.5f, 0.18f}, {0.78f, 0.46f}});
    stroke(f, colour, {{0.5f, 0.18f}, {0.5f, 0.84f}});
}

inline void chevron(const frame& f, ImU32 colour) {
    stroke(f, colour, {{0.38f, 0.28f}, {0.62f, 0.5f}, {0.38f, 0.72f}}, 1.0f);
}

inline void reload(const frame& f, ImU32 colour) {
    f.list->PathArcTo(f.at(0.5f, 0.5f), f.size * 0.31f, 0.2f, 5.2f, 24);
    draw_path(f, colour, 1.3f);
    f.list->AddTriangleFilled(f.at(0.86f, 0.1f), f.at(0.86f, 0.44f), f.at(0.54f, 0.36f), colour);
}

inline void magnifier(const frame& f, ImU32 colour) {
    f.list->AddCircle(f.at(0.44f, 0.44f), f.size * 0.24f, colour, 20, f.line() * 1.2f);
    stroke(f, colour, {{0.62f, 0.62f}, {0.84f, 0.84f}});
}

inline void warning(const frame& f, ImU32 colour) {
    f.list->AddTriangle(f.at(0.5f, 0.12f), f.at(0.94f, 0.86f), f.at(0.06f, 0.86f), colour,
                        f.line() * 1.2f);
    f.list->AddLine(f.at(0.5f, 0.4f), f.at(0.5f, 0.62f), colour, f.line() * 1.4f);
    f.list->AddCircleFilled(f.at(0.5f, 0.74f), f.line() * 0.9f, colour, 8);
}

} // namespace explorer::icons
