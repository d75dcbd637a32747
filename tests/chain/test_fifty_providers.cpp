// A small network for a hundred epochs: fifty providers that really do their work, one in five of them dishonestly or
// on a broken card. Who is honest is never slashed, who is not loses stake and place, and `explain` says why.
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {
namespace {

struct Member {
    Key key;
    std::string fault;  // empty: honest
    std::uint64_t passed = 0;
    std::optional<std::uint64_t> last_failure = std::nullopt;  // epoch
};

std::vector<Member> fifty() {
    constexpr const char* kFaults[] = {"skip=0.1", "skip=0.5", "flip=1", "flip=20", "replay", "zero", "copy"};
    std::vector<Member> out;
    for (std::uint32_t i = 0; i < 50; ++i)
        out.push_back({Key{100 + i}, i % 5 == 0 ? kFaults[(i / 5) % std::size(kFaults)] : ""});
    return out;
}

// No transaction where the provider has no access: it was jailed, or its stake is too small.
std::optional<Work> do_work(const Chain& c, const Member& m, proofs::Backend& cpu) {
    if (c.provider(m.key).jailed) return std::nullopt;
    const TaskView t = c.task(m.key);
    const auto fault = m.fault.empty() ? proofs::Fault{} : *proofs::parse_fault(m.fault);
    auto done = proofs::prove(t.params, t.ctx, cpu, fault);
    REQUIRE(done.ok());
    return Work{t, *std::move(done)};
}

}  // namespace

TEST_CASE("fifty providers, a hundred epochs: the honest are never slashed, the faulty are, and explain says why") {
    std::vector<Member> members = fifty();
    Chain c([&](Genesis& g) {
        for (const Member& m : members) g.accounts.push_back({m.key.address(), tokens(2'000)});
        g.params.work.samples = 16;
    });
    c.scan = false;  // once an epoch
    for (const Member& m : members) c.join(m.key, "cpu");
    proofs::CpuBackend cpu;
    // A single flipped bit of 128 leaves meets one sample in eight: on until every fault has met one.
    const auto least = static_cast<std::uint64_t>(assay::test::rounds(100));
    const auto all_met = [&] {
        return std::all_of(members.begin(), members.end(),
                           [](const Member& m) { return m.fault.empty() || m.last_failure; });
    };
    std::uint64_t epochs = 0;
    for (; epochs < least || (epochs < 400 && !all_met()); ++epochs) {
        c.next_epoch();
        c.check_invariants();
        c.to_start();
        std::vector<std::optional<Work>> done;
        std::vector<Bytes> txs;
        for (const Member& m : members) {
            done.push_back(do_work(c, m, cpu));
            if (done.back()) txs.push_back(c.tx(m.key, Chain::commit_message(*done.back())));
        }
        // Whose stake no longer suffices is refused by the mempool already.
        std::erase_if(txs, [&](const Bytes& raw) { return c.checked(raw) != "ok"; });
        c.block(txs);
        c.to_challenge();
        std::vector<Bytes> openings;
        std::vector<std::pair<std::size_t, Hash>> opened;
        for (std::size_t i = 0; i < members.size(); ++i) {
            if (!done[i]) continue;
            const Hash id = done[i]->id(members[i].key.address());
            if (!c.read([&](const StateView& s) { return s.commit(id).has_value(); })) continue;
            openings.push_back(c.tx(members[i].key, c.opening(members[i].key, *done[i])));
            opened.emplace_back(i, id);
        }
        for (const Receipt& r : c.block(openings).receipts) REQUIRE(r.code == "ok");
        const std::uint64_t epoch = c.clock().epoch.value;
        for (const auto& [i, id] : opened) {
            Member& m = members[i];
            const Commit k = c.commit(id);
            INFO("provider " << i << " " << m.fault << ", epoch " << epoch);
            if (m.fault.empty()) {
                REQUIRE(k.status == CommitStatus::passed);
                ++m.passed;
                continue;
            }
            if (k.status == CommitStatus::passed) continue;  // no sample met it
            REQUIRE(k.status == CommitStatus::failed);
            CHECK_FALSE(k.slashed.is_zero());
            m.last_failure = epoch;
            const auto told =
                c.read([&](const StateView& s) { return explain_provider(s, m.key.address(), Epoch{epoch}); });
            CHECK(told.slashed == k.slashed);
            REQUIRE_FALSE(told.why_not.empty());
            CHECK(told.why_not[0].code == "work_failed");
            CHECK(told.why_not[0].have == std::to_string(k.bad.size()) + " of 16 samples wrong in slot 0");
        }
    }
    c.next_epoch();
    c.check_invariants();
    std::size_t honest = 0;
    for (const Member& m : members) {
        INFO((m.fault.empty() ? "honest" : m.fault));
        const Provider p = c.provider(m.key);
        if (m.fault.empty()) {
            ++honest;
            CHECK(m.passed == epochs);
            CHECK(p.passed == epochs);
            CHECK((p.failed == 0 && p.absent == 0 && p.slashed.is_zero() && !p.jailed));
            CHECK(p.stake == tokens(1000));
            CHECK(c.liquid(m.key) > tokens(1000));  // it was paid more than its fees
            continue;
        }
        CHECK(m.last_failure.has_value());
        CHECK(p.failed > 0);
        CHECK(p.stake < tokens(1000));
        CHECK(p.slashed.units + p.stake.units == tokens(1000).units);
    }
    CHECK(honest == 40);
}

}  // namespace assay::chain::test
