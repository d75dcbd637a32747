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
#include "tokenomics/sim/run/statistics.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim {
namespace {

namespace fs = std::filesystem;

std::string quantiles_csv(const Model& model, const Outcome& o) {
    std::string out = "cell,step,day,metric,q,value\n";
    std::vector<double> sorted;
    for (std::size_t point = 0; point < o.points; ++point) {
        const std::uint64_t step = model.recorded()[point];
        const std::string at = "0," + std::to_string(step) + "," + shortest(model.day(step)) + ",";
        for (std::size_t i = 0; i < kSeriesCount; ++i) {
            const auto values = o.series_at(i, point);
            sorted.assign(values.begin(), values.end());
            std::sort(sorted.begin(), sorted.end());
            for (const double q : kQuantiles)
                out += at + kSeries[i].name + "," + shortest(q) + "," + shortest(quantile(sorted, q)) + "\n";
        }
    }
    return out;
}

std::string metrics_csv(const Outcome& o) {
    std::string out = "cell,run,metric,value\n";
    for (std::uint64_t run = 0; run < o.runs; ++run)
        for (std::size_t i = 0; i < kFigureCount; ++i)
            out += "0," + std::to_string(run) + "," + kFigures[i].name + "," + shortest(o.figure(i)[run]) + "\n";
    return out;
}

std::string summary_json(const Model& model, const Outcome& o) {
    std::string out = "{\"name\":" + json_text(model.scenario().name) + ",\"runs\":" + std::to_string(o.runs) +
                      ",\"steps\":" + std::to_string(model.steps()) +
                      ",\"days\":" + shortest(model.day(model.steps())) + ",\"cells\":[{\"cell\":0,\"metrics\":{";
    for (std::size_t i = 0; i < kFigureCount; ++i) {
        std::vector<double> values;  // in the order of the runs; what is missing counts nowhere
        for (const double x : o.figure(i))
            if (!std::isnan(x)) values.push_back(x);
        std::vector<double> sorted = values;
        std::sort(sorted.begin(), sorted.end());
        const Moments m = moments(values);
        out += (i == 0 ? "" : ",") + json_text(kFigures[i].name) + ":{\"unit\":" + json_text(kFigures[i].unit) +
               ",\"mean\":" + shortest(m.mean) + ",\"standard_error\":" + shortest(m.standard_error) +
               ",\"sd\":" + shortest(m.sd) + ",\"min\":" + shortest(m.min) + ",\"max\":" + shortest(m.max) +
               ",\"missing\":" + std::to_string(o.runs - values.size()) + ",\"quantiles\":{";
        for (std::size_t k = 0; k < kQuantiles.size() && !sorted.empty(); ++k)
            out +=
                (k == 0 ? "\"" : ",\"") + shortest(kQuantiles[k]) + "\":" + shortest(quantile(sorted, kQuantiles[k]));
        out += "}}";
    }
    return out + "}}]}\n";
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

std::string input_hash(const Scenario& scenario, std::uint64_t runs) {
    return sha256_hex(std::to_string(kModelVersion) + "|" + std::to_string(runs) + "|" + scenario_json(scenario));
}

ResultFiles render(const Model& model, const Outcome& outcome, const std::string& version) {
    ResultFiles out;
    out.summary = summary_json(model, outcome);
    out.files = {{"metrics.csv", metrics_csv(outcome)},
                 {"quantiles.csv", quantiles_csv(model, outcome)},
                 {"summary.json", out.summary}};
    std::string names, all;
    for (const auto& [name, bytes] : out.files) {
        const std::string hash = sha256_hex(bytes);
        names += (names.empty() ? "" : ",") + json_text(name) + ":\"" + hash + "\"";
        all += name + " " + hash + "\n";
    }
    out.result_hash = sha256_hex(all);
    const Scenario& s = model.scenario();
    out.files.emplace_back(
        "manifest.json", "{\"program\":\"assay-sim\",\"version\":" + json_text(version) +
                             ",\"model\":" + std::to_string(kModelVersion) +
                             ",\"runs\":" + std::to_string(outcome.runs) + ",\"seed\":\"" + std::to_string(s.seed) +
                             "\",\"input_hash\":\"" + input_hash(s, outcome.runs) + "\",\"result_hash\":\"" +
                             out.result_hash + "\",\"files\":{" + names + "},\"scenario\":" + scenario_json(s) + "}\n");
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
    ASSAY_TRY(json::Object files, top.object("files"));
    std::string all;
    for (const char* name : {"metrics.csv", "quantiles.csv", "summary.json"})
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
