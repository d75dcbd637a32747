#!/usr/bin/env python3
"""`assay-prover run` against a small node that can be told to misbehave.    test_run.py PATH-OF-ASSAY-PROVER"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from fake_node import EPOCH, SAMPLES, Node, walk_through

PROVER = sys.argv.pop(1)
LONGEST = 90  # seconds for anything at all on a loaded machine; nothing here waits for a clock


class Run:
    """A running prover; its events as they come."""

    def __init__(self, test, *args, env=None):
        self.events, self.test = [], test
        device = () if "--device" in args else ("--device", "cpu")
        self.process = subprocess.Popen([PROVER, "run", "--json", *device, "--threads", "1", *args],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env or test.env)
        self.errors = ""
        self.readers = [threading.Thread(target=self.read_events), threading.Thread(target=self.read_errors)]
        for reader in self.readers:
            reader.start()
        test.addCleanup(self.kill)

    def read_events(self):
        for line in self.process.stdout:
            self.events.append(json.loads(line))

    def read_errors(self):
        self.errors = self.process.stderr.read()

    def kinds(self):
        return [e.get("event", "error") for e in self.events]

    def all(self, kind):
        return [e for e in self.events if e.get("event") == kind]

    def wait_for(self, kind, count=1):
        end = time.monotonic() + LONGEST
        while len(self.all(kind)) < count:
            if time.monotonic() > end or (self.process.poll() is not None and not self.readers[0].is_alive()):
                self.test.fail(f"no {kind} came; {self.events} {self.errors if self.process.poll() is not None else ''}")
            time.sleep(0.01)
        return self.all(kind)[count - 1]

    def signal(self, number):
        self.process.send_signal(number)

    def end(self):
        code = self.process.wait(LONGEST)
        for reader in self.readers:
            reader.join()
        return code

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.end()
        self.process.stdout.close()
        self.process.stderr.close()


class Base(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="assay-prover-"))
        self.addCleanup(shutil.rmtree, self.dir)
        (self.dir / "pw").write_text("correct horse\n")
        (self.dir / "wrong").write_text("battery staple\n")
        self.env = {"PATH": os.environ.get("PATH", ""), "ASSAY_PROVER_HOME": str(self.dir / "home"),
                    "ASSAY_PROVER_PASSWORD_FILE": str(self.dir / "pw")}
        made = self.call("key", "new", "p", "--kdf-light")
        self.assertEqual(made.returncode, 0, made.stdout + made.stderr)
        self.address = json.loads(made.stdout)["address"]
        self.commits = self.dir / "home" / "state" / "commits"

    def call(self, *args, env=None, stdin=None):
        return subprocess.run([PROVER, *args, "--json"], capture_output=True, text=True, env=env or self.env, timeout=LONGEST,
                              input=stdin)

    def error_of(self, *args, exit, env=None):
        done = self.call(*args, env=env)
        self.assertEqual(done.returncode, exit, done.stdout + done.stderr)
        self.assertEqual(done.stdout.count("\n"), 1, done.stdout)
        error = json.loads(done.stdout)["error"]
        self.assertTrue(error["message"])
        return error

    def node(self, *args, **more):
        node = Node(*args, **more)
        self.addCleanup(node.server_close)
        self.addCleanup(node.shutdown)
        return node

    def run_with(self, node, *args):
        return Run(self, "--node", node.url, *args)

    def status(self):
        done = self.call("status")
        self.assertEqual(done.returncode, 0, done.stdout)
        return json.loads(done.stdout)

    def check_openings(self, node, count):
        """What was opened is right: recomputed by `verify`, as a validator does."""
        opened = [c for c in node.commits.values() if "opening" in c]
        self.assertEqual(len(opened), count)
        for c in opened:
            file = self.dir / "opening.json"
            file.write_text(json.dumps({"kind": node.kind, "params": node.params, "ctx": c["ctx"], "root": c["root"],
                                        "seed": c["seed"], "samples": SAMPLES, **c["opening"]}))
            done = self.call("verify", str(file))
            self.assertEqual((done.returncode, json.loads(done.stdout)["verdict"]), (0, "pass"), done.stdout)


class Path(Base):
    def test_an_epoch_is_worked_committed_opened_decided_and_paid(self):
        node = self.node()
        node.on_broadcast = lambda tx: self.files_at_commit.append(sorted(p.name for p in self.commits.glob("*.json")))
        self.files_at_commit = []
        run = self.run_with(node, "--once")
        self.assertEqual(run.end(), 0, run.errors)
        self.assertEqual(run.kinds(), ["started", "working", "worked", "committed", "challenged", "opened", "verdict", "paid", "stopped"])
        verdict = run.all("verdict")[0]
        self.assertEqual((verdict["verdict"], verdict["slashed"], verdict["bad"]), ("pass", "0", []))
        self.assertEqual(run.all("paid")[0]["paid"], "7")
        # The commit was on the disk when its transaction arrived.
        self.assertEqual(self.files_at_commit[0], [run.all("committed")[0]["commit"] + ".json"])
        self.check_openings(node, 1)
        self.assertEqual([t["kind"] for t in node.sent], ["commit", "open"])
        self.assertEqual((node.sent[0]["fee"] > 0, node.sent[1]["fee"]), (True, 0))
        self.assertEqual(list(self.commits.iterdir()), [])
        status = self.status()
        self.assertEqual((status["running"], status["open"], status["totals"]["passed"], status["totals"]["earned"]),
                         (False, [], 1, "7"))
        self.assertEqual(status["last"][0]["verdict"], "pass")
        self.assertEqual(status["provider"], self.address)
        for file in (self.dir / "home").rglob("*"):
            self.assertEqual(file.stat().st_mode & 0o077, 0, file)

    def test_products_and_walks_are_worked_and_opened_and_their_speed_told(self):
        for kind in ("gemm", "vram"):
            with self.subTest(kind=kind):
                node = self.node(kind=kind, first_height=EPOCH)
                preflight = json.loads(self.call("preflight", "--node", node.url, "--device", "cpu", "--seconds", "0.1").stdout)
                self.assertEqual([c["name"] for c in preflight["checks"] if not c["ok"]], ["clock"])
                run = self.run_with(node, "--once", "--state", str(self.dir / kind))
                self.assertEqual(run.end(), 0, run.errors)
                self.assertEqual(run.all("working")[0]["units"], node.units)
                self.assertGreater(node.sent[0]["gas"], node.opening)  # which the commit prepays
                self.assertEqual(run.all("verdict")[0]["reason"], f"all {SAMPLES} samples are right")
                self.check_openings(node, 1)

    def test_a_class_whose_kind_the_device_does_not_do_is_told_before_a_run(self):
        node = self.node(first_height=EPOCH)
        node.kind = "ram"  # as a newer chain's class says it
        out = json.loads(self.call("preflight", "--node", node.url, "--device", "cpu", "--seconds", "0.1").stdout)
        kind = [c for c in out["checks"] if c["name"] == "kind"][0]
        self.assertFalse(kind["ok"])
        self.assertIn("does no work of kind ram", kind["detail"])

    def test_a_work_key_commits_and_opens_for_its_provider(self):
        node = self.node()
        made = self.call("key", "new", "w", "--kdf-light")
        worker = json.loads(made.stdout)["address"]
        node.work_key = worker
        there = ("--from", "w", "--provider", self.address)
        run = self.run_with(node, "--once", *there)
        self.assertEqual(run.end(), 0, run.errors)
        self.assertEqual(run.all("started")[0]["provider"], self.address)
        self.assertEqual([t["kind"] for t in node.sent], ["commit", "open"])
        self.assertNotEqual(node.sent[0]["provider"], node.sent[0]["sender"])
        self.assertEqual(node.sent[0]["sender"], node.sent[1]["sender"])
        self.assertEqual(run.all("verdict")[0]["verdict"], "pass")
        self.check_openings(node, 1)
        checks = {c["name"]: c["ok"] for c in json.loads(self.call("preflight", "--node", node.url, *there).stdout)["checks"]}
        self.assertEqual((checks["work_key"], checks["fees"]), (True, True), checks)
        node.work_key = self.address
        refused = json.loads(self.call("preflight", "--node", node.url, *there).stdout)
        self.assertIn("is not its work key", refused["error"]["message"])
        self.assertEqual(self.error_of("run", "--node", node.url, "--from", "w", "--provider", "nobody", exit=1)["code"],
                         "bad_prefix")

    def test_every_slot_and_every_lease_has_its_task_and_slots_can_be_chosen(self):
        node = self.node(slots=(0, 3), leases=("order",))
        run = self.run_with(node, "--once")
        self.assertEqual(run.end(), 0, run.errors)
        self.assertEqual(sorted((e["slot"], e["order"] is not None) for e in run.all("verdict")),
                         [(0, False), (0, True), (3, False), (3, True)])
        self.assertEqual([e["slot"] for e in run.all("working")], [0, 0, 3, 3])
        self.check_openings(node, 4)
        self.assertEqual(len(run.all("paid")), 1)
        other = self.node(slots=(0, 3))
        run = self.run_with(other, "--once", "--slots", "3", "--state", str(self.dir / "other"))
        self.assertEqual(run.end(), 0, run.errors)
        self.assertEqual([e["slot"] for e in run.all("verdict")], [3])

    def test_faults_are_committed_as_they_are_on_a_devnet_and_refused_elsewhere(self):
        node = self.node(devnet=False)
        error = self.error_of("run", "--node", node.url, "--device", "cpu", "--fault", "zero", exit=1)
        self.assertEqual(error["code"], "wrong_chain")
        self.assertIn("devnet", error["message"])
        self.assertEqual(node.sent, [])
        node = self.node()
        run = self.run_with(node, "--once", "--fault", "zero", "--state", str(self.dir / "other"))
        self.assertEqual(run.end(), 0, run.errors)
        leaves = [c["opening"]["leaves"] for c in node.commits.values()][0]
        self.assertEqual(set(leaves), {"00" * 32})

    def test_waits_while_the_stake_is_too_small(self):
        node = self.node()
        node.access = False
        run = self.run_with(node, "--once")
        waiting = run.wait_for("waiting")
        self.assertEqual((waiting["for"], waiting["fix"]), ("access", "assay stake 60"))
        self.assertEqual(node.sent, [])
        node.access = True
        self.assertEqual(run.end(), 0, run.errors)
        self.assertEqual(len(run.all("waiting")), 1)
        self.check_openings(node, 1)


class Devices(Base):
    """Several devices in one run; on the processor each is a share of the threads."""

    TWO = ("--device", "cpu", "--device", "cpu")

    def test_two_devices_work_at_once_each_for_its_slot_and_both_pass(self):
        node = self.node(slots=(0, 3))
        run = self.run_with(node, "--once", *self.TWO)
        self.assertEqual(run.end(), 0, run.errors)
        started = run.all("started")[0]
        self.assertEqual([(d["device"], d["slots"]) for d in started["devices"]], [("cpu:0", None), ("cpu:1", None)])
        # Both were begun before either was done.
        self.assertEqual(run.kinds()[:3], ["started", "working", "working"])
        for kind in ("working", "worked", "committed", "challenged", "opened", "verdict"):
            self.assertEqual(sorted((e["slot"], e["device"]) for e in run.all(kind)), [(0, "cpu:0"), (3, "cpu:1")], kind)
        self.assertEqual({(e["epoch"], e["verdict"]) for e in run.all("verdict")}, {(run.all("paid")[0]["epoch"], "pass")})
        self.assertEqual(run.all("paid")[0]["paid"], "14")
        self.check_openings(node, 2)

    def test_a_device_works_for_the_slots_that_it_names_and_who_names_none_for_the_others(self):
        node = self.node(slots=(0, 1, 5))
        run = self.run_with(node, "--once", "--device", "cpu=0,5", "--device", "cpu")
        self.assertEqual(run.end(), 0, run.errors)
        self.assertEqual({e["slot"]: e["device"] for e in run.all("verdict")}, {0: "cpu:0", 1: "cpu:1", 5: "cpu:0"})

    def test_a_device_that_fails_stops_alone_and_the_other_goes_on(self):
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGESIZE")
        node = self.node(slots=(0, 3))
        node.kinds = {3: walk_through(memory + memory // 8)}  # which no processor of this machine can do
        run = self.run_with(node, *self.TWO)
        run.wait_for("device_stopped")
        run.wait_for("verdict", len(run.all("verdict")) + 2)  # however long that took, the other goes on
        run.wait_for("missed")
        run.signal(signal.SIGTERM)
        self.assertEqual(run.end(), 1, run.errors)  # done, but not with all devices
        failed = run.all("device_failed")
        self.assertEqual([(e["device"], e["times"]) for e in failed], [("cpu:1", 1), ("cpu:1", 2), ("cpu:1", 3)])
        self.assertIn("does not fit into this machine", failed[0]["message"])
        stopped = run.all("device_stopped")
        self.assertEqual([(e["device"], e["left"]) for e in stopped], [("cpu:1", 1)])
        self.assertIn("does not fit into this machine", stopped[0]["reason"])
        verdicts = run.all("verdict")
        self.assertEqual({(e["device"], e["slot"], e["verdict"]) for e in verdicts}, {("cpu:0", 0, "pass")})
        self.assertGreater(verdicts[-1]["epoch"], verdicts[0]["epoch"])
        missed = run.all("missed")[-1]
        self.assertEqual((missed["device"], missed["slot"]), ("cpu:1", 3))
        self.assertIn("does not work", missed["reason"])
        self.assertIn("drained", run.all("stopped")[0]["reason"])

    def test_the_run_ends_when_no_device_is_left(self):
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGESIZE")
        node = self.node(slots=(0, 3))
        node.kinds = dict.fromkeys(node.slots, walk_through(memory + memory // 8))
        run = self.run_with(node, *self.TWO)
        self.assertEqual(run.end(), 1, run.errors)
        self.assertEqual(sorted(e["device"] for e in run.all("device_stopped")), ["cpu:0", "cpu:1"])
        self.assertIn("no device is left", run.all("stopped")[0]["reason"])

    def test_open_commits_are_taken_up_by_whichever_device_is_there(self):
        node = self.node(slots=(0, 3))
        run = self.run_with(node, *self.TWO)
        run.wait_for("committed", 2)
        run.signal(signal.SIGKILL)
        run.end()
        open_now = {o["commit"]: o["device"] for o in self.status()["open"]}
        self.assertEqual(sorted(open_now.values()), ["cpu:0", "cpu:1"])
        run = self.run_with(node)  # one device now, and both are opened
        run.wait_for("verdict", 2)
        run.signal(signal.SIGTERM)
        self.assertEqual(run.end(), 0, run.errors)
        self.assertEqual({e["verdict"] for e in run.all("verdict")}, {"pass"})
        self.assertLessEqual(set(open_now), {e["commit"] for e in run.all("verdict")})

        run = self.run_with(node)  # and the other way round: one before, two now
        run.wait_for("committed", 2)
        run.signal(signal.SIGKILL)
        run.end()
        before = {o["commit"] for o in self.status()["open"]}
        run = self.run_with(node, *self.TWO)
        run.wait_for("verdict", len(before))
        run.signal(signal.SIGTERM)
        self.assertEqual(run.end(), 0, run.errors)
        self.assertLessEqual(before, {e["commit"] for e in run.all("verdict")})

    def test_a_wrong_device_is_wrong_usage(self):
        for options, what in ((("--device", "cpu=0", "--device", "cpu=0"), "slot 0 is given to two devices"),
                              (("--device", "tpu"), "not 'tpu'"), (("--device", "cpu=0", "--slots", "0"), "both choose slots")):
            error = self.error_of("run", "--node", self.node().url, *options, exit=2)
            self.assertEqual(error["code"], "usage")
            self.assertIn(what, error["message"])

    def test_preflight_measures_each_device_with_its_slots(self):
        node = self.node(slots=(0, 3), first_height=EPOCH)
        out = json.loads(self.call("preflight", "--node", node.url, *self.TWO, "--threads", "2", "--seconds", "0.1").stdout)
        speed = [c for c in out["checks"] if c["name"] == "speed"][0]
        self.assertTrue(speed["ok"], speed)
        self.assertRegex(speed["detail"], r"\(cpu:0 [0-9.]+ s, cpu:1 [0-9.]+ s\)")


class Trouble(Base):
    def test_a_node_that_goes_away_is_waited_for(self):
        node = self.node()
        down = {"commit": 12, "open": 12}  # at each of its transactions, once

        def on_broadcast(tx):
            node.down = down.pop(tx["kind"], 0)

        node.on_broadcast = on_broadcast
        run = self.run_with(node, "--once")
        self.assertEqual(run.end(), 0, run.errors)
        self.assertEqual(len(run.all("waiting")), len(run.all("resumed")))
        self.assertGreaterEqual(len(run.all("resumed")), 1)
        self.assertEqual([e["verdict"] for e in run.all("verdict")], ["pass"])
        self.check_openings(node, 1)

    def test_a_lost_mempool_gets_the_same_bytes_again(self):
        node = self.node()
        node.lose_mempool = True
        run = self.run_with(node, "--once")
        self.assertEqual(run.end(), 0, run.errors)
        sent = [t["txid"] for t in node.sent if t["kind"] == "commit"]
        self.assertGreaterEqual(len(sent), 2)
        self.assertEqual(len(set(sent)), 1)
        self.check_openings(node, 1)

    def test_an_expired_commit_is_signed_anew_with_the_same_root(self):
        node = self.node()
        node.expire_next = True
        run = self.run_with(node, "--once")
        self.assertEqual(run.end(), 0, run.errors)
        commits = [t for t in node.sent if t["kind"] == "commit"]
        self.assertEqual(len({t["txid"] for t in commits}), 2)
        self.assertEqual(len({t["root"] for t in commits}), 1)
        self.check_openings(node, 1)

    def test_a_commit_that_never_gets_in_is_refused_once_and_the_next_epoch_is_worked(self):
        node = self.node()
        node.hold = True
        run = self.run_with(node, "--epochs", "2")
        refused = run.wait_for("refused")
        self.assertEqual(refused["code"], "expired")
        node.hold = False
        self.assertEqual(run.end(), 0, run.errors)
        self.assertEqual([e["epoch"] for e in run.all("verdict")], [refused["epoch"] + 1])
        self.assertEqual(self.status()["totals"]["refused"], 1)

    def test_a_task_that_somebody_else_committed_is_left_alone(self):
        node = self.node()
        node.fail["commit"] = [("already_committed", "a commit is written once")]
        run = self.run_with(node, "--epochs", "2")
        self.assertEqual(run.end(), 0, run.errors)
        self.assertEqual([e["code"] for e in run.all("refused")], ["already_committed"])
        self.assertEqual(len(run.all("verdict")), 1)  # the next epoch's
        self.assertEqual([t["kind"] for t in node.sent], ["commit", "commit", "open"])

    def test_a_malformed_opening_is_made_again(self):
        node = self.node()
        node.fail["open"] = [("opening_root_mismatch", "the leaves do not lead to the root")]
        run = self.run_with(node, "--once")
        self.assertEqual(run.end(), 0, run.errors)
        self.assertEqual([t["kind"] for t in node.sent], ["commit", "open", "open"])
        self.assertEqual([e["verdict"] for e in run.all("verdict")], ["pass"])
        self.check_openings(node, 1)

    def test_an_opening_that_nobody_takes_ends_as_absent(self):
        node = self.node()
        node.refuse["open"] = ("too_many_attempts", "no more")
        run = self.run_with(node, "--once")
        self.assertEqual(run.end(), 0, run.errors)
        verdict = run.all("verdict")[0]
        self.assertEqual((verdict["verdict"], verdict["slashed"]), ("absent", "5"))
        self.assertEqual(run.all("opened"), [])
        self.assertEqual(self.status()["totals"]["slashed"], "5")

    def test_another_chain_behind_the_same_url_ends_the_run(self):
        node = self.node()
        run = self.run_with(node)
        run.wait_for("committed")
        node.chain_id = "fake-2"
        self.assertEqual(run.end(), 1)
        self.assertEqual(run.events[-1]["error"]["code"], "wrong_chain")
        self.assertEqual(len(self.status()["open"]), 1)
        error = self.error_of("run", "--node", node.url, "--device", "cpu", exit=1)
        self.assertEqual(error["code"], "wrong_chain")


class Restart(Base):
    def interrupted(self, node, when, number=signal.SIGKILL):
        run = self.run_with(node)
        run.wait_for(when)
        run.signal(number)
        run.end()
        return run

    def goes_on(self, node):
        run = self.run_with(node, "--once")
        self.assertEqual(run.wait_for("verdict")["verdict"], "pass")
        run.signal(signal.SIGTERM)
        self.assertEqual(run.end(), 0, run.errors)
        return run

    def test_a_restart_after_the_commit_opens_it(self):
        node = self.node()
        first = self.interrupted(node, "committed")
        open_now = self.status()["open"]
        self.assertEqual([o["commit"] for o in open_now], [first.all("committed")[0]["commit"]])
        run = self.goes_on(node)
        self.assertEqual(run.all("verdict")[0]["commit"], open_now[0]["commit"])
        self.assertEqual([t["kind"] for t in node.sent][:2], ["commit", "open"])
        self.check_openings(node, len([c for c in node.commits.values() if c["status"] == "passed"]))

    def test_a_restart_before_the_commit_is_in_a_block_sends_the_same_bytes(self):
        node = self.node()
        node.hold = True
        run = self.run_with(node)
        while not node.sent:
            time.sleep(0.01)
        run.signal(signal.SIGKILL)
        run.end()
        with node.lock:
            node.pool, node.hold = {}, False  # the node was restarted as well
        run = self.goes_on(node)
        commits = [t["txid"] for t in node.sent if t["kind"] == "commit"]
        self.assertEqual(commits[0], commits[1])
        # Not worked anew by chance to the same bytes: it went on with what its file holds.
        self.assertNotIn(run.all("committed")[0]["commit"], [e["commit"] for e in run.all("working")])

    def test_commits_whose_files_are_lost_or_broken_are_taken_up_from_the_chain(self):
        node = self.node()
        self.interrupted(node, "committed")
        for file in self.commits.glob("*.json"):
            file.write_text(file.read_text()[:100])
        self.goes_on(node)
        self.assertEqual(len(list(self.commits.glob("*.bad"))), 1)
        node = self.node()
        shutil.rmtree(self.dir / "home" / "state")
        self.interrupted(node, "committed")
        shutil.rmtree(self.dir / "home" / "state")
        self.goes_on(node)

    def test_a_verdict_is_counted_once_whatever_a_crash_leaves(self):
        node = self.node()
        self.interrupted(node, "committed")
        file = next(self.commits.glob("*.json"))
        text = file.read_text()
        self.goes_on(node)
        passed = self.status()["totals"]["passed"]
        file.write_text(text)  # as if the crash had come before its removal
        run = self.run_with(node)
        run.wait_for("working")
        run.signal(signal.SIGTERM)
        run.end()
        self.assertFalse(file.exists())
        self.assertEqual(self.status()["totals"]["passed"], passed)

    def test_the_first_signal_drains_and_the_second_ends(self):
        node = self.node()
        run = self.run_with(node)
        run.wait_for("committed")
        run.signal(signal.SIGINT)
        self.assertEqual(run.end(), 0, run.errors)
        self.assertEqual(run.kinds()[-5:], ["draining", "challenged", "opened", "verdict", "stopped"])
        run = self.run_with(node)
        run.wait_for("committed")
        run.signal(signal.SIGTERM)
        run.wait_for("draining")
        run.signal(signal.SIGTERM)
        self.assertEqual(run.end(), 130)
        self.assertEqual(run.events[-1]["error"]["code"], "interrupted")
        self.assertEqual(len(self.status()["open"]), 1)

    def test_drain_asks_the_running_one_and_one_state_has_one_run(self):
        self.assertEqual(self.error_of("drain", exit=1)["code"], "not_found")
        node = self.node()
        run = self.run_with(node)
        run.wait_for("committed")
        self.assertTrue(self.status()["running"])
        self.assertEqual(self.error_of("run", "--node", node.url, "--device", "cpu", exit=1)["code"], "store_locked")
        done = self.call("drain", "--wait")
        self.assertEqual((done.returncode, json.loads(done.stdout)["stopped"]), (0, True))
        self.assertEqual(run.end(), 0, run.errors)
        self.assertEqual(run.all("verdict")[-1]["verdict"], "pass")
        self.assertFalse(self.status()["running"])
        self.assertEqual(self.error_of("drain", exit=1)["code"], "not_found")


class Usage(Base):
    DEAD = "http://127.0.0.1:9"

    def test_what_is_wrong_before_it_begins(self):
        node = self.node()
        run = ("run", "--device", "cpu", "--node")
        self.assertEqual(self.error_of(*run, "ftp://x", exit=2)["code"], "usage")
        self.assertEqual(self.error_of(*run, self.DEAD, "--node-wait", "0", exit=3)["code"], "node_unreachable")
        self.assertEqual(self.error_of("preflight", "--device", "cpu", "--node", self.DEAD, exit=3)["code"], "node_unreachable")
        self.assertEqual(self.error_of(*run, node.url, "--password-file", str(self.dir / "wrong"), exit=1)["code"],
                         "wrong_password")
        self.assertEqual(self.error_of(*run, node.url, "--from", "q", exit=1)["code"], "unknown_key")
        self.assertEqual(self.error_of(*run, node.url, "--from", str(self.dir / "pw"), exit=1)["code"], "keystore_malformed")
        self.assertEqual(self.error_of(*run, node.url, "--fault", "sleep", exit=1)["code"], "invalid_params")
        self.assertEqual(self.error_of("run", "--node", node.url, "--device", "abacus", exit=2)["code"], "usage")
        self.assertEqual(self.error_of(*run, node.url, "--samples", "8", exit=2)["code"], "usage")
        self.assertEqual(self.error_of(*run, node.url, "--password", "x", exit=2)["code"], "usage")
        self.assertEqual(self.error_of("status", exit=2, env={"PATH": self.env["PATH"]})["code"], "usage")  # no HOME
        self.assertEqual(self.error_of("status", "--state", str(self.dir / "none"), exit=1)["code"], "not_found")
        self.assertEqual(node.sent, [])

    def test_each_kind_of_work_is_proved_opened_and_verified_offline(self):
        for kind, named in (("lanes", "lane "), ("gemm", "sub-tile "), ("vram", "lane ")):
            spec, proof, opening = (str(self.dir / f"{kind}.{what}") for what in ("spec", "proof", "opening"))
            example = self.call("example", "--kind", kind)
            pathlib.Path(spec).write_text(example.stdout)
            self.assertEqual(json.loads(example.stdout)["kind"], kind)
            for fault, code in (("none", 0), ("zero", 4)):
                for step in (("prove", spec, "--device", "cpu", "--fault", fault, "--out", proof),
                             ("open", proof, "--device", "cpu", "--beacon", "ab" * 32, "--samples", "9", "--out", opening)):
                    done = self.call(*step)
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                done = self.call("verify", opening)
                self.assertEqual(done.returncode, code, done.stdout + done.stderr)
                said = json.loads(done.stdout)
                if fault == "none":
                    self.assertEqual((said["verdict"], said["samples"]), ("pass", 9))
                else:
                    self.assertIn("9 of 9 samples are wrong", said["error"]["message"])
                    self.assertIn(named, said["error"]["message"])
            roots = {json.loads(self.call("prove", spec, "--device", "cpu", "--threads", n, "--out", proof).stdout)["root"]
                     for n in ("1", "3")}
            self.assertEqual(len(roots), 1, f"the leaves of {kind} depend on how many threads make them")
        self.assertEqual(self.error_of("example", "--kind", "ram", exit=2)["code"], "usage")

    def test_a_password_is_never_asked_for_where_nobody_can_answer(self):
        env = {k: v for k, v in self.env.items() if k != "ASSAY_PROVER_PASSWORD_FILE"}
        self.assertEqual(self.error_of("run", "--node", self.DEAD, "--device", "cpu", exit=2, env=env)["code"], "usage")
        done = self.call("run", "--node", self.DEAD, "--node-wait", "0", "--password-file", "-", env=env, stdin="correct horse\n")
        self.assertEqual(done.returncode, 3, done.stdout)  # the password was right

    def test_keys_come_from_a_file_and_names_are_never_taken_twice(self):
        file = self.dir / "home" / "keys" / "p.json"
        made = self.call("key", "import", "copy", "--file", str(file), "--kdf-light")
        self.assertEqual(json.loads(made.stdout)["address"], self.address)
        (self.dir / "new").write_text("another password\n")
        made = self.call("key", "import", "moved", "--file", str(file), "--file-password-file", str(self.dir / "pw"),
                         "--password-file", str(self.dir / "new"), "--kdf-light")
        self.assertEqual(json.loads(made.stdout)["address"], self.address)
        self.assertEqual(self.error_of("run", "--from", "moved", "--node", self.DEAD, exit=1)["code"], "wrong_password")
        self.assertEqual(self.error_of("key", "import", "p", "--file", str(file), exit=1)["code"], "already_exists")
        self.assertEqual(self.error_of("key", "new", "p", exit=1)["code"], "already_exists")
        self.assertEqual(self.error_of("key", "new", "../p", exit=2)["code"], "usage")
        names = [k["name"] for k in json.loads(self.call("key", "list").stdout)["items"]]
        self.assertEqual(names, ["copy", "moved", "p"])
        self.assertEqual(self.error_of("run", "--node", self.DEAD, exit=2)["code"], "usage")  # which of the three?

    def test_preflight_says_whether_and_why(self):
        node = self.node(first_height=EPOCH)
        done = self.call("preflight", "--node", node.url, "--device", "cpu", "--threads", "1", "--seconds", "0.1")
        out = json.loads(done.stdout)
        failed = [c["name"] for c in out["checks"] if not c["ok"]]
        # The fake's time is not this machine's, and that is all that is wrong with it.
        self.assertEqual((done.returncode, failed, out["would_earn"]), (1, ["clock"], False))
        self.assertEqual(out["per_epoch"], "4000000")
        node.access = False
        out = json.loads(self.call("preflight", "--node", node.url, "--device", "cpu", "--seconds", "0.1").stdout)
        stake = [c for c in out["checks"] if c["name"] == "stake"][0]
        self.assertEqual((stake["ok"], stake["fix"]), (False, "assay stake 0.00006"))
        self.assertIn("stake", out["error"]["message"])


if __name__ == "__main__":
    unittest.main()
