#include "tokenomics/sim/run/job.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "tokenomics/sim/run/partial.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim {
namespace {

double seconds_now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Whose a state is: the question, the part of it and the program.
std::string identity_of(const Job& job) {
    std::string out = input_hash(job.question) + " " + job.shard.text() + " " + job.render.version;
    if (job.precision) out += " until " + job.precision->name + " " + std::to_string(job.precision->wanted);
    return out;
}

SimulateOptions options_of(const Question& q, std::size_t threads) {
    SimulateOptions o;
    o.runs = q.runs;
    o.threads = threads;
    o.mode = q.mode;
    o.points = q.points;
    o.metrics = q.metrics;
    o.paths = q.paths;
    return o;
}

Status check_size(const Question& q) {
    if (q.runs == 0 || q.runs > kMaxRuns)
        return {Code::field_out_of_range,
                "--runs is " + std::to_string(q.runs) + ", allowed are 1 to " + std::to_string(kMaxRuns)};
    const std::uint64_t paths = std::min(q.paths, q.runs);
    const std::size_t points = q.points != 0 ? q.points : points_for(q.runs, q.scenario->steps());
    if (const std::uint64_t bytes = paths_bytes(paths, points); paths != 0 && bytes > kNpzLimit)
        return {Code::field_out_of_range, "--paths " + std::to_string(paths) + " would take " +
                                              std::to_string(bytes >> 30) + " GiB, paths.npz holds at most 4"};
    return {};
}

// With rounds the number of runs comes last: an answer to the same question with its own number is welcome.
Status may_take(const Job& job) {
    Question q = job.question;
    if (job.precision)
        if (const auto had = read_manifest(job.dir)) q.runs = had->runs;
    return may_write(job.dir, input_hash(q), job.shard.text());
}

// Rows of the runs of these blocks, as the file of a shard has them.
std::string rows_bytes(const Rows& rows, std::uint64_t first, std::uint64_t end) {
    first = std::min(first * kLanes, rows.rows());
    end = std::min(end * kLanes, rows.rows());
    const auto part = rows.all().subspan(first * rows.width(), (end - first) * rows.width());
    return {reinterpret_cast<const char*>(part.data()), part.size_bytes()};
}

Status take_rows(const std::string& path, const Rows& rows, std::uint64_t first, std::uint64_t end) {
    first = std::min(first * kLanes, rows.rows());
    end = std::min(end * kLanes, rows.rows());
    ASSAY_TRY(const std::string bytes, read_file(path));
    if (bytes.size() != (end - first) * rows.width() * sizeof(double))
        return {Code::bad_state_file, path + " is not as long as it was written"};
    if (!bytes.empty()) std::memcpy(rows.row(first).data(), bytes.data(), bytes.size());
    return {};
}

Result<std::string> write_shard(const Job& job, const Simulation& all) {
    const std::uint64_t blocks = blocks_of(job.question.runs);
    const std::uint64_t first = job.shard.first(blocks), end = job.shard.end(blocks);
    ASSAY_TRY(DirectoryWriter out, DirectoryWriter::begin(job.dir));
    const std::pair<std::string, std::string> files[] = {{"figures.bin", rows_bytes(all.figures(), first, end)},
                                                         {"paths.bin", rows_bytes(all.paths(), first, end)},
                                                         {"state.bin", sealed(identity_of(job), all.save())}};
    FileHashes hashes;
    for (const auto& [name, bytes] : files) {
        ASSAY_TRY(const std::string hash, out.add(name, [&bytes = bytes](const Sink& sink) { return sink(bytes); }));
        hashes.emplace_back(name, hash);
    }
    const std::string manifest =
        manifest_json(job.question, "[{\"cell\":0,\"set\":{}}]", job.render, hashes, job.shard.text());
    ASSAY_TRY_VOID(out.add("manifest.json", [&](const Sink& sink) { return sink(manifest); }));
    ASSAY_TRY_VOID(out.finish(input_hash(job.question), job.shard.text()));
    return result_hash(hashes);
}

std::string summary_of(const std::vector<CellResult>& cells, const Question& question, const RenderOptions& options) {
    std::string out;
    for (const ResultFile& file : result_files(cells, question, options))
        if (file.name == "summary.json")
            (void)file.write([&](std::string_view bytes) -> Status {
                out += bytes;
                return {};
            });
    return out;
}

Result<JobResult> write_whole(const std::string& dir, const Simulation& all, Question question,
                              const RenderOptions& render) {
    JobResult out;
    question.runs = all.runs();
    std::vector<CellResult> cells = {all.result()};
    ASSAY_TRY(out.result_hash, write_result(dir, cells, question, render));
    out.summary = summary_of(cells, question, render);
    out.runs = all.runs();
    out.cell = std::move(cells[0]);
    return out;
}

}  // namespace

