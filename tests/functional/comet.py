"""Networks of real CometBFT validators on loopback, for the functional tests.

    with Folder() as folder:
        net = Net(folder, 4).start()
        net.wait_for_height(10)
        net[2].kill()                      # assayd and, with it, its CometBFT
        net.check_equal(10)                # every height's app hash on every node
        net.stop()

CometBFT comes from scripts/get-cometbft.sh; tests that need it are skipped with a message where it is not there.
"""

import os
import pathlib
import queue
import shutil
import signal
import socket
import subprocess
import threading
import time
import unittest
import urllib.error
import urllib.request

import harness
from harness import Node, eventually, run_json

VERSIONS = ("v0.40.0", "v0.38.25")


def program(version=VERSIONS[0], name="cometbft"):
    path = harness.BIN.parent.parent / "cometbft" / version / "bin" / name
    return path if path.exists() else None


def needs_cometbft(version=VERSIONS[0]):
    """Skips where it is not there; called in setUpClass or a test."""
    if program(version) is None:
        raise unittest.SkipTest(f"SKIP_ no CometBFT {version} in build/cometbft: scripts/get-cometbft.sh {version}")


def get(url):
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode()


def consensus(node):
    return node.rpc("status")["consensus"]


def free_base(count=1):
    """A base port with 10 free ones for each node above it; taken ones are left alone."""
    start = 20000 + (os.getpid() * 101) % 20000
    for base in range(start, start + 20000, 50):
        try:
            for port in range(base, base + 10 * count):
                with socket.socket() as s:
                    s.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
    raise AssertionError("no free ports")


