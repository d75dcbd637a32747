// The bytes of a transaction as they travel, with their hash. Mempool, block and store hold the same ones: a copy is a
// pointer, and nothing is hashed twice.
//
//   RawTx tx(std::move(bytes));
//   tx.hash()                            // SHA256(0x00 | bytes): a leaf of the header's tx_root (RFC 6962)
//   ByteView view = tx;
#pragma once

#include <memory>

#include "base/bytes.hpp"

namespace assay::chain {

class RawTx {
   public:
    using WrapsBytes = void;  // Borsh: as Bytes

    RawTx();             ///< no bytes
    RawTx(Bytes bytes);  // NOLINT: any bytes may be offered as a transaction

    [[nodiscard]] const Bytes& bytes() const { return body_->bytes; }
    [[nodiscard]] const Hash& hash() const { return body_->hash; }
    [[nodiscard]] std::size_t size() const { return body_->bytes.size(); }
    operator ByteView() const { return body_->bytes; }  // NOLINT

    bool operator==(const RawTx& other) const { return body_ == other.body_ || hash() == other.hash(); }

   private:
    struct Body {
        Hash hash;
        Bytes bytes;
    };
    std::shared_ptr<const Body> body_;
};

}  // namespace assay::chain
