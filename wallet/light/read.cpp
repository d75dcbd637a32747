#include "wallet/light/read.hpp"

#include <limits>

#include "base/base64.hpp"
#include "base/hex.hpp"
#include "base/utc.hpp"

namespace assay::wallet::light {
namespace {

constexpr std::uint64_t kMaxInt64 = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t kMaxInt32 = std::numeric_limits<std::int32_t>::max();

// CometBFT writes 64-bit numbers as text and smaller ones as numbers.
Result<std::uint64_t> number(json::Object& in, std::string_view key, std::uint64_t max) {
    ASSAY_TRY(const json::Value* value, in.required(key));
    ASSAY_TRY(const u128 read, json::as_u128(*value, in.path(key)));
    if (read > max) return Error{Code::field_out_of_range, in.path(key) + " is above " + std::to_string(max)};
    return static_cast<std::uint64_t>(read);
}

/// Hex in capitals; empty, or of one of the sizes.
Result<Bytes> hex(json::Object& in, std::string_view key, std::size_t size, bool may_be_empty) {
    ASSAY_TRY(std::string text, in.string(key));
    for (char& c : text) {
        if (c >= 'a' && c <= 'f') return Error{Code::bad_hex, in.path(key) + " is not hex in capital letters"};
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    }
    const auto bytes = from_hex(text);
    if (!bytes) return Error{Code::bad_hex, in.path(key) + ": " + bytes.error().message};
    const bool good = bytes->empty() ? may_be_empty : size == 0 || bytes->size() == size;
    if (!good)
        return Error{Code::field_out_of_range, in.path(key) + " has " + std::to_string(bytes->size()) + " bytes"};
    return *bytes;
}

Result<Bytes> base64(json::Object& in, std::string_view key) {
    ASSAY_TRY(const std::string text, in.string(key));
    auto bytes = from_base64(text);
    if (!bytes) return Error{bytes.error().code, in.path(key) + ": " + bytes.error().message};
    return bytes;
}

Result<Time> time(json::Object& in, std::string_view key) {
    ASSAY_TRY(const std::string text, in.string(key));
    auto read = parse_time(text);
    if (!read) return Error{read.error().code, in.path(key) + ": " + read.error().message};
    return read;
}

Result<BlockId> block_id(json::Object in) {
    BlockId out;
    ASSAY_TRY(out.hash, hex(in, "hash", Hash::kSize, true));
    ASSAY_TRY(json::Object parts, in.object("parts"));
    ASSAY_TRY(const std::uint64_t total, number(parts, "total", std::numeric_limits<std::uint32_t>::max()));
    out.parts = static_cast<std::uint32_t>(total);
    ASSAY_TRY(out.parts_hash, hex(parts, "hash", Hash::kSize, true));
    return out;
}

Result<Header> header(json::Object in) {
    Header out;
    ASSAY_TRY(json::Object version, in.object("version"));
    // Go leaves out a number that is zero.
    if (version.optional("block") != nullptr) {
        ASSAY_TRY(out.block_version, number(version, "block", ~std::uint64_t{0}));
    }
    if (version.optional("app") != nullptr) {
        ASSAY_TRY(out.app_version, number(version, "app", ~std::uint64_t{0}));
    }
    ASSAY_TRY(out.chain_id, in.string("chain_id"));
    if (out.chain_id.size() > 50) return Error{Code::field_out_of_range, in.path("chain_id") + " is longer than 50"};
    ASSAY_TRY(const std::uint64_t height, number(in, "height", kMaxInt64));
    out.height = static_cast<std::int64_t>(height);
    ASSAY_TRY(out.time, time(in, "time"));
    ASSAY_TRY(json::Object last, in.object("last_block_id"));
    ASSAY_TRY(out.last_block_id, block_id(std::move(last)));
    ASSAY_TRY(out.last_commit_hash, hex(in, "last_commit_hash", Hash::kSize, true));
    ASSAY_TRY(out.data_hash, hex(in, "data_hash", Hash::kSize, true));
    ASSAY_TRY(out.validators_hash, hex(in, "validators_hash", Hash::kSize, false));
    ASSAY_TRY(out.next_validators_hash, hex(in, "next_validators_hash", Hash::kSize, false));
    ASSAY_TRY(out.consensus_hash, hex(in, "consensus_hash", Hash::kSize, true));
    ASSAY_TRY(out.app_hash, hex(in, "app_hash", 0, true));
    ASSAY_TRY(out.last_results_hash, hex(in, "last_results_hash", Hash::kSize, true));
    ASSAY_TRY(out.evidence_hash, hex(in, "evidence_hash", Hash::kSize, true));
    ASSAY_TRY(out.proposer_address, hex(in, "proposer_address", ValidatorAddress::kSize, false));
    return out;
}

Result<CommitSignature> commit_signature(json::Object in) {
    CommitSignature out;
    ASSAY_TRY(const std::uint64_t flag, in.u64("block_id_flag", 1, 3));
    out.vote = static_cast<Vote>(flag);
    if (out.vote == Vote::absent) return out;
    ASSAY_TRY(const Bytes validator, hex(in, "validator_address", ValidatorAddress::kSize, false));
    out.validator = ValidatorAddress::from(validator);
    ASSAY_TRY(out.time, time(in, "timestamp"));
    ASSAY_TRY(out.signature, base64(in, "signature"));
    return out;
}

Result<Commit> commit(json::Object in) {
    Commit out;
    ASSAY_TRY(const std::uint64_t height, number(in, "height", kMaxInt64));
    out.height = static_cast<std::int64_t>(height);
    ASSAY_TRY(const std::uint64_t round, number(in, "round", kMaxInt32));
    out.round = static_cast<std::int32_t>(round);
    ASSAY_TRY(json::Object id, in.object("block_id"));
    ASSAY_TRY(out.block_id, block_id(std::move(id)));
    ASSAY_TRY(const std::vector<json::Value> signatures, in.array("signatures", kMostValidators));
    for (std::size_t i = 0; i < signatures.size(); ++i) {
        ASSAY_TRY(json::Object one, json::object(signatures[i], in.path("signatures") + "[" + std::to_string(i) + "]"));
        ASSAY_TRY(CommitSignature read, commit_signature(std::move(one)));
        out.signatures.push_back(std::move(read));
    }
    return out;
}

Result<Validator> validator(json::Object in) {
    Validator out;
    ASSAY_TRY(const Bytes address, hex(in, "address", ValidatorAddress::kSize, false));
    out.address = ValidatorAddress::from(address);
    ASSAY_TRY(json::Object key, in.object("pub_key"));
    ASSAY_TRY(const std::string type, key.string("type"));
    if (type != "tendermint/PubKeyEd25519")
        return Error{Code::field_out_of_range, key.path("type") + " is " + json::shown(type) + ", not Ed25519"};
    ASSAY_TRY(const Bytes bytes, base64(key, "value"));
    if (bytes.size() != Ed25519Key::kSize)
        return Error{Code::field_out_of_range, key.path("value") + " has " + std::to_string(bytes.size()) + " bytes"};
    out.key = Ed25519Key::from(bytes);
    ASSAY_TRY(const std::uint64_t power, number(in, "voting_power", kMaxInt64));
    out.power = static_cast<std::int64_t>(power);
    return out;
}

}  // namespace

Result<Time> parse_time(std::string_view text) {
    const Error bad{Code::field_out_of_range, json::shown(text) + " is not a time such as 2026-01-31T12:00:00.25Z"};
    const std::size_t dot = text.find('.');
    Time out;
    std::string whole(text);
    if (dot != std::string_view::npos) {
        if (text.back() != 'Z' || text.size() < dot + 3 || text.size() > dot + 11) return bad;
        const std::string_view digits = text.substr(dot + 1, text.size() - dot - 2);
        std::int32_t scale = 100'000'000;
        for (const char c : digits) {
            if (c < '0' || c > '9') return bad;
            out.nanos += (c - '0') * scale;
            scale /= 10;
        }
        whole = std::string(text.substr(0, dot)) + "Z";
    }
    const auto seconds = parse_utc(whole);
    if (!seconds || seconds->value % 1000 != 0) return bad;
    out.seconds = static_cast<std::int64_t>(seconds->value / 1000);
    return out;
}

Result<LightBlock> read_light_block(const json::Value& value) {
    LightBlock out;
    ASSAY_TRY(json::Object top, json::object(value, "light_block"));
    ASSAY_TRY(json::Object signed_header, top.object("signed_header"));
    ASSAY_TRY(json::Object head, signed_header.object("header"));
    ASSAY_TRY(out.header, header(std::move(head)));
    ASSAY_TRY(json::Object signatures, signed_header.object("commit"));
    ASSAY_TRY(out.commit, commit(std::move(signatures)));
    ASSAY_TRY(const std::vector<json::Value> validators, top.array("validators", kMostValidators));
    for (std::size_t i = 0; i < validators.size(); ++i) {
        ASSAY_TRY(json::Object one,
                  json::object(validators[i], top.path("validators") + "[" + std::to_string(i) + "]"));
        ASSAY_TRY(Validator read, validator(std::move(one)));
        out.validators.push_back(read);
    }
    return out;
}

}  // namespace assay::wallet::light
