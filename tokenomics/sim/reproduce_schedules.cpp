// Networks whose rule is a schedule: halvings, decays, steps, and rates that look at the supply.
#include "base/utc.hpp"
#include "tokenomics/recycle.hpp"
#include "tokenomics/sim/reproduce_figures.hpp"
#include "tokenomics/slash.hpp"
#include "tokenomics/split.hpp"
#include "tokenomics/stake.hpp"

namespace assay::sim::figures {
namespace {

using tokenomics::EmissionView;

constexpr const char* kHipTable = "HIP-20, table";

// ---------------------------------------------------------------- Helium

Status helium_recycling(const Scenario& s, Figures& out) {
    // From nothing, 7,000 HNT burned: 1,000 the first day, then six sevenths of it each day.
    const auto& rule = s.params.bme.recycle;
    const auto first = tokenomics::recycle(rule, {}, Amount{700'000'000'000});
    const auto second = tokenomics::recycle(rule, first.smoothed, {});
    const std::string program = "helium-program-library: (6 x smoothed + burned) / 7";
    out.add("HNT recycled the day 7,000 are burned", "1000", program, format_decimal(first.amount.units, 8));
    out.add("HNT recycled the day after", "857.14285714", program, format_decimal(second.amount.units, 8));
    const auto most = tokenomics::recycle(rule, {}, Amount{70'000'000'000'000});
    out.add("HNT recycled in a day, at most", "1643.83561643", "HIP-20: 1 % of 60,000,000 a year; helium's documents",
            cut(most.amount, 8, 8));
    return {};
}

Status helium_table(const Scenario& s, Figures& out) {
    constexpr std::uint64_t kRows = 50;  // the table's, two years each of the numbers below
    constexpr const char* kMinted[] = {"60000000.0", "30000000.0", "15000000.0", "7500000.0", "3750000.0",
                                       "1875000.0",  "937500.0",   "468750.0",   "234375.0",  "117187.5",
                                       "58593.8",    "29296.9",    "14648.4",    "7324.2",    "3662.1",
                                       "1831.1",     "915.5",      "457.8",      "228.9",     "114.4",
                                       "57.2",       "28.6",       "14.3",       "7.2",       "3.6"};
    constexpr const char* kAtStart[kRows] = {
        "0",         "60000000",  "120000000", "150000000", "180000000", "195000000", "210000000", "217500000",
        "225000000", "228750000", "232500000", "234375000", "236250000", "237187500", "238125000", "238593750",
        "239062500", "239296875", "239531250", "239648438", "239765625", "239824219", "239882813", "239912109",
        "239941406", "239956055", "239970703", "239978027", "239985352", "239989014", "239992676", "239994507",
        "239996338", "239997253", "239998169", "239998627", "239999084", "239999313", "239999542", "239999657",
        "239999771", "239999828", "239999886", "239999914", "239999943", "239999957", "239999971", "239999979",
        "239999986", "239999989"};
    ASSAY_TRY(const auto rows, rows_of(s, Every::year, kRows));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::string year = std::to_string(i + 1);
        out.add("HNT at the start of year " + year, kAtStart[i], kHipTable,
                rounded(i == 0 ? Amount{} : rows[i - 1].cumulative, 8, 0));
        out.add("HNT minted in year " + year, kMinted[i / 2], kHipTable, rounded(rows[i].minted, 8, 1));
    }
    return {};
}

// The first day of years of 365 and of 366 days.
Status helium_days(const Scenario& s, Figures& out) {
    constexpr struct {
        const char* day;
        const char* minted;
    } kDays[] = {{"2021-08-01", "82191.78082191"},
                 {"2023-08-01", "40983.60655737"},
                 {"2024-08-01", "41095.89041095"},
                 {"2025-08-01", "20547.94520547"}};
    for (const auto& row : kDays) {
        EmissionView view;
        view.cap = s.params.token.cap;
        ASSAY_TRY(view.start, parse_utc(std::string(row.day) + "T00:00:00Z"));
        view.end = TimeMs{view.start.value + 86'400'000};
        ASSAY_TRY(const Amount mint, tokenomics::scheduled_mint(s.params.emission, Epoch{0}, view));
        out.add(std::string("HNT minted on ") + row.day, row.minted, "HIP-20: of a year, by its days", cut(mint, 8, 8));
    }
    return {};
}

// The tokens of the subnetworks, by the same rule.
Status helium_subnetworks(const Scenario& s, Figures& out) {
    constexpr struct {
        const char* token;
        std::uint64_t tokens;
        const char* years[3];  // the first, the third, the fifth
        const char* day;
    } kTokens[] = {{"MOBILE", 30'000'000'000, {"30000000000", "15000000000", "7500000000"}, "82191780.821917"},
                   {"IOT", 32'500'000'000, {"32500000000", "16250000000", "8125000000"}, "89041095.890410"}};
    const TimeMs start{s.params.emission.halving.start_ms + (2ull * 365 + 1) * 86'400'000};  // a year of 365 days
    for (const auto& t : kTokens) {
        tokenomics::HalvingEmission h = s.params.emission.halving;
        h.first = Amount{u128{t.tokens} * 1'000'000};
        h.start_ms = start.value;
        for (std::uint64_t i = 0; i < std::size(t.years); ++i) {
            EmissionView view;
            view.start = years_later(start, 2 * i), view.end = years_later(start, 2 * i + 1);
            ASSAY_TRY(const Amount mint, tokenomics::halving_mint(h, view));
            out.add(std::string(t.token) + " minted in year " + std::to_string(2 * i + 1), t.years[i], "HIP-77",
                    cut(mint, 6, 0));
        }
        EmissionView view;
        view.start = start, view.end = TimeMs{start.value + 86'400'000};
        ASSAY_TRY(const Amount mint, tokenomics::halving_mint(h, view));
        out.add(std::string(t.token) + " minted in a day of year 1", t.day, "HIP-77: of a year, by its days",
                cut(mint, 6, 6));
    }
    return {};
}

Status helium_credits(const Scenario& s, Figures& out) {
    tokenomics::PriceState price;
    price.spot = Price{500'000'000};
    price.ema_q32 = u128{500'000'000} << 32;
    const auto bought = [&]() -> Result<std::string> {  // a data credit is ten millionths of a dollar
        ASSAY_TRY(const auto p, tokenomics::purchase(s.params.bme, tokenomics::prices_of(s.params.bme, price), 8,
                                                     Amount{100'000'000}, {}));
        return to_digits(p.credits.units / 10);
    };
    ASSAY_TRY(const std::string plain, bought());
    out.add("data credits for one HNT at 5.00 USD", "500000", "1 USD = 100,000 DC", plain);
    price.variance_q32 = u128{5'000'000} * 5'000'000 << 32;
    ASSAY_TRY(const std::string unsure, bought());
    out.add("data credits for it with a confidence of 0.05 USD", "490000", "EMA - 2 x confidence", unsure);
    return {};
}

// What an epoch's number mints, without the clamps, summed up to each of these epochs.
Result<std::vector<Amount>> sums_of(const Scenario& s, std::vector<Epoch> bounds) {
    bounds.insert(bounds.begin(), Epoch{0});
    return tokenomics::schedule_sums(s.params.emission, bounds);
}

}  // namespace

Status helium(Figures& out) {
    ASSAY_TRY(const Scenario s, load_scenario("helium"));
    ASSAY_TRY_VOID(helium_recycling(s, out));
    ASSAY_TRY_VOID(helium_credits(s, out));
    ASSAY_TRY_VOID(helium_days(s, out));
    ASSAY_TRY_VOID(helium_table(s, out));
    ASSAY_TRY(const auto parts, tokenomics::split_mint(s.params.split, Amount{10'000}));
    out.add("per cent of year 3 to data transfer", "35.00", kHipTable, rounded(parts.work, 2, 2));
    out.add("per cent of year 3 to consensus", "6.00", kHipTable, rounded(parts.validators, 2, 2));
    out.add("per cent of year 3 to proof of coverage and founders", "59.00", kHipTable, rounded(parts.treasury, 2, 2));
    return helium_subnetworks(s, out);
}

// ---------------------------------------------------------------- Bittensor

Status bittensor(Figures& out) {
    ASSAY_TRY(const Scenario s, load_scenario("bittensor"));
    const auto block_at = [&](u128 issued) -> Result<Amount> {
        EmissionView view;
        view.cap = s.params.token.cap;
        view.cumulative_scheduled = view.supply = Amount{issued};
        view.blocks = 1;
        return tokenomics::scheduled_mint(s.params.emission, Epoch{0}, view);
    };
    // subtensor's test_halving, in 10^9 rao issued.
    constexpr struct {
        std::uint64_t issued;
        const char* mint;
    } kRows[] = {
        {0, "1000000000"},         {1'776, "1000000000"},     {10'500'000, "500000000"}, {10'999'999, "500000000"},
        {12'000'999, "500000000"}, {15'749'999, "500000000"}, {15'800'000, "250000000"}, {17'624'999, "250000000"},
        {18'400'000, "125000000"}, {19'312'500, "125000000"}, {19'700'000, "62500000"},  {20'400'000, "31250000"},
        {20'700'000, "15625000"},  {20'900'000, "7812500"},   {20'917'970, "3906250"},   {20'958'985, "1953125"},
        {20'979'493, "976562"},    {20'989'747, "488281"},    {20'994'874, "244140"},    {20'997'437, "122070"},
        {20'998'719, "61035"},     {20'999'360, "30517"},     {20'999'680, "15258"},     {20'999'840, "7629"},
        {20'999'920, "3814"},      {20'999'960, "1907"},      {20'999'980, "953"},       {20'999'990, "476"},
        {20'999'995, "238"},       {20'999'998, "119"},       {20'999'999, "59"},        {21'000'000, "0"},
        {21'100'000, "0"}};
    for (const auto& row : kRows) {
        ASSAY_TRY(const Amount mint, block_at(u128{row.issued} * 1'000'000'000));
        out.add("rao a block with " + std::to_string(row.issued) + " TAO issued", row.mint,
                "opentensor/subtensor, test_halving", to_digits(mint.units));
    }
    u128 issued = 0;
    for (int halving = 0; halving < 100; ++halving) {
        ASSAY_TRY(const Amount mint, block_at(issued));
        issued += mint.units * 10'500'000;
    }
    out.add("rao issued by a hundred times 10,500,000 blocks", "20999999989500000",
            "opentensor/subtensor, test_issance_bounds", to_digits(issued));
    ASSAY_TRY(const auto parts, tokenomics::split_mint(s.params.split, Amount{1'000'000'000}));
    out.add("rao of a block's 10^9 to the owner", "179995422", "opentensor/subtensor: 11,796 / 65,535",
            to_digits(parts.treasury.units));
    out.add("rao of it to miners", "410002289", "opentensor/subtensor: half of the rest",
            to_digits(parts.availability.units));
    out.add("rao of it to stakers", "410002289", "opentensor/subtensor: half of the rest",
            to_digits(parts.stakers.units));
    return {};
}

// ---------------------------------------------------------------- decays and steps

Status filecoin(Figures& out) {
    ASSAY_TRY(const Scenario s, load_scenario("filecoin"));
    constexpr struct {
        std::uint64_t epoch;
        const char* reward;
    } kRows[] = {{0, "36266264293777134739"},
                 {5'000, "36246341860983438171"},
                 {10'000, "36226430372336764970"},
                 {2'555'000, "27387841182142501307"}};
    for (const auto& row : kRows) {
        EmissionView view;
        view.cap = Amount::max();
        ASSAY_TRY(const Amount mint, tokenomics::scheduled_mint(s.params.emission, Epoch{row.epoch}, view));
        out.add("attoFIL of simple minting in epoch " + std::to_string(row.epoch), row.reward,
                "specs-actors, TestSimpleReward.golden", to_digits(mint.units));
    }
    return {};
}

Status io_net(Figures& out) {
    ASSAY_TRY(const Scenario s, load_scenario("io-net"));
    constexpr struct {
        const char* minted;
        const char* supply;
    } kHours[] = {{"4566.21", "500004566.21"}, {"4566.15", "500009132.36"}, {"4566.08", "500013698.44"},
                  {"4566.02", "500018264.46"}, {"4565.96", "500022830.42"}, {"4565.89", "500027396.31"}};
    ASSAY_TRY(const auto rows, rows_of(s, Every::epoch, std::size(kHours)));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::string hour = std::to_string(i + 1), table = "docs.iog.net, first six hours";
        out.add("IO minted in hour " + hour, kHours[i].minted, table, rounded(rows[i].minted, 8, 2));
        out.add("IO there are after hour " + hour, kHours[i].supply, table, rounded(rows[i].supply, 8, 2));
    }
    ASSAY_TRY(const auto whole, sums_of(s, {Epoch{175'319}}));
    out.add("IO minted in 175,319 hours", "300000000", "docs.iog.net", rounded(whole[0], 8, 0));
    const std::string stake = "docs.io.net: 200 IO x max(1, multiplier) x cards";
    for (std::uint32_t c = 0; c < s.params.classes.size(); ++c) {
        const std::string& name = s.params.classes[c].name;
        for (const std::uint32_t cards : {1u, 8u}) {
            const tokenomics::ClassCount of{c, cards};
            ASSAY_TRY(const auto required, tokenomics::requirement(s.params, {&of, 1}));
            out.add("IO at stake for " + std::to_string(cards) + " " + name,
                    std::to_string((name == "h100" ? 2'000 : 200) * cards), stake, rounded(required.tokens, 8, 0));
        }
    }
    return {};
}

Status gonka(Figures& out) {
    ASSAY_TRY(const Scenario s, load_scenario("gonka"));
    ASSAY_TRY(const auto sums, sums_of(s, {Epoch{1}, Epoch{1'460}, Epoch{1'461}, Epoch{200'000}}));
    out.add("GNK of the first epoch", "285000", "gonka-ai/gonka", rounded(sums[0], 9, 0));
    ASSAY_TRY(const Amount halved, mul_div(sums[2], u128{100} * 1'000'000'000, sums[0].units));
    out.add("GNK of epoch 1,460, per cent of the first", "50", "gonka-ai/gonka: halved in about 1,460 epochs",
            rounded(halved, 9, 0));
    ASSAY_TRY(const auto all, sums_of(s, {Epoch{200'000}}));
    out.add("GNK of all epochs before the clamp", "600142511", "gonka-ai/gonka: 285,000 x e^(-0.000475 n), all n",
            rounded(all[0], 9, 0));
    ASSAY_TRY(const auto rows, rows_of(s, Every::year, 100));
    out.add("GNK of all epochs", "600000000.000000000", "gonka-ai/gonka: reward pool",
            rounded(rows.back().cumulative, 9, 9));
    ASSAY_TRY(const Scenario later,
              load_scenario("gonka", {"emission.total=680000000 GNK", "emission.exp_decay.first=323000 GNK",
                                      "initial.supply=320000000 GNK"}));
    ASSAY_TRY(const auto later_rows, rows_of(later, Every::year, 100));
    out.add("GNK of all epochs with the later first of 323,000", "680000000.000000000",
            "gonka-ai/gonka: later reward pool", rounded(later_rows.back().cumulative, 9, 9));
    const std::string slashing = "gonka-ai/gonka: 10 % downtime, 20 % invalid, one on the other";
    ASSAY_TRY(const auto down, tokenomics::slash(Amount{1'000}, {}, s.params.slash.absent));
    const Amount once = sub_or_zero(Amount{1'000}, down.total);
    ASSAY_TRY(const auto invalid, tokenomics::slash(once, {}, s.params.slash.full));
    out.add("collateral of 1,000 left after downtime", "900", slashing, to_digits(once.units));
    out.add("collateral left after invalid work besides", "720", slashing,
            to_digits(sub_or_zero(once, invalid.total).units));
    const Ppb free = tokenomics::access_share(s.params.stake, Amount{}, Amount{1'000});
    out.add("per cent of weight without collateral", "20", "gonka-ai/gonka", rounded(Amount{free.value}, 7, 0));
    return {};
}

Status aethir(Figures& out) {
    ASSAY_TRY(const Scenario s, load_scenario("aethir"));
    const std::string faq = "docs.aethiredge.net, mining";
    constexpr struct {
        const char* of_edge;
        unsigned edge_digits;
        const char* of_supply;
        unsigned supply_digits;
    } kYears[] = {{"40", 0, "9.2", 1},
                  {"24.12", 2, "5.5476", 4},
                  {"14.54", 2, "3.3452", 4},
                  {"8.77", 2, "2.0172", 4},
                  {"5.29", 2, "1.2163", 4}};
    ASSAY_TRY(const auto years, rows_of(s, Every::year, 11));
    const auto percent = [&](Amount part, u128 whole, unsigned digits) -> Result<std::string> {
        ASSAY_TRY(const Amount p, mul_div(part, u128{100} * 1'000'000'000, whole));
        return rounded(p, 9, digits);
    };
    for (std::size_t i = 0; i < std::size(kYears); ++i) {
        const std::string year = std::to_string(i + 1);
        ASSAY_TRY(const std::string edge,
                  percent(years[i].minted, s.params.emission.total.units, kYears[i].edge_digits));
        out.add("Edge ATH of year " + year + ", per cent of all Edge rewards", kYears[i].of_edge, faq, edge);
        ASSAY_TRY(const std::string supply,
                  percent(years[i].minted, s.params.token.cap.units, kYears[i].supply_digits));
        out.add("Edge ATH of year " + year + ", per cent of the supply", kYears[i].of_supply, faq, supply);
    }
    ASSAY_TRY(const auto whole, sums_of(s, {Epoch{10'000}}));
    ASSAY_TRY(const std::string sum, percent(whole[0], s.params.emission.total.units, 3));
    out.add("Edge shares of ten years, per cent of their total", "100.115", "docs.aethiredge.net: 40 % and ratio 0.603",
            sum);
    out.add("Edge ATH of ten years", "9660000000", "docs.aethiredge.net", rounded(years.back().cumulative, 18, 0));
    const std::string slashing = "docs.aethir.com: K is 1,334.22";
    ASSAY_TRY(const Amount stake, tokenomics::required_per_device(s.params.stake, s.params.classes[0]));
    out.add("ATH at stake for a host of coefficient one", "1334.22", slashing, rounded(stake, 18, 2));
    ASSAY_TRY(const auto interrupted, tokenomics::slash(stake, {}, s.params.slash.absent));
    out.add("ATH that an interruption costs", "444.74", slashing + ", a third of it",
            rounded(interrupted.total, 18, 2));
    ASSAY_TRY(const auto dishonest, tokenomics::slash(stake, {}, s.params.slash.full));
    out.add("ATH that dishonesty costs", "1334.22", slashing + ", all of it", rounded(dishonest.total, 18, 2));
    return {};
}

// ---------------------------------------------------------------- rates

Status near(Figures& out) {
    constexpr struct {
        const char* sets;
        const char* what;
        const char* percent;
    } kRates[] = {{"emission.fraction_of_supply.rate_ppb=50000000", "until protocol 80", "5.00"},
                  {"emission.fraction_of_supply.rate_ppb=25000000", "from protocol 81", "2.50"}};
    for (const auto& rate : kRates) {
        ASSAY_TRY(const Scenario s, load_scenario("near", {rate.sets}));
        EmissionView view;
        view.cap = s.params.token.cap;
        view.supply = s.initial.supply;
        view.end = TimeMs{tokenomics::kYearMs};
        ASSAY_TRY(const Amount mint, tokenomics::scheduled_mint(s.params.emission, Epoch{0}, view));
        ASSAY_TRY(const Amount percent, mul_div(mint, 100'000'000, view.supply.units));  // millionths of a per cent
        out.add(std::string("NEAR of a year, per cent of the supply, ") + rate.what, rate.percent, "nearcore",
                rounded(percent, 6, 2));
    }
    ASSAY_TRY(const Scenario s, load_scenario("near"));
    ASSAY_TRY(const auto epochs, rows_of(s, Every::epoch, 1));
    out.add("NEAR of the first epoch of a supply of 10^9", "68493.150684931506849315068493",
            "nearcore: rate x supply x epoch / year, 43,200 s of 365 days", cut(epochs[0].minted, 24, 24));
    const Amount hundred{100'000'000};
    ASSAY_TRY(const Amount burned, mul_div(hundred, s.params.validators.fee_burn.value, Ppb::kOne));
    ASSAY_TRY(const auto parts, tokenomics::split_mint(s.params.split, hundred));
    out.add("NEAR of 100 minted to the treasury", "10", "nearcore", rounded(parts.treasury, 6, 0));
    out.add("NEAR of 100 minted to validators", "90", "nearcore", rounded(parts.validators, 6, 0));
    out.add("NEAR of 100 in fees that burn", "70", "nearcore", rounded(burned, 6, 0));
    return {};
}

Status livepeer(Figures& out) {
    constexpr u128 kLpt = u128{1'000'000'000} * 1'000'000'000;  // 18 decimals
    ASSAY_TRY(const Scenario s, load_scenario("livepeer"));
    EmissionView view;
    view.cap = s.params.token.cap;
    view.supply = Amount{10'000'000 * kLpt};  // nothing of it bonded
    const std::string lip = "LIP-40: the rate moves first, then mintable = supply x rate / 10^9";
    ASSAY_TRY(const auto round, tokenomics::scheduled_mint(s.params.emission, Epoch{0}, view,
                                                           tokenomics::emission_start(s.params.emission)));
    out.add("ppb of inflation after a round below the target, from zero", "500", lip, to_digits(round.memory.rate));
    out.add("LPT minted in that round of a supply of 10,000,000", "5.00", lip, rounded(round.mint, 18, 2));
    ASSAY_TRY(const auto parts, tokenomics::split_mint(s.params.split, Amount{100}));
    out.add("LPT of 100 minted to the treasury", "10", "LIP-92", to_digits(parts.treasury.units));
    ASSAY_TRY(const auto full, tokenomics::split_mint(s.params.split, Amount{100}, Amount{750'000 * kLpt}));
    out.add("LPT of 100 to a treasury of 750,000", "0", "LIP-92: treasuryBalanceCeiling",
            to_digits(full.treasury.units));
    // LIP-40's example: 0.0455 % of 21,645,383 LPT, more than half of them bonded.
    constexpr struct {
        const char* step;
        const char* name;
        const char* rate;
        const char* mint;
    } kSteps[] = {{"emission.signed_step.step_ppb=3000", "0.0003", "0.0452", "9783"},
                  {"emission.signed_step.step_ppb=500", "0.00005", "0.04545", "9837"}};
    view.supply = Amount{21'645'383 * kLpt};
    view.bonded = Amount{15'000'000 * kLpt};
    for (const auto& step : kSteps) {
        ASSAY_TRY(const Scenario e, load_scenario("livepeer", {"emission.signed_step.initial_ppb=455000", step.step}));
        ASSAY_TRY(const auto next, tokenomics::scheduled_mint(e.params.emission, Epoch{0}, view,
                                                              tokenomics::emission_start(e.params.emission)));
        const std::string with = std::string(" after a step of ") + step.name + " %";
        out.add("per cent of inflation" + with, step.rate, "LIP-40, example", format_decimal(next.memory.rate, 7));
        out.add("LPT mintable" + with, step.mint, "LIP-40, example", cut(next.mint, 18, 0));
    }
    return {};
}

}  // namespace assay::sim::figures
