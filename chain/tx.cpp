#include "chain/tx.hpp"

namespace assay::chain {

Hash txid(const TxBody& body) {
    static const TaggedHash kTag("assay/tx");
    return kTag.hash(borsh::encode(body));
}

Hash txid(const Tx& tx, ByteView raw) {
    static const TaggedHash kTag("assay/tx");
    std::size_t auth = 1 + 4 + PublicKey::kSize * tx.auth.keys.size() + 4;
    for (const auto& s : tx.auth.signatures) auth += s ? 1 + Signature::kSize : 1;
    return kTag.hash(raw.first(raw.size() - auth));  // body | auth, and nothing else
}

bool is_opening(const TxBody& body) {
    return !body.messages.empty() && std::holds_alternative<OpenWork>(body.messages.front());
}

bool is_work(const TxBody& body) {
    return is_opening(body) || (!body.messages.empty() && std::holds_alternative<CommitWork>(body.messages.front()));
}

const Address* committed_for(const TxBody& body) {
    const auto* m = body.messages.empty() ? nullptr : std::get_if<CommitWork>(&body.messages.front());
    return m != nullptr && m->provider && *m->provider != body.sender ? &*m->provider : nullptr;
}

Status check_shape(const TxBody& body) {
    const auto bad = [](std::string what) -> Status { return {Code::tx_malformed, std::move(what)}; };
    if (body.version != kTxVersion) return bad("version is " + std::to_string(body.version) + ", expected 1");
    if (body.messages.empty() || body.messages.size() > kMaxMessages)
        return bad("messages holds " + std::to_string(body.messages.size()) + " entries, allowed are 1 to 16");
    if (body.memo.size() > kMaxMemo) return bad("memo is longer than 256 bytes");
    if (body.chain_id.size() > 64) return bad("chain_id is longer than 64 bytes");
    for (const Message& m : body.messages) {
        const bool alone = std::holds_alternative<CommitWork>(m) || std::holds_alternative<OpenWork>(m) ||
                           std::holds_alternative<Dispute>(m);
        if (alone && body.messages.size() != 1)
            return {Code::must_be_alone, std::string(message_name(m)) + " must be the only message of its transaction"};
        if (const auto* t = std::get_if<Transfer>(&m)) {
            if (t->outputs.empty() || t->outputs.size() > kMaxOutputs)
                return bad("outputs holds none or more than 256");
            for (const Output& o : t->outputs)
                if (o.tag.size() > kMaxTag) return bad("an output's tag is longer than 64 bytes");
        } else if (const auto* r = std::get_if<RegisterProvider>(&m)) {
            if (r->endpoint.size() > 256) return bad("endpoint is longer than 256 bytes");
        } else if (const auto* u = std::get_if<UpdateProvider>(&m)) {
            if (u->endpoint && u->endpoint->size() > 256) return bad("endpoint is longer than 256 bytes");
        } else if (const auto* d = std::get_if<AddDevice>(&m)) {
            if (d->device_class.size() > 32) return bad("device_class is longer than 32 bytes");
        } else if (const auto* v = std::get_if<RegisterValidator>(&m)) {
            if (v->name.size() > 64) return bad("name is longer than 64 bytes");
        } else if (const auto* o = std::get_if<OpenOrder>(&m)) {
            if (o->device_class.size() > 32) return bad("device_class is longer than 32 bytes");
        } else if (const auto* p = std::get_if<Propose>(&m)) {
            if (p->changes.empty() || p->changes.size() > kMaxChanges)
                return bad("changes holds " + std::to_string(p->changes.size()) + " entries, allowed are 1 to 32");
            if (p->title.size() > kMaxTitle) return bad("title is longer than 128 bytes");
            for (const auto& c : p->changes)
                if (c.name.size() > kMaxChangeName || c.value.size() > kMaxChangeValue)
                    return bad("changes: a name is longer than 96 bytes or a value longer than 64");
        }
    }
    return {};
}

Result<Tx> decode_tx(ByteView raw, std::size_t max_bytes) {
    Tx tx;
    ASSAY_TRY_VOID(decode_tx_into(raw, max_bytes, tx));
    return tx;
}

Status decode_tx_into(ByteView raw, std::size_t max_bytes, Tx& tx) {
    if (raw.size() > max_bytes)
        return {Code::tx_too_large,
                "a transaction has " + std::to_string(raw.size()) + " bytes, allowed are " + std::to_string(max_bytes)};
    if (const Status whole = borsh::decode_into(raw, tx); !whole)
        return {Code::tx_malformed, "transaction bytes: " + whole.error().message};
    const Auth& auth = tx.auth;
    if (auth.keys.empty() || auth.keys.size() > kMaxMultisigKeys || auth.signatures.size() != auth.keys.size())
        return {Code::tx_malformed, "auth holds no key, more than 16, or not one signature slot per key"};
    return check_shape(tx.body);
}

std::uint64_t intrinsic_gas(const TxBody& body, const Auth& auth, std::size_t raw_bytes) {
    (void)body;
    return kGasTx + kGasPerByte * raw_bytes + kGasPerSignature * auth.threshold;
}

std::uint64_t suggested_gas(const TxBody& body, std::uint64_t opening_units) {
    // Bytes with one signature, and for each message as many reads and writes as its rule makes, twice over.
    std::uint64_t gas = kGasTx + kGasPerByte * (borsh::encode(body).size() + 140) + kGasPerSignature;
    for (const Message& m : body.messages) {
        gas += 20 * (kGasRead + kGasWrite);
        if (const auto* t = std::get_if<Transfer>(&m)) gas += t->outputs.size() * 2 * (kGasRead + kGasWrite);
        if (std::holds_alternative<CommitWork>(m)) gas += opening_units * kGasPerVerifyUnit;
        if (std::holds_alternative<Dispute>(m)) gas += proofs::slice_units(proofs::kSliceWidth) * kGasPerVerifyUnit;
        if (std::holds_alternative<Propose>(m)) gas += kGasPropose + 64 * kGasProposePerClass;  // of as many classes
    }
    return gas;
}

Result<Amount> fee_for(std::uint64_t gas, Amount min_gas_price) {
    ASSAY_TRY(u128 fee, mul_div_ceil(gas, min_gas_price.units, 1000));
    return Amount{fee};
}

}  // namespace assay::chain
