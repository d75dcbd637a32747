#!/usr/bin/env python3
"""kill -9 at random instants under load: the node comes up each time, and nothing that it ever showed changes.

Each round starts the node on the same home, compares the app hash of every height that was seen before, loads it with
signed transfers and kills it after a random time, some rounds while it is still starting. At the end `assayd verify`
re-executes all blocks from genesis in a store of their own, undisturbed, and every app hash must come out the same.

    test_crash.py --bin DIR [--long]         20 kills; with --long or ASSAY_LONG_TESTS=1 it is 200
"""

import http.client
import sys
import threading
import time
import unittest

import harness
from harness import Folder, Node, Payers, Rpc, RpcError, seeded


class Watcher:
    """Writes down the app hash of every height as soon as the node shows it, until the node is gone."""

    def __init__(self, url, seen):
        self.seen = seen
        self.rpc = Rpc(url)
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def _watch(self):
        last = max(self.seen, default=0)
        try:
            while True:
                status = self.rpc("status")
                if status["height"] > 0:
                    self.seen[status["height"]] = status["app_hash"]
                if status["height"] > last:
                    for row in self.rpc("blocks", **{"from": max(last + 1, status["height"] - 50)})["items"]:
                        self.seen[row["height"]] = row["app_hash"]
                    last = status["height"]
                time.sleep(0.01)
        except (OSError, http.client.HTTPException, ValueError, RpcError):
            return
        finally:
            self.rpc.close()

    def end(self):
        self.thread.join(30)
        assert not self.thread.is_alive()


class Crash(unittest.TestCase):
    def test_a_killed_node_comes_up_with_every_hash_it_had_shown(self):
        kills = 200 if harness.LONG else 20
        chance = seeded("kills")
        seen = {}
        with Folder() as folder:
            node = Node(folder / "node")
            node.start(block_time="20ms")
            payers = Payers(node)
            node.terminate()
            in_start = 0
            for number in range(kills):
                with self.subTest(kill=number, seed=harness.SEED):
                    if chance.random() < 0.25:
                        # While it opens its store, makes good an interrupted block, opens its doors.
                        node.begin(block_time="20ms")
                        time.sleep(chance.uniform(0, 0.15))
                        node.kill()
                        in_start += 1
                        continue
                    node.start(block_time="20ms")
                    self.compare(node, seen)
                    watcher = Watcher(node.url, seen)
                    payers.begin(node)
                    time.sleep(chance.uniform(0.05, 1.0))
                    node.kill()
                    payers.end()
                    watcher.end()
            node.start(block_time="20ms")
            self.compare(node, seen)
            # It also goes on.
            node.wait_for_height(node.height() + 2)
            status = node.rpc("status")
            stored = node.hashes(1, status["height"])
            self.assertTrue(all(row["holds"] for row in node.rpc("invariants")["items"]))
            self.assertTrue(node.rpc("supply")["adds_up"])
            self.assertEqual(node.terminate(), 0)
            report = node.verify()
            self.assertTrue(report["ok"])
            self.assertGreaterEqual(report["blocks"], status["height"])
            self.assertGreater(report["transactions"], kills)
            different = [h for h, app_hash in seen.items() if stored.get(h) != app_hash]
            self.assertEqual(different, [])
            print(f"\n{kills} kills ({in_start} of them while starting), {report['blocks']} blocks, {report['transactions']} "
                  f"transactions, {len(seen)} app hashes seen before a kill; verified to {report['app_hash']}", file=sys.stderr)

    def compare(self, node, seen):
        """What was shown is durable: the height is not lower, and each hash is the one that was shown."""
        if not seen:
            return
        top = max(seen)
        status = node.rpc("status")
        self.assertGreaterEqual(status["height"], top)
        first = max(1, top - 199)  # older ones were compared before, and are once more at the end
        stored = node.hashes(first, top)
        for height, app_hash in seen.items():
            if height >= first:
                self.assertEqual(stored[height], app_hash, f"height {height}")


if __name__ == "__main__":
    harness.main()
