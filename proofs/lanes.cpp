#include "proofs/lanes.hpp"

#include <algorithm>
#include <string_view>

#include "base/sha256.hpp"
#include "proofs/lanes_shani.hpp"

namespace assay::proofs {

Status validate(const LanesParams& p) {
    if (p.leaf_every < 16 || p.leaf_every > 4096 || (p.leaf_every & (p.leaf_every - 1)) != 0)
        return {Code::field_out_of_range, "leaf_every is a power of two from 16 to 4096"};
    if (p.lanes == 0) return {Code::field_out_of_range, "lanes is at least 1"};
    if (p.steps == 0 || p.steps % p.leaf_every != 0)
        return {Code::field_out_of_range, "steps is a positive multiple of leaf_every"};
    std::uint64_t leaves;
    if (__builtin_mul_overflow(p.lanes, p.steps / p.leaf_every, &leaves) || leaves > kMaxLeaves)
        return {Code::field_out_of_range, "lanes x steps / leaf_every is at most 2^40 leaves"};
    return {};
}

std::uint64_t segments_per_lane(const LanesParams& p) {
    return p.leaf_every == 0 ? 0 : p.steps / p.leaf_every;
}
std::uint64_t leaf_count(const LanesParams& p) {
    return p.lanes * segments_per_lane(p);
}
std::uint64_t sample_range(const LanesParams& p) {
    return leaf_count(p);
}
std::uint64_t work_units(const LanesParams& p) {
    return leaf_count(p) * p.leaf_every;
}
std::uint64_t sample_units(const LanesParams& p) {
    return std::uint64_t{p.leaf_every} + 2;
}

std::vector<std::uint64_t> needed_leaves(const LanesParams& p, std::span<const std::uint64_t> targets) {
    const std::uint64_t per_lane = segments_per_lane(p);
    std::vector<std::uint64_t> out;
    out.reserve(2 * targets.size());
    for (const std::uint64_t t : targets) {
        if (t % per_lane != 0 && (out.empty() || out.back() != t - 1)) out.push_back(t - 1);
        out.push_back(t);
    }
    return out;
}

std::vector<std::uint64_t> wrong_targets(const LanesParams& p, const Hash& ctx, std::span<const std::uint64_t> targets,
                                         std::span<const std::uint64_t> needed, std::span<const Hash> words) {
    const std::uint64_t per_lane = segments_per_lane(p);
    std::vector<LaneJob> jobs;
    std::vector<const Hash*> claimed;
    jobs.reserve(targets.size());
    claimed.reserve(targets.size());
    std::size_t at = 0;
    for (const std::uint64_t t : targets) {
        while (needed[at] != t) ++at;  // both ascend and every target is needed
        const std::uint64_t lane = t / per_lane, segment = t % per_lane;
        if (segment == 0) {
            jobs.push_back(lane_start(ctx, lane));
        } else {
            LaneJob job;
            job.tag = lane_tag(ctx, lane);
            job.first = segment * p.leaf_every;
            load_state(job, words[at - 1]);
            jobs.push_back(job);
        }
        claimed.push_back(&words[at]);
    }
    advance_lanes(jobs, p.leaf_every);
    std::vector<std::uint64_t> bad;
    for (std::size_t i = 0; i < jobs.size(); ++i)
        if (store_state(jobs[i]) != *claimed[i]) bad.push_back(targets[i]);
    return bad;
}

namespace {

void put_u64(std::uint8_t* out, std::uint64_t v) {
    for (int i = 0; i < 8; ++i) out[i] = static_cast<std::uint8_t>(v >> (8 * i));
}

std::uint32_t big_endian(const std::uint8_t* p) {
    return std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[2]} << 8 | p[3];
}

}  // namespace

LaneTag lane_tag(const Hash& ctx, std::uint64_t lane) {
    static const TaggedHash kTag("assay/lane");
    std::uint8_t number[8];
    put_u64(number, lane);
    const Hash h = kTag.hash(ctx.view(), number);
    LaneTag out;
    for (int i = 0; i < 4; ++i) out.w[i] = big_endian(h.data() + 4 * i);
    out.w[3] &= 0xffffff00u;
    return out;
}

LaneJob lane_start(const Hash& ctx, std::uint64_t lane) {
    static const TaggedHash kTag("assay/lane/start");
    std::uint8_t number[8];
    put_u64(number, lane);
    LaneJob job;
    job.tag = lane_tag(ctx, lane);
    load_state(job, kTag.hash(ctx.view(), number));
    return job;
}

void load_state(LaneJob& job, const Hash& state) {
    for (int i = 0; i < 8; ++i) job.state[i] = big_endian(state.data() + 4 * i);
}

Hash store_state(const LaneJob& job) {
    Hash out;
    for (int i = 0; i < 8; ++i)
        for (int j = 0; j < 4; ++j) out.bytes[4 * i + j] = static_cast<std::uint8_t>(job.state[i] >> (24 - 8 * j));
    return out;
}

const char* lane_backend_name(LaneBackend b) {
    switch (b) {
        case LaneBackend::portable:
            return "portable";
        case LaneBackend::sha_ni:
            return "sha-ni";
        case LaneBackend::sha_ni_4:
            return "sha-ni x 4";
    }
    return "unknown";
}

bool lane_backend_works(LaneBackend b) {
    static const bool kShaNi = std::string_view(sha256_backend()) == "sha-ni";
    return b == LaneBackend::portable || kShaNi;
}

LaneBackend best_lane_backend() {
    return lane_backend_works(LaneBackend::sha_ni_4) ? LaneBackend::sha_ni_4 : LaneBackend::portable;
}

void advance_lanes(std::span<LaneJob> jobs, std::uint32_t steps, LaneBackend backend) {
    if (!lane_backend_works(backend)) backend = LaneBackend::portable;
    std::size_t i = 0;
    if (backend == LaneBackend::sha_ni_4)
        for (; i + 4 <= jobs.size(); i += 4) advance_shani_4(&jobs[i], steps);
    if (backend != LaneBackend::portable) {
        for (; i < jobs.size(); ++i) advance_shani(&jobs[i], steps);
        return;
    }
    for (; i < jobs.size(); ++i) {
        lane_steps({}, jobs[i].state, jobs[i].tag, jobs[i].first, steps);
        jobs[i].first += steps;
    }
}

void run_lanes(const LanesParams& p, const Hash& ctx, std::uint64_t first_lane, std::uint64_t count,
               std::span<Hash> leaves, LaneBackend backend) {
    const std::uint64_t per_lane = segments_per_lane(p);
    ASSAY_CHECK(leaves.size() == count * per_lane);
    constexpr std::uint64_t kBatch = 4;
    LaneJob jobs[kBatch];
    for (std::uint64_t done = 0; done < count; done += kBatch) {
        const std::uint64_t n = std::min(kBatch, count - done);
        for (std::uint64_t i = 0; i < n; ++i) jobs[i] = lane_start(ctx, first_lane + done + i);
        for (std::uint64_t g = 0; g < per_lane; ++g) {
            advance_lanes({jobs, static_cast<std::size_t>(n)}, p.leaf_every, backend);
            for (std::uint64_t i = 0; i < n; ++i) leaves[(done + i) * per_lane + g] = store_state(jobs[i]);
        }
    }
}

}  // namespace assay::proofs
