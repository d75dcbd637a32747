#include "node/rollback.hpp"

#include <charconv>
#include <thread>

#include "base/hex.hpp"
#include "node/comet/child.hpp"
#include "node/comet/engine.hpp"
#include "node/engine/signed_block.hpp"
#include "node/keys.hpp"

namespace assay::node {
namespace {

namespace fs = std::filesystem;

struct CometAt {
    Height height;
    std::string app_hash;  ///< hex, lower case
};

// "Rolled back state to height 41 and hash 5A…": state/rollback.go; the same where there was nothing to take back.
std::optional<CometAt> told(std::string_view line) {
    constexpr std::string_view kHeight = "to height ", kHash = " and hash ";
    const auto at = line.find(kHeight), hash = line.find(kHash);
    if (at == std::string_view::npos || hash == std::string_view::npos || hash < at) return std::nullopt;
    CometAt out;
    const char* end = line.data() + hash;
    if (std::from_chars(line.data() + at + kHeight.size(), end, out.height.value).ptr != end) return std::nullopt;
    for (const char c : line.substr(hash + kHash.size())) {
        if (c >= 'A' && c <= 'F')
            out.app_hash += static_cast<char>(c - 'A' + 'a');
        else if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))
            out.app_hash += c;
        else
            break;
    }
    return out;
}

Result<CometAt> take_comet_back(const Home& home, const fs::path& program) {
    std::optional<CometAt> at;
    std::string last;
    ASSAY_TRY(auto child, Child::start({program.string(), "rollback", "--home", home.cometbft().string()}, home.root,
                                       [&](std::string_view line) {
                                           if (auto found = told(line)) at = std::move(found);
                                           if (!line.empty()) last = line;
                                       }));
    while (child->running()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const std::string how = child->how_it_ended();
    child.reset();  // its last lines are read now
    if (at) return *std::move(at);
    return {Code::engine_failed, "cometbft rollback ended " + how + ": " + last + "; nothing was changed here"};
}

// Where the application has to be, and CometBFT is.
Status check_heights(const CometAt& comet, Height now) {
    if (now == comet.height || now == comet.height + 1) return {};
    const std::string what = "CometBFT's state is of height " + std::to_string(comet.height.value) +
                             " now, the application's of " + std::to_string(now.value) + ": ";
    if (now > comet.height)
        return {Code::store_corrupt, what + "assayd rollback --application-only --to " +
                                         std::to_string(comet.height.value) + " takes it to the same height"};
    return {Code::store_corrupt,
            what + "nothing has to be taken back, CometBFT plays the blocks in between when it starts"};
}

Result<RolledBack> one_back(chain::App& app) {
    RolledBack out;
    out.from = app.info().height;
    ASSAY_TRY_VOID(app.rollback());
    out.height = app.info().height;
    out.app_hash = app.info().app_hash;
    return out;
}

}  // namespace

Status keep_what_was_signed(const Home& home, const chain::App& app) {
    const Height now = app.info().height;
    if (now.value == 0) return {};  // App::rollback refuses
    SignedBlock guard(home.signed_block());
    const auto above = guard.load(now);
    if (!above || *above) {
        const std::string which = above ? std::to_string((*above)->header.height.value) : "above";
        return {Code::already_exists, "this validator has signed block " + which + ", which the store at height " +
                                          std::to_string(now.value) +
                                          " does not have yet: assayd start finishes it. No other block of a height "
                                          "is ever signed, so no state below it is of use"};
    }
    ASSAY_TRY(const std::optional<chain::Block> on_record, guard.load(now - 1));
    ASSAY_TRY(chain::Block last, app.block(now));
    if (on_record) {
        if (chain::block_hash(on_record->header) == chain::block_hash(last.header)) return {};
        return {Code::store_corrupt, home.signed_block().string() + " has another block of height " +
                                         std::to_string(now.value) + " than the store"};
    }
    // No record, or an older one: of a home whose state came from elsewhere. If this key signed the block, it is made.
    std::error_code ec;
    if (!fs::exists(home.consensus_key(), ec)) return {};  // it moved, and signs elsewhere
    ASSAY_TRY(const ConsensusKey key, ConsensusKey::load(home.consensus_key()));
    if (!verify_consensus_signature(key.public_key(), chain::block_hash(last.header), last.commit_signature)) return {};
    last.commit_signature = Signature{};
    return guard.save(last);
}

Result<RolledBack> roll_back(const Home& home, const Config& config, chain::App& app, bool application_only) {
    std::error_code ec;
    const bool comet = config.engine == "cometbft" || fs::exists(home.cometbft(), ec);
    if (!comet) {
        if (application_only)
            return {Code::usage, "--application-only is for homes under CometBFT; this one decides its blocks alone"};
        ASSAY_TRY_VOID(keep_what_was_signed(home, app));
        return one_back(app);
    }
    if (application_only) return one_back(app);
    const std::string by_hand = "run cometbft rollback --home " + home.cometbft().string() +
                                " where CometBFT is, then assayd rollback --application-only here";
    if (config.cometbft_external != 0)
        return {Code::confirmation_required, "CometBFT is run by somebody else (cometbft.external): " + by_hand};
    const auto program = find_cometbft(config);
    if (!program) return {Code::confirmation_required, program.error().message + "; or " + by_hand};
    ASSAY_TRY(const CometAt at, take_comet_back(home, *program));
    const Height now = app.info().height;
    ASSAY_TRY_VOID(check_heights(at, now));
    RolledBack out{now, now, app.info().app_hash, true};
    if (now == at.height + 1) {
        ASSAY_TRY(out, one_back(app));
        out.comet = true;
    }
    if (to_hex(out.app_hash.view()) != at.app_hash)
        return {Code::app_hash_mismatch, "at height " + std::to_string(out.height.value) +
                                             " the application has app hash " + to_hex(out.app_hash.view()) +
                                             ", CometBFT expects " + at.app_hash +
                                             ": begin again from a snapshot, or with a new home"};
    return out;
}

}  // namespace assay::node
