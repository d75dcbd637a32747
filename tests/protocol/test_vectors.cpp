// The node's code gives what the second implementation of docs/protocol.md computed (vectors.json): each example of the
// document, and an encoding of every message and record with all fields different.
#include <fstream>
#include <sstream>

#include "base/bech32m.hpp"
#include "base/hex.hpp"
#include "base/json.hpp"
#include "chain/beacon.hpp"
#include "chain/block.hpp"
#include "chain/exec.hpp"
#include "chain/genesis.hpp"
#include "chain/store/hashing.hpp"
#include "chain/store/proof.hpp"
#include "chain/tables.hpp"
#include "chain/tx.hpp"
#include "proofs/ctx.hpp"
#include "proofs/merkle.hpp"
#include "proofs/prover.hpp"
#include "proofs/sample.hpp"
#include "tests/support/catch.hpp"

using namespace assay;
using namespace assay::chain;

namespace {

const json::Value& vectors() {
    static const json::Value all = [] {
        const std::string path = std::string(ASSAY_SOURCE_DIR) + "/tests/protocol/vectors.json";
        std::ifstream in(path);
        std::stringstream text;
        text << in.rdbuf();
        auto parsed = json::parse(text.str());
        REQUIRE(parsed.ok());
        return *parsed;
    }();
    return all;
}

std::string text(std::string_view name) {
    const json::Value* v = vectors().find(name);
    INFO(name);
    REQUIRE(v != nullptr);
    return v->text;
}

Bytes bytes(std::string_view name) {
    const auto raw = from_hex(text(name));
    REQUIRE(raw.ok());
    return *raw;
}

template <class Fixed = Hash>
Fixed fixed(std::string_view name) {
    const Bytes raw = bytes(name);
    REQUIRE(raw.size() == Fixed::kSize);
    return Fixed::from(raw);
}

std::vector<std::uint64_t> numbers(std::string_view name) {
    std::istringstream in(text(name));
    std::vector<std::uint64_t> out;
    for (std::uint64_t n = 0; in >> n;) out.push_back(n);
    return out;
}

std::string hex(const Hash& h) {
    return to_hex(h.view());
}

/// It decodes as T and encodes to the same bytes again.
template <class T>
T reads(std::string_view name) {
    const Bytes raw = bytes(name);
    const auto value = borsh::decode<T>(raw);
    INFO(name);
    REQUIRE(value.ok());
    CHECK(to_hex(borsh::encode(*value)) == to_hex(raw));
    return *value;
}

constexpr const char* kChain = "assay-example-1";

}  // namespace

TEST_CASE("protocol vectors: keys, addresses, transactions") {
    const Tx tx = reads<Tx>("tx");
    CHECK(to_hex(borsh::encode(tx.body)) == text("tx_body"));
    CHECK(hex(txid(tx.body)) == text("txid"));
    CHECK(tx.body.sender == fixed<Address>("address"));
    CHECK(address_of(fixed<PublicKey>("key")) == fixed<Address>("address"));
    CHECK(encode_address("assay", tx.body.sender) == text("address_text"));
    const auto read_back = decode_address("assay", text("address_text"));
    REQUIRE(read_back.ok());
    CHECK(*read_back == tx.body.sender);
    CHECK(verify_auth(tx.auth, tx.body.sender, txid(tx.body)).ok());
    CHECK(decode_tx(bytes("tx"), 1 << 17).ok());
    CHECK(std::to_string(intrinsic_gas(tx.body, tx.auth, bytes("tx").size())) == text("intrinsic_gas"));
}

TEST_CASE("protocol vectors: a multisig, and no key of it has two encodings") {
    Auth auth = reads<Auth>("multisig_auth");
    const Hash id = fixed("txid");
    const Address address = fixed<Address>("multisig_address");
    CHECK(address_of(auth) == address);
    CHECK(verify_auth(auth, address, id).ok());
    REQUIRE_FALSE(auth.signatures[1].has_value());
    const Auth good = auth;
    auth.keys[1].bytes[63] ^= 1;  // the key that does not sign: its y is in neither address nor txid
    const auto altered = verify_auth(auth, address, id);
    REQUIRE_FALSE(altered.ok());
    CHECK(altered.error().code == Code::bad_signature);
    auth = good;
    auth.signatures[1] = auth.signatures[0];  // one more than the threshold
    CHECK_FALSE(verify_auth(auth, address, id).ok());
    auth = good;
    std::swap(auth.signatures[0], auth.signatures[2]);
    CHECK_FALSE(verify_auth(auth, address, id).ok());
}

