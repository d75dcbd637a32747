// What a run does for leases of products: waits for the buyer's matrices, multiplies them on the processor, names the
// product's root to the chain, and leaves the product for its buyer to fetch.
//
//   ProductWorker worker(node_url, signer, products, tell, options);
//   worker.start();
//   worker.stop();                       // a multiplication that runs is given up; a restart makes it again
//
// One thread, with a connection and a signing session of its own: a nonce that the run's other transactions took is
// taken anew. Delivering twice does no harm: the chain takes the first.
#pragma once

#include <atomic>
#include <condition_variable>
#include <set>
#include <thread>

#include "proofs/fault.hpp"
#include "proofs/worker/events.hpp"
#include "proofs/worker/node_client.hpp"
#include "proofs/worker/products.hpp"
#include "wallet/keys/signer.hpp"

namespace assay::proofs::worker {

struct ProductOptions {
    std::string provider;  ///< address
    bool own_key = true;   ///< the key that signs is the provider's: a work key may not deliver
    std::string fault = "none";
    unsigned threads = 0;
    std::uint64_t block_ms = 1'000;
};

class ProductWorker {
   public:
    ProductWorker(wallet::Url node, wallet::Signer signer, Products& products, const Events& tell,
                  ProductOptions options);
    ~ProductWorker();
    ProductWorker(const ProductWorker&) = delete;
    ProductWorker& operator=(const ProductWorker&) = delete;

    void start();
    void stop();
    /// Something has arrived: look at once.
    void wake();

   private:
    void run();
    void look();
    [[nodiscard]] std::vector<ProductLease> leases();
    /// Whether there is a product now.
    [[nodiscard]] bool make(const ProductLease& lease);
    void deliver(const ProductLease& lease);
    void refused(const Hash& order, const std::string& code, const std::string& message);

    NodeClient node_;
    const wallet::Signer signer_;
    Products& products_;
    const Events& tell_;
    const ProductOptions options_;
    const Fault fault_;

    std::thread thread_;
    std::atomic<bool> stop_{false};
    std::mutex mutex_;
    std::condition_variable woken_;
    bool wake_ = false;
    std::set<Hash> given_up_;   ///< orders of which nothing comes any more
    std::set<Hash> delivered_;  ///< of this run
    std::set<Hash> told_;       ///< products that the owner has to deliver by hand
};

}  // namespace assay::proofs::worker
