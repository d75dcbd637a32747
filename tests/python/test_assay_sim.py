#!/usr/bin/env python3
"""The Python package over the library that the build made: what it answers, refuses and writes, and that Ctrl-C ends it.

    ASSAY_SIM_LIBRARY=… PYTHONPATH=python test_assay_sim.py PATH-OF-ASSAY-SIM
"""

import concurrent.futures
import filecmp
import json
import math
import os
import pathlib
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import assay_sim

PROGRAM = sys.argv.pop(1)
SHORT = {"horizon_days": 30}


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = folder.name

    def path(self, name):
        return os.path.join(self.dir, name)

    def refused(self, code, f, *args, **more):
        with self.assertRaises(assay_sim.Error) as caught:
            f(*args, **more)
        self.assertEqual(caught.exception.code, code, caught.exception)
        self.assertTrue(caught.exception.message)
        return caught.exception


class Answers(Case):
    @classmethod
    def setUpClass(cls):
        cls.result = assay_sim.simulate("devnet", runs=20, set=SHORT, seed=3)

    def test_the_directory_is_the_programs_byte_for_byte(self):
        self.result.save(self.path("ours"))
        p = subprocess.run([PROGRAM, "run", "devnet", "--runs", "20", "--seed", "3", "--set", "horizon_days=30", "--out",
                            self.path("theirs")], capture_output=True, text=True, timeout=120)
        self.assertEqual(p.returncode, 0, p.stderr)
        names = sorted(os.listdir(self.path("theirs")))
        self.assertEqual(sorted(os.listdir(self.path("ours"))), names)
        self.assertEqual(filecmp.cmpfiles(self.path("ours"), self.path("theirs"), names, shallow=False), (names, [], []))

    def test_threads_change_no_byte(self):
        other = assay_sim.simulate("devnet", runs=20, set=SHORT, seed=3, threads=1)
        self.assertEqual(other.files, self.result.files)
        self.assertNotEqual(assay_sim.simulate("devnet", runs=20, set=SHORT, seed=4).result_hash, self.result.result_hash)

    def test_tables_say_what_the_files_say(self):
        frame = self.result.frame()
        self.assertEqual(list(frame["step"]), list(range(1, 31)))
        fan = self.result.quantiles("price_usd")
        self.assertEqual(list(fan["0.5"]), list(frame["price_usd"]))
        self.assertTrue(all(a <= b for a, b in zip(fan["0.05"], fan["0.95"])))
        metrics = self.result.metrics()
        self.assertEqual(list(metrics["run"]), list(range(20)))
        mean = math.fsum(metrics["final_price_usd"]) / 20
        self.assertAlmostEqual(self.result.mean("final_price_usd") / mean, 1, 12)
        figures = self.result.figures()
        at = list(figures["metric"]).index("final_price_usd")
        self.assertEqual(list(figures["mean"])[at], self.result.mean("final_price_usd"))
        self.assertEqual(list(self.result.cells()["cell"]), [0])
        self.assertEqual(self.result.runs, 20)
        self.assertIn("devnet: 20 runs of 30 steps", repr(self.result))

    def test_what_went_in_is_kept(self):
        self.assertEqual(self.result.scenario["horizon_days"], 30)
        again = assay_sim.simulate(self.result, runs=20)
        self.assertEqual(again.result_hash, self.result.result_hash)
        self.assertEqual(pickle.loads(pickle.dumps(self.result)).files, self.result.files)

    def test_a_scenario_is_a_name_a_file_a_directory_or_members(self):
        document = {"extends": "devnet", "horizon_days": 30, "seed": 3, "demand": {"volatility": 0.5}}
        path = pathlib.Path(self.path("mine.json"))
        path.write_text(json.dumps(document))
        of_file = assay_sim.simulate(path, runs=8)
        of_set = assay_sim.simulate("devnet", runs=8, seed=3, set={**SHORT, "demand.volatility": 0.5})
        of_file.save(self.path("kept"))
        for other in (assay_sim.simulate(document, runs=8), assay_sim.simulate(self.path("kept"), runs=8),
                      assay_sim.simulate({"extends": str(path)}, runs=8)):
            self.assertEqual(list(other.metrics()["minted"]), list(of_file.metrics()["minted"]))
            self.assertEqual(list(other.frame()["price_usd"]), list(of_set.frame()["price_usd"]))
        self.assertEqual(assay_sim.resolve(document)["demand"]["volatility"], 0.5)

    def test_presets_params_figures(self):
        self.assertIn("akash", assay_sim.presets())
        params = assay_sim.params("volatility")
        self.assertIn("demand.volatility", list(params["path"]))
        names = [f["name"] for f in assay_sim.figures()["figures"]]
        self.assertEqual(list(self.result.figures()["metric"]), [n for n in names if n in self.result.summary["cells"][0]["metrics"]])

    def test_progress_is_told(self):
        seen = []
        assay_sim.simulate("devnet", runs=400, threads=1, progress=lambda done, of: seen.append((done, of)))
        for done, of in seen:
            self.assertLessEqual(done, of)

    def test_paths_are_kept_where_asked(self):
        self.refused("not_found", self.result.paths)
        kept = assay_sim.simulate("devnet", runs=20, set=SHORT, seed=3, paths=2)
        self.assertIn("paths.npz", kept.files)
        self.assertEqual(list(kept.metrics()["minted"]), list(self.result.metrics()["minted"]))
        try:
            import numpy
        except ImportError:
            self.refused("not_found", kept.paths)
            return
        self.assertEqual(numpy.shape(kept.paths()["price_usd"]), (2, 30))

    def test_report_page(self):
        sentence = self.result.report(self.path("report.html"), title="a < b")
        page = pathlib.Path(self.path("report.html")).read_text()
        self.assertIn("a &lt; b", page)
        self.assertGreater(len(sentence), 10)
        self.assertEqual(os.listdir(self.dir), ["report.html"])

    def test_fan_chart(self):
        try:
            import matplotlib
        except ImportError:
            e = self.refused("not_found", self.result.plot)
            self.assertIn("matplotlib", e.message)
            return
        matplotlib.use("Agg")
        axes = self.result.plot("devices")
        self.assertEqual(len(axes.lines[0].get_xdata()), 30)


