#!/usr/bin/env python3
"""Transactions made by another implementation of BIP-340 and of the encoding (signing.py) against a real node: the good
ones are taken, each bad one gets its own code and changes nothing.   test_transactions.py --bin DIR"""

import csv
import os
import pathlib
import unittest

import harness
import signing
from harness import Folder, Node, RpcError, seeded
from signing import Key, burn_for_credits, commit_work, faucet_key, register_provider, transfer, tx_body
from borsh import U8, U16, U32  # beside signing, which knows where it is

VECTORS = pathlib.Path(os.environ.get("ASSAY_SHARED_DIR", pathlib.Path(__file__).resolve().parents[3] / "shared")) / "vectors"


class OtherImplementation(unittest.TestCase):
    def test_it_is_bip_340(self):
        path = VECTORS / "bip340" / "test-vectors.csv"
        if not path.exists():
            self.skipTest(f"no public vectors at {path}")
        signed = [row for row in csv.DictReader(path.read_text().splitlines()) if row["secret key"]]
        self.assertGreaterEqual(len(signed), 4)
        for row in signed:
            key = Key(bytes.fromhex(row["secret key"]))
            self.assertEqual(key.x.hex().upper(), row["public key"].upper())
            self.assertEqual(key.sign(bytes.fromhex(row["message"]), bytes.fromhex(row["aux_rand"])).hex().upper(),
                             row["signature"].upper())


