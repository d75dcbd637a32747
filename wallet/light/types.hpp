// What a light client of CometBFT holds: a header, the commit that signed it, and the validators of its height.
//
//   ASSAY_TRY(LightBlock block, read_light_block(json));       // read.hpp: as a node's `light_block` answers
//   ASSAY_CHECK(header_hash(block.header) == block.commit.block_id.hash);     // hash.hpp
#pragma once

#include <compare>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace assay::wallet::light {

/// Of CometBFT's clock: nanoseconds matter, they are hashed and signed.
struct Time {
    std::int64_t seconds = 0;
    std::int32_t nanos = 0;
    auto operator<=>(const Time&) const = default;
};

using ValidatorAddress = FixedBytes<struct ValidatorAddressTag, 20>;  ///< first bytes of SHA-256 of the key
using Ed25519Key = FixedBytes<struct Ed25519KeyTag, 32>;

struct BlockId {
    Bytes hash;  ///< 32 bytes, or none in the first block's last_block_id
    std::uint32_t parts = 0;
    Bytes parts_hash;
    bool operator==(const BlockId&) const = default;
};

struct Header {
    std::uint64_t block_version = 0, app_version = 0;
    std::string chain_id;
    std::int64_t height = 0;
    Time time;
    BlockId last_block_id;
    Bytes last_commit_hash, data_hash, validators_hash, next_validators_hash, consensus_hash, app_hash,
        last_results_hash, evidence_hash, proposer_address;
};

enum class Vote : std::uint8_t { absent = 1, commit = 2, nil = 3 };

struct CommitSignature {
    Vote vote = Vote::absent;
    ValidatorAddress validator;
    Time time;
    Bytes signature;
};

struct Commit {
    std::int64_t height = 0;
    std::int32_t round = 0;
    BlockId block_id;
    std::vector<CommitSignature> signatures;  ///< one for each validator, in their order
};

struct Validator {
    ValidatorAddress address;
    Ed25519Key key;
    std::int64_t power = 0;
};

struct LightBlock {
    Header header;
    Commit commit;
    std::vector<Validator> validators;
};

}  // namespace assay::wallet::light
