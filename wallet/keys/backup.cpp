#include "wallet/keys/backup.hpp"

#include <algorithm>

#include "wallet/keys/envelope.hpp"
#include "wallet/keys/seal.hpp"

namespace assay::wallet {
namespace {

constexpr std::string_view kBackupFormat = "assay-backup";
const std::string kBackupHeader = "assay-backup\n1\n";

// Nothing but what a home holds: a backup that somebody else made writes no file elsewhere.
bool is_backup_path(std::string_view path) {
    if (path == "contexts.json" || path == "log.jsonl") return true;
    const auto in = [&](std::string_view folder, std::string_view end) {
        return path.size() > folder.size() + end.size() && path.starts_with(folder) && path.ends_with(end) &&
               check_key_name(path.substr(folder.size(), path.size() - folder.size() - end.size())).ok();
    };
    return in("keys/", ".json") || in("trust/", ".json") || in("csv/", ".jsonl");
}

}  // namespace

Result<std::vector<BackupFile>> files_to_back_up(const std::filesystem::path& home) {
    std::vector<std::string> paths{"contexts.json", "log.jsonl"};
    for (const char* folder : {"csv", "keys", "trust"}) {
        std::error_code missing;
        for (const auto& entry : std::filesystem::directory_iterator(home / folder, missing))
            paths.push_back(std::string(folder) + "/" + entry.path().filename().string());
    }
    std::sort(paths.begin(), paths.end());
    std::vector<BackupFile> out;
    for (const std::string& path : paths) {
        if (!is_backup_path(path)) continue;  // half-written ones of a crash
        auto content = read_small_file(home / path, kMaxBackup);
        if (!content && content.error().code == Code::not_found) continue;
        if (!content) return content.error();
        out.push_back({path, std::move(content).value()});
    }
    return out;
}

Result<std::string> seal_backup(const std::vector<BackupFile>& files, std::string_view password, Kdf kdf) {
    if (kdf.n >= Kdf::strong().n) ASSAY_TRY_VOID(check_password(password));
    const Bytes raw = borsh::encode(files);
    if (raw.size() > kMaxBackup)
        return {Code::field_out_of_range, "keys and log have " + std::to_string(raw.size()) +
                                              " bytes, a backup takes " + std::to_string(kMaxBackup) + " at most"};
    ASSAY_TRY(const Envelope sealed, Envelope::seal_up(password, kdf, kBackupHeader, {raw.begin(), raw.end()}));
    return "{\n  \"format\": \"" + std::string(kBackupFormat) + "\",\n  \"version\": 1,\n" + sealed.json() + "}\n";
}

Result<std::vector<BackupFile>> open_backup(std::string_view text, std::string_view password) {
    const auto bad = [](const std::string& why) -> Error { return {Code::keystore_malformed, "the backup: " + why}; };
    const auto read = [&]() -> Result<Envelope> {
        ASSAY_TRY(const json::Value root, json::parse(text, {.max_bytes = 3 * kMaxBackup, .max_depth = 4}));
        ASSAY_TRY(json::Object top, json::object(root, ""));
        ASSAY_TRY(const std::string format, top.string("format"));
        if (format != kBackupFormat) return bad("format is not \"assay-backup\"");
        ASSAY_TRY(const std::uint64_t version, top.u64("version"));
        if (version != 1)
            return bad("version " + std::to_string(version) + " is unknown to this program, which reads version 1");
        ASSAY_TRY(Envelope out, Envelope::read(top, kMaxBackup + kTagSize));
        ASSAY_TRY_VOID(top.done());
        return out;
    };
    const auto envelope = read();
    if (!envelope) {
        if (envelope.error().code == Code::keystore_malformed) return envelope.error();
        return bad(envelope.error().message);
    }
    const auto plain = envelope->open(password, kBackupHeader);
    if (!plain) return {Code::wrong_password, "the password is wrong, or the backup was changed"};
    auto files = borsh::decode<std::vector<BackupFile>>(Bytes(plain->begin(), plain->end()));
    if (!files) return bad(files.error().message);
    for (const BackupFile& file : *files)
        if (!is_backup_path(file.path)) return bad("it holds " + json::shown(file.path) + ", which no wallet has");
    return files;
}

}  // namespace assay::wallet
