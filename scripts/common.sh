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

# fetch_wheels LIST DIR PLATFORM…: the pinned Python wheels of a requirements file, unpacked into DIR/tree. DIR is the
# caller's to remove. pip refuses a file whose SHA-256 is not in the list.
fetch_wheels() {
    local list=$1 work=$2 platforms=() pip=(python3 -m pip) p
    shift 2
    for p in "$@"; do platforms+=(--platform "$p"); done
    command -v python3 >/dev/null || die "python3 is missing: run scripts/setup.sh"
    if ! "${pip[@]}" --version >/dev/null 2>&1; then
        # A bare Debian has python3 without pip; a virtual environment brings one, and leaves the system alone.
        if ! python3 -m venv "$work/venv" >/dev/null 2>&1; then
            rm -rf "$work/venv"
            local as_root=()
            [ "$(id -u)" -eq 0 ] || as_root=(sudo)
            say "installing python3-venv, to have pip"
            { retry 3 "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 update &&
                retry 3 "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 install --no-install-recommends python3-venv; } >&2 ||
                die "there is no pip, and python3-venv could not be installed"
            python3 -m venv "$work/venv" >&2 || die "python3 -m venv failed"
        fi
        pip=("$work/venv/bin/python" -m pip)
    fi
    retry 3 "${pip[@]}" download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
        "${platforms[@]}" --dest "$work/wheels" -r "$list" >&2 ||
        die "pip could not fetch the pinned wheels; its message is above"
    mkdir -p "$work/tree"
    python3 - "$work/wheels" "$work/tree" <<'PY' || die "unpacking the wheels failed"
# A wheel is a zip file; the execute bits of its programs are kept.
import os, pathlib, sys, zipfile
for wheel in sorted(pathlib.Path(sys.argv[1]).glob("*.whl")):
    with zipfile.ZipFile(wheel) as z:
        for info in z.infolist():
            path = z.extract(info, sys.argv[2])
            mode = info.external_attr >> 16
            if mode and not info.is_dir():
                os.chmod(path, (mode & 0o777) | 0o600)
PY
    rm -rf "$work/wheels" "$work/venv"
}

# run_demo FILE ARGUMENT…: builds the programs unless told not to, then the demo takes the script's place
run_demo() {
    local file=$1 build=yes network=no rest=()
    shift
    while [ $# -gt 0 ]; do
        case $1 in
            --json | --keep) rest+=("$1") ;;
            --validators)
                [ $# -gt 1 ] || usage_error "--validators needs a number"
                rest+=("$1" "$2") network=yes
                shift
                ;;
            --no-build) build=no ;;
            -h | --help) help_text; exit 0 ;;
            *) usage_error "unknown option $1" ;;
        esac
        shift
    done
    if [ "$build" = yes ]; then
        "$root/scripts/setup.sh"
        "$root/scripts/build.sh" --programs
    fi
    [ "$network" = no ] || "$root/scripts/get-cometbft.sh" v0.40.0
    exec python3 "$root/scripts/$file" --bin "$root/build/release/bin" "${rest[@]}"
}
