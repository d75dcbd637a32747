#include "tokenomics/sim/reproduce.hpp"

#include <algorithm>

#include "tokenomics/sim/reproduce_figures.hpp"

namespace assay::sim {
namespace figures {
namespace {

u128 power_of_ten(unsigned n) {
    u128 out = 1;
    for (unsigned i = 0; i < n; ++i) out *= 10;
    return out;
}

// Just so many decimals, zeros as well.
std::string with_digits(u128 n, unsigned digits) {
    std::string text = to_digits(n);
    if (digits == 0) return text;
    if (text.size() <= digits) text.insert(0, digits + 1 - text.size(), '0');
    return text.insert(text.size() - digits, ".");
}

}  // namespace

std::string rounded(Amount a, unsigned decimals, unsigned digits) {
    const u128 unit = power_of_ten(decimals - digits), rest = a.units % unit;
    return with_digits(a.units / unit + (rest >= unit - rest ? 1 : 0), digits);
}

std::string cut(Amount a, unsigned decimals, unsigned digits) {
    return with_digits(a.units / power_of_ten(decimals - digits), digits);
}

Result<std::vector<ScheduleRow>> rows_of(const Scenario& s, Every every, std::uint64_t periods) {
    return schedule_rows(s, {.every = every, .periods = periods, .from = {}, .threads = 1});
}

}  // namespace figures

namespace {

constexpr struct {
    const char* preset;
    Status (*figures)(figures::Figures&);
} kAll[] = {{"aethir", figures::aethir},     {"akash", figures::akash},   {"bittensor", figures::bittensor},
            {"filecoin", figures::filecoin}, {"gensyn", figures::gensyn}, {"golem", figures::golem},
            {"gonka", figures::gonka},       {"helium", figures::helium}, {"io-net", figures::io_net},
            {"livepeer", figures::livepeer}, {"near", figures::near},     {"pocket", figures::pocket},
            {"render", figures::render}};

std::size_t decimals_of(const std::string& number) {
    const auto dot = number.find('.');
    return dot == std::string::npos ? 0 : number.size() - dot - 1;
}

}  // namespace

std::string Published::difference() const {
    const auto digits = static_cast<unsigned>(std::max(decimals_of(published), decimals_of(computed)));
    const auto theirs = parse_decimal(published, digits), ours = parse_decimal(computed, digits);
    if (!theirs || !ours) return {};
    return *ours < *theirs ? "-" + format_decimal(*theirs - *ours, digits) : format_decimal(*ours - *theirs, digits);
}

Result<std::vector<Published>> reproduce(const std::string& preset) {
    std::vector<Published> out;
    std::string names;
    bool any = false;
    for (const auto& each : kAll) {
        names += std::string(names.empty() ? "" : ", ") + each.preset;
        if (preset != "all" && preset != each.preset) continue;
        any = true;
        figures::Figures of(each.preset);
        ASSAY_TRY_VOID(each.figures(of));
        for (Published& row : of.take()) out.push_back(std::move(row));
    }
    if (!any) return {Code::not_found, "no published figures of \"" + preset + "\" are kept: there are all, " + names};
    return out;
}

}  // namespace assay::sim
