// Accounts, supply, parameters, epochs, price, validators.
#include <algorithm>

#include "base/utc.hpp"
#include "node/json.hpp"
#include "node/rpc/api.hpp"
#include "node/rpc/cursor.hpp"
#include "node/views/views.hpp"
#include "tokenomics/burn.hpp"
#include "tokenomics/params_json.hpp"

namespace assay::node {
namespace {

Result<Json> account(const Api& api, const Args& args) {
    const Address who = args.address("address");
    return api.app.read([&](const chain::StateView& s) -> Result<Json> {
        const auto a = s.account(who);
        const auto p = s.provider(who);
        Json unbonding = Json::array();
        if (p)
            for (const auto& u : p->unbonding)
                unbonding.push_back({{"amount", digits(u.amount)}, {"matures", format_utc(u.matures)}});
        const Style style = style_of(s.params());
        const TimeMs now = s.chain().time;
        Json delegations = Json::array();
        s.each_delegation_by(who, [&](const Address& provider, const tokenomics::Delegation& d) {
            delegations.push_back(delegation_json(style, s, provider, d));
            return true;
        });
        Json vesting = Json::array();
        s.each_grant(who, [&](const Hash& id, const chain::VestingGrant& g) {
            vesting.push_back(grant_json(id, g, now));
            return true;
        });
        return Json{{"address", style.address(who)},
                    {"nonce", a.nonce},
                    {"next_nonce", api.mempool.next_nonce(who, a.nonce)},
                    {"liquid", digits(a.liquid)},
                    {"spendable", digits(s.spendable(who, a, now))},
                    {"staked", digits(p ? p->stake : Amount{})},
                    {"unbonding", std::move(unbonding)},
                    {"vesting", std::move(vesting)},
                    {"locked_rewards", digits(p ? p->rewards.pool.tokens : Amount{})},
                    {"delegations", std::move(delegations)},
                    {"credits", digits(a.credits)},
                    {"credit_tokens", digits(a.credit_tokens)},
                    {"height", s.chain().height.value}};
    });
}

// A moment in RFC 3339, or the one that stands in for it.
Result<TimeMs> moment(const Args& args, const char* name, TimeMs otherwise) {
    if (!args.has(name)) return otherwise;
    const auto time = parse_utc(args.text(name));
    if (!time) return {Code::invalid_params, std::string(name) + ": " + time.error().message};
    return *time;
}

Result<Json> unlocks(const Api& api, const Args& args) {
    constexpr std::uint64_t kYear = 365ull * 86'400'000;
    return api.app.read([&](const chain::StateView& s) -> Result<Json> {
        const chain::ChainState clock = s.chain();
        ASSAY_TRY(const TimeMs from, moment(args, "from", clock.time));
        ASSAY_TRY(const TimeMs to, moment(args, "to", TimeMs{from.value + kYear}));
        if (to <= from) return {Code::invalid_params, "to is not after from"};
        const Style style = style_of(s.params());
        const std::string filter = "unlocks/" + std::to_string(from.value) + "/" + std::to_string(to.value);
        // Times that nobody typed follow the chain; a cursor is bound to what was typed alone.
        const bool typed = args.has("from") && args.has("to");
        ASSAY_TRY(Page page, page_of(args, typed ? filter : "unlocks", clock.height));
        // Grants first, then locked rewards; a cursor names the table too. Rows that unlock nothing then are looked at
        // all the same, so a page ends after so many, with fewer items than were asked for.
        constexpr std::size_t kMostRows = 20'000;
        std::size_t rows = 0;
        bool cut = false;
        const auto each = [&](std::uint8_t table, const std::function<Json(ByteView key, ByteView value)>& item) {
            const ByteView after = page.after();
            if (cut || (!after.empty() && after[0] > table)) return;
            Bytes at{table};
            s.for_range(table, {}, !after.empty() && after[0] == table ? after.subspan(1) : ByteView(),
                        [&](ByteView key, ByteView value) {
                            const Bytes last = std::exchange(at, Bytes{table});
                            at.insert(at.end(), key.begin(), key.end());
                            if (!page.wants(at)) return true;
                            cut = page.full() || rows == kMostRows;
                            if (cut && !page.full()) page.pass(last);
                            if (cut) return page.more();
                            ++rows;
                            if (Json one = item(key, value); !one.is_null()) page.add(at, std::move(one));
                            return true;
                        });
        };
        each(chain::tables::kVesting, [&](ByteView key, ByteView value) -> Json {
            const auto g = borsh::decode<chain::VestingGrant>(value);
            if (!g) return nullptr;
            const Amount free = sub_or_zero(tokenomics::vested(g->grant, to), tokenomics::vested(g->grant, from));
            const Amount worth = tokenomics::worth(g->left, free.units);
            if (worth.is_zero()) return nullptr;
            Json one{{"holder", style.address(Address::from(key.first(32)))}, {"unlocks", digits(worth)}};
            one.update(grant_json(Hash::from(key.subspan(32)), *g, clock.time));
            return one;
        });
        const auto rules = s.params().vesting;
        std::optional<std::pair<Address, tokenomics::RewardLock>> of;
        each(chain::tables::kRewardLots, [&](ByteView key, ByteView value) -> Json {
            const Address holder = Address::from(key.first(32));
            if (!of || of->first != holder) of = {holder, s.provider(holder).value_or(chain::Provider{}).rewards};
            const auto lot = borsh::decode<chain::LockedLot>(value);
            Json one = lot_json(rules, of->second, {chain::tables::read_be(key, 32, 8), lot ? lot->shares : 0},
                                clock.time, from, to);
            if (!one.is_null()) one["holder"] = style.address(holder);
            return one;
        });
        Json out = page.finish();
        out["from"] = format_utc(from);
        out["to"] = format_utc(to);
        return out;
    });
}

Result<Json> supply(const Api& api, const Args&) {
    return api.app.read([](const chain::StateView& s) -> Result<Json> {
        Json out = supply_json(s.ledger(), s.params().token.cap);
        out["height"] = s.chain().height.value;
        return out;
    });
}

Result<Json> params(const Api& api, const Args& args) {
    const std::string pattern = args.text_or("pattern", "");
    return api.app.read([&](const chain::StateView& s) -> Result<Json> {
        const auto rules = s.params();
        Json items = params_json(rules, pattern);
        Json out{{"items", std::move(items)}, {"next_cursor", nullptr}, {"height", s.chain().height.value}};
        if (args.flag("genesis")) out["genesis"] = Json::parse(tokenomics::params_to_json(rules));
        return out;
    });
}

Result<Json> epoch(const Api& api, const Args& args) {
    return api.app.read([&](const chain::StateView& s) -> Result<Json> {
        const Epoch e{args.number_or("epoch", s.chain().epoch.value)};
        const auto record = s.epoch(e);
        if (!record)
            return {Code::not_found, "epoch " + std::to_string(e.value) + " is not on this chain; the running one is " +
                                         std::to_string(s.chain().epoch.value)};
        return epoch_json(s, *record);
    });
}

Result<Json> epochs(const Api& api, const Args& args) {
    return api.app.read([&](const chain::StateView& s) -> Result<Json> {
        const std::uint64_t now = s.chain().epoch.value;
        const std::uint64_t to = std::min(args.number_or("to", now), now);
        const std::uint64_t from = args.number_or("from", to > 99 ? to - 99 : 0);
        if (to >= from && to - from >= 1000) return {Code::range_too_large, "from and to span more than 1000 epochs"};
        Json items = Json::array();
        for (std::uint64_t e = from; e <= to; ++e)
            if (const auto record = s.epoch(Epoch{e})) items.push_back(epoch_json(s, *record));
        return Json{{"items", std::move(items)}, {"next_cursor", nullptr}, {"height", s.chain().height.value}};
    });
}

Result<Json> classes(const Api& api, const Args&) {
    return api.app.read([](const chain::StateView& s) -> Result<Json> {
        const auto rules = s.params();
        Json items = Json::array();
        const Price price = s.chain().stake_price;
        for (std::uint32_t i = 0; i < rules.classes.size(); ++i) items.push_back(class_json(rules, i, price));
        return Json{{"items", std::move(items)}, {"next_cursor", nullptr}, {"height", s.chain().height.value}};
    });
}

Result<Json> validators(const Api& api, const Args&) {
    return api.app.read([](const chain::StateView& s) -> Result<Json> {
        const Style style = style_of(s.params());
        Json items = Json::array();
        s.each_validator([&](const Address& a, const chain::Validator& v) {
            Json beacon;
            if (v.beacon) beacon = {{"tip", hex(v.beacon->tip)}, {"height", v.beacon->height.value}};
            items.push_back({{"operator", style.address(a)},
                             {"name", v.name},
                             {"power", v.power},
                             {"bond", digits(v.bond)},
                             {"consensus_key", hex(v.consensus_key)},
                             {"beacon", std::move(beacon)},
                             {"proposed", v.proposed},
                             {"blocks",
                              {{"expected", v.blocks.expected / tokenomics::kBlock},
                               {"proposed", v.blocks.proposed},
                               {"missed_ppb", tokenomics::missed_share(v.blocks).value}}},
                             {"jailed", v.jailed},
                             {"jailed_until", v.jailed ? Json(format_utc(v.jailed_until)) : Json()},
                             {"tombstoned", v.tombstoned},
                             {"retiring", v.retiring},
                             {"free_at", v.free_at.value != 0 ? Json(format_utc(v.free_at)) : Json()},
                             {"pending_key", v.pending_key ? Json(hex(*v.pending_key)) : Json()},
                             {"pending_key_from", v.pending_key ? Json(v.pending_key_from.value) : Json()},
                             {"pending_tip", v.pending_tip ? Json(hex(*v.pending_tip)) : Json()},
                             {"pending_tip_from", v.pending_tip ? Json(v.pending_from.value) : Json()},
                             {"slashed", digits(v.slashed)},
                             {"report", v.report ? price_json(*v.report) : Json()}});
            return true;
        });
        return Json{{"items", std::move(items)}, {"next_cursor", nullptr}, {"height", s.chain().height.value}};
    });
}

Result<Json> price(const Api& api, const Args&) {
    return api.app.read([](const chain::StateView& s) -> Result<Json> {
        const auto clock = s.chain();
        const std::uint64_t round = s.params().bme.round_blocks;
        const Price average = tokenomics::ema(clock.price);
        return Json{{"usd", usd(clock.price.spot)},
                    {"price", price_json(clock.price.spot)},
                    {"ema", price_json(average)},
                    {"ema_usd", usd(average)},
                    {"stale", clock.price.stale},
                    {"last_quorum_height", clock.price.last_quorum.value},
                    {"round_blocks", round},
                    {"next_round", std::max(clock.round_closed.value + round, clock.height.value + 1)},
                    {"height", clock.height.value}};
    });
}

Result<Json> credits(const Api& api, const Args& args) {
    const std::string asked = args.text_or("credits", "");
    Credits wanted;
    if (!asked.empty()) {
        auto units = parse_digits(asked);
        if (!units) return {Code::bad_amount, "credits: " + units.error().message};
        wanted = Credits{*units};
    }
    return api.app.read([&](const chain::StateView& s) -> Result<Json> {
        const auto rules = s.params();
        const auto clock = s.chain();
        const chain::Ledger books = s.ledger();
        const auto prices = tokenomics::prices_of(rules.bme, clock.price);
        Json out{{"mode", tokenomics::word_of(rules.bme.mode)},
                 {"burn_price", price_json(prices.burn)},
                 {"settle_price", price_json(prices.settle)},
                 {"outstanding",
                  to_digits(books.credits_free.units + books.credits_escrowed.units + books.credits_queued.units)},
                 {"vault", digits(books.vault)},
                 {"queued_items", clock.queue_tail - clock.queue_head},
                 {"waiting_items", clock.waiting_tail - clock.waiting_head}};
        out["breaker"] = nullptr;
        if (rules.bme.mode == tokenomics::BurnMode::vault)
            out["breaker"] = {
                {"level", tokenomics::word_of(clock.breaker.level)},
                {"ratio_bps", clock.breaker.ratio_bps},
                {"blocks_between_rounds",
                 std::max(tokenomics::blocks_between_rounds(rules.bme.vault, clock.breaker), rules.bme.round_blocks)}};
        if (!wanted.is_zero()) {
            ASSAY_TRY(const Amount cost, tokenomics::price_of(rules.bme, prices, rules.token.decimals, wanted));
            out["cost"] = digits(cost);
        }
        out["height"] = clock.height.value;
        return out;
    });
}

Result<Json> fees(const Api& api, const Args&) {
    return api.app.read([](const chain::StateView& s) -> Result<Json> {
        const auto rules = s.params();
        return Json{{"min_gas_price", digits(rules.block.min_gas_price)},
                    {"per", 1000},
                    {"max_gas", std::to_string(rules.block.max_gas)}};
    });
}

}  // namespace

void add_economy_methods(std::vector<Method>& out) {
    const Param address{"address", ParamType::address, true, "whose"};
    out.push_back({"account",
                   "balances and nonce",
                   {address},
                   "address, nonce, next_nonce, liquid, spendable, staked, unbonding, vesting, locked_rewards, "
                   "delegations, credits",
                   &account});
    out.push_back({"unlocks",
                   "what comes free of grants and locked rewards between two moments",
                   {{"from", ParamType::text, false, "RFC 3339; the last block's time unless told"},
                    {"to", ParamType::text, false, "RFC 3339; 365 days later unless told"},
                    kCursorParam,
                    kLimitParam},
                   "items of holder, unlocks, kind, id, amount, released, left, vested, start, cliff, end",
                   &unlocks});
    out.push_back({"supply",
                   "every token in its bucket",
                   {},
                   "genesis, minted, burned, supply, cap, buckets, credits, adds_up",
                   &supply});
    out.push_back({"params",
                   "parameters with unit, range and meaning",
                   {{"pattern", ParamType::text, false, "only paths that contain it"},
                    {"genesis", ParamType::flag, false, "all of them once more, as a genesis file writes them"}},
                   "items of path, value, unit, min, max, vote, meaning; genesis",
                   &params});
    out.push_back({"epoch",
                   "one epoch; the running one unless told",
                   {{"epoch", ParamType::number, false, "its number"}},
                   "minted, burned, split, passed, failed, absent, price, round",
                   &epoch});
    out.push_back({"epochs",
                   "a range of epochs; the last 100 unless told",
                   {{"from", ParamType::number, false, "first"}, {"to", ParamType::number, false, "last"}},
                   "items as of epoch",
                   &epochs});
    out.push_back({"classes",
                   "device classes with stake and work",
                   {},
                   "items of name, multiplier_ppb, weight, unit_stake, work_units",
                   &classes});
    out.push_back({"validators",
                   "the validators",
                   {},
                   "items of operator, name, power, bond, consensus_key, beacon",
                   &validators});
    out.push_back(
        {"price", "the oracle's price", {}, "usd, price, ema, stale, last_quorum_height, next_round", &price});
    out.push_back({"credits",
                   "burning for credits: mode, prices, what is outstanding, the vault and its breaker",
                   {{"credits", ParamType::text, false, "micro-USD: what so many would cost now"}},
                   "mode, burn_price, settle_price, outstanding, vault, breaker, queued_items, waiting_items, cost",
                   &credits});
    out.push_back({"fees", "what gas costs", {}, "min_gas_price, per, max_gas", &fees});
}

}  // namespace assay::node
