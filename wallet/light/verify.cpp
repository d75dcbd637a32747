#include "wallet/light/verify.hpp"

#include <cryptopp/xed25519.h>

#include <limits>
#include <map>
#include <set>

#include "base/hex.hpp"
#include "wallet/light/hash.hpp"

namespace assay::wallet::light {
namespace {

__extension__ using Wide = __int128;
constexpr std::int64_t kMaxPower = std::numeric_limits<std::int64_t>::max() / 8;
constexpr std::size_t kMostHeaders = 256;  // a jump halves each time: far above what an honest node needs

Error wrong(const std::string& what) {
    return {Code::verification_failed, what};
}

std::string of(const LightBlock& b) {
    return "the header of height " + std::to_string(b.header.height);
}

bool same(const Bytes& a, const Hash& b) {
    return a.size() == Hash::kSize && Hash::from(a) == b;
}

bool good_signature(const Ed25519Key& key, const Bytes& message, const Bytes& signature) {
    if (signature.size() != Signature::kSize) return false;
    const CryptoPP::ed25519Verifier verifier(key.data());
    return verifier.VerifyMessage(message.data(), message.size(), signature.data(), signature.size());
}

Result<std::int64_t> total_power(const LightBlock& b) {
    Wide total = 0;
    for (const Validator& v : b.validators) total += v.power;
    if (total > kMaxPower)
        return wrong("the validators of height " + std::to_string(b.header.height) + " have too much power");
    return static_cast<std::int64_t>(total);
}

// Parts that belong together: header, commit, validators, chain.
Status check_form(const LightBlock& b, std::string_view chain_id) {
    if (b.header.height < 1) return wrong("a header without a height");
    if (b.header.chain_id != chain_id)
        return wrong(of(b) + " belongs to chain " + b.header.chain_id + ", not to " + std::string(chain_id));
    if (b.commit.height != b.header.height)
        return wrong("the commit is of height " + std::to_string(b.commit.height) + ", not of " +
                     std::to_string(b.header.height));
    if (b.commit.block_id.parts == 0 || b.commit.block_id.parts_hash.empty())
        return wrong("the commit of height " + std::to_string(b.commit.height) + " is for no block");
    if (!same(b.commit.block_id.hash, header_hash(b.header)))
        return wrong(of(b) + " is not the one that its commit signed");
    if (b.validators.empty()) return wrong(of(b) + " came without validators");
    std::set<ValidatorAddress> known;
    for (const Validator& v : b.validators) {
        if (v.power <= 0) return wrong("a validator without power at height " + std::to_string(b.header.height));
        if (v.address != address_of(v.key) || !known.insert(v.address).second)
            return wrong("a validator with an address that is not its own, at height " +
                         std::to_string(b.header.height));
    }
    if (!same(b.header.validators_hash, validators_hash(b.validators)))
        return wrong("the validators of height " + std::to_string(b.header.height) +
                     " are not those that its header names");
    if (b.commit.signatures.size() != b.validators.size())
        return wrong("the commit of height " + std::to_string(b.header.height) + " has " +
                     std::to_string(b.commit.signatures.size()) + " votes of " + std::to_string(b.validators.size()) +
                     " validators");
    return {};
}

// More than two thirds of the block's own validators, each in its place.
Status check_commit(const LightBlock& b) {
    ASSAY_TRY(const std::int64_t total, total_power(b));
    Wide power = 0;
    for (std::size_t i = 0; i < b.validators.size(); ++i) {
        const CommitSignature& s = b.commit.signatures[i];
        if (s.vote != Vote::commit) continue;
        const Validator& v = b.validators[i];
        if (s.validator != v.address)
            return wrong("vote " + std::to_string(i) + " of the commit of height " + std::to_string(b.header.height) +
                         " is not by the validator of its place");
        if (!good_signature(v.key, vote_sign_bytes(b.header.chain_id, b.commit, s), s.signature))
            return wrong("the signature of validator " + to_hex(v.address.view()) + " on height " +
                         std::to_string(b.header.height) + " does not hold");
        power += v.power;
        if (3 * power > 2 * Wide{total}) return {};
    }
    return wrong(of(b) + " is signed by " + std::to_string(static_cast<std::int64_t>(power)) + " of " +
                 std::to_string(total) + " of the validators' power, which is not more than two thirds");
}

Status check_order(const LightBlock& trusted, const LightBlock& later, const Rules& rules) {
    Time until = trusted.header.time;
    until.seconds += rules.trusting_seconds;
    if (until <= rules.now)
        return {Code::trust_expired,
                "the block that is trusted, of height " + std::to_string(trusted.header.height) + ", is older than " +
                    std::to_string(rules.trusting_seconds) +
                    " s: whoever signed it may have left since, with nothing to lose by signing another chain"};
    ASSAY_TRY_VOID(check_form(later, trusted.header.chain_id));
    if (later.header.height <= trusted.header.height)
        return wrong(of(later) + " is not above the trusted one of height " + std::to_string(trusted.header.height));
    if (later.header.time <= trusted.header.time) return wrong(of(later) + " is not later than the trusted one");
    Time ahead = rules.now;
    ahead.seconds += rules.drift_seconds;
    if (later.header.time >= ahead)
        return wrong(of(later) + " is from the future by more than " + std::to_string(rules.drift_seconds) +
                     " s; is this machine's clock right?");
    return {};
}

// Whether more than a third of the trusted power signed a later block, whatever place it has there.
Result<bool> trusted_power_signed(const LightBlock& trusted, const LightBlock& later) {
    ASSAY_TRY(const std::int64_t total, total_power(trusted));
    std::map<ValidatorAddress, const Validator*> by_address;
    for (const Validator& v : trusted.validators) by_address[v.address] = &v;
    Wide power = 0;
    for (const CommitSignature& s : later.commit.signatures) {
        if (s.vote != Vote::commit) continue;
        const auto found = by_address.find(s.validator);
        if (found == by_address.end()) continue;
        const Validator& v = *found->second;
        by_address.erase(found);  // one vote each
        if (!good_signature(v.key, vote_sign_bytes(later.header.chain_id, later.commit, s), s.signature))
            return wrong("the signature of validator " + to_hex(v.address.view()) + " on height " +
                         std::to_string(later.header.height) + " does not hold");
        power += v.power;
        if (3 * power > Wide{total}) return true;
    }
    return false;
}

}  // namespace

Status check_trusted(const LightBlock& block, std::string_view chain_id, const Hash& hash) {
    ASSAY_TRY_VOID(check_form(block, chain_id));
    if (header_hash(block.header) != hash)
        return wrong("block " + std::to_string(block.header.height) + " of this chain is " +
                     to_hex(header_hash(block.header).view()) + ", and " + to_hex(hash.view()) + " is trusted");
    return check_commit(block);
}

Status verify_adjacent(const LightBlock& trusted, const LightBlock& next, const Rules& rules) {
    ASSAY_TRY_VOID(check_order(trusted, next, rules));
    if (next.header.height != trusted.header.height + 1) return wrong(of(next) + " is not the next one");
    if (next.header.validators_hash != trusted.header.next_validators_hash)
        return wrong(of(next) + " has other validators than the header before it names");
    return check_commit(next);
}

Result<bool> verify_skipping(const LightBlock& trusted, const LightBlock& later, const Rules& rules) {
    ASSAY_TRY_VOID(check_order(trusted, later, rules));
    ASSAY_TRY(const bool enough, trusted_power_signed(trusted, later));
    if (!enough) return false;
    ASSAY_TRY_VOID(check_commit(later));
    return true;
}

Result<LightBlock> verify_to(const LightBlock& trusted, const LightBlock& target, const Provider& provider,
                             const Rules& rules) {
    LightBlock from = trusted;
    std::vector<LightBlock> ahead{target};  // the nearest last
    std::size_t asked = 0;
    while (!ahead.empty()) {
        const LightBlock& next = ahead.back();
        bool good = true;
        if (next.header.height == from.header.height + 1) {
            ASSAY_TRY_VOID(verify_adjacent(from, next, rules));
        } else {
            ASSAY_TRY(good, verify_skipping(from, next, rules));
        }
        if (good) {
            from = std::move(ahead.back());
            ahead.pop_back();
            continue;
        }
        if (++asked > kMostHeaders) return wrong("the node's headers lead nowhere");
        const std::int64_t middle = from.header.height + (next.header.height - from.header.height) / 2;
        ASSAY_TRY(LightBlock between, provider(static_cast<std::uint64_t>(middle)));
        if (between.header.height != middle) return wrong("the node answered with another height's header");
        ahead.push_back(std::move(between));
    }
    return from;
}

}  // namespace assay::wallet::light
