#include "wallet/cli/listing.hpp"

#include <CLI/CLI.hpp>

#include "wallet/cli/render.hpp"

namespace assay::wallet::cli {
namespace {

/// Orders are priced in credits, where other answers give prices of the token and pay in tokens.
json::Value for_people(std::string_view method, const json::Value& answer) {
    if (method != "order" && method != "orders" && method != "bids" && method != "lease" && method != "leases")
        return answer;
    return renamed(answer, {{"price", "price_per_unit"}, {"paid", "credits_paid"}});
}

}  // namespace

void add_paging(CLI::App& command, Page& page) {
    command.add_option("--cursor", page.cursor, "where the page before ended");
    command.add_option("--limit", page.limit, "items, at most 1000 [100]");
}

void list(Session& session, std::string_view method, const Page& page, Params params) {
    if (!page.cursor.empty()) params.text("cursor", page.cursor);
    if (!page.limit.empty()) params.number("limit", parse_count(page.limit, "--limit", 1, 1000));
    show(session, method, params);
}

void show(Session& session, std::string_view method, const Params& params) {
    const json::Value answer = session.call(method, params);
    session.result(answer, session.json ? std::string() : render(for_people(method, answer), session.chain()));
}

}  // namespace assay::wallet::cli
