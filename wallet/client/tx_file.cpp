#include "wallet/client/tx_file.hpp"

#include "base/hex.hpp"
#include "wallet/client/json_write.hpp"
#include "wallet/client/message_json.hpp"

namespace assay::wallet {

json::Value tx_file_to_json(const TxFile& file) {
    return make::object({{"format", make::text("assay-tx")},
                         {"version", make::number(1)},
                         {"prefix", make::text(file.prefix)},
                         {"body", make::text(to_hex(borsh::encode(file.body)))},
                         {"auth", file.auth ? make::text(to_hex(borsh::encode(*file.auth))) : make::null()},
                         {"transaction", body_to_json(file.body, file.prefix)}});
}

Result<TxFile> parse_tx_file(std::string_view text) {
    const auto bad = [](const std::string& why) -> Error {
        return {Code::tx_malformed, "the transaction file: " + why};
    };
    const auto read = [&]() -> Result<TxFile> {
        ASSAY_TRY(const json::Value root, json::parse(text, {.max_bytes = 1u << 20, .max_depth = 16}));
        ASSAY_TRY(json::Object top, json::object(root, ""));
        ASSAY_TRY(const std::string format, top.string("format"));
        if (format != "assay-tx") return bad("format is not \"assay-tx\"");
        ASSAY_TRY(const std::uint64_t version, top.u64("version"));
        if (version != 1)
            return bad("version " + std::to_string(version) + " is unknown to this program, which reads version 1");
        TxFile out;
        ASSAY_TRY(out.prefix, top.string("prefix"));
        ASSAY_TRY(const std::string body, top.string("body"));
        ASSAY_TRY(const Bytes raw, from_hex(body));
        ASSAY_TRY(out.body, borsh::decode<chain::TxBody>(raw));
        ASSAY_TRY_VOID(chain::check_shape(out.body));
        ASSAY_TRY(const json::Value* auth, top.required("auth"));
        if (!auth->is_null()) {
            ASSAY_TRY(const std::string hex, json::as_string(*auth, "auth"));
            ASSAY_TRY(const Bytes auth_raw, from_hex(hex));
            ASSAY_TRY(out.auth, borsh::decode<chain::Auth>(auth_raw));
        }
        ASSAY_TRY(const json::Value* shown, top.required("transaction"));
        // Whoever signs reads the words, the key signs the bytes: they must say the same.
        if (to_json(*shown) != to_json(body_to_json(out.body, out.prefix)))
            return bad("what it shows under \"transaction\" is not what its bytes say");
        ASSAY_TRY_VOID(top.done());
        return out;
    };
    auto file = read();
    if (!file && file.error().code != Code::tx_malformed) return bad(file.error().message);
    return file;
}

}  // namespace assay::wallet