class Directories(Case):
    def test_saved_loaded_and_never_over_something_else(self):
        result = assay_sim.simulate("devnet", runs=8, set=SHORT)
        result.save(self.path("r"))
        self.assertEqual(assay_sim.load(self.path("r")).files, result.files)
        result.save(self.path("r"))  # the same answer again
        self.refused("already_exists", assay_sim.simulate("devnet", runs=9, set=SHORT).save, self.path("r"))
        os.mkdir(self.path("mine"))
        pathlib.Path(self.path("mine"), "notes.txt").write_text("hello")
        self.refused("already_exists", result.save, self.path("mine"))
        pathlib.Path(self.path("file")).write_text("hello")
        self.refused("already_exists", result.save, self.path("file"))
        self.assertEqual(sorted(os.listdir(self.dir)), ["file", "mine", "r"])

    def test_a_disk_that_takes_nothing(self):
        result = assay_sim.simulate("devnet", runs=8, set=SHORT)
        pathlib.Path(self.path("file")).write_text("hello")
        self.refused("io_error", result.save, self.path("file/below"))

    def test_edited_files_are_found(self):
        result = assay_sim.simulate("devnet", runs=8, set=SHORT)
        result.save(self.path("r"))
        path = pathlib.Path(self.path("r"), "metrics.csv")
        path.write_text(path.read_text().replace("1", "2", 1))
        e = self.refused("verification_failed", assay_sim.load, self.path("r"))
        self.assertIn("metrics.csv", e.message)
        self.refused("not_found", assay_sim.load, self.path("nowhere"))


