#!/usr/bin/env python3
"""`assay-sim report`: what it refuses, and its page in a real browser: verdict, figures, read-outs, copies, phones.

    test_report_page.py PATH-OF-ASSAY-SIM

Directories are made up (made_up.py), but for one of a real run. Without a Chromium the cases of the page are skipped.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import unittest

import browser
import made_up

SIM = sys.argv.pop(1)
SPACE = "\u00a0"  # before a percent sign


def run(*args):
    return subprocess.run([SIM, *args], capture_output=True, text=True, timeout=120)


def rows(folder, name):
    with open(os.path.join(folder, name)) as f:
        return list(csv.DictReader(f))


class Folder(unittest.TestCase):
    def setUp(self):
        self.temp = tempfile.TemporaryDirectory()
        self.addCleanup(self.temp.cleanup)

    def path(self, name):
        return os.path.join(self.temp.name, name)

    def report(self, folder, *more, code=0):
        out = self.path("report.html")
        p = run("--json", "report", folder, "--out", out, *more)
        self.assertEqual(p.returncode, code, p.stdout + p.stderr)
        return (out, json.loads(p.stdout)) if code == 0 else json.loads(p.stdout)["error"]


class Command(Folder):
    def test_the_same_directory_gives_the_same_bytes_wherever_it_lies(self):
        pages = []
        for name in ("a", "b"):
            made_up.write(self.path(name), runs=50)
            out, said = self.report(self.path(name))
            with open(out, "rb") as f:
                pages.append(f.read())
            self.assertEqual(said["bytes"], len(pages[-1]))
        self.assertEqual(pages[0], pages[1])

    def test_the_verdict_is_that_of_the_summary(self):
        summary = made_up.write(self.path("d"), runs=400)
        fails = {n: m["fail"] for n, m in summary["cells"][0]["metrics"].items() if m["fail"]}
        worst = max(fails, key=lambda n: (fails[n]["high"] > 0.05, fails[n]["p"]))
        self.assertEqual(worst, "burn_to_mint")
        _, said = self.report(self.path("d"))
        self.assertEqual(said["verdict"], "at risk")
        self.assertEqual(said["sentence"], "At risk: less than 25 % of what is minted is burned in "
                         f"{100 * fails[worst]['p']:.0f} % of runs.")
        self.assertEqual(len(said["conditions"]), 4)
        people = run("report", self.path("d"), "--out", self.path("report.html")).stdout
        self.assertTrue(people.startswith(said["sentence"] + "\n"))

    def test_what_is_no_result_is_refused(self):
        os.mkdir(self.path("empty"))
        self.assertEqual(self.report(self.path("empty"), code=1)["code"], "not_found")
        self.report(self.path("nowhere"), code=1)
        made_up.write(self.path("old"), runs=20, model=0)
        self.assertIn("is of model 0", self.report(self.path("old"), code=4)["message"])

    def test_an_edited_file_is_noticed(self):
        made_up.write(self.path("d"), runs=20)
        with open(os.path.join(self.path("d"), "quantiles.csv"), "a") as f:
            f.write("0,9999,9999,supply,0.5,1\n")
        self.assertEqual(self.report(self.path("d"), code=4)["code"], "verification_failed")

    def test_nothing_but_a_report_is_overwritten(self):
        made_up.write(self.path("d"), runs=20)
        with open(self.path("report.html"), "w") as f:
            f.write("mine")
        self.assertIn("something else than a report", self.report(self.path("d"), code=1)["message"])
        with open(self.path("report.html")) as f:
            self.assertEqual(f.read(), "mine")
        os.remove(self.path("report.html"))
        self.report(self.path("d"))
        self.report(self.path("d"), "--title", "again")

    def test_a_preset_s_own_scenario_has_changed_nothing(self):
        p = run("run", "devnet", "--runs", "3", "--set", "demand.volatility=0.5", "--out", self.path("d"))
        self.assertEqual(p.returncode, 0, p.stderr)
        out, _ = self.report(self.path("d"))
        with open(out) as f:
            self.assertIn('"against":"devnet","changed":[["demand.volatility","0.8","0.5"]]', f.read())
        self.report(self.path("d"), "--against", "no-such-preset", code=1)


@unittest.skipUnless(browser.find(), "no Chromium here: the page is not opened")
class Page(Folder):
    @classmethod
    def setUpClass(cls):
        cls.page = browser.Browser()
        try:
            cls.page.__enter__()
        except (OSError, RuntimeError) as e:
            raise unittest.SkipTest(f"Chromium does not start here ({e}): the page is not opened") from e
        cls.addClassCleanup(cls.page.__exit__, None, None, None)

    def open(self, folder, *more, **how):
        out, said = self.report(folder, *more)
        self.page.open(out, **how)
        return said

    def calm(self):
        """No complaint, no request, and nothing wider than the window."""
        self.assertEqual(self.page.errors, [])
        self.assertEqual(self.page.requests, [])
        self.assertLessEqual(self.page.run("document.documentElement.scrollWidth"), self.page.run("innerWidth"))

    def text(self, selector):
        return self.page.run(f"document.querySelector({json.dumps(selector)}).textContent").replace(SPACE, " ")

    def test_one_result(self):
        shocks = [{"at_day": 400, "kind": "price", "factor": 0.5}, {"at_day": 2000, "kind": "demand", "factor": 0.5}]
        name = "</script><img src=x onerror=alert(1)> & co"
        summary = made_up.write(self.path("d"), name=name, runs=300, shocks=shocks)
        said = self.open(self.path("d"))
        self.calm()
        self.assertEqual(self.page.run("document.title"), name)
        self.assertEqual(self.text("#title"), name)
        self.assertEqual(self.text("#verdict"), said["sentence"])
        self.assertIn("From 300 runs", self.text("#sure"))
        self.assertEqual([self.page.run(f'document.querySelector("[data-condition=\'{c}\']").dataset.word')
                          for c in (1, 2, 3, 4)], said["conditions"])

        # Fan charts have every point of quantiles.csv.
        days = {r["day"] for r in rows(self.path("d"), "quantiles.csv")}
        points = self.page.run('[...document.querySelectorAll("#paths path.median")].map(p => +p.dataset.points)')
        self.assertEqual(set(points), {len(days)})
        self.assertGreaterEqual(len(points), 10)
        self.assertEqual(self.page.run('document.querySelectorAll("#fan-price .shock").length'), 1)
        self.assertIn("2 — day 2,000, demand × 0.5", self.text("#paths-note"))
        fell = sum(float(r["value"]) < 1.14 for r in rows(self.path("d"), "metrics.csv")
                   if r["metric"] == "final_price_usd")
        self.assertEqual(self.text("#fan-price h3"), f"Price falls in {100 * fell / 300:.0f} % of runs")

        # A histogram, or the like, for each figure that has a value; its bins hold every run.
        valued = [n for n, m in summary["cells"][0]["metrics"].items() if m["missing"] < 300]
        self.assertEqual(self.page.run('document.querySelectorAll("#histograms figure").length'), len(valued))
        self.assertEqual(self.page.run('cell.metrics[metricAt("max_drawdown")].hist.bins.reduce((a, b) => a + b)'), 300)
        self.assertEqual(self.page.run('document.querySelectorAll("#spread-max_drawdown .limit").length'), 1)

        # The table of conditions has the numbers of summary.json.
        drawdown = summary["cells"][0]["metrics"]["max_drawdown"]
        line = self.text('[data-metric="max_drawdown"]')
        self.assertIn(f"{100 * drawdown['quantiles']['0.5']:.1f} %", line)
        self.assertIn("> 80 %", line)
        self.assertIn(f"{100 * drawdown['fail']['p']:.0f} %", line)

    def test_copies_are_what_the_files_say(self):
        made_up.write(self.path("d"), runs=60, every=30)
        self.open(self.path("d"))
        self.page.run('Object.defineProperty(navigator, "clipboard", {configurable: true, value: '
                      '{writeText: async t => { window.copied = t; }}})')
        with open(os.path.join(self.path("d"), "quantiles.csv")) as f:
            lines = f.read().splitlines()
        for figure, names in (("price", ["price_usd"]), ("supply", ["supply", "circulating"])):
            self.page.run(f'document.querySelector("#fan-{figure} [data-act=copy]").click()')
            copied = self.page.run("window.copied").splitlines()
            self.assertEqual(copied, [lines[0]] + [l for l in lines[1:] if l.split(",")[3] in names])
        self.page.run('document.querySelector("#spread-max_drawdown [data-act=copy]").click()')
        copied = self.page.run("window.copied").splitlines()
        self.assertEqual(copied[0], "cell,metric,from,to,runs")
        self.assertEqual(sum(int(l.split(",")[4]) for l in copied[1:]), 60)
        self.assertEqual(self.page.run('document.getElementById("said").textContent'), "the figure's CSV copied")

        # Where there is no clipboard, the text is there to be copied by hand.
        self.page.run('Object.defineProperty(navigator, "clipboard", {value: undefined}); '
                      'document.querySelector("#fan-price [data-act=copy]").click()')
        self.assertTrue(self.page.run('document.getElementById("copy-box").open'))
        self.assertEqual(self.page.run('document.getElementById("copy-text").value').splitlines()[0], lines[0])
        self.page.run('document.getElementById("copy-close").click()')
        self.calm()

    def test_numbers_are_written_as_the_program_writes_them(self):
        made_up.write(self.path("d"), runs=5)
        self.open(self.path("d"))
        numbers = [0, 1, -1, 100000, 123456, 1e20, 1e21, 1.5e-7, 0.1, 1 / 3, -2.5e10, 123456789.125, 5e-324, 1e15, 0.001]
        self.assertEqual(self.page.run(f"{json.dumps(numbers)}.map(shortest)"), [made_up.shortest(float(x)) for x in numbers])

    def test_light_dark_and_the_keyboard(self):
        made_up.write(self.path("d"), runs=40)
        self.open(self.path("d"), dark=True)
        back = 'getComputedStyle(document.body).backgroundColor'
        dark = self.page.run(back)
        self.page.run('document.getElementById("theme").click()')
        self.assertNotEqual(self.page.run(back), dark)
        self.assertEqual(self.page.run("document.documentElement.dataset.theme"), "light")

        self.page.run('document.querySelector("#fan-price svg").focus()')
        self.page.key("Home")
        self.assertTrue(self.text("#fan-price-readout").startswith("Day 10 · median"))
        self.page.key("ArrowRight")
        self.assertTrue(self.text("#fan-price-readout").startswith("Day 20 · median"))
        scale = 'document.querySelector("#fan-price [data-act=scale]").getAttribute("aria-pressed")'
        self.assertEqual(self.page.run(scale), "true")  # the price spans more than a decade
        self.page.run('document.querySelector("#fan-price [data-act=scale]").click()')
        self.assertEqual(self.page.run(scale), "false")
        unnamed = 'document.querySelectorAll("main svg[role=img]:not([aria-label])").length'
        self.assertEqual(self.page.run(unnamed), 0)
        self.calm()

    def test_on_a_phone_nothing_sticks_out(self):
        made_up.write(self.path("d"), runs=40, cells=[{"a.long.name_of_a_parameter": str(a), "demand.volatility": str(b)}
                                                      for a in (1, 2, 3) for b in (10000000, 20000000)])
        for width in (360, 320):
            self.open(self.path("d"), width=width)
            self.calm()

    def test_a_sweep_of_two_parameters_is_a_heat_map(self):
        cells = [{"bme.spread_ppb": str(a), "demand.volatility": str(b)} for a in (0, 100, 200) for b in (0.4, 0.8)]
        summary = made_up.write(self.path("d"), runs=80, cells=cells, every=90)
        self.open(self.path("d"))
        self.calm()
        self.assertEqual(self.page.run('document.querySelector("#variants-map [data-cells]").dataset.cells'), "6")
        self.assertEqual(self.page.run('document.querySelectorAll("#variants-table tbody tr").length'), 6)
        self.assertIn("This is variant 0 of 6: bme.spread_ppb = 0", self.text("#sure"))
        first = self.text("#verdict")
        self.page.run('{ const s = document.getElementById("cell"); s.value = "5"; s.dispatchEvent(new Event("change")); }')
        self.assertNotEqual(self.text("#verdict"), first)
        p = summary["cells"][5]["metrics"]["burn_to_mint"]["fail"]["p"]
        self.assertIn(f"{100 * p:.1f} %" if p < 0.1 else f"{100 * p:.0f} %", self.text('[data-metric="burn_to_mint"]'))
        self.calm()

    def test_a_sweep_of_one_or_three_parameters_is_a_line_or_dots(self):
        made_up.write(self.path("one"), runs=30, every=90, mode="fast", fast_bound=1e-6,
                      cells=[{"market.depth_usd": str(d)} for d in (1000, 20000, 300000)])
        self.open(self.path("one"))
        self.calm()
        self.assertEqual(self.page.run('document.querySelectorAll("#variants-map path.median").length'), 1)
        self.assertIn("it differs from exact mode by at most 0.0001 %", self.text("#made"))
        made_up.write(self.path("three"), runs=30, every=90,
                      cells=[{"a.b": str(i / 7), "c.d": str(i * 5 % 7), "e.f": "xy"[i % 2]} for i in range(7)])
        self.open(self.path("three"))
        self.calm()
        self.assertEqual(self.page.run('document.querySelectorAll("#variants-map circle.a").length'), 7)

    def test_without_single_runs_boxes_stand_for_histograms(self):
        made_up.write(self.path("d"), runs=50, every=90, metrics=False)
        self.open(self.path("d"))
        self.calm()
        self.assertIn("boxes of quantiles stand for histograms", self.text("#histograms-note"))
        self.assertEqual(self.page.run('document.querySelectorAll("#histograms [data-bins]").length'), 0)
        self.assertGreater(self.page.run('document.querySelectorAll("#spread-max_drawdown rect.a").length'), 2)

    def test_sensitivity_is_a_tornado(self):
        made_up.write(self.path("d"), runs=30, every=90, sensitivity=[
            ("sobol", p, "final_price_usd", i, v, v - 0.03, v + 0.03)
            for p, s1, st in (("demand.drift", 0.1, 0.2), ("market.depth_usd", 0.4, 0.7), ("bme.spread_ppb", 0.01, 0.02))
            for i, v in (("first", s1), ("total", st))])
        made_up.write(self.path("plain"), runs=30, every=90)
        os.remove(os.path.join(self.path("plain"), "manifest.json"))
        self.report(self.path("d"), "--sensitivity", self.path("plain"), code=1)  # it has none
        self.open(self.path("d"))
        self.calm()
        self.assertEqual(self.text("#sensitivity h3"), "market.depth_usd moves final price USD most")
        self.assertEqual(self.page.run('document.querySelector("#sensitivity [data-bars]").dataset.bars'), "3")

    def test_a_real_run(self):
        p = run("run", "devnet", "--runs", "24", "--set", "horizon_days=120", "--out", self.path("d"))
        self.assertEqual(p.returncode, 0, p.stderr)
        said = self.open(self.path("d"), "--title", "A devnet")
        self.calm()
        self.assertEqual(self.page.run("document.title"), "A devnet")
        self.assertEqual(self.text("#result-hash"), said["result_hash"])
        steps = {r["step"] for r in rows(self.path("d"), "quantiles.csv")}
        self.assertEqual(self.page.run('+document.querySelector("#fan-price path.median").dataset.points'), len(steps))


if __name__ == "__main__":
    unittest.main()
