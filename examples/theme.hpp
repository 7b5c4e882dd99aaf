// How the examples look: colours for a dark and a light window, spacing, and fonts of the system.
#pragma once

#include <imgui.h>

#include <array>
#include <cstdio>
#include <memory>
#include <span>

namespace app {

// Colours beyond those in ImGuiStyle, for what a program means rather than where it draws.
struct palette {
    ImVec4 window = {};
    ImVec4 panel = {};  // lists and previews
    ImVec4 header = {}; // of tables
    ImVec4 raised = {}; // buttons and fields
    ImVec4 line = {};
    ImVec4 text = {};
    ImVec4 muted = {}; // text that may be overlooked
    ImVec4 accent = {};
    ImVec4 folder = {};
    ImVec4 good = {};
    ImVec4 warning = {};
    ImVec4 danger = {};
};

// Fonts at the size of the interface; each is Dear ImGui's own where the system has none.
struct font_set {
    ImFont* regular = nullptr;
    ImFont* bold = nullptr;
    ImFont* large = nullptr;
    ImFont* mono = nullptr;
};

namespace detail {

inline palette current_palette;
inline font_set current_fonts;

inline ImVec4 rgb(unsigned int hex, float alpha = 1.0f) {
    const auto channel = [hex](int shift) {
        return static_cast<float>((hex >> shift) & 0xFFU) / 255.0f;
    };
    return {channel(16), channel(8), channel(0), alpha};
}

inline ImVec4 mix(const ImVec4& a, const ImVec4& b, float share_of_b) {
    const auto blend = [share_of_b](float x, float y) { return x + (y - x) * share_of_b; };
    return {blend(a.x, b.x), blend(a.y, b.y), blend(a.z, b.z), blend(a.w, b.w)};
}

inline palette dark_palette() {
    return {.window = rgb(0x14171C),
            .panel = rgb(0x1A1E25),
            .header = rgb(0x1F242C),
            .raised = rgb(0x262C36),
            .line = rgb(0x2C333E),
            .text = rgb(0xE3E7ED),
            .muted = rgb(0x8C96A5),
            .accent = rgb(0x5AA2FF),
            .folder = rgb(0xE8B44C),
            .good = rgb(0x5CC98B),
            .warning = rgb(0xF0B454),
            .danger = rgb(0xF27979)};
}

inline palette light_palette() {
    return {.window = rgb(0xEEF0F3),
            .panel = rgb(0xFBFCFD),
            .header = rgb(0xEFF1F4),
            .raised = rgb(0xE0E4EA),
            .line = rgb(0xD5DAE1),
            .text = rgb(0x1D232C),
            .muted = rgb(0x667080),
            .accent = rgb(0x1F6FDE),
            .folder = rgb(0xD99A1E),
            .good = rgb(0x21834F),
            .warning = rgb(0x9A6500),
            .danger = rgb(0xC23434)};
}

inline void set_colours(const palette& p) {
    const auto faint = [](ImVec4 of, float alpha) {
        of.w = alpha;
        return of;
    };
    const ImVec4 hovered = mix(p.raised, p.text, 0.08f);
    const ImVec4 pressed = mix(p.raised, p.text, 0.16f);
    auto& c = ImGui::GetStyle().Colors;
    c[ImGuiCol_WindowBg] = p.window;
    c[ImGuiCol_ChildBg] = faint(p.panel, 0.0f);
    c[ImGuiCol_PopupBg] = mix(p.panel, p.raised, 0.5f);
    c[ImGuiCol_Text] = p.text;
    c[ImGuiCol_TextDisabled] = p.muted;
    c[ImGuiCol_TextSelectedBg] = faint(p.accent, 0.35f);
    c[ImGuiCol_Border] = p.line;
    c[ImGuiCol_Separator] = p.line;
    c[ImGuiCol_SeparatorHovered] = faint(p.accent, 0.6f);
    c[ImGuiCol_SeparatorActive] = p.accent;
    c[ImGuiCol_FrameBg] = p.raised;
    c[ImGuiCol_FrameBgHovered] = hovered;
    c[ImGuiCol_FrameBgActive] = pressed;
    c[ImGuiCol_Button] = p.raised;
    c[ImGuiCol_ButtonHovered] = hovered;
    c[ImGuiCol_ButtonActive] = pressed;
    c[ImGuiCol_Header] = faint(p.accent, 0.24f);
    c[ImGuiCol_HeaderHovered] = faint(p.text, 0.07f);
    c[ImGuiCol_HeaderActive] = faint(p.accent, 0.34f);
    c[ImGuiCol_CheckMark] = p.accent;
    c[ImGuiCol_SliderGrab] = faint(p.accent, 0.6f);
    c[ImGuiCol_SliderGrabActive] = faint(p.accent, 0.8f);
    c[ImGuiCol_ScrollbarBg] = faint(p.panel, 0.0f);
    c[ImGuiCol_ScrollbarGrab] = faint(p.text, 0.16f);
    c[ImGuiCol_ScrollbarGrabHovered] = faint(p.text, 0.26f);
    c[ImGuiCol_ScrollbarGrabActive] = faint(p.text, 0.36f);
    c[ImGuiCol_PlotHistogram] = p.accent;
    c[ImGuiCol_TableHeaderBg] = p.header;
    c[ImGuiCol_TableRowBg] = faint(p.panel, 0.0f);
    c[ImGuiCol_TableRowBgAlt] = faint(p.text, 0.018f);
    c[ImGuiCol_TableBorderStrong] = p.line;
    c[ImGuiCol_TableBorderLight] = p.line;
    c[ImGuiCol_TitleBg] = p.panel;
    c[ImGuiCol_TitleBgActive] = p.raised;
}

inline void set_shape(float scale) {
    ImGuiStyle& style = ImGui::GetStyle();
    style.WindowPadding = {14, 12};
    style.FramePadding = {9, 5};
    style.ItemSpacing = {8, 8};
    style.ItemInnerSpacing = {7, 5};
    style.CellPadding = {8, 4};
    style.ScrollbarSize = 12;
    style.GrabMinSize = 12;
    style.WindowRounding = 8;
    style.ChildRounding = 7;
    style.PopupRounding = 7;
    style.FrameRounding = 6;
    style.ScrollbarRounding = 6;
    style.GrabRounding = 6;
    style.WindowBorderSize = 0;
    style.ChildBorderSize = 1;
    style.PopupBorderSize = 1;
    style.FrameBorderSize = 0;
    style.ScaleAllSizes(scale);
}

// Latin, Greek, Cyrillic, and the punctuation and signs that occur in names and texts.
inline const ImWchar* glyph_ranges() {
    static constexpr std::array<ImWchar, 17> ranges{0x0020, 0x024F, 0x0370, 0x052F, 0x1E00, 0x1EFF,
                                                    0x2010, 0x205F, 0x20A0, 0x20BF, 0x2190, 0x21FF,
                                                    0x2200, 0x22FF, 0xFFFD, 0xFFFD, 0};
    return ranges.data();
}

// Dear ImGui asserts when a font file is missing, so look first.
inline ImFont* add_first_font(std::span<const char* const> paths, float pixels) {
    for (const char* path : paths) {
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(path, "rb"),
                                                                   &std::fclose};
        if (file == nullptr) continue;
        ImFontConfig config;
        config.OversampleH = 2;
        config.OversampleV = 1;
        config.PixelSnapH = true;
        return ImGui::GetIO().Fonts->AddFontFromFileTTF(path, pixels, &config, glyph_ranges());
    }
    return nullptr;
}

inline constexpr std::array regular_fonts{
    "/usr/share/fonts/truetype/inter/Inter-Regular.ttf",
    "/usr/share/fonts/truetype/roboto/unhinted/RobotoTTF/Roboto-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/google-noto/NotoSans-Regular.ttf",
    "/usr/share/fonts/noto/NotoSans-Regular.ttf",
    "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
    "/usr/share/fonts/TTF/DejaVuSans.ttf",
    "/System/Library/Fonts/SFNS.ttf",
    "/System/Library/Fonts/Helvetica.ttc",
    "C:/Windows/Fonts/segoeui.ttf"};

inline constexpr std::array bold_fonts{
    "/usr/share/fonts/truetype/inter/Inter-SemiBold.ttf",
    "/usr/share/fonts/truetype/roboto/unhinted/RobotoTTF/Roboto-Medium.ttf",
    "/usr/share/fonts/truetype/noto/NotoSans-Bold.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
    "/usr/share/fonts/google-noto/NotoSans-Bold.ttf",
    "/usr/share/fonts/noto/NotoSans-Bold.ttf",
    "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans-Bold.ttf",
    "/usr/share/fonts/TTF/DejaVuSans-Bold.ttf",
    "/System/Library/Fonts/SFNS.ttf",
    "C:/Windows/Fonts/seguisb.ttf"};

inline constexpr std::array mono_fonts{"/usr/share/fonts/truetype/noto/NotoSansMono-Regular.ttf",
                                       "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",
                                       "/usr/share/fonts/google-noto/NotoSansMono-Regular.ttf",
                                       "/usr/share/fonts/noto/NotoSansMono-Regular.ttf",
                                       "/usr/share/fonts/dejavu-sans-mono-fonts/DejaVuSansMono.ttf",
                                       "/usr/share/fonts/TTF/DejaVuSansMono.ttf",
                                       "/System/Library/Fonts/Menlo.ttc",
                                       "/System/Library/Fonts/Monaco.ttf",
                                       "C:/Windows/Fonts/consola.ttf"};

// `scale` is that of the interface, `density` how many pixels of the screen one of its units has.
inline void load_fonts(float scale, float density) {
    const float size = 16.0f * scale * density;
    font_set& fonts = current_fonts;
    fonts.regular = add_first_font(regular_fonts, size);
    if (fonts.regular == nullptr) {
        ImFontConfig config;
        config.SizePixels = 13.0f * scale * density;
        fonts.regular = ImGui::GetIO().Fonts->AddFontDefault(&config);
    }
    const auto or_regular = [&](ImFont* font) { return font != nullptr ? font : fonts.regular; };
    fonts.bold = or_regular(add_first_font(bold_fonts, size));
    fonts.large = or_regular(add_first_font(bold_fonts, size * 1.25f));
    fonts.mono = or_regular(add_first_font(mono_fonts, size * 0.9f));
#if IMGUI_VERSION_NUM < 19200 // newer versions do this by themselves
    ImGui::GetIO().FontGlobalScale = 1.0f / density;
#endif
}

inline void set_theme(bool light, float scale, float density) {
    if (light)
        ImGui::StyleColorsLight();
    else
        ImGui::StyleColorsDark();
    current_palette = light ? light_palette() : dark_palette();
    set_colours(current_palette);
    set_shape(scale);
    load_fonts(scale, density);
}

} // namespace detail

inline const palette& colours() { return detail::current_palette; }
inline const font_set& fonts() { return detail::current_fonts; }

// Text until the end of the scope is in this font.
class font_scope {
public:
    explicit font_scope(ImFont* font) {
#if IMGUI_VERSION_NUM >= 19200
        ImGui::PushFont(font, font->LegacySize);
#else
        ImGui::PushFont(font);
#endif
    }
    ~font_scope() { ImGui::PopFont(); }
    font_scope(const font_scope&) = delete;
    font_scope& operator=(const font_scope&) = delete;
};

} // namespace app
