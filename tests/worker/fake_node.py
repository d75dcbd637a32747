"""A chain in a dictionary behind docs/rpc.md: enough of a node for a prover, and it can be told to misbehave.

Every `status` makes a block, so the chain goes as fast as the prover looks and no test depends on the clock.
An epoch has 26 blocks: h0 is its 2nd, commits count up to the 12th, the challenge is drawn at the 14th, openings count
up to the 23rd.
"""

import datetime
import hashlib
import http.server
import json
import socket
import struct
import threading

EPOCH, H0, WINDOW, CHALLENGE, OPEN = 26, 1, 10, 13, 9
BLOCK_MS = 50
SAMPLES = 16
# The task of every slot, by its kind: sizes, their encoding, units, verify units of an opening.
KINDS = {"lanes": ({"lanes": 8, "steps": 2048, "leaf_every": 64}, (b"\x00" + struct.pack("<QQI", 8, 2048, 64)).hex(), 16384,
                   SAMPLES * (64 + 2 + 2 * (1 + 2 * 8))),
         "gemm": ({"m": 256, "n": 512, "k": 128}, (b"\x01" + struct.pack("<QQI", 256, 512, 128)).hex(), 65536,
                  SAMPLES * (5 * 128 + 128 + 3 + 2 * 3)),
         "vram": ({"items": 512, "lanes": 8, "steps": 4096, "leaf_every": 128, "windows": 1, "stay": 0},
                  (b"\x02" + struct.pack("<QQQIII", 512, 8, 4096, 128, 1, 0)).hex(), 32 * 512 + 8 * 4096,
                  SAMPLES * (33 * 128 + 2 + 2 * (1 + 2 * 8)))}


def walk_through(memory):
    """A kind as above: a walk through so many bytes or a little more."""
    lanes = memory // 128**2 + 1
    items, steps, every = 128 * lanes, 16 * 128, 512
    sizes = {"items": items, "lanes": lanes, "steps": steps, "leaf_every": every, "windows": 1, "stay": 0}
    return sizes, (b"\x02" + struct.pack("<QQQIII", *sizes.values())).hex(), 32 * items + lanes * steps, 0


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def tagged(tag, data):
    return sha(sha(tag.encode()) * 2, data)


def commit_id(task, sender, slot):
    return tagged("assay/commit", task + sender + struct.pack("<I", slot)).hex()


class Reader:
    """Borsh, read from the front."""

    def __init__(self, raw):
        self.raw, self.at = raw, 0

    def take(self, n):
        out = self.raw[self.at:self.at + n]
        assert len(out) == n
        self.at += n
        return out

    def number(self, n):
        return int.from_bytes(self.take(n), "little")

    def hashes(self):
        return [self.take(32).hex() for _ in range(self.number(4))]


def decode(raw):
    """A transaction with one message: CommitWork or OpenWork."""
    r = Reader(raw)
    tx = {"version": r.number(2), "chain": r.take(r.number(4)).decode(), "sender": r.take(32), "nonce": r.number(8),
          "fee": r.number(16), "gas": r.number(8), "valid_until": r.number(8), "memo": r.take(r.number(4))}
    assert r.number(4) == 1
    kind = r.number(1)
    if kind == 50:
        tx |= {"kind": "commit", "task": r.take(32), "slot": r.number(4), "root": r.take(32).hex()}
        tx["provider"] = r.take(32) if r.number(1) else tx["sender"]
    else:
        assert kind == 51
        tx |= {"kind": "open", "commit": r.take(32).hex(), "leaves": r.hashes(), "siblings": r.hashes()}
    tx["txid"] = tagged("assay/tx", raw[:r.at]).hex()
    return tx


class Refused(Exception):
    pass


