// One sender of this wallet at a time takes a nonce and has it accepted. Without it two equal payments that are made at
// once would get the same nonce, so the same bytes, and the second would pass for the first.
//
//   NonceLock lock(session, sender);       // waits for its turn
//   …ask for the nonce, sign, send…
//   lock.release();                        // before the long wait for the block
#pragma once

#include "wallet/cli/session.hpp"

namespace assay::wallet::cli {

class NonceLock {
   public:
    /// Throws Failure: io_error.
    NonceLock(const Session& session, const Address& sender);
    ~NonceLock() { release(); }
    NonceLock(const NonceLock&) = delete;
    NonceLock& operator=(const NonceLock&) = delete;
    void release();

   private:
    int fd_ = -1;
};

}  // namespace assay::wallet::cli
