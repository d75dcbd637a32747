// The action log: HOME/log.jsonl, one line per event, only ever appended to, without secrets. A transaction is in it,
// on disk, before its first byte leaves the machine.
#pragma once

#include <filesystem>
#include <optional>

#include "wallet/client/sender.hpp"

namespace assay::wallet::cli {

class ActionLog {
   public:
    explicit ActionLog(std::filesystem::path home) : file_(std::move(home) / "log.jsonl") {}

    /// `what` in plain words. Errors: io_error; then nothing may be sent.
    [[nodiscard]] Status sending(const SignedTx& tx, const std::string& key, const std::string& what) const;
    [[nodiscard]] Status outcome(const Outcome& outcome) const;
    /// `event` is "refused" or "unknown".
    [[nodiscard]] Status ended(const Hash& txid, std::string_view event, const std::string& why) const;

    /// Oldest first. A last line that was cut off by a crash is left out. Errors: io_error.
    [[nodiscard]] Result<std::vector<json::Value>> entries() const;
    /// The last height at which the block of this transaction can come, if this wallet sent it.
    [[nodiscard]] std::optional<std::uint64_t> valid_until(const Hash& txid) const;

   private:
    [[nodiscard]] Status append(json::Value entry) const;
    std::filesystem::path file_;
};

}  // namespace assay::wallet::cli
