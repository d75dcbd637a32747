#include "wallet/client/csv.hpp"

namespace assay::wallet {
namespace {

std::string trimmed(const std::string& cell) {
    const std::size_t from = cell.find_first_not_of(" \t");
    if (from == std::string::npos) return {};
    return cell.substr(from, cell.find_last_not_of(" \t") - from + 1);
}

}  // namespace

Result<std::vector<CsvRecord>> parse_csv(std::string_view text, const std::string& source) {
    if (text.substr(0, 3) == "\xef\xbb\xbf") text.remove_prefix(3);
    std::vector<CsvRecord> out;
    std::size_t at = 0, line = 1;
    while (at < text.size()) {
        CsvRecord record;
        record.line = line;
        bool quoted_any = false;
        while (true) {
            const auto wrong = [&](const std::string& what) -> Error {
                return {Code::invalid_params, source + ", row " + std::to_string(record.line) + ", column " +
                                                  std::to_string(record.cells.size() + 1) + ": " + what};
            };
            std::string cell;
            if (at < text.size() && text[at] == '"') {
                quoted_any = true;
                ++at;
                while (true) {
                    if (at >= text.size()) return wrong("a quotation mark is opened and not closed");
                    if (text[at] == '"' && at + 1 < text.size() && text[at + 1] == '"') {
                        cell += '"';
                        at += 2;
                        continue;
                    }
                    if (text[at] == '"') break;
                    if (text[at] == '\n') ++line;
                    cell += text[at++];
                }
                ++at;
                if (at < text.size() && text[at] != ',' && text[at] != '\n' && text[at] != '\r')
                    return wrong("something stands behind the closing quotation mark");
            } else {
                while (at < text.size() && text[at] != ',' && text[at] != '\n' && text[at] != '\r') {
                    if (text[at] == '"') return wrong("a quotation mark inside a cell that does not begin with one");
                    cell += text[at++];
                }
                cell = trimmed(cell);
            }
            record.cells.push_back(std::move(cell));
            if (at < text.size() && text[at] == ',') {
                ++at;
                continue;
            }
            break;
        }
        if (at < text.size() && text[at] == '\r') ++at;
        if (at < text.size() && text[at] == '\n') {
            ++at;
        } else if (at < text.size()) {
            return {Code::invalid_params,
                    source + ", row " + std::to_string(record.line) + ": a carriage return without a line feed"};
        }
        ++line;
        if (quoted_any || record.cells.size() != 1 || !record.cells[0].empty()) out.push_back(std::move(record));
    }
    return out;
}

}  // namespace assay::wallet
