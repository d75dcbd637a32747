#!/usr/bin/env python3
"""Every JSON-RPC method with every parameter wrong in every way that its own description rules out, and requests that
are none: each gets its code and number, and the node goes on.   test_rpc.py --bin DIR"""

import http.client
import json
import pathlib
import unittest

import harness
from harness import Folder, Node, RpcError, seeded
from signing import Key, bech32m, faucet_key, transfer

NUMBERS = {
    "parse_error": -32700, "invalid_request": -32600, "method_not_found": -32601, "invalid_params": -32602,
    "bad_address": -32602, "bad_prefix": -32602, "bad_checksum": -32602, "bad_cursor": -32602, "not_found": -32001,
    "future_height": -32002, "range_too_large": -32005, "batch_too_large": -32005, "tx_malformed": -32003,
}
WRONG = {  # JSON schema's type -> values that it does not hold
    "string": [7, True, [], {}, 1.5],
    "integer": ["7", -1, 1.5, True, [], {}, 10**30, 2**64],
    "boolean": ["true", 1, 0, [], {}],
    "array": ["x", 7, {}, [7], [None]],
}


class Requests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.node = Node(cls.folder.__enter__() / "node").start(block_time="50ms")
        cls.node.wait_for_height(3)
        cls.methods = {m["name"]: m for m in cls.node.rpc("rpc.discover")["methods"]}
        cls.address = cls.node.rpc("validators")["items"][0]["operator"]

    @classmethod
    def tearDownClass(cls):
        assert cls.node.height() >= 3  # it is still there
        cls.node.terminate()
        cls.folder.__exit__()

    def good(self, param):
        schema = param["schema"]
        if "address" in schema.get("description", ""):
            return self.address
        pattern = schema.get("pattern", "")
        return {"integer": 1, "boolean": False, "array": []}.get(
            schema["type"], "ab" * 32 if "64" in pattern else "abab" if pattern else "text")

    def error(self, method, params):
        answer = self.node.answer({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        self.assertIn("error", answer, (method, params))
        error = answer["error"]
        word = error["data"]["code"]
        self.assertEqual(error["code"], NUMBERS.get(word), (method, params, error))
        self.assertTrue(error["message"])
        return word, error["message"]

    def test_the_description_lists_what_the_documents_promise(self):
        for name in ("status block tx account supply params epoch provider explain commit broadcast_tx simulate_tx proof").split():
            self.assertIn(name, self.methods)

    def test_an_unknown_parameter(self):
        for name, method in self.methods.items():
            with self.subTest(name):
                params = {p["name"]: self.good(p) for p in method["params"] if p["required"]}
                word, message = self.error(name, params | {"surplus": 1})
                self.assertEqual(word, "invalid_params")
                self.assertIn("surplus", message)

    def test_a_missing_parameter(self):
        for name, method in self.methods.items():
            required = [p["name"] for p in method["params"] if p["required"]]
            if required:
                with self.subTest(name):
                    word, message = self.error(name, {})
                    self.assertEqual(word, "invalid_params")
                    self.assertTrue(any(r in message for r in required))

    def test_a_wrong_type(self):
        tried = 0
        for name, method in self.methods.items():
            for param in method["params"]:
                for value in WRONG[param["schema"]["type"]]:
                    with self.subTest(method=name, param=param["name"], value=value):
                        params = {p["name"]: self.good(p) for p in method["params"] if p["required"]}
                        word, message = self.error(name, params | {param["name"]: value})
                        self.assertEqual(word, "invalid_params")
                        self.assertIn(param["name"], message)
                        tried += 1
        self.assertGreater(tried, 100)

    def test_a_wrong_form(self):
        broken = self.address[:-1] + ("q" if self.address[-1] != "q" else "p")
        for params, words in (
                ({"address": "nonsense"}, ("bad_address",)),
                ({"address": broken}, ("bad_address", "bad_checksum")),
                ({"address": self.address.upper()[:10] + self.address[10:]}, ("bad_address",)),
                ({"address": "other1" + self.address[6:]}, ("bad_address", "bad_checksum", "bad_prefix"))):
            with self.subTest(params):
                word, message = self.error("account", params)
                self.assertIn(word, words)
                self.assertIn("address", message)
        for value in ("xyz", "AB" * 32, "ab" * 31, "ab" * 33, "0x" + "ab" * 31, ""):
            with self.subTest(txid=value):
                self.assertEqual(self.error("tx", {"txid": value})[0], "invalid_params")
        self.assertEqual(self.error("broadcast_tx", {"tx": "abc"})[0], "invalid_params")
        self.assertEqual(self.error("broadcast_tx", {"tx": "abab"})[0], "tx_malformed")
        self.assertEqual(self.error("simulate_tx", {"tx": "abab"})[0], "tx_malformed")
        self.assertEqual(self.error("orders", {"status": "lost"})[0], "invalid_params")
        self.assertEqual(self.error("leases", {"status": "open"})[0], "invalid_params")
        for method in ("providers", "orders", "leases"):
            self.assertEqual(self.error(method, {"cursor": "nonsense"})[0], "bad_cursor")
            self.assertEqual(self.error(method, {"limit": 1001})[0], "invalid_params")
        self.assertEqual(self.error("proof", {})[0], "invalid_params")
        self.assertEqual(self.error("proof", {"key": "aa"})[0], "invalid_params")

    def test_what_is_not_there(self):
        for method, params in (("tx", {"txid": "ab" * 32}), ("order", {"id": "ab" * 32}), ("lease", {"id": "ab" * 32}),
                               ("bids", {"order": "ab" * 32}), ("market", {"class": "none"}),
                               ("commit", {"id": "ab" * 32}),
                               ("opening", {"id": "ab" * 32}), ("provider", {"address": self.address}),
                               ("epoch", {"epoch": 10**6}), ("block", {"height": 0})):
            self.assertEqual(self.error(method, params)[0], "not_found", method)
        for method in ("block", "header"):
            self.assertEqual(self.error(method, {"height": 10**9})[0], "future_height")
        self.assertEqual(self.error("blocks", {"from": 1, "to": 10**9})[0] if self.node.height() > 100 else "range_too_large",
                         "range_too_large")

    def test_an_unknown_method(self):
        for name in ("nonsense", "Status", "", "node.stop", "rpc.", "../status"):
            self.assertEqual(self.error(name, {})[0], "method_not_found")
        self.assertGreaterEqual(self.node.height(), 3)  # the control socket's methods are not for the network

    def test_requests_that_are_none(self):
        for body, word in (
                (b"", "parse_error"), (b"{", "parse_error"), (b"nonsense", "parse_error"), (b'{"a":1}}', "parse_error"),
                (b'\xff\xfe', "parse_error"), (b'{"jsonrpc":"2.0","jsonrpc":"2.0","id":1,"method":"status"}', "parse_error"),
                (b"[" * 100_000, "parse_error"), (b'{"jsonrpc":"2.0","id":1,"method":"status","params":' + b"[" * 64 + b"]" * 64 + b"}", "parse_error"),
                (b"7", "invalid_request"), (b"[]", "invalid_request"), (b"{}", "invalid_request"), (b'"status"', "invalid_request"),
                (b'{"jsonrpc":"1.0","id":1,"method":"status"}', "invalid_request"),
                (b'{"jsonrpc":"2.0","id":1,"method":7}', "invalid_request"),
                (b'{"jsonrpc":"2.0","id":{},"method":"status"}', "invalid_request"),
                (b'{"jsonrpc":"2.0","id":1,"method":"status","params":7}', "invalid_request"),
                (b'{"jsonrpc":"2.0","id":1,"method":"status","extra":7}', "invalid_request")):
            with self.subTest(body[:60]):
                answer = self.node.answer(body)
                self.assertEqual((answer["error"]["data"]["code"], answer["error"]["code"]), (word, NUMBERS[word]))
                self.assertIsNone(answer["id"] if word == "parse_error" else None)

    def test_batches(self):
        one = {"jsonrpc": "2.0", "id": 1, "method": "status"}
        answers = self.node.answer([one | {"id": i} for i in range(50)])
        self.assertEqual(sorted(a["id"] for a in answers), list(range(50)))
        self.assertEqual(self.node.answer([one] * 51)["error"]["data"]["code"], "batch_too_large")
        mixed = self.node.answer([one, 7, one | {"id": 2, "method": "nonsense"}])
        self.assertEqual([("result" in a) for a in mixed], [True, False, False])

    def test_a_body_that_is_too_large(self):
        status, _ = self.node.post(b" " * ((1 << 20) + 1))
        self.assertEqual(status, 413)

    def test_http_that_is_not_for_it(self):
        for method, path, expected in (("PUT", "/", (405,)), ("DELETE", "/", (405,)), ("GET", "/nowhere", (404,)),
                                       ("POST", "/nowhere", (404, 405))):
            connection = http.client.HTTPConnection(self.node.url.removeprefix("http://"), timeout=20)
            connection.request(method, path)
            self.assertIn(connection.getresponse().status, expected, (method, path))
            connection.close()

    def test_noise(self):
        random = seeded("noise")
        for _ in range(300):
            body = random.randbytes(random.randrange(1, 200))
            answer = json.loads(self.node.post(body)[1])
            self.assertIn(answer["error"]["data"]["code"], ("parse_error", "invalid_request"))

    def test_more_requests_than_an_address_may_make(self):
        with Folder() as folder:
            node = Node(folder / "node")
            node.SETTINGS = ("--requests-per-second", "5", "--metrics", "127.0.0.1:0")
            node.start()
            status = [node.post({"jsonrpc": "2.0", "id": 1, "method": "status"})[0] for _ in range(30)]
            self.assertEqual(set(status), {200, 429})
            node.terminate()


class FrontEnd(unittest.TestCase):
    """F22: io.net's front end was defaced through an open PUT and POST. Here nothing but a signed transaction changes anything."""

    def setUp(self):
        folder = Folder()
        self.node = Node(folder.__enter__() / "node").start(block_time="on-demand")
        self.addCleanup(folder.__exit__)
        self.addCleanup(self.node.terminate)
        self.faucet = faucet_key()
        self.chain_id = self.node.rpc("status")["chain_id"]
        self.methods = self.node.rpc("rpc.discover")["methods"]

    def signed(self, amount=1_000_000):
        nonce = self.node.rpc("account", address=self.faucet.name())["next_nonce"]
        return self.faucet.sign_tx(self.chain_id, nonce, [transfer([(b"\7" * 32, amount)])], valid_until=900)

    def standing(self):
        """All that an outsider could have changed: the chain's state, and what waits to change it."""
        status = self.node.rpc("status")
        pool = self.node.rpc("mempool")
        files = {p.relative_to(self.node.home): p.read_bytes() for p in self.node.home.glob("*") if p.is_file()}
        return (status["height"], status["app_hash"], status["mempool"], pool["count"], pool["items"], files,
                self.node.rpc("account", address=self.faucet.name())["next_nonce"])

    def raw(self, method, path, body=b"", headers=()):
        connection = http.client.HTTPConnection(self.node.url.removeprefix("http://"), timeout=20)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def call_of(self, raw, method="broadcast_tx"):
        return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": {"tx": raw.hex()}}).encode()

    def test_F22_no_method_but_broadcast_tx_changes_anything(self):
        answer = self.node.send(self.signed(), wait=True)
        self.assertEqual(answer["status"], "committed")
        before, signed = self.standing(), self.signed()
        known = {"address": self.faucet.name(), "provider": self.faucet.name(), "txid": answer["txid"], "tx": signed.hex(),
                 "height": answer["height"], "epoch": 0, "from": 0, "to": 1, "class": "cpu-small", "id": "ab" * 32}
        answered = 0
        for method in self.methods:
            if method["name"] in ("broadcast_tx", "subscribe"):
                continue
            with self.subTest(method["name"]):
                every = {p["name"]: known[p["name"]] for p in method["params"] if p["name"] in known}
                needed = {p["name"]: every.get(p["name"]) for p in method["params"] if p["required"]}
                for params in ({}, needed, every):
                    told = self.node.answer({"jsonrpc": "2.0", "id": 1, "method": method["name"], "params": params})
                    answered += "result" in told
                self.assertEqual(self.standing(), before)
        self.assertGreater(answered, 40)  # they were asked for something that is there

        # Nor does a broadcast of what nobody signed, or signed for something else.
        body, auth = signed[:-len(self.faucet.auth(b""))], signed[-len(self.faucet.auth(b"")):]
        stranger = Key((77).to_bytes(32, "big"))
        others = (body + auth[:-1] + bytes([auth[-1] ^ 1]), body[:-1] + bytes([body[-1] ^ 1]) + auth, body + stranger.auth(body),
                  body, self.faucet.sign_tx("another-1", 1, [transfer([(b"\7" * 32, 1)])], valid_until=900))
        for raw in others:
            with self.assertRaises(RpcError) as caught:
                self.node.send(raw)
            self.assertIn(caught.exception.word, ("bad_signature", "tx_malformed", "wrong_chain", "not_owner"))
            self.assertEqual(self.standing(), before)

        # The same bytes with their signature do; and what is executed again from the start is what was executed.
        self.assertEqual(self.node.send(signed, wait=True)["status"], "committed")
        self.assertNotEqual(self.standing()[:2], before[:2])
        self.node.terminate()
        self.node.verify()

    def test_F22_no_verb_and_no_path_but_post_to_the_root_takes_a_transaction(self):
        before, body = self.standing(), self.call_of(self.signed())
        json_type = {"Content-Type": "application/json"}
        for verb in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "GET", "HEAD", "PROPFIND", "POST"):
            for path in ("/", "/?method=broadcast_tx", "/ws", "/health", "/ready", "/index.html", "/genesis.json", "/../genesis.json",
                         "//", "/broadcast_tx", "/nowhere"):
                if verb == "POST" and path.split("?")[0] == "/":
                    continue
                with self.subTest(verb=verb, path=path):
                    status, _ = self.raw(verb, path, body, json_type)
                    self.assertEqual(self.standing(), before)
                    if verb not in ("GET", "HEAD", "OPTIONS"):  # these answer, whatever stands in their body
                        self.assertIn(status, (400, 404, 405), path)
                        self.assertEqual(self.raw(verb, path)[0], status)
        page = self.raw("GET", "/")
        self.assertEqual((page[0], self.raw("POST", "/", b"<h1>defaced</h1>")[0] in (200, 400)), (200, True))
        self.assertEqual(self.raw("GET", "/"), page)
        self.assertEqual(self.standing(), before)
        metrics = self.node.ready["metrics"].removeprefix("http://").split("/")[0]
        for verb in ("PUT", "POST", "DELETE"):
            connection = http.client.HTTPConnection(metrics, timeout=20)
            connection.request(verb, "/metrics", body, json_type)
            self.assertIn(connection.getresponse().status, (404, 405), verb)
            connection.close()
        self.assertEqual(self.standing(), before)
        self.assertEqual(self.raw("POST", "/", body, json_type)[0], 200)
        harness.eventually(lambda: self.standing()[:2] != before[:2], 20, "the block of the transaction")


class Calendar(unittest.TestCase):
    """Grants that unlock nothing in a calendar's days are looked at too: a page ends after 20,000 of them."""

    def test_a_page_is_bounded_by_what_it_looks_at(self):
        genesis = json.loads((pathlib.Path(__file__).parents[2] / "genesis" / "devnet.json").read_text())
        genesis["params"]["vesting"]["max_grants"] = 64
        line = {"amount": "1", "start": "2800-01-01T00:00:00Z", "cliff": "2800-01-01T00:00:00Z", "end": "2810-01-01T00:00:00Z"}
        late = line | {"start": "2890-01-01T00:00:00Z", "cliff": "2890-01-01T00:00:00Z", "end": "2900-01-01T00:00:00Z"}
        holders = [bech32m("assay", n.to_bytes(32, "big")) for n in range(1, 316)]
        genesis["accounts"] += [{"address": a, "amount": "0", "vesting": [line] * 64} for a in holders[:-1]]
        genesis["accounts"].append({"address": holders[-1], "amount": "0", "vesting": [late | {"amount": "10"}]})
        with Folder() as folder:
            file = folder / "genesis.json"
            file.write_text(json.dumps(genesis))
            node = Node(folder / "node", network=str(file)).start(block_time="50ms")
            try:
                between = {"from": "2890-01-01T00:00:00Z", "to": "2901-01-01T00:00:00Z"}
                first = node.rpc("unlocks", **between)
                self.assertEqual(first["items"], [])
                self.assertIsNotNone(first["next_cursor"])
                second = node.rpc("unlocks", cursor=first["next_cursor"], **between)
                self.assertEqual([(i["holder"], i["unlocks"]) for i in second["items"]], [(holders[-1], "10")])
                self.assertIsNone(second["next_cursor"])
            finally:
                node.terminate()


if __name__ == "__main__":
    harness.main()
