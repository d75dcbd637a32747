#!/usr/bin/env python3
"""The output contract of `assay-sim`: exit codes, one JSON value, errors with their place, results that are whole.

    test_cli.py PATH-OF-ASSAY-SIM
"""

import csv
import hashlib
import json
import os
import pty
import subprocess
import sys
import tempfile
import unittest

SIM = sys.argv.pop(1)


def run(*args, **more):
    return subprocess.run([SIM, *args], capture_output=True, text=True, timeout=120, **more)


def tree(folder):
    """Names and bytes of a result directory."""
    out = {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as f:
            out[name] = f.read()
    return out


class Case(unittest.TestCase):
    def setUp(self):
        self.temp = tempfile.TemporaryDirectory()
        self.dir = self.temp.name

    def tearDown(self):
        self.temp.cleanup()

    def path(self, name):
        return os.path.join(self.dir, name)

    def json(self, *args, code=0):
        p = run("--json", *args)
        self.assertEqual(p.returncode, code, p.stdout + p.stderr)
        return json.loads(p.stdout)

    def error(self, *args, code=1):
        value = self.json(*args, code=code)
        self.assertEqual(list(value), ["error"])
        self.assertTrue(value["error"]["message"])
        # People read the same on stderr, and nothing on stdout.
        p = run(*[a for a in args if a != "--json"])
        self.assertEqual(p.returncode, code)
        if "--format" not in args:
            self.assertEqual(p.stdout, "")
            self.assertIn(value["error"]["message"], p.stderr)
        return value["error"]


class Usage(Case):
    def test_usage_errors_exit_2(self):
        for args in ([], ["nonsense"], ["schedule"], ["run", "devnet"], ["schedule", "devnet", "--every", "week"],
                     ["schedule", "devnet", "--nonsense"], ["schedule", "devnet", "--periods", "-1"],
                     ["schedule", "devnet", "--periods", "010"], ["schedule", "devnet", "--periods", "0x10"],
                     ["schedule", "devnet", "--from", "yesterday"], ["schedule", "devnet", "--threads", "0"],
                     ["run", "devnet", "--out", self.path("o"), "--runs", "0"],
                     ["run", "devnet", "--out", self.path("o"), "--seed", "-1"],
                     ["run", "devnet", "--out", self.path("o"), "--set", "volatility"]):
            with self.subTest(args=args):
                self.assertEqual(self.error(*args, code=2)["code"], "usage")
        self.assertEqual(os.listdir(self.dir), [])

    def test_help_and_version(self):
        for args in (["--help"], ["run", "--help"], ["schedule", "--help"], ["--version"], ["version"]):
            p = run(*args)
            self.assertEqual(p.returncode, 0)
            self.assertTrue(p.stdout)
            self.assertEqual(p.stderr, "")
        self.assertLessEqual({"version", "commit", "compiler"}, set(self.json("version")))
        self.assertIn("ASSAY_SIM_THREADS", run("run", "--help").stdout)

    def test_list_and_params(self):
        items = self.json("list")["items"]
        self.assertIn("devnet", [i["name"] for i in items])
        self.assertIn("devnet", run("list").stdout)
        paths = [i["path"] for i in self.json("params")["items"]]
        for path in ("params.bme.payout_ppb", "demand.volatility", "params.emission.geometric.decay", "market.depth_usd"):
            self.assertIn(path, paths)
        self.assertTrue(all("bme" in i["path"] for i in self.json("params", "bme")["items"]))
        self.assertEqual([i["path"] for i in self.json("params", "params.bme.fee_*_ppb")["items"]],
                         [f"params.bme.fee_destroy.{name}_ppb" for name in ("fee", "executor", "burn")])
        self.assertEqual(self.error("params", "nonsense")["code"], "not_found")

    def test_params_say_the_default_and_with_a_preset_the_value_and_its_source(self):
        plain = {i["path"]: i for i in self.json("params")["items"]}
        self.assertNotIn("value", plain["params.slash.jail_ms"])
        self.assertEqual(plain["params.slash.jail_ms"]["default"], "3600000")
        devnet = {i["path"]: i for i in self.json("params", "--preset", "devnet")["items"]}
        jail = devnet["params.slash.jail_ms"]
        self.assertEqual((jail["value"], jail["default"]), ("30000", "3600000"))
        self.assertIn("Three epochs", jail["source"])
        self.assertIn("Three epochs", run("params", "jail", "--preset", "devnet").stdout)
        self.assertEqual(devnet["params.classes[1].lanes"]["default"], "0")
        set_ = self.json("params", "jail_ms", "--preset", "devnet", "--set", "slash.jail_ms=7")["items"][0]
        self.assertEqual(set_["value"], "7")
        self.error("params", "--set", "slash.jail_ms=7", code=2)

    def test_networks_without_numbers_say_which(self):
        items = {i["name"]: i for i in self.json("list")["items"]}
        self.assertEqual(items["devnet"]["needs"], [])
        for name in ("hyperbolic", "neurolov", "argentum", "neuromesh", "yotta"):
            paths = [n["path"] for n in items[name]["needs"]]
            self.assertIn("params.token.cap", paths)
            self.assertRegex(run("list").stdout, rf"(?m)^{name} .*needs {len(paths)} numbers")
            for command in (["schedule", name], ["params", "--preset", name], ["diff", name, "devnet"],
                            ["run", name, "--out", self.path("o")]):
                error = self.error(*command)
                self.assertEqual(error["code"], "number_unpublished")
                self.assertIn(name + ".json", error["message"])
                for path in paths:
                    self.assertIn(path, error["message"])
                self.assertIn("--set", error["hint"])
        given = [a for s in ("token.cap=2000000000 YOTTA", "emission.total=1000000000 YOTTA", "stake.unit=50 YOTTA",
                             "initial.supply=1000000000 YOTTA") for a in ("--set", s)]
        rows = self.json("schedule", "yotta", "--periods", "1", *given)["rows"]
        self.assertAlmostEqual(int(rows[0]["minted"]) / 10**15, 0.05127, delta=0.0001)  # 5 %, hourly on what there is
        self.assertEqual(self.error("schedule", "yotta", *given[:-2])["code"], "number_unpublished")
        self.assertEqual(os.listdir(self.dir), [])

    def test_new_and_diff(self):
        path = self.path("mine.json")
        self.assertEqual(self.json("new", path, "--from", "akash")["needs"], 0)
        self.assertEqual([i["path"] for i in self.json("diff", "akash", path)["items"]], [])
        self.assertEqual(run("diff", "akash", path).stdout, "no field differs\n")
        with open(path) as f:
            text = f.read()
        with open(path, "w") as f:
            f.write(text.replace('"params": {', '"params": { "bme": { "round_blocks": 9 }').replace('"seed": 1', '"seed": 5'))
        changed = {i["path"]: (i["a"], i["b"]) for i in self.json("diff", "akash", path)["items"]}
        self.assertEqual(set(changed), {"params.bme.round_blocks", "seed"})
        self.assertEqual(changed["seed"], ("1", "5"))
        self.assertIn("params.bme.round_blocks", run("diff", "akash", path).stdout)
        self.assertEqual(self.error("new", path, "--from", "akash")["code"], "already_exists")
        self.assertEqual(self.error("new", self.path("x"), "--from", "akahs")["code"], "not_found")
        self.assertEqual(self.error("diff", "akash", "akahs")["code"], "not_found")
        self.error("new", path, code=2)
        self.error("diff", "akash", code=2)
        # What is missing stands in the file, to be filled in.
        self.assertEqual(self.json("new", self.path("yotta.json"), "--from", "yotta")["needs"], 4)
        with open(self.path("yotta.json")) as f:
            text = f.read()
        self.assertIn("params.token.cap: ", text)
        self.assertEqual(self.error("params", "--preset", self.path("yotta.json"))["code"], "number_unpublished")
        with open(self.path("yotta.json"), "w") as f:
            f.write(text.replace('"params": {', '"initial": { "supply": "5000000 YOTTA" }, "params": { "token": { "cap": '
                                 '"7000000 YOTTA" }, "emission": { "total": "10 YOTTA" }, "stake": { "unit": "50 YOTTA" }'))
        self.assertEqual(len(self.json("schedule", self.path("yotta.json"))["rows"]), 10)

    def test_reproduce(self):
        value = self.json("reproduce", "helium")
        self.assertEqual(value["off"], 0)
        self.assertTrue(all(i["matches"] and i["published"] == i["computed"] and i["difference"] == "0"
                            for i in value["items"]))
        self.assertIn("HIP-20", run("reproduce").stdout)
        self.assertEqual(self.error("reproduce", "atlantis")["code"], "not_found")

    def test_a_closed_pipe_is_quiet(self):
        p = subprocess.Popen([SIM, "schedule", "devnet", "--every", "epoch", "--periods", "100000"],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        p.stdout.readline()
        p.stdout.close()
        self.assertEqual(p.stderr.read(), b"")
        p.stderr.close()
        self.assertEqual(p.wait(60), 0)


class Quote(Case):
    """What a purchase and a settlement do, to the base unit; the figures are worked out by hand here."""

    def test_a_burn_buys_the_floor_in_micro_usd(self):
        value = self.json("quote", "burn", "akash", "--amount", "1234.567891", "--price", "1.14000001")
        credits = 1234567891 * 114000001 * 997500000 // 10**17  # a spread of 25 basis points
        self.assertEqual((value["mode"], value["spent"], value["credits"], value["vaulted"], value["destroyed"]),
                         ("vault", "1234567891", str(credits), "1234567891", "0"))
        self.assertEqual((value["settlement"], value["supply_change"]), (None, "0"))
        self.assertEqual(self.json("quote", "burn", "akash", "--amount", "1234.567891 AKT", "--price", "1.14000001"), value)
        shown = run("quote", "burn", "akash", "--amount", "1234.567891", "--price", "1.14000001").stdout
        self.assertIn("1,234.567891 AKT", shown)
        self.assertIn("$1.14000001", shown)

    def test_a_settlement_pays_the_floor_and_no_more_than_the_share_of_the_burn(self):
        for price, later in (("1", "1"), ("1", "2"), ("2", "1"), ("0.33333333", "0.7"), ("0.0001", "99.99999999")):
            value = self.json("quote", "settle", "devnet", "--amount", "12.345678", "--price", price, "--price-settle", later)
            units = lambda p: round(float(p) * 10**8)
            burned = -(-12345678 * 10**8 // units(price))
            paid = min(12345678 * 10**8 // units(later), burned * 975 // 1000)
            self.assertEqual((value["spent"], value["settlement"]["paid"], value["settlement"]["minted"]),
                             (str(burned), str(paid), str(paid)), (price, later))
            self.assertEqual(value["supply_change"], str(paid - burned))
        same = self.json("quote", "settle", "devnet", "--amount", "1", "--price", "0.5")
        self.assertEqual(same["settlement"]["price"], "50000000")
        both = self.json("quote", "burn", "devnet", "--amount", "2", "--price", "0.5", "--price-settle", "0.5")
        self.assertEqual(both["settlement"], same["settlement"])
        # AEP-76's worked example, the spread left out.
        for later, paid, minted in (("1.50", 666666666, 0), ("0.90", 1111111111, 1111111111 - 877192983)):
            value = self.json("quote", "settle", "akash", "--amount", "1000", "--price", "1.14", "--price-settle", later,
                              "--set", "bme.vault.spread_ppb=0")
            self.assertEqual((value["spent"], value["settlement"]["paid"], value["settlement"]["minted"]),
                             ("877192983", str(paid), str(minted)))
        value = self.json("quote", "settle", "pocket", "--amount", "100", "--price", "7", "--set", "bme.payout_ppb=97.5%",
                          "--set", 'emission={"kind":"none"}')
        self.assertEqual((value["vaulted"], value["settlement"]["destroyed"], value["settlement"]["minted"]),
                         ("100000000", "100000000", "97500000"))
        # What AEP-76 calls the change of supply: outside the vault.
        for later, change in (("1.50", 666666666 - 877192983), ("0.90", 1111111111 - 877192983)):
            args = ("quote", "settle", "akash", "--amount", "1000", "--price", "1.14", "--price-settle", later, "--set",
                    "bme.vault.spread_ppb=0")
            self.assertEqual(self.json(*args)["circulating_change"], str(change))
            self.assertIn("outside the vault", run(*args).stdout)
        gensyn = self.json("quote", "burn", "gensyn", "--amount", "200000", "--price", "1")
        self.assertEqual(gensyn["circulating_change"], str(-(199000 + 693) * 10**18))  # fees are somebody's
        self.assertEqual(gensyn["circulating_change"], gensyn["supply_change"])
        value = self.json("quote", "burn", "render", "--amount", "100", "--price", "4")
        self.assertEqual((value["credits"], value["destroyed"], value["treasury"]),
                         ("400000000", "9500000000", "500000000"))
        other = self.json("quote", "settle", "devnet", "--amount", "1", "--price", "0.5", "--set", "bme.payout_ppb=10%")
        self.assertEqual(other["settlement"]["paid"], "200000")

    def test_what_is_refused(self):
        amount, price = ["--amount", "1"], ["--price", "1"]
        for args in (amount, price, [*amount, "--price", "0"], [*amount, "--price", "-1"], [*amount, "--price", "1e3"],
                     [*amount, "--price", "1.123456789"], ["--amount", "1.1234567", *price], ["--amount", "x", *price],
                     ["--amount", "1 AKT", *price], [*amount, *price, "--price-settle", "nan"]):
            self.error("quote", "burn", "devnet", *args, code=2)
        self.error("quote", "devnet", *amount, *price, code=2)
        self.error("quote", "settle", "devnet", "--amount", "1.1234567", *price, code=2)
        self.assertEqual(self.error("quote", "burn", "devnet", "--amount", "0.001", *price)["code"], "amount_zero")
        self.assertEqual(self.error("quote", "settle", "devnet", "--amount", "0", *price)["code"], "amount_zero")
        self.assertEqual(self.error("quote", "burn", "devnet", "--amount", "1000000000", *price)["code"],
                         "insufficient_funds")
        self.assertEqual(self.error("quote", "burn", "yotta", *amount, *price)["code"], "number_unpublished")
        self.assertEqual(self.error("quote", "burn", "akahs", *amount, *price)["code"], "not_found")


class Schedule(Case):
    def test_forms_agree(self):
        args = ["schedule", "devnet", "--every", "year", "--periods", "10"]
        p = run(*args, "--format", "json")
        self.assertEqual(p.returncode, 0)
        value = json.loads(p.stdout)
        self.assertEqual(list(value), ["preset", "denom", "decimals", "rows"])
        self.assertEqual((value["preset"], value["denom"], value["decimals"]), ("devnet", "ASY", 6))
        rows = value["rows"]
        self.assertEqual(list(rows[0]), ["period", "start", "minted", "cumulative", "supply"])
        self.assertEqual(rows[0]["start"], "2026-01-01T00:00:00Z")
        total = 0
        for r in rows:
            total += int(r["minted"])
            self.assertEqual(int(r["cumulative"]), total)
            self.assertEqual(int(r["supply"]), 51_000_000 * 10**6 + total)
        self.assertLess(total, 100_000_000 * 10**6)
        self.assertEqual(json.loads(run("--json", *args).stdout), value)
        table = list(csv.DictReader(run(*args, "--format", "csv").stdout.splitlines()))
        self.assertEqual([{k: str(v) for k, v in r.items()} for r in rows], table)
        self.assertIn("27,047,379.818437", run(*args).stdout)

    def test_epochs_are_the_protocols(self):
        # floor(first x (1 - decay)^n) by a way of its own: whole numbers of any size.
        rows = self.json("schedule", "devnet", "--every", "epoch", "--periods", "200")["rows"]
        for n in (0, 1, 2, 77, 199):
            exact = 10**7 * (10**7 - 1) ** n // 10 ** (7 * n)
            self.assertIn(exact - int(rows[n]["minted"]), (0, 1), n)
            self.assertEqual(rows[n]["period"], n)

    def test_threads_change_nothing(self):
        args = ["schedule", "devnet", "--every", "month", "--periods", "30", "--format", "json"]
        self.assertEqual(len({run(*args, "--threads", t).stdout for t in "123"}), 1)

    def test_bad_input(self):
        self.assertEqual(self.error("schedule", "devnett")["code"], "not_found")
        self.assertEqual(self.error("schedule", "devnet", "--from", "2020-01-01")["code"], "field_out_of_range")
        self.assertEqual(self.error("schedule", "devnet", "--periods", "9000")["code"], "field_out_of_range")
        # A schedule that passes its cap, a split that does not sum.
        self.assertEqual(self.error("schedule", "devnet", "--set", "emission.total=300000000 ASY")["code"], "bad_genesis")
        self.assertEqual(self.error("schedule", "devnet", "--set", "split.work_ppb=1")["code"], "bad_genesis")
        # With --format json an error is JSON as well.
        p = run("schedule", "devnett", "--format", "json")
        self.assertEqual((p.returncode, json.loads(p.stdout)["error"]["code"]), (1, "not_found"))


class Run(Case):
    quick = ["--set", "horizon_days=20", "--runs", "12"]

    def test_a_result_is_whole_and_its_hash_is_right(self):
        out = self.path("deep/er/out")
        value = self.json("run", "devnet", *self.quick, "--out", out)
        files = tree(out)
        self.assertEqual(list(files), ["cells.csv", "manifest.json", "metrics.csv", "quantiles.csv", "summary.json"])
        manifest = json.loads(files["manifest.json"])
        lines = ""
        for name in ("cells.csv", "metrics.csv", "quantiles.csv", "summary.json"):
            digest = hashlib.sha256(files[name]).hexdigest()
            self.assertEqual(manifest["files"][name], digest)
            lines += f"{name} {digest}\n"
        self.assertEqual(manifest["result_hash"], hashlib.sha256(lines.encode()).hexdigest())
        self.assertEqual(manifest["result_hash"], value["result_hash"])
        self.assertEqual(manifest["seed"], "1")
        self.assertEqual(json.loads(files["summary.json"]), value["summary"])
        rows = list(csv.DictReader(files["quantiles.csv"].decode().splitlines()))
        self.assertEqual(list(rows[0]), ["cell", "step", "day", "metric", "q", "value"])
        self.assertEqual({r["step"] for r in rows}, {str(i) for i in range(1, 21)})
        runs = list(csv.DictReader(files["metrics.csv"].decode().splitlines()))
        self.assertEqual(list(runs[0]), ["cell", "run", "metric", "value"])
        # Quantiles and means of the summary from the single runs.
        prices = sorted(float(r["value"]) for r in runs if r["metric"] == "final_price_usd")
        self.assertEqual(len(prices), 12)
        price = value["summary"]["cells"][0]["metrics"]["final_price_usd"]
        self.assertAlmostEqual(price["mean"], sum(prices) / 12, places=12)
        self.assertAlmostEqual(price["quantiles"]["0.5"], (prices[5] + prices[6]) / 2, places=12)
        self.assertEqual((price["min"], price["max"]), (prices[0], prices[-1]))
        self.assertEqual(os.listdir(os.path.dirname(out)), ["out"])  # nothing left aside

    def test_other_seeds_are_other_futures(self):
        trees = []
        for i, seed in enumerate(("1", "2")):
            self.json("run", "devnet", *self.quick, "--out", self.path(str(i)), "--seed", seed)
            trees.append(tree(self.path(str(i))))
        self.assertNotEqual(trees[0]["metrics.csv"], trees[1]["metrics.csv"])

    def test_the_manifest_is_a_scenario(self):
        self.json("run", "devnet", *self.quick, "--set", "demand.volatility=0.2", "--out", self.path("a"))
        manifest = json.loads(tree(self.path("a"))["manifest.json"])
        with open(self.path("again.json"), "w") as f:
            json.dump(manifest["scenario"], f)
        value = self.json("run", self.path("again.json"), "--runs", "12", "--out", self.path("b"))
        self.assertEqual(value["result_hash"], manifest["result_hash"])

    def test_out_refuses_what_is_not_its_own(self):
        foreign = self.path("foreign")
        os.mkdir(foreign)
        with open(os.path.join(foreign, "thesis.txt"), "w") as f:
            f.write("years of work")
        self.assertEqual(self.error("run", "devnet", *self.quick, "--out", foreign)["code"], "already_exists")
        self.assertEqual(tree(foreign), {"thesis.txt": b"years of work"})
        self.assertEqual(self.error("run", "devnet", *self.quick, "--out", os.path.join(foreign, "thesis.txt"))["code"],
                         "already_exists")
        out = self.path("out")
        os.mkdir(out)  # an empty directory is welcome
        self.json("run", "devnet", *self.quick, "--out", out)
        before = tree(out)
        self.json("run", "devnet", *self.quick, "--out", out)  # the same question again
        self.assertEqual(tree(out), before)
        self.assertEqual(self.error("run", "devnet", *self.quick, "--seed", "9", "--out", out)["code"], "already_exists")
        self.assertEqual(tree(out), before)
        self.assertEqual(sorted(os.listdir(self.dir)), ["foreign", "out"])

    def test_a_place_that_cannot_be_written(self):
        error = self.error("run", "devnet", *self.quick, "--out", "/proc/nowhere/out")
        self.assertEqual(error["code"], "io_error")

    def test_bad_scenarios_name_their_place(self):
        def scenario(text):
            with open(self.path("s.json"), "w") as f:
                f.write(text)
            return self.error("run", self.path("s.json"), "--out", self.path("o"))

        e = scenario('{"extends": "devnet",\n "demand": {\n  "volatilty": 1}}')
        self.assertEqual(e["code"], "json_unknown_key")
        for part in ("s.json", "line 3", "column", '"volatility"'):
            self.assertIn(part, e["message"])
        e = scenario('{"extends": "devnet",\n "horizon_days": "long"}')
        self.assertEqual(e["code"], "json_type")
        self.assertIn("line 2, column 18", e["message"])
        e = scenario('{"extends": "devnet",\n\n "seed": 1 2}')
        self.assertEqual(e["code"], "json_syntax")
        self.assertIn("line 3", e["message"].replace(":3:", " line 3"))
        self.assertEqual(scenario('{"extends": "devnet", "initial": {"supply": "1 ASY"}}')["code"], "field_out_of_range")
        self.assertEqual(sorted(os.listdir(self.dir)), ["s.json"])

    def test_progress_goes_to_stderr(self):
        long = ["run", "devnet", "--runs", "3000", "--set", "horizon_days=200", "--threads", "1"]
        p = run(*long, "--out", self.path("a"), "--progress", "json", "--json")
        self.assertEqual(p.returncode, 0)
        json.loads(p.stdout)
        lines = [json.loads(line) for line in p.stderr.splitlines()]
        self.assertTrue(lines)
        for line in lines:
            self.assertLessEqual({"done", "of", "path_steps_per_s", "left_s"}, set(line))
        # On a terminal there is a bar, without one silence.
        self.assertEqual(run(*long, "--out", self.path("b")).stderr, "")
        master, slave = pty.openpty()
        p = subprocess.Popen([SIM, *long, "--out", self.path("c")], stdout=subprocess.PIPE, stderr=slave)
        os.close(slave)
        seen = b""
        while True:
            try:
                chunk = os.read(master, 4096)
            except OSError:
                break
            if not chunk:
                break
            seen += chunk
        os.close(master)
        p.stdout.read()
        p.stdout.close()
        self.assertEqual(p.wait(60), 0)
        self.assertIn(b"path-steps/s", seen)


if __name__ == "__main__":
    unittest.main()
