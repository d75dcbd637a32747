// Writes what bench/cometbft.py sends: addresses for a genesis, then signed transfers between them, one a line.
//
//   bench_transfers --chain-id assay-bench-1 --accounts 1000 --transfers 20000 > FILE
//
// First line: {"accounts":["assay1…"],"bytes":n}. Then the transactions in base64, nonces of each sender in order.
#include <cstdio>
#include <string_view>

#include "base/base64.hpp"
#include "base/bech32m.hpp"
#include "bench/signers.hpp"

using namespace assay;
using namespace assay::bench;

int main(int argc, char** argv) {
    std::string chain_id = "assay-bench-1";
    std::size_t accounts = 1'000, transfers = 20'000;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        if (name == "--chain-id")
            chain_id = argv[i + 1];
        else if (name == "--accounts")
            accounts = std::strtoull(argv[i + 1], nullptr, 10);
        else if (name == "--transfers")
            transfers = std::strtoull(argv[i + 1], nullptr, 10);
        else
            fail("unknown option " + std::string(name));
    }
    if (accounts < 2) fail("two accounts are the least");
    secp256k1_context* context = secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
    std::mt19937_64 random(1);
    const std::vector<Key> keys = make_keys(context, accounts, random);
    std::vector<std::uint64_t> nonces(accounts);
    std::string names;
    for (const Key& k : keys) names += (names.empty() ? "\"" : ",\"") + encode_address("assay", k.address) + "\"";
    std::vector<std::string> lines;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < transfers; ++i) {
        const std::size_t from = i % accounts, to = random() % accounts;
        const Bytes raw = signed_transfer(context, keys[from], keys[to].address, chain_id, nonces[from]++,
                                          1 + random() % 1000, 10'000, 1'000'000);
        bytes = std::max(bytes, raw.size());
        lines.push_back(to_base64(raw));
    }
    secp256k1_context_destroy(context);
    std::printf("{\"accounts\":[%s],\"bytes\":%zu}\n", names.c_str(), bytes);
    for (const std::string& l : lines) std::printf("%s\n", l.c_str());
    return 0;
}
