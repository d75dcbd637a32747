#!/usr/bin/env bash
# Installs a Chromium for the test of the simulator's report page, where none is and the distribution has the package
# (Debian does; Ubuntu's is a snap, which containers cannot run). Exit 1 where it cannot be had: that test is skipped then.
#
#   scripts/get-chromium.sh
. "$(dirname "$0")/common.sh"

for arg in "$@"; do
    case $arg in
        -h | --help) help_text; exit 0 ;;
        *) usage_error "unknown option $arg" ;;
    esac
done
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null; then exit 0; fi
done
grep -qs '^ID=debian' /etc/os-release || die "only Debian has Chromium as a package; install one and run this again"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "run this as root, or install sudo"
    as_root=(sudo -n)
fi
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o Dpkg::Use-Pty=0 -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@" >&2; }
say "installing chromium"
apt install --no-install-recommends chromium || { apt update && apt install --no-install-recommends chromium; } || die "apt-get install chromium failed"
