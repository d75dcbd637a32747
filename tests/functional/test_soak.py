#!/usr/bin/env python3
"""Four validators under load for long: no height is missed, memory stays flat, the disk grows by what blocks weigh.

    test_soak.py --bin DIR        an hour; ASSAY_SOAK_SECONDS asks for another time

Only in the long form of the tests. Prints a line a minute: height, resident MiB and disk MiB of each node's two programs.
"""

import os
import pathlib
import statistics
import sys
import time
import unittest

import harness
from comet import Net, needs_cometbft
from harness import Folder, Payers

SECONDS = float(os.environ.get("ASSAY_SOAK_SECONDS", "3600"))


def resident_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def disk_mib(folder):
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_blocks * 512 if path.is_file() else 0
        except OSError:
            continue
    return total / 2**20


class Soak(unittest.TestCase):
    def test_nothing_grows_that_should_not(self):
        needs_cometbft()
        with Folder() as folder, Net(folder, 4, block_time="500ms", settings=("--snapshot-interval", "200", "--log-level", "warn")) as net:
            net.start()
            net.wait_for_height(3)
            payers = Payers(net[0])
            rows = {i: [] for i in range(4)}  # (s, height, assayd MiB, cometbft MiB, disk MiB)
            began = time.monotonic()
            while (now := time.monotonic() - began) < SECONDS:
                payers.begin(net[0])  # in bursts: a second of load, a few of rest
                time.sleep(1)
                payers.end()
                time.sleep(min(9, max(0, SECONDS - now)))
                for i, node in enumerate(net.nodes):
                    rows[i].append((now, node.height(), resident_mib(node.process.pid), resident_mib(node.comet_pid()),
                                    disk_mib(node.home)))
                if len(rows[0]) % 6 == 1:
                    print(f"{now:6.0f} s  " + "  ".join(f"{r[-1][1]} {r[-1][2]:.0f}+{r[-1][3]:.0f} {r[-1][4]:.0f}" for r in rows.values()),
                          f"  {payers.sent} transfers", file=sys.stderr, flush=True)
            last = min(n.height() for n in net)
            self.assertEqual(len(net.check_equal(last)), last)  # every height is there, the same on all
            for i, samples in rows.items():
                quarter = max(1, len(samples) // 4)
                for name, column in (("assayd", 2), ("cometbft", 3)):
                    early = statistics.median(s[column] for s in samples[quarter:2 * quarter])
                    late = statistics.median(s[column] for s in samples[-quarter:])
                    print(f"node {i} {name}: {early:.1f} MiB in the second quarter, {late:.1f} in the last", file=sys.stderr)
                    self.assertLess(late, 1.25 * early + 16, f"{name} of node {i} grows")
                a, b = samples[quarter], samples[-1]
                kib = 1024 * (b[4] - a[4]) / max(1, b[1] - a[1])
                print(f"node {i}: {kib:.1f} KiB of disk a block, {payers.sent} transfers in {last} blocks", file=sys.stderr)
            self.assertEqual(sum(net[0].rpc("status")["consensus"][k] for k in ("restarts", "proposals_refused")), 0)
            net.stop()
            self.assertTrue(net[0].verify()["ok"])


if __name__ == "__main__":
    harness.main()
