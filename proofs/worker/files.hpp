// The three files of offline proving, all JSON:
//
//   SPEC      what is to be done: kind, params, and either ctx or everything that ctx binds
//   PROOF     a finished work: the spec, the root, how it was done. Small: leaves are made again when it is opened.
//   OPENING   what the chain takes for one challenge, with all that is needed to check it
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proofs/ctx.hpp"
#include "proofs/fault.hpp"
#include "proofs/opening.hpp"
#include "proofs/worker/output.hpp"

namespace assay::proofs::worker {

/// What ctx is made of (proofs/ctx.hpp).
struct Binding {
    std::string chain_id;
    Hash task;
    Epoch epoch;
    Address provider;
    std::uint32_t slot = 0;
    Hash beacon_h0;
};

struct Spec {
    WorkParams params;
    std::optional<Binding> binding;
    Hash ctx;
};

struct Proof {
    Spec spec;
    Hash root;
    std::string fault = "none";
};

struct OpeningFile {
    Spec spec;
    Hash root;
    std::uint64_t samples = 0;           ///< with a seed: how many indices were drawn
    std::optional<Hash> seed;            ///< absent: the indices were chosen by hand
    std::optional<Hash> beacon_hc;       ///< the beacon that the seed comes from
    std::vector<std::uint64_t> indices;  ///< without a seed
    Opening opening;
};

// `source` names the file in messages. Each throws Failure with line and column.
[[nodiscard]] Spec parse_spec(const std::string& text, const std::string& source);
[[nodiscard]] Proof parse_proof(const std::string& text, const std::string& source);
[[nodiscard]] OpeningFile parse_opening(const std::string& text, const std::string& source);

[[nodiscard]] Json to_json(const Spec& spec);
[[nodiscard]] Json to_json(const Proof& proof);
[[nodiscard]] Json to_json(const OpeningFile& opening);

/// A small spec of that kind, with a ctx of its own. Errors: usage for a kind that this program does not do.
[[nodiscard]] Spec example_spec(const std::string& kind);

}  // namespace assay::proofs::worker
