# What the scripts share. Sourced, never run: `. "$(dirname "$0")/common.sh"`.
set -euo pipefail
export LC_ALL=C
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '==> %s\n' "$*" >&2; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }
usage_error() { printf '%s: %s\n  %s --help lists the options\n' "$(basename "$0")" "$*" "$0" >&2; exit 2; }

# The comment block at the top of the script is its help.
help_text() { sed -n '2,/^[^#]/{/^#/{s/^# \{0,1\}//;p}}' "$0"; }

jobs_here() { echo "${ASSAY_JOBS:-$(nproc)}"; }

# retry TIMES COMMAND…: networks fail for a moment now and then; waits 2, 4, 8 … seconds between the tries
retry() {
    local times=$1 wait=2 i
    shift
    for ((i = 1; i <= times; i++)); do
        "$@" && return 0
        [ "$i" -eq "$times" ] && return 1
        say "failed (try $i of $times), again in $wait s: $*"
        sleep "$wait"
        wait=$((wait * 2))
    done
}

# run_demo FILE ARGUMENT…: builds the programs unless told not to, then the demo takes the script's place
run_demo() {
    local file=$1 build=yes rest=() arg
    shift
    for arg in "$@"; do
        case $arg in
            --json | --keep) rest+=("$arg") ;;
            --no-build) build=no ;;
            -h | --help) help_text; exit 0 ;;
            *) usage_error "unknown option $arg" ;;
        esac
    done
    if [ "$build" = yes ]; then
        "$root/scripts/setup.sh"
        "$root/scripts/build.sh" --programs
    fi
    exec python3 "$root/scripts/$file" --bin "$root/build/release/bin" "${rest[@]}"
}
