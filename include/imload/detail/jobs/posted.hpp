#pragma once

namespace imload::detail {

/// A function given to session::post.
class posted {
public:
    posted() = default;
    posted(const posted&) = delete;
    posted& operator=(const posted&) = delete;
    virtual ~posted() = default;
    virtual void call() = 0;
};

} // namespace imload::detail
