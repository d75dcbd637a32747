// Tokens: faucet, send, burn, stake. Everything here changes the chain's state, so it goes through change().
#include <CLI/CLI.hpp>

#include "base/utc.hpp"
#include "wallet/cli/commands.hpp"
#include "wallet/cli/send_csv.hpp"
#include "wallet/cli/transact.hpp"

namespace assay::wallet::cli {
namespace {

struct TokenOptions {
    std::string receiver, who, amount, tag, provider, min_credits, credits, percent, start, cliff, end;
    std::string faucet_amount = "1000";
};

/// What can be refused before a node is asked.
void must_be_amount(const std::string& text) {
    const Status form = check_amount_form(text);
    if (!form) fail(form.error(), {}, true);
}

/// A day (its first instant) or a moment, as typed.
TimeMs typed_time(const std::string& text, const char* option) {
    const auto time = parse_utc(text.size() == 10 ? text + "T00:00:00Z" : text);
    if (!time) usage(std::string(option) + " is \"" + text + "\": write 2028-01-01 or 2028-01-01T12:00:00Z");
    return *time;
}

void faucet(Session& session, const ChangeOptions& o, const TokenOptions& t) {
    must_be_amount(t.faucet_amount);
    must_be_confirmable(session, o);
    const std::string to = t.receiver.empty() ? session.key_or_only("").name : t.receiver;
    const json::Value answer = session.call("genesis");
    const json::Value* genesis = answer.find("genesis");
    const json::Value* devnet = genesis != nullptr ? genesis->find("devnet") : nullptr;
    const json::Value* entry = devnet != nullptr ? devnet->find("faucet") : nullptr;
    const std::string secret = entry != nullptr ? text_or_empty(*entry, "secret") : std::string();
    if (secret.empty())
        fail({Code::not_found, "the genesis of this chain publishes no faucet key"}, "only a devnet has a faucet");
    const Signer signer = take(Signer::from_secret(take(secret_from_hex(secret)).secret));
    change_with(session, o, signer, "the faucet", [&](const ChainInfo& chain, const Address&) -> Messages {
        return {chain::Transfer{{{session.address(to, chain.prefix), typed(chain.parse_amount(t.faucet_amount)), ""}}}};
    });
}

void burn_for_credits(Session& session, const ChangeOptions& o, const TokenOptions& t) {
    if (t.amount.empty() && t.credits.empty()) usage("AMOUNT or --credits says how much to burn");
    if (!t.credits.empty() && !t.min_credits.empty()) usage("--credits buys just so many: --min-credits has no part");
    if (!t.amount.empty()) must_be_amount(t.amount);
    const Credits exact = t.credits.empty() ? Credits{} : typed(parse_usd(t.credits));
    const Credits least = t.min_credits.empty() ? Credits{} : typed(parse_usd(t.min_credits));
    if (t.amount.empty() && o.offline) usage("--offline asks no price: give AMOUNT, the most that --credits may cost");
    change(session, o, [&](const ChainInfo& chain, const Address&) -> Messages {
        if (!t.amount.empty()) return {chain::BurnForCredits{typed(chain.parse_amount(t.amount)), least, exact}};
        const json::Value now = session.call("credits", Params().text("credits", to_digits(exact.units)));
        const Amount cost{take(parse_digits(text_or_empty(now, "cost")))};
        return {chain::BurnForCredits{take(mul_div(cost, 5, 4)), least, exact}};  // what is left comes back
    });
}

}  // namespace

void add_body_options(CLI::App& command, ChangeOptions& o) {
    const std::string group = "Transaction";
    command.add_option("--fee", o.fee, "fee in tokens [gas limit at the chain's price]")->group(group);
    command.add_option("--gas-limit", o.gas_limit, "[enough for these messages]")->group(group);
    command
        .add_option("--valid-until", o.valid_until,
                    "last height at which it may be included, or +N blocks from now [+100]")
        ->group(group);
    command.add_option("--nonce", o.nonce, "[the account's next]")->group(group);
    command.add_option("--memo", o.memo, "public, at most 256 bytes")->group(group);
    command.add_option("--chain-id", o.chain_id, "refuse any other chain [the context's]; needed with --offline")
        ->group(group);
}

std::shared_ptr<ChangeOptions> add_change_options(CLI::App& command, bool with_from) {
    auto o = std::make_shared<ChangeOptions>();
    const std::string group = "Transaction";
    if (with_from)
        command.add_option("--from", o->from, "the key that signs; the only one of the wallet unless told")
            ->envname("ASSAY_FROM")
            ->group(group);
    add_body_options(command, *o);
    command.add_flag("--force", o->force, "send it though the node says that it would fail")->group(group);
    command.add_flag("--dry-run", o->dry_run, "the node tries it out, without effect")->group(group);
    command
        .add_flag("--generate-only", o->generate_only, "print the unsigned transaction file; nothing is signed or sent")
        ->group(group);
    command.add_flag("--offline", o->offline, "touch no network: print the signed transaction file")->group(group);
    command.add_flag("-y,--yes", o->yes, "do not ask")->group(group);
    command.add_flag("--no-wait", o->no_wait, "do not wait for the block")->group(group);
    return o;
}

void add_token_commands(CLI::App& app, Session& session) {
    auto t = std::make_shared<TokenOptions>();

    CLI::App* give = app.add_subcommand("faucet", "tokens from a devnet's faucet, whose key its genesis publishes");
    give->add_option("TO", t->receiver, "address or key; the only key of the wallet unless told")
        ->envname("ASSAY_FROM");
    give->add_option("--amount", t->faucet_amount, "tokens")->capture_default_str();
    auto give_options = add_change_options(*give, false);
    give->callback([=, &session] { faucet(session, *give_options, *t); });

    auto csv = std::make_shared<CsvOptions>();
    CLI::App* send = app.add_subcommand("send", "tokens to somebody, or to everybody on a list");
    const CLI::Option* to_whom = send->add_option("TO", t->who, "address or key of this wallet");
    const CLI::Option* how_much = send->add_option("AMOUNT", t->amount, "tokens, such as 12.5 or \"12.5 ASY\"");
    send->add_option("--tag", t->tag, "tells deposits apart, at most 64 bytes");
    send->add_option("--csv", csv->file,
                     "a list instead: to,amount,tag; - is stdin. Run it again to go on after a break")
        ->type_name("FILE");
    send->add_flag("--again", csv->again, "--csv: a list that was paid is paid once more");
    send->add_option("--progress", csv->progress, "--csv: how far it is, on stderr")
        ->check(CLI::IsMember({"bar", "json", "none"}))
        ->capture_default_str();
    auto send_options = add_change_options(*send);
    send->callback([=, &session] {
        if (!csv->file.empty()) {
            if (to_whom->count() != 0 || !t->tag.empty())
                usage("--csv names everybody: no TO, AMOUNT or --tag beside it");
            return send_csv(session, *send_options, *csv);
        }
        if (to_whom->count() == 0 || how_much->count() == 0) usage("TO and AMOUNT are needed, or --csv FILE");
        must_be_amount(t->amount);
        if (t->tag.size() > chain::kMaxTag) usage("--tag is longer than 64 bytes");
        change(session, *send_options, [&](const ChainInfo& chain, const Address&) -> Messages {
            return {chain::Transfer{
                {{session.address(t->who, chain.prefix), typed(chain.parse_amount(t->amount)), t->tag}}}};
        });
    });

    CLI::App* vest = app.add_subcommand("vest", "grant somebody tokens that come free with time");
    vest->add_option("TO", t->who, "address or key of this wallet")->required();
    vest->add_option("AMOUNT", t->amount, "tokens")->required();
    vest->add_option("--start", t->start, "where the line begins: 2027-01-01 or 2027-01-01T12:00:00Z")->required();
    vest->add_option("--cliff", t->cliff, "nothing is free before it; the start unless told");
    vest->add_option("--end", t->end, "when all of it is free")->required();
    auto vest_options = add_change_options(*vest);
    vest->callback([=, &session] {
        must_be_amount(t->amount);
        const TimeMs start = typed_time(t->start, "--start"), end = typed_time(t->end, "--end");
        const TimeMs cliff = t->cliff.empty() ? start : typed_time(t->cliff, "--cliff");
        if (start > cliff || cliff > end) usage("--start, --cliff and --end are not in this order");
        change(session, *vest_options, [&](const ChainInfo& chain, const Address&) -> Messages {
            return {chain::CreateVesting{session.address(t->who, chain.prefix), typed(chain.parse_amount(t->amount)),
                                         start, cliff, end}};
        });
    });

    CLI::App* burn = app.add_subcommand("burn", "tokens for credits, at the price of the next round");
    burn->add_option("AMOUNT", t->amount,
                     "tokens; with --credits the most that they may cost [a quarter above the price now]");
    burn->add_option("--credits", t->credits, "USD: just so many credits; what they do not cost comes back");
    burn->add_option("--min-credits", t->min_credits, "USD; below it the tokens come back");
    auto burn_options = add_change_options(*burn);
    burn->callback([=, &session] { burn_for_credits(session, *burn_options, *t); });

    CLI::App* redeem = app.add_subcommand("redeem", "credits back into tokens, where the chain has a vault");
    redeem->add_option("CREDITS", t->credits, "USD")->required();
    auto redeem_options = add_change_options(*redeem);
    redeem->callback([=, &session] {
        const Credits credits = typed(parse_usd(t->credits));
        change(session, *redeem_options,
               [&](const ChainInfo&, const Address&) -> Messages { return {chain::RedeemCredits{credits}}; });
    });

    CLI::App* stake = app.add_subcommand("stake", "stake tokens with a provider");
    stake->add_option("AMOUNT", t->amount, "tokens")->required();
    stake->add_option("--provider", t->provider, "address or key; the sender itself unless told");
    auto stake_options = add_change_options(*stake);
    stake->callback([=, &session] {
        must_be_amount(t->amount);
        change(session, *stake_options, [&](const ChainInfo& chain, const Address& sender) -> Messages {
            return {chain::Stake{t->provider.empty() ? sender : session.address(t->provider, chain.prefix),
                                 typed(chain.parse_amount(t->amount))}};
        });
    });

    CLI::App* unstake = app.add_subcommand("unstake", "take stake back, free after the unbonding time");
    unstake->add_option("AMOUNT", t->amount, "tokens")->required();
    unstake->add_option("--provider", t->provider, "address or key; the sender itself unless told");
    auto unstake_options = add_change_options(*unstake);
    unstake->callback([=, &session] {
        must_be_amount(t->amount);
        change(session, *unstake_options, [&](const ChainInfo& chain, const Address& sender) -> Messages {
            return {chain::Unstake{t->provider.empty() ? sender : session.address(t->provider, chain.prefix),
                                   typed(chain.parse_amount(t->amount))}};
        });
    });

    CLI::App* claim = app.add_subcommand("claim", "rewards of stake with a provider, and what of it has matured");
    claim->add_option("PROVIDER", t->provider, "address or key")->required();
    auto claim_options = add_change_options(*claim);
    claim->callback([=, &session] {
        change(session, *claim_options, [&](const ChainInfo& chain, const Address&) -> Messages {
            return {chain::ClaimRewards{session.address(t->provider, chain.prefix)}};
        });
    });

    CLI::App* commission = app.add_subcommand("commission", "share of its delegators' rewards that a provider keeps");
    commission->add_option("PERCENT", t->percent, "such as 5 or 7.5%")->required();
    auto commission_options = add_change_options(*commission);
    commission->callback([=, &session] {
        std::string text = t->percent;
        if (!text.empty() && text.back() == '%') text.pop_back();
        const u128 ppb = typed(parse_decimal(text, 7));
        if (ppb > Ppb::kOne) usage("PERCENT is above 100");
        change(session, *commission_options, [&](const ChainInfo&, const Address&) -> Messages {
            return {chain::SetCommission{Ppb{static_cast<std::uint64_t>(ppb)}}};
        });
    });

    CLI::App* unjail = app.add_subcommand("unjail", "leave jail once its time is over");
    auto unjail_options = add_change_options(*unjail);
    unjail->callback([=, &session] {
        change(session, *unjail_options,
               [](const ChainInfo&, const Address&) -> Messages { return {chain::Unjail{}}; });
    });
}

}  // namespace assay::wallet::cli
