// Matrices that buyers bring and products that they fetch, over real connections to the server of `run --serve`.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/hex.hpp"
#include "proofs/worker/multiply.hpp"
#include "proofs/worker/serve.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temp_dir.hpp"
#include "wallet/client/transfer.hpp"

using namespace assay;
using namespace assay::proofs;
using namespace assay::proofs::worker;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kM = 64, kN = 32, kK = 1100;

struct Shop {
    Shop() {
        test::Random random;
        for (std::uint64_t i = 0; i < kM * kK; ++i) a.push_back(static_cast<std::uint8_t>(random.u64()));
        for (std::uint64_t i = 0; i < kN * kK; ++i) b.push_back(static_cast<std::uint8_t>(random.u64()));
        order.bytes.fill(0xab);
        job = {kM, kN, kK, panel_tree(a, kM, kK).root(), panel_tree(b, kN, kK).root()};
        products.emplace(folder, 1u << 20);
        products->set_leases({{order, job, std::nullopt}});
        server.emplace(ServeOptions{}, *products, [this](const Hash&, Side, std::uint64_t) { ++arrived; });
        REQUIRE(server->start());
        url = *wallet::parse_endpoint("http://127.0.0.1:" + std::to_string(server->port()));
        path = "/lease/" + to_hex(order.view());
    }
    ~Shop() { server.reset(); }
    [[nodiscard]] std::size_t files() const {
        const fs::path here = fs::path(folder) / to_hex(order.view());
        return fs::exists(here) ? static_cast<std::size_t>(std::distance(fs::directory_iterator(here), {})) : 0;
    }

    test::TempDir dir;
    const std::string folder = dir.path().string();
    std::string path;
    Bytes a, b;
    Hash order;
    GemmJob job;
    std::optional<Products> products;
    std::optional<ProductServer> server;
    wallet::Url url;
    std::atomic<int> arrived{0};
};

}  // namespace

TEST_CASE("the same product whatever the number of threads, and none once it is stopped", "[threads]") {
    test::Random random;
    Bytes a, b;
    for (int i = 0; i < 96 * 70; ++i) a.push_back(static_cast<std::uint8_t>(random.u64()));
    for (int i = 0; i < 64 * 70; ++i) b.push_back(static_cast<std::uint8_t>(random.u64()));
    std::vector<std::uint32_t> expected(96 * 64);
    multiply_rows(a, b, 64, 70, 0, 96, expected);
    for (const unsigned threads : {1u, 2u, 7u}) CHECK(multiply(a, b, {96, 64, 70}, threads, nullptr) == expected);
    const std::atomic<bool> stop{true};
    CHECK_FALSE(multiply(a, b, {96, 64, 70}, 2, &stop));
}

TEST_CASE("a matrix is taken when it has the order's root, and nothing else is", "[threads]") {
    Shop shop;
    const auto code = [&](const std::string& target, ByteView body) {
        const Status sent = wallet::upload(shop.url, target, body, {});
        return sent ? Code::ok : sent.error().code;
    };
    Bytes wrong = shop.a;
    wrong[7] ^= 1;
    CHECK(code(shop.path + "/a", wrong) == Code::verification_failed);
    CHECK(code(shop.path + "/a", ByteView(shop.a).first(100)) == Code::internal);  // 413
    CHECK(code(shop.path + "/b", shop.a) == Code::internal);
    CHECK(code("/lease/" + std::string(64, '0') + "/a", shop.a) == Code::not_found);
    CHECK(code("/lease/../a", shop.a) == Code::not_found);
    CHECK(shop.files() == 0);
    CHECK(code(shop.path + "/a", shop.a) == Code::ok);
    CHECK(code(shop.path + "/a", shop.a) == Code::ok);
    CHECK(code(shop.path + "/b", shop.b) == Code::ok);
    CHECK(shop.arrived == 2);
    CHECK(shop.files() == 2);
    CHECK(MappedFile::open(shop.products->file(shop.order, Side::a))->view().size() == kM * kK);
    shop.products->set_leases({{shop.order, shop.job, shop.job.a_root}});
    fs::remove(shop.products->file(shop.order, Side::a));
    CHECK(code(shop.path + "/a", shop.a) == Code::already_exists);  // delivered
}

TEST_CASE("an order that is larger than the provider takes is refused before anything is written", "[threads]") {
    Shop shop;
    Products small(shop.folder + "/small", 1000);
    small.set_leases({{shop.order, shop.job, std::nullopt}});
    ProductServer server({}, small, [](const Hash&, Side, std::uint64_t) {});
    REQUIRE(server.start());
    auto url = shop.url;
    url.port = std::to_string(server.port());
    CHECK_FALSE(wallet::upload(url, shop.path + "/a", shop.a, {}));
    CHECK(fs::is_empty(shop.folder + "/small"));
}

TEST_CASE("a product is fetched by many at once, and only up to what is due", "[threads]") {
    Shop shop;
    const fs::path out = fs::path(shop.folder) / "fetched";
    CHECK(wallet::download(shop.url, shop.path + "/c.npy", out, 100, {}).error().code == Code::not_found);
    fs::create_directories(shop.products->product(shop.order).parent_path());
    const std::string text(300'000, 'x');
    std::ofstream(shop.products->product(shop.order)) << text;
    std::vector<std::thread> buyers;
    std::atomic<int> got{0};
    for (int i = 0; i < 8; ++i)
        buyers.emplace_back([&, i] {
            const auto n =
                wallet::download(shop.url, shop.path + "/c.npy", out.string() + std::to_string(i), 300'000, {});
            got += n && *n == text.size() ? 1 : 0;
        });
    for (auto& each : buyers) each.join();
    CHECK(got == 8);
    CHECK(wallet::download(shop.url, shop.path + "/c.npy", out, 299'999, {}).error().code == Code::verification_failed);
}

TEST_CASE("a server that ends lets nobody wait", "[threads]") {
    std::optional<Shop> shop(std::in_place);
    std::vector<std::thread> buyers;
    const auto url = shop->url;
    const auto path = shop->path;
    const Bytes a = shop->a;
    for (int i = 0; i < 4; ++i)
        buyers.emplace_back([&] {
            for (int j = 0; j < 50; ++j)
                if (!wallet::upload(url, path + "/a", a, {})) break;
        });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    shop.reset();
    for (auto& each : buyers) each.join();
    CHECK_FALSE(wallet::upload(url, path + "/a", a, {}));
}

TEST_CASE("HOST:PORT is an IP address and a port") {
    CHECK(parse_listen("127.0.0.1:8712")->port == 8712);
    CHECK(parse_listen("[::1]:0")->host == "::1");
    for (const char* wrong : {"", "8712", ":8712", "localhost:8712", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1"})
        CHECK_FALSE(parse_listen(wrong));
}
