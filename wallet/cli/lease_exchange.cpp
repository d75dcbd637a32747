#include "wallet/cli/lease_exchange.hpp"

#include <chrono>
#include <fstream>
#include <thread>

#include "base/hex.hpp"
#include "base/utc.hpp"
#include "wallet/cli/progress.hpp"
#include "wallet/client/npy.hpp"
#include "wallet/client/transfer.hpp"

namespace assay::wallet::cli {
namespace {

constexpr std::uint64_t kMostSidecar = 64 * 1024;

json::Value order_now(Session& session, const Hash& order) {
    return session.call("order", Params().text("id", to_hex(order.view())));
}

const json::Value* member_or_null(const json::Value* from, std::string_view key) {
    const json::Value* found = from != nullptr && !from->is_null() ? from->find(key) : nullptr;
    return found != nullptr && !found->is_null() ? found : nullptr;
}

void must_have_shape(const std::string& path, const MatrixFile& file, std::uint64_t rows, std::uint64_t cols) {
    if (file.shape && (file.shape->first != rows || file.shape->second != cols))
        usage(path + " is " + std::to_string(file.shape->first) + " x " + std::to_string(file.shape->second) +
              ", the order says " + std::to_string(rows) + " x " + std::to_string(cols));
}

Url endpoint_of(Session& session, const ProductView& product, const std::string& given) {
    if (!given.empty()) return typed(parse_endpoint(given));
    if (product.provider.empty())
        fail({Code::not_leased, "no provider works for this order yet"}, "'assay lease watch ID --until leased' waits");
    const json::Value answer = session.call("provider", Params().text("address", product.provider));
    const std::string registered = text_or_empty(answer, "endpoint");
    const std::string hint = "ask the provider where it serves, and give --endpoint URL";
    if (registered.empty()) fail({Code::not_found, product.provider + " registered no endpoint"}, hint);
    const auto url = parse_endpoint(registered);
    if (!url) fail({Code::not_found, "what the provider registered cannot be used: " + url.error().message}, hint);
    return *url;
}

/// Where the product is made, or what is told about it, at this moment.
struct Snapshot {
    std::string status, provider, delivered, key;
    json::Value line;
    std::string text;
};

Snapshot snapshot_of(const json::Value& order) {
    Snapshot out;
    out.status = text_or_empty(order, "status");
    out.provider =
        text_or_empty(*(member_or_null(&order, "lease") ? member_or_null(&order, "lease") : &order), "provider");
    const json::Value* gemm = member_or_null(&order, "gemm");
    const json::Value* delivery = member_or_null(gemm, "delivery");
    const json::Value* dispute = member_or_null(gemm, "dispute");
    const json::Value* wrong = member_or_null(gemm, "wrong");
    if (delivery != nullptr) out.delivered = text_or_empty(*delivery, "c_root");
    const auto or_null = [](const json::Value* value) { return value != nullptr ? *value : make::null(); };
    out.line = make::object({{"status", make::text(out.status)},
                             {"provider", out.provider.empty() ? make::null() : make::text(out.provider)},
                             {"units", or_null(order.find("units"))},
                             {"units_done", or_null(order.find("units_done"))},
                             {"paid", or_null(order.find("paid"))},
                             {"delivery", or_null(delivery)},
                             {"dispute", or_null(dispute)},
                             {"wrong", or_null(wrong)},
                             {"accepted", or_null(gemm != nullptr ? gemm->find("accepted") : nullptr)}});
    out.text = out.status;
    if (!out.provider.empty()) out.text += ", " + out.provider;
    if (gemm == nullptr && out.status != "open")
        out.text += ", " + out.line.find("units_done")->text + " of " + out.line.find("units")->text + " units passed";
    if (delivery != nullptr)
        out.text += ", delivered " + out.delivered.substr(0, 8) + ", disputes until height " +
                    delivery->find("disputes_until")->text;
    if (dispute != nullptr)
        out.text += ", disputed: tile " + dispute->find("row")->text + "," + dispute->find("col")->text + ", slice " +
                    dispute->find("next_slice")->text + " of " + dispute->find("slices")->text + " is next";
    if (wrong != nullptr)
        out.text += ", tile " + wrong->find("row")->text + "," + wrong->find("col")->text + " was wrong";
    if (const json::Value* paid = out.line.find("paid"); paid != nullptr && paid->text != "0")
        if (const auto micro = digits_at(out.line, "paid")) out.text += ", paid " + show_usd(Credits{*micro});
    out.key = to_json(out.line);
    return out;
}

std::string now_text() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    const auto s = std::chrono::duration_cast<std::chrono::seconds>(since).count();
    return format_utc(TimeMs{static_cast<std::uint64_t>(s) * 1000});
}

}  // namespace

