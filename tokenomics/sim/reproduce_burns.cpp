// Networks whose rule is what a burn does: Akash's vault, the fees of Render and Gensyn, Golem's payment, Pocket's mint
// for burns.
#include "tokenomics/breaker.hpp"
#include "tokenomics/sim/reproduce_figures.hpp"
#include "tokenomics/split.hpp"

namespace assay::sim::figures {
namespace {

using tokenomics::BmeParams;
using tokenomics::EmissionView;

constexpr std::uint64_t kTwoUsd = 200'000'000;  // 10^-8

u128 one_token(const Scenario& s) {
    u128 one = 1;
    for (unsigned i = 0; i < s.params.token.decimals; ++i) one *= 10;
    return one;
}

// So many tokens at a price of one dollar.
Result<tokenomics::Purchase> purchase_of(const Scenario& s, u128 tokens) {
    return tokenomics::purchase(s.params.bme, at(Price::kOneUsd), s.params.token.decimals,
                                Amount{tokens * one_token(s)}, {});
}

// AEP-76 in its own numbers: credits that were bought at 1.14 USD with no spread, and what becomes of them later.
class VaultExample {
   public:
    static Result<VaultExample> of(const Scenario& s, std::uint64_t usd) {
        VaultExample e;
        e.bme_ = s.params.bme;
        e.bme_.vault.spread = {};
        e.credits_ = Credits{u128{usd} * 1'000'000};
        e.cap_ = s.params.token.cap;
        ASSAY_TRY(e.bought_, tokenomics::purchase(e.bme_, at(114'000'000), 6, e.cap_, e.credits_));
        return e;
    }
    [[nodiscard]] Amount burned() const { return bought_.spent; }
    [[nodiscard]] Result<tokenomics::Settlement> settled(std::uint64_t usd8) const {
        const tokenomics::Funds funds{bought_.vaulted, cap_};
        return tokenomics::settle(bme_, at(usd8), 6, funds, credits_, bought_.carried);
    }
    [[nodiscard]] std::uint64_t ratio_bps(std::uint64_t usd8) const {
        return tokenomics::collateral_ratio(bought_.vaulted, Price{usd8}, 6, credits_).value_or(0);
    }

