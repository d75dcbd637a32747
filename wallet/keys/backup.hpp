// A wallet's files as one encrypted file. What is in it stays as it was: keys under their own passwords, inside the
// backup's.
//
//   ASSAY_TRY(std::string text, seal_backup({{"keys/alice.json", …}, {"log.jsonl", …}}, password, Kdf::strong()));
//   ASSAY_TRY(std::vector<BackupFile> files, open_backup(text, password));
//
//   {"format":"assay-backup","version":1,"kdf":{…},"cipher":{…}}
//
// Sealed is the Borsh of the list; cost, salt and nonce are authenticated with it, as in key files.
#pragma once

#include <string>
#include <vector>

#include "base/borsh.hpp"
#include "wallet/keys/keystore.hpp"

namespace assay::wallet {

struct BackupFile {
    /// Under the wallet's home: keys/NAME.json, trust/NAME.json, csv/LIST.jsonl, contexts.json, log.jsonl.
    std::string path;
    std::string content;
    ASSAY_FIELDS(path, content)
};

/// All of them together.
inline constexpr std::size_t kMaxBackup = 64u << 20;

/// The files of a home that a backup holds, by path. Errors: io_error.
[[nodiscard]] Result<std::vector<BackupFile>> files_to_back_up(const std::filesystem::path& home);
/// Errors: weak_password unless `kdf` is light, field_out_of_range where they are larger than kMaxBackup.
[[nodiscard]] Result<std::string> seal_backup(const std::vector<BackupFile>& files, std::string_view password, Kdf kdf);
/// Errors: keystore_malformed (also for a path that no backup has: nothing is ever written elsewhere), wrong_password.
[[nodiscard]] Result<std::vector<BackupFile>> open_backup(std::string_view text, std::string_view password);

}  // namespace assay::wallet
