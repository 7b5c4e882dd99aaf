// A picture that Dear ImGui can draw, with OpenGL as well as with the software renderer.
#pragma once

#include "software_renderer.hpp"

#include <GLFW/glfw3.h> // brings the system's OpenGL 1.1, which is all that is needed here
#include <imgui.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#ifndef GL_CLAMP_TO_EDGE // of OpenGL 1.2: missing from the header on Windows
#define GL_CLAMP_TO_EDGE 0x812F
#endif

namespace app {

namespace detail {

enum class renderer { none, opengl, software };

inline renderer active_renderer = renderer::none;

inline unsigned int upload(int width, int height, const unsigned char* rgba) {
    GLint previous = 0;
    glGetIntegerv(GL_TEXTURE_BINDING_2D, &previous);
    GLuint name = 0;
    glGenTextures(1, &name);
    glBindTexture(GL_TEXTURE_2D, name);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, rgba);
    glBindTexture(GL_TEXTURE_2D, static_cast<GLuint>(previous));
    return name;
}

} // namespace detail

// Made, moved and destroyed on the UI thread, while the window is there. Do not replace one after
// it has been drawn in the same frame: the draw list still refers to it.
class texture {
public:
    texture() = default;

    // Rows from the top, four bytes a pixel, copied.
    texture(int width, int height, const unsigned char* rgba) : width_(width), height_(height) {
        const auto bytes = static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 4;
        if (detail::active_renderer == detail::renderer::opengl)
            name_ = detail::upload(width, height, rgba);
        else
            pixels_ = std::make_unique<software::image>(
                software::image{width, height, {rgba, rgba + bytes}});
    }

    texture(texture&& other) noexcept { swap(other); }
    texture& operator=(texture&& other) noexcept {
        texture moved{std::move(other)};
        swap(moved);
        return *this;
    }
    ~texture() {
        if (name_ != 0 && detail::active_renderer == detail::renderer::opengl)
            glDeleteTextures(1, &name_);
    }

    explicit operator bool() const { return name_ != 0 || pixels_ != nullptr; }
    ImTextureID id() const {
        return pixels_ ? software::id_of(*pixels_) : ImTextureID(std::intptr_t{name_});
    }
    int width() const { return width_; }
    int height() const { return height_; }

private:
    void swap(texture& other) {
        std::swap(name_, other.name_);
        std::swap(pixels_, other.pixels_);
        std::swap(width_, other.width_);
        std::swap(height_, other.height_);
    }

    GLuint name_ = 0;
    std::unique_ptr<software::image> pixels_;
    int width_ = 0;
    int height_ = 0;
};

} // namespace app
