#include "base/bech32m.hpp"
#include "base/hex.hpp"
#include "node/json.hpp"
#include "node/views/views.hpp"

namespace assay::node {

std::string Style::address(const Address& a) const {
    return encode_address(prefix, a);
}

Style style_of(const tokenomics::Params& params) {
    return {params.token.prefix, params.token.decimals, params.token.denom};
}

Style style_of(const chain::App& app) {
    return app.read([](const chain::StateView& s) { return style_of(s.params()); });
}

std::string digits(Amount a) {
    return to_digits(a.units);
}
std::string digits(Credits c) {
    return to_digits(c.units);
}
std::string hex(const Hash& h) {
    return to_hex(h.view());
}
Json state_file_json(const chain::StateFileHeader& h) {
    return Json{{"chain_id", h.chain_id},
                {"height", h.height.value},
                {"app_hash", hex(h.app_hash)},
                {"genesis_hash", hex(h.genesis_hash)},
                {"records", h.records}};
}
Json price_json(Price p) {
    return std::to_string(p.value);
}
std::string usd(Price p) {
    return format_decimal(p.value, 8);
}

}  // namespace assay::node