class BadInput(Case):
    def test_one_sentence_with_code_and_place(self):
        self.refused("not_found", assay_sim.simulate, "nonsense")
        e = self.refused("json_unknown_key", assay_sim.simulate, {"extends": "devnet", "demnd": {}})
        self.assertIn("line 3", e.message)
        self.assertIn('"demand"', e.message)
        self.assertNotIn("/tmp", e.message)
        self.refused("json_unknown_key", assay_sim.simulate, "devnet", set={"demand.nonsense": 1})
        self.refused("json_number_range", assay_sim.simulate, "devnet", runs=0)
        self.refused("json_type", assay_sim.simulate, "devnet", runs="many")
        self.refused("usage", assay_sim.simulate, "devnet", mode="quick")
        self.refused("usage", assay_sim.simulate, "devnet", set={"demand": [1]})
        self.refused("json_type", assay_sim.simulate, {"extends": object()})
        e = self.refused("number_unpublished", assay_sim.simulate, "yotta")
        self.assertIn("set=", e.hint)

    def test_names_that_are_not_there(self):
        result = assay_sim.simulate("devnet", runs=8, set=SHORT)
        self.assertIn("price_usd", self.refused("not_found", result.quantiles, "price").message)
        self.refused("field_out_of_range", result.frame, q=0.3)
        self.refused("not_found", result.figures, cell=1)
        self.refused("not_found", result.mean, "max_drawdwn")

    def test_another_library_is_refused(self):
        p = subprocess.run([sys.executable, "-c", "import assay_sim"], capture_output=True, text=True,
                           env={**os.environ, "ASSAY_SIM_LIBRARY": self.path("nothing.so")}, timeout=60)
        self.assertNotEqual(p.returncode, 0)
        self.assertIn("is not there", p.stderr)


class Interrupted(Case):
    def test_ctrl_c_ends_it_at_once(self):
        script = ("import assay_sim, sys\n"
                  "try: assay_sim.simulate('devnet', runs=500_000, set={'horizon_days': 3650}, progress=lambda d, o: print(d, flush=True))\n"
                  "except KeyboardInterrupt: sys.exit(7)\n")
        p = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
        self.addCleanup(p.wait)
        self.addCleanup(p.kill)
        p.stdout.readline()
        began = time.monotonic()
        p.send_signal(signal.SIGINT)
        p.stdout.close()
        self.assertEqual(p.wait(60), 7)
        self.assertLess(time.monotonic() - began, 10)

    def test_other_threads_go_on(self):
        ticks = []
        stop = threading.Event()

        def tick():
            while not stop.wait(0.001):
                ticks.append(None)

        thread = threading.Thread(target=tick)
        thread.start()
        try:
            assay_sim.simulate("devnet", runs=200, threads=1)
        finally:
            stop.set()
            thread.join()
        self.assertGreater(len(ticks), 3)


GRID = {"demand.volatility": [0.2, 0.8], "initial.price_usd": [0.5, 1, 2]}


