// genesis add-account, add-validator, collect.
#include "node/ceremony.hpp"

#include <filesystem>

#include "base/hex.hpp"
#include "node/cli/commands.hpp"
#include "node/files.hpp"

namespace assay::node::cli {

int run_genesis_add_account(const Output& out, const std::string& file, const NewAccount& account) {
    if (auto done = add_account(file, account); !done) return out.fail(done.error());
    return out.done(account.address + " has " + account.amount + " in " + file,
                    Json{{"file", file}, {"address", account.address}});
}

int run_genesis_add_validator(const Output& out, const Home& home, const std::string& draft, const std::string& to,
                              const TicketOptions& options) {
    std::error_code ec;
    if (to != "-" && std::filesystem::exists(std::filesystem::symlink_status(to, ec)))
        return out.fail({Code::already_exists, to + " is there already"}, "take another name");
    const auto ticket = make_ticket(home, draft, options);
    if (!ticket) return out.fail(ticket.error());
    const Json value = Json::parse(*ticket);
    if (to == "-") return out.done(*ticket, value);
    if (auto done = write_file(to, *ticket); !done) return out.fail(done.error());
    return out.done("wrote " + to + "; send it to whoever collects the tickets. The keys are in " +
                        home.keys().string() + ": keep them, and init this home with the finished genesis",
                    Json{{"file", to}, {"ticket", value}});
}

int run_genesis_collect(const Output& out, const std::string& file, const std::string& folder) {
    const auto all = collect_tickets(file, folder);
    if (!all) return out.fail(all.error(), file + " is as it was");
    const std::string hash = to_hex(all->genesis_hash.view());
    std::string peers;
    for (const std::string& p : all->peers) peers += (peers.empty() ? "" : ",") + p;
    return out.done(hash + "\n" + std::to_string(all->validators) + " validators in " + file +
                        "\neach of them: assayd init --network " + file + " --genesis-hash " + hash +
                        " --engine cometbft" + (peers.empty() ? "" : " --peers " + peers) + "\n",
                    Json{{"file", file}, {"hash", hash}, {"validators", all->validators}, {"peers", peers}});
}

}  // namespace assay::node::cli