   private:
    BmeParams bme_;
    Credits credits_;
    Amount cap_;
    tokenomics::Purchase bought_;
};

Status akash_examples(const Scenario& s, Figures& out) {
    const std::string aep = "AEP-76, worked example", floors = aep + "; PROTOCOL floors what is paid",
                      five = aep + ", to five digits: it rounds where money is floored";
    ASSAY_TRY(const auto small, VaultExample::of(s, 1'000));
    out.add("AKT burned for 1,000 ACT at 1.14 USD", "877.192983", aep, cut(small.burned(), 6, 6));
    ASSAY_TRY(const auto risen, small.settled(150'000'000));
    out.add("AKT paid for 1,000 ACT at 1.50 USD", "666.666666", floors, cut(risen.paid, 6, 6));
    out.add("AKT minted for 1,000 ACT at 1.50 USD", "0", aep, cut(risen.minted, 6, 0));
    out.add("AKT that stay burned of 1,000 ACT at 1.50 USD", "210.52632", five,
            rounded(sub_or_zero(small.burned(), risen.paid), 6, 5));
    ASSAY_TRY(const auto fallen, small.settled(90'000'000));
    out.add("AKT paid for 1,000 ACT at 0.90 USD", "1111.111111", aep, cut(fallen.paid, 6, 6));
    out.add("AKT minted for 1,000 ACT at 0.90 USD", "233.91813", five, rounded(fallen.minted, 6, 5));
    ASSAY_TRY(const auto large, VaultExample::of(s, 10'000'000));
    out.add("AKT burned for 10,000,000 ACT at 1.14 USD", "8771929", aep, cut(large.burned(), 6, 0));
    ASSAY_TRY(const auto higher, large.settled(125'000'000));
    out.add("AKT paid for 10,000,000 ACT at 1.25 USD", "8000000", aep, cut(higher.paid, 6, 0));
    out.add("AKT that stay burned of 10,000,000 ACT at 1.25 USD", "771929", aep,
            cut(sub_or_zero(large.burned(), higher.paid), 6, 0));
    ASSAY_TRY(const auto lower, large.settled(90'000'000));
    out.add("AKT paid for 10,000,000 ACT at 0.90 USD", "11111111", aep, cut(lower.paid, 6, 0));
    out.add("AKT minted for 10,000,000 ACT at 0.90 USD, millions", "2.34", aep, rounded(lower.minted, 6 + 6, 2));
    out.add("collateral ratio of 10,000,000 ACT at 1.20 USD", "1.053", aep,
            rounded(Amount{large.ratio_bps(120'000'000)}, 4, 3));
    return {};
}

// x/bme's own tests: AKT at 3 USD.
Status akash_settlements(const Scenario& s, Figures& out) {
    const std::string tests = "akash-network/node, x/bme: burn_mint_test.go";
    const auto paid = [&](const BmeParams& bme, std::uint64_t act) -> Result<Amount> {
        ASSAY_TRY(const auto settled,
                  tokenomics::settle(bme, at(300'000'000), 6, {{}, s.params.token.cap}, Credits{act}, Amount{}));
        return settled.paid;
    };
    BmeParams bme = s.params.bme;
    ASSAY_TRY(const Amount four, paid(bme, 4));
    out.add("uAKT for 4 uACT at 3 USD", "1", tests, to_digits(four.units));
    ASSAY_TRY(const Amount whole, paid(bme, 1'000'000));
    out.add("uAKT for 1,000,000 uACT at 3 USD", "333333", tests, to_digits(whole.units));
    bme.vault.settle_spread = Ppb{10'000'000};
    ASSAY_TRY(const Amount less, paid(bme, 1'000'000));
    out.add("uAKT for 1,000,000 uACT at 3 USD, settle spread of 100 basis points", "330000", tests,
            to_digits(less.units));
    ASSAY_TRY(const auto spread,
              tokenomics::purchase(s.params.bme, at(114'000'000), 6, Amount{1'000'000'000}, Credits{}));
    out.add("ACT for 1,000 AKT at 1.14 USD, spread of 25 basis points", "1137.15",
            "x/bme: floor(akt x P x (1 - spread))", format_decimal(spread.credits.units, 6));
    return {};
}

void akash_back_off(const Scenario& s, Figures& out) {
    const tokenomics::VaultParams& v = s.params.bme.vault;
    constexpr struct {
        std::uint64_t ratio_bps;
        const char* blocks;
    } kBlocks[] = {{9500, "10"},   {9491, "10"},    {9490, "11"},  {9480, "12"},  {9450, "16"},
                   {9400, "25"},   {9300, "67"},    {9200, "174"}, {9100, "452"}, {9000, "1173"},
                   {8900, "3044"}, {8730, "14400"}, {0, "14400"}};
    for (const auto& row : kBlocks) {
        const auto state =
            tokenomics::breaker(v, tokenomics::BreakerLevel::healthy, Amount{u128{row.ratio_bps} * 1'000'000},
                                Price{Price::kOneUsd}, 6, Credits{10'000'000'000});
        out.add("blocks between rounds at a collateral ratio of " + rounded(Amount{row.ratio_bps}, 4, 4), row.blocks,
                "akash-network/node, x/bme: min(14400, floor(10 x 1.1^n))",
                std::to_string(tokenomics::blocks_between_rounds(v, state)));
    }
}

// The plan of AEP-5 for stakes locked a year and longer, M0 (1 + 2/ln 2 (1 - 2^(-t/2))), as a decay by the day.
Status akash_plan(Figures& out) {
    ASSAY_TRY(const Scenario plan,
              load_scenario("akash", {"emission.kind=exp_decay", "emission.exp_decay.first=273842.573119 AKT",
                                      "emission.exp_decay.rate=0.000949516685698555218379770029394762422"}));
    const std::vector<Epoch> bounds{Epoch{0}, Epoch{730}, Epoch{40'000}};
    ASSAY_TRY(const auto sums, tokenomics::schedule_sums(plan.params.emission, bounds));
    const std::string aep = "AEP-5: 10^8 x (1 + 2 / ln 2 x (1 - 2^(-t / 2)))";
    ASSAY_TRY(Amount supply, add(plan.initial.supply, sums[0]));
    out.add("AKT planned after two years", "244269504", aep, cut(supply, 6, 0));
    ASSAY_TRY(supply, add(supply, sums[1]));
    out.add("AKT planned in the end", "388539008", aep, cut(supply, 6, 0));
    return {};
}

// A subnet of Render: 1,000 USD paid at 2 USD a token, a share of them burned, and less of them paid for the work.
Status salad(const Scenario& s, Figures& out) {
    constexpr struct {
        const char* name;
        std::uint64_t kept_ppb, reward_usd;
        const char* burned;
        const char* paid[3];  // at 1.90, 2.00 and 2.10 USD
    } kProducts[] = {{"SCE", 400'000'000, 560, "300", {"294.74", "280.00", "266.67"}},
                     {"SGS", 650'000'000, 310, "175", {"163.16", "155.00", "147.62"}}};
    constexpr std::uint64_t kPrices[] = {190'000'000, 200'000'000, 210'000'000};
    const std::string rnp = "RNP-023, examples";
    for (const auto& p : kProducts) {
        BmeParams bme = s.params.bme;
        bme.fee_destroy = {Ppb{p.kept_ppb}, {}, {}};
        bme.payout = Ppb{Ppb::kOne};
        ASSAY_TRY(const auto bought,
                  tokenomics::purchase(bme, at(kTwoUsd), 8, s.params.token.cap, Credits{u128{1'000} * 1'000'000}));
        out.add(std::string("RENDER burned of 1,000 USD for ") + p.name + " at 2.00", p.burned, rnp,
                format_decimal(bought.destroyed.units, 8));
        for (std::size_t i = 0; i < std::size(kPrices); ++i) {
            ASSAY_TRY(const auto settled,
                      tokenomics::settle(bme, at(kPrices[i]), 8, {{}, s.params.token.cap},
                                         Credits{u128{p.reward_usd} * 1'000'000}, bought.destroyed));
            out.add(std::string("RENDER to the nodes of ") + p.name + " for 1,000 USD at " +
                        rounded(Amount{kPrices[i]}, 8, 2),
                    p.paid[i], rnp, rounded(settled.paid, 8, 2));
        }
    }
    return {};
}

// RNP-020's level of 15,000 with so many tokens burned in each epoch of a quarter, after a quarter of `before` in each.
Result<Amount> level_after(std::uint64_t before, std::uint64_t burned, std::uint64_t factor_ppb) {
    constexpr u128 kToken = 100'000'000;
    tokenomics::EmissionParams p;
    p.kind = tokenomics::EmissionKind::policy;
    p.total = Amount::max();
    p.policy.initial = Amount{15'000 * kToken};
    p.policy.max = Amount{113'000 * kToken};
    p.policy.unit = Amount{100 * kToken};
    p.policy.factor = Ppb{factor_ppb};
    tokenomics::EmissionMemory memory = tokenomics::emission_start(p);
    memory.policy.mean_before = Amount{before * kToken};
    for (std::uint64_t epoch = 0; epoch < p.policy.period; ++epoch) {
        EmissionView view;
        view.cap = Amount::max();
        view.burned = Amount{burned * kToken};
        ASSAY_TRY(const auto one, tokenomics::scheduled_mint(p, Epoch{epoch}, view, memory));
        memory = one.memory;
    }
    return memory.policy.level;
}

}  // namespace

Status akash(Figures& out) {
    ASSAY_TRY(const Scenario s, load_scenario("akash"));
    ASSAY_TRY_VOID(akash_examples(s, out));
    ASSAY_TRY_VOID(akash_settlements(s, out));
    akash_back_off(s, out);
    ASSAY_TRY(const auto parts, tokenomics::split_mint(s.params.split, Amount{100}));
    out.add("AKT of 100 minted to the community", "2", "x/distribution: tax of 2 %", to_digits(parts.treasury.units));
    return akash_plan(out);
}

Status gensyn(Figures& out) {
    ASSAY_TRY(const Scenario s, load_scenario("gensyn"));
    ASSAY_TRY(const auto p, purchase_of(s, 200'000));  // a fee of 1,000
    const std::string source = "gensyn-network/gensyn-buyback: 0.5 %, executor 100 bps, burn 7,000 bps";
    out.add("AI of a fee of 1,000 to the executor", "10", source, format_decimal(p.validators.units, 18));
    out.add("AI of it burned", "693", source,
            format_decimal(sub_or_zero(p.destroyed, Amount{p.spent.units / 1000 * 995}).units, 18));
    out.add("AI of it to the treasury", "297", source, format_decimal(p.treasury.units, 18));
    return {};
}

Status golem(Figures& out) {
    ASSAY_TRY(const Scenario s, load_scenario("golem"));
    ASSAY_TRY(const auto rows, rows_of(s, Every::year, 10));
    const std::string source = "Golem: 10^9 GLM, payment only";
    out.add("GLM there are after ten years", "1000000000", source, cut(rows.back().supply, 18, 0));
    ASSAY_TRY(const auto bought, purchase_of(s, 100));
    ASSAY_TRY(const auto settled, tokenomics::settle(s.params.bme, at(Price::kOneUsd), 18, {{}, bought.destroyed},
                                                     bought.credits, bought.carried));
    out.add("GLM that a provider gets of 100", "100", source, format_decimal(settled.paid.units, 18));
    return {};
}

Status pocket(Figures& out) {
    ASSAY_TRY(const Scenario s, load_scenario("pocket"));
    const auto minted_for = [&](u128 settled) {
        EmissionView view;
        view.cap = s.params.token.cap;
        view.settled = Amount{settled};
        return tokenomics::scheduled_mint(s.params.emission, Epoch{0}, view);
    };
    ASSAY_TRY(const Amount mint, minted_for(1'000'000'000));
    out.add("POKT minted for 1,000 settled", "975", "PIP-41", rounded(mint, 6, 0));
    ASSAY_TRY(const Amount few, minted_for(41));
    out.add("uPOKT minted for 41 settled", "39", "PIP-41: floor(settled x 0.975)", to_digits(few.units));
    ASSAY_TRY(const auto parts, tokenomics::split_mint(s.params.split, mint));
    const std::string split = "poktroll: 79 %, 14 %, 4.5 % and 2.5 % of the mint";
    out.add("POKT of 975 to the supplier", "770.25", split, rounded(parts.work, 6, 2));
    out.add("POKT of it to the proposer", "136.50", split, rounded(parts.validators, 6, 2));
    out.add("POKT of it to DAO and source owner", "68.25", split, rounded(parts.treasury, 6, 2));
    return {};
}

Status render(Figures& out) {
    ASSAY_TRY(const Scenario s, load_scenario("render"));
    ASSAY_TRY(const auto job, purchase_of(s, 100));
    const std::string rnp = "RNP-006: 95 % burned, 5 % fee";
    out.add("RENDER burned of a job of 100", "95", rnp, format_decimal(job.destroyed.units, 8));
    out.add("RENDER of its fee", "5", rnp, format_decimal(job.treasury.units, 8));
    constexpr const char* kYears[] = {"9126805", "5905580", "5905580", "4563403", "4026532"};
    ASSAY_TRY(const auto years, rows_of(s, Every::year, std::size(kYears)));
    for (std::size_t i = 0; i < years.size(); ++i)
        out.add("RENDER minted in BME year " + std::to_string(i + 1), kYears[i], "RNP-001: share of 107,374,182",
                rounded(years[i].minted, 8, 0));
    out.add("RENDER minted in BME year 2, millions", "5.9", "RNP-018", rounded(years[1].minted, 8 + 6, 1));
    const Amount month{years[0].minted.units / 12};
    out.add("RENDER of a month of BME year 1", "760567", "RNP-006", rounded(month, 8, 0));
    ASSAY_TRY(const auto halves, tokenomics::split_mint(s.params.split, month));
    out.add("RENDER of it to the network", "380284", "RNP-006: half to the foundation", rounded(halves.work, 8, 0));
    out.add("RENDER of a month of BME year 3", "492132", "RNP-023", rounded(Amount{years[2].minted.units / 12}, 8, 0));
    const std::string guidance = "RNP-020, examples";
    ASSAY_TRY(const Amount below, level_after(4'999, 4'999, Ppb::kOne));
    out.add("RENDER an epoch by RNP-020, from 15,000, when less than 5,000 are burned in each", "13600", guidance,
            format_decimal(below.units, 8));
    ASSAY_TRY(const Amount held, level_after(13'769, 12'482, 1'369'765'000));  // 12,482 are 9.35 % less; 1.385 x 0.989
    out.add("RENDER an epoch by RNP-020, from 15,000, at an anchor of 15,497", "15000", guidance,
            format_decimal(held.units, 8));
    return salad(s, out);
}

}  // namespace assay::sim::figures
