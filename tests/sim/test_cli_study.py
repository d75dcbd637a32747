#!/usr/bin/env python3
"""Studies from the command line: sweep, compare, sensitivity, calibrate, check. What they write, say and refuse.

    test_cli_study.py PATH-OF-ASSAY-SIM

Where ASSAY_SHARED_DIR holds real series of networks (Render's burns by epoch, Helium's months) they are fitted too. Where
SALib can be imported, its indices are compared with ours.
"""

import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SIM = sys.argv.pop(1)
DATA = os.path.join(os.environ.get("ASSAY_SHARED_DIR", ""), "data")
QUICK = ["--set", "horizon_days=10"]


def run(*args, **more):
    return subprocess.run([SIM, *args], capture_output=True, text=True, timeout=120, **more)


def read_json(path):
    with open(path) as f:
        return json.load(f)


def rows(path):
    with open(path, newline="") as f:
        return list(csv.DictReader(f))


class Case(unittest.TestCase):
    def setUp(self):
        self.temp = tempfile.TemporaryDirectory()
        self.dir = self.temp.name

    def tearDown(self):
        self.temp.cleanup()

    def path(self, name, text=None):
        p = os.path.join(self.dir, name)
        if text is not None:
            with open(p, "w") as f:
                f.write(text)
        return p

    def json(self, *args, code=0):
        p = run("--json", *args)
        self.assertEqual(p.returncode, code, p.stdout + p.stderr)
        return json.loads(p.stdout)

    def refused(self, *args, code=1):
        error = self.json(*args, code=code)["error"]
        p = run(*args)
        self.assertEqual(p.returncode, code)
        self.assertEqual(p.stdout, "")
        self.assertIn(error["message"], p.stderr)
        return error["message"]


