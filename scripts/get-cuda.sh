#!/usr/bin/env bash
# Puts a CUDA compiler into build/cuda, about 270 MB, where CMake finds it: no driver, no GPU and no root needed.
# The files are Python wheels pinned in scripts/cuda-wheels.txt; pip fetches them from the index that this machine
# is set up for, and refuses any whose SHA-256 differs. They are NVIDIA's and come under NVIDIA's licence.
#
#   scripts/get-cuda.sh [--force]
#
# Exit 0: build/cuda/nvidia/cu13/bin/nvcc is there. Exit 1: it could not be had, and why. Only x86_64.
. "$(dirname "$0")/common.sh"

force=no
for arg in "$@"; do
    case $arg in
        --force) force=yes ;;
        -h | --help) help_text; exit 0 ;;
        *) usage_error "unknown option $arg" ;;
    esac
done

home=$root/build/cuda
nvcc=$home/nvidia/cu13/bin/nvcc
list=$root/scripts/cuda-wheels.txt
# The stamp holds the list that was installed: another list installs anew.
if [ "$force" = no ] && [ -x "$nvcc" ] && cmp -s "$list" "$home/wheels.txt"; then
    say "CUDA compiler: build/cuda is up to date"
    exit 0
fi
[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || die "the pinned CUDA compiler is for x86_64 Linux only; this is $(uname -s) on $(uname -m)"
command -v python3 >/dev/null || die "python3 is missing: run scripts/setup.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pip=(python3 -m pip)
if ! "${pip[@]}" --version >/dev/null 2>&1; then
    # A bare Debian has python3 without pip; a virtual environment brings one, and leaves the system alone.
    if ! python3 -m venv "$work/venv" >/dev/null 2>&1; then
        rm -rf "$work/venv"
        as_root=()
        [ "$(id -u)" -eq 0 ] || as_root=(sudo)
        say "installing python3-venv, to have pip"
        { retry 3 "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 update &&
            retry 3 "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 install --no-install-recommends python3-venv; } >&2 ||
            die "there is no pip, and python3-venv could not be installed"
        python3 -m venv "$work/venv" >&2 || die "python3 -m venv failed"
    fi
    pip=("$work/venv/bin/python" -m pip)
fi

say "fetching the CUDA compiler (about 100 MB)"
retry 3 "${pip[@]}" download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
    --platform manylinux2014_x86_64 --platform manylinux2010_x86_64 --dest "$work/wheels" -r "$list" >&2 ||
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
chmod +x "$work"/tree/nvidia/cu13/bin/* "$work"/tree/nvidia/cu13/nvvm/bin/* 2>/dev/null || true
[ -x "$work/tree/nvidia/cu13/bin/nvcc" ] || die "the wheels hold no nvidia/cu13/bin/nvcc"
cp "$list" "$work/tree/wheels.txt"
mkdir -p "$root/build"
rm -rf "$home.new" "$home.old"
cp -a "$work/tree" "$home.new"
[ -e "$home" ] && mv "$home" "$home.old"
mv "$home.new" "$home"
rm -rf "$home.old"
say "CUDA compiler: $("$nvcc" --version | sed -n 's/.*release /release /p') in build/cuda"
