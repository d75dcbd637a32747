#!/usr/bin/env python3
"""What scripts/demo.sh runs after the build: the economy end to end, by the commands that a person would type.

    scripts/demo.py --bin build/release/bin [--json] [--keep] [--longest SECONDS]

Only Python's standard library; what people see is in demo_screen.py. Progress goes to stderr, the result to stdout.
Exit 0: every claim was checked and holds. Exit 1: one does not, or a step failed; the reason and the end of the log are printed.
Exit 130: interrupted.
"""

import concurrent.futures
import signal
import sys
import time

sys.dont_write_bytecode = True  # nothing is left behind, beside the scripts neither
from demo_screen import how_to_look, show
from devnet import Devnet, parse

EPOCHS = 3        # that the buyer receives work in
UNITS = EPOCHS    # a lease does one unit of work an epoch
FAULT = "skip=0.2"
BURN = "30"       # tokens
MAX_PRICE, HONEST_BID, CHEAT_BID = "5", "4", "4.5"  # USD per unit


class Demo(Devnet):
    STEPS = ["init", "start", "keys", "fund", "stake", "work", "order", "epochs", "kill", "verify", "outlook"]
    MAY_END = ("cheat",)  # a prover that was jailed has nothing left to do

    def __init__(self, arguments):
        super().__init__(arguments)
        self.seen = {}  # height -> app hash, as the node showed it before it was killed

    # ------------------------------------------------------------ the steps

    def init(self):
        self.step("init", "a new devnet in a temporary folder")
        self.init_node()

    def start(self):
        self.step("start", "the node starts")
        self.start_node()

    def keys(self):
        self.step("keys", "keys for two providers, a buyer and the validator")
        self.new_keys("honest", "cheat", "buyer")
        self.device, self.device_name = self.find_device()
        self.honest_class = "gpu-small" if self.device != "cpu" else "cpu-small"

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
        self.faucet({"honest": "1000", "cheat": "500", "buyer": "200"})

    def buy(self):
        """Burns for credits, and orders with them."""
        self.reporter.start()
        self.bought = self.buy_credits("buyer", BURN)
        self.order = self.change("order", "create", "--class", self.honest_class, "--units", UNITS, "--max-price", MAX_PRICE,
                                 "--expires", "1h", "--from", "buyer")["order"]

    def stake(self):
        self.step("stake", "the providers register, declare a device and stake; the buyer burns and orders")
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            for done in [pool.submit(self.provide, "honest", self.honest_class), pool.submit(self.provide, "cheat", "cpu-small"),
                         pool.submit(self.buy)]:
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
        ready = self.start_node()
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
        for home in self.homes if self.validators > 1 else []:
            other = self.command("assayd", "status", "--home", home)
            block = self.assay("block", str(self.height + 1))
            self.check(other["height"] > self.height, f"{home.name} did not follow the chain")
            there = self.command("assayd", "verify", "--home", home, timeout=120)
            self.check(there.get("ok") is True and block["header"]["last_app_hash"] == self.hash_after, f"{home.name} has other blocks")
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
        self.check_supply(s)
        minted, burned = int(s["minted"]), int(s["burned"])
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

    def show(self):
        show(self, BURN, EPOCHS, FAULT)

    def how_to_look(self):
        how_to_look(self, "status", f"explain cheat --epoch {self.reasons['cheat'][0][0]}", "balance buyer --verify", "key list")

    def run(self):
        self.init()
        self.start()
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


if __name__ == "__main__":
    sys.exit(Demo(parse("The economy end to end; scripts/demo.sh builds first and runs this.")).play())
