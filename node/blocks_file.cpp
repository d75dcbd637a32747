#include "node/blocks_file.hpp"

#include "base/sha256.hpp"
#include "node/files.hpp"

namespace assay::node {
namespace {

constexpr std::string_view kBlocksMagic{"assay blocks\n\x01", 14};
constexpr std::uint32_t kLargest = 128u << 20;  // of one block, and of its results

const TaggedHash& tag() {
    static const TaggedHash kTag("assay/blocks-file");
    return kTag;
}

// Exactly so many bytes, in the order of the file. Memory grows with what is there, not with what is claimed.
class Input {
   public:
    Input(FileReader in, std::string name) : in_(std::move(in)), name_(std::move(name)), hash_(tag().begin()) {}

    Result<Bytes> take(std::size_t n, bool hashed = true) {
        while (buffer_.size() - at_ < n) {
            buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at_));
            at_ = 0;
            Bytes piece;
            ASSAY_TRY_VOID(in_.read(piece));
            if (piece.empty()) return bad("it ends in the middle");
            buffer_.insert(buffer_.end(), piece.begin(), piece.end());
        }
        Bytes out(buffer_.begin() + static_cast<std::ptrdiff_t>(at_),
                  buffer_.begin() + static_cast<std::ptrdiff_t>(at_ + n));
        at_ += n;
        if (hashed) hash_.update(out);
        return out;
    }
    template <class T>
    Result<T> record(const char* what) {
        ASSAY_TRY(const Bytes head, take(4));
        const std::uint32_t n = head[0] | head[1] << 8 | head[2] << 16 | static_cast<std::uint32_t>(head[3]) << 24;
        if (n > kLargest) return bad(std::string(what) + " claims " + std::to_string(n) + " bytes");
        ASSAY_TRY(const Bytes raw, take(n));
        auto out = borsh::decode<T>(raw);
        if (!out) return bad(std::string(what) + " does not decode: " + out.error().message);
        return out;
    }
    Status end() {
        const Hash expected = hash_.final();
        ASSAY_TRY(const Bytes stored, take(32, false));
        if (Hash::from(stored) != expected) return bad("its hash does not match: it was changed or is damaged");
        Bytes more;
        ASSAY_TRY_VOID(in_.read(more));
        if (!more.empty() || at_ != buffer_.size()) return bad("there is something behind its end");
        return {};
    }
    [[nodiscard]] Error bad(const std::string& why) const {
        return {Code::bad_blocks_file, name_ + " is no whole file of blocks: " + why};
    }

   private:
    FileReader in_;
    std::string name_;
    Bytes buffer_;
    std::size_t at_ = 0;
    Sha256 hash_;
};

Result<Input> open_input(const std::filesystem::path& file) {
    ASSAY_TRY(FileReader in, FileReader::open(file));
    Input out(std::move(in), file.string());
    ASSAY_TRY(const Bytes magic, out.take(kBlocksMagic.size()));
    if (as_text(magic) != kBlocksMagic) return out.bad("it does not begin as one");
    return out;
}

class FileSource final : public BlockSource {
   public:
    FileSource(Input in, BlocksFileHeader header, chain::Genesis genesis)
        : in_(std::move(in)), header_(std::move(header)), genesis_(std::move(genesis)), next_(header_.first) {}
    Result<chain::Genesis> genesis() override { return genesis_; }
    Result<Height> height() override { return header_.last; }
    Result<Height> first_block() override { return header_.first; }
    Result<Stored> block(Height h) override {
        if (h != next_)
            return {Code::not_found, "the file has heights " + std::to_string(header_.first.value) + " to " +
                                         std::to_string(header_.last.value) + " in order; asked was " +
                                         std::to_string(h.value)};
        Stored out;
        ASSAY_TRY(out.block, in_.record<chain::Block>("a block"));
        ASSAY_TRY(out.results, in_.record<chain::BlockResults>("results"));
        if (out.block.header.height != h)
            return in_.bad("height " + std::to_string(out.block.header.height.value) + " stands where " +
                           std::to_string(h.value) + " belongs");
        if (h == header_.last) ASSAY_TRY_VOID(in_.end());
        next_ = next_ + 1;
        return out;
    }
    // What engine decided them is not in the file: re-execution is the check, the signatures are the node's.
    bool signs_blocks() const override { return false; }

   private:
    Input in_;
    BlocksFileHeader header_;
    chain::Genesis genesis_;
    Height next_;
};

}  // namespace

Result<BlocksFileHeader> write_blocks_file(BlockSource& source, Height first, Height last,
                                           const std::filesystem::path& file) {
    std::error_code ec;
    if (std::filesystem::exists(std::filesystem::symlink_status(file, ec)))
        return {Code::already_exists, file.string() + " is there already"};
    ASSAY_TRY(const chain::Genesis genesis, source.genesis());
    const BlocksFileHeader header{genesis.chain_id, chain::genesis_hash(genesis), first, last};
    ASSAY_TRY(FileWriter out, FileWriter::make(file, 0644));
    Sha256 hash = tag().begin();
    const auto put = [&](ByteView bytes) {
        hash.update(bytes);
        return out.write(as_text(bytes));
    };
    const auto record = [&](const Bytes& raw) -> Status {
        const auto n = static_cast<std::uint32_t>(raw.size());
        const Bytes length{static_cast<std::uint8_t>(n), static_cast<std::uint8_t>(n >> 8),
                           static_cast<std::uint8_t>(n >> 16), static_cast<std::uint8_t>(n >> 24)};
        ASSAY_TRY_VOID(put(length));
        return put(raw);
    };
    ASSAY_TRY_VOID(put(as_bytes(kBlocksMagic)));
    ASSAY_TRY_VOID(record(borsh::encode(header)));
    for (Height h = first; h <= last; h = h + 1) {
        ASSAY_TRY(const BlockSource::Stored stored, source.block(h));
        ASSAY_TRY_VOID(record(borsh::encode(stored.block)));
        ASSAY_TRY_VOID(record(borsh::encode(stored.results)));
    }
    const Hash sum = hash.final();
    ASSAY_TRY_VOID(out.write(as_text(sum.view())));
    ASSAY_TRY_VOID(out.finish());
    return header;
}

Result<BlocksFileHeader> read_blocks_header(const std::filesystem::path& file) {
    ASSAY_TRY(Input in, open_input(file));
    return in.record<BlocksFileHeader>("its header");
}

Result<std::unique_ptr<BlockSource>> open_blocks_file(const std::filesystem::path& file,
                                                      const chain::Genesis& genesis) {
    ASSAY_TRY(Input in, open_input(file));
    ASSAY_TRY(BlocksFileHeader header, in.record<BlocksFileHeader>("its header"));
    if (header.genesis_hash != chain::genesis_hash(genesis))
        return {Code::verification_failed, file.string() + " is of another chain: " + header.chain_id};
    if (header.first > header.last) return in.bad("it begins after its end");
    return std::unique_ptr<BlockSource>(std::make_unique<FileSource>(std::move(in), std::move(header), genesis));
}

}  // namespace assay::node
