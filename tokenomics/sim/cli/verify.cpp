// `assay-sim verify`: a result is run again, and every file compared.
#include "tokenomics/sim/cli/commands.hpp"
#include "tokenomics/sim/run/job.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim::cli {

int run_verify(const Output& out, const VerifyCommand& c) {
    const auto threads = thread_count(c.threads);
    if (!threads) return out.fail(threads.error());
    Result<Verified> verified{Code::internal, "nothing ran"};
    {
        Progress progress(c.progress == "json");
        progress.show(0, 1, 1);
        verified = verify_result(c.dir, *threads, watch_interrupts(),
                                 [&](std::uint64_t done, std::uint64_t of) { progress.show(done, of, 1); });
    }
    if (!verified) return out.fail(verified.error());
    const auto names = [](const std::vector<std::string>& all, const char* quote) {
        std::string text;
        for (const auto& name : all) text += (text.empty() ? "" : ",") + (quote + name) + quote;
        return text;
    };
    const Manifest& m = verified->manifest;
    if (!verified->different.empty())
        return out.fail({Code::verification_failed, c.dir + ": run again, " + names(verified->different, "") +
                                                        " differ; the result hash would be " + verified->result_hash +
                                                        ", not " + m.result_hash},
                        m.version == version_text() ? "" : "it was made by " + m.version);
    if (out.json)
        return out.done("{\"dir\":" + json_text(c.dir) + ",\"result_hash\":\"" + m.result_hash +
                        "\",\"runs\":" + std::to_string(m.runs) + ",\"same\":true,\"unchecked\":[" +
                        names(verified->unchecked, "\"") + "]}\n");
    return out.done(c.dir + ": " + std::to_string(m.runs) + " runs again, the same bytes\nresult hash " +
                    m.result_hash + "\n" +
                    (verified->unchecked.empty() ? "" : "not run again: " + names(verified->unchecked, "") + "\n"));
}

}  // namespace assay::sim::cli
