// A commit's opening as the file that `assay-prover verify` reads offline: what the chain was shown, and all that is
// needed to check it.
//
//   ASSAY_TRY(const json::Value file, fetch_opening_file(rpc, commit_id));
#pragma once

#include "wallet/client/rpc_client.hpp"

#include "base/bytes.hpp"

namespace assay::wallet {

/// Errors: not_found (unknown commit), not_challenged (not opened yet, or never), those of the calls.
[[nodiscard]] Result<json::Value> fetch_opening_file(RpcClient& rpc, const Hash& commit);

}  // namespace assay::wallet
