// A validator that signs one height twice loses its bond. Under CometBFT that happens to those who copy a home, start
// both, or put an older backup back. signer.json says where this home signs, and how far it had come:
//
//   ASSAY_TRY(Height seen, last_own_block(app, key));
//   ASSAY_TRY_VOID(check_signer(home, seen, options.new_signer));     // before CometBFT starts
//
//   {"key":"…","machine":"…","device":"2049","inode":"131","path":"/var/lib/assay","signed":"1042"}
//
// The same place is: the same machine, the same key file (its inode), and the same device or the same path. A disk that
// is another device after a reboot, and a home that was renamed, are the same place; a copy is not. A whole virtual
// machine that was cloned with its machine-id cannot be told apart.
#pragma once

#include "base/result.hpp"
#include "base/types.hpp"
#include "node/home.hpp"

namespace assay::chain {
class App;
}

namespace assay::node {

struct SignerPlace {
    Hash machine;  ///< of /etc/machine-id; of nothing where there is none
    std::uint64_t device = 0;
    std::uint64_t inode = 0;  ///< of keys/consensus.json
    std::string path;         ///< the home's
};
struct SignerRecord {
    Hash key;  ///< consensus key
    SignerPlace place;
    Height signed_height;  ///< CometBFT's sign state had come so far
};

/// Where this home is. Errors: io_error.
[[nodiscard]] Result<SignerPlace> signer_place(const Home& home,
                                               const std::filesystem::path& machine_id = "/etc/machine-id");
[[nodiscard]] bool same_place(const SignerPlace& a, const SignerPlace& b);

/// May this home sign? Writes down that it does. `seen`: the highest height at which this node's own blocks show its
/// key to have signed, zero where they show none. With `new_signer` it takes over, and signs nothing up to the highest
/// height that it knows of. Errors: signer_moved with the reason and the way out; io_error, keystore_malformed.
[[nodiscard]] Status check_signer(const Home& home, Height seen, bool new_signer);

/// The last of the newest 1,000 blocks that this key proposed; zero where it proposed none of them.
[[nodiscard]] Height last_own_block(const chain::App& app, const Hash& consensus_key);

/// Writes signer.json for where the home is now: after its key was made or brought here on purpose.
[[nodiscard]] Status adopt_signer(const Home& home);

/// The height in CometBFT's sign state; 0 where there is none. Errors: io_error, keystore_malformed.
[[nodiscard]] Result<Height> signed_height(const Home& home);
/// Makes the sign state refuse everything up to `height`. Never lowers it.
[[nodiscard]] Status sign_only_above(const Home& home, Height height);

}  // namespace assay::node
