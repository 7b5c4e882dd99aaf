#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace imload::detail::inspector {

/// A merge sort that is done a little in each frame: a hundred thousand labels take tens of
/// milliseconds, which no frame has. An order that contradicts itself, because what is sorted
/// changed meanwhile, gives some permutation.
template <class T>
class stepped_sort {
public:
    void begin(std::vector<T> items) {
        from_ = std::move(items);
        to_.clear();
        width_ = 0;
        start_ = 0;
    }

    /// Goes on for about `work` comparisons; true once everything is sorted.
    template <class Less>
    bool step(Less less, std::size_t work) {
        for (; work >= block; work -= block) {
            if (width_ == 0) {
                if (sort_block(less)) continue;
                begin_level(block);
            }
            if (width_ >= from_.size()) return true;
            merge_some(less);
        }
        return false;
    }

    /// What was sorted, once step() returned true.
    [[nodiscard]] std::vector<T>& items() noexcept { return from_; }

private:
    static constexpr std::size_t block = 64;

    template <class Less>
    bool sort_block(Less less) {
        if (start_ >= from_.size()) return false;
        const std::size_t end = std::min(start_ + block, from_.size());
        std::sort(at(from_, start_), at(from_, end), less);
        start_ = end;
        return start_ < from_.size();
    }

    void begin_level(std::size_t width) {
        width_ = width;
        to_.resize(from_.size());
        begin_pair(0);
    }
    void begin_pair(std::size_t start) {
        start_ = out_ = left_ = start;
        middle_ = right_ = std::min(start + width_, from_.size());
        end_ = std::min(start + 2 * width_, from_.size());
    }

    template <class Less>
    void merge_some(Less less) {
        // Two runs that are in order already, as in a list that has hardly changed.
        if (out_ == start_ && (middle_ == end_ || !less(from_[middle_], from_[middle_ - 1]))) {
            std::copy(at(from_, start_), at(from_, end_), at(to_, start_));
            out_ = end_;
        }
        for (std::size_t n = 0; n < block && out_ < end_; ++n) {
            const bool right =
                left_ == middle_ || (right_ < end_ && less(from_[right_], from_[left_]));
            to_[out_++] = from_[right ? right_++ : left_++];
        }
        if (out_ < end_) return;
        if (end_ < from_.size()) {
            begin_pair(end_);
        } else {
            std::swap(from_, to_);
            begin_level(width_ * 2);
        }
    }

    [[nodiscard]] static auto at(std::vector<T>& v, std::size_t i) {
        return v.begin() + static_cast<std::ptrdiff_t>(i);
    }

    std::vector<T> from_;
    std::vector<T> to_;
    std::size_t width_ = 0; ///< of the sorted runs; 0: blocks are sorted still
    std::size_t start_ = 0, middle_ = 0, end_ = 0;
    std::size_t left_ = 0, right_ = 0, out_ = 0;
};

} // namespace imload::detail::inspector
