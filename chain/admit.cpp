#include "chain/admit.hpp"

#include <algorithm>

namespace assay::chain {

namespace {

// All but the signatures.
Status read_bytes(Checked& out, std::size_t max_bytes, std::string_view chain_id) {
    const Bytes& raw = out.raw.bytes();
    ASSAY_TRY_VOID(decode_tx_into(raw, max_bytes, out.tx));
    const Tx& tx = out.tx;
    if (tx.body.chain_id != chain_id)
        return {Code::wrong_chain,
                "chain_id is \"" + tx.body.chain_id + "\", this chain is \"" + std::string(chain_id) + "\""};
    out.id = txid(tx, raw);
    out.intrinsic = intrinsic_gas(tx.body, tx.auth, raw.size());
    return {};
}

}  // namespace

Status check_bytes(Checked& out, std::size_t max_bytes, std::string_view chain_id) {
    ASSAY_TRY_VOID(read_bytes(out, max_bytes, chain_id));
    return verify_auth(out.tx.auth, out.tx.body.sender, out.id);
}

Result<Checked> check_unsigned(const TxBody& body, std::size_t max_bytes, std::string_view chain_id) {
    ASSAY_TRY_VOID(check_shape(body));
    const bool work = is_work(body) || std::ranges::any_of(body.messages, [](const Message& m) {
                          return std::holds_alternative<Dispute>(m);
                      });
    if (work) return {Code::bad_signature, "work and disputes are tried out with their signature only"};
    Checked out{RawTx(borsh::encode(Tx{body, Auth{1, {PublicKey{}}, {Signature{}}}})), {}, 0, {}};
    ASSAY_TRY_VOID(read_bytes(out, max_bytes, chain_id));
    return out;
}

namespace {

// An opening pays nothing, so the lane is open only to the provider of a commit that is challenged and undecided.
Status check_free_lane(const StateView& s, const TxBody& body, Height height) {
    const auto& m = std::get<OpenWork>(body.messages.front());
    const auto k = s.commit(m.commit);
    if (!k) return {Code::unknown_commit, "commit is not on this chain"};
    if (k->provider != body.sender && k->worker != body.sender)
        return {Code::not_owner, "only the provider opens its commit, and who was its work key then"};
    if (k->status != CommitStatus::open) return {Code::already_decided, "the commit has its verdict"};
    const auto round = s.round(k->epoch);
    if (round && k->attempts >= round->rules.open_attempts)
        return {Code::too_many_attempts, "the commit had work.open_attempts malformed openings"};
    if (!round || round->challenge.value == 0 || height <= round->challenge)
        return {Code::not_challenged, "the challenge of this commit is not drawn yet"};
    if (round->closed.value != 0) return {Code::deadline_passed, "the opening window is closed"};
    return {};
}

// Whoever names a provider spends its tokens: only its work key may, and only what it was given.
Status check_work_key(const StateView& s, const TxBody& body, const Address& provider) {
    const auto p = s.provider(provider);
    if (!p) return {Code::not_registered, "provider is not registered"};
    if (p->work_key.in_force(s.chain().epoch) != body.sender)
        return {Code::not_owner, "the sender is not the work key of this provider in this epoch"};
    if (p->work_key.fee_budget.is_zero() || p->work_key.fee_budget < body.fee)
        return {Code::fee_budget_spent, "the fee is " + to_digits(body.fee.units) + ", of the work key's budget " +
                                            to_digits(p->work_key.fee_budget.units) + " are left"};
    const Amount there = s.account(provider).liquid;
    if (there < body.fee)
        return {Code::insufficient_funds,
                "the fee is " + to_digits(body.fee.units) + ", the provider's account has " + to_digits(there.units)};
    return {};
}

}  // namespace

Status check_place(const StateView& s, const tokenomics::Params& rules, const Checked& c, Height height, TimeMs time,
                   std::uint64_t nonce_ahead) {
    const TxBody& body = c.tx.body;
    if (body.valid_until < height.value)
        return {Code::expired, "valid_until is " + std::to_string(body.valid_until) + ", the height is " +
                                   std::to_string(height.value)};
    if (body.gas_limit < c.intrinsic)
        return {Code::gas_too_low, "gas_limit is " + std::to_string(body.gas_limit) + ", needed are at least " +
                                       std::to_string(c.intrinsic)};
    if (body.gas_limit > rules.block.max_gas)
        return {Code::gas_too_low, "gas_limit is above block.max_gas of " + std::to_string(rules.block.max_gas)};
    const Account account = s.account(body.sender);
    if (body.nonce < account.nonce)
        return {Code::nonce_too_low,
                "nonce is " + std::to_string(body.nonce) + ", the next is " + std::to_string(account.nonce)};
    if (body.nonce > account.nonce + nonce_ahead)
        return {Code::nonce_gap,
                "nonce is " + std::to_string(body.nonce) + ", the next is " + std::to_string(account.nonce)};
    if (is_opening(body)) {
        if (!body.fee.is_zero()) return {Code::fee_too_low, "fee of an opening must be 0: its commit paid for it"};
        return check_free_lane(s, body, height);
    }
    ASSAY_TRY(Amount needed, fee_for(body.gas_limit, rules.block.min_gas_price));
    if (body.fee < needed)
        return {Code::fee_too_low,
                "fee is " + to_digits(body.fee.units) + ", gas_limit x min_gas_price is " + to_digits(needed.units)};
    if (const Address* provider = committed_for(body)) return check_work_key(s, body, *provider);
    // Records beside the account are looked at only where they matter.
    const Amount there = account.liquid >= body.fee ? account.liquid : s.spendable(body.sender, account, time);
    if (there < body.fee)
        return {Code::insufficient_funds,
                "the fee is " + to_digits(body.fee.units) + ", the account has " + to_digits(there.units)};
    return {};
}

}  // namespace assay::chain
