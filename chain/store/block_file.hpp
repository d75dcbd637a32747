// Block bodies in append-only files: blocks-000001.dat, blocks-000002.dat, … A body is written and synced before the
// database's batch names it; what a crash leaves behind the last named body is cut off at the next start.
//
//   ASSAY_TRY(BlockFile::Place place, file.append(block, results));   // place.end() goes into the batch
//   ASSAY_TRY(auto body, file.read(place));
//
// One body: u32 length of the block, little-endian | block | results.
// append, cut and drop_before belong to one thread; read may be called from any.
#pragma once

#include <memory>

#include "base/borsh.hpp"

namespace assay::chain {

class BlockFile {
   public:
    struct Place {
        std::uint32_t file = 1;
        std::uint64_t offset = 0;
        std::uint32_t length = 0;
        ASSAY_FIELDS(file, offset, length)
        [[nodiscard]] Place end() const { return {file, offset + length, 0}; }
    };
    struct Body {
        Bytes block, results;
    };

    /// Cuts off whatever lies behind `end`. Errors: io_error, store_corrupt when bytes before `end` are missing.
    [[nodiscard]] static Result<std::unique_ptr<BlockFile>> open(const std::string& dir, const Place& end);
    ~BlockFile();
    BlockFile(const BlockFile&) = delete;
    BlockFile& operator=(const BlockFile&) = delete;

    [[nodiscard]] Result<Place> append(ByteView block, ByteView results, bool sync);
    /// What lies behind `end` goes: the newest body is taken back. Errors: io_error.
    [[nodiscard]] Status cut(const Place& end);
    /// The space of everything before `first` goes back to the file system: whole files are deleted, of the file that
    /// `first` lies in the front is punched out where the file system can. No reader asks for them any more.
    void drop_before(const Place& first);
    [[nodiscard]] Result<Body> read(const Place& place) const;

   private:
    BlockFile(std::string dir, Place end) : dir_(std::move(dir)), end_(end) {}
    [[nodiscard]] std::string path(std::uint32_t file) const;
    [[nodiscard]] Status open_current();

    std::string dir_;
    Place end_;
    std::uint32_t lowest_ = 1;  ///< files below were deleted, or looked for in vain
    int fd_ = -1;
};

}  // namespace assay::chain
