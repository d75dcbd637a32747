// The node's own secrets: the consensus key (Ed25519, signs blocks) and the seed of its beacon chain. Both live in
// keys/ of the home, directory 0700 and files 0600; a file that others can read is refused.
//
//   ASSAY_TRY(ConsensusKey key, ConsensusKey::load(home.consensus_key()));
//   Signature s = key.sign(block_hash(header));
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "node/beacon_chain.hpp"

namespace assay::node {

class ConsensusKey {
   public:
    [[nodiscard]] static ConsensusKey generate();
    /// Errors: io_error, keystore_malformed.
    [[nodiscard]] static Result<ConsensusKey> load(const std::filesystem::path& path);
    [[nodiscard]] Status save(const std::filesystem::path& path) const;
    ConsensusKey(ConsensusKey&&) noexcept;
    ConsensusKey& operator=(ConsensusKey&&) noexcept;
    ~ConsensusKey();

    [[nodiscard]] const Hash& public_key() const;
    [[nodiscard]] Signature sign(const Hash& message) const;
    /// The 32 secret bytes, for the one place that writes them in another program's form; not to be kept.
    void with_secret(const std::function<void(ByteView)>& use) const;

   private:
    ConsensusKey();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Ed25519 over the 32 bytes.
[[nodiscard]] bool verify_consensus_signature(const Hash& public_key, const Hash& message, const Signature& signature);

[[nodiscard]] Result<BeaconSecret> load_beacon_secret(const std::filesystem::path& path);
[[nodiscard]] Status save_beacon_secret(const BeaconSecret& secret, const std::filesystem::path& path);

}  // namespace assay::node
