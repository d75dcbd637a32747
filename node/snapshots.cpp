#include "node/snapshots.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <map>
#include <mutex>
#include <thread>

#include "base/sha256.hpp"
#include "node/export.hpp"
#include "node/files.hpp"

namespace assay::node {
namespace {

namespace fs = std::filesystem;
using Offered = abci::OfferSnapshotResponse::Result;
using Applied = abci::ApplySnapshotChunkResponse::Result;

constexpr std::uint32_t kFormat = 1;
constexpr std::size_t kChunk = 8u << 20;
constexpr std::size_t kMaxChunks = 100'000;  // 800 GiB; their hashes are 3.2 MB of the 4 MB that a message may have
constexpr std::size_t kAdvertised = 10;      // CometBFT looks at no more
constexpr const char* kRestoring = "restoring";

// The hash of each chunk of what passes through.
class ChunkHashes {
   public:
    void update(ByteView bytes) {
        while (!bytes.empty()) {
            const std::size_t n = std::min(bytes.size(), kChunk - filled_);
            hash_.update(bytes.first(n));
            filled_ += n;
            bytes_ += n;
            bytes = bytes.subspan(n);
            if (filled_ == kChunk) close();
        }
    }
    [[nodiscard]] Bytes end() {
        if (filled_ > 0) close();
        return std::move(metadata_);
    }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

   private:
    void close() {
        const Hash h = hash_.final();
        metadata_.insert(metadata_.end(), h.bytes.begin(), h.bytes.end());
        hash_ = Sha256();
        filled_ = 0;
    }
    Sha256 hash_;
    std::size_t filled_ = 0;
    std::uint64_t bytes_ = 0;
    Bytes metadata_;
};

fs::path meta_file(const Home& home, Height h) {
    return home.snapshots() / (std::to_string(h.value) + ".meta");
}

// Of a name like "1200.state".
std::optional<Height> height_in(const fs::path& file) {
    const std::string stem = file.stem().string();
    std::uint64_t height = 0;
    const auto [end, ec] = std::from_chars(stem.data(), stem.data() + stem.size(), height);
    if (ec != std::errc() || end != stem.data() + stem.size() || height == 0 || stem != std::to_string(height))
        return std::nullopt;
    return Height{height};
}

std::vector<fs::path> files_in(const fs::path& folder) {
    std::vector<fs::path> out;
    std::error_code ec;
    for (fs::directory_iterator at(folder, ec), end; !ec && at != end; at.increment(ec)) out.push_back(at->path());
    std::sort(out.begin(), out.end());
    return out;
}

// With the metadata that lies beside the file, where it is of the file's length.
std::optional<KeptSnapshot> known(const Home& home, Height height) {
    std::error_code ec;
    KeptSnapshot out{height, fs::file_size(snapshot_file(home, height), ec), {}};
    if (ec) return std::nullopt;
    const auto text = read_file(meta_file(home, height), kMaxChunks * Hash::kSize);
    if (!text || text->size() != (out.bytes + kChunk - 1) / kChunk * Hash::kSize) return std::nullopt;
    const ByteView raw = as_bytes(*text);
    out.metadata.assign(raw.begin(), raw.end());
    return out;
}

// From the file itself.
Result<KeptSnapshot> read_again(const Home& home, Height height) {
    ASSAY_TRY(FileReader in, FileReader::open(snapshot_file(home, height)));
    ChunkHashes hashes;
    Bytes piece;
    for (;;) {
        ASSAY_TRY_VOID(in.read(piece));
        if (piece.empty()) break;
        hashes.update(piece);
    }
    KeptSnapshot out{height, hashes.bytes(), hashes.end()};
    ASSAY_TRY_VOID(write_file(meta_file(home, height), as_text(out.metadata), 0600));
    return out;
}

abci::Snapshot told(const KeptSnapshot& k) {
    const Hash hash = k.hash();
    return {k.height.value, kFormat, static_cast<std::uint32_t>(k.chunks()),
            Bytes(hash.bytes.begin(), hash.bytes.end()), k.metadata};
}

Result<Bytes> read_chunk(const fs::path& file, const KeptSnapshot& k, std::size_t index) {
    const std::uint64_t from = std::uint64_t{index} * kChunk;
    Bytes out(static_cast<std::size_t>(std::min<std::uint64_t>(kChunk, k.bytes - from)));
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    std::size_t at = 0;
    while (fd >= 0 && at < out.size()) {
        const ssize_t n = ::pread(fd, out.data() + at, out.size() - at, static_cast<off_t>(from + at));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        at += static_cast<std::size_t>(n);
    }
    if (fd >= 0) ::close(fd);
    if (at != out.size() || sha256(out) != Hash::from(ByteView(k.metadata).subspan(index * Hash::kSize, Hash::kSize)))
        return {Code::store_corrupt, file.string() + " is not as it was written: chunk " + std::to_string(index)};
    return out;
}

}  // namespace

Hash KeptSnapshot::hash() const {
    return tagged_hash("assay/snapshot", metadata);
}

fs::path snapshot_file(const Home& home, Height height) {
    return home.snapshots() / (std::to_string(height.value) + ".state");
}

std::vector<KeptSnapshot> kept_snapshots(const Home& home) {
    std::map<Height, KeptSnapshot> out;
    for (const fs::path& file : files_in(home.snapshots()))
        if (const auto height = height_in(file); height && file.extension() == ".state")
            if (auto k = known(home, *height)) out.emplace(*height, *std::move(k));
    std::vector<KeptSnapshot> list;
    for (auto& [height, k] : out) list.push_back(std::move(k));
    return list;
}

struct Snapshots::Impl {
    Home home;
    SnapshotOptions options;
    mutable std::mutex mutex;  // of what is kept
    std::map<Height, KeptSnapshot> kept;
    std::mutex making;  // one at a time, and create waits for the background's
    std::thread worker;
    std::atomic<bool> busy{false}, stopping{false};

