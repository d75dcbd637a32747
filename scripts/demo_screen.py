"""What people see of the demos: their progress while they run, and of demo.py one screen of numbers in the end.

    screen = Screen(STEPS, quiet=False)
    screen.step("init", "a new devnet in a temporary folder")      # [ 1/11] a new devnet in a temporary folder

Nothing here asks a program or checks a claim.
"""

import os
import sys


class Screen:
    """Colours and the progress line, where there is a terminal for them."""

    def __init__(self, steps, quiet):
        self.steps = steps
        plain = bool(os.environ.get("NO_COLOR"))
        self.live = sys.stderr.isatty() and not quiet
        self.color = sys.stdout.isatty() and not plain
        self.err_color = sys.stderr.isatty() and not plain
        self.dirty = False

    def paint(self, code, text, color=None):
        return f"\033[{code}m{text}\033[0m" if (self.color if color is None else color) else text

    def bold(self, text):
        return self.paint("1", text)

    def dim(self, text):
        return self.paint("2", text)

    def good(self, text):
        return self.paint("32", text)

    def bad(self, text):
        return self.paint("31", text)

    def step(self, name, text):
        self.clear()
        at = f"[{self.steps.index(name) + 1:2}/{len(self.steps)}]"
        print(self.paint("2", at, self.err_color), text, file=sys.stderr, flush=True)

    def now(self, text):
        if self.live:
            print("\r\033[K        " + text, end="", file=sys.stderr, flush=True)
            self.dirty = True

    def clear(self):
        if self.dirty:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
            self.dirty = False


