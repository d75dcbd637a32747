#!/usr/bin/env python3
"""Committed transfers per second through one CometBFT node: Assay's state machine over CometBFT's own built-in kvstore.

    bench/cometbft.py [--bin build/release/bin] [--rate 1000] [--seconds 20] [--version v0.40.0]

Both get transactions of the same size at the same rate through CometBFT's RPC, one after the other in one run, with the
same settings of consensus. Counted is what stands in blocks, read back block by block; latency is from the instant of
sending to that at which this script sees the block. Every one of Assay's is checked: all committed with code 0, and the
supply adds up. Prints one JSON object; exit 1 where something is wrong.
"""
import argparse
import base64
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
BLOCK_MS = 200


class Comet:
    """CometBFT's JSON-RPC over its Unix socket, one kept connection."""

    def __init__(self, path):
        self.path = str(path)
        self.connection = None

    def __call__(self, method, **params):
        return self.many([(method, params)])[0]

    def many(self, calls):
        body = json.dumps([{"jsonrpc": "2.0", "id": i, "method": m, "params": p} for i, (m, p) in enumerate(calls)])
        for attempt in (0, 1):
            if self.connection is None:
                self.connection = http.client.HTTPConnection("localhost")
                self.connection.sock = socket.socket(socket.AF_UNIX)
                self.connection.sock.connect(self.path)
            try:
                self.connection.request("POST", "/", body, {"Content-Type": "application/json"})
                answers = json.loads(self.connection.getresponse().read())
                break
            except (OSError, http.client.HTTPException):
                self.connection = None
                if attempt:
                    raise
        answers = answers if isinstance(answers, list) else [answers]
        return [a["result"] if "result" in a else {"error": a["error"]} for a in sorted(answers, key=lambda a: a["id"])]


def until(what, condition, longest=60):
    end = time.monotonic() + longest
    while time.monotonic() < end:
        try:
            out = condition()
            if out:
                return out
        except (OSError, KeyError, http.client.HTTPException, ValueError):
            pass
        time.sleep(0.05)
    sys.exit(f"{what} did not come within {longest} s")


def drive(socket_path, txs, rate):
    """Sends at the rate; returns committed a second, latencies in s, and each block's transactions."""
    rpc = Comet(socket_path)
    until("the first block", lambda: int(rpc("status")["sync_info"]["latest_block_height"]) >= 2)
    sent, seen = {}, {}
    first = int(rpc("status")["sync_info"]["latest_block_height"])
    done = threading.Event()

    def watch():
        mine = Comet(socket_path)
        height = first
        while not done.is_set() or height < int(mine("status")["sync_info"]["latest_block_height"]):
            last = int(mine("status")["sync_info"]["latest_block_height"])
            now = time.monotonic()
            for h in range(height + 1, last + 1):
                for tx in mine("block", height=str(h))["block"]["data"]["txs"] or []:
                    seen.setdefault(tx, now)
            height = last
            if len(seen) >= len(sent) and done.is_set() and all(t in seen for t in sent):
                return
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.monotonic()
    batch = 10
    for i in range(0, len(txs), batch):
        at = began + i / rate
        if (wait := at - time.monotonic()) > 0:
            time.sleep(wait)
        now = time.monotonic()
        for tx in txs[i:i + batch]:
            sent[tx] = now
        rpc.many([("broadcast_tx_async", {"tx": tx}) for tx in txs[i:i + batch]])
    end = time.monotonic() + 60
    while time.monotonic() < end and not all(t in seen for t in sent):
        time.sleep(0.05)
    done.set()
    watcher.join()
    committed = [t for t in sent if t in seen]
    if not committed:
        sys.exit("nothing was committed")
    span = max(seen[t] for t in committed) - began
    return len(committed) / span, sorted(seen[t] - sent[t] for t in committed), len(committed)


