// What a fling through 10,000 pictures costs: how long one waits, having stopped, until everything
// visible is there. Two common ways to load them stand beside imload: a thread pool with one queue
// and a future for each cell, served first come first served or newest first.
#pragma once

#include <imload/imload.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdio>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace fling {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;
using milliseconds = std::chrono::duration<double, std::milli>;

inline constexpr int cells = 10'000;
inline constexpr int columns = 10;
inline constexpr int visible_rows = 10;
inline constexpr int rows = (cells + columns - 1) / columns;
inline constexpr std::size_t workers = 4;
inline constexpr auto load_time = 8ms; // asleep, so that the workers need not as many cores
inline constexpr std::chrono::nanoseconds frame_time = std::chrono::nanoseconds{1s} / 60;
inline constexpr int fling_frames = 60; // from one end to the other

inline int load(int cell) {
    std::this_thread::sleep_for(load_time);
    return cell;
}

// ---- the contestants: `ask` starts a load and says whether its value is there -------------------

class with_imload {
public:
    void begin_frame() { session_.begin_frame(); }
    bool ask(int cell) { return imload::async_load(session_, load).poll(cell).has_value(); }

private:
    imload::session session_{{.threads = workers}};
};

enum class order { first_in_first_out, last_in_first_out };

class with_pool {
public:
    explicit with_pool(order o) : order_(o) {
        for (std::size_t i = 0; i < workers; ++i) threads_.emplace_back([this] { work(); });
    }
    with_pool(const with_pool&) = delete;
    with_pool& operator=(const with_pool&) = delete;
    ~with_pool() {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        changed_.notify_all();
        for (std::thread& t : threads_) t.join();
    }

    void begin_frame() {}
    bool ask(int cell) {
        const auto [at, is_new] = known_.try_emplace(cell);
        if (is_new) at->second = submit(cell);
        return at->second.wait_for(0s) == std::future_status::ready;
    }

private:
    std::future<int> submit(int cell) {
        std::packaged_task<int()> task([cell] { return load(cell); });
        std::future<int> result = task.get_future();
        {
            const std::lock_guard lock(mutex_);
            waiting_.push_back(std::move(task));
        }
        changed_.notify_one();
        return result;
    }

    void work() {
        std::unique_lock lock(mutex_);
        while (true) {
            changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
            if (stopping_) return;
            auto task = take();
            lock.unlock();
            task();
            lock.lock();
        }
    }

    std::packaged_task<int()> take() {
        const bool first = order_ == order::first_in_first_out;
        auto task = std::move(first ? waiting_.front() : waiting_.back());
        if (first)
            waiting_.pop_front();
        else
            waiting_.pop_back();
        return task;
    }

    const order order_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::packaged_task<int()>> waiting_;
    bool stopping_ = false;
    std::unordered_map<int, std::future<int>> known_;
    std::vector<std::thread> threads_;
};

// ---- the measurement ---------------------------------------------------------------------------

// How it was on arrival, and how long it took from there.
struct outcome {
    int missing = 0; // visible cells that were not there
    milliseconds waited{};

    // All workers busy with nothing else, from the moment of arrival.
    milliseconds ideal() const { return missing * milliseconds{load_time} / workers; }
};

template <class Cells>
class ride {
public:
    explicit ride(Cells& c) : cells_(c) {}

    // Both ends are shown; returns what was missing in the last frame.
    void scroll(int from_row, int to_row) {
        for (int i = 0; i <= fling_frames; ++i) {
            if (i > 0) sleep();
            missing_ = show(from_row + (to_row - from_row) * i / fling_frames);
        }
        row_ = to_row;
        arrived_ = next_frame_;
    }

    outcome wait() {
        outcome result{missing_, {}};
        while (missing_ > 0) {
            sleep();
            missing_ = show(row_);
            result.waited = steady::now() - arrived_;
        }
        return result;
    }

private:
    int show(int first_row) {
        cells_.begin_frame();
        int missing = 0;
        const int end = std::min((first_row + visible_rows) * columns, cells);
        for (int cell = first_row * columns; cell < end; ++cell)
            missing += cells_.ask(cell) ? 0 : 1;
        return missing;
    }

    void sleep() {
        next_frame_ += frame_time;
        std::this_thread::sleep_until(next_frame_);
    }

    Cells& cells_;
    steady::time_point next_frame_ = steady::now();
    steady::time_point arrived_ = next_frame_;
    int missing_ = 0;
    int row_ = 0;
};

inline constexpr int last_row = rows - visible_rows;

struct outcomes {
    std::vector<outcome> to_the_end;
    std::vector<outcome> and_back;
};

inline void measure(outcomes& results, auto make) {
    {
        auto cells_there = make();
        ride there(*cells_there);
        there.scroll(0, last_row);
        results.to_the_end.push_back(there.wait());
    }
    auto cells_back = make();
    ride back(*cells_back);
    back.scroll(0, last_row);
    back.scroll(last_row, 0);
    results.and_back.push_back(back.wait());
}

inline outcome median(std::vector<outcome> of) {
    const auto middle = of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2);
    std::nth_element(of.begin(), middle, of.end(),
                     [](const outcome& a, const outcome& b) { return a.waited < b.waited; });
    return *middle;
}

// ---- the table, in Markdown --------------------------------------------------------------------

inline void print(const outcome& o) {
    if (o.missing == 0)
        std::printf(" nothing missing | - | 0 ms | - |");
    else
        std::printf(" %d | %.0f ms | %.0f ms | %.2f |", o.missing, o.ideal().count(),
                    o.waited.count(), o.waited / o.ideal());
}

inline void print(const char* name, const outcomes& results) {
    std::printf("| %s |", name);
    print(median(results.to_the_end));
    print(median(results.and_back));
    std::printf("\n");
}

// Measures all of them `runs` times, in turns, and prints the medians.
inline void compare(int runs) {
    outcomes fifo;
    outcomes lifo;
    outcomes ours;
    for (int i = 0; i < runs; ++i) {
        std::fprintf(stderr, "run %d of %d\n", i + 1, runs);
        measure(ours, [] { return std::make_unique<with_imload>(); });
        measure(lifo, [] { return std::make_unique<with_pool>(order::last_in_first_out); });
        measure(fifo, [] { return std::make_unique<with_pool>(order::first_in_first_out); });
    }
    std::printf("%d cells, %d visible, %d ms a load, %d workers, 60 frames a second; a fling from "
                "end to end takes %.0f s.\nMedians of %d runs.\n\n",
                cells, columns * visible_rows, static_cast<int>(load_time.count()),
                static_cast<int>(workers), milliseconds{frame_time * fling_frames} / 1s, runs);
    std::printf("| | fling to the end: missing on arrival | ideal | all there after | x ideal "
                "| fling and return: missing on arrival | ideal | all there after | x ideal |\n"
                "|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    print("imload", ours);
    print("LIFO pool", lifo);
    print("FIFO pool", fifo);
}

} // namespace fling
