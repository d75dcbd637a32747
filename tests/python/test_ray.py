#!/usr/bin/env python3
"""Sweeps on a real Ray cluster of two workers on this machine: the same bytes as one process gives. Exits 77, skipped,
where Ray is not installed."""

import os
import sys
import tempfile
import unittest

try:
    os.environ.setdefault("RAY_AUTH_MODE", "disabled")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    import ray
except ImportError:
    print("skipped: Ray is not installed; pip install ray")
    sys.exit(77)

import assay_sim
import assay_sim.ray

SHORT = {"horizon_days": 30}
GRID = {"demand.volatility": [0.2, 0.8], "initial.price_usd": [0.5, 1, 2]}


class Cluster(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="ray-")
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, _temp_dir=cls.folder.name)

    @classmethod
    def tearDownClass(cls):
        ray.shutdown()
        cls.folder.cleanup()

    def test_two_workers_are_up(self):
        self.assertEqual(ray.cluster_resources()["CPU"], 2)

    def test_sweep_gives_the_bytes_of_one_process(self):
        here = assay_sim.sweep("devnet", GRID, runs=8, set=SHORT, seed=3)
        for shards in (None, 1, 4):
            there = assay_sim.ray.sweep("devnet", GRID, runs=8, set=SHORT, seed=3, shards=shards)
            self.assertEqual(there.result_hash, here.result_hash)
            self.assertEqual(there.files, here.files)

    def test_shards_give_the_bytes_of_one_process(self):
        here = assay_sim.simulate("devnet", 50, set=SHORT, seed=3)
        for shards in (1, 3, 5):
            there = assay_sim.ray.simulate("devnet", 50, set=SHORT, seed=3, shards=shards)
            self.assertEqual(there.result_hash, here.result_hash)
            self.assertEqual(there.files, here.files)

    def test_an_error_comes_back_as_it_was(self):
        with self.assertRaises(assay_sim.Error) as caught:
            assay_sim.ray.sweep("devnet", {"demand.volatility": [1, -1]}, runs=8)
        self.assertEqual(caught.exception.code, "field_out_of_range")
        self.assertIn("cell 1", caught.exception.message)


if __name__ == "__main__":
    unittest.main()
