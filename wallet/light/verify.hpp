// CometBFT's light client: from one block that somebody vouches for to any later one, without a word believed.
//
//   ASSAY_TRY_VOID(check_trusted(block, chain_id, hash));                     // the beginning: HEIGHT:HASH
//   ASSAY_TRY(LightBlock newest, verify_to(trusted, target, provider, rules));
//   // newest.header.app_hash is what more than two thirds of the power signed
//
// The rules are those of CometBFT's light/verifier.go and client.go:
//   1. the trusted header is younger than the trusting period: whoever signed it still has something to lose
//   2. the new header is of the same chain, higher and later, and not from the future
//   3. its hash is the commit's, its validators' hash is that of the validators at hand
//   4. of the next height: the trusted header names these validators. Further on: more than a third of the power that
//      was trusted signed the new commit; where less did, a header between is asked for
//   5. more than two thirds of the new validators' power signed
#pragma once

#include <functional>

#include "base/result.hpp"
#include "wallet/light/types.hpp"

namespace assay::wallet::light {

struct Rules {
    std::int64_t trusting_seconds = 0;  ///< shorter than the time in which a signer's stake can still be taken
    std::int64_t drift_seconds = 10;    ///< that a header's clock may be ahead of this one
    Time now;
};

/// Errors of all: verification_failed, with what does not hold; trust_expired of rule 1.

/// Form and commit of one block by itself (3 and 5), and that it is the block of this hash.
[[nodiscard]] Status check_trusted(const LightBlock& block, std::string_view chain_id, const Hash& hash);

[[nodiscard]] Status verify_adjacent(const LightBlock& trusted, const LightBlock& next, const Rules& rules);
/// False: too little of the trusted power signed to jump that far.
[[nodiscard]] Result<bool> verify_skipping(const LightBlock& trusted, const LightBlock& later, const Rules& rules);

using Provider = std::function<Result<LightBlock>(std::uint64_t height)>;
/// `target`, verified, by as few headers between as it takes. Errors: also the provider's.
[[nodiscard]] Result<LightBlock> verify_to(const LightBlock& trusted, const LightBlock& target,
                                           const Provider& provider, const Rules& rules);

}  // namespace assay::wallet::light
