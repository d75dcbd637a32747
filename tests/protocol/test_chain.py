#!/usr/bin/env python3
"""A node against the second implementation of docs/protocol.md.    test_chain.py PATH-OF-ASSAYD

The state of genesis, blocks, beacon, transactions, gas, proofs and a provider's work are computed here from the text
and compared with what a real node does.
"""

import json
import pathlib
import sys
import tempfile
import unittest

import matrix
import messages as m
import records
import state
import gemm
import vram
import work
from node import DEVNET, FAUCET, OPERATOR, Node, RpcError, address, name
from secp256k1 import P, public_key, sign

PROGRAM = sys.argv.pop(1)
ALICE, BOB, CAROL = ((n).to_bytes(32, "big") for n in (0xA11CE, 0xB0B, 0xCA401))


def big(number, size=8):
    return number.to_bytes(size, "big")


def transfer(*outputs):
    return "transfer", {"outputs": [{"to": to, "amount": amount, "tag": b""} for to, amount in outputs]}


class Case(unittest.TestCase):
    def app_hash(self, height):
        """The root after a block, as the header of the next one names it."""
        header = m.HEADER.decode(bytes.fromhex(self.node("header", height=height + 1)["header_hex"]))
        return header["last_app_hash"]

    def proven(self, table, key, height):
        """A value of the state after a block, checked against the next header; None: proven to be absent."""
        answer = self.node("proof", key=(bytes([table]) + key).hex(), height=height)
        value = state.verify(bytes.fromhex(answer["proof"]), table, key, self.app_hash(height))
        self.assertEqual(answer["value"], value.hex() if value is not None else None)
        return value

    def committed(self, raw):
        answer = self.node.send(raw)
        self.assertEqual((answer["status"], answer["code"]), ("committed", "ok"), answer)
        return answer["height"]


