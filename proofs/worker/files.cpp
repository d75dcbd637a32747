#include "proofs/worker/files.hpp"

#include "base/bech32m.hpp"
#include "base/hex.hpp"
#include "base/json.hpp"
#include "base/sha256.hpp"

namespace assay::proofs::worker {

namespace {

constexpr std::size_t kMaxFile = 64u << 20;
constexpr std::uint64_t kMaxHashes = 1u << 20;

template <class Fixed>
Fixed fixed(json::Object& from, std::string_view key) {
    auto out = fixed_from_hex<Fixed>(take(from.string(key)));
    if (!out) throw Failure(out.error().code, from.path(key) + ": " + out.error().message);
    return *out;
}

Address address(json::Object& from, std::string_view key) {
    const std::string text = take(from.string(key));
    if (text.size() == 2 * Address::kSize)
        if (auto raw = fixed_from_hex<Address>(text)) return *raw;
    const auto split = text.rfind('1');
    auto out = decode_address(split == std::string::npos ? "" : std::string_view(text).substr(0, split), text);
    if (!out) throw Failure(out.error().code, from.path(key) + ": " + out.error().message);
    return *out;
}

std::vector<Hash> hashes(json::Object& from, std::string_view key) {
    std::vector<Hash> out;
    for (const auto& item : take(from.array(key, kMaxHashes))) {
        auto one = fixed_from_hex<Hash>(take(json::as_string(item, from.path(key))));
        if (!one)
            throw Failure(one.error().code,
                          from.path(key) + "[" + std::to_string(out.size()) + "]: " + one.error().message);
        out.push_back(*one);
    }
    return out;
}

WorkParams read_params(const std::string& kind, json::Object params) {
    WorkParams out;
    if (kind == "lanes") {
        LanesParams lanes;
        lanes.lanes = take(params.u64("lanes", 1));
        lanes.steps = take(params.u64("steps", 1));
        lanes.leaf_every = static_cast<std::uint32_t>(take(params.u64("leaf_every", 16, 4096)));
        out = lanes;
    } else if (kind == "gemm") {
        GemmParams gemm;
        gemm.m = take(params.u64("m", 256));
        gemm.n = take(params.u64("n", 256));
        gemm.k = static_cast<std::uint32_t>(take(params.u64("k", 128, kMaxGemmK)));
        out = gemm;
    } else if (kind == "vram") {
        constexpr std::uint64_t kMost32 = 0xffffffffu;
        VramParams vram;
        vram.items = take(params.u64("items", 1, kMaxVramItems));
        vram.lanes = take(params.u64("lanes", 1));
        vram.steps = take(params.u64("steps", 1));
        vram.leaf_every = static_cast<std::uint32_t>(take(params.u64("leaf_every", 16, kMaxVramLeafEvery)));
        vram.windows = static_cast<std::uint32_t>(take(params.u64("windows", 1, kMost32)));
        vram.stay = static_cast<std::uint32_t>(take(params.u64("stay", 0, kMost32)));
        out = vram;
    } else {
        throw Failure(Code::invalid_params, "kind is lanes, gemm or vram; " + kind + " is not known here");
    }
    take(params.done());
    take(validate(out));
    return out;
}

Json params_json(const WorkParams& p) {
    if (const auto* gemm = std::get_if<GemmParams>(&p)) return {{"m", gemm->m}, {"n", gemm->n}, {"k", gemm->k}};
    if (const auto* vram = std::get_if<VramParams>(&p))
        return {{"items", vram->items},           {"lanes", vram->lanes},     {"steps", vram->steps},
                {"leaf_every", vram->leaf_every}, {"windows", vram->windows}, {"stay", vram->stay}};
    const auto& lanes = std::get<LanesParams>(p);
    return {{"lanes", lanes.lanes}, {"steps", lanes.steps}, {"leaf_every", lanes.leaf_every}};
}

Spec read_spec(json::Object& top) {
    Spec out;
    const std::string kind = take(top.string("kind"));
    out.params = read_params(kind, take(top.object("params")));

    std::optional<Hash> stated;
    if (top.optional("ctx") != nullptr) stated = fixed<Hash>(top, "ctx");
    if (top.optional("binding") != nullptr) {
        json::Object from = take(top.object("binding"));
        Binding b;
        b.chain_id = take(from.string("chain_id"));
        b.task = fixed<Hash>(from, "task");
        b.epoch = Epoch{take(from.u64("epoch"))};
        b.provider = address(from, "provider");
        b.slot = static_cast<std::uint32_t>(take(from.u64("slot", 0, 0xffffffffu)));
        b.beacon_h0 = fixed<Hash>(from, "beacon_h0");
        take(from.done());
        out.ctx = work_ctx(b.chain_id, out.params, b.task, b.epoch, b.provider, b.slot, b.beacon_h0);
        out.binding = std::move(b);
        if (stated && *stated != out.ctx)
            throw Failure(Code::verification_failed, "ctx is not what the binding gives, " + to_hex(out.ctx.view()));
    } else if (stated) {
        out.ctx = *stated;
    } else {
        throw Failure(Code::json_missing_key, "a spec has ctx or binding");
    }
    return out;
}

/// Whatever is wrong with such a file is a check that failed: exit 4, with the word of what it was.
template <class Read>
auto read_top(const std::string& text, const std::string& source, Read&& read) {
    try {
        const json::Value root =
            take(json::parse(text, {.comments = true, .max_bytes = kMaxFile, .max_depth = 64, .source = source}));
        json::Object top = take(json::object(root, source));
        auto out = read(top);
        take(top.done());
        return out;
    } catch (Failure& wrong) {
        wrong.exit = exit_code(Code::verification_failed);
        throw;
    }
}

Json hex_list(const std::vector<Hash>& from) {
    Json out = Json::array();
    for (const auto& h : from) out.push_back(to_hex(h.view()));
    return out;
}

}  // namespace

Spec parse_spec(const std::string& text, const std::string& source) {
    return read_top(text, source, read_spec);
}

Proof parse_proof(const std::string& text, const std::string& source) {
    return read_top(text, source, [](json::Object& top) {
        Proof out;
        out.spec = read_spec(top);
        out.root = fixed<Hash>(top, "root");
        out.fault = take(top.string("fault"));
        (void)top.optional("leaf_count");
        return out;
    });
}

OpeningFile parse_opening(const std::string& text, const std::string& source) {
    return read_top(text, source, [](json::Object& top) {
        OpeningFile out;
        out.spec = read_spec(top);
        out.root = fixed<Hash>(top, "root");
        if (top.optional("seed") != nullptr) {
            out.seed = fixed<Hash>(top, "seed");
            out.samples = take(top.u64("samples", 1, kMaxHashes));
        }
        if (top.optional("beacon_hc") != nullptr) out.beacon_hc = fixed<Hash>(top, "beacon_hc");
        if (top.optional("indices") != nullptr)
            for (const auto& item : take(top.array("indices", kMaxHashes)))
                out.indices.push_back(take(json::as_u64(item, top.path("indices"))));
        if (!out.seed && out.indices.empty())
            throw Failure(Code::json_missing_key, "an opening has seed and samples, or indices");
        out.opening.leaves = hashes(top, "leaves");
        out.opening.siblings = hashes(top, "siblings");
        (void)top.optional("opening_hex");
        return out;
    });
}

Json to_json(const Spec& spec) {
    Json out;
    out["kind"] = kind_name(kind_of(spec.params));
    out["params"] = params_json(spec.params);
    if (spec.binding) {
        const Binding& b = *spec.binding;
        out["binding"] = {{"chain_id", b.chain_id}, {"task", to_hex(b.task.view())},
                          {"epoch", b.epoch.value}, {"provider", to_hex(b.provider.view())},
                          {"slot", b.slot},         {"beacon_h0", to_hex(b.beacon_h0.view())}};
    }
    out["ctx"] = to_hex(spec.ctx.view());
    return out;
}

Json to_json(const Proof& proof) {
    Json out = to_json(proof.spec);
    out["leaf_count"] = leaf_count(proof.spec.params);
    out["root"] = to_hex(proof.root.view());
    out["fault"] = proof.fault;
    return out;
}

Json to_json(const OpeningFile& o) {
    Json out = to_json(o.spec);
    out["root"] = to_hex(o.root.view());
    if (o.seed) {
        out["seed"] = to_hex(o.seed->view());
        out["samples"] = o.samples;
    }
    if (o.beacon_hc) out["beacon_hc"] = to_hex(o.beacon_hc->view());
    if (!o.indices.empty()) out["indices"] = o.indices;
    out["leaves"] = hex_list(o.opening.leaves);
    out["siblings"] = hex_list(o.opening.siblings);
    out["opening_hex"] = to_hex(borsh::encode(o.opening));
    return out;
}

Spec example_spec(const std::string& kind) {
    Spec out;
    if (kind == "lanes")
        out.params = LanesParams{.lanes = 64, .steps = 4096, .leaf_every = 256};
    else if (kind == "gemm")
        out.params = GemmParams{.m = 512, .n = 512, .k = 1024};
    else if (kind == "vram")
        out.params =
            VramParams{.items = 16'384, .lanes = 64, .steps = 4096, .leaf_every = 128, .windows = 1, .stay = 0};
    else
        throw Failure(Code::usage, "kind is lanes, gemm or vram, not " + kind);
    Binding b;
    b.chain_id = "assay-devnet-1";
    b.task = sha256(as_bytes("example task"));
    b.provider = Address::from(sha256(as_bytes("example provider")).view());
    b.beacon_h0 = sha256(as_bytes("example beacon"));
    out.ctx = work_ctx(b.chain_id, out.params, b.task, b.epoch, b.provider, b.slot, b.beacon_h0);
    out.binding = std::move(b);
    return out;
}

}  // namespace assay::proofs::worker
