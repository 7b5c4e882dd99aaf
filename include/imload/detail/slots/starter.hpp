#pragma once

#include <imload/detail/renew.hpp>

namespace imload::detail {

struct slot_type;

/// How to start a run when nobody asks: what the key does not hold, a callable with state or
/// unkeyed arguments, kept from the ask that started the last one.
class starter {
public:
    /// Makes a part from what the ask has; null: its type's copy().
    using maker = void (*)(void* to, const void* from);

    starter() = default;
    /// Of copies of these, one for each part of the type; null where the key has it. What copying
    /// throws leaves no trace.
    starter(const slot_type& type, const void* const* from, const maker* makers);
    starter(starter&& other) noexcept : kept_(renew(other.kept_, nullptr)) {}
    starter& operator=(starter&& other) noexcept {
        end(renew(kept_, renew(other.kept_, nullptr)));
        return *this;
    }
    ~starter() { end(kept_); }

    void reset() noexcept { end(renew(kept_, nullptr)); }
    [[nodiscard]] const void* get() const noexcept { return kept_; }
    explicit operator bool() const noexcept { return kept_ != nullptr; }

    /// Before the parts.
    struct head {
        const slot_type* type;
    };

private:
    /// What no starter has any more, for destructors are a user's; null is none.
    static void end(head* kept) noexcept;

    head* kept_ = nullptr;
};

} // namespace imload::detail
