// Propose, Vote, the tally and the boundary at which parameters change.
#include "chain/access.hpp"
#include "tests/chain/chain_fixture.hpp"
#include "tokenomics/params_change.hpp"
#include "tokenomics/params_json.hpp"

namespace assay::chain::test {
namespace {

using Changes = std::vector<tokenomics::ParamChange>;

Chain::Tweak fast(const Chain::Tweak& more = {}) {
    return [=](Genesis& g) {
        auto& v = g.params.governance;
        v.deposit_min = tokens(50);
        v.voting_ms = 5'000;
        v.timelock_ms = 5'000;
        v.vote_cap = Ppb{Ppb::kOne};
        if (more) more(g);
    };
}

Receipt propose(Chain& c, const Key& from, Changes changes, Amount deposit = tokens(50)) {
    return c.run(c.tx(from, {Propose{std::move(changes), "a title", deposit}}, {.gas = 1'000'000}));
}
std::uint64_t proposed(Chain& c, const Key& from, Changes changes, Amount deposit = tokens(50)) {
    const Receipt r = propose(c, from, std::move(changes), deposit);
    INFO(r.message);
    REQUIRE(r.code == "ok");
    return c.read([](const StateView& s) { return s.governance(); }).next - 1;
}
ParamProposal at(const Chain& c, std::uint64_t number) {
    const auto p = c.read([&](const StateView& s) { return s.proposal(number); });
    REQUIRE(p.has_value());
    return *p;
}
tokenomics::Params params(const Chain& c) {
    return c.read([](const StateView& s) { return s.params(); });
}
void until(Chain& c, std::uint64_t number, ProposalStatus status) {
    for (int i = 0; i < 200 && at(c, number).status != status; ++i) c.block();
    INFO("voted " << to_digits(at(c, number).voted.units) << " of " << to_digits(at(c, number).total.units));
    REQUIRE(at(c, number).status == status);
}
void refused(Chain& c, Changes changes, const std::string& word, const std::vector<std::string>& parts) {
    const Receipt r = propose(c, c.anna, std::move(changes));
    INFO(r.message);
    CHECK(r.code == word);
    for (const auto& part : parts) {
        INFO("looking for " << part);
        CHECK(r.message.find(part) != std::string::npos);
    }
}

TEST_CASE("a proposal that is accepted changes parameters at the first boundary after its timelock, and only there") {
    Chain c(fast());
    const Key& op = c.operators[0];
    const Amount before = c.liquid(c.anna);
    const std::uint64_t number = proposed(c, c.anna, {{"market.max_bids", "7"}, {"classes.cpu.weight", "31"}});
    CHECK(number == 1);
    CHECK(c.ledger().escrow == tokens(50));
    CHECK(before.units - c.liquid(c.anna).units >= tokens(50).units);
    const Amount held = c.liquid(c.anna);
    c.ok(op, Vote{number, Choice::yes});
    CHECK(c.read([&](const StateView& s) { return s.vote(number, op.address()); })->choice == Choice::yes);
    until(c, number, ProposalStatus::accepted);
    const ParamProposal decided = at(c, number);
    CHECK(decided.decided == c.height());
    CHECK(c.clock().epoch_start == c.height() + 1);  // counted at an epoch's end
    CHECK(decided.voted == tokens(10'000));
    CHECK(decided.total == tokens(10'000));
    CHECK((decided.yes == tokens(10'000) && decided.no.is_zero() && decided.votes == 1));
    CHECK(c.liquid(c.anna).units == held.units + tokens(50).units);  // a quorum brings the deposit back
    CHECK(c.ledger().escrow.is_zero());
    CHECK_FALSE(c.read([&](const StateView& s) { return s.vote(number, op.address()); }).has_value());
    CHECK(decided.effective_from.value == c.now + 5'000);
    // Visible behind the timelock, and without effect until the next epoch begins.
    while (c.clock().epoch_start != c.height() + 1 || c.height() == decided.decided) {
        CHECK(params(c).market.max_bids == 100);
        c.block();
    }
    CHECK(at(c, number).status == ProposalStatus::applied);
    CHECK(at(c, number).applied == c.clock().epoch);
    CHECK((params(c).market.max_bids == 7 && params(c).classes[1].weight == 31));
    CHECK(c.count("params.changed") == 2);
    const Epoch now = c.clock().epoch;
    c.read([&](const StateView& s) {
        CHECK(s.params_at(now).market.max_bids == 7);
        CHECK(s.params_at(now + 5).market.max_bids == 7);
        CHECK(s.params_at(Epoch{now.value - 1}).market.max_bids == 100);
        CHECK(s.params_at(Epoch{0}).market.max_bids == 100);
        CHECK(s.governance().open.empty());
        return 0;
    });
    CHECK(c.code(op, Vote{number, Choice::no}) == "voting_closed");
    c.replay(options(1, 1 << 16));
}

TEST_CASE("without a quorum the deposit goes to the treasury; with one it comes back to who lost the vote") {
    Chain c(fast());
    c.join(c.anna, "tiny", tokens(1'000));
    c.next_epoch();
    const Amount treasury = c.ledger().treasury;
    const std::uint64_t ignored = proposed(c, c.anna, {{"market.max_bids", "7"}});
    c.ok(c.anna, Vote{ignored, Choice::yes});  // 1000 of 11000
    until(c, ignored, ProposalStatus::no_quorum);
    CHECK(c.ledger().treasury.units ==
          treasury.units + tokens(100 + 50).units);  // a tenth of the mint, and the deposit
    CHECK(c.ledger().escrow.is_zero());
    CHECK(at(c, ignored).voted == tokens(1'000));

    const std::uint64_t lost = proposed(c, c.anna, {{"market.max_bids", "7"}});
    c.ok(c.anna, Vote{lost, Choice::yes});
    c.ok(c.operators[0], Vote{lost, Choice::yes});
    const Amount held = c.liquid(c.anna);
    c.ok(c.operators[0], Vote{lost, Choice::no});  // the later vote replaces the earlier
    until(c, lost, ProposalStatus::rejected);
    CHECK(at(c, lost).votes == 2);
    CHECK(c.liquid(c.anna).units >= held.units + tokens(50).units);
    CHECK(params(c).market.max_bids == 100);
}

TEST_CASE("two thirds of yes and no decide, to the unit; abstentions count for the quorum alone") {
    for (const std::uint64_t more : {0u, 1u}) {
        INFO(more);
        Chain c(fast([](Genesis& g) { g.params.governance.threshold = Ppb{800'000'000}; }));
        // 10000 no of the operator against four times as much, less one base unit.
        c.join(c.anna, "tiny", Amount{tokens(40'000).units - 1 + more});
        c.join(c.bob, "tiny", tokens(30'000));
        c.next_epoch();
        const std::uint64_t number = proposed(c, c.carl, {{"market.max_bids", "7"}});
        c.ok(c.operators[0], Vote{number, Choice::no});
        c.ok(c.anna, Vote{number, Choice::yes});
        c.ok(c.bob, Vote{number, Choice::abstain});
        until(c, number, more == 0 ? ProposalStatus::rejected : ProposalStatus::accepted);
        CHECK(at(c, number).abstain == tokens(30'000));
    }
}

TEST_CASE("F7: a holder's part is capped, a quorum is not") {
    Chain c(fast([](Genesis& g) { g.params.governance.vote_cap = Ppb{100'000'000}; }));
    c.join(c.anna, "tiny", tokens(90'000));
    c.next_epoch();
    const std::uint64_t number = proposed(c, c.carl, {{"market.max_bids", "7"}});
    c.ok(c.anna, Vote{number, Choice::yes});
    c.ok(c.operators[0], Vote{number, Choice::no});
    until(c, number, ProposalStatus::rejected);
    const ParamProposal p = at(c, number);
    CHECK(p.total == tokens(100'000));
    CHECK(p.voted == tokens(100'000));
    CHECK((p.yes == tokens(10'000) && p.no == tokens(10'000)));
}

TEST_CASE("weight is the lesser of stake at the epoch's start and at the tally; unbonding stake has none") {
    Chain c(fast([](Genesis& g) {
        g.params.governance.voting_ms = 12'000;
        g.params.governance.quorum = Ppb{100'000'000};
    }));
    c.join(c.anna, "tiny", tokens(10'000));
    c.join(c.bob, "tiny", tokens(10'000));
    c.next_epoch();
    const std::uint64_t number = proposed(c, c.carl, {{"market.max_bids", "7"}});
    CHECK(c.code(c.carl, Vote{number, Choice::yes}) == "stake_too_small");
    c.join(c.carl, "tiny", tokens(5'000));  // not there when the epoch began
    CHECK(c.code(c.carl, Vote{number, Choice::yes}) == "stake_too_small");
    c.ok(c.anna, Stake{c.anna.address(), tokens(50'000)});
    c.ok(c.anna, Vote{number, Choice::yes});
    c.ok(c.bob, Unstake{c.bob.address(), tokens(9'000)});
    c.ok(c.bob, Vote{number, Choice::no});
    until(c, number, ProposalStatus::accepted);
    CHECK(at(c, number).yes == tokens(10'000));
    CHECK(at(c, number).no == tokens(1'000));
}

TEST_CASE("what a proposal or a vote is refused for") {
    Chain c(fast([](Genesis& g) { g.params.governance.max_open = 2; }));
    CHECK(propose(c, c.anna, {{"market.max_bids", "7"}}, tokens(49)).code == "deposit_too_small");
    CHECK(propose(c, c.anna, {{"market.max_bids", "7"}}, tokens(200'000)).code == "insufficient_funds");
    refused(c, {{"market.max_bid", "7"}}, "unknown_param", {"market.max_bids"});
    refused(c, {{"token.cap", "7"}}, "param_fixed", {"token.cap"});
    refused(c, {{"market.max_bids", "1001"}}, "field_out_of_range", {"market.max_bids", "1001", "1000"});
    refused(c, {{"market.max_bids", " 7"}}, "bad_proposal", {"market.max_bids"});
    refused(c, {{"split.work_ppb", "210000000"}}, "bad_proposal", {"split", "sum to"});
    refused(c, {{"block.max_tx_bytes", "600000"}}, "bad_proposal", {"max_tx_bytes"});
    const Receipt poor = c.run(c.tx(c.anna, {Propose{{{"market.max_bids", "7"}}, "", tokens(50)}}, {.gas = 100'000}));
    CHECK(poor.code == "out_of_gas");
    CHECK(c.ledger().escrow.is_zero());
    for (Propose bad : {Propose{{}, "none", tokens(50)}, Propose{Changes(33, {"market.max_bids", "7"}), "", tokens(50)},
                        Propose{{{std::string(97, 'a'), "7"}}, "", tokens(50)},
                        Propose{{{"a", std::string(65, '7')}}, "", tokens(50)},
                        Propose{{{"a", "7"}}, std::string(129, 't'), tokens(50)}})
        CHECK(c.checked(c.tx(c.anna, {bad}, {.gas = 1'000'000})) == "tx_malformed");
    (void)proposed(c, c.anna, {{"market.max_bids", "7"}});
    (void)proposed(c, c.anna, {{"market.max_bids", "8"}});
    refused(c, {{"market.max_bids", "9"}}, "too_many_proposals", {"2"});
    CHECK(c.code(c.operators[0], Vote{3, Choice::yes}) == "unknown_proposal");
    CHECK(c.code(c.buyer, Vote{1, Choice::yes}) == "stake_too_small");
}

TEST_CASE("F8: governance moves money ten percent in a window, behind a timelock that everybody sees") {
    Chain c(fast([](Genesis& g) { g.params.governance.window_ms = 200'000; }));
    const Key& op = c.operators[0];
    refused(c, {{"stake.unit", to_digits(tokens(111).units)}}, "param_step_too_large",
            {"stake.unit", "100000000", "11000000", "10000000"});
    const std::uint64_t first = proposed(c, c.anna, {{"stake.unit", to_digits(tokens(110).units)}});
    const std::uint64_t second = proposed(c, c.anna, {{"stake.unit", to_digits(tokens(109).units)}});
    for (const std::uint64_t n : {first, second}) c.ok(op, Vote{n, Choice::yes});
    until(c, first, ProposalStatus::accepted);
    CHECK(params(c).stake.unit == tokens(100));
    until(c, first, ProposalStatus::applied);
    CHECK(at(c, second).status == ProposalStatus::applied);  // back a little, within the same window
    CHECK(params(c).stake.unit == tokens(109));
    // Another step up in the same window is measured from its start: 120 is 20 percent of 100, not 10 of 109.
    refused(c, {{"stake.unit", to_digits(tokens(119).units)}}, "param_step_too_large", {"100000000"});
    const std::uint64_t start = c.now;
    while (c.now < start + 190'000) c.block();
    const std::uint64_t third = proposed(c, c.anna, {{"stake.unit", to_digits(tokens(119).units)}});
    c.ok(op, Vote{third, Choice::yes});
    until(c, third, ProposalStatus::applied);
    CHECK(params(c).stake.unit == tokens(119));
}

TEST_CASE("F8: two proposals that each pass do not pass together: the later one is skipped, and an event says why") {
    Chain c(fast());
    const Key& op = c.operators[0];
    const auto& s = c.genesis.params.split;
    const auto n = [](std::uint64_t v) { return std::to_string(v); };
    const std::uint64_t one =
        proposed(c, c.anna, {{"split.work_ppb", n(s.work.value + 10)}, {"split.stakers_ppb", n(s.stakers.value - 10)}});
    const std::uint64_t two = proposed(
        c, c.anna, {{"split.work_ppb", n(s.work.value - 10)}, {"split.treasury_ppb", n(s.treasury.value + 10)}});
    for (const std::uint64_t number : {one, two}) c.ok(op, Vote{number, Choice::yes});
    c.events.clear();
    until(c, one, ProposalStatus::applied);
    CHECK(at(c, two).status == ProposalStatus::skipped);
    CHECK(params(c).split.work.value == s.work.value + 10);
    bool told = false;
    for (const Event& e : c.events)
        for (const Attr& a : e.attrs)
            if (const auto* text = std::get_if<AttrText>(&a.value))
                told = told || (e.kind == "gov.decided" && text->value.find("bad_proposal: split") == 0);
    CHECK(told);
}

TEST_CASE("F21: a vote for a penalty of one unit or a stake below the deterrence bound is refused with the numbers") {
    Chain c(fast());
    refused(
        c, {{"slash.one_bad_ppb", "1"}, {"slash.two_bad_ppb", "1"}, {"slash.full_ppb", "1"}, {"slash.absent_ppb", "1"}},
        "bad_proposal", {"slash.full_ppb of 1", "deterrence bound"});
    refused(c, {{"classes.tiny.cost", to_digits(tokens(40).units)}}, "bad_proposal",
            {"stake per device is 100000000", "deterrence bound", "120000000"});
    refused(c, {{"stake.unit", "1"}}, "bad_proposal", {"deterrence bound"});
}

TEST_CASE("F14: a commit that is open keeps the rules of its round, whatever is voted") {
    Chain c(fast([](Genesis& g) {
        g.params.epoch.blocks = 12;  // the round of an epoch goes on in the next
        g.params.work.open_blocks = 8;
        g.params.work.start_span_blocks = 1;
        g.params.governance.voting_ms = 1'000;
        g.params.governance.timelock_ms = 1'000;
    }));
    const Key& op = c.operators[0];
    c.join(c.anna, "tiny", tokens(10'000));
    c.next_epoch();
    const std::uint64_t number = proposed(c, c.bob,
                                          {{"work.window_ms", "100"},
                                           {"work.challenge_delay_blocks", "3"},
                                           {"work.open_blocks", "7"},
                                           {"work.open_attempts", "1"},
                                           {"slash.jail_ms", "1"},
                                           {"slash.memory_tasks", "64"},
                                           {"slash.one_bad_ppb", "200000000"},
                                           {"slash.two_bad_ppb", "200000000"},
                                           {"classes.tiny.weight", "1"}});
    c.ok(op, Vote{number, Choice::yes});
    until(c, number, ProposalStatus::accepted);
    const std::uint64_t epoch = c.clock().epoch.value;
    const Work w = c.commit_work(c.anna, 3);
    until(c, number, ProposalStatus::applied);
    REQUIRE(c.clock().epoch.value == epoch + 1);
    REQUIRE(params(c).slash.jail_ms == 1);
    CHECK(c.round(epoch).rules.jail_ms == 30'000);
    CHECK(c.round(epoch + 1).rules.jail_ms == 1);
    CHECK(c.round(epoch + 1).rules.window_ms == 100);
    c.to_challenge(epoch);
    OpenWork malformed = c.opening(c.anna, w);
    malformed.opening.leaves.pop_back();
    CHECK(c.code(c.anna, malformed) == "opening_leaf_count");  // one of three attempts, not of one
    c.ok(c.anna, c.opening(c.anna, w));
    CHECK(c.commit(w.id(c.anna.address())).rate_full.value == 200'000'000);
    CHECK(c.provider(c.anna).jailed_until.value == c.now + 30'000);
    CHECK(c.provider_epoch(c.anna, epoch).failed == 1);
}

TEST_CASE("F14: what access costs moves with the vote, for every provider at once, or after the grace period") {
    for (const std::uint64_t grace : {0, 1'000'000'000}) {
        Chain c([=](Genesis& g) {
            fast()(g);
            g.params.stake.grace_ms = grace;
        });
        const Key& op = c.operators[0];
        c.join(c.anna, "tiny", tokens(105));
        c.next_epoch();
        const std::uint64_t number = proposed(c, c.bob, {{"stake.unit", to_digits(tokens(110).units)}});
        c.ok(op, Vote{number, Choice::yes});
        until(c, number, ProposalStatus::applied);
        CHECK(required_of(params(c), c.clock().stake_price, c.provider(c.anna)) == tokens(110));
        c.to_start();
        const Work w = Chain::work(c.task(c.anna));
        if (grace == 0) {
            CHECK(c.code(c.anna, Chain::commit_message(w)) == "stake_below_required");
            c.ok(c.anna, Stake{c.anna.address(), tokens(5)});
        }
        c.ok(c.anna, Chain::commit_message(w));
    }
}

TEST_CASE("F14: a schedule's total below what it minted, and a block too small for an open round, are refused") {
    Chain c(fast([](Genesis& g) {
        g.params.emission.total = tokens(1'020);
        g.params.work.samples = 8;
    }));
    c.next_epoch();
    refused(c, {{"emission.total", to_digits(tokens(999).units)}}, "bad_proposal",
            {"emission.total", "minted already", "1000000000"});
    const std::uint64_t bytes = c.round().rules.opening_bytes;
    // Smaller openings and blocks that hold just those, in one vote: the rounds that are open would be shut out.
    refused(c, {{"work.samples", "1"}, {"block.max_tx_bytes", std::to_string(bytes - 1)}}, "bad_proposal",
            {"an opening of epoch", std::to_string(bytes)});
}

TEST_CASE("a class that a vote appends can be worked for, and those that are there keep their places") {
    Chain c(fast());
    const Key& op = c.operators[0];
    const std::uint64_t number = proposed(c, c.bob,
                                          {{"classes.new.name", "new"},
                                           {"classes.new.cost", to_digits(tokens(10).units)},
                                           {"classes.new.lanes", "4"},
                                           {"classes.new.steps", "64"},
                                           {"classes.new.leaf_every", "16"},
                                           {"classes.new.weight", "20"}});
    CHECK(c.run(c.anna, RegisterProvider{""}).code == "ok");
    CHECK(c.code(c.anna, AddDevice{0, "new"}) == "unknown_class");
    c.ok(op, Vote{number, Choice::yes});
    until(c, number, ProposalStatus::applied);
    CHECK(params(c).classes.back().name == "new");
    c.ok(c.anna, AddDevice{0, "new"});
    c.ok(c.anna, Stake{c.anna.address(), tokens(100)});
    c.next_epoch();
    const Work w = c.do_task(c.anna);
    CHECK(c.commit(w.id(c.anna.address())).status == CommitStatus::passed);
}

TEST_CASE("a tally counts a bounded number of votes in a block and goes on in the next") {
    constexpr std::uint32_t kVoters = 1'300;
    std::vector<Key> voters;
    for (std::uint32_t i = 0; i < kVoters; ++i) voters.emplace_back(5'000 + i);
    Chain c(fast([&](Genesis& g) {
                for (const Key& k : voters) g.accounts.push_back({k.address(), tokens(10)});
                g.params.governance.voting_ms = 12'000;
            }),
            1, options(1));
    c.scan = false;
    const auto all = [&](const std::function<std::vector<Message>(const Key&)>& f) {
        std::vector<Bytes> txs;
        for (const Key& k : voters) txs.push_back(c.tx(k, f(k), {.gas = 20'000}));
        for (std::size_t i = 0; i < txs.size(); i += 450)
            for (const Receipt& r : c.block({txs.begin() + static_cast<std::ptrdiff_t>(i),
                                             txs.begin() + static_cast<std::ptrdiff_t>(std::min(i + 450, txs.size()))})
                                        .receipts)
                REQUIRE(r.code == "ok");
    };
    all([](const Key& k) { return std::vector<Message>{RegisterProvider{""}, Stake{k.address(), tokens(1)}}; });
    c.next_epoch();
    const std::uint64_t number = proposed(c, c.anna, {{"market.max_bids", "7"}});
    const std::uint64_t epoch = c.clock().epoch.value;
    all([&](const Key&) { return std::vector<Message>{Vote{number, Choice::no}}; });
    c.ok(c.operators[0], Vote{number, Choice::yes});
    c.to_epoch(epoch + 1);
    CHECK(at(c, number).status == ProposalStatus::tallying);
    CHECK(at(c, number).votes == 1'000);
    c.block();
    CHECK(at(c, number).status == ProposalStatus::accepted);
    CHECK(at(c, number).votes == kVoters + 1);
    CHECK(at(c, number).no == tokens(kVoters));
    c.check_invariants();
    std::size_t left = 0;
    c.read([&](const StateView& s) {
        s.for_prefix(tables::kVotes, {}, [&](ByteView, ByteView) { return ++left; });
        return 0;
    });
    CHECK(left == 0);
}

}  // namespace
}  // namespace assay::chain::test