TEST_CASE("protocol vectors: headers, transaction roots, the beacon, ids") {
    const Header header = reads<Header>("header");
    CHECK(hex(block_hash(header)) == text("block_hash"));
    CHECK(header.height.value == 5);
    CHECK(hex(transactions_root({bytes("tx")})) == text("tx_root"));
    CHECK(header.tx_root == fixed("tx_root"));
    CHECK(hex(transactions_root({})) == text("tx_root_of_none"));

    const BeaconTip tip{fixed("beacon_tip"), Height{0}};
    CHECK(reveal_matches(tip, Height{5}, fixed("reveal"), 100));
    CHECK_FALSE(reveal_matches(tip, Height{4}, fixed("reveal"), 100));
    CHECK_FALSE(reveal_matches(tip, Height{5}, fixed("reveal"), 4));
    const Hash beacon = next_beacon(fixed("beacon_before"), Height{5}, fixed("reveal"));
    CHECK(hex(beacon) == text("beacon"));
    CHECK(std::to_string(41 + beacon_number("assay/start", beacon, 2, 4)) == text("start_height"));

    const Address address = fixed<Address>("address");
    CHECK(hex(start_task(Epoch{9})) == text("epoch_task"));
    CHECK(hex(lease_task(Epoch{9}, fixed("order_id"))) == text("lease_task"));
    CHECK(hex(commit_id(fixed("epoch_task"), address, 2)) == text("commit_id"));
    CHECK(hex(grant_id(address, 7, 0)) == text("grant_id"));
    CHECK(hex(genesis_grant_id(address, 1)) == text("genesis_grant_id"));
}

TEST_CASE("protocol vectors: ctx, lanes, sample, opening") {
    const auto params = reads<proofs::WorkParams>("work_params");
    const auto& lanes = std::get<proofs::LanesParams>(params);
    const Hash ctx = proofs::work_ctx(kChain, params, fixed("epoch_task"), Epoch{9}, fixed<Address>("address"), 2,
                                      fixed("beacon_h0"));
    CHECK(hex(ctx) == text("ctx"));
    CHECK(hex(proofs::store_state(proofs::lane_start(ctx, 1))) == text("lane_start"));
    std::vector<Hash> leaves(proofs::leaf_count(params));
    proofs::run_lanes(lanes, ctx, 0, lanes.lanes, leaves);
    CHECK(hex(leaves[0]) == text("leaf_0"));
    CHECK(hex(leaves[6]) == text("leaf_6"));
    CHECK(hex(leaves[17]) == text("leaf_17"));
    std::vector<Hash> hashes;
    for (const Hash& l : leaves) hashes.push_back(proofs::merkle_leaf(l.view()));
    const proofs::MerkleTree tree(hashes);
    CHECK(hex(tree.root()) == text("work_root"));

    const Hash seed = proofs::challenge_seed(fixed("beacon_hc"), tree.root(), ctx);
    CHECK(hex(seed) == text("seed"));
    const auto targets = proofs::sample_indices(seed, leaves.size(), 4);
    CHECK(targets == numbers("indices"));
    CHECK(proofs::sample_indices(seed, 1'000'000, 64) == numbers("indices_64_of_1000000"));
    const auto needed = proofs::needed_leaves(params, targets);
    CHECK(needed == numbers("needed"));
    proofs::Opening opening;
    for (const std::uint64_t i : needed) opening.leaves.push_back(leaves[i]);
    opening.siblings = tree.prove(needed);
    CHECK(to_hex(borsh::encode(opening)) == text("opening"));
    const auto verdict = proofs::verify_opening(params, ctx, tree.root(), seed, 4, reads<proofs::Opening>("opening"));
    REQUIRE(verdict.ok());
    CHECK(verdict->bad.empty());

    const Hash wrong_seed = proofs::challenge_seed(fixed("beacon_hc"), fixed("wrong_root"), ctx);
    const auto wrong = proofs::verify_opening(params, ctx, fixed("wrong_root"), wrong_seed, 4,
                                              reads<proofs::Opening>("wrong_opening"));
    REQUIRE(wrong.ok());
    CHECK(wrong->targets == numbers("wrong_indices"));
    CHECK(wrong->bad == numbers("wrong_bad"));
    CHECK_FALSE(wrong->bad.empty());
}

