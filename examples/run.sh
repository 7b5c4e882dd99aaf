#!/usr/bin/env bash
# Builds an example, with all that it needs, and opens it. See --help.
set -euo pipefail
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/setup.sh"

example_names() {
    local source
    for source in "$project"/examples/*.cpp; do
        basename "$source" .cpp
    done | grep -vx stb
}

usage() {
    cat <<END
usage: examples/run.sh [example] [arguments...]

Builds an example and opens it; without a name, the explorer. Missing packages are
installed with apt first, after saying which and why.

    examples/run.sh                          browse the current folder
    examples/run.sh ~/Pictures               browse another one
    examples/run.sh quickstart               the program that the README shows
    examples/run.sh --screenshot out.png     write a picture of the window, and end

Examples: $(example_names | paste -sd ' ')
Every example takes --frames N (end after N frames) and --screenshot FILE.png.
Without a display the example runs on a screen in memory, and its picture is written.
END
}

example=explorer
case ${1-} in
-h | --help)
    usage
    exit
    ;;
'' | -*) ;;
*)
    if example_names | grep -qxF -- "$1"; then
        example=$1
        shift
    elif [[ ! -e $1 ]]; then
        say "there is no example and no folder \"$1\"; the examples are: $(example_names | paste -sd ' ')" >&2
        exit 2
    fi
    ;;
esac

need_build_tools
need_window
has_display || need_screen
install_missing

build=$project/build/examples
configure "$build" -DCMAKE_BUILD_TYPE=Release -DIMLOAD_BUILD_TESTS=OFF || fail "could not configure"
build "$build" --target "$example" || fail "could not build $example"

program=$build/examples/$example
if has_display; then
    exec "$program" "$@"
fi

picture=$build/$example.png
options=(--screenshot "$picture")
for argument in "$@"; do
    if [[ $argument == --screenshot ]]; then
        options=() # the picture that was asked for, then
        picture=
    fi
done
if [[ -n $picture ]]; then
    rm -f "$picture" # of another time
fi
say "no display here (neither DISPLAY nor WAYLAND_DISPLAY is set): running on a screen in memory"
LIBGL_ALWAYS_SOFTWARE=1 XDG_SESSION_TYPE=x11 \
    xvfb-run -a -s "-screen 0 1600x1000x24" "$program" "${options[@]}" "$@"
if [[ -n $picture && -e $picture ]]; then
    say "its picture: $picture"
fi
