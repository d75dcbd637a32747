// Providers and their work: tasks, commits, openings, and why somebody was paid what it was.
#include "base/hex.hpp"
#include "base/utc.hpp"
#include "chain/tables.hpp"
#include "node/json.hpp"
#include "node/rpc/api.hpp"
#include "node/rpc/cursor.hpp"
#include "node/views/views.hpp"
#include "proofs/ctx.hpp"
#include "proofs/kinds.hpp"
#include "proofs/sample.hpp"

namespace assay::node {
namespace {

Result<Json> provider(const Api& api, const Args& args) {
    const Address who = args.address("address");
    return api.app.read([&](const chain::StateView& s) -> Result<Json> {
        const auto p = s.provider(who);
        const Style style = style_of(s.params());
        if (!p) return {Code::not_found, style.address(who) + " is not registered as a provider"};
        return provider_json(style, s, who, *p);
    });
}

Result<Json> providers(const Api& api, const Args& args) {
    return api.app.read([&](const chain::StateView& s) -> Result<Json> {
        const Style style = style_of(s.params());
        ASSAY_TRY(Page page, page_of(args, "providers", s.chain().height));
        s.for_prefix(chain::tables::kProviders, {}, [&](ByteView key, ByteView value) {
            if (!page.wants(key)) return true;
            if (page.full()) return page.more();
            const auto p = borsh::decode<chain::Provider>(value);
            if (p) page.add(key, provider_json(style, s, Address::from(key), *p));
            return true;
        });
        return page.finish();
    });
}

Result<Json> tasks(const Api& api, const Args& args) {
    const Address who = args.address("provider");
    return api.app.read([&](const chain::StateView& s) -> Result<Json> {
        const auto rules = s.params();
        const auto clock = s.chain();
        Json items = Json::array();
        for (const auto& t : chain::tasks_of(s, who)) {
            items.push_back(
                {{"task", hex(t.task)},
                 {"epoch", t.epoch.value},
                 {"slot", t.slot},
                 {"class", t.device_class < rules.classes.size() ? rules.classes[t.device_class].name : std::string()},
                 {"order", t.order ? Json(hex(*t.order)) : Json()},
                 {"kind", std::string(proofs::kind_name(proofs::kind_of(t.params)))},
                 {"params", work_json(t.params)},
                 {"params_hex", to_hex(borsh::encode(t.params))},
                 {"ctx", t.commit_by.value == 0 ? Json() : Json(hex(t.ctx))},
                 {"h0", t.h0.value},
                 {"commit_by", t.commit_by.value == 0 ? Json() : Json(format_utc(t.commit_by))},
                 {"committed", t.committed}});
        }
        return Json{{"items", std::move(items)},
                    {"samples", rules.work.samples},
                    {"time", format_utc(clock.time)},
                    {"height", clock.height.value}};
    });
}

Result<Json> commit(const Api& api, const Args& args) {
    const Hash id = args.hash("id");
    return api.app.read([&](const chain::StateView& s) -> Result<Json> {
        const auto c = s.commit(id);
        if (!c) return {Code::not_found, "commit " + hex(id) + " is not on this chain"};
        return commit_json(style_of(s.params()), s, id, *c);
    });
}

// With a provider: all of its commits, by (epoch, id). Without: those that wait for a verdict.
Result<Json> commits(const Api& api, const Args& args) {
    return api.app.read([&](const chain::StateView& s) -> Result<Json> {
        const Style style = style_of(s.params());
        const bool by_epoch = args.has("epoch");
        Bytes prefix;
        std::string filter = "commits";
        std::uint8_t table = chain::tables::kOpenCommits;
        std::size_t id_at = 8;
        if (args.has("provider")) {
            table = chain::tables::kProviderCommits;
            const Address who = args.address("provider");
            prefix.assign(who.bytes.begin(), who.bytes.end());
            filter += "/" + style.address(who);
            id_at = 40;
        }
        if (by_epoch) {
            chain::tables::append_be(prefix, args.number("epoch"), 8);
            filter += "@" + std::to_string(args.number("epoch"));
        }
        ASSAY_TRY(Page page, page_of(args, filter, s.chain().height));
        s.for_prefix(table, prefix, [&](ByteView key, ByteView) {
            if (!page.wants(key)) return true;
            const Hash id = Hash::from(key.subspan(id_at));
            const auto c = s.commit(id);
            if (!c) return true;
            if (page.full()) return page.more();
            page.add(key, commit_json(style, s, id, *c));
            return true;
        });
        return page.finish();
    });
}

Result<Json> opening(const Api& api, const Args& args) {
    const Hash id = args.hash("id");
    const std::string chain_id = api.app.info().chain_id;
    return api.app.read([&](const chain::StateView& s) -> Result<Json> {
        const auto c = s.commit(id);
        if (!c) return {Code::not_found, "commit " + hex(id) + " is not on this chain"};
        const auto r = s.round(c->epoch);
        const auto clock = s.chain();
        const std::uint64_t window = r ? r->rules.open_blocks : 0;
        const bool drawn = r && r->challenge.value != 0;
        Json seed, indices, left;
        if (drawn) {
            const Hash h = proofs::challenge_seed(r->challenge_beacon, c->root, c->ctx);
            seed = hex(h);
            indices = proofs::sample_indices(h, proofs::sample_range(c->params), c->samples);
            left = r->closed.value != 0 || r->counted_blocks >= window ? 0 : window - r->counted_blocks;
        }
        Json beacon_hc, challenge, binding;
        if (drawn) {
            beacon_hc = hex(r->challenge_beacon);
            challenge = r->challenge.value;
        }
        if (r)
            binding = {{"chain_id", chain_id},    {"task", hex(c->task)},
                       {"epoch", c->epoch.value}, {"provider", to_hex(c->provider.view())},
                       {"slot", c->slot},         {"beacon_h0", hex(r->h0_beacon)}};
        return Json{{"ready", drawn && r->closed.value == 0 && c->status == chain::CommitStatus::open},
                    {"status", commit_json(style_of(s.params()), s, id, *c)["status"]},
                    {"seed", std::move(seed)},
                    {"indices", std::move(indices)},
                    {"open_until_blocks", std::move(left)},
                    {"params_hex", to_hex(borsh::encode(c->params))},
                    {"ctx", hex(c->ctx)},
                    {"root", hex(c->root)},
                    {"samples", c->samples},
                    {"beacon_hc", std::move(beacon_hc)},
                    {"challenge_height", std::move(challenge)},
                    {"binding", std::move(binding)},
                    {"height", clock.height.value}};
    });
}

}  // namespace

void add_work_methods(std::vector<Method>& out) {
    const Param id{"id", ParamType::hash, true, "the commit"};
    const Param who{"provider", ParamType::address, true, "the provider"};
    out.push_back({"provider",
                   "a provider with its devices",
                   {{"address", ParamType::address, true, "the provider"}},
                   "stake, required, access, exposure, jailed, passed, failed, absent, earned, slashed, returned, "
                   "locked_rewards, granted, backing, work_key, "
                   "devices, removed",
                   &provider});
    out.push_back({"providers", "all providers", {kCursorParam, kLimitParam}, "items as of provider", &providers});
    out.push_back({"tasks",
                   "what a provider's devices must do in the running epoch",
                   {who},
                   "items of task, epoch, slot, params, ctx, h0, commit_by",
                   &tasks});
    out.push_back({"commit", "one commit", {id}, "task, provider, root, status, seed, indices, bad", &commit});
    out.push_back({"commits",
                   "a provider's commits, or all that wait for a verdict",
                   {{"provider", ParamType::address, false, "whose"},
                    {"epoch", ParamType::number, false, "of one epoch"},
                    kCursorParam,
                    kLimitParam},
                   "items as of commit",
                   &commits});
    out.push_back(
        {"opening",
         "what an opening of the commit must show",
         {id},
         "ready, seed, indices, open_until_blocks, params_hex, ctx, root, samples, beacon_hc, challenge_height, "
         "binding",
         &opening});
}

}  // namespace assay::node
