"""The worked examples of docs/protocol.md, computed here and nowhere else.

    examples.py            prints them
    examples.py --write    puts them into vectors.json and into the fenced `example` blocks of docs/protocol.md

The test compares all three; test_vectors.cpp compares what the node computes with vectors.json.
"""

import functools
import hashlib
import itertools
import json
import pathlib
import re
import struct
import sys

import borsh
import gemm
import matrix
import messages as m
import records
import state
import vram
import work
from secp256k1 import public_key, sign

HERE = pathlib.Path(__file__).parent
VECTORS = HERE / "vectors.json"
DOCUMENT = HERE.parent.parent / "docs" / "protocol.md"
SPACED = {"multisig_keys", "c_first", "indices", "indices_64_of_1000000", "needed", "wrong_indices", "wrong_bad",
          "gemm_digest_keys", "gemm_indices", "gemm_needed", "gemm_places", "gemm_wrong_bad",
          "vram_addresses", "vram_indices", "vram_needed", "vram_wrong_bad"}
CHAIN = "assay-example-1"
SECRET = (3).to_bytes(32, "big")


def text_hash(text):
    return hashlib.sha256(text.encode()).digest()


def filled(kind, numbers):
    """A value of a Borsh type whose fields are all different: 1, 2, 3, … in the order of encoding."""
    if isinstance(kind, borsh.Integer):
        return next(numbers)
    if isinstance(kind, borsh.Flag):
        next(numbers)
        return True
    if isinstance(kind, borsh.Enumeration):
        next(numbers)
        return kind.count - 1
    if isinstance(kind, borsh.Fixed):
        return bytes([next(numbers) % 256]) * kind.size
    if isinstance(kind, borsh.Text):
        return f"text {next(numbers)}".encode()
    if isinstance(kind, borsh.List):
        return [filled(kind.of, numbers), filled(kind.of, numbers)]
    if isinstance(kind, borsh.Optional):
        return filled(kind.of, numbers)
    if isinstance(kind, borsh.Struct):
        return {name: filled(part, numbers) for name, part in kind.fields}
    tag = max(kind.by_tag)
    return kind.by_tag[tag][0], filled(kind.by_tag[tag][1], numbers)


def keys_and_transaction(out):
    keys = [public_key(n.to_bytes(32, "big")) for n in (3, 4, 5)]
    sender, to = m.address_of(keys[0]), m.address_of(keys[1])
    body = {"version": 1, "chain_id": CHAIN, "sender": sender, "nonce": 7, "fee": 10_000, "gas_limit": 10_000,
            "valid_until": 1000, "memo": b"hi", "messages": [("transfer", {"outputs": [
                {"to": to, "amount": 12_500_000, "tag": b""}]})]}
    raw = m.signed(body, SECRET)
    out["secret"] = SECRET.hex()
    out["key"] = keys[0].hex()
    out["address"] = sender.hex()
    out["address_text"] = m.bech32m("assay", sender)
    out["to"] = to.hex()
    out["multisig_keys"] = " ".join(k[:32].hex() for k in keys)
    out["multisig_address"] = m.multisig_address(2, keys).hex()
    out["tx_body"] = m.BODY.encode(body).hex()
    out["txid"] = m.txid(body).hex()
    out["signature"] = sign(SECRET, m.txid(body)).hex()
    out["tx"] = raw.hex()
    out["intrinsic_gas"] = str(m.intrinsic_gas(raw))
    id_ = m.txid(body)
    shared = {"threshold": 2, "keys": keys, "signatures": [sign(SECRET, id_), None, sign((5).to_bytes(32, "big"), id_)]}
    out["multisig_auth"] = m.AUTH.encode(shared).hex()
    return sender, raw


def blocks(out, proposer, raw):
    reveal = text_hash("seed")
    tip = reveal
    for _ in range(5):
        tip = hashlib.sha256(tip).digest()
    header = {"version": 1, "chain_id": CHAIN, "height": 5, "time": 1_700_000_005_000, "proposer": proposer,
              "reveal": reveal, "last_block": text_hash("block 4"), "last_app_hash": text_hash("state 4"),
              "tx_root": work.merkle_root([work.merkle_leaf(raw)]), "misbehaved": []}
    out["tx_root"] = header["tx_root"].hex()
    out["tx_root_of_none"] = work.merkle_root([]).hex()
    out["header"] = m.HEADER.encode(header).hex()
    out["block_hash"] = m.block_hash(header).hex()
    out["reveal"] = reveal.hex()
    out["beacon_tip"] = tip.hex()
    out["beacon_before"] = text_hash("beacon 4").hex()
    out["beacon"] = m.next_beacon(text_hash("beacon 4"), 5, reveal).hex()
    out["start_height"] = str(m.start_height(41, m.next_beacon(text_hash("beacon 4"), 5, reveal), 2, 4))


