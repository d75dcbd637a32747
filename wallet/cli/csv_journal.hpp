// What became of a list of payments: HOME/csv/HASH.jsonl, named by what the list is (chain, sender, content). A signed
// transaction is in it, on disk, before its first byte leaves the machine, so a run that was cut off sends those very
// bytes again and signs nothing anew that could still be included.
//
//   CsvJournal journal = CsvJournal::open(home, identity);       // locked: one run of a list at a time
//   journal.signed_part({.first = 0, .count = 2400, .txid = id, …});
//   journal.ended(id, "committed", 812);
//   journal.paid_rows()                                          // what no later run pays again
#pragma once

#include "wallet/cli/session.hpp"

namespace assay::wallet::cli {

/// What a journal belongs to.
struct CsvIdentity {
    std::string chain_id;
    std::string sender;   ///< address
    std::string file;     ///< as it was named, for messages; "-" is stdin
    std::string content;  ///< hash of the list, hex
    std::size_t rows = 0;
};

/// One transaction of a list: rows [first, first + count).
struct CsvPart {
    std::size_t first = 0, count = 0;
    Hash txid;
    Bytes raw;
    std::uint64_t nonce = 0, signed_at = 0, valid_until = 0;
    std::string event = "signed";  ///< signed, committed, failed, expired
    std::uint64_t height = 0;      ///< of its block
    u128 fee = 0;
};

class CsvJournal {
   public:
    /// Reads what is there. Throws Failure: io_error, store_locked where another run has it, already_exists where the
    /// same file began with another content and is not finished.
    [[nodiscard]] static CsvJournal open(const std::filesystem::path& home, const CsvIdentity& id);
    ~CsvJournal();
    CsvJournal(CsvJournal&& other) noexcept;
    CsvJournal(const CsvJournal&) = delete;

    [[nodiscard]] const std::vector<CsvPart>& parts() const { return parts_; }
    /// The one whose end is not known, or nullptr.
    [[nodiscard]] const CsvPart* open_part() const;
    /// Rows below it are paid.
    [[nodiscard]] std::size_t paid_rows() const;
    [[nodiscard]] bool finished() const { return paid_rows() == rows_; }
    /// Throws Failure: io_error; then nothing may be sent.
    void signed_part(CsvPart part);
    void ended(const Hash& txid, const std::string& event, std::uint64_t height);
    /// Begins anew: what was paid stays in the file, and counts for nothing more.
    void again();

   private:
    CsvJournal() = default;
    void append(const json::Value& line);
    void replay(const std::string& text);

    std::filesystem::path file_;
    int fd_ = -1;
    std::size_t rows_ = 0;
    std::vector<CsvPart> parts_;
};

}  // namespace assay::wallet::cli
