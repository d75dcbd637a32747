// What the chain says: nothing here changes anything.
#include <CLI/CLI.hpp>

#include "base/bech32m.hpp"
#include "base/hex.hpp"
#include "chain/records.hpp"
#include "chain/tables.hpp"
#include "wallet/cli/commands.hpp"
#include "wallet/cli/explain.hpp"
#include "wallet/cli/render.hpp"
#include "wallet/cli/session.hpp"
#include "wallet/cli/verify_records.hpp"
#include "wallet/client/opening_file.hpp"

namespace assay::wallet::cli {
namespace {

struct QueryOptions {
    std::string file;
    std::string who, epoch, height, pattern, from, first, last, id, cursor, limit;
    bool verify = false, csv = false;
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

/// For people: what is on its way out of others' stake stands beside one's own, in one list.
json::Value with_all_unbonding(json::Value answer) {
    std::vector<json::Value> all;
    const auto add = [&](const json::Value& holder, const std::string& provider) {
        const json::Value* entries = holder.find("unbonding");
        if (entries == nullptr) return;
        for (json::Value entry : entries->items) {
            set(entry, "from", make::text(provider));
            all.push_back(std::move(entry));
        }
    };
    add(answer, "its own stake");
    if (const json::Value* delegations = answer.find("delegations"))
        for (const json::Value& d : delegations->items) add(d, text_or_empty(d, "provider"));
    set(answer, "unbonding", make::array(std::move(all)));
    return answer;
}

void balance(Session& session, const QueryOptions& q) {
    const std::string address = who_text(session, q);
    json::Value answer = session.call("account", Params().text("address", address));
    std::string verdict;
    if (q.verify) {
        const SignedState state = signed_state(session);
        const Address who = typed(decode_address(session.chain().prefix, address));
        const chain::Account account =  // an absent account is an empty one
            proven<chain::Account>(session, state, chain::tables::account(who), "the account")
                .value_or(chain::Account{});
        // The proven state may be a block older than the answer: what is shown is what was proven.
        set(answer, "address", make::text(address));
        set(answer, "nonce", make::number(account.nonce));
        set(answer, "liquid", make::amount(account.liquid.units));
        set(answer, "credits", make::amount(account.credits.units));
        set(answer, "credit_tokens", make::amount(account.credit_tokens.units));
        mark(answer, state, {"nonce", "liquid", "credits", "credit_tokens"});
        verdict = vouched(state, "liquid, credits and nonce", "all else");
    } else {
        set(answer, "verified", make::text("none"));
    }
    session.result(answer,
                   session.json ? std::string() : render(with_all_unbonding(answer), session.chain()) + verdict);
}

/// --verify is of an account; the answer says which members were proven.
void explain(Session& session, const QueryOptions& q) {
    Params params;
    if (q.who.size() == 64 && from_hex(q.who).ok()) {
        if (!q.epoch.empty() || !q.first.empty()) usage("--epoch and --from-height are of an account");
        if (q.verify) usage("--verify is of an account's epoch; of a transaction nothing stands in the state");
        const json::Value answer =
            session.call("explain", params.text("txid", to_hex(parse_hash(q.who, "the txid").view())));
        return session.result(answer, session.json ? std::string() : tx_explanation(answer, session.chain()));
    }
    const std::string address = who_text(session, q);
    params.text("address", address);
    std::optional<std::uint64_t> epoch;
    if (!q.epoch.empty()) epoch = parse_count(q.epoch, "--epoch", 0, ~std::uint64_t{0});
    if (epoch) params.number("epoch", *epoch);
    if (!q.first.empty()) params.number("from_height", parse_count(q.first, "--from-height", 0, ~std::uint64_t{0}));
    std::string verdict;
    json::Value answer;
    if (q.verify) {
        SignedState state;
        const Address who = typed(decode_address(session.chain().prefix, address));
        answer = verified_explanation(session, params, who, epoch, state);
        verdict = vouched(state, "the pay, its terms' amounts, what was slashed, these commits' verdicts",
                          "rules in words, devices, what stands in the way, the balance");
    } else {
        answer = session.call("explain", params);
        set(answer, "verified", make::text("none"));
    }
    session.result(answer, session.json ? std::string() : explanation(answer, session.chain()) + verdict);
}

Params history_of(Session& session, const QueryOptions& q) {
    Params p;
    p.text("address", who_text(session, q));
    if (!q.first.empty()) p.number("from_height", parse_count(q.first, "--from-height", 0, ~std::uint64_t{0}));
    if (!q.limit.empty()) p.number("limit", parse_count(q.limit, "--limit", 1, 1000));
    return p;
}

std::string number_text(const json::Value& item, std::string_view name) {
    const json::Value* v = item.find(name);
    return v == nullptr || v->kind == json::Kind::null ? std::string() : v->text;
}

// All pages, in base units: for programs that add up.
std::string ledger_csv(Session& session, const QueryOptions& q) {
    std::string out = "height,time,bucket,delta,balance_after,cause,epoch,txid\n";
    std::string cursor = q.cursor;
    do {
        Params p = history_of(session, q);
        if (!cursor.empty()) p.text("cursor", cursor);
        const json::Value answer = session.call("ledger", p);
        const json::Value* items = answer.find("items");
        for (const json::Value& item : items == nullptr ? std::vector<json::Value>() : items->items) {
            const json::Value* cause = item.find("cause");
            const json::Value none = make::object();
            const json::Value& why = cause == nullptr ? none : *cause;
            out += number_text(item, "height") + "," + text_or_empty(item, "time") + "," +
                   text_or_empty(item, "bucket") + "," + text_or_empty(item, "delta") + "," +
                   text_or_empty(item, "balance_after") + "," + text_or_empty(why, "kind") + "," +
                   number_text(why, "epoch") + "," + text_or_empty(why, "txid") + "\n";
        }
        cursor = text_or_empty(answer, "next_cursor");
    } while (!cursor.empty());
    return out;
}

void ledger(Session& session, const QueryOptions& q) {
    if (q.csv && session.json) usage("--csv and --json are two forms of one answer: choose one");
    if (q.csv) return session.result(make::null(), ledger_csv(session, q));
    Params p = history_of(session, q);
    if (!q.cursor.empty()) p.text("cursor", q.cursor);
    const json::Value answer = session.call("ledger", p);
    if (session.json) return session.result(answer, {});
    const ChainInfo& chain = session.chain();
    std::vector<json::Value> rows;
    const json::Value* items = answer.find("items");
    for (const json::Value& item : items == nullptr ? std::vector<json::Value>() : items->items) {
        const std::string bucket = text_or_empty(item, "bucket");
        const json::Value* cause = item.find("cause");
        rows.push_back(make::object(
            {{"height", make::text(number_text(item, "height"))},
             {"time", make::text(text_or_empty(item, "time"))},
             {"change", make::text(signed_text(bucket, text_or_empty(item, "delta"), chain))},
             {"balance", make::text(balance_text(bucket, text_or_empty(item, "balance_after"), chain))},
             {"cause", make::text(cause == nullptr ? std::string() : text_or_empty(*cause, "kind"))},
             {"txid", make::text(cause == nullptr ? std::string() : text_or_empty(*cause, "txid").substr(0, 16))}}));
    }
    json::Value shown = make::object({{"items", make::array(std::move(rows))}});
    if (const json::Value* next = answer.find("next_cursor")) set(shown, "next_cursor", *next);
    session.result(answer, render(shown, chain));
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

    CLI::App* unlocks = app.add_subcommand("unlocks", "what comes free of grants and locked rewards, and when");
    unlocks->add_option("--from", q->first, "after 2027-01-01 or 2027-01-01T12:00:00Z; the last block unless told");
    unlocks->add_option("--to", q->last, "up to; 365 days later unless told");
    unlocks->add_option("--cursor", q->cursor, "next_cursor of the page before");
    unlocks->add_option("--limit", q->limit, "items on a page");
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

    CLI::App* explain_command =
        app.add_subcommand("explain", "an epoch of an account in terms that add up, and its pay; or a transaction");
    explain_command->add_option("WHO", q->who,
                                "address, key or txid; --from or the only key of the wallet unless told");
    explain_command->add_option("--from", q->from, "a key of this wallet")->envname("ASSAY_FROM");
    explain_command->add_option("--epoch", q->epoch, "the running one unless told");
    explain_command->add_option("--from-height", q->first, "where an answer that was cut goes on");
    explain_command->add_flag("--verify", q->verify,
                              "check pay and verdicts against a signed header; exit 4 if they do not hold");
    explain_command->callback([=, &session] { explain(session, *q); });

    const auto history = [&](const char* name, const char* meaning) {
        CLI::App* command = app.add_subcommand(name, meaning);
        add_who(command, *q, "ADDR");
        command->add_option("--from-height", q->first, "the first height; all of them unless told");
        command->add_option("--cursor", q->cursor, "next_cursor of the page before");
        command->add_option("--limit", q->limit, "lines on a page");
        return command;
    };
    CLI::App* ledger_command = history("ledger", "every change of an account's tokens and credits, with its cause");
    ledger_command->add_flag("--csv", q->csv, "all pages as CSV, in base units and micro-USD");
    ledger_command->callback([=, &session] { ledger(session, *q); });
    history("txs", "transactions that an account sent, or that moved its tokens or credits")->callback([=, &session] {
        Params p = history_of(session, *q);
        if (!q->cursor.empty()) p.text("cursor", q->cursor);
        ask(session, "txs", p);
    });

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
    commit->add_option("--export", q->file, "what it was opened with, for 'assay-prover verify'; - is stdout")
        ->type_name("OPENING.json");
    commit->callback([=, &session] {
        const Hash id = parse_hash(q->id, "the commit's id");
        if (q->file.empty()) return ask(session, "commit", Params().text("id", to_hex(id.view())));
        auto opening = fetch_opening_file(session.rpc(), id);
        if (!opening) session.fail_call(opening.error());
        const std::string text = to_json(*opening, 2) + "\n";
        if (q->file == "-") return session.result(*opening, text);
        take(write_file_atomically(q->file, text, 0644, true));
        session.result(make::object({{"commit", make::text(to_hex(id.view()))}, {"output", make::text(q->file)}}),
                       q->file + ": 'assay-prover verify " + q->file + "' checks it");
    });
}

}  // namespace assay::wallet::cli
