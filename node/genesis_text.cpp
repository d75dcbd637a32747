#include "node/genesis_text.hpp"

namespace assay::node {
namespace {

// Walks over JSON with comments that is known to be well-formed.
class Walker {
   public:
    explicit Walker(std::string_view text) : text_(text) {}
    [[nodiscard]] std::size_t at() const { return at_; }
    [[nodiscard]] char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void step() { ++at_; }

    void skip_space() {
        while (at_ < text_.size()) {
            if (text_.compare(at_, 2, "//") == 0) {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else if (text_.compare(at_, 2, "/*") == 0) {
                at_ = std::min(text_.find("*/", at_ + 2), text_.size() - 2) + 2;
            } else if (here() == ' ' || here() == '\n' || here() == '\t' || here() == '\r') {
                ++at_;
            } else {
                return;
            }
        }
    }
    // The characters between the quotes, as written.
    std::string_view string() {
        const std::size_t from = ++at_;
        while (at_ < text_.size() && here() != '"') at_ += here() == '\\' ? 2 : 1;
        const std::string_view out = text_.substr(from, std::min(at_, text_.size()) - from);
        ++at_;
        return out;
    }
    void value() {
        int depth = 0;
        do {
            skip_space();
            const char c = here();
            if (at_ >= text_.size()) return;
            if (c == '"') {
                string();
            } else if (c == '{' || c == '[') {
                ++depth;
                ++at_;
            } else if (c == '}' || c == ']') {
                --depth;
                ++at_;
            } else if (c == ',' || c == ':') {
                ++at_;
            } else {
                while (at_ < text_.size() && std::string_view(",:]}/ \n\r\t").find(here()) == std::string_view::npos)
                    ++at_;
            }
        } while (depth > 0);
    }

   private:
    std::string_view text_;
    std::size_t at_ = 0;
};

TextList read_list(Walker& w, std::string_view text) {
    TextList out;
    out.begin = w.at();
    w.step();
    for (w.skip_space(); w.here() != ']' && w.here() != '\0'; w.skip_space()) {
        const std::size_t from = w.at();
        w.value();
        out.elements.emplace_back(text.substr(from, w.at() - from));
        w.skip_space();
        if (w.here() == ',') w.step();
    }
    w.step();
    out.end = w.at();
    return out;
}

}  // namespace

Result<TextList> TextList::find(std::string_view text, std::string_view key) {
    Walker w(text);
    w.skip_space();
    if (w.here() != '{') return {Code::json_type, "the file holds no object"};
    w.step();
    for (w.skip_space(); w.here() == '"'; w.skip_space()) {
        const bool wanted = w.string() == key;
        w.skip_space();
        w.step();  // the colon
        w.skip_space();
        if (wanted && w.here() != '[') return {Code::json_type, std::string(key) + " must be a list"};
        if (wanted) return read_list(w, text);
        w.value();
        w.skip_space();
        if (w.here() == ',') w.step();
    }
    return {Code::json_missing_key, "the file has no \"" + std::string(key) + "\""};
}

std::string TextList::put_back(std::string_view text) const {
    std::string list = "[";
    for (std::size_t i = 0; i < elements.size(); ++i) list += (i == 0 ? "\n    " : ",\n    ") + elements[i];
    list += elements.empty() ? "]" : "\n  ]";
    return std::string(text.substr(0, begin)) + list + std::string(text.substr(end));
}

}  // namespace assay::node