TEST_CASE("protocol vectors: the product of two matrices made from ctx") {
    proofs::ChaChaKey counting;
    for (std::uint32_t i = 0; i < 8; ++i) counting.w[i] = 0x03020100u + 0x04040404u * i;
    std::uint32_t block[16];
    proofs::chacha8_block(counting, std::uint64_t{1} << 32 | 2, 3, block);
    const auto bytes_of = [](std::span<const std::uint32_t> words) {
        Bytes out;
        for (const std::uint32_t w : words) borsh::Writer(out).put(w);
        return to_hex(out);
    };
    CHECK(bytes_of(block) == text("chacha8"));

    const auto params = reads<proofs::WorkParams>("gemm_params");
    const auto& p = std::get<proofs::GemmParams>(params);
    REQUIRE(proofs::validate(params).ok());
    const Hash ctx = proofs::work_ctx(kChain, params, fixed("epoch_task"), Epoch{9}, fixed<Address>("address"), 2,
                                      fixed("beacon_h0"));
    CHECK(hex(ctx) == text("gemm_ctx"));
    const proofs::GemmKeys keys = proofs::gemm_keys(ctx);
    CHECK(bytes_of(keys.a.w) == text("gemm_key_a"));
    CHECK(bytes_of(keys.b.w) == text("gemm_key_b"));
    proofs::chacha8_block(keys.a, 7, 0, block);
    CHECK(bytes_of(block).substr(0, 64) == text("gemm_row_a"));
    const auto digest_keys = numbers("gemm_digest_keys");
    for (std::size_t i = 0; i < 4; ++i) CHECK(keys.digest[i] == digest_keys[i]);
    CHECK(std::to_string(proofs::subtile_of(p, keys, proofs::subtile_place(p.n, 61))) == text("gemm_digest_61"));

    std::vector<Hash> words(proofs::leaf_count(params) * proofs::leaf_words(params));
    proofs::run_gemm(p, ctx, 0, p.m / proofs::kGemmTileSide, words);
    const proofs::WorkResult work(params, ctx, words);
    CHECK(to_hex({words[12].data(), 128}) == text("gemm_leaf_3"));
    CHECK(hex(work.root()) == text("gemm_root"));
    const Hash seed = proofs::challenge_seed(fixed("beacon_hc"), work.root(), ctx);
    CHECK(hex(seed) == text("gemm_seed"));
    const auto targets = proofs::sample_indices(seed, proofs::sample_range(params), 6);
    CHECK(targets == numbers("gemm_indices"));
    std::string places;
    for (const std::uint64_t t : targets) {
        const auto at = proofs::subtile_place(p.n, t);
        places += (places.empty() ? "" : " ") + std::to_string(at.row) + "," + std::to_string(at.col);
    }
    CHECK(places == text("gemm_places"));
    CHECK(proofs::needed_leaves(params, targets) == numbers("gemm_needed"));
    CHECK(to_hex(borsh::encode(work.open(seed, 6).value())) == text("gemm_opening"));
    const auto verdict =
        proofs::verify_opening(params, ctx, work.root(), seed, 6, reads<proofs::Opening>("gemm_opening"));
    REQUIRE(verdict.ok());
    CHECK(verdict->bad.empty());
    const Hash wrong_seed = proofs::challenge_seed(fixed("beacon_hc"), fixed("gemm_wrong_root"), ctx);
    const auto wrong = proofs::verify_opening(params, ctx, fixed("gemm_wrong_root"), wrong_seed, 6,
                                              reads<proofs::Opening>("gemm_wrong_opening"));
    REQUIRE(wrong.ok());
    CHECK(wrong->bad == numbers("gemm_wrong_bad"));
    CHECK_FALSE(wrong->bad.empty());
}

