#include "tokenomics/sim/study/sweep_job.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "tokenomics/sim/run/bytes.hpp"
#include "tokenomics/sim/run/partial.hpp"

namespace assay::sim::study {
namespace {

namespace fs = std::filesystem;

std::string cell_file(std::size_t cell) {
    return "cell-" + std::to_string(cell) + ".bin";
}

std::string cell_identity(const SweepJob& job, std::size_t cell) {
    return input_hash(job.question) + " sweep " + job.shard.text() + " cell " + std::to_string(cell) + " " +
           job.render.version;
}

// Blocks of a cell that are the shard's.
std::pair<std::uint64_t, std::uint64_t> blocks_in(const SweepJob& job, std::size_t cell) {
    const std::uint64_t each = blocks_of(job.question.runs), all = each * job.cells.size();
    const std::uint64_t from = job.shard.first(all), to = job.shard.end(all), begin = each * cell;
    const auto within = [&](std::uint64_t at) { return std::clamp(at, begin, begin + each) - begin; };
    return {within(from), within(to)};
}

std::span<double> rows_in(const SweepJob& job, const Simulation& s, std::size_t cell) {
    const Rows& rows = s.figures();
    const auto [first, end] = blocks_in(job, cell);
    const std::uint64_t a = std::min(first * kLanes, rows.rows()), b = std::min(end * kLanes, rows.rows());
    return a == b ? std::span<double>{} : std::span<double>(rows.row(a).data(), (b - a) * rows.width());
}

Result<Simulation> simulation_of(const SweepJob& job, std::size_t cell) {
    ASSAY_TRY(const Scenario s, job.base->with(sets_of(job.cells[cell])));
    SimulateOptions o;
    o.runs = job.question.runs;
    o.threads = job.threads;
    o.mode = job.question.mode;
    o.points = std::min<std::size_t>(job.question.points, s.steps());
    o.metrics = job.question.metrics;
    auto out = Simulation::make(s, o);
    if (!out) return Error{out.error().code, cell_name(job.cells[cell], cell) + ": " + out.error().message};
    return out;
}

std::string cell_bytes(const SweepJob& job, const Simulation& s, std::size_t cell) {
    const auto rows = rows_in(job, s, cell);
    std::string body;
    put_text(body, {reinterpret_cast<const char*>(rows.data()), rows.size_bytes()});
    return sealed(cell_identity(job, cell), body + s.save());
}

// What one shard knows of a cell, into the simulation that gathers them.
Status take_cell(const SweepJob& job, const std::string& path, std::size_t cell, Simulation& into) {
    ASSAY_TRY(const std::string bytes, read_file(path));
    ASSAY_TRY(const std::string body, unsealed(path, bytes, cell_identity(job, cell)));
    std::string_view in = body;
    ASSAY_TRY(const std::string rows, take_text(in));
    const auto place = rows_in(job, into, cell);
    if (rows.size() != place.size_bytes()) return {Code::bad_state_file, path + " is not as long as it was written"};
    if (!rows.empty()) std::memcpy(place.data(), rows.data(), rows.size());
    const Status ok = into.merge(in);
    return ok ? ok : Status{ok.error().code, path + ": " + ok.error().message};
}

std::string sets_json(const std::vector<Cell>& cells) {
    std::vector<CellResult> named(cells.size());
    for (std::size_t i = 0; i < cells.size(); ++i) named[i].set = cells[i];
    return cells_json(named);
}

// All cells out of the files of all shards; of a whole result of its own folder alone.
Result<SweepResult> gather(SweepJob job, const std::vector<std::pair<std::string, Shard>>& parts) {
    SweepResult out;
    for (std::size_t cell = 0; cell < job.cells.size(); ++cell) {
        ASSAY_TRY(Simulation s, simulation_of(job, cell));
        for (const auto& [folder, shard] : parts) {
            job.shard = shard;
            const auto [first, end] = blocks_in(job, cell);
            if (first != end) ASSAY_TRY_VOID(take_cell(job, (fs::path(folder) / cell_file(cell)).string(), cell, s));
        }
        if (s.known().blocks_done() != blocks_of(job.question.runs))
            return {Code::bad_state_file, cell_name(job.cells[cell], cell) + " is not whole"};
        out.cells.push_back(s.result());
        out.cells.back().set = job.cells[cell];
    }
    ASSAY_TRY(out.result_hash, write_result(job.dir, out.cells, job.question, job.render));
    for (const ResultFile& file : result_files(out.cells, job.question, job.render))
        if (file.name == "summary.json")
            ASSAY_TRY_VOID(file.write([&](std::string_view more) -> Status {
                out.summary += more;
                return {};
            }));
    return out;
}

// The files as they are, with a manifest that names them.
Result<std::string> write_sweep_shard(const SweepJob& job, const std::string& folder) {
    ASSAY_TRY(DirectoryWriter out, DirectoryWriter::begin(job.dir));
    FileHashes hashes;
    const auto add = [&](const std::string& name, const std::string& bytes) -> Status {
        ASSAY_TRY(const std::string hash, out.add(name, [&](const Sink& sink) { return sink(bytes); }));
        hashes.emplace_back(name, hash);
        return {};
    };
    for (std::size_t cell = 0; cell < job.cells.size(); ++cell) {
        const auto [first, end] = blocks_in(job, cell);
        if (first == end) continue;
        ASSAY_TRY(const std::string bytes, read_file((fs::path(folder) / cell_file(cell)).string()));
        ASSAY_TRY_VOID(add(cell_file(cell), bytes));
    }
    ASSAY_TRY_VOID(add("state.bin", sealed(input_hash(job.question), "sweep")));  // readers of shards look for one
    std::sort(hashes.begin(), hashes.end());
    const std::string manifest =
        manifest_json(job.question, sets_json(job.cells), job.render, hashes, job.shard.text());
    ASSAY_TRY_VOID(out.add("manifest.json", [&](const Sink& sink) { return sink(manifest); }));
    ASSAY_TRY_VOID(out.finish(input_hash(job.question), job.shard.text()));
    return result_hash(hashes);
}

// DIR.partial, with files of cells and nothing else.
Result<std::string> open_partial(const std::string& dir) {
    std::error_code ec;
    std::string target = fs::absolute(dir, ec).lexically_normal().string();
    while (target.size() > 1 && target.back() == '/') target.pop_back();
    const std::string folder = target + ".partial";
    fs::create_directories(folder, ec);
    if (ec) return {Code::io_error, "--out " + dir + " cannot be made: " + folder + ": " + ec.message()};
    for (const auto& entry : fs::directory_iterator(folder, ec)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with("cell-") || !(name.ends_with(".bin") || name.ends_with(".bin.new")))
            return {Code::already_exists,
                    folder + " holds " + name +
                        ", which is no part of an unfinished sweep: remove it or take another --out"};
    }
    if (ec) return {Code::io_error, folder + " cannot be read: " + ec.message()};
    return folder;
}

}  // namespace

