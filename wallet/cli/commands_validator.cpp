// Validators: registration, keys, prices, leaving.
#include <CLI/CLI.hpp>

#include "base/hex.hpp"
#include "wallet/cli/commands.hpp"
#include "wallet/cli/listing.hpp"
#include "wallet/cli/price_reports.hpp"
#include "wallet/cli/transact.hpp"
#include "wallet/cli/validator_show.hpp"

namespace assay::wallet::cli {
namespace {

struct ValidatorOptions {
    std::string consensus_key, beacon_tip, bond, name, usd, who, every = "60s";
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
    const auto reports = std::make_shared<PriceReports>();
    CLI::App* report_price = validator->add_subcommand("report-price", "this validator's view of the token's price");
    report_price->add_option("USD", o->usd, "per whole token, at most 8 decimals");
    report_price->add_option("--exec", reports->command, "ask this command for it instead, again and again")
        ->type_name("CMD");
    report_price->add_option("--every", o->every, "--exec: how often")->capture_default_str();
    auto report_options = add_change_options(*report_price);
    report_price->callback([=, &session] {
        if (o->usd.empty() == reports->command.empty()) usage("give USD, or --exec CMD that prints it");
        if (!reports->command.empty()) {
            reports->every_s = parse_duration(o->every, "--every");
            return report_prices(session, *report_options, *reports);
        }
        const Price price = typed(parse_price(o->usd));
        change(session, *report_options,
               [&](const ChainInfo&, const Address&) -> Messages { return {chain::ReportPrice{price}}; });
    });
    CLI::App* renew = validator->add_subcommand("renew-beacon", "another beacon chain, two epochs from now");
    renew->add_option("--beacon-tip", o->beacon_tip, "end of the new chain, hex")->required();
    auto renew_options = add_change_options(*renew);
    renew->callback([=, &session] {
        const Hash tip = parse_hash(o->beacon_tip, "--beacon-tip");
        change(session, *renew_options, [&](const ChainInfo& chain, const Address& sender) -> Messages {
            if (!renew_options->offline) {
                // A chain that is in use has shown its reveals: who knows them knows the beacon ahead.
                const json::Value v = validator_record(session, chain.show(sender));
                const json::Value* beacon = v.find("beacon");
                if (beacon != nullptr && !beacon->is_null() && text_or_empty(*beacon, "tip") == to_hex(tip.view()))
                    usage("--beacon-tip is that of the chain in use", "it has to be the end of a new one");
            }
            return {chain::RenewBeacon{tip}};
        });
    });
    CLI::App* shown = validator->add_subcommand("show", "one validator, with what its operator has to see to");
    shown->add_option("VALIDATOR", o->who, "its operator, an address or a key; the only key of the wallet unless told")
        ->envname("ASSAY_FROM");
    shown->callback([=, &session] {
        const std::string who = o->who.empty() ? session.key_or_only("").name : o->who;
        validator_show(session, session.chain().show(session.address(who, session.chain().prefix)));
    });
    CLI::App* rotate = validator->add_subcommand("rotate-key", "sign blocks with another key, two epochs from now");
    rotate->add_option("--consensus-key", o->consensus_key, "Ed25519 public key, hex: 'assayd key show consensus'")
        ->required();
    auto rotate_options = add_change_options(*rotate);
    rotate->callback([=, &session] {
        const Hash key = parse_hash(o->consensus_key, "--consensus-key");
        session.note(
            "note: the key in use signs until the epoch that 'validator show' names; two nodes must never hold one "
            "key, and the bond answers for both keys meanwhile");
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
