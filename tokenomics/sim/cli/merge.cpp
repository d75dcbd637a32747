// `assay-sim merge`: shards to the bytes of the unsharded run.
#include "tokenomics/sim/cli/commands.hpp"
#include "tokenomics/sim/cli/result_text.hpp"
#include "tokenomics/sim/cli/study_options.hpp"
#include "tokenomics/sim/run/job.hpp"

namespace assay::sim::cli {

int run_merge(const Output& out, const MergeCommand& c) {
    (void)watch_interrupts();
    RenderOptions render;
    render.version = version_text();
    if (!c.dirs.empty() && study::is_sweep_shard(c.dirs[0])) {
        const auto sweep = study::merge_sweep(c.dirs, c.out, render);
        if (!sweep)
            return out.fail(sweep.error(), sweep.error().code == Code::already_exists ? "take another --out" : "");
        const auto manifest = read_manifest(c.out);
        if (!manifest) return out.fail(manifest.error());
        const std::string design = manifest->study.substr(6, manifest->study.find(';') - 6);  // "sweep grid; …"
        return print_sweep(out, c.out, sweep->cells[0].scenario, design, *sweep);
    }
    const auto result = merge_shards(c.dirs, c.out, render);
    if (!result) {
        const bool refused = result.error().code == Code::already_exists;
        return out.fail(result.error(), refused ? "take another --out" : "");
    }
    return print_result(out, c.out, *result);
}

}  // namespace assay::sim::cli
