// A block, as stored, re-executed by auditors and exported.
#pragma once

#include "base/borsh.hpp"
#include "chain/raw_tx.hpp"

namespace assay::chain {

struct Header {
    std::uint16_t version = 1;
    std::string chain_id;
    Height height;
    TimeMs time;
    Address proposer;    ///< operator address of the proposing validator
    Hash reveal;         ///< beacon reveal; zero when the proposer has none
    Hash last_block;     ///< hash of the header before; zero for the first block
    Hash last_app_hash;  ///< state root after the block before
    Hash tx_root;        ///< RFC 6962 root over the transactions' bytes
    /// Consensus keys that the engine holds proof against: two signatures of one height. Empty under the solo engine.
    std::vector<Hash> misbehaved;
    ASSAY_FIELDS(version, chain_id, height, time, proposer, reveal, last_block, last_app_hash, tx_root, misbehaved)
};

struct Block {
    Header header;
    std::vector<RawTx> txs;
    /// Solo engine: Ed25519 by the proposer's consensus key over the block hash. CometBFT keeps its commits itself.
    Signature commit_signature;
    ASSAY_FIELDS(header, txs, commit_signature)
};

/// H("assay/header", Borsh of the header).
[[nodiscard]] Hash block_hash(const Header& header);
[[nodiscard]] Hash transactions_root(const std::vector<RawTx>& txs);

}  // namespace assay::chain
