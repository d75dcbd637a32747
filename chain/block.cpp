#include "chain/block.hpp"

#include "base/sha256.hpp"
#include "proofs/merkle.hpp"

namespace assay::chain {

Hash block_hash(const Header& header) {
    static const TaggedHash kTag("assay/header");
    return kTag.hash(borsh::encode(header));
}

RawTx::RawTx() {
    static const RawTx kEmpty{Bytes{}};
    body_ = kEmpty.body_;
}

RawTx::RawTx(Bytes bytes) {
    const Hash hash = proofs::merkle_leaf(bytes);
    body_ = std::make_shared<const Body>(Body{hash, std::move(bytes)});
}

Hash transactions_root(const std::vector<RawTx>& txs) {
    std::vector<Hash> leaves;
    leaves.reserve(txs.size());
    for (const RawTx& tx : txs) leaves.push_back(tx.hash());
    return proofs::merkle_root_of_hashes(leaves);
}

}  // namespace assay::chain
