#include "tokenomics/sim/reproduce.hpp"

#include "tokenomics/breaker.hpp"
#include "tokenomics/burn.hpp"
#include "tokenomics/recycle.hpp"
#include "tokenomics/sim/schedule.hpp"
#include "tokenomics/split.hpp"
#include "tokenomics/stake.hpp"

namespace assay::sim {
namespace {

using tokenomics::EmissionView;

// To `digits` decimals of a token, a half to the even digit, as tables round.
std::string rounded(Amount a, unsigned decimals, unsigned digits) {
    u128 unit = 1;
    for (unsigned i = digits; i < decimals; ++i) unit *= 10;
    u128 n = a.units / unit;
    const u128 rest = a.units % unit;
    if (2 * rest > unit || (2 * rest == unit && n % 2 == 1)) ++n;
    std::string text = to_digits(n);
    if (digits == 0) return text;
    if (text.size() <= digits) text.insert(0, digits + 1 - text.size(), '0');
    return text.insert(text.size() - digits, ".");
}

class Collector {
   public:
    explicit Collector(std::string only) : only_(std::move(only)) {}

    [[nodiscard]] bool wants(const std::string& preset) const { return only_ == "all" || only_ == preset; }
    void add(const std::string& preset, std::string what, std::string published, std::string source,
             std::string computed) {
        rows_.push_back({preset, std::move(what), std::move(published), std::move(source), std::move(computed)});
    }
    std::vector<Published> take() { return std::move(rows_); }