ProductView product_of(Session& session, const Hash& order) {
    const json::Value answer = order_now(session, order);
    const json::Value* gemm = member_or_null(&answer, "gemm");
    if (gemm == nullptr) fail({Code::not_gemm, "the order is for units of a class, not for a product of matrices"});
    ProductView out;
    out.size = {take(number_at(*gemm, "m")), take(number_at(*gemm, "n")), take(number_at(*gemm, "k"))};
    take(proofs::check_job({out.size.m, out.size.n, out.size.k, {}, {}}));
    out.roots.a = parse_hash(text_or_empty(*gemm, "a_root"), "a_root");
    out.roots.b = parse_hash(text_or_empty(*gemm, "b_root"), "b_root");
    if (const json::Value* d = member_or_null(gemm, "delivery"))
        out.roots.c = parse_hash(text_or_empty(*d, "c_root"), "c_root");
    if (const json::Value* d = member_or_null(gemm, "dispute")) {
        out.tile = {static_cast<std::uint32_t>(take(number_at(*d, "row"))),
                    static_cast<std::uint32_t>(take(number_at(*d, "col")))};
        out.next_slice = take(number_at(*d, "next_slice"));
    }
    if (const json::Value* lease = member_or_null(&answer, "lease")) out.provider = text_or_empty(*lease, "provider");
    return out;
}

Bytes input_file(const std::string& path, std::uint64_t rows, std::uint64_t k) {
    MatrixFile file = typed(read_matrix_file(path, Element::int8));
    must_have_shape(path, file, rows, k);
    return std::move(file.values);
}

Bytes product_file(const std::string& path, const GemmSize& size) {
    MatrixFile file = typed(read_matrix_file(path, Element::int32));
    must_have_shape(path, file, size.m, size.n);
    return std::move(file.values);
}

Hash product_root_of(Session& session, const Hash& order, const std::string& path) {
    const GemmSize size = product_of(session, order).size;
    return typed(product_root(product_file(path, size), size));
}

void lease_send(Session& session, const Hash& order, const std::string& a, const std::string& b,
                const ExchangeOptions& options) {
    const ProductView product = product_of(session, order);
    const Bytes left = input_file(a, product.size.m, product.size.k),
                right = input_file(b, product.size.n, product.size.k);
    const auto must_be = [](const std::string& path, const Hash& is, const Hash& due) {
        if (is != due)
            fail({Code::verification_failed,
                  path + " has the root " + to_hex(is.view()) + ", the order names " + to_hex(due.view())},
                 "it is not the file that was ordered; nothing was sent");
    };
    must_be(a, typed(matrix_root(a, left, product.size.m, product.size.k)), product.roots.a);
    must_be(b, typed(matrix_root(b, right, product.size.n, product.size.k)), product.roots.b);
    const Url url = endpoint_of(session, product, options.endpoint);
    const std::string id = to_hex(order.view());
    Progress progress(options.progress, left.size() + right.size(), "bytes");
    progress.begin_at(0);
    for (const auto& [name, bytes, before] :
         {std::tuple<const char*, const Bytes*, std::size_t>{"a", &left, 0}, {"b", &right, left.size()}}) {
        const auto at = before;
        const Status sent =
            upload(url, "/lease/" + id + "/" + name, *bytes, [&, at](std::uint64_t done) { progress.at(at + done); });
        if (!sent)
            fail(sent.error(), sent.error().code == Code::node_unreachable
                                   ? "is the provider's 'assay-prover run --serve' there? --endpoint names another"
                                   : "");
    }
    progress.done();
    session.result(
        make::object({{"order", make::text(id)},
                      {"endpoint", make::text(url.text())},
                      {"bytes", make::number(left.size() + right.size())}}),
        "the provider has both matrices; 'assay lease watch " + id + " --until delivered' waits for the product");
}