    // A snapshot that is being put together; of the snapshot connection alone.
    struct Attempt {
        abci::Snapshot snapshot;
        Hash app_hash;
        std::uint32_t next = 0;
        std::optional<FileWriter> out;
    };
    std::optional<Attempt> attempt;

    [[nodiscard]] fs::path restoring() const { return home.snapshots() / kRestoring; }
    [[nodiscard]] Result<KeptSnapshot> make(const chain::App& app, Height height);
    void keep(KeptSnapshot k);
    void forget(Height height);
    void give_up(const std::string& why);
    [[nodiscard]] Status check_header(ByteView first_chunk, const chain::StateFileHeader& expected) const;
};

Snapshots::Snapshots(const Home& home, SnapshotOptions options) : impl_(std::make_unique<Impl>()) {
    Impl& m = *impl_;
    m.home = home;
    m.options = options;
    std::error_code ec;
    for (const fs::path& file : files_in(home.snapshots())) {
        const auto height = height_in(file);
        const bool half = file.extension() == ".new" || file.filename() == kRestoring ||
                          (height && file.extension() == ".meta" && !fs::exists(snapshot_file(home, *height), ec));
        if (half) fs::remove(file, ec);
        if (half || !height || file.extension() != ".state") continue;
        if (auto k = known(home, *height)) {
            m.kept.emplace(*height, *std::move(k));
        } else if (auto again = read_again(home, *height)) {
            m.kept.emplace(*height, *std::move(again));
        } else {
            spdlog::warn("snapshot {}: {}", height->value, again.error().message);
        }
    }
}

Snapshots::~Snapshots() {
    impl_->stopping = true;
    if (impl_->worker.joinable()) impl_->worker.join();
}

void Snapshots::Impl::keep(KeptSnapshot k) {
    const std::lock_guard lock(mutex);
    const Height height = k.height;
    kept.insert_or_assign(height, std::move(k));
    std::error_code ec;
    while (kept.size() > std::max<std::uint64_t>(1, options.keep)) {
        const Height oldest = kept.begin()->first;
        fs::remove(snapshot_file(home, oldest), ec);
        fs::remove(meta_file(home, oldest), ec);
        kept.erase(kept.begin());
    }
}

void Snapshots::Impl::forget(Height height) {
    const std::lock_guard lock(mutex);
    kept.erase(height);
}

Result<KeptSnapshot> Snapshots::Impl::make(const chain::App& app, Height height) {
    const std::lock_guard one(making);
    if (height.value == 0)
        return {Code::not_found, "there is no block yet, and so nothing that a snapshot could be of"};
    {
        const std::lock_guard lock(mutex);
        if (kept.contains(height))
            return {Code::already_exists,
                    "the snapshot of height " + std::to_string(height.value) + " is there already"};
    }
    ASSAY_TRY_VOID(make_directory(home.snapshots(), 0700));
    ASSAY_TRY(FileWriter out, FileWriter::make(snapshot_file(home, height), 0600));
    ChunkHashes hashes;
    ASSAY_TRY(const auto header, app.export_state(height, [&](ByteView bytes) -> Status {
        if (stopping) return {Code::shutting_down, "the node stops"};
        hashes.update(bytes);
        return out.write(as_text(bytes));
    }));
    (void)header;
    KeptSnapshot made{height, hashes.bytes(), hashes.end()};
    if (made.chunks() > kMaxChunks)
        return {Code::io_error,
                "the state takes " + std::to_string(made.bytes) + " bytes, more than a snapshot may have"};
    ASSAY_TRY_VOID(out.finish());
    ASSAY_TRY_VOID(write_file(meta_file(home, height), as_text(made.metadata), 0600));
    return made;
}

void Snapshots::committed(const chain::App& app, Height height) {
    Impl& m = *impl_;
    if (m.options.interval == 0 || height.value == 0 || height.value % m.options.interval != 0) return;
    if (m.busy.exchange(true)) {
        spdlog::warn("no snapshot of height {}: the one before is still in the making", height.value);
        return;
    }
    if (m.worker.joinable()) m.worker.join();  // it has ended
    m.worker = std::thread([&m, &app, height] {
        auto made = m.make(app, height);
        m.busy = false;  // before it can be seen: whoever sees it may ask for the next
        if (made) {
            spdlog::info("snapshot of height {}: {} bytes in {} chunks", height.value, made->bytes, made->chunks());
            m.keep(*std::move(made));
        } else if (made.error().code != Code::already_exists && made.error().code != Code::shutting_down) {
            spdlog::warn("no snapshot of height {}: {}", height.value, made.error().message);
        }
    });
}

Result<abci::Snapshot> Snapshots::create(const chain::App& app) {
    ASSAY_TRY(const KeptSnapshot made, impl_->make(app, app.info().height));
    impl_->keep(made);
    return told(made);
}

std::optional<Height> Snapshots::oldest() const {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->kept.empty()) return std::nullopt;
    return impl_->kept.begin()->first;
}

