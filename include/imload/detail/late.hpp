#pragma once

namespace imload::detail {

/// What no user names is mostly class templates with a parameter that they have no use for:
/// `template <class Late>`. A compiler only reads a template where it is defined. It compiles each
/// function of one, with all that this needs of the standard library, where a program calls it. So
/// a file that includes imload pays for what it uses: a loader for its key, its job and its result,
/// and who makes a session for what is behind one. Where the parameter must be named, it is this.
struct late;

/// A T in such a template, into which a compiler does not look before the template is used.
template <class T, class Late>
struct seen_late {
    using type = T;
};
template <class T, class Late>
using later = typename seen_late<T, Late>::type;

} // namespace imload::detail
