#pragma once

#include "headless.hpp"

#include <imload/imgui.hpp>
#include <imload/testing.hpp>

#include <algorithm>
#include <chrono>

/// A session and an ImGui context whose clocks and workers are moved by hand.
struct rig {
    headless gui;
    imload::manual_clock clock;
    imload::manual_executor executor;
    /// With a wake hook, so that a run that is under way is no reason for a frame.
    imload::session session{{.executor = &executor, .clock = &clock, .wake = [] {}}};

    /// One frame, so much later by the session's clock and by ImGui's.
    template <class Draw>
    void frame(Draw draw, std::chrono::milliseconds later = std::chrono::milliseconds(16)) {
        clock.advance(later);
        gui.delta = std::max(static_cast<float>(later.count()) / 1000.0f, 1e-6f);
        session.begin_frame();
        gui.frame(draw);
    }

    /// Frames until nothing is due but what `draw` itself asks for.
    template <class Draw>
    imload::next_wake settled(Draw draw) {
        for (int i = 0; i < 4; ++i) frame(draw);
        return session.next_frame();
    }

    /// What `draw` draws more than an empty window, which is measured the first time.
    template <class Draw>
    int vertices_of(Draw draw) {
        if (empty < 0) {
            frame([] {}, {});
            frame([] {}, {});
            empty = headless::vertices();
        }
        frame(draw, {});
        return headless::vertices() - empty;
    }
    int empty = -1;
};

/// While it lives, nothing moves.
struct motionless {
    motionless() { imload::ui::reduce_motion = true; }
    motionless(const motionless&) = delete;
    motionless& operator=(const motionless&) = delete;
    ~motionless() { imload::ui::reduce_motion = false; }
};
