"""Result directories that no simulation made, for tests of what reads them: every member of the format, any size, quick.

    made_up.write(dir, runs=500, cells=[{"bme.spread_ppb": "0"}, {"bme.spread_ppb": "2500000"}])
"""

import hashlib
import json
import math
import os
import random

QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
# name: unit, condition, op, threshold, and what a run gives: (kind, a, b)
FIGURES = {
    "final_price_usd": ("USD", 0, None, None, ("lognormal", -0.3, 0.9)),
    "final_supply": ("tokens", 0, None, None, ("normal", 3.1e8, 4e6)),
    "minted": ("tokens", 0, None, None, ("normal", 3.4e7, 1e5)),
    "value_capture": ("", 1, "below", 0, ("normal", 0.42, 0.2)),
    "value_capture_r2": ("", 1, None, None, ("beta", 2, 6)),
    "burn_to_mint": ("", 1, "below", 0.25, ("beta", 4, 8)),
    "crossover_day": ("days", 1, None, None, ("sometimes", 300, 900)),
    "mean_margin": ("", 2, "below", -0.1, ("normal", 0.08, 0.09)),
    "underwater": ("", 2, "above", 0.5, ("beta", 3, 8)),
    "payback_months": ("months", 2, "above", 36, ("lognormal", 3.1, 0.25)),
    "unmet_demand": ("", 2, "above", 0.2, ("beta", 1.5, 30)),
    "stake_gini": ("", 3, None, None, ("beta", 30, 40)),
    "stake_nakamoto_33": ("parties", 3, "below", 4, ("whole", 7, 14)),
    "max_power": ("", 3, "above", 1 / 3, ("beta", 40, 300)),
    "inflation": ("1/year", 4, "above", 0.15, ("normal", 0.09, 0.02)),
    "max_drawdown": ("", 4, "above", 0.8, ("beta", 6, 3)),
    "volatility": ("1/sqrt(year)", 4, "above", 2, ("lognormal", -0.2, 0.25)),
    "spiral": ("", 4, "above", 0.5, ("chance", 0.03, 0)),
    "shortfall_mint": ("tokens", 4, None, None, ("never", 0, 0)),
}


def shortest(x):
    """A double as the program writes it: std::to_chars."""
    if x is None or math.isnan(x):
        return ""
    if x == 0:
        return "0"
    digits, power = ("%r" % x if "e" in "%r" % x else None), None
    for precision in range(17):
        scientific = "%.*e" % (precision, x)
        if float(scientific) == x:
            break
    mantissa, power = scientific.split("e")
    scientific = "%se%s%02d" % (mantissa, power[0], int(power[1:]))
    figures, size = mantissa.replace("-", "").replace(".", ""), int(power)
    sign = "-" if x < 0 else ""
    if size < 0:
        fixed = sign + "0." + "0" * (-size - 1) + figures
    elif len(figures) <= size + 1:
        fixed = sign + str(int(abs(x)))
    else:
        fixed = sign + figures[:size + 1] + "." + figures[size + 1:]
    return fixed if len(fixed) <= len(scientific) else scientific


def quantile(values, q):
    at = q * (len(values) - 1)
    i = min(int(at), len(values) - 2) if len(values) > 1 else 0
    return values[i] + (at - i) * (values[i + 1] - values[i]) if len(values) > 1 else values[0]


def wilson(hits, n, z=1.959963984540054):
    p, z2 = hits / n, z * z
    middle, half = (p + z2 / 2 / n) / (1 + z2 / n), z / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / 4 / n / n)
    return p, 0 if hits == 0 else max(0, middle - half), 1 if hits == n else min(1, middle + half)


def draw(rng, kind, a, b, shift):
    if kind == "normal":
        return rng.gauss(a + shift * b, b)
    if kind == "lognormal":
        return math.exp(rng.gauss(a + shift * b, b))
    if kind == "beta":
        return rng.betavariate(a * (1 + 0.3 * shift), b)
    if kind == "whole":
        return float(rng.randint(a, b))
    if kind == "chance":
        return 1.0 if rng.random() < a else 0.0
    if kind == "sometimes":
        return float(rng.randint(a, b)) if rng.random() < 0.6 else math.nan
    return math.nan


def series_at(day, rng_shift):
    """name: (median, sd of the logarithm) at a day."""
    t = day / 365
    return {
        "price_usd": (1.14 * math.exp(-0.5 * t + 0.2 * rng_shift * t), 0.7 * math.sqrt(t)),
        "supply": (2.8e8 * (1 + 0.09 * t), 0.004 * t),
        "circulating": (1.9e8 * (1 + 0.12 * t), 0.01 * t),
        "minted": (3e7 * t, 0.003),
        "burned": (9e6 * t, 0.3),
        "demand_usd_per_day": (50000 * math.exp(0.1 * t), 0.6 * math.sqrt(t)),
        "served_usd_per_day": (47000 * math.exp(0.08 * t), 0.5 * math.sqrt(t)),
        "utilisation": (0.62 - 0.05 * t, 0.1 * math.sqrt(t)),
        "devices": (3000 * (1 + 0.2 * t), 0.2 * math.sqrt(t)),
        "staked": (6e7 * (1 + 0.1 * t), 0.1 * math.sqrt(t)),
        "margin": (0.2 - 0.1 * t, 0.4 * math.sqrt(t)),
        "treasury": (0, 0),
    }