def works(out, provider):
    lanes, steps, every, slot, epoch, k = 3, 96, 16, 2, 9, 4
    order = m.order_id(provider, 7, 0)
    per_lane = steps // every
    task = m.epoch_task(epoch)
    params = work.lanes_params(lanes, steps, every)
    ctx = work.work_ctx(CHAIN, params, task, epoch, provider, slot, text_hash("beacon h0"))
    leaves = work.run_lanes(ctx, lanes, steps, every)
    root = work.merkle_root([work.merkle_leaf(x) for x in leaves])
    seed = work.challenge_seed(text_hash("beacon hc"), root, ctx)
    targets = work.sample_indices(seed, len(leaves), k)
    opening = work.open_lanes(leaves, steps, every, targets)
    out["epoch_task"] = task.hex()
    out["order_id"] = order.hex()
    out["grant_id"] = m.grant_id(provider, 7, 0).hex()
    out["genesis_grant_id"] = m.genesis_grant_id(provider, 1).hex()
    out["lease_task"] = m.lease_task(epoch, order).hex()
    out["commit_id"] = m.commit_id(task, provider, slot).hex()
    out["work_params"] = params.hex()
    out["beacon_h0"] = text_hash("beacon h0").hex()
    out["ctx"] = ctx.hex()
    out["lane_start"] = work.lane_start(ctx, 1).hex()
    out["leaf_0"], out["leaf_6"], out["leaf_17"] = leaves[0].hex(), leaves[6].hex(), leaves[17].hex()
    out["work_root"] = root.hex()
    out["beacon_hc"] = text_hash("beacon hc").hex()
    out["seed"] = seed.hex()
    out["indices"] = " ".join(map(str, targets))
    out["indices_64_of_1000000"] = " ".join(map(str, work.sample_indices(seed, 1_000_000, 64)))
    out["needed"] = " ".join(map(str, work.needed_leaves(targets, per_lane)))
    out["opening"] = m.OPENING.encode(opening).hex()
    wrong = leaves[:per_lane] + [bytes(32)] * (len(leaves) - per_lane)
    fake = work.merkle_root([work.merkle_leaf(x) for x in wrong])
    out["wrong_root"] = fake.hex()
    fake_seed = work.challenge_seed(text_hash("beacon hc"), fake, ctx)
    chosen = work.sample_indices(fake_seed, len(leaves), k)
    fake_opening = work.open_lanes(wrong, steps, every, chosen)
    out["wrong_opening"] = m.OPENING.encode(fake_opening).hex()
    out["wrong_indices"] = " ".join(map(str, chosen))
    out["wrong_bad"] = " ".join(map(str, work.verify_lanes(ctx, fake, lanes, steps, every, fake_seed, k, fake_opening)))


@functools.cache
def gemm_leaves(ctx, m, n, k):
    return gemm.run(ctx, m, n, k)


