// proposals, proposal, held_slashes, params_at.
#include "base/utc.hpp"
#include "chain/tables.hpp"
#include "node/json.hpp"
#include "node/rpc/cursor.hpp"
#include "node/views/views.hpp"

namespace assay::node {
namespace {

Result<Json> proposals(const Api& api, const Args& args) {
    const std::string status = args.text_or("status", "");
    bool known = status.empty();
    for (std::uint8_t i = 0; i < enum_count(chain::ProposalStatus{}); ++i)
        known = known || status == word_of(static_cast<chain::ProposalStatus>(i));
    if (!known)
        return {Code::invalid_params,
                "status must be voting, tallying, accepted, rejected, no_quorum, applied or skipped"};
    return api.app.read([&](const chain::StateView& s) -> Result<Json> {
        const Style style = style_of(s.params());
        ASSAY_TRY(Page page, page_of(args, "proposals/" + status, s.chain().height));
        s.for_prefix(chain::tables::kProposals, {}, [&](ByteView key, ByteView value) {
            if (!page.wants(key)) return true;
            const auto p = borsh::decode<chain::ParamProposal>(value);
            if (!p || (!status.empty() && word_of(p->status) != status)) return true;
            if (page.full()) return page.more();
            page.add(key, proposal_json(style, s, chain::tables::read_be(key, 0, 8), *p));
            return true;
        });
        return page.finish();
    });
}

Result<Json> proposal(const Api& api, const Args& args) {
    const std::uint64_t number = args.number("id");
    return api.app.read([&](const chain::StateView& s) -> Result<Json> {
        const auto p = s.proposal(number);
        if (!p) return {Code::not_found, "proposal " + std::to_string(number) + " is not on this chain"};
        Json out = proposal_json(style_of(s.params()), s, number, *p);
        out["height"] = s.chain().height.value;
        return out;
    });
}

Result<Json> held_slashes(const Api& api, const Args& args) {
    return api.app.read([&](const chain::StateView& s) -> Result<Json> {
        const Style style = style_of(s.params());
        ASSAY_TRY(Page page, page_of(args, "held_slashes", s.chain().height));
        s.for_prefix(chain::tables::kHeldSlashes, {}, [&](ByteView key, ByteView value) {
            if (!page.wants(key)) return true;
            const auto h = borsh::decode<chain::HeldSlash>(value);
            if (!h) return true;
            if (page.full()) return page.more();
            page.add(key, {{"id", chain::tables::read_be(key, 0, 8)},
                           {"provider", style.address(h->provider)},
                           {"amount", digits(h->amount)},
                           {"height", h->height.value},
                           {"due", format_utc(h->due)},
                           {"appeal", h->appeal == 0 ? Json() : Json(h->appeal)}});
            return true;
        });
        return page.finish();
    });
}

Result<Json> params_at(const Api& api, const Args& args) {
    const std::uint64_t epoch = args.number("epoch");
    const std::string pattern = args.text_or("pattern", "");
    return api.app.read([&](const chain::StateView& s) -> Result<Json> {
        const auto clock = s.chain();
        if (epoch > clock.epoch.value)
            return {Code::not_found, "epoch " + std::to_string(epoch) + " has not begun; the running one is " +
                                         std::to_string(clock.epoch.value)};
        return Json{{"items", params_json(s.params_at(Epoch{epoch}), pattern)},
                    {"next_cursor", nullptr},
                    {"epoch", epoch},
                    {"height", clock.height.value}};
    });
}

}  // namespace

void add_governance_methods(std::vector<Method>& out) {
    out.push_back({"params_at",
                   "parameters as they were in an epoch",
                   {{"epoch", ParamType::number, true, "its number"},
                    {"pattern", ParamType::text, false, "only paths that contain it"}},
                   "items as of params",
                   &params_at});
    out.push_back(
        {"proposals",
         "proposals of parameter changes",
         {{"status", ParamType::text, false, "voting, tallying, accepted, rejected, no_quorum, applied or skipped"},
          kCursorParam,
          kLimitParam},
         "items as of proposal",
         &proposals});
    out.push_back({"held_slashes",
                   "slashes that wait for an appeal",
                   {kCursorParam, kLimitParam},
                   "items of id, provider, amount, height, due, appeal",
                   &held_slashes});
    out.push_back({"proposal",
                   "one proposal with its tally",
                   {{"id", ParamType::number, true, "its number"}},
                   "title, status, changes, voting_until, effective_from, yes, no, abstain",
                   &proposal});
}

}  // namespace assay::node
