#!/usr/bin/env python3
"""What scripts/demo.sh runs after the build: the economy end to end, by the commands that a person would type.

    scripts/demo.py --bin build/release/bin [--json] [--keep] [--longest SECONDS]

Only Python's standard library; what people see is in demo_screen.py. Progress goes to stderr, the result to stdout.
Exit 0: every claim was checked and holds. Exit 1: one does not, or a step failed; the reason and the end of the log are printed.
Exit 130: interrupted.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True  # nothing is left behind, beside the scripts neither
from demo_screen import Money, Screen, how_to_look, show

EPOCHS = 3        # that the buyer receives work in
UNITS = EPOCHS    # a lease does one unit of work an epoch
FAULT = "skip=0.2"
BURN = "30"       # tokens
MAX_PRICE, HONEST_BID, CHEAT_BID = "5", "4", "4.5"  # USD per unit
PRICE = "1.02"    # USD per token, as the validator reports it
STEPS = ["init", "start", "keys", "fund", "stake", "work", "order", "epochs", "kill", "verify", "outlook"]


class Failed(Exception):
    def __init__(self, step, why, log=None):
        super().__init__(why)
        self.step, self.why, self.log = step, why, log


class Interrupted(Exception):
    pass


def on_signal(number, _frame):
    raise Interrupted(number)


# ---------------------------------------------------------------- the demo

class Demo:
    def __init__(self, arguments):
        self.bin = pathlib.Path(arguments.bin).resolve()
        self.json, self.keep = arguments.json, arguments.keep
        self.screen = Screen(STEPS, arguments.json)
        self.began = time.monotonic()
        self.deadline = self.began + arguments.longest
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="assay-demo-"))
        self.node_home, self.wallet_home = self.folder / "node", self.folder / "wallet"
        self.password = self.folder / "password"
        self.password.write_text("a devnet's password\n")
        self.password.chmod(0o600)
        self.step_name = "init"
        self.node = None
        self.listen = "127.0.0.1:0"
        self.url = ""
        self.workers = {}
        self.priced = threading.Event()  # prices are not needed any more
        self.reporter = threading.Thread(target=self.report_prices, daemon=True)
        self.seen = {}  # height -> app hash, as the node showed it before it was killed
        # None of the caller's own settings: the demo must not touch the node or wallet of whoever runs it.
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

    def command(self, name, *arguments, allowed=(0,), timeout=60):
        """Runs a program with --json and returns its one value."""
        line = [str(self.bin / name), *map(str, arguments), "--json"]
        typed = " ".join([name, *map(str, arguments)])
        try:
            done = subprocess.run(line, capture_output=True, text=True, timeout=timeout, env=self.environment)
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
                if worker.poll() is not None and name != self.may_end:
                    self.fail(f"the prover of {name} ended with {worker.returncode}", self.log(name))
            if self.node is not None and self.node.poll() is not None:
                self.fail(f"the node ended with {self.node.returncode}", self.log("node"))
            if time.monotonic() > self.deadline:
                self.fail(f"{what} did not come in time", log or self.log("node"))
            time.sleep(pause)

    may_end = "cheat"  # a prover that was jailed has nothing left to do

    # ------------------------------------------------------------ the steps

    def init(self):
        self.step("init", "a new devnet in a temporary folder")
        made = self.command("assayd", "init", "--home", self.node_home, "--network", "devnet")
        self.chain_id = made["chain_id"]

    def start(self, text):
        self.step("start" if not self.url else "kill", text)
        line = [str(self.bin / "assayd"), "start", "--home", str(self.node_home), "--listen", self.listen,
                "--metrics", "127.0.0.1:0", "--requests-per-second", "1000", "--connections-per-address", "200", "--json"]
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

    def keys(self):
        self.step("keys", "keys for two providers, a buyer and the validator")
        for name in ("honest", "cheat", "buyer"):
            self.assay("key", "new", name, "--kdf-light")
        self.assay("key", "import", "validator", "--devnet-validator", "--kdf-light")
        self.device, self.device_name = self.find_device()
        self.honest_class = "gpu-small" if self.device != "cpu" else "cpu-small"
        status = self.assay("status")
        self.money = Money(status["decimals"], status["denom"])

    def find_device(self):
        """A card that passes the self-test, else the CPU."""
        for device in self.command("assay-prover", "devices")["items"]:
            name = device["device"]
            if name.startswith("cuda") and device["usable"]:
                tested = self.command("assay-prover", "selftest", "--device", name, allowed=(0, 1, 4))
                if tested.get("passed") is True:
                    return name, str(device["name"])
        self.command("assay-prover", "selftest", "--device", "cpu")
        return "cpu", "CPU"

    def fund(self):
        self.step("fund", "tokens from the devnet's faucet")
        amounts = {"honest": "1000", "cheat": "500", "buyer": "200"}
        self.all_of(lambda name: self.change("faucet", name, "--amount", amounts[name]), amounts)

    def all_of(self, task, names):
        """The same for several people at once; the first failure counts."""
        with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
            for done in [pool.submit(task, name) for name in names]:
                done.result()

    def provide(self, name):
        device_class = self.honest_class if name == "honest" else "cpu-small"
        need = self.assay("provider", "requirement", "--class", device_class, "--devices", "1")["required"]
        self.change("provider", "register", "--from", name, "--endpoint", f"https://{name}.example")
        self.change("provider", "device", "add", "--class", device_class, "--slot", "0", "--from", name)
        self.change("stake", self.money.show(need).replace(",", ""), "--from", name)

    def report_prices(self):
        """What burns and settlements wait for: a price in every round, as a validator's machine reports it."""
        while not self.priced.wait(0.3):
            self.change("validator", "report-price", PRICE, "--from", "validator", allowed=(0, 1, 3, 5))

    def buy(self):
        """Burns, waits for the price round that turns the burn into credits, orders."""
        self.reporter.start()
        self.change("burn", BURN, "--from", "buyer")
        self.until(lambda: int(self.assay("balance", "buyer")["credits"]) > 0, "the credits of the burn")
        self.bought = int(self.assay("balance", "buyer")["credits"])
        self.order = self.change("order", "create", "--class", self.honest_class, "--units", UNITS, "--max-price", MAX_PRICE,
                                 "--expires", "1h", "--from", "buyer")["order"]

    def stake(self):
        self.step("stake", "the providers register, declare a device and stake; the buyer burns and orders")
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            for done in [pool.submit(self.provide, "honest"), pool.submit(self.provide, "cheat"), pool.submit(self.buy)]:
                done.result()

    def work(self):
        self.step("work", f"the provers start: honest on {self.device_name}, cheat with --fault {FAULT}")
        for name in ("honest", "cheat"):
            line = [str(self.bin / "assay-prover"), "run", "--from", str(self.wallet_home / "keys" / f"{name}.json"),
                    "--node", self.url, "--home", str(self.folder / f"prover-{name}"), "--password-file", str(self.password),
                    "--device", self.device if name == "honest" else "cpu"]
            if name == "cheat":
                line += ["--fault", FAULT]
            self.workers[name], _ = self.background(name, line, False)

    def bids(self):
        self.step("order", f"bids for {UNITS} units of {self.honest_class}: the lowest price gets the lease")
        self.change("bid", "place", self.order, "--slot", "0", "--price", HONEST_BID, "--from", "honest")
        if self.honest_class == "cpu-small":
            # On a slow machine it may have been caught already: then it has no bid left to place.
            self.change("bid", "place", self.order, "--slot", "0", "--price", CHEAT_BID, "--from", "cheat", allowed=(0, 1))
        order = self.until(lambda: self.order_if(lambda o: o["status"] != "open"), "the match of the order")
        self.check(order["status"] == "leased", f"the order is {order['status']}, not leased")
        honest = self.assay("key", "show", "honest")["address"]
        self.check(order["lease"]["provider"] == honest, "the lowest bid did not get the lease")

    def order_if(self, condition):
        order = self.assay("order", "show", self.order)
        return order if condition(order) else None

    def watch(self):
        """Looks at the chain: every height's app hash is written down, to be compared after the kill."""
        status = self.assay("status")
        self.seen[status["height"]] = status["app_hash"]
        return status

    def epochs(self):
        self.step("epochs", f"{EPOCHS} epochs: commit, challenge, opening, verdict, and only then the mint")
        state = {}

        def done():
            status = self.watch()
            order = self.assay("order", "show", self.order)
            cheat = self.assay("provider", "show", "cheat")
            state.update(order=order, cheat=cheat)
            self.screen.now(f"block {status['height']}, epoch {status['epoch']}: {order['units_done']} of {UNITS} units done, "
                            f"cheat failed {cheat['failed']} times")
            return order["units_done"] >= UNITS and cheat["failed"] > 0 and status["epoch"]

        last = self.until(done, "the work of the order, or the cheater's verdict", self.log("honest"))
        # The epoch that the last unit fell into must close: then it is paid.
        self.until(lambda: self.watch()["epoch"] > last, "the end of the epoch")
        # One round later what the buyer consumed is settled.
        self.until(lambda: self.watch() and self.assay("supply")["credits"]["queued"] == "0", "the settlement of the order")
        self.end_reports()
        self.buyer_order = state["order"]

    def kill(self):
        self.step("kill", "kill -9, and a new start on what is on the disk")
        status = self.watch()
        self.height, self.hash_before = status["height"], status["app_hash"]
        self.node.send_signal(signal.SIGKILL)
        self.node.wait()
        began = time.monotonic()
        ready = self.start("the node again")
        self.back_after = time.monotonic() - began
        self.back_at = ready["height"]
        self.check(self.back_at >= self.height, f"height {self.height} had been shown before the kill, and the node came "
                                                f"back at {self.back_at}", self.log("node"))
        self.until(lambda: self.assay("status")["height"] > max(self.seen), "the next block after the restart")
        after = {h: self.assay("block", h + 1)["header"]["last_app_hash"] for h in self.seen}
        for height, app_hash in sorted(self.seen.items()):
            self.check(after[height] == app_hash, f"app hash of height {height}: {app_hash} before the kill, {after[height]} after")
        self.hash_after = after[self.height]
        self.stop_workers()

    def verify(self):
        self.step("verify", "assayd verify: every block again from genesis, in a store of its own")
        self.report = self.command("assayd", "verify", "--home", self.node_home, timeout=120)
        self.check(self.report.get("ok") is True, "assayd verify did not say ok")
        self.check(self.report["blocks"] >= self.height, f"verify saw {self.report['blocks']} blocks, {self.height} were there")

    def outlook(self):
        self.step("outlook", "ten years of the emission schedule, by the code that settles")
        self.years = self.command("assay-sim", "schedule", "devnet", "--every", "year", "--periods", "10", "--format", "json")

    # ------------------------------------------------------------ the claims

    def collect(self):
        self.step_name = "result"
        # Of one height: the books and the epochs are asked for until no block came between.
        while True:
            self.supply = self.assay("supply")
            last = self.assay("status")["epoch"]
            self.table = self.assay("epochs", 0, last)
            if self.table["height"] == self.supply["height"]:
                break
        self.providers = {name: self.assay("provider", "show", name) for name in ("honest", "cheat")}
        self.reasons, self.paid = {}, {}
        for name in self.providers:
            self.reasons[name], self.paid[name] = self.explained(name)
        self.elapsed = time.monotonic() - self.began

    def explained(self, name):
        """Of all epochs: [(epoch, slashed, reasons, verdict)] where it was slashed, and {term: base units} that it was paid."""
        slashed, paid = [], {}
        for row in self.table["items"]:
            answer = self.assay("explain", name, "--epoch", row["epoch"])
            for term in answer["terms"]:
                paid[term["name"]] = paid.get(term["name"], 0) + int(term["value"])
            if int(answer["slashed"]) > 0:
                slashed.append((row["epoch"], int(answer["slashed"]),
                                [w for w in answer["why_not"] if w["code"].startswith("work_")], answer["verdict"]))
        return slashed, paid

    def claims(self):
        s = self.supply
        genesis, minted, burned, supply = (int(s[n]) for n in ("genesis", "minted", "burned", "supply"))
        buckets = sum(int(v) for v in s["buckets"].values())
        self.check(genesis + minted - burned == supply, f"genesis {genesis} + minted {minted} - burned {burned} is not supply {supply}")
        self.check(buckets == supply, f"the buckets hold {buckets} base units, supply is {supply}")
        self.check(s["adds_up"] is True, "the node itself says that the books do not add up")
        rows = self.table["items"]
        self.check(sum(int(r["minted"]) for r in rows) == minted, "the epochs' mint does not sum to what was minted")
        in_epochs = sum(int(r["burned"]) for r in rows)
        slashed = sum(int(r["slashed"]) for r in rows)
        self.check(burned in (in_epochs, in_epochs + slashed), "the epochs' burns and slashes do not sum to what was burned")
        self.slashes_apart = burned != in_epochs
        self.check(in_epochs > 0, "nothing was burned")
        self.check(minted > 0, "nothing was minted")

        honest, cheat = self.providers["honest"], self.providers["cheat"]
        self.check(honest["passed"] >= EPOCHS, f"honest passed {honest['passed']} times, expected were {EPOCHS} at least", self.log("honest"))
        self.check(honest["failed"] == 0 and int(honest["slashed"]) == 0, f"the honest provider failed {honest['failed']} times and "
                   f"lost {honest['slashed']} base units", self.log("honest"))
        self.check(honest["absent"] == 0, f"the honest provider was absent {honest['absent']} times", self.log("honest"))
        self.check(int(honest["earned"]) > 0, "the honest provider earned nothing", self.log("honest"))
        self.check(cheat["failed"] > 0 and int(cheat["slashed"]) > 0, "the cheater was not slashed", self.log("cheat"))
        self.check(cheat["passed"] == 0, "the cheater passed", self.log("cheat"))
        work = {term: n for term, n in self.paid["cheat"].items() if term != "staking"}
        self.check(not work, f"the cheater was paid for its work: {work}", self.log("cheat"))
        for name, p in self.providers.items():
            told = sum(self.paid[name].values())
            self.check(told == int(p["earned"]), f"explain accounts for {told} base units of {name}, earned were {p['earned']}")
        self.check(any(w["code"] == "work_failed" for e in self.reasons["cheat"] for w in e[2]),
                   "explain does not say why the cheater was slashed")
        self.check(self.reasons["honest"] == [], "explain knows of a slash of the honest provider")
        self.check(self.buyer_order["units_done"] == UNITS, f"the buyer received {self.buyer_order['units_done']} of {UNITS} units")
        self.check(self.hash_before == self.hash_after, "the app hash changed with the kill")

    def value(self):
        s = self.supply
        return {"genesis": s["genesis"], "minted": s["minted"], "burned": s["burned"], "supply": s["supply"], "buckets": s["buckets"],
                "epochs": self.table["items"],
                "providers": [{"name": name, **{k: p[k] for k in ("passed", "failed", "absent", "earned", "slashed")}}
                              for name, p in self.providers.items()],
                "app_hash_before_kill": self.hash_before, "app_hash_after_restart": self.hash_after,
                "blocks": self.report["blocks"]}

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
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self):
        self.init()
        self.start("the node starts")
        self.keys()
        self.fund()
        self.stake()
        self.work()
        self.bids()
        self.epochs()
        self.kill()
        self.verify()
        self.outlook()
        self.collect()
        self.claims()