def products(out, provider):
    rows, cols, k, slot, epoch, samples = 256, 512, 128, 2, 9, 6
    params = gemm.params(rows, cols, k)
    ctx = work.work_ctx(CHAIN, params, m.epoch_task(epoch), epoch, provider, slot, text_hash("beacon h0"))
    key_a, key_b, digest_keys = gemm.keys(ctx)
    leaves = gemm_leaves(ctx, rows, cols, k)
    root = work.merkle_root([work.merkle_leaf(x) for x in leaves])
    seed = work.challenge_seed(text_hash("beacon hc"), root, ctx)
    targets = work.sample_indices(seed, 16 * len(leaves), samples)
    opening = gemm.open_work(leaves, targets)
    out["chacha8"] = gemm.chacha8(bytes(range(32)), 1 << 32 | 2, 3).hex()
    out["gemm_params"] = params.hex()
    out["gemm_ctx"] = ctx.hex()
    out["gemm_key_a"], out["gemm_key_b"] = key_a.hex(), key_b.hex()
    out["gemm_row_a"] = bytes(x % 256 for x in gemm.row(key_a, 7, k)[:32]).hex()
    out["gemm_digest_keys"] = " ".join(map(str, digest_keys[:4]))
    out["gemm_digest_61"] = str(gemm.subtile(ctx, k, *reversed(gemm.place(cols, 61))))
    out["gemm_leaf_3"] = leaves[3].hex()
    out["gemm_root"] = root.hex()
    out["gemm_seed"] = seed.hex()
    out["gemm_indices"] = " ".join(map(str, targets))
    out["gemm_places"] = " ".join(f"{down},{across}" for down, across in (gemm.place(cols, t) for t in targets))
    out["gemm_needed"] = " ".join(map(str, gemm.needed(targets)))
    out["gemm_opening"] = m.OPENING.encode(opening).hex()
    wrong = [bytes(128) if i % 2 else leaf for i, leaf in enumerate(leaves)]
    fake = work.merkle_root([work.merkle_leaf(x) for x in wrong])
    fake_seed = work.challenge_seed(text_hash("beacon hc"), fake, ctx)
    fake_opening = gemm.open_work(wrong, work.sample_indices(fake_seed, 16 * len(leaves), samples))
    out["gemm_wrong_root"] = fake.hex()
    out["gemm_wrong_opening"] = m.OPENING.encode(fake_opening).hex()
    out["gemm_wrong_bad"] = " ".join(map(str, gemm.verify(ctx, fake, rows, cols, k, fake_seed, samples, fake_opening)))


def walks(out, provider):
    size, slot, epoch, samples = (300, 2, 2560, 16, 2, 4), 2, 9, 6
    items, _, steps, every, windows, stay = size
    params = vram.params(*size)
    ctx = work.work_ctx(CHAIN, params, m.epoch_task(epoch), epoch, provider, slot, text_hash("beacon h0"))
    seed = vram.seed_of(ctx)
    out["vram_params"] = params.hex()
    out["vram_ctx"] = ctx.hex()
    out["vram_seed"] = seed.hex()
    out["vram_item"] = vram.item(seed, (1 << 33) + 5).hex()
    out["vram_start"] = vram.start(ctx, 1).hex()
    h, addresses = struct.unpack(">8I", vram.start(ctx, 1)), []
    for step in range(6):
        addresses.append(vram.address(h, *vram.window(items, windows, stay, 0)))
        h = vram.step_of(h, vram.item(seed, addresses[-1]), 1, step)
        if step == 0:
            out["vram_step"] = struct.pack(">8I", *h).hex()
    out["vram_addresses"] = " ".join(map(str, addresses))
    leaves = vram_leaves(ctx, *size)
    per_lane = steps // every
    root = work.merkle_root([work.merkle_leaf(x) for x in leaves])
    challenge = work.challenge_seed(text_hash("beacon hc"), root, ctx)
    targets = work.sample_indices(challenge, len(leaves), samples)
    opening = work.open_lanes(leaves, steps, every, targets)
    out["vram_leaf_0"], out["vram_leaf_4"], out["vram_leaf_319"] = leaves[0].hex(), leaves[4].hex(), leaves[319].hex()
    out["vram_root"] = root.hex()
    out["vram_challenge"] = challenge.hex()
    out["vram_indices"] = " ".join(map(str, targets))
    out["vram_needed"] = " ".join(map(str, work.needed_leaves(targets, per_lane)))
    out["vram_opening"] = m.OPENING.encode(opening).hex()
    wrong = leaves[:per_lane] + [bytes(32)] * per_lane
    fake = work.merkle_root([work.merkle_leaf(x) for x in wrong])
    fake_seed = work.challenge_seed(text_hash("beacon hc"), fake, ctx)
    fake_opening = work.open_lanes(wrong, steps, every, work.sample_indices(fake_seed, len(leaves), samples))
    out["vram_wrong_root"] = fake.hex()
    out["vram_wrong_opening"] = m.OPENING.encode(fake_opening).hex()
    out["vram_wrong_bad"] = " ".join(map(str, vram.verify(ctx, fake, size, fake_seed, samples, fake_opening)))


@functools.cache
def vram_leaves(ctx, *size):
    return vram.run(ctx, *size)


