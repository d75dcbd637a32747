// What commands that only ask have in common: a page of a list, one thing by its name.
//
//   add_paging(*command, *page);
//   command->callback([=, &session] { list(session, "orders", *page); });
#pragma once

#include "wallet/cli/commands.hpp"
#include "wallet/cli/session.hpp"

namespace assay::wallet::cli {

/// The highest number a device can have.
inline constexpr std::uint64_t kMaxSlot = 0xffffffffu;

/// Which part of a list, as typed.
struct Page {
    std::string cursor, limit;
};
void add_paging(CLI::App& command, Page& page);
/// One page of `method`'s answer as the result of the run.
void list(Session& session, std::string_view method, const Page& page, Params params = {});
/// The answer of `method` as the result of the run.
void show(Session& session, std::string_view method, const Params& params);

}  // namespace assay::wallet::cli
