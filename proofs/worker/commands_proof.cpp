#include "base/hex.hpp"
#include "proofs/sample.hpp"
#include "proofs/worker/commands.hpp"
#include "proofs/worker/files.hpp"
#include "proofs/worker/machine.hpp"
#include "proofs/worker/output.hpp"

namespace assay::proofs::worker {

namespace {

Hash hash_argument(const std::string& text, const char* option) {
    auto out = fixed_from_hex<Hash>(text);
    if (!out) throw Failure(Code::usage, std::string(option) + ": " + out.error().message);
    return *out;
}

/// Does the work and, unless it is to be wrong, rechecks it before anybody hears of the root.
WorkResult do_work(const Common& c, const Spec& spec, const std::string& fault_text) {
    const auto fault = parse_fault(fault_text);
    if (!fault) throw Failure(Code::usage, fault.error().message);
    const auto backend = open_device(c.device, c.threads);
    note("working on " + backend->name() + ": " + std::to_string(work_units(spec.params)) + " units");
    WorkResult work = take(prove(spec.params, spec.ctx, *backend, *fault));
    if (fault->kind == FaultKind::none) take(recheck(work, spec.ctx, 32));
    return work;
}

/// Of a lane of hashes or of a walk.
template <class Lanes>
std::string why_wrong(const Lanes& p, std::uint64_t leaf) {
    const std::uint64_t per_lane = segments_per_lane(p), lane = leaf / per_lane, segment = leaf % per_lane;
    return "leaf " + std::to_string(leaf) + " (lane " + std::to_string(lane) + ", steps " +
           std::to_string(segment * p.leaf_every) + " to " + std::to_string((segment + 1) * p.leaf_every - 1) +
           ") is in the tree, but is not what " + std::to_string(p.leaf_every) + " steps from " +
           (segment == 0 ? "the lane's start" : "leaf " + std::to_string(leaf - 1)) + " give";
}

std::string why_wrong(const GemmParams& p, std::uint64_t index) {
    const SubtilePlace at = subtile_place(p.n, index);
    const auto range = [](std::uint64_t first) {
        return std::to_string(first * kSubtileSide) + " to " + std::to_string(first * kSubtileSide + kSubtileSide - 1);
    };
    return "sub-tile " + std::to_string(index) + " (rows " + range(at.row) + ", columns " + range(at.col) +
           "): its digest is in leaf " + std::to_string(index / kSubtilesPerTile) +
           ", but is not that of the product of these rows";
}

std::string why_wrong(const WorkParams& params, std::uint64_t index) {
    return std::visit([&](const auto& p) { return why_wrong(p, index); }, params);
}

}  // namespace

void example_command(const Common&, const std::string& kind) {
    print_line(to_json(example_spec(kind)).dump(2));
}

void prove_command(const Common& c, const std::string& spec_path, const std::string& out, const std::string& fault) {
    Proof proof;
    proof.spec = parse_spec(read_file(spec_path), spec_path);
    proof.fault = fault;
    const WorkResult work = do_work(c, proof.spec, fault);
    proof.root = work.root();
    write_file(out, to_json(proof).dump(2) + "\n");
    if (out == "-") return;
    if (c.json)
        print_json({{"root", to_hex(proof.root.view())}, {"leaf_count", leaf_count(proof.spec.params)}, {"out", out}});
    else
        print_line("root " + to_hex(proof.root.view()) + ", " + std::to_string(leaf_count(proof.spec.params)) +
                   " leaves; written to " + out);
}

void open_command(const Common& c, const OpenArguments& a) {
    const int ways = !a.seed.empty() + !a.beacon_hc.empty() + !a.indices.empty();
    if (ways != 1) throw Failure(Code::usage, "give one of --seed, --beacon and --indices");
    const Proof proof = parse_proof(read_file(a.proof), a.proof);
    OpeningFile out;
    out.spec = proof.spec;
    out.root = proof.root;
    std::vector<std::uint64_t> targets = a.indices;
    if (!a.beacon_hc.empty()) {
        out.beacon_hc = hash_argument(a.beacon_hc, "--beacon");
        out.seed = challenge_seed(*out.beacon_hc, proof.root, proof.spec.ctx);
    } else if (!a.seed.empty()) {
        out.seed = hash_argument(a.seed, "--seed");
    }
    if (out.seed) {
        out.samples = a.samples;
        targets = sample_indices(*out.seed, sample_range(proof.spec.params), a.samples);
    } else {
        out.indices = targets;
    }
    const WorkResult work = do_work(c, proof.spec, proof.fault);
    if (work.root() != proof.root)
        throw Failure(Code::verification_failed,
                      "the work gives another root than the proof states, " + to_hex(work.root().view()));
    out.opening = take(work.open(targets));
    write_file(a.out, to_json(out).dump(2) + "\n");
    if (a.out == "-") return;
    const std::uint64_t leaves = out.opening.leaves.size() / leaf_words(out.spec.params);
    if (c.json)
        print_json({{"leaves", leaves}, {"siblings", out.opening.siblings.size()}, {"out", a.out}});
    else
        print_line(std::to_string(leaves) + " leaves and " + std::to_string(out.opening.siblings.size()) +
                   " siblings written to " + a.out);
}

void verify_command(const Common& c, const std::string& path) {
    const OpeningFile o = parse_opening(read_file(path), path);
    std::string bound = "none: the indices were chosen by hand, and a cheater would choose well";
    if (o.seed) bound = "seed: whoever made the seed chose the sample";
    if (o.seed && o.beacon_hc) {
        if (challenge_seed(*o.beacon_hc, o.root, o.spec.ctx) != *o.seed)
            throw Failure(Code::verification_failed, "the seed does not come from this beacon, root and ctx");
        bound = "beacon " + to_hex(o.beacon_hc->view());
    }
    if (o.seed && !o.indices.empty() && o.indices != sample_indices(*o.seed, sample_range(o.spec.params), o.samples))
        throw Failure(Code::verification_failed, "the indices are not those that the seed picks");
    const auto verdict = o.seed ? verify_opening(o.spec.params, o.spec.ctx, o.root, *o.seed, o.samples, o.opening)
                                : verify_targets(o.spec.params, o.spec.ctx, o.root, o.indices, o.opening);
    if (!verdict)
        throw Failure(Code::verification_failed, std::string(verdict.error().word()) + ": " + verdict.error().message);

    Json reasons = Json::array();
    for (const auto leaf : verdict->bad)
        reasons.push_back({{"index", leaf}, {"reason", why_wrong(o.spec.params, leaf)}});
    if (!verdict->bad.empty()) {
        for (const auto leaf : verdict->bad) note(why_wrong(o.spec.params, leaf));
        throw Failure(Code::verification_failed,
                      std::to_string(verdict->bad.size()) + " of " + std::to_string(verdict->targets.size()) +
                          " samples are wrong; the first: " + why_wrong(o.spec.params, verdict->bad[0]));
    }
    if (c.json)
        return print_json({{"verdict", "pass"},
                           {"root", to_hex(o.root.view())},
                           {"samples", verdict->targets.size()},
                           {"indices", verdict->targets},
                           {"bad", reasons},
                           {"indices_bound_to", bound}});
    print_line("pass: " + std::to_string(verdict->targets.size()) + " samples recomputed, root " +
               to_hex(o.root.view()));
    print_line("indices bound to " + bound);
}

}  // namespace assay::proofs::worker
