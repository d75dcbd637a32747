// A whole state as one file: what `assayd export --state` writes and `assayd init --state` begins from.
//
//   StateFileWriter out(sink);                     // sink takes bytes in order
//   ASSAY_TRY_VOID(out.begin(header));
//   ASSAY_TRY_VOID(out.record(key, value));        // ascending by path, header.records of them
//   ASSAY_TRY_VOID(out.end());
//
//   StateFileReader in(on_header, on_record);
//   ASSAY_TRY_VOID(in.feed(bytes)); …              // in pieces of any size
//   ASSAY_TRY_VOID(in.end());                      // only now is it whole
//
// The file, bit by bit the same for the same state:
//
//   "assay state\n" and a byte 01, the version
//   frames: u32 length (1 to 65536), so many bytes, running hash (32 bytes)
//   one frame of length 0 with the running hash, and nothing behind it
//
// running hash = H("assay/state-file", running hash before | u32 length | bytes), 32 zero bytes before the first. In
// the first frame is the header and nothing else; in the others, joined, each record as u8 table, bytes key, bytes
// value (Borsh), ascending by path.
//
// Traps: (1) lengths in the file are claims: nothing is allocated by them, a value grows as its bytes come; (2) a hash
// shows that the bytes are those that were written, not that an honest node wrote them: who reads compares the state's
// root with the header's, and takes genesis hash and app hash from somewhere else.
#pragma once

#include <functional>

#include "chain/store/key.hpp"

namespace assay::chain {

struct StateFileHeader {
    std::string chain_id;
    Hash genesis_hash;
    Height height;
    Hash app_hash;              ///< root of the records
    std::uint64_t records = 0;  ///< how many follow
    ASSAY_FIELDS(chain_id, genesis_hash, height, app_hash, records)
    bool operator==(const StateFileHeader&) const = default;
};

class StateFileWriter {
   public:
    using Sink = std::function<Status(ByteView)>;
    explicit StateFileWriter(Sink sink) : sink_(std::move(sink)) {}
    [[nodiscard]] Status begin(const StateFileHeader& header);
    [[nodiscard]] Status record(const StateKey& key, ByteView value);
    /// Errors: internal where not header.records records were written.
    [[nodiscard]] Status end();

   private:
    [[nodiscard]] Status put(ByteView bytes);
    [[nodiscard]] Status frame(ByteView bytes);
    Sink sink_;
    Bytes pending_;
    Hash running_;
    std::uint64_t left_ = 0;
};

class StateFileReader {
   public:
    using OnHeader = std::function<Status(const StateFileHeader&)>;
    using OnRecord = std::function<Status(StateKey, Bytes)>;
    StateFileReader(OnHeader on_header, OnRecord on_record)
        : on_header_(std::move(on_header)), on_record_(std::move(on_record)) {}
    /// Errors: bad_state_file with the place, and those of the callbacks.
    [[nodiscard]] Status feed(ByteView bytes);
    /// The last frame has been seen, and as many records as the header says.
    [[nodiscard]] Status end();

   private:
    [[nodiscard]] Status frame(ByteView bytes, std::uint64_t at);
    [[nodiscard]] Status take_records(std::uint64_t at);
    OnHeader on_header_;
    OnRecord on_record_;
    Bytes raw_;               ///< of the file, up to a whole frame
    std::uint64_t read_ = 0;  ///< bytes of the file before raw_
    bool begun_ = false, ended_ = false;
    Hash running_;
    Bytes inner_;  ///< what the frames held, up to a whole record
    bool has_header_ = false;
    std::uint64_t records_ = 0, expected_ = 0;
    Path last_;
};

}  // namespace assay::chain
