#!/usr/bin/env python3
"""`assay-sim run`, `merge`, `verify`, `bench`: one result whatever the threads, shards and interruptions.

    test_cli_run.py PATH-OF-ASSAY-SIM
"""

import csv
import hashlib
import json
import math
import os
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import zipfile

SIM = sys.argv.pop(1)
QUICK = ["devnet", "--set", "horizon_days=6"]


def tree(folder):
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

    def sim(self, *args, code=0):
        p = subprocess.run([SIM, "--json", *args], capture_output=True, text=True, timeout=120)
        self.assertEqual(p.returncode, code, p.stdout + p.stderr)
        return json.loads(p.stdout)

    def error(self, *args, code=1):
        return self.sim(*args, code=code)["error"]

    def result(self, name, *args):
        value = self.sim("run", *QUICK, "--out", self.path(name), *args)
        return tree(self.path(name)), value


class SameBytes(Case):
    def test_threads_and_shards_leave_no_trace(self):
        # Fewer runs than are kept one by one, and more.
        for runs in ("45", "2100"):
            args = ["--runs", runs, "--paths", "20", "--metrics", "30"]
            whole, value = self.result("whole" + runs, *args, "--threads", "1")
            for threads in ("2", "3"):
                self.assertEqual(self.result(threads + "-" + runs, *args, "--threads", threads)[0], whole)
            names = []
            for i in (3, 1, 2):
                names.append(self.path(f"{i}of3-{runs}"))
                shard = self.sim("run", *QUICK, *args, "--shard", f"{i}/3", "--out", names[-1])
                self.assertEqual(shard["shard"], f"{i}/3")
            merged = self.sim("merge", *names, "--out", self.path("merged" + runs))
            self.assertEqual(tree(self.path("merged" + runs)), whole)
            self.assertEqual(merged["summary"], value["summary"])
            self.assertEqual(merged["result_hash"], value["result_hash"])
        self.assertFalse([n for n in os.listdir(self.dir) if "partial" in n or "aside" in n])

    def test_more_shards_than_blocks(self):
        whole = self.result("whole", "--runs", "9")[0]
        names = [self.path(str(i)) for i in range(1, 6)]
        for i, name in enumerate(names, 1):
            self.sim("run", *QUICK, "--runs", "9", "--shard", f"{i}/5", "--out", name)
        self.sim("merge", *names, "--out", self.path("merged"))
        self.assertEqual(tree(self.path("merged")), whole)

    def interrupted(self, runs, name, *args):
        p = subprocess.Popen([SIM, "--json", "run", "devnet", "--set", "horizon_days=100", "--runs", runs, "--paths",
                              "64", "--out", self.path(name), "--progress", "json", *args],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for line in p.stderr:
            if json.loads(line)["done"] > 0:
                break
        p.send_signal(signal.SIGINT)
        out, _ = p.communicate(timeout=60)
        self.assertEqual(p.returncode, 130, out)
        return json.loads(out)["error"]

    def test_an_interrupted_run_goes_on_to_the_same_bytes(self):
        args = ["run", "devnet", "--set", "horizon_days=100", "--runs", "4000", "--paths", "64", "--out", self.path("a")]
        error = self.interrupted("4000", "a", "--threads", "1")
        self.assertEqual(error["code"], "interrupted")
        self.assertIn("a.partial", error["message"])
        self.assertIn("same command", error["hint"])
        self.assertEqual(os.listdir(self.dir), ["a.partial"])
        state = tree(self.path("a.partial"))
        self.assertEqual(sorted(state), ["figures.bin", "lock", "paths.bin", "state.bin"])
        # Another question does not go on from there, and takes nothing away.
        other = self.error(*args, "--seed", "5")
        self.assertEqual(other["code"], "already_exists")
        self.assertEqual(tree(self.path("a.partial")), state)
        # Nor from a state, or rows, that somebody changed.
        for name in ("state.bin", "figures.bin", "paths.bin"):
            broken = bytearray(state[name])
            broken[100] ^= 1
            with open(self.path("a.partial/" + name), "wb") as f:
                f.write(broken)
            self.assertEqual(self.error(*args)["code"], "bad_state_file", name)
            with open(self.path("a.partial/" + name), "wb") as f:
                f.write(state[name])
        p = subprocess.run([SIM, *args], capture_output=True, text=True, timeout=120)
        self.assertEqual(p.returncode, 0, p.stderr)
        self.assertIn("goes on after", p.stderr)
        self.assertEqual(os.listdir(self.dir), ["a"])
        resumed = tree(self.path("a"))
        args[-1] = self.path("b")
        self.sim(*args, "--threads", "3")
        self.assertEqual(tree(self.path("b")), resumed)

    def test_runs_until_it_is_precise_are_as_many_at_once(self):
        value = self.sim("run", *QUICK, "--until", "final_price_usd +- 0.0007", "--out", self.path("a"), "--threads", "2")
        self.assertLessEqual(value["precision"]["reached"], 0.0007)
        self.assertGreater(value["runs"], 4096)
        self.assertEqual(self.result("b", "--runs", str(value["runs"]))[0], tree(self.path("a")))
        again = self.sim("run", *QUICK, "--precision", "final_price_usd.mean ± 0.0007", "--out", self.path("a"))
        self.assertEqual(again["result_hash"], value["result_hash"])
        half = self.sim("run", *QUICK, "--precision", "final_price_usd.p50 ± 0.01", "--out", self.path("p"))
        self.assertLessEqual(half["precision"]["reached"], 0.01)
        # Finer than a quantile can be.
        error = self.error("run", *QUICK, "--precision", "final_price_usd.p50 ± 0.0003", "--out", self.path("q"))
        self.assertIn("0.1 %", error["message"])
        # What cannot be reached ends at the most that is allowed, and says so.
        few = self.sim("run", *QUICK, "--precision", "final_price_usd ± 0.0000001", "--runs", "50", "--out", self.path("c"))
        self.assertEqual(few["runs"], 50)
        self.assertGreater(few["precision"]["reached"], 1e-7)
        self.assertEqual(self.error("run", *QUICK, "--precision", "treasury_ruin_day ± 1", "--out", self.path("d"))["code"],
                         "field_out_of_range")

    def test_verify(self):
        self.result("a", "--runs", "30", "--paths", "all")
        value = self.sim("verify", self.path("a"), "--threads", "2")
        self.assertTrue(value["same"])
        self.assertEqual(value["unchecked"], [])
        with open(self.path("a/manifest.json")) as f:
            manifest = json.load(f)

        def edited(**members):
            with open(self.path("a/manifest.json"), "w") as f:
                json.dump({**manifest, **members}, f)
            return self.error("verify", self.path("a"), code=4)["message"]

        self.assertIn("model 1", edited(model=1))
        self.assertIn("scenario", edited(scenario={**manifest["scenario"], "seed": "9"}))
        # A result that was made up, every hash right: only running it again tells.
        with open(self.path("a/metrics.csv"), "a") as f:
            f.write("0,30,final_price_usd,1\n")
        files = {n: hashlib.sha256(tree(self.path("a"))[n]).hexdigest() for n in manifest["files"]}
        lines = "".join(f"{n} {h}\n" for n, h in files.items())
        message = edited(files=files, result_hash=hashlib.sha256(lines.encode()).hexdigest())
        self.assertIn("metrics.csv", message)
        self.assertIn(manifest["result_hash"], message)


class Numbers(Case):
    def test_means_and_errors_are_those_of_exact_sums(self):
        files, value = self.result("a", "--runs", "500")
        by_name = {}
        for row in csv.DictReader(files["metrics.csv"].decode().splitlines()):
            if row["value"]:
                by_name.setdefault(row["metric"], []).append(float(row["value"]))
        metrics = value["summary"]["cells"][0]["metrics"]
        for name, m in metrics.items():
            values = by_name.get(name, [])
            self.assertEqual(m["missing"], 500 - len(values), name)
            if not values:
                self.assertIsNone(m["mean"])
                continue
            self.assertEqual(m["mean"], min(max(math.fsum(values) / len(values), min(values)), max(values)), name)
            self.assertTrue(math.isclose(m["sd"], statistics.stdev(values), rel_tol=1e-13, abs_tol=1e-300), name)
            self.assertTrue(math.isclose(m["standard_error"], m["sd"] / math.sqrt(len(values)), rel_tol=1e-13), name)
            self.assertEqual((m["min"], m["max"]), (min(values), max(values)))
            if m["fail"] and m["fail"]["p"] is not None:
                beyond = (lambda x: x > m["fail"]["threshold"]) if m["fail"]["op"] == "above" else (
                    lambda x: x < m["fail"]["threshold"])
                self.assertEqual(m["fail"]["p"], sum(map(beyond, values)) / 500, name)
                self.assertLessEqual(m["fail"]["low"], m["fail"]["p"])
                self.assertGreaterEqual(m["fail"]["high"], m["fail"]["p"])

    def test_quantiles_of_many_runs_are_within_their_error(self):
        files, value = self.result("a", "--runs", "2100", "--metrics", "all")
        values = {}
        for row in csv.DictReader(files["metrics.csv"].decode().splitlines()):
            if row["value"]:
                values.setdefault(row["metric"], []).append(float(row["value"]))
        for name, m in value["summary"]["cells"][0]["metrics"].items():
            v = sorted(values.get(name, []))
            self.assertEqual(m["quantile_error"], 0.001)
            for q, x in m["quantiles"].items():
                if not v or (v[0] < 0 < v[-1]):
                    continue
                at = float(q) * (len(v) - 1)
                low = int(at)
                exact = v[low] + (at - low) * (v[min(low + 1, len(v) - 1)] - v[low])
                self.assertLessEqual(abs(x - exact), 0.001 * abs(exact) * (1 + 1e-12), (name, q))

    def test_paths_are_numpys(self):
        files, _ = self.result("a", "--runs", "30", "--paths", "7")
        with zipfile.ZipFile(self.path("a/paths.npz")) as z:
            self.assertIsNone(z.testzip())
            names = z.namelist()
            raw = z.read("price_usd.npy")
        self.assertIn("day.npy", names)
        self.assertEqual(raw[:8], b"\x93NUMPY\x01\x00")
        head = struct.unpack("<H", raw[8:10])[0]
        self.assertEqual((10 + head) % 64, 0)
        shape = eval(raw[10:10 + head])["shape"]
        self.assertEqual(shape, (7, 6))
        prices = struct.unpack("<42d", raw[10 + head:])
        last = [r["value"] for r in csv.DictReader(files["metrics.csv"].decode().splitlines())
                if r["metric"] == "final_price_usd"][:7]
        self.assertEqual([prices[6 * i + 5] for i in range(7)], [float(x) for x in last])
        try:
            import numpy
        except ImportError:
            return
        with numpy.load(self.path("a/paths.npz")) as z:
            self.assertEqual(z["price_usd"].shape, (7, 6))
            self.assertEqual(list(z["day"]), [1, 2, 3, 4, 5, 6])
            self.assertEqual(list(z["price_usd"].ravel()), list(prices))

    def test_metrics_and_paths_are_as_many_as_asked(self):
        rows = lambda files: len({r["run"] for r in csv.DictReader(files["metrics.csv"].decode().splitlines())})
        self.assertEqual(rows(self.result("a", "--runs", "20", "--metrics", "none")[0]), 0)
        self.assertEqual(rows(self.result("b", "--runs", "20", "--metrics", "5")[0]), 5)
        files, _ = self.result("c", "--runs", "20", "--metrics", "all")
        self.assertEqual(rows(files), 20)
        self.assertNotIn("paths.npz", files)
        # Saying what would be so anyway is the same question.
        self.assertEqual(self.result("d", "--runs", "20")[0], files)

    def test_a_million_runs_would_fit(self):
        # Memory hardly grows with runs: what does is the first runs' figures.
        most = []
        for i, runs in enumerate(("2100", "21000")):
            p = subprocess.Popen([SIM, "run", *QUICK, "--runs", runs, "--out", self.path(str(i)), "--threads", "2"],
                                 stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(p.pid, 0)
            p.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(p.returncode, 0)
            most.append(usage.ru_maxrss / 1024)
        self.assertLess(most[1], most[0] + 20, "MiB")
        self.assertLess(most[1], 100)

    def test_bench(self):
        value = self.sim("bench", "--mode", "exact", "--seconds", "1", "--set", "horizon_days=50")
        self.assertEqual(value["steps"], 50)
        self.assertGreater(value["modes"][0]["path_steps_per_s"], 1000)
        self.assertGreater(value["modes"][0]["with_statistics_per_s"], 1000)


class Refused(Case):
    def test_usage(self):
        for args in (["--shard", "0/3"], ["--shard", "4/3"], ["--shard", "1"], ["--shard", "a/b"], ["--shard", "1/99999999"],
                     ["--paths", "some"], ["--metrics", "-1"], ["--mode", "quick"], ["--precision", "max_drawdown"],
                     ["--precision", "max_drawdown ± 1", "--shard", "1/2"], ["--runs", "2000001"]):
            with self.subTest(args=args):
                self.assertEqual(self.error("run", *QUICK, *args, "--out", self.path("o"), code=2)["code"], "usage")
        self.assertEqual(self.error("run", *QUICK, "--set", "horizon_days=99", "--runs", "2000000",
                                    "--paths", "all", "--out", self.path("o"))["code"],
                         "field_out_of_range")
        self.assertEqual(os.listdir(self.dir), [])

    def test_shards_that_do_not_belong_together(self):
        for i in (1, 2, 3):
            self.sim("run", *QUICK, "--runs", "40", "--shard", f"{i}/3", "--out", self.path(str(i)))
        self.sim("run", *QUICK, "--runs", "48", "--shard", "3/3", "--out", self.path("other"))
        self.sim("run", *QUICK, "--runs", "40", "--shard", "2/2", "--out", self.path("half"))
        self.sim("run", *QUICK, "--runs", "40", "--out", self.path("whole"))
        merge = lambda *names, code=2: self.error("merge", *[self.path(n) for n in names], "--out", self.path("o"), code=code)
        self.assertIn("2/3", merge("1", "3")["message"])
        self.assertIn("twice", merge("1", "2", "2")["message"])
        self.assertIn("other", merge("1", "2", "other")["message"])
        self.assertIn("half", merge("1", "half")["message"])
        self.assertIn("no shard", merge("1", "2", "whole")["message"])
        with open(self.path("2/figures.bin"), "r+b") as f:
            f.write(b"\1\2\3")
        self.assertIn("figures.bin", merge("1", "2", "3", code=4)["message"])
        with open(self.path("3/manifest.json"), "r+") as f:
            text = f.read().replace("assay-sim 0", "assay-sim 9")
            f.seek(0)
            f.write(text)
        self.assertIn("assay-sim 9", merge("1", "3", code=4)["message"])
        self.assertEqual(merge("1", "nowhere", code=1)["code"], "not_found")
        # One shard is no result.
        for command in ("verify", "propose"):
            self.assertIn("merge", self.error(command, self.path("1"))["message"])
        # Nor may another shard take its place.
        self.assertEqual(self.error("run", *QUICK, "--runs", "40", "--shard", "2/3", "--out", self.path("1"))["code"],
                         "already_exists")
        self.assertNotIn("o", os.listdir(self.dir))

    def test_foreign_files_are_left_alone(self):
        os.mkdir(self.path("o.partial"))
        with open(self.path("o.partial/thesis.txt"), "w") as f:
            f.write("years of work")
        error = self.error("run", *QUICK, "--out", self.path("o"))
        self.assertEqual(error["code"], "already_exists")
        self.assertIn("thesis.txt", error["message"])
        self.assertEqual(tree(self.path("o.partial")), {"thesis.txt": b"years of work"})

    def test_two_at_once(self):
        p = subprocess.Popen([SIM, "run", "devnet", "--runs", "1000000", "--out", self.path("o")], stderr=subprocess.PIPE)
        while not os.path.exists(self.path("o.partial/lock")):
            time.sleep(0.01)
        time.sleep(0.1)
        self.assertEqual(self.error("run", *QUICK, "--out", self.path("o"))["code"], "store_locked")
        p.terminate()
        p.communicate(timeout=60)
        self.assertEqual(p.returncode, 130)

    def test_a_full_disk_leaves_nothing(self):
        # Every size at which some file does not fit any more: a sentence, exit 1, and nothing is there.
        code = ("import resource,os,sys; n=int(sys.argv[1]); resource.setrlimit(resource.RLIMIT_FSIZE,(n,n));"
                "os.execv(sys.argv[2], sys.argv[2:])")
        for size in (100, 20_000, 60_000):
            p = subprocess.run([sys.executable, "-c", code, str(size), SIM, "--json", "run", *QUICK, "--runs", "100",
                                "--out", self.path("o")], capture_output=True, text=True, timeout=60)
            self.assertEqual(p.returncode, 1, p.stdout + p.stderr)
            self.assertEqual(json.loads(p.stdout)["error"]["code"], "io_error")
            self.assertEqual(os.listdir(self.dir), [])


if __name__ == "__main__":
    unittest.main()
