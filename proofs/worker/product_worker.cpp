#include "proofs/worker/product_worker.hpp"

#include <algorithm>

#include "base/hex.hpp"
#include "proofs/freivalds.hpp"
#include "proofs/worker/multiply.hpp"
#include "wallet/client/json_write.hpp"
#include "wallet/client/npy.hpp"
#include "wallet/client/sender.hpp"
#include "wallet/keys/random.hpp"

namespace assay::proofs::worker {

namespace {

constexpr std::chrono::hours kKeep{7 * 24};
constexpr unsigned kLooksBetweenCleaning = 600;

/// A devnet's misbehaving provider: what `run --fault` does to a product.
void spoil(std::vector<std::uint32_t>& product, const Fault& fault) {
    switch (fault.kind) {
        case FaultKind::zero:
            std::fill(product.begin(), product.end(), 0);
            break;
        case FaultKind::skip: {  // the last rows of it are not computed
            const auto kept = product.size() - static_cast<std::size_t>(static_cast<u128>(product.size()) *
                                                                        fault.share.value / Ppb::kOne);
            std::fill(product.begin() + static_cast<std::ptrdiff_t>(kept), product.end(), 0);
            break;
        }
        case FaultKind::flip:
            for (std::uint64_t i = 0, all = std::min<std::uint64_t>(fault.count, product.size()); i < all; ++i)
                product[static_cast<std::size_t>(i * product.size() / all)] ^= 1;
            break;
        default:  // replay and copy are about canonical work
            break;
    }
}

}  // namespace

ProductWorker::ProductWorker(wallet::Url node, wallet::Signer signer, Products& products, const Events& tell,
                             ProductOptions options)
    : node_(std::move(node)),
      signer_(std::move(signer)),
      products_(products),
      tell_(tell),
      options_(std::move(options)),
      fault_(take(parse_fault(options_.fault))) {}

ProductWorker::~ProductWorker() {
    stop();
}

void ProductWorker::start() {
    thread_ = std::thread([this] { run(); });
}

void ProductWorker::stop() {
    stop_ = true;
    wake();
    if (thread_.joinable()) thread_.join();
}

void ProductWorker::wake() {
    const std::lock_guard lock(mutex_);
    wake_ = true;
    woken_.notify_all();
}

void ProductWorker::run() {
    const std::chrono::milliseconds pause(std::clamp<std::uint64_t>(options_.block_ms / 2, 100, 2'000));
    unsigned looks = 0;
    while (!stop_) {
        try {
            look();
            if (looks++ % kLooksBetweenCleaning == 0) products_.clean(kKeep);
        } catch (const NodeAway&) {
            // The run itself tells that the node is away; here it is asked again.
        } catch (const Failure& failure) {
            note("products: " + std::string(failure.what()));
        } catch (const std::bad_alloc&) {
            note("products: not enough memory for the product of a lease");
        }
        std::unique_lock lock(mutex_);
        woken_.wait_for(lock, pause, [this] { return wake_ || stop_; });
        wake_ = false;
    }
}

std::vector<ProductLease> ProductWorker::leases() {
    std::vector<ProductLease> out;
    std::string cursor;
    do {
        wallet::Params params;
        params.text("provider", options_.provider).text("status", "leased").number("limit", 1000);
        if (!cursor.empty()) params.text("cursor", cursor);
        const json::Value answer = node_.call("leases", params);
        const json::Value* items = answer.find("items");
        if (items == nullptr) throw NodeAway(Code::internal, "the node's answer to leases has no items");
        for (const json::Value& item : items->items) {
            const json::Value* gemm = item.find("gemm");
            if (gemm == nullptr || gemm->is_null()) continue;
            ProductLease lease;
            lease.order = take(fixed_from_hex<Hash>(take(wallet::text_at(item, "order"))));
            lease.job.m = take(wallet::number_at(*gemm, "m"));
            lease.job.n = take(wallet::number_at(*gemm, "n"));
            lease.job.k = take(wallet::number_at(*gemm, "k"));
            lease.job.a_root = take(fixed_from_hex<Hash>(take(wallet::text_at(*gemm, "a_root"))));
            lease.job.b_root = take(fixed_from_hex<Hash>(take(wallet::text_at(*gemm, "b_root"))));
            take(check_job(lease.job));
            if (const json::Value* d = gemm->find("delivery"); d != nullptr && !d->is_null())
                lease.delivered = take(fixed_from_hex<Hash>(take(wallet::text_at(*d, "c_root"))));
            out.push_back(std::move(lease));
        }
        cursor = wallet::text_or_empty(answer, "next_cursor");
    } while (!cursor.empty());
    return out;
}

void ProductWorker::look() {
    products_.set_leases(leases());
    for (const ProductLease& lease : products_.leases()) {
        if (stop_) return;
        if (lease.delivered || given_up_.contains(lease.order) || delivered_.contains(lease.order)) continue;
        std::error_code ignored;
        if (!std::filesystem::exists(products_.sidecar(lease.order), ignored)) {
            if (!products_.has(lease.order, Side::a) || !products_.has(lease.order, Side::b)) continue;
            if (!make(lease)) continue;
        }
        deliver(lease);
    }
}

bool ProductWorker::make(const ProductLease& lease) {
    const GemmJob& job = lease.job;
    const auto a = MappedFile::open(products_.file(lease.order, Side::a)),
               b = MappedFile::open(products_.file(lease.order, Side::b));
    if (!a || !b) throw Failure(a ? b.error() : a.error());
    // A disk or a memory that errs would cost stake here: the buyer shows one wrong value.
    if (panel_tree(a->view(), job.m, job.k).root() != job.a_root ||
        panel_tree(b->view(), job.n, job.k).root() != job.b_root) {
        std::error_code ignored;
        std::filesystem::remove(products_.file(lease.order, Side::a), ignored);
        std::filesystem::remove(products_.file(lease.order, Side::b), ignored);
        throw Failure(Code::verification_failed, "the buyer's matrices of order " + to_hex(lease.order.view()) +
                                                     " changed on the disk; the buyer has to bring them again");
    }
    const auto began = std::chrono::steady_clock::now();
    auto product = multiply(a->view(), b->view(), {job.m, job.n, job.k}, options_.threads, &stop_);
    if (!product) return false;  // stopped
    if (fault_.kind == FaultKind::none) {
        Hash seed;
        take(wallet::fill_random(seed.bytes));
        if (check_product(a->view(), b->view(), *product, job.m, job.n, job.k, seed)) {
            refused(lease.order, "selftest_failed", "this machine computed a wrong value; nothing was delivered");
            return false;
        }
    }
    spoil(*product, fault_);
    const Hash root = tile_tree(*product, job.m, job.n).root();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    write_file(products_.product(lease.order).string(),
               wallet::npy_header(wallet::Element::int32, job.m, job.n) + product_bytes(*product));
    // The sidecar last: where it is, the product is whole.
    const auto hex = [](const Hash& h) { return to_hex(h.view()); };
    const Json sidecar{{"format", "assay-product"},
                       {"version", 1},
                       {"order", hex(lease.order)},
                       {"provider", options_.provider},
                       {"m", job.m},
                       {"n", job.n},
                       {"k", job.k},
                       {"a_root", hex(job.a_root)},
                       {"b_root", hex(job.b_root)},
                       {"c_root", hex(root)},
                       {"made", utc_now()}};
    write_file(products_.sidecar(lease.order).string(), sidecar.dump(2) + "\n");
    tell_("product", {{"order", hex(lease.order)}, {"c_root", hex(root)}, {"seconds", seconds}},
          "order " + hex(lease.order).substr(0, 8) + ": the product is made, root " + hex(root).substr(0, 8));
    return true;
}

void ProductWorker::deliver(const ProductLease& lease) {
    const std::string id = to_hex(lease.order.view());
    const auto sidecar = take(json::parse(read_file(products_.sidecar(lease.order).string())));
    const Hash root = take(fixed_from_hex<Hash>(take(wallet::text_at(sidecar, "c_root"))));
    const std::string root_hex = to_hex(root.view());
    if (!options_.own_key) {
        if (told_.insert(lease.order).second)
            tell_("waiting",
                  {{"for", "delivery"}, {"order", id}, {"fix", "assay lease deliver " + id + " --c-root " + root_hex}},
                  "order " + id.substr(0, 8) + ": a work key may not deliver; the provider does: assay lease deliver " +
                      id + " --c-root " + root_hex);
        return;
    }
    wallet::TxOptions options;
    auto body = wallet::build_tx(node_.rpc(), node_.chain_info(), signer_.address(),
                                 {chain::Deliver{lease.order, root}}, options);
    if (!body) throw NodeAway(body.error().code, body.error().message);
    const auto tx = take(wallet::sign_tx(std::move(*body), signer_));
    wallet::SendOptions send;
    send.stop = [this] { return stop_.load(); };
    const auto outcome = wallet::send_and_wait(node_.rpc(), tx, send);
    if (!outcome) {
        switch (outcome.error().code) {
            case Code::outcome_unknown:
            case Code::nonce_taken:
            case Code::nonce_too_low:
            case Code::nonce_gap:
                return;  // looked at again: the chain has it, or another nonce is taken
            case Code::insufficient_funds:
                if (told_.insert(lease.order).second)
                    tell_("waiting", {{"for", "delivery"}, {"order", id}, {"reason", outcome.error().message}},
                          "order " + id.substr(0, 8) + ": cannot be delivered yet: " + outcome.error().message);
                return;
            default:
                if (passes_by_itself(outcome.error().code)) return;
                return refused(lease.order, std::string(outcome.error().word()), outcome.error().message);
        }
    }
    if (outcome->status == wallet::TxStatus::failed && outcome->code != "already_delivered")
        return refused(lease.order, outcome->code, outcome->message);
    if (outcome->status == wallet::TxStatus::expired || outcome->status == wallet::TxStatus::pending) return;
    delivered_.insert(lease.order);
    tell_("delivered",
          {{"order", id}, {"c_root", root_hex}, {"txid", to_hex(tx.txid.view())}, {"height", outcome->height}},
          "order " + id.substr(0, 8) + ": delivered at height " + std::to_string(outcome->height));
}

void ProductWorker::refused(const Hash& order, const std::string& code, const std::string& message) {
    given_up_.insert(order);
    tell_("refused", {{"order", to_hex(order.view())}, {"code", code}, {"message", message}},
          "order " + to_hex(order.view()).substr(0, 8) + ": not delivered: " + message);
}

}  // namespace assay::proofs::worker
