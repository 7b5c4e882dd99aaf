#!/usr/bin/env bash
# Builds and runs every test, with all that they need. See --help.
set -euo pipefail
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../examples/setup.sh"

usage() {
    cat <<END
usage: tests/run.sh [quick | bench [sections...]]

Builds and runs every test: a plain build in which a warning is an error, then the library's own
tests again under the address and undefined behaviour sanitizers, and under the thread sanitizer.
Missing packages are installed with apt first, after saying which and why.

    quick    only the plain build
    bench    no tests: measures imload beside what one would use instead, and prints a table;
             the words after it name the sections to measure, such as polls or frames
END
}

case ${1-} in
'') builds=(plain address thread) ;;
quick) builds=(plain) ;;
bench) builds=(bench) ;;
-h | --help)
    usage
    exit
    ;;
*)
    usage >&2
    exit 2
    ;;
esac

# ---- What the tests need ----------------------------------------------------------------------

# Only Catch2 3 has this header.
has_catch2() { has_header catch2/catch_test_macros.hpp -std=c++20; }

# Debian 12 has Catch2 3 in its backports, a suite of the same mirror that may not be enabled.
enable_backports() {
    local list=/etc/apt/sources.list.d/imload-backports.list mirror
    mirror=$(apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(SITE)' |
        sed -n 's/^Debian bookworm //p' | sort -u | head -n 1)
    [[ -n $mirror ]] || return 1
    say "Debian 12 has Catch2 3 only in bookworm-backports: enabling that suite of $mirror"
    say "by writing $list (delete it to undo this; other packages stay as they are)"
    echo "deb $mirror bookworm-backports main" | as_root tee "$list" >/dev/null
    if ! apt update; then
        say "this mirror has no bookworm-backports, removing $list"
        as_root rm -f "$list"
        return 1
    fi
}

install_catch2() {
    if has_catch2; then
        return
    fi
    if [[ -z $(no_apt_because) ]]; then
        say "missing, and about to be installed with apt-get: catch2, version 3, the tests' framework"
        [[ -n $(candidate catch2) ]] || update_lists
        local suite=()
        if dpkg --compare-versions "$(candidate catch2)" lt 3; then
            enable_backports && suite=(-t bookworm-backports)
        fi
        if dpkg --compare-versions "$(candidate catch2)" ge 3 || [[ ${#suite[@]} != 0 ]]; then
            apt install -y --no-install-recommends "${suite[@]}" catch2 || true
        fi
    fi
    if ! has_catch2; then
        say "Catch2 3 is not to be had as a package; the build fetches its source instead"
        need git "fetches Catch2" command -v git
        install_missing
    fi
}

# The package with Boost's newest headers that this distribution has.
boost_package() {
    { apt-cache --names-only search '^libboost1[.][0-9]+-dev$' 2>/dev/null || true; } |
        cut -d ' ' -f 1 | sort -V | tail -n 1
}

need_bench() {
    local flat_map=boost/unordered/unordered_flat_map.hpp
    need libbenchmark-dev "Google Benchmark, measures" has_header benchmark/benchmark.h
    if ! has_header "$flat_map" -std=c++20; then
        local boost
        boost=$(boost_package)
        need "${boost:-libboost-dev}" "Boost, whose flat map is compared with" false
    fi
    need libabsl-dev "Abseil, the same" has_header absl/container/flat_hash_map.h -std=c++20
    need valgrind "counts instructions" command -v valgrind
    need binutils "measures object code" command -v size
}

need_build_tools
if [[ $builds == bench ]]; then
    need_bench
else
    need_window
    need_screen
fi
need libtbb-dev "oneTBB, whose threads are tested with" has_header oneapi/tbb/task_arena.h -std=c++20
need libasio-dev "asio, the same" has_header asio/thread_pool.hpp
install_missing
install_catch2

# ---- Measuring ---------------------------------------------------------------------------------

# Its words name the sections to measure, all without one.
bench() {
    local folder=$project/build/bench
    local plot=$folder/polls.svg offline=()
    # Only the benchmark is built: what else the build knows need not be fetched.
    if has_catch2; then offline=(-DFETCHCONTENT_FULLY_DISCONNECTED=ON); fi
    configure "$folder" -DCMAKE_BUILD_TYPE=Release "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -DNDEBUG" \
        -DIMLOAD_BUILD_BENCH=ON -DIMLOAD_BUILD_EXAMPLES=OFF "${offline[@]}" ||
        fail "the benchmark cannot be configured"
    build "$folder" --target bench || fail "the benchmark cannot be built"
    say "measuring, which takes some minutes; best while the machine does nothing else"
    "$folder/tests/bench/bench" --plot "$plot" "$@"
    [[ ! -f $plot ]] || say "how a poll's cost grows with the number of keys is plotted in $plot"
}

if [[ $builds == bench ]]; then
    bench "${@:2}"
    exit
fi

# ---- Building and running ---------------------------------------------------------------------

passed=0
failed=0
failures=()

# Address space layout randomisation can leave the thread sanitizer no room.
unrandomised=()
if setarch "$(uname -m)" -R true &>/dev/null; then
    unrandomised=(setarch "$(uname -m)" -R)
fi

# run <name> <cmake options>: builds into build/tests-<name> and adds up what ctest counts.
run() {
    local name=$1 folder=$project/build/tests-$1 log summary
    log=$folder/ctest.log
    say "tests, $name build"
    if ! configure "$folder" "${@:2}" || ! build "$folder"; then
        say "the $name build failed, which counts as one failed test" >&2
        failed=$((failed + 1))
        failures+=("$name: the build")
        return
    fi
    "${unrandomised[@]}" ctest --test-dir "$folder" --parallel "$jobs" --output-on-failure \
        --no-tests=error 2>&1 | tee "$log" || true

    summary=$(sed -nE 's/^[0-9]+% tests passed, ([0-9]+) tests? failed out of ([0-9]+)$/\1 \2/p' "$log")
    local bad all
    read -r bad all <<<"${summary:-1 1}"
    passed=$((passed + all - bad))
    failed=$((failed + bad))
    mapfile -t -O ${#failures[@]} failures < <(
        sed -n "/^The following tests FAILED/,\$ s/^[[:space:]]*[0-9]* - /$name: /p" "$log"
        [[ -n $summary ]] || echo "$name: ctest itself"
    )
}

sanitized=(-DCMAKE_BUILD_TYPE=Debug -DIMLOAD_BUILD_EXAMPLES=OFF)
for name in "${builds[@]}"; do
    case $name in
    plain) run plain -DCMAKE_BUILD_TYPE=Debug -DCMAKE_COMPILE_WARNING_AS_ERROR=ON ;;
    address) run address "${sanitized[@]}" -DIMLOAD_SANITIZE=address,undefined ;;
    thread) run thread "${sanitized[@]}" -DIMLOAD_SANITIZE=thread -DCMAKE_CXX_FLAGS=-O1 ;;
    esac
done

# Last, where it is found: each failure with the end of what it printed.
for failure in "${failures[@]}"; do
    echo
    echo "FAILED  $failure"
    name=${failure%%: *}
    test=${failure#*: }
    test=${test% (*)}
    [[ ! -f $project/build/tests-$name/ctest.log ]] ||
        awk -v test="$test" '
            index($0, "Test") && index($0, test) && /\*\*\*/ { shown = 40 }
            shown && /^ *Start +[0-9]+:/ { next }
            shown && /^ *[0-9]+\/[0-9]+ Test/ && !index($0, test) { shown = 0 }
            shown { print "    " $0; shown-- }
        ' "$project/build/tests-$name/ctest.log"
done

echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
