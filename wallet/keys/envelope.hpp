// The encrypted part that key files and backups share: scrypt's cost and salt, the nonce, the sealed bytes.
//
//   ASSAY_TRY(Envelope e, Envelope::seal_up(password, kdf, header, plain));  // header: what stands beside it in clear
//   file += e.json();
//
//   ASSAY_TRY(Envelope e, Envelope::read(top, kMax));
//   std::optional<SecureBytes> plain = e.open(password, header);             // nothing for a wrong password
#pragma once

#include <optional>

#include "base/json.hpp"
#include "wallet/keys/keystore.hpp"

namespace assay::wallet {

struct Envelope {
    Kdf kdf;
    Bytes salt, nonce, sealed;

    /// Fresh salt and nonce. `header` ends with a line feed; cost, salt and nonce are authenticated behind it.
    static Result<Envelope> seal_up(std::string_view password, Kdf kdf, const std::string& header,
                                    const SecureBytes& plain);
    /// Members `kdf` and `cipher`. Errors: those of json, field_out_of_range for costs and lengths out of bounds.
    static Result<Envelope> read(json::Object& top, std::size_t max_sealed);

    [[nodiscard]] std::optional<SecureBytes> open(std::string_view password, const std::string& header) const;
    /// "  \"kdf\": {…},\n  \"cipher\": {…}\n", the last members of a file.
    [[nodiscard]] std::string json() const;

   private:
    [[nodiscard]] std::string authenticated(const std::string& header) const;
};

}  // namespace assay::wallet
