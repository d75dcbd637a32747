"""Many cells of one scenario: here, or as tasks of somebody else's pool, to the same bytes."""

import concurrent.futures
import itertools
import os
import pathlib
import tempfile
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Union

from ._ask import Error, Files, Progress, ask
from ._result import Result, read_folder
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


# What runs somewhere else, and comes back as bytes.
def cells_task(document: Mapping[str, Any], request: Dict[str, Any]) -> Files:
    """Some cells of a sweep."""
    with source(document) as name:
        return ask("cells", {**request, "source": name})[1]


def shard_task(document: Mapping[str, Any], request: Dict[str, Any]) -> Files:
    """A part of the runs of one scenario."""
    with source(document) as name, tempfile.TemporaryDirectory(prefix="assay_sim-") as folder:
        out = os.path.join(folder, "shard")
        ask("shard", {**request, "source": name, "out": out})
        return read_folder(out)


class Pool:
    """Whoever runs tasks: ``submit(function, *arguments)``, ``wait(handles)`` in their order, and how many workers there are."""

    def __init__(self, submit: Callable[..., Any], wait: Callable[[Sequence[Any]], List[Files]], workers: int):
        self._submit, self._wait, self.workers = submit, wait, workers

    def run(self, function: Callable[..., Files], arguments: Sequence[Sequence[Any]]) -> List[Files]:
        return self._wait([self._submit(function, *a) for a in arguments])


def _document(scenario: Scenario) -> Dict[str, Any]:
    # Workers may be elsewhere: what the scenario extends goes with it.
    with source(scenario) as name:
        return ask("document", {"source": name, "set": []})[0]


def spread_cells(pool: Pool, scenario: Scenario, params: Params, mode: str, request: Dict[str, Any],
                 tasks: Optional[int], threads: int) -> Result:
    cells = cells_of(params, mode)
    document = _document(scenario)
    request = {**request, "cells": cells}
    count = max(1, min(tasks or 4 * pool.workers, len(cells)))
    bounds = [len(cells) * i // count for i in range(count + 1)]
    parts = pool.run(cells_task, [(document, {**request, "threads": threads, "first": a, "end": b})
                                  for a, b in zip(bounds, bounds[1:])])
    with tempfile.TemporaryDirectory(prefix="assay_sim-") as folder:
        for files in parts:
            for file, data in files.items():
                (pathlib.Path(folder) / file).write_bytes(data)
        with source(document) as name:
            return Result(ask("gather", {**request, "source": name, "folder": folder})[1])


def spread_shards(pool: Pool, scenario: Scenario, request: Dict[str, Any], shards: Optional[int], threads: int) -> Result:
    document = _document(scenario)
    count = shards or 4 * pool.workers
    parts = pool.run(shard_task, [(document, {**request, "threads": threads, "shard": f"{i + 1}/{count}"})
                                  for i in range(count)])
    if count == 1:
        return Result(parts[0])
    with tempfile.TemporaryDirectory(prefix="assay_sim-") as folder:
        dirs = []
        for i, files in enumerate(parts):
            there = pathlib.Path(folder) / str(i)
            there.mkdir()
            for file, data in files.items():
                (there / file).write_bytes(data)
            dirs.append(str(there))
        out = os.path.join(folder, "whole")
        ask("merge", {"dirs": dirs, "out": out})
        return Result(read_folder(out))


def map(executor: concurrent.futures.Executor, scenario: Scenario, params: Optional[Params] = None, *, mode: Optional[str] = None,
        runs: int = 100, set: Optional[Mapping[str, Any]] = None, seed: Optional[int] = None, engine: str = "exact",
        antithetic: Optional[bool] = None, tasks: Optional[int] = None, threads: int = 1) -> Result:
    """sweep(), or without ``params`` simulate(), on an executor of ``concurrent.futures``, to the same bytes: the cells or
    the runs in ``tasks`` tasks, each with ``threads`` threads. A task should last a second at least to be worth sending."""

    def wait(futures: Sequence[Any]) -> List[Files]:
        try:
            return [f.result() for f in futures]
        except BaseException:
            for f in futures:
                f.cancel()
            raise

    pool = Pool(executor.submit, wait, getattr(executor, "_max_workers", None) or os.cpu_count() or 1)
    request = {"set": all_sets(set, seed, antithetic), "runs": runs, "mode": engine}
    if params is None:
        return spread_shards(pool, scenario, request, tasks, threads)
    return spread_cells(pool, scenario, params, mode or "grid", request, tasks, threads)
