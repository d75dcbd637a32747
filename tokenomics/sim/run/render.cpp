#include "tokenomics/sim/run/render.hpp"

#include <algorithm>
#include <cmath>

#include "base/hex.hpp"
#include "base/json.hpp"
#include "base/sha256.hpp"
#include "tokenomics/sim/model/fast_bound.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim {
namespace {

using Cells = std::vector<CellResult>;

std::string sha256_hex(const std::string& bytes) {
    return to_hex(sha256(as_bytes(bytes)).view());
}

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

std::string cells_csv(const Cells& cells) {
    std::string out = "cell";
    for (const auto& [path, value] : cells[0].set) out += "," + csv_text(path);
    for (std::size_t cell = 0; cell < cells.size(); ++cell) {
        out += "\n" + std::to_string(cell);
        for (const auto& [path, value] : cells[cell].set) out += "," + csv_text(value);
    }
    return out + "\n";
}

// Text that goes on when there is enough of it.
class Text {
   public:
    explicit Text(const Sink& sink) : sink_(sink) {}
    Status add(const std::string& text) {
        text_ += text;
        return text_.size() < (1u << 18) ? Status{} : flush();
    }
    Status flush() {
        Status ok = sink_(text_);
        text_.clear();
        return ok;
    }

   private:
    const Sink& sink_;
    std::string text_;
};

Status write_quantiles(const Cells& cells, const Sink& sink) {
    Text out(sink);
    ASSAY_TRY_VOID(out.add("cell,step,day,metric,q,value\n"));
    for (std::size_t cell = 0; cell < cells.size(); ++cell)
        for (std::size_t point = 0; point < cells[cell].recorded.size(); ++point) {
            const CellResult& c = cells[cell];
            const std::string at = std::to_string(cell) + "," + std::to_string(c.recorded[point]) + "," +
                                   shortest(c.recorded_days[point]) + ",";
            for (std::size_t i = 0; i < kSeriesCount; ++i)
                for (std::size_t q = 0; q < kQuantiles.size(); ++q)
                    ASSAY_TRY_VOID(out.add(at + kSeries[i].name + "," + shortest(kQuantiles[q]) + "," +
                                           shortest(c.quantile_at(point, i, q)) + "\n"));
        }
    return out.flush();
}

Status write_metrics(const Cells& cells, const Sink& sink) {
    Text out(sink);
    ASSAY_TRY_VOID(out.add("cell,run,metric,value\n"));
    for (std::size_t cell = 0; cell < cells.size(); ++cell)
        for (std::uint64_t run = 0; run < std::min(cells[cell].metrics, cells[cell].kept); ++run) {
            const std::string at = std::to_string(cell) + "," + std::to_string(run) + ",";
            for (std::size_t i = 0; i < kFigureCount; ++i)
                ASSAY_TRY_VOID(out.add(at + kFigures[i].name + "," + shortest(cells[cell].figure(i, run)) + "\n"));
        }
    return out.flush();
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

std::string summary_json(const Cells& cells, const std::string& name) {
    std::string out = "{\"name\":" + json_text(name) + ",\"runs\":" + std::to_string(cells[0].runs) +
                      ",\"steps\":" + std::to_string(cells[0].steps) + ",\"days\":" + shortest(cells[0].days) +
                      ",\"mode\":\"" + mode_name(cells[0].mode) +
                      "\",\"fast_bound\":" + (cells[0].mode == Mode::fast ? shortest(kFastBound) : "null") +
                      ",\"cells\":[";
    for (std::size_t cell = 0; cell < cells.size(); ++cell) {
        out += std::string(cell == 0 ? "" : ",") + "{\"cell\":" + std::to_string(cell) +
               ",\"set\":" + set_json(cells[cell]) + ",\"metrics\":{";
        for (std::size_t i = 0; i < kFigureCount; ++i)
            out += (i == 0 ? "" : ",") + figure_json(i, cells[cell].summary[i]);
        out += "}}";
    }
    return out + "]}\n";
}

// Of the first cell: a plain run has no other.
std::vector<NpzArray> arrays_of(const CellResult& c) {
    const std::uint64_t runs = c.kept_paths, points = c.recorded.size();
    std::vector<NpzArray> out;
    out.push_back({"day", {points}, [&c](std::uint64_t i) { return c.recorded_days[i]; }});
    for (std::size_t s = 0; s < kSeriesCount; ++s)
        out.push_back({kSeries[s].name, {runs, points}, [&c, s, points](std::uint64_t i) {
                           return c.paths[(i / points * kSeriesCount + s) * points + i % points];
                       }});
    return out;
}

}  // namespace

std::uint64_t paths_bytes(std::uint64_t runs, std::size_t points) {
    return 4096 + kSeriesCount * (512 + 8 * runs * points) + 8 * points;
}

const char* mode_name(Mode mode) {
    return mode == Mode::exact ? "exact" : "fast";
}

// What of a question is not the scenario, as the manifest has it. More runs than there are, are all of them.
std::string asked_json(const Question& q) {
    return "\"model\":" + std::to_string(kModelVersion) + ",\"mode\":\"" + mode_name(q.mode) +
           "\",\"runs\":" + std::to_string(q.runs) + ",\"metrics\":" + std::to_string(std::min(q.metrics, q.runs)) +
           ",\"paths\":" + std::to_string(std::min(q.paths, q.runs)) + ",\"points\":" + std::to_string(q.points) +
           ",\"antithetic\":" + (q.scenario->antithetic ? "true" : "false") + ",\"study\":" + json_text(q.study);
}

std::string input_hash(const Question& q) {
    return sha256_hex(asked_json(q) + "|" + scenario_json(*q.scenario));
}

std::vector<ResultFile> result_files(const Cells& cells, const Question& question, const RenderOptions& options) {
    std::vector<ResultFile> out;
    const auto bytes = [&](const std::string& name, std::string text) {
        out.push_back({name, [text = std::move(text)](const Sink& sink) { return sink(text); }});
    };
    for (const auto& [name, text] : options.more) bytes(name, text);
    bytes("cells.csv", cells_csv(cells));
    out.push_back({"metrics.csv", [&cells](const Sink& sink) { return write_metrics(cells, sink); }});
    if (cells[0].kept_paths != 0)
        out.push_back({"paths.npz", [&cells](const Sink& sink) { return write_npz(arrays_of(cells[0]), sink); }});
    out.push_back({"quantiles.csv", [&cells](const Sink& sink) { return write_quantiles(cells, sink); }});
    bytes("summary.json", summary_json(cells, question.scenario->name));
    std::sort(out.begin(), out.end(), [](const ResultFile& a, const ResultFile& b) { return a.name < b.name; });
    return out;
}

std::string manifest_json(const Question& question, const std::string& cells, const RenderOptions& options,
                          const FileHashes& files, const std::string& shard) {
    const Scenario& s = *question.scenario;
    std::string names;
    for (const auto& [name, hash] : files) names += (names.empty() ? "" : ",") + json_text(name) + ":\"" + hash + "\"";
    return "{\"program\":\"assay-sim\",\"version\":" + json_text(options.version) + "," + asked_json(question) +
           ",\"seed\":\"" + std::to_string(s.seed) + "\",\"shard\":" + (shard.empty() ? "null" : json_text(shard)) +
           ",\"input_hash\":\"" + input_hash(question) + "\",\"result_hash\":\"" + result_hash(files) +
           "\",\"files\":{" + names + "},\"cells\":" + cells + ",\"scenario\":" + scenario_json(s) + "}\n";
}

std::string cells_json(const Cells& cells) {
    std::string out;
    for (std::size_t cell = 0; cell < cells.size(); ++cell)
        out += std::string(cell == 0 ? "" : ",") + "{\"cell\":" + std::to_string(cell) +
               ",\"set\":" + set_json(cells[cell]) + "}";
    return "[" + out + "]";
}

std::string result_hash(const FileHashes& files) {
    std::string all;
    for (const auto& [name, hash] : files) all += name + " " + hash + "\n";
    return sha256_hex(all);
}

ResultFiles render(const Cells& cells, const Question& question, const RenderOptions& options) {
    ResultFiles out;
    FileHashes hashes;
    for (const ResultFile& file : result_files(cells, question, options)) {
        std::string bytes;
        (void)file.write([&](std::string_view more) -> Status {
            bytes += more;
            return {};
        });
        hashes.emplace_back(file.name, sha256_hex(bytes));
        if (file.name == "summary.json") out.summary = bytes;
        out.files.emplace_back(file.name, std::move(bytes));
    }
    out.result_hash = result_hash(hashes);
    out.input_hash = input_hash(question);
    out.files.emplace_back("manifest.json", manifest_json(question, cells_json(cells), options, hashes, ""));
    return out;
}

}  // namespace assay::sim
