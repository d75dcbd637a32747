#include "tokenomics/sim/run/result.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "tokenomics/sim/document.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim {
namespace {

namespace fs = std::filesystem;

// JSON has no word for what is missing but null.
std::string number_json(double x) {
    return std::isfinite(x) ? shortest(x) : "null";
}

// Values of a sweep are JSON where they read as JSON, else text.
std::string set_json(const CellResult& c) {
    std::string out;
    for (const auto& [path, value] : c.set)
        out += (out.empty() ? "" : ",") + json_text(path) + ":" + (json::parse(value) ? value : json_text(value));
    return "{" + out + "}";
}

std::string csv_text(std::string text) {
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
    if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
    std::string out;
    for (const char ch : text) out += ch == '"' ? "\"\"" : std::string(1, ch);
    return "\"" + out + "\"";
}

std::string cells_csv(const std::vector<CellResult>& cells) {
    std::string out = "cell";
    for (const auto& [path, value] : cells[0].set) out += "," + csv_text(path);
    for (std::size_t cell = 0; cell < cells.size(); ++cell) {
        out += "\n" + std::to_string(cell);
        for (const auto& [path, value] : cells[cell].set) out += "," + csv_text(value);
    }
    return out + "\n";
}

std::string quantiles_csv(const std::vector<CellResult>& cells) {
    std::string out = "cell,step,day,metric,q,value\n";
    for (std::size_t cell = 0; cell < cells.size(); ++cell)
        for (std::size_t point = 0; point < cells[cell].recorded.size(); ++point) {
            const CellResult& c = cells[cell];
            const std::string at = std::to_string(cell) + "," + std::to_string(c.recorded[point]) + "," +
                                   shortest(c.recorded_days[point]) + ",";
            for (std::size_t i = 0; i < kSeriesCount; ++i)
                for (std::size_t q = 0; q < kQuantiles.size(); ++q)
                    out += at + kSeries[i].name + "," + shortest(kQuantiles[q]) + "," +
                           shortest(c.quantile_at(point, i, q)) + "\n";
        }
    return out;
}

std::string metrics_csv(const std::vector<CellResult>& cells) {
    std::string out = "cell,run,metric,value\n";
    for (std::size_t cell = 0; cell < cells.size(); ++cell)
        for (std::uint64_t run = 0; run < std::min(cells[cell].metrics, cells[cell].kept); ++run)
            for (std::size_t i = 0; i < kFigureCount; ++i)
                out += std::to_string(cell) + "," + std::to_string(run) + "," + kFigures[i].name + "," +
                       shortest(cells[cell].figure(i, run)) + "\n";
    return out;
}

std::string figure_json(std::size_t i, const FigureSummary& f) {
    std::string out = json_text(kFigures[i].name) + ":{\"unit\":" + json_text(kFigures[i].unit) +
                      ",\"condition\":" + std::to_string(kFigures[i].condition) + ",\"mean\":" + number_json(f.mean) +
                      ",\"standard_error\":" + number_json(f.standard_error) + ",\"sd\":" + number_json(f.sd) +
                      ",\"min\":" + number_json(f.min) + ",\"max\":" + number_json(f.max) +
                      ",\"missing\":" + std::to_string(f.missing) + ",\"quantiles\":{";
    for (std::size_t q = 0; q < kQuantiles.size(); ++q)
        out += (q == 0 ? "\"" : ",\"") + shortest(kQuantiles[q]) + "\":" + number_json(f.quantiles[q]);
    out += "},\"quantile_error\":" + shortest(f.quantile_error) + ",\"fail\":";
    if (!f.fail) return out + "null}";
    const Interval interval = f.fail->interval();
    const bool known = f.fail->known;
    return out + "{\"op\":\"" + (f.fail->bound.fails == Fails::above ? "above" : "below") +
           "\",\"threshold\":" + shortest(f.fail->bound.threshold) + ",\"p\":" + number_json(f.fail->p()) +
           ",\"low\":" + (known ? shortest(interval.low) : "null") +
           ",\"high\":" + (known ? shortest(interval.high) : "null") + "}}";
}

std::string summary_json(const std::vector<CellResult>& cells, const std::string& name,
                         const std::optional<double>& fast_bound) {
    std::string out = "{\"name\":" + json_text(name) + ",\"runs\":" + std::to_string(cells[0].runs) +
                      ",\"steps\":" + std::to_string(cells[0].steps) + ",\"days\":" + shortest(cells[0].days) +
                      ",\"mode\":\"" + mode_name(cells[0].mode) +
                      "\",\"fast_bound\":" + (fast_bound ? shortest(*fast_bound) : "null") + ",\"cells\":[";
    for (std::size_t cell = 0; cell < cells.size(); ++cell) {
        out += std::string(cell == 0 ? "" : ",") + "{\"cell\":" + std::to_string(cell) +
               ",\"set\":" + set_json(cells[cell]) + ",\"metrics\":{";
        for (std::size_t i = 0; i < kFigureCount; ++i)
            out += (i == 0 ? "" : ",") + figure_json(i, cells[cell].summary[i]);
        out += "}}";
    }
    return out + "]}\n";
}

std::string sha256_hex(const std::string& bytes) {
    return to_hex(sha256(as_bytes(bytes)).view());
}

Error io_error(const std::string& path, const std::string& what) {
    return {Code::io_error, path + " " + what + ": " + std::strerror(errno)};
}

Status write_file(const fs::path& path, const std::string& bytes) {
    std::FILE* f = std::fopen(path.c_str(), "wb");
    if (f == nullptr) return io_error(path.string(), "cannot be made");
    const bool written = std::fwrite(bytes.data(), 1, bytes.size(), f) == bytes.size() && std::fflush(f) == 0;
    const bool synced = written && (::fsync(::fileno(f)) == 0 || errno == EINVAL);
    const int why = errno;
    const bool closed = std::fclose(f) == 0;
    if (written && synced && closed) return {};
    if (!written || !synced) errno = why;
    return io_error(path.string(), "cannot be written");
}

}  // namespace

