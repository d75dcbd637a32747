"""Many cells of one scenario: here, or as tasks of somebody else's pool."""

import concurrent.futures
import itertools
import os
import pathlib
import tempfile
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Union

from ._ask import Error, Files, Progress, ask
from ._result import Result
from ._simulate import Scenario, all_sets, options, run, source, text_of

Cell = Dict[str, str]
Params = Union[Mapping[str, Sequence[Any]], Sequence[Mapping[str, Any]]]


def cells_of(params: Params, mode: str) -> List[Cell]:
    """What each cell sets. The last parameter of a grid changes fastest."""
    if not isinstance(params, Mapping):
        if mode != "table":
            raise Error("usage", f"mode is {mode!r}: a list of cells is a table")
        return [{path: text_of(value) for path, value in cell.items()} for cell in params]
    values = {}
    for path, given in params.items():
        if isinstance(given, str) or not hasattr(given, "__iter__"):
            raise Error("usage", f"params: {path} wants a list of values")
        values[path] = [text_of(x) for x in given]
        if not values[path]:
            raise Error("usage", f"params: {path} has no values")
    if mode == "grid":
        rows = itertools.product(*values.values())
    elif mode == "zip":
        lengths = {path: len(x) for path, x in values.items()}
        if len(set(lengths.values())) > 1:
            raise Error("usage", "params: zip wants lists of one length, these have " +
                        ", ".join(f"{path} {n}" for path, n in lengths.items()))
        rows = zip(*values.values())
    else:
        raise Error("usage", f"mode is {mode!r}, allowed are 'grid', 'zip' and, for a list of cells, 'table'")
    return [dict(zip(values, row)) for row in rows]


def sweep(scenario: Scenario, params: Params, *, mode: str = "grid", runs: int = 100,
          set: Optional[Mapping[str, Any]] = None, seed: Optional[int] = None, engine: str = "exact",
          threads: Optional[int] = None, antithetic: Optional[bool] = None,
          progress: Union[bool, Progress, None] = None) -> Result:
    """One result of many cells, each with the same luck: differences between cells are the parameters' own.

    ``params`` names values for fields: ``{"bme.vault.spread_ppb": [0, 2_500_000]}``. ``mode`` "grid" takes each with each,
    "zip" the first of all, the second of all; "table" wants a list of ``{path: value}``. ``engine`` is simulate()'s ``mode``,
    "exact" or "fast"; ``runs`` are those of each cell.
    """
    with source(scenario) as name:
        return run("sweep", {"source": name, "set": all_sets(set, seed, antithetic), "cells": cells_of(params, mode),
                             **options(runs, engine, threads)}, progress)


def task(document: Mapping[str, Any], request: Dict[str, Any]) -> Files:
    """Runs somewhere else: some cells of a sweep, as bytes."""
    with source(document) as name:
        return ask("cells", {**request, "source": name})[1]


def spread(submit: Callable[..., Any], wait: Callable[[Sequence[Any]], List[Files]], tasks: int, scenario: Scenario,
           params: Params, mode: str, request: Dict[str, Any], threads: int) -> Result:
    """Cuts the cells into tasks, has them run, and puts together what one process would have given."""
    cells = cells_of(params, mode)
    with source(scenario) as name:
        # Workers may be elsewhere: what the scenario extends goes with it.
        document = ask("document", {"source": name, "set": []})[0]
    request = {**request, "cells": cells}
    count = max(1, min(tasks, len(cells)))
    bounds = [len(cells) * i // count for i in range(count + 1)]
    parts = wait([submit(task, document, {**request, "threads": threads, "first": a, "end": b})
                  for a, b in zip(bounds, bounds[1:])])
    with tempfile.TemporaryDirectory(prefix="assay_sim-") as folder:
        for files in parts:
            for file, data in files.items():
                (pathlib.Path(folder) / file).write_bytes(data)
        with source(document) as name:
            return Result(ask("gather", {**request, "source": name, "folder": folder})[1])


def map(executor: concurrent.futures.Executor, scenario: Scenario, params: Params, *, mode: str = "grid", runs: int = 100,
        set: Optional[Mapping[str, Any]] = None, seed: Optional[int] = None, engine: str = "exact",
        antithetic: Optional[bool] = None, tasks: Optional[int] = None, threads: int = 1) -> Result:
    """sweep() on an executor of ``concurrent.futures``, to the same bytes: its cells in ``tasks`` tasks, each with
    ``threads`` threads. A task should last a second at least to be worth sending."""
    workers = getattr(executor, "_max_workers", None) or os.cpu_count() or 1
    request = {"set": all_sets(set, seed, antithetic), "runs": runs, "mode": engine}

    def wait(futures: Sequence[Any]) -> List[Files]:
        try:
            return [f.result() for f in futures]
        except BaseException:
            for f in futures:
                f.cancel()
            raise

    return spread(executor.submit, wait, tasks or 4 * workers, scenario, params, mode, request, threads)
