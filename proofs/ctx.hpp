// What a piece of work is bound to, and the randomness that picks its sample.
//
//   Hash ctx = work_ctx("assay-devnet-1", params, task, Epoch{7}, provider, 0, beacon_at_h0);
//   Hash seed = challenge_seed(beacon_at_hc, root, ctx);
//
// Every input of the work derives from ctx: a result can be neither replayed, nor copied from the mempool, nor used in
// another epoch, slot or size, nor shared by two identities.
//
//   ctx = H("assay/ctx", …)                      | seed = H("assay/challenge", …)
//   bytes  field                                 | bytes  field
//   4 + n  chain id: u32 length, UTF-8           | 32     beacon at hc
//   1      kind of work                          | 32     Merkle root of the leaves
//   20     lanes: u64 lanes, u64 steps, u32 T    | 32     ctx
//          gemm: u64 m, u64 n, u32 k             |
//   36     vram: u64 items, lanes, steps,        |
//          u32 leaf_every, windows, stay         |
//   32     task id
//   8      epoch, u64
//   32     provider's address
//   4      device slot, u32
//   32     beacon at h0                          integers are little-endian
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"
#include "base/types.hpp"
#include "proofs/kinds.hpp"

namespace assay::proofs {

[[nodiscard]] Hash work_ctx(std::string_view chain_id, const WorkParams& params, const Hash& task, Epoch epoch,
                            const Address& provider, std::uint32_t slot, const Hash& beacon_h0);

[[nodiscard]] Hash challenge_seed(const Hash& beacon_hc, const Hash& root, const Hash& ctx);

}  // namespace assay::proofs
