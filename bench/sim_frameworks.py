#!/usr/bin/env python3
"""The simulator beside cadCAD, radCAD, a plain Python loop and NumPy: one model, one core each, in one run.

    bench/sim_frameworks.py [--steps 3650] [--runs 20] [--build build/release] [--venv DIR]

Installs cadCAD 0.5.3, radCAD and NumPy from PyPI into --venv (a folder that is thrown away unless told) and runs itself
there. The model is bench/sim_reference.py's, its parts taken as policies, one update function for each state variable,
as models for these frameworks are written. First the results: without chance every figure of each must be assay-sim's to
seven digits (NumPy's, in doubles and a thousand paths at once, to three), with chance all means within five standard
errors. Then path-steps per second of processor time, the best of five parts of the runs. Prints one JSON object; exits 1
where a result differs, 77 where PyPI cannot be reached.
"""
import argparse
import contextlib
import json
import math
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
PACKAGES = ["cadCAD==0.5.3", "radcad==0.14.0", "numpy==1.26.3", "pandas==3.0.6", "typing_extensions==4.16.0"]
SCENARIO = {"extends": "devnet", "params": {"stake": {"unbonding_ms": 1814400000}}}
GOALS = {"exact": 400, "fast": 4000}  # over cadCAD


def stop(why):
    print(f"sim_frameworks: {why}", file=sys.stderr)
    sys.exit(1)


