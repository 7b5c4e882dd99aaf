#pragma once

// The version, said once: CMake reads these three lines. Semantic versioning, https://semver.org.
#define IMLOAD_VERSION_MAJOR 0
#define IMLOAD_VERSION_MINOR 1
#define IMLOAD_VERSION_PATCH 0