class CometNode(Node):
    """assayd with its CometBFT; SIGKILL takes both, as a machine that loses power does."""

    def __init__(self, home, version=VERSIONS[0], settings=(), **more):
        self.version = version
        self.settings = list(settings)
        super().__init__(home, **more)

    def command(self, *more, listen=None, block_time=None):
        out = [harness.program("assayd"), "start", "--home", str(self.home), "--requests-per-second", "1000000",
               "--connections-per-address", "1000", "--engine", "cometbft", "--cometbft", str(program(self.version)),
               *self.settings, "--json"]
        if listen:
            out += ["--listen", listen]
        return out + (["--block-time", block_time] if block_time else []) + list(more)

    def start(self, *more, **options):
        super().start(*more, **options)
        return self

    def comet_pid(self):
        """The child of assayd that runs CometBFT; None while there is none."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/children")
        pids = [int(p) for path in children for p in path.read_text().split()]
        for pid in pids:
            try:
                if "cometbft" in pathlib.Path(f"/proc/{pid}/cmdline").read_text():
                    return pid
            except OSError:
                continue
        return None

    def kill(self):
        """Both at the same instant."""
        pid = self.comet_pid() if self.process is not None and self.process.poll() is None else None
        if self.process is not None:
            self.process.kill()
        if pid:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        return self.ended()

    def kill_comet(self):
        pid = self.comet_pid()
        if pid:
            os.kill(pid, signal.SIGKILL)
        return pid

    def stopped(self, on=True):
        """SIGSTOP or SIGCONT to both."""
        for pid in (self.process.pid, self.comet_pid()):
            if pid:
                os.kill(pid, signal.SIGSTOP if on else signal.SIGCONT)

    def node_id(self):
        done = subprocess.run([program(self.version), "show-node-id", "--home", str(self.home / "cometbft")],
                              capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def try_height(self):
        try:
            return self.height()
        except (OSError, harness.RpcError, ValueError):
            return 0

    def wait_for_height(self, height, longest=60):
        try:
            eventually(lambda: self.try_height() >= height, longest, f"height {height}")
        except AssertionError as e:
            raise AssertionError(f"{e}; at {self.try_height()}\n{self.tail(40)}") from None


class Net:
    """`assayd testnet N`, and what tests do to it."""

    def __init__(self, folder, count, version=VERSIONS[0], block_time="200ms", more=(), settings=()):
        self.base = free_base(count + 2)
        made = run_json("assayd", "testnet", count, "--out", folder / "net", "--base-port", self.base, "--block-time", block_time,
                        *more)
        self.nodes = [CometNode(n["home"], version, settings) for n in made["nodes"]]
        self.folder = folder
        self.slow = []

    def twin(self, i):
        """A copy of a home that does not run, with the same keys, as another node on ports of its own."""
        home = self.folder / f"twin{i}"
        shutil.copytree(self.nodes[i].home, home, ignore=shutil.ignore_patterns("*.sock"))
        for key in (home / "keys" / "node.json", home / "cometbft" / "config" / "node_key.json"):
            key.unlink(missing_ok=True)
        base = self.base + 10 * len(self.nodes)
        ports = {"--metrics": 1, "--p2p": 3, "--cometbft-metrics": 4}
        node = CometNode(home, self.nodes[i].version,
                         [word for flag, at in ports.items() for word in (flag, f"127.0.0.1:{base + at}")]
                         + ["--listen", f"127.0.0.1:{base}"])
        self.nodes.append(node)
        return node

    def far_apart(self, delay):
        """Every byte between two nodes takes so long, each way; to be called before they start."""
        self.slow = [Slow(self.base + 10 * i + 3, delay) for i in range(len(self.nodes))]
        ids = [run_json("assayd", "id", "--home", n.home)["node_id"] for n in self.nodes]
        for i, node in enumerate(self.nodes):
            peers = [f"{ids[k]}@127.0.0.1:{self.slow[k].port}" for k in range(len(ids)) if k != i]
            node.settings += ["--peers", ",".join(peers), "--pex", "0"]
        return self

    def __getitem__(self, i):
        return self.nodes[i]

    def __iter__(self):
        return iter(self.nodes)

    def start(self, which=None):
        for node in self.nodes if which is None else [self.nodes[i] for i in which]:
            node.start()
        return self

    def live(self):
        return [n for n in self.nodes if n.process is not None]

    def wait_for_height(self, height, longest=90, of=None):
        for node in of or self.live():
            node.wait_for_height(height, longest)

    def check_equal(self, up_to, of=None):
        """The app hash of every height is the same on every node."""
        nodes = of or self.live()
        first = nodes[0].hashes(1, up_to)
        assert len(first) == up_to, (len(first), up_to)
        for node in nodes[1:]:
            other = node.hashes(1, up_to)
            assert other == first, {h: (first[h], other.get(h)) for h in first if first[h] != other.get(h)}
        return first

    def advances(self, by=3, longest=60, of=None):
        """The chain goes on from where it is."""
        nodes = of or self.live()
        at = max(n.try_height() for n in nodes)
        self.wait_for_height(at + by, longest, nodes)
        return at + by

    def stop(self):
        for node in self.live():
            node.process.send_signal(signal.SIGTERM)
        for node in self.live():
            node.ended()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for node in self.live():
            try:
                node.stopped(False)
            except (OSError, ProcessLookupError):
                pass
            node.kill()
        for slow in self.slow:
            slow.close()


class Slow:
    """A port that passes everything on to another, each byte so many seconds late: a network that is far away."""

    def __init__(self, target, delay):
        self.target, self.delay = target, delay
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.sockets = [self.listener]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            self.sockets += [near, far]
            for a, b in ((near, far), (far, near)):
                late = queue.Queue()
                threading.Thread(target=self._read, args=(a, late), daemon=True).start()
                threading.Thread(target=self._write, args=(b, late), daemon=True).start()

    def _read(self, source, late):
        while True:
            try:
                data = source.recv(65536)
            except OSError:
                data = b""
            late.put((time.monotonic() + self.delay, data))
            if not data:
                return

    def _write(self, target, late):
        while True:
            at, data = late.get()
            time.sleep(max(0, at - time.monotonic()))
            try:
                if not data:
                    target.shutdown(socket.SHUT_RDWR)
                    return
                target.sendall(data)
            except OSError:
                return

    def close(self):
        for s in self.sockets:
            s.close()