std::size_t sweep_points(std::size_t cells, std::uint64_t runs, std::uint64_t steps) {
    constexpr std::size_t kAllPoints = 365 * 16, kFewest = 12;
    return std::min<std::size_t>(points_for(runs, steps),
                                 std::max(kAllPoints / std::max<std::size_t>(cells, 1), kFewest));
}

Result<SweepResult> run_sweep(const SweepJob& job) {
    ASSAY_TRY_VOID(may_write(job.dir, input_hash(job.question), job.shard.text()));
    ASSAY_TRY(const std::string folder, open_partial(job.dir));
    std::error_code ec;
    const auto give_up = [&](Error e, std::size_t kept) -> Error {
        if (kept == 0) fs::remove_all(folder, ec);  // nothing to go on from
        return e;
    };
    std::uint64_t all = 0, done = 0;
    std::size_t mine = 0, kept = 0, resumed = 0;
    for (std::size_t cell = 0; cell < job.cells.size(); ++cell) {
        const auto [first, end] = blocks_in(job, cell);
        all += (end - first) * kLanes;
        mine += first != end ? 1 : 0;
    }
    for (std::size_t cell = 0; cell < job.cells.size(); ++cell) {
        const auto [first, end] = blocks_in(job, cell);
        if (first == end) continue;
        const std::string path = (fs::path(folder) / cell_file(cell)).string();
        if (fs::exists(path, ec)) {  // whole, or it would not be there under this name
            ASSAY_TRY(const std::string bytes, read_file(path));
            ASSAY_TRY_VOID(unsealed(path, bytes, cell_identity(job, cell)));
            ++resumed;
        } else {
            auto s = simulation_of(job, cell);
            if (!s) return give_up(s.error(), kept);
            const auto tick = [&](std::uint64_t blocks) {
                if (job.progress) job.progress(std::min(done + blocks * kLanes, all), all);
            };
            if (const Status ok = s->run(first, end, job.threads, job.stop, tick); !ok) {
                if (ok.error().code != Code::interrupted)
                    return give_up({ok.error().code, cell_name(job.cells[cell], cell) + ": " + ok.error().message},
                                   kept);
                return give_up(
                    {Code::interrupted, "interrupted after " + std::to_string(kept) + " of " + std::to_string(mine) +
                                            " cells" + (kept > 0 ? ", which are kept in " + folder : "")},
                    kept);
            }
            if (const Status ok = replace_file(path, cell_bytes(job, *s, cell)); !ok) return give_up(ok.error(), kept);
        }
        ++kept;
        done += (end - first) * kLanes;
        if (job.progress) job.progress(std::min(done, all), all);
    }
    SweepResult out;
    if (job.shard.whole()) {
        ASSAY_TRY(out, gather(job, {{folder, job.shard}}));
    } else {
        ASSAY_TRY(out.result_hash, write_sweep_shard(job, folder));
    }
    out.resumed = resumed;
    fs::remove_all(folder, ec);
    return out;
}

