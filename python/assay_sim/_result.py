"""A result: the files that `assay-sim run` writes, and what they say."""

import csv
import hashlib
import io
import json
import math
import os
import pathlib
import shutil
import tempfile
from typing import Any, Dict, List, Optional, Union

from ._ask import Error, Files, ask
from ._table import frame

_OURS = "assay-sim"


def _number(text: str) -> float:
    return float(text) if text else math.nan


class Result:
    """What many runs gave, of one scenario or of the cells of a sweep. Constant; it can be pickled and sent."""

    def __init__(self, files: Files):
        self._files = files
        self._read: Dict[str, Any] = {}

    # ------------------------------------------------------------ what it is
    @property
    def manifest(self) -> Dict[str, Any]:
        """Scenario as it resolved, seed, runs, versions, hashes."""
        return self._json("manifest.json")

    @property
    def summary(self) -> Dict[str, Any]:
        """summary.json: per cell and figure mean, error, quantiles, P(fail)."""
        return self._json("summary.json")

    @property
    def scenario(self) -> Dict[str, Any]:
        """The scenario as it resolved: a scenario itself."""
        return self.manifest["scenario"]

    @property
    def result_hash(self) -> str:
        """The same for every machine, compiler and number of threads; `assay-sim verify` comes to it again."""
        return self.manifest["result_hash"]

    @property
    def runs(self) -> int:
        return self.manifest["runs"]

    @property
    def files(self) -> Files:
        """Names and bytes, as in a directory."""
        return dict(self._files)

    # ------------------------------------------------------------ what it says
    def frame(self, q: float = 0.5) -> Any:
        """Over time: one row a step, one column a series, each at its quantile ``q`` over the runs."""
        rows = self._quantiles()
        wanted = self._quantile(q)
        keep = [i for i, x in enumerate(rows["q"]) if x == wanted]
        out: Dict[str, List[Any]] = {}
        places: Dict[Any, int] = {}
        for i in keep:
            key = (rows["cell"][i], rows["step"][i])
            if key not in places:
                places[key] = len(places)
                for name in ("cell", "step", "day"):
                    out.setdefault(name, []).append(rows[name][i])
        for i in keep:
            column = out.setdefault(rows["metric"][i], [math.nan] * len(places))
            column[places[rows["cell"][i], rows["step"][i]]] = rows["value"][i]
        return frame(out)

    def quantiles(self, series: Optional[str] = None, cell: int = 0) -> Any:
        """quantiles.csv; with ``series`` ("price_usd") one row a step and one column a quantile."""
        rows = self._quantiles()
        if series is None:
            return frame(rows)
        self._known(series, set(rows["metric"]), "series")
        out: Dict[str, List[Any]] = {"step": [], "day": []}
        for c, step, day, metric, q, value in zip(*(rows[n] for n in ("cell", "step", "day", "metric", "q", "value"))):
            if metric != series or c != cell:
                continue
            if not out["step"] or out["step"][-1] != step:
                out["step"].append(step)
                out["day"].append(day)
            out.setdefault(f"{q:g}", []).append(value)
        if not out["step"]:
            raise Error("not_found", f"there is no cell {cell}")
        return frame(out)

    def metrics(self) -> Any:
        """metrics.csv: one row a run, one column a figure; what is missing in a run is nan."""
        rows = self._csv("metrics.csv", {"cell": int, "run": int, "metric": str, "value": _number})
        places: Dict[Any, int] = {}
        out: Dict[str, List[Any]] = {"cell": [], "run": []}
        for key in zip(rows["cell"], rows["run"]):
            if key not in places:
                places[key] = len(places)
                out["cell"].append(key[0])
                out["run"].append(key[1])
        for c, run, metric, value in zip(rows["cell"], rows["run"], rows["metric"], rows["value"]):
            out.setdefault(metric, [math.nan] * len(places))[places[c, run]] = value
        return frame(out)

    def figures(self, cell: int = 0) -> Any:
        """One row a figure: what it came to over the runs, with its Monte-Carlo error and how often it fails."""
        names = ("metric", "unit", "condition", "mean", "standard_error", "p5", "median", "p95", "fails", "p_fail")
        out: Dict[str, List[Any]] = {name: [] for name in names}
        for metric, m in self._cell(cell)["metrics"].items():
            quantiles, fail = m.get("quantiles") or {}, m.get("fail") or {}
            fails = f"{fail['op']} {fail['threshold']:g}" if fail else ""
            number = (lambda x: math.nan if x is None else float(x))
            for name, value in zip(names, (
                    metric, m["unit"], m.get("condition"), number(m.get("mean")), number(m.get("standard_error")),
                    number(quantiles.get("0.05")), number(quantiles.get("0.5")), number(quantiles.get("0.95")),
                    fails, number(fail.get("p")))):
                out[name].append(value)
        return frame(out)

    def paths(self) -> Any:
        """paths.npz of a run that kept some, as NumPy loads it: per series an array [run][step], and ``days``."""
        if "paths.npz" not in self._files:
            raise Error("not_found", "this result kept no paths; simulate(…, paths=10) keeps ten")
        try:
            import numpy
        except ImportError as e:
            raise Error("not_found", "paths() needs NumPy", "pip install numpy") from e
        return numpy.load(io.BytesIO(self._files["paths.npz"]))

    def cells(self) -> Any:
        """cells.csv: what was set in each cell of a sweep."""
        if "cells.csv" not in self._files:
            return frame({"cell": [c["cell"] for c in self.summary["cells"]]})
        rows = self._csv("cells.csv", {})
        return frame({name: [int(x) if name == "cell" else _typed(x) for x in values] for name, values in rows.items()})

    def mean(self, metric: str, cell: int = 0) -> float:
        """Of one figure over the runs."""
        metrics = self._cell(cell)["metrics"]
        self._known(metric, metrics, "figure")
        value = metrics[metric].get("mean")
        return math.nan if value is None else value

    # ------------------------------------------------------------ where it goes
    def save(self, directory: Union[str, os.PathLike]) -> str:
        """Writes the bytes that `assay-sim run --out DIR` writes, aside and then renamed: what is there is whole.
        A directory that holds something else is refused."""
        target = pathlib.Path(os.path.abspath(os.fspath(directory)))
        had = target / "manifest.json"
        if target.exists() or target.is_symlink():
            same = False
            if target.is_dir() and not target.is_symlink():
                same = not any(target.iterdir())
                if had.is_file():
                    try:
                        other = json.loads(had.read_bytes())
                        same = other["program"] == _OURS and other["input_hash"] == self.manifest["input_hash"]
                    except (ValueError, KeyError, TypeError):
                        same = False
            if not same:
                raise Error("already_exists", f"{directory} holds something else than an answer to this question",
                            "take another directory")
        aside = target.with_name(f"{target.name}.partial-{os.getpid()}")
        before = target.with_name(f"{target.name}.before-{os.getpid()}")
        try:
            aside.mkdir(parents=True)
            for name, data in self._files.items():
                with open(aside / name, "wb") as f:
                    f.write(data)
                    f.flush()
                    os.fsync(f.fileno())
            if had.exists():
                os.rename(target, before)
            os.rename(aside, target)
        except OSError as e:
            shutil.rmtree(aside, ignore_errors=True)
            if before.exists() and not target.exists():
                os.rename(before, target)
            raise Error("io_error", f"{directory} cannot be written: {e.strerror}") from e
        shutil.rmtree(before, ignore_errors=True)
        return str(directory)

    def plot(self, series: str = "price_usd", cell: int = 0, ax: Any = None, log: Optional[bool] = None) -> Any:
        """A fan chart: median, and the bands of 50, 80 and 90 % of the runs. Returns matplotlib's axes."""
        from ._plot import fan
        return fan(self, series, cell, ax, log)

    def report(self, path: Union[str, os.PathLike], title: str = "") -> str:
        """The page of `assay-sim report`. Returns its sentence: is this economy healthy, and what breaks it first?"""
        with tempfile.TemporaryDirectory(prefix="assay_sim-") as folder:
            there = self.save(os.path.join(folder, "result"))
            return ask("report", {"dir": there, "out": os.path.abspath(os.fspath(path)), "title": title})[0]["sentence"]

    def __repr__(self) -> str:
        cells = len(self.summary["cells"])
        return (f"<assay_sim.Result {self.summary['name']}: {self.runs} runs of {self.summary['steps']} steps"
                f"{f', {cells} cells' if cells > 1 else ''}, {self.result_hash[:12]}>")

    # ------------------------------------------------------------ reading
    def _json(self, name: str) -> Dict[str, Any]:
        if name not in self._read:
            self._read[name] = json.loads(self._files[name])
        return self._read[name]

    def _csv(self, name: str, types: Dict[str, Any]) -> Dict[str, List[Any]]:
        if name not in self._read:
            if name not in self._files:
                raise Error("not_found", f"this result has no {name}")
            lines = csv.reader(io.StringIO(self._files[name].decode()))
            head = next(lines)
            columns = list(zip(*lines)) or [()] * len(head)
            self._read[name] = {n: [types.get(n, str)(x) for x in column] for n, column in zip(head, columns)}
        return self._read[name]

    def _quantiles(self) -> Dict[str, List[Any]]:
        return self._csv("quantiles.csv", {"cell": int, "step": int, "day": float, "metric": str, "q": float,
                                           "value": _number})

    def _quantile(self, q: float) -> float:
        there = sorted(set(self._quantiles()["q"]))
        if q not in there:
            raise Error("field_out_of_range", f"q is {q:g}, there are {', '.join(f'{x:g}' for x in there)}")
        return q

    def _cell(self, cell: int) -> Dict[str, Any]:
        cells = self.summary["cells"]
        if not 0 <= cell < len(cells):
            raise Error("not_found", f"there is no cell {cell}, the last is {len(cells) - 1}")
        return cells[cell]

    @staticmethod
    def _known(name: str, names: Any, what: str) -> None:
        if name not in names:
            import difflib
            near = difflib.get_close_matches(name, list(names), 1)
            raise Error("not_found", f"there is no {what} {name!r}" + (f", did you mean {near[0]}?" if near else ""))

    def __getstate__(self):
        return self._files

    def __setstate__(self, files):
        self.__init__(files)


def _typed(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def read_folder(folder: str) -> Files:
    """A result directory as it is."""
    return {entry.name: pathlib.Path(entry.path).read_bytes() for entry in os.scandir(folder)}


def load(directory: Union[str, os.PathLike]) -> Result:
    """A result directory, after a look at the hashes of its files."""
    folder = pathlib.Path(directory)
    if not (folder / "manifest.json").is_file():
        raise Error("not_found", f"{directory} holds no result: it has no manifest.json")
    try:
        raw = (folder / "manifest.json").read_bytes()
        manifest = json.loads(raw)
        named = manifest["files"]
        files = {name: (folder / name).read_bytes() for name in named if "/" not in name}
    except OSError as e:
        raise Error("io_error", f"{e.filename}: {e.strerror}") from e
    except (ValueError, KeyError, TypeError) as e:
        raise Error("verification_failed", f"{directory}/manifest.json is no manifest") from e
    for name, expected in named.items():
        if name not in files or hashlib.sha256(files[name]).hexdigest() != expected:
            raise Error("verification_failed", f"{directory}/{name} is not the file that the manifest names")
    files["manifest.json"] = raw
    return Result(files)
