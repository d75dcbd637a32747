"""A provider's first reward: the page docs/guides/provider.md keeps its word, five commands and under five minutes, at the
devnet's own pace.

    test_first_reward.py --bin DIR
"""

import json
import pathlib
import time
import unittest

import harness
from guides import ROOT, Guide, Shell

PAGE = ROOT / "docs" / "guides" / "provider.md"


class FirstReward(unittest.TestCase):
    def test_five_commands_and_under_five_minutes(self):
        guide = Guide(PAGE)
        typed = []
        for step in guide.steps:
            typed.append(step.command)
            if step.command.startswith("assay-prover run"):
                break
        programs = [command for command in typed if command.startswith("assay")]
        self.assertEqual(len(programs), 5, programs)
        with harness.Folder() as folder:
            node = harness.Node(folder / "devnet").start()
            guide.ports["8710"] = int(node.url.rsplit(":", 1)[1])
            home = pathlib.Path(folder) / "home"
            shell = Shell(folder, guide.environment(home, "home"))
            try:
                began = time.monotonic()
                for command in typed:
                    printed, code = shell.run(guide.moved(command))
                    self.assertEqual(code, 0, (command, printed))
                took = time.monotonic() - began
                shown = json.loads(shell.run("assay provider show --json")[0])
            finally:
                shell.close()
                node.terminate()
        print(f"first reward after {took:.1f} s", flush=True)
        self.assertLess(took, 300)
        paid = [e for e in shown["earnings"] if "1 passed" in e["verdict"]]
        self.assertEqual(len(paid), 1, shown["earnings"])
        self.assertGreater(int(paid[0]["paid"]), 0)
        self.assertEqual((shown["passed"], shown["failed"], shown["why_not"]), (1, 0, []))


if __name__ == "__main__":
    harness.main()