const char* mode_name(Mode mode) {
    return mode == Mode::exact ? "exact" : "fast";
}

// What of a question is not the scenario, as the manifest has it. More runs than there are, are all of them.
static std::string asked_json(const Question& q) {
    return "\"model\":" + std::to_string(kModelVersion) + ",\"mode\":\"" + mode_name(q.mode) +
           "\",\"runs\":" + std::to_string(q.runs) + ",\"metrics\":" + std::to_string(std::min(q.metrics, q.runs)) +
           ",\"paths\":" + std::to_string(std::min(q.paths, q.runs)) + ",\"points\":" + std::to_string(q.points) +
           ",\"study\":" + json_text(q.study);
}

std::string input_hash(const Question& q) {
    return sha256_hex(asked_json(q) + "|" + scenario_json(*q.scenario));
}

ResultFiles render(const std::vector<CellResult>& cells, const Question& question, const RenderOptions& options) {
    const Scenario& s = *question.scenario;
    ResultFiles out;
    out.summary = summary_json(cells, s.name, options.fast_bound);
    out.files = options.more;
    out.files.emplace_back("cells.csv", cells_csv(cells));
    out.files.emplace_back("metrics.csv", metrics_csv(cells));
    out.files.emplace_back("quantiles.csv", quantiles_csv(cells));
    out.files.emplace_back("summary.json", out.summary);
    std::sort(out.files.begin(), out.files.end());
    std::string names, all, sets;
    for (const auto& [name, bytes] : out.files) {
        const std::string hash = sha256_hex(bytes);
        names += (names.empty() ? "" : ",") + json_text(name) + ":\"" + hash + "\"";
        all += name + " " + hash + "\n";
    }
    for (std::size_t cell = 0; cell < cells.size(); ++cell)
        sets += std::string(cell == 0 ? "" : ",") + "{\"cell\":" + std::to_string(cell) +
                ",\"set\":" + set_json(cells[cell]) + "}";
    out.result_hash = sha256_hex(all);
    out.input_hash = input_hash(question);
    out.files.emplace_back("manifest.json", "{\"program\":\"assay-sim\",\"version\":" + json_text(options.version) +
                                                "," + asked_json(question) + ",\"seed\":\"" + std::to_string(s.seed) +
                                                "\",\"antithetic\":" + (s.antithetic ? "true" : "false") +
                                                ",\"shard\":null,\"input_hash\":\"" + out.input_hash +
                                                "\",\"result_hash\":\"" + out.result_hash + "\",\"files\":{" + names +
                                                "},\"cells\":[" + sets + "],\"scenario\":" + scenario_json(s) + "}\n");
    return out;
}

