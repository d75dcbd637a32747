#include "chain/store/database.hpp"

#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>

#include "base/check.hpp"

namespace assay::chain {
namespace {

leveldb::Slice slice(ByteView v) {
    return {reinterpret_cast<const char*>(v.data()), v.size()};
}
ByteView view(const leveldb::Slice& s) {
    return {reinterpret_cast<const std::uint8_t*>(s.data()), s.size()};
}

Error failure(const leveldb::Status& s) {
    const Code code = s.IsCorruption() ? Code::store_corrupt : Code::io_error;
    return {code, "the database says: " + s.ToString()};
}

// A batch larger than the write buffer would stall until it is flushed: a full block of transfers is about 4 MiB.
constexpr std::size_t kWriteBuffer = 32 << 20;
constexpr std::size_t kBlockCache = 16 << 20;

}  // namespace

struct Database::Impl {
    std::unique_ptr<const leveldb::FilterPolicy> filter{leveldb::NewBloomFilterPolicy(10)};
    std::unique_ptr<leveldb::Cache> cache{leveldb::NewLRUCache(kBlockCache)};
    std::unique_ptr<leveldb::DB> db;  // last member: closed before the cache and the filter go
};

struct Database::Batch::Impl {
    leveldb::WriteBatch batch;
};

Database::Database() : impl_(std::make_unique<Impl>()) {}
Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(const std::string& dir) {
    std::unique_ptr<Database> out(new Database());
    leveldb::Options options;
    options.create_if_missing = true;
    options.paranoid_checks = true;
    options.compression = leveldb::kNoCompression;  // hashes and keys do not compress
    options.write_buffer_size = kWriteBuffer;
    options.filter_policy = out->impl_->filter.get();
    options.block_cache = out->impl_->cache.get();
    leveldb::DB* db = nullptr;
    const leveldb::Status s = leveldb::DB::Open(options, dir, &db);
    out->impl_->db.reset(db);
    if (!s.ok()) {
        if (s.IsIOError() && s.ToString().find("lock") != std::string::npos)
            return {Code::store_locked, "another process holds the store in " + dir + " (" + s.ToString() + ")"};
        return {s.IsIOError() ? Code::io_error : Code::store_corrupt,
                "the store in " + dir + " cannot be opened: " + s.ToString()};
    }
    return out;
}

Database::Batch::Batch() : impl_(std::make_unique<Impl>()) {}
Database::Batch::~Batch() = default;
void Database::Batch::put(ByteView key, ByteView value) {
    impl_->batch.Put(slice(key), slice(value));
}
void Database::Batch::erase(ByteView key) {
    impl_->batch.Delete(slice(key));
}

void Database::Batch::clear() {
    impl_->batch.Clear();
}

Status Database::write(const Batch& batch, bool sync) {
    leveldb::WriteOptions options;
    options.sync = sync;
    const leveldb::Status s = impl_->db->Write(options, &batch.impl_->batch);
    if (!s.ok()) return failure(s);
    return {};
}

void Database::compact() {
    impl_->db->CompactRange(nullptr, nullptr);
}

Database::Snapshot::Snapshot(const Database& db) : db_(db), handle_(db.impl_->db->GetSnapshot()) {}
Database::Snapshot::~Snapshot() {
    db_.impl_->db->ReleaseSnapshot(static_cast<const leveldb::Snapshot*>(handle_));
}

Result<std::optional<Bytes>> Database::get(ByteView key, const Snapshot* snapshot) const {
    leveldb::ReadOptions options;
    if (snapshot != nullptr) options.snapshot = static_cast<const leveldb::Snapshot*>(snapshot->handle_);
    std::string value;
    const leveldb::Status s = impl_->db->Get(options, slice(key), &value);
    if (s.IsNotFound()) return std::optional<Bytes>();
    if (!s.ok()) return failure(s);
    return std::optional<Bytes>(Bytes(value.begin(), value.end()));
}

Status Database::scan(ByteView prefix, const std::function<bool(ByteView, ByteView)>& f, const Snapshot* snapshot,
                      bool bulk) const {
    Bytes to(prefix.begin(), prefix.end());
    while (!to.empty() && to.back() == 0xff) to.pop_back();
    if (!to.empty()) ++to.back();
    return scan_range(prefix, to, f, snapshot, bulk);
}

Status Database::scan_range(ByteView from, ByteView to, const std::function<bool(ByteView, ByteView)>& f,
                            const Snapshot* snapshot, bool bulk) const {
    leveldb::ReadOptions options;
    if (snapshot != nullptr) options.snapshot = static_cast<const leveldb::Snapshot*>(snapshot->handle_);
    options.fill_cache = !bulk;
    options.verify_checksums = bulk;
    const std::unique_ptr<leveldb::Iterator> it(impl_->db->NewIterator(options));
    for (it->Seek(slice(from)); it->Valid(); it->Next()) {
        if (!to.empty() && it->key().compare(slice(to)) >= 0) break;
        if (!f(view(it->key()), view(it->value()))) break;
    }
    if (!it->status().ok()) return failure(it->status());
    return {};
}

}  // namespace assay::chain
