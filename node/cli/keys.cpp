// key show, renew, export, import, retire.
#include <filesystem>

#include "base/hex.hpp"
#include "node/beacon_keeper.hpp"
#include "node/cli/commands.hpp"
#include "node/cli/password.hpp"
#include "node/comet/files.hpp"
#include "node/key_file.hpp"
#include "node/keys.hpp"

namespace assay::node::cli {

int run_key_show(const Output& out, const Home& home, const std::string& which) {
    if (which == "consensus") {
        const auto key = ConsensusKey::load(home.consensus_key());
        if (!key) return out.fail(key.error(), "assayd init makes a home");
        const std::string hex = to_hex(key->public_key().view());
        return out.done(hex + "\n", Json{{"consensus_key", hex}});
    }
    if (which == "node") {
        std::error_code ec;
        if (!std::filesystem::exists(home.root, ec))
            return out.fail({Code::not_found, "there is no node in " + home.root.string()}, "assayd init makes a home");
        const auto id = node_id(home);
        if (!id) return out.fail(id.error());
        return out.done(*id + "\n", Json{{"node_id", *id}});
    }
    const auto secret = load_beacon_secret(home.beacon_secret());
    if (!secret) return out.fail(secret.error(), "assayd init makes a home");
    const std::string hex = to_hex(BeaconChain(*secret, home.beacon_cache()).tip().view());
    return out.done(hex + "\n", Json{{"beacon_tip", hex}, {"start", secret->start.value}, {"length", secret->length}});
}

int run_key_renew(const Output& out, const Home& home, std::uint64_t length) {
    const auto next = make_next_beacon(home, length);
    if (!next) return out.fail(next.error(), "assayd init makes a home");
    const std::string hex = to_hex(next->tip.view());
    return out.done(hex + "\n" + (next->already ? "it was made before, and the chain has not taken it yet\n" : "") +
                        "announce it: assay validator renew-beacon --beacon-tip " + hex +
                        "\nthe node goes over to it by itself, at the second epoch boundary after that\n",
                    Json{{"beacon_tip", hex}, {"length", next->length}, {"already", next->already}});
}

int run_key_move(const Output& out, const Home& home, const KeyMove& m) {
    const auto kind = key_kind(m.which);
    if (!kind) return out.fail(kind.error());
    const std::string what = "the " + m.which + " key";
    if (m.action == KeyMove::Action::retire) {
        if (auto done = retire_keys(home, *kind); !done) return out.fail(done.error());
        return out.done(what + " is put aside in " + home.keys().string(), Json{{"retired", m.which}});
    }
    const bool leaves = m.action == KeyMove::Action::leave;
    std::error_code ec;
    // What is wrong without a password is said before one is asked for.
    if (leaves && std::filesystem::exists(std::filesystem::symlink_status(m.file, ec)))
        return out.fail({Code::already_exists, m.file + " is there already"}, "take another name");
    if (!leaves && !std::filesystem::exists(m.file, ec))
        return out.fail({Code::io_error, "cannot read " + m.file + ": it is not there"});
    auto password = read_password(m.password_file, leaves, out.json);
    if (!password) return out.fail(password.error());
    const Status done =
        leaves ? export_keys(home, *kind, m.file, password->view(), m.light ? KeyCost::light() : KeyCost::strong())
               : import_keys(home, *kind, m.file, password->view());
    if (!done) return out.fail(done.error());
    if (leaves)
        return out.done(
            what + " is in " + m.file + " and no longer here: this home does not start before it has another",
            Json{{"file", m.file}, {"exported", m.which}});
    return out.done(what + " of " + m.file + " is here now; it must be nowhere else", Json{{"imported", m.which}});
}

}  // namespace assay::node::cli
