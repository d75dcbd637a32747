// Buyers' orders, providers' bids, and the leases that come of them.
#include <CLI/CLI.hpp>

#include "base/hex.hpp"
#include "wallet/cli/commands.hpp"
#include "wallet/cli/listing.hpp"
#include "wallet/cli/render.hpp"
#include "wallet/cli/transact.hpp"
#include "wallet/client/matrices.hpp"

namespace assay::wallet::cli {
namespace {

struct MarketOptions {
    Page page;
    std::string order, device_class, who, slot = "0", status;
    std::string kind = "lanes", units, max_price, deposit, expires = "1h";
    std::string gemm, a_root, b_root, c_root, tile, output;
    std::vector<std::string> inputs;
    bool manual = false;
};

/// Raw bytes of a matrix, A or B of int8 or a product of int32.
Bytes read_matrix(const std::string& path) {
    constexpr std::size_t kMax = std::size_t{1} << 36;  // what the largest job takes, 2^20 rows of 2^16
    const std::string text = typed(read_small_file(path, kMax));
    return {text.begin(), text.end()};
}

/// The job of `order create --kind gemm`: of the files, or of roots that were computed elsewhere.
proofs::GemmJob job_of(const MarketOptions& o) {
    if (o.gemm.empty()) usage("--kind gemm needs --gemm M,N,K: A is M x K, B is N x K, the product M x N");
    const GemmSize size = typed(parse_gemm_size(o.gemm));
    const bool roots = !o.a_root.empty() && !o.b_root.empty();
    if (roots == (o.inputs.size() == 2) || o.inputs.size() == 1 || o.a_root.empty() != o.b_root.empty())
        usage("--kind gemm needs either --input A and --input B or --a-root and --b-root");
    if (roots) return {size.m, size.n, size.k, parse_hash(o.a_root, "--a-root"), parse_hash(o.b_root, "--b-root")};
    return {size.m, size.n, size.k, typed(matrix_root(o.inputs[0], read_matrix(o.inputs[0]), size.m, size.k)),
            typed(matrix_root(o.inputs[1], read_matrix(o.inputs[1]), size.n, size.k))};
}
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
    const bool gemm = o.kind == "gemm";
    if (!gemm && o.kind != "lanes")
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
    create
        ->add_option("--kind", o->kind,
                     "lanes: canonical tasks of the class, whatever its kind; gemm: a product of yours")
        ->capture_default_str();
    create->add_option("--class", o->device_class, "device class")->required();
    create->add_option("--units", o->units, "canonical tasks of the class; of a product there is one");
    create->add_option("--max-price", o->max_price, "USD per unit, at most; of a product, for all of it")->required();
    create->add_option("--gemm", o->gemm, "--kind gemm: M,N,K, of A (M x K) and B (N x K, the columns of the product)");
    create->add_option("--input", o->inputs, "--kind gemm: a file of A, and again of B: raw int8, row by row")
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

/// The job of an order as the node tells it, and the dispute that runs.
struct ProductView {
    GemmSize size;
    ProductRoots roots;
    std::optional<std::pair<std::uint32_t, std::uint32_t>> tile;
    std::uint64_t next_slice = 0;
};
ProductView product_of(Session& session, const Hash& order) {
    const json::Value answer = session.call("order", Params().text("id", to_hex(order.view())));
    const json::Value* gemm = answer.find("gemm");
    if (gemm == nullptr || gemm->kind == json::Kind::null)
        fail({Code::not_gemm, "the order is for units of a class, not for a product of matrices"});
    ProductView out{{take(number_at(*gemm, "m")), take(number_at(*gemm, "n")), take(number_at(*gemm, "k"))}, {}, {}, 0};
    out.roots.a = parse_hash(text_or_empty(*gemm, "a_root"), "a_root");
    out.roots.b = parse_hash(text_or_empty(*gemm, "b_root"), "b_root");
    if (const json::Value* d = gemm->find("delivery"); d != nullptr && d->kind != json::Kind::null)
        out.roots.c = parse_hash(text_or_empty(*d, "c_root"), "c_root");
    if (const json::Value* d = gemm->find("dispute"); d != nullptr && d->kind != json::Kind::null) {
        out.tile = {static_cast<std::uint32_t>(take(number_at(*d, "row"))),
                    static_cast<std::uint32_t>(take(number_at(*d, "col")))};
        out.next_slice = take(number_at(*d, "next_slice"));
    }
    return out;
}

void add_products(CLI::App& lease, Session& session, const std::shared_ptr<MarketOptions>& o) {
    CLI::App* deliver = lease.add_subcommand("deliver", "name the product that its buyer gets off chain, by its root");
    deliver->add_option("ID", o->order, "the order's id")->required();
    deliver->add_option("--output", o->output, "the product: raw int32, little-endian, row by row");
    deliver->add_option("--c-root", o->c_root, "its root in place of the file, hex");
    auto deliver_options = add_change_options(*deliver);
    deliver->callback([=, &session] {
        const Hash id = parse_hash(o->order, "the order's id");
        if (o->output.empty() == o->c_root.empty()) usage("give --output FILE or --c-root HEX");
        if (deliver_options->offline && o->c_root.empty()) usage("--offline needs --c-root: the node is not asked");
        change(session, *deliver_options, [&](const ChainInfo&, const Address&) -> Messages {
            return {chain::Deliver{id, o->c_root.empty()
                                           ? typed(product_root(read_matrix(o->output), product_of(session, id).size))
                                           : parse_hash(o->c_root, "--c-root")}};
        });
    });
    CLI::App* verify = lease.add_subcommand(
        "verify", "is this the product that was delivered, and is it right? Exit 4 where not; sends nothing");
    verify->add_option("ID", o->order, "the order's id")->required();
    verify->add_option("--input", o->inputs, "the file of A, and again of B")->required()->allow_extra_args(false);
    verify->add_option("--output", o->output, "the product: raw int32, little-endian, row by row")->required();
    verify->callback([=, &session] {
        const Hash id = parse_hash(o->order, "the order's id");
        if (o->inputs.size() != 2) usage("--input is needed twice: the file of A, and that of B");
        const ProductView product = product_of(session, id);
        const Status right = verify_product(product.size, product.roots, read_matrix(o->inputs[0]),
                                            read_matrix(o->inputs[1]), read_matrix(o->output));
        if (!right)
            fail(right.error(), right.error().code == Code::verification_failed && product.roots.c
                                    ? "assay lease dispute " + to_hex(id.view()) + " --tile R,C shows a wrong tile"
                                    : "");
        const bool delivered = product.roots.c.has_value();
        session.result(make::object({{"order", make::text(to_hex(id.view()))},
                                     {"right", make::flag(true)},
                                     {"delivered", make::flag(delivered)}}),
                       session.json ? std::string()
                                    : std::string("right") +
                                          (delivered ? ", and what was delivered" : "; nothing was delivered yet"));
    });
    CLI::App* dispute = lease.add_subcommand(
        "dispute", "show that a tile of what was delivered is wrong: the next slice of it, 1024 columns at a time");
    dispute->add_option("ID", o->order, "the order's id")->required();
    dispute->add_option("--tile", o->tile, "ROW,COLUMN of the tile of 32 x 32, from 0")->required();
    dispute->add_option("--input", o->inputs, "the file of A, and again of B")->required()->allow_extra_args(false);
    dispute->add_option("--output", o->output, "the product as it was delivered")->required();
    auto dispute_options = add_change_options(*dispute);
    dispute->callback([=, &session] {
        const Hash id = parse_hash(o->order, "the order's id");
        const auto tile = typed(parse_tile(o->tile));
        if (o->inputs.size() != 2) usage("--input is needed twice: the file of A, and that of B");
        if (dispute_options->offline) usage("--offline: the node has to say which slice is next");
        must_be_confirmable(session, *dispute_options);
        const ProductView product = product_of(session, id);
        chain::Dispute d{id, tile.first, tile.second, 0, {}, {}, {}};
        if (product.tile == tile) d.slice = static_cast<std::uint32_t>(product.next_slice);
        const std::uint64_t slices = proofs::slice_count(product.size.k);
        const auto message = typed(dispute_slice(std::move(d), product.size, read_matrix(o->inputs[0]),
                                                 read_matrix(o->inputs[1]), read_matrix(o->output)));
        if (message.slice + 1 < slices)
            session.note("slice " + std::to_string(message.slice) + " of " + std::to_string(slices) +
                         ": the same command brings the next one");
        change(session, *dispute_options, [&](const ChainInfo&, const Address&) -> Messages { return {message}; });
    });
}

void add_leases(CLI::App& app, Session& session, const std::shared_ptr<MarketOptions>& o) {
    CLI::App* lease = app.add_subcommand("lease", "leases: orders that a provider works for");
    lease->require_subcommand(1);
    CLI::App* lease_show = lease->add_subcommand("show", "one lease");
    lease_show->add_option("ID", o->order, "the order's id")->required();
    lease_show->callback([=, &session] { show(session, "lease", by_id(*o)); });
    CLI::App* lease_list = lease->add_subcommand("list", "leases, running and ended");
    lease_list->add_option("--provider", o->who, "only of this provider, an address or a key");
    lease_list->add_option("--status", o->status, "leased or closed")->check(CLI::IsMember({"leased", "closed"}));
    add_paging(*lease_list, o->page);
    lease_list->callback([=, &session] {
        Params params = by_status(*o);
        if (!o->who.empty())
            params.text("provider", session.chain().show(session.address(o->who, session.chain().prefix)));
        list(session, "leases", o->page, params);
    });
    add_products(*lease, session, o);
    CLI::App* close = lease->add_subcommand(
        "close",
        "end a lease: what passed is paid, the rest goes back; its buyer accepts a product that was delivered");
    close->add_option("ID", o->order, "the order's id")->required();
    auto close_options = add_change_options(*close);
    close->callback([=, &session] {
        const Hash id = parse_hash(o->order, "the order's id");
        change(session, *close_options,
               [&](const ChainInfo&, const Address&) -> Messages { return {chain::CloseLease{id}}; });
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
    add_leases(app, session, o);
    add_prices(app, session, o);
}

}  // namespace assay::wallet::cli
