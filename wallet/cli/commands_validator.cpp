// Validators: registration, keys, prices, leaving.
#include <CLI/CLI.hpp>

#include "wallet/cli/commands.hpp"
#include "wallet/cli/listing.hpp"
#include "wallet/cli/transact.hpp"

namespace assay::wallet::cli {
namespace {

struct ValidatorOptions {
    std::string consensus_key, beacon_tip, bond, name, usd;
};

}  // namespace

void add_validator_commands(CLI::App& app, Session& session) {
    const auto o = std::make_shared<ValidatorOptions>();
    CLI::App* validator = app.add_subcommand("validator", "validators: registration, keys, prices, leaving");
    validator->require_subcommand(1);
    CLI::App* reg = validator->add_subcommand("register", "become a validator");
    reg->add_option("--consensus-key", o->consensus_key, "Ed25519 public key, hex: 'assayd key show consensus'")
        ->required();
    reg->add_option("--beacon-tip", o->beacon_tip, "end of the beacon chain, hex: 'assayd key show beacon'")
        ->required();
    reg->add_option("--bond", o->bond, "tokens")->required();
    reg->add_option("--name", o->name, "what people see, at most 64 bytes")->required();
    auto reg_options = add_change_options(*reg);
    reg->callback([=, &session] {
        const Hash key = parse_hash(o->consensus_key, "--consensus-key"),
                   tip = parse_hash(o->beacon_tip, "--beacon-tip");
        const Status form = check_amount_form(o->bond);
        if (!form) fail(form.error(), {}, true);
        if (o->name.size() > 64) usage("--name is longer than 64 bytes");
        change(session, *reg_options, [&](const ChainInfo& chain, const Address&) -> Messages {
            return {chain::RegisterValidator{key, tip, typed(chain.parse_amount(o->bond)), o->name}};
        });
    });
    CLI::App* report_price = validator->add_subcommand("report-price", "this validator's view of the token's price");
    report_price->add_option("USD", o->usd, "per whole token, at most 8 decimals")->required();
    auto report_options = add_change_options(*report_price);
    report_price->callback([=, &session] {
        const Price price = typed(parse_price(o->usd));
        change(session, *report_options,
               [&](const ChainInfo&, const Address&) -> Messages { return {chain::ReportPrice{price}}; });
    });
    CLI::App* rotate = validator->add_subcommand("rotate-key", "sign blocks with another key, two epochs from now");
    rotate->add_option("--consensus-key", o->consensus_key, "Ed25519 public key, hex: 'assayd key show consensus'")
        ->required();
    auto rotate_options = add_change_options(*rotate);
    rotate->callback([=, &session] {
        const Hash key = parse_hash(o->consensus_key, "--consensus-key");
        change(session, *rotate_options,
               [&](const ChainInfo&, const Address&) -> Messages { return {chain::RotateKey{key}}; });
    });
    CLI::App* unjail = validator->add_subcommand("unjail", "leave the validators' jail once its time is over");
    auto unjail_options = add_change_options(*unjail);
    unjail->callback([=, &session] {
        change(session, *unjail_options,
               [](const ChainInfo&, const Address&) -> Messages { return {chain::UnjailValidator{}}; });
    });
    CLI::App* retire = validator->add_subcommand("retire", "leave the validator set for good; the bond unbonds");
    auto retire_options = add_change_options(*retire);
    retire->callback([=, &session] {
        change(session, *retire_options,
               [](const ChainInfo&, const Address&) -> Messages { return {chain::Retire{}}; });
    });
    validator->add_subcommand("list", "all validators")->callback([=, &session] { list(session, "validators", {}); });
}

}  // namespace assay::wallet::cli