class Sweeps(Case):
    @classmethod
    def setUpClass(cls):
        cls.result = assay_sim.sweep("devnet", GRID, runs=8, set=SHORT, seed=3)

    def test_the_directory_is_the_programs_byte_for_byte(self):
        self.result.save(self.path("ours"))
        p = subprocess.run([PROGRAM, "sweep", "devnet", "--runs", "8", "--seed", "3", "--set", "horizon_days=30", "--param",
                            "demand.volatility=0.2,0.8", "--param", "initial.price_usd=0.5,1,2", "--out", self.path("theirs")],
                           capture_output=True, text=True, timeout=120)
        self.assertEqual(p.returncode, 0, p.stderr)
        names = sorted(os.listdir(self.path("theirs")))
        self.assertEqual(sorted(os.listdir(self.path("ours"))), names)
        self.assertEqual(filecmp.cmpfiles(self.path("ours"), self.path("theirs"), names, shallow=False), (names, [], []))

    def test_the_scenarios_own_sweep(self):
        document = {"extends": "devnet", "name": "devnet", "horizon_days": 30, "seed": 3, "sweep": {"mode": "grid", "params": GRID}}
        own = assay_sim.sweep(document, runs=8)
        self.assertEqual(own.result_hash, self.result.result_hash)
        self.refused("usage", assay_sim.sweep, "devnet", runs=8)

    def test_each_cell_is_what_simulate_gives(self):
        cells = self.result.cells()
        self.assertEqual(list(cells["demand.volatility"]), [0.2] * 3 + [0.8] * 3)
        self.assertEqual(list(cells["initial.price_usd"]), [0.5, 1, 2] * 2)
        metrics = self.result.metrics()
        base = assay_sim.resolve("devnet", set={**SHORT, "seed": 3})  # what a cell leaves alone stays as it was
        for cell in range(6):
            alone = assay_sim.simulate(base, runs=8, set={path: list(cells[path])[cell] for path in GRID})
            there = [x for c, x in zip(metrics["cell"], metrics["max_drawdown"]) if c == cell]
            self.assertEqual(there, list(alone.metrics()["max_drawdown"]))
            self.assertEqual(self.result.mean("max_drawdown", cell), alone.mean("max_drawdown"))
            self.assertEqual(list(self.result.quantiles("supply", cell)["0.9"]), list(alone.quantiles("supply")["0.9"]))

    def test_zip_and_table(self):
        both = {"demand.volatility": [0.2, 0.8], "initial.price_usd": [1, 2]}
        zipped = assay_sim.sweep("devnet", both, mode="zip", runs=8, set=SHORT)
        table = assay_sim.sweep("devnet", [dict(zip(both, row)) for row in zip(*both.values())], mode="table", runs=8, set=SHORT)
        self.assertEqual(zipped.files, table.files)
        samples = assay_sim.sweep("devnet", {"demand.volatility": {"low": 0.2, "high": 0.8}}, mode="sobol", samples=4, runs=8, set=SHORT)
        self.assertEqual(len(set(samples.cells()["demand.volatility"])), 4)
        self.assertEqual(len(zipped.summary["cells"]), 2)

    def test_processes_give_the_same_bytes(self):
        with concurrent.futures.ProcessPoolExecutor(2) as pool:
            for shards in (1, 2, 6, 50):
                other = assay_sim.map(pool, "devnet", GRID, runs=8, set=SHORT, seed=3, shards=shards)
                self.assertEqual(other.files, self.result.files)

    def test_shards_give_the_same_bytes(self):
        here = assay_sim.simulate("devnet", 50, set=SHORT, seed=3)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for shards in (1, 3, 5):
                self.assertEqual(assay_sim.map(pool, "devnet", runs=50, set=SHORT, seed=3, shards=shards).files, here.files)

    def test_a_scenario_of_files_travels_whole(self):
        below = pathlib.Path(self.path("below.json"))
        below.write_text(json.dumps({"extends": "devnet", "demand": {"volatility": 0.3}}))
        mine = pathlib.Path(self.path("mine.json"))
        mine.write_text(json.dumps({"extends": "below.json", "horizon_days": 30}))
        with concurrent.futures.ProcessPoolExecutor(2) as pool:
            spread = assay_sim.map(pool, mine, {"initial.price_usd": [1, 2]}, runs=8)
        self.assertEqual(spread.files, assay_sim.sweep(mine, {"initial.price_usd": [1, 2]}, runs=8).files)

    def test_refused_before_anything_runs(self):
        e = self.refused("json_unknown_key", assay_sim.sweep, "devnet", {"demand.volatilty": [1]}, runs=1_000_000)
        self.assertIn("cell 0", e.message)
        e = self.refused("field_out_of_range", assay_sim.sweep, "devnet", {"demand.volatility": [1, -1]}, runs=1_000_000)
        self.assertIn("cell 1", e.message)
        self.refused("usage", assay_sim.sweep, "devnet", {"demand.volatility": 1})
        self.refused("field_out_of_range", assay_sim.sweep, "devnet", {"demand.volatility": []})
        self.refused("usage", assay_sim.sweep, "devnet", {"seed": [1, 2], "demand.volatility": [1]}, mode="zip")
        self.refused("field_out_of_range", assay_sim.sweep, "devnet", {"seed": [1, 2]}, mode="sobel")
        with concurrent.futures.ProcessPoolExecutor(1) as pool:
            self.refused("field_out_of_range", assay_sim.map, pool, "devnet", {"demand.volatility": [1, -1]})


class WithoutPandas(Case):
    def test_tables_of_our_own(self):
        table = assay_sim.Table({"day": [1, 2], "price_usd": [0.5, math.nan]})
        self.assertEqual((len(table), table.columns, table["day"]), (2, ["day", "price_usd"], [1, 2]))
        table.to_csv(self.path("t.csv"))
        self.assertEqual(pathlib.Path(self.path("t.csv")).read_text().split(), ["day,price_usd", "1,0.5", "2,"])
        self.assertIn("price_usd", repr(table))
        self.assertIn("<td>0.5</td>", table._repr_html_())
        with self.assertRaises(KeyError):
            table["nonsense"]


if __name__ == "__main__":
    unittest.main()
