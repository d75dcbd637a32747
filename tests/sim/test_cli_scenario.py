#!/usr/bin/env python3
"""Scenario files on the command line: schema, validate, the library, import, and files that lie over each other.

    test_cli_scenario.py PATH-OF-ASSAY-SIM
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

try:
    import jsonschema
except ImportError:
    jsonschema = None

SIM = sys.argv.pop(1)
ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(*args):
    return subprocess.run([SIM, *args], capture_output=True, text=True, timeout=120)


class Case(unittest.TestCase):
    def setUp(self):
        temp = tempfile.TemporaryDirectory()
        self.addCleanup(temp.cleanup)
        self.dir = temp.name

    def path(self, name):
        return os.path.join(self.dir, name)

    def file(self, name, text):
        with open(self.path(name), "w") as f:
            f.write(text if isinstance(text, str) else json.dumps(text))
        return self.path(name)

    def json(self, *args, code=0):
        p = run("--json", *args)
        self.assertEqual(p.returncode, code, p.stdout + p.stderr)
        return json.loads(p.stdout)


class Schema(Case):
    def test_it_is_one_object_and_names_what_params_names(self):
        schema = json.loads(run("schema").stdout)
        self.assertEqual(schema, self.json("schema"))
        for item in self.json("params")["items"]:
            here = schema
            for part in item["path"].replace("[0]", ".[0]").split("."):
                here = here["items"] if part == "[0]" else here["properties"][part]
            if item["default"] and "default" in here:
                self.assertEqual(str(here["default"]).lower(), item["default"].lower(), item["path"])
            for word in item.get("words", []):
                self.assertIn(word, here["enum"])

    @unittest.skipIf(jsonschema is None, "Python's jsonschema is not installed")
    def test_it_takes_what_the_reader_takes_and_refuses_what_it_refuses(self):
        schema = json.loads(run("schema").stdout)
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        for path in sorted((ROOT / "genesis" / "scenarios").glob("*.json")):
            self.assertEqual([e.message for e in validator.iter_errors(json.loads(path.read_text()))], [], path.name)
        for path in sorted((ROOT / "genesis").glob("*.json")):
            of = {"extends": "devnet", "params": json.loads(path.read_text())["params"]}
            self.assertEqual([e.message for e in validator.iter_errors(of)], [], path.name)
        self.assertEqual(run("run", "devnet", "--runs", "1", "--set", "horizon_days=3", "--out", self.path("r")).returncode, 0)
        with open(self.path("r/manifest.json")) as f:
            resolved = json.load(f)["scenario"]
        self.assertEqual([e.message for e in validator.iter_errors(resolved)], [])
        group = {"class": "gpu-small"}
        good = [{}, {"_why": "x", "sweep": {}}, {"seed": "18446744073709551615"}, {"step": "epoch", "horizon_days": 1},
                {"initial": {"supply": "51000000 ASY", "holders": [{"name": "a", "amount": "5"}]}},
                {"shocks": [{"kind": "exit", "factor": 0}, {"kind": "param", "path": "bme.payout_ppb", "value": 1}]},
                {"providers": [{**group, "exit": "streak", "serves": False}]},
                {"report": {"thresholds": {"max_drawdown": "< 0.8"}}}]
        bad = [{"demnad": {}}, {"seed": -1}, {"seed": "x"}, {"step": "1w"}, {"step": 1}, {"agents": "many"},
               {"antithetic": "yes"}, {"horizon_days": 0}, {"initial": {"supply": "five ASY"}},
               {"initial": {"holders": [{"amount": "5"}]}}, {"initial": {"vesting": [{"amount": "5"}]}},
               {"demand": {"drift": 99}}, {"demand": {"jumps": {"sd": "1"}}}, {"market": {"fee_ppb": 1.5}},
               {"providers": []}, {"providers": [{"count": 1}]}, {"providers": [{**group, "uptime": 2}]},
               {"shocks": [{"factor": 2}]}, {"shocks": [{"kind": "exit"}]}, {"shocks": [{"kind": "exit", "factor": 2}]},
               {"shocks": [{"kind": "price", "factor": 2, "group": "gpu-small"}]},
               {"shocks": [{"kind": "entry", "group": "gpu-small"}]}, {"report": {"thresholds": {"max_drawdown": "0.8"}}},
               {"report": {"thresholds": {"max_drawdwn": "< 0.8"}}}, {"params": {"bme": {"mode": "burn"}}},
               {"params": {"bme": {"payout_ppb": 1000000001}}}, {"params": {"emission": {"exp_decay": {"rate": 0.5}}}}]
        for members, fine in [(m, True) for m in good] + [(m, False) for m in bad]:
            document = {"extends": "devnet", **members}
            p = run("validate", self.file("s.json", document))
            self.assertEqual(p.returncode, 0 if fine else 1, (members, p.stderr))
            self.assertEqual(validator.is_valid(document), fine, members)


class Validate(Case):
    def test_all_that_is_wrong_with_its_place(self):
        good = self.file("good.json", {"extends": "devnet"})
        bad = self.file("bad.json", '{"extends": "devnet",\n "demand": {"drfit": 1,\n  "volatility": 99},\n'
                                    ' "shocks": [{"kind": "exit"}]}')
        error = self.json("validate", good, bad, code=1)["error"]
        self.assertEqual(error["code"], "json_unknown_key")
        self.assertIn('did you mean "drift"', error["message"])
        self.assertEqual([(e["file"], e["code"], e["line"], e["column"]) for e in error["errors"]],
                         [(bad, "json_unknown_key", 2, 22), (bad, "field_out_of_range", 3, 17),
                          (bad, "json_missing_key", 4, 13)])
        p = run("validate", good, bad)
        self.assertEqual((p.returncode, p.stdout), (1, ""))
        for e in error["errors"]:
            self.assertIn(e["message"], p.stderr)
        items = self.json("validate", good, "devnet")["items"]
        self.assertEqual([(i["name"], i["steps"]) for i in items], [("good", 365), ("devnet", 365)])
        self.assertIn("no_breaker", [w["code"] for w in items[0]["warnings"]])
        self.assertIn("warning no_breaker: bme.mode", run("validate", good).stdout)
        self.assertEqual(self.json("validate", "yotta", code=1)["error"]["code"], "number_unpublished")
        self.assertEqual(self.json("validate", good, "--set", "demand.drift=99", code=1)["error"]["code"],
                         "field_out_of_range")
        self.assertEqual(self.json("validate", self.path("none.json"), code=1)["error"]["code"], "not_found")
        self.assertEqual(run("validate").returncode, 2)

    def test_a_syntax_error_has_its_place(self):
        error = self.json("validate", self.file("s.json", '{"extends": "devnet",\n "seed": 1 2}'), code=1)["error"]
        self.assertEqual((error["code"], error["errors"][0]["line"]), ("json_syntax", 2))


class Library(Case):
    def test_every_scenario_and_pack_is_listed_says_what_it_is_and_loads(self):
        items = {i["name"]: i for i in self.json("list")["items"]}
        text = run("list").stdout
        files = {p.stem: json.loads(p.read_text()) for p in (ROOT / "genesis" / "scenarios").glob("*.json")}
        self.assertGreater(len(files), 20)
        for name, document in files.items():
            self.assertEqual(items[name]["group"], "stress" if name.startswith("stress-") else "scenario")
            self.assertEqual(items[name]["about"], document["_about"])
            self.assertIn(document["_about"], text)
            self.assertEqual("over" in document, name.startswith("stress-"))
            if name.startswith("stress-"):
                self.assertTrue(document["_source"])
        self.assertEqual(len(self.json("validate", *files)["items"]), len(files))
        self.assertEqual(items["akash"]["group"], "preset")
        # Every network whose numbers are published has one.
        for name, item in items.items():
            if item["group"] == "preset" and not item["needs"] and name != "devnet":
                self.assertIn(name + "-base", files)

    def test_a_number_of_a_network_has_its_source_beside_it(self):
        rows = {r["path"]: r for r in self.json("params", "--preset", "render-base")["items"]}
        self.assertIn("epoch 97", rows["initial.price_usd"]["source"])
        self.assertIn("epochs 86 to 97", rows["demand.usd_per_day"]["source"])
        self.assertIn("Of this scenario", rows["providers[0].count"]["source"])
        for path in (ROOT / "genesis" / "scenarios").glob("*-base.json"):
            document = json.loads(path.read_text())
            for member, name in (("initial", "price_usd"), ("demand", "usd_per_day"), ("market", "depth_usd"),
                                 ("service", "usd_per_gpu_hour")):
                self.assertIn("_" + name, document[member], path.name)

    def test_packs_lie_over_any_scenario(self):
        value = self.json("diff", "near-base", "near-base,stress-price50-demand55,stress-bear")
        changed = {i["path"]: (i["a"], i["b"]) for i in value["items"]}
        self.assertEqual(changed["demand.drift"], ("0", "-0.5"))
        self.assertEqual(changed["shocks[1].kind"], (None, "demand"))
        self.assertEqual(changed["shocks[13].kind"], (None, "price"))
        self.assertNotIn("params.token.denom", changed)
        self.assertEqual(self.json("diff", "reference,stress-sybil", "stress-sybil")["items"], [])
        mine = self.file("mine.json", {"extends": ["akash-base", "stress-bear"], "horizon_days": 30})
        out = self.json("run", mine, "--runs", "2", "--out", self.path("r"))
        self.assertEqual(out["summary"]["name"], "mine")
        both = self.json("run", "golem-base,stress-cost-shock", "--runs", "2", "--set", "horizon_days=9", "--out", self.path("q"))
        self.assertEqual(both["summary"]["name"], "golem-base,stress-cost-shock")


if __name__ == "__main__":
    unittest.main()
