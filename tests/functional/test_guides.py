#!/usr/bin/env python3
"""The guides do what they say: each page's commands run as written (guides.py says how), one test a page.

    test_guides.py --bin DIR [Guides.test_offline]
"""

import unittest

import harness
from comet import needs_cometbft
from guides import Differs, Guide, matches, pages, steps


class Runner(unittest.TestCase):
    """What the runner accepts and refuses: a page that lies must fail."""

    def run_page(self, text):
        with harness.Folder() as folder:
            Guide("page.md", "<!-- guide: no devnet -->\n" + text).check(folder)

    def refused(self, text, why):
        with self.assertRaisesRegex(Differs, why):
            self.run_page(text)

    def test_output_exit_codes_and_wildcards(self):
        self.run_page("```console\n$ echo one; echo two >&2\none\ntwo\n$ false # exit 1\n$ X=5\n$ echo $X\n5\n```\n")
        self.refused("```console\n$ echo one\ntwo\n```\n", "(?s)page.md:3.*prints\none\n.*says\ntwo")
        self.refused("```console\n$ false\n```\n", "ends with 1, not with 0")
        self.refused("```console\n$ true # exit 1\n```\n", "ends with 0, not with 1")
        self.refused("```console\n$ exit 0\n```\n", "ended the shell")
        self.assertTrue(matches(["a…c"], ["abbc", ""]))
        self.assertTrue(matches(["a", "…", "c"], ["a", "c"]))
        self.assertTrue(matches(["…", "c"], ["a", "b", "c"]))
        self.assertFalse(matches(["a…c"], ["abb", "c"]))
        self.assertFalse(matches(["a"], ["a", "b"]))
        self.assertFalse(matches(["a", "…"], ["b", "a"]))

    def test_documents_continued_lines_and_other_blocks(self):
        self.run_page("```console\n$ cat <<'END'\n{\n}\nEND\n{\n}\n$ echo a \\\n  b\na b\n```\n```text\n$ false\n```\n")
        self.assertEqual(len(steps("```console\n$ a\n```\n```sh\n$ b\n```\n")), 1)
        with self.assertRaises(Differs):
            steps("```console\n$ a\n")

    def test_machines_share_a_stick_and_nothing_else(self):
        self.run_page("```console\none$ X=1; touch $HOME/here; echo hello >letter\ntwo$ cat letter; echo \"<$X>\"; ls ~\nhello\n<>\n"
                      "offline$ echo $ASSAY_NODE\nhttp://127.0.0.1:9\n```\n")

    def test_ports_of_the_page_are_moved_and_moved_back(self):
        self.run_page("```console\n$ test $ASSAYD_RPC_LISTEN != 127.0.0.1:871''0\n$ echo at 127.0.0.1:8710\nat 127.0.0.1:8710\n```\n")

    def test_programs_are_at_hand(self):
        self.run_page("```console\n$ assay --version\nassay …\n$ assay balance # exit 1\n…no key\n…\n```\n")


class Guides(unittest.TestCase):
    pass


def add(page):
    def test(self):
        if Guide(page).network:
            needs_cometbft()
        with harness.Folder() as folder:
            Guide(page).check(folder)

    setattr(Guides, "test_" + page.stem.replace("-", "_"), test)


for one in pages():
    add(one)

if __name__ == "__main__":
    harness.main()
