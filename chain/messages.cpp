#include "chain/messages.hpp"

#include "base/sha256.hpp"

namespace assay::chain {
namespace {
struct Namer {
    std::string_view operator()(const Transfer&) const { return "transfer"; }
    std::string_view operator()(const CreateVesting&) const { return "create_vesting"; }
    std::string_view operator()(const BurnForCredits&) const { return "burn_for_credits"; }
    std::string_view operator()(const RedeemCredits&) const { return "redeem_credits"; }
    std::string_view operator()(const RegisterProvider&) const { return "register_provider"; }
    std::string_view operator()(const UpdateProvider&) const { return "update_provider"; }
    std::string_view operator()(const AddDevice&) const { return "add_device"; }
    std::string_view operator()(const RemoveDevice&) const { return "remove_device"; }
    std::string_view operator()(const Stake&) const { return "stake"; }
    std::string_view operator()(const Unstake&) const { return "unstake"; }
    std::string_view operator()(const SetCommission&) const { return "set_commission"; }
    std::string_view operator()(const ClaimRewards&) const { return "claim_rewards"; }
    std::string_view operator()(const Unjail&) const { return "unjail"; }
    std::string_view operator()(const RegisterValidator&) const { return "register_validator"; }
    std::string_view operator()(const RotateKey&) const { return "rotate_key"; }
    std::string_view operator()(const RenewBeacon&) const { return "renew_beacon"; }
    std::string_view operator()(const ReportPrice&) const { return "report_price"; }
    std::string_view operator()(const UnjailValidator&) const { return "unjail_validator"; }
    std::string_view operator()(const Retire&) const { return "retire"; }
    std::string_view operator()(const OpenOrder&) const { return "open_order"; }
    std::string_view operator()(const PlaceBid&) const { return "place_bid"; }
    std::string_view operator()(const AcceptBid&) const { return "accept_bid"; }
    std::string_view operator()(const CloseLease&) const { return "close_lease"; }
    std::string_view operator()(const CancelOrder&) const { return "cancel_order"; }
    std::string_view operator()(const Dispute&) const { return "dispute"; }
    std::string_view operator()(const Deliver&) const { return "deliver"; }
    std::string_view operator()(const CommitWork&) const { return "commit_work"; }
    std::string_view operator()(const OpenWork&) const { return "open_work"; }
    std::string_view operator()(const Propose&) const { return "propose"; }
    std::string_view operator()(const Vote&) const { return "vote"; }
};
}  // namespace

Hash commit_id(const Hash& task, const Address& provider, std::uint32_t slot) {
    Bytes data;
    borsh::Writer w(data);
    w.put(task);
    w.put(provider);
    w.put(slot);
    return tagged_hash("assay/commit", data);
}

Hash grant_id(const Address& sender, std::uint64_t nonce, std::uint32_t message) {
    Bytes data;
    borsh::Writer w(data);
    w.put(sender);
    w.put(nonce);
    w.put(message);
    return tagged_hash("assay/vesting", data);
}

Hash genesis_grant_id(const Address& holder, std::uint32_t index) {
    Bytes data;
    borsh::Writer w(data);
    w.put(holder);
    w.put(index);
    return tagged_hash("assay/vesting/genesis", data);
}

std::string_view choice_word(Choice c) {
    static constexpr std::string_view kWords[] = {"yes", "no", "abstain"};
    return kWords[static_cast<std::size_t>(c)];
}

std::string_view message_name(const Message& m) {
    return std::visit(Namer{}, m);
}

}  // namespace assay::chain
