// The one block that the solo validator may have signed and not stored yet. It is written and synced before the
// signature is made: after a crash the same block is finished, never another one signed at its height.
//
//   SignedBlock guard(home.signed_block());
//   ASSAY_TRY(std::optional<chain::Block> left, guard.load(app.info().height));   // at start
//   ASSAY_TRY_VOID(guard.save(block));                                            // then sign, finalize, commit
//
//   bytes   field
//   8       "assaysb1"
//   8       height, u64 little-endian
//   8       length n of what follows, u64 little-endian
//   n       Borsh of the block, without signature
//   32      SHA-256 of everything before
#pragma once

#include <filesystem>
#include <optional>

#include "chain/block.hpp"

namespace assay::node {

class SignedBlock {
   public:
    explicit SignedBlock(std::filesystem::path path, bool sync = true) : path_(std::move(path)), sync_(sync) {}
    ~SignedBlock();
    SignedBlock(const SignedBlock&) = delete;
    SignedBlock& operator=(const SignedBlock&) = delete;

    /// The block to finish when one follows `stored`. A file that was cut off while it was written stands for no
    /// signature: the signature comes after the sync. Errors: store_corrupt when a block far above the store was
    /// signed.
    [[nodiscard]] Result<std::optional<chain::Block>> load(Height stored);
    /// Errors: io_error.
    [[nodiscard]] Status save(const chain::Block& block);

   private:
    std::filesystem::path path_;
    bool sync_;
    int file_ = -1;
};

}  // namespace assay::node
