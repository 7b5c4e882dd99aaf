#pragma once

#include <imload/detail/type_tag.hpp>
#include <imload/imgui/error_box.hpp>
#include <imload/imgui/motion.hpp>
#include <imload/imgui/show/place_memory.hpp>
#include <imload/imgui/skeleton.hpp>
#include <imload/imgui/spinner.hpp>
#include <imload/result.hpp>

#include <imgui.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string_view>
#include <type_traits>

namespace imload::ui {

/// Shows what is known of a key: its value by content(const T&), or content(); else a skeleton, an
/// error_box, or a line with a button that loads. A result of no key shows nothing.
///
///     imload::ui::show(rates.poll("EUR", 2), [](const table& t) { draw_table(t); });
///
/// Nothing flashes: a load of less than 200 ms shows no skeleton, and a skeleton stays for 300 ms.
/// It is as large as the content was, that of another key too; before there was any it is three
/// lines of text, or one in a cell. A newer run that takes longer than 200 ms, and one that failed,
/// leave a small mark: right of the content or, where that takes all the width, in its corner.
///
/// Returns whether the content was drawn. What content throws goes on, with nothing of show's left
/// open. One item, so SameLine follows it; but in a table or in columns the content may go on to
/// other cells. After TableHeadersRow call TableNextRow first, or the skeleton stands in the
/// header. Two shows of one key with one and the same lambda need a PushID, as ImGui's buttons do.
/// Cost: some 100 bytes of ImGui::GetStateStorage() for a key, which the next one in the same place
/// takes over after 4096.
template <class T, class Content>
bool show(const result<T>& r, Content&& content);

} // namespace imload::ui

namespace imload::detail::widgets {

[[nodiscard]] inline float mark_radius() { return ImGui::GetTextLineHeight() * 0.3f; }

/// Around content: measures it, and leaves nothing open when it throws.
class content_scope {
public:
    content_scope() {
        if (grouped_) ImGui::BeginGroup();
    }
    content_scope(const content_scope&) = delete;
    content_scope& operator=(const content_scope&) = delete;
    /// Content that left a child window open has lost our group with it.
    ~content_scope() {
        if (open_ && grouped_ && ImGui::GetWindowDrawList() == list_) ImGui::EndGroup();
    }

    /// Content returned. `corner` is from now on where the top right corner of the mark is.
    void end(place_memory& memory);

