// The prover's home: its keys and, unless told otherwise, its state. No other program's home is looked at; a key file
// of the wallet comes in by `key import`, or is named by its path.
//
//   const Home home(options.home);
//   const wallet::Signer signer = home.unlock("worker", password_file, json);
#pragma once

#include <filesystem>
#include <string>

#include "wallet/keys/keystore.hpp"

namespace assay::proofs::worker {

class Home {
   public:
    /// Empty: ~/.assay/prover. Throws Failure: usage where the environment has no HOME.
    explicit Home(const std::string& folder);

    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    [[nodiscard]] std::filesystem::path state() const { return folder_ / "state"; }
    [[nodiscard]] wallet::Keystore keys() const { return wallet::Keystore(folder_ / "keys"); }

    /// A key by name or by the path of its file; empty: the only one there is. Throws Failure: unknown_key,
    /// keystore_malformed, usage.
    [[nodiscard]] wallet::KeyInfo find(const std::string& from) const;
    /// Throws Failure, also: wrong_password.
    [[nodiscard]] wallet::Signer unlock(const std::string& from, const std::string& password_file, bool json) const;

   private:
    std::filesystem::path folder_;
};

struct KeyArguments {
    std::string home, name, file, password_file, file_password_file;
    bool kdf_light = false;
};
void key_new_command(bool json, const KeyArguments& a);
void key_import_command(bool json, const KeyArguments& a);
void key_list_command(bool json, const KeyArguments& a);

}  // namespace assay::proofs::worker