// ---------------------------------------------------------------- for nodes that join

Result<abci::ListSnapshotsResponse> Snapshots::list_snapshots(const abci::ListSnapshotsRequest&) {
    const std::lock_guard lock(impl_->mutex);
    abci::ListSnapshotsResponse out;
    for (auto k = impl_->kept.rbegin(); k != impl_->kept.rend() && out.snapshots.size() < kAdvertised; ++k)
        out.snapshots.push_back(told(k->second));
    return out;
}

// Whatever a peer asks for, the answer to what is not here is an empty chunk: CometBFT says "missing" then.
Result<abci::LoadSnapshotChunkResponse> Snapshots::load_snapshot_chunk(const abci::LoadSnapshotChunkRequest& r) {
    KeptSnapshot k;
    {
        const std::lock_guard lock(impl_->mutex);
        const auto found = impl_->kept.find(Height{r.height});
        if (r.format != kFormat || found == impl_->kept.end() || r.chunk >= found->second.chunks())
            return abci::LoadSnapshotChunkResponse{};
        k = found->second;
    }
    auto chunk = read_chunk(snapshot_file(impl_->home, k.height), k, r.chunk);
    if (chunk) return abci::LoadSnapshotChunkResponse{*std::move(chunk)};
    spdlog::error("snapshot {} is offered no more: {}", r.height, chunk.error().message);
    impl_->forget(k.height);
    return abci::LoadSnapshotChunkResponse{};
}

// ---------------------------------------------------------------- joining

void Snapshots::Impl::give_up(const std::string& why) {
    if (attempt && !why.empty()) spdlog::warn("snapshot {} is not taken: {}", attempt->snapshot.height, why);
    attempt.reset();
    std::error_code ec;
    fs::remove(restoring(), ec);
}

Result<abci::OfferSnapshotResponse> Snapshots::offer_snapshot(const abci::OfferSnapshotRequest& r, bool empty) {
    Impl& m = *impl_;
    m.give_up("");
    const auto say = [](Offered result) { return abci::OfferSnapshotResponse{result}; };
    if (!empty) {
        spdlog::warn("a snapshot is offered, and this node has a state: state sync is for a new home");
        return say(Offered::abort);
    }
    if (!r.snapshot) return say(Offered::reject);
    const abci::Snapshot& s = *r.snapshot;
    if (s.format != kFormat) return say(Offered::reject_format);
    if (s.height == 0 || s.chunks == 0 || s.chunks > kMaxChunks || s.metadata.size() != s.chunks * Hash::kSize ||
        s.hash.size() != Hash::kSize || r.app_hash.size() != Hash::kSize ||
        Hash::from(s.hash) != KeptSnapshot{Height{s.height}, 0, s.metadata}.hash())
        return say(Offered::reject);
    ASSAY_TRY_VOID(make_directory(m.home.snapshots(), 0700));
    ASSAY_TRY(FileWriter out, FileWriter::make(m.restoring(), 0600));
    m.attempt.emplace();
    m.attempt->snapshot = s;
    m.attempt->app_hash = Hash::from(r.app_hash);
    m.attempt->out.emplace(std::move(out));
    return say(Offered::accept);
}