    [[nodiscard]] bool is_seen() const { return seen_; }
    [[nodiscard]] ImVec2 corner() const { return corner_; }

private:
    const bool grouped_ = !in_cell();
    bool open_ = true;
    bool seen_ = false;
    const ImDrawList* list_ = ImGui::GetWindowDrawList();
    const ImVec2 start_ = ImGui::GetCursorScreenPos();
    const float room_ = ImGui::GetContentRegionAvail().x;
    const int table_column_ = ImGui::TableGetColumnIndex();
    const int column_ = ImGui::GetColumnIndex();
    ImVec2 corner_;
};

inline void content_scope::end(place_memory& memory) {
    open_ = false;
    const float gap = ImGui::GetStyle().ItemSpacing.y;
    if (grouped_) {
        ImGui::EndGroup();
        const ImVec2 cursor = ImGui::GetCursorScreenPos();
        if (cursor.x == start_.x && cursor.y == start_.y) return; // nothing is drawn here at all
        seen_ = ImGui::IsItemVisible();
        corner_ = ImVec2(ImGui::GetItemRectMax().x, ImGui::GetItemRectMin().y);
        // Between the content and what SameLine brings: on a short text the mark would hide it.
        const float width = 2 * mark_radius();
        const float beside =
            corner_.x + std::max((ImGui::GetStyle().ItemSpacing.x - width) * 0.5f, 0.0f) + width;
        if (beside <= start_.x + room_) corner_.x = beside;
        memory.keep_size(ImGui::GetItemRectSize(), room_);
        return;
    }
    // No group: it would hold the cursor back when the content goes on to the next cell.
    const ImVec2 cursor = ImGui::GetCursorScreenPos();
    seen_ = cursor.x != start_.x || cursor.y != start_.y;
    corner_ = ImVec2(start_.x + room_, start_.y);
    memory.keep_size(ImVec2(room_, cursor.y - gap - start_.y), room_);
    if (ImGui::TableGetColumnIndex() != table_column_ || ImGui::GetColumnIndex() != column_)
        corner_ = ImVec2(cursor.x + ImGui::GetContentRegionAvail().x,
                         cursor.y - gap - ImGui::GetTextLineHeight());
}

/// A table in which no cell was begun yet has no room for what is not the caller's content.
inline void enter_cell() {
    if (ImGui::TableGetColumnCount() > 0 && ImGui::TableGetColumnIndex() < 0)
        ImGui::TableNextColumn();
}

/// In the place of content. True: content comes after all.
bool show_instead(const result_base& r, place_memory& memory, bool has_value, ImGuiID place);

/// What there is to say of a value that is being replaced, or could not be.
void show_mark(const result_base& r, const place_memory& memory, ImVec2 corner);

/// Of the place: where it is called, and with what.
template <class Content>
[[nodiscard]] ImGuiID place_of(const Content& content) {
    ImGui::PushID(tag_of<Content>());
    ImGuiID place = ImGui::GetID("place");
    // All functions of one signature have one type, and all members of one type.
    if constexpr (std::is_pointer_v<Content> || std::is_member_pointer_v<Content>) {
        const char* const bytes = reinterpret_cast<const char*>(&content);
        place = ImGui::GetID(bytes, bytes + sizeof content);
    }
    ImGui::PopID();
    return place;
}

inline bool show_instead(const result_base& r, place_memory& memory, bool has_value,
                         ImGuiID place) {
    const bool failed = !has_value && r.error();
    const bool under_way = r.is_loading() || r.is_refreshing();
    const stage wanted = has_value              ? (under_way ? stage::refreshing : stage::ready)
                         : under_way && !failed ? stage::blank
                                                : stage::ready;
    const stage now = memory.advance(wanted);
    const bool waits = now == stage::blank || now == stage::skeleton;
    if (has_value && !waits) return true;
    enter_cell();
    const ImVec2 cursor = ImGui::GetCursorScreenPos();
    const ImVec2 size = memory.size();
    bool pressed = false;
    if (now == stage::blank) {
        // Nothing is seen, but what stands below does not move to and fro, and a list has rows
        // of some height. ImGui does not see what has no width at the edge of a window, and a
        // column that fits its content is made in these frames.
        const float width = in_cell() ? room_for(lines_width()) : 1;
        ImGui::Dummy(size.y > 0 ? size : ImVec2(width, ImGui::GetTextLineHeight()));
    } else if (waits && size.y > 0) {
        ui::skeleton(size, &r);
    } else if (waits) {
        ui::skeleton_lines(in_cell() ? 1 : 3, &r);
    } else if (failed) {
        ImGui::PushID(static_cast<int>(place));
        ui::error_box(r);
        ImGui::PopID();
    } else {
        ImGui::BeginGroup();
        ImGui::PushID(static_cast<int>(place));
        push_id(r);
        ImGui::TextDisabled("Not loaded");
        ImGui::SameLine();
        pressed = ImGui::SmallButton("Load");
        pop_id();
        ImGui::PopID();
        ImGui::EndGroup();
    }
    // A window that appears measures its content in a frame in which none of it is seen.
    if (is_seen(cursor) || ImGui::IsWindowAppearing()) r.request_frame(memory.needs_frame_in());
    if (pressed) r.refresh();
    return false;
}

inline void show_mark(const result_base& r, const place_memory& memory, ImVec2 corner) {
    const bool under_way = r.is_refreshing();
    if (!under_way && !r.error()) return;
    // Wide content reaches out of sight, and the mark does not.
    const float radius = mark_radius();
    const float right = std::min(corner.x, ImGui::GetWindowDrawList()->GetClipRectMax().x);
    const ImVec2 from(right - 2 * radius, corner.y);
    const ImVec2 to(right, corner.y + 2 * radius);
    if (!ImGui::IsRectVisible(from, to)) return;
    const ImVec2 centre(from.x + radius, from.y + radius);
    const auto took = std::max<std::chrono::nanoseconds>(memory.lasted(), r.elapsed());
    if (under_way && took >= patience) {
        draw_arc(centre, radius);
        ui::animate(&r);
        return;
    }
    if (under_way) r.request_frame(patience - took);
    const error* const e = r.error();
    if (!e) return;
    ImDrawList* const list = ImGui::GetWindowDrawList();
    list->AddTriangleFilled(ImVec2(centre.x, from.y), to, ImVec2(from.x, to.y),
                            ImGui::GetColorU32(danger(0.8f)));
    // Not an item: content stays what SameLine and IsItemHovered after show speak of.
    if (!ImGui::IsMouseHoveringRect(from, to) ||
        !ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows))
        return;
    // BeginTooltip returned nothing in older versions.
    const auto begun = [](auto begin) {
        if constexpr (std::is_void_v<decltype(begin())>) {
            begin();
            return true;
        } else {
            return begin();
        }
    };
    if (!begun([] { return ImGui::BeginTooltip(); })) return;
    const std::string_view message = shown_part(e->message);
    ImGui::PushTextWrapPos(ImGui::GetFontSize() * 35);
    ImGui::TextUnformatted(message.data(), message.data() + message.size());
    ImGui::PopTextWrapPos();
    ImGui::EndTooltip();
}

} // namespace imload::detail::widgets

namespace imload::ui {

template <class T, class Content>
bool show(const result<T>& r, Content&& content) {
    namespace w = detail::widgets;
    constexpr bool takes_value = std::is_invocable_v<Content&, const T&>;
    constexpr bool takes_nothing = std::is_invocable_v<Content&>;
    static_assert(takes_value || takes_nothing,
                  "imload: show() cannot call the content with const T&, nor with nothing: does it "
                  "take T& or T&&, or the value of another key?");
    if constexpr (takes_value || takes_nothing) {
        if (r.id() == 0 && !r.has_value()) return false;
        const ImGuiID place = w::place_of<std::decay_t<Content>>(content);
        w::place_memory memory(place, r);
        if (!w::show_instead(r, memory, r.has_value(), place)) return false;
        w::content_scope scope;
        if constexpr (takes_value) {
            static_cast<void>(std::invoke(content, *r));
        } else {
            static_cast<void>(std::invoke(content));
        }
        scope.end(memory);
        if (scope.is_seen()) {
            w::show_mark(r, memory, scope.corner());
            r.request_frame(memory.needs_frame_in());
        }
        return true;
    } else {
        return false;
    }
}

} // namespace imload::ui
