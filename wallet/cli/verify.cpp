#include "wallet/cli/verify.hpp"

#include <cryptopp/xed25519.h>

#include <thread>

#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "base/utc.hpp"
#include "chain/block.hpp"
#include "chain/store/proof.hpp"
#include "wallet/cli/verify_network.hpp"

namespace assay::wallet::cli {
namespace {

/// A member that the evidence must have: without it the answer is no node's.
std::string evidence(const json::Value& answer, std::string_view key) {
    auto text = text_at(answer, key);
    if (!text)
        fail({Code::node_unreachable,
              "the node's answer has no '" + std::string(key) + "': it is broken, or no node of Assay"},
             "ask another one with --node");
    return std::move(text).value();
}

/// What stands in the evidence and is not what it should be.
template <class T>
T hold(Result<T> result) {
    if (!result) lie("the node's proof cannot be read: " + result.error().message);
    return std::move(result).value();
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

struct SignedHeader {
    chain::Header header;
    Hash id;          ///< the block's hash
    std::string key;  ///< that signed it, hex
};

/// By whoever the node names; whether that is the right one is another question.
SignedHeader read_signed_header(Session& session, std::uint64_t height) {
    const json::Value answer = session.call("header", Params().number("height", height));
    const Bytes raw = hold(from_hex(evidence(answer, "header_hex")));
    SignedHeader out;
    out.header = hold(borsh::decode<chain::Header>(raw));
    if (out.header.height.value != height) lie("the node answered with another height's header");
    if (out.header.chain_id != session.chain().chain_id)
        lie("the header belongs to chain " + out.header.chain_id + ", not to " + session.chain().chain_id);
    const Hash key = hold(fixed_from_hex<Hash>(evidence(answer, "consensus_key")));
    const Signature signature = hold(fixed_from_hex<Signature>(evidence(answer, "commit_signature")));
    out.id = chain::block_hash(out.header);
    const CryptoPP::ed25519Verifier verifier(key.data());
    if (!verifier.VerifyMessage(out.id.data(), Hash::kSize, signature.data(), Signature::kSize))
        lie("the header of height " + std::to_string(height) +
            " is not signed by the consensus key that the node names");
    out.key = to_hex(key.view());
    return out;
}

/// Where the context names a block, it has to be on this chain, and who signed it is the operator to trust.
void check_trusted_block(Session& session) {
    const auto& trust = session.context().trust;
    if (!trust) return;
    const SignedHeader trusted = read_signed_header(session, trust->height);
    if (trusted.id != trust->hash)
        lie("block " + std::to_string(trust->height) + " of this chain is " + to_hex(trusted.id.view()) +
            ", and the context '" + session.context().name + "' trusts " + to_hex(trust->hash.view()));
    check_pin(session, trusted.header.chain_id, trusted.key);
}

/// The header of this height, signed by the key that is pinned. `signed_by` gets it.
chain::Header signed_header(Session& session, std::uint64_t height, std::string& signed_by) {
    check_trusted_block(session);
    SignedHeader out = read_signed_header(session, height);
    check_pin(session, out.header.chain_id, out.key);
    signed_by = out.key;
    return out.header;
}

SignedState state_below(Session& session, std::uint64_t height) {
    if (height < 2)
        fail({Code::not_found, "the chain has no block yet whose header names a state"}, "ask again in a moment");
    // Header h names the state after h - 1, so the newest provable state is one block old.
    SignedState out;
    out.height = height - 1;
    if (session.chain().engine == "cometbft") {
        const NetworkState signed_by_all = network_state(session, height);
        out.by = "signed";
        out.signed_by = signed_by_all.validators;
        out.time = signed_by_all.time;
        out.app_hash = signed_by_all.app_hash;
        return out;
    }
    must_not_be_network(session);
    out.by = "operator";
    const chain::Header header = signed_header(session, height, out.signed_by);
    out.time = header.time;
    out.app_hash = header.last_app_hash;
    return out;
}

}  // namespace

void lie(const std::string& what) {
    fail({Code::verification_failed, what}, "the node lies or is broken: ask another one with --node");
}

SignedState signed_state(Session& session) {
    return state_below(session, session.chain().height);
}

SignedState later_state(Session& session, const SignedState& than) {
    constexpr int kTries = 40;
    for (int i = 0; i < kTries; ++i) {
        const json::Value status = session.call("status");
        const std::uint64_t height = take(number_at(status, "height"));
        if (height > than.height + 1) return state_below(session, height);
        std::this_thread::sleep_for(std::chrono::milliseconds(250));
    }
    fail({Code::not_found, "the node's answer differs from the newest state that a header names, of height " +
                               std::to_string(than.height) + ", and no block came that could tell why"},
         "it may be of the last block; ask again after the next one");
}

std::optional<Bytes> proven_value(Session& session, const SignedState& state, const chain::StateKey& key,
                                  const std::string& what) {
    Bytes place{key.table};
    place.insert(place.end(), key.key.begin(), key.key.end());
    const json::Value answer =
        session.call("proof", Params().text("key", to_hex(place)).number("height", state.height));
    const auto proof = hold(borsh::decode<chain::StateProof>(hold(from_hex(evidence(answer, "proof")))));
    auto value = chain::verify_state_proof(proof, key, state.app_hash);
    if (!value) lie("the proof of " + what + " does not lead to the signed state: " + value.error().message);
    return std::move(value).value();
}

void mark(json::Value& answer, const SignedState& state, const std::vector<std::string>& members) {
    std::vector<json::Value> names;
    for (const std::string& m : members) names.push_back(make::text(m));
    set(answer, "height", make::number(state.height));
    set(answer, "verified", make::text(state.by));
    set(answer, "verified_members", make::array(std::move(names)));
    set(answer, "app_hash", make::text(to_hex(state.app_hash.view())));
    set(answer, "state_time", make::text(format_utc(state.time)));
    set(answer, "signed_by", make::text(state.signed_by));
}

std::string vouched(const SignedState& state, const std::string& proven, const std::string& rest) {
    return "\nverified at height " + std::to_string(state.height) + " by the header of block " +
           std::to_string(state.height + 1) + ", " + format_utc(state.time) + ", signed by" +
           (state.by == "signed" ? " more than 2/3 of the validators" : "") + "\n  " + state.signed_by +
           "\nproven: " + proven + "\n" + (rest.empty() ? "" : "not proven, the node's word: " + rest + "\n");
}

}  // namespace assay::wallet::cli
