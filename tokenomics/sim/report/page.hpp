// The report: one HTML file that needs nothing else. The template, its style and its script are report/page.*; the
// data are JSON inside, so that the same result gives the same bytes.
//
//   ASSAY_TRY(ReportData data, read_report_data("out"));
//   ASSAY_TRY_VOID(write_report("report.html", report_page(data, "Akash under stress")));
#pragma once

#include <string>
#include <string_view>

#include "tokenomics/sim/report/verdict.hpp"

namespace assay::sim::report {

/// `title` stands at the top; empty: the scenario's name.
[[nodiscard]] std::string report_page(const ReportData& data, const std::string& title);

/// Written aside and renamed. Errors: already_exists where something else than a report stands there; io_error.
[[nodiscard]] Status write_report(const std::string& path, const std::string& html);

/// The generated sources: page.html, page.css and the scripts one after the other.
[[nodiscard]] std::string_view report_template();
[[nodiscard]] std::string_view report_style();
[[nodiscard]] std::string_view report_script();

}  // namespace assay::sim::report
