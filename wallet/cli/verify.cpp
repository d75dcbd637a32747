#include "wallet/cli/verify.hpp"

#include <cryptopp/xed25519.h>

#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "chain/block.hpp"
#include "chain/records.hpp"
#include "chain/store/proof.hpp"
#include "chain/tables.hpp"

namespace assay::wallet::cli {
namespace {

[[noreturn]] void lie(const std::string& what) {
    fail({Code::verification_failed, what}, "the node lies or is broken: ask another one with --node");
}

/// Members of an answer that is being doubted: what is missing or malformed does not hold either.
template <class T>
T hold(Result<T> result) {
    if (!result) lie("the node's proof cannot be read: " + result.error().message);
    return std::move(result).value();
}

Hash hash_at(const json::Value& answer, std::string_view key) {
    return hold(fixed_from_hex<Hash>(hold(text_at(answer, key))));
}

/// The key that signed the first header this wallet saw of the chain; another one later is refused.
void check_pin(const Session& session, const std::string& chain_id, const std::string& key) {
    const auto file =
        session.home_folder() / "trust" / (to_hex(sha256(as_bytes(chain_id)).view()).substr(0, 16) + ".json");
    const auto pinned = read_small_file(file, 4096);
    if (!pinned && pinned.error().code != Code::not_found) fail(pinned.error());
    if (!pinned) {
        const json::Value pin = make::object({{"chain_id", make::text(chain_id)}, {"consensus_key", make::text(key)}});
        take(write_file_atomically(file, to_json(pin, 2) + "\n", 0600, true));
        session.note("first sight of chain " + chain_id + ": from now on this wallet trusts headers signed by " + key);
        return;
    }
    const json::Value pin = take(json::parse(*pinned));
    if (text_or_empty(pin, "consensus_key") != key)
        lie("the header of chain " + chain_id + " is signed by " + key + ", but this wallet knows " +
            text_or_empty(pin, "consensus_key") + " as its operator (" + file.string() + ")");
}

/// The app hash that a signed header names for the state of the height before it. `signed_by` gets the key.
Hash signed_app_hash(Session& session, std::uint64_t height, std::string& signed_by) {
    const json::Value answer = session.call("header", Params().number("height", height));
    const Bytes raw = hold(from_hex(hold(text_at(answer, "header_hex"))));
    const chain::Header header = hold(borsh::decode<chain::Header>(raw));
    if (header.height.value != height) lie("the node answered with another height's header");
    if (header.chain_id != session.chain().chain_id)
        lie("the header belongs to chain " + header.chain_id + ", not to " + session.chain().chain_id);
    const Hash key = hash_at(answer, "consensus_key");
    const Signature signature = hold(fixed_from_hex<Signature>(hold(text_at(answer, "commit_signature"))));
    const Hash id = chain::block_hash(header);
    const CryptoPP::ed25519Verifier verifier(key.data());
    if (!verifier.VerifyMessage(id.data(), Hash::kSize, signature.data(), Signature::kSize))
        lie("the header of height " + std::to_string(height) +
            " is not signed by the consensus key that the node names");
    signed_by = to_hex(key.view());
    check_pin(session, header.chain_id, signed_by);
    return header.last_app_hash;
}

}  // namespace

VerifiedAccount verify_account(Session& session, const Address& address) {
    const ChainInfo& chain = session.chain();
    if (chain.height < 2)
        fail({Code::not_found, "the chain has no block yet whose header names a state"}, "ask again in a moment");
    VerifiedAccount out;
    // Header h names the state after h - 1, so the newest provable state is one block old.
    out.height = chain.height - 1;
    out.by = "operator";
    const Hash app_hash = signed_app_hash(session, chain.height, out.signed_by);
    out.app_hash = to_hex(app_hash.view());
    const json::Value answer =
        session.call("proof", Params().text("address", chain.show(address)).number("height", out.height));
    const auto proof = hold(borsh::decode<chain::StateProof>(hold(from_hex(hold(text_at(answer, "proof"))))));
    const auto value = chain::verify_state_proof(proof, chain::tables::account(address), app_hash);
    if (!value) lie("the proof of the account does not lead to the signed state: " + value.error().message);
    chain::Account account;  // an absent account is an empty one
    if (*value) account = hold(borsh::decode<chain::Account>(**value));
    out.nonce = account.nonce;
    out.liquid = account.liquid;
    out.credits = account.credits;
    out.credit_tokens = account.credit_tokens;
    return out;
}

}  // namespace assay::wallet::cli
