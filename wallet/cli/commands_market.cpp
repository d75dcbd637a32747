// Buyers' orders, providers' bids, and what work was paid with.
#include <CLI/CLI.hpp>

#include "base/hex.hpp"
#include "wallet/cli/commands.hpp"
#include "wallet/cli/listing.hpp"
#include "wallet/cli/render.hpp"
#include "wallet/cli/transact.hpp"
#include "wallet/client/matrices.hpp"
#include "wallet/client/npy.hpp"

namespace assay::wallet::cli {
namespace {

struct MarketOptions {
    Page page;
    std::string order, device_class, who, slot = "0", status;
    std::string kind, units, max_price, deposit, expires = "1h";
    std::string gemm, a_root, b_root;
    std::vector<std::string> inputs;
    bool manual = false;
};

/// The job of `order create --kind gemm`: of the files, or of roots that were computed elsewhere.
proofs::GemmJob job_of(const MarketOptions& o) {
    const bool roots = !o.a_root.empty() && !o.b_root.empty();
    if (roots == (o.inputs.size() == 2) || o.inputs.size() == 1 || o.a_root.empty() != o.b_root.empty())
        usage("--kind gemm needs either --input A and --input B or --a-root and --b-root");
    if (roots) {
        if (o.gemm.empty()) usage("--a-root and --b-root need --gemm M,N,K: A is M x K, B is N x K, the product M x N");
        const GemmSize size = typed(parse_gemm_size(o.gemm));
        return {size.m, size.n, size.k, parse_hash(o.a_root, "--a-root"), parse_hash(o.b_root, "--b-root")};
    }
    const MatrixFile a = typed(read_matrix_file(o.inputs[0], Element::int8)),
                     b = typed(read_matrix_file(o.inputs[1], Element::int8));
    const GemmSize size = typed(size_of_inputs(o.gemm, a.shape, b.shape));
    return {size.m, size.n, size.k, typed(matrix_root(o.inputs[0], a.values, size.m, size.k)),
            typed(matrix_root(o.inputs[1], b.values, size.n, size.k))};
}

/// "1h" by the chain's time between blocks, "+500" blocks, or a height.
std::uint64_t expiry_height(Session& session, const ChainInfo& chain, const std::string& text) {
    if (!text.empty() && text[0] == '+') return chain.height + parse_count(text.substr(1), "--expires", 1, 100'000'000);
    if (!text.empty() && text.back() >= '0' && text.back() <= '9')
        return parse_count(text, "--expires", 1, ~std::uint64_t{0});
    const std::uint64_t seconds = parse_duration(text, "--expires");
    const json::Value answer = session.call("params", Params().text("pattern", "block.time_ms"));
    const json::Value* items = answer.find("items");
    if (items != nullptr)
        for (const json::Value& p : items->items)
            if (text_or_empty(p, "path") == "block.time_ms") {
                const std::uint64_t ms = take(number_at(p, "value"));
                if (ms != 0) return chain.height + (seconds * 1000 + ms - 1) / ms;
            }
    fail({Code::internal, "the node does not say how long a block takes"}, "give --expires +N blocks or a height");
}

void order_create(Session& session, const ChangeOptions& change_options, const MarketOptions& o) {
    const bool of_matrices = !o.inputs.empty() || !o.a_root.empty();
    const bool gemm = o.kind == "gemm" || (o.kind.empty() && of_matrices);
    if (!gemm && !o.kind.empty() && o.kind != "lanes")
        usage("--kind '" + o.kind + "' is unknown to this chain's version; it knows lanes and gemm");
    if (!gemm && (!o.gemm.empty() || !o.inputs.empty() || !o.a_root.empty() || !o.b_root.empty()))
        usage("--gemm, --input, --a-root and --b-root go with --kind gemm");
    if (!gemm && o.units.empty()) usage("--units is needed: how many canonical tasks of the class");
    if (gemm && !o.units.empty()) usage("--units goes with --kind lanes: a product is ordered whole");
    const std::uint64_t units = gemm ? 1 : parse_count(o.units, "--units", 1, 1'000'000'000'000);
    const std::optional<proofs::GemmJob> job = gemm ? std::optional(job_of(o)) : std::nullopt;
    const Credits max_price = typed(parse_usd(o.max_price));
    const Credits least = take(mul_div(max_price, units, 1));
    const Credits deposit = o.deposit.empty() ? least : typed(parse_usd(o.deposit));
    if (deposit < least)
        usage("--deposit " + show_usd(deposit) + " is below units x max price, which is " + show_usd(least));
    change(session, change_options, [&](const ChainInfo& chain, const Address&) -> Messages {
        return {chain::OpenOrder{o.device_class, units, max_price, deposit, expiry_height(session, chain, o.expires),
                                 o.manual, job}};
    });
}
Params by_status(const MarketOptions& o) {
    return o.status.empty() ? Params() : Params().text("status", o.status);
}

Params by_id(const MarketOptions& o) {
    return Params().text("id", to_hex(parse_hash(o.order, "the order's id").view()));
}

/// What the bid stands at: the buyer agrees to that, or to less.
Credits standing_price(Session& session, const Hash& order, const std::string& provider, std::uint32_t slot) {
    const json::Value answer = session.call("bids", Params().text("order", to_hex(order.view())));
    if (const json::Value* items = answer.find("items"))
        for (const json::Value& b : items->items)
            if (text_or_empty(b, "provider") == provider && take(number_at(b, "slot")) == slot)
                return Credits{take(digits_at(b, "price"))};
    fail({Code::unknown_bid, provider + " has no bid with device " + std::to_string(slot)},
         "'assay bid list " + to_hex(order.view()) + "' shows those that stand");
}

void add_market(CLI::App& app, Session& session, const std::shared_ptr<MarketOptions>& o) {
    CLI::App* order = app.add_subcommand("order", "a buyer's orders");
    order->require_subcommand(1);
    CLI::App* create = order->add_subcommand("create", "order work, paid from credits as it passes");
    create->add_option("--kind", o->kind,
                       "lanes: canonical tasks of the class, whatever its kind; gemm: a product of yours [gemm where "
                       "there are inputs, else lanes]");
    create->add_option("--class", o->device_class, "device class")->required();
    create->add_option("--units", o->units, "canonical tasks of the class; of a product there is one");
    create->add_option("--max-price", o->max_price, "USD per unit, at most; of a product, for all of it")->required();
    create->add_option("--gemm", o->gemm,
                       "a product's M,N,K, of A (M x K) and B (N x K, the columns of the product) [of .npy files]");
    create
        ->add_option("--input", o->inputs,
                     "a product: the file of A, and again of B: .npy of int8, or raw int8 row by row")
        ->allow_extra_args(false);
    create->add_option("--a-root", o->a_root, "--kind gemm: the root of A in place of its file, hex");
    create->add_option("--b-root", o->b_root, "--kind gemm: the root of B in place of its file, hex");
    create->add_option("--deposit", o->deposit, "USD of credits set aside [units x max price]");
    create->add_option("--expires", o->expires, "1h, +500 blocks or a height; the rest is refunded then")
        ->capture_default_str();
    create->add_flag("--manual", o->manual, "take a bid by hand ('assay bid accept') instead of the lowest price");
    auto create_options = add_change_options(*create);
    create->callback([=, &session] { order_create(session, *create_options, *o); });
    CLI::App* order_show = order->add_subcommand("show", "one order with its bids");
    order_show->add_option("ID", o->order, "the order")->required();
    order_show->callback([=, &session] { show(session, "order", by_id(*o)); });
    CLI::App* order_list = order->add_subcommand("list", "orders");
    order_list->add_option("--status", o->status, "open, leased, closed or cancelled")
        ->check(CLI::IsMember({"open", "leased", "closed", "cancelled"}));
    add_paging(*order_list, o->page);
    order_list->callback([=, &session] { list(session, "orders", o->page, by_status(*o)); });
    CLI::App* cancel = order->add_subcommand("cancel", "take back an order that is not leased yet");
    cancel->add_option("ID", o->order, "the order")->required();
    auto cancel_options = add_change_options(*cancel);
    cancel->callback([=, &session] {
        const Hash id = parse_hash(o->order, "the order's id");
        change(session, *cancel_options,
               [&](const ChainInfo&, const Address&) -> Messages { return {chain::CancelOrder{id}}; });
    });
}

void add_bids(CLI::App& app, Session& session, const std::shared_ptr<MarketOptions>& o) {
    CLI::App* bid = app.add_subcommand("bid", "bids of providers for an order");
    bid->require_subcommand(1);
    CLI::App* place = bid->add_subcommand("place", "bid for an order with one device");
    place->add_option("ORDER", o->order, "the order's id")->required();
    place->add_option("--slot", o->slot, "the device")->capture_default_str();
    place->add_option("--price", o->max_price, "USD per unit")->required();
    auto place_options = add_change_options(*place);
    place->callback([=, &session] {
        const Hash id = parse_hash(o->order, "the order's id");
        const auto slot = static_cast<std::uint32_t>(parse_count(o->slot, "--slot", 0, kMaxSlot));
        const Credits price = typed(parse_usd(o->max_price));
        change(session, *place_options, [&](const ChainInfo&, const Address&) -> Messages {
            return {chain::PlaceBid{id, slot, price}};
        });
    });
    CLI::App* accept = bid->add_subcommand("accept", "take a bid for an order that was made with --manual");
    accept->add_option("ORDER", o->order, "the order's id")->required();
    accept->add_option("--provider", o->who, "whose bid, an address or a key")->required();
    accept->add_option("--slot", o->slot, "with which device")->capture_default_str();
    accept->add_option("--price", o->max_price, "USD per unit at most [what the bid stands at]");
    auto accept_options = add_change_options(*accept);
    accept->callback([=, &session] {
        const Hash id = parse_hash(o->order, "the order's id");
        const auto slot = static_cast<std::uint32_t>(parse_count(o->slot, "--slot", 0, kMaxSlot));
        if (o->max_price.empty() && accept_options->offline) usage("--offline needs --price: the node is not asked");
        const Credits most = o->max_price.empty() ? Credits{} : typed(parse_usd(o->max_price));
        change(session, *accept_options, [&](const ChainInfo& chain, const Address&) -> Messages {
            const Address provider = session.address(o->who, chain.prefix);
            return {chain::AcceptBid{
                id, provider, slot,
                o->max_price.empty() ? standing_price(session, id, chain.show(provider), slot) : most}};
        });
    });
    CLI::App* bid_list = bid->add_subcommand("list", "the bids of an order, and whether each could be taken now");
    bid_list->add_option("ORDER", o->order, "the order's id")->required();
    bid_list->callback([=, &session] {
        show(session, "bids", Params().text("order", to_hex(parse_hash(o->order, "the order's id").view())));
    });
}

void add_prices(CLI::App& app, Session& session, const std::shared_ptr<MarketOptions>& o) {
    CLI::App* market = app.add_subcommand("market", "what units of work were paid with, by class");
    market->add_option("CLASS", o->device_class, "only this device class");
    market->callback([=, &session] {
        Params params;
        if (!o->device_class.empty()) params.text("class", o->device_class);
        show(session, "market", params);
    });
}
}  // namespace

void add_market_commands(CLI::App& app, Session& session) {
    const auto o = std::make_shared<MarketOptions>();
    add_market(app, session, o);
    add_bids(app, session, o);
    add_prices(app, session, o);
}

}  // namespace assay::wallet::cli