TEST_CASE("protocol vectors: a walk through memory") {
    const auto params = reads<proofs::WorkParams>("vram_params");
    const auto& p = std::get<proofs::VramParams>(params);
    REQUIRE(proofs::validate(params).ok());
    const Hash ctx = proofs::work_ctx(kChain, params, fixed("epoch_task"), Epoch{9}, fixed<Address>("address"), 2,
                                      fixed("beacon_h0"));
    CHECK(hex(ctx) == text("vram_ctx"));
    const proofs::VramSeed seed = proofs::vram_seed(ctx);
    const auto hex_of = [](std::span<const std::uint32_t> words) {
        std::string out;
        for (std::size_t i = 0; i < words.size(); i += 8) {
            proofs::VramState state;
            std::copy_n(words.begin() + static_cast<std::ptrdiff_t>(i), 8, state.h);
            out += hex(proofs::vram_leaf(state));
        }
        return out;
    };
    CHECK(hex_of(seed.w) == text("vram_seed"));
    std::uint32_t item[proofs::kVramItemWords];
    proofs::make_items(seed, (std::uint64_t{1} << 33) + 5, 1, item);
    CHECK(hex_of(item) == text("vram_item"));
    proofs::VramState state = proofs::vram_start(ctx, 1);
    CHECK(hex(proofs::vram_leaf(state)) == text("vram_start"));
    const proofs::VramWindow window = proofs::window_of(p, 0);
    const auto addresses = numbers("vram_addresses");
    for (std::uint64_t step = 0; step < addresses.size(); ++step) {
        const std::uint64_t at = proofs::vram_address(state.h, window.base, window.items);
        CHECK(at == addresses[step]);
        proofs::make_items(seed, at, 1, item);
        proofs::vram_step(state.h, item, 1, step);
        if (step == 0) CHECK(hex(proofs::vram_leaf(state)) == text("vram_step"));
    }

    std::vector<Hash> leaves(proofs::leaf_count(params));
    proofs::CpuBackend cpu;
    REQUIRE(cpu.run_vram(p, ctx, leaves).ok());
    for (const std::size_t i : {0u, 4u, 319u}) CHECK(hex(leaves[i]) == text("vram_leaf_" + std::to_string(i)));
    const proofs::WorkResult work(params, ctx, leaves);
    CHECK(hex(work.root()) == text("vram_root"));
    const Hash challenge = proofs::challenge_seed(fixed("beacon_hc"), work.root(), ctx);
    CHECK(hex(challenge) == text("vram_challenge"));
    const auto targets = proofs::sample_indices(challenge, proofs::sample_range(params), 6);
    CHECK(targets == numbers("vram_indices"));
    CHECK(proofs::needed_leaves(params, targets) == numbers("vram_needed"));
    CHECK(to_hex(borsh::encode(work.open(challenge, 6).value())) == text("vram_opening"));
    const auto verdict =
        proofs::verify_opening(params, ctx, work.root(), challenge, 6, reads<proofs::Opening>("vram_opening"));
    REQUIRE(verdict.ok());
    CHECK(verdict->bad.empty());
    const Hash wrong_seed = proofs::challenge_seed(fixed("beacon_hc"), fixed("vram_wrong_root"), ctx);
    const auto wrong = proofs::verify_opening(params, ctx, fixed("vram_wrong_root"), wrong_seed, 6,
                                              reads<proofs::Opening>("vram_wrong_opening"));
    REQUIRE(wrong.ok());
    CHECK(wrong->bad == numbers("vram_wrong_bad"));
    CHECK_FALSE(wrong->bad.empty());
}