   private:
    std::string only_;
    std::vector<Published> rows_;
};

Result<std::vector<ScheduleRow>> rows_of(const Scenario& s, Every every, std::uint64_t periods) {
    return schedule_rows(s, {.every = every, .periods = periods, .from = {}, .threads = 1});
}

// x/bme in the numbers of AEP-76, through the very rules that settle.
Status akash(Collector& out) {
    ASSAY_TRY(const Scenario s, load_scenario("akash"));
    const std::string act = "AEP-76, worked example";
    tokenomics::BmeParams bme = s.params.bme;
    bme.vault.spread = {};  // which the example leaves out
    const auto at = [](std::uint64_t usd8) { return tokenomics::Prices{Price{usd8}, Price{usd8}}; };
    const Credits thousand{1'000'000'000};
    ASSAY_TRY(const auto bought, tokenomics::purchase(bme, at(114'000'000), 6, Amount{1'000'000'000}, thousand));
    out.add("akash", "AKT burned for 1000 ACT at 1.14 USD", "877.192983", act, format_decimal(bought.spent.units, 6));
    const tokenomics::Funds funds{bought.vaulted, s.params.token.cap};
    ASSAY_TRY(const auto risen, tokenomics::settle(bme, at(150'000'000), 6, funds, thousand, bought.carried));
    out.add("akash", "AKT paid for 1000 ACT at 1.50 USD", "666.666666", act, format_decimal(risen.paid.units, 6));
    out.add("akash", "AKT minted for it", "0", act, format_decimal(risen.minted.units, 6));
    ASSAY_TRY(const auto fallen, tokenomics::settle(bme, at(90'000'000), 6, funds, thousand, bought.carried));
    out.add("akash", "AKT paid for 1000 ACT at 0.90 USD", "1111.111111", act, format_decimal(fallen.paid.units, 6));
    ASSAY_TRY(const auto spread,
              tokenomics::purchase(s.params.bme, at(114'000'000), 6, Amount{1'000'000'000}, Credits{}));
    out.add("akash", "ACT for 1000 AKT at 1.14 USD, spread of 25 basis points", "1137.15",
            "x/bme: floor(akt x P x (1 - spread))", format_decimal(spread.credits.units, 6));
    const tokenomics::VaultParams& v = bme.vault;
    const auto blocks = [&](std::uint64_t ratio) {
        const auto state = tokenomics::breaker(v, tokenomics::BreakerLevel::healthy, Amount{u128{ratio} * 1'000'000},
                                               Price{Price::kOneUsd}, 6, Credits{10'000'000'000});
        return std::to_string(tokenomics::blocks_between_rounds(v, state));
    };
    const std::string back_off = "x/bme: min(14400, floor(10 x 1.1^n))";
    out.add("akash", "blocks of an epoch at a ratio of 0.9500", "10", back_off, blocks(9500));
    out.add("akash", "blocks of an epoch at a ratio of 0.9480", "12", back_off, blocks(9480));
    out.add("akash", "blocks of an epoch at a ratio of 0.8730", "14400", back_off, blocks(8730));
    return {};
}

// Fee and burn of a purchase of so many tokens at a price of one dollar.
Result<tokenomics::Purchase> purchase_of(const Scenario& s, u128 tokens) {
    u128 one = 1;
    for (unsigned i = 0; i < s.params.token.decimals; ++i) one *= 10;
    const Price usd{Price::kOneUsd};
    return tokenomics::purchase(s.params.bme, {usd, usd}, s.params.token.decimals, Amount{tokens * one}, {});
}

Status gensyn(Collector& out) {
    ASSAY_TRY(const Scenario s, load_scenario("gensyn"));
    ASSAY_TRY(const auto p, purchase_of(s, 200'000));  // a fee of 1,000
    const std::string source = "gensyn-network/gensyn-buyback: 0.5 %, executor 100 bps, burn 7,000 bps";
    out.add("gensyn", "AI of a fee of 1000 to the executor", "10", source, format_decimal(p.validators.units, 18));
    out.add("gensyn", "AI of it burned", "693", source,
            format_decimal(sub_or_zero(p.destroyed, Amount{p.spent.units / 1000 * 995}).units, 18));
    out.add("gensyn", "AI of it to the treasury", "297", source, format_decimal(p.treasury.units, 18));
    return {};
}

Status helium(Collector& out) {
    ASSAY_TRY(const Scenario s, load_scenario("helium"));
    // From nothing, 7,000 HNT burned: 1,000 the first day, then six sevenths of it each day.
    const auto first = tokenomics::recycle(s.params.bme.recycle, {}, Amount{700'000'000'000});
    const auto second = tokenomics::recycle(s.params.bme.recycle, first.smoothed, {});
    const std::string program = "helium-program-library: (6 x smoothed + burned) / 7";
    out.add("helium", "HNT recycled the day 7000 are burned", "1000", program, format_decimal(first.amount.units, 8));
    out.add("helium", "HNT recycled the day after", "857.14285714", program, format_decimal(second.amount.units, 8));
    const auto most = tokenomics::recycle(s.params.bme.recycle, {}, Amount{70'000'000'000'000});
    out.add("helium", "HNT recycled in a day, at most", "1643.8356", "HIP-20", format_decimal(most.amount.units, 8));
    ASSAY_TRY(const auto rows, rows_of(s, Every::year, 50));
    // HIP-20's table, years 1 to 50: two years each.
    constexpr const char* kMinted[] = {"60000000.0", "30000000.0", "15000000.0", "7500000.0", "3750000.0",
                                       "1875000.0",  "937500.0",   "468750.0",   "234375.0",  "117187.5",
                                       "58593.8",    "29296.9",    "14648.4",    "7324.2",    "3662.1",
                                       "1831.1",     "915.5",      "457.8",      "228.9",     "114.4",
                                       "57.2",       "28.6",       "14.3",       "7.2",       "3.6"};
    for (std::size_t i = 0; i < rows.size(); ++i)
        out.add("helium", "HNT minted in year " + std::to_string(i + 1), kMinted[i / 2], "HIP-20, table",
                rounded(rows[i].minted, 8, 1));
    return {};
}

Status filecoin(Collector& out) {
    ASSAY_TRY(const Scenario s, load_scenario("filecoin"));
    constexpr struct {
        std::uint64_t epoch;
        const char* reward;
    } kRows[] = {{0, "36266264293777134739"}, {5'000, "36246341860983438171"}, {2'555'000, "27387841182142501307"}};
    for (const auto& row : kRows) {
        EmissionView view;
        view.cap = Amount::max();
        ASSAY_TRY(const Amount mint, tokenomics::scheduled_mint(s.params.emission, Epoch{row.epoch}, view));
        out.add("filecoin", "attoFIL of simple minting in epoch " + std::to_string(row.epoch), row.reward,
                "specs-actors, TestSimpleReward.golden", to_digits(mint.units));
    }
    return {};
}

Status io_net(Collector& out) {
    ASSAY_TRY(const Scenario s, load_scenario("io-net"));
    ASSAY_TRY(const auto rows, rows_of(s, Every::epoch, 1));
    out.add("io-net", "IO minted in the first hour", "4566.21", "docs.iog.net: 500M x 8 % / 8,760",
            rounded(rows[0].minted, 8, 2));
    const std::vector<Epoch> whole{Epoch{0}, Epoch{175'319}};
    ASSAY_TRY(const auto sums, tokenomics::schedule_sums(s.params.emission, whole));
    out.add("io-net", "IO minted in 175,319 hours, millions", "300", "docs.iog.net", rounded(sums[0], 8 + 6, 0));
    const std::string stake = "docs.io.net: 200 IO x max(1, multiplier)";
    for (const tokenomics::ClassParams& c : s.params.classes) {
        ASSAY_TRY(const Amount required, tokenomics::required_per_device(s.params.stake, c));
        out.add("io-net", "IO at stake for one " + c.name, c.name == "h100" ? "2000" : "200", stake,
                rounded(required, 8, 0));
    }
    return {};
}

Status gonka(Collector& out) {
    ASSAY_TRY(const Scenario s, load_scenario("gonka"));
    const std::vector<Epoch> whole{Epoch{0}, Epoch{200'000}};
    ASSAY_TRY(const auto sums, tokenomics::schedule_sums(s.params.emission, whole));
    out.add("gonka", "GNK of all epochs before the clamp", "600142511",
            "gonka-ai/gonka: 285,000 x e^(-0.000475 n), all n", rounded(sums[0], 9, 0));
    const std::vector<Epoch> first{Epoch{0}, Epoch{1}};
    ASSAY_TRY(const auto begun, tokenomics::schedule_sums(s.params.emission, first));
    out.add("gonka", "GNK of the first epoch", "285000", "gonka-ai/gonka", rounded(begun[0], 9, 0));
    ASSAY_TRY(const auto rows, rows_of(s, Every::year, 100));
    out.add("gonka", "GNK of all epochs", "600000000.000000000", "gonka-ai/gonka: reward pool",
            rounded(rows.back().cumulative, 9, 9));
    return {};
}

Status aethir(Collector& out) {
    ASSAY_TRY(const Scenario s, load_scenario("aethir"));
    const std::vector<Epoch> whole{Epoch{0}, Epoch{3'650}};
    ASSAY_TRY(const auto sums, tokenomics::schedule_sums(s.params.emission, whole));
    ASSAY_TRY(const Amount percent, mul_div(sums[0], 100, u128{9'660'000'000}));
    out.add("aethir", "Edge shares of ten years, per cent of their total", "100.115",
            "docs.aethiredge.net: 40 % and ratio 0.603", rounded(percent, 18, 3));
    ASSAY_TRY(const auto rows, rows_of(s, Every::year, 11));
    out.add("aethir", "Edge ATH of ten years", "9660000000", "docs.aethiredge.net",
            rounded(rows.back().cumulative, 18, 0));
    return {};
}

Status bittensor(Collector& out) {
    ASSAY_TRY(const Scenario s, load_scenario("bittensor"));
    const u128 cap = s.params.token.cap.units;
    const struct {
        const char* at;
        u128 issued;
        const char* mint;
    } rows[] = {{"none", 0, "1000000000"},
                {"a half", cap / 2, "500000000"},
                {"three quarters", cap / 4 * 3, "250000000"},
                {"all", cap, "0"}};
    for (const auto& row : rows) {
        EmissionView view;
        view.cap = s.params.token.cap;
        view.cumulative_scheduled = view.supply = Amount{row.issued};
        view.blocks = 1;
        ASSAY_TRY(const Amount mint, tokenomics::scheduled_mint(s.params.emission, Epoch{0}, view));
        out.add("bittensor", std::string("rao a block with ") + row.at + " of the cap issued", row.mint,
                "opentensor/subtensor", to_digits(mint.units));
    }
    ASSAY_TRY(const auto parts, tokenomics::split_mint(s.params.split, Amount{1'000'000'000}));
    out.add("bittensor", "rao of a block's 10^9 to the owner", "179995422", "opentensor/subtensor: 11,796 / 65,535",
            to_digits(parts.treasury.units));
    out.add("bittensor", "rao of it to miners", "410002289", "opentensor/subtensor: half of the rest",
            to_digits(parts.availability.units));
    return {};
}

Status near(Collector& out) {
    ASSAY_TRY(const Scenario s, load_scenario("near"));
    EmissionView view;
    view.cap = s.params.token.cap;
    view.supply = s.initial.supply;
    view.end = TimeMs{365ull * 86'400'000};
    ASSAY_TRY(const Amount mint, tokenomics::scheduled_mint(s.params.emission, Epoch{0}, view));
    ASSAY_TRY(const Amount percent, mul_div(mint, 100'000'000, view.supply.units));  // millionths of a per cent
    out.add("near", "NEAR of the first year, per cent of the supply", "5.00", "nearcore", rounded(percent, 6, 2));
    const Amount hundred{100'000'000};
    ASSAY_TRY(const Amount burned, mul_div(hundred, s.params.validators.fee_burn.value, Ppb::kOne));
    ASSAY_TRY(const auto parts, tokenomics::split_mint(s.params.split, hundred));
    out.add("near", "NEAR of 100 minted to the treasury", "10", "nearcore", rounded(parts.treasury, 6, 0));
    out.add("near", "NEAR of 100 in fees that burn", "70", "nearcore", rounded(burned, 6, 0));
    return {};
}

Status livepeer(Collector& out) {
    ASSAY_TRY(const Scenario s, load_scenario("livepeer"));
    EmissionView view;
    view.cap = s.params.token.cap;
    view.supply = Amount{u128{10'000'000} * 1'000'000'000'000'000'000u};  // of 18 decimals, nothing of it bonded
    const auto start = tokenomics::emission_start(s.params.emission);
    ASSAY_TRY(const auto round, tokenomics::scheduled_mint(s.params.emission, Epoch{0}, view, start));
    const std::string lip = "LIP-40: the rate moves first, then mintable = supply x rate / 10^9";
    out.add("livepeer", "ppb of inflation after a round below the target, from zero", "500", lip,
            to_digits(round.memory.rate));
    out.add("livepeer", "LPT minted in that round of a supply of 10,000,000", "5.00", lip, rounded(round.mint, 18, 2));
    return {};
}

Status pocket(Collector& out) {
    ASSAY_TRY(const Scenario s, load_scenario("pocket"));
    EmissionView view;
    view.cap = s.params.token.cap;
    view.settled = Amount{1'000'000'000};
    ASSAY_TRY(const Amount mint, tokenomics::scheduled_mint(s.params.emission, Epoch{0}, view));
    out.add("pocket", "POKT minted for 1000 settled", "975", "PIP-41", rounded(mint, 6, 0));
    ASSAY_TRY(const auto parts, tokenomics::split_mint(s.params.split, mint));
    const std::string split = "poktroll: 79 %, 14 %, 4.5 % and 2.5 % of the mint";
    out.add("pocket", "POKT of it to the supplier", "770.25", split, rounded(parts.work, 6, 2));
    out.add("pocket", "POKT of it to the proposer", "136.50", split, rounded(parts.validators, 6, 2));
    out.add("pocket", "POKT of it to DAO and source owner", "68.25", split, rounded(parts.treasury, 6, 2));
    return {};
}

Status render(Collector& out) {
    ASSAY_TRY(const Scenario s, load_scenario("render"));
    ASSAY_TRY(const auto job, purchase_of(s, 100));
    const std::string rnp = "RNP-006: 95 % burned, 5 % fee";
    out.add("render", "RENDER burned of a job of 100", "95", rnp, format_decimal(job.destroyed.units, 8));
    out.add("render", "RENDER of its fee", "5", rnp, format_decimal(job.treasury.units, 8));
    constexpr const char* kYears[] = {"9126805", "5905580", "5905580", "4563403", "4026532"};
    std::vector<Epoch> bounds;
    for (std::uint64_t year = 0; year <= 5; ++year) bounds.push_back(Epoch{52 * year});
    ASSAY_TRY(const auto sums, tokenomics::schedule_sums(s.params.emission, bounds));
    for (std::size_t i = 0; i < sums.size(); ++i)
        out.add("render", "RENDER of the 52 epochs of BME year " + std::to_string(i + 1), kYears[i],
                "RNP-001: share of 107,374,182", rounded(sums[i], 8, 0));
    return {};
}

constexpr struct {
    const char* preset;
    Status (*figures)(Collector&);
} kAll[] = {{"aethir", aethir},     {"akash", akash}, {"bittensor", bittensor}, {"filecoin", filecoin},
            {"gensyn", gensyn},     {"gonka", gonka}, {"helium", helium},       {"io-net", io_net},
            {"livepeer", livepeer}, {"near", near},   {"pocket", pocket},       {"render", render}};

}  // namespace

Result<std::vector<Published>> reproduce(const std::string& preset) {
    Collector out(preset);
    bool any = false;
    std::string names;
    for (const auto& each : kAll) {
        names += std::string(names.empty() ? "" : ", ") + each.preset;
        if (!out.wants(each.preset)) continue;
        any = true;
        ASSAY_TRY_VOID(each.figures(out));
    }
    if (!any) return {Code::not_found, "no published figures of \"" + preset + "\" are kept: there are all, " + names};
    return out.take();
}

}  // namespace assay::sim
