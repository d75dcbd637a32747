// assay backup, restore: everything of a wallet that cannot be had again, as one encrypted file.
#include <CLI/CLI.hpp>

#include <cstdio>

#include "wallet/cli/commands.hpp"
#include "wallet/cli/session.hpp"
#include "wallet/cli/terminal.hpp"
#include "wallet/keys/backup.hpp"

namespace assay::wallet::cli {
namespace {

struct BackupOptions {
    std::string file;
    bool kdf_light = false;
};

json::Value paths(const std::vector<BackupFile>& files) {
    std::vector<json::Value> out;
    for (const BackupFile& f : files) out.push_back(make::text(f.path));
    return make::array(std::move(out));
}

std::string in_lines(const std::vector<BackupFile>& files) {
    std::string out;
    for (const BackupFile& f : files) out += "  " + f.path + "\n";
    return out;
}

void backup(Session& session, const BackupOptions& o) {
    const auto files = take(files_to_back_up(session.home_folder()));
    if (files.empty())
        fail({Code::not_found, "there is nothing to back up in " + session.home_folder().string()},
             "--home names another wallet");
    std::error_code ignored;
    if (o.file != "-" && std::filesystem::exists(o.file, ignored))
        fail({Code::already_exists, o.file + " is there already; it stays as it is"}, "choose another name");
    const SecureString password = session.new_password(session.password_file, "the backup");
    const std::string text = take(seal_backup(files, password.view(), o.kdf_light ? Kdf::light() : Kdf::strong()));
    if (o.file == "-") {
        session.result(take(json::parse(text, {.max_bytes = 3 * kMaxBackup})), text);
        return;
    }
    take(write_file_atomically(std::filesystem::absolute(o.file), text, 0600, false));
    session.result(make::object({{"file", make::text(o.file)}, {"holds", paths(files)}}),
                   "written: " + o.file + ", which holds\n" + in_lines(files) +
                       "Its password opens the backup; each key in it still has its own.");
}

void restore(Session& session, const BackupOptions& o) {
    if (o.file == "-" && session.password_file == "-") usage("stdin cannot carry both the backup and the password");
    const std::string text = o.file == "-" ? std::string(read_all_stdin(3 * kMaxBackup).view())
                                           : typed(read_small_file(o.file, 3 * kMaxBackup));
    const SecureString password = session.password("Password of the backup");
    const auto files = take(open_backup(text, password.view()));
    // All or nothing is decided before the first file is written: what is there is never replaced.
    const auto home = session.home_folder();
    std::vector<BackupFile> missing, same;
    std::string differ;
    for (const BackupFile& f : files) {
        const auto there = read_small_file(home / f.path, kMaxBackup);
        if (!there && there.error().code != Code::not_found) fail(there.error());
        if (!there)
            missing.push_back(f);
        else if (*there == f.content)
            same.push_back(f);
        else
            differ += (differ.empty() ? "" : ", ") + f.path;
    }
    if (!differ.empty())
        fail({Code::already_exists, "this wallet has others of: " + differ + "; nothing was written"},
             "restore into an empty home with --home DIR, and export and import from there what is wanted");
    for (const BackupFile& f : missing) take(write_file_atomically(home / f.path, f.content, 0600, false));
    session.result(make::object({{"restored", paths(missing)}, {"there_already", paths(same)}}),
                   (missing.empty() ? "everything was there already\n" : "restored\n" + in_lines(missing)) +
                       (same.empty() || missing.empty() ? "" : "and there already\n" + in_lines(same)));
}

}  // namespace

void add_backup_commands(CLI::App& app, Session& session) {
    auto o = std::make_shared<BackupOptions>();

    CLI::App* out = app.add_subcommand("backup", "keys, contexts, trust and log of this wallet as one encrypted file");
    out->add_option("FILE", o->file, "the file, never one that is there; - is stdout")->required();
    out->add_flag("--kdf-light", o->kdf_light,
                  "a password that costs milliseconds instead of half a second: for tests and devnets only");
    out->callback([=, &session] { backup(session, *o); });

    CLI::App* in =
        app.add_subcommand("restore", "what a backup holds, into a wallet that has nothing else of the kind");
    in->add_option("FILE", o->file, "the backup, - is stdin")->required();
    in->callback([=, &session] { restore(session, *o); });
}

}  // namespace assay::wallet::cli