# ---------------------------------------------------------------- the model's input
def given_for(assay_sim, program, steps):
    """What sim_reference.Model needs: the scenario, the schedule by steps, and windows counted in steps."""
    scenario = assay_sim.resolve(SCENARIO, set={"horizon_days": steps})
    p = scenario["params"]
    step_ms = 86_400_000
    rounds = step_ms // (p["bme"]["round_blocks"] * p["block"]["time_ms"])
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "scenario.json"
        path.write_text(json.dumps(scenario))
        rows = json.loads(subprocess.run([program, "schedule", str(path), "--every", "day", "--periods", str(steps), "--json"],
                                         capture_output=True, text=True, check=True).stdout)["rows"]
    return {"scenario": scenario, "steps": steps, "step_days": 1.0, "emission": [row["minted"] for row in rows],
            "ema_rounds": max(1, p["price"]["ema_rounds"] // rounds),
            "max_move_ppb": min(p["price"]["max_move_ppb"] * rounds, 10**9),
            "unbonding_steps": -(-p["stake"]["unbonding_ms"] // step_ms)}


# ---------------------------------------------------------------- the model in each framework
class Plain:
    name = "plain_loop"

    def __init__(self, model):
        self.model = model

    def runs(self, count, gauss):
        return [self.model.run(gauss) for _ in range(count)]


def blocks_of(model, gauss_of, policy_of, update_of):
    """One block a part: the part is the policy, and each state variable that it touches has its update function."""
    blocks = []
    for part in model.parts():
        keys = list(part(model.start() | {"step": 0}, lambda: 0.0))
        blocks.append({"policies": {part.__name__: policy_of(part, gauss_of)}, "variables": {k: update_of(k) for k in keys}})
    return blocks


class CadCad:
    name = "cadcad"

    def __init__(self, model):
        with contextlib.redirect_stdout(sys.stderr):  # it greets
            from cadCAD.engine import ExecutionContext, ExecutionMode
        self.model = model
        # One process, and no deep copy of the state in each substep: the fastest that it can be told to be.
        self.context = ExecutionContext(context=ExecutionMode().single_mode, additional_objs={"deepcopy_off": True})

    def runs(self, count, gauss):
        from cadCAD.configuration import Experiment
        from cadCAD.configuration.utils import config_sim
        from cadCAD.engine import Executor

        def policy_of(part, gauss_of):
            def policy(_params, _substep, _history, state):
                return part(state, gauss_of)
            return policy

        def update_of(key):
            def update(_params, _substep, _history, _state, signals):
                return key, signals[key]
            return update

        out = []
        for _ in range(count):
            experiment = Experiment()
            experiment.append_model(model_id="reference", sim_configs=config_sim({"N": 1, "T": range(self.model.steps)}),
                                    initial_state=self.model.start(),
                                    partial_state_update_blocks=blocks_of(self.model, gauss, policy_of, update_of))
            with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
                records, _, _ = Executor(exec_context=self.context, configs=experiment.configs).execute()
            last = len(self.model.parts())
            out.append(self.model.figures(r for r in records if r["substep"] == last))
        return out


class RadCad:
    name = "radcad"

    def __init__(self, model):
        self.model = model

    def runs(self, count, gauss):
        import radcad
        from radcad.engine import Backend, Engine

        def policy_of(part, gauss_of):
            def policy(_params, _substep, _history, state):
                return part(state, gauss_of)
            return policy

        def update_of(key):
            def update(_params, _substep, _history, _state, signals):
                return key, signals[key]
            return update

        model = radcad.Model(initial_state=self.model.start(), params={},
                             state_update_blocks=blocks_of(self.model, gauss, policy_of, update_of))
        out = []
        for _ in range(count):
            simulation = radcad.Simulation(model=model, timesteps=self.model.steps, runs=1)
            simulation.engine = Engine(backend=Backend.SINGLE_PROCESS, deepcopy=False, drop_substeps=True)
            records = [r for r in simulation.run() if r["timestep"] > 0]
            if len(records) != self.model.steps:
                stop(f"radCAD gave {len(records)} steps")
            out.append(self.model.figures(records))
        return out


# ---------------------------------------------------------------- comparing and timing
def timed(framework, runs, seed, steps):
    """Path-steps per second and the figures of all runs."""
    source = random.Random(seed)
    found, best = [], math.inf
    size = max(1, runs // 5)
    for _ in range(0, runs, size):
        began = time.process_time()
        found += framework.runs(size, lambda: source.gauss(0.0, 1.0))
        best = min(best, (time.process_time() - began) / size)
    return steps / best, found


def timed_assay(assay_sim, steps, mode, seconds):
    """In this process, on one thread, all that simulate() does."""
    runs, best, result = 64, 0.0, None
    while True:
        began = time.process_time()
        result = assay_sim.simulate(SCENARIO, runs=runs, set={"horizon_days": steps}, mode=mode, threads=1)
        spent = time.process_time() - began
        best = max(best, runs * steps / spent)
        if spent > seconds / 3 or runs >= 100_000:
            return best, result
        runs = min(100_000, max(runs * 2, int(runs * seconds / 2 / spent)))


def means_agree(name, found, exact):
    """Of each figure, in standard errors the largest difference of means."""
    cell, worst = exact.summary["cells"][0]["metrics"], 0.0
    for figure in found[0]:
        values = [f[figure] for f in found]
        mean, ours = statistics.fmean(values), cell[figure]
        # Of a few runs with a long tail the spread is often too small: assay-sim's many say what it is at least.
        spread = max(statistics.stdev(values), ours["sd"])
        both = math.hypot(spread / math.sqrt(len(values)), ours["standard_error"])
        if both > 0:
            worst = max(worst, abs(mean - ours["mean"]) / both)
            if abs(mean - ours["mean"]) > 5 * both:
                stop(f"the mean of {figure} is {mean!r} in {name}, {ours['mean']!r} in assay-sim")
    return worst


def numpy_at_once(model, still, paths=1000):
    """A thousand paths at once: path-steps per second and the figures of all. Without chance it is near assay-sim's."""
    import numpy
    import sim_numpy

    def rows(found):
        return [dict(zip(found, map(float, row))) for row in zip(*found.values())]

    for name, theirs in rows(sim_numpy.runs(model, 1, numpy.zeros))[0].items():
        ours = still.mean(name)
        if not abs(theirs - ours) / max(1e-3, abs(ours)) < 1e-3:
            stop(f"without chance {name} is {theirs!r} in NumPy, {ours!r} in assay-sim")
    best, found = math.inf, []
    for seed in range(3):
        began = time.process_time()
        found += rows(sim_numpy.runs(model, paths, numpy.random.default_rng(seed).standard_normal))
        best = min(best, time.process_time() - began)
    return paths * model.steps / best, found


def compare(args):
    os.environ["ASSAY_SIM_LIBRARY"] = str(args.build / "python" / "libassay_sim.so")
    sys.path[:0] = [str(ROOT / "python"), str(ROOT / "bench")]
    import assay_sim
    import sim_reference

    model = sim_reference.Model(given_for(assay_sim, str(args.build / "bin" / "assay-sim"), args.steps))
    frameworks = [Plain(model), CadCad(model), RadCad(model)]

    # Without chance: one path. Demand keeps its drift of -volatility^2/2, which a volatility of zero would take away.
    demand = model.s["demand"]
    still = assay_sim.simulate(SCENARIO, runs=1, set={
        "horizon_days": args.steps, "demand.volatility": 0, "market.volatility": 0,
        "demand.drift": demand["drift"] - 0.5 * demand["volatility"] ** 2})
    worst = 0.0
    for framework in frameworks:
        figures = framework.runs(1, lambda: 0.0)[0]
        for name, theirs in figures.items():
            ours = still.mean(name)
            difference = abs(theirs - ours) / max(1e-3, abs(theirs))
            worst = max(worst, difference)
            if not difference < 1e-7:
                stop(f"without chance {name} is {theirs!r} in {framework.name}, {ours!r} in assay-sim")

    # With chance: speed, and the same means.
    out = {"name": "sim_frameworks", "steps": args.steps, "path_steps_per_s": {}, "largest_difference_without_chance": worst}
    speeds = out["path_steps_per_s"]
    speeds["assay_exact"], exact = timed_assay(assay_sim, args.steps, "exact", args.seconds)
    try:
        speeds["assay_fast"], _ = timed_assay(assay_sim, args.steps, "fast", args.seconds)
    except assay_sim.Error as e:
        print(f"sim_frameworks: fast mode: {e}", file=sys.stderr)
    sigmas = 0.0
    for seed, framework in enumerate(frameworks):
        speeds[framework.name], found = timed(framework, args.runs, seed, args.steps)
        sigmas = max(sigmas, means_agree(framework.name, found, exact))
    speeds["numpy_1000_paths"], found = numpy_at_once(model, still)
    sigmas = max(sigmas, means_agree("NumPy", found, exact))
    out["largest_difference_of_means_in_standard_errors"] = round(sigmas, 2)
    for mode, goal in GOALS.items():
        if "assay_" + mode in speeds:
            for name in [framework.name for framework in frameworks] + ["numpy_1000_paths"]:
                out[f"{mode}_over_{name}"] = round(speeds["assay_" + mode] / speeds[name], 1)
            out[f"goal_{mode}_over_cadcad"] = goal
    out["path_steps_per_s"] = {name: round(x) for name, x in speeds.items()}
    print(json.dumps(out))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=3650, help="days")
    parser.add_argument("--runs", type=int, default=20, help="of each framework, five at least")
    parser.add_argument("--seconds", type=float, default=6, help="of assay-sim in each mode, about")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release")
    parser.add_argument("--venv", type=pathlib.Path, help="folder with the packages; kept")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.runs < 5 or args.steps < 1:
        parser.error("--runs is 5 at least, --steps 1")
    args.build = args.build.resolve()
    if args.inside:
        compare(args)
        return
    folder = args.venv or pathlib.Path(tempfile.mkdtemp(prefix="sim_frameworks-"))
    try:
        python = folder / "bin" / "python"
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        if subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES],
                          stdout=sys.stderr).returncode != 0:
            print("sim_frameworks: skipped, PyPI's packages could not be had", file=sys.stderr)
            sys.exit(77)
        sys.exit(subprocess.run([str(python), "-O", "-W", "ignore", __file__, "--inside", "--steps", str(args.steps), "--runs",
                                 str(args.runs), "--seconds", str(args.seconds), "--build", str(args.build)]).returncode)
    finally:
        if args.venv is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
