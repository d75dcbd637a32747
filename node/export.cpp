#include "node/export.hpp"

#include <map>

#include "base/hex.hpp"
#include "base/utc.hpp"
#include "chain/genesis.hpp"
#include "chain/tables.hpp"
#include "node/files.hpp"
#include "node/json.hpp"
#include "node/views/views.hpp"

namespace assay::node {
namespace {

struct Holding {
    chain::Account account;
    Amount staked, unbonding, deposits;
    Amount bond;                            // of a validator that has no place in the genesis
    Amount vested;                          // free by now, not released
    std::vector<tokenomics::Grant> locked;  // as grants of the genesis part
    Json grants = Json::array();            // as they are
};

Status accumulate(Amount& into, Amount by) {
    ASSAY_TRY(into, add(into, by));
    return {};
}

// Active and unbonding stake, proposals' deposits and bonds of who has no place there return to their owners in the
// genesis part; pools, escrow and credits have no owner there and stand in _state alone.
Result<std::string> export_once(const chain::App& app, bool& moved) {
    ASSAY_TRY(chain::Genesis genesis, app.genesis());
    const auto info = app.info();
    Json state = Json::object();
    Status sums;
    Amount liquid, liquid_in_books;
    app.read([&](const chain::StateView& s) {
        const auto rules = s.params();
        const Style style = style_of(rules);
        const auto clock = s.chain();
        moved = clock.height != info.height;
        if (moved) return 0;
        genesis.params = rules;
        genesis.time = clock.time;
        std::map<Address, Holding> holdings;
        s.for_prefix(chain::tables::kAccounts, {}, [&](ByteView key, ByteView value) {
            if (const auto a = borsh::decode<chain::Account>(value)) holdings[Address::from(key)].account = *a;
            return true;
        });
        Json providers = Json::array();
        s.each_provider([&](const Address& a, const chain::Provider& p) {
            Holding& h = holdings[a];
            h.staked = p.stake;
            for (const auto& u : p.unbonding)
                if (sums) sums = accumulate(h.unbonding, u.amount);
            if (p.rewards.pool.shares != 0) {
                // One line to the day when the last of them would be free: a genesis knows grants, not lots.
                const auto step = tokenomics::step_of(rules.vesting, clock.time);
                tokenomics::RewardLock lock = p.rewards;
                const auto lots = chain::lots_to(s, a, lock, rules.vesting, step);
                if (sums) sums = accumulate(h.vested, tokenomics::unlock(lock, rules.vesting, step, lots));
                std::uint64_t last = step;
                s.each_reward_lot(a, 0, [&](const tokenomics::RewardLot& lot) { return last = lot.step, true; });
                const TimeMs end{(last + rules.vesting.reward_steps) * rules.vesting.reward_step_ms};
                if (!lock.pool.tokens.is_zero())
                    h.locked.push_back({lock.pool.tokens, clock.time, clock.time, std::max(end, clock.time)});
            }
            providers.push_back(provider_json(style, s, a, p));
            return true;
        });
        // What delegators have in a pool, rounded down as it would be paid; the dust of rounding has no owner.
        s.for_prefix(chain::tables::kDelegationsBy, {}, [&](ByteView key, ByteView) {
            const Address who = Address::from(key.subspan(0, 32)), provider = Address::from(key.subspan(32));
            const auto d = s.delegation(provider, who);
            const auto pool = s.stake_pool(provider);
            if (!d || !pool) return true;
            Holding& h = holdings[who];
            if (d->generation == pool->generation && sums)
                sums = accumulate(h.staked, tokenomics::worth(pool->active, d->shares));
            for (const auto& l : d->leaving)
                if (sums) sums = accumulate(h.unbonding, tokenomics::worth(*pool, l));
            return true;
        });
        s.for_prefix(chain::tables::kVesting, {}, [&](ByteView key, ByteView value) {
            const auto g = borsh::decode<chain::VestingGrant>(value);
            if (!g || !sums) return true;
            Holding& h = holdings[Address::from(key.first(32))];
            h.grants.push_back(grant_json(Hash::from(key.subspan(32)), *g, clock.time));
            const Amount due = tokenomics::worth(g->left, chain::due_shares(*g, clock.time));
            sums = accumulate(h.vested, due);
            // What is left of a line that has begun to give is the line from now on: as steep, to the same end.
            const Amount rest = sub_or_zero(g->left.tokens, due);
            if (rest.is_zero()) return true;
            const bool gives = clock.time >= g->grant.cliff;
            h.locked.push_back(gives ? tokenomics::Grant{rest, clock.time, clock.time, g->grant.end}
                                     : tokenomics::Grant{rest, g->grant.start, g->grant.cliff, g->grant.end});
            return true;
        });
        // Votes do not go on in another chain: a deposit returns to whoever made it.
        s.each_proposal([&](std::uint64_t, const chain::ParamProposal& p) {
            if (sums) sums = accumulate(holdings[p.proposer].deposits, p.deposit);
            return true;
        });
        // Who left the set for good, or has no place in a genesis, takes the bond along.
        const auto goes_on = [](const chain::Validator& v) {
            return !v.bond.is_zero() && v.beacon && !v.tombstoned && (!v.retiring || v.power > 0);
        };
        s.each_validator([&](const Address& a, const chain::Validator& v) {
            if (sums && !goes_on(v)) sums = accumulate(holdings[a].bond, v.bond);
            return true;
        });
        Json accounts = Json::array();
        genesis.accounts.clear();
        for (auto& [a, h] : holdings) {
            while (h.locked.size() >
                   std::max<std::size_t>(rules.vesting.max_grants, 1)) {  // locked rewards beside them
                const tokenomics::Grant line = h.locked.front();
                h.locked.erase(h.locked.begin());
                auto& next = h.locked.front();
                if (sums) sums = accumulate(next.amount, line.amount);
                next.end = std::max(next.end, line.end);
            }
            Amount total = h.account.liquid;
            if (sums) sums = accumulate(liquid, total);
            if (sums) sums = accumulate(total, h.staked);
            if (sums) sums = accumulate(total, h.unbonding);
            if (sums) sums = accumulate(total, h.vested);
            if (sums) sums = accumulate(total, h.deposits);
            if (sums) sums = accumulate(total, h.bond);
            if (!total.is_zero() || !h.locked.empty()) genesis.accounts.push_back({a, total, h.locked});
            accounts.push_back({{"address", style.address(a)},
                                {"nonce", h.account.nonce},
                                {"liquid", digits(h.account.liquid)},
                                {"staked", digits(h.staked)},
                                {"unbonding", digits(h.unbonding)},
                                {"vesting", h.grants},
                                {"deposits", digits(h.deposits)},
                                {"bond", digits(h.bond)},
                                {"credits", digits(h.account.credits)},
                                {"credit_tokens", digits(h.account.credit_tokens)}});
        }
        liquid_in_books = s.ledger().liquid;
        genesis.validators.clear();
        s.each_validator([&](const Address& a, const chain::Validator& v) {
            if (!goes_on(v)) return true;
            genesis.validators.push_back({a, v.name, v.bond, v.consensus_key, v.beacon->tip});
            return true;
        });
        Json orders = Json::array();
        s.each_order([&](const Hash& id, const chain::Order& o) {
            orders.push_back(order_json(style, s, id, o));
            return true;
        });
        state = Json{{"height", clock.height.value},
                     {"app_hash", hex(info.app_hash)},
                     {"time", format_utc(clock.time)},
                     {"epoch", clock.epoch.value},
                     {"price", price_json(clock.price.spot)},
                     {"ema", price_json(tokenomics::ema(clock.price))},
                     {"supply", supply_json(s.ledger(), rules.token.cap)},
                     {"accounts", std::move(accounts)},
                     {"providers", std::move(providers)},
                     {"orders", std::move(orders)}};
        return 0;
    });
    if (moved) return std::string();
    if (!sums) return sums.error();
    if (liquid != liquid_in_books)
        return {Code::invariant_broken,
                "the accounts hold " + digits(liquid) + " liquid base units, the books say " + digits(liquid_in_books)};
    Json out = Json::parse(chain::genesis_to_json(genesis));
    out["_state"] = std::move(state);
    return to_text(out);
}

}  // namespace

Result<chain::StateFileHeader> export_state_file(const chain::App& app, const std::optional<Height>& height,
                                                 const std::filesystem::path& file) {
    std::error_code ec;
    if (std::filesystem::exists(std::filesystem::symlink_status(file, ec)))
        return {Code::already_exists, file.string() + " is there already"};
    ASSAY_TRY(FileWriter out, FileWriter::make(file, 0644));
    ASSAY_TRY(auto header, app.export_state(height, [&](ByteView bytes) { return out.write(as_text(bytes)); }));
    ASSAY_TRY_VOID(out.finish());
    return header;
}

Result<chain::StateFileHeader> state_file_header(const std::filesystem::path& file) {
    ASSAY_TRY(FileReader in, FileReader::open(file));
    std::optional<chain::StateFileHeader> header;
    chain::StateFileReader reader(
        [&](const chain::StateFileHeader& h) {
            header = h;
            return Status{};
        },
        [](const chain::StateKey&, const Bytes&) { return Status{}; });
    for (Bytes piece; !header;) {
        ASSAY_TRY_VOID(in.read(piece));
        const Status fits = piece.empty() ? reader.end() : reader.feed(piece);
        if (!fits) return {fits.error().code, file.string() + ": " + fits.error().message};
    }
    return *std::move(header);
}

Result<chain::StateFileHeader> init_from_file(chain::App& app, const std::filesystem::path& file) {
    ASSAY_TRY(FileReader in, FileReader::open(file));
    Bytes piece;
    auto header = app.init_state([&]() -> Result<ByteView> {
        ASSAY_TRY_VOID(in.read(piece));
        return ByteView(piece);
    });
    if (header) return header;
    return {header.error().code, file.string() + ": " + header.error().message};
}

Result<std::string> export_state(const chain::App& app) {
    bool moved = true;
    Result<std::string> out{Code::internal, "the chain moves too fast to be read"};
    // The app hash and the state must be of one height: a block in between means to look again.
    for (int i = 0; i < 100 && moved; ++i) out = export_once(app, moved);
    return out;
}

}  // namespace assay::node
