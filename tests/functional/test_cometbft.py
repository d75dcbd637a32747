#!/usr/bin/env python3
"""One validator under a real CometBFT, of its own life and of what goes wrong with either process.

    test_cometbft.py --bin DIR [--long]      the short form; --long has 200 kills and every fail point of CometBFT

Skipped with a message where scripts/get-cometbft.sh has not built CometBFT. Networks: test_network.py.
"""

import json
import os
import re
import shutil
import subprocess
import time
import unittest

import harness
from comet import Net, consensus, get, needs_cometbft, program
from harness import Folder, Payers, eventually, run, run_json, seeded


class OneValidator(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        needs_cometbft()

    def test_a_life_with_cometbft(self):
        with Folder() as folder, Net(folder, 1) as net:
            node = net[0]
            node.start()
            node.wait_for_height(3)
            with self.subTest("status, readiness and metrics say how consensus is doing"):
                eventually(lambda: consensus(node)["answers"], 20)
                status = node.rpc("status")
                self.assertEqual(status["engine"], "cometbft")
                self.assertFalse(status["syncing"])
                self.assertGreater(status["consensus"]["power"], 0)
                self.assertEqual(get(node.url + "/ready")[0], 200)
                page = get(node.ready["metrics"])[1]
                for name in ("assay_height", "assay_peers", "assay_disk_free_mib", "cometbft_consensus_height"):
                    self.assertIn(f"\n{name}", page)
                for alert in run_json("assayd", "alerts")["items"]:
                    for name in re.findall(r"assay_\w+", alert["expr"]):
                        self.assertIn(f"\n{name} ", page)
            with self.subTest("payments are committed, and the wallet's waiting works as under solo"):
                payers = Payers(node)
                payers.begin(node)
                node.wait_for_height(node.height() + 5)
                payers.end()
                self.assertGreater(payers.sent, 8)
                eventually(lambda: node.rpc("status")["mempool"] == 0, 20, "an empty mempool")
            with self.subTest("CometBFT dies: it is started again, and nothing is lost"):
                before = node.height()
                seen = node.hashes(1, before)
                self.assertIsNotNone(node.kill_comet())
                node.wait_for_height(before + 3)
                self.assertEqual(node.hashes(1, before), seen)
                self.assertGreaterEqual(consensus(node)["restarts"], 1)
            with self.subTest("both die at once"):
                before = node.height()
                seen = node.hashes(1, before)
                node.kill()
                node.start()
                node.wait_for_height(before + 3)
                self.assertEqual(node.hashes(1, before), seen)
            with self.subTest("the state machine alone dies: CometBFT ends itself, and the next start goes on"):
                before = node.height()
                node.process.kill()
                node.ended()
                node.start()
                node.wait_for_height(before + 3)
            with self.subTest("log level and format change while it runs"):
                run("assayd", "log-level", "debug", "--format", "json", "--home", node.home)
                eventually(lambda: '"level":"debug"' in node.log.read_text(), 10, "a JSON line")
            with self.subTest("a bundle for who helps, without a key"):
                run("assayd", "debug", "bundle", folder / "bundle.json", "--home", node.home)
                bundle = (folder / "bundle.json").read_text()
                self.assertIn("cometbft.net_info", json.loads(bundle))
                for key in node.home.glob("keys/*.json"):
                    secret = json.loads(key.read_text())
                    self.assertNotIn(secret.get("secret") or secret["seed"], bundle)
            with self.subTest("both stop together"):
                child = node.comet_pid()
                self.assertEqual(node.terminate(), 0)
                with self.assertRaises(ProcessLookupError):
                    os.kill(child, 0)
            with self.subTest("every block re-executes from genesis"):
                self.assertTrue(node.verify()["ok"])
                later = run_json("assayd", "verify", "--from", 5, "--home", node.home)
                self.assertEqual(later["from"], 4)
                self.assertEqual(later["app_hash"], node.verify()["app_hash"])
            with self.subTest("a file of blocks, checked without a home; another binary's check"):
                run("assayd", "blocks", "export", "--out", folder / "blocks", "--home", node.home)
                done = run_json("assayd", "verify", "--genesis", node.home / "genesis.json", "--blocks", folder / "blocks")
                self.assertTrue(done["ok"])
                raw = bytearray((folder / "blocks").read_bytes())
                raw[len(raw) // 2] ^= 1
                (folder / "bad").write_bytes(raw)
                run("assayd", "verify", "--genesis", node.home / "genesis.json", "--blocks", folder / "bad", exit=None)
                checked = run_json("assayd", "upgrade-check", harness.program("assayd"), "--blocks", 10, "--home", node.home)
                self.assertEqual(checked["blocks"], 10)
            with self.subTest("a home of CometBFT is no home of solo"):
                error = run_json("assayd", "start", "--home", node.home, "--engine", "solo", exit=1)["error"]
                self.assertEqual(error["code"], "engine_unsuitable")
            with self.subTest("a copied home does not sign"):
                shutil.copytree(node.home, folder / "copy", ignore=shutil.ignore_patterns("*.sock"))
                error = run_json("assayd", "start", "--home", folder / "copy", "--cometbft",
                                 str(node.command()[node.command().index("--cometbft") + 1]), exit=1)["error"]
                self.assertEqual(error["code"], "signer_moved")

    def test_no_cometbft_is_said_before_anything_starts(self):
        with Folder() as folder:
            run("assayd", "init", "--home", folder / "home", "--beacon-length", 1000)
            error = run_json("assayd", "start", "--home", folder / "home", "--engine", "cometbft", "--cometbft", "/nowhere",
                             "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0", exit=1)["error"]
            self.assertEqual(error["code"], "not_found")

    def test_somebody_else_may_start_cometbft(self):
        with Folder() as folder, Net(folder, 1) as net:
            node = net[0]
            node.start("--external")
            self.assertIsNone(node.comet_pid())
            self.assertEqual(get(node.url + "/ready")[0], 503)
            with open(folder / "comet.log", "wb") as log:
                other = subprocess.Popen([str(program()), "start", "--home", str(node.home / "cometbft")],
                                         cwd=node.home / "cometbft", stdout=log, stderr=log)
            try:
                node.wait_for_height(3)
            finally:
                other.terminate()
                other.wait(20)
            self.assertEqual(node.terminate(), 0)

    def test_data_of_different_times_are_told_apart(self):
        with Folder() as folder, Net(folder, 1) as net:
            node = net[0]
            node.start()
            node.wait_for_height(4)
            node.terminate()
            shutil.rmtree(node.home / "cometbft" / "data")  # the state machine's are there, CometBFT's are gone
            node.begin("--new-signer")
            said = node.process.communicate(timeout=60)[0].splitlines()  # ready, and then why not
            error = json.loads(said[-1])["error"]
            self.assertEqual((error["code"], node.process.returncode), ("store_corrupt", 1))
            self.assertIn("rollback", error["message"])
            node.process = None

    def test_a_halt_height_stops_both_after_that_block(self):
        with Folder() as folder, Net(folder, 1) as net:
            node = net[0]
            node.start("--halt-height", "4")
            self.assertEqual(node.ended(60), 0)
            node.start()
            node.wait_for_height(6)
            node.terminate()
            self.assertTrue(node.verify()["ok"])


class Kills(unittest.TestCase):
    def test_random_kills_of_either_process_change_nothing(self):
        needs_cometbft()
        kills = 200 if harness.LONG else 6
        chance = seeded("comet kills")
        with Folder() as folder, Net(folder, 1, block_time="50ms") as net:
            node = net[0]
            node.start()
            node.wait_for_height(2)
            payers = Payers(node)
            seen = {}
            for number in range(kills):
                with self.subTest(kill=number, seed=harness.SEED):
                    payers.begin(node)
                    time.sleep(chance.uniform(0.1, 1.2))
                    seen.update(node.hashes(1, node.height()))
                    what = chance.choice(["comet", "assayd", "both"])
                    if what == "comet":
                        node.kill_comet()
                        payers.end()
                        continue
                    if what == "both":
                        node.kill()
                    else:
                        node.process.kill()
                        node.ended()
                    payers.end()
                    node.start()
                    node.wait_for_height(max(seen) + 1)
                    again = node.hashes(1, max(seen))
                    self.assertEqual({h: again[h] for h in seen}, seen)
            node.wait_for_height(max(seen) + 2)
            self.assertEqual(node.terminate(), 0)
            self.assertTrue(node.verify()["ok"])

    def test_cometbft_exits_at_each_of_its_fail_points(self):
        needs_cometbft()
        with Folder() as folder, Net(folder, 1, block_time="50ms") as net:
            node = net[0]
            points = range(10) if harness.LONG else (1, 4, 7)
            for point in points:
                with self.subTest(point=point):
                    os.environ["FAIL_TEST_INDEX"] = str(point)
                    try:
                        node.start()
                    finally:
                        del os.environ["FAIL_TEST_INDEX"]
                    eventually(lambda: "starts again" in node.tail(400) or node.process.poll() is not None, 60, "its end")
                    node.kill()
                    before = node.try_height()
                    node.start()
                    node.wait_for_height(max(before, 1) + 2)
                    node.kill()
            node.start()
            node.wait_for_height(node.height() + 2)
            node.terminate()
            self.assertTrue(node.verify()["ok"])


if __name__ == "__main__":
    harness.main()
