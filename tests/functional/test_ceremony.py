#!/usr/bin/env python3
"""How a network of several validators begins and how their keys move: the genesis ceremony by hand, a testnet from one
terminal, a home that was copied, a key that goes to another machine.

    test_ceremony.py --bin DIR
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import unittest

import harness
from comet import free_base, needs_cometbft
from comet import program as comet_program
from harness import Folder, Rpc, clean_environment, eventually, program, run, run_json
from signing import Key


def error_of(*arguments, exit, **more):
    return run_json("assayd", *arguments, exit=exit, **more)["error"]


class Ceremony(unittest.TestCase):
    def test_four_homes_and_one_genesis(self):
        with Folder() as folder:
            draft, tickets = folder / "draft.json", folder / "tickets"
            tickets.mkdir()
            operators = [Key(bytes([i + 1]) * 32).name() for i in range(4)]
            run("assayd", "genesis", "new", draft, "--network", "devnet")
            comments = draft.read_text().count('"_')
            with self.subTest("accounts go in, and what is wrong leaves the file as it was"):
                run("assayd", "genesis", "add-account", draft, operators[0], "250.5 ASY", "--vesting",
                    "1000,2026-01-01T00:00:00Z,2027-01-01T00:00:00Z,2030-01-01T00:00:00Z")
                before = draft.read_text()
                self.assertEqual(error_of("genesis", "add-account", draft, operators[0], "1", exit=1)["code"], "bad_genesis")
                self.assertEqual(error_of("genesis", "add-account", draft, operators[1], "1 HNT", exit=1)["code"], "bad_amount")
                self.assertEqual(draft.read_text(), before)
                self.assertEqual(before.count('"_'), comments)
            with self.subTest("each validator makes its keys and a ticket"):
                for i, operator in enumerate(operators):
                    made = run_json("assayd", "genesis", "add-validator", draft, "--home", folder / f"home{i}", "--operator", operator,
                                    "--bond", "1500", "--name", f"validator {i}", "--at", f"10.0.0.{i + 1}:26656", "--out",
                                    tickets / f"{i}.json", "--beacon-length", "65536")
                    self.assertEqual(made["ticket"]["bond"], "1500000000")
                self.assertEqual(error_of("genesis", "add-validator", draft, "--home", folder / "home0", "--operator", operators[0], "--bond",
                                          "1500", "--name", "x", "--out", tickets / "0.json", exit=1)["code"], "already_exists")
                self.assertEqual(error_of("genesis", "add-validator", draft, "--operator", operators[0], "--bond", "1",
                                          "--name", "x", "--home", folder / "none", exit=1)["code"], "stake_too_small")
            with self.subTest("a ticket that was edited on its way is refused"):
                good = (tickets / "2.json").read_text()
                (tickets / "2.json").write_text(good.replace("1500000000", "9500000000"))
                error = error_of("genesis", "collect", draft, tickets, exit=4)
                self.assertEqual(error["code"], "verification_failed")
                self.assertIn("2.json", error["message"])
                (tickets / "2.json").write_text(good)
            collected = run_json("assayd", "genesis", "collect", draft, tickets)
            self.assertEqual(collected["validators"], 4)
            self.assertEqual(collected["peers"].count("@10.0.0."), 4)
            self.assertEqual(run_json("assayd", "genesis", "hash", draft)["hash"], collected["hash"])
            run("assayd", "genesis", "validate", draft)
            with self.subTest("every home begins with it, and with the keys of its ticket"):
                for i in range(4):
                    home = folder / f"home{i}"
                    self.assertEqual(error_of("init", "--home", home, "--network", draft, "--genesis-hash", "00" * 32, exit=4)["code"],
                                     "verification_failed")
                    made = run_json("assayd", "init", "--home", home, "--network", draft, "--genesis-hash", collected["hash"],
                                    "--engine", "cometbft", "--peers", collected["peers"])
                    self.assertTrue(made["validates"])
                    ticket = json.loads((tickets / f"{i}.json").read_text())
                    self.assertEqual(made["consensus_key"], ticket["consensus_key"])
                    identity = run_json("assayd", "id", "--home", home)
                    self.assertEqual(identity["node_id"] + f"@10.0.0.{i + 1}:26656", ticket["peer"])
                    self.assertEqual(run_json("assayd", "key", "show", "node", "--home", home)["node_id"], identity["node_id"])
                    changed = {r["key"] for r in run_json("assayd", "config", "diff", "--home", home)["items"]}
                    self.assertEqual(changed, {"engine.kind", "cometbft.peers"})

    def test_usage(self):
        with Folder() as folder:
            for arguments in (("testnet", "0", "--out", folder / "n"), ("testnet", "2"),
                              ("testnet", "2", "--out", folder / "n", "--listen", "127.0.0.1:1"),
                              ("key", "export", "faucet", folder / "f"), ("genesis", "add-validator", folder / "d")):
                self.assertEqual(error_of(*arguments, exit=2)["code"], "usage")
            self.assertEqual(error_of("testnet", "2", "--out", folder / "n", "--base-port", "65530", exit=1)["code"],
                             "field_out_of_range")
            self.assertFalse((folder / "n").exists())


class Testnet(unittest.TestCase):
    """Two validators from one terminal."""

    def begin(self, *more):
        process = subprocess.Popen([program("assayd"), "testnet", "2", "--out", str(self.out), "--start", "--json", *map(str, more)],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean_environment())
        self.addCleanup(lambda: (process.kill(), process.wait(), process.stdout.close(), process.stderr.close()))
        self.addCleanup(lambda: [rpc.close() for rpc in self.open])
        line = process.stdout.readline()
        if not line:
            logs = "\n".join(p.read_text(errors="replace")[-2000:] for p in self.out.glob("*/log"))
            self.fail(process.stderr.read() + logs)
        answer = json.loads(line)
        self.assertIn("nodes", answer, answer)
        self.open += (rpcs := [Rpc(n["url"]) for n in answer["nodes"]])
        return process, rpcs

    def end(self, process, how=signal.SIGINT):
        process.send_signal(how)
        self.assertEqual(process.wait(40), 0)
        # Both stopped together with it: nothing of theirs runs.
        for command in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                self.assertNotIn(str(self.out).encode(), command.read_bytes())
            except OSError:
                continue

    def test_a_testnet_and_keys_that_move(self):
        needs_cometbft()
        with Folder() as folder:
            self.out, self.open = folder / "net", []
            password = folder / "password"
            password.write_text("correct horse\n")
            process, nodes = self.begin("--base-port", free_base(2), "--block-time", "200ms", "--beacon-length", "65536",
                                        "--cometbft", comet_program())
            for node in nodes:
                eventually(lambda: node("status")["height"] >= 3, 60, "height 3")
            self.assertEqual(error_of("key", "export", "consensus", folder / "k", "--home", self.out / "node0", "--password-file", password,
                                      exit=1)["code"], "already_exists")  # it runs
            self.end(process)
            reached = 3
            with self.subTest("a copy of a home does not sign beside it"):
                copy = folder / "copy"
                shutil.copytree(self.out / "node0", copy, ignore=shutil.ignore_patterns("*.sock"))
                error = error_of("start", "--home", copy, exit=1)
                self.assertEqual(error["code"], "signer_moved")
                self.assertIn(str(self.out / "node0"), error["message"])
                self.assertIn("--new-signer", error["message"])
            with self.subTest("a sign state from an older backup is noticed"):
                state = self.out / "node0" / "cometbft" / "data" / "priv_validator_state.json"
                last = state.read_text()
                state.write_text('{"height":"1","round":0,"step":3}')
                error = error_of("start", "--home", self.out / "node0", exit=1)
                self.assertEqual(error["code"], "signer_moved")
                self.assertIn("height 1", error["message"])
                state.write_text(last)
            with self.subTest("a key goes to another home, and the first one says where it is not"):
                home, other = self.out / "node0", folder / "other"
                self.assertEqual(error_of("key", "export", "consensus", folder / "k", "--home", home, exit=2)["code"], "usage")
                run("assayd", "key", "export", "consensus", folder / "k", "--home", home, "--password-file", password, "--kdf-light")
                error = error_of("start", "--home", home, exit=1)
                self.assertIn("gave its key away", error["message"])
                self.assertEqual(error_of("key", "import", "consensus", folder / "k", "--home", other, "--password-file", "-", exit=1,
                                          stdin="something else\n")["code"], "wrong_password")
                run("assayd", "key", "import", "consensus", folder / "k", "--home", other, "--password-file", password)
                kept = json.loads((other / "cometbft" / "data" / "priv_validator_state.json").read_text())
                self.assertGreaterEqual(int(kept["height"]), 3)
                self.assertEqual(error_of("key", "import", "consensus", folder / "k", "--home", other, "--password-file", password,
                                          exit=1)["code"], "already_exists")
                # And back, with the whole home in another place: it was brought there on purpose.
                run("assayd", "key", "import", "consensus", folder / "k", "--home", home, "--password-file", password)
            with self.subTest("the testnet goes on with the homes that are there"):
                self.assertEqual(error_of("testnet", "2", "--out", self.out, "--start", "--block-time", "1s", exit=2)["code"], "usage")
                process, nodes = self.begin()
                for node in nodes:
                    eventually(lambda: node("status")["height"] > reached, 60, "the next height")
                hashes = [node("blocks", **{"from": reached, "to": reached})["items"][0]["app_hash"] for node in nodes]
                self.assertEqual(hashes[0], hashes[1])
            with self.subTest("where one node dies, all end"):
                victim = next(int(p.parent.name) for p in pathlib.Path("/proc").glob("[0-9]*/cmdline")
                              if self.is_node(p, self.out / "node1"))
                os.kill(victim, signal.SIGKILL)
                self.assertEqual(process.wait(40), 1)
                self.assertIn("node1 ended by signal 9", process.stderr.read())

    @staticmethod
    def is_node(path, home):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            return False
        return b"start" in words and str(home).encode() in words


if __name__ == "__main__":
    harness.main()
