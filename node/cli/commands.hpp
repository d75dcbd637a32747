// The commands of assayd, each a function from its options to an exit code.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/ceremony.hpp"
#include "node/cli/output.hpp"
#include "node/config.hpp"
#include "node/home.hpp"
#include "node/init.hpp"
#include "node/testnet.hpp"

namespace assay::node::cli {

/// Settings that were given as flags, by key.
using Flags = std::map<std::string, std::string>;

struct StartCommand {
    Flags flags;
    std::uint64_t halt_height = 0;
    bool new_signer = false;
};
struct VerifyCommand {
    std::string progress;    ///< "json": lines on stderr
    std::uint64_t from = 0;  ///< first height; as far back as there is what to begin with unless told
};
struct SupplyCommand {
    bool per_epoch = false;
    bool csv = false;
};

struct ExportCommand {
    std::string file;
    bool state = false;            ///< exact, as a state file
    std::optional<Height> height;  ///< of a state file
};

int run_init(const Output& out, const Home& home, InitOptions options, const Flags& flags);
int run_start(const Output& out, const Home& home, const StartCommand& command);
int run_stop(const Output& out, const Home& home);
int run_status(const Output& out, const Home& home);
int run_id(const Output& out, const Home& home);
/// HEIGHT:HASH of the last block, for `assay context add --trust` and `assayd start --trust`.
int run_trust(const Output& out, const Home& home);
int run_peers(const Output& out, const Home& home);
/// What of a key may be known: `which` is consensus, beacon or node.
int run_key_show(const Output& out, const Home& home, const std::string& which);
int run_key_renew(const Output& out, const Home& home, std::uint64_t length);
struct KeyMove {
    enum class Action : std::uint8_t { leave, come, retire } action = Action::leave;  ///< export, import, retire
    std::string which;
    std::string file;
    std::string password_file;  ///< empty: asked for
    bool light = false;         ///< a cheap password function, for tests
};
int run_key_move(const Output& out, const Home& home, const KeyMove& move);
int run_verify(const Output& out, const Home& home, const VerifyCommand& command);
int run_supply(const Output& out, const Home& home, const SupplyCommand& command);
int run_export(const Output& out, const Home& home, const ExportCommand& command);
int run_log_level(const Output& out, const Home& home, const std::string& level, const std::string& format);
int run_genesis_show(const Output& out, const Home& home, const std::string& file, bool only_hash);
/// Refuses what is no genesis; says what is allowed and should be known (tokenomics/warnings.hpp). `strict`: exit 1
/// there.
int run_genesis_validate(const Output& out, const std::string& file, bool strict);
/// A preset's text, comments and all, to be changed.
int run_genesis_new(const Output& out, const std::string& network, const std::string& file);
int run_genesis_add_account(const Output& out, const std::string& file, const NewAccount& account);
/// A ticket of this home into `to` ("-" is stdout).
int run_genesis_add_validator(const Output& out, const Home& home, const std::string& draft, const std::string& to,
                              const TicketOptions& options);
int run_genesis_collect(const Output& out, const std::string& file, const std::string& folder);
int run_config_default(const Output& out);
int run_config_check(const Output& out, const Home& home);
/// What differs from the defaults, in the file or the environment.
int run_config_diff(const Output& out, const Home& home);
/// Makes the homes, or finds them; with `start` runs them all until it is told to stop.
int run_testnet(const Output& out, TestnetOptions options, const Flags& flags, bool start);
int run_version(const Output& out);

/// The environment and the flags into `config`. Errors: usage.
[[nodiscard]] Status apply_environment_and_flags(Config& config, const Flags& flags);
/// Defaults, then the home's file, then the environment, then flags. Errors: json_*, field_out_of_range.
[[nodiscard]] Result<Config> resolve_config(const Home& home, const Flags& flags);

}  // namespace assay::node::cli
