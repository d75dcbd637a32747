// Transactions of a run: signed, sent, and followed until they are in a block or never can be.
//
//   SigningSession signing(node, signer);
//   record.commit_tx = signing.sign(CommitWork{…}, blocks, false);
//   state.save(record);                                  // before it is sent: a restart sends these very bytes
//   Fate fate = signing.follow(*record.commit_tx, height);
//
// The same bytes go again as often as needed; they are included once. Signing anew is the caller's step, and safe only
// when follow() said `anew`.
#pragma once

#include <string>

#include "proofs/worker/node_client.hpp"
#include "proofs/worker/state.hpp"
#include "wallet/client/tx_builder.hpp"
#include "wallet/keys/signer.hpp"

namespace assay::proofs::worker {

struct Fate {
    enum Kind {
        waiting,   ///< in a mempool, or about to be
        included,  ///< in a block, and done
        failed,    ///< in a block, refused by execution
        anew,      ///< in no block and never will be: expired, or refused for what a fresh one would have right
        never,     ///< refused for what it says
    };
    Kind kind = waiting;
    std::uint64_t height = 0;
    std::string code, message;
};

class SigningSession {
   public:
    SigningSession(NodeClient& node, wallet::Signer signer) : node_(node), signer_(std::move(signer)) {}

    [[nodiscard]] const Address& address() const { return signer_.address(); }
    /// `for_blocks`: how long it may wait. `opening_units`: proofs::verify_units of the task, which the commit prepays.
    /// Throws NodeAway, Failure.
    [[nodiscard]] SentTx sign(chain::CommitWork message, std::uint64_t for_blocks, std::uint64_t opening_units);
    /// Free: its commit paid for it.
    [[nodiscard]] SentTx sign(chain::OpenWork message, std::uint64_t for_blocks);
    /// Sends it where no node has it, else looks what became of it. `height`: the chain's. Throws NodeAway.
    [[nodiscard]] Fate follow(const SentTx& tx, std::uint64_t height);

   private:
    [[nodiscard]] SentTx sign(chain::Message message, wallet::TxOptions options);
    [[nodiscard]] Fate send(const SentTx& tx);

    NodeClient& node_;
    wallet::Signer signer_;
};

}  // namespace assay::proofs::worker
