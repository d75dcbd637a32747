#!/usr/bin/env bash
# Installs what building and running Assay needs, from the distribution's own packages.
# Debian 12, Debian 13 and Ubuntu 24.04 (there with "universe", where several of the libraries live).
# Asks apt only for what is missing, as root or through sudo, without questions.
#
#   scripts/setup.sh            install what is missing
#   scripts/setup.sh --check    only list what is missing; exit 1 if anything is
#   scripts/setup.sh --dev      also clang-format, clang-tidy and debootstrap
. "$(dirname "$0")/common.sh"

packages=(
    build-essential cmake ninja-build make ccache pkg-config git
    libsecp256k1-dev libcrypto++-dev libleveldb-dev libboost-dev
    nlohmann-json3-dev catch2 libcli11-dev libtomlplusplus-dev libspdlog-dev libfmt-dev
    python3 ca-certificates curl unzip file
)
check=no
for arg in "$@"; do
    case $arg in
        --check) check=yes ;;
        --dev) packages+=(clang-format clang-tidy debootstrap) ;;
        -h | --help) help_text; exit 0 ;;
        *) usage_error "unknown option $arg" ;;
    esac
done

command -v dpkg-query >/dev/null || die "this is not a Debian or Ubuntu system; install the equivalents of: ${packages[*]}"

missing=()
for p in "${packages[@]}"; do
    # A program or library that was put there by hand counts only as a package: versions are then the distribution's.
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null || true)" = installed ] || missing+=("$p")
done
if [ ${#missing[@]} -eq 0 ]; then
    say "packages: all ${#packages[@]} are installed"
    exit 0
fi
say "packages missing: ${missing[*]}"
[ "$check" = yes ] && exit 1

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "run this as root, or install sudo; needed: apt-get install ${missing[*]}"
    as_root=(sudo)
fi
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o Dpkg::Use-Pty=0 -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@" >&2; }

say "apt-get update"
retry 4 apt update || die "apt-get update failed; its message is above"

# Ubuntu keeps libsecp256k1, Crypto++'s and others' development files in universe.
unknown=()
for p in "${missing[@]}"; do
    [ -n "$(apt-cache policy "$p" 2>/dev/null | sed -n 's/^ *Candidate: //p' | grep -v '(none)')" ] || unknown+=("$p")
done
if [ ${#unknown[@]} -gt 0 ]; then
    if grep -qs '^ID=ubuntu' /etc/os-release; then
        say "enabling Ubuntu's universe component for: ${unknown[*]}"
        for f in /etc/apt/sources.list.d/*.sources; do
            [ -e "$f" ] && "${as_root[@]}" sed -i -E '/^Components:/{/universe/!s/$/ universe/}' "$f"
        done
        [ -e /etc/apt/sources.list ] && "${as_root[@]}" sed -i -E '/^deb /{/universe/!s/ main/ main universe/}' /etc/apt/sources.list
        retry 4 apt update || die "apt-get update failed; its message is above"
    else
        die "this distribution has no package ${unknown[*]}; Debian 12, Debian 13 and Ubuntu 24.04 do"
    fi
fi

say "apt-get install (${#missing[@]} packages and what they need)"
retry 4 apt install --no-install-recommends "${missing[@]}" || die "apt-get install failed; its message is above"
say "packages: done"
