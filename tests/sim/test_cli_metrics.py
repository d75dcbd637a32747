#!/usr/bin/env python3
"""`assay-sim metrics --holders`: published figures, the definitions, and files that are not what they should be.

    test_cli_metrics.py PATH-OF-ASSAY-SIM
"""

import json
import math
import os
import subprocess
import sys
import tempfile
import unittest

SIM = sys.argv.pop(1)


class Metrics(unittest.TestCase):
    def setUp(self):
        self.temp = tempfile.TemporaryDirectory()
        self.addCleanup(self.temp.cleanup)

    def file(self, text, name="h.csv"):
        path = os.path.join(self.temp.name, name)
        with open(path, "w") as f:
            f.write(text)
        return path

    def run_sim(self, *args):
        return subprocess.run([SIM, *args], capture_output=True, text=True, timeout=60)

    def json(self, *args, code=0):
        p = self.run_sim("--json", "metrics", "--holders", *args)
        self.assertEqual(p.returncode, code, p.stdout + p.stderr)
        return json.loads(p.stdout)

    def test_unit_vector(self):
        got = self.json(self.file("name,amount\nb,2\na,3\nc,1\nnobody,0\n"))
        self.assertEqual((got["holders"], got["excluded"], got["total"]), (3, 0, 6))
        self.assertEqual((round(got["gini"], 5), round(got["hhi"]), round(got["entropy"], 3)), (0.22222, 3889, 1.459))
        self.assertEqual([got["nakamoto_33"], got["nakamoto_50"], got["nakamoto_67"]], [1, 2, 2])
        self.assertAlmostEqual(got["top_1"], 0.5)
        self.assertAlmostEqual(got["top_5"], 1)
        self.assertEqual(got["max_power"], got["top_1"])
        self.assertAlmostEqual(got["hhi_share"] * 10000, got["hhi"])
        # Without the largest: 2 and 1.
        got = self.json(self.file("name,amount\nb,2\na,3\nc,1\n"), "--exclude", "1")
        self.assertEqual((got["holders"], got["excluded"], got["total"]), (2, 1, 3))
        self.assertAlmostEqual(got["theil"], math.log(2) - math.log(3) + 2 / 3 * math.log(2))

    def test_many_decimals_and_other_columns(self):
        text = 'address,note,balance\n0x1,"a, b",7204778.809576140000000000\n0x2,,0.000000000000000001\n'
        got = self.json(self.file(text))
        self.assertEqual((got["holders"], got["total"]), (2, 7204778.80957614))
        p = self.run_sim("metrics", "--holders", self.file(text))
        self.assertEqual(p.returncode, 0, p.stderr)
        self.assertIn("7,204,778.81", p.stdout)
        for word in ("HHI", "Gini", "top 10", "Nakamoto 2/3", "Theil", "entropy"):
            self.assertIn(word, p.stdout)

    def test_what_is_refused(self):
        for text, words in (
                ("balance\n1\n\"x\"\n", ("h.csv line 3", "balance", '"x" is no number')),
                ("name,balance\na,1\nb,\n", ("line 3", "balance", "empty")),
                ("name,balance\na,1\nb,-5\n", ("line 3", "balance", "below zero", '"-5"')),
                ("name,balance\na,1\nb,2\na,3\n", ("line 4", "name", '"a" is there twice', "line 2")),
                ("name,balance\na,1,2\n", ("line 2", "3 cells")),
                ("name,held\na,1\n", ("no column", "balance", "name, held")),
                ("balance,amount\n1,2\n", ("which one",)),
                ("balance\n0\n0\n", ("nobody holds anything",)),
                ("", ("is empty",))):
            with self.subTest(text=text):
                error = self.json(self.file(text), code=1)["error"]
                for word in words:
                    self.assertIn(word, error["message"])
        error = self.json(self.file("balance\n1\n2\n"), "--exclude", "2", code=1)["error"]
        self.assertIn("without the 2 largest", error["message"])
        for wrong in ("-1", "x", "01", "1.5"):
            self.assertEqual(self.json(self.file("balance\n1\n"), "--exclude", wrong, code=2)["error"]["code"], "usage")
        self.assertEqual(self.json(os.path.join(self.temp.name, "none.csv"), code=1)["error"]["code"], "io_error")


if __name__ == "__main__":
    unittest.main()
