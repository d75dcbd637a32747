#include "chain/state_file.hpp"

namespace assay::chain {
namespace {

constexpr std::string_view kMagic("assay state\n\x01", 13);
constexpr std::size_t kFrame = 65'536;
constexpr std::size_t kLongestKey = 256;  // those of the tables are shorter; a longer one is none of theirs

Hash run_on(const Hash& before, ByteView bytes) {
    static const TaggedHash kTag("assay/state-file");
    Bytes data;
    data.reserve(Hash::kSize + 4 + bytes.size());
    borsh::Writer w(data);
    w.put(before);
    w.put(static_cast<std::uint32_t>(bytes.size()));
    w.raw(bytes.data(), bytes.size());
    return kTag.hash(data);
}

Error damaged(std::uint64_t at, const std::string& what) {
    return {Code::bad_state_file, "byte " + std::to_string(at) + ": " + what};
}

std::uint32_t u32_at(ByteView in, std::size_t at) {
    std::uint32_t v = 0;
    for (std::size_t i = 0; i < 4; ++i) v |= std::uint32_t{in[at + i]} << (8 * i);
    return v;
}

}  // namespace

// ---------------------------------------------------------------- writing

Status StateFileWriter::frame(ByteView bytes) {
    Bytes out;
    out.reserve(4 + bytes.size() + Hash::kSize);
    borsh::Writer w(out);
    running_ = run_on(running_, bytes);
    w.put(static_cast<std::uint32_t>(bytes.size()));
    w.raw(bytes.data(), bytes.size());
    w.put(running_);
    return sink_(out);
}

Status StateFileWriter::put(ByteView bytes) {
    while (!bytes.empty()) {
        const std::size_t n = std::min(bytes.size(), kFrame - pending_.size());
        pending_.insert(pending_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n));
        bytes = bytes.subspan(n);
        if (pending_.size() < kFrame) continue;
        ASSAY_TRY_VOID(frame(pending_));
        pending_.clear();
    }
    return {};
}

Status StateFileWriter::begin(const StateFileHeader& header) {
    left_ = header.records;
    ASSAY_TRY_VOID(sink_(as_bytes(kMagic)));
    return frame(borsh::encode(header));
}

Status StateFileWriter::record(const StateKey& key, ByteView value) {
    if (left_ == 0) return {Code::internal, "more records than the header says"};
    --left_;
    Bytes head;
    borsh::Writer w(head);
    w.put(key);
    w.put(static_cast<std::uint32_t>(value.size()));
    ASSAY_TRY_VOID(put(head));
    return put(value);
}

Status StateFileWriter::end() {
    if (left_ != 0) return {Code::internal, "fewer records than the header says"};
    if (!pending_.empty()) ASSAY_TRY_VOID(frame(pending_));
    pending_.clear();
    return frame({});
}

// ---------------------------------------------------------------- reading

Status StateFileReader::take_records(std::uint64_t at) {
    std::size_t taken = 0;
    const ByteView in(inner_);
    while (true) {
        const ByteView rest = in.subspan(taken);
        if (rest.size() < 5) break;
        const std::uint32_t key_size = u32_at(rest, 1);
        if (key_size > kLongestKey)
            return damaged(
                at, "record " + std::to_string(records_) + " has a key of " + std::to_string(key_size) + " bytes");
        if (rest.size() < 5 + std::size_t{key_size} + 4) break;
        const std::size_t value_size = u32_at(rest, 5 + key_size);
        const std::size_t whole = 5 + std::size_t{key_size} + 4 + value_size;
        if (rest.size() < whole) break;  // the rest of it comes in other frames, or never
        if (records_ == expected_) return damaged(at, "more records than the header's " + std::to_string(expected_));
        const ByteView key = rest.subspan(5, key_size), value = rest.subspan(9 + key_size, value_size);
        StateKey of{rest[0], Bytes(key.begin(), key.end())};
        const Path path = state_path(of);
        if (records_ > 0 && !(last_ < path))
            return damaged(at, "record " + std::to_string(records_) + " is not behind the one before it");
        last_ = path;
        ++records_;
        ASSAY_TRY_VOID(on_record_(std::move(of), Bytes(value.begin(), value.end())));
        taken += whole;
    }
    inner_.erase(inner_.begin(), inner_.begin() + static_cast<std::ptrdiff_t>(taken));
    return {};
}

Status StateFileReader::frame(ByteView bytes, std::uint64_t at) {
    if (!has_header_) {
        const auto header = borsh::decode<StateFileHeader>(bytes);
        if (!header) return damaged(at, "the header does not decode: " + header.error().message);
        has_header_ = true;
        expected_ = header->records;
        return on_header_(*header);
    }
    if (bytes.empty()) {
        ended_ = true;
        return {};
    }
    inner_.insert(inner_.end(), bytes.begin(), bytes.end());
    return take_records(at);
}

Status StateFileReader::feed(ByteView bytes) {
    raw_.insert(raw_.end(), bytes.begin(), bytes.end());
    std::size_t taken = 0;
    const ByteView in(raw_);
    if (!begun_) {
        const std::size_t n = std::min(in.size(), kMagic.size());
        if (as_text(in.first(n)) != kMagic.substr(0, n))
            return damaged(0, "this is no state file of version 1 (it does not begin as one)");
        if (n < kMagic.size()) return {};
        begun_ = true;
        taken = n;
    }
    while (true) {
        const ByteView rest = in.subspan(taken);
        const std::uint64_t at = read_ + taken;
        if (ended_ && !rest.empty()) return damaged(at, "bytes behind the last frame");
        if (rest.size() < 4) break;
        const std::size_t size = u32_at(rest, 0);
        if (size > kFrame || (size == 0 && !has_header_))
            return damaged(at, "a frame of " + std::to_string(size) + " bytes; 1 to 65536 are allowed");
        if (rest.size() < 4 + size + Hash::kSize) break;
        const ByteView inside = rest.subspan(4, size);
        running_ = run_on(running_, inside);
        if (Hash::from(rest.subspan(4 + size, Hash::kSize)) != running_)
            return damaged(at, "the frame up to byte " + std::to_string(at + 4 + size + Hash::kSize) +
                                   " is not as it was written: its hash differs");
        ASSAY_TRY_VOID(frame(inside, at));
        taken += 4 + size + Hash::kSize;
    }
    read_ += taken;
    raw_.erase(raw_.begin(), raw_.begin() + static_cast<std::ptrdiff_t>(taken));
    return {};
}

Status StateFileReader::end() {
    const std::uint64_t at = read_ + raw_.size();
    if (!ended_) return damaged(at, "the file ends before its last frame");
    if (!inner_.empty()) return damaged(at, "the last record is cut off");
    if (records_ != expected_)
        return damaged(at, std::to_string(records_) + " records, the header says " + std::to_string(expected_));
    return {};
}

}  // namespace assay::chain
