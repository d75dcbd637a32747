// The beacon chains of a home: the one in use, and the next one, from `assayd key renew beacon` until the chain takes
// its tip. Then, at the second epoch boundary after `renew_beacon`, the next becomes the one in use, by itself.
//
//   ASSAY_TRY(BeaconKeeper keeper, BeaconKeeper::open(home));
//   ASSAY_TRY(std::optional<Hash> r, keeper.reveal(height, *validator.beacon, max_gap));   // nothing: a reveal of
//   zeros
//
//   keys/beacon.json       in use        keys/beacon.cache       its checkpoints
//   keys/beacon-next.json  announced     keys/beacon-next.cache
//
// A chain is used once: a seed whose reveals are known would tell everybody the beacon.
#pragma once

#include <optional>
#include <utility>

#include "chain/beacon.hpp"
#include "node/beacon_chain.hpp"
#include "node/home.hpp"

namespace assay::node {

/// What `assayd key renew beacon` did.
struct NextBeacon {
    Hash tip;
    std::uint64_t length = 0;
    bool already = false;  ///< it was there: the chain has not taken it yet
};
/// Makes the next chain, unless there is one. Errors: io_error, key_file errors of node/keys.hpp.
[[nodiscard]] Result<NextBeacon> make_next_beacon(const Home& home, std::uint64_t length);

class BeaconKeeper {
   public:
    [[nodiscard]] static Result<BeaconKeeper> open(const Home& home);

    /// What hashes to `registered`, the tip that the chain holds of this validator. Goes over to the next chain where
    /// that is the one. Nothing where no chain of this home leads there, or it is used up. Errors: io_error.
    [[nodiscard]] Result<std::optional<Hash>> reveal(Height height, const chain::BeaconTip& registered,
                                                     std::uint64_t max_gap);
    /// Of the chain in use: heights that it still covers after `height`.
    [[nodiscard]] std::uint64_t left(Height height) const { return current_.left(height); }

   private:
    BeaconKeeper(Home home, BeaconChain current) : home_(std::move(home)), current_(std::move(current)) {}
    [[nodiscard]] Status begin_at(Height start);
    [[nodiscard]] Result<bool> go_over(const chain::BeaconTip& registered);
    Home home_;
    BeaconChain current_;
    std::optional<std::pair<Hash, BeaconChain>> next_;  ///< its seed, and the chain: walked once, asked in each block
};

}  // namespace assay::node