class Transactions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.node = Node(cls.folder.__enter__() / "node")
        # A block only where something is to be included: whatever is refused leaves height and app hash as they are.
        cls.node.start(block_time="on-demand")
        cls.chain = cls.node.rpc("status")["chain_id"]
        cls.random = seeded("transactions")
        cls.faucet = faucet_key()
        cls.other = Key(cls.random.getrandbits(250).to_bytes(32, "big"))

    @classmethod
    def tearDownClass(cls):
        cls.node.terminate()
        cls.folder.__exit__()

    def nonce(self, key):
        return self.node.rpc("account", address=key.name())["next_nonce"]

    def made(self, key=None, messages=None, **changes):
        key = key or self.faucet
        terms = {"nonce": self.nonce(key), "valid_until": self.node.height() + 100} | changes
        return key.sign_tx(terms.pop("chain_id", self.chain), messages=messages or [transfer([(self.other.address, 5)])], **terms)

    def state(self):
        status = self.node.rpc("status")
        return status["height"], status["app_hash"], status["mempool"]

    def refused(self, raw, *words):
        before = self.state()
        with self.assertRaises(RpcError) as caught:
            self.node.send(raw, wait=True)
        self.assertIn(caught.exception.word, words)
        self.assertEqual(caught.exception.number, -32003)
        self.assertEqual(self.state(), before)
        return caught.exception

    def failed(self, raw, word):
        """Included and refused by execution: the fee is charged, the nonce moves, nothing else."""
        answer = self.node.send(raw, wait=True)
        self.assertEqual((answer["status"], answer["code"]), ("failed", word), answer)
        return answer

    # ---------------------------------------------------------------- taken

    def test_a_foreign_signature_is_accepted(self):
        before = int(self.node.rpc("account", address=self.other.name())["liquid"])
        raw = self.made(messages=[transfer([(self.other.address, 12_345)])], memo="signed elsewhere")
        answer = self.node.send(raw, wait=True)
        self.assertEqual((answer["status"], answer["code"]), ("committed", "ok"))
        self.assertEqual(int(self.node.rpc("account", address=self.other.name())["liquid"]), before + 12_345)
        stored = self.node.rpc("tx", txid=answer["txid"])
        self.assertEqual((stored["memo"], stored["sender"], stored["final"]), ("signed elsewhere", self.faucet.name(), True))
        # The same bytes again are never an error, and happen once.
        again = self.node.send(raw)
        self.assertTrue(again["already"])
        self.assertEqual(int(self.node.rpc("account", address=self.other.name())["liquid"]), before + 12_345)

    def test_a_memo_is_bytes_and_no_answer_breaks_on_it(self):
        answer = self.node.send(self.made(memo=b"\xff\xfe\"\n\0"), wait=True)
        self.assertEqual(answer["code"], "ok")
        self.assertEqual(self.node.rpc("tx", txid=answer["txid"])["memo"], "\ufffd\ufffd\"\n\0")
        self.assertEqual(self.node.rpc("block", height=answer["height"])["txs"][0]["memo"], "\ufffd\ufffd\"\n\0")

    # ---------------------------------------------------------------- bytes

    def test_truncated_oversized_and_trailing_bytes(self):
        raw = self.made()
        for cut in sorted({0, 1, 2, 5, len(raw) - 1, *(self.random.randrange(len(raw)) for _ in range(50))}):
            with self.subTest(cut=cut):
                self.refused(raw[:cut], "tx_malformed")
        self.refused(raw + b"\0", "tx_malformed")
        self.refused(raw + raw, "tx_malformed")
        self.refused(self.made(memo="m" * 257), "tx_malformed")
        self.refused(self.made(messages=[transfer([(self.other.address, 1)] * 256)] * 12, gas=4_000_000), "tx_too_large", "tx_malformed")
        self.refused(bytes(200_000), "tx_too_large")

    def test_numbers_in_the_input_allocate_nothing(self):
        head = U16.write(1)
        for count in (2**32 - 1, 2**31, 10**6):
            self.refused(head + U32.write(count) + b"x" * 20, "tx_malformed")
        body = tx_body(self.chain, self.faucet.address, 0, 10_000, 100_000, 100, [])
        self.refused(body[:-4] + U32.write(2**32 - 1), "tx_malformed")

    def test_what_is_not_canonical(self):
        def signed(body):
            return body + self.faucet.auth(body)

        terms = (self.chain, self.faucet.address, self.nonce(self.faucet), 10_000, 100_000, self.node.height() + 100)
        self.refused(signed(tx_body(*terms, [])), "tx_malformed")
        self.refused(signed(tx_body(*terms, [transfer([(self.other.address, 1)])] * 17)), "tx_malformed")
        self.refused(signed(tx_body(*terms, [transfer([])])), "tx_malformed")
        self.refused(signed(tx_body(*terms, [U8.write(250)])), "tx_malformed")  # no message has this number
        self.refused(signed(tx_body(*terms, [transfer([(self.other.address, 1)])], version=2)), "tx_malformed")
        work = commit_work(bytes(32), 0, bytes(32))
        self.refused(signed(tx_body(*terms, [work, work])), "must_be_alone")
        raw = self.made()
        at = len(raw) - 65  # whether the signature is there: 0 or 1
        self.assertEqual(raw[at], 1)
        self.refused(raw[:at] + b"\2" + raw[at + 1:], "tx_malformed")
        self.refused(raw[:at] + b"\0", "tx_malformed", "bad_signature")

    # ---------------------------------------------------------------- signature, nonce, chain, expiry, fee

    def test_no_single_bit_can_change(self):
        raw = self.made()
        for bit in [self.random.randrange(len(raw) * 8) for _ in range(200)]:
            with self.subTest(bit=bit):
                bent = bytearray(raw)
                bent[bit // 8] ^= 1 << bit % 8
                before = self.state()
                with self.assertRaises(RpcError) as caught:
                    self.node.send(bytes(bent), wait=True)
                self.assertEqual(caught.exception.number, -32003)
                self.assertEqual(self.state(), before)

    def test_signatures(self):
        raw = self.made()
        self.refused(raw[:-64] + bytes(64), "bad_signature")
        self.refused(raw[:-64] + raw[-32:] + raw[-64:-32], "bad_signature")
        body = raw[:-len(self.faucet.auth(b""))]
        self.refused(body + self.other.auth(body), "bad_signature")  # somebody else's key
        odd = self.faucet.public[:32] + (signing.P - int.from_bytes(self.faucet.public[32:], "big")).to_bytes(32, "big")
        self.refused(raw.replace(self.faucet.public, odd), "bad_signature", "tx_malformed")
        off_curve = self.faucet.public[:63] + bytes([self.faucet.public[63] ^ 2])
        self.refused(raw.replace(self.faucet.public, off_curve), "bad_signature", "tx_malformed")

    def test_the_same_txid_with_another_signature_is_not_believed(self):
        raw = self.made(messages=[transfer([(self.other.address, 777)])])
        self.refused(raw[:-1] + bytes([raw[-1] ^ 1]), "bad_signature")
        self.assertEqual(self.node.send(raw, wait=True)["code"], "ok")

    def test_chain_nonce_expiry(self):
        self.refused(self.made(chain_id="another-1"), "wrong_chain")
        self.node.send(self.made(), wait=True)
        self.refused(self.made(nonce=0), "nonce_too_low")
        self.refused(self.made(nonce=self.nonce(self.faucet) + 5000), "nonce_gap")
        self.assertGreater(self.node.height(), 0)
        self.refused(self.made(valid_until=0), "expired")

    def test_fees_and_gas(self):
        self.refused(self.made(fee=0), "fee_too_low")
        self.refused(self.made(fee=999), "fee_too_low")  # 100,000 gas at 10 per 1000
        self.refused(self.made(gas=10), "gas_too_low")
        self.refused(self.made(gas=2**63, fee=2**100), "gas_too_low", "insufficient_funds")
        poor = Key(self.random.getrandbits(250).to_bytes(32, "big"))
        self.refused(self.made(key=poor), "insufficient_funds")

    # ---------------------------------------------------------------- refused by execution

    def test_what_cannot_be_paid_costs_the_fee_and_nothing_else(self):
        for messages, word in (
                ([transfer([(self.other.address, 2**120)])], "insufficient_funds"),
                ([transfer([(self.other.address, 0)])], "amount_zero"),
                ([transfer([(self.other.address, 7)]), transfer([(self.other.address, 2**120)])], "insufficient_funds"),
                ([burn_for_credits(2**120)], "insufficient_funds"),
                ([signing.stake(self.faucet.address, 10_000_000)], "not_registered"),
                ([commit_work(bytes(32), 0, bytes(32))], "not_registered")):
            with self.subTest(word=word, messages=len(messages)):
                before, other = (self.node.rpc("account", address=k.name()) for k in (self.faucet, self.other))
                supply = self.node.rpc("supply")
                self.failed(self.made(messages=messages, fee=4_321), word)
                after = self.node.rpc("account", address=self.faucet.name())
                self.assertEqual(int(before["liquid"]) - int(after["liquid"]), 4_321)
                self.assertEqual(after["nonce"], before["nonce"] + 1)
                self.assertEqual(self.node.rpc("account", address=self.other.name())["liquid"], other["liquid"])
                now = self.node.rpc("supply")
                self.assertEqual((now["supply"], now["adds_up"]), (supply["supply"], True))

    def test_messages_of_a_transaction_fail_together(self):
        self.failed(self.made(messages=[register_provider("here"), transfer([(self.other.address, 2**120)])]), "insufficient_funds")
        with self.assertRaises(RpcError) as caught:
            self.node.rpc("provider", address=self.faucet.name())
        self.assertEqual(caught.exception.word, "not_found")


if __name__ == "__main__":
    harness.main()