// A file of another chain or height is not fetched to its end.
Status Snapshots::Impl::check_header(ByteView first_chunk, const chain::StateFileHeader& expected) const {
    std::optional<chain::StateFileHeader> header;
    chain::StateFileReader in(
        [&](const chain::StateFileHeader& h) {
            header = h;
            return Status{};
        },
        [](const chain::StateKey&, const Bytes&) { return Status{}; });
    ASSAY_TRY_VOID(in.feed(first_chunk));
    const auto bad = [](std::string what) -> Status { return {Code::bad_state_file, std::move(what)}; };
    if (!header) return bad("its first chunk has no header");
    if (header->app_hash != attempt->app_hash)
        return bad("it is not of the app hash that the chain has at this height");
    if (header->height.value != attempt->snapshot.height) return bad("the file is of another height");
    if (header->chain_id != expected.chain_id || header->genesis_hash != expected.genesis_hash)
        return bad("it is of another chain than this home's genesis");
    return {};
}

Result<abci::ApplySnapshotChunkResponse> Snapshots::apply_snapshot_chunk(
    const abci::ApplySnapshotChunkRequest& r, const chain::StateFileHeader& expected,
    const std::function<Status(const fs::path&)>& restore) {
    Impl& m = *impl_;
    const auto say = [](Applied result) { return abci::ApplySnapshotChunkResponse{result, {}, {}}; };
    const auto reject = [&](const std::string& why) {
        m.give_up(why);
        return say(Applied::reject_snapshot);
    };
    // Of no offer, or ahead of what is there: begin again. What was applied already needs nothing.
    if (!m.attempt || r.index > m.attempt->next) return say(Applied::retry_snapshot);
    const abci::Snapshot& s = m.attempt->snapshot;
    if (r.index < m.attempt->next) return say(Applied::accept);
    if (sha256(r.chunk) != Hash::from(ByteView(s.metadata).subspan(r.index * Hash::kSize, Hash::kSize))) {
        spdlog::warn("snapshot {}: chunk {} from {} is not the one that was announced", s.height, r.index, r.sender);
        abci::ApplySnapshotChunkResponse out{Applied::retry, {r.index}, {}};
        if (!r.sender.empty()) out.reject_senders.push_back(r.sender);
        return out;
    }
    const bool last = r.index + 1 == s.chunks;
    if (r.chunk.empty() || r.chunk.size() > kChunk || (!last && r.chunk.size() != kChunk))
        return reject("a chunk of " + std::to_string(r.chunk.size()) + " bytes, which no honest node cuts");
    if (r.index == 0)
        if (const Status fits = m.check_header(r.chunk, expected); !fits) return reject(fits.error().message);
    // A full disk may be the fault of a snapshot that pretends: others are tried.
    if (const Status written = m.attempt->out->write(as_text(r.chunk)); !written)
        return reject(written.error().message);
    ++m.attempt->next;
    if (!last) return say(Applied::accept);

    if (const Status whole = m.attempt->out->finish(); !whole) return reject(whole.error().message);
    if (const Status done = restore(m.restoring()); !done) {
        const Code code = done.error().code;
        if (code == Code::io_error || code == Code::store_corrupt || code == Code::internal) return done.error();
        return reject(done.error().message);
    }
    // From here on this node has the snapshot too.
    std::error_code ec;
    KeptSnapshot own{Height{s.height}, fs::file_size(m.restoring(), ec), s.metadata};
    fs::rename(m.restoring(), snapshot_file(m.home, own.height), ec);
    if (!ec && write_file(meta_file(m.home, own.height), as_text(own.metadata), 0600)) m.keep(std::move(own));
    m.attempt.reset();
    return say(Applied::accept);
}

Result<chain::StateFileHeader> begin_from_snapshot(chain::App& app, const Home& home, const fs::path& file) {
    ASSAY_TRY(const auto header, init_from_file(app, file));
    std::error_code ec;
    fs::remove(home.initial_state(), ec);
    // The home's own file needs no second copy; another's may belong to somebody else.
    const bool own = fs::equivalent(file.parent_path(), home.snapshots(), ec);
    if (own) fs::create_hard_link(file, home.initial_state(), ec);
    if (!own || ec) fs::copy_file(file, home.initial_state(), fs::copy_options::overwrite_existing, ec);
    if (ec) spdlog::warn("{} is not kept, and assayd verify needs it: {}", home.initial_state().native(), ec.message());
    return header;
}

}  // namespace assay::node
