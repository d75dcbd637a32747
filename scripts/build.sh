#!/usr/bin/env bash
# Builds Assay into build/PRESET: the programs are in build/release/bin.
#
#   scripts/build.sh                  programs, tests and benchmarks, optimised
#   scripts/build.sh --programs       only assayd, assay, assay-prover and assay-sim
#   scripts/build.sh --documents      these, their manual pages and completions (build/release/share)
#   scripts/build.sh --preset NAME    release, debug, asan, tsan or proofs-only
#   scripts/build.sh --units          only the unit tests and what they run
#
# GPU kernels are built where nvcc is: on the PATH, in /usr/local/cuda, or in build/cuda (scripts/get-cuda.sh).
# ASSAY_CUDA=off|on|auto decides otherwise, ASSAY_JOBS how many compilers run at once,
# ASSAY_LONG_TESTS=1 builds the long forms of the tests.
. "$(dirname "$0")/common.sh"

preset=release targets=()
while [ $# -gt 0 ]; do
    case $1 in
        --programs) targets=(--target assayd assay assay-prover assay-sim) ;;
        --documents) targets=(--target assay_documents) ;;
        --units) targets=(--target unit_tests) ;;
        --preset) [ $# -gt 1 ] || usage_error "--preset needs a name"; preset=$2; shift ;;
        -h | --help) help_text; exit 0 ;;
        *) usage_error "unknown option $1" ;;
    esac
    shift
done
cd "$root"

settings=()
[ -n "${ASSAY_CUDA:-}" ] && settings+=("-DASSAY_CUDA=$ASSAY_CUDA")
[ -n "${ASSAY_LONG_TESTS:-}" ] && settings+=("-DASSAY_LONG_TESTS=$ASSAY_LONG_TESTS")
# A compiler that was found in an earlier run may be gone since, or have come.
case ${ASSAY_CUDA:-auto} in
    off) ;;
    *) [ -e "build/$preset/CMakeCache.txt" ] && settings+=(-UASSAY_NVCC -UASSAY_CUDA_INCLUDE -UASSAY_CUDART) ;;
esac

say "configure: preset $preset"
cmake --preset "$preset" "${settings[@]}" >&2
say "build with $(jobs_here) jobs"
cmake --build "build/$preset" --parallel "$(jobs_here)" "${targets[@]}" >&2
say "built: build/$preset/bin"
