// Where a chain begins: identity, parameters, first accounts and validators. JSON with comments for people; the
// genesis hash covers the Borsh form, never the JSON bytes.
#pragma once

#include "base/json.hpp"
#include "chain/records.hpp"
#include "tokenomics/params.hpp"
#include "tokenomics/warnings.hpp"

namespace assay::chain {

struct GenesisAccount {
    Address address;
    Amount amount;
    std::vector<tokenomics::Grant> vesting = {};  ///< beside the amount
    ASSAY_FIELDS(address, amount, vesting)
};
struct GenesisValidator {
    Address operator_address;
    std::string name;
    Amount bond;
    Hash consensus_key;
    Hash beacon_tip;
    ASSAY_FIELDS(operator_address, name, bond, consensus_key, beacon_tip)
};
struct Genesis {
    std::string chain_id;
    TimeMs time;
    tokenomics::Params params;
    std::vector<GenesisAccount> accounts;
    std::vector<GenesisValidator> validators;
    ASSAY_FIELDS(chain_id, time, params, accounts, validators)
};

/// A node's own keys stand in for "local" in a preset's validator entry.
struct LocalValidator {
    Hash consensus_key;
    Hash beacon_tip;
};

/// Errors: json_*, number_unpublished and bad_genesis, with file, line, column, field and rule. "local" without `local`
/// is an error.
[[nodiscard]] Result<Genesis> parse_genesis(std::string_view text, std::string_view source,
                                            const std::optional<LocalValidator>& local = {});
/// The same economy from another time on: grants keep their distance from the beginning. Errors: bad_genesis where a
/// time would leave 1970 to 9999.
[[nodiscard]] Status begin_at(Genesis& genesis, TimeMs time);
/// Sums, caps, duplicate addresses, parameters (tokenomics::validate).
[[nodiscard]] Status validate(const Genesis& genesis);
/// Of a valid genesis: what tokenomics::warnings() wants to know of it.
[[nodiscard]] tokenomics::GenesisFacts facts_of(const Genesis& genesis);
/// Canonical JSON that parses back to the same Borsh bytes.
[[nodiscard]] std::string genesis_to_json(const Genesis& genesis);
/// The power of each validator at height 0, parallel to genesis.validators: what App::init_chain gives them. 0 for who
/// is below the first validators.max by bond.
[[nodiscard]] std::vector<std::uint64_t> genesis_powers(const Genesis& genesis);
/// H("assay/genesis", Borsh).
[[nodiscard]] Hash genesis_hash(const Genesis& genesis);

}  // namespace assay::chain