Result<Shard> parse_shard(const std::string& text) {
    Shard out;
    const auto slash = text.find('/');
    const auto index = parse_digits(text.substr(0, slash)),
               of = parse_digits(slash == std::string::npos ? "" : text.substr(slash + 1));
    if (!index || !of || *of < 1 || *of > kMostShards || *index < 1 || *index > *of)
        return {Code::usage, "--shard is " + json::shown(text) + ", it is I/N with I from 1 to N and N at most " +
                                 std::to_string(kMostShards)};
    out.index = static_cast<std::uint64_t>(*index);
    out.of = static_cast<std::uint64_t>(*of);
    return out;
}

Result<JobResult> run_job(const Job& job) {
    ASSAY_TRY_VOID(check_size(job.question));
    ASSAY_TRY_VOID(may_take(job));
    ASSAY_TRY(Partial partial, Partial::open(job.dir));
    SimulateOptions options = options_of(job.question, job.threads);
    if (job.precision) {
        options.room = job.question.runs;
        options.runs = next_round(0, job.question.runs);
    }
    ASSAY_TRY(Simulation all, Simulation::make(*job.question.scenario, options));
    ASSAY_TRY_VOID(all.keep_in(partial.folder()));
    const std::string identity = identity_of(job);
    ASSAY_TRY(const bool resumed, partial.load(identity, all));

    JobResult out;
    std::atomic<bool> halt{false};
    Status saving;
    double saved = seconds_now();
    for (;;) {
        const std::uint64_t blocks = blocks_of(all.runs());
        const std::uint64_t first = job.shard.first(blocks), end = job.shard.end(blocks);
        const auto runs_of = [&](std::uint64_t n) { return std::min(n * kLanes, all.runs()); };
        const std::uint64_t of = runs_of(end) - std::min(runs_of(first), runs_of(end));
        if (resumed && out.resumed == 0) {
            out.resumed = runs_of(all.known().blocks_done());
            if (job.note) job.note("goes on after " + std::to_string(out.resumed) + " runs of before");
        }
        if (job.progress) job.progress(std::min(out.resumed, of), of);
        const auto tick = [&](std::uint64_t done) {
            if (job.stop != nullptr && *job.stop) halt = true;
            if (job.progress) job.progress(std::min(done * kLanes, of), of);
            if (halt || seconds_now() - saved < job.save_every_s) return;
            saving = partial.save(identity, all);
            if (!saving) halt = true;
            saved = seconds_now();
        };
        if (const Status ok = all.run(first, end, job.threads, &halt, tick); !ok) {
            if (ok.error().code != Code::interrupted) return ok.error();
            ASSAY_TRY_VOID(saving);
            ASSAY_TRY_VOID(partial.save(identity, all));
            return {Code::interrupted, "interrupted after " + std::to_string(runs_of(all.known().blocks_done())) +
                                           " of " + std::to_string(of) + " runs, which are kept in " +
                                           partial.folder()};
        }
        out.runs = of;
        if (!job.precision) break;
        out.reached = half_width(*job.precision, all.known());
        if (all.known().figure(job.precision->figure).count == 0)
            return {Code::field_out_of_range, "--precision: no run has a " + job.precision->name};
        if (least_width(*job.precision, all.known()) >= job.precision->wanted)
            return {Code::field_out_of_range, "--precision: quantiles of more than " + std::to_string(kExactRuns) +
                                                  " runs are known to 0.1 % of their value, and " +
                                                  job.precision->name + " to no less than " +
                                                  shortest(least_width(*job.precision, all.known()))};
        const std::uint64_t next = next_round(all.runs(), job.question.runs);
        if (out.reached <= job.precision->wanted || next <= all.runs()) break;
        all.grow(next);
    }
    if (!job.shard.whole()) {
        ASSAY_TRY(out.result_hash, write_shard(job, all));
    } else {
        ASSAY_TRY(JobResult whole, write_whole(job.dir, all, job.question, job.render));
        whole.resumed = out.resumed;
        whole.reached = out.reached;
        out = std::move(whole);
    }
    partial.remove();
    return out;
}