def text_of(x):
    return None if x is None or math.isnan(x) else x


def write(folder, name="made-up", runs=300, days=730, every=10, cells=None, seed=7, mode="exact", fast_bound=None,
          shocks=(), metrics=True, sensitivity=(), model=2, extra=None):
    """Makes the directory and returns the summary."""
    cells = cells or [{}]
    z = dict(zip(QUANTILES, (-1.6449, -1.2816, -0.6745, 0, 0.6745, 1.2816, 1.6449)))
    files, summary_cells = {}, []
    quantiles, rows = ["cell,step,day,metric,q,value"], ["cell,run,metric,value"]
    for number, given in enumerate(cells):
        rng = random.Random(seed + number)
        shift = (number / (len(cells) - 1) - 0.5) * 4 if len(cells) > 1 else 0
        for day in range(every, days + 1, every):
            for series, (median, spread) in series_at(day, shift).items():
                for q in QUANTILES:
                    value = median * math.exp(z[q] * spread) if series != "margin" else median + z[q] * spread
                    quantiles.append(f"{number},{day},{day},{series},{shortest(q)},{shortest(value)}")
        found, by_run = {}, []
        for figure, (unit, condition, op, threshold, how) in FIGURES.items():
            values = [draw(rng, *how, shift) for _ in range(runs)]
            by_run.append((figure, values))
            there = sorted(v for v in values if not math.isnan(v))
            n = len(there)
            mean = sum(there) / n if n else None
            sd = math.sqrt(sum((v - mean) ** 2 for v in there) / (n - 1)) if n > 1 else (0 if n else None)
            fail = None
            if op and n:
                hits = sum(v > threshold if op == "above" else v < threshold for v in there)
                p, low, high = wilson(hits, runs)
                fail = {"op": op, "threshold": threshold, "p": p, "low": low, "high": high}
            found[figure] = {"unit": unit, "condition": condition, "mean": mean,
                             "standard_error": sd / math.sqrt(n) if n else None, "sd": sd,
                             "min": there[0] if n else None, "max": there[-1] if n else None, "missing": runs - n,
                             "quantiles": {shortest(q): quantile(there, q) for q in QUANTILES} if n else {},
                             "quantile_error": 0, "fail": fail}
        for run in range(runs):
            rows += [f"{number},{run},{figure},{shortest(values[run])}" for figure, values in by_run]
        summary_cells.append({"cell": number, "set": given, "metrics": found})
    summary = {"name": name, "runs": runs, "steps": days, "days": days, "mode": mode, "fast_bound": fast_bound,
               "cells": summary_cells}
    swept = list(cells[0])
    files["cells.csv"] = "\n".join([",".join(["cell", *swept])] + [
        ",".join([str(i), *map(str, c.values())]) for i, c in enumerate(cells)]) + "\n"
    files["metrics.csv"] = "\n".join(rows if metrics else rows[:1]) + "\n"
    files["quantiles.csv"] = "\n".join(quantiles) + "\n"
    files["summary.json"] = json.dumps(summary) + "\n"
    if sensitivity:
        files["sensitivity.csv"] = "\n".join(["method,param,metric,index,value,low,high"] + [
            ",".join(map(str, r)) for r in sensitivity]) + "\n"
    hashes = {k: hashlib.sha256(v.encode()).hexdigest() for k, v in files.items()}
    result = hashlib.sha256("".join(f"{k} {v}\n" for k, v in hashes.items()).encode()).hexdigest()
    scenario = {"name": name, "seed": seed, "horizon_days": days, "params": {"token": {"denom": "AKT"}},
                "initial": {"price_usd": 1.14}, "shocks": list(shocks), **(extra or {})}
    manifest = {"program": "assay-sim", "version": "assay-sim 0.1.0 (made up)", "model": model, "mode": mode,
                "runs": runs, "seed": str(seed), "antithetic": False, "shard": None, "metrics": 10000, "paths": 0, "points": days // every, "study": "", "input_hash": "00" * 32,
                "result_hash": result, "files": hashes,
                "cells": [{"cell": i, "set": c} for i, c in enumerate(cells)], "scenario": scenario}
    os.makedirs(folder, exist_ok=True)
    for file, content in {**files, "manifest.json": json.dumps(manifest) + "\n"}.items():
        with open(os.path.join(folder, file), "w") as f:
            f.write(content)
    return summary
