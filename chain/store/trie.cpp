#include "chain/store/trie.hpp"

#include "base/check.hpp"

namespace assay::chain {
namespace {

std::size_t side(const Path& path, unsigned depth) {
    return bit_at(path, depth) ? 1 : 0;
}

}  // namespace

bool Trie::contains(const Path& path) const {
    Ref at = root_;
    for (unsigned depth = 0; at.kind == Ref::Kind::node; ++depth) at = nodes_[at.index].child[side(path, depth)];
    if (at.kind == Ref::Kind::none) return false;
    const Bucket& b = buckets_[at.index];
    const auto it =
        std::lower_bound(b.begin(), b.end(), path, [](const TreeLeaf& l, const Path& p) { return l.path < p; });
    return it != b.end() && it->path == path;
}

void Trie::apply(std::span<const Change> changes, std::vector<Change>& undo) {
    if (!changes.empty()) root_ = update(root_, 0, changes, root_summary_, undo);
}

Trie::Ref Trie::update(Ref ref, unsigned depth, std::span<const Change> changes, Summary& out,
                       std::vector<Change>& undo) {
    return ref.kind == Ref::Kind::node ? update_node(ref, depth, changes, out, undo)
                                       : update_bucket(ref, depth, changes, out, undo);
}

Trie::Ref Trie::update_bucket(Ref ref, unsigned depth, std::span<const Change> changes, Summary& out,
                              std::vector<Change>& undo) {
    Bucket leaves;
    const Bucket* old = ref.kind == Ref::Kind::bucket ? &buckets_[ref.index] : nullptr;
    const std::size_t before = old != nullptr ? old->size() : 0;
    leaves.reserve(before + changes.size());
    std::size_t i = 0;
    for (const Change& c : changes) {
        while (i < before && (*old)[i].path < c.path) leaves.push_back((*old)[i++]);
        std::optional<Hash> was;
        if (i < before && (*old)[i].path == c.path) was = (*old)[i++].hash;
        if (c.leaf) leaves.push_back({c.path, *c.leaf});
        if (was || c.leaf) undo.push_back({c.path, was});
    }
    while (i < before) leaves.push_back((*old)[i++]);
    size_ += leaves.size();
    size_ -= before;
    const TreeLeaf* begin = leaves.data();
    if (old != nullptr && !leaves.empty() && leaves.size() <= kBucketMax) {  // the common case: it stays a bucket
        out = subtree(begin, begin + leaves.size(), depth);
        buckets_[ref.index] = std::move(leaves);
        return ref;
    }
    free_ref(ref);
    return build(begin, begin + leaves.size(), depth, out);
}

Trie::Ref Trie::update_node(Ref ref, unsigned depth, std::span<const Change> changes, Summary& out,
                            std::vector<Change>& undo) {
    const Change* begin = changes.data();
    const Change* end = begin + changes.size();
    const Change* middle = split_at(begin, end, depth);
    const std::array<std::span<const Change>, 2> halves{std::span(begin, middle), std::span(middle, end)};
    for (std::size_t s = 0; s < 2; ++s) {
        if (halves[s].empty()) continue;
        Summary summary = nodes_[ref.index].child_summary[s];
        const Ref child = update(nodes_[ref.index].child[s], depth + 1, halves[s], summary, undo);
        nodes_[ref.index].child[s] = child;  // looked up again: the pool may have moved
        nodes_[ref.index].child_summary[s] = summary;
    }
    const Node node = nodes_[ref.index];
    std::size_t small = 0;
    bool inner = false;
    for (const Ref child : node.child) {
        inner = inner || child.kind == Ref::Kind::node;
        if (child.kind == Ref::Kind::bucket) small += buckets_[child.index].size();
    }
    if (!inner && small <= kMergeAt) {
        free_ref(ref);
        return merged(node, depth, out);
    }
    out = join(node.child_summary[0], node.child_summary[1]);
    return ref;
}

Trie::Ref Trie::merged(const Node& node, unsigned depth, Summary& out) {
    Bucket leaves;
    for (const Ref child : node.child) {
        if (child.kind != Ref::Kind::bucket) continue;
        const Bucket& b = buckets_[child.index];
        leaves.insert(leaves.end(), b.begin(), b.end());
        free_ref(child);
    }
    return build(leaves.data(), leaves.data() + leaves.size(), depth, out);
}

Trie::Ref Trie::build(const TreeLeaf* begin, const TreeLeaf* end, unsigned depth, Summary& out) {
    if (begin == end) {
        out = {};
        return {};
    }
    if (static_cast<std::size_t>(end - begin) <= kBucketMax) {
        out = subtree(begin, end, depth);
        return new_bucket(begin, end);
    }
    const TreeLeaf* middle = split_at(begin, end, depth);
    Node node;
    node.child[0] = build(begin, middle, depth + 1, node.child_summary[0]);
    node.child[1] = build(middle, end, depth + 1, node.child_summary[1]);
    out = join(node.child_summary[0], node.child_summary[1]);
    const Ref ref = new_node();
    nodes_[ref.index] = node;
    return ref;
}

Trie::Ref Trie::new_bucket(const TreeLeaf* begin, const TreeLeaf* end) {
    std::uint32_t index = 0;
    if (free_buckets_.empty()) {
        index = static_cast<std::uint32_t>(buckets_.size());
        buckets_.emplace_back();
    } else {
        index = free_buckets_.back();
        free_buckets_.pop_back();
    }
    buckets_[index].assign(begin, end);
    return {Ref::Kind::bucket, index};
}

Trie::Ref Trie::new_node() {
    if (free_nodes_.empty()) {
        nodes_.emplace_back();
        return {Ref::Kind::node, static_cast<std::uint32_t>(nodes_.size() - 1)};
    }
    const std::uint32_t index = free_nodes_.back();
    free_nodes_.pop_back();
    return {Ref::Kind::node, index};
}

void Trie::free_ref(Ref ref) {
    if (ref.kind == Ref::Kind::bucket) {
        buckets_[ref.index] = Bucket{};
        free_buckets_.push_back(ref.index);
    }
    if (ref.kind == Ref::Kind::node) free_nodes_.push_back(ref.index);
}

std::vector<Summary> Trie::cut(const Path& prefix, unsigned depth, unsigned levels) const {
    std::vector<Summary> out(std::size_t{1} << levels);
    Ref at = root_;
    Summary summary = root_summary_;
    unsigned d = 0;
    for (; d < depth && at.kind == Ref::Kind::node; ++d) {
        const Node& node = nodes_[at.index];
        const std::size_t s = side(prefix, d);
        summary = node.child_summary[s];
        at = node.child[s];
    }
    collect(at, summary, d, prefix, depth, depth + levels, out);
    return out;
}

// `out` holds the subtrees at depth `to` that lie under this one, which is at `depth`.
void Trie::collect(Ref ref, const Summary& summary, unsigned depth, const Path& prefix, unsigned from, unsigned to,
                   std::span<Summary> out) const {
    if (ref.kind == Ref::Kind::none) return;
    if (depth == to) {
        out[0] = summary;
        return;
    }
    if (ref.kind == Ref::Kind::node) {
        const Node& node = nodes_[ref.index];
        const std::size_t half = out.size() / 2;
        for (std::size_t s = 0; s < 2; ++s)
            collect(node.child[s], node.child_summary[s], depth + 1, prefix, from, to, out.subspan(s * half, half));
        return;
    }
    // A bucket above the cut: its leaves are few, each group of equal shard is a subtree of its own.
    const Bucket& leaves = buckets_[ref.index];
    const auto inside = [&](const Path& p) {
        for (unsigned d = depth; d < from; ++d)
            if (bit_at(p, d) != bit_at(prefix, d)) return false;
        return true;
    };
    const auto shard_of = [&](const Path& p) {
        std::size_t shard = 0;
        for (unsigned d = std::max(from, depth); d < to; ++d) shard = shard << 1 | side(p, d);
        return shard;
    };
    for (std::size_t i = 0; i < leaves.size();) {
        std::size_t j = i + 1;
        if (inside(leaves[i].path)) {
            const std::size_t shard = shard_of(leaves[i].path);
            while (j < leaves.size() && inside(leaves[j].path) && shard_of(leaves[j].path) == shard) ++j;
            out[shard] = subtree(&leaves[i], leaves.data() + j, to);
        }
        i = j;
    }
}

}  // namespace assay::chain