def settings(home, port):
    """What assayd writes for its own CometBFT, for the kvstore's too."""
    path = home / "config" / "config.toml"
    text = path.read_text()
    changes = {"proxy_app": '"kvstore"', "timeout_commit": f'"{BLOCK_MS}ms"', "indexer": '"null"', "pex": "false"}
    section = ""
    out = []
    for line in text.splitlines():
        name = line.split("=")[0].strip()
        if line.startswith("["):
            section = line.strip("[]")
        if name in changes:
            line = f"{name} = {changes[name]}"
        if name == "laddr":
            line = f'laddr = "unix://{home}/rpc.sock"' if section == "rpc" else f'laddr = "tcp://127.0.0.1:{port}"'
        out.append(line)
    path.write_text("\n".join(out) + "\n")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def kvstore(cometbft, folder, count, size, rate):
    home = folder / "kv"
    subprocess.run([cometbft, "init", "--home", home], check=True, stdout=subprocess.DEVNULL)
    settings(home, free_port())
    node = subprocess.Popen([cometbft, "start", "--home", home], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        txs = []
        for i in range(count):
            key = f"k{i}="
            txs.append(base64.b64encode((key + "v" * (size - len(key))).encode()).decode())
        return drive(home / "rpc.sock", txs, rate)
    finally:
        node.send_signal(signal.SIGTERM)
        node.wait(20)


def assay(cometbft, bin_, folder, accounts, txs, rate):
    genesis = folder / "genesis.json"
    subprocess.run([bin_ / "assayd", "genesis", "new", genesis, "--network", "devnet"], check=True, stdout=subprocess.DEVNULL)
    g = json.loads(genesis.read_text())
    g["chain_id"] = "assay-bench-1"
    g["accounts"][0]["amount"] = "45000000 ASY"  # what is left of the faucet's goes to those who pay
    g["accounts"] += [{"address": a, "amount": str(10**9)} for a in accounts]
    genesis.write_text(json.dumps(g))
    home = folder / "home"
    subprocess.run([bin_ / "assayd", "init", "--home", home, "--network", genesis, "--beacon-length", "100000"], check=True,
                   stdout=subprocess.DEVNULL)
    node = subprocess.Popen([bin_ / "assayd", "start", "--home", home, "--engine", "cometbft", "--cometbft", cometbft,
                             "--listen", "127.0.0.1:0", "--metrics", "", "--cometbft-metrics", "", "--block-time",
                             f"{BLOCK_MS}ms", "--p2p", f"127.0.0.1:{free_port()}", "--log-level", "warn", "--json"],
                            stdout=subprocess.PIPE, text=True)
    try:
        line = node.stdout.readline()
        if not line or "error" in json.loads(line):
            sys.exit(f"assayd did not start: {line}")
        out = drive(home / "cometbft" / "rpc.sock", txs, rate)
        supply = json.loads(subprocess.run([bin_ / "assayd", "supply", "--home", home, "--json"], check=True, capture_output=True,
                                           text=True).stdout)
        if supply["adds_up"] is not True:
            sys.exit("the supply does not add up")
        return out
    finally:
        node.send_signal(signal.SIGTERM)
        node.wait(30)


def row(result):
    rate, latencies, committed = result
    return {"committed": committed, "per_second": round(rate, 1), "latency_p50_ms": round(1000 * statistics.median(latencies)),
            "latency_p95_ms": round(1000 * latencies[int(0.95 * (len(latencies) - 1))])}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build" / "release" / "bin")
    parser.add_argument("--version", default="v0.40.0")
    parser.add_argument("--rate", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=20)
    args = parser.parse_args()
    bin_ = args.bin.resolve()
    cometbft = bin_.parent.parent / "cometbft" / args.version / "bin" / "cometbft"
    if not cometbft.exists():
        sys.exit(f"{cometbft} is not there: scripts/get-cometbft.sh {args.version}")
    count = args.rate * args.seconds
    made = subprocess.run([bin_.parent / "bench" / "bench_transfers", "--transfers", str(count), "--accounts", "1000"],
                          check=True, capture_output=True, text=True).stdout.splitlines()
    head, txs = json.loads(made[0]), made[1:]
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as name:
        folder = pathlib.Path(name)
        base = row(kvstore(cometbft, folder, count, head["bytes"], args.rate))
        ours = row(assay(cometbft, bin_, folder, head["accounts"], txs, args.rate))
    if ours["committed"] != count:
        sys.exit(f"{ours['committed']} of {count} transfers were committed")
    print(json.dumps({"rate": args.rate, "bytes": head["bytes"], "kvstore": base, "assay": ours,
                      "ratio": round(ours["per_second"] / base["per_second"], 3)}))


if __name__ == "__main__":
    main()
