#!/usr/bin/env bash
# A GPU-compute economy on a real node, from nothing to a screen of numbers that add up, in about a minute after the build.
# Two providers stake, a buyer burns tokens and orders work, one provider cheats and is slashed, the node is killed and
# comes back. Every number is checked; where one is wrong, the demo says which and exits 1.
#
#   scripts/demo.sh              installs what is missing, builds, runs
#   scripts/demo.sh --json       the result as one JSON value on stdout
#   scripts/demo.sh --keep       leaves the node running and says how to look at it
#   scripts/demo.sh --validators 4   on a network of CometBFT (scripts/get-cometbft.sh fetches it) instead of one node
#   scripts/demo.sh --no-build   runs what is in build/release already
#
# GPU kernels are built where nvcc is (scripts/get-cuda.sh fetches one); the honest provider uses a GPU that passes its
# self-test, else the CPU. Nothing is left behind, on Ctrl-C neither: the node lives in a temporary folder.
. "$(dirname "$0")/common.sh"

run_demo demo.py "$@"