class Sweep(Case):
    def test_cells_and_their_files(self):
        out = self.path("out")
        r = self.json("sweep", "devnet", *QUICK, "--runs", "16", "--param", "demand.drift=-0.5:0.5:3",
                      "--param", "bme.payout_ppb=80%,95%", "--out", out)
        self.assertEqual((r["cells"], r["design"], r["dir"]), (6, "grid", out))
        cells = rows(os.path.join(out, "cells.csv"))
        self.assertEqual([c["demand.drift"] for c in cells], ["-0.5", "-0.5", "0", "0", "0.5", "0.5"])
        self.assertEqual(len(r["summary"]["cells"]), 6)
        manifest = read_json(os.path.join(out, "manifest.json"))
        self.assertEqual(manifest["cells"][5]["set"], {"demand.drift": 0.5, "bme.payout_ppb": 950000000})
        # A cell is what a run of the resolved scenario with its sets gives; and threads change no byte.
        base = self.path("base.json", json.dumps(manifest["scenario"]))
        one = self.json("run", base, "--set", "demand.drift=0.5", "--set", "bme.payout_ppb=95%", "--runs", "16",
                        "--out", self.path("one"))
        self.assertEqual(one["summary"]["cells"][0]["metrics"], r["summary"]["cells"][5]["metrics"])
        again = self.json("sweep", "devnet", *QUICK, "--runs", "16", "--param", "demand.drift=-0.5:0.5:3", "--param",
                          "bme.payout_ppb=80%,95%", "--threads", "1", "--out", self.path("again"))
        self.assertEqual(again["result_hash"], r["result_hash"])

    def test_shards_resumption_and_verify(self):
        at = ["sweep", "devnet", *QUICK, "--runs", "20", "--param", "demand.drift=-0.5,0,0.5"]
        whole = self.json(*at, "--out", self.path("whole"))
        self.assertTrue(self.json("verify", self.path("whole"))["same"])
        shards = []
        for i in (2, 1):  # the boundary lies within the second cell
            shards.append(self.path(f"s{i}"))
            self.assertEqual(self.json(*at, "--shard", f"{i}/2", "--out", shards[-1])["shard"], f"{i}/2")
        self.assertIn("missing are shards 1/2", self.refused("merge", shards[0], "--out", self.path("m"), code=2))
        self.assertEqual(self.json("merge", *shards, "--out", self.path("m"))["result_hash"], whole["result_hash"])
        for name in os.listdir(self.path("whole")):
            with open(os.path.join(self.path("whole"), name), "rb") as a, open(os.path.join(self.path("m"), name), "rb") as b:
                self.assertEqual(a.read(), b.read(), name)
        self.assertIn("--shard is", self.refused(*at, "--shard", "3/2", "--out", self.path("x"), code=2))
        # Stopped between its cells, it goes on from there.
        p = subprocess.Popen([SIM, "sweep", "devnet", "--set", "horizon_days=300", "--runs", "64", "--param", "seed=1:20:20",
                              "--threads", "1", "--out", self.path("r")], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        kept = os.path.join(self.path("r.partial"), "cell-0.bin")
        for _ in range(600):
            if os.path.exists(kept) or p.poll() is not None:
                break
            time.sleep(0.01)
        p.send_signal(signal.SIGINT)
        said = p.communicate()[1]
        self.assertEqual(p.returncode, 130, said)
        self.assertIn("the same command goes on from there", said)
        p = run("sweep", "devnet", "--set", "horizon_days=300", "--runs", "64", "--param", "seed=1:20:20", "--out", self.path("r"))
        self.assertEqual(p.returncode, 0, p.stderr)
        self.assertIn("from before", p.stderr)
        self.assertFalse(os.path.exists(self.path("r.partial")))
        self.json("sweep", "devnet", "--set", "horizon_days=300", "--runs", "64", "--param", "seed=1:20:20", "--out", self.path("q"))
        self.assertEqual(read_json(os.path.join(self.path("q"), "manifest.json"))["result_hash"],
                         read_json(os.path.join(self.path("r"), "manifest.json"))["result_hash"])

    def test_from_the_scenario_and_from_a_table(self):
        mine = self.path("mine.json", """{ "extends": "devnet", "horizon_days": 10,
            "sweep": { "mode": "lhs", "samples": 5, "params": { "demand.drift": {"low": -1, "high": 1},
                       "providers[0].count": {"low": 10, "high": 1000, "log": true} } } }""")
        r = self.json("sweep", mine, "--runs", "8", "--out", self.path("a"))
        self.assertEqual((r["cells"], r["design"]), (5, "lhs"))
        cells = rows(os.path.join(self.path("a"), "cells.csv"))
        self.assertTrue(all(-1 <= float(c["demand.drift"]) <= 1 for c in cells))
        # Another seed draws other cells; the same one the same.
        self.assertNotEqual(self.json("sweep", mine, "--runs", "8", "--seed", "7", "--out", self.path("b"))["result_hash"],
                            r["result_hash"])
        # What was swept is a table to sweep again.
        t = self.json("sweep", mine, "--runs", "8", "--table", os.path.join(self.path("a"), "cells.csv"), "--out",
                      self.path("c"))
        self.assertEqual(t["summary"]["cells"], r["summary"]["cells"])

    def test_refused_before_anything_runs(self):
        out = self.path("out")
        at = ["sweep", "devnet", *QUICK, "--out", out]
        self.assertIn("cell 1 (demand.drift=99): demand.drift is 99", self.refused(*at, "--param", "demand.drift=0,99"))
        self.assertIn("nothing is swept", self.refused(*at, code=2))
        self.assertIn("grid needs values", self.refused(*at, "--param", "demand.drift=0:1", code=2))
        table = self.path("t.csv", "demand.drift,seed\n0,1\n1,\n")
        self.assertIn("t.csv line 3, column seed: the cell is empty", self.refused(*at, "--table", table))
        bad = self.path("bad.json", '{ "extends": "devnet", "sweep": { "mode": "gird", "params": {} } }')
        self.assertIn("sweep.mode is \"gird\"", self.refused("sweep", bad, "--out", out))
        self.assertFalse(os.path.exists(out))


class Compare(Case):
    def test_pairs(self):
        more = self.path("more.json", '{ "extends": "devnet", "demand": { "drift": 0.5 } }')
        r = self.json("compare", "devnet", more, *QUICK, "--runs", "64", "--out", self.path("o"))
        m = r["metrics"]["burned"]
        self.assertLess(m["mean_difference"]["high"], 0)
        self.assertGreater(m["variance_ratio"], 10)
        self.assertEqual(r["metrics"]["max_drawdown"]["better"], "smaller")
        self.assertEqual(rows(os.path.join(self.path("o"), "comparison.csv"))[0]["metric"], "final_price_usd")
        # B's own seed is not used: the luck is A's.
        seeded = self.path("seeded.json", '{ "extends": "devnet", "demand": { "drift": 0.5 }, "seed": 99 }')
        self.assertEqual(self.json("compare", "devnet", seeded, *QUICK, "--runs", "64")["metrics"], r["metrics"])
        # A result is a scenario too.
        run("run", more, *QUICK, "--runs", "8", "--out", self.path("res"))
        self.assertEqual(self.json("compare", "devnet", self.path("res"), *QUICK, "--runs", "64")["metrics"]["burned"], m)

    def test_refused(self):
        long = self.path("long.json", '{ "extends": "devnet", "horizon_days": 30 }')
        short = self.path("short.json", '{ "extends": "devnet", "horizon_days": 20 }')
        self.assertIn("horizon_days is 20 in short and 30 in long", self.refused("compare", short, long))
        with open(self.path("x"), "w"):
            pass
        self.assertIn("is there and is no directory",
                      self.refused("compare", "devnet", "devnet", *QUICK, "--runs", "8", "--out", self.path("x")))


class Check(Case):
    def check(self, *asserts, code, runs="64"):
        args = []
        for a in asserts:
            args += ["--assert", a]
        return self.json("check", "devnet", *QUICK, "--runs", runs, *args, code=code)

    def test_exit_codes(self):
        r = self.check("max_drawdown.p50 < 0.95", "P(max_drawdown > 0.99) < 20%", code=0)
        self.assertTrue(r["holds"])
        self.assertEqual([a["verdict"] for a in r["asserts"]], ["holds", "holds"])
        r = self.check("max_drawdown.p50 < 0.95", "final_price_usd.mean > 100", code=4)
        self.assertEqual([a["verdict"] for a in r["asserts"]], ["holds", "fails"])
        # On the edge: undecided does not hold, and says how many runs would decide.
        median = self.check("final_price_usd.mean > 0", code=0)["asserts"][0]["value"]
        r = self.check(f"final_price_usd.mean < {median * 1.001}", code=4)["asserts"][0]
        self.assertEqual(r["verdict"], "undecided")
        self.assertGreater(r["runs_needed"], 64)
        p = run("check", "devnet", *QUICK, "--runs", "64", "--assert", f"final_price_usd.mean < {median * 1.001}")
        self.assertEqual(p.returncode, 4)
        self.assertIn("undecided, which counts as not holding", p.stdout)

    def test_refused(self):
        at = ["check", "devnet", *QUICK, "--assert"]
        self.assertIn('did you mean "max_drawdown"?', self.refused(*at, "max_drawdwn.p50 < 1"))
        self.assertIn("it says no measure", self.refused(*at, "max_drawdown < 1", code=2))
        self.assertIn("has no threshold", self.refused(*at, "P(final_price_usd) < 5%", code=2))


class Sensitivity(Case):
    args = [*QUICK, "--runs", "8", "--param", "demand.usd_per_day=1000:100000", "--param", "demand.drift=-1:1",
            "--param", "market.volatility=0.1:2:log", "--metric", "burned,final_price_usd"]

    def read(self, out):
        with open(os.path.join(out, "problem.json")) as f:
            problem = json.load(f)
        x = [[float(v) for v in r.values()] for r in rows(os.path.join(out, "X.csv"))]
        y = {k: [float(r[k]) for r in rows(os.path.join(out, "Y.csv"))] for k in ("burned", "final_price_usd")}
        ours = {(r["metric"], r["param"], r["index"]): float(r["value"]) for r in rows(os.path.join(out, "sensitivity.csv"))
                if r["param"]}
        return problem, x, y, ours

    def test_files_and_salib(self):
        for method, n in (("sobol", "32"), ("morris", "16")):
            out = self.path(method)
            r = self.json("sensitivity", "devnet", *self.args, "--method", method, "--n", n, "--out", out)
            self.assertEqual(r["points"], {"sobol": 32 * 5, "morris": 16 * 4}[method])
            problem, x, y, ours = self.read(out)
            self.assertEqual(problem["names"], ["demand.usd_per_day", "demand.drift", "market.volatility"])
            self.assertEqual(len(x), r["points"])
            key = "total" if method == "sobol" else "mu_star"
            self.assertGreater(ours["burned", "demand.usd_per_day", key], ours["burned", "demand.drift", key])
            noise = [i for i in r["indices"] if i["index"] == "noise_share"]
            self.assertEqual(len(noise), 2)
            self.assertTrue(all(0 <= i["value"] < 1 for i in noise))
            try:
                import numpy
                from SALib.analyze import morris, sobol
            except ImportError:
                continue
            for metric in y:
                values = numpy.array(y[metric])
                if method == "sobol":
                    theirs = sobol.analyze(problem, values, calc_second_order=False)
                    pairs = {"first": theirs["S1"], "total": theirs["ST"]}
                else:
                    theirs = morris.analyze(problem, numpy.array(x), values, num_levels=problem["num_levels"])
                    pairs = {"mu": theirs["mu"], "mu_star": theirs["mu_star"], "sigma": theirs["sigma"]}
                for index, list_of in pairs.items():
                    for name, value in zip(problem["names"], list_of):
                        mine = ours[metric, name, index]
                        self.assertLess(abs(mine - value), 1e-9 * max(1, abs(value)), (method, metric, name, index))

    def test_refused(self):
        at = ["sensitivity", "devnet", *QUICK, "--method", "sobol", "--n", "4", "--runs", "2"]
        self.assertIn("a range is needed", self.refused(*at, "--param", "demand.drift=1,2", "--metric", "burned", code=2))
        self.assertIn("demand.drift=100: demand.drift is 100",
                      self.refused(*at, "--param", "demand.drift=0:100", "--metric", "burned"))
        self.assertIn("there is no metric", self.refused(*at, "--param", "demand.drift=0:1", "--metric", "nonsense"))
        self.assertIn("has no value in some run",
                      self.refused(*at, "--param", "demand.drift=0:1", "--metric", "crossover_day"))


class Calibrate(Case):
    def test_a_fit_is_a_scenario(self):
        data = self.path("d.csv", "day,price\n" + "".join(f"{7 * i},{0.8 * 0.97 ** i}\n" for i in range(12)))
        out = self.path("fit.json")
        at = ["calibrate", "devnet", "--set", "demand.drift=0.5", "--set", "bme.payout_ppb=90%", "--data", data, "--time", "day", "--map",
              "price_usd=price", "--bounds", "initial.price_usd=0.1:10:log", "--bounds", "market.volatility=0.05:2",
              "--train", "0:8", "--test", "8:12", "--runs", "16", "--iterations", "25"]
        r = self.json(*at, "--out", out)["calibration"]
        fit = r["fit"]["price_usd"]
        self.assertEqual((fit["train"]["rows"], fit["test"]["rows"]), (8, 4))
        self.assertTrue(0 <= fit["test"]["band_coverage"] <= 1)
        document = read_json(out)
        self.assertEqual(document["_calibration"], r)
        self.assertEqual(document["extends"], "devnet")
        fitted = {f["param"]: float(f["value"]) for f in r["fitted"]}
        self.assertEqual(document["initial"]["price_usd"], fitted["initial.price_usd"])
        self.assertEqual(run("run", out, "--runs", "8", "--out", self.path("o")).returncode, 0)
        held = read_json(os.path.join(self.path("o"), "manifest.json"))["scenario"]
        self.assertEqual(held["market"]["volatility"], fitted["market.volatility"])
        self.assertEqual(held["demand"]["drift"], 0.5)
        self.assertEqual(str(held["params"]["bme"]["payout_ppb"]), "900000000")
        # The same command finds the same, whatever the threads; and does not write over it.
        self.assertIn("is there already", self.refused(*at, "--out", out))
        self.assertEqual(self.json(*at, "--threads", "1", "--out", self.path("b.json"))["calibration"], r)

    def test_refused(self):
        data = self.path("d.csv", "day,price\n0,1\n1,x\n2,1\n2,1\n")
        at = ["calibrate", "devnet", "--set", "demand.drift=0.5", "--set", "bme.payout_ppb=90%", "--data", data, "--out", self.path("o.json"), "--bounds",
              "market.volatility=0:1", "--train", "0:2", "--test", "2:4"]
        self.assertIn('d.csv line 3 (row 1), column price: "x" is no number',
                      self.refused(*at, "--time", "price", "--map", "price_usd=price").replace("neither a number nor a date", "no number"))
        self.assertIn("line 5 (row 3), column day", self.refused(*at, "--time", "day", "--map", "price_usd=price"))
        self.assertIn("no column \"dey\"; did you mean \"day\"?", self.refused(*at, "--time", "dey", "--map", "price_usd=price"))
        self.assertIn("there is no series", self.refused(*at, "--time", "day", "--map", "nonsense=price"))
        self.assertFalse(os.path.exists(self.path("o.json")))

    @unittest.skipUnless(os.path.isfile(os.path.join(DATA, "render_burns_epochs_1_97.json")), "no real series here")
    def test_render_and_helium(self):
        # Demand alone: capacity does not bind, and the price of the service stands still.
        alone = ["--set", "service.adjust_per_day=0", "--set",
                 "service.usd_per_gpu_hour=1"]
        many = lambda name: ["--set", 'providers=[{"class":"%s","count":100000}]' % name]
        burns = read_json(os.path.join(DATA, "render_burns_epochs_1_97.json"))["data"]
        data = self.path("render.csv", "end,usd_per_day\n" + "".join(
            f"{r['endDate']},{r['burnedRenderUSDCAmt'] / 7}\n" for r in burns[1:]))
        at = [*alone, "--bounds", "demand.usd_per_day=100:50000:log", "--bounds", "demand.drift=-2:3", "--bounds",
              "demand.volatility=0.05:3", "--runs", "64", "--iterations", "80"]
        render = self.json("calibrate", "render", *many("node"), *at, "--data", data, "--time", "end", "--map",
                           "served_usd_per_day=usd_per_day", "--train", "0:72", "--test", "72:96", "--out",
                           self.path("r.json"))["calibration"]
        helium = self.json("calibrate", "helium", *many("hotspot"), *at, "--set", "initial.price_usd=1.5", "--set", "initial.supply=140000000 HNT",
                           "--data",
                           os.path.join(DATA, "helium_burn_mint_monthly_2023_2026.csv"), "--time", "period", "--map",
                           "burned.flow=hnt_burned", "--train", "0:24", "--test", "24:34", "--out",
                           self.path("h.json"))["calibration"]
        for name, c, series in (("render", render, "served_usd_per_day"), ("helium", helium, "burned.flow")):
            fit = c["fit"][series]
            print(name, {f["param"]: f["value"] for f in c["fitted"]}, fit["train"], fit["test"], file=sys.stderr)
            # A weekly burn moves by its own size: the median misses, the band of the rows it saw must hold most of them.
            self.assertLess(fit["train"]["mape"], 3)
            self.assertGreater(fit["train"]["band_coverage"], 0.5)


if __name__ == "__main__":
    unittest.main()
