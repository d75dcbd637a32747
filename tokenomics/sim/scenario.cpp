#include "tokenomics/sim/scenario.hpp"

#include "tokenomics/sim/document.hpp"
#include "tokenomics/sim/scenario_read.hpp"

namespace assay::sim {
namespace {

std::vector<Error> errors_of(const json::Value& root) {
    return read_scenario(root).errors;
}

}  // namespace

std::uint64_t Scenario::steps() const {
    const double n = horizon_days * 86'400'000.0 / static_cast<double>(step_ms);
    return n > 1e15 ? ~std::uint64_t{0} : static_cast<std::uint64_t>(n);
}

Price Scenario::first_price() const {
    return Price{static_cast<std::uint64_t>(initial.price_usd * 1e8 + 0.5)};  // at most 10^6 USD
}

Result<Scenario> scenario_of(const json::Value& document) {
    Reading r = read_scenario(document);
    if (!r.errors.empty()) return r.errors.front();
    return std::move(r.s);
}

Result<Scenario> load_scenario(const std::string& source, const std::vector<std::string>& sets) {
    const auto good = [](const json::Value& root) -> Status {
        const auto errors = errors_of(root);
        return errors.empty() ? Status{} : Status{errors.front()};
    };
    ASSAY_TRY(const json::Value root, load_document(source, sets, good));
    return scenario_of(root);
}

std::vector<Error> scenario_errors(const std::string& source, const std::vector<std::string>& sets) {
    return document_errors(source, sets, errors_of);
}

}  // namespace assay::sim
