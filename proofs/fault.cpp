#include "proofs/fault.hpp"

namespace assay::proofs {

Result<Fault> parse_fault(std::string_view text) {
    if (text.empty() || text == "none") return Fault{};
    if (text == "replay") return Fault{FaultKind::replay, {}, 0};
    if (text == "zero") return Fault{FaultKind::zero, {}, 0};
    if (text == "copy") return Fault{FaultKind::copy, {}, 0};
    if (text.starts_with("skip=")) {
        const auto share = parse_decimal(text.substr(5), 9);
        if (!share || *share > Ppb::kOne)
            return {Code::invalid_params, "skip takes a share from 0 to 1, as in skip=0.1"};
        return Fault{FaultKind::skip, Ppb{static_cast<std::uint64_t>(*share)}, 0};
    }
    if (text.starts_with("flip=")) {
        const auto count = parse_digits(text.substr(5));
        if (!count || *count == 0 || *count > 1'000'000)
            return {Code::invalid_params, "flip takes a number of bits from 1 to 1000000, as in flip=3"};
        return Fault{FaultKind::flip, {}, static_cast<std::uint64_t>(*count)};
    }
    return {Code::invalid_params, "a fault is none, skip=SHARE, flip=N, replay, zero or copy"};
}

}  // namespace assay::proofs
