#pragma once

#include <cstdint>

// The names, for headers that only pass them on.

namespace imload {

class session;
struct session_options;
class executor;
class clock;
class context;
class task;
struct options;
struct error;
struct statistics;
struct entry_info;
enum class status : std::uint8_t;
enum class error_kind : std::uint8_t;

template <class T>
struct hash;
template <class T>
class result;
template <class T>
class stream;
template <class T>
class promise;
template <class F, bool Named, class Finish, class Home>
class loader;

} // namespace imload
