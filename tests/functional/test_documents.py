"""Manual pages and completions of all four programs: every command that --help knows stands in each of them, in a form
that man and the shells take without a word."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

from harness import main, program, run, run_json

PROGRAMS = ("assay", "assayd", "assay-prover", "assay-sim")


def subcommands(name, path):
    lines = run(name, *path, "--help").stdout.splitlines()
    if "Subcommands:" not in lines:
        return []
    listed = lines[lines.index("Subcommands:") + 1:]
    return [line.split()[0] for line in listed if line.startswith("  ") and not line.startswith("   ")]


def leaves(name, path=()):
    names = subcommands(name, path)
    if not names:
        yield path
    for one in names:
        yield from leaves(name, (*path, one))


def completed(name, *words):
    """What bash offers behind these words; the last one is being typed."""
    script = (f'source <({program(name)} completion bash); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
              f'_{name.replace("-", "_")}; printf "%s\\n" "${{COMPREPLY[@]}}"')
    done = subprocess.run(["bash", "-c", script, "bash", name, *words], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout.split()


class Documents(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tree = {name: list(leaves(name)) for name in PROGRAMS}

    def test_every_command_has_its_section_in_the_manual_page(self):
        for name in PROGRAMS:
            page = run(name, "man").stdout
            self.assertGreater(len(self.tree[name]), 10)
            for leaf in self.tree[name]:
                self.assertIn("\n.SS " + " ".join([name, *leaf]) + "\n", page)
            for section in ("NAME", "SYNOPSIS", "OPTIONS", "COMMANDS", "EXIT STATUS", "SEE ALSO"):
                self.assertIn(f"\n.SH {section}\n", page)
            self.assertEqual(run(name, "man").stdout, page)
            self.assertEqual(run_json(name, "man"), {"page": page})

    @unittest.skipUnless(shutil.which("groff"), "no groff")
    def test_troff_finds_nothing_to_complain_about(self):
        for name in PROGRAMS:
            done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-Kutf8", "-P-cbou"], input=run(name, "man").stdout, text=True,
                                  capture_output=True, timeout=60)
            self.assertEqual((done.returncode, done.stderr), (0, ""), name)
            self.assertIn("EXIT", done.stdout)

    def test_an_option_is_shown_with_value_default_and_environment(self):
        page = run("assay", "man").stdout
        self.assertIn("\\fB\\-\\-node\\fR \\fIURL\\fR", page)
        self.assertIn("http://127.0.0.1:8710", page)
        self.assertIn("\\fBASSAY_NODE\\fR", page)
        self.assertIn("ASSAYD_RPC_LISTEN", run("assayd", "man").stdout)

    def test_bash_completes_commands_options_and_values(self):
        for name in PROGRAMS:
            for leaf in self.tree[name]:
                self.assertIn(leaf[-1], completed(name, *leaf[:-1], leaf[-1][:1]), (name, leaf))
            self.assertEqual(completed(name, "--color", "n"), ["never"])
            self.assertEqual(completed(name, "completion", "f"), ["fish"])
            self.assertEqual(completed(name, "completion", "--js"), ["--json"])
        self.assertEqual(completed("assay", "--json", "key", "imp"), ["import"])
        self.assertIn("--words", completed("assay", "key", "new", "--"))
        self.assertNotIn("--words", completed("assay", "key", "list", "--"))

    @unittest.skipUnless(shutil.which("fish"), "no fish")
    def test_fish_completes_them_too(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in PROGRAMS:
                script = pathlib.Path(folder) / f"{name}.fish"
                script.write_text(run(name, "completion", "fish").stdout)
                for typed, wanted in ((f"{name} compl", "completion"), (f"{name} --color n", "never"),
                                      (f"{name} completion z", "zsh")):
                    done = subprocess.run(["fish", "--no-config", "-c", f"source {script}; complete -C '{typed}'"],
                                          capture_output=True, text=True, timeout=30)
                    self.assertIn(wanted, [line.split("\t")[0] for line in done.stdout.splitlines()], done.stderr)

    def test_scripts_parse_in_their_shells(self):
        for shell in ("bash", "zsh", "fish"):
            for name in PROGRAMS:
                script = run(name, "completion", shell).stdout
                self.assertEqual(run_json(name, "completion", shell), {"shell": shell, "script": script})
                if shutil.which(shell):
                    done = subprocess.run([shell, "-n", "/dev/stdin"], input=script, capture_output=True, text=True, timeout=30)
                    self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_another_shell_is_wrong_usage(self):
        for name in PROGRAMS:
            self.assertEqual(run_json(name, "completion", "csh", exit=2)["error"]["code"], "usage")


if __name__ == "__main__":
    main()
