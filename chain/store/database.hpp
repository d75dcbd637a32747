// LevelDB behind one file: its headers and its ways of failing end here.
//
//   ASSAY_TRY(auto db, Database::open(dir, {}));
//   Database::Batch batch;
//   batch.put(key, value);
//   ASSAY_TRY_VOID(db->write(batch, /*sync=*/true));
//   const Database::Snapshot then(*db);                 // reads through it see that instant
//
// Any thread may call any member at any time.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace assay::chain {

class Database {
   public:
    /// Errors: store_locked (another process has it), store_corrupt, io_error.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::string& dir);
    ~Database();

    class Batch {
       public:
        Batch();
        ~Batch();
        Batch(const Batch&) = delete;
        Batch& operator=(const Batch&) = delete;
        void put(ByteView key, ByteView value);
        void erase(ByteView key);
        void clear();  ///< keeps its memory

       private:
        friend class Database;
        struct Impl;
        std::unique_ptr<Impl> impl_;
    };
    /// All or nothing.
    [[nodiscard]] Status write(const Batch& batch, bool sync);

    class Snapshot {
       public:
        explicit Snapshot(const Database& db);
        ~Snapshot();
        Snapshot(const Snapshot&) = delete;
        Snapshot& operator=(const Snapshot&) = delete;

       private:
        friend class Database;
        const Database& db_;
        const void* handle_;
    };

    [[nodiscard]] Result<std::optional<Bytes>> get(ByteView key, const Snapshot* snapshot = nullptr) const;
    /// Ascending over the keys that begin with `prefix`, as of the call; f returns false to stop. `bulk`: a long scan
    /// that should not push everything else out of the cache.
    [[nodiscard]] Status scan(ByteView prefix, const std::function<bool(ByteView key, ByteView value)>& f,
                              const Snapshot* snapshot = nullptr, bool bulk = false) const;
    /// The same over [from, to) for keys of any shape.
    [[nodiscard]] Status scan_range(ByteView from, ByteView to,
                                    const std::function<bool(ByteView key, ByteView value)>& f,
                                    const Snapshot* snapshot = nullptr, bool bulk = false) const;

    /// Rewrites everything without what was deleted or overwritten. Takes as long as the disk does.
    void compact();

   private:
    Database();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace assay::chain