class Money:
    """Base units as tokens, exactly."""

    def __init__(self, decimals, denom):
        self.decimals, self.denom = decimals, denom

    def show(self, units, digits=None):
        units = int(units)
        digits = self.decimals if digits is None else min(digits, self.decimals)
        cut = 10 ** (self.decimals - digits)
        units = (units + cut // 2) // cut if units >= 0 else -((-units + cut // 2) // cut)
        sign, units = ("-" if units < 0 else ""), abs(units)
        whole, part = divmod(units, 10 ** digits)
        return f"{sign}{whole:,}" + (f".{part:0{digits}}" if digits else "")


def usd(micro):
    return f"${int(micro) / 1_000_000:,.2f}"


def supply_lines(demo):
    """The two sums of the supply, which were checked."""
    p, m, s = demo.screen, demo.money, demo.supply
    out, line = [], "  {:<22}{:>24}"
    for sign, name in ((" ", "genesis"), ("+", "minted"), ("-", "burned"), ("=", "supply")):
        out.append(line.format(f"{sign} {name}", m.show(s[name])))
    held = [(name, v) for name, v in s["buckets"].items() if int(v)]
    empty = [name for name, v in s["buckets"].items() if not int(v)]
    for i, (name, v) in enumerate(held):
        out.append(line.format(f"{'=' if i == 0 else '+'} {name.replace('_', ' ')}", m.show(v)))
    out.append(p.dim("    empty: " + ", ".join(n.replace("_", " ") for n in empty)) if empty else "")
    return out + [f"  {p.good('ok')} both sums are exact, to the base unit"]


def show(demo, burn, epochs, fault):
    """The numbers of a demo that ran and whose claims hold."""
    p, m = demo.screen, demo.money
    out = []
    tick = p.good("ok")

    def head(text, note=""):
        out.append("")
        out.append(p.bold(text) + (p.dim("  " + note) if note else ""))

    out.append("")
    out.append(p.bold(f"{demo.chain_id}") + f"   {demo.report['blocks']} blocks, {demo.report['transactions']} transactions, "
               f"{len(demo.table['items'])} epochs, {demo.elapsed:.0f} s")

    head(f"Supply, {m.denom}")
    out += supply_lines(demo)

    head("Epochs", "what was burned, what was minted for it, and the verdicts")
    out.append(p.dim("  {:>5} {:>9}  {:>14} {:>14} {:>14} {:>14}  {:>4} {:>4} {:>6}".format(
        "epoch", "blocks", "burned", "slashed", "schedule", "settled", "pass", "fail", "absent")))
    for r in demo.table["items"]:
        closed = r["last"] is not None
        burned = int(r["burned"]) - (0 if demo.slashes_apart else int(r["slashed"]))
        row = "  {:>5} {:>9}  {:>14} {:>14} {:>14} {:>14}  {:>4} {:>4} {:>6}".format(
            r["epoch"], f"{r['first']}-{r['last'] if closed else ''}", m.show(burned), m.show(r["slashed"]),
            m.show(r["minted_schedule"]), m.show(r["minted_settled"]), r["passed"], r["failed"], r["absent"])
        out.append(row if closed else p.dim(row))

    head("Providers")
    out.append(p.dim("  {:<8} {:<28} {:>6} {:>6} {:>6} {:>15} {:>15}".format(
        "name", "work", "passed", "failed", "absent", "earned", "slashed")))
    how = {"honest": f"{demo.honest_class} on {demo.device_name}", "cheat": f"cpu-small, --fault {fault}"}
    for name, q in demo.providers.items():
        text = "  {:<8} {:<28.28} {:>6} {:>6} {:>6} {:>15} {:>15}".format(
            name, how[name], q["passed"], q["failed"], q["absent"], m.show(q["earned"]), m.show(q["slashed"]))
        out.append(p.good(text) if name == "honest" else p.bad(text))
        parts = [f"{term.replace('_', ' ')} {m.show(n)}" for term, n in demo.paid[name].items()]
        out.append("           " + ("earned: " + ", ".join(parts) if parts else "earned nothing"))
        for epoch, slashed, reasons, verdict in demo.reasons[name]:
            for w in reasons or [{"have": verdict, "need": ""}]:
                out.append(f"           explain, epoch {epoch}: {w['have']}" + (f"; needed: {w['need']}" if w["need"] else ""))
        if q["jailed"]:
            out.append(f"           jailed until {q['jailed_until']}")

    o = demo.buyer_order
    head("Buyer")
    out.append(f"  burned {burn} {m.denom} for {usd(demo.bought)} of credits, ordered {o['units']} units at {usd(o['max_price'])} or less,")
    out.append(f"  received {o['units_done']} in {epochs} epochs and paid {usd(o['paid'])}")

    head("Killed and back")
    out.append(f"  kill -9 after block {demo.height}; ready again at block {demo.back_at} after {demo.back_after:.1f} s")
    out.append(f"  {tick} app hash {demo.hash_after[:16]}… before and after, and {len(demo.seen)} more heights as they were")
    out.append(f"  {tick} assayd verify re-executed {demo.report['blocks']} blocks: every app hash equal")

    years = demo.years["rows"]
    head("Ten years of this schedule", "assay-sim schedule devnet, the code that settles")
    widest = max((int(y["minted"]) for y in years), default=0) or 1
    out.append(p.dim("  {:>4} {:>12} {:>18} {:>18}".format("year", "from", "minted", "cumulative")))
    for y in years:
        bar = "#" * max(1 if int(y["minted"]) else 0, int(y["minted"]) * 24 // widest)
        out.append("  {:>4} {:>12} {:>18} {:>18}  {}".format(int(y["period"]) + first_year(years), str(y["start"])[:10],
                                                              m.show(y["minted"], 0), m.show(y["cumulative"], 0), p.dim(bar)))
    print("\n".join(out))


def first_year(rows):
    return 1 if rows and int(rows[0]["period"]) == 0 else 0


def how_to_look(demo, *commands):
    """For a node that runs on: what of the wallet's to ask it."""
    assay = os.path.relpath(demo.bin / "assay")
    assayd = os.path.relpath(demo.bin / "assayd")
    questions = "\n".join(f"  {assay} {command}" for command in commands)
    print(f"""
The node runs on. Look at it:
  {demo.url}/    in a browser
  export ASSAY_NODE={demo.url} ASSAY_HOME={demo.wallet_home} ASSAY_PASSWORD_FILE={demo.password}
{questions}
Its log is {demo.log('node')}. End it and remove everything:
  {assayd} stop --home {demo.node_home} && rm -r {demo.folder}""", file=sys.stderr)
