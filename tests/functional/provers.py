"""A devnet with some classes more, and providers with one device each that real programs work for."""

import json
import pathlib
import subprocess
import unittest

import harness
from harness import Folder, Node, run


class Provers(unittest.TestCase):
    """A subclass names its classes and providers."""

    CLASSES = []  # (name of a class of the devnet, members that differ)
    PROVIDERS = []  # (key, class)
    BLOCK_TIME = None  # the genesis' own
    PARAMS = {}  # part of the parameters -> members that differ

    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.path = cls.folder.__enter__()
        genesis = json.loads((pathlib.Path(__file__).parents[2] / "genesis" / "devnet.json").read_text())
        for part, members in cls.PARAMS.items():
            genesis["params"][part] |= members
        classes = genesis["params"]["classes"]
        for like, members in cls.CLASSES:
            classes.append(next(c for c in classes if c["name"] == like) | members)
        file = cls.path / "genesis.json"
        file.write_text(json.dumps(genesis))
        cls.node = Node(cls.path / "node", network=str(file)).start(block_time=cls.BLOCK_TIME)
        cls.home = cls.path / "wallet"
        cls.password = cls.path / "password"
        cls.password.write_text("correct horse\n")
        for name, of in cls.PROVIDERS:
            cls.assay("key", "new", name, "--kdf-light")
            cls.assay("faucet", name, "--amount", "1000", "-y")
            cls.assay("provider", "register", "--from", name, "--endpoint", f"http://{name}.example", "-y")
            cls.assay("provider", "device", "add", "--class", of, "--slot", "0", "--from", name, "-y")
            cls.assay("stake", "200", "--from", name, "-y")

    @classmethod
    def tearDownClass(cls):
        cls.node.terminate()
        cls.folder.__exit__()

    @classmethod
    def assay(cls, *arguments, json_form=True):
        done = run("assay", *arguments, *(["--json"] if json_form else []), "--node", cls.node.url, "--home", cls.home,
                   "--password-file", cls.password, exit=None)
        assert done.returncode == 0, (arguments, done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout) if json_form else done.stdout

    def prover(self, name, what, *more):
        return [harness.program("assay-prover"), what, "--home", str(self.path / ("prover-" + name)), "--json", *more]

    def at_work(self, name, what, *more):
        return self.prover(name, what, "--from", str(self.home / "keys" / f"{name}.json"), "--node", self.node.url,
                           "--device", "cpu", "--threads", "1", *more)

    def first_task(self, name):
        """What is registered in an epoch begins with the next."""
        address = self.assay("provider", "show", name)["address"]
        harness.eventually(lambda: self.node.rpc("tasks", provider=address)["items"], 60, "a task")
        return self.node.rpc("tasks", provider=address)["items"][0]

    def speed(self, name):
        told = subprocess.run(self.at_work(name, "preflight", "--seconds", "0.2"), capture_output=True, text=True, timeout=120)
        self.assertIn(told.returncode, (0, 1), told.stdout + told.stderr)
        return {c["name"]: c for c in json.loads(told.stdout)["checks"]}["speed"]

    def epoch_of(self, *provers):
        """The events of one epoch's run of each (name, fault); each has a verdict."""
        # From an epoch's beginning: a run that starts late takes a task whose window is about to close.
        epoch = self.node.rpc("status")["epoch"]
        harness.eventually(lambda: self.node.rpc("status")["epoch"] > epoch, 90, "the next epoch")
        running = {name: subprocess.Popen(self.at_work(name, "run", "--password-file", str(self.password), "--epochs", "1",
                                                       *(["--fault", fault] if fault else [])),
                                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                   for name, fault in provers}
        events = {}
        for name, process in running.items():
            out, err = process.communicate(timeout=150)
            self.assertEqual(process.returncode, 0, (name, out, err))
            events[name] = {e["event"]: e for e in map(json.loads, out.splitlines())}
            self.assertIn("verdict", events[name], (name, out, err))
        return events
