#pragma once

#include <imload/detail/engine/current.hpp>
#include <imload/detail/renew.hpp>

#include <imgui.h>

#include <algorithm>
#include <atomic>
#include <vector>

namespace imload::detail {

/// When the frames of an ImGui context's session begin: with ImGui's own.
/// Threads: the session's, but where another is named.
class context_pace {
public:
    explicit context_pace(ImGuiContext* of) noexcept : context_(of) {}

    [[nodiscard]] bool is_of(const ImGuiContext* context) const noexcept {
        return context_.load(std::memory_order_relaxed) == context;
    }

    /// Takes note of a call made while `in` is current, which may be null. True: the session's
    /// frame is to begin before it. With frame_step::own the call begins one itself.
    [[nodiscard]] bool note_call(ImGuiContext* in, frame_step step) {
        if (step == frame_step::none) return false;
        const bool follows = moves_on(in) && !renew(is_ahead_, false);
        if (step != frame_step::own) return follows;
        is_ahead_ = in && (!follows || ImGui::GetDrawData()); // it is that of ImGui's next one
        return false;
    }

    /// From another thread, under a lock, when a context at the address of this one is current:
    /// whether that is another, for its frames count anew. True: this is no context's any more.
    [[nodiscard]] bool leave_lost_context() noexcept {
        const int last = frame_.load(std::memory_order_acquire); // before it goes on
        if (ImGui::GetFrameCount() >= last) return false;
        context_ = nullptr;
        return true;
    }

private:
    /// Whether ImGui has begun a frame since the session's last one.
    [[nodiscard]] bool moves_on(ImGuiContext* in) {
        if (!in) return false;
        const int frame = ImGui::GetFrameCount();
        if (is_of(in)) {
            if (frame == frame_.load(std::memory_order_relaxed)) return false;
            frame_.store(frame, std::memory_order_release);
            guests_.clear();
            return true;
        }
        // It was named in another context: those that name it count while its own has no frames,
        // the first that comes round again for all of them.
        const auto known = std::find_if(guests_.begin(), guests_.end(),
                                        [in](const guest& g) { return g.context == in; });
        const bool follows = known != guests_.end() && known->frame != frame;
        if (follows) guests_.clear();
        if (follows || known == guests_.end()) guests_.push_back({in, frame});
        return follows;
    }

    struct guest {
        ImGuiContext* context;
        int frame; ///< of ImGui's there
    };

    std::atomic<ImGuiContext*> context_; ///< null: it is gone, and another is at its address
    std::atomic<int> frame_ = -1;        ///< of ImGui's, when the session's last one began
    std::vector<guest> guests_;          ///< that named the session in its frame
    bool is_ahead_ = false;              ///< has begun the frame for the next of ImGui's
};

} // namespace imload::detail
