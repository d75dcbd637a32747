// A validator's own hash chain for the beacon (PROTOCOL §5): the reveal at height h is SHA256^(L-(h-a))(seed), so that
// h-a more steps lead to the registered tip.
//
//   BeaconSecret secret = BeaconSecret::generate();
//   BeaconChain chain(secret);                       // walks L steps once, keeps 4096 checkpoints
//   Hash tip = chain.tip();                          // goes into genesis or RegisterValidator
//   std::optional<Hash> r = chain.reveal(Height{7}); // nothing once the chain is used up
//
// Not thread-safe: the state thread owns it.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/types.hpp"

namespace assay::node {

inline constexpr std::uint64_t kBeaconLength = std::uint64_t{1} << 24;  ///< L: 194 days of 1 s blocks
inline constexpr std::uint64_t kBeaconCheckpoints = 4096;

struct BeaconSecret {
    Hash seed;
    std::uint64_t length = kBeaconLength;  ///< steps from seed to tip
    Height start;                          ///< a: reveals are for heights a+1 .. a+length

    /// From the system's random source.
    [[nodiscard]] static BeaconSecret generate(std::uint64_t length = kBeaconLength);
};

/// `steps` of plain SHA-256 over 32 bytes.
[[nodiscard]] Hash hash_steps(Hash from, std::uint64_t steps);

class BeaconChain {
   public:
    explicit BeaconChain(const BeaconSecret& secret);
    /// The same with checkpoints from `cache` when they fit the secret, else computed and written there (mode 0600).
    BeaconChain(const BeaconSecret& secret, const std::filesystem::path& cache);

    /// Writes the checkpoints for the constructor above, mode 0600: they give away the seed's reveals.
    [[nodiscard]] Status keep(const std::filesystem::path& cache) const;

    [[nodiscard]] const Hash& tip() const { return tip_; }
    [[nodiscard]] Height start() const { return secret_.start; }
    /// Heights whose reveal is not used up after `height`.
    [[nodiscard]] std::uint64_t left(Height height) const;
    /// Nothing for heights at or before `start`, or past its end.
    [[nodiscard]] std::optional<Hash> reveal(Height height);

   private:
    void compute();
    [[nodiscard]] bool load(const std::filesystem::path& cache);
    [[nodiscard]] Hash at(std::uint64_t index);  ///< SHA256^index(seed)

    BeaconSecret secret_;
    std::uint64_t stride_ = 1;
    std::vector<Hash> checkpoints_;  ///< checkpoints_[i] = SHA256^(i * stride)(seed)
    Hash tip_;
    std::uint64_t segment_ = ~std::uint64_t{0};
    std::vector<Hash> walked_;  ///< the segment that reveals come from now
};

}  // namespace assay::node
