// A node's answer for people: whole tokens with their denomination, dollars, aligned columns. JSON goes out unchanged.
#pragma once

#include "wallet/client/chain_info.hpp"

namespace assay::wallet::cli {

/// Any answer: "name  value" lines, nested objects indented, lists of objects as tables.
[[nodiscard]] std::string render(const json::Value& value, const ChainInfo& chain);
/// One scalar as people read it, by the name it has in docs/rpc.md.
[[nodiscard]] std::string render_scalar(std::string_view name, const json::Value& value, const ChainInfo& chain);
/// Columns of a list of objects; cells of what is nested stay out.
[[nodiscard]] std::string render_table(const json::Value& items, const ChainInfo& chain,
                                       const std::vector<std::string>& columns = {});

/// The same answer with members renamed at every depth: docs/rpc.md gives some names another unit in another answer.
[[nodiscard]] json::Value renamed(json::Value value, const std::vector<std::pair<std::string, std::string>>& names);

}  // namespace assay::wallet::cli
