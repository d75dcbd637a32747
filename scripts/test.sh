#!/usr/bin/env bash
# Everything that must be green, in an order in which failures show early:
#   form      scripts and Python files parse; the folders are layers (scripts/check-layers)
#   release   build and all tests: unit, functional with the demo and the crash test, scripts
#   proofs    the kernels and their tests with nothing but CMake and a compiler; with nvcc, the GPU kernels too
#   asan      the unit tests under AddressSanitizer and UndefinedBehaviorSanitizer
#   tsan      the unit test cases that start threads under ThreadSanitizer (--long: all of them)
#   tree      nothing of this has changed a file of the repository
#
#   scripts/test.sh              all of it
#   scripts/test.sh --quick      form, release, tree
#   scripts/test.sh --long       with the long forms of soak, crash and fuzz tests (hours)
#   scripts/test.sh --only NAME  one of the stages above (repeatable)
#
# docs/tests.md says what each stage covers.
#
# Installs what is missing (scripts/setup.sh), fetches a CUDA compiler (scripts/get-cuda.sh) and a browser
# (scripts/get-chromium.sh) and builds the consensus engine (scripts/get-cometbft.sh); what cannot be had it says, and goes on without. The last line is "N passed, N failed"; exit 1 unless none failed.
. "$(dirname "$0")/common.sh"

long=no only=()
while [ $# -gt 0 ]; do
    case $1 in
        --quick) only=(form release tree) ;;
        --long) long=yes ;;
        --only) [ $# -gt 1 ] || usage_error "--only needs a stage"; only+=("$2"); shift ;;
        -h | --help) help_text; exit 0 ;;
        *) usage_error "unknown option $1" ;;
    esac
    shift
done
stages=(form release proofs asan tsan tree)
[ ${#only[@]} -gt 0 ] || only=("${stages[@]}")
for name in "${only[@]}"; do
    case " ${stages[*]} " in *" $name "*) ;; *) usage_error "there is no stage $name; there are: ${stages[*]}" ;; esac
done
cd "$root"
[ "$long" = no ] || export ASSAY_LONG_TESTS=1

passed=0 failed=0 failures=()
good() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); failures+=("$1"); say "FAILED: $1"; }
check() { # check NAME COMMAND…
    local name=$1
    shift
    if "$@"; then good; else bad "$name"; fi
}
wanted() { case " ${only[*]} " in *" $1 "*) return 0 ;; *) return 1 ;; esac; }
finish() {
    for f in "${failures[@]}"; do say "failed: $f"; done
    say "$((SECONDS / 60)) min $((SECONDS % 60)) s"
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
    exit
}

tree_state() { git status --porcelain --untracked-files=normal 2>/dev/null || echo "git cannot say"; }
before=$(tree_state)

# build PRESET [build.sh's options…]: counts as a failure where it fails, and says so to its caller
build() {
    local preset=$1 began=$SECONDS
    shift
    if ! "$root/scripts/build.sh" --preset "$preset" "$@"; then
        bad "build of $preset"
        return 1
    fi
    say "$preset: built in $((SECONDS - began)) s"
}

