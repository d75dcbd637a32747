// What the chain says: nothing here changes anything.
#include <CLI/CLI.hpp>

#include "base/bech32m.hpp"
#include "base/hex.hpp"
#include "wallet/cli/commands.hpp"
#include "wallet/cli/render.hpp"
#include "wallet/cli/session.hpp"
#include "wallet/cli/verify.hpp"

namespace assay::wallet::cli {
namespace {

struct QueryOptions {
    std::string who, epoch, height, pattern, from, first, last, id, cursor, limit;
    bool verify = false;
};

void ask(Session& session, std::string_view method, const Params& params = {}) {
    const json::Value answer = session.call(method, params);
    session.result(answer, session.json ? std::string() : render(answer, session.chain()));
}

std::string who_text(Session& session, const QueryOptions& q) {
    const std::string who = q.who.empty() ? session.key_or_only(q.from).name : q.who;
    const ChainInfo& chain = session.chain();
    return chain.show(session.address(who, chain.prefix));
}

void balance(Session& session, const QueryOptions& q) {
    const std::string address = who_text(session, q);
    json::Value answer = session.call("account", Params().text("address", address));
    std::string verdict;
    if (q.verify) {
        const VerifiedAccount verified =
            verify_account(session, typed(decode_address(session.chain().prefix, address)));
        // The proven state may be a block older than the answer: what is shown is what was proven.
        set(answer, "nonce", make::number(verified.nonce));
        set(answer, "liquid", make::amount(verified.liquid.units));
        set(answer, "credits", make::amount(verified.credits.units));
        set(answer, "credit_tokens", make::amount(verified.credit_tokens.units));
        set(answer, "height", make::number(verified.height));
        set(answer, "verified", make::text(verified.by));
        set(answer, "verified_members",
            make::array(
                {make::text("nonce"), make::text("liquid"), make::text("credits"), make::text("credit_tokens")}));
        set(answer, "app_hash", make::text(verified.app_hash));
        set(answer, "signed_by", make::text(verified.signed_by));
        verdict = "\nverified at height " + std::to_string(verified.height) +
                  ": liquid, credits and nonce are in the state whose hash\nstands in block " +
                  std::to_string(verified.height + 1) + ", signed by " + verified.signed_by + "\n";
    } else {
        set(answer, "verified", make::text("none"));
    }
    session.result(answer, session.json ? std::string() : render(answer, session.chain()) + verdict);
}

std::string explanation(const json::Value& answer, const ChainInfo& chain) {
    std::string out = "epoch " + (answer.find("epoch") != nullptr ? answer.find("epoch")->text : "?") + ": " +
                      text_or_empty(answer, "verdict") + "\n";
    for (const char* name : {"paid", "slashed"})
        if (const json::Value* v = answer.find(name))
            out += std::string(name) + "  " + render_scalar(name, *v, chain) + "\n";
    for (const char* name : {"terms", "commits", "devices", "why_not"})
        if (const json::Value* v = answer.find(name); v != nullptr && !v->items.empty()) {
            // A term's value is money; elsewhere "value" is any number.
            const json::Value rows = renamed(*v, {{"value", "amount"}});
            out += std::string("\n") + name + "\n" + render_table(rows, chain);
        }
    return out;
}

void explain(Session& session, const QueryOptions& q) {
    Params params;
    params.text("provider", who_text(session, q));
    if (!q.epoch.empty()) params.number("epoch", parse_count(q.epoch, "--epoch", 0, ~std::uint64_t{0}));
    const json::Value answer = session.call("explain", params);
    session.result(answer, session.json ? std::string() : explanation(answer, session.chain()));
}

void add_who(CLI::App* command, QueryOptions& q, const char* name) {
    command->add_option(name, q.who, "address or key; --from or the only key of the wallet unless told");
    command->add_option("--from", q.from, "a key of this wallet")->envname("ASSAY_FROM");
}

}  // namespace

void add_query_commands(CLI::App& app, Session& session) {
    auto q = std::make_shared<QueryOptions>();

    app.add_subcommand("status", "where the chain and the node are")->callback([=, &session] {
        ask(session, "status");
    });

    CLI::App* balance_command = app.add_subcommand("balance", "what an account has");
    add_who(balance_command, *q, "ADDR");
    balance_command->add_flag("--verify", q->verify,
                              "check the answer against a signed header; exit 4 if it does not hold");
    balance_command->callback([=, &session] { balance(session, *q); });

    CLI::App* unlocks = app.add_subcommand("unlocks", "what comes free of grants, and when");
    unlocks->add_option("--from", q->first, "after 2027-01-01 or 2027-01-01T12:00:00Z; the last block unless told");
    unlocks->add_option("--to", q->last, "up to; 365 days later unless told");
    unlocks->add_option("--cursor", q->cursor, "next_cursor of the page before");
    unlocks->add_option("--limit", q->limit, "grants on a page");
    unlocks->callback([=, &session] {
        Params p;
        const auto day = [](const std::string& text) { return text.size() == 10 ? text + "T00:00:00Z" : text; };
        if (!q->first.empty()) p.text("from", day(q->first));
        if (!q->last.empty()) p.text("to", day(q->last));
        if (!q->cursor.empty()) p.text("cursor", q->cursor);
        if (!q->limit.empty()) p.number("limit", parse_count(q->limit, "--limit", 1, 1000));
        ask(session, "unlocks", p);
    });

    app.add_subcommand("supply", "every token by the bucket it is in; they add up")->callback([=, &session] {
        ask(session, "supply");
    });

    CLI::App* epoch = app.add_subcommand("epoch", "an epoch: burned, minted, verdicts, price");
    epoch->add_option("N", q->epoch, "its number; the running one unless told");
    epoch->callback([=, &session] {
        Params params;
        if (!q->epoch.empty()) params.number("epoch", parse_count(q->epoch, "the epoch", 0, ~std::uint64_t{0}));
        ask(session, "epoch", params);
    });

    CLI::App* epochs = app.add_subcommand("epochs", "a range of epochs");
    epochs->add_option("FROM", q->first, "first")->required();
    epochs->add_option("TO", q->last, "last")->required();
    epochs->callback([=, &session] {
        ask(session, "epochs",
            Params()
                .number("from", parse_count(q->first, "FROM", 0, ~std::uint64_t{0}))
                .number("to", parse_count(q->last, "TO", 0, ~std::uint64_t{0})));
    });

    CLI::App* params = app.add_subcommand("params", "parameters with unit and range");
    params->add_option("PATTERN", q->pattern, "only paths that hold this text");
    params->callback([=, &session] {
        Params p;
        if (!q->pattern.empty()) p.text("pattern", q->pattern);
        const json::Value answer = session.call("params", p);
        const json::Value* items = answer.find("items");
        session.result(answer, session.json || items == nullptr
                                   ? std::string()
                                   : render_table(*items, ChainInfo{}, {"path", "value", "unit", "meaning"}));
    });

    CLI::App* block = app.add_subcommand("block", "a block with its transactions");
    block->add_option("HEIGHT", q->height, "the last one unless told");
    block->callback([=, &session] {
        Params p;
        if (!q->height.empty()) p.number("height", parse_count(q->height, "the height", 1, ~std::uint64_t{0}));
        ask(session, "block", p);
    });

    CLI::App* explain_command = app.add_subcommand("explain", "why a provider was paid what it was, or not");
    add_who(explain_command, *q, "PROVIDER");
    explain_command->add_option("--epoch", q->epoch, "the last one that closed unless told");
    explain_command->callback([=, &session] { explain(session, *q); });

    app.add_subcommand("price", "the token's price, its average, and the next round")->callback([=, &session] {
        ask(session, "price");
    });
    app.add_subcommand("credits", "burning for credits: prices, what is outstanding, the vault and its breaker")
        ->callback([=, &session] { ask(session, "credits"); });
    app.add_subcommand("classes", "device classes and what they need")->callback([=, &session] {
        ask(session, "classes");
    });

    CLI::App* commit = app.add_subcommand("work", "a commit of work")
                           ->require_subcommand(1)
                           ->add_subcommand("show", "root, samples, verdict");
    commit->add_option("ID", q->id, "the commit")->required();
    commit->callback([=, &session] {
        ask(session, "commit", Params().text("id", to_hex(parse_hash(q->id, "the commit's id").view())));
    });
}

}  // namespace assay::wallet::cli
