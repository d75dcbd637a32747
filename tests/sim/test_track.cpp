// A chain beside predicted bands: interpolation, coverage, the first epoch outside, and what is compared with what.
#include <filesystem>
#include <fstream>

#include "tests/support/catch.hpp"
#include "tokenomics/sim/study/track.hpp"

using namespace assay;
using namespace assay::sim;
using namespace assay::sim::study;

namespace {

std::vector<BandPoint> wedge() {
    return {{1, {0, 2, 4, 6, 8}}, {3, {0, 4, 8, 12, 16}}, {10, {7, 7, 7, 7, 7}}};
}
// Epochs of half a day that mint 1, burn 2, and consume 10 USD; the price is their number.
std::vector<LiveEpoch> half_days(std::size_t n) {
    std::vector<LiveEpoch> out;
    for (std::size_t i = 0; i < n; ++i) {
        const auto k = static_cast<double>(i);
        out.push_back({100 + i, k / 2, (k + 1) / 2, k, 1, 2, 10});
    }
    return out;
}
const TrackedMetric& metric(const Track& t, const std::string& name) {
    for (const auto& m : t.metrics)
        if (m.name == name) return m;
    FAIL("no " << name);
    return t.metrics.front();
}

}  // namespace

TEST_CASE("bands are straight between recorded days and end with them") {
    const auto band = wedge();
    CHECK_FALSE(band_at(band, 0.9).has_value());
    CHECK(band_at(band, 1)->q[4] == 8);
    CHECK(band_at(band, 2)->q == std::array<double, 5>{0, 3, 6, 9, 12});
    CHECK(band_at(band, 10)->q[0] == 7);
    CHECK(band_at(band, 10 + 1e-12).has_value());
    CHECK_FALSE(band_at(band, 10.1).has_value());
    CHECK_FALSE(band_at({}, 1).has_value());
}

TEST_CASE("sums are held against sums, rates against rates, and prices of the chain against the oracle's") {
    Bands bands;
    // Minted: 2 a day, so at the end of each half day what the chain did; a band without width at the end.
    bands["minted"] = {{1, {2, 2, 2, 2, 2}}, {4, {8, 8, 8, 8, 8}}};
    bands["burned"] = {{1, {3, 3.5, 4, 4.5, 5}}, {4, {12, 12.5, 13, 13.5, 14}}};
    bands["served_usd_per_day"] = {{1, {10, 18, 20, 22, 30}}, {4, {10, 18, 20, 22, 30}}};
    bands["oracle_usd"] = {{1, {0, 1, 2, 3, 5.5}}, {4, {0, 1, 2, 3, 5.5}}};
    bands["price_usd"] = {{1, {50, 50, 50, 50, 50}}, {4, {50, 50, 50, 50, 50}}};
    auto epochs = half_days(10);  // five days: the last two epochs lie behind the prediction
    epochs[4].price_usd = 0;      // the chain had none
    const Track t = track(bands, epochs, 1);
    CHECK(t.epochs == 7);
    CHECK(t.metrics.size() == 4);
    const auto& minted = metric(t, "minted");
    CHECK(minted.epochs == 7);
    CHECK(minted.inside90 == 7);
    CHECK(minted.inside50 == 7);
    CHECK_FALSE(minted.first_outside.has_value());
    CHECK(minted.last_epoch == 107);
    CHECK(minted.last_value == 8);
    // Burned is 4 at day 1 and 16 at day 4; the band ends at 14: outside once 4d > 5 + 3 (d - 1), at day 2.5.
    const auto& burned = metric(t, "burned");
    REQUIRE(burned.first_outside.has_value());
    CHECK(burned.first_outside->epoch == 104);
    CHECK(burned.first_outside->day == 2.5);
    CHECK(burned.first_outside->value == 10);
    CHECK(burned.inside90 == 3);
    CHECK(burned.inside50 == 2);  // 4d <= 4.5 + 3 (d - 1) until day 1.5
    const auto& served = metric(t, "served_usd_per_day");
    CHECK(served.epochs == 7);
    CHECK(served.last_value == 20);
    const auto& price = metric(t, "oracle_usd");
    CHECK(price.epochs == 6);  // not the epoch without a price
    CHECK(price.first_outside->epoch == 106);
    bands.erase("oracle_usd");
    CHECK(metric(track(bands, epochs, 1), "price_usd").inside90 == 0);
    CHECK(track(bands, half_days(1), 1).epochs == 0);  // half a day is before the first recorded one
}

TEST_CASE("a rate looks back over a step, and epochs longer than a step are their own") {
    Bands bands;
    bands["served_usd_per_day"] = {{0.1, {0, 0, 0, 0, 0}}, {40, {0, 0, 0, 0, 0}}};
    auto epochs = half_days(8);
    epochs[7].consumed_usd = 40;
    // Over two days: 10 + 10 + 10 + 40, by the end of day 4; and nothing before two days are over.
    const auto two = metric(track(bands, epochs, 2), "served_usd_per_day");
    CHECK(two.epochs == 5);
    CHECK(two.last_value == 35);
    CHECK(metric(track(bands, epochs, 0.01), "served_usd_per_day").last_value == 80);
}

TEST_CASE("a file of quantiles is read by cell, and refused with its line") {
    namespace fs = std::filesystem;
    const fs::path dir = fs::path(ASSAY_SIM_TEMP) / "bands";
    fs::create_directories(dir);
    const auto write = [&](const std::string& text) { std::ofstream(dir / "quantiles.csv") << text; };
    const std::string head = "cell,step,day,metric,q,value\n";
    write(head +
          "0,1,1,minted,0.05,1\n0,1,1,minted,0.1,1.5\n0,1,1,minted,0.95,3\n0,1,1,vault_ratio,0.05,\n1,1,1,minted,0.5,"
          "9\n");
    const auto bands = read_bands(dir.string(), 0);
    REQUIRE(bands.ok());
    CHECK(bands->size() == 1);  // what is empty is missing
    CHECK(bands->at("minted")[0].q == std::array<double, 5>{1, 0, 0, 0, 3});
    CHECK(read_bands(dir.string(), 1)->at("minted")[0].q[2] == 9);
    CHECK(read_bands(dir.string(), 2).error().code == Code::not_found);
    const auto refused = [&](const std::string& text, const std::string& words) {
        write(text);
        const auto r = read_bands(dir.string(), 0);
        REQUIRE_FALSE(r.ok());
        INFO(r.error().message);
        CHECK(r.error().message.find(words) != std::string::npos);
    };
    refused("day,q\n", "line 1: the columns should be");
    refused(head + "0,1,1,minted,0.05\n", "line 2");
    refused(head + "0,1,x,minted,0.05,1\n", "line 2: column day");
    refused(head + "0,1,1,minted,0.05,one\n", "line 2: column value");
    refused(head + "0,2,2,minted,0.05,1\n0,1,1,minted,0.05,1\n", "line 3: column day");
    fs::remove_all(dir);
}
