"""The output contract of `assay`, command by command: the whole tree is walked, as --help shows it, and every command is
run against a real node in both forms, with what it needs (the rows of tests/wallet/test_cli.py) and with what it refuses.

    test_contract.py --bin DIR
"""

import concurrent.futures
import json
import pathlib
import re
import sys
import unittest

import harness
from harness import Folder, Node, program, run

AMOUNT = re.compile(r"^\d+(\.\d+)?$")
NO_AMOUNT = {"--slot", "--units", "--devices", "--timeout", "--tile", "--index", "--account", "--words"}


def rows():
    """ARGUMENTS and OFFLINE of the wallet's own contract test, so that a new command needs one row and not two."""
    sys.path.append(str(pathlib.Path(__file__).parents[1] / "wallet"))
    sys.argv.insert(1, program("assay"))
    import test_cli
    return test_cli.Contract


class Contract(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.path = cls.folder.__enter__()
        cls.rows = rows()
        cls.node = Node(cls.path / "node").start(block_time="20ms")
        cls.home = cls.path / "wallet"
        cls.password, cls.wrong = cls.path / "password", cls.path / "wrong"
        cls.password.write_text("correct horse\n")
        cls.wrong.write_text("battery staple\n")
        for name in ("alice", "poor"):
            cls.assay("key", "new", name, "--kdf-light")
        cls.assay("faucet", "alice", "--amount", "1000", "-y")
        cls.leaves = [leaf for leaf in cls.walk() if leaf[0] != "completion"]
        cls.changes = [leaf for leaf in cls.leaves if "--valid-until" in cls.help[leaf]]
        assert len(cls.leaves) > 50 and len(cls.changes) > 20

    @classmethod
    def tearDownClass(cls):
        cls.node.terminate()
        cls.folder.__exit__()

    help = {}

    @classmethod
    def walk(cls, path=()):
        text = run("assay", *path, "--help").stdout
        cls.help[path] = text
        lines = text.splitlines()
        names = []
        if "Subcommands:" in lines:
            names = [line.split()[0] for line in lines[lines.index("Subcommands:") + 1:]
                     if line.startswith("  ") and not line.startswith("   ")]
        if not names:
            yield path
        for name in names:
            yield from cls.walk((*path, name))

    @classmethod
    def plain(cls, *arguments, password=None, sender="alice"):
        return run("assay", *arguments, exit=None, ASSAY_NODE=cls.node.url, ASSAY_HOME=cls.home, ASSAY_FROM=sender,
                   ASSAY_PASSWORD_FILE=password or cls.password)

    @classmethod
    def assay(cls, *arguments, **more):
        """(exit code, the one JSON value)."""
        done = cls.plain(*arguments, "--json", **more)
        assert done.stdout.count("\n") == 1, (arguments, done.stdout, done.stderr)
        value = json.loads(done.stdout)
        if done.returncode:
            assert set(value) == {"error"} and {"code", "message", "hint"} <= set(value["error"]), (arguments, value)
            assert re.fullmatch("[a-z0-9_]+", value["error"]["code"]) and value["error"]["message"], (arguments, value)
            value = value["error"]
        return done.returncode, value

    def arguments(self, leaf, yes=True):
        return [*leaf, *self.rows.ARGUMENTS.get(" ".join(leaf), []), *(["-y"] if yes and leaf in self.changes else [])]

    def each(self, leaves, check):
        """Several at once: a command mostly waits for its block."""
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for leaf, wrong in zip(leaves, pool.map(lambda leaf: self.said(check, leaf), leaves)):
                with self.subTest(command=" ".join(leaf)):
                    self.assertIsNone(wrong)

    @staticmethod
    def said(check, leaf):
        try:
            check(leaf)
        except AssertionError as wrong:
            return str(wrong)
        return None

    def test_every_command_in_both_forms(self):
        def check(leaf):
            exit, value = self.assay(*self.arguments(leaf))
            self.assertIn(exit, (0, 1, 2, 5))
            if exit:
                self.assertNotEqual(value["code"], "internal", value)
                if exit == 2:  # a mistake in what is typed: the rows have none, but for files that are not what they should be
                    self.assertIn(leaf[0], ("tx", "gov", "lease", "key", "order"), value)
            done = self.plain(*self.arguments(leaf))
            if done.returncode:
                self.assertEqual(done.stdout, "")
                self.assertRegex(done.stderr, r"error \([a-z0-9_]+\): ")
            else:
                self.assertNotEqual(done.stdout.strip(), "")
        # What touches no network has tests of its own; some of it would take this wallet's keys away.
        harmless = {("key", "list"), ("key", "show"), ("context", "list")}
        self.each([leaf for leaf in self.leaves if leaf[0] not in LOCAL or leaf in harmless], check)

    def test_a_wrong_password_sends_nothing(self):
        def check(leaf):
            # Else the node tries it first, and says what it would come to before a password is asked for.
            force = ["--force"] if "--force" in self.help[leaf] else []
            _, value = self.assay(*self.arguments(leaf), *force, password=self.wrong)
            self.assertIn(value.get("status"), (None, "not_sent"), value)
            if value["code"] not in ALREADY_REFUSED:
                self.assertEqual(value["code"], "wrong_password", value)
                return
            self.assertIn(leaf[0], ("order", "bid", "lease", "gov", "validator", "tx"), value)  # needs what is not on the chain
        nonce = self.assay("balance", "alice")[1]["nonce"]
        self.each([leaf for leaf in self.changes if leaf != ("faucet",)], check)
        self.assertEqual(self.assay("balance", "alice")[1]["nonce"], nonce)

    def test_an_unknown_name_is_told_from_a_mistyped_address(self):
        def check(leaf):
            exit, value = self.assay(*self.arguments(leaf), sender="alcie")
            if value["code"] not in ALREADY_REFUSED:
                self.assertEqual((exit, value["code"]), (1, "unknown_key"), value)
        self.each([leaf for leaf in self.changes if "--from" in self.help[leaf]], check)
        for leaf in self.leaves:
            if leaf[0] in LOCAL:
                continue
            if "ADDR" in self.help[leaf] or "PROVIDER" in self.help[leaf].split("Options:")[0]:
                with self.subTest(command=" ".join(leaf)):
                    exit, value = self.assay(*leaf, "alcie", *(["-y"] if leaf in self.changes else []))
                    self.assertEqual((exit, value["code"]), (1, "unknown_key"), value)
                    self.assertIn("'alice'", value["message"])

    def test_more_decimals_than_there_are_is_an_error_in_every_amount(self):
        cases = []
        for leaf in self.changes:
            typed = self.rows.ARGUMENTS.get(" ".join(leaf), [])
            for i, word in enumerate(typed):
                before = typed[i - 1] if i else ""
                number = leaf[0] == "gov" and i == 0  # of a proposal or a slash
                if AMOUNT.match(word) and before not in NO_AMOUNT and not number:
                    finer = word + ("" if "." in word else ".") + "00000000000001"
                    cases.append((leaf, [*leaf, *typed[:i], finer, *typed[i + 1:], "-y"]))
        self.assertGreater(len(cases), 8)
        for leaf, command in cases:
            with self.subTest(command=" ".join(command)):
                exit, value = self.assay(*command)
                self.assertEqual((exit, value["code"]), (2, "bad_amount"), value)

    def test_who_has_no_tokens_is_refused_with_a_reason(self):
        def check(leaf):
            exit, value = self.assay(*self.arguments(leaf), sender="poor")
            self.assertIn(exit, (1, 2), value)
            self.assertNotEqual(value["code"], "internal", value)
            self.assertNotIn(value.get("status"), ("committed", "pending"), value)
        self.each([leaf for leaf in self.changes if leaf != ("faucet",)], check)
        self.assertEqual(self.assay("balance", "poor")[1]["nonce"], 0)

    def test_a_dead_node_is_3_in_words_too(self):
        done = run("assay", "balance", "alice", exit=3, ASSAY_NODE="http://127.0.0.1:9", ASSAY_HOME=self.home)
        self.assertEqual(done.stdout, "")
        self.assertIn("node_unreachable", done.stderr)
        self.assertIn("assayd start", done.stderr)


LOCAL = {"key", "context", "backup", "restore", "sign", "verify", "address"}  # commands about this wallet alone
# What a command looks up before it asks for a password, and does not find.
ALREADY_REFUSED = {"not_found", "not_validator", "unknown_bid", "unknown_order", "usage", "bad_proposal", "json_syntax", "tx_malformed"}


if __name__ == "__main__":
    harness.main()
