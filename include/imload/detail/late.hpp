#pragma once

namespace imload::detail {

/// Much of imload is class templates with one parameter that they have no use for: `template
/// <class Late>`. A compiler only reads the functions of a template, and compiles them, with all
/// that they need of the standard library, where a program calls them. So a file that includes
/// imload pays for what it uses: a loader for its key, its job and its result, and who makes a
/// session for what is behind one. Where the parameter must be named, it is this.
struct late;

/// A T that such a template has: not before it is used does a compiler look into that.
template <class T, class Late>
struct seen_late {
    using type = T;
};
template <class T, class Late>
using later = typename seen_late<T, Late>::type;

} // namespace imload::detail