def tail(path, lines=20):
    try:
        text = path.read_text(errors="replace")
    except OSError:
        return ""
    return re.sub(r"\033\[[0-9;]*m", "", "\n".join(text.splitlines()[-lines:]))


def main():
    parser = argparse.ArgumentParser(description="The economy end to end; scripts/demo.sh builds first and runs this.")
    parser.add_argument("--bin", default="build/release/bin", help="folder of assayd, assay, assay-prover and assay-sim")
    parser.add_argument("--json", action="store_true", help="one JSON value on stdout")
    parser.add_argument("--keep", action="store_true", help="leave the node running")
    parser.add_argument("--longest", type=float, default=150, help="seconds after which a step that waits has failed")
    arguments = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    demo = Demo(arguments)
    keep = False
    try:
        demo.run()
        demo.screen.clear()
        if arguments.json:
            print(json.dumps(demo.value()))
        else:
            show(demo, BURN, EPOCHS, FAULT)
        keep = arguments.keep
        if keep:
            how_to_look(demo)
        return 0
    except Failed as e:
        demo.screen.clear()
        text = tail(e.log) if e.log else ""
        if text:
            print(f"--- the end of {e.log.name}\n{text}\n---", file=sys.stderr)
        print(f"demo failed at '{e.step}': {e.why}", file=sys.stderr)
        if arguments.json:
            print(json.dumps({"error": {"code": "demo_failed", "message": f"{e.step}: {e.why}",
                                        "hint": "the end of the log is on stderr"}}))
        return 1
    except Interrupted as e:
        demo.screen.clear()
        print("interrupted; everything that was started is ended", file=sys.stderr)
        return 130 if e.args[0] == signal.SIGINT else 128 + e.args[0]
    finally:
        demo.clean_up(keep)


if __name__ == "__main__":
    sys.exit(main())
