// Path-steps per second of assay-sim's model, exact money and every step checked, over a plain Python loop of the same
// model (sim_reference.py) on the same scenario: one core each, in one run. The results are compared first: without
// chance the path must be Python's to nine digits, with chance every mean within five standard errors.
//
//   bench_sim [PYTHON]       prints one JSON object; exits 1 where a result differs
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "tokenomics/sim/run/simulate.hpp"
#include "tokenomics/sim/schedule.hpp"
#include "tokenomics/sim/text.hpp"

using namespace assay;
using namespace assay::sim;

namespace {

constexpr std::uint64_t kPythonRuns = 60;
constexpr std::uint64_t kRuns = 400;
constexpr std::uint64_t kSteps = 365;

[[noreturn]] void stop(const std::string& why) {
    std::fprintf(stderr, "bench_sim: %s\n", why.c_str());
    std::exit(1);
}

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// What the reference needs beside the scenario: the schedule by steps, and windows counted in steps.
std::string input_for_python(const Scenario& s) {
    std::vector<Epoch> bounds;
    for (std::uint64_t k = 0; k <= s.steps(); ++k)
        bounds.push_back(Epoch{(k * s.step_ms + s.epoch_ms() - 1) / s.epoch_ms()});
    const auto sums = schedule_between(s.params.emission, bounds, 1);
    if (!sums) stop(sums.error().message);
    const std::uint64_t rounds = s.step_ms / (s.params.bme.round_blocks * s.params.block.time_ms);
    std::string out =
        "{\"scenario\":" + scenario_json(s) + ",\"steps\":" + std::to_string(s.steps()) +
        ",\"step_days\":" + shortest(static_cast<double>(s.step_ms) / 86'400'000.0) +
        ",\"ema_rounds\":" + std::to_string(std::max<std::uint64_t>(1, s.params.price.ema_rounds / rounds)) +
        ",\"max_move_ppb\":" +
        std::to_string(std::min<std::uint64_t>(s.params.price.max_move.value * rounds, Ppb::kOne)) +
        ",\"stale_steps\":" +
        std::to_string(std::max<std::uint64_t>(2, s.params.price.stale_blocks * s.params.block.time_ms / s.step_ms)) +
        ",\"unbonding_steps\":" + std::to_string((s.params.stake.unbonding_ms + s.step_ms - 1) / s.step_ms) +
        ",\"emission\":[";
    for (std::size_t i = 0; i < sums->size(); ++i) out += (i == 0 ? "\"" : ",\"") + to_digits((*sums)[i].units) + "\"";
    return out + "]}";
}

json::Value run_python(const std::string& python, const Scenario& s) {
    char name[] = "/tmp/bench_sim-XXXXXX";
    const int fd = ::mkstemp(name);
    if (fd < 0) stop("no file can be made in /tmp");
    std::FILE* f = ::fdopen(fd, "wb");
    const std::string input = input_for_python(s);
    if (std::fwrite(input.data(), 1, input.size(), f) != input.size() || std::fclose(f) != 0) stop("/tmp is full");
    const std::string command =
        python + " -O " + ASSAY_SOURCE_DIR "/bench/sim_reference.py " + name + " " + std::to_string(kPythonRuns) + " 1";
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) stop("python cannot be started");
    std::string text;
    char chunk[4096];
    for (std::size_t n = 0; (n = std::fread(chunk, 1, sizeof chunk, pipe)) > 0;) text.append(chunk, n);
    const int code = ::pclose(pipe);
    std::remove(name);
    if (code != 0) stop("the reference failed");
    auto value = json::parse(text, {.max_bytes = 64u << 20});
    if (!value) stop("the reference's answer: " + value.error().message);
    return *std::move(value);
}

double number(const json::Value& v, const char* name) {
    const json::Value* found = v.find(name);
    const auto x = found == nullptr ? Result<double>{Code::json_missing_key, name} : json::as_double(*found, name);
    if (!x) stop("the reference's answer: " + x.error().message);
    return *x;
}

Model model_of(const Scenario& s) {
    auto m = Model::make(s, {.points = 1});
    if (!m) stop(m.error().message);
    return *std::move(m);
}

}  // namespace

int main(int argc, char** argv) {
    const auto scenario =
        load_scenario("devnet", {"horizon_days=" + std::to_string(kSteps), "stake.unbonding_ms=1814400000"});
    if (!scenario) stop(scenario.error().message);
    const json::Value reference = run_python(argc > 1 ? argv[1] : "python3", *scenario);

    // Without chance: the same path.
    Scenario quiet = *scenario;
    quiet.market.volatility = 0;
    // Demand keeps its drift of -volatility^2/2, which a volatility of zero would take away.
    quiet.demand.drift -= 0.5 * quiet.demand.volatility * quiet.demand.volatility;
    quiet.demand.volatility = 0;
    BlockResult still;
    if (const Status ok = model_of(quiet).run_block(0, still); !ok) stop(ok.error().message);
    const json::Value* expected = reference.find("without_chance");
    const json::Value* runs = reference.find("runs");
    if (expected == nullptr || runs == nullptr) stop("the reference's answer lacks its results");
    double worst = 0;
    for (std::size_t i = 0; i < kFigureCount; ++i) {
        if (expected->find(kFigures[i].name) == nullptr) continue;  // of the figures, the reference has some
        const double theirs = number(*expected, kFigures[i].name), ours = still.figures[i][0];
        worst = std::max(worst, std::abs(ours - theirs) / std::max(1e-3, std::abs(theirs)));
    }
    if (worst > 1e-9) stop("without chance the paths differ by " + shortest(worst));

    // With chance: the same means, and the speed.
    double best = 1e9;
    CellResult outcome;
    for (int round = 0; round < 5; ++round) {
        const double began = now();
        auto o = simulate(*scenario, {.runs = kRuns, .threads = 1, .points = 1});
        best = std::min(best, now() - began);
        if (!o) stop(o.error().message);
        outcome = *std::move(o);
    }
    double worst_sigmas = 0;
    for (std::size_t i = 0; i < kFigureCount; ++i) {
        const json::Value* values = runs->find(kFigures[i].name);
        if (values == nullptr) continue;
        std::vector<double> theirs;
        for (const json::Value& v : values->items) {
            const auto x = json::as_double(v, kFigures[i].name);
            if (!x) stop(x.error().message);
            theirs.push_back(*x);
        }
        const Moments a = moments(outcome.figure(i)), b = moments(theirs);
        const double error = std::hypot(a.standard_error, b.standard_error);
        if (error > 0) worst_sigmas = std::max(worst_sigmas, std::abs(a.mean - b.mean) / error);
    }
    if (worst_sigmas > 5) stop("means differ by " + shortest(worst_sigmas) + " standard errors");

    const double ours = static_cast<double>(kRuns * kSteps) / best, python = number(reference, "path_steps_per_s");
    std::printf(
        "{\"name\":\"sim_over_python\",\"assay_path_steps_per_s\":%.0f,\"python_path_steps_per_s\":%.0f,\"ratio\":%.1f,"
        "\"target\":18,\"largest_difference_without_chance\":%.2g,\"largest_difference_of_means_in_standard_errors\":%."
        "2f}\n",
        ours, python, ours / python, worst, worst_sigmas);
    return 0;
}