void lease_fetch(Session& session, const Hash& order, const ExchangeOptions& options) {
    const ProductView product = product_of(session, order);
    const std::string id = to_hex(order.view());
    if (!product.roots.c)
        fail({Code::not_delivered, "nothing was delivered for this order yet"},
             "'assay lease watch " + id + " --until delivered' waits for it");
    const std::filesystem::path folder = options.out, file = folder / "c.npy", part = folder / "c.npy.part";
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed) fail({Code::io_error, "cannot make the folder " + folder.string() + ": " + failed.message()});
    if (std::filesystem::exists(file)) {
        const auto there = read_matrix_file(file.string(), Element::int32);
        const auto root = there ? product_root(there->values, product.size) : Result<Hash>(there.error());
        if (!root || *root != *product.roots.c)
            fail({Code::already_exists, file.string() + " is there, and is not this product; it stays as it is"},
                 "name another folder with --out");
    }
    const Url url = endpoint_of(session, product, options.endpoint);
    const std::uint64_t most = 4 * product.size.m * product.size.n + 65536;
    Progress progress(options.progress, 4 * product.size.m * product.size.n, "bytes");
    const auto got = download(url, "/lease/" + id + "/c.npy", part, most, [&](std::uint64_t n) { progress.at(n); });
    progress.done();
    const auto wrong = [&](const std::string& what) {
        std::error_code ignored;
        std::filesystem::remove(part, ignored);
        fail({Code::verification_failed,
              "what the provider at " + url.text() + " gave is not what it delivered: " + what},
             "it was not kept; ask the provider, and dispute nothing that you cannot show");
    };
    if (!got) {
        std::filesystem::remove(part, failed);
        fail(got.error(), got.error().code == Code::node_unreachable
                              ? "is the provider's 'assay-prover run --serve' there? --endpoint names another"
                              : "");
    }
    const auto c = read_matrix_file(part.string(), Element::int32);
    if (!c) wrong(c.error().message);
    const auto root = product_root(c->values, product.size);
    if (!root) wrong(root.error().message);
    if (*root != *product.roots.c)
        wrong("its root is " + to_hex(root->view()) + ", delivered was " + to_hex(product.roots.c->view()));
    // The sidecar is for people: of what it says, only that it belongs to this product is believed.
    const std::filesystem::path sidecar = folder / "product.json", side_part = folder / "product.json.part";
    const auto told = download(url, "/lease/" + id + "/product.json", side_part, kMostSidecar, {});
    bool has_sidecar = false;
    if (told) {
        const auto text = read_small_file(side_part, kMostSidecar);
        const auto parsed = text ? json::parse(*text) : Result<json::Value>(text.error());
        has_sidecar = parsed && text_or_empty(*parsed, "order") == id &&
                      text_or_empty(*parsed, "c_root") == to_hex(product.roots.c->view());
    }
    if (has_sidecar) {
        std::filesystem::rename(side_part, sidecar, failed);
    } else {
        std::filesystem::remove(side_part, failed);
        session.note("the provider has no product.json that belongs to it; the product itself is checked");
    }
    std::filesystem::rename(part, file, failed);
    if (failed) fail({Code::io_error, "cannot write " + file.string() + ": " + failed.message()});
    session.result(make::object({{"order", make::text(id)},
                                 {"c_root", make::text(to_hex(root->view()))},
                                 {"output", make::text(file.string())},
                                 {"sidecar", has_sidecar ? make::text(sidecar.string()) : make::null()},
                                 {"bytes", make::number(*got)}}),
                   file.string() + ", " + std::to_string(product.size.m) + " x " + std::to_string(product.size.n) +
                       ", is what was delivered\n'assay lease verify " + id + "' tells whether it is right");
}

void lease_watch(Session& session, const Hash& order, const ExchangeOptions& options) {
    std::string before;
    while (true) {
        const Snapshot now = snapshot_of(order_now(session, order));
        if (now.key != before) {
            json::Value line =
                make::object({{"at", make::text(now_text())}, {"order", make::text(to_hex(order.view()))}});
            for (const auto& [key, value] : now.line.members) set(line, key, value);
            session.result(line, now_text() + "  " + now.text);
            before = now.key;
        }
        const bool over = now.status == "closed" || now.status == "cancelled";
        if (over || (options.until == "leased" && now.status == "leased") ||
            (options.until == "delivered" && !now.delivered.empty()))
            break;
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
    }
}

}  // namespace assay::wallet::cli