Result<Manifest> read_manifest(const std::string& dir) {
    const std::string path = (fs::path(dir) / "manifest.json").string();
    std::error_code ec;
    if (!fs::is_regular_file(path, ec)) return {Code::not_found, dir + " holds no result: it has no manifest.json"};
    ASSAY_TRY(const std::string text, read_text_file(path));
    ASSAY_TRY(const json::Value root, json::parse(text, {.max_bytes = 64u << 20, .max_depth = 32, .source = path}));
    ASSAY_TRY(json::Object top, json::object(root, ""));
    Manifest out;
    ASSAY_TRY(out.input_hash, top.string("input_hash"));
    ASSAY_TRY(out.result_hash, top.string("result_hash"));
    ASSAY_TRY(out.runs, top.u64("runs"));
    ASSAY_TRY(out.model, top.u64("model"));
    if (out.model != kModelVersion)
        return {Code::verification_failed, path + " is of model " + std::to_string(out.model) +
                                               ", this program has model " + std::to_string(kModelVersion) +
                                               ": take the version that made it"};
    ASSAY_TRY(out.version, top.string("version"));
    ASSAY_TRY(out.metrics, top.u64("metrics"));
    ASSAY_TRY(out.paths, top.u64("paths"));
    ASSAY_TRY(out.points, top.u64("points"));
    ASSAY_TRY(out.study, top.string("study"));
    ASSAY_TRY(const std::string mode, top.string("mode"));
    if (mode != "exact" && mode != "fast")
        return {Code::verification_failed, path + ": mode is neither exact nor fast"};
    out.mode = mode == "exact" ? Mode::exact : Mode::fast;
    ASSAY_TRY(json::Object files, top.object("files"));
    std::string all;
    for (const char* name : {"cells.csv", "metrics.csv", "quantiles.csv", "summary.json"})
        ASSAY_TRY_VOID(files.string(name));  // else it would be a result of nothing
    for (const auto& [name, value] : files.value().members) {
        if (name.find('/') != std::string::npos)
            return {Code::verification_failed, path + ": files: " + json::shown(name) + " is no file's name"};
        ASSAY_TRY(const std::string bytes, read_text_file((fs::path(dir) / name).string()));
        const std::string hash = sha256_hex(bytes);
        if (hash != value.text)
            return {Code::verification_failed,
                    dir + "/" + name + " has the SHA-256 " + hash + ", the manifest says " + json::shown(value.text)};
        all += name + " " + hash + "\n";
    }
    if (sha256_hex(all) != out.result_hash)
        return {Code::verification_failed, path + ": result_hash is not that of the files"};
    return out;
}

Status may_write(const std::string& dir, const std::string& input) {
    std::error_code ec;
    const fs::file_status status = fs::symlink_status(dir, ec);
    if (status.type() == fs::file_type::not_found) return {};
    if (status.type() != fs::file_type::directory)
        return {Code::already_exists, "--out " + dir + " is there and is no directory"};
    if (fs::is_empty(dir, ec)) return {};
    if (ec) return {Code::io_error, "--out " + dir + " cannot be read: " + ec.message()};
    if (const auto text = read_text_file((fs::path(dir) / "manifest.json").string())) {
        if (const auto manifest = json::parse(*text, {.max_bytes = 64u << 20})) {
            const json::Value* program = manifest->find("program");
            const json::Value* had = manifest->find("input_hash");
            if (program != nullptr && program->text == "assay-sim" && had != nullptr) {
                if (had->text == input) return {};
                return {Code::already_exists,
                        "--out " + dir + " holds the result of another scenario, seed or number of runs"};
            }
        }
    }
    return {Code::already_exists, "--out " + dir + " holds something else than a result of assay-sim"};
}

Status write_result(const std::string& dir, const ResultFiles& files, const std::string& input) {
    std::error_code ec;
    std::string target = fs::absolute(dir, ec).lexically_normal().string();
    while (target.size() > 1 && target.back() == '/') target.pop_back();
    const std::string aside = target + ".partial-" + std::to_string(::getpid());
    const std::string before = target + ".before-" + std::to_string(::getpid());
    fs::create_directories(fs::path(target).parent_path(), ec);
    if (!ec) fs::create_directory(aside, ec);
    if (ec) return {Code::io_error, "--out " + dir + " cannot be made: " + ec.message()};
    const auto give_up = [&](Error e) -> Status {
        fs::remove_all(aside, ec);
        return e;
    };
    for (const auto& [name, bytes] : files.files)
        if (Status ok = write_file(fs::path(aside) / name, bytes); !ok) return give_up(ok.error());
    if (Status ok = may_write(dir, input); !ok) return give_up(ok.error());  // somebody else may have been quicker
    const bool replaces = fs::exists(target, ec) && !fs::is_empty(target, ec);
    if (replaces && std::rename(target.c_str(), before.c_str()) != 0)
        return give_up(io_error(target, "cannot be replaced"));
    if (std::rename(aside.c_str(), target.c_str()) != 0) {
        const Error e = io_error(target, "cannot be put in place");
        if (replaces) (void)std::rename(before.c_str(), target.c_str());
        return give_up(e);
    }
    if (replaces) fs::remove_all(before, ec);
    return {};
}

}  // namespace assay::sim
