#!/usr/bin/env python3
"""Keys, contexts, files and backups of `assay`: what is refused, what is asked, what stays whole when something fails.

    test_cli_keys.py PATH-OF-ASSAY
"""

import json
import os
import pathlib
import resource
import signal
import unittest

import test_cli
from test_cli import DEAD

OTHER = "legal winner thank year wave sausage worth useful legal winner thank yellow"


class Keys(test_cli.Contract):
    def setUp(self):
        super().setUp()
        # Each test in a home of its own, with one key.
        self.old_home = type(self).home
        type(self).home = os.path.join(self.dir.name, self.id().rsplit(".", 1)[1])
        self.alice = self.json_of("key", "new", "alice", "--kdf-light")

    def tearDown(self):
        type(self).home = self.old_home
        super().tearDown()

    def files(self):
        """Everything in the home, to see that nothing changed."""
        return {str(p): p.read_bytes() for p in pathlib.Path(self.home).rglob("*") if p.is_file() and "nonce-" not in p.name}

    def key(self, name):
        return os.path.join(self.home, "keys", name + ".json")

    def run_here(self, *args, **more):
        """Without --node, so that contexts decide; and without a key by environment."""
        environment = {k: v for k, v in self.environment().items() if k != "ASSAY_FROM"} | more.pop("env", {})
        done = test_cli.subprocess.run([test_cli.ASSAY, *args, "--password-file", self.password, "--json"], text=True,
                                       capture_output=True, env=environment, timeout=60, **more)
        return done.returncode, json.loads(done.stdout)

    # ---------------------------------------------------------------- contexts

    def test_a_context_names_node_chain_and_key(self):
        self.assertEqual([c["name"] for c in self.json_of("context", "list")["items"]], ["local"])
        made = self.json_of("context", "add", "test", "--key", "alice", node=self.node.url)
        self.assertEqual((made["chain_id"], made["denom"], made["decimals"], made["key"], made["current"]),
                         ("test-1", "ASY", 6, "alice", False))
        self.assertEqual(self.json_of("context", "use", "test")["current"], True)
        self.assertEqual(self.run_here("status")[1]["chain_id"], "test-1")
        code, sent = self.run_here("send", "alice", "1", "-y")
        self.assertEqual((code, sent["status"], sent["sender"]), (0, "committed", self.alice["address"]))
        # A flag goes before the environment, that before the context; and one run may mean another chain.
        self.assertEqual(self.run_here("status", "--node", DEAD)[0], 3)
        self.assertEqual(self.run_here("status", env={"ASSAY_NODE": DEAD})[0], 3)
        self.assertEqual(self.run_here("status", "--node", self.node.url, env={"ASSAY_NODE": DEAD})[0], 0)
        self.json_of("context", "add", "dead", "--chain-id", "dead-1", "--denom", "AKT", "--decimals", "3")
        self.assertEqual(self.run_here("status", "--context", "dead")[0], 3)
        self.assertEqual(self.run_here("context", "show", env={"ASSAY_CONTEXT": "dead"})[1]["name"], "dead")
        self.assertEqual(self.run_here("context", "show")[1]["name"], "test")
        self.assertEqual(self.json_of("context", "remove", "test")["removed"], True)
        self.assertEqual(self.run_here("context", "show")[1]["name"], "local")

    def test_a_transaction_for_another_chain_is_refused_before_it_is_signed(self):
        self.json_of("context", "add", "main", "--chain-id", "main-1", node=self.node.url)
        self.json_of("context", "use", "main")
        before = self.files()
        for more in ([], ["--dry-run"], ["--generate-only"]):
            code, out = self.run_here("send", "alice", "1", "-y", *more)
            self.assertEqual((code, out["error"]["code"]), (1, "wrong_chain"))
            self.assertIn("main-1", out["error"]["message"])
        self.assertEqual(self.node.seen, [])
        code, unsigned = self.run_here("send", "alice", "1", "--generate-only", "--chain-id", "test-1")
        self.assertEqual(code, 0)  # said by hand
        code, out = self.run_here("tx", "sign", self.write("foreign", json.dumps(unsigned)))
        self.assertEqual((code, out["error"]["code"]), (1, "wrong_chain"))
        self.assertEqual(self.files(), before)
        # Offline the context says what no node can: chain, token, decimals.
        self.json_of("context", "add", "cold", "--chain-id", "cold-1", "--denom", "AKT", "--decimals", "3")
        code, out = self.run_here("send", "alice", "1.5 AKT", "-y", "--offline", "--context", "cold", "--nonce", "0", "--fee",
                                  "0.001", "--valid-until", "9")
        self.assertEqual((code, out["transaction"]["chain_id"], out["transaction"]["messages"][0]["outputs"][0]["amount"]),
                         (0, "cold-1", "1500"))

    def test_contexts_are_not_lost_to_mistakes(self):
        self.json_of("context", "add", "main", "--chain-id", "main-1")
        before = self.files()
        self.assertEqual(self.error_of("context", "add", "main", "--chain-id", "x", exit=1)["code"], "already_exists")
        self.assertEqual(self.error_of("context", "add", "local", "--chain-id", "x", exit=1)["code"], "already_exists")
        self.assertEqual(self.error_of("context", "add", "no/name", "--chain-id", "x", exit=2)["code"], "usage")
        self.assertEqual(self.error_of("context", "add", "x", "--chain-id", "x", "--trust", "7", exit=2)["code"], "usage")
        self.assertEqual(self.error_of("context", "add", "x", "--chain-id", "x", "--key", "nobody", exit=1)["code"], "unknown_key")
        self.assertEqual(self.error_of("context", "add", "x", "--denom", "AKT", exit=2)["code"], "usage")
        self.assertEqual(self.error_of("context", "remove", "local", exit=2)["code"], "usage")
        self.assertIn("'main'", self.error_of("context", "use", "mian", exit=1)["message"])
        self.assertEqual(self.error_of("status", "--context", "mian", exit=3, node=DEAD)["code"], "node_unreachable")
        self.assertEqual(self.run_here("status", "--context", "mian")[1]["error"]["code"], "not_found")
        self.assertEqual(self.files(), before)
        self.assertEqual(os.stat(os.path.join(self.home, "contexts.json")).st_mode & 0o777, 0o600)
        trust = "12:" + "ab" * 32
        self.assertEqual(self.json_of("context", "add", "pinned", "--chain-id", "x", "--trust", trust)["trust"], trust)
        pathlib.Path(self.home, "contexts.json").write_text('{"version": 1,\n "curent": "x"}')
        error = self.run_here("status")[1]["error"]
        self.assertIn("contexts.json: current is missing", error["message"])

    # ---------------------------------------------------------------- keys

    def test_a_key_leaves_as_words_as_a_file_and_as_an_xpub(self):
        words = self.json_of("key", "export", "alice", "--format", "mnemonic", "-y")
        self.assertEqual(words["mnemonic"], self.alice["mnemonic"])
        file = os.path.join(self.dir.name, "exported.json")
        self.json_of("key", "export", "alice", "-y", "--out", file)
        self.assertEqual(os.stat(file).st_mode & 0o777, 0o600)
        self.assertEqual(self.error_of("key", "export", "alice", "-y", "--out", file, exit=1)["code"], "already_exists")
        self.assertNotEqual(pathlib.Path(file).read_bytes(), pathlib.Path(self.key("alice")).read_bytes())  # another salt
        back = self.json_of("key", "import", "again", "--file", file, "--kdf-light")
        self.assertEqual(back["address"], self.alice["address"])
        apart = self.json_of("key", "export", "alice", "-y", "--new-password-file", self.wrong, "--kdf-light")
        self.assertEqual((apart["format"], apart["name"]), ("assay-key", "alice"))
        self.assertEqual(self.error_of("key", "import", "x", "--file", self.write("apart", json.dumps(apart)), "--kdf-light",
                                       exit=1)["code"], "wrong_password")
        self.assertEqual(self.error_of("key", "export", "alice", exit=2)["code"], "confirmation_required")
        self.json_of("key", "import", "bare", "--secret-stdin", "--kdf-light", stdin="00" * 31 + "03\n")
        self.assertEqual(self.error_of("key", "export", "bare", "--format", "mnemonic", "-y", exit=1)["code"], "bad_key")
        xpub = self.json_of("key", "export", "alice", "--format", "xpub")["xpub"]
        watched = self.json_of("key", "import", "cold", "--watch-only", xpub)
        self.assertEqual((watched["address"], watched["kind"]), (self.alice["address"], "watch"))
        words = self.write("words", self.alice["mnemonic"])
        fifth = self.json_of("key", "import", "fifth", "--file", words, "--index", "5", "--kdf-light")
        self.assertEqual(self.json_of("key", "import", "cold5", "--watch-only", xpub, "--index", "5")["address"], fifth["address"])
        wrong = xpub[:50] + ("A" if xpub[50] != "A" else "B") + xpub[51:]
        self.assertEqual(self.error_of("key", "import", "x", "--watch-only", wrong, exit=1)["code"], "bad_key")

    def test_what_is_only_watched_signs_nothing(self):
        self.json_of("key", "import", "cold", "--watch-only", self.alice["public_key"])
        self.json_of("key", "import", "other", "--watch-only", self.alice["address"])
        self.assertIsNone(self.json_of("key", "show", "other")["public_key"])
        for name in ("cold", "other"):
            self.json_of("send", "alice", "1", "--dry-run", "--from", name, node=self.node.url)  # which signs nothing
            for command in (["send", "alice", "1", "-y"], ["sign", "hello"], ["key", "export", "-y"]):
                who = [name] if command[0] == "key" else ["--from", name]
                self.assertEqual(self.error_of(*command, *who, exit=1, node=self.node.url)["code"], "watch_only")
            made = self.json_of("send", "alice", "1", "--generate-only", "--from", name, node=self.node.url)
            self.assertEqual((made["transaction"]["sender"], made["auth"]), (self.alice["address"], None))
        unsigned = self.write("unsigned", json.dumps(made))
        self.assertEqual(self.error_of("tx", "sign", unsigned, "--from", "cold", exit=1)["code"], "watch_only")
        self.assertTrue(self.json_of("tx", "sign", unsigned, "--from", "alice")["auth"])
        by_address = self.json_of("send", "alice", "1", "--generate-only", "--from", self.alice["address"], node=self.node.url)
        self.assertEqual(by_address["transaction"]["sender"], self.alice["address"])
        self.assertEqual(self.node.seen, [])
        self.json_of("key", "rename", "cold", "colder")
        self.assertEqual(self.error_of("key", "passwd", "colder", exit=1)["code"], "watch_only")

    def test_rename_delete_and_passwd(self):
        self.json_of("context", "add", "main", "--chain-id", "main-1", "--key", "alice")
        self.assertEqual(self.json_of("key", "rename", "alice", "carol")["name"], "carol")
        self.assertEqual(self.json_of("context", "show", "main")["key"], "carol")
        self.assertFalse(os.path.exists(self.key("alice")))
        self.assertEqual(self.error_of("key", "rename", "alice", "x", exit=1)["code"], "unknown_key")
        self.assertEqual(self.error_of("key", "rename", "carol", "no/name", exit=2)["code"], "usage")
        changed = self.json_of("key", "passwd", "carol", "--new-password-file", self.wrong)
        self.assertEqual(changed["kdf"], {"name": "scrypt", "n": 131072, "r": 8, "p": 1})
        self.assertEqual(self.error_of("sign", "x", "--from", "carol", exit=1)["code"], "wrong_password")
        weak = self.write("weak", "short\n")
        both = self.run_assay("key", "passwd", "carol", "--json", "--password-file", "-", "--new-password-file", "-",
                              password=False, stdin="battery staple\nthird password\n")
        self.assertEqual(both.returncode, 0, both.stdout)
        third = self.write("third", "third password\n")
        done = self.run_assay("key", "passwd", "carol", "--json", "--password-file", third, "--new-password-file", weak, password=False)
        self.assertEqual((done.returncode, json.loads(done.stdout)["error"]["code"]), (1, "weak_password"))
        refused = self.error_of("key", "delete", "carol", exit=2)
        self.assertEqual(refused["code"], "confirmation_required")
        self.assertIn("lost for good", refused["message"])
        self.assertTrue(os.path.exists(self.key("carol")))
        self.assertTrue(self.json_of("key", "delete", "carol", "-y")["deleted"])
        self.assertFalse(os.path.exists(self.key("carol")))

    def test_a_full_disk_leaves_the_old_file(self):
        before = self.files()
        environment = self.environment()

        def full():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # as a full disk: an error, no signal
            resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))

        for args in (["key", "passwd", "alice", "--new-password-file", self.wrong, "--kdf-light"], ["key", "rename", "alice", "bob"],
                     ["key", "new", "bob", "--kdf-light"], ["context", "add", "main", "--chain-id", "m"],
                     ["backup", os.path.join(self.home, "b"), "--kdf-light"]):
            done = test_cli.subprocess.run([test_cli.ASSAY, *args, "--json", "--node", DEAD, "--password-file", self.password],
                                           capture_output=True, text=True, env=environment, preexec_fn=full)
            self.assertEqual((done.returncode, json.loads(done.stdout)["error"]["code"]), (1, "io_error"), args)
            self.assertEqual(self.files(), before, args)  # and nothing half-written beside it
        self.json_of("sign", "still", "--from", "alice")

    def test_a_slip_in_the_words_is_explained(self):
        for typed, meant in ((OTHER.replace("winner", "winter", 1), "winner"), (OTHER.replace("legal winner", "winner legal", 1), "swapped"),
                             (OTHER.replace("sausage", "sausgae"), "sausage")):
            error = self.error_of("key", "import", "x", "--stdin", "--kdf-light", exit=1, stdin=typed)
            self.assertEqual(error["code"], "bad_mnemonic")
            self.assertIn(meant, error["message"])

    def test_a_multisig_is_an_address_of_keys_in_their_order(self):
        bob = self.json_of("key", "new", "bob", "--kdf-light")
        both = self.json_of("key", "multisig", "2", "alice", bob["public_key"], "--name", "both")
        self.assertEqual((both["kind"], both["threshold"], both["keys"]),
                         ("multisig", 2, [self.alice["public_key"], bob["public_key"]]))
        self.assertEqual(self.json_of("key", "multisig", "2", "alice", "bob", "--name", "same")["address"], both["address"])
        self.assertNotEqual(self.json_of("key", "multisig", "2", "bob", "alice", "--name", "turned")["address"], both["address"])
        for wrong in (["3", "alice", "bob"], ["0", "alice", "bob"], ["1", "alice"], ["1", "alice", "alice"], ["x", "alice", "bob"]):
            self.assertEqual(self.error_of("key", "multisig", *wrong, "--name", "x", exit=2)["code"], "usage")
        self.assertEqual(self.error_of("key", "multisig", "1", "alice", "bbo", "--name", "x", exit=1)["code"], "unknown_key")
        self.assertEqual(self.error_of("send", "alice", "1", "-y", "--from", "both", exit=1, node=self.node.url)["code"], "watch_only")
        made = self.json_of("send", "alice", "1", "--generate-only", "--from", "both", node=self.node.url)
        self.assertEqual(made["transaction"]["sender"], both["address"])
        unsigned = self.write("unsigned", json.dumps(made))
        shown = self.json_of("tx", "inspect", unsigned)
        self.assertEqual((shown["signed"], shown["signatures"], shown["signatures_needed"]), (False, 0, 2))
        one = self.write("one", json.dumps(self.json_of("tx", "sign", unsigned, "--from", "alice")))
        self.assertEqual(self.error_of("tx", "broadcast", one, "-y", exit=1, node=self.node.url)["code"], "bad_signature")
        two = self.write("two", json.dumps(self.json_of("tx", "sign", unsigned, "--from", "bob")))
        whole = self.json_of("tx", "combine", one, two)
        shown = self.json_of("tx", "inspect", self.write("whole", json.dumps(whole)))
        self.assertEqual((shown["signed"], shown["signature_valid"], shown["signatures"]), (True, True, 2))
        # In a row works too: the second signs what the first has signed.
        row = self.write("row", json.dumps(self.json_of("tx", "sign", one, "--from", "bob")))
        self.assertTrue(self.json_of("tx", "inspect", row)["signed"])
        other = self.json_of("send", "alice", "2", "--generate-only", "--from", "both", node=self.node.url)
        foreign = self.write("foreign", json.dumps(self.json_of("tx", "sign", self.write("o", json.dumps(other)), "--from", "bob")))
        error = self.error_of("tx", "combine", one, foreign, exit=1)
        self.assertEqual(error["code"], "tx_malformed")
        self.assertIn("another transaction", error["message"])
        self.json_of("key", "new", "eve", "--kdf-light")
        self.assertEqual(self.error_of("tx", "sign", unsigned, "--from", "eve", exit=1)["code"], "bad_signature")

    # ---------------------------------------------------------------- messages, addresses, files

    def test_signed_messages(self):
        out = self.json_of("sign", "I am alice", "--from", "alice")
        self.assertTrue(self.json_of("verify", out["address"], "I am alice", out["signature"])["valid"])
        self.assertEqual(self.error_of("verify", "alice", "I am bob", out["signature"], exit=4)["code"], "verification_failed")
        self.assertEqual(self.error_of("verify", "alice", "I am alice", "zz", exit=2)["code"], "usage")
        self.assertEqual(self.error_of("sign", "--from", "alice", exit=2)["code"], "usage")
        text = self.write("letter", "two\nlines\n")
        signed = self.json_of("sign", "--file", text, "--from", "alice")
        self.assertTrue(self.json_of("verify", "alice", "--file", text, signed["signature"])["valid"])

    def test_addresses_are_checked_to_the_character(self):
        good = self.alice["address"]
        self.assertEqual(self.json_of("address", "check", good)["address"], good)
        self.assertEqual(self.json_of("address", "check", good.upper())["address"], good)
        wrong = good[:20] + ("q" if good[20] != "q" else "p") + good[21:]
        self.assertIn("character 21", self.error_of("address", "check", wrong, exit=2)["message"])
        error = self.error_of("address", "check", good, "--prefix", "akash", exit=2)
        self.assertEqual(error["code"], "bad_prefix")
        self.assertIn('"akash1"', error["message"])

    def test_a_backup_is_restored_elsewhere_and_replaces_nothing(self):
        self.json_of("context", "add", "main", "--chain-id", "main-1")
        self.json_of("send", "alice", "1", "-y", "--from", "alice", node=self.node.url)
        file = os.path.join(self.dir.name, "wallet.backup")
        holds = self.json_of("backup", file, "--kdf-light")["holds"]
        self.assertEqual(holds, ["contexts.json", "keys/alice.json", "log.jsonl"])
        self.assertEqual(os.stat(file).st_mode & 0o777, 0o600)
        self.assertEqual(self.error_of("backup", file, "--kdf-light", exit=1)["code"], "already_exists")
        here = {os.path.relpath(k, self.home): v for k, v in self.files().items()}
        type(self).home += "-other"
        self.assertEqual(self.json_of("restore", file)["restored"], holds)
        self.assertEqual({os.path.relpath(k, self.home): v for k, v in self.files().items()}, here)
        self.json_of("sign", "hello", "--from", "alice")
        self.assertEqual(self.json_of("restore", file), {"restored": [], "there_already": holds})
        type(self).home += "-third"
        self.json_of("key", "new", "alice", "--kdf-light")
        before = self.files()
        error = self.error_of("restore", file, exit=1)
        self.assertEqual(error["code"], "already_exists")
        self.assertIn("keys/alice.json", error["message"])
        self.assertEqual(self.files(), before)
        wrong = self.run_assay("restore", file, "--json", "--password-file", self.wrong, password=False)
        self.assertEqual((wrong.returncode, json.loads(wrong.stdout)["error"]["code"]), (1, "wrong_password"))
        self.assertEqual(self.error_of("restore", self.write("none", "{}"), exit=1)["code"], "keystore_malformed")
        type(self).home += "-empty"
        self.assertEqual(self.error_of("backup", file + "2", exit=1)["code"], "not_found")

    def test_transactions_from_json(self):
        to = self.alice["address"]
        messages = [{"type": "transfer", "outputs": [{"to": to, "amount": "1.5 ASY"}]}, {"type": "vote", "proposal": 3, "choice": "no"}]
        made = self.json_of("tx", "build", self.write("m", json.dumps(messages)), "--from", "alice", node=self.node.url)
        self.assertEqual(made["transaction"]["messages"][0]["outputs"], [{"to": to, "amount": "1500000", "tag": ""}])
        again = self.json_of("tx", "build", "-", "--from", "alice", "--offline", "--chain-id", "c-1", "--nonce", "0", "--fee", "0.1",
                             "--valid-until", "9", stdin=json.dumps(made["transaction"]))
        self.assertEqual(again["transaction"]["messages"], made["transaction"]["messages"])
        error = self.error_of("tx", "build", self.write("bad", '[\n {"type": "vote", "proposal": 3}]'), "--from", "alice", exit=1,
                              node=self.node.url)
        self.assertEqual(error["code"], "tx_malformed")
        self.assertIn("choice", error["message"])
        error = self.error_of("tx", "build", self.write("bad", "[\n {,}]"), "--from", "alice", exit=1)
        self.assertRegex(error["message"], "bad:2:")

    # ---------------------------------------------------------------- the person at the terminal

    def test_no_secret_is_seen_while_a_prompt_waits(self):
        """From the side, as another process of the machine: arguments and environment of the one that asks."""
        seen = []

        def look(child):
            for part in ("cmdline", "environ"):
                try:
                    seen.append(pathlib.Path(f"/proc/{child}/{part}").read_bytes())
                except PermissionError:
                    seen.append(b"")  # it is hardened: nobody may look

        prompts = [(b"Password of", b"correct horse"), (b"New password", b"staple battery"), (b"again", b"staple battery")]
        code, shown = self.at_terminal(["key", "passwd", "alice", "--kdf-light"], prompts, look)
        self.assertEqual(code, 0, shown)
        self.assertTrue(any(b"passwd" in s for s in seen))
        for text in [shown, *seen, *self.files().values()]:
            self.assertNotIn(b"staple", text)
            self.assertNotIn(b"correct horse", text)
        code, shown = self.at_terminal(["sign", "hello", "--from", "alice"], [(b"Password", b"staple battery")])
        self.assertEqual(code, 0, shown)

    def test_interrupted_or_different_answers_lose_nothing(self):
        before = self.files()
        half = [(b"Password of", b"correct horse"), (b"New password", b"staple battery")]
        for answers, expected in (([(b"Password of", signal.SIGINT)], 130), ([half[0], (b"New password", signal.SIGINT)], 130),
                                  ([*half, (b"again", signal.SIGINT)], 130), ([*half, (b"again", b"staple bettery")], 1),
                                  ([(b"Password of", b"wrong")], 1)):
            code, shown = self.at_terminal(["key", "passwd", "alice", "--kdf-light"], answers)
            self.assertEqual(code, expected, shown)
            self.assertEqual(self.files(), before)
        for answer, expected in ((signal.SIGINT, 130), (b"n", 2), (b"", 2)):
            code, shown = self.at_terminal(["key", "delete", "alice"], [(b"[y/N]", answer)])
            self.assertEqual(code, expected, shown)
            self.assertIn(b"lost for good", shown)
            self.assertEqual(self.files(), before)
        code, shown = self.at_terminal(["key", "export", "alice", "--format", "mnemonic"], [(b"[y/N]", b"n")])
        self.assertEqual(code, 2, shown)
        self.assertNotIn(self.alice["mnemonic"].split()[5].encode() + b" " + self.alice["mnemonic"].split()[6].encode(), shown)
        code, shown = self.at_terminal(["key", "delete", "alice"], [(b"[y/N]", b"y")])
        self.assertEqual(code, 0, shown)
        self.assertFalse(os.path.exists(self.key("alice")))


# The contract's own tests are those of test_cli.py.
for name in dir(test_cli.Contract):
    if name.startswith("test_"):
        setattr(Keys, name, None)

if __name__ == "__main__":
    unittest.main()