# tests PRESET AT_ONCE [ctest's arguments…]: runs ctest and adds what it counted
tests() {
    local preset=$1 at_once=$2 began=$SECONDS report="$root/build/$1/tests.xml" counts word name
    shift 2
    rm -f "$report"
    # GCC's sanitizers of some years ago do not know how far newer kernels scatter memory; setarch -R keeps it together.
    local calm=()
    if setarch "$(uname -m)" -R true 2>/dev/null; then calm=(setarch "$(uname -m)" -R); fi
    ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1 \
        TSAN_OPTIONS="halt_on_error=1:second_deadlock_stack=1:suppressions=$root/scripts/tsan.supp" PYTHONDONTWRITEBYTECODE=1 \
        "${calm[@]}" ctest --test-dir "build/$preset" --output-on-failure --no-tests=error --parallel "$at_once" \
        --output-junit "$report" "$@" >&2 || true
    if ! counts=$(python3 - "$report" <<'PY'
import sys
import xml.etree.ElementTree as tree
for case in tree.parse(sys.argv[1]).getroot().iter("testcase"):
    skipped = case.find("skipped")
    # A test that asked to be skipped is no failure; one whose program is missing is.
    asked = skipped is not None and (skipped.get("message") or "").startswith("SKIP_")
    word = {"run": "passed", "disabled": "skipped"}.get(case.get("status"), "skipped" if asked else "failed")
    print(word, case.get("name"))
PY
    ); then
        bad "$preset: ctest left no report"
        return
    fi
    [ -n "$counts" ] || bad "$preset: no test ran"
    while read -r word name; do
        case $word in
            passed) good ;;
            failed) bad "$preset: $name" ;;
            skipped) say "$preset: $name was skipped" ;;
        esac
    done <<<"$counts"
    say "$preset: tested in $((SECONDS - began)) s"
}

# ---------------------------------------------------------------- form
if wanted form; then
    say "form"
    for script in scripts/*.sh .ci/run; do check "bash -n $script" bash -n "$script"; done
fi
"$root/scripts/setup.sh"
if wanted form; then
    python_files() {
        git ls-files '*.py' scripts 2>/dev/null | grep . || find scripts tests -name '*.py' -o -path 'scripts/check-layers'
    }
    parses() { python3 -c 'import ast, sys; ast.parse(open(sys.argv[1], "rb").read(), sys.argv[1])' "$1"; }
    while read -r file; do
        case $(head -c 64 "$file" | head -n 1) in
            *python3*) check "$file parses" parses "$file" ;;
            *) case $file in *.py) check "$file parses" parses "$file" ;; esac ;;
        esac
    done < <(python_files | sort -u)
    check "scripts/check-layers" "$root/scripts/check-layers"
    [ "$failed" -eq 0 ] || finish
fi

# ---------------------------------------------------------------- the CUDA compiler
cuda=auto
if wanted release || wanted proofs; then
    if [ "${ASSAY_CUDA:-auto}" = off ]; then
        cuda=off
        say "CUDA: off, as ASSAY_CUDA asks"
    elif command -v nvcc >/dev/null || [ -x /usr/local/cuda/bin/nvcc ]; then
        cuda=on
    elif "$root/scripts/get-cuda.sh"; then
        cuda=on
    else
        say "CUDA: no compiler could be had; the GPU kernels are not compiled in this run"
    fi
fi

# ---------------------------------------------------------------- builds and tests
if wanted release; then
    # The consensus engine is built by Go beside the C++; where it cannot be had, the tests that need it skip.
    engine=
    if [ "${ASSAY_COMETBFT:-auto}" = off ]; then
        say "CometBFT: off, as ASSAY_COMETBFT asks"
    else
        nice "$root/scripts/get-cometbft.sh" all >&2 &
        engine=$!
    fi
    ASSAY_CUDA="$cuda" build release || { [ -z "$engine" ] || wait "$engine" || true; finish; }
    if [ -n "$engine" ] && ! wait "$engine"; then say "CometBFT: could not be had; tests with it are skipped in this run"; fi
    "$root/scripts/get-chromium.sh" || say "Chromium: could not be had; the test of the report page is skipped in this run"
    tests release $(($(jobs_here) + 2)) # functional tests mostly wait
fi
if wanted proofs && ASSAY_CUDA="$cuda" build proofs-only; then tests proofs-only "$(jobs_here)"; fi
if wanted asan && build asan --units; then tests asan $(($(jobs_here) + 1)) --label-regex '^unit$'; fi
if wanted tsan && build tsan --units; then tests tsan $(($(jobs_here) + 1)) --label-regex '^unit$'; fi

# ---------------------------------------------------------------- tree
if wanted tree; then
    after=$(tree_state)
    if [ "$before" = "$after" ]; then
        good
    else
        diff <(echo "$before") <(echo "$after") >&2 || true
        bad "the tree is not as it was"
    fi
fi
finish