Result<JobResult> merge_shards(const std::vector<std::string>& dirs, const std::string& out,
                               const RenderOptions& render) {
    const auto usage = [](const std::string& why) { return Error{Code::usage, why}; };
    if (dirs.empty()) return usage("no shards were named");
    std::vector<Manifest> manifests;
    std::vector<Shard> shards;
    std::vector<std::string> of_index;
    for (const std::string& dir : dirs) {
        ASSAY_TRY(Manifest m, read_manifest(dir, Shards::welcome));
        if (m.shard.empty()) return usage(dir + " is a whole result, no shard");
        ASSAY_TRY(const Shard s, parse_shard(m.shard));
        if (m.version != render.version)
            return {Code::verification_failed,
                    dir + " was made by " + m.version + ", this is " + render.version + ": shards are of one version"};
        if (!manifests.empty() && (m.input_hash != manifests[0].input_hash || s.of != shards[0].of))
            return usage(dir + " (shard " + m.shard + ") is of another question than " + dirs[0] + " (shard " +
                         manifests[0].shard + ")");
        of_index.resize(s.of);
        std::string& had = of_index[s.index - 1];
        if (!had.empty()) return usage("shard " + m.shard + " is there twice: " + had + " and " + dir);
        had = dir;
        manifests.push_back(std::move(m));
        shards.push_back(s);
    }
    std::string missing;
    for (std::size_t i = 0; i < of_index.size(); ++i)
        if (of_index[i].empty())
            missing += (missing.empty() ? "" : ", ") + std::to_string(i + 1) + "/" + std::to_string(of_index.size());
    if (!missing.empty()) return usage("missing are shards " + missing);

    ASSAY_TRY(Scenario scenario, load_scenario(dirs[0]));
    scenario.antithetic = manifests[0].antithetic;
    Job job;
    job.question = manifests[0].question(scenario);
    job.render = render;
    if (input_hash(job.question) != manifests[0].input_hash)
        return {Code::verification_failed, dirs[0] + ": the manifest's scenario is not the one that gave this shard"};
    ASSAY_TRY_VOID(may_write(out, manifests[0].input_hash));
    ASSAY_TRY(Partial partial, Partial::open(out));
    ASSAY_TRY(Simulation all, Simulation::make(scenario, options_of(job.question, 1)));
    ASSAY_TRY_VOID(all.keep_in(partial.folder()));
    const std::uint64_t blocks = blocks_of(job.question.runs);
    for (std::size_t i = 0; i < dirs.size(); ++i) {
        job.shard = shards[i];
        const std::uint64_t first = job.shard.first(blocks), end = job.shard.end(blocks);
        ASSAY_TRY_VOID(take_rows(dirs[i] + "/figures.bin", all.figures(), first, end));
        ASSAY_TRY_VOID(take_rows(dirs[i] + "/paths.bin", all.paths(), first, end));
        ASSAY_TRY(const std::string bytes, read_file(dirs[i] + "/state.bin"));
        ASSAY_TRY(const std::string state, unsealed(dirs[i] + "/state.bin", bytes, identity_of(job)));
        if (const Status ok = all.merge(state); !ok)
            return Error{ok.error().code, dirs[i] + "/state.bin: " + ok.error().message};
    }
    if (all.known().blocks_done() != blocks)
        return {Code::bad_state_file, "the shards do not hold all runs of the result"};
    ASSAY_TRY(JobResult whole, write_whole(out, all, job.question, render));
    partial.remove();
    return whole;
}

Result<Verified> verify_result(const std::string& dir, std::size_t threads, std::atomic<bool>* stop,
                               const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    Verified out;
    ASSAY_TRY(out.manifest, read_manifest(dir));
    const Manifest& m = out.manifest;
    ASSAY_TRY(Scenario base, load_scenario(dir));
    base.antithetic = m.antithetic;
    const Question question = m.question(base);
    if (input_hash(question) != m.input_hash)
        return {Code::verification_failed, dir + ": the manifest's scenario is not the one that gave this result"};
    std::vector<CellResult> cells;
    for (std::size_t i = 0; i < std::max<std::size_t>(1, m.cells.size()); ++i) {
        std::vector<std::string> sets;
        if (i < m.cells.size())
            for (const auto& [path, value] : m.cells[i]) sets.push_back(path + "=" + value);
        ASSAY_TRY(Scenario scenario, load_scenario(dir, sets));
        scenario.antithetic = m.antithetic;
        SimulateOptions options = options_of(question, threads);
        options.stop = stop;
        if (progress)
            options.progress = [&](std::uint64_t done, std::uint64_t of) {
                progress(i * of + done, std::max<std::size_t>(1, m.cells.size()) * of);
            };
        ASSAY_TRY(CellResult cell, simulate(scenario, options));
        if (i < m.cells.size()) cell.set = m.cells[i];
        cells.push_back(std::move(cell));
    }
    FileHashes hashes = m.files;
    for (const ResultFile& file : result_files(cells, question, {})) {
        Sha256 hash;
        ASSAY_TRY_VOID(file.write([&](std::string_view bytes) -> Status {
            hash.update(as_bytes(bytes));
            return {};
        }));
        const std::string now = to_hex(hash.final().view());
        const auto had =
            std::find_if(hashes.begin(), hashes.end(), [&](const auto& f) { return f.first == file.name; });
        if (had == hashes.end() || had->second != now) out.different.push_back(file.name);
        if (had != hashes.end()) had->second = now;
    }
    for (const auto& [name, hash] : m.files) {
        const auto made = result_files(cells, question, {});
        if (std::none_of(made.begin(), made.end(), [&name = name](const ResultFile& f) { return f.name == name; }))
            out.unchecked.push_back(name);
    }
    out.result_hash = result_hash(hashes);
    return out;
}

}  // namespace assay::sim
