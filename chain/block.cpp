#include "chain/block.hpp"

#include "base/sha256.hpp"
#include "proofs/merkle.hpp"

namespace assay::chain {

Hash block_hash(const Header& header) {
    static const TaggedHash kTag("assay/header");
    return kTag.hash(borsh::encode(header));
}

Hash transactions_root(const std::vector<Bytes>& txs) {
    std::vector<ByteView> views(txs.begin(), txs.end());
    return proofs::merkle_root(views);
}

}  // namespace assay::chain