TEST_CASE("protocol vectors: a buyer's matrices, their product and the roots of all three") {
    const std::uint64_t m = 64, n = 32, k = 1040;
    Bytes a, b;
    for (std::uint64_t r = 0; r < m; ++r)
        for (std::uint64_t i = 0; i < k; ++i) a.push_back(static_cast<std::uint8_t>(7 * r + 13 * i + r * i));
    for (std::uint64_t r = 0; r < n; ++r)
        for (std::uint64_t i = 0; i < k; ++i) b.push_back(static_cast<std::uint8_t>(5 * r + 11 * i * i));
    CHECK(hex(proofs::panel_tree(a, m, k).root()) == text("a_root"));
    CHECK(hex(proofs::panel_tree(b, n, k).root()) == text("b_root"));
    std::vector<std::uint32_t> c(m * n);
    for (std::uint64_t row = 0; row < m / 32; ++row) {
        proofs::Tile sums{};
        for (std::uint64_t s = 0; s < proofs::slice_count(k); ++s)
            proofs::add_products(sums, proofs::cut_panel(a, k, row, s), proofs::cut_panel(b, k, 0, s));
        std::copy(sums.begin(), sums.end(), c.begin() + static_cast<std::ptrdiff_t>(row * 32 * 32));  // n is one tile
    }
    CHECK(hex(proofs::tile_tree(c, m, n).root()) == text("c_root"));
    std::istringstream first(text("c_first"));
    std::int32_t value = 0;
    for (std::size_t i = 0; first >> value; ++i) CHECK(static_cast<std::int32_t>(c[i]) == value);
}

TEST_CASE("protocol vectors: paths, hashes and proofs of the state tree") {
    const StateKey account = tables::account(fixed<Address>("address"));
    const StateKey ledger = tables::global("ledger");
    CHECK(to_hex(state_path(account).view()) == text("account_path"));
    CHECK(to_hex(state_path(ledger).view()) == text("ledger_path"));
    const Hash value = value_hash(bytes("account_value"));
    CHECK(hex(value) == text("value_hash"));
    CHECK(hex(leaf_hash(state_path(account), value)) == text("leaf_hash"));
    CHECK(hex(node_hash(value, Hash{})) == text("node_hash"));

    const Hash root = fixed("app_hash");
    const auto present = verify_state_proof(reads<StateProof>("proof"), account, root);
    REQUIRE(present.ok());
    REQUIRE(present->has_value());
    CHECK(to_hex(**present) == text("account_value"));
    CHECK(reads<Account>("account_value").liquid.units == 12'500'000);
    const auto other = verify_state_proof(reads<StateProof>("proof_ledger"), ledger, root);
    REQUIRE(other.ok());
    REQUIRE(other->has_value());
    CHECK(as_text(**other) == "a ledger");
    const Bytes absent = bytes("absent_key");
    const auto none = verify_state_proof(reads<StateProof>("proof_absent"),
                                         {absent[0], Bytes(absent.begin() + 1, absent.end())}, root);
    REQUIRE(none.ok());
    CHECK_FALSE(none->has_value());
    // A proof of one key says nothing of another.
    CHECK_FALSE(verify_state_proof(reads<StateProof>("proof_ledger"), account, root).ok());
    CHECK_FALSE(verify_state_proof(reads<StateProof>("proof"), account, fixed("app_hash_of_none")).ok());
}

TEST_CASE("protocol vectors: every message has the number, the name and the fields of the document") {
    std::size_t seen = 0;
    for (const auto& [name, value] : vectors().members) {
        if (!name.starts_with("message_")) continue;
        const Message m = reads<Message>(name);
        CHECK("message_" + std::string(message_name(m)) == name);
        ++seen;
    }
    CHECK(seen == std::variant_size_v<Message>);
    const auto order = std::get<OpenOrder>(reads<Message>("message_open_order"));
    CHECK(order.units == 2);
    CHECK(order.max_price.units == 3);
    CHECK(order.deposit.units == 4);
    CHECK(order.expires == 5);
    const auto update = std::get<UpdateProvider>(reads<Message>("message_update_provider"));
    CHECK((update.endpoint->starts_with("text") && update.work_key->bytes[0] == 2 && update.fee_budget->units == 4));
    const auto vesting = std::get<CreateVesting>(reads<Message>("message_create_vesting"));
    CHECK((vesting.to.bytes[0] == 1 && vesting.amount.units == 2 && vesting.start.value == 3));
    CHECK((vesting.cliff.value == 4 && vesting.end.value == 5));
    const auto validator = std::get<RegisterValidator>(reads<Message>("message_register_validator"));
    CHECK(validator.consensus_key.bytes[0] == 1);
    CHECK(validator.beacon_tip.bytes[0] == 2);
    CHECK(validator.bond.units == 3);
    CHECK(validator.name == "text 4");
}

