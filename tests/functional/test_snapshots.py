"""A home's past: a block taken back, old blocks deleted, snapshots made and restored, and what is verified then.

    test_snapshots.py --bin DIR

The part under a real CometBFT is skipped where scripts/get-cometbft.sh has not built it.
"""

import json
import os
import pathlib
import shutil
import unittest
import urllib.request

from comet import CometNode, Net, free_base, needs_cometbft
from harness import Folder, Node, Payers, RpcError, main, run, run_json


def refused(*arguments, exit=1):
    return run_json("assayd", *arguments, exit=exit)["error"]


def state_of(home, file):
    """Every record of the last height, as bytes."""
    run("assayd", "export", "--home", home, "--state", "--out", file)
    return pathlib.Path(file).read_bytes()


class Snapshots(unittest.TestCase):
    """One chain with payments in it; each test has a copy of its stopped home."""

    @classmethod
    def setUpClass(cls):
        cls._folder = Folder()
        cls.folder = cls._folder.__enter__()
        cls.made = Node(cls.folder / "made")
        cls.made.start(block_time="20ms")
        payers = Payers(cls.made, count=3)
        payers.begin(cls.made)
        cls.made.wait_for_height(130)
        payers.end()
        assert payers.sent > 0
        cls.made.terminate()

    @classmethod
    def tearDownClass(cls):
        cls._folder.__exit__()

    def setUp(self):
        self.home = self.folder / f"home-{len(list(self.folder.iterdir()))}"
        shutil.copytree(self.made.home, self.home)
        self.node = Node(self.home)
        self.addCleanup(self.node.kill)

    def top(self):
        """Height, app hash and block hash of the last block."""
        self.node.start(block_time="on-demand")
        status = self.node.rpc("status")
        out = status["height"], status["app_hash"], self.node.rpc("header")["hash"]
        self.node.terminate()
        return out

    # ---------------------------------------------------------------- rollback

    def test_a_block_that_was_taken_back_is_executed_anew_and_never_another_one_of_its_height(self):
        height, app_hash, block_hash = self.top()
        self.node.start(block_time="on-demand")
        before = self.node.hashes(height - 1, height - 1)[height - 1]
        self.assertEqual(refused("rollback", "--home", self.home)["code"], "store_locked")
        self.node.terminate()

        for signed in ("as it is", "lost", "torn"):
            with self.subTest(signed):
                if signed == "lost":
                    (self.home / "signed").unlink()
                if signed == "torn":
                    os.truncate(self.home / "signed", 40)
                done = run_json("assayd", "rollback", "--home", self.home)
                self.assertEqual(done, {"height": height - 1, "app_hash": before, "rolled_back": 1, "cometbft": False})
                again = refused("rollback", "--home", self.home)
                self.assertEqual(again["code"], "already_exists")
                self.assertIn(f"signed block {height},", again["message"])
                self.assertEqual(self.top(), (height, app_hash, block_hash))
        self.node.start(block_time="20ms")
        self.node.wait_for_height(height + 3)
        self.node.terminate()
        self.assertGreaterEqual(self.node.verify()["blocks"], height + 3)

    def test_what_cannot_be_taken_back(self):
        self.assertEqual(refused("rollback", "--home", self.folder / "nowhere")["code"], "io_error")
        self.assertEqual(refused("rollback", "--home", self.home, "--to", 3, exit=2)["code"], "usage")
        self.assertEqual(refused("rollback", "--home", self.home, "--application-only", exit=2)["code"], "usage")
        fresh = Node(self.folder / "fresh")
        self.assertEqual(refused("rollback", "--home", fresh.home)["code"], "not_found")

    def comet(self, height, app_hash, code=0):
        """A program that answers as `cometbft rollback` does."""
        program = self.folder / "cometbft-stand-in"
        said = f"Rolled back state to height {height} and hash {app_hash.upper()}" if code == 0 else "failed to rollback state: locked"
        program.write_text(f'#!/bin/sh\n[ "$1 $2 $3" = "rollback --home {self.home}/cometbft" ] || exit 9\necho "{said}"\nexit {code}\n')
        program.chmod(0o755)
        return program

    def test_under_cometbft_both_sides_go_to_the_same_height(self):
        height, _, _ = self.top()
        self.node.start(block_time="on-demand")
        hashes = self.node.hashes(height - 8, height)
        self.node.terminate()
        (self.home / "cometbft").mkdir()

        def back(comet, exit=0):
            return run_json("assayd", "rollback", "--home", self.home, "--cometbft", comet, exit=exit)

        no_program = back(self.folder / "none", exit=2)["error"]
        self.assertEqual(no_program["code"], "confirmation_required")
        self.assertIn("assayd rollback --application-only", no_program["message"])
        self.assertEqual(back(self.comet(0, "", code=1), exit=1)["error"]["code"], "engine_failed")

        far = back(self.comet(height - 3, hashes[height - 3]), exit=1)["error"]  # nothing is guessed
        self.assertEqual(far["code"], "store_corrupt")
        self.assertIn(f"--application-only --to {height - 3}", far["message"])
        ahead = back(self.comet(height + 5, "00" * 32), exit=1)["error"]
        self.assertIn("plays the blocks in between", ahead["message"])
        self.assertEqual(back(self.comet(height, "00" * 32), exit=4)["error"]["code"], "app_hash_mismatch")

        target = self.comet(height - 1, hashes[height - 1])
        self.assertEqual(back(target), {"height": height - 1, "app_hash": hashes[height - 1], "rolled_back": 1, "cometbft": True})
        self.assertEqual(back(target)["rolled_back"], 0)  # once more changes nothing
        done = run_json("assayd", "rollback", "--home", self.home, "--application-only", "--to", height - 5)
        self.assertEqual((done["height"], done["rolled_back"], done["app_hash"]), (height - 5, 4, hashes[height - 5]))
        self.assertEqual(refused("rollback", "--home", self.home, "--application-only", "--to", height, exit=2)["code"], "usage")

    # ---------------------------------------------------------------- snapshots

    def test_a_snapshot_begins_another_home_at_the_same_state_and_the_chain_goes_on_there(self):
        height, app_hash, _ = self.top()
        self.assertEqual(run_json("assayd", "snapshot", "list", "--home", self.home)["items"], [])
        made = run_json("assayd", "snapshot", "create", "--home", self.home)
        self.assertEqual((made["height"], made["chunks"], made["format"]), (height, 1, 1))
        file = pathlib.Path(made["file"])
        self.assertEqual(file, self.home / "snapshots" / f"{height}.state")
        self.assertEqual((file.stat().st_mode & 0o777, file.stat().st_size), (0o600, made["bytes"]))
        self.assertEqual(file.read_bytes(), state_of(self.home, self.folder / "exported"))
        self.assertEqual(run_json("assayd", "snapshot", "list", "--home", self.home)["items"], [made])
        self.assertEqual(refused("snapshot", "create", "--home", self.home)["code"], "already_exists")

        # Two of the same height are the same bytes, whatever was in between.
        other = self.folder / "other"
        restored = run_json("assayd", "snapshot", "restore", file, "--home", other, "--keys-from", self.home)
        self.assertEqual((restored["height"], restored["app_hash"], restored["validates"]), (height, app_hash, True))
        self.assertEqual(run_json("assayd", "snapshot", "create", "--home", other)["hash"], made["hash"])
        self.assertEqual(refused("snapshot", "restore", file, "--home", other)["code"], "already_exists")
        node = Node(other)
        self.addCleanup(node.kill)
        node.start(block_time="20ms")
        node.wait_for_height(height + 5)
        with self.assertRaisesRegex(RpcError, "not_found"):
            node.rpc("block", height=height - 1)
        node.terminate()
        told = node.verify()
        self.assertEqual(told["from"], height)
        self.assertGreaterEqual(told["blocks"], 5)

        # A home that lost its data goes on from its own snapshot, as far as its keys have not signed further.
        shutil.rmtree(other / "data")
        self.assertEqual(refused("snapshot", "restore", height + 1, "--home", other)["code"], "not_found")
        self.assertEqual(run_json("assayd", "snapshot", "restore", height, "--home", other)["app_hash"], app_hash)
        self.assertEqual(node.refuses()[0]["code"], "store_corrupt")

    def test_what_is_not_restored(self):
        made = run_json("assayd", "snapshot", "create", "--home", self.home)
        raw = bytearray(pathlib.Path(made["file"]).read_bytes())
        bad = self.folder / "bad"
        for name, change in {"one bit": lambda b: b.__setitem__(len(b) // 2, b[len(b) // 2] ^ 1), "the end": lambda b: b.__delitem__(slice(-50, None)),
                             "something behind": lambda b: b.extend(b"x"), "the beginning": lambda b: b.__delitem__(slice(0, 5))}.items():
            with self.subTest(name):
                changed = bytearray(raw)
                change(changed)
                bad.write_bytes(changed)
                new = self.folder / "new"
                self.assertEqual(refused("snapshot", "restore", bad, "--home", new)["code"], "bad_state_file")
                self.assertFalse((new / "genesis.json").exists())
        stranger = Node(self.folder / "stranger", init=("--epoch-length", "77"))
        self.assertEqual(refused("snapshot", "restore", made["file"], "--home", stranger.home)["code"], "bad_genesis")
        self.assertEqual(refused("snapshot", "restore", "no-such-file", "--home", self.folder / "new")["code"], "not_found")
        self.assertEqual(refused("snapshot", "restore", made["file"], "--home", self.folder / "new", "--genesis-hash", "00" * 32, exit=4)["code"],
                         "verification_failed")
        self.assertEqual(refused("snapshot", "list", "--home", self.folder / "nowhere")["code"], "not_found")
        stranger.start(block_time="20ms")  # what was refused left no trace
        stranger.wait_for_height(2)
        stranger.kill()

    # ---------------------------------------------------------------- prune

    def test_old_blocks_go_and_the_rest_is_verified_from_a_snapshot(self):
        height, app_hash, _ = self.top()
        self.node.start(block_time="on-demand")
        old = next(self.node.rpc("block", height=h)["txs"][0]["txid"] for h in range(1, height) if self.node.rpc("block", height=h)["txs"])
        self.assertEqual(refused("prune", "--home", self.home, "--keep-blocks", 10)["code"], "store_locked")
        self.node.terminate()
        self.assertEqual(refused("prune", "--home", self.home, exit=2)["code"], "usage")
        done = run_json("assayd", "prune", "--home", self.home, "--keep-blocks", 10, "--compact")
        self.assertEqual((done["first_block"], done["pruned_blocks"]), (height - 10, height - 11))
        self.assertLess(done["bytes_after"], done["bytes_before"])
        self.assertEqual(run_json("assayd", "prune", "--home", self.home, "--keep-blocks", 10)["pruned_blocks"], 0)
        self.assertEqual(refused("verify", "--home", self.home)["code"], "pruned")

        made = run_json("assayd", "snapshot", "create", "--home", self.home)
        self.assertEqual(refused("verify", "--home", self.home)["code"], "pruned")  # no block follows it yet
        self.node.start(block_time="20ms")
        self.assertEqual(self.node.hashes(height, height)[height], app_hash)
        for call in ({"method": "block", "height": 1}, {"method": "header", "height": height - 11}, {"method": "blocks", "from": 1, "to": 20}):
            with self.subTest(call), self.assertRaisesRegex(RpcError, "^pruned: "):
                self.node.rpc(call.pop("method"), **call)
        with self.assertRaisesRegex(RpcError, "not_found|pruned"):
            self.node.rpc("tx", txid=old)
        self.assertEqual(self.node.rpc("supply")["adds_up"], True)
        self.node.wait_for_height(height + 30)
        while_running = self.node.verify()
        self.assertEqual(while_running["from"], height)
        self.node.terminate()
        told = self.node.verify()
        self.assertGreaterEqual(told["blocks"], 30)
        # The snapshot holds back what may be deleted: whoever begins with it asks for the blocks behind it.
        self.assertEqual(run_json("assayd", "prune", "--home", self.home, "--keep-blocks", 5)["first_block"], made["height"])
        self.assertEqual(self.node.verify()["from"], height)
        # And the last block can still be taken back.
        self.assertEqual(run_json("assayd", "rollback", "--home", self.home)["rolled_back"], 1)


class UnderCometBFT(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        needs_cometbft()

    def test_the_last_block_is_taken_back_on_both_sides_and_executed_anew(self):
        with Folder() as folder, Net(folder, 1, block_time="100ms") as net:
            node = net[0].start()
            node.wait_for_height(6)
            node.terminate()
            node.start()
            height = node.height()
            hashes = node.hashes(1, height)
            node.terminate()
            height = run_json("assayd", "snapshot", "create", "--home", node.home)["height"]  # it may have made one more
            first = run_json("assayd", "rollback", "--home", node.home)
            self.assertEqual((first["height"], first["rolled_back"], first["cometbft"]), (height - 1, 1, True))
            self.assertEqual(run_json("assayd", "rollback", "--home", node.home)["rolled_back"], 0)
            node.start()
            node.wait_for_height(height + 2)
            self.assertEqual(node.hashes(1, len(hashes)), hashes)
            node.terminate()
            # The application alone, far: CometBFT has the blocks and plays them.
            run_json("assayd", "rollback", "--home", node.home, "--application-only", "--to", 3)
            node.start()
            node.wait_for_height(height + 4)
            self.assertEqual(node.hashes(1, len(hashes)), hashes)
            node.terminate()
            self.assertGreaterEqual(node.verify()["blocks"], height + 4)

    def test_a_new_node_begins_with_a_snapshot_of_another(self):
        with Folder() as folder, Net(folder, 1, block_time="100ms", settings=("--snapshot-interval", "10", "--snapshot-keep", "100")) as net:
            source = net[0].start()
            source.wait_for_height(12)
            trusted = self.block_hash(source, 4)
            base = free_base(5)
            joiner = CometNode(folder / "joiner", network=str(source.home / "genesis.json"), settings=(
                "--state-sync", f"{source.url},{source.url}", "--trust", f"4:{trusted}", "--peers", f"{source.node_id()}@127.0.0.1:{net.base + 3}",
                "--p2p", f"127.0.0.1:{base + 40}", "--cometbft-metrics", "", "--metrics", "127.0.0.1:0"))
            net.nodes.append(joiner)
            joiner.start(listen="127.0.0.1:0")
            joiner.wait_for_height(22)
            height = joiner.height()
            self.assertEqual(joiner.hashes(height - 5, height), source.hashes(height - 5, height))
            there, here = (run_json("assayd", "snapshot", "list", "--home", n.home)["items"] for n in (source, joiner))
            self.assertEqual(here[0]["hash"], {s["height"]: s["hash"] for s in there}[here[0]["height"]])
            joiner.terminate()
            self.assertEqual(joiner.verify()["from"], here[0]["height"])
            joiner.start(listen="127.0.0.1:0")  # and goes on as any node
            joiner.wait_for_height(height + 3)

    @staticmethod
    def block_hash(node, height):
        """CometBFT's, as `trust` names it."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "commit", "params": {"height": str(height)}}).encode()
        request = urllib.request.Request(node.url + "/cometbft", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)["result"]["signed_header"]["commit"]["block_id"]["hash"].lower()


if __name__ == "__main__":
    main()