def matrices(out):
    m, n, k = 64, 32, 1040
    a = bytes((7 * r + 13 * i + r * i) % 256 for r in range(m) for i in range(k))
    b = bytes((5 * r + 11 * i * i) % 256 for r in range(n) for i in range(k))
    c = matrix.product(a, b, m, n, k)
    out["a_root"] = matrix.root(matrix.panels(a, m, k)).hex()
    out["b_root"] = matrix.root(matrix.panels(b, n, k)).hex()
    out["c_root"] = matrix.root(matrix.tiles(c)).hex()
    out["c_first"] = " ".join(map(str, c[0][:8]))


def state_tree(out, address):
    account = records.ACCOUNT.encode({"nonce": 7, "liquid": 12_500_000, "credits": 0, "credit_tokens": 0,
                                      "grants": 0})
    keys = {state.path_of(state.ACCOUNTS, address): account,
            state.path_of(state.GLOBALS, b"ledger"): b"a ledger",
            state.path_of(state.GLOBALS, b"chain"): b"a clock",
            state.path_of(0x06, bytes(8) + text_hash("commit")): b""}
    leaves = {path: state.value_hash(value) for path, value in keys.items()}
    path = state.path_of(state.ACCOUNTS, address)
    out["account_value"] = account.hex()
    out["account_path"] = path.hex()
    out["ledger_path"] = state.path_of(state.GLOBALS, b"ledger").hex()
    out["value_hash"] = leaves[path].hex()
    out["leaf_hash"] = state.leaf_hash(path, leaves[path]).hex()
    out["node_hash"] = state.node_hash(leaves[path], state.ZERO).hex()
    out["app_hash"] = state.root_of(leaves).hex()
    out["app_hash_of_none"] = state.root_of({}).hex()
    out["proof"] = state.prove(leaves, path, account).hex()
    ledger = state.path_of(state.GLOBALS, b"ledger")
    out["proof_ledger"] = state.prove(leaves, ledger, b"a ledger").hex()
    out["absent_key"] = "01" + b"params".hex()
    out["proof_absent"] = state.prove(leaves, state.path_of(state.GLOBALS, b"params"), None).hex()


def computed():
    out = {}
    sender, raw = keys_and_transaction(out)
    blocks(out, sender, raw)
    works(out, sender)
    products(out, sender)
    walks(out, sender)
    matrices(out)
    state_tree(out, sender)
    genesis = filled(records.GENESIS, itertools.count(1))
    out["genesis_hash"] = records.genesis_hash(genesis).hex()
    for name, kind in records.RECORDS.items():
        out["record_" + name] = kind.encode(filled(kind, itertools.count(1))).hex()
    for tag, (name, kind) in m.MESSAGE.by_tag.items():
        out["message_" + name] = m.MESSAGE.encode((name, filled(kind, itertools.count(1)))).hex()
    return out


BLOCK = re.compile(r"(?<=```example\n)(.*?)(?=```)", re.S)


def in_document():
    """What the document says: `name  value` lines; a value may go on in indented lines."""
    out = {}
    for block in BLOCK.findall(DOCUMENT.read_text()):
        name = None
        for line in block.splitlines():
            if line.startswith(" "):
                out[name] += (" " if name in SPACED else "") + line.strip()
            else:
                name, _, value = line.partition(" ")
                out[name] = value.strip()
    return out


def shown(name, value, width=130):
    lead = " " * 18
    if name in SPACED:
        lines, line = [], ""
        for word in value.split():
            if line and len(line) + len(word) > width - 20:
                lines, line = lines + [line], ""
            line += (" " if line else "") + word
        lines.append(line)
    else:
        lines = [value[i:i + width - 18] for i in range(0, len(value), width - 18)] or [""]
    return name.ljust(18) + ("" if len(name) < 18 else " ") + lines[0] + "".join("\n" + lead + x for x in lines[1:])


def write():
    values = computed()
    VECTORS.write_text(json.dumps(values, indent=1) + "\n")

    def fill(found):
        names = [line.split()[0] for line in found.group(0).splitlines() if line.strip() and not line.startswith(" ")]
        return "".join(shown(name, values[name]) + "\n" for name in names)

    if DOCUMENT.exists():
        DOCUMENT.write_text(BLOCK.sub(fill, DOCUMENT.read_text()))


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        write()
    else:
        for key, value in computed().items():
            print(key, value)
