// Published concentration figures of real tokens, from the balances that they were computed of. The files are
// shared/data's; where they are not there, the test says so and passes.
#include <cmath>
#include <filesystem>

#include "tests/support/catch.hpp"
#include "tokenomics/sim/study/csv_table.hpp"
#include "tokenomics/sim/study/holders.hpp"

using namespace assay;
using namespace assay::sim;

TEST_CASE("holders: the published figures of three tokens, to the last digit") {
    const std::string dir = std::string(ASSAY_SHARED_DIR) + "/data/";
    if (!std::filesystem::exists(dir + "governance_concentration_2026_04.csv")) {
        WARN(dir << " is not there: nothing was compared");
        return;
    }
    const auto published = study::read_csv(dir + "governance_concentration_2026_04.csv");
    REQUIRE(published.ok());
    const auto number = [&](std::size_t row, const char* column) {
        return std::stod(published->rows[row][*published->column(column)]);
    };
    const auto rounds_to = [](double is, double should, double digit) {
        INFO(is << " should round to " << should);
        CHECK(std::abs(is - should) <= 0.5001 * digit);
    };
    int seen = 0;
    for (std::size_t row = 0; row < published->rows.size(); ++row) {
        const std::string token = published->rows[row][*published->column("token")];
        const std::string file = dir + "holders/holders_balances_" + token + ".csv";
        if (!std::filesystem::exists(file)) continue;
        INFO(token);
        const auto holders = study::read_holders(file);
        REQUIRE(holders.ok());
        const auto r = study::holder_report(*holders, 0);
        REQUIRE(r.ok());
        ++seen;
        CHECK(static_cast<double>(r->holders) == number(row, "n_holders"));
        rounds_to(r->of.total, number(row, "total_balance_top1000"), 0.01);
        rounds_to(r->of.hhi / 10'000, number(row, "hhi"), 1e-6);
        rounds_to(r->of.gini, number(row, "gini"), 1e-4);
        rounds_to(100 * r->top1, number(row, "top1_pct"), 0.01);
        rounds_to(100 * r->top5, number(row, "top5_pct"), 0.01);
        rounds_to(100 * r->top10, number(row, "top10_pct"), 0.01);
    }
    CHECK(seen == 3);
}
