#!/usr/bin/env python3
"""Networks of real CometBFT validators on loopback: four of them, both supported lines, and what happens to networks.

    test_network.py --bin DIR

Skipped with a message where scripts/get-cometbft.sh has not built CometBFT.
"""

import json
import pathlib
import subprocess
import sys
import time
import unittest

import harness
from comet import VERSIONS, CometNode, Net, consensus, needs_cometbft
from harness import Folder, Payers, eventually, run_json


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


if __name__ == "__main__":
    harness.main()
