#include "wallet/light/hash.hpp"

#include <bit>

#include "base/sha256.hpp"

namespace assay::wallet::light {
namespace {

/// Protobuf as Go's generated code writes it: ascending fields, zero and empty left out, embedded messages as asked.
class Proto {
   public:
    Proto& number(unsigned field, std::uint64_t value) {
        if (value == 0) return *this;
        varint(field << 3);
        varint(value);
        return *this;
    }
    Proto& fixed(unsigned field, std::int64_t value) {
        if (value == 0) return *this;
        varint(field << 3 | 1);
        for (unsigned i = 0; i < 8; ++i)
            out_.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i)));
        return *this;
    }
    Proto& bytes(unsigned field, ByteView value) { return value.empty() ? *this : message(field, value); }
    /// Written even when empty.
    Proto& message(unsigned field, ByteView value) {
        varint(field << 3 | 2);
        varint(value.size());
        out_.insert(out_.end(), value.begin(), value.end());
        return *this;
    }
    [[nodiscard]] const Bytes& done() const { return out_; }

   private:
    void varint(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<std::uint8_t>(value | 0x80));
        out_.push_back(static_cast<std::uint8_t>(value));
    }
    Bytes out_;
};

Bytes timestamp(const Time& t) {
    return Proto()
        .number(1, static_cast<std::uint64_t>(t.seconds))
        .number(2, static_cast<std::uint64_t>(t.nanos))
        .done();
}

// BlockID and CanonicalBlockID: the same fields under the same numbers, in both versions of the part set's header.
Bytes block_id_bytes(const BlockId& id) {
    return Proto().bytes(1, id.hash).message(2, Proto().number(1, id.parts).bytes(2, id.parts_hash).done()).done();
}

/// Leaves and inner nodes differ in their first byte; the left side has the largest power of two below the count.
Hash merkle(std::span<const Bytes> leaves) {
    if (leaves.empty()) return sha256({});
    const std::uint8_t leaf = 0, inner = 1;
    if (leaves.size() == 1) return Sha256().update({&leaf, 1}).update(leaves[0]).final();
    const std::size_t split = std::bit_floor(leaves.size() - 1);
    const Hash left = merkle(leaves.first(split)), right = merkle(leaves.subspan(split));
    return Sha256().update({&inner, 1}).update(left.view()).update(right.view()).final();
}

}  // namespace

Hash header_hash(const Header& h) {
    const auto wrapped = [](ByteView value) { return Proto().bytes(1, value).done(); };
    const std::vector<Bytes> fields{Proto().number(1, h.block_version).number(2, h.app_version).done(),
                                    wrapped(as_bytes(h.chain_id)),
                                    Proto().number(1, static_cast<std::uint64_t>(h.height)).done(),
                                    timestamp(h.time),
                                    block_id_bytes(h.last_block_id),
                                    wrapped(h.last_commit_hash),
                                    wrapped(h.data_hash),
                                    wrapped(h.validators_hash),
                                    wrapped(h.next_validators_hash),
                                    wrapped(h.consensus_hash),
                                    wrapped(h.app_hash),
                                    wrapped(h.last_results_hash),
                                    wrapped(h.evidence_hash),
                                    wrapped(h.proposer_address)};
    return merkle(fields);
}

Hash validators_hash(const std::vector<Validator>& validators) {
    std::vector<Bytes> leaves;
    leaves.reserve(validators.size());
    for (const Validator& v : validators)
        leaves.push_back(Proto()
                             .message(1, Proto().bytes(1, v.key.view()).done())
                             .number(2, static_cast<std::uint64_t>(v.power))
                             .done());
    return merkle(leaves);
}

Bytes vote_sign_bytes(std::string_view chain_id, const Commit& commit, const CommitSignature& signature) {
    constexpr std::uint64_t kPrecommit = 2;
    const Bytes vote = Proto()
                           .number(1, kPrecommit)
                           .fixed(2, commit.height)
                           .fixed(3, commit.round)
                           .message(4, block_id_bytes(commit.block_id))
                           .message(5, timestamp(signature.time))
                           .bytes(6, as_bytes(chain_id))
                           .done();
    // Its length as a varint before it, as a field's value has: the field's own byte is what is dropped.
    const Bytes field = Proto().message(0, vote).done();
    return Bytes(field.begin() + 1, field.end());
}

ValidatorAddress address_of(const Ed25519Key& key) {
    return ValidatorAddress::from(sha256(key.view()).view().first(ValidatorAddress::kSize));
}

}  // namespace assay::wallet::light
