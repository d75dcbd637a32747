// The commands of assay-prover. Each prints its result, as JSON where asked, or throws Failure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace assay::proofs::worker {

struct Common {
    bool json = false;
    std::string device = "auto";
    unsigned threads = 0;  ///< of the CPU; 0: all
};

void devices_command(const Common& c);
void selftest_command(const Common& c);
void bench_command(const Common& c, const std::string& kind, double seconds);
void example_command(const Common& c, const std::string& kind);
void prove_command(const Common& c, const std::string& spec, const std::string& out, const std::string& fault);

struct OpenArguments {
    std::string proof;
    std::string seed;       ///< hex, or empty
    std::string beacon_hc;  ///< hex, or empty: gives the seed
    std::uint64_t samples = 64;
    std::vector<std::uint64_t> indices;
    std::string out = "-";
};
void open_command(const Common& c, const OpenArguments& a);
void verify_command(const Common& c, const std::string& opening);
struct MultiplyArguments {
    std::string size;  ///< "M,N,K"
    std::vector<std::string> inputs;
    std::string output;
};
/// A buyer's product on the processor; prints the three roots.
void multiply_command(const Common& c, const MultiplyArguments& a);
void version_command(const Common& c);

}  // namespace assay::proofs::worker
