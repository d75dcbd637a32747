// slash.hold_ms: a slash waits for an appeal, comes back by a vote, and burns otherwise.
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {
namespace {

using Appeal = std::vector<tokenomics::ParamChange>;

Chain::Tweak held(std::uint64_t hold_ms) {
    return [=](Genesis& g) {
        g.params.slash.hold_ms = hold_ms;
        auto& v = g.params.governance;
        v.deposit_min = tokens(50);
        v.voting_ms = 5'000;
        v.timelock_ms = 5'000;
        v.vote_cap = Ppb{Ppb::kOne};
    };
}
std::optional<HeldSlash> held_slash(const Chain& c, std::uint64_t number) {
    return c.read([&](const StateView& s) { return s.held_slash(number); });
}
Receipt appeal_to(Chain& c, Appeal changes) {
    return c.run(c.tx(c.bob, {Propose{std::move(changes), "give it back", tokens(50)}}, {.gas = 1'000'000}));
}
std::uint64_t appealed(Chain& c, std::uint64_t slash) {
    const Receipt r = appeal_to(c, {{"appeal:" + std::to_string(slash), "return"}});
    INFO(r.message);
    REQUIRE(r.code == "ok");
    return c.read([](const StateView& s) { return s.governance(); }).next - 1;
}
void vote_ends(Chain& c, std::uint64_t number, ProposalStatus status) {
    const auto now = [&] { return c.read([&](const StateView& s) { return s.proposal(number)->status; }); };
    for (int i = 0; i < 200 && now() != status; ++i) c.block();
    REQUIRE(now() == status);
}
// A provider with a slash of 200 tokens, of 1000, in epoch 1.
Work slashed(Chain& c) {
    c.join(c.anna);
    c.next_epoch();
    return c.do_task(c.anna, 4);
}

}  // namespace

TEST_CASE("a held slash leaves the stake at the verdict and burns when its time is over, not before") {
    Chain c(held(100'000));
    const Amount burned = c.ledger().burned;
    const Work w = slashed(c);
    const std::uint64_t at = c.now;
    CHECK(c.provider(c.anna).stake == tokens(800));
    CHECK(c.commit(w.id(c.anna.address())).slashed == tokens(200));
    CHECK(c.ledger().held_slashes == tokens(200));
    CHECK(c.ledger().burned == burned);
    REQUIRE(held_slash(c, 1));
    CHECK(held_slash(c, 1)->amount == tokens(200));
    CHECK(held_slash(c, 1)->provider == c.anna.address());
    CHECK(held_slash(c, 1)->due.value == at + 100'000);
    while (c.now + c.step < at + 100'000) c.block();
    CHECK(c.ledger().held_slashes == tokens(200));
    c.block();
    CHECK(c.ledger().held_slashes.is_zero());
    CHECK(c.ledger().burned.units == burned.units + tokens(200).units);
    CHECK_FALSE(held_slash(c, 1));
    CHECK(c.provider(c.anna).slashed == tokens(200));
    c.replay(options(1));
}

TEST_CASE("an appeal that is granted gives a slash back to the stake it came from, and no unit more") {
    Chain c(held(600'000));
    c.join(c.anna);
    c.next_epoch();
    const Work w = c.commit_work(c.anna, 4);
    c.ok(c.anna, Unstake{c.anna.address(), tokens(400)});  // a part of it is taken of what is on its way out
    c.to_challenge();
    c.ok(c.anna, c.opening(c.anna, w));
    CHECK(c.provider(c.anna).stake == tokens(480));
    CHECK(c.ledger().held_slashes == tokens(200));
    const Ledger before = c.ledger();
    const std::uint64_t number = appealed(c, 1);
    CHECK(held_slash(c, 1)->appeal == number);
    c.ok(c.operators[0], Vote{number, Choice::yes});
    vote_ends(c, number, ProposalStatus::accepted);
    CHECK(c.ledger().held_slashes == tokens(200));  // its timelock
    vote_ends(c, number, ProposalStatus::applied);
    const Provider p = c.provider(c.anna);
    CHECK(p.stake == tokens(680));
    CHECK(p.returned == tokens(200));
    CHECK(p.slashed == tokens(200));
    CHECK(p.unbonding.at(0).amount == tokens(320));
    CHECK(c.ledger().held_slashes.is_zero());
    CHECK(c.ledger().burned == before.burned);
    CHECK_FALSE(held_slash(c, 1));
    const std::uint64_t epoch = c.clock().epoch.value;
    CHECK(c.provider_epoch(c.anna, epoch).returned == tokens(200));
    const auto why = c.read([&](const StateView& s) { return explain_provider(s, c.anna.address(), Epoch{epoch}); });
    CHECK(why.returned == tokens(200));
    CHECK(why.verdict.find("came back by appeal") != std::string::npos);
    while (c.now < kGenesisTime + 800'000) c.block();  // its old time: nothing is left to burn
    CHECK(c.ledger().burned == before.burned);
    c.replay(options(2));
}

TEST_CASE("an appeal that is lost, or that nobody votes for, burns the slash in its time") {
    for (const bool voted : {true, false})
        for (const bool late : {true, false}) {
            INFO((voted ? "voted down" : "no quorum") << (late ? ", decided after its time" : ""));
            Chain c(held(late ? 8'000 : 200'000));
            slashed(c);
            const Amount burned = c.ledger().burned;
            const std::uint64_t due = held_slash(c, 1)->due.value, number = appealed(c, 1);
            if (voted) c.ok(c.operators[0], Vote{number, Choice::no});
            // An undecided appeal keeps it, past its time too.
            vote_ends(c, number, voted ? ProposalStatus::rejected : ProposalStatus::no_quorum);
            CHECK((c.now >= due) == late);
            if (!late) CHECK(c.ledger().held_slashes == tokens(200));
            while (c.now < due) c.block();
            CHECK(c.ledger().held_slashes.is_zero());
            CHECK(c.ledger().burned.units == burned.units + tokens(200).units);
            CHECK_FALSE(held_slash(c, 1));
        }
}

TEST_CASE("an appeal granted after the slash's time still gives it back: it waited for the vote") {
    Chain c(held(8'000));
    slashed(c);
    const std::uint64_t due = held_slash(c, 1)->due.value, number = appealed(c, 1);
    c.ok(c.operators[0], Vote{number, Choice::yes});
    vote_ends(c, number, ProposalStatus::applied);
    CHECK(c.now > due);
    CHECK(c.provider(c.anna).stake == tokens(1000));
    CHECK(c.ledger().held_slashes.is_zero());
}

TEST_CASE("an appeal names slashes that are held, once, and nothing else") {
    Chain c(held(600'000));
    slashed(c);
    const auto code = [&](Appeal changes) { return appeal_to(c, std::move(changes)).code; };
    CHECK(code({{"appeal:2", "return"}}) == "bad_proposal");
    CHECK(code({{"appeal:1", "burn"}}) == "bad_proposal");
    CHECK(code({{"appeal:01", "return"}}) == "bad_proposal");
    CHECK(code({{"appeal:", "return"}}) == "bad_proposal");
    CHECK(code({{"appeal:18446744073709551617", "return"}}) == "bad_proposal");
    CHECK(code({{"appeal:1", "return"}, {"appeal:1", "return"}}) == "bad_proposal");
    CHECK(code({{"appeal:1", "return"}, {"market.max_bids", "7"}}) == "bad_proposal");
    CHECK(code({{"market.max_bids", "7"}, {"appeal:1", "return"}}) == "bad_proposal");
    CHECK(held_slash(c, 1)->appeal == 0);
    (void)appealed(c, 1);
    CHECK(code({{"appeal:1", "return"}}) == "bad_proposal");  // one appeal for each
}

TEST_CASE("A9: what is held is out of everybody's reach: no unstaking, no second slash and no removal moves it") {
    Chain c(held(600'000));
    slashed(c);
    c.ok(c.anna, RemoveDevice{0});
    c.ok(c.anna, Unstake{c.anna.address(), tokens(800)});
    while (c.now < kGenesisTime + 150'000) c.block();
    CHECK(c.code(c.anna, pay(c.bob.address(), Amount{1})) == "ok");
    CHECK(c.provider(c.anna).unbonding.empty());
    CHECK(c.ledger().held_slashes == tokens(200));
    const std::uint64_t number = appealed(c, 1);
    c.ok(c.operators[0], Vote{number, Choice::yes});
    vote_ends(c, number, ProposalStatus::applied);
    CHECK(c.provider(c.anna).stake == tokens(200));  // and waits as any stake before it is liquid
    c.ok(c.anna, Unstake{c.anna.address(), tokens(200)});
    CHECK(c.provider(c.anna).unbonding.at(0).matures.value == c.now + 60'000);
}

TEST_CASE("a hold that is voted away or in changes slashes to come, never one that is held") {
    Chain c(held(100'000));
    slashed(c);
    const std::uint64_t due = held_slash(c, 1)->due.value;
    const Receipt r = c.run(c.tx(
        c.bob, {Propose{{{"slash.hold_ms", "0"}, {"stake.delegation", "open"}}, "", tokens(50)}}, {.gas = 1'000'000}));
    INFO(r.message);
    REQUIRE(r.code == "ok");
    c.ok(c.operators[0], Vote{1, Choice::yes});
    vote_ends(c, 1, ProposalStatus::applied);
    CHECK(held_slash(c, 1)->due.value == due);
    CHECK(c.ledger().held_slashes == tokens(200));
    while (c.now < due) c.block();
    CHECK(c.ledger().held_slashes.is_zero());
}

TEST_CASE("a hold beside open delegation is refused: it could not be given back to whom it was taken from") {
    tokenomics::Params p = test_params();
    p.slash.hold_ms = 1;
    CHECK(tokenomics::validate(p).ok());
    p.stake.delegation = tokenomics::DelegationMode::open;
    const auto r = tokenomics::validate(p);
    REQUIRE_FALSE(r.ok());
    CHECK(r.error().message.find("slash.hold_ms of 1") != std::string::npos);
}

}  // namespace assay::chain::test
