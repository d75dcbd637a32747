// assay gov: proposals of parameter changes, appeals against slashes, and votes.
#include <CLI/CLI.hpp>

#include "wallet/cli/commands.hpp"
#include "wallet/cli/render.hpp"
#include "wallet/cli/terminal.hpp"
#include "wallet/cli/transact.hpp"
#include "wallet/client/proposal_file.hpp"

namespace assay::wallet::cli {
namespace {

struct GovOptions {
    std::string file, id, choice, status, cursor, limit, deposit, title;
};

constexpr std::uint64_t kMaxProposal = std::uint64_t{1} << 53;

// A deposit is of tokens here, where an order's is of credits.
std::string told(Session& session, const json::Value& answer) {
    return session.json ? std::string() : render(renamed(answer, {{"deposit", "deposit_tokens"}}), session.chain());
}

}  // namespace

void add_gov_commands(CLI::App& app, Session& session) {
    auto o = std::make_shared<GovOptions>();
    CLI::App* gov = app.add_subcommand("gov", "changes of parameters by vote");
    gov->require_subcommand(1);

    CLI::App* propose = gov->add_subcommand("propose", "propose the changes of a file");
    propose->add_option("--file", o->file, "JSON with comments: title, deposit, changes; - is stdin")->required();
    auto propose_options = add_change_options(*propose);
    propose->callback([=, &session] {
        constexpr std::size_t kMax = 1u << 20;
        const std::string text =
            o->file == "-" ? std::string(read_all_stdin(kMax).view()) : typed(read_small_file(o->file, kMax));
        if (propose_options->offline)
            usage("--offline: a proposal's values are read with the chain's own units, so a node has to be asked");
        change(session, *propose_options, [&](const ChainInfo& chain, const Address&) -> Messages {
            return {typed(read_proposal(text, o->file, chain, session.call("params")))};
        });
    });

    CLI::App* appeal = gov->add_subcommand("appeal", "propose to give a held slash back to its provider");
    appeal->add_option("SLASH", o->id, "its number, from the node's held_slashes")->required();
    appeal->add_option("--deposit", o->deposit, "tokens")->required();
    appeal->add_option("--title", o->title, "what voters read first, at most 128 bytes")->required();
    auto appeal_options = add_change_options(*appeal);
    appeal->callback([=, &session] {
        const std::uint64_t id = parse_count(o->id, "the slash's number", 1, kMaxProposal);
        if (const Status form = check_amount_form(o->deposit); !form) fail(form.error(), {}, true);
        if (o->title.size() > chain::kMaxTitle) usage("--title is longer than 128 bytes");
        change(session, *appeal_options, [&](const ChainInfo& chain, const Address&) -> Messages {
            return {chain::Propose{
                {{"appeal:" + std::to_string(id), "return"}}, o->title, typed(chain.parse_amount(o->deposit))}};
        });
    });

    CLI::App* vote = gov->add_subcommand("vote", "vote on a proposal, with the weight of one's stake");
    vote->add_option("ID", o->id, "the proposal's number")->required();
    vote->add_option("CHOICE", o->choice, "yes, no or abstain")
        ->required()
        ->check(CLI::IsMember({"yes", "no", "abstain"}));
    auto vote_options = add_change_options(*vote);
    vote->callback([=, &session] {
        const std::uint64_t id = parse_count(o->id, "the proposal's number", 1, kMaxProposal);
        const chain::Choice choice = o->choice == "yes"  ? chain::Choice::yes
                                     : o->choice == "no" ? chain::Choice::no
                                                         : chain::Choice::abstain;
        change(session, *vote_options, [&](const ChainInfo&, const Address&) -> Messages {
            return {chain::Vote{id, choice}};
        });
    });

    CLI::App* list = gov->add_subcommand("list", "proposals");
    list->add_option("--status", o->status, "voting, tallying, accepted, rejected, no_quorum, applied or skipped")
        ->check(CLI::IsMember({"voting", "tallying", "accepted", "rejected", "no_quorum", "applied", "skipped"}));
    list->add_option("--cursor", o->cursor, "where the page before ended");
    list->add_option("--limit", o->limit, "items, at most 1000 [100]");
    list->callback([=, &session] {
        Params params;
        if (!o->status.empty()) params.text("status", o->status);
        if (!o->cursor.empty()) params.text("cursor", o->cursor);
        if (!o->limit.empty()) params.number("limit", parse_count(o->limit, "--limit", 1, 1000));
        const json::Value answer = session.call("proposals", params);
        session.result(answer, told(session, answer));
    });

    CLI::App* show = gov->add_subcommand("show", "one proposal with its tally");
    show->add_option("ID", o->id, "the proposal's number")->required();
    show->callback([=, &session] {
        const json::Value answer = session.call(
            "proposal", Params().number("id", parse_count(o->id, "the proposal's number", 1, kMaxProposal)));
        session.result(answer, told(session, answer));
    });
}

}  // namespace assay::wallet::cli
