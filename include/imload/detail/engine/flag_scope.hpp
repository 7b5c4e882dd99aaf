#pragma once

namespace imload::detail {

/// Sets a flag while it lives.
class flag_scope {
public:
    explicit flag_scope(bool& flag) noexcept : flag_(flag), before_(flag) { flag_ = true; }
    flag_scope(const flag_scope&) = delete;
    flag_scope& operator=(const flag_scope&) = delete;
    ~flag_scope() { flag_ = before_; }

private:
    bool& flag_;
    const bool before_;
};

} // namespace imload::detail
