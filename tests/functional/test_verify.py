"""--verify against a node that lies: a proxy before an honest node changes single answers, and every lie is told with
exit 4; what is broken rather than a lie ends otherwise.

    test_verify.py --bin DIR
"""

import http.server
import json
import threading
import unittest

import harness
from harness import Rpc, run
from provers import Provers
from signing import Key


class Liar(http.server.ThreadingHTTPServer):
    """Asks the honest node; `lie(method, params, answer)` changes the answer, or returns another one; `ask` the question."""

    def __init__(self, node):
        super().__init__(("127.0.0.1", 0), Mouth)
        self.node = node
        self.honest()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def honest(self):
        self.ask = lambda method, params: params
        self.lie = lambda method, params, answer: None
        self.raw = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class Mouth(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server, method, params = self.server, request["method"], request.get("params", {})
        rpc = Rpc(server.node.url)
        answer = rpc.answer({"jsonrpc": "2.0", "id": request["id"], "method": method, "params": server.ask(method, dict(params))})
        rpc.close()
        answer = server.lie(method, params, answer) or answer
        body = server.raw if server.raw is not None and method == "proof" else json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def change(method, path, value):
    """A lie: the member at `path` of the method's result."""
    def lie(asked, _, answer):
        if asked != method or "result" not in answer:
            return
        at = answer["result"]
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value(at[path[-1]]) if callable(value) else value
    return lie


class Verify(Provers):
    PROVIDERS = [("alice", "cpu-small")]
    BLOCK_TIME = "300ms"  # fast, and an epoch's verdicts still fall into it

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.assay("key", "new", "nobody", "--kdf-light")
        cls.liar = Liar(cls.node)
        cls.assay("send", "alice", "1", "--from", "alice", "-y")
        cls.node.wait_for_height(cls.node.height() + 2)  # what is proven is a block old: now it is what is told

    @classmethod
    def tearDownClass(cls):
        cls.liar.shutdown()
        cls.liar.server_close()
        super().tearDownClass()

    def setUp(self):
        self.liar.honest()

    def asked(self, *arguments, exit=0):
        done = run("assay", *arguments, "--json", "--node", self.liar.url, "--home", self.home, exit=None)
        self.assertEqual(done.returncode, exit, done.stdout + done.stderr)
        value = json.loads(done.stdout)
        return value["error"] if exit else value

    def caught(self, *arguments):
        self.assertEqual(self.asked(*arguments, "--verify", exit=4)["code"], "verification_failed")
        self.liar.honest()

    def test_an_honest_node_is_believed_no_more_than_it_proves(self):
        for question in (["balance", "alice"], ["balance", "nobody"], ["provider", "show", "alice"], ["explain", "alice"]):
            plain = self.asked(*question)
            self.assertEqual(plain["verified"], "none")
            told = self.asked(*question, "--verify")
            self.assertEqual(told["verified"], "operator")
            self.assertTrue(told["verified_members"])
            for name in told["verified_members"]:
                self.assertIn(name.split(".")[0], told)
            header = self.node.rpc("header", height=told["height"] + 1)
            self.assertEqual((told["app_hash"], told["signed_by"]), (header["header"]["last_app_hash"], header["consensus_key"]))
        text = run("assay", "provider", "show", "alice", "--verify", "--node", self.liar.url, "--home", self.home).stdout
        self.assertIn("not proven, the node's word", text)
        self.assertLessEqual(max(map(len, text.splitlines())), 100)

    def test_a_balance_is_what_was_proven_whatever_the_node_says_beside_it(self):
        truth = self.asked("balance", "alice")["liquid"]
        self.liar.lie = change("account", ["liquid"], "999999999999")
        self.assertEqual(self.asked("balance", "alice")["liquid"], "999999999999")
        self.assertEqual(self.asked("balance", "alice", "--verify")["liquid"], truth)
        self.assertEqual(self.asked("balance", "nobody", "--verify")["liquid"], "0")

    def test_proofs_that_were_tampered_with(self):
        # The last bytes are the account itself; a proof's length changes with what stands beside it.
        for name, edit in {"a changed balance": lambda p: p[:-9] + ("1" if p[-9] == "0" else "0") + p[-8:],
                           "a truncated proof": lambda p: p[:-64],
                           "an odd digit": lambda p: p[:-1],
                           "no hex": lambda p: "x" + p[1:],
                           "nothing": lambda p: "",
                           "more than a proof": lambda p: p + "00"}.items():
            with self.subTest(name):
                self.liar.lie = change("proof", ["proof"], edit)
                self.caught("balance", "alice")

    def test_proofs_of_something_else(self):
        alice, nobody = (self.asked("balance", who)["address"] for who in ("alice", "nobody"))
        key = {who: self.node.rpc("proof", address=who) for who in (alice, nobody)}
        key = {who: f"{p['table']:02x}{p['key']}" for who, p in key.items()}
        for asked, shown in (("alice", key[nobody]), ("nobody", key[alice])):  # a present one as absent, and an absent one as present
            with self.subTest(asked):
                self.liar.ask = lambda method, params: params | {"key": shown} if method == "proof" else params
                self.caught("balance", asked)
        self.liar.ask = lambda method, params: params | {"height": params["height"] - 1} if method == "proof" else params
        self.caught("balance", "alice")  # the same account in another state

    def test_headers_of_something_else(self):
        self.liar.ask = lambda method, params: params | {"height": params["height"] - 1} if method == "header" else params
        self.caught("balance", "alice")
        self.liar.lie = change("header", ["header_hex"], lambda h: h[:-2] + ("00" if h[-2:] != "00" else "01"))
        self.caught("balance", "alice")
        self.liar.lie = change("header", ["commit_signature"], "00" * 64)
        self.caught("balance", "alice")
        self.liar.lie = change("header", ["consensus_key"], "11" * 32)
        self.caught("balance", "alice")

    def test_what_is_broken_is_no_lie(self):
        self.liar.lie = lambda method, _, answer: answer["result"].pop("proof", None) and None if method == "proof" else None
        self.assertEqual(self.asked("balance", "alice", "--verify", exit=3)["code"], "node_unreachable")
        self.liar.honest()
        self.liar.raw = b"<html>bad gateway</html>"
        self.assertEqual(self.asked("balance", "alice", "--verify", exit=3)["code"], "node_unreachable")
        self.liar.honest()
        refusal = {"error": {"code": -32002, "message": "that height is gone", "data": {"code": "pruned", "hint": ""}}}
        self.liar.lie = lambda method, _, answer: {"jsonrpc": "2.0", "id": answer["id"]} | refusal if method == "proof" else None
        self.assertEqual(self.asked("balance", "alice", "--verify", exit=1)["code"], "pruned")

    def test_lies_about_a_provider(self):
        hide = {"slot": 9, "class": "cpu-small", "active_from": 1, "active": True, "tasks": 5, "failed_recent": 0, "absent_recent": 0}
        for name, lie in {"stake": change("provider", ["stake"], "1"),
                          "verdicts": change("provider", ["failed"], 3),
                          "jail": change("provider", ["jailed"], True),
                          "a device's record": change("provider", ["devices", 0, "failed_recent"], 7),
                          "a device that is not there": change("provider", ["devices"], lambda d: d + [hide]),
                          "another's slot": change("provider", ["devices", 0, "slot"], 5),
                          "a hidden device": change("provider", ["devices"], []),
                          "unbonding": change("provider", ["unbonding"], [{"amount": "1", "matures": "2027-01-01T00:00:00Z"}])}.items():
            with self.subTest(name):
                self.liar.lie = lie
                self.caught("provider", "show", "alice")

    def test_a_provider_that_is_hidden_and_one_that_is_made_up(self):
        gone = {"error": {"code": -32001, "message": "not registered", "data": {"code": "not_found", "hint": ""}}}
        self.liar.lie = lambda method, _, answer: {"jsonrpc": "2.0", "id": answer["id"]} | gone if method == "provider" else None
        self.caught("provider", "show", "alice")
        alice, nobody = (self.asked("balance", who)["address"] for who in ("alice", "nobody"))
        self.liar.ask = lambda method, params: params | {"address": alice} if method == "provider" else params
        self.caught("provider", "show", "nobody")
        told = self.asked("provider", "show", "nobody", "--verify", exit=1)
        self.assertEqual((told["code"], told["verified"]), ("not_found", "operator"))
        self.assertIn(nobody, told["message"])

    def test_lies_about_an_epoch(self):
        epoch = self.worked()
        question = ("explain", "alice", "--epoch", str(epoch))
        honest = self.asked(*question, "--verify")
        self.assertEqual([c["status"] for c in honest["commits"]], ["passed"])
        self.assertGreater(int(honest["paid"]), 0)
        invented = {"name": "gift", "value": "5", "unit": "base units", "rule": ""}
        for name, lie in {"paid": change("explain", ["paid"], "1"),
                          "a term": change("explain", ["terms", 0, "value"], "1"),
                          "a term that there is not": change("explain", ["terms"], lambda t: t + [invented]),
                          "a term that is hidden": change("explain", ["terms"], lambda t: t[1:]),
                          "a slash": change("explain", ["slashed"], "1000000"),
                          "a verdict": change("explain", ["commits", 0, "status"], "failed"),
                          "a commit": change("explain", ["commits", 0, "id"], "ab" * 32),
                          "another epoch": change("explain", ["epoch"], epoch - 1)}.items():
            with self.subTest(name):
                self.liar.lie = lie
                self.caught(*question)

    def worked(self):
        """The epoch in which alice's prover passed, once it is paid."""
        events = self.epoch_of(("alice", None))["alice"]
        verdict = events["verdict"]
        self.assertEqual(verdict["verdict"], "pass")
        return verdict["epoch"]

    def test_another_operator_is_not_taken_for_the_one_that_was_seen_first(self):
        self.asked("balance", "alice", "--verify")
        pins = list((self.home / "trust").iterdir())
        self.assertEqual(len(pins), 1)
        pin = json.loads(pins[0].read_text())
        pins[0].write_text(json.dumps(pin | {"consensus_key": "22" * 32}))
        try:
            self.caught("balance", "alice")
        finally:
            pins[0].write_text(json.dumps(pin))


if __name__ == "__main__":
    harness.main()
