// Changes one list of a genesis file and leaves the rest of its text as it is: comments, order and spaces.
//
//   ASSAY_TRY(TextList accounts, TextList::find(text, "accounts"));     // text that json::parse has read
//   accounts.elements.push_back(R"({"address": "assay1…", "amount": "5 ASY"})");
//   text = accounts.put_back(text);                                     // comments between its elements are lost
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace assay::node {

struct TextList {
    std::size_t begin = 0;  ///< of '[' in the text
    std::size_t end = 0;    ///< behind ']'
    std::vector<std::string> elements;

    /// Of the top object's member `key`. Errors: json_missing_key, json_type where it is no list.
    [[nodiscard]] static Result<TextList> find(std::string_view text, std::string_view key);
    [[nodiscard]] std::string put_back(std::string_view text) const;
};

}  // namespace assay::node
