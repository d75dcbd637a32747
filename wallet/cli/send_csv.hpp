// `assay send --csv FILE`: a list of payments, in as few transactions as the chain's limits allow.
//
//   to,amount,tag
//   assay1…,12.5,invoice 7
//
// The whole list is checked before anything is sent. What was paid stands in a journal (csv_journal.hpp): the same
// command goes on where it was cut off, and pays nobody twice.
#pragma once

#include "wallet/cli/transact.hpp"

namespace assay::wallet::cli {

struct CsvOptions {
    std::string file;              ///< "-": stdin
    std::string progress = "bar";  ///< bar, json, none
    bool again = false;            ///< a list that is paid is paid once more
};

/// Throws Failure, with row and column where the list is wrong.
void send_csv(Session& session, const ChangeOptions& options, const CsvOptions& csv);

}  // namespace assay::wallet::cli
