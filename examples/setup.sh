# Shared by examples/run.sh and tests/run.sh, which source it: finds what they need, installs what is
# missing with apt, configures and builds. Nothing is installed without being announced first.

project=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
jobs=$(nproc 2>/dev/null || echo 2)

say() { printf 'imload: %s\n' "$*"; }
fail() {
    say "$*" >&2
    exit 1
}

# ---- What is there -----------------------------------------------------------------------------

compiler() { command -v "${CXX:-c++}" || command -v g++ || command -v clang++; }
has_build_tool() { command -v ninja || command -v make; }
has_header() { echo "#include <$1>" | "$(compiler)" -E -x c++ - "${@:2}" &>/dev/null; }
has_font() { compgen -G "/usr/share/fonts/*/*/*Sans*.ttf"; }
has_package() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

missing=()
reasons=()

# need <package> <what it is> <command that succeeds if something like it is there>
need() {
    if "${@:3}" &>/dev/null || has_package "$1"; then
        return
    fi
    missing+=("$1")
    reasons+=("$2")
}

need_build_tools() {
    need g++ "the compiler" compiler
    need cmake "configures the build" command -v cmake
    need ninja-build "builds" has_build_tool
    need pkg-config "finds libraries" command -v pkg-config
}

need_window() {
    need libglfw3-dev "GLFW, the examples' window" pkg-config --exists glfw3
    need libgl-dev "OpenGL, to draw into it" has_header GL/gl.h
    if [[ -z ${IMLOAD_IMGUI_DIR-} ]]; then
        need libimgui-dev "Dear ImGui" pkg-config --exists imgui
    fi
    need libstb-dev "reads and writes pictures" has_header stb/stb_image.h
    need fonts-dejavu-core "a font that is easy to read" has_font
}

need_screen() {
    need xvfb "a screen in memory, where there is no display" command -v xvfb-run
    need xauth "admits programs to that screen" command -v xauth
}

has_display() { [[ $(uname) != Linux || -n ${DISPLAY-}${WAYLAND_DISPLAY-} ]]; }

# ---- Installing what is not --------------------------------------------------------------------

as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    else
        sudo "$@"
    fi
}

apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -q "$@"; }

candidate() { LC_ALL=C apt-cache policy "$1" 2>/dev/null | sed -n 's/^  Candidate: //p' | grep -v none; }

lists_are_fresh=
update_lists() {
    if [[ -z $lists_are_fresh ]]; then
        say "fetching apt's package lists"
        apt update || say "apt-get update failed, trying with the lists that are there"
        lists_are_fresh=yes
    fi
}

# Says why nothing can be installed here, if so.
no_apt_because() {
    if ! command -v apt-get >/dev/null; then
        echo "some packages are missing, and there is no apt-get here to install them"
    elif [[ $(id -u) != 0 ]] && ! command -v sudo >/dev/null; then
        echo "some packages are missing, and this user is neither root nor has sudo"
    fi
}

install_missing() {
    if [[ ${#missing[@]} == 0 ]]; then
        return
    fi
    local why
    why=$(no_apt_because)
    if [[ -n $why ]]; then
        fail "$why; please install (Debian's names): ${missing[*]}"
    fi
    say "missing, and about to be installed with apt-get:"
    local i
    for i in "${!missing[@]}"; do
        printf '    %-18s %s\n' "${missing[i]}" "${reasons[i]}"
    done

    local package packages=()
    for package in "${missing[@]}"; do
        [[ -n $(candidate "$package") ]] || update_lists
        if [[ -n $(candidate "$package") ]]; then
            packages+=("$package")
        else
            say "apt knows no package $package; the build looks for it elsewhere"
        fi
    done
    local install=(install -y --no-install-recommends "${packages[@]}")
    if [[ ${#packages[@]} != 0 ]] && ! apt "${install[@]}"; then
        update_lists # old lists name files that are gone
        apt "${install[@]}" || fail "could not install: ${packages[*]}"
    fi
    missing=()
    reasons=()
}

# ---- Building ----------------------------------------------------------------------------------

# configure <build folder> <cmake options>
configure() {
    local build=$1 log=$1/configure.log
    # A copied or moved project cannot go on with the old folder's build.
    if [[ -f $build/CMakeCache.txt ]] &&
        ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$project" "$build/CMakeCache.txt"; then
        rm -rf "$build"
    fi
    if [[ ! -f $build/CMakeCache.txt ]] && command -v ninja >/dev/null; then
        set -- "$@" -G Ninja
    fi
    mkdir -p "$build"
    set -- "$@" -DIMLOAD_IMGUI_DIR="${IMLOAD_IMGUI_DIR-}"
    if ! cmake -S "$project" -B "$build" "${@:2}" >"$log" 2>&1; then
        cat "$log" >&2
        return 1
    fi
    grep -a '^-- imload: ' "$log" | sed 's/^-- //' || true
}

# build <build folder> <cmake --build options>
build() { cmake --build "$1" --parallel "$jobs" "${@:2}"; }
