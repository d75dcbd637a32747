// What a run keeps on disk, so that a restart still opens what was committed. One folder, one process at a time:
//
//   lock              locked while a run works
//   state.json        whose state this is: chain, genesis, provider; and the run's node and device
//   commits/ID.json   one per commit, written before the commit is sent, gone after its verdict
//   summary.json      totals and the last verdicts, for `status`
//   drain             there when `assay-prover drain` asked
//
//   StateFolder state = StateFolder::hold(folder);           // throws where another run has it
//   state.save(record);                                      // before anything is sent
//   for (const Record& r : state.records()) …                // after a restart
//
// Leaves are not kept: params, ctx and fault make them again. Files are 0600, replaced atomically and synced.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/types.hpp"
#include "proofs/kinds.hpp"
#include "proofs/worker/output.hpp"

namespace assay::proofs::worker {

/// A signed transaction as it was sent: the same bytes can go again.
struct SentTx {
    Hash txid;
    Bytes raw;
    std::uint64_t valid_until = 0;
};

enum class Phase : std::uint8_t { sent, committed };

/// One commit.
struct Record {
    Hash commit;
    Hash task;
    Epoch epoch;
    std::uint32_t slot = 0;
    std::string device_class;
    std::optional<Hash> order;
    WorkParams params;
    Hash ctx;
    Hash root;
    TimeMs commit_by;
    std::string fault = "none";
    Phase phase = Phase::sent;
    std::uint64_t height = 0;  ///< of the commit's block
    std::optional<SentTx> commit_tx;
    std::optional<SentTx> open_tx;
    std::string device;  ///< that did the work; empty where that is not known
};

[[nodiscard]] Json to_json(const Record& record);
/// `source` names the file in messages. Throws Failure.
[[nodiscard]] Record parse_record(const std::string& text, const std::string& source);

/// Whose state a folder holds.
struct Identity {
    std::string chain_id;
    std::string genesis;   ///< hash, hex
    std::string provider;  ///< address
};

/// A verdict as it stays in the summary.
struct Decided {
    std::string commit;  ///< hex
    Epoch epoch;
    std::uint32_t slot = 0;
    std::string verdict;  ///< pass, fail, absent
    std::string reason;
    std::uint64_t height = 0;
    u128 slashed = 0;
};

struct Summary {
    std::uint64_t passed = 0, failed = 0, absent = 0, refused = 0, missed = 0;
    u128 earned = 0, slashed = 0;
    std::vector<Decided> last;       ///< newest last, kMostRemembered of them
    std::set<std::uint64_t> unpaid;  ///< epochs with verdicts whose payment is not told yet
    static constexpr std::size_t kMostRemembered = 20;

    /// Counts it once, whatever a crash repeats.
    void add(const Decided& d);
};

class StateFolder {
   public:
    /// For a run. Throws Failure: store_locked where another run has it, io_error.
    [[nodiscard]] static StateFolder hold(const std::filesystem::path& folder);
    /// To look at. Throws Failure: not_found where there is none.
    [[nodiscard]] static StateFolder look(const std::filesystem::path& folder);
    ~StateFolder();
    StateFolder(StateFolder&& other) noexcept;
    StateFolder(const StateFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    /// The process that holds it, or nothing.
    [[nodiscard]] std::optional<int> holder() const;

    void save(const Record& record) const;
    void remove(const Hash& commit) const;
    /// Ascending by epoch. A file that cannot be read is put aside as *.bad with a word on stderr.
    [[nodiscard]] std::vector<Record> records() const;

    [[nodiscard]] std::optional<Identity> identity() const;
    void save_identity(const Identity& id, const std::string& node, const std::string& device) const;
    [[nodiscard]] std::string device() const;  ///< of the last run
    [[nodiscard]] std::string node() const;

    [[nodiscard]] Summary summary() const;
    void save(const Summary& summary) const;

    void ask_drain() const;
    [[nodiscard]] bool drain_asked() const;
    void forget_drain() const;

   private:
    explicit StateFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}
    [[nodiscard]] std::string member(const char* key) const;
    void put(const std::filesystem::path& file, const Json& value) const;

    std::filesystem::path folder_;
    int lock_ = -1;
};

}  // namespace assay::proofs::worker
