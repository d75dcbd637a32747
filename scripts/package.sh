#!/usr/bin/env bash
# Makes the Debian package of the four programs, with manual pages, completions and systemd units:
# build/release/package/assay_VERSION_ARCH.deb
#
#   scripts/package.sh                 builds the programs, then the package
#   scripts/package.sh --no-build      of what build/release holds
#   scripts/package.sh --check         and tries it: installs it into a folder of its own, runs it, checks the units, purges it
#   scripts/package.sh --check-system FILE.deb   builds nothing: tries this one on the system itself, as root; for a container
#                                                that is thrown away
. "$(dirname "$0")/common.sh"

build=yes check=no
while [ $# -gt 0 ]; do
    case $1 in
        --no-build) build=no ;;
        --check) check=folder ;;
        --check-system) [ $# -gt 1 ] || usage_error "--check-system needs a package"; check=system deb=$(realpath "$2"); shift ;;
        -h | --help) help_text; exit 0 ;;
        *) usage_error "unknown option $1" ;;
    esac
    shift
done
cd "$root"
programs=(assay assayd assay-prover assay-sim)
if [ "$check" != system ]; then
    [ "$build" = no ] || "$root/scripts/build.sh" --documents
    rm -f build/release/package/*.deb
    say "package"
    (cd build/release && cpack -G DEB -D CPACK_PACKAGE_DIRECTORY="$root/build/release/package") >&2
    rm -rf build/release/package/_CPack_Packages
    deb=$(ls build/release/package/*.deb)
    say "made: $deb"
fi
[ "$check" != no ] || exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wrong() { die "check: $*"; }

# ---------------------------------------------------------------- what is in it
depends=$(dpkg-deb --field "$deb" Depends)
for library in libc6 libleveldb libsecp256k1 libcrypto++; do
    case $depends in *"$library"*) ;; *) wrong "the package does not depend on $library: $depends" ;; esac
done
version=$(dpkg-deb --field "$deb" Version)
dpkg-deb --fsys-tarfile "$deb" | tar -xO ./usr/share/doc/assay/changelog.gz | gunzip | head -n 1 | grep -q "($version)" ||
    wrong "the changelog does not begin with version $version"
dpkg-deb --contents "$deb" | awk '{print $1, $2}' | sort -u | while read -r mode owner; do
    [ "$owner" = root/root ] || wrong "a file of the package belongs to $owner"
    case $mode in ????????w*) wrong "everybody may write a file of the package" ;; esac
done

# ---------------------------------------------------------------- install
if [ "$check" = system ]; then
    [ "$(id -u)" -eq 0 ] || die "--check-system installs for real: run it as root, in a container"
    into=
    DEBIAN_FRONTEND=noninteractive apt-get -y -q -o Dpkg::Use-Pty=0 --no-install-recommends install "$deb" >&2
    dpkg_here=(dpkg)
else
    into="$work/root"
    mkdir -p "$into/var/lib/dpkg/info" "$into/var/lib/dpkg/updates" "$into/var/log"
    : >"$into/var/lib/dpkg/status"
    # Scripts run outside the folder and see in DPKG_ROOT that they are not to touch the system.
    dpkg_here=(env "PATH=$PATH:/usr/sbin:/sbin" dpkg "--root=$into" --log=/dev/null --force-not-root --force-depends --force-script-chrootless)
    "${dpkg_here[@]}" --install "$deb" >"$work/log" 2>&1 || { cat "$work/log" >&2; wrong "it cannot be installed"; }
fi
for name in "${programs[@]}"; do
    out=$("$into/usr/bin/$name" --version) || wrong "$name does not start"
    case $out in "$name "*) ;; *) wrong "$name --version says: $out" ;; esac
    page="$into/usr/share/man/man1/$name.1.gz"
    [ -s "$page" ] || wrong "no manual page of $name"
    if command -v man >/dev/null; then
        said=$(gunzip -c "$page" | MANROFFSEQ='' MANWIDTH=80 LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l -Tutf8 -Z - 2>&1 >/dev/null)
        [ -z "$said" ] || wrong "the manual page of $name: $said"
    fi
    for file in bash-completion/completions/$name zsh/vendor-completions/_$name fish/vendor_completions.d/$name.fish; do
        [ -s "$into/usr/share/$file" ] || wrong "no $file"
    done
    bash -n "$into/usr/share/bash-completion/completions/$name" || wrong "the completion of $name for bash does not parse"
done
for unit in assayd assay-prover assay-prover-cuda; do
    [ -s "$into/usr/lib/systemd/system/$unit.service" ] || wrong "no unit $unit"
    if command -v systemd-analyze >/dev/null; then
        # It looks for the programs where the unit names them.
        sed "s|/usr/bin/assay|$into/usr/bin/assay|" "$into/usr/lib/systemd/system/$unit.service" >"$work/$unit.service"
        said=$(SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no "$work/$unit.service" 2>&1 | grep "$unit" || true)
        [ -z "$said" ] || wrong "unit $unit: $said"
    fi
done
if [ "$check" = system ]; then
    for user in assay assay-prover; do
        [ "$(stat -c '%U %a' "/var/lib/$user")" = "$user 700" ] || wrong "the home of $user is not its own"
    done
    su -s /bin/sh assay -c 'assayd init --home /var/lib/assay --beacon-length 1048576 --json' >/dev/null || wrong "no home can be made"
fi

# ---------------------------------------------------------------- and away again
"${dpkg_here[@]}" --purge assay >"$work/log" 2>&1 || { cat "$work/log" >&2; wrong "it cannot be purged"; }
left=$(find "$into/usr/bin" "$into/usr/share/man/man1" "$into/etc/assay" "$into/usr/lib/systemd/system" -name 'assay*' 2>/dev/null || true)
[ -z "$left" ] || wrong "left behind: $left"
if [ "$check" = system ]; then
    [ -s /var/lib/assay/genesis.json ] || wrong "a purge took a node's home with it"
fi
say "checked: installs, runs, is documented, and goes without a trace"
