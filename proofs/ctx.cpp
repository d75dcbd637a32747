#include "proofs/ctx.hpp"

#include <string>

#include "base/sha256.hpp"

namespace assay::proofs {

Hash work_ctx(std::string_view chain_id, const WorkParams& params, const Hash& task, Epoch epoch,
              const Address& provider, std::uint32_t slot, const Hash& beacon_h0) {
    static const TaggedHash kTag("assay/ctx");
    Bytes bound;
    borsh::Writer out(bound);
    out.put(std::string(chain_id));
    out.put(params);
    out.put(task);
    out.put(epoch);
    out.put(provider);
    out.put(slot);
    out.put(beacon_h0);
    return kTag.hash(bound);
}

Hash challenge_seed(const Hash& beacon_hc, const Hash& root, const Hash& ctx) {
    static const TaggedHash kTag("assay/challenge");
    return kTag.begin().update(beacon_hc.view()).update(root.view()).update(ctx.view()).final();
}

}  // namespace assay::proofs
