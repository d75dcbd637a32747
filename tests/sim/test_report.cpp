// The report page: what it says of health, what it keeps out of its HTML, and where it may be written.
#include <fstream>
#include <limits>

#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"
#include "tokenomics/sim/report/csv_file.hpp"
#include "tokenomics/sim/report/json_out.hpp"
#include "tokenomics/sim/report/page.hpp"

using namespace assay;
using namespace assay::sim::report;
using assay::test::TempDir;

namespace {

// `hits` of `runs` runs pass the threshold.
MetricSummary failing(std::uint64_t hits, std::uint64_t runs, double threshold, bool above = true) {
    MetricSummary m;
    m.fail = share_of(hits, runs);
    m.fail->threshold = threshold;
    m.fail->above = above;
    return m;
}

ReportData report_of(std::uint64_t runs, MetricSummary burn, MetricSummary drawdown) {
    ReportData data;
    data.name = "an economy";
    data.version = "assay-sim 1.2.3";
    data.scenario = "{}";
    data.runs = runs;
    data.metrics = {{"burn_to_mint", "", "burned / minted", 1}, {"max_drawdown", "", "deepest fall", 4}};
    data.cells.emplace_back();
    data.cells[0].metrics = {std::move(burn), std::move(drawdown)};
    return data;
}

void put(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

std::string got(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t times(const std::string& text, const std::string& what) {
    std::size_t n = 0;
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size()) ++n;
    return n;
}

}  // namespace

TEST_CASE("a verdict names what fails in the most runs, and how sure that is") {
    const auto verdict = [](const ReportData& d) { return verdict_of(d, d.cells[0]); };

    const Verdict bad = verdict(report_of(1000, failing(120, 1000, 0.25, false), failing(713, 1000, 0.8)));
    CHECK(bad.health == Health::fails);
    CHECK(bad.worst == 1);
    CHECK(bad.sentence == "Not healthy: the price falls more than 80 % from an earlier high in 71 % of runs.");
    CHECK(bad.sure ==
          "From 1,000 runs this share is known to lie between 68 % and 74 % (95 % interval). Then: less "
          "than 25 % of what is minted is burned in 12 % of runs.");
    CHECK(bad.conditions[1] == Health::risk);
    CHECK(bad.conditions[4] == Health::fails);
    CHECK(bad.conditions[2] == Health::unknown);

    const Verdict risk = verdict(report_of(1000, failing(120, 1000, 0.25, false), failing(60, 1000, 0.8)));
    CHECK(risk.sentence == "At risk: less than 25 % of what is minted is burned in 12 % of runs.");

    // None of 20 runs failed: that says little. Of 200 it says enough.
    const Verdict few = verdict(report_of(20, failing(0, 20, 0.25, false), failing(1, 20, 0.8)));
    CHECK(few.health == Health::unclear);
    CHECK(few.sentence.find("Too few runs to call it healthy") == 0);
    const Verdict good = verdict(report_of(200, failing(0, 200, 0.25, false), failing(0, 200, 0.8)));
    CHECK(good.sentence == "Healthy by these thresholds: none breaks in any of 200 runs.");

    const Verdict nothing = verdict(report_of(200, {}, {}));
    CHECK(nothing.health == Health::unknown);
    CHECK(nothing.sentence.find("No verdict") == 0);
    CHECK(nothing.sure.empty());
}

TEST_CASE("a threshold that a scenario turned round is said by the figure's name") {
    Failing f = share_of(1, 2);
    f.above = false;
    f.threshold = 0.5;
    CHECK(failure_words({"max_drawdown", "", "", 4}, f) == "max_drawdown is below 50 %");
    f.threshold = -0.1;
    CHECK(failure_words({"mean_margin", "", "", 2}, f) == "the mean margin of providers is below \u221210 %");
}

TEST_CASE("shares are never rounded to all or nothing") {
    CHECK(percent_text(0) == "0 %");
    CHECK(percent_text(1) == "100 %");
    CHECK(percent_text(0.00004) == "0.004 %");
    CHECK(percent_text(0.0042) == "0.4 %");
    CHECK(percent_text(0.994) == "99.4 %");
    CHECK(percent_text(0.999999) == "99.99 %");
}

TEST_CASE("a histogram counts every value once, and each whole number by itself") {
    Histogram h = Histogram::over(0, 1, 1000);
    for (int i = 0; i <= 1000; ++i) h.add(i / 1000.0);
    h.add(std::numeric_limits<double>::quiet_NaN());
    h.add(7);
    CHECK(h.bins.size() == 20);
    std::uint64_t sum = 0;
    for (const auto n : h.bins) sum += n;
    CHECK(sum == 1001);
    CHECK(h.outside == 1);
    CHECK(h.values == 1002);
    CHECK(h.bins.front() == 50);

    Histogram decades = Histogram::over(0.01, 100, 64);
    CHECK(decades.logarithmic);
    CHECK(decades.bins.size() == 8);
    for (const double x : {0.011, 0.11, 1.1, 11.0}) decades.add(x);
    CHECK(decades.bins == std::vector<std::uint64_t>{1, 0, 1, 0, 1, 0, 1, 0});

    Histogram parties = Histogram::over(4, 7, 100, true);
    for (const double x : {4.0, 5.0, 5.0, 7.0}) parties.add(x);
    CHECK(parties.bins == std::vector<std::uint64_t>{1, 2, 0, 1});

    CHECK(Histogram::over(3, 3, 100).bins.size() == 1);
}

TEST_CASE("the files of a result are read field by field, and what is wrong has its row") {
    const TempDir dir;
    const std::string path = dir.path() / "a.csv";
    put(path, "cell,x,name\n0,1e+20,plain\r\n1,,\"with \"\"quotes\"\", and comma\"\n2,five,c");
    auto csv = CsvFile::open(path, {"cell", "x"});
    REQUIRE(csv.ok());
    REQUIRE(*csv->next());
    CHECK(*csv->number(1) == 1e20);
    CHECK(csv->field(2) == "plain");
    REQUIRE(*csv->next());
    CHECK(std::isnan(*csv->number(1)));
    CHECK(csv->field(2) == "with \"quotes\", and comma");
    REQUIRE(*csv->next());
    CHECK(csv->number(1).error().message == path + " row 4: x is \"five\", which is no number");
    CHECK_FALSE(*csv->next());

    put(path, "cell,x\n0,1,2\n");
    csv = CsvFile::open(path, {"cell", "x"});
    REQUIRE(csv.ok());
    CHECK(csv->next().error().code == Code::verification_failed);
    CHECK(CsvFile::open(path, {"run"}).error().message == path + " row 1: column 1 should be run");
    CHECK(CsvFile::open(path + "x", {}).error().code == Code::not_found);
}

TEST_CASE("a file longer than what is read at once keeps its rows whole") {
    const TempDir dir;
    const std::string path = dir.path() / "long.csv";
    std::string text = "run,value\n";
    constexpr std::uint64_t kRows = 150'000;
    for (std::uint64_t i = 0; i < kRows; ++i) text += std::to_string(i) + ",0.125\n";
    REQUIRE(text.size() > (1u << 20));
    put(path, text);
    auto csv = CsvFile::open(path, {"run", "value"});
    REQUIRE(csv.ok());
    std::uint64_t rows = 0, wrong = 0;
    while (*csv->next()) wrong += *csv->count(0) == rows++ ? 0 : 1;
    CHECK(rows == kRows);
    CHECK(wrong == 0);
}

TEST_CASE("what a scenario changed is found member by member") {
    const auto before = json::parse(R"({"a": {"b": 1, "c": "x"}, "list": [{"n": 1}, {"n": 2}], "gone": true})");
    const auto now = json::parse(R"({"a": {"b": 2, "c": "x"}, "list": [{"n": 1}, {"n": 3}], "new": null})");
    REQUIRE((before.ok() && now.ok()));
    std::string all;
    for (const auto& c : changed_parameters(*before, *now)) all += c.path + " " + c.before + ">" + c.now + "; ";
    CHECK(all == "a.b 1>2; list[1].n 2>3; new >null; gone true>; ");
}

TEST_CASE("the page is the same bytes each time, and no name gets out of its place") {
    ReportData data = report_of(1000, failing(120, 1000, 0.25, false), failing(713, 1000, 0.8));
    data.name = "</script><script>alert(1)</script>{{DATA}}&\"'";
    data.scenario = json_of(*json::parse(R"({"name": "<!--<script>", "x": [1.50, -2e3, true, null]})"));
    const std::string html = report_page(data, "");
    CHECK(html == report_page(data, ""));
    CHECK(times(html, "<script") == 2);  // the data and the program
    CHECK(times(html, "</script>") == 2);
    CHECK(html.find("<title>&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;{{DATA}}&amp;&quot;&#39;</title>") !=
          std::string::npos);
    CHECK(html.find(R"("x":[1.50,-2e3,true,null])") != std::string::npos);
    CHECK(html.find("in 71\u00a0% of runs.</span>") != std::string::npos);
    for (const char* outside : {"http://", "https://", "//cdn", "@import", "url(http"})
        CHECK(times(html, outside) ==
              (std::string(outside) == "http://" ? times(html, "http://www.w3.org/2000/svg") : 0));
    CHECK(report_page(data, "A title").find("<title>A title</title>") != std::string::npos);
}

TEST_CASE("a report is written over a report and over nothing else") {
    const TempDir dir;
    const std::string path = dir.path() / "report.html";
    const ReportData data = report_of(20, failing(0, 20, 0.25, false), failing(1, 20, 0.8));
    const std::string first = report_page(data, "first"), second = report_page(data, "second");
    REQUIRE(write_report(path, first).ok());
    REQUIRE(write_report(path, second).ok());
    CHECK(got(path) == second);

    put(path, "<!doctype html><title>somebody's own</title>");
    CHECK(write_report(path, first).error().code == Code::already_exists);
    CHECK(got(path) == "<!doctype html><title>somebody's own</title>");
    CHECK(write_report(dir.path(), first).error().code == Code::already_exists);
    CHECK(write_report(dir.path() / "no" / "folder.html", first).error().code == Code::io_error);
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(dir.path())) files += entry.exists() ? 1 : 0;
    CHECK(files == 1);  // nothing is left beside it
}
