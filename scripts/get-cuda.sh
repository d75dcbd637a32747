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
say "fetching the CUDA compiler (about 100 MB)"
fetch_wheels "$list" "$work" manylinux2014_x86_64 manylinux2010_x86_64
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
