// Blocks with their results in one file, for auditors: `assayd blocks export` writes it, `assayd verify --blocks` reads
// it, on a machine that never ran a node.
//
//   "assay blocks\n" and a byte 01, the version
//   u32 length and so many bytes: Borsh of {chain id, genesis hash, first height, last height}
//   per block, ascending: u32 length and so many bytes of Borsh of the block, u32 length and so many of its results
//   H("assay/blocks-file", everything before)
//
// The hash shows that the file is whole. What it says is checked by executing it: every app hash must come out.
#pragma once

#include <filesystem>
#include <memory>

#include "node/verify.hpp"

namespace assay::node {

struct BlocksFileHeader {
    std::string chain_id;
    Hash genesis_hash;
    Height first, last;
    ASSAY_FIELDS(chain_id, genesis_hash, first, last)
};

/// Heights first to last of `source` into a new file. Errors: already_exists, io_error, the source's; then no file is
/// left.
[[nodiscard]] Result<BlocksFileHeader> write_blocks_file(BlockSource& source, Height first, Height last,
                                                         const std::filesystem::path& file);

/// A source of blocks; `genesis` goes with it, because the file has only its hash. Errors: bad_blocks_file, io_error.
[[nodiscard]] Result<std::unique_ptr<BlockSource>> open_blocks_file(const std::filesystem::path& file,
                                                                    const chain::Genesis& genesis);
[[nodiscard]] Result<BlocksFileHeader> read_blocks_header(const std::filesystem::path& file);

}  // namespace assay::node
