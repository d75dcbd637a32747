#!/usr/bin/env python3
"""What scripts/demo-inference.sh runs after the build: a small neural network inferred by providers, settled on a devnet.

    scripts/demo_inference.py --bin build/release/bin [--json] [--keep] [--longest SECONDS]

The network and its reference are in digits.py. For each layer the buyer orders one product of two matrices, a provider
multiplies and delivers, the buyer verifies and accepts, and makes the next layer's input of the answer. One delivery is
wrong: the buyer shows that to the chain. Exit codes and output are those of demo.py.
"""

import re
import sys
import time

sys.dont_write_bytecode = True  # nothing is left behind, beside the scripts neither
import digits
from demo_screen import how_to_look, supply_lines, usd
from devnet import Devnet, parse

SEED = 1                               # of the pictures
CLASS = "cpu-gemm"
BURN, MAX_PRICE = "10", "1"            # tokens; USD for a product
BIDS = {"honest": "0.90", "cheat": "0.60"}
CHEATED = "pool"                       # the layer for which the cheat bids too


class Inference(Devnet):
    STEPS = ["init", "start", "stake", "match", "pool", "again", "contrast", "settle"]

    def __init__(self, arguments):
        super().__init__(arguments)
        # The way between buyer and provider: the chain sees roots alone, the bytes go by another way. Here it is a folder.
        self.exchange = self.folder / "exchange"
        self.exchange.mkdir()
        self.rows, self.caught = [], None

    # ------------------------------------------------------------ the steps

    def prepare(self):
        self.step("init", "a new devnet in a temporary folder")
        self.init_node()
        self.step("start", "the node starts; keys, and tokens from its faucet")
        self.start_node()
        self.new_keys("honest", "cheat", "buyer")
        self.faucet({"honest": "500", "cheat": "500", "buyer": "100"})
        self.step("stake", "two providers register and stake; the buyer burns tokens for credits")
        self.reporter.start()
        self.all_of(lambda task: task(), [lambda: self.provide("honest", CLASS), lambda: self.provide("cheat", CLASS),
                                          lambda: self.buy_credits("buyer", BURN)])
        self.addresses = {name: self.assay("key", "show", name)["address"] for name in BIDS}

    def infer(self):
        self.pixels, self.labels = digits.pictures(SEED)
        activations = self.pixels
        for layer in digits.LAYERS:
            self.step(layer.name, f"layer {layer.name}: {digits.BATCH} pictures, {layer.neurons} neurons of {layer.inputs} inputs")
            a = self.written(f"{layer.name}.inputs", activations)
            b = self.written(f"{layer.name}.weights", layer.weights)
            right = digits.to_file(digits.multiply(layer, activations))
            product = self.ordered(layer, a, b, right, ("honest", "cheat") if layer.name == CHEATED else ("honest",))
            if product is None:
                self.step("again", f"layer {layer.name} once more, by who is not jailed")
                product = self.ordered(layer, a, b, right, ("honest",))
                self.check(product is not None, f"the honest provider's product of layer {layer.name} was disputed")
            # All that follows is the buyer's own: what came back, and nothing of the reference.
            values = digits.from_file(product)
            activations = digits.requantize(layer, values)
        self.answer = digits.digits_of(layer, values)

    def written(self, name, data):
        path = self.exchange / f"{name}.bin"
        path.write_bytes(data)
        return path

    def ordered(self, layer, a, b, right, bidders):
        """Buys one product: its bytes, or None where it was wrong and the chain was shown so."""
        size = f"{digits.BATCH},{layer.neurons},{layer.inputs}"
        before = self.credits()
        order = self.change("order", "create", "--kind", "gemm", "--class", CLASS, "--gemm", size, "--input", a, "--input", b,
                            "--max-price", MAX_PRICE, "--manual", "--from", "buyer")["order"]
        self.all_of(lambda name: self.change("bid", "place", order, "--slot", "0", "--price", BIDS[name], "--from", name),
                    bidders)
        bids = self.assay("bid", "list", order)["items"]
        lowest = min(bids, key=lambda bid: int(bid["price"]))
        provider = next(name for name, address in self.addresses.items() if address == lowest["provider"])
        self.change("bid", "accept", order, "--provider", provider, "--slot", "0", "--from", "buyer")

        c = self.exchange / f"{layer.name}.{provider}.bin"
        work = self.multiply if provider == "honest" else self.multiply_half
        work(layer, order, a, b, c)
        self.change("lease", "deliver", order, "--output", c, "--from", provider)

        told = self.assay("lease", "verify", order, "--input", a, "--input", b, "--output", c, allowed=(0, 4))
        # The buyer's check alone decides; that it agrees with the reference is this demo's claim.
        is_right = told.get("right") is True
        self.check(is_right == (c.read_bytes() == right), f"lease verify says of layer {layer.name}: {told}, and the reference "
                                                          "says the opposite")
        row = {"layer": layer.name, "order": order, "size": [digits.BATCH, layer.neurons, layer.inputs], "provider": provider,
               "c_root": self.assay("lease", "show", order)["gemm"]["delivery"]["c_root"], "right": is_right}
        if is_right:
            self.change("lease", "close", order, "--from", "buyer")
        else:
            self.dispute(order, a, b, c, told["error"]["message"])
        shown = self.assay("order", "show", order)
        row["paid"] = shown["paid"]
        self.rows.append(row)
        self.check(shown["status"] == "closed" and shown["gemm"]["accepted"] is is_right,
                   f"the order of layer {layer.name} is {shown}")
        cost = before - self.credits()
        self.check(cost == int(row["paid"]), f"layer {layer.name} cost {cost} micro-USD, {row['paid']} were paid")
        self.check(int(row["paid"]) == (int(lowest["price"]) if is_right else 0), f"{row['paid']} was paid for layer {layer.name}")
        return c.read_bytes() if is_right else None

    def credits(self):
        return int(self.assay("balance", "buyer")["credits"])

    def multiply(self, layer, order, a, b, c):
        """The honest provider: whose files do not have the order's roots, gets nothing of it."""
        job = self.assay("lease", "show", order)["gemm"]
        made = self.command("assay-prover", "multiply", "--gemm", f"{job['m']},{job['n']},{job['k']}", "--input", a, "--input", b,
                            "--output", c)
        self.check((made["a_root"], made["b_root"]) == (job["a_root"], job["b_root"]),
                   "the buyer's files are not those of the order")

    def multiply_half(self, layer, order, a, b, c):
        """The cheat: it multiplies half of the pictures, and says 0 of the rest."""
        half = digits.BATCH // 2
        part = self.written("half", a.read_bytes()[:half * layer.inputs])
        self.command("assay-prover", "multiply", "--gemm", f"{half},{layer.neurons},{layer.inputs}", "--input", part, "--input", b,
                     "--output", c)
        c.write_bytes(c.read_bytes().ljust(4 * digits.BATCH * layer.neurons, b"\0"))

    def dispute(self, order, a, b, c, message):
        """Shows the chain the tile in which `lease verify` found the wrong value."""
        tile = re.search(r"tile (\d+),(\d+)", message)
        self.check(tile is not None, f"lease verify names no tile: {message}")
        stake = int(self.assay("provider", "show", "cheat")["stake"])
        self.change("lease", "dispute", order, "--tile", f"{tile[1]},{tile[2]}", "--input", a, "--input", b, "--output", c,
                    "--from", "buyer")
        wrong = self.assay("order", "show", order)["gemm"]["wrong"]
        shown = self.assay("provider", "show", "cheat")
        self.caught = {"said": message, "wrong": wrong, **{name: shown[name] for name in ("slashed", "stake", "jailed")}}
        self.check(wrong == {"row": int(tile[1]), "col": int(tile[2])}, f"the chain says that {wrong} is wrong, {tile[0]} was shown")
        self.check(shown["jailed"] is True and int(shown["slashed"]) > 0 and stake - int(shown["stake"]) == int(shown["slashed"]),
                   f"the cheat had {stake} at stake, and was not slashed for it: {shown}")

    def settle(self):
        self.step("settle", "the price round in which the provider's credits become tokens")
        self.until(lambda: self.assay("supply")["credits"]["queued"] == "0", "the settlement of the orders")
        self.end_reports()
        self.supply = self.assay("supply")
        # What providers got for products, apart from what their stake earned.
        self.settled = {name: sum(int(row["delta"]) for row in self.assay("ledger", name, "--limit", "100")["items"]
                                  if row["cause"]["kind"] == "settled") for name in BIDS}
        self.paid = sum(int(row["paid"]) for row in self.rows)
        self.elapsed = time.monotonic() - self.began

    def claims(self):
        self.step_name = "result"
        wrong = [row["provider"] for row in self.rows if not row["right"]]
        self.check(wrong == ["cheat"], f"wrong deliveries came from {wrong}, expected was one, of the cheat")
        self.check_supply(self.supply)
        burned, for_credits = int(self.supply["burned"]), int(self.supply["burned_for_credits"])
        slashed = int(self.caught["slashed"])
        self.check(burned == for_credits + slashed, f"{burned} base units were burned: {for_credits} for credits, "
                                                    f"{slashed} by the slash")
        self.check(self.settled["honest"] > 0 and self.settled["cheat"] == 0, f"for their products providers got {self.settled}")
        reference = digits.read(digits.LAYERS, self.pixels)
        differ = [i for i, (a, b) in enumerate(zip(self.answer, reference)) if a != b]
        self.check(not differ, f"the pictures {differ} are not read as the reference reads them")
        self.right = sum(a == b for a, b in zip(self.answer, self.labels))
        self.check(self.right >= 0.9 * digits.BATCH, f"the network read only {self.right} of {digits.BATCH} digits right")

    # ------------------------------------------------------------ the result

    def value(self):
        return {"seed": SEED, "labels": self.labels, "digits": self.answer, "right": self.right, "products": self.rows,
                "cheat": self.caught, "supply": self.supply}

    def show(self):
        p, m = self.screen, self.money
        out = ["", p.bold(self.chain_id) + f"   {len(digits.LAYERS)} layers, {len(self.rows)} orders, {self.elapsed:.0f} s"]
        out += ["", p.bold("Digits") + p.dim("  the first eight pictures, and all of them as they are and as they were read")]
        shown = [digits.picture_of(self.pixels, i) for i in range(8)]
        out += ["  " + "  ".join(row) for row in zip(*shown)]
        for first in range(0, digits.BATCH, 16):
            pairs = list(zip(self.labels, self.answer))[first:first + 16]
            out.append(f"  {first:>2}  true  " + " ".join(str(is_) for is_, _ in pairs))
            out.append("      read  " + " ".join(str(read) if is_ == read else p.bad(str(read)) for is_, read in pairs))
        out.append(f"  {p.good('ok')} {self.right} of {digits.BATCH} are right; the reference in plain Python reads the same")

        line = "  {:<10} {:>16}   {:<9} {:>7}   {}".format
        out += ["", p.bold("Products"), p.dim(line("layer", "m x n, k", "provider", "paid", "product"))]
        for row in self.rows:
            size = "{} x {}, {}".format(*row["size"])
            what = "equal to the reference, bit for bit" if row["right"] else self.caught["said"]
            text = line(row["layer"], size, row["provider"], usd(row["paid"]), what)
            out.append(text if row["right"] else p.bad(text))
        c = self.caught
        out.append(f"  {p.good('ok')} the chain found tile {c['wrong']['row']},{c['wrong']['col']} wrong: cheat lost "
                   f"{m.show(c['slashed'])} {m.denom} of its stake and is jailed; the buyer has its deposit back")
        out.append(f"  {p.good('ok')} honest got {m.show(self.settled['honest'])} {m.denom} for {usd(self.paid)}, cheat nothing")
        out += ["", p.bold(f"Supply, {m.denom}"), *supply_lines(self)]
        print("\n".join(out))

    def how_to_look(self):
        how_to_look(self, "status", *(f"order show {row['order']}" for row in self.rows), "ledger honest",
                    "provider show cheat")

    def run(self):
        self.prepare()
        self.infer()
        self.settle()
        self.claims()


if __name__ == "__main__":
    sys.exit(Inference(parse("A small neural network whose products are bought; scripts/demo-inference.sh runs this.")).play())
