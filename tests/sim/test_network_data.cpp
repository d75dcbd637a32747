// Series that networks really issued, against the rules that settle. The files are shared/data's; where they are not
// there, the tests say so and pass.
#include <fstream>
#include <map>
#include <sstream>

#include "base/utc.hpp"
#include "tests/sim/scenarios.hpp"
#include "tests/support/catch.hpp"
#include "tokenomics/emission.hpp"
#include "tokenomics/recycle.hpp"

using namespace assay;
using namespace assay::sim;

namespace {

constexpr std::uint64_t kDayMs = 86'400'000;

struct HeliumMonth {
    Amount burned, issued;  // 8 decimals
};

// By month, "2025-09". Empty where the file is not there.
std::map<std::string, HeliumMonth> helium_months() {
    std::map<std::string, HeliumMonth> out;
    std::ifstream in(std::string(ASSAY_SHARED_DIR) + "/data/helium_burn_mint_monthly_2023_2026.csv");
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line)) {
        std::stringstream cells(line);
        std::string period, burned, issued;
        std::getline(cells, period, ',');
        std::getline(cells, burned, ',');
        std::getline(cells, issued, ',');
        const auto units = [](std::string text) {  // doubles there: digits beyond the token's are noise
            if (const auto dot = text.find('.'); dot != std::string::npos) text.resize(std::min(text.size(), dot + 9));
            const auto n = parse_decimal(text, 8);
            REQUIRE(n.ok());
            return Amount{*n};
        };
        out[period.substr(0, 7)] = {units(burned), units(issued)};
    }
    if (out.empty()) WARN("skipped: helium_burn_mint_monthly_2023_2026.csv is not there");
    return out;
}

Amount scheduled_day(const Scenario& s, TimeMs start) {
    tokenomics::EmissionView view;
    view.cap = s.params.token.cap;
    view.start = start, view.end = TimeMs{start.value + kDayMs};
    return tokenomics::scheduled_mint(s.params.emission, Epoch{0}, view).value();
}

TimeMs utc(const std::string& day) {
    return parse_utc(day + "T00:00:00Z").value();
}

}  // namespace

TEST_CASE("what Helium issued from September 2025 on is its halved day and the cap on recycling, to the last digit") {
    const auto months = helium_months();
    if (months.empty()) return;
    const auto s = load_scenario("helium");
    REQUIRE(s.ok());
    // Whole weeks, as they were counted; the last is unfinished.
    constexpr struct {
        const char* month;
        std::uint64_t days;
    } kMonths[] = {{"2025-09", 35}, {"2025-10", 28}, {"2025-11", 28},
                   {"2025-12", 35}, {"2026-01", 28}, {"2026-02", 17}};
    const Amount day = scheduled_day(*s, utc("2025-08-01"));
    CHECK(format_decimal(day.units, 8) == "20547.94520547");
    Amount smoothed;
    const auto recycled = [&](Amount burned) {
        const auto r = tokenomics::recycle(s->params.bme.recycle, smoothed, burned);
        smoothed = r.smoothed;
        return r.amount;
    };
    // By then what was burned has filled the mean, here with August's burns, evenly.
    for (int i = 0; i < 28; ++i) (void)recycled(Amount{months.at("2025-08").burned.units / 28});
    TimeMs now = utc("2025-09-01");
    for (const auto& m : kMonths) {
        INFO(m.month);
        const HeliumMonth& real = months.at(m.month);
        u128 issued = 0, scheduled = 0;
        for (std::uint64_t i = 0; i < m.days; ++i, now = TimeMs{now.value + kDayMs}) {
            const Amount again = recycled(Amount{real.burned.units / m.days});
            CHECK(again == s->params.bme.recycle.cap);  // ten times as much was burned
            issued += day.units + again.units;
            scheduled += scheduled_day(*s, now).units + again.units;
        }
        CHECK(to_digits(issued) == to_digits(real.issued.units));
        // The network floors every day by itself; here days sum to their year, and differ by less than a unit each.
        CHECK(scheduled >= issued);
        CHECK(scheduled < issued + m.days);
    }
}

TEST_CASE(
    "before that Helium recycled what was burned, never more than the cap, and all of it together less than burned") {
    const auto months = helium_months();
    if (months.empty()) return;
    const auto s = load_scenario("helium");
    REQUIRE(s.ok());
    u128 recycled = 0, burned = 0;
    std::size_t counted = 0;
    for (const auto& [month, real] : months) {
        // From December 2024 on HIP-138 issued more; July and August reach into two years.
        if (month < "2023-09" || month > "2024-11" || month.substr(5) == "07" || month.substr(5) == "08") continue;
        INFO(month);
        const u128 day = scheduled_day(*s, utc(month + "-01")).units;
        const std::uint64_t days = real.issued.units >= 35 * day ? 35 : 28;  // whole weeks
        REQUIRE(real.issued.units >= day * days);
        const u128 again = real.issued.units - day * days;
        INFO(to_digits(again) << " recycled in " << days << " days");
        CHECK(again <= s->params.bme.recycle.cap.units * days);
        recycled += again;
        burned += real.burned.units;
        ++counted;
    }
    CHECK(counted == 13);
    CHECK(recycled <= burned);
    CHECK(recycled > burned / 4);
}