class Chain(Case):
    """A block for each transaction and none besides: whatever is refused leaves the height as it is."""

    @classmethod
    def setUpClass(cls):
        cls.node = Node(PROGRAM, "on-demand")
        cls.genesis = records.GENESIS.decode(bytes.fromhex(cls.node.own("node.genesis_raw")))

    @classmethod
    def tearDownClass(cls):
        if cls.node.stop() != 0:
            raise AssertionError("the node did not end well")

    def pay(self, *outputs, secret=FAUCET):
        return self.committed(self.node.signed(secret, transfer(*outputs)))

    def test_the_state_of_genesis_is_what_the_text_says(self):
        g, out = self.genesis, {}
        self.assertEqual(records.genesis_hash(g).hex(), self.node("genesis")["hash"])

        def put(table, key, value):
            out[state.path_of(table, key)] = state.value_hash(value)

        ledger = dict.fromkeys((n for n, _ in records.LEDGER.fields), 0)
        for a in g["accounts"]:
            put(0x80, a["address"], records.ACCOUNT.encode(
                {"nonce": 0, "liquid": a["amount"], "credits": 0, "credit_tokens": 0, "grants": len(a["vesting"])}))
            ledger["liquid"] += a["amount"]
            for i, grant in enumerate(a["vesting"]):
                put(0x0f, a["address"] + m.genesis_grant_id(a["address"], i),
                    records.VESTING_GRANT.encode(
                        {"grant": grant, "left": {"shares": grant["amount"], "tokens": grant["amount"]}}))
                ledger["vesting"] += grant["amount"]
        largest = max(v["bond"] for v in g["validators"])
        ranked = sorted(g["validators"], key=lambda v: (-v["bond"], v["operator"]))[:g["params"]["validators"]["max"]]
        for v in g["validators"]:
            power = max(1, v["bond"] * 10**6 // largest) if v in ranked else 0
            put(0x04, v["operator"], records.VALIDATOR.encode(
                {"consensus_key": v["consensus_key"], "name": v["name"], "bond": v["bond"], "power": power,
                 "beacon": {"tip": v["beacon_tip"], "height": 0}, "pending_tip": None, "pending_from": 0,
                 "proposed": 0, "proposed_in_epoch": 0, "report": None, "pending_key": None, "pending_key_from": 0,
                 "previous_key": None, "key_since": 0, "key_changed": 0, "blocks": {"expected": 0, "proposed": 0},
                 "jailed": False, "jailed_until": 0, "tombstoned": False, "retiring": False, "free_at": 0,
                 "slashed": 0}))
            ledger["bonds"] += v["bond"]
        ledger["genesis"] = ledger["liquid"] + ledger["bonds"] + ledger["vesting"]
        price, beacon = g["params"]["price"]["initial"], records.genesis_hash(g)
        sums = {"work": 0, "tasks": 0, "stake": 0}
        put(1, b"ledger", records.LEDGER.encode(ledger))
        put(1, b"params", records.PARAMS.encode(g["params"]))
        put(1, b"genesis", records.GENESIS.encode(g))
        put(1, b"chain", records.CHAIN_STATE.encode(
            {"chain_id": g["chain_id"], "height": 0, "time": g["time"], "epoch": 0, "epoch_start": 1, "beacon": beacon,
             "last_block": bytes(32), "queue_head": 0, "queue_tail": 0, "queue_due": 0, "waiting_head": 0,
             "waiting_tail": 0, "round_closed": 0, "queue_moved": 0, "active_devices": 0, "gemm_orders": 0, "oldest_round": 0,
             "stake_price": price,
             "price": {"spot": price, "ema_q32": price << 32, "last_quorum": 0, "rounds": 0, "stale": False,
                       "variance_q32": 0},
             "breaker": {"level": 0, "ratio_bps": 0}, "recycle_smoothed": 0,
             "sums": {"weights": sums, "passed": 0, "burned_for": 0},
             "paying": {"epoch": 0, "stage": 2, "after": None, "commission_floor": 0, "repriced": False,
                        "latched": False, "price_before": 0, "grace_until": 0,
                        "payout": {"work": 0, "availability": 0, "stakers": 0, "all": sums, "work_done": 0,
                                   "tasks_done": 0, "bound": 0, "work_share": 0}},
             "next_slash": 1}))
        first = dict.fromkeys((n for n, _ in records.EPOCH.fields), 0)
        put(0x0b, big(0), records.EPOCH.encode(first | {"first": 1, "start_time": g["time"], "spot": price, "ema": price}))
        put(0x0a, big(0), records.WORK_ROUND.encode(
            {"epoch": 0, "h0": m.start_height(1, beacon, 0, g["params"]["work"]["start_span_blocks"]), "h0_time": 0,
             "h0_beacon": bytes(32), "deadline": 0, "proposers": [], "challenge": 0, "challenge_beacon": bytes(32),
             "counted_blocks": 0, "open_proposers": [], "closed": 0, "void_window": False, "last_time": 0,
             "expected": 0, "commits": 0, "valid_before": 0, "rules": records.round_rules(g["params"])}))
        self.pay((address(ALICE), 1))  # a header that names the state of genesis
        self.assertEqual(state.root_of(out).hex(), self.app_hash(0).hex())

    def test_a_transfer_moves_amount_fee_and_nonce_and_the_proofs_say_so(self):
        self.pay((address(ALICE), 1_000_000))
        read = lambda who, h: records.ACCOUNT.decode(self.proven(0x80, who, h))
        last = self.node("status")["height"]
        at = self.pay((address(ALICE), 250_000), (address(BOB), 70_000))
        self.pay((address(ALICE), 1))
        self.assertEqual(at, last + 1)
        before, after = read(address(FAUCET), last), read(address(FAUCET), at)
        self.assertEqual(after, before | {"nonce": before["nonce"] + 1, "liquid": before["liquid"] - 320_000 - 10_000})
        self.assertEqual(read(address(ALICE), at)["liquid"], read(address(ALICE), last)["liquid"] + 250_000)
        ledger = records.LEDGER.decode(self.proven(1, b"ledger", at))
        buckets = ("liquid staked unbonding vesting vault escrow bonds fees held_slashes pool_work pool_availability "
                   "reserved rewards pool_stakers pool_validators treasury").split()
        self.assertEqual(sum(ledger[b] for b in buckets), ledger["genesis"] + ledger["minted"] - ledger["burned"])

    def test_a_grant_comes_free_as_the_text_says_and_not_before_its_holder_acts(self):
        holder = (0x6A7).to_bytes(32, "big")
        me, now = address(holder), self.node.block(self.pay((address(BOB), 1)))["header"]["time"]
        grant = {"amount": 50_000_000, "start": now - 5_000, "cliff": now, "end": now + 60_000}
        raw = self.node.signed(FAUCET, ("create_vesting", grant | {"to": me}))
        body = m.TX.decode(raw)["body"]
        at = self.committed(raw)
        key = me + m.grant_id(address(FAUCET), body["nonce"], 0)
        self.pay((address(ALICE), 1))
        self.assertEqual(records.VESTING_GRANT.decode(self.proven(0x0f, key, at)), 
                         {"grant": grant, "left": {"shares": 50_000_000, "tokens": 50_000_000}})
        self.assertEqual(records.ACCOUNT.decode(self.proven(0x80, me, at)),
                         {"nonce": 0, "liquid": 0, "credits": 0, "credit_tokens": 0, "grants": 1})
        at = self.pay((address(ALICE), 7), secret=holder)  # its first fee out of what has vested
        self.pay((address(ALICE), 1))
        free = records.vested(grant, self.node.block(at)["header"]["time"])
        self.assertGreaterEqual(free, 50_000_000 * 5_000 // 65_000)  # what the line had at the cliff
        left = records.VESTING_GRANT.decode(self.proven(0x0f, key, at))["left"]
        self.assertEqual(left, {"shares": 50_000_000 - free, "tokens": 50_000_000 - free})
        self.assertEqual(records.ACCOUNT.decode(self.proven(0x80, me, at))["liquid"], free - 10_000 - 7)
        # As a genesis: what is free stands in the balance, the rest of the line is a grant from now on to the same end.
        exported = self.node.own("node.export")
        mine = next(a for a in exported["accounts"] if a["address"] == name(me))
        (rest,) = mine["vesting"]
        self.assertEqual(int(mine["amount"]) + int(rest["amount"]), 50_000_000 - 10_000 - 7)
        self.assertLess(int(rest["amount"]), 50_000_000 - free + 1)
        self.assertEqual((rest["start"], rest["cliff"]), (exported["genesis_time"], exported["genesis_time"]))
        entry = next(a for a in exported["_state"]["accounts"] if a["address"] == name(me))
        self.assertEqual([g["released"] for g in entry["vesting"]], [str(free)])

    def test_absence_is_proven_and_a_neighbour_of_an_address_is_somebody_else(self):
        self.pay((address(CAROL), 5_000))
        neighbour = address(CAROL)[:31] + bytes([address(CAROL)[31] ^ 1])
        height = self.node("status")["height"]
        at = self.pay((neighbour, 77))
        self.pay((address(ALICE), 1))
        self.assertIsNone(self.proven(0x80, neighbour, height))
        self.assertIsNone(self.proven(0x05, bytes(32), at))
        self.assertEqual(records.ACCOUNT.decode(self.proven(0x80, neighbour, at))["liquid"], 77)
        self.assertEqual(records.ACCOUNT.decode(self.proven(0x80, address(CAROL), at))["liquid"], 5_000)

    def test_every_block_follows_from_the_one_before(self):
        for _ in range(3):
            self.pay((address(BOB), 3))
        last = self.node("status")["height"]
        validator = {v["operator"]: v for v in self.genesis["validators"]}
        tip = {o: (v["beacon_tip"], 0) for o, v in validator.items()}
        beacon, before, time = records.genesis_hash(self.genesis), bytes(32), self.genesis["time"]
        gap = self.genesis["params"]["validators"]["max_beacon_gap"]
        for height in range(1, last):
            block = self.node.block(height)
            header = block["header"]
            self.assertEqual((header["version"], header["height"], header["last_block"]), (1, height, before))
            self.assertEqual(header["chain_id"].decode(), self.node.chain_id)
            self.assertGreater(header["time"], time)
            self.assertEqual(header["tx_root"], work.merkle_root([work.merkle_leaf(t) for t in block["txs"]]))
            self.assertEqual(header["last_app_hash"], self.app_hash(height - 1))
            who, reveal = header["proposer"], header["reveal"]
            self.assertTrue(m.reveal_matches(*tip[who], height, reveal, gap))
            tip[who] = (reveal, height)
            beacon, before, time = m.next_beacon(beacon, height, reveal), m.block_hash(header), header["time"]
            self.assertEqual(self.node("header", height=height)["hash"], before.hex())
            clock = records.CHAIN_STATE.decode(self.proven(1, b"chain", height))
            self.assertEqual((clock["beacon"], clock["last_block"], clock["time"]), (beacon, before, time))

    def test_gas_is_the_table(self):
        newcomer = (0x6A5).to_bytes(32, "big")
        self.pay((address(newcomer), 5_000_000_000))
        me = address(newcomer)
        for reads, writes, message in (
                (0, 2, transfer((address(ALICE), 1))),
                (0, 4, transfer((address(ALICE), 1), (address(BOB), 1), (address(ALICE), 2))),
                (2, 3, ("create_vesting", {"to": address(BOB), "amount": 1_000_000, "start": 0, "cliff": 2**42,
                                           "end": 2**43})),
                (0, 2, ("burn_for_credits", {"amount": 1_000_000, "min_credits": 0, "credits": 0})),
                (1, 1, ("register_provider", {"endpoint": b""})),
                (2, 1, ("set_commission", {"commission_ppb": 50_000_000})),
                (1, 1, ("update_provider", {"endpoint": b"http://x", "work_key": None, "clear_work_key": False,
                                            "fee_budget": None})),
                (2, 2, ("add_device", {"slot": 3, "device_class": b"cpu-small"})),
                (3, 2, ("remove_device", {"slot": 3})),
                (1, 2, ("stake", {"provider": me, "amount": 200_000_000})),
                (1, 1, ("unstake", {"provider": me, "amount": 2_000_000})),
                (1, 2, ("register_validator", {"consensus_key": b"\7" * 32, "beacon_tip": b"\7" * 32,
                                               "bond": 1_000_000_000, "name": b"x"})),
                (1, 1, ("rotate_key", {"consensus_key": b"\6" * 32})),
                (1, 1, ("retire", {"version": 0})),
                (1, 1, ("renew_beacon", {"beacon_tip": b"\3" * 32}))):
            raw = self.node.signed(newcomer, message)
            answer = self.node.send(raw)
            if message[0] == "renew_beacon":  # a tip is pending since the registration, and cannot be replaced
                self.assertEqual(answer["code"], "beacon_tip_pending")
                continue
            self.assertEqual(answer["code"], "ok", message)
            used = self.node("tx", txid=answer["txid"])["gas_used"]
            self.assertEqual(used, m.intrinsic_gas(raw) + 200 * reads + 500 * writes, message[0])

    def test_gas_that_does_not_suffice_costs_the_fee_and_does_nothing(self):
        raw = self.node.signed(FAUCET, transfer((address(ALICE), 1)))
        needed = m.intrinsic_gas(raw) + 2 * 500  # another limit is as many bytes
        answer = self.node.send(self.node.signed(FAUCET, transfer((address(ALICE), 1)), gas_limit=needed - 1))
        self.assertEqual((answer["status"], answer["code"]), ("failed", "out_of_gas"))
        self.committed(self.node.signed(FAUCET, transfer((address(ALICE), 1)), gas_limit=needed))

    def test_a_proposal_and_a_vote_are_the_records_of_the_text_and_the_deposit_waits_in_escrow(self):
        read = lambda kind, table, key, h: kind.decode(self.proven(table, key, h))
        params = self.genesis["params"]
        deposit, name = params["governance"]["deposit_min"] + 5, b"market.max_bids"
        self.pay((address(BOB), deposit + 100_000_000))
        before = self.node("status")["height"]
        raw = self.node.signed(BOB, ("propose", {"changes": [{"name": name, "value": b"7"}], "title": b"fewer bids",
                                                 "deposit": deposit}), gas_limit=2_000_000, fee=20_000)
        answer = self.node.send(raw)
        self.assertEqual(answer["code"], "ok", answer)
        at, number = answer["height"], big(1)
        vote = self.node.send(self.node.signed(OPERATOR, ("vote", {"proposal": 1, "choice": 1})))
        self.assertEqual(vote["code"], "ok", vote)
        self.pay((address(ALICE), 1))
        clock = read(records.CHAIN_STATE, 1, b"chain", before)
        rounds = clock["epoch"] - clock["oldest_round"] + 1
        self.assertEqual(self.node("tx", txid=answer["txid"])["gas_used"],
                         m.intrinsic_gas(raw) + 200 * (1 + rounds) + 500 * 3 + m.GAS_PROPOSE +
                         m.GAS_PROPOSE_CLASS * len(params["classes"]))
        time = self.node.block(at)["header"]["time"]
        self.assertEqual(read(records.PROPOSAL, 0x12, number, at), {
            "proposer": address(BOB), "title": b"fewer bids", "changes": [{"name": name, "value": b"7"}],
            "deposit": deposit, "opened": at, "voting_until": time + params["governance"]["voting_ms"], "status": 0,
            "total": 0, "voted": 0, "yes": 0, "no": 0, "abstain": 0, "votes": 0, "decided": 0, "effective_from": 0,
            "applied": 0})
        self.assertEqual(read(records.GOVERNANCE, 0x14, b"state", at), {"next": 2, "open": [1], "windows": []})
        self.assertEqual(read(records.BALLOT, 0x13, number + address(OPERATOR), vote["height"]), {"choice": 1})
        escrow = lambda h: read(records.LEDGER, 1, b"ledger", h)["escrow"]
        self.assertEqual(escrow(at) - escrow(before), deposit)
        for code, changes in (("param_fixed", {"token.cap": "1"}), ("unknown_param", {"market.max_bid": "7"}),
                              ("param_step_too_large", {"stake.unit": str(params["stake"]["unit"] * 111 // 100)}),
                              ("bad_proposal", {"market.max_bids": "07"})):
            listed = [{"name": k.encode(), "value": v.encode()} for k, v in changes.items()]
            message = "propose", {"changes": listed, "title": b"", "deposit": deposit}
            refused = self.node.send(self.node.signed(BOB, message, gas_limit=2_000_000, fee=20_000))
            self.assertEqual((refused["status"], refused["code"]), ("failed", code))

    def test_two_of_three_keys_spend_and_no_other_bytes_are_the_same_transaction(self):
        secrets = (ALICE, BOB, CAROL)
        keys = [public_key(s) for s in secrets]
        shared = m.multisig_address(2, keys)
        self.pay((shared, 1_000_000))

        def made(signers, listed=keys, threshold=2):
            body = self.node.body(None, transfer((address(BOB), 5)), sender=shared)
            slots = [sign(s, m.txid(body)) if i in signers else None for i, s in enumerate(secrets)]
            return m.TX.encode({"body": body, "auth": {"threshold": threshold, "keys": listed, "signatures": slots}})

        odd = keys[1][:32] + (P - int.from_bytes(keys[1][32:], "big")).to_bytes(32, "big")
        for raw in (made({0}), made({0, 1, 2}), made({0, 2}, threshold=1), made({0, 2}, listed=keys[::-1]),
                    made({0, 2}, listed=[keys[0], odd, keys[2]]), made({0, 2}, listed=[keys[0], bytes(64), keys[2]])):
            self.refused(raw, "bad_signature")
        self.committed(made({0, 2}))

    def refused(self, raw, word):
        before = self.node("status"), self.node("supply"), self.node("account", address=name(address(FAUCET)))
        with self.assertRaises(RpcError) as caught:
            self.node.send(raw)
        self.assertEqual(caught.exception.word, word)
        self.assertEqual((self.node("status"), self.node("supply"), self.node("account", address=name(address(FAUCET)))),
                         before)

    def test_what_may_not_be_included_has_its_word_and_changes_nothing(self):
        self.pay((address(ALICE), 1_000_000))
        good = self.node.signed(FAUCET, transfer((address(ALICE), 1)))
        made = lambda **changes: self.node.signed(FAUCET, transfer((address(ALICE), 1)), **changes)
        nonce = self.node("account", address=name(address(FAUCET)))["next_nonce"]
        flag = len(good) - 65  # of the signature's option
        commit = ("commit_work", {"task": bytes(32), "slot": 0, "root": bytes(32), "provider": None})
        opening = ("open_work", {"commit": bytes(32), "opening": {"leaves": [], "siblings": []}})
        for raw, word in ((good[:-1], "tx_malformed"), (good + b"\0", "tx_malformed"), (b"", "tx_malformed"),
                          (good[:flag] + b"\2" + good[flag + 1:], "tx_malformed"), (good + bytes(140_000), "tx_too_large"),
                          (made(version=2), "tx_malformed"), (made(memo=bytes(257)), "tx_malformed"),
                          (made(messages=[]), "tx_malformed"), (made(messages=[commit, commit]), "must_be_alone"),
                          (good[:-64] + bytes(64), "bad_signature"), (made(chain_id="another-1"), "wrong_chain"),
                          (made(valid_until=0), "expired"), (made(gas_limit=1), "gas_too_low"),
                          (made(gas_limit=2**60), "gas_too_low"), (made(nonce=nonce - 1), "nonce_too_low"),
                          (made(nonce=nonce + 5000), "nonce_gap"), (made(fee=9_999), "fee_too_low"),
                          (made(fee=2**100), "insufficient_funds"), (made(messages=[opening]), "fee_too_low"),
                          (made(messages=[opening], fee=0), "unknown_commit")):
            with self.subTest(word=word, length=len(raw)):
                self.refused(raw, word)
        self.committed(good)


class Lanes:
    """A small task of kind lanes, as a class has it and as a provider does it."""

    CLASS = {"work": "lanes", "lanes": 6, "steps": 512, "leaf_every": 64}
    PARAMS = work.lanes_params(6, 512, 64)
    INDICES = LEAVES = 6 * (512 // 64)

    @staticmethod
    def units(samples):
        return samples * (64 + 2 + 2 * (1 + 2 * (Lanes.LEAVES - 1).bit_length()))

    @staticmethod
    def run(ctx):
        return work.run_lanes(ctx, 6, 512, 64)

    @staticmethod
    def open(leaves, targets):
        return work.open_lanes(leaves, 512, 64, targets)


class Gemm:
    """The smallest product."""

    CLASS = {"work": "gemm", "m": 256, "n": 256, "k": 128, "lanes": 0, "steps": 0, "leaf_every": 0}
    PARAMS = gemm.params(256, 256, 128)
    LEAVES, INDICES = 4, 64

    @staticmethod
    def units(samples):
        return samples * (5 * 128 + 128 + 3 + 2 * 2)

    @staticmethod
    def run(ctx):
        return gemm.run(ctx, 256, 256, 128)

    open = staticmethod(gemm.open_work)


class Vram:
    """A small walk in two windows."""

    SIZE = (300, 2, 2560, 16, 2, 4)
    CLASS = {"work": "vram"} | dict(zip(("items", "lanes", "steps", "leaf_every", "windows", "stay"), SIZE))
    PARAMS = vram.params(*SIZE)
    INDICES = LEAVES = 2 * 160

    @staticmethod
    def units(samples):
        return samples * (33 * 16 + 2 + 2 * (1 + 2 * 9))

    @staticmethod
    def run(ctx):
        return vram.run(ctx, *Vram.SIZE)

    @staticmethod
    def open(leaves, targets):
        return work.open_lanes(leaves, 2560, 16, targets)


class Worker(Case):
    """Register, stake, compute, commit, open: a provider without a line of the node's code."""

    KIND, WINDOW_MS, EPOCH_BLOCKS = Lanes, 1500, 20

    @classmethod
    def setUpClass(cls):
        genesis = json.loads(DEVNET.read_text())
        params = genesis["params"]
        params["block"]["time_ms"] = 100
        params["epoch"]["blocks"] = cls.EPOCH_BLOCKS
        params["work"].update(window_ms=cls.WINDOW_MS, samples=8, open_blocks=12)
        params["classes"] = [params["classes"][0] | cls.KIND.CLASS]
        cls.folder = tempfile.TemporaryDirectory(prefix="assay-protocol-")
        path = pathlib.Path(cls.folder.name) / "genesis.json"
        path.write_text(json.dumps(genesis))
        cls.node = Node(PROGRAM, "100ms", str(path))
        cls.genesis = records.GENESIS.decode(bytes.fromhex(cls.node.own("node.genesis_raw")))

    @classmethod
    def tearDownClass(cls):
        cls.node.stop()
        cls.folder.cleanup()

    def round(self, epoch):
        """As of the last state that a header names; None before the epoch's round is there."""
        raw = self.proven(0x0a, big(epoch), self.node("status")["height"] - 1)
        return records.WORK_ROUND.decode(raw) if raw is not None else None

    def setup_provider(self, secret):
        me = address(secret)
        self.committed(self.node.signed(FAUCET, transfer((me, 500_000_000))))
        self.committed(self.node.signed(
            secret, ("register_provider", {"endpoint": b""}), ("add_device", {"slot": 0, "device_class": b"cpu-small"}),
            ("stake", {"provider": me, "amount": 300_000_000})))

    def task(self, after):
        """The first epoch above `after` whose work has begun, and its round."""
        def found():
            epoch = self.node("status")["epoch"]
            if epoch <= after:
                return None
            r = self.round(epoch)
            return (epoch, r) if r and r["h0_time"] and not r["deadline"] else None
        return self.node.until(found, "a task")

    def one_task(self, secret, lie):
        me, params = address(secret), self.KIND.PARAMS
        self.setup_provider(secret)
        epoch, r = self.task(self.node("status")["epoch"])
        task = m.epoch_task(epoch)
        ctx = work.work_ctx(self.node.chain_id, params, task, epoch, me, 0, r["h0_beacon"])
        self.assertEqual(self.node("tasks", provider=name(me))["items"][0]["ctx"], ctx.hex())
        leaves = [bytes(len(x)) if lie else x for x in self.KIND.run(ctx)]
        root = work.merkle_root([work.merkle_leaf(x) for x in leaves])
        raw = self.node.signed(secret, ("commit_work", {"task": task, "slot": 0, "root": root, "provider": None}))
        slot = self.proven(0x03, me + big(0, 4), self.node("status")["height"] - 1)
        late = records.DEVICE.decode(slot)["uptime"]["next"] < epoch  # it had a task before this one
        answer = self.node.send(raw)
        self.assertEqual(answer["code"], "ok", answer)
        units = self.KIND.units(8)
        self.assertEqual(self.node("tx", txid=answer["txid"])["gas_used"], m.intrinsic_gas(raw) + (5 + late) * 200 + 7 * 500 + units)
        again = self.node.send(self.node.signed(secret, ("commit_work", {"task": task, "slot": 0, "root": bytes(32), "provider": None})))
        self.assertEqual((again["status"], again["code"]), ("failed", "already_committed"))

        r = self.node.until(lambda: (lambda x: x if x["challenge"] else None)(self.round(epoch)), "the challenge")
        self.assertGreaterEqual(r["challenge"], r["deadline"] + 2)
        targets = work.sample_indices(work.challenge_seed(r["challenge_beacon"], root, ctx), self.KIND.INDICES, 8)
        opening = self.KIND.open(leaves, targets)
        id_ = m.commit_id(task, me, 0)
        bent = opening | {"siblings": opening["siblings"] + [bytes(32)]}
        refused = self.node.send(self.node.signed(secret, ("open_work", {"commit": id_, "opening": bent}), fee=0))
        self.assertEqual((refused["status"], refused["code"]), ("failed", "opening_sibling_count"))
        answer = self.node.send(self.node.signed(secret, ("open_work", {"commit": id_, "opening": opening}), fee=0))
        self.assertEqual(answer["code"], "ok", answer)
        self.node.until(lambda: self.node("status")["height"] > answer["height"], "a block")
        commit = records.COMMIT.decode(self.proven(0x05, id_, answer["height"]))
        self.assertEqual((commit["ctx"], commit["root"], commit["attempts"]), (ctx, root, 1))
        self.assertIsNone(self.proven(0x06, big(epoch) + id_, answer["height"]))
        provider = records.PROVIDER.decode(self.proven(0x02, me, answer["height"]))
        return commit, provider, targets


class Provider(Worker):
    def gas(self, secret, message, reads, writes):
        """Sends it and compares its gas; returns the height. `reads` may depend on the state before its block."""
        raw = self.node.signed(secret, message)
        height = self.committed(raw)
        reads = reads(height) if callable(reads) else reads
        used = self.node("tx", txid=m.txid(m.TX.decode(raw)["body"]).hex())["gas_used"]
        self.assertEqual(used, m.intrinsic_gas(raw) + 200 * reads + 500 * writes, message[0])
        return height

    def record(self, table, kind, key, height):
        self.node.until(lambda: self.node("status")["height"] > height, "a block")
        raw = self.proven(table, key, height)
        return kind.decode(raw) if raw is not None else None

    def buyer(self, number=0xB0E12):
        secret = number.to_bytes(32, "big")
        me = address(secret)
        self.committed(self.node.signed(FAUCET, transfer((me, 50_000_000))))
        self.committed(self.node.signed(secret, ("burn_for_credits", {"amount": 10_000_000, "min_credits": 0, "credits": 0})))

        def credits():
            self.node.send(self.node.signed(OPERATOR, ("report_price", {"price": 100_000_000})))
            return int(self.node("account", address=name(me))["credits"])
        self.node.until(credits, "credits")
        return secret

    def test_a_direct_order_its_lease_and_its_end(self):
        self.setup_provider(CAROL)
        buyer = self.buyer()
        me, bidder = address(buyer), address(CAROL)
        rich = self.record(0x80, records.ACCOUNT, me, self.node("status")["height"])

        def opened(manual):
            nonce, height = self.node("account", address=name(me))["next_nonce"], self.node("status")["height"]
            expires = height + 500
            at = self.gas(buyer, ("open_order", {"device_class": b"cpu-small", "units": 2, "max_price": 1_000_000,
                                                 "deposit": 2_000_000, "expires": expires, "manual": manual, "gemm": None}),
                          0, 3 if manual else 4)
            return m.order_id(me, nonce, 0), at, expires

        id_, at, expires = opened(True)
        bid = {"provider": bidder, "slot": 0, "price": 700_000}
        self.gas(CAROL, ("place_bid", {"order": id_, "slot": 0, "price": 700_000}), 3, 1)
        leased = self.gas(buyer, ("accept_bid", {"order": id_} | bid), 3, 2)
        order = self.record(8, records.ORDER, id_, leased)
        epoch = self.record(1, records.CHAIN_STATE, b"chain", leased - 1)["epoch"]
        carried = rich["credit_tokens"] * 2_000_000 // rich["credits"]
        self.assertEqual(order, {
            "buyer": me, "device_class": 0, "units": 2, "max_price": 1_000_000, "deposit": 2_000_000,
            "deposit_tokens": carried, "opened": at, "bids_until": expires - 1, "expires": expires, "status": 1,
            "bids": [bid], "lease": bid, "lease_from": epoch + 1, "units_done": 0, "paid": 0, "manual": True, "gemm": None})
        self.assertEqual(self.proven(0x0e, bidder + big(0, 4) + id_, leased), b"")

        def looked_at(height):  # the order, and a commit in each round that is not swept
            clock = self.record(1, records.CHAIN_STATE, b"chain", height - 1)
            return 1 + clock["epoch"] - clock["oldest_round"] + 1

        closed = self.gas(CAROL, ("close_lease", {"order": id_}), looked_at, 3)
        self.assertEqual(self.record(8, records.ORDER, id_, closed),
                         order | {"deposit": 0, "deposit_tokens": 0, "status": 2})
        self.assertIsNone(self.proven(0x0e, bidder + big(0, 4) + id_, closed))
        id_, at, expires = opened(False)
        cancelled = self.gas(buyer, ("cancel_order", {"order": id_}), 1, 2)
        order = self.record(8, records.ORDER, id_, cancelled)
        bid_blocks = self.node("params", pattern="market.bid_blocks")["items"][0]["value"]
        self.assertEqual((order["status"], order["bids_until"]), (3, at + int(bid_blocks)))
        poor = self.record(0x80, records.ACCOUNT, me, cancelled)
        self.assertEqual((poor["credits"], poor["credit_tokens"]), (rich["credits"], rich["credit_tokens"]))

    def test_a_work_key_commits_for_its_provider_which_pays_and_may_open_it_itself(self):
        boss, worker = ((n).to_bytes(32, "big") for n in (0xB055, 0x30BE))
        me, key = address(boss), address(worker)
        self.setup_provider(boss)
        update = {"endpoint": None, "work_key": key, "clear_work_key": False, "fee_budget": 1_000_000}
        at = self.gas(boss, ("update_provider", update), 1, 1)
        epoch = self.record(1, records.CHAIN_STATE, b"chain", at - 1)["epoch"]
        before = self.record(2, records.PROVIDER, me, at)
        self.assertEqual(before["work_key"], {"key": key, "before": None, "from": epoch + 1, "fee_budget": 1_000_000})
        message = lambda task: ("commit_work", {"task": task, "slot": 0, "root": bytes(32), "provider": me})
        epoch, _ = self.task(self.node("status")["epoch"])
        poor = self.record(0x80, records.ACCOUNT, me, self.node("status")["height"])["liquid"]
        at = self.committed(self.node.signed(worker, message(m.epoch_task(epoch))))
        after, account = self.record(2, records.PROVIDER, me, at), self.record(0x80, records.ACCOUNT, me, at)
        self.assertEqual((after["work_key"]["fee_budget"], account["liquid"]), (990_000, poor - 10_000))
        self.assertEqual(self.record(0x80, records.ACCOUNT, key, at),
                         {"nonce": 1, "liquid": 0, "credits": 0, "credit_tokens": 0, "grants": 0})
        commit = self.record(5, records.COMMIT, m.commit_id(m.epoch_task(epoch), me, 0), at)
        self.assertEqual((commit["provider"], commit["worker"]), (me, key))
        with self.assertRaises(RpcError) as caught:
            self.node.send(self.node.signed(ALICE, message(bytes(32))))
        self.assertEqual(caught.exception.word, "not_owner")
        slot, worked = me + big(0, 4), epoch
        uptime = self.record(3, records.DEVICE, slot, at)["uptime"]
        self.assertEqual((uptime["next"], uptime["committed"], uptime["missed_bits"] & 1), (worked + 1, 1, 0))

        # Two epochs go by without a commit; then the slot is closed in the middle of a task that it was given.
        self.node.until(lambda: (lambda found: found and found[0] > worked + 2)(self.task(worked + 2)), "an epoch")
        at = self.gas(boss, ("remove_device", {"slot": 0}), 4, 2)
        epoch = self.record(1, records.CHAIN_STATE, b"chain", at - 1)["epoch"]
        rounds = {e: self.record(0x0a, records.WORK_ROUND, big(e), at) for e in range(worked, epoch + 1)}
        for e in range(worked, epoch):
            self.assertEqual(rounds[e + 1]["valid_before"], rounds[e]["valid_before"] + (not rounds[e]["void_window"]))
        expected = records.counted(uptime, rounds, epoch)
        if rounds[epoch]["h0_time"] and not rounds[epoch]["void_window"]:
            expected = records.noted(expected, epoch, False)
        removed = self.record(3, records.DEVICE, slot, at)
        self.assertEqual((removed["removed"], removed["uptime"]), (True, expected))
        self.assertGreaterEqual(expected["missed"], 2)
        self.assertEqual(self.record(2, records.PROVIDER, me, at)["removed"], 1)
        shown = self.node("provider", address=name(me))["removed"][0]
        self.assertEqual((shown["assigned"], shown["missed"]), (expected["missed"] + 1, expected["missed"]))

    def test_a_product_that_is_wrong_in_one_place(self):
        worker, buyer = (0x6E44).to_bytes(32, "big"), self.buyer(0xB0E13)
        self.setup_provider(worker)
        me, bidder = address(buyer), address(worker)
        rich = self.record(0x80, records.ACCOUNT, me, self.node("status")["height"])
        rows, cols, depth = 32, 64, 1030
        a, b = (bytes((i * i * 31 + i * 7) % 251 for i in range(n * depth)) for n in (rows, cols))
        c = matrix.product(a, b, rows, cols, depth)
        c[3][40] += 1
        job = {"m": rows, "n": cols, "k": depth, "a_root": matrix.root(matrix.panels(a, rows, depth)),
               "b_root": matrix.root(matrix.panels(b, cols, depth))}
        nonce, height = self.node("account", address=name(me))["next_nonce"], self.node("status")["height"]
        bid = {"provider": bidder, "slot": 0, "price": 700_000}
        id_ = m.order_id(me, nonce, 0)
        self.gas(buyer, ("open_order", {"device_class": b"cpu-small", "units": 1, "max_price": 700_000,
                                        "deposit": 700_000, "expires": height + 500, "manual": True, "gemm": job}), 0, 3)
        self.gas(worker, ("place_bid", {"order": id_, "slot": 0, "price": 700_000}), 3, 1)
        self.gas(buyer, ("accept_bid", {"order": id_} | bid), 3, 2)
        root = matrix.root(matrix.tiles(c))
        delivered = self.gas(worker, ("deliver", {"order": id_, "c_root": root}), 4, 4)
        order = self.record(8, records.ORDER, id_, delivered)
        blocks = int(self.node("params", pattern="market.dispute_blocks")["items"][0]["value"])
        window = delivered + blocks
        cost = self.genesis["params"]["classes"][0]["cost"]
        exposure = max(3 * cost, 3 * order["deposit_tokens"])
        delivery = {"c_root": root, "height": delivered, "disputes_until": window, "until": window,
                    "exposure": exposure, "rate": self.genesis["params"]["slash"]["full_ppb"],
                    "jail_ms": self.genesis["params"]["slash"]["jail_ms"],
                    "time": self.record(1, records.CHAIN_STATE, b"chain", delivered)["time"]}
        self.assertEqual(order["gemm"], {"job": job, "dispute_blocks": blocks, "delivery": delivery, "wrong": None,
                                         "slashed": 0})
        self.assertEqual(self.proven(0x19, bidder + big(delivery["time"]) + id_, delivered), b"")

        def brought(s, reads, writes):
            raw = self.node.signed(buyer, matrix.dispute(id_, a, b, c, rows, cols, depth, 0, 1, s))
            at = self.committed(raw)
            width = min(1024, depth - 1024 * s)
            used = self.node("tx", txid=m.txid(m.TX.decode(raw)["body"]).hex())["gas_used"]
            self.assertEqual(used, m.intrinsic_gas(raw) + 200 * reads + 500 * writes + 5 * width + 256)
            return at

        at = brought(0, 1, 2)
        running = self.record(0x1a, records.OPEN_DISPUTE, id_, at)
        first = [r[:1024] for r in (a[i * depth:(i + 1) * depth] for i in range(rows))]
        other = [r[:1024] for r in (b[i * depth:(i + 1) * depth] for i in range(32, 64))]
        sums = matrix.product(b"".join(first), b"".join(other), 32, 32, 1024)
        self.assertEqual(running, {"tile": {"row": 0, "col": 1}, "next_slice": 1, "claimed": matrix.tiles(c)[1],
                                   "sums": matrix.tiles(sums)[0]})
        at = brought(1, 7, 8)
        order = self.record(8, records.ORDER, id_, at)
        provider = self.record(2, records.PROVIDER, bidder, at)
        self.assertEqual((order["status"], order["gemm"]["wrong"], order["gemm"]["slashed"], order["units_done"]),
                         (2, {"row": 0, "col": 1}, 60_000_000, 0))
        self.assertEqual((provider["stake"], provider["jailed"], provider["open_deliveries"], provider["exposure"]),
                         (240_000_000, True, 0, 0))
        self.assertIsNone(self.record(0x1a, records.OPEN_DISPUTE, id_, at))
        poor = self.record(0x80, records.ACCOUNT, me, at)
        self.assertEqual((poor["credits"], poor["credit_tokens"]), (rich["credits"], rich["credit_tokens"]))
        shown = self.node("order", id=id_.hex())["gemm"]
        self.assertEqual((shown["wrong"], shown["accepted"], shown["delivery"]["c_root"]),
                         ({"row": 0, "col": 1}, False, root.hex()))

    def test_honest_work_passes(self):
        commit, provider, _ = self.one_task(ALICE, lie=False)
        self.assertEqual((commit["status"], commit["bad"], commit["slashed"]), (1, [], 0))
        self.assertEqual((provider["passed"], provider["stake"], provider["jailed"]), (1, 300_000_000, False))

    def test_made_up_leaves_fail_and_cost_the_full_rate(self):
        commit, provider, targets = self.one_task(BOB, lie=True)
        self.assertEqual((commit["status"], commit["bad"]), (2, targets))
        self.assertEqual((provider["failed"], provider["jailed"]), (1, True))
        self.assertEqual((commit["slashed"], provider["stake"]), (60_000_000, 240_000_000))


class ProductProvider(Worker):
    """The same of kind gemm."""

    KIND, WINDOW_MS, EPOCH_BLOCKS = Gemm, 6000, 80

    def test_a_product_is_committed_opened_and_passes(self):
        commit, provider, _ = self.one_task(ALICE, lie=False)
        self.assertEqual((commit["status"], commit["bad"], commit["slashed"]), (1, [], 0))
        self.assertEqual((commit["params"], provider["passed"]), (("gemm", {"m": 256, "n": 256, "k": 128}), 1))

    def test_made_up_digests_fail_and_cost_the_full_rate(self):
        commit, provider, targets = self.one_task(BOB, lie=True)
        self.assertEqual((commit["status"], commit["bad"]), (2, targets))
        self.assertEqual((commit["slashed"], provider["stake"]), (60_000_000, 240_000_000))


class WalkingProvider(Worker):
    """The same of kind vram."""

    KIND, WINDOW_MS, EPOCH_BLOCKS = Vram, 3000, 40

    def test_a_walk_is_committed_opened_and_passes(self):
        commit, provider, _ = self.one_task(ALICE, lie=False)
        self.assertEqual((commit["status"], commit["bad"], commit["slashed"]), (1, [], 0))
        sizes = dict(zip(("items", "lanes", "steps", "leaf_every", "windows", "stay"), Vram.SIZE))
        self.assertEqual((commit["params"], provider["passed"]), (("vram", sizes), 1))

    def test_a_memory_that_was_never_walked_through_costs_the_full_rate(self):
        commit, provider, targets = self.one_task(BOB, lie=True)
        self.assertEqual((commit["status"], commit["bad"]), (2, targets))
        self.assertEqual((commit["slashed"], provider["stake"]), (60_000_000, 240_000_000))


if __name__ == "__main__":
    unittest.main()
