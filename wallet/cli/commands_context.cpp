// assay context: the chains that this wallet knows, and which one is meant.
#include <CLI/CLI.hpp>

#include "wallet/cli/commands.hpp"
#include "wallet/cli/session.hpp"

namespace assay::wallet::cli {
namespace {

struct ContextOptions {
    std::string name, chain_id, denom, decimals, prefix, key, trust;
};

json::Value shown(const Context& context, const Contexts& all) {
    json::Value out = context_to_json(context);
    set(out, "current", make::flag(context.name == all.current));
    return out;
}

std::string in_text(const Context& c, const Contexts& all) {
    std::string out = "name      " + c.name + (c.name == all.current ? "  (in use)" : "") + "\nnode      " + c.node +
                      "\nchain     " + (c.chain_id.empty() ? "any" : c.chain_id) + "\ntoken     " + c.denom + ", " +
                      std::to_string(c.decimals) + " decimals\nprefix    " + c.prefix;
    if (!c.key.empty()) out += "\nkey       " + c.key;
    if (c.trust) out += "\ntrust     " + trust_text(*c.trust);
    return out;
}

const Context& known(const Contexts& all, const std::string& name) {
    if (const Context* there = all.find(name)) return *there;
    const std::string near = json::nearest(name, all.names());
    fail({Code::not_found,
          "there is no context '" + name + "'" + (near.empty() ? "" : "; did you mean '" + near + "'?")},
         "'assay context list' shows them");
}

void context_add(Session& session, const ContextOptions& o) {
    Contexts all = load_contexts(session.home_folder());
    if (const Status named = check_key_name(o.name); !named)
        usage("a context's name has 1 to 64 letters, digits, '.', '_' or '-' and begins with a letter or digit");
    if (all.find(o.name) != nullptr)
        fail({Code::already_exists, "there is a context '" + o.name + "' already; it stays as it is"},
             "'assay context remove " + o.name + "' first, or choose another name");
    if (session.node.empty()) usage("a context needs its node", "--node http://HOST:8710");
    (void)typed(parse_url(session.node));
    Context made{.name = o.name, .node = session.node};
    if (!o.trust.empty()) made.trust = parse_trust(o.trust);
    if (!o.key.empty()) made.key = typed(session.keystore().info(o.key)).name;
    if (o.chain_id.empty()) {
        if (!o.denom.empty() || !o.decimals.empty() || !o.prefix.empty())
            usage("--denom, --decimals and --prefix go with --chain-id: without it the node is asked for all of them");
        // Seen once and held on to: whoever answers at this address later has to be the same chain.
        const ChainInfo& chain = session.chain();
        made.chain_id = chain.chain_id;
        made.denom = chain.denom;
        made.decimals = chain.decimals;
        made.prefix = chain.prefix;
    } else {
        made.chain_id = o.chain_id;
        if (!o.denom.empty()) made.denom = o.denom;
        if (!o.prefix.empty()) made.prefix = o.prefix;
        if (!o.decimals.empty()) made.decimals = static_cast<unsigned>(parse_count(o.decimals, "--decimals", 0, 24));
    }
    all.items.push_back(made);
    save_contexts(session.home_folder(), all);
    session.result(shown(made, all), in_text(made, all));
}

void context_use(Session& session, const ContextOptions& o) {
    Contexts all = load_contexts(session.home_folder());
    all.current = known(all, o.name).name;
    save_contexts(session.home_folder(), all);
    session.result(shown(known(all, o.name), all), in_text(known(all, o.name), all));
}

void context_list(Session& session) {
    const Contexts all = load_contexts(session.home_folder());
    std::vector<json::Value> items;
    std::string text;
    for (const std::string& name : all.names()) {
        const Context& c = known(all, name);
        items.push_back(shown(c, all));
        text += (name == all.current ? "* " : "  ") + name + std::string(name.size() < 16 ? 16 - name.size() : 1, ' ') +
                (c.chain_id.empty() ? "any chain" : c.chain_id) + "  " + c.node + "\n";
    }
    session.result(make::object({{"items", make::array(std::move(items))}, {"next_cursor", make::null()}}), text);
}

void context_show(Session& session, const ContextOptions& o) {
    const Contexts all = load_contexts(session.home_folder());
    const Context& c = o.name.empty() ? session.context() : known(all, o.name);
    session.result(shown(c, all), in_text(c, all));
}

void context_remove(Session& session, const ContextOptions& o) {
    Contexts all = load_contexts(session.home_folder());
    if (o.name == kLocalContext) usage("'local' is built in and stays");
    const Context gone = known(all, o.name);
    std::erase_if(all.items, [&](const Context& c) { return c.name == gone.name; });
    if (all.current == gone.name) all.current = kLocalContext;
    save_contexts(session.home_folder(), all);
    json::Value out = context_to_json(gone);
    set(out, "removed", make::flag(true));
    session.result(out, "removed: " + gone.name + "; in use is " + all.current);
}

}  // namespace

void add_context_commands(CLI::App& app, Session& session) {
    auto o = std::make_shared<ContextOptions>();
    CLI::App* context = app.add_subcommand("context", "the chains that this wallet knows");
    context->require_subcommand(1);

    CLI::App* add = context->add_subcommand("add", "another chain; its node is --node");
    add->add_option("NAME", o->name, "what it is called here")->required();
    add->add_option("--chain-id", o->chain_id, "its id; then no node is asked [the node's]");
    add->add_option("--denom", o->denom, "with --chain-id: the token [ASY]");
    add->add_option("--decimals", o->decimals, "with --chain-id: of the token, 0 to 24 [6]");
    add->add_option("--prefix", o->prefix, "with --chain-id: of addresses [assay]");
    add->add_option("--key", o->key, "the key that signs where --from does not say");
    add->add_option("--trust", o->trust,
                    "HEIGHT:HASH of a block, from somebody you trust: 'balance --verify' begins there");
    add->callback([=, &session] { context_add(session, *o); });

    CLI::App* use = context->add_subcommand("use", "from now on commands mean this chain");
    use->add_option("NAME", o->name, "the context")->required();
    use->callback([=, &session] { context_use(session, *o); });

    context->add_subcommand("list", "all of them")->callback([&session] { context_list(session); });

    CLI::App* show = context->add_subcommand("show", "one of them");
    show->add_option("NAME", o->name, "the context; the one in use unless told");
    show->callback([=, &session] { context_show(session, *o); });

    CLI::App* remove = context->add_subcommand("remove", "forget a chain; nothing on it changes");
    remove->add_option("NAME", o->name, "the context")->required();
    remove->callback([=, &session] { context_remove(session, *o); });
}

}  // namespace assay::wallet::cli
