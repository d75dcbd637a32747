// `assay-sim merge`: shards to the bytes of the unsharded run.
#include "tokenomics/sim/cli/commands.hpp"
#include "tokenomics/sim/cli/result_text.hpp"
#include "tokenomics/sim/run/job.hpp"

namespace assay::sim::cli {

int run_merge(const Output& out, const MergeCommand& c) {
    (void)watch_interrupts();
    RenderOptions render;
    render.version = version_text();
    const auto result = merge_shards(c.dirs, c.out, render);
    if (!result) {
        const bool refused = result.error().code == Code::already_exists;
        return out.fail(result.error(), refused ? "take another --out" : "");
    }
    return print_result(out, c.out, *result);
}

}  // namespace assay::sim::cli
