#!/usr/bin/env python3
"""assayd as a program: what it refuses to start with, how it stops, what it answers.   test_node.py --bin DIR"""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time
import unittest

import harness
from harness import Folder, Node, Payers, clean_environment, program, run, run_json


class Starting(unittest.TestCase):
    """A node that cannot open its store or its port says why and exits 1."""

    def setUp(self):
        self.folder = Folder()
        self.path = self.folder.__enter__()
        self.addCleanup(self.folder.__exit__)

    def made(self, blocks=0):
        node = Node(self.path / "node")
        if blocks:
            node.start(block_time="20ms")
            node.wait_for_height(blocks)
            self.assertEqual(node.terminate(), 0)
        return node

    def refused(self, node, code, *names, **options):
        error, exit = node.refuses(**options)
        self.assertEqual((error["code"], exit), (code, 1), error)
        for name in names:
            self.assertIn(str(name), error["message"])
        return error

    def test_a_home_in_use(self):
        node = self.made().start()
        try:
            error = self.refused(Node(node.home), "store_locked", node.home)
            self.assertIn("assayd stop", error["hint"])
            self.assertGreaterEqual(node.height(), 0)  # the one that runs is not disturbed
        finally:
            node.terminate()

    def test_a_port_in_use(self):
        node = self.made()
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            error = self.refused(node, "port_in_use", port, listen=f"127.0.0.1:{port}")
            self.assertIn("--listen", error["hint"])
        node.start()  # and nothing was spoilt by it
        self.assertEqual(node.terminate(), 0)

    def test_an_address_that_is_not_this_machine_s(self):
        error, exit = self.made().refuses(listen="192.0.2.1:8710")
        self.assertEqual(exit, 1)
        self.assertIn("192.0.2.1", error["message"])

    def test_a_store_with_a_broken_file(self):
        node = self.made(blocks=60)
        data = node.home / "data"
        files = sorted(p for p in data.rglob("*") if p.is_file() and p.stat().st_size > 0)
        manifests = [p for p in files if p.name.startswith("MANIFEST-")]
        self.assertTrue(manifests, files)
        for path in manifests + [p for p in files if p.name == "CURRENT"]:
            with self.subTest(file=path.name):
                before = path.read_bytes()
                path.write_bytes(b"\xff" * len(before))
                self.refused(node, "store_corrupt", data)
                path.write_bytes(before)
        node.start()
        self.assertEqual(node.terminate(), 0)

    def test_a_store_without_its_blocks(self):
        node = self.made(blocks=30)
        blocks = [p for p in (node.home / "data").rglob("*") if p.is_file() and "block" in p.name.lower()]
        self.assertTrue(blocks)
        for path in blocks:
            path.write_bytes(b"")
        self.refused(node, "store_corrupt", node.home)

    def test_a_store_that_cannot_be_written(self):
        node = self.made(blocks=2)
        data = node.home / "data"
        shutil.rmtree(data)
        data.write_text("a file where the store should be")
        error, exit = node.refuses()
        self.assertEqual(exit, 1, error)
        self.assertIn(str(data), error["message"])

    def test_a_disk_that_is_nearly_full(self):
        error, exit = self.made().refuses("--min-free-mib", "1048576")
        self.assertEqual((error["code"], exit), ("disk_low", 1))
        self.assertIn("assayd prune", error["message"])

    def test_no_home(self):
        error, exit = run_json_error("assayd", "start", "--home", self.path / "nowhere")
        self.assertEqual((error["code"], exit), ("not_found", 1))
        self.assertIn("assayd init", error["hint"])

    def test_another_genesis_than_the_store_s(self):
        node = self.made(blocks=2)
        genesis = node.home / "genesis.json"
        text = genesis.read_text()
        self.assertIn("assay-devnet-1", text)
        genesis.write_text(text.replace("assay-devnet-1", "assay-devnet-2"))
        self.refused(node, "bad_genesis", genesis)

    def test_a_malformed_genesis_is_named_with_its_place(self):
        whole = (pathlib.Path(__file__).resolve().parents[2] / "genesis" / "devnet.json").read_text()
        bent = {
            "cut off": (whole[:len(whole) // 2], "json_syntax"),
            "unknown field": (whole.replace('"min_burn"', '"min_brun"'), "json_unknown_key"),
            "a key twice": (whole.replace('"chain_id"', '"chain_id": "x", "chain_id"', 1), "json_duplicate_key"),
            "wrong type": (whole.replace('"time_ms": 500', '"time_ms": "soon"'), None),
            "out of range": (whole.replace('"time_ms": 500', '"time_ms": 1'), None),
            "split over one": (whole.replace('"work_ppb": 300000000', '"work_ppb": 300000001'), "bad_genesis"),
            "no validator": (whole[:whole.index('"validators": [')] + '"validators": [], "devnet": {} }', None),
        }
        for name, (text, code) in bent.items():
            with self.subTest(name):
                self.assertNotEqual(text, whole)
                path = self.path / "bent.json"
                path.write_text(text)
                error, exit = run_json_error("assayd", "init", "--home", self.path / "new", "--network", path)
                self.assertEqual(exit, 1, error)
                if code:
                    self.assertEqual(error["code"], code, error)
                self.assertFalse((self.path / "new").exists())

    def test_presets_of_networks_make_local_chains(self):
        """Each mints by its own rule; with short epochs a few seconds show it."""
        error, exit = run_json_error("assayd", "init", "--home", self.path / "odd", "--network", "near", "--epoch-length", "9")
        self.assertEqual((error["code"], exit), ("field_out_of_range", 1))
        self.assertIn("epoch.blocks", error["message"])
        self.assertFalse((self.path / "odd").exists())
        for network, blocks in (("near", 80), ("filecoin", 10), ("helium", 80)):
            with self.subTest(network):
                node = Node(self.path / network, network, ("--epoch-length", blocks)).start(block_time="20ms")
                try:
                    node.wait_for_height(2 * blocks)
                    supply = node.rpc("supply")
                    self.assertTrue(node.rpc("status")["chain_id"].startswith(network + "-local-"))
                    self.assertTrue(supply["adds_up"], supply)
                    self.assertGreater(int(supply["minted"]), 0)
                finally:
                    self.assertEqual(node.terminate(), 0)
                node.verify()

    def test_a_home_is_set_up_once(self):
        node = self.made()
        before = {p: p.read_bytes() for p in node.home.rglob("*") if p.is_file()}
        error, exit = run_json_error("assayd", "init", "--home", node.home)
        self.assertEqual((error["code"], exit), ("already_exists", 1))
        self.assertEqual({p: p.read_bytes() for p in node.home.rglob("*") if p.is_file()}, before)

    def test_settings_that_do_not_read(self):
        node = self.made()
        config = node.home / "config.toml"
        good = config.read_text()
        config.write_text(good.replace("\nlisten = ", "\nlisen = ", 1))
        self.assertNotEqual(config.read_text(), good)
        error, exit = node.refuses()
        self.assertEqual((error["code"], exit), ("json_unknown_key", 1))
        self.assertIn("config.toml:", error["message"])
        self.assertIn("listen", error["message"])
        config.write_text(good)
        error, exit = node.refuses("--no-such-flag")
        self.assertEqual((error["code"], exit), ("usage", 2))


def run_json_error(name, *arguments):
    done = run(name, *arguments, "--json", exit=None)
    assert done.stdout.count("\n") == 1, done.stdout + done.stderr
    return json.loads(done.stdout)["error"], done.returncode


class Stopping(unittest.TestCase):
    def stop_under_load(self, stop):
        """Stops a node that is busy; what the next one begins with must be where this one ended."""
        with Folder() as folder:
            node = Node(folder / "node").start(block_time="20ms")
            payers = Payers(node)
            payers.begin(node)
            node.wait_for_height(node.height() + 20)
            self.assertGreater(payers.sent, 0)
            shown = node.rpc("status")
            self.assertEqual(stop(node), 0)
            payers.end()
            ended = [line for line in node.tail(200).splitlines() if "stopped at height" in line]
            self.assertEqual(len(ended), 1, node.tail())
            height = int(ended[0].split()[-1])
            self.assertGreaterEqual(height, shown["height"])
            # On demand, and with nothing demanded, no block is made: this is where the store stands.
            node.start(block_time="on-demand")
            status = node.rpc("status")
            self.assertEqual(status["height"], height)
            self.assertEqual(node.hashes(shown["height"], shown["height"]), {shown["height"]: shown["app_hash"]})
            self.assertEqual(node.terminate(), 0)
            report = node.verify()
            self.assertEqual((report["blocks"], report["app_hash"]), (height, status["app_hash"]))

    def test_sigterm_under_load(self):
        self.stop_under_load(lambda node: node.terminate())

    def test_assayd_stop_under_load(self):
        def stop(node):
            self.assertEqual(run_json("assayd", "stop", "--home", node.home), {"stopped": True})
            return node.ended(10)
        self.stop_under_load(stop)

    def test_sigint_and_a_closed_terminal_end_it_gracefully_too(self):
        for number in (signal.SIGINT, signal.SIGHUP):
            with Folder() as folder:
                node = Node(folder / "node").start(block_time="20ms")
                node.wait_for_height(3)
                node.process.send_signal(number)
                self.assertEqual(node.ended(), 0)
                self.assertIn("stopped at height", node.tail())

    def test_commands_for_a_node_that_is_not_there_are_3(self):
        with Folder() as folder:
            node = Node(folder / "node")
            for command in (("stop",), ("status",)):
                error, exit = run_json_error("assayd", *command, "--home", node.home)
                self.assertEqual((error["code"], exit), ("node_unreachable", 3))

    def test_halt_height(self):
        with Folder() as folder:
            node = Node(folder / "node").start("--halt-height", "7", block_time="20ms")
            self.assertEqual(node.ended(), 0)
            self.assertEqual(node.verify()["blocks"], 7)


class States(unittest.TestCase):
    """A state that is exported begins another home: the same app hash at once, and the chain goes on from it."""

    def busy(self, folder):
        node = Node(folder / "node").start(block_time="20ms")
        payers = Payers(node)
        payers.begin(node)
        node.wait_for_height(60)
        payers.end()
        return node

    def test_a_home_begun_from_a_state_goes_on_with_the_keys_that_moved(self):
        with Folder() as folder:
            node = self.busy(folder)
            running = run_json("assayd", "export", "--state", "--out", folder / "running", "--height", "50", "--home",
                               node.home)
            self.assertEqual(running["height"], 50)
            error, exit = run_json_error("assayd", "init", "--state", folder / "running", "--keys-from", node.home,
                                         "--home", folder / "early")
            self.assertEqual((error["code"], exit), ("already_exists", 1))  # the node still runs
            self.assertEqual(node.terminate(), 0)
            again = run_json("assayd", "export", "--state", "--out", folder / "stopped", "--height", "50", "--home",
                             node.home)
            self.assertEqual((folder / "running").read_bytes(), (folder / "stopped").read_bytes())
            self.assertEqual(again["app_hash"], running["app_hash"])
            last = run_json("assayd", "export", "--state", "--out", folder / "last", "--home", node.home)
            made = run_json("assayd", "init", "--state", folder / "last", "--keys-from", node.home, "--home",
                            folder / "next", "--genesis-hash", last["genesis_hash"])
            self.assertEqual((made["app_hash"], made["height"], made["validates"]),
                             (last["app_hash"], last["height"], True))
            copy = run_json("assayd", "export", "--state", "--out", folder / "copy", "--home", folder / "next")
            self.assertEqual((folder / "copy").read_bytes(), (folder / "last").read_bytes())
            self.assertEqual(copy["records"], last["records"])

            following = Node(folder / "next")
            following.start(block_time="20ms")
            following.wait_for_height(last["height"] + 20)
            self.assertEqual(following.rpc("status")["chain_id"], "assay-devnet-1")
            self.assertTrue(all(row["holds"] for row in following.rpc("invariants")["items"]))
            following.terminate()
            checked = following.verify()  # from the state on
            self.assertGreaterEqual(checked["blocks"], 20)
            self.assertTrue(node.verify()["ok"])  # and the old home can still be audited, but decides nothing
            done = run("assayd", "start", "--home", node.home, "--json", exit=None)
            self.assertEqual(done.returncode, 1, done.stdout)

    def test_a_file_that_is_not_as_it_was_written_leaves_no_home(self):
        with Folder() as folder:
            node = self.busy(folder)
            node.terminate()
            run_json("assayd", "export", "--state", "--out", folder / "state", "--home", node.home)
            whole = (folder / "state").read_bytes()
            random = harness.seeded("state file")
            for at in [0, 12, 13, 14, 20, 60, len(whole) - 1] + [random.randrange(len(whole)) for _ in range(10)]:
                (folder / "bad").write_bytes(whole[:at] + bytes([whole[at] ^ 1 << random.randrange(8)]) + whole[at + 1:])
                error, exit = run_json_error("assayd", "init", "--state", folder / "bad", "--home", folder / "home")
                self.assertEqual((error["code"], exit), ("bad_state_file", 1), at)
                self.assertRegex(error["message"], r"bad: byte \d+: ")
                self.assertFalse((folder / "home").exists())
            (folder / "bad").write_bytes(whole[:-7])
            error, _ = run_json_error("assayd", "init", "--state", folder / "bad", "--home", folder / "home")
            self.assertEqual(error["code"], "bad_state_file")

    def test_misuse(self):
        with Folder() as folder:
            node = Node(folder / "node").start(block_time="on-demand")
            node.terminate()
            for wrong, code, exit in ((["--state"], "usage", 2), (["--height", "0"], "usage", 2),
                                      (["--state", "--out", folder / "x", "--height", "9"], "future_height", 1)):
                error, got = run_json_error("assayd", "export", *wrong, "--home", node.home)
                self.assertEqual((error["code"], got), (code, exit), wrong)
            self.assertEqual({p.name for p in folder.iterdir()}, {"node", "node.log"})
            run_json("assayd", "export", "--state", "--out", folder / "x", "--home", node.home)
            error, got = run_json_error("assayd", "export", "--state", "--out", folder / "x", "--home", node.home)
            self.assertEqual((error["code"], got), ("already_exists", 1))
            error, got = run_json_error("assayd", "init", "--state", folder / "x", "--epoch-length", "9", "--home",
                                        folder / "h")
            self.assertEqual((error["code"], got), ("usage", 2))
            # Without the keys the state is there, and this node's key is not in its validator set.
            made = run_json("assayd", "init", "--state", folder / "x", "--home", folder / "h")
            self.assertFalse(made["validates"])


class Networks(unittest.TestCase):
    def test_validate_says_what_should_be_known_and_strict_refuses_it(self):
        with Folder() as folder:
            mine = folder / "mine.json"
            run_json("assayd", "genesis", "new", mine, "--network", "render")
            said = run_json("assayd", "genesis", "validate", mine)
            self.assertIsNone(said["hash"])  # of the home that "local" stands for
            wash = [w for w in said["warnings"] if w["code"] == "wash_burning"]
            self.assertEqual([w["field"] for w in wash], ["bme.work_bound"])
            self.assertIn("break-even", wash[0]["numbers"])
            self.assertIn("F2", wash[0]["why"])
            error, exit = run_json_error("assayd", "genesis", "validate", "--strict", mine)
            self.assertEqual((error["code"], exit), ("genesis_warned", 1))
            for word in ("wash_burning", "one_validator", "no_breaker"):
                self.assertIn(word, error["message"])

    def test_a_network_without_numbers_names_them_and_runs_once_they_are_given(self):
        with Folder() as folder:
            error, exit = run_json_error("assayd", "init", "--network", "yotta", "--home", folder / "home")
            self.assertEqual((error["code"], exit), ("number_unpublished", 1))
            for path in ("params.token.cap", "params.emission.total", "params.stake.unit", "accounts[0].amount"):
                self.assertIn(path, error["message"])
            self.assertIn("yotta.json", error["message"])
            self.assertFalse((folder / "home").exists())
            mine = folder / "mine.json"
            run_json("assayd", "genesis", "new", mine, "--network", "yotta")
            error, exit = run_json_error("assayd", "genesis", "validate", mine)
            self.assertEqual((error["code"], exit), ("number_unpublished", 1))
            self.assertIn("genesis new", error["hint"])
            genesis = json.loads(mine.read_text())
            genesis["params"]["token"]["cap"] = "2000000000 YOTTA"
            genesis["params"]["emission"]["total"] = "1000000000 YOTTA"
            genesis["params"]["stake"]["unit"] = "50 YOTTA"
            genesis["accounts"][0]["amount"] = "999989000 YOTTA"
            mine.write_text(json.dumps(genesis))
            made = run_json("assayd", "init", "--network", mine, "--home", folder / "home")
            self.assertTrue(made["validates"])
            error, _ = run_json_error("assayd", "genesis", "new", mine, "--network", "yotta")
            self.assertEqual(error["code"], "already_exists")
            error, _ = run_json_error("assayd", "genesis", "new", "-", "--network", "yota")
            self.assertEqual(error["code"], "not_found")


class Asking(unittest.TestCase):
    def test_supply_and_export_are_the_same_running_and_stopped(self):
        with Folder() as folder:
            node = Node(folder / "node").start(block_time="on-demand")
            Payers(node)  # one block
            running = {c: run_json("assayd", *c, "--home", node.home)
                       for c in (("supply",), ("supply", "--per-epoch"), ("export",))}
            self.assertTrue(running[("supply",)]["adds_up"])
            self.assertEqual(node.terminate(), 0)
            for command, answer in running.items():
                self.assertEqual(run_json("assayd", *command, "--home", node.home), answer, command)

    def test_verify_finds_a_block_that_was_changed(self):
        with Folder() as folder:
            node = Node(folder / "node").start(block_time="20ms")
            payers = Payers(node)
            payers.begin(node)
            node.wait_for_height(30)
            node.terminate()
            payers.end()
            self.assertTrue(node.verify()["ok"])
            files = [p for p in (node.home / "data").rglob("*") if p.is_file() and "block" in p.name.lower()]
            largest = max(files, key=lambda p: p.stat().st_size)
            raw = bytearray(largest.read_bytes())
            raw[len(raw) // 2] ^= 1
            largest.write_bytes(raw)
            done = run("assayd", "verify", "--home", node.home, "--json", exit=None)
            self.assertIn(done.returncode, (1, 4), done.stdout)
            self.assertIn(json.loads(done.stdout)["error"]["code"],
                          ("store_corrupt", "app_hash_mismatch", "verification_failed"))

    def test_two_homes_of_the_same_keys_and_blocks_agree(self):
        """The undisturbed replay of `verify` is a chain of its own: it must not look at what the first one stored."""
        with Folder() as folder:
            node = Node(folder / "node").start(block_time="20ms")
            payers = Payers(node)
            payers.begin(node)
            node.wait_for_height(25)
            node.kill()
            payers.end()
            copy = folder / "copy"
            shutil.copytree(node.home, copy, ignore=shutil.ignore_patterns("*.sock", "control*"))
            one, two = node.verify(), Node(copy).verify()
            self.assertEqual(one, two)

    def test_health_ready_and_metrics(self):
        with Folder() as folder:
            node = Node(folder / "node").start(block_time="20ms")
            node.wait_for_height(2)
            for path in ("/health", "/ready"):
                self.assertEqual(get(node.url + path)[0], 200, path)
            status, page = get(node.url + "/")
            self.assertEqual(status, 200)
            self.assertIn("<html", page.lower())
            status, text = get(node.ready["metrics"])
            self.assertEqual(status, 200)
            self.assertRegex(text, r"(?m)^assay\w*height \d+")
            node.terminate()

    def test_a_reader_that_closes_the_pipe_gets_no_complaint(self):
        with Folder() as folder:
            node = Node(folder / "node").start(block_time="on-demand")
            shell = subprocess.run(["bash", "-c", 'set -o pipefail; "$0" export --home "$1" | head -c 10 >/dev/null',
                                    program("assayd"), str(node.home)], capture_output=True, text=True,
                                   env=clean_environment(), timeout=60)
            self.assertEqual((shell.returncode, shell.stderr), (0, ""))
            node.terminate()


def get(url):
    from urllib.request import urlopen
    with urlopen(url, timeout=20) as answer:
        return answer.status, answer.read().decode()


if __name__ == "__main__":
    harness.main()
