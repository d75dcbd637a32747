// Leases: what became of an order, its product from delivery to dispute, and the end of it.
#include <CLI/CLI.hpp>

#include "base/hex.hpp"
#include "wallet/cli/commands.hpp"
#include "wallet/cli/lease_exchange.hpp"
#include "wallet/cli/listing.hpp"
#include "wallet/cli/transact.hpp"

namespace assay::wallet::cli {
namespace {

struct LeaseOptions {
    Page page;
    std::string order, who, status, c_root, tile, output;
    std::vector<std::string> inputs;
    ExchangeOptions exchange;
};

void two_inputs(const LeaseOptions& o) {
    if (o.inputs.size() != 2) usage("--input is needed twice: the file of A, and that of B");
}

void add_products(CLI::App& lease, Session& session, const std::shared_ptr<LeaseOptions>& o) {
    CLI::App* deliver = lease.add_subcommand("deliver", "name the product that its buyer gets off chain, by its root");
    deliver->add_option("ID", o->order, "the order's id")->required();
    deliver->add_option("--output", o->output, "the product: .npy, or raw int32, little-endian, row by row");
    deliver->add_option("--c-root", o->c_root, "its root in place of the file, hex");
    auto deliver_options = add_change_options(*deliver);
    deliver->callback([=, &session] {
        const Hash id = parse_hash(o->order, "the order's id");
        if (o->output.empty() == o->c_root.empty()) usage("give --output FILE or --c-root HEX");
        if (deliver_options->offline && o->c_root.empty()) usage("--offline needs --c-root: the node is not asked");
        change(session, *deliver_options, [&](const ChainInfo&, const Address&) -> Messages {
            return {chain::Deliver{
                id, o->c_root.empty() ? product_root_of(session, id, o->output) : parse_hash(o->c_root, "--c-root")}};
        });
    });
    CLI::App* verify = lease.add_subcommand(
        "verify", "is this the product that was delivered, and is it right? Exit 4 where not; sends nothing");
    verify->add_option("ID", o->order, "the order's id")->required();
    verify->add_option("--input", o->inputs, "the file of A, and again of B")->required()->allow_extra_args(false);
    verify->add_option("--output", o->output, "the product: .npy, or raw int32, little-endian, row by row")->required();
    verify->callback([=, &session] {
        const Hash id = parse_hash(o->order, "the order's id");
        two_inputs(*o);
        const ProductView product = product_of(session, id);
        const Status right = verify_product(
            product.size, product.roots, input_file(o->inputs[0], product.size.m, product.size.k),
            input_file(o->inputs[1], product.size.n, product.size.k), product_file(o->output, product.size));
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
    dispute->add_option("--tile", o->tile, "ROW,COLUMN of the tile of 32 x 32, from 0 [the first that is wrong]");
    dispute->add_option("--input", o->inputs, "the file of A, and again of B")->required()->allow_extra_args(false);
    dispute->add_option("--output", o->output, "the product as it was delivered")->required();
    auto dispute_options = add_change_options(*dispute);
    dispute->callback([=, &session] {
        const Hash id = parse_hash(o->order, "the order's id");
        auto tile = o->tile.empty() ? std::nullopt : std::optional(typed(parse_tile(o->tile)));
        two_inputs(*o);
        if (dispute_options->offline) usage("--offline: the node has to say which slice is next");
        must_be_confirmable(session, *dispute_options);
        const ProductView product = product_of(session, id);
        const Bytes a = input_file(o->inputs[0], product.size.m, product.size.k),
                    b = input_file(o->inputs[1], product.size.n, product.size.k),
                    c = product_file(o->output, product.size);
        if (!tile) tile = product.tile ? product.tile : typed(wrong_tile(product.size, a, b, c));
        if (!tile)
            fail({Code::verification_failed, "no value of this product is wrong"}, "there is nothing to dispute");
        chain::Dispute d{id, tile->first, tile->second, 0, {}, {}, {}};
        if (product.tile == tile) d.slice = static_cast<std::uint32_t>(product.next_slice);
        const std::uint64_t slices = proofs::slice_count(product.size.k);
        const auto message = typed(dispute_slice(std::move(d), product.size, a, b, c));
        if (message.slice + 1 < slices)
            session.note("slice " + std::to_string(message.slice) + " of " + std::to_string(slices) +
                         ": the same command brings the next one");
        change(session, *dispute_options, [&](const ChainInfo&, const Address&) -> Messages { return {message}; });
    });
}

void add_exchange(CLI::App& lease, Session& session, const std::shared_ptr<LeaseOptions>& o) {
    const auto add_endpoint = [&](CLI::App& command) {
        command.add_option("ID", o->order, "the order's id")->required();
        command.add_option("--endpoint", o->exchange.endpoint, "where the provider serves [what it registered]")
            ->type_name("URL");
        command.add_option("--progress", o->exchange.progress, "how far it is, on stderr")
            ->check(CLI::IsMember({"bar", "json", "none"}))
            ->capture_default_str();
    };
    CLI::App* send = lease.add_subcommand("send", "bring the provider both matrices of a product; it takes no others");
    add_endpoint(*send);
    send->add_option("--input", o->inputs, "the file of A, and again of B: .npy, or raw int8 row by row")
        ->required()
        ->allow_extra_args(false);
    send->callback([=, &session] {
        two_inputs(*o);
        lease_send(session, parse_hash(o->order, "the order's id"), o->inputs[0], o->inputs[1], o->exchange);
    });
    CLI::App* fetch = lease.add_subcommand("fetch", "get the product from the provider: c.npy and product.json");
    add_endpoint(*fetch);
    fetch->add_option("--out", o->exchange.out, "the folder they go to")->required()->type_name("DIR");
    fetch->callback([=, &session] { lease_fetch(session, parse_hash(o->order, "the order's id"), o->exchange); });
    CLI::App* watch = lease.add_subcommand("watch", "a line whenever something changes, until it is closed");
    watch->add_option("ID", o->order, "the order's id")->required();
    watch->add_option("--until", o->exchange.until, "leased, delivered or closed: then it ends")
        ->check(CLI::IsMember({"leased", "delivered", "closed"}))
        ->capture_default_str();
    watch->callback([=, &session] { lease_watch(session, parse_hash(o->order, "the order's id"), o->exchange); });
}

void add_leases(CLI::App& app, Session& session, const std::shared_ptr<LeaseOptions>& o) {
    CLI::App* lease = app.add_subcommand("lease", "leases: orders that a provider works for");
    lease->require_subcommand(1);
    CLI::App* lease_show = lease->add_subcommand("show", "one lease");
    lease_show->add_option("ID", o->order, "the order's id")->required();
    lease_show->callback([=, &session] {
        show(session, "lease", Params().text("id", to_hex(parse_hash(o->order, "the order's id").view())));
    });
    CLI::App* lease_list = lease->add_subcommand("list", "leases, running and ended");
    lease_list->add_option("--provider", o->who, "only of this provider, an address or a key");
    lease_list->add_option("--status", o->status, "leased or closed")->check(CLI::IsMember({"leased", "closed"}));
    add_paging(*lease_list, o->page);
    lease_list->callback([=, &session] {
        Params params = o->status.empty() ? Params() : Params().text("status", o->status);
        if (!o->who.empty())
            params.text("provider", session.chain().show(session.address(o->who, session.chain().prefix)));
        list(session, "leases", o->page, params);
    });
    add_products(*lease, session, o);
    add_exchange(*lease, session, o);
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

}  // namespace

void add_lease_commands(CLI::App& app, Session& session) {
    add_leases(app, session, std::make_shared<LeaseOptions>());
}

}  // namespace assay::wallet::cli
