// The commands that talk to a node, and those that look at what a run keeps. Each prints its result or throws Failure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proofs/worker/commands.hpp"
#include "proofs/worker/device_pool.hpp"
#include "wallet/client/chain_info.hpp"

namespace assay::proofs::worker {

struct RunArguments {
    std::string node = "http://127.0.0.1:8710";
    std::string home;      ///< empty: ~/.assay/prover
    std::string state;     ///< empty: HOME/state
    std::string provider;  ///< whose work key `from` is; empty: that key is the provider's own
    std::string from;      ///< a key's name, or the path of its file; empty: the only key there is
    std::string password_file;
    std::string fault = "none";
    std::string serve;                    ///< HOST:PORT for buyers of products; empty: none
    std::uint64_t serve_most = 16 << 10;  ///< MiB of one order's matrices and product together
    std::vector<std::uint32_t> slots;
    std::vector<std::string> devices{"auto"};  ///< as parse_devices takes them
    std::uint64_t epochs = 0;
    unsigned node_wait = 30;        ///< seconds in which the node has to answer first
    unsigned samples = 32;          ///< leaves rechecked before each commit
    unsigned max_temperature = 85;  ///< degrees Celsius; a hotter card begins nothing
    double bench_seconds = 2;
    bool wait = false;  ///< of drain
};

/// --provider, or whose key signs. Throws Failure: bad_prefix, bad_checksum.
[[nodiscard]] Address provider_of(const wallet::ChainInfo& chain, const RunArguments& a, const Address& signer);
/// Which of the provider's slots are worked for: --slots, or those of the devices where each names its own; empty: all.
/// Throws Failure: usage where both are given.
[[nodiscard]] Slots slots_of(const RunArguments& a, const std::vector<DeviceChoice>& devices);
/// Returns the exit code: a run has results of its own.
int run_command(const Common& c, const RunArguments& a);
/// 0: would earn. 1: would not, and the reasons were printed.
int preflight_command(const Common& c, const RunArguments& a);
void status_command(const Common& c, const RunArguments& a);
void drain_command(const Common& c, const RunArguments& a);

}  // namespace assay::proofs::worker