TEST_CASE("protocol vectors: every record has the fields of the document, in their order") {
    const auto ledger = reads<Ledger>("record_ledger");
    CHECK(ledger.genesis.units == 1);
    CHECK(ledger.pool_work.units == 16);
    CHECK((ledger.rewards.units == 19 && ledger.treasury.units == 22));
    CHECK(ledger.credits_queued.units == 28);
    const auto prices = reads<tokenomics::PriceIndex>("record_market_prices");
    CHECK((prices.units == 1 && prices.least.units == 2 && prices.sum.units == 3 && prices.merged));
    CHECK((prices.points.size() == 2 && prices.points[0].price.units == 5 && prices.points[0].units == 6));
    const auto account = reads<Account>("record_account");
    CHECK((account.nonce == 1 && account.liquid.units == 2 && account.credits.units == 3 &&
           account.credit_tokens.units == 4 && account.grants == 5));
    const auto grant = reads<VestingGrant>("record_vesting_grant");
    CHECK((grant.grant.amount.units == 1 && grant.grant.start.value == 2 && grant.grant.cliff.value == 3));
    CHECK((grant.grant.end.value == 4 && grant.left.shares == 5 && grant.left.tokens.units == 6));
    const auto clock = reads<ChainState>("record_chain");
    CHECK((clock.height.value == 2 && clock.time.value == 3 && clock.epoch.value == 4 && clock.epoch_start.value == 5));
    CHECK((clock.queue_head == 8 && clock.queue_tail == 9 && clock.queue_due == 10 && clock.round_closed.value == 13));
    CHECK((clock.active_devices == 15 && clock.oldest_round.value == 17 && clock.stake_price.value == 18));
    CHECK((clock.price.last_quorum.value == 21 && clock.price.rounds == 22 && clock.price.stale));
    CHECK((clock.waiting_tail == 12 && clock.queue_moved.value == 14 && clock.breaker.ratio_bps == 26));
    CHECK((clock.price.variance_q32 == 24 && clock.recycle_smoothed.units == 27));
    CHECK((clock.sums.weights.work == 28 && clock.sums.weights.stake == 30 && clock.sums.burned_for.units == 32));
    CHECK((clock.paying.after->bytes[0] == 35 && clock.paying.payout.stakers.units == 38));
    CHECK((clock.paying.payout.all.tasks == 40 && clock.paying.payout.rule.share.value == 45));
    CHECK((clock.paying.commission_floor.value == 46 && clock.paying.price_before.value == 49));
    CHECK((clock.paying.grace_until.value == 50 && clock.next_slash == 51));
    const auto provider = reads<Provider>("record_provider");
    CHECK((provider.registered.value == 2 && provider.stake.units == 3 && provider.stake_at_start.units == 4));
    CHECK((provider.unbonding.size() == 2 && provider.unbonding[1].matures.value == 10 &&
           provider.delegated.units == 12));
    CHECK((provider.classes.size() == 2 && provider.classes[1].device_class == 17 && provider.classes[1].count == 18));
    CHECK((provider.removed == 14 && provider.kept.units == 19 && provider.kept_until.value == 20));
    CHECK((provider.exposure.units == 21 && provider.open_commits == 22));
    CHECK((provider.jailed_until.value == 25 && provider.earned.units == 29 && provider.slashed.units == 30));
    CHECK((provider.settled.value == 31 && provider.returned.units == 32 && provider.work_key.key->bytes[0] == 33));
    CHECK((provider.work_key.before->bytes[0] == 34 && provider.work_key.from.value == 35 &&
           provider.work_key.fee_budget.units == 36));
    CHECK((provider.rewards.pool.shares == 37 && provider.rewards.pool.tokens.units == 38));
    CHECK((provider.rewards.per_step == 39 && provider.rewards.step == 40 && provider.granted.units == 41));
    CHECK(reads<LockedLot>("record_locked_lot").shares == 1);
    const auto pool = reads<tokenomics::StakePool>("record_stake_pool");
    CHECK((pool.active.tokens.units == 2 && pool.generation == 3 && pool.fresh == 4 && pool.per_share.fraction == 7));
    CHECK((pool.rewards.units == 8 && pool.leaving.shares == 9 && pool.commission.value == 12));
    const auto delegation = reads<tokenomics::Delegation>("record_delegation");
    CHECK((delegation.shares == 1 && delegation.fresh == 3 && delegation.leaving[1].matures.value == 13));
    const auto closed = reads<tokenomics::ClosedGeneration>("record_closed_generation");
    CHECK((closed.leaving_shares == 2 && closed.matures.value == 4 && closed.epoch.value == 8));
    const auto device = reads<Device>("record_device");
    CHECK((device.active_from.value == 2 && device.tasks == 3 && device.failed_bits == 4 && device.absent_bits == 5));
    CHECK((device.removed && device.uptime.next.value == 7 && device.uptime.committed == 8));
    CHECK((device.uptime.missed == 9 && device.uptime.missed_bits == 10));
    const auto held = reads<HeldSlash>("record_held_slash");
    CHECK((held.amount.units == 2 && held.height.value == 3 && held.due.value == 4 && held.appeal == 5));
    const auto validator = reads<Validator>("record_validator");
    CHECK((validator.bond.units == 3 && validator.power == 4 && validator.beacon->height.value == 6));
    CHECK((validator.pending_from.value == 8 && validator.proposed == 9 && validator.proposed_in_epoch == 10));
    CHECK((validator.report->value == 11 && validator.pending_key->bytes[0] == 12 && validator.key_since.value == 15));
    CHECK((validator.previous_key->bytes[0] == 14 && validator.blocks.expected == 17 && validator.free_at.value == 23));
    CHECK(
        (validator.pending_key_from.value == 13 && validator.key_changed.value == 16 && validator.slashed.units == 24));
    const auto commit = reads<Commit>("record_commit");
    CHECK((commit.slot == 3 && commit.epoch.value == 4 && commit.device_class == 6 && commit.samples == 13));
    CHECK((std::get<proofs::VramParams>(commit.params) == proofs::VramParams{7, 8, 9, 10, 11, 12}));
    CHECK((commit.height.value == 16 && commit.weight == 17 && commit.exposure.units == 18 &&
           commit.rate_one.value == 19));
    CHECK((commit.rate_absent.value == 22 && commit.status == CommitStatus::absent && commit.attempts == 24));
    CHECK((commit.decided.value == 25 && commit.slashed.units == 28 && commit.worker->bytes[0] == 29));
    const auto order = reads<Order>("record_order");
    CHECK((order.units == 3 && order.max_price.units == 4 && order.deposit.units == 5 &&
           order.deposit_tokens.units == 6));
    CHECK((order.opened.value == 7 && order.bids_until.value == 8 && order.expires.value == 9));
    CHECK((order.status == OrderStatus::cancelled && order.lease->slot == 18 && order.lease_from.value == 20));
    CHECK((order.units_done == 21 && order.paid.units == 22));
    REQUIRE((order.gemm && order.gemm->delivery));
    const Delivery& delivery = *order.gemm->delivery;
    CHECK((order.gemm->job.k == 26 && order.gemm->job.b_root.bytes[0] == 28 && order.gemm->dispute_blocks == 29));
    CHECK((delivery.disputes_until.value == 33 && delivery.until.value == 34 && delivery.jail_ms == 37));
    CHECK((order.gemm->wrong == TilePlace{38, 39} && order.gemm->slashed.units == 40));
    const auto dispute = reads<OpenDispute>("record_open_dispute");
    CHECK((dispute.tile == TilePlace{1, 2} && dispute.next_slice == 3));
    CHECK((dispute.claimed[1023] == 0x04040404 && dispute.sums[0] == 0x05050505));
    const auto item = reads<QueueItem>("record_queue_item");
    const auto& redemption = std::get<QueuedRedemption>(item.item);
    CHECK((item.included.value == 1 && item.attempts == 2 && redemption.credits.units == 4));
    CHECK(redemption.tokens.units == 5);
    const auto round = reads<WorkRound>("record_round");
    CHECK((round.h0.value == 2 && round.h0_time.value == 3 && round.deadline.value == 5 && round.challenge.value == 8));
    CHECK((round.counted_blocks == 10 && round.closed.value == 13 && round.void_window && round.last_time.value == 15));
    CHECK((round.expected == 16 && round.commits == 17 && round.valid_before == 18));
    CHECK((round.rules.window_ms == 19 && round.rules.open_attempts == 23 && round.rules.opening_bytes == 27));
    const auto proposal = reads<ParamProposal>("record_proposal");
    CHECK((proposal.changes.size() == 2 && proposal.deposit.units == 7 && proposal.voting_until.value == 9));
    CHECK((proposal.total.units == 11 && proposal.abstain.units == 15 && proposal.votes == 16));
    CHECK((proposal.decided.value == 17 && proposal.effective_from.value == 18 && proposal.applied.value == 19));
    const auto governance = reads<Governance>("record_governance");
    CHECK((governance.next == 1 && governance.open.back() == 3 && governance.windows.back().base == 9));
    (void)reads<Ballot>("record_ballot");
    const auto epoch = reads<EpochRecord>("record_epoch");
    CHECK((epoch.minted_schedule.units == 5 && epoch.work.units == 11 && epoch.fees.units == 16 && epoch.passed == 20));
    CHECK((epoch.missed == 23 && epoch.paid_weight == 24 && epoch.spot.value == 25 && epoch.ema.value == 26));
    CHECK(epoch.fees_burned.units == 17);
    const auto mine = reads<ProviderEpoch>("record_provider_epoch");
    CHECK((mine.passed_weight == 4 && mine.consumed.units == 6 && mine.settled.units == 8 && mine.late.units == 11));
    CHECK((mine.delegators.units == 13 && mine.per_share.fraction == 15));
    CHECK((mine.slashed.units == 16 && mine.required.units == 18 && mine.stake.units == 19));
    CHECK((mine.reserved.units == 20 && mine.passed_before_pay == 21 && mine.lost_before_pay == 22 &&
           mine.locked.units == 23));
    const auto params = reads<tokenomics::Params>("record_params");
    CHECK((params.token.decimals == 2 && params.token.cap.units == 4 && params.block.max_gas == 8));
    CHECK((params.epoch.blocks == 11 && params.epoch.payments_per_block == 12));
    const auto& emission = params.emission;
    CHECK((emission.halving.years == 24 && emission.exp_decay.rate == 27 && emission.baseline.power == 33));
    CHECK((emission.signed_step.target.value == 37 && emission.bonded_ratio.change.value == 41));
    CHECK((emission.fraction_of_supply.rate.value == 44 && emission.mint_ratio.ratio.value == 45));
    CHECK((emission.policy.initial.units == 46 && emission.policy.factor.value == 56));
    CHECK((params.bme.min_burn.units == 68 && params.bme.fee_destroy.burn.value == 76));
    CHECK((params.bme.vault.halt_bps == 82 && params.bme.recycle.smoothing == 88));
    CHECK((params.stake.commission_floor.value == 101 && params.stake.grace_ms == 106 && params.work.samples == 116));
    CHECK((params.slash.double_sign.value == 114 && params.slash.hold_ms == 115 &&
           params.validators.max_beacon_gap == 165));
    const auto& second = params.classes.at(1);
    CHECK((params.work.gemm_min_k == 122 && params.work.gemm_min_side == 123 && second.leaf_every == 150));
    CHECK((second.work == tokenomics::ClassWork::vram && second.m == 151 && second.n == 152 && second.k == 153));
    CHECK((second.items == 154 && second.windows == 155 && second.stay == 156));
    CHECK((second.bandwidth_bytes_s == 146 && second.task_ms == 157));
    CHECK((params.validators.fee_burn.value == 166 && params.validators.max_missed.value == 168));
    CHECK((params.validators.min_expected == 169 && params.validators.jail_ms == 170));
    CHECK((params.vesting.min_grant.units == 171 && params.vesting.max_grants == 172));
    CHECK((params.vesting.reward.value == 173 && params.vesting.reward_steps == 175));
    CHECK((params.split.treasury_ceiling.units == 62 && params.stake.locked == tokenomics::LockedStake::all));
    CHECK((params.governance.deposit_min.units == 176 && params.governance.max_open == 184));
    const auto genesis = reads<Genesis>("record_genesis");
    CHECK(hex(genesis_hash(genesis)) == text("genesis_hash"));
    CHECK(genesis.validators.size() == 2);
}
