// `assay-sim calibrate`: fields fitted to a published series, and how the fit does on rows that it did not see.
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "tokenomics/presets.hpp"
#include "tokenomics/sim/cli/study_options.hpp"
#include "tokenomics/sim/study/calibrate.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim::cli {
namespace {

std::string fit_json(const study::Fit& f) {
    return "{\"rows\":" + std::to_string(f.rows) + ",\"mape\":" + number_json(f.mape) +
           ",\"rmse_log\":" + number_json(f.rmse_log) + ",\"correlation\":" + number_json(f.correlation) +
           ",\"band_coverage\":" + number_json(f.coverage) + "}";
}

std::string range_text(const study::RowRange& r) {
    return std::to_string(r.from) + ":" + std::to_string(r.to);
}

// A file beside the source names it as it would be found from there.
std::string extends_from(const std::string& source, const std::string& file) {
    namespace fs = std::filesystem;
    std::error_code ec;
    if (tokenomics::preset_text(source) || !fs::exists(source, ec)) return source;
    const fs::path folder = fs::absolute(file, ec).parent_path();
    const fs::path way = fs::proximate(fs::absolute(source, ec), folder, ec);
    return ec ? fs::absolute(source).string() : way.string();
}

Status write_scenario(const std::string& file, const std::string& text) {
    const std::string aside = file + ".partial";
    std::FILE* f = std::fopen(aside.c_str(), "wb");
    if (f == nullptr) return {Code::io_error, "--out " + file + " cannot be written: " + std::strerror(errno)};
    const bool whole = std::fwrite(text.data(), 1, text.size(), f) == text.size();
    if (std::fclose(f) == 0 && whole && std::rename(aside.c_str(), file.c_str()) == 0) return {};
    const std::string why = std::strerror(errno);
    (void)std::remove(aside.c_str());
    return {Code::io_error, "--out " + file + " cannot be written: " + why};
}

}  // namespace

int run_calibrate(const Output& out, const CalibrateCommand& c) {
    study::CalibrationQuery q;
    q.time_column = c.time;
    const auto end = std::from_chars(c.time_days.data(), c.time_days.data() + c.time_days.size(), q.time_unit_days);
    if (end.ec != std::errc{} || end.ptr != c.time_days.data() + c.time_days.size() || !(q.time_unit_days > 0) ||
        q.time_unit_days > 1e4)
        return out.fail({Code::usage, "--time-days is \"" + c.time_days + "\", a number above 0 is needed"});
    for (const std::string& text : c.maps) {
        auto map = study::parse_mapping(text);
        if (!map) return out.fail(map.error());
        q.maps.push_back(*std::move(map));
    }
    for (const std::string& text : c.bounds) {
        auto axis = study::parse_axis("--bounds", text);
        if (!axis) return out.fail(axis.error());
        q.bounds.push_back(*std::move(axis));
    }
    const auto train = study::parse_rows("--train", c.train), test = study::parse_rows("--test", c.test);
    for (const auto* r : {&train, &test})
        if (!*r) return out.fail(r->error());
    q.train = *train;
    q.test = *test;
    const auto iterations = typed_count(c.iterations, "--iterations", 1, 1'000'000);
    if (!iterations) return out.fail(iterations.error());
    q.evaluations = *iterations;
    auto options = c.options.read();
    if (!options) return out.fail(options.error());
    const auto sets = c.options.all_sets();
    if (!sets) return out.fail(sets.error());
    std::error_code ec;
    if (std::filesystem::exists(c.out, ec))
        return out.fail({Code::already_exists, "--out " + c.out + " is there already"}, "take another name");
    const auto table = study::read_csv(c.data);
    if (!table) return out.fail(table.error());
    const auto base = study::BaseScenario::load(c.source, *sets);
    if (!base) return out.fail(base.error(), hint_for(base.error()));

    options->stop = watch_interrupts();
    Result<study::Calibration> fitted{Code::internal, "nothing ran"};
    {
        Progress progress(c.options.progress == "json");
        const std::uint64_t per_evaluation = options->runs * base->scenario().steps();
        options->progress = [&](std::uint64_t done, std::uint64_t of) { progress.show(done, of, per_evaluation); };
        fitted = study::calibrate(*base, q, *table, *options);
    }
    if (!fitted)
        return out.fail(fitted.error(), fitted.error().code == Code::interrupted
                                            ? "nothing was written; the same command begins again"
                                            : "");

    std::string values, fits;
    for (std::size_t i = 0; i < fitted->sets.size(); ++i) {
        const std::string& set = fitted->sets[i];
        const bool edge = fitted->units[i] <= 0 || fitted->units[i] >= 1;
        values += (values.empty() ? "" : ",") + std::string("{\"param\":") + json_text(set.substr(0, set.find('='))) +
                  ",\"value\":" + json_text(set.substr(set.find('=') + 1)) +
                  ",\"at_bound\":" + (edge ? "true" : "false") + "}";
    }
    Table table_out("llrrrrr");
    table_out.row({"series", "rows", "MAPE", "RMSE of ln", "correlation", "in 10-90 % band", "of"});
    for (std::size_t k = 0; k < q.maps.size(); ++k) {
        const auto &a = fitted->train[k], &b = fitted->test[k];
        fits += (fits.empty() ? "" : ",") + json_text(q.maps[k].name()) +
                ":{\"column\":" + json_text(q.maps[k].column) + ",\"train\":" + fit_json(a) +
                ",\"test\":" + fit_json(b) + "}";
        for (const auto* f : {&a, &b})
            table_out.row({f == &a ? q.maps[k].name() : "",
                           f == &a ? "train " + range_text(q.train) : "test " + range_text(q.test),
                           for_people(100 * f->mape).substr(0, 5) + " %", for_people(f->rmse_log).substr(0, 5),
                           for_people(f->correlation).substr(0, 5), for_people(100 * f->coverage).substr(0, 5) + " %",
                           std::to_string(f->rows)});
    }
    const std::string report =
        "{\"data\":" + json_text(c.data) + ",\"time\":" + json_text(c.time) + ",\"train_rows\":\"" +
        range_text(q.train) + "\",\"test_rows\":\"" + range_text(q.test) +
        "\",\"runs\":" + std::to_string(options->runs) + ",\"mode\":\"" + mode_name(options->mode) + "\",\"seed\":\"" +
        std::to_string(base->scenario().seed) + "\",\"evaluations\":" + std::to_string(fitted->evaluations) +
        ",\"objective\":" + number_json(fitted->objective) + ",\"fitted\":[" + values + "],\"fit\":{" + fits + "}}";
    const auto text = study::fitted_scenario(*base, extends_from(c.source, c.out), *sets, fitted->sets, report);
    if (!text) return out.fail(text.error());
    if (const Status ok = write_scenario(c.out, *text); !ok) return out.fail(ok.error());
    if (out.json) return out.done("{\"file\":" + json_text(c.out) + ",\"calibration\":" + report + "}\n");
    std::string found;
    for (std::size_t i = 0; i < fitted->sets.size(); ++i)
        found +=
            "  " + fitted->sets[i] + (fitted->units[i] <= 0 || fitted->units[i] >= 1 ? "   (on its bound)\n" : "\n");
    return out.done("fitted in " + std::to_string(fitted->evaluations) + " evaluations of " +
                    std::to_string(options->runs) + " runs:\n" + found + "\n" + table_out.text() +
                    "\na band of 10 to 90 % that tells the truth holds 80 % of the rows\nwritten to " + c.out + "\n");
}

}  // namespace assay::sim::cli
