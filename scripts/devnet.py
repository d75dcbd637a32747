"""A devnet of one's own for a demo: its node, its wallet, programs in the background, and nothing left of them in the end.

    class Demo(Devnet):
        STEPS = ["init", "start"]
        def run(self):
            self.step("init", "a new devnet")
            self.init_node()
            self.step("start", "the node starts")
            self.start_node()
        def value(self): return {"height": self.assay("status")["height"]}      # with --json
        def show(self): print(self.assay("status"))
    sys.exit(Demo(parse(description)).play())

Every claim of a demo goes through `check`: the first that does not hold ends it with exit code 1, its step and its reason.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from demo_screen import Money, Screen

PRICE = "1.02"    # USD per token, as the validator reports it


class Failed(Exception):
    def __init__(self, step, why, log=None):
        super().__init__(why)
        self.step, self.why, self.log = step, why, log


class Interrupted(Exception):
    pass


def on_signal(number, _frame):
    raise Interrupted(number)


class Devnet:
    STEPS = []     # as the progress counts them
    MAY_END = ()   # programs in the background that may end by themselves

    def __init__(self, arguments):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, on_signal)
        self.bin = pathlib.Path(arguments.bin).resolve()
        self.json, self.keep = arguments.json, arguments.keep
        self.screen = Screen(self.STEPS, arguments.json)
        self.began = time.monotonic()
        self.deadline = self.began + arguments.longest
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="assay-demo-"))
        self.node_home, self.wallet_home = self.folder / "node", self.folder / "wallet"
        self.password = self.folder / "password"
        self.password.write_text("a devnet's password\n")
        self.password.chmod(0o600)
        self.step_name = "init"
        self.validators = arguments.validators
        self.node = None
        self.others = []  # further validators, where there are any
        self.listen = "127.0.0.1:0"
        self.url = ""
        self.workers = {}
        self.priced = threading.Event()  # prices are not needed any more
        self.reporter = threading.Thread(target=self.report_prices, daemon=True)
        # None of the caller's own settings: a demo must not touch the node or wallet of whoever runs it.
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("ASSAY")}

    # ------------------------------------------------------------ running programs

    def step(self, name, text):
        self.step_name = name
        self.screen.step(name, text)

    def fail(self, why, log=None):
        raise Failed(self.step_name, why, log)

    def check(self, holds, why, log=None):
        if not holds:
            self.fail(why, log)

    def command(self, name, *arguments, allowed=(0,), timeout=60, given=None):
        """Runs a program with --json and returns its one value."""
        line = [str(self.bin / name), *map(str, arguments), "--json"]
        typed = " ".join([name, *map(str, arguments)])
        try:
            done = subprocess.run(line, capture_output=True, text=True, timeout=timeout, env=self.environment, input=given)
        except FileNotFoundError:
            self.fail(f"there is no program {self.bin / name}; scripts/build.sh --programs builds it")
        except subprocess.TimeoutExpired:
            self.fail(f"no answer within {timeout} s: {typed}", self.log("node"))
        try:
            value = json.loads(done.stdout)
        except ValueError:
            value = {"error": {"code": "no_json", "message": (done.stdout + done.stderr).strip()[-400:] or "no output"}}
        if done.returncode not in allowed:
            error = value.get("error", {}) if isinstance(value, dict) else {}
            self.fail(f"{typed}\n  exit {done.returncode}, {error.get('code', '?')}: {error.get('message', '')}", self.log("node"))
        return value

    def assay(self, *arguments, **more):
        return self.command("assay", *arguments, "--node", self.url, "--home", self.wallet_home,
                            "--password-file", self.password, **more)

    def change(self, *arguments, **more):
        """A wallet command that changes the chain's state, and is done when its block is there."""
        return self.assay(*arguments, "-y", **more)

    def log(self, name):
        return self.folder / f"{name}.log"

    def background(self, name, line, wait_for_line):
        """Starts a program that stays; its output goes to NAME.log, its first line on stdout is returned if wanted."""
        with open(self.log(name), "ab") as log:
            # A session of its own: Ctrl-C reaches this script alone, which then ends the others in order.
            process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE if wait_for_line else log,
                                       stderr=log, env=self.environment, start_new_session=True)
        if not wait_for_line:
            return process, None
        first = process.stdout.readline().decode()
        process.stdout.close()
        return process, first

    def until(self, condition, what, log=None, pause=0.2):
        while True:
            value = condition()
            if value:
                self.screen.clear()
                return value
            for name, worker in self.workers.items():
                if worker.poll() is not None and name not in self.MAY_END:
                    self.fail(f"the prover of {name} ended with {worker.returncode}", self.log(name))
            if self.node is not None and self.node.poll() is not None:
                self.fail(f"the node ended with {self.node.returncode}", self.log("node"))
            if time.monotonic() > self.deadline:
                self.fail(f"{what} did not come in time", log or self.log("node"))
            time.sleep(pause)

    # ------------------------------------------------------------ the node and its people

    def init_node(self):
        if self.validators > 1:
            made = self.command("assayd", "testnet", str(self.validators), "--out", self.folder / "net", "--base-port",
                                str(free_base(10 * self.validators)))
            self.homes = [pathlib.Path(n["home"]) for n in made["nodes"]]
            self.node_home = self.homes[0]
            self.chain_id = json.loads((self.node_home / "genesis.json").read_text())["chain_id"]
            return
        self.chain_id = self.command("assayd", "init", "--home", self.node_home, "--network", "devnet")["chain_id"]

    def start_node(self):
        """Starts it, or starts it again on what is on the disk; what it says once it is ready."""
        line = [str(self.bin / "assayd"), "start", "--home", str(self.node_home), "--requests-per-second", "1000",
                "--connections-per-address", "200", "--json"]
        if self.validators == 1:  # else its ports are in its configuration, where the other validators know them
            line += ["--listen", self.listen, "--metrics", "127.0.0.1:0"]
        elif not self.others:
            for home in self.homes[1:]:
                process, _ = self.background(home.name, line[:3] + [str(home)] + line[4:], True)
                self.others.append(process)
        self.node, first = self.background("node", line, True)
        try:
            ready = json.loads(first)
        except ValueError:
            ready = {}
        if "url" not in ready:
            error = ready.get("error", {})
            self.fail(f"assayd start: {error.get('code', 'no answer')}: {error.get('message', '')}", self.log("node"))
        self.url = ready["url"]
        self.listen = self.url.removeprefix("http://")
        return ready

    def new_keys(self, *names):
        """Keys of these names, and the validator's, which a devnet publishes."""
        for name in names:
            self.assay("key", "new", name, "--kdf-light")
        if self.validators == 1:
            self.assay("key", "import", "validator", "--devnet-validator", "--kdf-light")
        for i in range(self.validators if self.validators > 1 else 0):
            # Published, as all keys of a testnet: the hash of words.
            secret = hashlib.sha256(f"assay testnet validator {i}".encode()).hexdigest()
            self.assay("key", "import", self.reporters()[i], "--secret-stdin", "--kdf-light", given=secret + "\n")
        if self.validators > 1:
            self.until(lambda: self.assay("status")["height"] > 0, "the first block of the network", self.log("node"))
        status = self.assay("status")
        self.money = Money(status["decimals"], status["denom"])

    def faucet(self, amounts):
        """{name: tokens}"""
        self.all_of(lambda name: self.change("faucet", name, "--amount", amounts[name]), amounts)

    def all_of(self, task, names):
        """The same for several people at once; the first failure counts."""
        with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
            for done in [pool.submit(task, name) for name in names]:
                done.result()

    def provide(self, name, device_class):
        """Registers a provider, with one device and the stake that it needs."""
        need = self.assay("provider", "requirement", "--class", device_class, "--devices", "1")["required"]
        self.change("provider", "register", "--from", name, "--endpoint", f"https://{name}.example")
        self.change("provider", "device", "add", "--class", device_class, "--slot", "0", "--from", name)
        self.change("stake", self.money.show(need).replace(",", ""), "--from", name)

    def report_prices(self):
        """What burns and settlements wait for: a price in every round, as a validator's machine reports it."""
        while not self.priced.wait(0.3):
            for name in self.reporters():
                self.change("validator", "report-price", PRICE, "--from", name, allowed=(0, 1, 3, 5))
                if self.priced.is_set():
                    return

    def reporters(self):
        """Names of the validators' operators."""
        return ["validator"] if self.validators == 1 else [f"validator{i}" for i in range(self.validators)]

    def buy_credits(self, name, tokens):
        """Burns, and waits for the price round that turns the burn into credits."""
        self.change("burn", tokens, "--from", name)
        self.until(lambda: int(self.assay("balance", name)["credits"]) > 0, "the credits of the burn")
        return int(self.assay("balance", name)["credits"])

    def check_supply(self, s):
        """`supply` as the node told it: both sums to the base unit."""
        genesis, minted, burned, supply = (int(s[n]) for n in ("genesis", "minted", "burned", "supply"))
        buckets = sum(int(v) for v in s["buckets"].values())
        self.check(genesis + minted - burned == supply, f"genesis {genesis} + minted {minted} - burned {burned} is not supply {supply}")
        self.check(buckets == supply, f"the buckets hold {buckets} base units, supply is {supply}")
        self.check(s["adds_up"] is True, "the node itself says that the books do not add up")

    # ------------------------------------------------------------ the end

    def end_reports(self):
        self.priced.set()
        if self.reporter.is_alive():
            self.reporter.join(10)

    def stop_workers(self):
        for worker in self.workers.values():
            if worker.poll() is None:
                worker.terminate()
        for worker in self.workers.values():
            self.gone(worker, 10)
        self.workers = {}

    @staticmethod
    def gone(process, longest):
        try:
            process.wait(longest)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def clean_up(self, keep):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        self.end_reports()
        self.stop_workers()
        if keep:
            return
        if self.node is not None and self.node.poll() is None:
            self.node.terminate()
            self.gone(self.node, 15)
        for process in self.others:
            process.terminate()
        for process in self.others:
            self.gone(process, 15)
        shutil.rmtree(self.folder, ignore_errors=True)

    def play(self):
        """Runs it, prints the result and ends everything; the exit code."""
        keep = False
        try:
            self.run()
            self.screen.clear()
            if self.json:
                print(json.dumps(self.value()))
            else:
                self.show()
            keep = self.keep
            if keep:
                self.how_to_look()
            return 0
        except Failed as e:
            self.screen.clear()
            text = tail(e.log) if e.log else ""
            if text:
                print(f"--- the end of {e.log.name}\n{text}\n---", file=sys.stderr)
            print(f"demo failed at '{e.step}': {e.why}", file=sys.stderr)
            if self.json:
                print(json.dumps({"error": {"code": "demo_failed", "message": f"{e.step}: {e.why}",
                                            "hint": "the end of the log is on stderr"}}))
            return 1
        except Interrupted as e:
            self.screen.clear()
            print("interrupted; everything that was started is ended", file=sys.stderr)
            return 130 if e.args[0] == signal.SIGINT else 128 + e.args[0]
        finally:
            self.clean_up(keep)


def free_base(count):
    """So many free ports in a row."""
    for base in range(21000 + os.getpid() % 200 * 100, 60000, 100):
        try:
            for port in range(base, base + count):
                with socket.socket() as s:
                    s.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
    raise Failed("init", "no free ports")


def tail(path, lines=20):
    try:
        text = path.read_text(errors="replace")
    except OSError:
        return ""
    return re.sub(r"\033\[[0-9;]*m", "", "\n".join(text.splitlines()[-lines:]))


def parse(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--bin", default="build/release/bin", help="folder of assayd, assay, assay-prover and assay-sim")
    parser.add_argument("--json", action="store_true", help="one JSON value on stdout")
    parser.add_argument("--keep", action="store_true", help="leave the node running")
    parser.add_argument("--validators", type=int, default=1, help="2 and more: a network of CometBFT on this machine")
    parser.add_argument("--longest", type=float, default=150, help="seconds after which a step that waits has failed")
    return parser.parse_args()
