"""Many cells of one scenario: here, or as tasks of somebody else's pool, to the same bytes."""

import concurrent.futures
import os
import pathlib
import tempfile
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Union

from ._ask import Error, Files, Progress, ask
from ._result import Result, read_folder
from ._simulate import Bar, Scenario, all_sets, options, plain, source

Values = Union[Sequence[Any], Mapping[str, Any]]
Params = Union[Mapping[str, Values], Sequence[Mapping[str, Any]]]


def sweep_of(params: Optional[Params], mode: str, samples: Optional[int]) -> Dict[str, Any]:
    """What the `sweep` member of a scenario says; nothing where the scenario's own is to be taken."""
    if params is None:
        return {}
    if not isinstance(params, Mapping):
        if mode not in ("table", "grid"):
            raise Error("usage", f"mode is {mode!r}: a list of cells is a table")
        rows = [dict(cell) for cell in params]
        names = list(rows[0]) if rows else []
        if not names or any(list(row) != names for row in rows):
            raise Error("usage", "params: a table has rows, each with the same fields in one order")
        params, mode = {name: [row[name] for row in rows] for name in names}, "zip"
    out: Dict[str, Any] = {"mode": mode, "params": {}}
    for path, values in params.items():
        if isinstance(values, Mapping):
            out["params"][path] = {name: plain(x) for name, x in values.items()}
        elif isinstance(values, str) or not hasattr(values, "__iter__"):
            raise Error("usage", f"params: {path} wants a list of values, or a range as a dictionary")
        else:
            out["params"][path] = [plain(x) for x in values]
    if samples is not None:
        out["samples"] = samples
    return {"sweep": out}


def into_folder(question: str, request: Dict[str, Any], progress: Optional[Progress] = None) -> Files:
    """Asks for a directory, and gives its files."""
    with tempfile.TemporaryDirectory(prefix="assay_sim-") as folder:
        out = os.path.join(folder, "out")
        ask(question, {**request, "out": out}, progress)
        return read_folder(out)


def sweep(scenario: Scenario, params: Optional[Params] = None, *, mode: str = "grid", samples: Optional[int] = None,
          runs: int = 100, set: Optional[Mapping[str, Any]] = None, seed: Optional[int] = None, engine: str = "exact",
          threads: Optional[int] = None, antithetic: Optional[bool] = None,
          progress: Union[bool, Progress, None] = None) -> Result:
    """One result of many cells, each with the same luck: differences between cells are the parameters' own.

    ``params`` names values for fields, ``{"bme.vault.spread_ppb": [0, 2_500_000]}``, or ranges, ``{"demand.drift": {"low": -1,
    "high": 1}}``; without it the scenario's own ``sweep`` is taken. ``mode`` "grid" takes each value with each, "zip" the
    first of all, the second of all; "lhs" and "sobol" take ``samples`` points of ranges; "table" wants a list of
    ``{path: value}``. ``engine`` is simulate()'s ``mode``, "exact" or "fast"; ``runs`` are those of each cell.
    """
    request = {"set": all_sets(set, seed, antithetic), **sweep_of(params, mode, samples), **options(runs, engine, threads)}
    with source(scenario) as name, Bar(progress) as shown:
        return Result(into_folder("sweep", {**request, "source": name}, shown))


# ---------------------------------------------------------------- somewhere else
def task(question: str, document: Mapping[str, Any], request: Dict[str, Any]) -> Files:
    """What a worker does: one shard, as the bytes of its files."""
    with source(document) as name:
        return into_folder(question, {**request, "source": name})


class Pool:
    """Whoever runs tasks: ``submit(function, *arguments)``, ``wait(handles)`` in their order, and how many workers there are."""

    def __init__(self, submit: Callable[..., Any], wait: Callable[[Sequence[Any]], List[Files]], workers: int):
        self.submit, self.wait, self.workers = submit, wait, workers


def spread(pool: Pool, question: str, scenario: Scenario, request: Dict[str, Any], shards: Optional[int]) -> Result:
    """Has the shards run and puts together what one process would have given."""
    with source(scenario) as name:
        # Workers may be elsewhere: what the scenario extends goes with it.
        document = ask("document", {"source": name, "set": []})[0]
    count = shards or 4 * pool.workers
    if question == "job":
        count = max(1, min(count, -(-request["runs"] // 8)))  # a shard is of blocks of eight runs
    parts = pool.wait([pool.submit(task, question, document, {**request, "shard": f"{i + 1}/{count}"}) for i in range(count)])
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
        return Result(into_folder("merge", {"dirs": dirs}))


def map(executor: concurrent.futures.Executor, scenario: Scenario, params: Optional[Params] = None, *, mode: str = "grid",
        samples: Optional[int] = None, runs: int = 100, set: Optional[Mapping[str, Any]] = None, seed: Optional[int] = None,
        engine: str = "exact", antithetic: Optional[bool] = None, shards: Optional[int] = None, threads: int = 1) -> Result:
    """sweep(), or without ``params`` simulate(), on an executor of ``concurrent.futures``, to the same bytes, as ``shards``
    tasks of ``threads`` threads each. A task should last a second at least to be worth sending."""

    def wait(futures: Sequence[Any]) -> List[Files]:
        try:
            return [f.result() for f in futures]
        except BaseException:
            for f in futures:
                f.cancel()
            raise

    pool = Pool(executor.submit, wait, getattr(executor, "_max_workers", None) or os.cpu_count() or 1)
    request = {"set": all_sets(set, seed, antithetic), **sweep_of(params, mode, samples), **options(runs, engine, threads)}
    return spread(pool, "job" if params is None else "sweep", scenario, request, shards)