bool is_sweep_shard(const std::string& dir) {
    const auto m = read_manifest(dir, Shards::welcome);
    return m && !m->shard.empty() && m->study.starts_with("sweep ");
}

Result<SweepResult> merge_sweep(const std::vector<std::string>& dirs, const std::string& out,
                                const RenderOptions& render) {
    std::optional<Manifest> first;
    std::vector<std::pair<std::string, Shard>> parts;
    std::vector<std::string> of_index;
    for (const std::string& dir : dirs) {
        ASSAY_TRY(Manifest m, read_manifest(dir, Shards::welcome));
        if (m.shard.empty()) return {Code::usage, dir + " is a whole result, no shard"};
        ASSAY_TRY(const Shard s, parse_shard(m.shard));
        if (m.version != render.version)
            return {Code::verification_failed,
                    dir + " was made by " + m.version + ", this is " + render.version + ": shards are of one version"};
        if (first && (m.input_hash != first->input_hash || s.of != parts[0].second.of))
            return {Code::usage, dir + " (shard " + m.shard + ") is of another question than " + dirs[0] + " (shard " +
                                     first->shard + ")"};
        of_index.resize(s.of);
        std::string& had = of_index[s.index - 1];
        if (!had.empty()) return {Code::usage, "shard " + m.shard + " is there twice: " + had + " and " + dir};
        had = dir;
        parts.emplace_back(dir, s);
        if (!first) first = std::move(m);
    }
    std::string missing;
    for (std::size_t i = 0; i < of_index.size(); ++i)
        if (of_index[i].empty())
            missing += (missing.empty() ? "" : ", ") + std::to_string(i + 1) + "/" + std::to_string(of_index.size());
    if (!missing.empty()) return {Code::usage, "missing are shards " + missing};
    ASSAY_TRY(const BaseScenario base, BaseScenario::load(dirs[0], {}));
    SweepJob job;
    job.base = &base;
    job.cells = first->cells;
    job.question = first->question(base.scenario());
    job.render = render;
    job.dir = out;
    if (input_hash(job.question) != first->input_hash)
        return {Code::verification_failed, dirs[0] + ": the manifest's scenario is not the one that gave this shard"};
    ASSAY_TRY_VOID(may_write(out, first->input_hash));
    return gather(std::move(job), parts);
}

}  // namespace assay::sim::study
