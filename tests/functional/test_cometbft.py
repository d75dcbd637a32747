#!/usr/bin/env python3
"""Real CometBFT networks on loopback: one validator and four, both supported lines, and what goes wrong with them.

    test_cometbft.py --bin DIR [--long]      the short form; --long has 200 kills and every fail point of CometBFT

Skipped with a message where scripts/get-cometbft.sh has not built CometBFT.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest
import urllib.request

import harness
from comet import VERSIONS, CometNode, Net, needs_cometbft, program
from harness import Folder, Payers, eventually, run, run_json, seeded


def get(url):
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode()


def consensus(node):
    return node.rpc("status")["consensus"]


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


class FourValidators(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        needs_cometbft()

    def test_a_network_lives_through_what_happens_to_networks(self):
        with Folder() as folder, Net(folder, 4) as net:
            net.start()
            net.wait_for_height(4)
            with self.subTest("a payment sent to one node is on all"):
                payers = Payers(net[3])
                payers.begin(net[3])
                net.advances(4)
                payers.end()
                self.assertGreater(payers.sent, 8)
                key = payers.keys[0].name()
                eventually(lambda: all(n.rpc("status")["mempool"] == 0 for n in net), 30, "empty mempools")
                net.check_equal(min(n.height() for n in net))
                self.assertEqual(len({json.dumps(n.rpc("account", address=key)["nonce"]) for n in net}), 1)
            with self.subTest("one is killed: three go on, and it catches up"):
                net[1].kill()
                net.advances(4)
                net[1].start()
                net.advances(3)
            with self.subTest("two stand still: no block; they go on: blocks again"):
                net[2].stopped()
                net[3].stopped()
                time.sleep(1)
                at = net[0].height()
                time.sleep(3)
                self.assertLessEqual(net[0].height(), at + 1)
                net[2].stopped(False)
                net[3].stopped(False)
                net.advances(4, 90)
            with self.subTest("every height's app hash is the same on all"):
                net.check_equal(min(n.height() for n in net))
            with self.subTest("one without its beacon chain: its proposals are refused, the others' are not"):
                net[3].terminate()
                beacon = net[3].home / "keys" / "beacon.json"
                right = beacon.read_text()
                secret = json.loads(right)
                secret["seed"] = "77" * 32
                beacon.write_text(json.dumps(secret))
                (net[3].home / "keys" / "beacon.cache").unlink()
                net[3].start()
                net.advances(8, 120)
                eventually(lambda: max(consensus(n)["proposals_refused"] for n in net.nodes[:3]) > 0, 60, "a refused proposal")
                net[3].terminate()
                beacon.write_text(right)
                (net[3].home / "keys" / "beacon.cache").unlink()
                net[3].start()
                net.advances(3, 90)
            with self.subTest("two processes with one key: the evidence slashes and tombstones"):
                net[3].terminate()
                twin = net.twin(3)
                net[3].start()
                twin.start("--new-signer")
                eventually(lambda: any(v["tombstoned"] for v in net[0].rpc("validators")["items"]), 120, "a tombstone")
                twin.kill()
                net[3].kill()
                net.advances(3, 120)
                net.check_equal(min(n.height() for n in net.live()))
            net.stop()
            self.assertTrue(net[0].verify()["ok"])


class Members(unittest.TestCase):
    def test_a_node_joins_by_block_sync_becomes_a_validator_and_leaves(self):
        needs_cometbft()
        with Folder() as folder, Net(folder, 3) as net:
            net.start()
            net.wait_for_height(5)
            source = net[0]
            base = net.base + 40
            joiner = CometNode(folder / "joiner", network=str(source.home / "genesis.json"), settings=(
                "--peers", f"{source.node_id()}@127.0.0.1:{net.base + 3}", "--p2p", f"127.0.0.1:{base + 3}",
                "--metrics", f"127.0.0.1:{base + 1}", "--cometbft-metrics", f"127.0.0.1:{base + 4}", "--block-time", "200ms"))
            net.nodes.append(joiner)
            joiner.start(listen=f"127.0.0.1:{base}")
            net.advances(2)
            net.check_equal(5)
            (folder / "password").write_text("correct horse\n")

            def assay(*arguments):
                return run_json("assay", *arguments, "--node", source.url, "--home", folder / "wallet", "--password-file",
                                folder / "password")

            with self.subTest("it registers, and has power from the second epoch boundary on"):
                assay("key", "new", "owner", "--kdf-light")
                assay("faucet", "owner", "--amount", "400000", "-y")
                ids = run_json("assayd", "id", "--home", joiner.home)
                assay("validator", "register", "--consensus-key", ids["consensus_key"], "--beacon-tip", ids["beacon_tip"], "--bond",
                      "330000", "--name", "joiner", "--from", "owner", "-y")
                eventually(lambda: consensus(joiner)["power"] > 0, 90, "power for the new validator")
            with self.subTest("its proposals are blocks of the chain"):
                def proposed():
                    return next(v["proposed"] for v in source.rpc("validators")["items"] if v["name"] == "joiner")
                eventually(lambda: proposed() > 1, 60, "a block of the new validator")
            with self.subTest("it retires, and has none from the next boundary on; the others go on without it"):
                assay("validator", "retire", "--from", "owner", "-y")
                eventually(lambda: consensus(joiner)["power"] == 0, 90, "no power")
                joiner.kill()
                at = net.advances(4)
                net.check_equal(at)


class FarApart(unittest.TestCase):
    def test_four_validators_a_tenth_of_a_second_apart(self):
        needs_cometbft()
        with Folder() as folder, Net(folder, 4, block_time="300ms") as net:
            net.far_apart(0.1).start()
            net.wait_for_height(3)
            payers = Payers(net[1])
            payers.begin(net[1])
            at = net.advances(5)
            payers.end()
            self.assertGreater(payers.sent, 8)
            net[0].kill()
            at = net.advances(3)
            net[0].start()
            net.advances(3)
            net.check_equal(at)


class Demo(unittest.TestCase):
    def test_the_economy_runs_on_four_validators(self):
        needs_cometbft()
        script = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "demo.py"
        done = subprocess.run([sys.executable, str(script), "--bin", str(harness.BIN), "--validators", "4", "--json", "--longest", "300"],
                              capture_output=True, text=True, timeout=420)
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])
        value = json.loads(done.stdout)
        self.assertEqual(value["app_hash_before_kill"], value["app_hash_after_restart"])


class OlderLine(unittest.TestCase):
    def test_the_0_38_line_runs_the_same_network(self):
        needs_cometbft(VERSIONS[1])
        with Folder() as folder, Net(folder, 4, VERSIONS[1]) as net:
            net.start()
            net.wait_for_height(6)
            net[0].kill()
            net.advances(3)
            net[0].start()
            net.advances(3)
            net.check_equal(min(n.height() for n in net))
            net.stop()


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