class Node(http.server.ThreadingHTTPServer):
    def __init__(self, slots=(0,), leases=(), devnet=True, first_height=0, kind="lanes"):
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.chain_id, self.devnet = "fake-1", devnet
        self.slots, self.leases, self.kind = slots, leases, kind
        self.params, self.params_hex, self.units, self.opening = KINDS[kind]
        self.kinds = {}         # slot -> (params, params_hex, units, opening), where it is not of `kind` but a walk
        self.height = first_height
        self.access = True
        self.work_key = None    # address of the provider's
        self.down = 0           # so many requests find nobody
        self.hold = False       # no transaction gets into a block
        self.refuse = {}        # kind -> (code, message), at broadcast
        self.fail = {}          # kind -> [(code, message)…], as receipts, one after the other
        self.lose_mempool = False
        self.expire_next = False  # the next transaction is taken, and dropped as expired
        self.on_broadcast = lambda tx: None
        self.pool, self.txs, self.commits = {}, {}, {}
        self.sent = []          # every transaction that arrived, in order
        self.nonce = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def time(self, height):
        ms = height * BLOCK_MS
        at = datetime.datetime(2026, 1, 1) + datetime.timedelta(milliseconds=ms)
        return at.strftime("%Y-%m-%dT%H:%M:%S") + (f".{ms % 1000:03d}Z" if ms % 1000 else "Z")

    @property
    def epoch(self):
        return self.height // EPOCH

    def at(self, epoch, offset):
        return epoch * EPOCH + offset

    def block(self):
        self.height += 1
        if self.lose_mempool and self.pool:
            self.pool, self.lose_mempool = {}, False
        if not self.hold:
            for txid, tx in sorted(self.pool.items(), key=lambda item: item[1]["nonce"]):
                if tx["valid_until"] < self.height:
                    continue
                self.execute(txid, tx)
        self.pool = {i: t for i, t in self.pool.items() if i not in self.txs and t["valid_until"] > self.height}
        for c in self.commits.values():
            if c["status"] == "open" and self.height > self.at(c["epoch"], CHALLENGE + OPEN):
                c |= {"status": "absent", "decided": self.height, "slashed": "5"}

    def execute(self, txid, tx):
        self.nonce = max(self.nonce, tx["nonce"] + 1)
        code, message = "ok", ""
        if self.fail.get(tx["kind"]):
            code, message = self.fail[tx["kind"]].pop(0)
        elif tx["kind"] == "commit":
            code, message = self.commit(tx)
        else:
            code, message = self.open(tx)
        self.txs[txid] = {"status": "committed" if code == "ok" else "failed", "height": self.height, "code": code,
                          "message": message, "txid": txid}

    def commit(self, tx):
        id = commit_id(tx["task"], tx["provider"], tx["slot"])
        if id in self.commits:
            return "already_committed", "a commit is written once"
        if self.height > self.at(self.epoch, H0 + WINDOW):
            return "deadline_passed", "the window closed"
        self.commits[id] = {"id": id, "task": tx["task"].hex(), "slot": tx["slot"], "epoch": self.epoch, "root": tx["root"],
                            "ctx": self.ctx(self.epoch, tx["slot"], tx["task"]), "status": "open", "height": self.height,
                            "decided": None, "bad": [], "slashed": "0", "samples": SAMPLES, "order": None, "class": "c"}
        return "ok", ""

    def open(self, tx):
        c = self.commits[tx["commit"]]
        if c["status"] != "open":
            return "already_decided", "it has its verdict"
        c |= {"status": "passed", "decided": self.height, "opening": {"leaves": tx["leaves"], "siblings": tx["siblings"]},
              "seed": self.seed(c)}
        return "ok", ""

    def seed(self, c):
        return sha(b"seed", c["id"].encode()).hex()

    def ctx(self, epoch, slot, task):
        return sha(b"ctx", bytes([epoch, slot]), task).hex()

    def task_list(self):
        e = self.epoch
        for slot in self.slots:
            yield slot, sha(b"task", bytes([e])), None
            for order in self.leases:
                yield slot, sha(b"lease", bytes([e]), order.encode()), sha(order.encode()).hex()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        node = self.server
        answer = {"jsonrpc": "2.0", "id": request["id"]}
        with node.lock:
            if node.down > 0:
                node.down -= 1
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            try:
                answer["result"] = getattr(self, "rpc_" + request["method"])(node, request.get("params", {}))
            except Refused as refused:
                answer["error"] = {"code": -32003, "message": refused.args[1], "data": {"code": refused.args[0]}}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def rpc_status(self, node, _):
        node.block()
        return {"chain_id": node.chain_id, "height": node.height, "time": node.time(node.height), "epoch": node.epoch,
                "epochs_paid": node.epoch, "syncing": False, "denom": "ASY", "decimals": 6, "prefix": "assay"}

    def rpc_fees(self, node, _):
        return {"min_gas_price": "10", "per": 1000, "max_gas": "400000000"}

    def rpc_params(self, node, params):
        value = {"block.time_ms": BLOCK_MS, "work.window_ms": WINDOW * BLOCK_MS, "work.samples": SAMPLES}[params["pattern"]]
        return {"items": [{"path": params["pattern"], "value": str(value)}]}

    def rpc_genesis(self, node, _):
        return {"genesis": {"devnet": {"faucet": {"secret": "11" * 32}}} if node.devnet else {}, "hash": "aa" * 32}

    def rpc_account(self, node, params):
        waiting = [t["nonce"] for t in node.pool.values()]
        return {"address": params["address"], "nonce": node.nonce, "next_nonce": max([node.nonce - 1, *waiting]) + 1,
                "liquid": "1000000"}

    def rpc_classes(self, node, _):
        one = {"name": "c", "work": node.kind, "work_units": str(node.units), "opening_units": node.opening, "weight": "100"}
        return {"items": [one | node.params], "next_cursor": None, "height": node.height}

    def provider(self, node, address):
        return {"address": address, "access": node.access, "jailed": False, "stake": "100" if node.access else "40", "required": "100",
                "work_key": {"key": node.work_key, "next": None, "from_epoch": None, "fee_budget": "500000"},
                "devices": [{"slot": s, "class": "c", "active_from": 0} for s in node.slots]}

    def rpc_provider(self, node, params):
        return self.provider(node, params["address"])

    def rpc_providers(self, node, _):
        return {"items": [self.provider(node, "x")], "next_cursor": None, "height": node.height}

    def rpc_epoch(self, node, params):
        return {"epoch": params["epoch"], "split": {"availability": "4000000"}}

    def rpc_tasks(self, node, params):
        e, started = node.epoch, node.height >= node.at(node.epoch, H0)
        there = {(c["task"], c["slot"]) for c in node.commits.values()}
        return {"items": [{"task": task.hex(), "epoch": e, "slot": slot, "class": "c", "order": order,
                           "kind": "vram" if slot in node.kinds else node.kind,
                           "params": node.kinds[slot][0] if slot in node.kinds else node.params,
                           "params_hex": node.kinds[slot][1] if slot in node.kinds else node.params_hex, "ctx": node.ctx(e, slot, task) if started else None,
                           "h0": node.at(e, H0), "commit_by": node.time(node.at(e, H0 + WINDOW)) if started else None,
                           "committed": (task.hex(), slot) in there} for slot, task, order in node.task_list()],
                "samples": SAMPLES, "time": node.time(node.height), "height": node.height}

    def rpc_commits(self, node, params):
        return {"items": [c for c in node.commits.values() if c["epoch"] == params["epoch"]], "next_cursor": None,
                "height": node.height}

    def commit_of(self, node, params):
        if params["id"] not in node.commits:
            raise Refused("not_found", "no such commit")
        return node.commits[params["id"]]

    def rpc_commit(self, node, params):
        return self.commit_of(node, params)

    def rpc_opening(self, node, params):
        c = self.commit_of(node, params)
        drawn = node.height >= node.at(c["epoch"], CHALLENGE)
        left = node.at(c["epoch"], CHALLENGE + OPEN) - node.height
        return {"ready": drawn and left >= 0 and c["status"] == "open", "status": c["status"],
                "seed": node.seed(c) if drawn else None, "indices": None, "open_until_blocks": max(0, left) if drawn else None,
                "params_hex": node.params_hex, "ctx": c["ctx"], "root": c["root"], "samples": SAMPLES, "height": node.height}

    def rpc_explain(self, node, params):
        passed = sum(c["status"] == "passed" for c in node.commits.values() if c["epoch"] == params["epoch"])
        why = [] if node.access else [{"code": "stake_below_required", "have": "40", "need": "100", "fix": "assay stake 60"}]
        return {"paid": str(7 * passed), "slashed": "0", "verdict": f"{passed} passed", "why_not": why,
                "terms": [{"name": "availability", "value": str(7 * passed), "rule": "r"}]}

    def rpc_tx(self, node, params):
        id = params["txid"]
        if id in node.txs:
            return node.txs[id]
        if id in node.pool:
            return {"txid": id, "status": "pending", "height": None}
        raise Refused("not_found", "no such transaction")

    def rpc_broadcast_tx(self, node, params):
        raw = bytes.fromhex(params["tx"])
        tx = decode(raw)
        node.on_broadcast(tx)
        node.sent.append(tx)
        if tx["kind"] in node.refuse:
            raise Refused(*node.refuse[tx["kind"]])
        if tx["txid"] not in node.txs and tx["nonce"] < node.nonce:
            raise Refused("nonce_too_low", "the nonce was used")
        already = tx["txid"] in node.pool or tx["txid"] in node.txs
        if node.expire_next:
            node.expire_next = False
            node.txs[tx["txid"]] = {"txid": tx["txid"], "status": "expired", "height": None, "code": "expired", "message": ""}
        elif tx["txid"] not in node.txs:
            node.pool[tx["txid"]] = tx
        return {"txid": tx["txid"], "status": "pending", "height": None, "already": already}
