// `assay validator report-price --exec CMD --every 60s`: asks a command for the token's price again and again, and
// reports it, until it is told to stop. A command or a node that fails is told and skipped; the next turn comes.
//
//   CMD prints the price in USD as the first line of its stdout, such as 1.14, and ends with exit code 0.
#pragma once

#include "wallet/cli/transact.hpp"

namespace assay::wallet::cli {

struct PriceReports {
    std::string command;
    std::uint64_t every_s = 60;
};

/// A line on stdout for each turn, JSON where asked. Returns after SIGTERM or SIGINT.
void report_prices(Session& session, const ChangeOptions& options, const PriceReports& reports);

}  // namespace assay::wallet::cli
