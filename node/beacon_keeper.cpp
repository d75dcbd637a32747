#include "node/beacon_keeper.hpp"

#include <spdlog/spdlog.h>

#include "node/keys.hpp"

namespace assay::node {
namespace {

void forget_next(const Home& home) {
    std::error_code gone;
    std::filesystem::remove(home.next_beacon_secret(), gone);
    std::filesystem::remove(home.next_beacon_cache(), gone);
}

}  // namespace

Result<NextBeacon> make_next_beacon(const Home& home, std::uint64_t length) {
    ASSAY_TRY(const BeaconSecret current, load_beacon_secret(home.beacon_secret()));
    std::error_code unknown;
    if (std::filesystem::exists(home.next_beacon_secret(), unknown)) {
        ASSAY_TRY(const BeaconSecret there, load_beacon_secret(home.next_beacon_secret()));
        if (there.seed != current.seed)
            return NextBeacon{BeaconChain(there, home.next_beacon_cache()).tip(), there.length, true};
        forget_next(home);
    }
    const BeaconSecret secret = BeaconSecret::generate(length);
    const BeaconChain chain(secret);
    ASSAY_TRY_VOID(chain.keep(home.next_beacon_cache()));
    ASSAY_TRY_VOID(save_beacon_secret(secret, home.next_beacon_secret()));
    return NextBeacon{chain.tip(), length, false};
}

Result<BeaconKeeper> BeaconKeeper::open(const Home& home) {
    ASSAY_TRY(const BeaconSecret secret, load_beacon_secret(home.beacon_secret()));
    std::error_code unknown;
    if (std::filesystem::exists(home.next_beacon_secret(), unknown)) {
        // The process ended while it went over: what is in use is no next one.
        ASSAY_TRY(const BeaconSecret next, load_beacon_secret(home.next_beacon_secret()));
        if (next.seed == secret.seed) forget_next(home);
    }
    return BeaconKeeper(home, BeaconChain(secret, home.beacon_cache()));
}

Result<std::optional<Hash>> BeaconKeeper::reveal(Height height, const chain::BeaconTip& registered,
                                                 std::uint64_t max_gap) {
    const auto fitting = [&]() -> std::optional<Hash> {
        auto r = current_.reveal(height);
        if (r && !chain::reveal_matches(registered, height, *r, max_gap)) r.reset();
        return r;
    };
    // A validator that registered later: its chain begins at the height that the network gave it.
    if (registered.tip == current_.tip() && registered.height != current_.start())
        ASSAY_TRY_VOID(begin_at(registered.height));
    if (auto r = fitting()) return r;
    ASSAY_TRY(const bool other, go_over(registered));
    return other ? fitting() : std::nullopt;
}

Status BeaconKeeper::begin_at(Height start) {
    ASSAY_TRY(BeaconSecret secret, load_beacon_secret(home_.beacon_secret()));
    secret.start = start;
    ASSAY_TRY_VOID(save_beacon_secret(secret, home_.beacon_secret()));
    current_ = BeaconChain(secret, home_.beacon_cache());
    return {};
}

// The secret is moved before the first of its reveals is made: after a crash the home has the one that the chain wants.
Result<bool> BeaconKeeper::go_over(const chain::BeaconTip& registered) {
    std::error_code unknown;
    if (!std::filesystem::exists(home_.next_beacon_secret(), unknown)) return false;
    ASSAY_TRY(BeaconSecret next, load_beacon_secret(home_.next_beacon_secret()));
    if (!next_ || next_->first != next.seed) next_.emplace(next.seed, BeaconChain(next, home_.next_beacon_cache()));
    if (next_->second.tip() != registered.tip) return false;
    next.start = registered.height;
    ASSAY_TRY_VOID(save_beacon_secret(next, home_.beacon_secret()));
    ASSAY_TRY_VOID(next_->second.keep(home_.beacon_cache()));
    current_ = BeaconChain(next, home_.beacon_cache());
    next_.reset();
    forget_next(home_);
    spdlog::info("the beacon goes on with the chain that was announced, from height {} on",
                 registered.height.value + 1);
    return true;
}

}  // namespace assay::node
