#!/usr/bin/env bash
# A small int8 neural network reads digits on a devnet, layer by layer, each layer a product of two matrices that a buyer
# orders: a provider multiplies and delivers, the buyer verifies, accepts and pays. One provider delivers zeros for half of
# a layer; the buyer shows that to the chain, gets its deposit back, and the provider is slashed. Every product is compared
# with the same network in plain Python, bit for bit. Half a minute after the build, on the CPU.
#
#   scripts/demo-inference.sh              installs what is missing, builds, runs
#   scripts/demo-inference.sh --json       the result as one JSON value on stdout
#   scripts/demo-inference.sh --keep       leaves the node running and says how to look at it
#   scripts/demo-inference.sh --no-build   runs what is in build/release already
#
# The network is data that scripts/digits.py makes; docs/wallet.md says what this is and is not. Nothing is left behind.
. "$(dirname "$0")/common.sh"

run_demo demo_inference.py "$@"
